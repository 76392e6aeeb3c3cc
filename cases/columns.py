"""The columns of the list of own cases, as data: what each is called, what it shows, and which the member has chosen.

Only what the list's own statements give for a page of rows stands here. The case number is always first. What a person
is called is shown when the reader has turned names on (`listing.SHOW_PERSONS`), whatever the columns.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.deciding import last_day
from cases.models import ListColumns, State
from cases.models.case import Benefit
from parties.models import Membership

Value = str | int | date | None
PERSON = "person"


@dataclass(frozen=True)
class Column:
    """`of`: from a row of the statement and the leave's facts to a value. `css`: how wide the heading is, how the cell stands."""

    label: Promise
    of: Callable[[Mapping[str, Any]], Value]
    css: str = ""
    cell: str = "c-what"


def _day(moment: datetime | None) -> date | None:
    return timezone.localtime(moment).date() if moment else None


def _last_day(until: datetime | None) -> date | None:
    return last_day(until) if until else None


def named(name: str, protected: bool) -> str:
    """What a person is called in a list of cases and in its file: one whose identity is protected by no name."""
    return _("Protected personal data") if protected else name


def _label(choices: type, value: str | None) -> str:
    return str(choices(value).label) if value else ""


COLUMNS: dict[str, Column] = {
    PERSON: Column(gettext_lazy("Name"), lambda v: named(v["person__name"], v["person__protected"])),
    "state": Column(gettext_lazy("State"), lambda v: _label(State, v["state"]), "w-who"),
    "handler": Column(gettext_lazy("Handled by"), lambda v: v["handler"]),
    "day": Column(gettext_lazy("Day (calculated)"), lambda v: v["day"], "w-who"),
    "degree": Column(gettext_lazy("Extent"), lambda v: v["degree"], "w-who"),
    "benefit": Column(gettext_lazy("Benefit"), lambda v: _label(Benefit, v["benefit"])),
    "spell_until": Column(gettext_lazy("On sick leave until"), lambda v: v["spell_until"], "w-who"),
    "consent": Column(gettext_lazy("Consent until"), lambda v: _last_day(v["consent_until"]), "w-who"),
    "initiative": Column(gettext_lazy("The initiative"), lambda v: v["initiative__name"]),
    "opened": Column(pgettext_lazy("case", "Opened"), lambda v: v["opened_on"], "w-who"),
    "moved": Column(gettext_lazy("Changed"), lambda v: _day(v["updated_at"]), "w-due", "c-due"),
}
# Of a case that another unit has opened: who gave it, and since when it has been open.
GIVEN: dict[str, Column] = {
    PERSON: COLUMNS[PERSON],
    "unit": Column(gettext_lazy("Unit"), lambda v: v["unit"]),
    "since": Column(gettext_lazy("Open since"), lambda v: _day(v["at"]), "w-due", "c-due"),
}
DATES = frozenset({"spell_until", "consent", "opened", "moved", "since"})
STANDARD = (PERSON, "state", "handler", "day", "moved")


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """The known ones of the names, in the order of the list."""
    wanted = set(names)
    return tuple(name for name in COLUMNS if name in wanted)


def chosen_by(member: Membership) -> tuple[str, ...]:
    """The columns the member has chosen, else the standard."""
    kept = ListColumns.objects.filter(member=member).values_list("columns", flat=True).first()
    return in_order(kept) if kept is not None else STANDARD


@transaction.atomic
def choose(*, by: Membership, names: Iterable[str]) -> None:
    """Remembers which columns the member wants; the standard is remembered as no row. Names not known are left out."""
    wanted = in_order(names)
    _one_at_a_time(by)
    ListColumns.objects.filter(member=by).delete()
    if wanted != STANDARD:
        ListColumns.objects.create(member=by, columns=list(wanted))


def _one_at_a_time(member: Membership) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('cases.columns', %s))", [member.pk])


def as_shown(name: str, value: Value) -> str:
    """A value as a list shows it; nothing is nothing."""
    if value is None or value == "":
        return ""
    if name == "day":
        return _("Day %(n)s") % {"n": value}
    if name == "degree":
        return f"{value}\N{NO-BREAK SPACE}%"
    return value.isoformat() if isinstance(value, date) else str(value)
