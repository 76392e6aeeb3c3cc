"""A file of cases: what stands in it, who fetches it, and that it is not handed out when what may be read has changed."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from audit import ledger
from cases import exports, listing
from cases.actions import case as case_verbs
from cases.actions import list_export as verbs
from cases.actions.block import block
from cases.filters import CaseFilter
from cases.models import Case, ListExport
from errands import jobs
from errands.models import File, Job
from parties.access import acting
from parties.models import Membership
from tests.factories import make_case

pytestmark = pytest.mark.django_db

SHOWN = ("person", "state", "handler", "day", "moved")


@pytest.fixture(autouse=True)
def _nobody_hears(monkeypatch):
    """The broker is dead; what is asked for waits in its row, and the sweep would tell it."""
    told = []
    monkeypatch.setattr(jobs, "tell", lambda job: bool(told.append(job.pk)))
    return told


def ask(member, *, format="csv", with_names=True, shown=SHOWN, **chosen) -> ListExport:
    with acting(member):
        return verbs.ask(
            by=member, chosen=CaseFilter(**chosen), shown=shown, format=format, with_names=with_names
        )


def draw(export) -> str:
    with acting(None):
        return jobs.run(Job.objects.latest("pk").pk)


def fetch(member, export):
    with acting(member):
        return verbs.hand_out(by=member, export=export)


def test_the_list_in_view_becomes_a_file_and_each_fetch_names_the_persons(
    cast, sign_in, monkeypatch, settings
):
    case = make_case(cast.coordinator, name="Åsa =Östlund")
    make_case(cast.other_clinic, name="Annan Enhet")
    client = sign_in(cast.coordinator)
    client.post("/cases/persons/", {"show": "1"})
    assert "/cases/export/?show=open&amp;whose=mine" in client.get("/cases/?whose=mine").content.decode()
    assert (
        client.post("/cases/export/?show=open&whose=mine", {"format": "csv"})["Location"] == "/cases/exports/"
    )
    with acting(cast.coordinator):
        export = ListExport.objects.get()
    assert "Väntar på att göras" in client.get("/cases/exports/").content.decode()
    assert client.post(f"/cases/exports/{export.pk}/file/").status_code == 302
    assert draw(export) == "done"
    (stored,) = [p for p in settings.FILES_ROOT.rglob("*") if p.is_file()]
    assert "Östlund".encode() not in stored.read_bytes(), "the file waits sealed"
    rows: list[tuple] = []
    write = ledger._write
    monkeypatch.setattr(ledger, "_write", lambda *args: (rows.append(args), write(*args))[1])
    page = client.get("/cases/exports/").content.decode()
    assert "1 ärende. Kan hämtas till" in page
    answer = client.post(f"/cases/exports/{export.pk}/file/")
    assert answer["Content-Disposition"].startswith('attachment; filename="arenden-')
    assert answer.content.startswith(b"\xef\xbb\xbf")
    text = answer.content.decode("utf-8-sig")
    assert text.splitlines()[0] == "Ärende;Namn;Status;Har hand om;Dag (beräknad);Ändrat"
    assert text.splitlines()[1].startswith(f"{case.number};Åsa =Östlund;Öppet;Elif;;")
    assert "Annan" not in text
    (row,) = [r for r in rows if r[1] == "cases.exported"]
    assert list(row[4]) == [case.person_id]


def test_a_name_is_never_a_formula(cast):
    make_case(cast.coordinator, name='=HYPERLINK("http://ond.example";"x")')
    export = ask(cast.coordinator)
    draw(export)
    assert """;"'=HYPERLINK(""" in fetch(cast.coordinator, export).decode("utf-8-sig")
    export = ask(cast.coordinator, format="xlsx")
    draw(export)
    sheet = openpyxl.load_workbook(io.BytesIO(fetch(cast.coordinator, export))).active
    cell = sheet["B2"]
    assert cell.data_type == "s" and cell.value.startswith("=HYPERLINK")
    assert sheet["F2"].is_date


def test_names_are_left_out_when_they_are_not_shown_and_when_they_are_protected(cast):
    open_one, hidden = (
        make_case(cast.coordinator, name="Öppen Person"),
        make_case(cast.coordinator, name="Gömd Person"),
    )
    with acting(cast.coordinator):
        case_verbs.protect(by=cast.coordinator, case=hidden)
    export = ask(cast.coordinator)
    draw(export)
    text = fetch(cast.coordinator, export).decode("utf-8-sig")
    assert "Öppen Person" in text and "Gömd" not in text and hidden.number in text
    assert text.count("Skyddade personuppgifter") == 1
    export = ask(cast.coordinator, with_names=False)
    draw(export)
    text = fetch(cast.coordinator, export).decode("utf-8-sig")
    assert open_one.number in text and "Person" not in text and "Namn" not in text


def test_only_who_asked_has_the_file(cast, sign_in):
    make_case(cast.coordinator)
    export = ask(cast.coordinator)
    draw(export)
    for name, member in cast.everyone.items():
        if member is None or name == "coordinator":
            continue
        client = sign_in(member)
        for what in ("file", "cancel", "again"):
            assert client.post(f"/cases/exports/{export.pk}/{what}/").status_code == 404, name
        assert fetch(member, export) is None
        with acting(member):
            verbs.cancel(by=member, export=export)
    assert fetch(cast.coordinator, export)


