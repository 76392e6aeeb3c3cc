"""Lists and searches. Rows are plain values drawn from the same visible querysets as the pages; a page asks the same
number of queries for two rows and for fifty, and walks by key, never by offset.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlsplit

from django.db import connection
from django.db.models import Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import columns, filters
from cases.crypt import index_key
from cases.law import InformationKind
from cases.leaves import days_of, facts_of
from cases.models import Case, Disclosure, FormerNumber, Item, ItemType, Person, State
from cases.models.case import opens
from cases.nameorder import after, in_swedish_order
from cases.pasted import Pasted, read_pasted
from cases.seams import MOST_MATTERS, Matter
from parties.models import Membership
from parties.numbers import NumberProblem, parse_number
from parties.workdays import workdays_between

PAGE = 50

# The session's word for whether lists and cases show names and numbers; off is for the projector.
SHOW_PERSONS = "show_persons"


@dataclass
class Row:
    """One case that a search found, or one row of a list: `cells` by column, `person` empty until the reader shows names."""

    number: str
    url: str
    person: str = ""
    unit: str = ""
    day: int | None = None
    moved: datetime | None = None
    is_new: bool = False
    # The unit's own case, closed: the reader may open it again.
    closed: bool = False
    cells: dict[str, columns.Value] = field(default_factory=dict)


@dataclass
class Page:
    rows: list = field(default_factory=list)
    next_before: str = ""
    persons: list[int] = field(default_factory=list)
    count: str = ""
    columns: tuple[str, ...] = ()


def _cursor(before: str) -> tuple[datetime, int] | None:
    """The key of the last row shown, as written in the link to the next page; anything else is no key."""
    moment, _, pk = before.partition("_")
    try:
        return datetime.fromtimestamp(int(moment) / 1_000_000, tz=timezone.get_default_timezone()), int(pk)
    except (ValueError, OverflowError, OSError):
        return None


def _key(moment: datetime, pk: int) -> str:
    return f"{int(moment.timestamp() * 1_000_000)}_{pk}"


def as_key(text: str) -> int | None:
    """The number of a row, as written in a link or a form; anything else is None."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def own(
    member: Membership,
    *,
    before: str,
    with_persons: bool,
    chosen: filters.CaseFilter = filters.CaseFilter(),  # noqa: B008
    shown: tuple[str, ...] = columns.STANDARD,
    by_name: bool = False,
) -> Page:
    """The unit's own cases that the filter asks for, the last moved first or by name, with the columns shown."""
    rows = filters.rows_of(member, chosen)
    if by_name:
        rows, cursor = _after_in_names(rows, member, before)
    else:
        rows, cursor = rows.order_by("-updated_at", "-id"), _cursor(before)
        if cursor:
            rows = rows.extra(where=["(cases_case.updated_at, cases_case.id) < (%s, %s)"], params=cursor)
    shown = tuple(name for name in shown if with_persons or name != columns.PERSON)
    values = with_cells(rows, member, shown, most=PAGE + 1)
    page = Page(
        persons=[v["person_id"] for v, _cells in values[:PAGE]],
        count=_count(len(values)) if not cursor else "",
        columns=shown,
    )
    new = _new_among(member, [v["pk"] for v, _cells in values[:PAGE]])
    page.rows = [
        Row(number=v["number"], url=f"/cases/{v['number']}/", cells=cells, is_new=v["pk"] in new)
        for v, cells in values[:PAGE]
    ]
    if len(values) > PAGE:
        last, _cells = values[PAGE - 1]
        page.next_before = str(last["pk"]) if by_name else _key(last["updated_at"], last["pk"])
    return page


def _after_in_names(
    rows: QuerySet[Case], member: Membership, before: str
) -> tuple[QuerySet[Case], tuple | None]:
    """The rows by name, those after the row that the link names by its number: a name stands in no address."""
    rows = rows.annotate(in_names=in_swedish_order("person__name")).order_by("in_names", "pk")
    last = None
    if (key := as_key(before)) is not None:
        own = Case.objects.open_to(member).owned_by(member).filter(pk=key)
        last = own.annotate(in_names=in_swedish_order("person__name")).values_list("in_names", "pk").first()
    if last:
        rows = rows.filter(after(*last))
    return rows, last


