"""AKTIV's year as document 002 has it, quarters of it, and the near misses of every figure."""

import json
from datetime import date

import pytest
from django.utils import translation

from initiatives import actions as insats
from initiatives import intake
from initiatives.models import (
    Activity,
    Forecast,
    Grant,
    Initiative,
    Invoice,
    Obstacle,
    Participation,
    ReportingCount,
    TimeEntry,
)
from initiatives.periods import Period, today
from parties.access import acting
from reports import actions, figures
from reports.models import Report
from tests.factories import make_member
from tests.initiatives.conftest import HERE, files_of

pytestmark = pytest.mark.django_db


def imported(cast, folder=HERE) -> Initiative:
    with acting(cast.project_lead):
        outcome = intake.import_folder(files_of(folder), by=cast.project_lead)
    assert outcome.problems == []
    return outcome.initiative


def handed(initiative: Initiative, period: str) -> dict:
    return figures.handed_over(Period.read(period), figures.count(initiative, Period.read(period)))


def figure(initiative: Initiative, period: str, key: str) -> dict:
    with translation.override("en"):
        return next(f for f in figures.count(initiative, Period.read(period)) if f["key"] == key)


def expected(folder) -> dict:
    return json.loads((folder / "expected.json").read_text())


def test_the_year_is_exactly_what_the_report_says(cast, folder):
    told = handed(imported(cast, folder), "2023")
    assert told == expected(folder)
    assert list(told) == list(expected(folder))
    assert json.dumps(told, sort_keys=True) == json.dumps(
        expected(folder), sort_keys=True
    )  # 768, never 768.0


def test_a_lump_for_the_year_counts_in_no_quarter(cast, folder):
    initiative = imported(cast, folder)
    told = handed(initiative, "2023Q4")
    nothing = (
        "hours_used",
        "patient_share_percent",
        "organisational_share_percent",
        "invoiced_sek",
        "split_sek",
    )
    assert {told[key] for key in nothing} == {None}
    assert (told["pulse_meetings_booked_or_held"], told["pulse_meetings_held"]) == (2, 2)
    assert figure(initiative, "2023Q4", "hours_used")["note"] == "known only for the whole of 2023"
    assert figure(initiative, "2023Q4", "invoiced_sek")["note"] == "known only for the whole of 2023"


@pytest.mark.parametrize(
    ("period", "booked_or_held", "held", "listed"),
    [("2023Q1", 1, 0, 2), ("2023Q2", 3, 1, 3), ("2023Q3", 2, 1, 2), ("2023", 8, 4, 15)],
)
def test_pulse_meetings_and_the_diary_by_quarter(cast, period, booked_or_held, held, listed):
    initiative = imported(cast)
    told = handed(initiative, period)
    assert (told["pulse_meetings_booked_or_held"], told["pulse_meetings_held"]) == (booked_or_held, held)
    assert len(figure(initiative, period, "activities")["value"]["rows"]) == listed


def test_undated_activities_stand_last_in_their_year(cast):
    dates = [row[0] for row in figure(imported(cast), "2023", "activities")["value"]["rows"]]
    assert dates == sorted(dates[:9]) + ["without date"] * 6


def test_another_year_knows_nothing(cast):
    told = handed(imported(cast), "2024")
    assert told["hours_used"] is told["invoiced_sek"] is told["pulse_meetings_held"] is None
    assert told["authorities_active"] == {"AF": False, "FK": True, "region": True, "kommun": False}


def test_a_cancelled_meeting_counts_in_neither_and_none_at_all_is_zero(cast):
    initiative = imported(cast)
    Activity.objects.filter(kind="pulse_meeting").update(state="cancelled")
    told = handed(initiative, "2023")
    assert (told["pulse_meetings_booked_or_held"], told["pulse_meetings_held"]) == (0, 0)


def log(initiative, member, minutes, on=date(2024, 2, 5), kind="patient"):
    with acting(member):
        row = TimeEntry(
            initiative=initiative, kind=kind, minutes=minutes, on=on, member=member, unit=member.unit
        )
        return insats.add(row, by=member)


