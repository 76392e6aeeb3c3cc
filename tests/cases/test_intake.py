"""The import of a case list: what rows become, for whom, and what nobody learns by it."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from cases import intake
from cases.actions import case as case_verbs
from cases.actions.block import block
from cases.actions.item import write_version
from cases.law import Ground
from cases.leaves import days_of
from cases.listcells import MAX_BYTES
from cases.models import Assignment, Case, CaseState, Disclosure, Item, Person, Spell
from initiatives.models import Initiative, Participation
from parties.access import acting, importing_for
from parties.models import Membership, PartyKind, Role, Unit
from parties.numbers import parse_number
from tests.factories import make_case, make_disclosure, make_member, make_unit, test_number

pytestmark = pytest.mark.django_db

HERE = Path(__file__).parent / "files"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "case-list"
FOLDERS = [folder for folder in (HERE, SHARED) if folder == HERE or folder.is_dir()]
REGION = "Region Provlandet"
UNITS = [
    "Vuxenpsykiatrimottagning Ekelunda Norr",
    "Vuxenpsykiatrimottagning Ekelunda Söder",
    "Vuxenpsykiatrimottagning Björkvalla",
    "Vuxenpsykiatrimottagning Strandåker",
    "Psykosmottagningen Ekelunda",
]
HEADINGS = (
    "Personnummer;Efternamn;Förnamn;Kommun;Mottagning;Sjukskriven fr.o.m.;Sjukskriven t.o.m.;"
    "Omfattning (%);Ersättning;Diagnosgrupp;Arbetsgivare;Anmärkning"
)
NUMBER = "19850709-9805"


def row(**cells: str) -> str:
    given = {
        "number": NUMBER,
        "family": "Sandgren",
        "given": "Åke",
        "town": "Ekelunda",
        "unit": "Mottagning Norr",
        "start": "2026-02-24",
        "end": "2026-08-24",
        "degree": "50",
        "benefit": "sjukpenning",
        "diagnosis": "F32",
        "employer": "",
        "remark": "",
    }
    return ";".join((given | cells).values())


def listed(*rows: str) -> bytes:
    return "\r\n".join([HEADINGS, *rows]).encode()


def of_many(count: int, unit: str = "Mottagning Norr", year: int = 1970) -> bytes:
    return listed(
        *(
            row(number=test_number(n, year), unit=unit, employer="Prov Livs AB", remark=f"Nummer {n}")
            for n in range(count)
        )
    )


def imported(by: Membership, content: bytes, **more) -> intake.Outcome:
    return intake.import_list(by=by, content=content, filename="lista.csv", **more)


def counts(outcome: intake.Outcome) -> tuple[int, int, int]:
    return outcome.created, outcome.changed, outcome.unchanged


ROWS = (Person, Case, CaseState, Spell, Item, Assignment)


def rows_of(member: Membership) -> dict[str, int]:
    with acting(member):
        return {model.__name__: model.objects.filter(unit=member.unit).count() for model in ROWS}


def entries(member: Membership, *kinds: str) -> list[Entry]:
    """The ledger of the member's unit, as its manager would read it."""
    with acting(member):
        return list(Entry.objects.filter(kind__in=kinds).order_by("id"))


@pytest.fixture
def clinics(cast) -> list[Unit]:
    """The units that the lists name, in the region of the cast's administrator."""
    return [make_unit(name, PartyKind.PSYCHIATRY, REGION) for name in UNITS]


def run(*arguments, by: str = "admin", **options) -> str:
    out = io.StringIO()
    call_command("import_cases", *arguments, "--as", f"{by}@samverkan.example", stdout=out, **options)
    return out.getvalue()


# --- the lists, by the command


@pytest.mark.parametrize("name", ["arendelista.csv", "arendelista.xlsx"])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_a_list_gives_exactly_what_is_expected_and_the_second_time_nothing(clinics, tmp_path, folder, name):
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    report = tmp_path / "report.json"

    def told(*options) -> dict:
        run(folder / name, "--report", report, *options)
        told = json.loads(report.read_text("utf-8"))
        assert {key: told[key] for key in expected} == expected
        return told

    checked = told("--dry-run")
    assert set(checked) == set(expected) | {"warnings"}
    coordinators = [make_member(f"k{n}", unit, Role.COORDINATOR) for n, unit in enumerate(clinics)]
    assert {n for member in coordinators for n in rows_of(member).values()} == {0}

    first = told()
    assert set(first) == set(checked) | {"created", "unchanged"}
    assert (first["created"], first["unchanged"]) == (expected["importable"], 0)
    there = [rows_of(member) for member in coordinators]
    assert sum(unit["Case"] for unit in there) == expected["importable"]

    second = told()
    assert (second["created"], second["unchanged"]) == (0, expected["importable"])
    assert [rows_of(member) for member in coordinators] == there
    assert {**second, "created": 0, "unchanged": 0} == {**first, "created": 0, "unchanged": 0}


