"""Personal numbers: one function that reads them, so that the rule stands in one place.

Taken: personnummer and samordningsnummer (day + 60) with ten or twelve digits, with or without hyphen or
plus, spaces anywhere. Not taken: interim numbers (a letter first among the last four) and reserve numbers.
The sum and the calendar are the library's; the century, the codes and the words are ours.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from personnummer.personnummer import Personnummer, PersonnummerException

STOCKHOLM = ZoneInfo("Europe/Stockholm")

PERSONNUMMER: Literal["personnummer"] = "personnummer"
SAMORDNINGSNUMMER: Literal["samordningsnummer"] = "samordningsnummer"

# Numbers were given from 1947 to those then alive: an earlier birth is a slip in the century, which the check
# digit does not cover.
EARLIEST_BIRTH = date(1840, 1, 1)

SENTENCES: Mapping[str, str | Promise] = {
    "missing": _("Fill in the personal number with 10 or 12 digits, for example 850709-9805."),
    "not_a_number": _("This is not a personal number. Write 10 or 12 digits, for example 850709-9805."),
    "no_such_date": _("The date in the personal number cannot be a date of birth. Check the first digits."),
    "check_digit": _("The last digit does not fit the others. Check all digits of the personal number."),
    "interim_number": _(
        "Reserve numbers and T-numbers cannot be used here. Use the coordination number if the person has one, "
        "or register the person without personal data."
    ),
}

_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-"))
_SHAPE = re.compile(
    r"(?P<century>[0-9]{2})?(?P<year>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?P<sign>[-+]?)(?P<last>[0-9]{4})"
)
_INTERIM = re.compile(r"(?:[0-9]{2})?[0-9]{6}[-+]?[TRSUWXJKLMN][0-9]{3}", re.IGNORECASE)


class NumberProblem(ValueError):
    """A text that cannot be taken as a personal number. Holds the code only, never the text itself."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in the reader's language."""
        return str(SENTENCES[self.code])


@dataclass(frozen=True, slots=True, repr=False)
class Number:
    """A personal number that holds. `digits` are the twelve; the words are those of law.md."""

    digits: str
    kind: Literal["personnummer", "samordningsnummer"]
    born: date
    sex: Literal["female", "male"]

    @property
    def display(self) -> str:
        """ÅÅÅÅMMDD-NNNN, as it stands on screen and paper."""
        return f"{self.digits[:8]}-{self.digits[8:]}"

    @property
    def masked(self) -> str:
        """ÅÅÅÅMMDD-****: no digit of the last four."""
        return f"{self.digits[:8]}-****"

    def __repr__(self) -> str:
        # A number that slips into a log line, a traceback or a page by mistake says nothing.
        return f"<{self.kind}>"

    __str__ = __repr__


def today_in_sweden() -> date:
    """The day that ages are counted from."""
    return datetime.now(STOCKHOLM).date()


def parse_number(text: str | None, *, today: date | None = None) -> Number:
    """Read a personal number as a person writes it.

    In: any text; `today` only for tests. Out: a Number. Raises NumberProblem with `missing`, `not_a_number`
    (wrong length or other signs), `interim_number`, `no_such_date` (no such day, not yet born, or before
    EARLIEST_BIRTH) or `check_digit` (also the birth number 000), tried in that order.

    Ten digits get the latest century in which the person is already born; a plus says that the person turns a
    hundred this year or is older. With twelve digits the sign says nothing, the century stands there.
    """
    today = today or today_in_sweden()
    bare = "".join(sign for sign in text or "" if not _is_space(sign)).translate(_DASHES)
    if not bare:
        raise NumberProblem("missing")
    if _INTERIM.fullmatch(bare):
        raise NumberProblem("interim_number")
    shape = _SHAPE.fullmatch(bare)
    if shape is None:
        raise NumberProblem("not_a_number")

    month, day = int(shape["month"]), int(shape["day"])
    coordination = day > 60
    day -= 60 if coordination else 0
    if shape["century"]:
        year = int(shape["century"] + shape["year"])
    else:
        year = _latest_year(int(shape["year"]), month, day, plus=shape["sign"] == "+", today=today)
    try:
        born = date(year, month, day)
    except ValueError:
        born = None
    if born is None or not EARLIEST_BIRTH <= born <= today:
        raise NumberProblem("no_such_date")

    digits = f"{year:04}{shape['month']}{shape['day']}{shape['last']}"
    if not _sum_holds(digits):
        raise NumberProblem("check_digit")
    return Number(
        digits=digits,
        kind=SAMORDNINGSNUMMER if coordination else PERSONNUMMER,
        born=born,
        sex="male" if int(digits[10]) % 2 else "female",
    )


def _is_space(sign: str) -> bool:
    # Invisible signs (soft hyphen, zero width) come along when a number is pasted.
    return sign.isspace() or unicodedata.category(sign) == "Cf"


def _latest_year(two_digits: int, month: int, day: int, *, plus: bool, today: date) -> int:
    latest = today.year - 100 if plus else today.year
    year = latest - (latest - two_digits) % 100
    # The library looks at the year only, and would give someone born in December a birth to come.
    if (year, month, day) > (today.year, today.month, today.day):
        year -= 100
    return year


def _sum_holds(digits: str) -> bool:
    # The library's exceptions carry the number: they end here and are not chained.
    try:
        Personnummer(digits)
    except PersonnummerException:
        return False
    return True
