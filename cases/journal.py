"""*Dagens journaltexter*: what a care unit did in the portal on one day, as plain text for the care record.

The portal is never the master. An event is read from the row that the deed wrote, its text follows by rule from the row,
and neither is stored; only that it has been entered is (cases/models/journal.py), by the event's key. So a tick never
covers what came after it. Cases one may open, and the own unit's deeds in them; what others gave is told while its ground
stands, and not a query longer. No name and no personal number stands in a text: the care record knows whose it is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import seams
from cases.access import may_write
from cases.deciding import last_day
from cases.facts import in_words
from cases.forms import counted
from cases.history import word_of
from cases.law import Ground, InformationKind
from cases.listing import PAGE
from cases.models import (
    Assignment,
    Case,
    CaseOutcome,
    CaseState,
    Cause,
    Consent,
    ConsentLine,
    Declined,
    Disclosure,
    Ending,
    Item,
    ItemType,
    JournalTick,
    Mistake,
    NumberKind,
    Spell,
)
from cases.seams import MOST_MATTERS, Matter
from parties.models import CARE_KINDS, Membership

# How far back the page marks days and the worklist reminds; any earlier day can still be chosen.
LOOK_BACK = 14
_SPOKEN_THROUGH_INQUIRIES = [ItemType.QUESTION, ItemType.ANSWER]


@dataclass(frozen=True)
class Event:
    """One thing that happened on a case: when, in words, and the keys of the rows it was read from."""

    case: int
    at: datetime
    text: str
    keys: tuple[str, ...]
    # The versions whose own words stand in the text.
    items: tuple[int, ...] = ()


@dataclass(frozen=True)
class Source:
    """One kind of event. `rows`: the member's unit's own rows; `at`: the field that dates them; `tell`: rows to events."""

    name: str
    at: str
    rows: Callable[[Membership], QuerySet[Any]]
    tell: Callable[[Membership, QuerySet[Any]], list[Event]]
    case: str = "case"

    def key(self, pk: int) -> str:
        return f"{self.name}:{pk}"

    def between(self, member: Membership, start: datetime, end: datetime) -> QuerySet[Any]:
        return self.rows(member).filter(**{f"{self.at}__gte": start, f"{self.at}__lt": end})

    def left(self, member: Membership, start: datetime, end: datetime) -> QuerySet[Any]:
        """Those of the rows that nobody has entered."""
        entered = JournalTick.objects.standing().filter(
            unit_id=member.unit_id, event=OuterRef("event_key"), case_id=OuterRef("of_case")
        )
        return (
            self.between(member, start, end)
            .annotate(
                of_case=F(f"{self.case}_id"),
                event_key=Concat(Value(f"{self.name}:"), Cast("pk", TextField())),
            )
            .filter(~Exists(entered))
        )


@dataclass
class Entered:
    """Events that were ticked together: by whom and when."""

    by: str
    at: datetime
    text: str
    keys: str


@dataclass
class Block:
    """One patient's day: what is left to enter as one text, and what has been entered."""

    number: str
    person: str
    mine: bool
    left: int
    text: str
    keys: str
    rows: int
    entered: list[Entered] = field(default_factory=list)
    items: tuple[int, ...] = ()


def is_for(member: Membership) -> bool:
    """A care unit's page: another party has *Kopiera till akten*."""
    return member.is_case_role and member.unit.party.kind in CARE_KINDS


def sources() -> list[Source]:
    return [*SOURCES, *seams.journal]


def _span(first: date, last: date) -> tuple[datetime, datetime]:
    """From midnight to the midnight after the last day."""
    return (
        timezone.make_aware(datetime.combine(first, time.min)),
        timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min)),
    )


def _mine(member: Membership) -> Q:
    """The cases the member handles, and those that nobody at the unit does."""
    handled = Assignment.objects.current().filter(case=OuterRef("pk"), unit_id=member.unit_id)
    return Q(Exists(handled.filter(member=member))) | ~Q(Exists(handled))


def _all(parts: list[QuerySet[Any]]) -> QuerySet[Any]:
    return parts[0].union(*parts[1:])