def test_what_the_command_prints_holds_no_value_of_the_list(clinics):
    out = run(HERE / "arendelista.csv")
    assert "Nya ärenden: 13. Ändrade: 0. Oförändrade: 0." in out
    assert "11\tPersonnummer\tno_such_date\tDatumet i personnumret" in out
    for value in ("Sandgren", "19810412", "810412", "HYPERLINK", "ringer helst", "Nordslätt"):
        assert value not in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.csv"], "Filen .*nowhere.csv går inte att läsa"),
        (["folder"], "går inte att läsa"),
        (["list.csv", "--as", "nobody@samverkan.example"], "Ingen administratör eller koordinator"),
        (["list.csv", "--as", "karin@samverkan.example"], "Ingen administratör eller koordinator"),
        (["list.csv", "--as", "vera@samverkan.example"], "Ingen administratör eller koordinator"),
        (["list.csv", "--initiative", "Finns inte"], "Ingen av dina enheter deltar i en insats"),
        (["list.csv", "--report", "nowhere/report.json"], "Rapporten .* går inte att skriva"),
        (["empty.csv"], "Filen är tom"),
        (["big.csv"], "Filen är större än 5 MB"),
        (["text.csv"], "Rubrikerna saknas"),
    ],
)
def test_the_command_ends_with_a_sentence_and_code_1(cast, tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("list.csv").write_bytes(listed(row()))
    Path("empty.csv").write_bytes(b"")
    Path("text.csv").write_bytes(b"hej\n")
    with open("big.csv", "wb") as out:
        out.truncate(MAX_BYTES + 1)
    with pytest.raises(CommandError, match=sentence) as caught:
        call_command("import_cases", "--as", "admin@samverkan.example", *arguments, stdout=io.StringIO())
    assert caught.value.returncode == 1
    assert set(rows_of(cast.coordinator).values()) == {0}
    assert sorted(path.name for path in tmp_path.glob("*report*")) == []


def test_a_refused_file_leaves_the_report_of_last_time(clinics, tmp_path):
    report = tmp_path / "report.json"
    run(HERE / "arendelista.csv", "--report", report)
    before = report.read_text("utf-8")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(CommandError):
        run(tmp_path / "empty.csv", "--report", report)
    assert report.read_text("utf-8") == before
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"report.json", "empty.csv"}


def test_a_coordinator_at_two_units_imports_for_both_by_the_command(cast, tmp_path):
    other = cast.other_clinic.unit
    twice = Membership.objects.create(
        user=cast.coordinator.user, unit=other, party=other.party, role=Role.COORDINATOR, side="case"
    )
    path = tmp_path / "list.csv"
    path.write_bytes(listed(row(), row(number="19850709-9813", unit=other.name)))
    assert "Nya ärenden: 2." in run(path, by="elif")
    with acting(cast.other_clinic):
        assert Assignment.objects.get().member_id == twice.pk


# --- what a row becomes


def test_a_row_becomes_a_person_a_case_a_spell_and_items_at_the_unit(cast):
    content = listed(
        row(number="810472-9846", employer="Prov Livs AB", remark="Syster till 19810413-9806, ringer helst")
    )
    assert counts(imported(cast.administrator, content)) == (1, 0, 0)
    with acting(cast.coordinator):
        case = Case.objects.select_related("person").get()
        person = case.person
        assert (person.number, person.number_kind) == ("19810472-9846", "samordningsnummer")
        assert (person.name, person.sex, person.home_municipality) == ("Åke Sandgren", "female", "Ekelunda")
        assert (person.unit, person.party, person.protected) == (case.unit, case.unit.party, False)
        assert (case.unit, case.opened_on, case.initiative) == (
            cast.coordinator.unit,
            timezone.localdate(),
            None,
        )
        state = case.states.get()
        assert (state.state, state.by) == ("open", cast.administrator)
        spell = case.spells.get()
        assert (spell.from_on, spell.to_on) == (date(2026, 2, 24), date(2026, 8, 24))
        assert (spell.degree, spell.benefit, spell.by) == (50, "sickness_benefit", cast.administrator)
        employer, note = case.items.order_by("id")
        assert (employer.type, employer.kind, employer.facts) == (
            "work_situation",
            "employment",
            {"employer": "Prov Livs AB"},
        )
        assert (note.type, note.kind, note.text) == (
            "note",
            "medical",
            "Syster till 19810413-****, ringer helst",
        )
        assert not Assignment.objects.exists()
        assert not Disclosure.objects.exists()


def test_no_diagnosis_comes_in(cast):
    imported(cast.administrator, listed(row(diagnosis="F20-F29", employer="A", remark="B")))
    with acting(cast.coordinator), connection.cursor() as cursor:
        cursor.execute(
            "select row_to_json(i)::text from cases_item i union all"
            " select row_to_json(c)::text from cases_case c"
        )
        assert not [text for (text,) in cursor.fetchall() if "F20" in text]