@pytest.fixture
def three(cast, insats):
    """Three who log time in the insats: the lead and two coordinators of the clinic."""
    more = [make_member(name, cast.coordinator.unit, cast.coordinator.role) for name in ("ett", "tva")]
    return insats, [cast.coordinator, *more]


def test_hours_are_summed_before_they_are_rounded(three):
    initiative, members = three
    for member in members:
        log(initiative, member, 2)
    assert handed(initiative, "2024Q1")["hours_used"] == 0.1  # 6 minutes; each by itself would be 0
    log(initiative, members[0], 39)
    assert handed(initiative, "2024Q1")["hours_used"] == 0.8  # 45 minutes are 0.75


def test_shares_of_time_are_rounded_half_up_each_for_itself(three):
    initiative, members = three
    for member, minutes in zip(members, (10, 10, 10), strict=True):
        log(initiative, member, minutes)
    for member in members:
        log(initiative, member, 150, kind="organisational")
    told = handed(initiative, "2024")
    assert (told["patient_share_percent"], told["organisational_share_percent"]) == (6.3, 93.8)


def test_the_first_and_the_last_day_belong_and_the_days_beside_do_not(three):
    initiative, members = three
    for member, day in zip(members, (date(2024, 1, 1), date(2024, 3, 31), date(2024, 2, 1)), strict=True):
        log(initiative, member, 60, on=day)
    for member in members:
        for day in (date(2023, 12, 31), date(2024, 4, 1)):
            log(initiative, member, 600, on=day)
    assert handed(initiative, "2024Q1")["hours_used"] == 3


def test_no_figure_on_work_for_fewer_than_three_persons(three):
    initiative, members = three
    for member in members[:2]:
        log(initiative, member, 60)
    for key in ("hours_used", "patient_share_percent", "organisational_share_percent"):
        assert figure(initiative, "2024", key)["value"] is None
        assert "fewer than three" in figure(initiative, "2024", key)["note"]
    log(initiative, members[2], 60)
    assert handed(initiative, "2024")["hours_used"] == 3


def test_one_person_in_two_roles_is_one_person(three, cast):
    initiative, members = three
    for member in members[:2]:
        log(initiative, member, 60)
    twin = make_member("tvilling", cast.coordinator.unit, cast.coordinator.role)
    type(twin).objects.filter(pk=twin.pk).update(user=members[0].user, unit=cast.other_clinic.unit)
    TimeEntry.objects.create(
        initiative=initiative, kind="patient", minutes=60, on=date(2024, 2, 6), member=twin, recorded_by=twin
    )
    assert handed(initiative, "2024")["hours_used"] is None


@pytest.mark.parametrize(("persons", "hours"), [(3, 768), (2, None)])
def test_the_number_of_persons_behind_a_lump_decides_whether_it_is_told(cast, persons, hours):
    initiative = imported(cast)
    ReportingCount.objects.update(persons=persons)
    assert handed(initiative, "2023")["hours_used"] == hours


def test_a_lump_with_nobody_counted_behind_it_is_not_told(cast):
    initiative = imported(cast)
    ReportingCount.objects.all().delete()
    assert handed(initiative, "2023")["hours_used"] is None


def by_quarter(initiative, year="2024") -> dict | None:
    return figure(initiative, year, "hours_by_quarter")["value"]


def lump(initiative, by, minutes, first, last, kind="patient", **more) -> None:
    with acting(by):
        insats.add(
            TimeEntry(initiative=initiative, kind=kind, minutes=minutes, from_on=first, to_on=last, **more),
            by=by,
        )


def freeze(initiative, by, period: str) -> Report:
    with acting(by):
        return actions.freeze(actions.begin(by=by, initiative=initiative, period=Period.read(period)), by=by)


