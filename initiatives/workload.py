"""How much work a year or a quarter holds, and what of it may be told outside: figures on work are figures on
staff (R11).

A figure is told outside the own unit and the project lead only when at least three persons stand behind it,
and when nothing that stands on fewer follows from it by subtraction: the year minus its quarters, one kind
minus the other, all minus a unit. Three rules see to that. A quarter is told unless the year's other
quarters would leave one of them, or the lumps of no quarter, open to be computed. The year is told unless what
it adds to the quarters that reports have already told stands on fewer than three; quarters come first, and
what has been told cannot be taken back. And all of this is asked once more without each unit that has rows: who
works in a unit knows its time, and may read the insats by a seat, in another role, or in a report, which is one
for all its readers. What is left must be nobody's time or that of at least three.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal, NamedTuple

from django.db.models import Sum
from django.db.models.functions import ExtractQuarter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from initiatives.access import FEWEST_REPORTING
from initiatives.amounts import Number, hours, tenths
from initiatives.models import Initiative, TimeKind
from initiatives.periods import Period
from initiatives.seams import told_quarters

# What is told of work: how much it was, or also how it was divided between the kinds.
Told = Literal["total", "kinds"]
TOTAL: Told = "total"
KINDS: Told = "kinds"

# The part of a year that is in none of its quarters: lumps for longer than one.
NO_QUARTER = None
PARTS = (1, 2, 3, 4, NO_QUARTER)


class _Row(NamedTuple):
    part: int | None
    kind: str
    user: int | None
    unit: int | None
    lump: bool
    minutes: int


class _Persons(NamedTuple):
    """How many were counted behind lumps, in a quarter or (None) over more than one."""

    part: int | None
    persons: int


@dataclass(frozen=True)
class Workload:
    """Some of a year's work: minutes and persons by kind, from the rows and the numbers counted behind lumps."""

    rows: tuple[_Row, ...]
    counted: tuple[_Persons, ...]

    @cached_property
    def minutes(self) -> dict[str, int] | None:
        """By kind, both kinds named; None where nothing is recorded: no rows are not the same as no work."""
        if not self.rows:
            return None
        return {kind: sum(row.minutes for row in self.rows if row.kind == kind) for kind in TimeKind.values}

    @property
    def total(self) -> int | None:
        return None if self.minutes is None else sum(self.minutes.values())

    @cached_property
    def persons(self) -> int:
        return self._persons(self.rows)

    def _persons(self, rows: Sequence[_Row]) -> int:
        """The different members that the rows name, or the number counted for their lumps, whichever is more;
        persons nobody has counted are none. A number counted over more than a quarter says nothing of one.
        """
        lumps = {row.part for row in rows if row.lump}
        counted = [
            count.persons
            for count in self.counted
            if (bool(lumps) if count.part is NO_QUARTER else count.part in lumps)
        ]
        return max(len({row.user for row in rows if row.user}), *counted, 0)

    def without(self, unit: int) -> "Workload":
        """What is left for those who know the unit's time. A number counted behind lumps that the unit has a share
        of does not say how many of them are the unit's, so nobody is counted behind the rest.
        """
        lumps = {row.part for row in self.rows if row.lump and row.unit == unit}
        return Workload(
            tuple(row for row in self.rows if row.unit != unit),
            tuple(
                count
                for count in self.counted
                if not lumps or (count.part is not NO_QUARTER and count.part not in lumps)
            ),
        )

    def is_safe(self, told: Told = TOTAL) -> bool:
        """Whether three stand behind it; for the division by kind, behind each kind that there is."""
        if self.persons < FEWEST_REPORTING:
            return not self.rows
        of_kinds = [[row for row in self.rows if row.kind == kind] for kind in TimeKind.values]
        return told == TOTAL or all(
            self._persons(rows) >= FEWEST_REPORTING for rows in of_kinds if sum(row.minutes for row in rows)
        )


