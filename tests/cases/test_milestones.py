"""Milestones: which are computed and which wait, the days of domain/timers.md, the day before and after each warning,
and who sees them: the owning unit, in a case that is not closed, and on the list only what the member can do.
"""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.module_loading import import_string

from cases import milestones
from cases import statements as issued
from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.actions.item import write_item
from cases.actions.match import tick
from cases.milestones import MILESTONES, Standing
from cases.models import Case, CaseState, ItemType, Spell
from initiatives.models import Initiative, TimerSetting
from initiatives.timers import NAMES, TIMERS
from parties.access import acting
from tests.factories import make_case, make_item, test_number

pytestmark = pytest.mark.django_db

DAY1 = date(2026, 1, 12)
TODAY = timezone.localdate()


def test_every_milestone_is_computed_or_says_what_it_waits_for():
    """Silence is impossible: who builds a noun moves its milestones from one of these lists to the other."""
    assert [m.key for m in MILESTONES] == [f"M{n}" for n in range(1, 30)]
    waiting = defaultdict(set)
    for m in MILESTONES:
        assert sum(map(bool, (m.rule, m.elsewhere, m.needs))) == 1, m.key
        assert bool(m.needs) == bool(m.why), m.key
        if m.needs:
            waiting[m.needs].add(m.key)
    assert {m.key for m in MILESTONES if m.rule} == {
        "M1", "M2", "M3", "M4", "M5", "M6", "M7", "M9", "M11", "M12", "M13", "M14", "M15", "M16", "M22", "M23",
    }  # fmt: skip
    assert {m.key: m.elsewhere for m in MILESTONES if m.elsewhere} == {
        "M17": "inquiries.plugs.worklist",
        "M26": "initiatives.showing.money_of",
        "M29": "cases.closing.outcomes_due",
    }
    assert dict(waiting) == {
        "special_reasons": {"M8"}, "meeting": {"M10", "M19", "M20"}, "clarification": {"M18"}, "action_item": {"M21"},
        "absence": {"M24"}, "report_due": {"M25"}, "training": {"M27"}, "evaluation": {"M28"},
    }  # fmt: skip


def test_what_is_computed_elsewhere_is_there():
    for m in MILESTONES:
        if m.elsewhere:
            assert callable(import_string(m.elsewhere)), m.key


def test_every_time_that_can_be_set_belongs_to_a_milestone_that_is_computed():
    computed = {m.key for m in MILESTONES if m.rule}
    assert {t.milestone for t in TIMERS.values() if t.milestone} == set(NAMES) == computed


# ── In one case ─────────────────────────────────────────────────────────────────────────────────────────────
def a_case(by, *spells: dict, opened_on: date = DAY1, **more) -> Case:
    case = make_case(by, **more)
    with acting(by):
        Case.objects.filter(pk=case.pk).update(opened_on=opened_on)
        case.refresh_from_db()
        for spell in spells:
            case_verbs.record_spell(
                by=by, case=case, **{"from_on": DAY1, "to_on": None, "degree": 100, "benefit": "sickness_benefit", **spell}
            )  # fmt: skip
    return case


def reached(by, case: Case, today: date, state: str = "open") -> dict[str, milestones.Reached]:
    with acting(by):
        ahead = milestones.ahead_of(case, state, by, today)
    assert ahead is not None
    return {r.milestone.key: r for r in [*ahead.over, *ahead.soon, *ahead.later]}


def on(day: int) -> date:
    return DAY1 + timedelta(days=day - 1)


@pytest.mark.parametrize(
    ("key", "due", "warned"),
    [
        ("M1", "2026-01-19", "2026-01-16"), ("M2", "2026-01-26", "2026-01-23"), ("M3", "2026-02-10", "2026-02-01"),
        ("M4", "2026-04-11", "2026-03-27"), ("M5", "2026-04-11", "2026-03-12"), ("M6", "2026-07-10", "2026-05-26"),
        ("M7", "2027-01-11", "2026-11-07"),
    ],
)  # fmt: skip
def test_the_days_of_the_example(cast, key, due, warned):
    case = a_case(
        cast.coordinator, {"to_on": on(10), "benefit": "sick_pay"}, {"from_on": on(11), "expected_on": on(80)}
    )
    found = reached(cast.coordinator, case, on(12))[key]
    assert (found.due.on, found.warned_on) == (date.fromisoformat(due), date.fromisoformat(warned))