def test_text_of_a_cell_stays_text_and_is_escaped_on_the_page(cast, sign_in):
    content = listed(
        row(
            family="<b>Sandgren</b>",
            employer='"=HYPERLINK(""http://x.invalid"";""A"")"',
            remark="<script>alert(1)</script>",
        )
    )
    imported(cast.administrator, content)
    with acting(cast.coordinator):
        case = Case.objects.get()
        employer, note = case.items.order_by("id")
    assert employer.heading == '=HYPERLINK("http://x.invalid";"A")'
    client = sign_in(cast.coordinator)
    pages = [f"/cases/{case.number}/", f"/cases/{case.number}/items/{note.pk}/", "/cases/"]
    client.post("/cases/persons/", {"show": "1"})
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200
        assert b"<script>alert(1)" not in answer.content
        assert b"<b>Sandgren" not in answer.content
    assert b"&lt;script&gt;alert(1)" in client.get(pages[1]).content


def test_a_coordinators_cases_are_assigned_to_her(cast):
    assert counts(imported(cast.coordinator, listed(row()))) == (1, 0, 0)
    with acting(cast.coordinator):
        assert Assignment.objects.get().member == cast.coordinator


def test_new_cases_belong_to_the_insats_and_old_ones_stay_where_they_are(cast):
    insats = make_insats(cast, cast.coordinator.party)
    make_case(cast.coordinator, number=NUMBER)
    content = listed(row(), row(number="19850709-9813"))
    assert counts(imported(cast.administrator, content, initiative=insats)) == (1, 1, 0)
    with acting(cast.coordinator):
        assert set(Case.objects.values_list("person__number_kind", "initiative")) == {
            ("personnummer", None),
            ("personnummer", insats.pk),
        }


def make_insats(cast, party=None, unit=None, name="Samtal i prov") -> Initiative:
    insats = Initiative.objects.create(
        name=name, kind="individual", starts_on=date(2024, 1, 1), owner_name="Ägaren", first_party_name="A",
        second_party_name="B", created_by=cast.project_lead,
    )  # fmt: skip
    if party is not None:
        Participation.objects.create(
            initiative=insats, party=party, unit=unit, name=party.name, kind=party.kind,
            from_on=date(2024, 1, 1),
        )  # fmt: skip
    return insats


