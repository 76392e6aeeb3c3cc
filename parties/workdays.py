"""Working days in Sweden: Monday to Friday, holidays off, and the three eves that everyone takes off."""

from datetime import date, timedelta
from functools import cache

import holidays


@cache
def _off(year: int) -> frozenset[date]:
    known = holidays.country_holidays("SE", years=year, include_sundays=False)
    days = set(known.keys())
    days |= {date(year, 12, 24), date(year, 12, 31)}
    # Midsummer's eve: the Friday between the 19th and the 25th of June.
    days.add(next(date(year, 6, d) for d in range(19, 26) if date(year, 6, d).weekday() == 4))
    return frozenset(days)


def is_workday(day: date) -> bool:
    """True for a day when offices are open."""
    return day.weekday() < 5 and day not in _off(day.year)


def add_workdays(day: date, count: int) -> date:
    """The day `count` working days after `day`; `day` itself is not counted."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day


def workdays_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; 0 when end is not later."""
    return sum(is_workday(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