def days_left(member: Membership, *, mine: bool, today: date) -> dict[date, int]:
    """The latest days on which something is not entered, with in how many cases."""
    start, end = _span(today - timedelta(days=LOOK_BACK - 1), today)
    rows = _all(
        [
            s.left(member, start, end)
            .annotate(on_day=TruncDate(s.at))
            .order_by()
            .values_list("of_case", "on_day")
            for s in sources()
        ]
    )
    found = list(rows)
    cases = Case.objects.open_to(member).filter(pk__in={case for case, _day in found})
    open_ = set((cases.filter(_mine(member)) if mine else cases).values_list("pk", flat=True))
    counts: dict[date, int] = defaultdict(int)
    for case, day in found:
        counts[day] += case in open_
    return {day: n for day, n in counts.items() if n}


def worklist(member: Membership) -> list[Matter]:
    """One row of *Att göra* when something from before today is not entered, in the cases the member handles or nobody does."""
    if not is_for(member) or not may_write(member):
        return []
    today = timezone.localdate()
    start, end = _span(today - timedelta(days=LOOK_BACK - 1), today - timedelta(days=1))
    rows = _all([s.left(member, start, end).order_by().values("of_case") for s in sources()])
    cases = Case.objects.open_to(member).filter(_mine(member), pk__in=rows)
    count = len(cases.order_by().values_list("pk", flat=True)[: PAGE + 1])
    if not count:
        return []
    return [
        Matter(
            action=_("Texts to enter in the care record"),
            url=f"{reverse('journal')}?day=left&whose=mine",
            group="journal",
            due_on=today,
            waits_for=_("You"),
            case_number="",
            event=counted(count, PAGE),
        )
    ]


# No day's page holds more cases than this; the page says when it is full.
MOST_CASES = MOST_MATTERS


def day_of(member: Membership, day: date, *, mine: bool, with_persons: bool) -> tuple[list[Block], list[int]]:
    """The blocks of one day, the member's own cases first; and the persons, for the ledger. One more than
    MOST_CASES when there are more.
    """
    start, end = _span(day, day)
    happened = _all(
        [
            s.between(member, start, end).annotate(of_case=F(f"{s.case}_id")).order_by().values("of_case")
            for s in sources()
        ]
    )
    cases = (
        Case.objects.open_to(member)
        .filter(pk__in=happened)
        .annotate(
            mine=Exists(
                Assignment.objects.current().filter(
                    case=OuterRef("pk"), unit_id=member.unit_id, member=member
                )
            )
        )
        .select_related("person")
        .order_by("-mine", "number")
    )
    found = list((cases.filter(_mine(member)) if mine else cases)[: MOST_CASES + 1])
    events = events_of(member, [case.pk for case in found], day)
    ticks = _ticks(member, [case.pk for case in found])
    blocks = [_block(case, events[case.pk], ticks, day, with_persons) for case in found if events[case.pk]]
    return blocks, [case.person_id for case in found if events[case.pk]]


def events_of(member: Membership, cases: list[int], day: date) -> dict[int, list[Event]]:
    """The events of these cases on the day, by case, in the order they happened. As many queries for one case as for fifty."""
    start, end = _span(day, day)
    by_case: dict[int, list[Event]] = defaultdict(list)
    for source in sources():
        for event in source.tell(
            member, source.between(member, start, end).filter(**{f"{source.case}__in": cases})
        ):
            by_case[event.case].append(event)
    for events in by_case.values():
        events.sort(key=lambda event: (event.at, event.keys))
    return by_case


def _ticks(member: Membership, cases: list[int]) -> dict[tuple[int, str], JournalTick]:
    return {
        (tick.case_id, tick.event): tick
        for tick in JournalTick.objects.standing()
        .filter(unit_id=member.unit_id, case__in=cases)
        .select_related("by__user")
    }


def entered_keys(member: Membership, case: Case) -> set[str]:
    """The events of a case that somebody at the unit has entered."""
    return {event for _case, event in _ticks(member, [case.pk])}