def test_quarters_are_shown_only_when_none_of_them_gives_a_few_away(three):
    initiative, members = three
    for member in members:
        log(initiative, member, 60, on=date(2024, 2, 1))
        log(initiative, member, 120, on=date(2024, 5, 1))
    assert [row[1] for row in by_quarter(initiative)["rows"]] == [3, 6, None, None]
    assert by_quarter(initiative)["total"] == ["The whole year", 9]
    log(initiative, members[0], 60, on=date(2024, 8, 1))
    assert by_quarter(initiative) is None
    assert handed(initiative, "2024")["hours_used"] == 10


def test_a_lump_over_quarters_has_a_row_of_its_own_and_the_rows_add_up(three, cast):
    initiative, members = three
    for member in members:
        log(initiative, member, 15, on=date(2024, 2, 1))
        log(initiative, member, 15, on=date(2024, 5, 1))
    ReportingCount.objects.create(
        initiative=initiative, persons=4, from_on=date(2024, 1, 1), to_on=date(2024, 6, 30)
    )
    lump(initiative, cast.project_lead, 75, date(2024, 1, 1), date(2024, 6, 30))
    table = by_quarter(initiative)
    # 45 + 45 + 75 minutes are 0.75, 0.75 and 1.25 hours, each rounded up alone: 2.9, and the whole is 2.8.
    assert table["rows"] == [
        ["Quarter 1", 0.8],
        ["Quarter 2", 0.8],
        ["Quarter 3", None],
        ["Quarter 4", None],
        ["For a longer time than one quarter", 1.2],
    ]
    assert (
        table["total"]
        == ["The whole year", 2.8]
        == ["The whole year", handed(initiative, "2024")["hours_used"]]
    )
    ReportingCount.objects.update(persons=2)
    assert by_quarter(initiative) is None


def test_the_number_counted_behind_lumps_says_nothing_of_time_that_names_its_members(three):
    initiative, members = three
    log(initiative, members[0], 60)
    ReportingCount.objects.create(
        initiative=initiative, persons=5, from_on=date(2024, 1, 1), to_on=date(2024, 12, 31)
    )
    assert handed(initiative, "2024")["hours_used"] is None


def test_a_kind_of_work_that_few_did_does_not_follow_from_the_other(three):
    initiative, members = three
    for member in members:
        log(initiative, member, 60)
    for member in members[:2]:
        log(initiative, member, 60, kind="organisational")
    told = handed(initiative, "2024")
    assert told["hours_used"] == 5
    assert (told["patient_share_percent"], told["organisational_share_percent"]) == (None, None)
    assert "one of the kinds" in figure(initiative, "2024", "patient_share_percent")["note"]
    log(initiative, members[2], 60, kind="organisational")
    assert handed(initiative, "2024")["patient_share_percent"] == 50


def test_the_last_quarter_of_a_few_does_not_follow_from_the_year_and_what_is_reported(three, cast):
    initiative, members = three
    for month in (2, 5, 8):
        for member in members:
            log(initiative, member, 60, on=date(2024, month, 1))
    for period in ("2024Q1", "2024Q2", "2024Q3"):
        assert freeze(initiative, cast.project_lead, period).figures.get(key="hours_used").value == 3
    log(initiative, members[0], 60, on=date(2024, 11, 1))
    assert handed(initiative, "2024Q4")["hours_used"] is None
    for key in ("hours_used", "patient_share_percent", "hours_by_quarter"):
        assert figure(initiative, "2024", key)["value"] is None
    assert "together with other figures" in figure(initiative, "2024", "hours_used")["note"]
    for member in members[1:]:
        log(initiative, member, 60, on=date(2024, 11, 1))
    assert handed(initiative, "2024")["hours_used"] == 12