OF_A_CASE = ("pk", "number", "person_id", "state", "initiative_id", "updated_at", "opened_on")
# What a column needs beyond that, and only when it is shown.
BESIDES = {
    "person": ("person__name", "person__protected"),
    "initiative": ("initiative__name",),
    "handler": ("handler",),
    "consent": ("consent_until",),
}
OF_A_LEAVE = frozenset({"day", "degree", "benefit", "spell_until"})


def with_cells(
    rows: QuerySet[Case], member: Membership, shown: tuple[str, ...], *, most: int | None = None
) -> list[tuple[dict, dict[str, columns.Value]]]:
    """The rows as values, each with what its columns show; one statement, and one for the sick leaves if a column asks."""
    names = [*OF_A_CASE, *(value for name in shown for value in BESIDES.get(name, ()))]
    if "handler" in shown:
        rows = rows.annotate(handler=Subquery(filters.handlers(member).values("member__user__name")[:1]))
    if "consent" in shown:
        rows = rows.annotate(consent_until=filters.consent_until(member))
    values = list(rows.values(*names)[:most])
    facts = {}
    if OF_A_LEAVE & set(shown):
        # A closed case counts no day.
        running = [v for v in values[: most and most - 1] if v["state"] != State.CLOSED]
        facts = facts_of(running, timezone.localdate())
    for v in values:
        of = facts.get(v["pk"])
        v |= {"day": of and of.day, "degree": of and of.degree, "benefit": of and of.benefit}
        v["spell_until"] = of and of.until
    return [(v, {name: columns.COLUMNS[name].of(v) for name in shown}) for v in values]


def _new_among(member: Membership, cases: list[int]) -> set[int]:
    """Those of the cases on which the unit has been given something that nobody there has opened."""
    return set(
        Disclosure.objects.unopened_by(member)
        .filter(case__in=cases, item__isnull=False)
        .exclude(item__type__in=[ItemType.QUESTION, ItemType.ANSWER])
        .values_list("case_id", flat=True)
    )


def received(member: Membership, *, before: str, with_persons: bool) -> Page:
    """Cases others have opened for the unit, the last given first, walked along the unit's inbox."""
    given = (
        Disclosure.objects.inbox_of(member.unit_id)
        .exclude(case__unit_id=member.unit_id)
        .order_by("-at", "-id")
    )
    cursor = _cursor(before)
    after = (
        given.extra(where=["(cases_disclosure.at, cases_disclosure.id) < (%s, %s)"], params=cursor)
        if cursor
        else given
    )
    names = (
        "pk",
        "at",
        "case_id",
        "case__number",
        "case__person_id",
        "case__person__name",
        "case__person__protected",
        "case__unit__name",
    )
    values = list(after.values(*names)[: PAGE + 1])
    shown = ("person", "unit", "since") if with_persons else ("unit", "since")
    page = Page(persons=[v["case__person_id"] for v in values[:PAGE]], columns=shown)
    new = _new_among(member, [v["case_id"] for v in values[:PAGE]])
    seen: set[str] = set()
    for v in values[:PAGE]:
        # Two units may have given the same case; it is one row.
        if v["case__number"] in seen:
            continue
        seen.add(v["case__number"])
        page.rows.append(
            Row(
                number=v["case__number"],
                url=f"/cases/{v['case__number']}/",
                cells={
                    "unit": v["case__unit__name"],
                    "since": timezone.localtime(v["at"]).date(),
                    "person": columns.named(v["case__person__name"], v["case__person__protected"])
                    if with_persons
                    else "",
                },
                is_new=v["case_id"] in new,
            )
        )
    if len(values) > PAGE:
        page.next_before = _key(values[PAGE - 1]["at"], values[PAGE - 1]["pk"])
    if not cursor:
        page.count = f"{len(page.rows)}+" if page.next_before else str(len(page.rows))
    return page


