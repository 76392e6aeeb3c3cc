"""Personal numbers: what is taken, what is not, and that nothing else ever comes out of the function."""

import pickle
from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from parties.numbers import SENTENCES, NumberProblem, parse_number, today_in_sweden

TODAY = date(2026, 11, 24)


def check_digit(nine: str) -> str:
    """The tenth digit, reckoned here without the library: every other digit doubled, their digits summed."""
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(nine))
    return str(-total % 10)


def twelve(born: date, serial: int, *, coordination: bool = False) -> str:
    day = born.day + (60 if coordination else 0)
    nine = f"{born:%y%m}{day:02}{serial:03}"
    return f"{born.year // 100}{nine}{check_digit(nine)}"


def code_of(text: str | None) -> str:
    with pytest.raises(NumberProblem) as caught:
        parse_number(text, today=TODAY)
    return caught.value.code


@pytest.mark.parametrize(
    "text",
    [
        "198507099805",
        "19850709-9805",
        "8507099805",
        "850709-9805",
        "  850709-9805\n",
        "19850709 9805",
        "19 850709-9805",
        "850709\u20139805",  # en dash, as word processors write it
        "850709\u00a0-\u00a09805",
        "\ufeff850709-98\u200b05",
        "19850709+9805",  # with a century the sign says nothing
    ],
)
def test_one_number_in_its_many_forms(text):
    number = parse_number(text, today=TODAY)
    assert number.digits == "198507099805"
    assert number.display == "19850709-9805"
    assert number.masked == "19850709-****"
    assert (number.kind, number.born, number.sex) == ("personnummer", date(1985, 7, 9), "female")


def test_the_ninth_digit_tells_the_sex():
    assert parse_number(twelve(date(1985, 7, 9), 981), today=TODAY).sex == "male"
    assert parse_number(twelve(date(1985, 7, 9), 982), today=TODAY).sex == "female"


def test_a_coordination_number_has_its_day_and_sixty():
    number = parse_number("19810472-9846", today=TODAY)
    assert (number.kind, number.born) == ("samordningsnummer", date(1981, 4, 12))
    assert number.display == "19810472-9846"


@pytest.mark.parametrize(
    ("born", "sign", "year"),
    [
        (date(2026, 11, 24), "-", 2026),  # born today
        (date(1926, 11, 25), "-", 1926),  # tomorrow a hundred years ago: not a birth to come
        (date(1926, 12, 31), "+", 1926),  # turns a hundred this year
        (date(1923, 4, 12), "+", 1923),
        (date(1927, 1, 1), "-", 1927),
        (date(1904, 2, 29), "+", 1904),
    ],
)
def test_ten_digits_get_the_latest_century_in_which_the_person_is_born(born, sign, year):
    digits = twelve(born, 980)
    number = parse_number(f"{digits[2:8]}{sign}{digits[8:]}", today=TODAY)
    assert (number.born.year, number.digits) == (year, digits)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "missing"),
        ("", "missing"),
        (" \u00a0\u200b\n", "missing"),
        ("850709-980", "not_a_number"),
        ("850709-98055", "not_a_number"),
        ("19850709-98055", "not_a_number"),
        ("9850709-9805", "not_a_number"),
        ("85O709-9805", "not_a_number"),
        ("1985-07-09-9805", "not_a_number"),
        ("850709--9805", "not_a_number"),
        ("٨٥٠٧٠٩-٩٨٠٥", "not_a_number"),  # digits of another script
        ("19850709-T805", "interim_number"),
        ("850709t805", "interim_number"),
        ("850709-A805", "not_a_number"),  # no letter of interim numbers
        ("850709-TT05", "not_a_number"),
        ("19810432-9803", "no_such_date"),
        ("19811312-9809", "no_such_date"),
        ("19810492-9800", "no_such_date"),  # day 92 is the 32nd
        ("19810460-9800", "no_such_date"),  # day 60 is none
        ("19850229-9805", "no_such_date"),
        ("18390709-9805", "no_such_date"),
        ("00850709-9805", "no_such_date"),
        ("850709-9804", "check_digit"),
        ("850709-9850", "check_digit"),
        ("850709-000" + check_digit("850709000"), "check_digit"),  # the birth number 000 is given to nobody
    ],
)
def test_what_is_wrong_has_a_code(text, code):
    assert code_of(text) == code


def test_nobody_is_born_tomorrow():
    assert parse_number(twelve(TODAY, 980), today=TODAY).born == TODAY
    assert code_of(twelve(TODAY + timedelta(days=1), 980)) == "no_such_date"


def test_every_code_has_its_sentence_in_swedish():
    for code in SENTENCES:
        problem = NumberProblem(code)
        with translation.override("en"):
            english = problem.sentence
        with translation.override("sv"):
            swedish = problem.sentence
        assert english != swedish
        assert swedish.endswith(".")
    with translation.override("sv"):
        assert NumberProblem("missing").sentence == (
            "Fyll i personnumret med 10 eller 12 siffror, till exempel 850709-9805."
        )


def test_neither_the_number_nor_its_problem_shows_digits_by_mistake():
    number = parse_number("850709-9805", today=TODAY)
    for shown in (str(number), repr(number), f"{number}", repr([number]), repr({"number": number})):
        assert not any(sign.isdigit() for sign in shown)
    with pytest.raises(NumberProblem) as caught:
        parse_number("850709-9804", today=TODAY)
    error: BaseException | None = caught.value
    while error is not None:
        assert "9804" not in repr(error)
        error = error.__context__
    assert pickle.loads(pickle.dumps(number)) == number  # noqa: S301


BIRTHS = st.dates(date(1840, 1, 1), TODAY)


@settings(deadline=None, max_examples=300, derandomize=True)
@given(born=BIRTHS, serial=st.integers(1, 999), coordination=st.booleans())
def test_every_number_comes_back_as_it_was_made(born, serial, coordination):
    digits = twelve(born, serial, coordination=coordination)
    number = parse_number(f" {digits[:8]}-{digits[8:]} ", today=TODAY)
    assert number.digits == digits
    assert number.born == born
    assert number.sex == ("male" if serial % 2 else "female")
    assert number.kind == ("samordningsnummer" if coordination else "personnummer")
    if born.year > TODAY.year - 100:
        assert parse_number(digits[2:], today=TODAY) == number
    elif born.year > TODAY.year - 200:
        assert parse_number(f"{digits[2:8]}+{digits[8:]}", today=TODAY) == number


@settings(deadline=None, max_examples=300, derandomize=True)
@given(born=BIRTHS, serial=st.integers(1, 999), place=st.integers(2, 11), step=st.integers(1, 9))
def test_one_wrong_digit_never_passes(born, serial, place, step):
    digits = twelve(born, serial)
    wrong = f"{digits[:place]}{(int(digits[place]) + step) % 10}{digits[place + 1 :]}"
    with pytest.raises(NumberProblem):
        parse_number(wrong, today=TODAY)


@settings(deadline=None, max_examples=500, derandomize=True)
@given(
    st.text() | st.text(alphabet="0123456789-+ TtÅ\u00a0\u2013", max_size=16) | st.from_regex(r"\A\d{6,12}\Z")
)
def test_no_text_brings_anything_but_a_number_or_its_problem(text):
    code, number = None, None
    try:
        number = parse_number(text)
    except NumberProblem as problem:
        code = problem.code
    if number is None:
        assert code in SENTENCES
    else:
        assert len(number.digits) == 12
        assert number.born <= today_in_sweden()