EMPLOYED = ({"to_on": on(14), "benefit": "sick_pay"}, {"from_on": on(15), "expected_on": on(200)})


@pytest.mark.parametrize(
    ("key", "day", "standing"),
    [
        ("M3", 20, "coming"), ("M3", 21, "near"), ("M3", 29, "near"), ("M3", 30, "due"), ("M3", 31, "late"),
        ("M4", 74, "coming"), ("M4", 75, "near"), ("M4", 89, "near"), ("M4", 90, "due"), ("M4", 104, "due"), ("M4", 105, "late"),
        ("M5", 59, "coming"), ("M5", 60, "near"), ("M5", 90, "due"), ("M5", 91, "passed"),
        ("M6", 134, "coming"), ("M6", 135, "near"), ("M6", 180, "due"), ("M6", 181, "passed"),
        ("M7", 299, "coming"), ("M7", 300, "near"), ("M7", 366, "passed"),
        ("M2", 11, "coming"), ("M2", 12, "near"), ("M2", 15, "due"), ("M2", 16, "passed"),
    ],
)  # fmt: skip
def test_the_day_before_and_the_day_of_each_warning(cast, key, day, standing):
    case = a_case(cast.coordinator, *EMPLOYED)
    assert reached(cast.coordinator, case, on(day))[key].standing == standing


def write(by, case, type, day, **facts):
    with acting(by):
        return write_item(by=by, case=case, type=type, heading="Text", happened_on=day, facts=facts)


@pytest.mark.parametrize(
    ("form", "has"), [("FK 7800", True), ("FK 7801", True), ("FK 7802", False), ("FK 7804", False)]
)
def test_a_statement_without_a_decision_is_asked_about(cast, form, has):
    case = a_case(cast.coordinator)
    write(cast.coordinator, case, "statement", DAY1, form=form)
    assert ("M9" in reached(cast.coordinator, case, on(20))) == has
    if not has:
        return
    for day, standing in ((30, "coming"), (31, "near"), (60, "near"), (61, "due"), (62, "late")):
        assert reached(cast.coordinator, case, on(day))["M9"].standing == standing, day
    benefit = "sickness_compensation" if form == "FK 7800" else "activity_compensation"
    other = "activity_compensation" if form == "FK 7800" else "sickness_compensation"
    write(cast.coordinator, case, "decision", on(70), outcome="granted", benefit=other)
    assert reached(cast.coordinator, case, on(70))["M9"].standing == "late", "another benefit answers nothing"
    write(cast.coordinator, case, "decision", on(71), outcome="refused", benefit=benefit)
    assert reached(cast.coordinator, case, on(71))["M9"].standing == "done"


def test_a_granted_decision_is_ticked_off_and_followed_up(cast):
    case = a_case(cast.coordinator)
    made = write(
        cast.coordinator, case, "decision", DAY1, outcome="granted", benefit="activity_compensation",
        period_start="2026-02-01", period_end="2027-03-31",
    )  # fmt: skip
    for day, standing in ((14, "coming"), (15, "due"), (16, "late")):
        assert reached(cast.coordinator, case, on(day))["M11"].standing == standing, day
    with acting(cast.coordinator):
        tick(by=cast.coordinator, case=case, item=made)
    assert reached(cast.coordinator, case, on(16))["M11"].standing == "done"
    for today, due, standing in (
        (date(2026, 7, 1), date(2026, 8, 1), "coming"),
        (date(2026, 7, 2), date(2026, 8, 1), "near"),
        (date(2027, 3, 1), date(2027, 2, 1), "late"),
    ):
        found = reached(cast.coordinator, case, today)["M12"]
        assert (found.due.on, found.standing) == (due, standing), today
    write(cast.coordinator, case, "plan", date(2026, 7, 1))
    assert reached(cast.coordinator, case, date(2026, 7, 2))["M12"].standing == "near", "written too early"
    write(cast.coordinator, case, "plan", date(2027, 1, 2))
    assert reached(cast.coordinator, case, date(2027, 3, 1))["M12"].standing == "done"
    refused = a_case(cast.coordinator)
    write(cast.coordinator, refused, "decision", DAY1, outcome="refused", benefit="activity_compensation")
    assert not {"M11", "M12"} & set(reached(cast.coordinator, refused, on(20)))


