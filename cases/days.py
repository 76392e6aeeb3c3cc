"""Days of a sick leave, as calculated: calendar days inclusive, day n = first day + (n - 1). FK alone decides which day counts.

Spells become sick leaves so. Of several recorded for the same first day the last recorded is in force: a row is never
changed, so that is how an end or a correction is written. One whose first day was wrong is replaced by the row that
says so, and what it had replaced does not come back. A spell without an end stops the day before the next
spell begins, which is how a new extent is written. Spells that overlap, touch, or have at most `gap` days between
them are one sick leave, counted from its first day. After its last day, and the gap in which another certificate
would still join, a sick leave has ended and no day of it runs.

Milestones 90, 180 and 365 are those of the rehabilitation chain (27 kap. 46–49 §§ SFB); shown as "Day 92 (calculated)".
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cases.models import Spell

CHAIN = (90, 180, 365)
# The chain is counted during sickness benefit and what precedes it; not during activity or sickness compensation.
COUNTED_BENEFITS = frozenset({"sickness_benefit", "rehab_benefit", "preventive_sickness_benefit", "sick_pay"})
_SCALE = 400  # days across the bar: day 365 with air after it


@dataclass(frozen=True)
class InForce:
    """A spell that nothing replaces, with the last day it is in force; None when it goes on without an end."""

    spell: "Spell"
    last: date | None


@dataclass
class SickLeave:
    """Spells joined, `first` to and including `last`; last is None when it goes on without an end."""

    first: date
    last: date | None
    parts: list[InForce] = field(default_factory=list)


def in_force(spells: "Iterable[Spell]") -> list[InForce]:
    """The spells that nothing replaces, by first day, each with its last day in force."""
    latest: dict[date, Spell] = {}
    corrected: set[int | None] = set()
    for spell in sorted(spells, key=lambda s: s.pk):
        latest[spell.from_on] = spell
        corrected.add(spell.replaces_id)
    ordered = [latest[day] for day in sorted(latest) if latest[day].pk not in corrected]
    ends = [s.to_on or (after.from_on - timedelta(days=1)) for s, after in pairwise(ordered)]
    return [
        InForce(s, last) for s, last in zip(ordered, [*ends, *(s.to_on for s in ordered[-1:])], strict=True)
    ]


def joins(last: date | None, following: date, gap: int) -> bool:
    """Whether a certificate from `following` continues what lasted to and including `last`."""
    return last is None or (following - last).days - 1 <= gap


def sick_leaves(
    spells: "Iterable[Spell]", *, gap: int, benefits: Collection[str] = COUNTED_BENEFITS
) -> list[SickLeave]:
    """The sick leaves that spells with these benefits make, in order. The others only end what goes on without an end."""
    leaves: list[SickLeave] = []
    for part in in_force(spells):
        if part.spell.benefit not in benefits:
            continue
        if leaves and joins(leaves[-1].last, part.spell.from_on, gap):
            leave = leaves[-1]
            leave.last = None if part.last is None or leave.last is None else max(leave.last, part.last)
            leave.parts.append(part)
        else:
            leaves.append(SickLeave(part.spell.from_on, part.last, [part]))
    return leaves


@dataclass(frozen=True)
class Now:
    """The sick leave that has begun last, and whether it runs today. `part` is what is in force, or was at its end."""

    leave: SickLeave
    runs: bool
    part: InForce


def leave_now(
    spells: "Collection[Spell]", today: date, *, gap: int, benefits: Collection[str] = COUNTED_BENEFITS
) -> Now | None:
    """The last sick leave begun by today; None when none has. It runs not when the person lives on something else today."""
    begun = [leave for leave in sick_leaves(spells, gap=gap, benefits=benefits) if leave.first <= today]
    if not begun:
        return None
    leave = begun[-1]
    covering = [
        p for p in in_force(spells) if p.spell.from_on <= today and (p.last is None or p.last >= today)
    ]
    elsewhere = bool(covering) and covering[-1].spell.benefit not in benefits
    part = [p for p in leave.parts if p.spell.from_on <= today][-1]
    return Now(leave, not elsewhere and joins(leave.last, today, gap), part)


def day_now(spells: "Collection[Spell]", today: date, *, gap: int) -> int | None:
    """The calculated day of the sick leave that runs today, from its joined first day; None when none does."""
    now = leave_now(spells, today, gap=gap)
    return day_number(now.leave.first, today) if now and now.runs else None


def day_number(first: date, today: date) -> int:
    """The number of `today` counted from `first`; before the first day it is below 1."""
    return (today - first).days + 1


def date_of(first: date, day: int) -> date:
    """The date of a day number."""
    return first + timedelta(days=day - 1)


@dataclass(frozen=True)
class Tick:
    day: int
    on: date
    x: str
    passed: bool
    is_next: bool
    days_left: int


@dataclass(frozen=True)
class DayBar:
    """Where the person is in the chain, as a bar: x positions in per cent so that text keeps its size."""

    first: date
    now: int
    now_x: str
    ticks: list[Tick]
    anchor: str


def day_bar(first: date, today: date) -> DayBar | None:
    """The bar for a spell that began on `first`; None before its first day."""
    now = day_number(first, today)
    if now < 1:
        return None
    following = next((d for d in CHAIN if d > now), None)
    ticks = [Tick(d, date_of(first, d), _x(d), d <= now, d == following, d - now) for d in CHAIN]
    share = min(now / _SCALE, 1)
    return DayBar(
        first, now, _x(now), ticks, "start" if share < 0.12 else "end" if share > 0.88 else "middle"
    )


def _x(day: int) -> str:
    return f"{min(day / _SCALE, 1) * 100:.1f}%"
