"""A date as people type it: what is taken, and a sentence that is about the mistake that was made."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from audit.dates import DateField

FORM = "Skriv datumet som åååå-mm-dd, till exempel 2026-03-04."
FAR = "Skriv ett årtal mellan 1900 och 2199."


@pytest.mark.parametrize("text", ["2026-03-04", "20260304", "26-03-04", " 2026-03-04 "])
def test_three_ways_to_write_a_date(text):
    with translation.override("sv"):
        assert DateField().clean(text) == date(2026, 3, 4)


@pytest.mark.parametrize("text", ["1900-01-01", "2199-12-31"])
def test_the_first_day_and_the_last(text):
    assert DateField().clean(text).isoformat() == text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2025-02-30", "Februari 2025 har bara 28 dagar. Kontrollera dagen."),
        ("20250230", "Februari 2025 har bara 28 dagar. Kontrollera dagen."),
        ("25-02-29", "Februari 2025 har bara 28 dagar. Kontrollera dagen."),
        ("2024-02-30", "Februari 2024 har bara 29 dagar. Kontrollera dagen."),
        ("2026-04-31", "April 2026 har bara 30 dagar. Kontrollera dagen."),
        ("2026-03-32", "Mars 2026 har bara 31 dagar. Kontrollera dagen."),
        ("2026-13-01", "Det finns ingen månad 13. Skriv månaden som 01 till 12."),
        ("2026-00-01", "Det finns ingen månad 00. Skriv månaden som 01 till 12."),
        ("2026-03-00", "Det finns ingen dag 00. Skriv dagen som 01 till 31."),
        ("0000-03-01", "Det finns inget år 0000. Skriv året med fyra siffror, till exempel 2026."),
        ("0001-01-01", FAR), ("1899-12-31", FAR), ("2200-01-01", FAR), ("9999-12-31", FAR), ("99991231", FAR),
        ("i går", FORM), ("04/03/2026", FORM), ("2026-3", FORM), ("2026", FORM), ("202634", FORM), ("2026111", FORM), ("2026-03-04-", FORM),
        ("850709-9805", FORM), ("２０２６-０３-０４x", FORM),
        ("", "Fyll i datumet som åååå-mm-dd, till exempel 2026-03-04."),
    ],
)  # fmt: skip
def test_the_sentence_is_about_the_mistake(text, sentence):
    with translation.override("sv"), pytest.raises(ValidationError) as wrong:
        DateField().clean(text)
    assert wrong.value.messages == [sentence]


def test_in_english_too():
    with translation.override("en"), pytest.raises(ValidationError) as wrong:
        DateField().clean("2025-02-30")
    assert wrong.value.messages == ["February 2025 has only 28 days. Check the day."]