def test_a_certificate_that_does_not_reach_day_8_is_asked_for(cast):
    case = a_case(cast.coordinator, {"to_on": on(7)})
    for day, standing in ((4, "coming"), (5, "near"), (7, "near"), (8, "due"), (9, "late")):
        assert reached(cast.coordinator, case, on(day))["M1"].standing == standing
    make_item(cast.coordinator, case, ItemType.STATEMENT, "Intyg")
    assert reached(cast.coordinator, case, on(9))["M1"].standing == "done"
    longer = a_case(cast.coordinator, {"to_on": on(8)})
    assert reached(cast.coordinator, longer, on(4))["M1"].standing == "done"


def test_what_is_offered_is_done_and_another_units_offer_is_not_ours(cast):
    case = a_case(cast.coordinator, {})
    assert reached(cast.coordinator, case, on(110))["M4"].standing == "late"
    make_item(cast.coordinator, case, ItemType.DIAGNOSIS, "Inget erbjudande")
    assert reached(cast.coordinator, case, on(110))["M4"].standing == "late"
    make_item(cast.coordinator, case, ItemType.OFFER, "Erbjudande")
    assert reached(cast.coordinator, case, on(110))["M4"].standing == "done"


def test_what_had_passed_when_the_case_was_opened_is_never_late(cast):
    case = a_case(cast.coordinator, *EMPLOYED, opened_on=on(91))
    found = reached(cast.coordinator, case, on(120))
    assert found["M4"].standing == found["M3"].standing == found["M5"].standing == Standing.PASSED_BEFORE
    assert found["M6"].standing == "coming"
    assert found["M4"].chip == "closed"
    # The near miss: opened on the very day it is due.
    same_day = a_case(cast.coordinator, *EMPLOYED, opened_on=on(90))
    assert reached(cast.coordinator, same_day, on(120))["M4"].standing == "late"


def test_without_an_employer_the_milestones_of_the_employed_are_not_there(cast):
    case = a_case(cast.coordinator, {})
    assert not {"M2", "M3", "M5", "M6"} & set(reached(cast.coordinator, case, on(70)))
    make_item(cast.coordinator, case, ItemType.WORK_SITUATION, "Livs", facts={"employer": "Prov Livs"})
    assert {"M2", "M3", "M5", "M6"} <= set(reached(cast.coordinator, case, on(70)))


def test_the_employers_plan_is_asked_for_only_when_sixty_days_are_expected(cast):
    short = a_case(cast.coordinator, {"to_on": on(59), "benefit": "sick_pay", "expected_on": on(59)})
    assert "M3" not in reached(cast.coordinator, short, on(40))
    just = a_case(cast.coordinator, {"to_on": on(30), "benefit": "sick_pay", "expected_on": on(60)})
    assert reached(cast.coordinator, just, on(29))["M3"].due.on == on(30)
    # Nobody said so, and sixty days came.
    lasted = a_case(cast.coordinator, {"to_on": None, "benefit": "sick_pay"})
    assert "M3" not in reached(cast.coordinator, lasted, on(59))
    assert reached(cast.coordinator, lasted, on(60))["M3"].due.on == on(60)


def test_a_changed_prognosis_asks_for_the_plan_at_once(cast):
    first = TODAY - timedelta(days=44)
    by = cast.coordinator
    case = a_case(by, opened_on=first)
    said = {"case": case, "unit": by.unit, "by": by, "from_on": first, "degree": 100, "benefit": "sick_pay"}
    with acting(by):
        Spell.objects.create(**said, to_on=TODAY, at=timezone.now() - timedelta(days=40))
    assert "M3" not in reached(by, case, TODAY)
    with acting(by):
        Spell.objects.create(**said, to_on=TODAY, expected_on=TODAY + timedelta(days=40))
    found = reached(by, case, TODAY)["M3"]
    assert found.due.on == TODAY, "day 30 had gone; today it became clear"
    assert found.standing == "due"
    make_item(by, case, ItemType.PLAN, "Arbetsgivarens plan")
    assert reached(by, case, TODAY)["M3"].standing == "done"


