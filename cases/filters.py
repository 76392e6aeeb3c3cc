"""Filters of the unit's own cases: what an address may ask for, as data, and the rows that it then gives.

A filter is values of the address and nothing else. Each is held against the data here; what the house does not know is
left out and said in a sentence. Rows, counts and files all begin at `rows_of`, which begins at the membership.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.days import COUNTED_BENEFITS
from cases.models import Assignment, Case, ConsentLine, SavedFilter, Spell, State
from initiatives.models import Initiative
from initiatives.timers import DEFAULTS, set_otherwise
from parties.models import Membership

OPEN, CLOSED = "open", "closed"
MINE, NOBODYS = "mine", "nobodys"
NONE, ENDING, IN_FORCE = "none", "ending", "in_force"
ENDING_WITHIN = timedelta(days=60)
LONGEST_QUIET = 999
# The first day of each band, and the first day of the next.
BANDS: dict[str, tuple[int, int | None]] = {
    "0": (0, 90),
    "90": (90, 180),
    "180": (180, 365),
    "365": (365, None),
}

LABELS: dict[str, Promise] = {
    "show": gettext_lazy("Which cases"),
    "state": gettext_lazy("State"),
    "whose": gettext_lazy("Handled by"),
    "initiative": gettext_lazy("The initiative"),
    "day": gettext_lazy("Day (calculated)"),
    "consent": gettext_lazy("Consent"),
    "quiet": gettext_lazy("Days without anything happening"),
}
CHOICES: dict[str, dict[str, Promise]] = {
    "show": {OPEN: pgettext_lazy("cases", "Those that go on"), CLOSED: pgettext_lazy("cases", "The closed ones")},
    "state": {State.OPEN.value: State.OPEN.label, State.PAUSED.value: State.PAUSED.label},
    "whose": {MINE: gettext_lazy("Me"), NOBODYS: gettext_lazy("Nobody")},
    "initiative": {NONE: gettext_lazy("None")},
    "day": {
        "0": gettext_lazy("Day 1–89"),
        "90": gettext_lazy("Day 90–179"),
        "180": gettext_lazy("Day 180–364"),
        "365": gettext_lazy("Day 365 and later"),
    },
    "consent": {
        NONE: gettext_lazy("No consent in force"),
        ENDING: gettext_lazy("Ends within 60 days"),
        IN_FORCE: gettext_lazy("In force"),
    },
}  # fmt: skip


@dataclass(frozen=True)
class CaseFilter:
    """One filter, as it stands in an address; an empty value asks for nothing."""

    show: str = OPEN
    state: str = ""
    whose: str = ""
    initiative: str = ""
    day: str = ""
    consent: str = ""
    quiet: str = ""

    @property
    def values(self) -> dict[str, str]:
        """What is asked for beyond the cases that go on."""
        named = ((f.name, f.default, getattr(self, f.name)) for f in fields(self))
        return {name: value for name, default, value in named if value != default}

    @property
    def narrows(self) -> bool:
        """Whether more is asked for than which of the lists."""
        return bool(self.values.keys() - {"show"})

    @property
    def address(self) -> str:
        """The filter as it stands in an address, with which list it is of."""
        return urlencode({"show": self.show} | self.values)


def read(
    params: Mapping[str, str], member: Membership, *, look_up: bool = True
) -> tuple[CaseFilter, list[str]]:
    """The filter that an address asks for, and a sentence for each value that is not known, which is left out.

    look_up: whether a colleague and an insats are looked up; one that is not known gives no rows in any case.
    """
    kept: dict[str, str] = {}
    problems = []
    for name, label in LABELS.items():
        value = params.get(name, "")
        if not isinstance(value, str) or value == "":
            continue
        if _is_known(name, value, member, look_up):
            kept[name] = value
        else:
            problems.append(
                _("The list knows no such value for “%(label)s”. It was left out.") % {"label": label}
            )
    if kept.get("show") == CLOSED:
        # A closed case has no other state, and no day is counted.
        for name in ("state", "day"):
            kept.pop(name, None)
    return CaseFilter(**kept), problems


def _is_known(name: str, value: str, member: Membership, look_up: bool) -> bool:
    if value in CHOICES.get(name, {}):
        return True
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        return False
    if name == "quiet":
        return 1 <= int(value) <= LONGEST_QUIET
    if name == "whose":
        return not look_up or colleagues_of(member).filter(pk=value).exists()
    if name == "initiative":
        return not look_up or initiatives_of(member).filter(pk=value).exists()
    return False


def colleagues_of(member: Membership) -> QuerySet[Membership]:
    """Whoever has or had a role at the unit: a case may still stand in their name."""
    return Membership.objects.filter(unit=member.unit_id)


def initiatives_of(member: Membership) -> QuerySet[Initiative]:
    """The insatser that the party takes or took part in."""
    return Initiative.objects.filter(participations__party=member.party_id).distinct()


def in_words(chosen: CaseFilter, member: Membership) -> list[str]:
    """What the filter asks for, one sentence part each, as it stands above the rows."""
    said = []
    for name, value in chosen.values.items():
        if name == "show":
            continue
        words: str | Promise | None = CHOICES.get(name, {}).get(value)
        if words is None and name == "whose":
            words = colleagues_of(member).filter(pk=value).values_list("user__name", flat=True).first()
        elif words is None and name == "initiative":
            words = initiatives_of(member).filter(pk=value).values_list("name", flat=True).first()
        said.append(f"{LABELS[name]}: {words or value}")
    return said


def handlers(member: Membership) -> QuerySet[Assignment]:
    """Who at the unit handles the case of the outer query."""
    return Assignment.objects.current().filter(case=OuterRef("pk"), unit_id=member.unit_id)


def rows_of(member: Membership, chosen: CaseFilter) -> QuerySet[Case]:
    """The unit's own cases that the filter asks for, with their state; in no order."""
    rows: QuerySet[Case] = Case.objects.visible_to(member).owned_by(member).with_state()
    if chosen.show == CLOSED:
        rows = rows.filter(Q(state=State.CLOSED))
    elif chosen.state:
        rows = rows.filter(Q(state=chosen.state))
    else:
        rows = rows.filter(~Q(state=State.CLOSED))
    if chosen.whose == NOBODYS:
        rows = rows.filter(~Exists(handlers(member)))
    elif chosen.whose:
        whose = member.pk if chosen.whose == MINE else int(chosen.whose)
        rows = rows.filter(Exists(handlers(member).filter(member=whose)))
    if chosen.initiative:
        rows = rows.filter(initiative=None if chosen.initiative == NONE else int(chosen.initiative))
    if chosen.day:
        rows = _in_band(rows, *BANDS[chosen.day], timezone.localdate())
    if chosen.consent:
        lines = _lines(member)
        if chosen.consent == NONE:
            rows = rows.filter(~Exists(lines))
        elif chosen.consent == IN_FORCE:
            rows = rows.filter(Exists(lines))
        else:
            rows = rows.filter(Exists(lines), ~Exists(lines.filter(until_at__gte=Now() + ENDING_WITHIN)))
    if chosen.quiet:
        rows = rows.filter(updated_at__lt=Now() - timedelta(days=int(chosen.quiet)))
    return rows


