"""The pages of the reports: every role at every page, the texts, freezing, progress that can be left, the
file handed out.
"""

import html
import re
from datetime import date, timedelta
from urllib.parse import urljoin

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from errands import drafts
from errands import jobs as errands_jobs
from errands.models import Job
from initiatives import actions as insats_actions
from initiatives.models import Activity, Forecast, Grant
from initiatives.periods import Period, today
from parties.access import acting
from reports import actions, form, progress
from reports.models import Drawing, Report
from samverkan.templatetags.frame import sv_moment, unbroken
from tests.factories import test_number

pytestmark = pytest.mark.django_db

DRAFT_READERS = {"project_lead", "steering"}
READERS = DRAFT_READERS | {"evaluator", "association_officer"}


@pytest.fixture
def draft(cast, insats) -> Report:
    with acting(cast.project_lead):
        return actions.begin(by=cast.project_lead, initiative=insats, period=Period(2023))


@pytest.fixture
def frozen(cast, draft) -> Report:
    with acting(cast.project_lead):
        return actions.freeze(draft, by=cast.project_lead)


@pytest.fixture
def drawn(frozen) -> Report:
    assert errands_jobs.run(Job.objects.get().pk) == "done"
    return frozen


def at(name: str, report: Report, *more: str) -> str:
    return reverse(name, args=[report.pk, *more])


def visible(cast, outsiders):
    """The cast without those who are sent to the login instead."""
    everyone = {**cast.everyone, **outsiders}
    return {n: m for n, m in everyone.items() if m is not None and n != "ended_member"}


def test_every_page_of_a_draft_for_every_role(cast, draft, outsiders, sign_in):
    for name, member in visible(cast, outsiders).items():
        client = sign_in(member)
        expected = {
            at("report", draft): DRAFT_READERS,
            at("report_part", draft, "economy"): DRAFT_READERS,
            at("report_figures", draft, "time"): DRAFT_READERS,
            at("freeze_report", draft): {"project_lead"},
            at("discard_report", draft): {"project_lead"},
            at("new_report_version", draft): set(),
            at("report_pdf", draft): set(),
        }
        for address, who in expected.items():
            status = client.get(address).status_code
            assert status == (200 if name in who else 403 if name in DRAFT_READERS else 404), (name, address)


def test_every_page_of_a_drawn_report_for_every_role(cast, drawn, outsiders, sign_in):
    for name, member in visible(cast, outsiders).items():
        client = sign_in(member)
        expected = {
            at("report", drawn): READERS,
            at("report_part", drawn, "economy"): READERS,
            at("report_figures", drawn, "time"): READERS,
            at("report_pdf", drawn): READERS,
            at("freeze_report", drawn): set(),
            at("discard_report", drawn): set(),
            at("new_report_version", drawn): {"project_lead"},
        }
        for address, who in expected.items():
            status = client.get(address).status_code
            assert status == (200 if name in who else 403 if name in READERS else 404), (name, address)


def test_posting_past_the_page_meets_the_same_door(cast, drawn, insats, sign_in):
    with acting(cast.project_lead):
        second = actions.begin(by=cast.project_lead, initiative=insats, period=Period(2023), corrects=1)
    for name, member in cast.everyone.items():
        if name in ("project_lead", "ended_member") or member is None:
            continue
        client = sign_in(member)
        for address, readers in (
            (at("save_report_text", second, "assessment"), DRAFT_READERS),
            (at("freeze_report", second), DRAFT_READERS),
            (at("discard_report", second), DRAFT_READERS),
            (at("discard_report", drawn), READERS),
            (at("new_report_version", drawn), READERS),
            (at("draw_report_again", drawn), READERS),
        ):
            status = client.post(address, {"text": "x"}).status_code
            assert status == (403 if name in readers else 404), (name, address)
    assert Report.objects.count() == 2
    assert second.sections.exclude(text="").count() == 0


def test_the_list_shows_drafts_to_those_who_write_and_frozen_ones_to_those_who_read(cast, draft, sign_in):
    for name, member in visible(cast, {}).items():
        page = sign_in(member).get(reverse("reports")).content.decode()
        assert ("Helårsrapport 2023" in page) == (name in DRAFT_READERS), name
    with acting(cast.project_lead):
        actions.freeze(draft, by=cast.project_lead)
    for name, member in visible(cast, {}).items():
        page = sign_in(member).get(reverse("reports")).content.decode()
        assert ("Helårsrapport 2023" in page) == (name in READERS), name