def test_units_that_do_not_take_part_stop_the_list(cast):
    content = listed(row(), row(number="19850709-9813", unit="Mottagning Söder"))
    whole = make_insats(cast, cast.coordinator.party)
    assert intake.check(by=cast.administrator, content=content, filename="a.csv", initiative=whole)
    for insats in (
        make_insats(cast, cast.coordinator.party, cast.coordinator.unit, "Bara Norr"),
        make_insats(cast, name="Ingen"),
    ):
        for verb in (intake.check, intake.import_list):
            with pytest.raises(intake.NotTakingPart, match="units") as caught:
                verb(by=cast.administrator, content=content, filename="a.csv", initiative=insats)
            assert "Mottagning Söder" in caught.value.units
    Participation.objects.filter(initiative=whole).update(to_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(intake.NotTakingPart):
        imported(cast.administrator, content, initiative=whole)
    assert rows_of(cast.coordinator)["Case"] == 0


# --- a later list


def after_import(cast, **cells) -> Case:
    first = {"employer": "Prov Livs AB", "remark": "Ringer helst"} | cells
    imported(cast.administrator, listed(row(**first)))
    with acting(cast.coordinator):
        return Case.objects.get()


LATER = {"employer": "Prov Livs AB", "remark": "Ringer helst"}


@pytest.mark.parametrize(
    ("cells", "more"),
    [
        ({}, {}),
        ({"employer": "", "remark": ""}, {}),
        ({"employer": "PROV LIVS AB"}, {}),
        ({"number": "8507099805", "start": "20260224", "degree": "50 %"}, {}),
        ({"family": "Sandgren-Berg", "town": "Björkvalla"}, {}),
        ({"degree": "100"}, {"Spell": 1}),
        ({"end": "2026-09-30"}, {"Spell": 1}),
        ({"benefit": "rehabiliteringspenning"}, {"Spell": 1}),
        ({"start": "2026-02-25"}, {"Spell": 1}),
        ({"employer": "Prov Bygg AB"}, {"Item": 1}),
        ({"remark": "Ringer helst till 19810413-9806"}, {"Item": 1}),
        ({"degree": "25", "employer": "Prov Bygg AB", "remark": "Flyttat"}, {"Spell": 1, "Item": 2}),
    ],
)
def test_a_later_list_adds_only_what_is_new(cast, cells, more):
    case = after_import(cast)
    before = rows_of(cast.coordinator)
    later = listed(row(**(LATER | cells)))
    outcome = imported(cast.administrator, later)
    assert counts(outcome) == ((0, 1, 0) if more else (0, 0, 1))
    assert outcome.report().get("changed", 0) == (1 if more else 0)
    after = rows_of(cast.coordinator)
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == more
    assert counts(imported(cast.administrator, later)) == (0, 0, 1)
    assert rows_of(cast.coordinator) == after
    with acting(cast.coordinator):
        assert Case.objects.get() == case
        assert case.person.name == "Åke Sandgren"
        assert case.person.home_municipality == "Ekelunda"


def test_of_two_lists_the_one_imported_last_counts(cast):
    case = after_import(cast)
    for degree in ("100", "50"):
        assert counts(imported(cast.administrator, listed(row(degree=degree)))) == (0, 1, 0)
    with acting(cast.coordinator):
        assert list(case.spells.order_by("id").values_list("degree", flat=True)) == [50, 100, 50]


def test_a_spell_recorded_by_hand_since_then_stays_the_last(cast):
    case = after_import(cast)
    with acting(cast.coordinator):
        case_verbs.record_spell(
            by=cast.coordinator,
            case=case,
            from_on=date(2026, 5, 1),
            to_on=None,
            degree=25,
            benefit="sick_pay",
        )
    assert counts(imported(cast.administrator, listed(row(**LATER)))) == (0, 0, 1)


@pytest.mark.parametrize(("days_between", "joins"), [(0, True), (5, True), (6, False)])
def test_a_later_list_continues_the_sick_leave_over_at_most_five_days(cast, days_between, joins):
    """The new spell is a row of its own in the same case; the day counts on from the first one, or begins anew."""
    today = timezone.localdate()
    first, last = today - timedelta(days=60), today - timedelta(days=21)
    began = last + timedelta(days=days_between + 1)
    imported(cast.administrator, listed(row(start=first.isoformat(), end=last.isoformat())))
    again = listed(row(start=began.isoformat(), end=(today + timedelta(days=10)).isoformat()))
    assert counts(imported(cast.administrator, again)) == (0, 1, 0)
    assert counts(imported(cast.administrator, again)) == (0, 0, 1)
    with acting(cast.coordinator):
        case = Case.objects.get()
        assert case.spells.count() == 2
        values = [{"pk": case.pk, "initiative_id": case.initiative_id}]
        begins = first if joins else began
        assert days_of(values, today) == {case.pk: (today - begins).days + 1}


def test_a_version_that_a_colleague_has_written_is_not_written_again(cast):
    case = after_import(cast)
    with acting(cast.colleague):
        for item in case.items.all():
            write_version(
                by=cast.colleague, case=case, item=item, heading=item.heading, text="Ringer aldrig",
                happened_on=date(2026, 3, 1), facts={"employer": "Inget"} if item.facts else {},
            )  # fmt: skip
    assert counts(imported(cast.administrator, listed(row(**LATER)))) == (0, 0, 1)


def test_a_changed_case_rises_in_the_list_and_an_unchanged_one_does_not(cast):
    case = after_import(cast)
    moved = Case.objects.values_list("updated_at", flat=True)
    with acting(cast.coordinator):
        long_ago = timezone.now() - timedelta(days=30)
        Case.objects.update(updated_at=long_ago)
    imported(cast.administrator, listed(row(**LATER)))
    with acting(cast.coordinator):
        assert moved.get(pk=case.pk) == long_ago
    imported(cast.administrator, listed(row(degree="100")))
    with acting(cast.coordinator):
        assert moved.get(pk=case.pk) > timezone.now() - timedelta(minutes=5)


@pytest.mark.parametrize("state", ["open", "paused"])
def test_a_person_who_is_already_at_the_unit_keeps_the_case(cast, state):
    case = make_case(cast.coordinator, name="Egen stavning", number=NUMBER)
    if state == "paused":
        with acting(cast.coordinator):
            case_verbs.set_state(by=cast.coordinator, case=case, state="paused")
    assert counts(imported(cast.administrator, listed(row()))) == (0, 1, 0)
    with acting(cast.coordinator):
        assert Case.objects.get() == case
        person = Person.objects.get()
        # What a colleague has written stands; only what was empty is filled in.
        assert (person.name, person.home_municipality) == ("Egen stavning", "Ekelunda")
        assert case.states.order_by("-id").first().state == state
    assert counts(imported(cast.administrator, listed(row()))) == (0, 0, 1)


def test_a_closed_case_stays_closed_and_a_new_sick_leave_opens_a_new_one(cast):
    case = after_import(cast)
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=case, state="closed", cause="completed")
    assert counts(imported(cast.administrator, listed(row(**LATER)))) == (0, 0, 1)
    assert counts(imported(cast.administrator, listed(row(remark="Något annat")))) == (0, 0, 1)
    again = listed(row(start="2026-10-01", end="2026-10-31", **LATER))
    assert counts(imported(cast.administrator, again)) == (1, 0, 0)
    with acting(cast.coordinator):
        new = Case.objects.exclude(pk=case.pk).get()
        assert new.person == case.person
        assert case.states.order_by("-id").first().state == "closed"
        assert (new.spells.count(), new.items.count()) == (1, 2)
    assert counts(imported(cast.administrator, again)) == (0, 0, 1)


def test_the_case_that_is_open_counts_though_a_later_one_is_closed(cast):
    first = after_import(cast)
    later = listed(row(start="2026-10-01", end="2026-10-31", **LATER))
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=first, state="closed", cause="completed")
    imported(cast.administrator, later)
    with acting(cast.coordinator):
        second = Case.objects.exclude(pk=first.pk).get()
        case_verbs.set_state(by=cast.coordinator, case=second, state="closed", cause="completed")
        case_verbs.set_state(by=cast.coordinator, case=first, state="open")
    assert counts(imported(cast.administrator, later)) == (0, 1, 0)
    with acting(cast.coordinator):
        assert (first.spells.count(), second.spells.count()) == (2, 1)