def test_joined_spells_count_from_the_first_and_an_ended_sick_leave_has_no_milestones(cast):
    case = a_case(cast.coordinator, {"to_on": on(40)}, {"from_on": on(46), "to_on": on(100)})
    assert reached(cast.coordinator, case, on(80))["M4"].due.on == on(90)
    assert "M4" in reached(cast.coordinator, case, on(106))
    assert "M4" not in reached(cast.coordinator, case, on(107))
    apart = a_case(cast.coordinator, {"to_on": on(40)}, {"from_on": on(47), "to_on": on(200)})
    assert reached(cast.coordinator, apart, on(80))["M4"].due.on == on(136)


def test_the_period_of_activity_compensation_by_spell_and_by_decision(cast):
    case = a_case(cast.coordinator, {"benefit": "activity_compensation", "to_on": date(2027, 8, 31)})
    found = reached(cast.coordinator, case, date(2026, 8, 30))
    assert "M4" not in found and "M7" not in found
    assert (found["M13"].due.on, found["M13"].standing) == (date(2027, 8, 31), "coming")
    assert found["M13"].due.warns == (date(2026, 8, 31), date(2027, 2, 28), date(2027, 5, 31))
    assert reached(cast.coordinator, case, date(2026, 8, 31))["M13"].standing == "near"
    assert reached(cast.coordinator, case, date(2027, 9, 1))["M13"].standing == "passed"
    facts = {"outcome": "granted", "benefit": "activity_compensation", "period_end": "2028-01-31"}
    make_item(cast.coordinator, case, ItemType.DECISION, "Avslag", facts={**facts, "outcome": "refused"})
    assert reached(cast.coordinator, case, DAY1)["M13"].due.on == date(2027, 8, 31)
    make_item(cast.coordinator, case, ItemType.DECISION, "Beslut", facts=facts)
    assert reached(cast.coordinator, case, DAY1)["M13"].due.on == date(2028, 1, 31)


def test_the_age_limit_is_the_last_day_of_the_month_before_thirty(cast):
    spell = {"benefit": "activity_compensation"}
    case = a_case(cast.coordinator, spell, number=test_number(1300, 1998))
    born = date(1998, 1, 1) + timedelta(days=65)
    found = reached(cast.coordinator, case, on(1))["M14"]
    assert born.month == 3 and found.due.on == date(2028, 2, 29)
    assert found.due.warns == (date(2027, 2, 28), date(2027, 8, 29))
    sick = a_case(cast.coordinator, {}, number=test_number(1400, 1998))
    assert "M14" not in reached(cast.coordinator, sick, on(1))


def test_a_person_without_a_number_has_no_age_limit(cast):
    with acting(cast.coordinator):
        case = case_verbs.open_case(by=cast.coordinator, number=None, sex="female", opened_on=DAY1)
        case_verbs.record_spell(
            by=cast.coordinator, case=case, from_on=DAY1, to_on=None, degree=50, benefit="activity_compensation"
        )  # fmt: skip
    assert "M14" not in reached(cast.coordinator, case, on(10))


def consent(cast, case, valid_to):
    by, to = cast.coordinator, cast.investigator
    with acting(by):
        consent_verbs.record_consent(
            by=by, case=case, directions=[(by.unit, to.unit), (to.unit, by.unit)], kinds=["plan"], purpose="return_to_work",
            form="written", valid_from=TODAY, valid_to=valid_to, given_on=TODAY,
        )  # fmt: skip