def test_the_steering_group_writes_its_own_part_and_no_other(cast, draft, sign_in):
    client = sign_in(cast.steering)
    assert "<textarea" in client.get(at("report_part", draft, "steering")).content.decode()
    assert "<textarea" not in client.get(at("report_part", draft, "assessment")).content.decode()
    assert client.post(at("save_report_text", draft, "steering"), {"text": "Bra så."}).status_code == 302
    assert client.post(at("save_report_text", draft, "assessment"), {"text": "x"}).status_code == 403
    assert draft.sections.get(key="steering").text == "Bra så."


def test_the_lead_reads_the_steering_groups_part_and_is_told_who_writes_it(cast, insats, draft, sign_in):
    client = sign_in(cast.project_lead)
    page = client.get(at("report_part", draft, "steering")).content.decode()
    assert "<textarea" not in page
    assert f"Här skriver styrgruppen och ingen annan: {cast.steering.user.name}." in page
    assert client.post(at("save_report_text", draft, "steering"), {"text": "x"}).status_code == 403
    assert draft.sections.get(key="steering").text == ""
    insats.seats.filter(user=cast.steering.user).update(until_at=timezone.now())
    page = client.get(at("report_part", draft, "steering")).content.decode()
    assert "Ingen har en plats i den än." in page
    assert reverse("initiative_seats", args=[insats.pk]) in page


def test_two_of_the_steering_group_who_write_at_once_lose_nothing(cast, insats, draft, sign_in):
    with acting(cast.project_lead):
        insats_actions.give_seat(
            by=cast.project_lead, initiative=insats, user=cast.manager.user, role="steering"
        )
        actions.save_text(draft, by=cast.project_lead, key="assessment", text="Ledarens")
    address = at("save_report_text", draft, "steering")
    assert sign_in(cast.manager).post(address, {"text": "Ullas ord", "seen": ""}).status_code == 302
    page = sign_in(cast.steering).post(address, {"text": "Birgittas ord", "seen": ""}).content.decode()
    assert "Ullas ord" in page
    assert "Birgittas ord" in page
    assert draft.sections.get(key="steering").text == "Ullas ord"
    assert draft.sections.get(key="assessment").text == "Ledarens"


def test_what_is_written_while_the_report_is_frozen_comes_back(cast, draft, sign_in):
    with acting(cast.project_lead):
        actions.freeze(draft, by=cast.project_lead)
    for member, key in ((cast.steering, "steering"), (cast.project_lead, "assessment")):
        page = (
            sign_in(member).post(at("save_report_text", draft, key), {"text": "Långt svar"}).content.decode()
        )
        assert "Långt svar" in page
        assert "medan du skrev. Det du skrev är inte med i den." in page
    assert (
        sign_in(cast.steering).post(at("save_report_text", draft, "assessment"), {"text": "x"}).status_code
        == 403
    )
    assert not draft.sections.exclude(text="").exists()


def test_a_frozen_period_asks_before_a_corrected_version(cast, insats, frozen, sign_in):
    client = sign_in(cast.project_lead)
    facts = {"initiative": insats.pk, "period": "2023"}
    page = client.post(reverse("new_report"), facts, follow=True).content.decode()
    assert (
        f"Version 1 är redan fryst: {unbroken(sv_moment(frozen.frozen_at))}, av {cast.project_lead.user.name}."
        in page
    )
    assert Report.objects.count() == 1
    address = at("new_report_version", frozen)
    first = client.post(address)["Location"]
    second = Report.objects.get(version=2)
    assert first == client.post(address)["Location"] == at("report", second)
    page = client.post(reverse("new_report"), facts, follow=True).content.decode()
    assert "Det fanns redan ett utkast. Här är det." in page
    assert Report.objects.count() == 2
    with acting(cast.project_lead):
        actions.freeze(second, by=cast.project_lead)
    # A page left open since then leads to the newest, and begins nothing.
    assert client.post(address)["Location"] == at("new_report_version", second)
    assert Report.objects.count() == 2