def test_of_a_person_with_protected_identity_only_the_spell_is_recorded(cast):
    case = make_case(cast.coordinator, number=NUMBER, protected=True)
    content = listed(row(employer="Prov Livs AB", remark="Bor hos sin syster"))
    assert counts(imported(cast.administrator, content)) == (0, 1, 0)
    with acting(cast.coordinator):
        person = Person.objects.get()
        assert (person.protected, person.home_municipality) == (True, "")
        assert (case.spells.count(), case.items.count()) == (1, 0)
    assert counts(imported(cast.administrator, content)) == (0, 0, 1)
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=case, state="closed", cause="completed")
    later = listed(row(start="2026-10-01", end="2026-10-31", employer="Prov Livs AB", remark="Bor"))
    assert counts(imported(cast.administrator, later)) == (1, 0, 0)
    with acting(cast.coordinator):
        assert Item.objects.count() == 0


def test_another_units_record_of_the_person_is_neither_used_nor_touched(cast):
    theirs = make_case(cast.other_clinic, name="Hos Söder", number=NUMBER)
    before = rows_of(cast.other_clinic)
    assert counts(imported(cast.administrator, listed(row()))) == (1, 0, 0)
    assert rows_of(cast.other_clinic) == before
    with acting(cast.coordinator):
        assert Person.objects.get().pk != theirs.person_id


def test_a_person_whom_another_unit_has_opened_for_ours_is_registered_anew(cast):
    theirs = make_case(cast.health_centre, name="På vårdcentralen", number=NUMBER)
    make_disclosure(cast.health_centre, theirs, cast.coordinator.unit, basis=Ground.INTRA_CARE)
    with acting(cast.coordinator):
        assert Person.objects.get().pk == theirs.person_id
    assert counts(imported(cast.administrator, listed(row()))) == (1, 0, 0)
    with acting(cast.coordinator):
        assert Case.objects.get(unit=cast.coordinator.unit).person.name == "Åke Sandgren"
    with acting(cast.health_centre):
        assert Person.objects.get().name == "På vårdcentralen"


# --- who, and what they learn


def test_the_administrator_gets_counts_and_places_and_cannot_read_the_case(cast, sign_in):
    outcome = imported(cast.administrator, listed(row(), row(number="19850709-9806")))
    told = json.dumps(outcome.report(), ensure_ascii=False)
    assert json.loads(told)["problems"] == [{"line": 3, "column": "Personnummer", "problem": "check_digit"}]
    for value in ("Sandgren", "1985", "Åke", "Ekelunda", "sjukpenning"):
        assert value not in told
    with acting(cast.coordinator):
        case = Case.objects.get()
        item = Item.objects.create(
            case=case, unit=case.unit, type="plan", kind="plan", author=cast.coordinator,
            happened_on=date(2026, 3, 1), heading="En plan",
        )  # fmt: skip
    client = sign_in(cast.administrator)
    for page in (f"/cases/{case.number}/", f"/cases/{case.number}/items/{item.pk}/", "/cases/", "/own/"):
        assert client.get(page).status_code == 404
    with acting(cast.administrator):
        assert not Case.objects.exists()
        assert not Person.objects.exists()
        assert not Case.objects.visible_to(cast.administrator).exists()
    assert sign_in(cast.coordinator).get(f"/cases/{case.number}/").status_code == 200


def test_the_ledger_tells_each_unit_of_its_cases_and_the_importers_unit_of_the_run(cast):
    content = listed(row(), row(number="19850709-9813", unit="Mottagning Söder"), row(number=""))
    imported(cast.administrator, content)
    imported(cast.administrator, listed(row(degree="100")))
    norr = entries(cast.manager, "case.imported", "case.import_changed")
    with acting(cast.coordinator):
        case = Case.objects.get()
    assert [(e.kind, e.case, e.persons, e.member) for e in norr] == [
        ("case.imported", case.pk, [case.person_id], cast.administrator.pk),
        ("case.import_changed", case.pk, [case.person_id], cast.administrator.pk),
    ]
    (soder,) = entries(cast.other_clinic, "case.imported", "import.done", "import.checked")
    assert (soder.unit, soder.party) == (cast.other_clinic.unit_id, cast.other_clinic.party_id)
    first, second = entries(cast.manager, "import.done")
    assert first.note.endswith("3 rows, 2 right, 1 rejected, 2 created, 0 changed, 0 unchanged")
    assert (first.member, first.persons, first.case) == (cast.administrator.pk, [], None)
    # The second run found a person who was there.
    assert second.persons == [case.person_id]
    # One number for the run and all its cases, so that they are found together.
    assert {first.note.split(":")[0]} == {norr[0].note, soder.note}
    assert second.note.split(":")[0] == norr[1].note != norr[0].note