def test_a_consent_ends_is_renewed_and_is_received(cast):
    case = a_case(cast.coordinator, opened_on=TODAY)
    ends = TODAY + timedelta(days=100)
    consent(cast, case, ends)
    for before, standing in ((61, "coming"), (60, "near"), (0, "due")):
        assert reached(cast.coordinator, case, ends - timedelta(days=before))["M15"].standing == standing
    found = reached(cast.coordinator, case, TODAY)
    assert found["M16"].due.on == TODAY + timedelta(days=7)
    assert found["M16"].due.note == cast.investigator.unit.name
    consent(cast, case, ends + timedelta(days=100))
    with acting(cast.coordinator):
        (facts,) = milestones.facts_of(
            Case.objects.with_state().filter(pk=case.pk).values(*milestones._CASE), cast.coordinator, TODAY
        )
        both = list(milestones.consents_end(facts))
    assert [due.done for due in both] == [True, False]


def test_an_open_case_in_which_nothing_happens(cast):
    case = a_case(cast.coordinator, opened_on=TODAY)
    for days, standing in ((44, "coming"), (45, "near"), (59, "near"), (60, "due"), (61, "late")):
        assert reached(cast.coordinator, case, TODAY + timedelta(days=days))["M23"].standing == standing
    assert "M23" not in reached(cast.coordinator, case, TODAY, state="paused")


def test_an_insats_has_its_own_times(cast):
    lead = cast.project_lead
    insats = Initiative.objects.create(
        name="Provtid", kind="structural", starts_on=DAY1, owner_name="X", created_by=lead
    )
    from initiatives.models import Seat

    Seat.objects.create(initiative=insats, user=lead.user, role="lead")
    with acting(lead):
        TimerSetting.objects.create(initiative=insats, key="M4.due", number=60, set_by=lead)
        TimerSetting.objects.create(initiative=insats, key="spell_gap_days", number=0, set_by=lead)
    spells = ({"to_on": on(10)}, {"from_on": on(12), "to_on": on(200)})
    ours = a_case(cast.coordinator, *spells, initiative=insats)
    free = a_case(cast.coordinator, *spells)
    assert reached(cast.coordinator, ours, on(20))["M4"].due.on == on(71), (
        "counted from the second, which does not join"
    )
    assert reached(cast.coordinator, free, on(20))["M4"].due.on == on(90)


# ── Who sees them ───────────────────────────────────────────────────────────────────────────────────────────
def test_a_closed_case_and_another_units_case_have_none(cast):
    case = a_case(cast.coordinator, {})
    with acting(cast.coordinator):
        assert milestones.ahead_of(case, "closed", cast.coordinator, on(80)) is None
    for other in (cast.investigator, cast.other_clinic):
        with acting(other):
            assert milestones.ahead_of(case, "open", other, on(80)) is None


def late_case(by, **more) -> Case:
    """A sick leave on its 120th day that nobody has offered anything."""
    first = TODAY - timedelta(days=119)
    return a_case(by, {"from_on": first}, opened_on=first, **more)


def listed(member) -> dict[str, set[str]]:
    with acting(member):
        rows: dict[str, set[str]] = defaultdict(set)
        for m in milestones.matters(member):
            rows[m.case_number].add(m.action)
    return dict(rows)


def test_the_list_holds_what_the_member_can_do(cast):
    case = late_case(cast.coordinator)
    offer = "Bedöm och erbjud en insats"
    from django.utils import translation

    with translation.override("sv"):
        for name, member in cast.everyone.items():
            if member is None or name == "ended_member":
                continue
            # Her colleague is a clinician, the manager only reads, the others have no such case.
            expected = {case.number: {offer}} if name == "coordinator" else {}
            assert listed(member) == expected, name


def test_the_clinician_is_asked_for_the_certificate_and_the_fk_officer_for_the_day(cast):
    case = a_case(
        cast.coordinator,
        {"from_on": TODAY - timedelta(days=6), "to_on": TODAY - timedelta(days=1)},
        opened_on=TODAY,
    )
    assert set(listed(cast.colleague)) == {case.number}
    first = TODAY - timedelta(days=85)
    at_fk = a_case(
        cast.investigator, {"from_on": first, "benefit": "sick_pay", "to_on": None}, opened_on=first
    )
    with acting(cast.investigator):
        events = " ".join(m.event for m in milestones.matters(cast.investigator))
    assert set(listed(cast.investigator)) == {at_fk.number}
    assert "90" in events


