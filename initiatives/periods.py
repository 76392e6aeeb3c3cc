"""The periods a report is about: a year, `2023`, or a quarter, `2023Q4`. Half-open, in Europe/Stockholm."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

STOCKHOLM = ZoneInfo("Europe/Stockholm")
EARLIEST, YEARS_AHEAD = date(1990, 1, 1), 5
_WRITTEN = re.compile(r"((?:19|2[0-9])[0-9][0-9])(?:[Qq]([1-4]))?")


class NotAPeriod(ValueError):
    """The text is neither a year nor a quarter."""


class NotEnded(ValueError):
    """The period has not ended, so nothing about it can be frozen."""


def today() -> date:
    """The day it is where the house stands, whatever the server's own clock is set to."""
    return datetime.now(STOCKHOLM).date()


def latest_day() -> date:
    """The last day that anything in an insats can be about: today five years on."""
    day = today()
    last_of_february = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + YEARS_AHEAD, day=28 if last_of_february else day.day)


def far_off(day: date) -> str:
    """What is wrong with a day that no insats reaches, as a sentence; else empty.

    A slip in the year is said where it was made: the insats's page lists every year it has rows of.
    """
    if EARLIEST <= day <= latest_day():
        return ""
    return _("The day is too far off. Write one from %(first)s to %(last)s.") % {
        "first": EARLIEST,
        "last": latest_day(),
    }


@dataclass(frozen=True, order=True)
class Period:
    """A year, or one of its quarters. `first` belongs to it; `until` is the first day that no longer does."""

    year: int
    quarter: int | None = None

    @classmethod
    def read(cls, text: str) -> "Period":
        """`2023` or `2023Q4`, nothing else; raises NotAPeriod."""
        match = _WRITTEN.fullmatch(text.strip())
        if not match:
            raise NotAPeriod(text)
        return cls(int(match[1]), int(match[2]) if match[2] else None)

    @classmethod
    def of(cls, first: date, last: date) -> "Period | None":
        """The period that runs from `first` to and including `last`, or None where the two days make no such
        period.
        """
        quarters = [cls(first.year, quarter) for quarter in (1, 2, 3, 4)]
        return next((p for p in [cls(first.year), *quarters] if (p.first, p.last) == (first, last)), None)

    @property
    def first(self) -> date:
        return date(self.year, 3 * (self.quarter or 1) - 2, 1)

    @property
    def until(self) -> date:
        following = 3 * (self.quarter or 4) + 1
        return date(self.year + following // 12, following % 12, 1)

    @property
    def last(self) -> date:
        return self.until - timedelta(days=1)

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.first, time(), STOCKHOLM)

    @property
    def until_at(self) -> datetime:
        """Midnight when the next period begins: 23 or 25 hours' days included."""
        return datetime.combine(self.until, time(), STOCKHOLM)

    def has_ended(self, on: date | None = None) -> bool:
        """True from the day after the last one."""
        return (on or today()) >= self.until

    def quarters(self) -> "list[Period]":
        """The quarters it holds: four for a year, itself for a quarter."""
        return [self] if self.quarter else [Period(self.year, quarter) for quarter in (1, 2, 3, 4)]

    def before(self) -> "Period":
        """The period of the same length that ended when this one began."""
        if self.quarter is None:
            return Period(self.year - 1)
        return Period(self.year, self.quarter - 1) if self.quarter > 1 else Period(self.year - 1, 4)

    def __str__(self) -> str:
        return f"{self.year}Q{self.quarter}" if self.quarter else str(self.year)


def ended(count: int, on: date | None = None) -> list[Period]:
    """The latest `count` quarters and the years among them that have ended, newest first, a year before its
    quarters.
    """
    day = on or today()
    quarter = Period(day.year, (day.month + 2) // 3).before()
    periods: list[Period] = []
    for _n in range(count):
        if quarter.quarter == 4:
            periods.append(Period(quarter.year))
        periods.append(quarter)
        quarter = quarter.before()
    return periods
