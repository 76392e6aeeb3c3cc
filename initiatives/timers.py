"""How long before something is due, for the cases of an insats: the defaults of the house, and what an insats has set instead.

The milestones themselves are the cases' (`cases/milestones.py`); here stand their names, for the page on which the
project lead sets the times, and one number each. A time without a row is the default. Whole days or whole months.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from initiatives.models import TimerSetting

NAMES: dict[str, Promise] = {
    "M1": _("Doctor’s certificate is required"),
    "M2": _("Application to Försäkringskassan, end of sick pay"),
    "M3": _("The employer’s plan for return to work"),
    "M4": _("Assessment and offer of an activity"),
    "M5": _("The rehabilitation chain, day 90"),
    "M6": _("The rehabilitation chain, day 180"),
    "M7": _("Day 365: sickness benefit at the continued level"),
    "M9": _("Statement issued, no decision"),
    "M11": _("Journal note and watch at Försäkringskassan done"),
    "M12": _("Follow-up during the decision period"),
    "M13": _("The period of activity compensation ends"),
    "M14": _("The age limit of 30 years"),
    "M15": _("The consent ends"),
    "M16": _("The consent has not been received"),
    "M22": _("The plan is followed up"),
    "M23": _("Case without anything happening"),
}
DAY, BEFORE, SINCE, MONTHS = "day", "before", "since", "months"


@dataclass(frozen=True)
class Timer:
    """One number that can be set. `unit`: a day of the sick leave, days before or since, or months before."""

    key: str
    label: Promise
    default: int
    unit: str
    most: int = 1000
    least: int = 1

    @property
    def milestone(self) -> str:
        """M5 of M5.due; the gap between spells belongs to none."""
        return self.key.partition(".")[0] if "." in self.key else ""


_DUE = pgettext_lazy("timer", "Due on day")
_WARNS = pgettext_lazy("timer", "Early warning from day")
_LATE = pgettext_lazy("timer", "Late from day")
_WARNS_BEFORE = pgettext_lazy("timer", "Early warning, days before")
_WARNS_MONTHS = pgettext_lazy("timer", "Early warning, months before")
_AGAIN = pgettext_lazy("timer", "Second early warning from day")
_AGAIN_BEFORE = pgettext_lazy("timer", "Second early warning, days before")
_AGAIN_MONTHS = pgettext_lazy("timer", "Second early warning, months before")
_THIRD_BEFORE = pgettext_lazy("timer", "Third early warning, days before")
_THIRD_MONTHS = pgettext_lazy("timer", "Third early warning, months before")

TIMERS: dict[str, Timer] = {
    timer.key: timer
    for timer in (
        Timer(
            "spell_gap_days", _("Certificates join when at most so many days lie between"), 5, "gap", 90, 0
        ),
        Timer("M1.due", _DUE, 8, DAY),
        Timer("M1.warn", _WARNS, 5, DAY),
        Timer("M2.due", _DUE, 15, DAY),
        Timer("M2.warn", _WARNS, 12, DAY),
        Timer("M3.due", _DUE, 30, DAY),
        Timer("M3.warn", _WARNS, 21, DAY),
        Timer("M3.expected", pgettext_lazy("timer", "When so many days are expected"), 60, DAY),
        Timer("M4.due", _DUE, 90, DAY),
        Timer("M4.warn", _WARNS, 75, DAY),
        Timer("M4.late", _LATE, 105, DAY),
        Timer("M5.due", _DUE, 90, DAY),
        Timer("M5.warn", _WARNS, 60, DAY),
        Timer("M5.warn2", _AGAIN, 80, DAY),
        Timer("M6.due", _DUE, 180, DAY),
        Timer("M6.warn", _WARNS, 135, DAY),
        Timer("M6.warn2", _AGAIN, 165, DAY),
        Timer("M7.due", _DUE, 365, DAY),
        Timer("M7.warn", _WARNS, 300, DAY),
        Timer("M7.warn2", _AGAIN, 345, DAY),
        Timer("M9.due", pgettext_lazy("timer", "Due after days"), 60, SINCE, 365),
        Timer("M9.warn", pgettext_lazy("timer", "Early warning after days"), 30, SINCE, 365),
        Timer("M11.due", pgettext_lazy("timer", "Due after days"), 14, SINCE, 365),
        Timer("M12.warn", _WARNS_BEFORE, 30, BEFORE, 150),
        Timer("M13.warn", _WARNS_MONTHS, 12, MONTHS, 60),
        Timer("M13.warn2", _AGAIN_MONTHS, 6, MONTHS, 60),
        Timer("M13.warn3", _THIRD_MONTHS, 3, MONTHS, 60),
        Timer("M14.warn", _WARNS_MONTHS, 12, MONTHS, 60),
        Timer("M14.warn2", _AGAIN_MONTHS, 6, MONTHS, 60),
        Timer("M15.warn", _WARNS_BEFORE, 60, BEFORE, 365),
        Timer("M15.warn2", _AGAIN_BEFORE, 30, BEFORE, 365),
        Timer("M15.warn3", _THIRD_BEFORE, 7, BEFORE, 365),
        Timer("M16.due", pgettext_lazy("timer", "Due after days"), 7, SINCE, 365),
        Timer("M22.warn", _WARNS_BEFORE, 14, BEFORE, 365),
        Timer("M23.due", pgettext_lazy("timer", "Due after days"), 60, SINCE, 365),
        Timer("M23.warn", pgettext_lazy("timer", "Early warning after days"), 45, SINCE, 365),
    )
}
DEFAULTS: dict[str, int] = {key: timer.default for key, timer in TIMERS.items()}


def timers_of(initiatives: Iterable[int | None]) -> dict[int | None, Mapping[str, int]]:
    """The times of these insatser, by insats, in one query; None (a case in no insats) has the defaults."""
    asked = set(initiatives)
    times: dict[int | None, dict[str, int]] = {pk: dict(DEFAULTS) for pk in asked | {None}}
    rows = TimerSetting.objects.filter(initiative__in=asked - {None}, key__in=TIMERS)
    for initiative, key, number in rows.values_list("initiative", "key", "number"):
        times[initiative][key] = number
    return dict(times)


def out_of_bounds(times: Mapping[str, int]) -> dict[str, str]:
    """What cannot be a time, by key: a number that is too small or too large."""
    wrong: dict[str, str] = {}
    for key, number in times.items():
        timer = TIMERS[key]
        if not timer.least <= number <= timer.most:
            wrong[key] = bounds(timer)
    return wrong


def bounds(timer: Timer) -> str:
    """The sentence for a number outside the timer's bounds, and for what is no whole number."""
    return _now("%(what)s: write a whole number from %(least)s to %(most)s.") % {
        "what": NAMES.get(timer.milestone, timer.label),
        "least": timer.least,
        "most": timer.most,
    }