def _block(
    case: Any, events: list[Event], ticks: dict[tuple[int, str], JournalTick], day: date, with_persons: bool
) -> Block:
    left, entered = [], []
    for event in events:
        found = [ticks.get((case.pk, key)) for key in event.keys]
        # An event of several rows is entered when all of them are.
        if all(found):
            entered.append((max((t for t in found if t), key=lambda t: t.at), event))
        else:
            left.append(event)
    text = as_text(case.number, day, left) if left else ""
    entered.sort(key=lambda pair: pair[0].at)
    return Block(
        number=case.number,
        person=_person(case) if with_persons else "",
        mine=case.mine,
        left=len(left),
        text=text,
        keys=_keys(left),
        rows=min(text.count("\n") + 2, 16),
        entered=[
            Entered(name, at, as_text(case.number, day, told), _keys(told))
            for (name, at), group in groupby(entered, key=lambda pair: (pair[0].by.user.name, pair[0].at))
            if (told := [event for _tick, event in group])
        ],
        items=tuple(item for event in events for item in event.items),
    )


def _person(case: Case) -> str:
    """Name and number, as somebody looks the patient up in the care record; a protected identity has neither here."""
    person = case.person
    if person.protected:
        return _("Protected personal data")
    if person.number_kind == NumberKind.NONE:
        return _("Participant without personal data")
    return f"{person.name}, {person.number}"


def _keys(events: Iterable[Event]) -> str:
    return " ".join(key for event in events for key in event.keys)


def as_text(number: str, day: date, events: list[Event]) -> str:
    """The events as one text, each with its time."""
    parts = [_("Samverkan, %(day)s. Case %(number)s") % {"day": day, "number": number}]
    parts += [f"{timezone.localtime(event.at):%H.%M}  {event.text}" for event in events]
    return "\n\n".join(parts)


def _lines(*lines: str) -> str:
    return "\n".join(line for line in (line.strip() for line in lines) if line)


def content_of(item: Item) -> str:
    """An item's own words: its line, its facts, its text."""
    facts = [f"{label}: {value}" for label, value in in_words(item.type, item.facts)]
    text = item.text.strip()
    # An item of one line is its own heading.
    return _lines(item.heading, *facts, text if text != item.heading else "")


def colleagues(member: Membership) -> QuerySet[Membership]:
    """Whoever has worked at the unit: what it gave stands in their names, and is found by them."""
    return Membership.objects.filter(unit_id=member.unit_id)


def _written(member: Membership, rows: QuerySet[Item]) -> list[Event]:
    return [
        Event(
            item.case_id,
            item.at,
            _lines(
                (
                    _("New version of %(item)s, by %(name)s")
                    if item.replaces_id
                    else _("%(item)s, by %(name)s")
                )
                % {"item": ItemType(item.type).label, "name": item.author.user.name},
                content_of(item),
            ),
            (WRITTEN.key(item.pk),),
        )
        for item in rows.select_related("author__user")
    ]


def _ground(d: Disclosure) -> str:
    return _("Ground: %(ground)s, until %(date)s.") % {
        "ground": str(Ground(d.basis).label),
        "date": last_day(d.until_at),
    }


def _gave(member: Membership, rows: QuerySet[Disclosure]) -> list[Event]:
    return [
        Event(
            d.case_id,
            d.at,
            _lines(
                _("%(name)s gave %(unit)s: %(heading)s.")
                % {"name": d.by.user.name, "unit": d.to_unit.name, "heading": d.item.heading.rstrip(".")},
                _ground(d),
            ),
            (GAVE.key(d.pk),),
        )
        for d in rows.select_related("by__user", "to_unit", "item")
        if d.item is not None
    ]


def _stopped(member: Membership, rows: QuerySet[Disclosure]) -> list[Event]:
    events = []
    for d in rows.select_related("ended_by__user", "to_unit", "item"):
        if d.item is None or d.ended_by is None or d.ended_at is None:
            continue
        said = (
            _("%(name)s stopped showing %(unit)s what had been given to the wrong unit: %(heading)s.")
            if d.ended_how == Ending.MISTAKE
            else _("%(name)s stopped showing %(unit)s: %(heading)s.")
        )
        names = {
            "name": d.ended_by.user.name,
            "unit": d.to_unit.name,
            "heading": d.item.heading.rstrip("."),
        }
        events.append(Event(d.case_id, d.ended_at, said % names, (STOPPED.key(d.pk),)))
    return events


