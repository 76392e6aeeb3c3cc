"""Chance with a bound: shares that come out exactly, times on working days, and skewed numbers of days."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from math import exp, log
from random import Random
from statistics import NormalDist
from typing import TypeVar

from cases.deciding import STOCKHOLM
from parties.workdays import is_workday

T = TypeVar("T")
# The 90th percentile of the standard normal distribution.
_Z90 = 1.2816


def spread(rng: Random, shares: Mapping[T, float], count: int) -> list[T]:
    """`count` values in the given shares, exact by largest remainder, in shuffled order. The shares need
    not sum to 1.
    """
    total = sum(shares.values())
    exact = {value: count * share / total for value, share in shares.items()}
    parts = {value: int(amount) for value, amount in exact.items()}
    left = sorted(exact, key=lambda value: parts[value] - exact[value])[: count - sum(parts.values())]
    for value in left:
        parts[value] += 1
    values = [value for value, amount in parts.items() for _ in range(amount)]
    rng.shuffle(values)
    return values


def skewed(rng: Random, *, median: float, p90: float) -> float:
    """A lognormal number with this median and this 90th percentile."""
    return rng.lognormvariate(log(median), log(p90 / median) / _Z90)


def skewed_deck(rng: Random, *, median: float, p90: float, size: int = 40) -> Iterator[float]:
    """Such numbers without end, dealt from a deck of evenly spread ones: a hundred of them keep median and
    percentile.
    """
    normal = NormalDist(log(median), log(p90 / median) / _Z90)
    while True:
        deck = [exp(normal.inv_cdf((n + 0.5) / size)) for n in range(size)]
        rng.shuffle(deck)
        yield from deck


def workday(day: date, step: int = 1) -> date:
    """The day itself if offices are open, else the next one (or the one before, with step -1)."""
    while not is_workday(day):
        day += timedelta(days=step)
    return day


def moment(rng: Random, day: date, *, earliest: int = 8, latest: int = 16) -> datetime:
    """A minute of office hours on the day, in Swedish time."""
    minutes = rng.randrange(earliest * 60, latest * 60)
    return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=STOCKHOLM)


def midnight(day: date) -> datetime:
    """The first moment of the day, in Swedish time."""
    return datetime.combine(day, time.min, tzinfo=STOCKHOLM)


def between(rng: Random, first: date, last: date) -> date:
    """A day from `first` to `last`, both included; `first` when `last` is earlier."""
    return first + timedelta(days=rng.randint(0, max((last - first).days, 0)))