def _count(found: int) -> str:
    return f"{PAGE}+" if found > PAGE else str(found)


def as_case_number(text: str) -> str:
    """A case number as it is written, from how somebody may write it: 7kq4m2x9, 7KQ4 M2X9, 7KQ4-M2X9."""
    signs = re.sub(r"[\s-]", "", text).upper()
    return f"{signs[:4]}-{signs[4:]}"


@dataclass
class Found:
    rows: list[Row] = field(default_factory=list)
    persons: list[int] = field(default_factory=list)
    only: str | None = None
    asked_for_number: bool = False
    part_of_number: bool = False
    more: bool = False
    # What was pasted, when a case may be logged on it: the unit has none that goes on.
    to_log: Pasted | None = None
    problem: str = ""


def search(member: Membership, term: str) -> Found:
    """Cases by case number or personal number among all that may be opened, by name among the unit's own (R6).

    A number may have a name beside it, as copied from elsewhere: the number is searched for.
    """
    found = Found()
    if not term:
        return found
    visible = Case.objects.open_to(member)
    pasted = read_pasted(term)
    try:
        number = parse_number(pasted.number if pasted else term)
    except NumberProblem as problem:
        number = None
        if pasted is not None:
            found.problem = problem.sentence
            return found
        # Half a number is no number, and a part of one is searched for nowhere.
        found.part_of_number = re.fullmatch(r"[\d\s+-]{5,}", term) is not None
    if number is not None:
        found.asked_for_number = True
        key = index_key(number.digits)
        former = FormerNumber.objects.had(member.unit_id, key).values("person")
        people = Person.objects.visible_to(member).filter(Q(number_key=key) | Q(pk__in=former))
        matches = visible.filter(person__in=people)
        goes_on = visible.owned_by(member).with_state().filter(~Q(state=State.CLOSED), person__in=people)
        if pasted is not None and not goes_on.exists():
            found.to_log = pasted
    else:
        matches = visible.filter(number=as_case_number(term))
        if not matches.exists():
            matches = visible.owned_by(member)
            for word in term.split()[:4]:
                matches = matches.filter(person__name__icontains=word)
    names = (
        "pk",
        "number",
        "person_id",
        "person__name",
        "person__protected",
        "unit_id",
        "unit__name",
        "updated_at",
        "initiative_id",
        "state",
    )
    values = list(matches.with_state().order_by("-updated_at", "-id").values(*names)[: PAGE + 1])
    found.more = len(values) > PAGE
    running = [v for v in values[:PAGE] if v["unit_id"] == member.unit_id and v["state"] != State.CLOSED]
    days = days_of(running, timezone.localdate())
    for v in values[:PAGE]:
        found.persons.append(v["person_id"])
        found.rows.append(
            Row(
                number=v["number"],
                url=f"/cases/{v['number']}/",
                person=columns.named(v["person__name"], v["person__protected"]),
                unit=v["unit__name"],
                day=days.get(v["pk"]),
                moved=v["updated_at"],
                closed=v["unit_id"] == member.unit_id and v["state"] == State.CLOSED,
            )
        )
    if len(found.rows) == 1 and found.rows[0].number == as_case_number(term):
        found.only = found.rows[0].number
    return found


@dataclass
class OwnText:
    pk: int
    case_number: str
    heading: str
    type: str
    kind: str
    at: datetime