def _lines(member: Membership) -> QuerySet[ConsentLine]:
    return ConsentLine.objects.live().filter(case=OuterRef("pk"), unit_id=member.unit_id)


def consent_until(member: Membership) -> Subquery:
    """The end of what the person has consented to and that goes on longest; None without a consent in force."""
    return Subquery(_lines(member).order_by("-until_at").values("until_at")[:1])


def counts(member: Membership, several: list[CaseFilter], most: int) -> list[int]:
    """How many rows each filter gives now, counted no further than one beyond `most`; one statement for them all."""
    if not several:
        return []
    parts: list[str] = []
    params: list[Any] = []
    for chosen in several:
        sql, values = rows_of(member, chosen).order_by().values("pk")[: most + 1].query.sql_with_params()
        # The statement is Django's own, its values apart.
        parts.append(f"(select count(*) from ({sql}) found)")  # noqa: S608
        params.extend(values)
    with connection.cursor() as cursor:
        cursor.execute(f"select {', '.join(parts)}", params)
        return list(cursor.fetchone())


@dataclass(frozen=True)
class Kept:
    """A saved filter in its member's list: its name, where it leads, how many it gives now (»50+«)."""

    pk: int
    name: str
    address: str
    count: str
    is_current: bool


def kept_by(member: Membership, current: CaseFilter | None, most: int) -> list[Kept]:
    """The member's own filters by name, each with how many cases it gives now."""
    rows = list(SavedFilter.objects.filter(member=member).order_by("name"))
    several = [read(row.query, member, look_up=False)[0] for row in rows]
    found = counts(member, several, most)
    return [
        Kept(row.pk, row.name, chosen.address, f"{most}+" if n > most else str(n), chosen == current)
        for row, chosen, n in zip(rows, several, found, strict=True)
    ]


