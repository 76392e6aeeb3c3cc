"""Kronor by largest remainder, hours and shares with at most one decimal. Source of 310 163: document 002
(AKTIV, 2023).
"""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initiatives.amounts import (
    SharesNotWhole,
    divide,
    hours,
    kronor,
    per_cent,
    percent,
    tenths,
    written,
)


def test_split_310163():
    assert divide(310_163, {"A": 52, "B": 34, "C": 14}) == {"A": 161_285, "B": 105_455, "C": 43_423}


def test_plain_rounding_would_give_another_answer_than_the_largest_remainder():
    shares = {"A": Decimal("33.33"), "B": Decimal("33.33"), "C": Decimal("33.34")}
    assert sum(round(100 * share / 100) for share in shares.values()) == 99
    assert divide(100, shares) == {"A": 33, "B": 33, "C": 34}


def test_equal_remainders_go_to_the_larger_share_then_to_the_first_given():
    assert divide(1, {"small": 25, "other": 25, "large": 50}) == {"small": 0, "other": 0, "large": 1}
    assert divide(1, {"first": 50, "second": 50}) == {"first": 1, "second": 0}
    assert divide(3, {"first": 50, "second": 50}) == {"first": 2, "second": 1}
    assert divide(2, {"a": 25, "b": 25, "c": 25, "d": 25}) == {"a": 1, "b": 1, "c": 0, "d": 0}


def test_a_credit_mirrors_a_cost():
    assert divide(-310_163, {"A": 52, "B": 34, "C": 14}) == {"A": -161_285, "B": -105_455, "C": -43_423}


@pytest.mark.parametrize(
    "shares",
    [
        {"A": 99},
        {"A": 52, "B": 34, "C": 13},
        {"A": 52, "B": 49},
        {},
        {"A": Decimal("99.999")},
        {"A": Decimal("100.001")},
    ],
)
def test_shares_that_are_not_100_divide_nothing(shares):
    with pytest.raises(SharesNotWhole):
        divide(100, shares)


@given(total=st.integers(-(10**9), 10**9), cuts=st.lists(st.integers(0, 10_000), max_size=6))
def test_the_parts_always_sum_to_the_whole_and_lie_within_one_krona(total, cuts):
    edges = [0, *sorted(cuts), 10_000]
    shares = {str(n): Decimal(b - a) / 100 for n, (a, b) in enumerate(itertools.pairwise(edges))}
    parts = divide(total, shares)
    assert sum(parts.values()) == total
    assert all(abs(parts[name] - total * share / 100) < 1 for name, share in shares.items())


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (46_080, 768),
        (45, 0.8),
        (15, 0.3),
        (3, 0.1),
        (2, 0),
        (450, 7.5),
        (57, 1),
        (56, 0.9),
        (0, 0),
        (27, 0.5),
        (63, 1.1),
        (9, 0.2),
    ],
)
def test_hours_from_minutes_halves_up(minutes, expected):
    assert hours(minutes) == expected


def test_whole_values_are_integers():
    assert type(hours(46_080)) is int
    assert type(hours(57)) is int
    assert type(percent(40, 100)) is int
    assert type(hours(450)) is float


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(40, 100, 40), (1, 16, 6.3), (15, 16, 93.8), (1, 3, 33.3), (2, 3, 66.7), (0, 7, 0), (1, 2000, 0.1)],
)
def test_shares_of_time_halves_up(part, whole, expected):
    assert percent(part, whole) == expected


def test_a_share_of_nothing_is_unknown_not_zero():
    assert percent(0, 0) is None


def test_numbers_as_swedish_readers_write_them():
    assert kronor(310_163) == "310\N{NO-BREAK SPACE}163\N{NO-BREAK SPACE}kr"
    assert per_cent(Decimal("14.00")) == "14\N{NO-BREAK SPACE}%"
    assert written(7.5) == "7,5"
    assert written(-9.2) == "\N{MINUS SIGN}9,2"
    assert written(1_000_000) == "1\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}000"
    assert written(100) == "100"


@given(st.dictionaries(st.integers(), st.integers(0, 100_000), min_size=1, max_size=6))
def test_parts_in_tenths_of_an_hour_add_up_to_the_hours_of_the_whole(minutes):
    parts = tenths(minutes)
    assert sum(round(part * 10) for part in parts.values()) == round(hours(sum(minutes.values())) * 10)
    assert all(abs(part * 60 - minutes[name]) < 6 for name, part in parts.items())
