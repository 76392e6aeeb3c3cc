"""Days of a sick leave: inclusive, over leap days, joined over short gaps; against a day-by-day oracle."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.days import date_of, day_now, day_number, in_force, leave_now, sick_leaves

DAY1 = date(2026, 1, 12)
SICK, ACTIVITY = "sickness_benefit", "activity_compensation"


@dataclass(frozen=True)
class Certificate:
    pk: int
    from_on: date
    to_on: date | None
    benefit: str = SICK
    replaces_id: int | None = None


def certificates(*spells: tuple) -> list[Certificate]:
    return [Certificate(pk, *spell) for pk, spell in enumerate(spells)]


def d(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("day", "on"),
    [
        (1, "2026-01-12"), (30, "2026-02-10"), (90, "2026-04-11"), (91, "2026-04-12"), (180, "2026-07-10"),
        (365, "2027-01-11"), (366, "2027-01-12"), (550, "2027-07-15"),
    ],
)  # fmt: skip
def test_the_example_days(day, on):
    assert date_of(DAY1, day) == d(on)
    assert day_number(DAY1, d(on)) == day


@pytest.mark.parametrize(
    ("first", "day", "on"),
    [
        ("2024-02-28", 2, "2024-02-29"), ("2024-02-28", 3, "2024-03-01"), ("2025-02-28", 2, "2025-03-01"),
        ("2024-02-29", 366, "2025-02-28"), ("2024-01-01", 366, "2024-12-31"), ("2023-12-31", 367, "2024-12-31"),
    ],
)  # fmt: skip
def test_a_leap_day_is_a_day(first, day, on):
    assert date_of(d(first), day) == d(on)
    assert day_now(certificates((d(first), None)), d(on), gap=5) == day


@pytest.mark.parametrize(("gap_days", "joined"), [(0, True), (5, True), (6, False)])
def test_five_days_between_certificates_join_and_six_do_not(gap_days, joined):
    first_last = d("2024-02-26")
    second = first_last + timedelta(days=gap_days + 1)
    spells = certificates((d("2024-02-01"), first_last), (second, d("2024-04-30")))
    leaves = sick_leaves(spells, gap=5)
    assert len(leaves) == (1 if joined else 2)
    assert day_now(spells, second, gap=5) == (day_number(d("2024-02-01"), second) if joined else 1)


def test_the_gap_is_a_setting():
    spells = certificates((d("2026-01-01"), d("2026-01-10")), (d("2026-01-12"), d("2026-01-31")))
    assert day_now(spells, d("2026-01-12"), gap=1) == 12
    assert day_now(spells, d("2026-01-12"), gap=0) == 1


def test_overlapping_and_enclosed_spells_are_one():
    spells = certificates(
        (d("2026-01-01"), d("2026-03-31")),
        (d("2026-01-10"), d("2026-01-20")),
        (d("2026-03-01"), d("2026-04-30")),
    )
    (leave,) = sick_leaves(spells, gap=5)
    assert (leave.first, leave.last) == (d("2026-01-01"), d("2026-04-30"))


def test_a_new_extent_stops_the_spell_without_an_end_the_day_before():
    spells = certificates((d("2026-01-01"), None), (d("2026-03-01"), d("2026-04-30")))
    assert [p.last for p in in_force(spells)] == [d("2026-02-28"), d("2026-04-30")]
    now = leave_now(spells, d("2026-03-01"), gap=5)
    assert now.runs and now.part.spell.pk == 1 and now.leave.first == d("2026-01-01")
    now = leave_now(spells, d("2026-02-28"), gap=5)
    assert now.part.spell.pk == 0


def test_the_last_recorded_of_the_same_first_day_is_in_force():
    spells = certificates((d("2026-01-01"), None), (d("2026-01-01"), d("2026-01-31")))
    for rows in (spells, spells[::-1]):
        (leave,) = sick_leaves(rows, gap=5)
        assert leave.last == d("2026-01-31")


def test_after_the_end_and_the_gap_no_day_runs():
    spells = certificates((d("2026-01-01"), d("2026-01-31")))
    assert day_now(spells, d("2026-01-31"), gap=5) == 31
    assert day_now(spells, d("2026-02-06"), gap=5) == 37, "another certificate from today would join"
    assert day_now(spells, d("2026-02-07"), gap=5) is None
    now = leave_now(spells, d("2026-02-07"), gap=5)
    assert not now.runs and now.leave.last == d("2026-01-31")


def test_before_the_first_day_there_is_no_day():
    assert day_now(certificates((d("2026-01-02"), None)), d("2026-01-01"), gap=5) is None
    assert day_now([], d("2026-01-01"), gap=5) is None


def test_activity_compensation_is_no_day_of_the_chain_and_ends_it():
    spells = certificates((d("2026-01-01"), None), (d("2026-02-01"), None, ACTIVITY))
    assert day_now(spells, d("2026-01-31"), gap=5) == 31
    assert day_now(spells, d("2026-02-01"), gap=5) is None, "not even within the gap"
    assert day_now(certificates((d("2026-01-01"), None, ACTIVITY)), d("2026-01-31"), gap=5) is None


START = date(2024, 2, 1)
offsets = st.integers(0, 60)
lists = st.lists(
    st.tuples(offsets, st.one_of(st.none(), st.integers(0, 25)), st.sampled_from([SICK, SICK, "sick_pay", ACTIVITY])), max_size=6
)  # fmt: skip


def oracle(spells: list[Certificate], today: date, gap: int) -> int | None:
    """Day by day: which certificate says what on each day, then walk back from today over what is sick or a short gap."""
    last_said = {s.from_on: s for s in spells}

    def covering(day: date) -> list[Certificate]:
        out = []
        for s in last_said.values():
            ends = s.to_on or min((f for f in last_said if f > s.from_on), default=date.max) - timedelta(
                days=1
            )
            if s.from_on <= day <= ends:
                out.append(s)
        return out

    now = covering(today)
    if now and max(now, key=lambda s: s.from_on).benefit == ACTIVITY:
        return None
    first, quiet, day = None, 0, today
    while day >= START and quiet <= gap:
        if any(s.benefit != ACTIVITY for s in covering(day)):
            first, quiet = day, 0
        else:
            # A day without a certificate; today itself may be the first day of the next one.
            quiet += day != today
        day -= timedelta(days=1)
    return None if first is None else (today - first).days + 1


@given(spells=lists, today=st.integers(0, 100), gap=st.integers(0, 6))
def test_the_day_agrees_with_an_oracle_that_walks_day_by_day(spells, today, gap):
    made = certificates(
        *(
            (START + timedelta(days=at), None if long is None else START + timedelta(days=at + long), benefit)
            for at, long, benefit in spells
        )
    )
    today = START + timedelta(days=today)
    assert day_now(made, today, gap=gap) == oracle(made, today, gap)