def test_a_check_writes_nothing_and_names_in_each_units_log_whom_the_list_found_there(cast):
    case = make_case(cast.coordinator, number=NUMBER)
    theirs = make_case(cast.other_clinic, number="19850709-9813")
    make_case(cast.health_centre, number=NUMBER)
    content = listed(row(), row(number="19850709-9813", unit="Mottagning Söder"), row(number="19850709-9821"))
    with CaptureQueriesContext(connection) as asked:
        would = intake.check(by=cast.administrator, content=content, filename="a.csv")
    assert counts(would) == (1, 2, 0)
    wrote = [q["sql"] for q in asked.captured_queries if re.match("(?i)insert|update|delete", q["sql"])]
    assert len(wrote) == 2
    assert all(sql.lower().startswith("insert into audit_entry") for sql in wrote)
    assert not [q for q in asked.captured_queries if "FOR UPDATE" in q["sql"]]
    (own,) = entries(cast.coordinator, "import.checked")
    assert (own.persons, own.case, own.member) == ([case.person_id], None, cast.administrator.pk)
    assert own.note.endswith("3 rows, 3 right, 0 rejected, 1 created, 2 changed, 0 unchanged")
    (other,) = entries(cast.other_clinic, "import.checked")
    assert (other.persons, other.case) == ([theirs.person_id], None)
    # One number for the run; nothing in the unit's row tells of another unit's rows.
    assert own.note.startswith(f"{other.note}: ")
    # Where the list named nobody nothing was looked for.
    assert entries(cast.health_centre, "import.checked") == []


def test_an_import_names_also_whom_it_left_unchanged(cast):
    content = listed(row(unit="Mottagning Söder"), row(number="19850709-9813", unit="Mottagning Söder"))
    imported(cast.administrator, content)
    assert counts(imported(cast.administrator, content)) == (0, 0, 2)
    (again,) = entries(cast.other_clinic, "import.done")
    with acting(cast.other_clinic):
        assert again.persons == sorted(Person.objects.values_list("pk", flat=True))
    assert entries(cast.coordinator, "import.done")[-1].persons == []


@pytest.mark.parametrize("verb", [intake.check, intake.import_list])
def test_a_check_tells_what_the_import_then_does(cast, verb):
    make_case(cast.coordinator, number=NUMBER)
    content = listed(row(), row(number="19850709-9813"), row(number="19850709-9821", degree="half"))
    told = {"by": cast.administrator, "content": content, "filename": "a.csv"}
    assert counts(verb(**told)) == (1, 1, 0)
    intake.import_list(**told)
    assert counts(verb(**told)) == (0, 0, 2)


def test_a_second_dry_run_says_that_nothing_would_change_and_its_report_is_as_the_first(clinics, tmp_path):
    report = tmp_path / "report.json"
    run(HERE / "arendelista.csv", "--dry-run", "--report", report)
    before = report.read_text("utf-8")
    run(HERE / "arendelista.csv")
    out = run(HERE / "arendelista.csv", "--dry-run", "--report", report)
    assert "En inläsning skulle inte ändra något: alla rätta rader finns redan." in out
    assert "skulle ge" not in out
    assert report.read_text("utf-8") == before