class WorkOfYear:
    """A year's work in its parts: the four quarters, and what is in none of them."""

    def __init__(self, initiative: Initiative, year: int) -> None:
        self.initiative, self.year = initiative, Period(year)
        span = (self.year.first, self.year.until)
        grouped = (
            initiative.time.within(*span)
            .order_by()
            .values_list(ExtractQuarter("on"), "from_on", "to_on", "kind", "member__user", "unit")
            .annotate(Sum("minutes"))
        )
        self.rows = tuple(
            _Row(quarter or _quarter_of(first, last), kind, user, unit, first is not None, minutes)
            for quarter, first, last, kind, user, unit, minutes in grouped
        )
        counts = initiative.reporting_counts.within(*span).values_list("from_on", "to_on", "persons")
        self.counted = tuple(_Persons(_quarter_of(first, last), persons) for first, last, persons in counts)

    def of(self, parts: Iterable[int | None]) -> Workload:
        """The work of some of the parts together."""
        parts = set(parts)
        return Workload(
            tuple(row for row in self.rows if row.part in parts),
            tuple(count for count in self.counted if count.part in parts),
        )

    @cached_property
    def whole(self) -> Workload:
        return self.of(PARTS)

    def _safe(self, parts: Iterable[int | None], told: Told = TOTAL) -> bool:
        """Whether the parts together may be told: to those outside, and to those who know a unit's share of them."""
        work = self.of(parts)
        units = {row.unit for row in work.rows if row.unit is not None}
        return work.is_safe(told) and all(work.without(unit).is_safe(told) for unit in units)

    @cached_property
    def known(self) -> tuple[int | None, ...]:
        """The parts in which something is recorded."""
        there = {row.part for row in self.rows}
        return tuple(part for part in PARTS if part in there)

    def every_part_is_safe(self) -> bool:
        """Whether the year may be shown divided into its parts: the rest would tell a part that is left out."""
        return all(self._safe([part]) for part in self.known)

    def tells_quarter(self, quarter: int, told: Told = TOTAL) -> bool:
        """Whether a quarter may be told: it is safe itself, and so is what the year hides besides it."""
        ended = [
            part
            for part in self.known
            if part != quarter and (part is NO_QUARTER or Period(self.year.year, part).has_ended())
        ]
        hidden = [part for part in ended if not self._safe([part], told)]
        return self._safe([quarter], told) and self._safe(hidden, told)

    def tells_year(self, told: Told = TOTAL) -> bool:
        """Whether the year may be told: it is safe, and so is what it adds to the quarters reports have told."""
        return self._safe(PARTS, told) and self.adds_enough(told)

    def adds_enough(self, told: Told = TOTAL) -> bool:
        out = {quarter for asked in told_quarters for quarter in asked(self, told)}
        return not out or self._safe([part for part in self.known if part not in out], told)

    def by_part(self) -> tuple[list[tuple[str, Number | None]], Number]:
        """(label and hours of each quarter, and of what is in none, if anything; the whole). The hours have one
        decimal and add up to the whole: a tenth that rounding leaves over goes to the largest remainder.
        """
        minutes = {part: self.of([part]).total for part in PARTS}
        shown = tenths({part: total for part, total in minutes.items() if total is not None})
        rows = [(pgettext("report", "Quarter %(n)s") % {"n": n}, shown.get(n)) for n in (1, 2, 3, 4)]
        if NO_QUARTER in self.known:
            rows.append((pgettext("hours", "For a longer time than one quarter"), shown[NO_QUARTER]))
        return rows, hours(self.whole.total or 0)


def _quarter_of(first: date | None, last: date | None) -> int | None:
    """The quarter that holds all of the days, or None."""
    if first is None or last is None:
        return None
    quarter = (first.month + 2) // 3
    return quarter if (last.year, (last.month + 2) // 3) == (first.year, quarter) else None


def too_few() -> str:
    """Why a figure on work is not shown."""
    return _("Not shown: fewer than three persons stand behind the time.")


def would_tell_another() -> str:
    """Why a figure that stands on enough persons is not shown all the same."""
    return _("Not shown: together with other figures it would tell the time of fewer than three persons.")


def whole_only(lumps: tuple[tuple[date, date], ...]) -> str:
    """`known only for the whole of 2023`, for what nobody has split up; empty without it."""
    if not lumps:
        return ""
    first, last = min(lumps)
    period = Period.of(first, last)
    if period is None:
        return _("known only for %(first)s to %(last)s") % {"first": first, "last": last}
    return _("known only for the whole of %(period)s") % {"period": period}