# --- the day of the sick leave, in the statement that chooses the rows


# The rule is `cases.days`: of spells with the same first day the last counts unless its first day was corrected, one without an end stops at
# the next, and those with at most the gap between them are one. A test holds the two against each other.
_DAY = """
(with told as materialized (select %s::date as today, %s::text[] as benefits, {gap} as gap),
latest as (
    select distinct on (s.from_on) s.id, s.from_on, s.to_on, s.benefit from cases_spell s
    where s.case_id = cases_case.id order by s.from_on, s.id desc),
in_force as (
    select from_on, benefit,
        coalesce(to_on, lead(from_on) over (order by from_on) - 1, date '9999-12-31') as last from latest
    where not exists (select 1 from cases_spell c where c.case_id = cases_case.id and c.replaces_id = latest.id)),
counted as (
    select from_on, last, max(last) over (order by from_on rows between unbounded preceding and 1 preceding) as before
    from in_force, told where benefit = any(benefits)),
parts as (
    select from_on, last,
        count(*) filter (where before is null or from_on - before - 1 > gap) over (order by from_on) as leave
    from counted, told),
leaves as (select min(from_on) as first, max(last) as last from parts group by leave)
select case when today - l.last - 1 <= gap and not exists (
        select 1 from (select benefit from in_force where from_on <= today and last >= today
                       order by from_on desc limit 1) now where benefit <> all(benefits))
    then today - l.first + 1 end
from leaves l, told where l.first <= today order by l.first desc limit 1)
"""


def _gap_sql() -> str:
    """How many days may lie between two spells of the case: the insats' own number, else the default. Numbers only."""
    default = DEFAULTS["spell_gap_days"]
    own = set_otherwise("spell_gap_days")
    cases = " ".join(f"when {int(pk)} then {int(days)}" for pk, days in own.items())
    return f"(case cases_case.initiative_id {cases} else {default} end)" if own else str(default)


def _in_band(rows: QuerySet[Case], first: int, following: int | None, today: date) -> QuerySet[Case]:
    """The rows whose calculated day today is from `first` and before `following`."""
    # A sick leave begins with a spell: what has none that began within the band need not be counted.
    begun = {"from_on__lte": today - timedelta(days=first - 1)}
    if following is not None:
        begun["from_on__gt"] = today - timedelta(days=following - 1)
    rows = rows.filter(Exists(Spell.objects.filter(case=OuterRef("pk"), **begun)))
    # Text from here and whole numbers from the settings; the values are apart.
    return rows.extra(  # noqa: S610
        where=[f"{_DAY.format(gap=_gap_sql())} between %s and %s"],
        params=[today, sorted(COUNTED_BENEFITS), first, (following or 1_000_000) - 1],
    )