def _received(member: Membership, rows: QuerySet[Disclosure]) -> list[Event]:
    return [
        Event(
            d.case_id,
            d.at,
            _lines(
                _("%(name)s, %(unit)s, gave us %(item)s")
                % {
                    "name": d.by.user.name,
                    "unit": d.from_unit.name,
                    "item": str(ItemType(d.item.type).label).lower(),
                },
                content_of(d.item),
                _ground(d),
            ),
            (RECEIVED.key(d.pk),),
            (d.item.pk,),
        )
        for d in rows.select_related("by__user", "from_unit", "item")
        if d.item is not None
    ]


def _ways(lines: Iterable[ConsentLine]) -> list[str]:
    """Lines of consent in words: from whom to whom, and which kinds."""
    ways: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in lines:
        ways[line.from_unit.name, line.to_unit.name].append(str(InformationKind(line.kind).short).lower())
    return [
        _("From %(giver)s to %(receiver)s: %(kinds)s.")
        % {"giver": giver, "receiver": receiver, "kinds": ", ".join(kinds)}
        for (giver, receiver), kinds in ways.items()
    ]


def _consented(member: Membership, rows: QuerySet[Consent]) -> list[Event]:
    consents = list(rows.select_related("registered_by__user"))
    lines: dict[int, list[ConsentLine]] = defaultdict(list)
    for line in (
        ConsentLine.objects.filter(consent__in=[c.pk for c in consents])
        .select_related("from_unit", "to_unit")
        .order_by("from_unit__name", "to_unit__name", "id")
    ):
        lines[line.consent_id].append(line)
    return [
        Event(
            consent.case_id,
            consent.registered_at,
            _lines(
                _(
                    "Consent %(number)s recorded by %(name)s. Given %(given)s, %(form)s. Applies %(start)s–%(end)s."
                )
                % {
                    "number": consent.number,
                    "name": consent.registered_by.user.name,
                    "given": consent.given_on,
                    "form": consent.get_form_display().lower(),
                    "start": consent.valid_from,
                    "end": consent.valid_to,
                },
                _("Purpose: %(purpose)s.") % {"purpose": consent.get_purpose_display().lower()},
                *_ways(lines[consent.pk]),
                _("The person excepted: %(text)s") % {"text": consent.excluded} if consent.excluded else "",
            ),
            (CONSENTED.key(consent.pk),),
        )
        for consent in consents
    ]


def _withdrew(member: Membership, rows: QuerySet[ConsentLine]) -> list[Event]:
    """What was withdrawn in one moment of one consent is one event."""
    lines = rows.select_related("consent", "from_unit", "to_unit", "ended_by__user").order_by(
        "consent_id", "ended_at", "id"
    )
    events = []
    for (_consent, at), grouped in groupby(lines, key=lambda line: (line.consent_id, line.ended_at)):
        group = list(grouped)
        told = _("The person withdrew the consent %(number)s. Received by %(name)s.") % {
            "number": group[0].consent.number,
            "name": group[0].ended_by.user.name if group[0].ended_by else "",
        }
        keys = tuple(WITHDREW.key(line.pk) for line in group)
        events.append(Event(group[0].case_id, at, _lines(told, *_ways(group)), keys))
    return events


def _declined(member: Membership, rows: QuerySet[Declined]) -> list[Event]:
    return [
        Event(
            row.case_id,
            row.recorded_at,
            _lines(
                _("The person was asked for consent and declined %(date)s. Recorded by %(name)s.")
                % {"date": row.declined_on, "name": row.recorded_by.user.name},
                row.note,
            ),
            (DECLINED.key(row.pk),),
        )
        for row in rows.select_related("recorded_by__user")
    ]


def _mistaken(member: Membership, rows: QuerySet[Mistake]) -> list[Event]:
    return [
        Event(
            row.consent.case_id,
            row.recorded_at,
            _lines(
                _("The consent %(number)s had been recorded by mistake and never applied. Noted by %(name)s.")
                % {"number": row.consent.number, "name": row.recorded_by.user.name},
                row.reason,
            ),
            (MISTAKEN.key(row.pk),),
        )
        for row in rows.select_related("consent", "recorded_by__user")
    ]