def in_wrong_order(times: Mapping[str, int]) -> dict[str, str]:
    """What is wrong among the times of a milestone, by key: a warning comes before what it warns of, late comes after.

    Several warnings of one milestone come in the order they are named.
    """
    wrong: dict[str, str] = {}
    for key, timer in TIMERS.items():
        kind = key.partition(".")[2]
        number = times[key]
        if kind.startswith("warn"):
            earlier = key[:-1] if kind == "warn2" else key[:-1] + "2" if kind == "warn3" else ""
            if timer.unit in (DAY, SINCE):
                if number >= times[f"{timer.milestone}.due"]:
                    wrong[key] = _now(
                        "The warning must come before what it warns of. Write a smaller number."
                    )
                elif earlier and number <= times[earlier]:
                    wrong[key] = _now("This warning comes after the one before it. Write a greater number.")
            elif earlier and number >= times[earlier]:
                wrong[key] = _now("This warning comes after the one before it. Write a smaller number.")
        elif kind == "late" and number <= times[f"{timer.milestone}.due"]:
            wrong[key] = _now("Late comes after the day it is due. Write a greater number.")
    return wrong


def set_otherwise(key: str) -> dict[int, int]:
    """The insatser that have set this time themselves, and to what; every other has the default."""
    return dict(TimerSetting.objects.filter(key=key).values_list("initiative", "number"))