def test_a_quarter_is_hidden_with_the_one_it_would_tell(three, cast):
    initiative, members = three
    for month in (2, 5, 8):
        for member in members if month != 5 else members[:1]:
            log(initiative, member, 60, on=date(2024, month, 1))
    assert freeze(initiative, cast.project_lead, "2024").figures.get(key="hours_used").value == 7
    for period in ("2024Q1", "2024Q2", "2024Q3"):
        assert handed(initiative, period)["hours_used"] is None, period
    # Two that are hidden hide each other, when three stand behind them together.
    for member in members[1:]:
        log(initiative, member, 60, on=date(2024, 11, 1))
    assert handed(initiative, "2024Q1")["hours_used"] == 3
    assert handed(initiative, "2024Q4")["hours_used"] is None


def test_what_is_hidden_in_a_quarter_under_way_hides_nothing_that_has_ended(three):
    initiative, members = three
    day = today()
    running = Period(day.year, (day.month + 2) // 3)
    for member in members:
        log(initiative, member, 60, on=running.before().first)
    log(initiative, members[0], 60, on=day)
    assert handed(initiative, str(running.before()))["hours_used"] == 3


@pytest.fixture
def other_three(cast, three):
    """Three who work at another unit of the same insats."""
    unit = cast.other_clinic.unit
    others = [
        cast.other_clinic,
        *(make_member(name, unit, cast.other_clinic.role) for name in ("tre", "fyra")),
    ]
    insats_row = Participation(
        initiative=three[0], party=unit.party, unit=unit, name=unit.name, kind="psychiatry",
        from_on=date(2022, 1, 1),
    )  # fmt: skip
    with acting(cast.project_lead):
        insats.add(insats_row, by=cast.project_lead)
    return others


WORK = ("hours_used", "patient_share_percent", "organisational_share_percent", "hours_by_quarter")


@pytest.mark.parametrize("period", ["2024", "2024Q1"])
def test_all_minus_a_unit_is_not_the_time_of_a_few(three, other_three, cast, period):
    """A coordinator who also steers or evaluates knows the own unit's hours and reads the report."""
    initiative, members = three
    for member in [*members, *other_three[:2]]:
        log(initiative, member, 60)
    for key in WORK:
        assert figure(initiative, period, key)["value"] is None, key
    assert "together with other figures" in figure(initiative, period, "hours_used")["note"]
    log(initiative, other_three[2], 60)
    assert handed(initiative, period)["hours_used"] == 6
    assert handed(initiative, period)["patient_share_percent"] == 100
    # One kind that three did, of whom two are at the other unit.
    for member in (members[0], *other_three[:2]):
        log(initiative, member, 60, kind="organisational")
    assert handed(initiative, period)["hours_used"] == 9
    assert handed(initiative, period)["patient_share_percent"] is None
    assert (
        freeze(initiative, cast.project_lead, period).figures.get(key="organisational_share_percent").value
        is None
    )


def test_a_quarter_of_a_few_at_a_unit_does_not_follow_from_the_year(three, other_three, cast):
    initiative, members = three
    for month in (2, 5, 8):
        for member in [*members, *other_three]:
            log(initiative, member, 60, on=date(2024, month, 1))
    for period in ("2024Q1", "2024Q2", "2024Q3"):
        assert freeze(initiative, cast.project_lead, period).figures.get(key="hours_used").value == 6
    for member in [*members, *other_three[:2]]:
        log(initiative, member, 60, on=date(2024, 11, 1))
    # Five stand behind the last quarter; without the clinic's three they are two.
    for period in ("2024Q4", "2024"):
        assert {figure(initiative, period, key)["value"] for key in WORK} == {None}, period
    log(initiative, other_three[2], 60, on=date(2024, 11, 1))
    assert (handed(initiative, "2024Q4")["hours_used"], handed(initiative, "2024")["hours_used"]) == (6, 24)
    assert by_quarter(initiative)["total"] == ["The whole year", 24]


def test_a_number_counted_behind_all_lumps_says_nothing_of_one_units(three, other_three, cast):
    initiative, members = three
    span = (date(2024, 1, 1), date(2024, 12, 31))
    ReportingCount.objects.create(initiative=initiative, persons=5, from_on=span[0], to_on=span[1])
    lump(initiative, members[0], 60, *span, member=members[0], unit=members[0].unit)
    assert handed(initiative, "2024")["hours_used"] == 1
    lump(initiative, other_three[0], 60, *span, member=other_three[0], unit=other_three[0].unit)
    assert handed(initiative, "2024")["hours_used"] is None


def test_authorities_and_others_are_those_who_took_active_part_on_some_day(cast, insats):
    def party(name, kind, **more):
        Participation.objects.create(
            initiative=insats, name=name, kind=kind, **{"from_on": date(2024, 1, 1), **more}
        )

    party("AF på papper", "af", active=False)
    party("Kommunen som slutade", "social_services", to_on=date(2024, 3, 31))
    party("Livs AB", "employer", from_on=date(2024, 4, 1))
    party("Föreningen", "user_organisation")
    party("Solsidan", "private_primary_care")
    party("Utvärderaren", "evaluator")
    first, second = handed(insats, "2024Q1"), handed(insats, "2024Q2")
    assert first["authorities_active"] == {"AF": False, "FK": True, "region": True, "kommun": True}
    assert second["authorities_active"] == {"AF": False, "FK": True, "region": True, "kommun": False}
    assert first["other_organisations_active"] == ["Föreningen", "Solsidan"]
    assert second["other_organisations_active"] == ["Föreningen", "Livs AB", "Solsidan"]


def test_money_of_the_period_and_of_its_year(cast):
    initiative = imported(cast)
    lead = cast.project_lead
    with acting(lead):
        for row in (
            Invoice(initiative=initiative, amount=100, on=date(2023, 10, 1)),
            Invoice(initiative=initiative, amount=-1, on=date(2023, 12, 31)),
            Invoice(initiative=initiative, amount=7, from_on=date(2023, 10, 1), to_on=date(2023, 12, 31)),
            Invoice(initiative=initiative, amount=900, from_on=date(2023, 9, 30), to_on=date(2023, 10, 1)),
            Grant(initiative=initiative, year=2023, amount=480_000),
            Forecast(initiative=initiative, year=2023, amount=500_000, made_on=date(2023, 3, 1)),
            Forecast(initiative=initiative, year=2023, amount=436_000, made_on=date(2023, 9, 1)),
        ):
            insats.add(row, by=lead)
    told = handed(initiative, "2023Q4")
    assert told["invoiced_sek"] == 106
    assert told["split_sek"] == {
        "Provförbundet Norr": 55,
        "Provförbundet Mitt": 36,
        "Provförbundet Söder/Öster": 15,
    }
    assert (told["granted_sek"], told["forecast_sek"]) == (480_000, 436_000)
    assert figure(initiative, "2023", "deviation_percent")["value"] == -9.2
    assert figure(initiative, "2023", "money_by_association")["value"]["total"] == [
        "In all",
        100,
        480_000,
        311_169,
        436_000,
    ]


def test_without_shares_nothing_is_split(cast):
    initiative = imported(cast)
    initiative.shares.all().delete()
    told = handed(initiative, "2023")
    assert told["invoiced_sek"] == 310_163
    assert told["split_sek"] is None


def test_an_obstacle_is_listed_while_it_stands(cast, insats):
    def obstacle(text, **more):
        Obstacle.objects.create(
            initiative=insats, kind="barrier", area="it", text=text, recorded_by=cast.project_lead, **more
        )

    obstacle("before", since=date(2023, 1, 1), status="solved", solved_on=date(2023, 12, 31))
    obstacle("into", since=date(2023, 1, 1), status="solved", solved_on=date(2024, 1, 1))
    obstacle("on the last day", since=date(2024, 3, 31))
    obstacle("after", since=date(2024, 4, 1))
    obstacle("nobody knows since when")
    listed = [row[0] for row in figure(insats, "2024Q1", "obstacles")["value"]["rows"]]
    assert listed == ["into", "on the last day", "nobody knows since when"]
