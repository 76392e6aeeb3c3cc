"""axe on every page of each role: Swedish at 390 px, English at a desk; and no sideways scroll."""

import pytest

from cases.models import ItemType
from parties.access import acting
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(cast):
    case = make_case(cast.coordinator, name="Tilde Ravnsby")
    item = make_item(cast.coordinator, case, ItemType.PLAN, "Prova 25 % arbete", text="Start vecka 46.")
    make_item(cast.coordinator, case, ItemType.DIAGNOSIS, "Återkommande depression")
    consent = make_consent(cast.coordinator, case, excluded="Inget om barnen")
    for kind in ("existence", "plan", "ability"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
        make_line(consent, cast.coordinator, cast.investigator, cast.coordinator.unit, kind, received=False)
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    make_disclosure(cast.coordinator, case, cast.investigator.unit, item)
    from django.utils import timezone

    from cases.actions import case as verbs
    from cases.actions import incident as incidents
    from inquiries import actions

    with acting(cast.coordinator):
        spell = verbs.record_spell(
            by=cast.coordinator, case=case, from_on=timezone.localdate().replace(day=1), to_on=None, degree=50,
            benefit="sickness_benefit",
        )  # fmt: skip
    with acting(cast.investigator):
        inquiry = actions.ask(
            by=cast.investigator, case=case, to=cast.coordinator.unit, category="planning", text="Hur går det vidare?",
            today=timezone.localdate(),
        )  # fmt: skip
    astray = make_item(cast.coordinator, case, ItemType.PLAN, "Fel mottagare")
    make_disclosure(cast.coordinator, case, cast.soc_officer.unit, astray)
    with acting(cast.coordinator):
        incident = incidents.report(
            by=cast.coordinator, case=case, item=astray, to=cast.soc_officer.unit, text="Fel rad", done="Ringde",
            found_at=timezone.now(),
        )  # fmt: skip
        incidents.note(by=cast.coordinator, incident=incident, text="Talat med enheten", closes=False)
    return {
        "w": incident.pk, "n": case.number, "i": item.pk, "c": consent.number, "q": inquiry.pk,
        "fk": cast.investigator.unit_id, "clinic": cast.coordinator.unit_id, "s": spell.pk, "own_party": cast.coordinator.party_id,
    }  # fmt: skip


PAGES = {
    "coordinator": [
        "/todo/", "/journal/", "/cases/{n}/sight/", "/cases/{n}/log/", "/cases/{n}/extract/", "/cases/", "/cases/?show=received", "/cases/new/", "/cases/calls/", "/cases/filter/", "/cases/filter/save/?show=open&whose=mine", "/cases/filters/", "/cases/columns/", "/cases/export/", "/cases/exports/", "/cases/search/", "/cases/{n}/", "/cases/{n}/state/",
        "/cases/{n}/spells/new/", "/cases/{n}/spells/{s}/", "/cases/{n}/protect/", "/cases/{n}/assign/", "/cases/{n}/close/",
        "/cases/{n}/hand-over/", "/cases/{n}/correct/", "/cases/{n}/correct/wrong-person/", "/cases/{n}/correct/twice/",
        "/cases/{n}/correct/number/", "/cases/{n}/blocks/", "/cases/{n}/blocks/new/", "/cases/{n}/items/new/",
        "/cases/{n}/items/new/?type=decision", "/cases/{n}/items/new/?type=note", "/cases/{n}/items/new/?type=measure", "/cases/{n}/items/new/?type=mapping", "/cases/{n}/items/{i}/",
        "/cases/{n}/items/{i}/version/", "/cases/{n}/consents/new/", "/cases/{n}/consents/new/?units={fk}", "/cases/{n}/consents/{c}/renew/", "/cases/{n}/consents/print/", "/cases/{n}/consents/declined/", "/cases/{n}/consents/{c}/mistake/", "/cases/{n}/consents/{c}/",
        "/cases/{n}/consents/{c}/withdraw/", "/inquiries/", "/inquiries/{q}/", "/inquiries/{q}/decline/", "/inquiries/log/",
        "/inquiries/ask/{n}/{fk}/", "/own/", "/own/{i}/", "/drafts/", "/accessibility/", "/initiatives/", "/reports/", "/cases/import/",
        "/matrix/", "/cases/{n}/give/", "/cases/{n}/give/?look=1", "/cases/{n}/give/?item={i}&to={fk}", "/cases/{n}/seen/{fk}/",
        "/cases/{n}/items/{i}/wrong/{fk}/", "/incidents/{w}/",
    ],
    "investigator": ["/todo/", "/cases/?show=received", "/cases/{n}/", "/cases/{n}/items/{i}/", "/cases/{n}/items/{i}/copy/", "/inquiries/?show=asked", "/inquiries/{q}/"],
    "soc_officer": ["/todo/"],
    "manager": ["/todo/", "/cases/{n}/", "/log/", "/log/?kind=all:cases&from_on=2025-02-30", "/drafts/"],
    "administrator": ["/people/", "/people/invite/", "/cases/import/", "/consent-lengths/", "/consent-lengths/{own_party}/"],
    "auditor": ["/log/"],
    "registrar": ["/archive/"],
}  # fmt: skip


@pytest.mark.parametrize("english", [False, True], ids=["sv-390", "en-desk"])
@pytest.mark.parametrize("role", PAGES)
def test_every_page_of_the_role(cast, world, visitor, role, english):
    desk = visitor(phone=not english, english=english).sign_in(getattr(cast, role))
    for path in PAGES[role]:
        desk.go(path.format(**world))
        desk.axe()


def test_what_the_registrar_hands_out_and_the_copy_for_the_file(cast, world, visitor):
    """The answer to a posted form has no address of its own; and the button copies the block and says so."""
    desk = visitor(phone=True, english=False).sign_in(cast.registrar)
    desk.go("/archive/")
    desk.page.fill("#id_number", world["n"])
    desk.page.fill("#id_reason", "Begäran 2026:114")
    desk.page.click("main form.sv-form button[type=submit]")
    desk.page.get_by_text("Start vecka 46.").wait_for()
    desk.axe()
    file = visitor(phone=True, english=False).sign_in(cast.investigator)
    file.go("/cases/{n}/items/{i}/copy/".format(**world))
    file.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    file.page.click("[data-copy]")
    file.page.get_by_text("Kopierat").wait_for()
    assert "Start vecka 46." in file.page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("english", [False, True], ids=["sv-390", "en-desk"])
def test_the_login_and_the_pages_of_refusal(cast, visitor, english):
    desk = visitor(phone=not english, english=english)
    desk.go("/login/").axe()
    desk.expected |= {404, 403}
    desk.sign_in(cast.coordinator)
    desk.go("/cases/2222-2222/").axe()


def test_nothing_scrolls_sideways_at_320_px_nor_at_a_desk_enlarged_to_200_per_cent(cast, world, visitor):
    """A desk of 1280 px at 200 per cent has 640 CSS px left (WCAG 2.1, 1.4.4 and 1.4.10)."""
    desk = visitor(phone=True).sign_in(cast.coordinator)
    for width in (320, 640):
        desk.page.set_viewport_size({"width": width, "height": 800})
        for path in PAGES["coordinator"]:
            desk.go(path.format(**world))
            wide = desk.page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
            assert not wide, (path, width)


@pytest.mark.parametrize("english", [False, True], ids=["sv-390", "en-desk"])
def test_the_pages_of_lists_that_come_and_go(cast, world, visitor, english):
    """Every column on, a file that waits, one destroyed, one over and one failed; a foreign list, and undoing one."""
    from django.utils import timezone

    from cases import columns
    from cases.actions import list_export as exports
    from cases.filters import CaseFilter
    from cases.models import ImportRun, ListExport
    from errands.models import Job
    from tests.cases.test_intake import imported, listed, row

    me = cast.coordinator
    imported(me, listed(row(), row(number="19700101-9806")))
    with acting(me):
        columns.choose(by=me, names=columns.COLUMNS)
        asked = [
            exports.ask(by=me, chosen=CaseFilter(), shown=columns.STANDARD, format="csv", with_names=False)
            for _ in range(4)
        ]
        exports.cancel(by=me, export=asked[0])
        ListExport.objects.filter(pk=asked[1].pk).update(until_at=timezone.now())
        job = exports.job_of(asked[2])
        Job.objects.filter(pk=job.pk if job else None).update(state="failed")
        run = ImportRun.objects.latest("pk")
    desk = visitor(phone=not english, english=english).sign_in(me)
    for path in ("/cases/", "/cases/exports/", "/cases/import/", f"/cases/import/runs/{run.pk}/undo/"):
        desk.go(path)
        desk.axe()
    desk.go("/cases/import/")
    foreign = listed(row()).replace(b"Personnummer", b"Pnr").replace(b"Kommun", b"Hemort")
    file = {"name": "lista.csv", "mimeType": "text/csv", "buffer": foreign}
    desk.page.set_input_files("main input[type=file]", file)
    desk.page.click("main form.sv-form button[type=submit]")
    desk.page.wait_for_url("**/cases/import/columns/")
    desk.axe()
