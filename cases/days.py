"""Days of a spell, as calculated: calendar days inclusive, day n = first day + (n - 1). FK alone decides which day counts.

Milestones 90, 180 and 365 are those of the rehabilitation chain (27 kap. 46–49 §§ SFB); shown as "Day 92 (calculated)".
"""

from dataclasses import dataclass
from datetime import date, timedelta

CHAIN = (90, 180, 365)
# The chain is counted during sickness benefit and what precedes it; not during activity or sickness compensation.
COUNTED_BENEFITS = frozenset({"sickness_benefit", "rehab_benefit", "preventive_sickness_benefit", "sick_pay"})
_SCALE = 400  # days across the bar: day 365 with air after it


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
