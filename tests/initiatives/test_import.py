"""A folder of an insats: what it must hold, what bad input gets, all or nothing, nothing the second time."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from initiatives import actions, folder, intake
from initiatives.models import (
    Activity,
    FundingShare,
    Initiative,
    Invoice,
    Obstacle,
    Participation,
    ReportingCount,
    SeatRole,
    TimeEntry,
)
from parties.access import acting
from parties.models import Organisation, Party, PartyKind
from tests.factories import test_number
from tests.initiatives.conftest import HERE, files_of

pytestmark = pytest.mark.django_db


def keep(by, files, **more):
    with acting(by):
        return intake.import_folder(files, by=by, **more)


def rows_now() -> dict[str, int]:
    nouns = (Initiative, Participation, FundingShare, Activity, Obstacle, TimeEntry, Invoice, ReportingCount)
    return {noun.__name__: noun.objects.count() for noun in nouns}


def test_what_the_folder_holds_becomes_rows(cast, folder):
    outcome = keep(cast.project_lead, files_of(folder))
    assert outcome.problems == []
    assert rows_now() == {
        "Initiative": 1,
        "Participation": 2,
        "FundingShare": 3,
        "Activity": 15,
        "Obstacle": 8,
        "TimeEntry": 2,
        "Invoice": 1,
        "ReportingCount": 1,
    }
    initiative = Initiative.objects.get()
    assert (initiative.starts_on, initiative.ends_on) == (date(2023, 2, 17), None)
    assert initiative.first_party_name == "Försäkringskassan"
    assert initiative.second_party_name == initiative.owner_name
    assert initiative.seats.get().user == cast.project_lead.user
    assert {(t.kind, t.minutes, t.from_on, t.to_on) for t in TimeEntry.objects.all()} == {
        ("patient", 18_432, date(2023, 1, 1), date(2023, 12, 31)),
        ("organisational", 27_648, date(2023, 1, 1), date(2023, 12, 31)),
    }
    assert Activity.objects.filter(on=None, year=2023).count() == 6
    count = ReportingCount.objects.get()
    assert (count.persons, count.units) == (5, 5)
    assert list(Participation.objects.values_list("role", "from_on", "to_on", "active")) == [
        ("party", date(2023, 2, 17), None, True),
        ("owner", date(2023, 2, 17), None, True),
    ]


def test_a_second_run_changes_nothing(cast, folder, trace):
    keep(cast.project_lead, files_of(folder))
    before, deeds = rows_now(), trace()
    again = keep(cast.project_lead, files_of(folder))
    assert rows_now() == before
    assert not again.created.total()
    assert not again.changed.total()
    assert again.unchanged["activities.csv"] == 15
    assert trace() == [*deeds, "initiative.imported"]


def test_a_dry_run_tells_the_same_and_leaves_nothing(cast, folder):
    dry = keep(cast.project_lead, files_of(folder), dry_run=True)
    assert rows_now() == dict.fromkeys(rows_now(), 0)
    real = keep(cast.project_lead, files_of(folder))
    assert (dry.created, dry.changed, dry.unchanged) == (real.created, real.changed, real.unchanged)
    assert dry.initiative is None
    assert real.initiative == Initiative.objects.get()


def test_a_corrected_row_is_changed_and_not_doubled(cast):
    keep(cast.project_lead, files_of(HERE))
    files = files_of(HERE)
    files["activities.csv"] = files["activities.csv"].replace(b"digital;booked", b"digital;held", 1)
    outcome = keep(cast.project_lead, files)
    assert (outcome.created.total(), outcome.changed.total()) == (0, 1)
    assert Activity.objects.count() == 15
    assert Activity.objects.get(on=date(2023, 3, 23)).state == "held"


def test_a_file_parts_no_row_from_its_party(cast):
    """A unit's row bears the unit's name, which is no party's: imported again it is that unit's still."""
    unit = cast.coordinator.unit
    assert unit.name != unit.party.name
    files = files_of(HERE)
    files["initiative.csv"] = files["initiative.csv"].replace(
        b"Provpsykiatrin;psychiatry", f"{unit.name};psychiatry".encode()
    )
    keep(cast.project_lead, files)
    row = Participation.objects.get(name=unit.name)
    assert row.party is None
    row.party, row.unit = unit.party, unit
    with acting(cast.project_lead):
        actions.correct(row, by=cast.project_lead)
    outcome = keep(cast.project_lead, files)
    assert (outcome.created.total(), outcome.changed.total()) == (0, 0)
    row.refresh_from_db()
    assert (row.party, row.unit) == (unit.party, unit)
    files["initiative.csv"] = files["initiative.csv"].replace(b";psychiatry;", b";employer;")
    with pytest.raises(ValidationError) as error:
        keep(cast.project_lead, files)
    assert set(error.value.message_dict) == {"party"}


def test_two_rows_alike_are_two_and_stay_two(cast):
    files = files_of(HERE)
    files["activities.csv"] += (
        b"2023-11-02;training;Samma;digital;held;\n2023-11-02;training;Samma;digital;held;\n"
    )
    keep(cast.project_lead, files)
    keep(cast.project_lead, files)
    assert Activity.objects.filter(title="Samma").count() == 2


def test_a_name_in_a_file_makes_no_party_but_finds_one(cast):
    parties = Party.objects.count()
    keep(cast.project_lead, files_of(HERE))
    assert Party.objects.count() == parties
    assert not FundingShare.objects.exclude(association=None).exists()
    organisation = Organisation.objects.create(name="Provförbundet Norr")
    party = Party.objects.create(
        organisation=organisation, kind=PartyKind.ASSOCIATION, name="Provförbundet Norr"
    )
    Party.objects.create(organisation=organisation, kind=PartyKind.EMPLOYER, name="Provförbundet Mitt")
    files = files_of(HERE)
    files["funding.csv"] = files["funding.csv"].replace(b";52;", b";51;").replace(b";34;", b";35;")
    files["funding.csv"] = files["funding.csv"].replace(b";161285", b";").replace(b";105455", b";")
    keep(cast.project_lead, files)
    assert FundingShare.objects.exclude(association=None).get().association == party


BAD = [
    ("activities", "2023-03-23;pulse_meeting", "2023-03-23;pulsmöte", 3, "kind", "unknown_code"),
    ("activities", "Första träffen;physical", "Första träffen;fysisk", 2, "form", "unknown_code"),
    (
        "activities",
        "Första träffen;physical;held",
        "Första träffen;physical;done",
        2,
        "state",
        "unknown_code",
    ),
    ("activities", "Första träffen;physical;held", "Första träffen;physical;", 2, "state", "missing"),
    ("activities", "Första träffen", "", 2, "title", "missing"),
    ("activities", "2023-02-17", "17/2 2023", 2, "date", "not_a_date"),
    ("activities", "2023-02-17", "20230217", 2, "date", "not_a_date"),
    ("activities", "2023-02-17", "2023-02-30", 2, "date", "not_a_date"),
    ("activities", "2023-02-17", "2023-W07-5", 2, "date", "not_a_date"),
    ("activities", "2023-02-17", "9999-02-17", 2, "date", "far_off"),
    ("activities", "2023-02-17", "1989-12-31", 2, "date", "far_off"),
    ("activities", "alla som", test_number(1), 2, "audience", "personal_number"),
    ("obstacles", "secrecy", "weather", 2, "area", "unknown_code"),
    ("obstacles", "barrier;secrecy", "wall;secrecy", 2, "kind", "unknown_code"),
    ("obstacles", "Ett enda ja räcker inte för allt", " ", 2, "text", "missing"),
    ("totals", "time_used;768", "time_used;många", 2, "value", "not_a_number"),
    ("totals", "time_used;768", "time_used;7,5", 2, "value", "not_a_number"),
    ("totals", "time_used;768", "time_used;NaN", 2, "value", "not_a_number"),
    ("totals", "time_used;768", "time_used;1e3", 2, "value", "not_a_number"),
    ("totals", "time_used;768", "time_used;", 2, "value", "missing"),
    ("totals", "time_used;768", "time_lost;768", 2, "measure", "unknown_code"),
    ("totals", "310163;SEK", "310163;EUR", 5, "unit", "unknown_code"),
    ("totals", "310163;SEK", "310163.50;SEK", 5, "value", "not_a_number"),
    ("totals", "patient_share;40", "patient_share;39", 3, "value", "shares_not_100"),
    (
        "totals",
        "2023-01-01;2023-12-31;invoiced",
        "2023-12-31;2023-01-01;invoiced",
        5,
        "to",
        "end_before_start",
    ),
    (
        "totals",
        "AKTIV PROV;2023-01-01;2023-12-31;invoiced",
        "ANNAN;2023-01-01;2023-12-31;invoiced",
        5,
        "initiative",
        "unknown_code",
    ),
    ("funding", ";14;2023;43423", ";13;2023;43423", 4, "share_percent", "shares_not_100"),
    ("funding", ";14;2023;43423", ";14 %;2023;43423", 4, "share_percent", "not_a_number"),
    ("funding", ";14;2023;43423", ";14;i fjol;43423", 4, "year", "not_a_number"),
    ("funding", ";14;2023;43423", ";14;2023;43422", 4, "invoiced_sek", "control_differs"),
    ("funding", "Provförbundet Mitt", "Provförbundet Norr", 3, "association", "twice"),
    (
        "initiative",
        "structural;2023-02-17;;Provpsykiatrin;Försäk",
        "structural;2023-02-17;2023-01-01;Provpsykiatrin;Försäk",
        3,
        "ends_on",
        "end_before_start",
    ),
    ("initiative", ";psychiatry;owner", ";hospital;owner", 2, "party_kind", "unknown_code"),
    ("initiative", ";psychiatry;owner", ";psychiatry;boss", 2, "role", "unknown_code"),
    (
        "initiative",
        "AKTIV PROV;structural;2023-02-17;;Provpsykiatrin;Försäk",
        "ANNAN;structural;2023-02-17;;Provpsykiatrin;Försäk",
        3,
        "name",
        "differs",
    ),
    (
        "initiative",
        "AKTIV PROV;structural;2023-02-17;;Provpsykiatrin;Provps",
        ";structural;2023-02-17;;Provpsykiatrin;Provps",
        2,
        "name",
        "missing",
    ),
]


@pytest.mark.parametrize(("stem", "was", "becomes", "line", "column", "code"), BAD)
def test_a_bad_row_is_named_by_line_column_and_reason_and_nothing_is_saved(
    cast, stem, was, becomes, line, column, code
):
    files = files_of(HERE)
    text = files[f"{stem}.csv"].decode()
    assert was in text
    files[f"{stem}.csv"] = text.replace(was, becomes, 1).encode()
    for dry_run in (True, False):
        outcome = keep(cast.project_lead, files, dry_run=dry_run)
        found = {(p.file, p.line, p.column, p.code) for p in outcome.problems}
        assert (f"{stem}.csv", line, column, code) in found
    assert rows_now() == dict.fromkeys(rows_now(), 0)
    if becomes.strip():
        assert not [p for p in outcome.problems if becomes in p.sentence], "a value is never repeated"


def test_99_per_cent_refuses_every_share_of_that_year_and_no_other(cast):
    files = files_of(HERE)
    more = "AKTIV PROV;Provförbundet Norr;100;2024;\n"
    files["funding.csv"] = files["funding.csv"].replace(b";14;", b";13;") + more.encode()
    outcome = keep(cast.project_lead, files)
    assert [(p.line, p.code, p.detail) for p in outcome.problems] == [
        (n, "shares_not_100", "99") for n in (2, 3, 4)
    ]


def test_a_refused_share_does_not_refuse_the_others_of_its_year(cast):
    files = files_of(HERE)
    files["funding.csv"] = files["funding.csv"].replace(b";14;2023;", b";fjorton;2023;")
    assert [(p.line, p.code) for p in keep(cast.project_lead, files).problems] == [(4, "not_a_number")]


def test_a_cost_known_to_be_0_is_0_and_not_unknown(cast):
    files = files_of(HERE, funding=None)
    files["totals.csv"] = files["totals.csv"].replace(b"310163", b"0")
    keep(cast.project_lead, files)
    assert Invoice.objects.get().amount == 0


def test_every_bad_row_is_listed_at_once(cast):
    files = files_of(HERE)
    files["activities.csv"] = files["activities.csv"].replace(b"physical", b"x").replace(b"2023-02-17", b"x")
    files["obstacles.csv"] = files["obstacles.csv"].replace(b"secrecy", b"x")
    found = [(p.file, p.line, p.column) for p in keep(cast.project_lead, files).problems]
    assert found == [
        ("activities.csv", 2, "date"),
        ("activities.csv", 2, "form"),
        ("activities.csv", 9, "form"),
        ("activities.csv", 15, "form"),
        ("obstacles.csv", 2, "area"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n\x00",
        b"PK\x03\x04\x14\x00",
        b"not;these;columns\n1;2;3\n",
        "å;ä".encode("cp1252"),
        b'date;kind\n"open',
    ],
)
def test_what_is_no_csv_is_refused_with_a_sentence(cast, content):
    outcome = keep(cast.project_lead, {**files_of(HERE), "activities.csv": content})
    assert {p.file for p in outcome.problems} == {"activities.csv"}
    assert all(p.code in ("not_csv", "missing") and p.sentence for p in outcome.problems)
    assert not Initiative.objects.exists()


def test_a_missing_column_a_missing_file_and_too_much_of_it(cast):
    files = files_of(HERE)
    files["obstacles.csv"] = b"kind;area;text\nbarrier;secrecy;x\n"
    assert [(p.line, p.column, p.code) for p in keep(cast.project_lead, files).problems] == [
        (1, "reported_to", "missing")
    ]
    assert [p.code for p in keep(cast.project_lead, files_of(HERE, initiative=None)).problems].count(
        "missing"
    ) == 1
    files = files_of(HERE)
    files["activities.csv"] += b"x" * folder.MOST_BYTES
    assert [p.code for p in keep(cast.project_lead, files).problems] == ["too_long"]
    files = files_of(HERE)
    files["activities.csv"] += b"2023-01-01;training;a;;held;b;c\n"
    assert [p.code for p in keep(cast.project_lead, files).problems] == ["too_many_cells"]


def test_files_that_are_not_there_are_simply_not_there(cast):
    files = {"initiative.csv": files_of(HERE)["initiative.csv"]}
    outcome = keep(cast.project_lead, files)
    assert outcome.problems == []
    assert rows_now()["Participation"] == 2
    assert rows_now()["TimeEntry"] == 0


def test_a_byte_order_mark_and_cells_over_several_lines_are_read(cast):
    files = files_of(HERE)
    files["obstacles.csv"] = (
        b'\xef\xbb\xbfkind;area;text;reported_to\r\nbarrier;it;"one\r\ntwo";\r\nbarrier;x;y;\r\n'
    )
    (problem,) = keep(cast.project_lead, files).problems
    assert (problem.line, problem.column) == (4, "area")


def test_an_undated_activity_needs_a_year_to_belong_to(cast):
    outcome = keep(cast.project_lead, files_of(HERE, totals=None, funding=None))
    assert {(p.column, p.code) for p in outcome.problems} == {("date", "missing")}
    assert len(outcome.problems) == 6


def test_an_insats_that_someone_else_leads_cannot_be_imported_over(cast, insats):
    with pytest.raises(PermissionDenied):
        keep(cast.coordinator, files_of(HERE))
    keep(cast.project_lead, files_of(HERE))
    for member in (cast.steering, cast.coordinator, cast.association_officer):
        with pytest.raises(PermissionDenied):
            keep(member, files_of(HERE))
    with acting(cast.project_lead):
        actions.give_seat(
            by=cast.project_lead,
            initiative=Initiative.objects.get(name="AKTIV PROV"),
            user=cast.coordinator.user,
            role=SeatRole.LEAD,
        )
    assert keep(cast.coordinator, files_of(HERE)).changed.total() == 0


def test_text_from_a_cell_stays_text(cast):
    text = "=HYPERLINK(1)<script>alert(1)</script>"
    files = files_of(HERE)
    files["obstacles.csv"] += f"barrier;it;{text};\n".encode()
    keep(cast.project_lead, files)
    assert Obstacle.objects.filter(text=text).exists()