def test_a_dry_run_without_a_right_row_says_nothing_of_what_is_here(cast, tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(listed(row(number="")))
    out = run(path, "--dry-run", by="elif")
    assert "Bara en kontroll" in out
    assert not re.search("finns|skulle", out)


def test_figures_that_are_printed_have_their_spaces(cast, tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(listed(*[row(number="")] * 1_000))
    assert "Rader: 1\u00a0000. Rätta: 0. Att rätta: 1\u00a0000." in run(path, "--dry-run")


def test_a_coordinator_imports_the_own_units_rows_and_no_others(cast):
    content = listed(
        row(),
        row(number="19850709-9813", unit="Mottagning Söder"),
        row(number="19850709-9821", unit="Privat Vård Prov"),
    )
    outcome = imported(cast.coordinator, content)
    assert counts(outcome) == (1, 0, 0)
    assert [(one.line, one.column, one.problem) for one in outcome.read.problems] == [
        (3, "Mottagning", "not_your_unit"),
        (4, "Mottagning", "unknown_unit"),
    ]
    assert rows_of(cast.other_clinic)["Case"] == 0


MAY = {"administrator", "coordinator", "other_clinic", "health_centre", "private_care"}


def test_the_whole_cast_and_who_may_import(cast, sign_in):
    fk = make_member("fkadmin", cast.investigator.unit, Role.ADMINISTRATOR)
    people = cast.everyone | {"fk_administrator": fk}
    for name, member in people.items():
        content = listed(row(unit=member.unit.name if member else "Mottagning Norr"))
        client = sign_in(member)
        answers = [
            client.get("/cases/import/"),
            client.post("/cases/import/", {"file": io.BytesIO(content)}),
            client.get("/cases/import/list/"),
            client.post("/cases/import/list/confirm/"),
            client.post("/cases/import/list/discard/"),
            client.get("/cases/import/list/rejected.csv"),
        ]
        codes = {answer.status_code for answer in answers}
        if name in MAY:
            assert codes <= {200, 302}, name
            assert not {a.get("Location", "") for a in answers} & {"/login/"}
        elif member is None:
            # A page asked for is the login; what was posted waits on it, and nothing was done.
            assert codes == {302, 403}
            assert all(a.get("Location", "/login/").startswith("/login/") for a in answers)
        else:
            assert codes == {404} or name == "ended_member", name
            with pytest.raises(PermissionDenied):
                imported(member, content)
    assert rows_of(cast.investigator)["Case"] == 0


def test_an_administrator_reaches_the_care_units_of_the_own_organisation_only(cast):
    as_employer = make_unit("Regionen som arbetsgivare", PartyKind.EMPLOYER, REGION)
    own = intake.reach_of(cast.administrator)
    assert {unit.name for unit in own.units.values()} == {
        "Mottagning Norr",
        "Mottagning Söder",
        "Vårdcentral Prov",
    }
    assert set(own.doors) == set(own.units)
    assert not intake.may_import(make_member("hr", as_employer, Role.ADMINISTRATOR))
    content = listed(row(unit="Regionen som arbetsgivare"), row(number="19850709-9813", unit="FK Prov A"))
    outcome = imported(cast.administrator, content)
    assert [one.problem for one in outcome.read.problems] == ["unknown_unit", "unknown_unit"]


# --- the door that only the import opens


def test_nobody_but_the_units_own_administrator_acts_for_it(cast):
    clinic = cast.coordinator.unit
    as_employer = make_unit("Regionen som arbetsgivare", PartyKind.EMPLOYER, REGION)
    past = timezone.now() - timedelta(days=1)
    near = [
        (clinic, make_member("fkadmin", cast.investigator.unit, Role.ADMINISTRATOR)),
        (clinic, make_member("privatadmin", cast.private_care.unit, Role.ADMINISTRATOR)),
        (clinic, make_member("hr", as_employer, Role.ADMINISTRATOR)),
        (clinic, make_member("slutat", clinic, Role.ADMINISTRATOR, until_at=past)),
        (clinic, cast.coordinator),
        (clinic, cast.auditor),
        (clinic, cast.manager),
        (cast.investigator.unit, cast.administrator),
        (cast.private_care.unit, cast.administrator),
        (as_employer, cast.administrator),
    ]
    for unit, member in near:
        with pytest.raises(PermissionDenied), importing_for(unit, by=member):
            pytest.fail("the block was entered")


def test_inside_the_door_is_one_unit_and_outside_it_none(cast):
    make_case(cast.coordinator)
    make_case(cast.other_clinic)
    with acting(cast.administrator):
        for member in (cast.coordinator, cast.other_clinic):
            with importing_for(member.unit, by=cast.administrator):
                assert set(Case.objects.values_list("unit", flat=True)) == {member.unit_id}
            assert not Case.objects.exists()
        with pytest.raises(RuntimeError), importing_for(cast.coordinator.unit, by=cast.administrator):
            raise RuntimeError
        assert not Case.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute(
                "select current_setting('portal.unit', true), current_setting('portal.member', true)"
            )
            assert cursor.fetchone() == ("", str(cast.administrator.pk))


def test_only_the_import_uses_the_door():
    users = {
        str(path.relative_to(django_settings.BASE_DIR))
        for room in (
            "audit",
            "errands",
            "parties",
            "initiatives",
            "cases",
            "inquiries",
            "meetings",
            "reports",
            "samverkan",
        )
        for path in (Path(django_settings.BASE_DIR) / room).rglob("*.py")
        if re.search(r"\bimporting_for\b", path.read_text("utf-8"))
    }
    assert users == {"parties/access.py", "cases/intake.py"}


def test_a_role_that_has_ended_since_the_page_was_drawn_imports_nothing(cast):
    for member in (cast.administrator, cast.coordinator):
        Membership.objects.filter(pk=member.pk).update(until_at=timezone.now())
        with pytest.raises(PermissionDenied):
            imported(member, listed(row()))
    assert set(rows_of(cast.colleague).values()) == {0}


# --- all or nothing, and many


def test_queries_do_not_grow_with_the_rows_but_for_the_ledgers(cast):
    def queries(content: bytes) -> int:
        with CaptureQueriesContext(connection) as asked:
            imported(cast.administrator, content)
        return len(asked)

    few, many = queries(of_many(2)), queries(of_many(52, year=1980))
    assert many - few == 50
    assert queries(of_many(2)) == queries(of_many(52, year=1980))


def test_more_rows_than_are_written_at_a_time(cast, monkeypatch):
    monkeypatch.setattr(intake, "AT_A_TIME", 7)
    assert counts(imported(cast.administrator, of_many(20))) == (20, 0, 0)
    assert counts(imported(cast.administrator, of_many(30))) == (10, 0, 20)


def test_what_raises_in_the_middle_leaves_nothing(cast, monkeypatch):
    content = of_many(3) + b"\r\n" + row(number=NUMBER, unit="Mottagning Söder").encode()
    keep = intake._keep

    def breaks(unit, *arguments):
        if unit.pk == cast.other_clinic.unit_id:
            raise RuntimeError
        return keep(unit, *arguments)

    monkeypatch.setattr(intake, "_keep", breaks)
    with pytest.raises(RuntimeError), transaction.atomic():
        imported(cast.administrator, content)
    assert set(rows_of(cast.coordinator).values()) == {0}
    assert entries(cast.coordinator, "case.imported", "import.done") == []


def test_someone_logged_at_the_same_moment_is_seen_at_the_second_look(cast, monkeypatch):
    once = intake._run
    calls = []

    def collides(*arguments):
        calls.append(1)
        if len(calls) == 1:
            raise IntegrityError("one_person_per_number_and_unit")
        return once(*arguments)

    monkeypatch.setattr(intake, "_run", collides)
    assert counts(imported(cast.administrator, listed(row()))) == (1, 0, 0)

    def always(*arguments):
        raise IntegrityError("one_person_per_number_and_unit")

    monkeypatch.setattr(intake, "_run", always)
    with pytest.raises(intake.Interrupted):
        imported(cast.administrator, listed(row(number="19850709-9813")))


@pytest.mark.django_db(transaction=True)
def test_a_colleague_who_logs_the_person_meanwhile_keeps_the_case(cast):
    written, done = threading.Event(), []

    def imports() -> None:
        try:
            written.wait(10)
            done.append(counts(imported(cast.administrator, listed(row()))))
        finally:
            connection.close()

    thread = threading.Thread(target=imports)
    thread.start()
    with acting(cast.coordinator):
        case_verbs.open_case(
            by=cast.coordinator, number=parse_number(NUMBER), name="Åke", opened_on=timezone.localdate()
        )
        written.set()
        _until_waiting("transactionid")
    thread.join(20)
    assert done == [(0, 1, 0)]
    assert rows_of(cast.coordinator) | {"Item": 0} == {
        "Person": 1, "Case": 1, "CaseState": 1, "Spell": 1, "Item": 0, "Assignment": 1,
    }  # fmt: skip


def _until_waiting(lock: str) -> None:
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            # A view of activity is fixed within a transaction unless it is asked for anew.
            cursor.execute("select pg_stat_clear_snapshot()")
            cursor.execute(
                "select count(*) from pg_stat_activity"
                " where wait_event = %s and datname = current_database()",
                [lock],
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    pytest.fail("nobody came to wait")


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_killed_in_the_middle_leaves_nothing(cast, tmp_path):
    """The first unit is written when the second one's lock stops it; there the process is killed."""
    path = tmp_path / "list.csv"
    path.write_bytes(of_many(20) + b"\r\n" + row(number=NUMBER, unit="Mottagning Söder").encode())
    assert cast.coordinator.unit_id < cast.other_clinic.unit_id
    db = connection.settings_dict
    host = db["HOST"].replace("/", "%2F")
    port = f":{db['PORT']}" if db["PORT"] else ""
    secret = f":{db['PASSWORD']}" if db["PASSWORD"] else ""
    address = f"postgresql://{db['USER']}{secret}@{host}{port}/{db['NAME']}"
    command = [sys.executable, "manage.py", "import_cases", str(path), "--as", "admin@samverkan.example"]
    with transaction.atomic():
        intake.one_import_at_a_time(cast.other_clinic.unit)
        process = subprocess.Popen(
            command, cwd=django_settings.BASE_DIR, env=os.environ | {"DATABASE_URL": address},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _until_waiting("advisory")
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    assert set(rows_of(cast.coordinator).values()) == {0}
    assert entries(cast.coordinator, "case.imported", "import.done") == []
    assert counts(imported(cast.administrator, path.read_bytes())) == (21, 0, 0)


def test_the_unit_whose_people_were_found_has_it_in_its_log_when_the_run_is_a_page_too(cast):
    """As a request acts: the administrator's membership in the database, and another unit than her own on the list."""
    make_case(cast.other_clinic, number=NUMBER)
    content = listed(row(unit=cast.other_clinic.unit.name))
    with acting(cast.administrator):
        told = {"by": cast.administrator, "content": content, "filename": "a.csv"}
        intake.check(**told)
        intake.import_list(**told)
    with acting(cast.other_clinic):
        rows = Entry.objects.filter(kind__startswith="import.", unit=cast.other_clinic.unit_id)
        assert set(rows.values_list("kind", "member")) == {
            ("import.checked", cast.administrator.pk),
            ("import.done", cast.administrator.pk),
        }


def test_a_list_leaves_whom_the_importer_is_held_off_from_as_they_are(cast):
    """Not registered anew, not changed, and not a word of why; a colleague's import changes the case."""
    case = make_case(cast.coordinator, number=NUMBER.replace("-", ""))
    with acting(cast.colleague):
        block(by=cast.colleague, case=case, kind="colleague", user=cast.coordinator.user, reason="Släkt")
    content = listed(row(unit=cast.coordinator.unit.name))
    with acting(cast.coordinator):
        assert counts(imported(cast.coordinator, content)) == (0, 0, 1)
    with acting(cast.colleague):
        assert Person.objects.filter(unit=cast.coordinator.unit).count() == 1
        assert not Spell.objects.exists()
    second = make_member("andra", cast.coordinator.unit, Role.COORDINATOR)
    with acting(second):
        assert counts(imported(second, content)) == (0, 1, 0)
