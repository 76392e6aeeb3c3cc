"""Dates, figures, icons and chips as the house writes them."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from samverkan.templatetags import frame

NBSP, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (310163, 0, f"310{NBSP}163"),
        (1234567, 0, f"1{NBSP}234{NBSP}567"),
        (-1500, 0, f"{MINUS}1{NBSP}500"),
        (Decimal("4.25"), 1, "4,3"),  # halves go up
        (Decimal("4.24"), 1, "4,2"),
        (Decimal("-9.25"), 1, f"{MINUS}9,3"),
        (2.675, 2, "2,68"),  # as written, not as the binary stores it
        (Decimal("3.0"), 1, "3"),  # a whole value is an integer
        (Decimal("999.96"), 1, f"1{NBSP}000"),
        (Decimal("-0.04"), 1, "0"),  # no minus before nothing
        (None, 0, ""),
        ("", 0, ""),
    ],
)
def test_a_number_is_written_one_way(value, decimals, text):
    assert frame.sv_number(value, decimals) == text


def test_kronor_are_whole_and_nothing_is_not_zero_kronor():
    assert frame.sv_kronor(Decimal("310162.50")) == f"310{NBSP}163{NBSP}kr"
    assert frame.sv_kronor(0) == f"0{NBSP}kr"
    assert frame.sv_kronor(None) == ""


def test_a_moment_is_told_in_swedish_time_on_both_sides_of_midnight():
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # half past midnight, the next day, in Stockholm
    assert frame.sv_date(late) == "2026-07-02"
    assert frame.sv_time(late) == "00.30"
    assert frame.sv_moment(late) == "2026-07-02, 00.30"
    assert frame.sv_date(datetime(2026, 7, 1, 21, 59, tzinfo=UTC)) == "2026-07-01"


def test_a_day_a_clock_time_and_nothing():
    assert frame.sv_date(date(2026, 3, 4)) == "2026-03-04"
    assert frame.sv_time(time(0, 0)) == "00.00"
    assert frame.sv_date(None) == frame.sv_time(None) == frame.sv_moment(None) == ""


def test_an_icon_is_silent_and_an_unknown_one_is_an_error():
    drawn = frame.icon("chat")
    assert 'aria-hidden="true"' in drawn
    assert "icons.svg#chat" in drawn
    with pytest.raises(ValueError, match="There is no icon “chatt”"):
        frame.icon("chatt")


def test_a_chip_is_a_word_with_an_icon_and_the_word_is_escaped():
    drawn = frame.chip("late", "<b>2 arbetsdagar sen</b>")
    assert "sv-chip-late" in drawn
    assert "#warning" in drawn
    assert "&lt;b&gt;2 arbetsdagar sen&lt;/b&gt;" in drawn
    assert "#eye" in frame.chip("ok", "Läst", "eye")
    with pytest.raises(KeyError):
        frame.chip("danger", "Nej")


def test_an_unbroken_date_is_kept_on_one_line_and_what_stands_in_it_is_text():
    assert frame.unbroken(frame.sv_date(date(2026, 3, 4))) == '<span class="sv-nowrap">2026-03-04</span>'
    assert frame.unbroken("<b>") == '<span class="sv-nowrap">&lt;b&gt;</span>'
    assert frame.unbroken("") == ""