def own_items(member: Membership, *, before: str) -> Page:
    """The unit's own texts, the last written first; only number and own words, wherever the case stands."""
    rows = Item.objects.visible_to(member).filter(unit_id=member.unit_id).order_by("-id")
    if (key := as_key(before)) is not None:
        rows = rows.filter(pk__lt=key)
    values = list(rows.values("pk", "case_id", "heading", "type", "kind", "at")[: PAGE + 1])
    numbers = case_numbers({v["case_id"] for v in values[:PAGE]})
    page = Page(persons=[person for _number, person in numbers.values()])
    for v in values[:PAGE]:
        page.rows.append(
            OwnText(
                v["pk"],
                numbers.get(v["case_id"], ("", 0))[0],
                v["heading"],
                str(ItemType(v["type"]).label),
                str(InformationKind(v["kind"]).short),
                v["at"],
            )
        )
    if len(values) > PAGE:
        page.next_before = str(values[PAGE - 1]["pk"])
    return page


def own_item(member: Membership, pk: int) -> Item | None:
    """One of the unit's own texts, with its case's number, or None."""
    item = (
        Item.objects.visible_to(member)
        .filter(unit_id=member.unit_id, pk=pk)
        .select_related("author__user")
        .first()
    )
    if item is not None:
        item.case_number, item.person_id = case_numbers({item.case_id}).get(item.case_id, ("", None))
    return item


def case_numbers(cases: set[int]) -> dict[int, tuple[str, int]]:
    """The numbers (and, for the ledger, the persons) of cases on which the unit has written. A number tells nothing; the case itself may be closed to it."""
    with connection.cursor() as cursor:
        cursor.execute("select id, number, person from portal.numbers_of_own_items(%s)", [sorted(cases)])
        return {pk: (number, person) for pk, number, person in cursor.fetchall()}


def given_to_read(member: Membership) -> list[Matter]:
    """A row of the worklist for each case on which the unit was given something that nobody there has opened."""
    matters: dict[str, Matter] = {}
    for d in (
        Disclosure.objects.unopened_by(member)
        .filter(opens(member, "case_id"), item__isnull=False)
        .exclude(item__type__in=[ItemType.QUESTION, ItemType.ANSWER])
        .select_related("case", "from_unit")
        .order_by("-at", "-id")[:MOST_MATTERS]
    ):
        day = timezone.localtime(d.at).date()
        matters.setdefault(
            d.case.number,
            Matter(
                action=_("Read what was given"),
                url=reverse("case", args=[d.case.number]),
                group="given",
                due_on=None,
                waits_for=_("You"),
                case_number=d.case.number,
                person=d.case.person_id,
                event=_("%(unit)s gave something %(day)s") % {"unit": d.from_unit.name, "day": day},
            ),
        )
    return list(matters.values())


@dataclass
class Group:
    title: str
    matters: list
    is_late: bool = False


def grouped(matters: list[Matter], today: date) -> list[Group]:
    """The worklist under its headings: late, today, this week, later. Late is said in working days."""
    late, now, week, later, undated = [], [], [], [], []
    for m in matters:
        if m.due_on and m.due_on < today:
            late.append((m, _late(workdays_between(m.due_on, today))))
        elif m.due_on == today:
            now.append((m, _("today")))
        elif m.due_on and (m.due_on - today).days <= 7:
            week.append((m, m.due_on.isoformat()))
        elif m.due_on:
            later.append((m, m.due_on.isoformat()))
        else:
            undated.append((m, ""))
    groups = [
        Group(_("Late"), late, True),
        Group(_("Today"), now),
        Group(_("Within a week"), week),
        Group(_("Later"), later),
        Group(_("Without a date"), undated),
    ]
    return [g for g in groups if g.matters]


def _late(days: int) -> str:
    return ngettext("%(days)d working day late", "%(days)d working days late", max(days, 1)) % {
        "days": max(days, 1)
    }


def safe_return(request: HttpRequest) -> str:
    """Back to the page in the house that the reader came from, its filter too; never anywhere else."""
    asked = urlsplit(request.POST.get("next", ""))
    if not asked.path.startswith("/") or asked.path.startswith("//"):
        return reverse("cases")
    keeps = (reverse("cases"), reverse("calls"))
    kept = asked.path in keeps or asked.path.startswith(reverse("statements"))
    return f"{asked.path}?{asked.query}" if asked.query and kept else asked.path