def test_throwing_a_draft_away_says_first_what_goes_with_it(cast, insats, draft, sign_in):
    with acting(cast.steering):
        actions.save_text(draft, by=cast.steering, key="steering", text="Bra så.")
    client = sign_in(cast.project_lead)
    assert at("discard_report", draft) in client.get(at("report", draft)).content.decode()
    page = client.get(at("discard_report", draft)).content.decode()
    assert '9 <span lang="sv">Styrgruppens analys' in page
    assert cast.steering.user.name in page
    page = client.post(at("discard_report", draft), {"seen": ""}).content.decode()
    assert "Inget är kastat än" in page
    assert Report.objects.exists()
    seen = actions.texts_stamp(draft)
    page = client.post(at("discard_report", draft), {"seen": seen}, follow=True).content.decode()
    assert "Utkastet är kastat." in page
    assert not Report.objects.exists()


def test_no_button_leads_to_what_is_refused(cast, insats, drawn, sign_in):
    """What each reader's pages offer, over draft and drawn report: every link and form is let in."""
    with acting(cast.project_lead):
        second = actions.begin(by=cast.project_lead, initiative=insats, period=Period(2023), corrects=1)
    pages = [reverse("reports"), at("report", drawn), at("report_part", drawn, "steering")]
    pages += [at("report", second), at("report_part", second, "steering"), reverse("initiatives")]
    pages += [reverse("initiative", args=[insats.pk]) + "?year=2023"]
    for name in sorted(READERS | {"coordinator"}):
        client = sign_in(getattr(cast, name))
        offered = set()
        for page in pages:
            answer = client.get(page)
            if answer.status_code == 200:
                leads = re.findall(r' (?:href|action|hx-get)="([^"#]*)', answer.content.decode())
                offered |= {urljoin(page, html.unescape(lead)) for lead in leads}
        offered = {each for each in offered if each.startswith(("/initiatives/", "/reports/"))}
        assert offered, name
        for address in sorted(offered):
            assert client.get(address).status_code in (200, 302, 405), (name, address)


def test_beginning_a_report(cast, insats, sign_in):
    client = sign_in(cast.project_lead)
    address = reverse("new_report")
    for period, sentence in (
        (str(today().year), "Perioden är inte slut. Välj en tidigare."),
        ("2999Q1", "Perioden är inte slut. Välj en tidigare."),
        ("i fjol", "Skriv perioden som 2023 eller 2023Q4."),
        ("2021Q4", "Insatsen börjar 2022-01-01. Välj en period från och med då."),
    ):
        answer = client.post(address, {"initiative": insats.pk, "period": period})
        assert sentence in answer.content.decode()
    assert not Report.objects.exists()
    answer = client.post(address, {"initiative": insats.pk, "period": "2023Q4"})
    report = Report.objects.get()
    assert answer["Location"] == at("report", report)
    assert client.post(address, {"initiative": insats.pk, "period": "2023Q4"})["Location"] == at(
        "report", report
    )
    for member in (cast.steering, cast.evaluator, cast.association_officer, cast.coordinator):
        assert sign_in(member).get(address).status_code == 403


def test_a_personal_number_stops_and_the_text_stays_on_the_page(cast, draft, sign_in):
    client = sign_in(cast.project_lead)
    typed = f"Vi pratade om {test_number(4)} i går."
    answer = client.post(at("save_report_text", draft, "assessment"), {"text": typed})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Skriv inte personnummer här." in page
    assert typed in page
    assert draft.sections.get(key="assessment").text == ""


def test_a_draft_of_a_text_is_there_again_and_goes_when_it_is_saved(cast, draft, sign_in):
    client = sign_in(cast.project_lead)
    key = f"{draft.pk}.assessment"
    kept = client.post(reverse("draft_of", args=["report_text", key]), {"text": "Halvskrivet", "seen": ""})
    assert kept.status_code == 200
    page = client.get(at("report_part", draft, "assessment")).content.decode()
    assert "Halvskrivet" in page
    assert reverse("draft_of", args=["report_text", key]) in page
    assert (
        "Halvskrivet"
        not in sign_in(cast.steering).get(at("report_part", draft, "assessment")).content.decode()
    )
    client = sign_in(cast.project_lead)
    client.post(at("save_report_text", draft, "assessment"), {"text": "Färdigt", "next": "1"})
    with acting(cast.project_lead):
        assert drafts.find(cast.project_lead.pk, "report_text", key) is None