def _moved(member: Membership, rows: QuerySet[CaseState]) -> list[Event]:
    before = CaseState.objects.filter(case=OuterRef("case"), pk__lt=OuterRef("pk")).order_by("-pk")
    outcome = CaseOutcome.objects.filter(closing=OuterRef("pk")).order_by("-id")
    events = []
    for row in rows.annotate(
        before=Subquery(before.values("state")[:1]), cause=Subquery(outcome.values("cause")[:1])
    ).select_related("by__user"):
        word = word_of(row.before, row.state)
        if row.cause:
            word = _("Closed: %(cause)s") % {"cause": Cause(row.cause).label}
        told = _("%(what)s. By %(name)s.") % {"what": word, "name": row.by.user.name}
        events.append(Event(row.case_id, row.from_at, _lines(told, row.reason), (MOVED.key(row.pk),)))
    return events


def _on_leave(member: Membership, rows: QuerySet[Spell]) -> list[Event]:
    events = []
    for row in rows.select_related("by__user"):
        told = _("Sick leave recorded by %(name)s: %(start)s–%(end)s, %(degree)s %%, %(benefit)s.") % {
            "name": row.by.user.name,
            "start": row.from_on,
            "end": row.to_on or "",
            "degree": row.degree,
            "benefit": row.get_benefit_display().lower(),
        }
        expected = (
            _("Working ability is expected back %(date)s.") % {"date": row.expected_on}
            if row.expected_on
            else ""
        )
        events.append(Event(row.case_id, row.at, _lines(told, expected), (ON_LEAVE.key(row.pk),)))
    return events


def _handled(member: Membership, rows: QuerySet[Assignment]) -> list[Event]:
    return [
        Event(
            row.case_id,
            row.from_at,
            _("The case is handled by %(name)s from now.") % {"name": row.member.user.name},
            (HANDLED.key(row.pk),),
        )
        for row in rows.select_related("member__user")
    ]


def _own(model: Any) -> Callable[[Membership], QuerySet[Any]]:
    return lambda member: model.objects.filter(unit_id=member.unit_id)


def _of_an_item(rows: QuerySet[Disclosure]) -> QuerySet[Disclosure]:
    """Questions and answers are told by the room that has them."""
    return rows.filter(item__isnull=False).exclude(item__type__in=_SPOKEN_THROUGH_INQUIRIES)


WRITTEN = Source(
    "item",
    "at",
    lambda member: Item.objects.filter(unit_id=member.unit_id).exclude(type__in=_SPOKEN_THROUGH_INQUIRIES),
    _written,
)
GAVE = Source(
    "gave",
    "at",
    lambda member: _of_an_item(
        Disclosure.objects.filter(from_unit_id=member.unit_id, by__in=colleagues(member))
    ),
    _gave,
)
STOPPED = Source(
    "stopped",
    "ended_at",
    lambda member: _of_an_item(
        Disclosure.objects.filter(
            from_unit_id=member.unit_id,
            ended_by__in=colleagues(member),
            ended_how__in=[Ending.STOPPED, Ending.MISTAKE],
        )
    ),
    _stopped,
)
RECEIVED = Source(
    "received",
    "at",
    lambda member: _of_an_item(Disclosure.objects.standing().filter(to_unit_id=member.unit_id)),
    _received,
)
CONSENTED = Source("consent", "registered_at", _own(Consent), _consented)
WITHDREW = Source(
    "withdrew",
    "ended_at",
    lambda member: ConsentLine.objects.filter(unit_id=member.unit_id, ended_how=Ending.WITHDRAWN),
    _withdrew,
)
DECLINED = Source("declined", "recorded_at", _own(Declined), _declined)
MISTAKEN = Source("mistake", "recorded_at", _own(Mistake), _mistaken, case="consent__case")
MOVED = Source("state", "from_at", _own(CaseState), _moved)
ON_LEAVE = Source("spell", "at", _own(Spell), _on_leave)
HANDLED = Source("handled", "from_at", _own(Assignment), _handled)
SOURCES = [
    WRITTEN, GAVE, STOPPED, RECEIVED, CONSENTED, WITHDREW, DECLINED, MISTAKEN, MOVED, ON_LEAVE, HANDLED,
]  # fmt: skip
