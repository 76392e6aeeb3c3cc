"""The insats and its report in a real browser: axe on every page, and the lead's way from figures to a
fetched PDF.
"""

from datetime import date
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from errands import jobs as errands_jobs
from errands.models import Job
from initiatives import actions as insats_actions
from initiatives.models import Activity, Forecast, Grant, Invoice, Obstacle, TimeEntry
from initiatives.periods import Period
from parties.access import acting
from reports import actions
from reports.models import Drawing
from tests.browser.conftest import visitor
from tests.factories import make_member
from tests.initiatives.conftest import HERE, insats

__all__ = ["insats", "visitor"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(cast, insats) -> dict:
    """A year with something under every heading, one report drawn and one being written."""
    lead = cast.project_lead
    workers = [make_member(name, cast.coordinator.unit, cast.coordinator.role) for name in ("ett", "tva")]
    for member in (cast.coordinator, *workers):
        with acting(member):
            for month in (2, 5, 8, 11):
                facts = {
                    "on": date(2023, month, 2),
                    "minutes": 60 * month,
                    "member": member,
                    "unit": member.unit,
                }
                time = TimeEntry(initiative=insats, kind="patient", **facts)
                insats_actions.add(time, by=member)
    with acting(lead):
        rows = [
            Activity(
                initiative=insats, on=date(2023, 5, 4), kind="pulse_meeting", title="Pulsmöte", state="held"
            ),
            Activity(
                initiative=insats, on=date(2023, 6, 4), kind="training", title="Utbildning", state="booked"
            ),
            Obstacle(initiative=insats, kind="barrier", area="it", text="Inget gemensamt system"),
            Obstacle(initiative=insats, kind="success_factor", area="meetings", text="Korta möten"),
            Invoice(initiative=insats, amount=310_163, on=date(2023, 12, 1)),
            Grant(initiative=insats, year=2023, amount=340_000),
            Forecast(initiative=insats, year=2023, amount=320_000, made_on=date(2023, 9, 1)),
        ]
        made = [insats_actions.add(row, by=lead) for row in rows]
        report = actions.freeze(actions.begin(by=lead, initiative=insats, period=Period(2023)), by=lead)
        draft = actions.begin(by=lead, initiative=insats, period=Period(2023, 4))
    assert errands_jobs.run(Job.objects.get().pk) == "done"
    return {"i": insats.pk, "r": report.pk, "d": draft.pk, "a": made[0].pk}


PAGES = {
    "project_lead": [
        "/initiatives/",
        "/initiatives/new/",
        "/initiatives/import/",
        "/initiatives/{i}/?year=2023",
        "/initiatives/{i}/edit/",
        "/initiatives/{i}/time/2023/",
        "/initiatives/{i}/shares/2023/",
        "/initiatives/{i}/seats/",
        "/initiatives/{i}/timers/",
        "/initiatives/{i}/add/activity/",
        "/initiatives/{i}/add/time/",
        "/initiatives/{i}/add/party/",
        "/initiatives/{i}/rows/activity/{a}/",
        "/reports/",
        "/reports/new/",
        "/reports/{d}/",
        "/reports/{d}/part/economy/",
        "/reports/{d}/part/activities/",
        "/reports/{d}/freeze/",
        "/reports/{r}/part/time/",
        "/reports/{r}/part/economy/",
        "/reports/{r}/part/economy/figures/",
    ],
    "coordinator": ["/initiatives/{i}/?year=2023", "/initiatives/{i}/add/obstacle/"],
    "steering": ["/initiatives/{i}/?year=2023", "/reports/{d}/part/steering/", "/reports/{r}/"],
    "association_officer": ["/initiatives/", "/reports/", "/reports/{r}/"],
}


@pytest.mark.parametrize("english", [False, True], ids=["sv-390", "en-desk"])
@pytest.mark.parametrize("role", PAGES)
def test_every_page_of_the_role(cast, world, visitor, role, english):
    desk = visitor(phone=not english, english=english).sign_in(getattr(cast, role))
    for path in PAGES[role]:
        desk.go(path.format(**world))
        desk.axe()


def test_a_folder_becomes_a_report_that_the_steering_group_fetches(cast, visitor):
    desk = visitor().sign_in(cast.project_lead)
    page = desk.go("/initiatives/").page
    page.get_by_role("link", name="Läs in en mapp").click()
    page.locator("input[type=file]").set_input_files(
        [str(p) for p in HERE.iterdir() if p.suffix in (".csv", ".md")]
    )
    page.get_by_role("button", name="Kontrollera filerna").click()
    page.get_by_role("heading", name="Mappen är kontrollerad").wait_for()
    desk.axe()
    page.get_by_role("button", name="Läs in").click()
    page.get_by_role("heading", name="AKTIV PROV", exact=True).wait_for()
    here = page.url
    page.get_by_role("link", name="Ändra").last.click()
    page.get_by_label("E-postadress").fill(cast.steering.user.email)
    page.get_by_label("Plats", exact=True).select_option("steering")
    page.get_by_role("button", name="Ge platsen").click()
    expect(page.get_by_role("alert")).to_contain_text("Lägg först till parten")
    # The party as it was: it took part while the insats went on.
    desk.go(urlsplit(here).path + "add/party/")
    page.locator("select[name=party]").select_option(str(cast.steering.party_id))
    page.locator("input[name=from_on]").fill("2023-01-01")
    page.locator("input[name=to_on]").fill("2023-12-31")
    page.locator("main button.btn-primary[type=submit]").click()
    page.get_by_role("heading", name="AKTIV PROV", exact=True).wait_for()
    page.get_by_role("link", name="Ändra").last.click()
    page.get_by_label("E-postadress").fill(cast.steering.user.email)
    page.get_by_label("Plats", exact=True).select_option("steering")
    page.get_by_role("button", name="Ge platsen").click()
    page.get_by_text("har en plats från och med nu").wait_for()

    desk.go("/reports/")
    page.get_by_role("link", name="Helårsrapport 2023").click()
    page.get_by_role("link", name="8 Sammanfattande bedömning").click()
    page.get_by_label("Din text").fill("Det går bra, och det märks.")
    page.get_by_role("button", name="Spara texten").click()
    page.get_by_text("Texten är sparad.").wait_for()
    page.get_by_role("link", name="Frys och skapa rapporten").click()
    page.get_by_role("button", name="Frys och skapa rapporten").click()
    page.get_by_text("Rapporten skapas: 0 av 13 avsnitt. Du kan lämna sidan.").wait_for()
    desk.axe()
    assert errands_jobs.run(Job.objects.get().pk) == "done"
    # The page asks by itself and turns.
    page.get_by_role("link", name="Hämta rapporten som PDF").wait_for()

    reader = visitor().sign_in(cast.steering)
    reader.go("/reports/").page.get_by_role("link", name="Helårsrapport 2023", exact=True).click()
    with reader.page.expect_download() as fetched:
        reader.page.get_by_role("link", name="Hämta rapporten som PDF").click()
    assert fetched.value.suggested_filename == "Helårsrapport 2023, AKTIV PROV, version 1.pdf"
    with open(fetched.value.path(), "rb") as file:
        assert file.read().startswith(b"%PDF-1.7")
    assert Drawing.objects.count() == 1
