"""The two commands as the README gives them: import an insats, draw its report.

Run twice, nothing changes.
"""

import io
import json
import shutil

import pytest
from django.core.management import CommandError, call_command

from initiatives import actions
from initiatives.models import Initiative, SeatRole
from parties.access import acting
from parties.models import PartyKind, Role, User
from reports.models import Drawing, Report
from tests.factories import make_member, make_unit
from tests.initiatives.conftest import HERE
from tests.reports import pdfua
from tests.reports.pdftext import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db, settings):
    """The three of demo mode, and one more who leads another insats."""
    settings.DEMO = True
    clinic = make_unit("Mottagning Demo", PartyKind.PSYCHIATRY)
    office = make_unit("Förbund Demo", PartyKind.ASSOCIATION)
    return {
        "projektledare": make_member("projektledare", clinic, Role.PROJECT_STAFF),
        "styrgrupp": make_member("styrgrupp", clinic, Role.MANAGER),
        "forbund": make_member("forbund", office, Role.ASSOCIATION_OFFICER),
        "annan": make_member("annan", clinic, Role.PROJECT_STAFF),
        "koordinator": make_member("koordinator", clinic, Role.COORDINATOR),
    }


def run(*args: object) -> str:
    out = io.StringIO()
    call_command(*(str(arg) for arg in args), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def name_of(folder) -> str:
    return (folder / "initiative.csv").read_text().splitlines()[1].split(";")[0]


def test_import_then_draw_gives_exactly_the_figures_and_a_clean_pdf(people, folder, tmp_path):
    run("import_initiative", folder)
    pdf, told = tmp_path / "report.pdf", tmp_path / "figures.json"
    run("draw_report", name_of(folder), "2023", "--out", pdf, "--figures", told)
    assert json.loads(told.read_text()) == json.loads((folder / "expected.json").read_text())
    assert pdfua.problems({"report": pdf.read_bytes()}) == {}
    text = words(pdf.read_bytes())
    given = (folder / "texts.md").read_text()
    at = 0
    for line in given.splitlines():
        if line.startswith(("#", "One section", "Invented answers")) or not line.strip():
            continue
        piece = " ".join(line.strip("* ").split())
        assert piece in text[at:], f"missing, or not after what stands before it: {piece[:60]}"
        at += text[at:].index(piece) if line.startswith("**") else 0
    assert "768 timmar" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "310 163 kr" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "uppgift saknas" in text


def test_both_twice_change_nothing(people, folder, tmp_path):
    files = [(tmp_path / f"{n}.pdf", tmp_path / f"{n}.json") for n in (1, 2)]
    for pdf, told in files:
        run("import_initiative", folder)
        run("draw_report", name_of(folder), "2023", "--out", pdf, "--figures", told)
    assert files[0][0].read_bytes() == files[1][0].read_bytes()
    assert files[0][1].read_bytes() == files[1][1].read_bytes()
    assert (Initiative.objects.count(), Report.objects.count(), Drawing.objects.count()) == (1, 1, 1)


def test_in_demo_mode_the_three_are_seated(people):
    run("import_initiative", HERE)
    seats = Initiative.objects.get().seats.live()
    assert {(seat.user.email.split("@")[0], seat.role) for seat in seats} == {
        ("projektledare", SeatRole.LEAD),
        ("styrgrupp", SeatRole.STEERING),
        ("forbund", SeatRole.ASSOCIATION),
    }


def test_as_another_makes_that_one_the_lead(people):
    run("import_initiative", HERE, "--as", "annan@samverkan.example")
    lead = Initiative.objects.get().seats.get(role=SeatRole.LEAD)
    assert lead.user == people["annan"].user
    with pytest.raises(CommandError):
        run("import_initiative", HERE)


def test_without_demo_mode_somebody_must_be_named(people, settings):
    settings.DEMO = False
    with pytest.raises(CommandError):
        run("import_initiative", HERE)
    run("import_initiative", HERE, "--as", "annan@samverkan.example")
    assert Initiative.objects.get().seats.count() == 1


@pytest.mark.parametrize(
    "email", ["koordinator@samverkan.example", "ingen@samverkan.example", "forbund@samverkan.example"]
)
def test_who_may_not_import_is_told_so_and_saves_nothing(people, email):
    with pytest.raises(CommandError):
        run("import_initiative", HERE, "--as", email)
    User.objects.filter(email="annan@samverkan.example").update(is_active=False)
    with pytest.raises(CommandError):
        run("import_initiative", HERE, "--as", "annan@samverkan.example")
    assert not Initiative.objects.exists()


def broken(tmp_path):
    folder = tmp_path / "broken"
    shutil.copytree(HERE, folder)
    for name, was, becomes in (
        ("funding.csv", ";14;", ";13;"),
        ("activities.csv", "2023-02-17;kickoff", "17 feb;avspark"),
        ("totals.csv", "time_used;768", "time_used;"),
        ("obstacles.csv", "Ett enda ja räcker inte för allt", ""),
        ("texts.md", "## assessment", "## bedomning"),
    ):
        file = folder / name
        file.write_text(file.read_text().replace(was, becomes, 1))
    return folder


def test_a_dry_run_lists_every_rejected_row_and_a_real_run_saves_nothing(people, tmp_path):
    out = run("import_initiative", broken(tmp_path), "--dry-run")
    for told in (
        "activities.csv, rad 2, date: not_a_date",
        "activities.csv, rad 2, kind: unknown_code",
        "funding.csv, rad 2, share_percent: shares_not_100",
        "funding.csv, rad 3, share_percent: shares_not_100",
        "funding.csv, rad 4, share_percent: shares_not_100",
        "obstacles.csv, rad 2, text: missing",
        "totals.csv, rad 2, value: missing",
        "texts.md, rad 61: unknown_code",
    ):
        assert told in out
    with pytest.raises(CommandError, match="Inget är sparat"):
        run("import_initiative", tmp_path / "broken")
    assert not Initiative.objects.exists()
    assert not Report.objects.exists()


def test_a_dry_run_of_what_is_right_says_so_and_saves_nothing(people):
    assert "activities.csv: 15 nya" in run("import_initiative", HERE, "--dry-run")
    assert not Initiative.objects.exists()
    assert not Report.objects.exists()


def test_a_folder_that_is_not_there(people, tmp_path):
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(CommandError):
            run("import_initiative", path)


@pytest.mark.parametrize(
    ("name", "period", "says"),
    [
        ("AKTIV PROV", "2999", "Perioden är inte slut. Välj en tidigare."),
        ("AKTIV PROV", "2023Q5", "Skriv perioden som 2023 eller 2023Q4."),
        ("AKTIV PROV", "i fjol", "Skriv perioden som 2023 eller 2023Q4."),
        ("ANNAN", "2023", "Det finns ingen insats"),
    ],
)
def test_what_cannot_be_drawn_gets_a_sentence(people, tmp_path, name, period, says):
    run("import_initiative", HERE)
    with pytest.raises(CommandError, match=says):
        run("draw_report", name, period, "--out", tmp_path / "x.pdf")
    assert not (tmp_path / "x.pdf").exists()


def test_a_quarter_of_the_same_insats_says_what_is_known_only_for_the_year(people, tmp_path):
    run("import_initiative", HERE)
    pdf, told = tmp_path / "q.pdf", tmp_path / "q.json"
    run("draw_report", "AKTIV PROV", "2023Q4", "--out", pdf, "--figures", told)
    figures = json.loads(told.read_text())
    assert figures["period"] == ["2023-10-01", "2023-12-31"]
    assert figures["hours_used"] is figures["invoiced_sek"] is None
    text = words(pdf.read_bytes())
    assert "finns bara för hela 2023" in text
    assert "Kvartalsrapport 4, 2023" in text
    assert "utfall för kvartalsrapport: måluppfyllelse" in text


def test_the_steering_group_draws_what_is_frozen_and_freezes_nothing(people, tmp_path):
    run("import_initiative", HERE)
    with pytest.raises(CommandError):
        run("draw_report", "AKTIV PROV", "2023", "--as", "styrgrupp@samverkan.example")
    run("draw_report", "AKTIV PROV", "2023")
    run("draw_report", "AKTIV PROV", "2023", "--as", "forbund@samverkan.example", "--out", tmp_path / "x.pdf")
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")
    with pytest.raises(CommandError):
        run("draw_report", "AKTIV PROV", "2023", "--as", "koordinator@samverkan.example")


def test_a_changed_text_after_freezing_begins_a_new_version(people, tmp_path):
    run("import_initiative", HERE)
    run("draw_report", "AKTIV PROV", "2023")
    folder = tmp_path / "changed"
    shutil.copytree(HERE, folder)
    text = folder / "texts.md"
    text.write_text(text.read_text().replace("Provtext om hinder.", "Ny text om hinder."))
    run("import_initiative", folder)
    assert list(Report.objects.order_by("version").values_list("version", "state")) == [
        (1, "frozen"),
        (2, "draft"),
    ]
    assert Report.objects.get(version=2).sections.get(key="obstacles").text == "Ny text om hinder."
    run("draw_report", "AKTIV PROV", "2023", "--out", tmp_path / "x.pdf")
    assert "Provtext om hinder." in words((tmp_path / "x.pdf").read_bytes())


def test_a_file_writes_nothing_for_a_steering_group_that_has_a_seat(people, tmp_path):
    heading = "**Styrgruppens analys och kommentarer av utfall**\n"
    folder = tmp_path / "folder"
    shutil.copytree(HERE, folder)
    file = folder / "texts.md"
    without = file.read_text()

    def imported(words: str) -> str:
        file.write_text(without.replace(heading, f"{heading}\n{words}\n"))
        run("import_initiative", folder)
        return Report.objects.get().sections.get(key="steering").text

    # The first time nobody has a seat yet: the file's words come with it. Then the group is seated.
    assert imported("Styrgruppen är nöjd.") == "Styrgruppen är nöjd."
    assert imported("Ledarens ord i styrgruppens mun.") == "Styrgruppen är nöjd."
    # Nor when the lead has ended the seat: it is given back afterwards, and the words would stand as the group's.
    initiative = Report.objects.get().initiative
    lead = people["projektledare"]
    seat = initiative.seats.get(role=SeatRole.STEERING)
    with acting(lead):
        actions.end_seat(seat, by=lead)
    assert imported("Ledarens ord i styrgruppens mun.") == "Styrgruppen är nöjd."