def test_paused_and_closed_cases_are_not_on_the_list(cast):
    cases = [late_case(cast.coordinator) for _ in range(3)]
    for case, state in zip(cases, ("paused", "closed"), strict=False):
        with acting(cast.coordinator):
            CaseState.objects.create(case=case, unit=case.unit, state=state, by=cast.coordinator)
    assert set(listed(cast.coordinator)) == {cases[2].number}


@pytest.mark.parametrize(("day", "there"), [(74, False), (75, True), (89, True), (120, True)])
def test_it_comes_on_the_list_with_its_warning(cast, day, there):
    first = TODAY - timedelta(days=day - 1)
    case = a_case(cast.coordinator, {"from_on": first}, opened_on=first)
    assert (case.number in listed(cast.coordinator)) == there


def test_what_had_passed_at_the_opening_is_not_on_the_list(cast):
    a_case(cast.coordinator, {"from_on": TODAY - timedelta(days=119)}, opened_on=TODAY)
    assert listed(cast.coordinator) == {}


@pytest.mark.parametrize(("address", "what"), [("/todo/", "worklist"), ("/cases/", "list")])
def test_the_pages_ask_as_many_queries_for_two_cases_as_for_many(cast, sign_in, address, what):
    client = sign_in(cast.coordinator)
    counts = []
    for more in (2, 12):
        for _ in range(more):
            late_case(cast.coordinator)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(address).content.decode()
        assert page.count("/cases/") > more
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_list_names_nobody_and_the_ledger_names_whom_it_was_about(cast, sign_in, monkeypatch):
    from audit import ledger

    case = late_case(cast.coordinator, name="Nora Namnsdotter")
    with acting(cast.coordinator):
        case_verbs.protect(by=cast.coordinator, case=case)
    rows: list[tuple] = []
    write = ledger._write
    monkeypatch.setattr(ledger, "_write", lambda *args: (rows.append(args), write(*args))[1])
    page = sign_in(cast.coordinator).get("/todo/").content.decode()
    assert case.number in page and "Namnsdotter" not in page
    assert any(row[1] == "worklist.read" and case.person_id in row[4] for row in rows)


def test_what_one_page_settles_for_many_cases_is_one_row(cast):
    """Three statements without a decision are three rows; the fourth makes them one, on the day of the first."""
    rows = []
    for n in range(1, 5):
        case = make_case(cast.coordinator)
        day = timezone.localdate() - timedelta(days=100 + n)
        with acting(cast.coordinator):
            Case.objects.filter(pk=case.pk).update(opened_on=day)
            write_item(
                by=cast.coordinator, case=case, type="statement", heading="Utlåtande", happened_on=day,
                facts={"form": "FK 7801"},
            )  # fmt: skip
            rows = [m for m in milestones.matters(cast.coordinator) if "utlåtande" in m.action.lower()]
        assert len(rows) == (n if n < 4 else 1)
    (row,) = rows
    assert row.case_number == "" and row.event == "4 ärenden" and row.url == "/statements/?which=waiting"
    assert row.due_on == timezone.localdate() - timedelta(days=104 - 60)


def test_a_cases_own_milestones_read_that_cases_statements_only(cast):
    """The same answer as from all of the unit's, without reading them: a unit may have thousands."""
    made = []
    for n in range(3):
        case = make_case(cast.coordinator)
        made.append(case)
        with acting(cast.coordinator):
            for type_, facts in (
                ("statement", {"form": "FK 7801"}),
                ("decision", {"outcome": "granted", "benefit": "activity_compensation"}),
            )[: 1 + n % 2]:
                write_item(
                    by=cast.coordinator, case=case, type=type_, heading="x", happened_on=TODAY - timedelta(n),
                    facts=facts,
                )  # fmt: skip
    with acting(cast.coordinator):
        whole = issued.known(cast.coordinator)
        for case in made:
            assert issued.known(cast.coordinator, cases=[case.pk]) == [k for k in whole if k.case == case.pk]
        assert {k.outcome for k in whole} == {"", "granted"}
