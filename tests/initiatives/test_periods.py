"""Half-open periods in Europe/Stockholm."""

from datetime import date, timedelta

import pytest

from initiatives.periods import NotAPeriod, Period, ended


@pytest.mark.parametrize(
    ("text", "first", "until"),
    [
        ("2023", date(2023, 1, 1), date(2024, 1, 1)),
        ("2023Q1", date(2023, 1, 1), date(2023, 4, 1)),
        ("2023Q3", date(2023, 7, 1), date(2023, 10, 1)),
        ("2023q4", date(2023, 10, 1), date(2024, 1, 1)),
    ],
)
def test_years_and_quarters(text, first, until):
    period = Period.read(text)
    assert (period.first, period.until) == (first, until)
    assert period.last == until - timedelta(days=1)
    assert str(period) == text.upper()


@pytest.mark.parametrize(
    "text", ["", "23", "2023Q5", "2023Q0", "2023-Q1", "Q1", "2023Q", "20233", "1823", "2023Q1x", "٢٠٢٣"]
)
def test_anything_else_is_no_period(text):
    with pytest.raises(NotAPeriod):
        Period.read(text)


def test_a_period_ends_when_its_last_day_has_passed():
    period = Period.read("2023Q4")
    assert not period.has_ended(date(2023, 12, 31))
    assert period.has_ended(date(2024, 1, 1))


def test_a_period_is_midnight_to_midnight_in_stockholm_whatever_the_clock_change():
    summer_begins = Period.read("2023Q1")
    assert summer_begins.starts_at.utcoffset() == timedelta(hours=1)
    assert summer_begins.until_at.utcoffset() == timedelta(hours=2)
    assert Period.read("2023Q4").starts_at.utcoffset() == timedelta(hours=2)


def test_the_period_between_two_days_or_none():
    assert Period.of(date(2023, 1, 1), date(2023, 12, 31)) == Period(2023)
    assert Period.of(date(2023, 10, 1), date(2023, 12, 31)) == Period(2023, 4)
    assert Period.of(date(2023, 1, 1), date(2023, 12, 30)) is None
    assert Period.of(date(2023, 1, 2), date(2023, 12, 31)) is None


def test_what_can_be_reported_now_holds_nothing_that_has_not_ended():
    assert [str(p) for p in ended(5, date(2024, 3, 31))] == [
        "2023",
        "2023Q4",
        "2023Q3",
        "2023Q2",
        "2023Q1",
        "2022",
        "2022Q4",
    ]
    assert str(ended(1, date(2024, 4, 1))[0]) == "2024Q1"