def test_a_colleagues_change_in_the_meantime_shows_both(cast, insats, draft, sign_in):
    with acting(cast.project_lead):
        insats_actions.give_seat(by=cast.project_lead, initiative=insats, user=cast.manager.user, role="lead")
    with acting(cast.manager):
        actions.save_text(draft, by=cast.manager, key="assessment", text="Deras ord")
    client = sign_in(cast.project_lead)
    answer = client.post(at("save_report_text", draft, "assessment"), {"text": "Mina ord", "seen": ""})
    page = answer.content.decode()
    assert "Deras ord" in page
    assert "Mina ord" in page
    assert "ändrade detta" in page
    assert draft.sections.get(key="assessment").text == "Deras ord"
    seen = actions.stamp(draft.sections.get(key="assessment"))
    assert seen in page.replace("&#x27;", "'")
    client.post(at("save_report_text", draft, "assessment"), {"text": "Båda", "seen": seen})
    assert draft.sections.get(key="assessment").text == "Båda"


def test_freezing_asks_first_and_says_what_is_missing(cast, insats, draft, sign_in):
    with acting(cast.project_lead):
        insats_actions.add(Grant(initiative=insats, year=2023, amount=100), by=cast.project_lead)
        insats_actions.add(
            Forecast(initiative=insats, year=2023, amount=89, made_on=date(2023, 9, 1)), by=cast.project_lead
        )
    client = sign_in(cast.project_lead)
    assert "Sammanfattande bedömning" in client.get(at("freeze_report", draft)).content.decode()
    page = client.post(at("freeze_report", draft)).content.decode()
    assert "Prognosen avviker med −11 procent. Ange varför innan du skickar." in page
    assert Report.objects.get().is_draft
    client.post(at("save_report_text", draft, "economy"), {"text": "En tjänst var vakant."})
    assert client.post(at("freeze_report", draft)).status_code == 302
    assert not Report.objects.get().is_draft
    assert Job.objects.get().kind == "draw_report"


def fragment(client, report):
    return client.get(at("report_progress", report), headers={"HX-Request": "true"})


def test_progress_is_seen_and_the_page_can_be_left(cast, frozen, sign_in):
    client = sign_in(cast.project_lead)
    job = Job.objects.get()
    page = client.get(at("report", frozen)).content.decode()
    assert f"Rapporten skapas: 0 av {len(form.FORM)} avsnitt. Du kan lämna sidan." in page
    assert 'hx-trigger="every 2s"' in page
    assert f"Beställd {unbroken(sv_moment(job.created_at))}." in page
    assert "En server ritar den i bakgrunden, oftast inom en minut." in page
    page = client.get(reverse("reports")).content.decode()
    assert f"beställd {unbroken(sv_moment(job.created_at))}" in page
    Job.objects.filter(pk=job.pk).update(
        state="running", token=job.pk and "00000000-0000-0000-0000-000000000001",
        lease_until=timezone.now() + timedelta(seconds=30), progress=3, progress_total=len(form.FORM),
    )  # fmt: skip
    answer = fragment(client, frozen)
    assert f"Rapporten skapas: 3 av {len(form.FORM)} avsnitt." in answer.content.decode()
    assert "HX-Refresh" not in answer.headers
    assert "<html" not in answer.content.decode()
    assert client.get(at("report_progress", frozen))["Location"] == at("report", frozen)


@pytest.mark.parametrize(
    "left",
    [
        {"state": "waiting", "created_at": timedelta(seconds=-11)},
        {"state": "running", "lease_until": timedelta(seconds=-1)},
    ],
)
def test_when_no_worker_answers_the_page_says_so(cast, frozen, sign_in, left):
    moved = {
        name: timezone.now() + value if isinstance(value, timedelta) else value
        for name, value in left.items()
    }
    token = {"token": "00000000-0000-0000-0000-000000000001"} if left["state"] == "running" else {}
    Job.objects.update(**moved, **token)
    page = sign_in(cast.project_lead).get(at("report", frozen)).content.decode()
    assert "Rapporter väntar i kö. Allt annat fungerar." in page
    assert f"Beställd {unbroken(sv_moment(Job.objects.get().created_at))}." in page
    assert "Rapporten väntar tills servern som ritar svarar, och ritas då av sig själv." in page