def test_each_asks_for_the_own_cases_only(cast):
    case = make_case(cast.coordinator)
    for name, member in cast.everyone.items():
        if member is None or not member.is_case_role or name == "ended_member":
            continue
        export = ask(member)
        draw(export)
        text = fetch(member, export).decode("utf-8-sig")
        assert (case.number in text) == (name in ("coordinator", "colleague", "manager")), name


@pytest.mark.parametrize("change", ["block", "protect"])
def test_what_has_closed_between_asking_and_fetching_is_not_handed_out(
    cast, change, settings, django_capture_on_commit_callbacks
):
    closes, stays = (
        make_case(cast.coordinator, name="Stängd Dörr"),
        make_case(cast.coordinator, name="Kvar Är"),
    )
    export = ask(cast.colleague)
    draw(export)
    with acting(cast.coordinator):
        if change == "block":
            block(
                by=cast.coordinator, case=closes, kind="colleague", user=cast.colleague.user, reason="Syskon"
            )
        else:
            case_verbs.protect(by=cast.coordinator, case=closes)
    with django_capture_on_commit_callbacks(execute=True):
        assert fetch(cast.colleague, export) is None
    assert not [p for p in settings.FILES_ROOT.rglob("*") if p.is_file()], "the first drawing is gone"
    assert draw(export) == "done"
    text = fetch(cast.colleague, export).decode("utf-8-sig")
    assert stays.number in text and "Stängd" not in text
    assert (closes.number in text) == (change == "protect")


def test_a_case_that_only_moved_in_the_list_does_not_hinder(cast):
    case = make_case(cast.coordinator)
    export = ask(cast.coordinator)
    draw(export)
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=case, state="paused")
    assert case.number in fetch(cast.coordinator, export).decode("utf-8-sig")


def test_the_job_asks_anew_whether_the_member_is_still_there(cast):
    make_case(cast.coordinator)
    export = ask(cast.colleague)
    Membership.objects.filter(pk=cast.colleague.pk).update(until_at=timezone.now())
    assert draw(export) == "done"
    assert not File.objects.exists()
    with acting(cast.colleague):
        assert ListExport.objects.get().file is None


@pytest.mark.parametrize("why", ["time", "membership", "cancelled", "near miss"])
def test_the_file_is_destroyed_when_it_is_over(cast, why, settings, django_capture_on_commit_callbacks):
    make_case(cast.coordinator)
    export = ask(cast.colleague)
    draw(export)
    with acting(cast.colleague):
        if why == "time":
            ListExport.objects.update(until_at=timezone.now() - timedelta(seconds=1))
        elif why == "cancelled":
            with django_capture_on_commit_callbacks(execute=True):
                verbs.cancel(by=cast.colleague, export=export)
        else:
            ListExport.objects.update(until_at=timezone.now() + timedelta(minutes=5))
    if why == "membership":
        Membership.objects.filter(pk=cast.colleague.pk).update(until_at=timezone.now())
    over = why != "near miss"
    if why in ("time", "cancelled"):
        assert fetch(cast.colleague, export) is None, "whether or not the sweep has run"
    with acting(None):
        assert exports.destroy_over() == over
        assert exports.destroy_over() == 0
    assert bool([p for p in settings.FILES_ROOT.rglob("*") if p.is_file()]) == (not over)
    with acting(cast.colleague):
        row = ListExport.objects.get()
        assert (row.destroyed_at is not None) == over and bool(row.half) == (not over)
        assert bool(row.cases) == (not over)


def test_cancelled_while_it_is_drawn_nothing_is_kept(cast, monkeypatch):
    make_case(cast.coordinator)
    export = ask(cast.coordinator)
    seen = listing.with_cells

    def and_cancelled(*args, **more):
        verbs.cancel(by=cast.coordinator, export=export)
        return seen(*args, **more)

    monkeypatch.setattr(listing, "with_cells", and_cancelled)
    assert draw(export) == "done"
    assert not File.objects.exists()


def test_an_error_in_the_middle_and_twice_over(cast, monkeypatch, sign_in):
    make_case(cast.coordinator)
    export = ask(cast.coordinator)
    seen = listing.with_cells
    monkeypatch.setattr(listing, "with_cells", lambda *a, **m: 1 / 0)
    for _ in range(jobs.MOST_ATTEMPTS):
        state = draw(export)
    assert state == "failed"
    client = sign_in(cast.coordinator)
    assert "Filen kunde inte göras" in client.get("/cases/exports/").content.decode()
    monkeypatch.setattr(listing, "with_cells", seen)
    client.post(f"/cases/exports/{export.pk}/again/")
    assert draw(export) == "done" and draw(export) == "held"
    assert fetch(cast.coordinator, export)
    with acting(cast.coordinator):
        assert File.objects.count() == 1


def test_at_most_ten_wait(cast, sign_in):
    for _ in range(verbs.MOST_WAITING):
        ask(cast.coordinator)
    answer = sign_in(cast.coordinator).post("/cases/export/", {"format": "csv"})
    assert "Du har tio filer som väntar" in answer.content.decode()


def test_the_file_holds_at_most_so_many_and_in_the_lists_order(cast, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 3)
    monkeypatch.setattr(exports, "AT_A_TIME", 2)
    numbers = [make_case(cast.coordinator).number for _ in range(4)]
    with acting(cast.coordinator):
        for n, number in enumerate(numbers):
            Case.objects.filter(number=number).update(updated_at=timezone.now() - timedelta(hours=n))
    export = ask(cast.coordinator, with_names=False)
    draw(export)
    lines = fetch(cast.coordinator, export).decode("utf-8-sig").splitlines()[1:]
    assert [line.partition(";")[0] for line in lines] == numbers[:3]
