"""A date as people type it. It lives on the lowest floor because the access log's filters ask for dates too."""

import re
from calendar import monthrange
from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

DATE_HINT = _("yyyy-mm-dd")
FIRST_YEAR, LAST_YEAR = 1900, 2199
_SHAPE = re.compile(r"(?P<year>[0-9]{4}|[0-9]{2}(?=-))-?(?P<month>[0-9]{1,2})-?(?P<day>[0-9]{1,2})")


class DateField(forms.DateField):
    """A date typed as text: yyyy-mm-dd, yyyymmdd or yy-mm-dd; the sentence says what is wanted.

    A day that does not exist gets a sentence about that day: whoever writes 2025-02-30 knows how a date is written.
    A year outside 1900 to 2199 is a slip of the hand, and near the ends of the calendar no moment can be made of it.
    """

    widget = forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w-date"})
    default_error_messages = {
        "required": _("Fill in the date as year-month-day, for example 2026-03-04."),
        "invalid": _("Write the date as year-month-day, for example 2026-03-04."),
        "no_such_month": _("There is no month %(month)s. Write the month as 01 to 12."),
        "no_such_day": _("%(month)s %(year)s has only %(days)s days. Check the day."),
        "no_day_zero": _("There is no day 00. Write the day as 01 to 31."),
        "no_such_year": _("There is no year 0000. Write the year with four digits, for example 2026."),
        "far_year": _("Write a year from 1900 to 2199."),
    }

    def __init__(self, **kwargs) -> None:
        kwargs.setdefault("help_text", DATE_HINT)
        super().__init__(**kwargs)

    def to_python(self, value):
        # Python would read 2026111 one way or the other; a date without hyphens has eight digits.
        if isinstance(value, str) and value.strip().isdecimal() and len(value.strip()) not in (0, 8):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            day = super().to_python(value)
        except ValidationError:
            code, facts = _what_is_wrong(str(value))
            raise ValidationError(self.error_messages[code] % facts, code=code) from None
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(self.error_messages["far_year"], code="far_year")
        return day


def _what_is_wrong(text: str) -> tuple[str, dict]:
    shape = _SHAPE.fullmatch(text.strip())
    if shape is None:
        return "invalid", {}
    month, day = int(shape["month"]), int(shape["day"])
    if not 1 <= month <= 12:
        return "no_such_month", {"month": shape["month"]}
    if day == 0:
        return "no_day_zero", {}
    # Two digits get the century that Django's own reading gives them.
    year = int(shape["year"]) if len(shape["year"]) == 4 else datetime.strptime(shape["year"], "%y").year  # noqa: DTZ007
    if year == 0:
        return "no_such_year", {}
    days = monthrange(year, month)[1]
    if day <= days:
        return "invalid", {}
    return "no_such_day", {"month": capfirst(str(MONTHS[month])), "year": year, "days": days}