def test_a_drawing_that_failed_can_be_asked_for_again(cast, frozen, sign_in):
    Job.objects.update(state="failed", problem="x", attempts=5)
    client = sign_in(cast.project_lead)
    page = client.get(at("report", frozen)).content.decode()
    assert "Rapporten kunde inte skapas." in page
    assert at("draw_report_again", frozen) in page
    assert fragment(client, frozen).headers["HX-Refresh"] == "true"
    assert (
        at("draw_report_again", frozen)
        not in sign_in(cast.steering).get(at("report", frozen)).content.decode()
    )
    client = sign_in(cast.project_lead)
    client.post(at("draw_report_again", frozen))
    assert Job.objects.get().state == "waiting"
    assert Job.objects.count() == 1


def test_when_it_is_drawn_the_page_turns_and_the_file_is_there(cast, drawn, sign_in):
    client = sign_in(cast.steering)
    assert fragment(client, drawn).headers["HX-Refresh"] == "true"
    page = client.get(at("report", drawn)).content.decode()
    assert at("report_pdf", drawn) in page
    assert "hx-trigger" not in page
    answer = client.get(at("report_pdf", drawn))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer.content.startswith(b"%PDF-1.7")
    assert "no-store" in answer["Cache-Control"]
    assert progress.progress_of(drawn).drawn


def test_each_download_leaves_a_row_before_the_bytes_leave(cast, drawn, sign_in, monkeypatch):
    told: list[tuple] = []
    read = actions.files.read

    def record(kind, *, by, note) -> None:
        told.append((kind, by, note))

    def bytes_after_the_row(file) -> bytes:
        assert told
        return read(file)

    monkeypatch.setattr(actions, "record_read", record)
    monkeypatch.setattr(actions.files, "read", bytes_after_the_row)
    for member in (cast.project_lead, cast.association_officer):
        told.clear()
        assert sign_in(member).get(at("report_pdf", drawn)).status_code == 200
        assert told == [("report.downloaded", member, f"report {drawn.pk}")]
    told.clear()
    for member in (cast.coordinator, cast.investigator):
        assert sign_in(member).get(at("report_pdf", drawn)).status_code == 404
    assert told == []


def test_without_a_row_in_the_ledger_no_file(cast, drawn, sign_in, monkeypatch):
    def silent(*_args, **_more):
        raise OSError

    monkeypatch.setattr(actions, "record_read", silent)
    client = sign_in(cast.project_lead)
    client.raise_request_exception = False
    assert client.get(at("report_pdf", drawn)).status_code == 500


def test_a_file_that_is_not_drawn_yet_is_404_for_all(cast, frozen, sign_in):
    assert not Drawing.objects.exists()
    for member in (cast.project_lead, cast.steering):
        assert sign_in(member).get(at("report_pdf", frozen)).status_code == 404


def test_the_rows_behind_a_figure_are_the_viewers_own(cast, insats, draft, sign_in):
    with acting(cast.project_lead):
        insats_actions.add(
            Activity(
                initiative=insats, on=date(2023, 5, 4), kind="pulse_meeting", title="Majmötet", state="held"
            ),
            by=cast.project_lead,
        )
    for member in (cast.project_lead, cast.steering):
        page = sign_in(member).get(at("report_figures", draft, "collaboration_improved")).content.decode()
        assert "Majmötet" in page
        assert "Aktiviteter av slaget pulsmöte" in page
    own = reverse("initiative_time", args=[insats.pk, 2023])
    assert own in sign_in(cast.project_lead).get(at("report_figures", draft, "time")).content.decode()
    assert (
        "med tid ligger i perioden"
        in sign_in(cast.project_lead).get(at("report_figures", draft, "time")).content.decode()
    )
    page = sign_in(cast.steering).get(at("report_figures", draft, "time")).content.decode()
    assert own not in page
    # How many rows there are is a figure on work too.
    assert "med tid ligger i perioden" not in page


def test_no_such_heading_is_404(cast, draft, sign_in):
    client = sign_in(cast.project_lead)
    for name in ("report_part", "report_figures"):
        assert client.get(at(name, draft, "nothing")).status_code == 404
    assert client.post(at("save_report_text", draft, "time"), {"text": "x"}).status_code == 403


def test_the_same_number_of_questions_for_2_reports_and_for_50(cast, insats, sign_in):
    client = sign_in(cast.project_lead)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("reports")).status_code == 200
        return len(queries)

    def more(years) -> None:
        Report.objects.bulk_create(
            Report(initiative=insats, year=year, version=1, created_by=cast.project_lead) for year in years
        )

    more(range(2000, 2002))
    few = asked()
    more(range(1950, 1998))
    assert asked() == few
