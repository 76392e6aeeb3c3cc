"""*Underlag till genomgång*: which of the unit's cases to go through with one other unit, and why, on paper.

Two copies (R4, R5). The own copy lists the open cases with a ground towards the other unit, the kinds that may be spoken
of today, and the rest as a number. The other unit's copy holds only what stands given to it or was asked between the two,
so that printing it gives nothing new; it never tells that anything is missing. A case without a reason today is on neither.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from cases.consentstate import RENEWABLE
from cases.deciding import last_day
from cases.law import Act, Ground, InformationKind, grounds_for
from cases.milestones import OVER, computed, facts_of
from cases.models import Block, BlockKind, Case, ConsentLine, Disclosure, Item, ItemType, NumberKind, State
from cases.models.item import ItemQuerySet
from cases.papers import full_name, in_long
from initiatives.access import parties_that_left
from inquiries.models import OPEN_STATES, Category, Inquiry, Mode
from parties.models import Membership, PartyKind, Unit

AHEAD = timedelta(days=14)
MOST = 100
# A certificate for sickness benefit is answered day by day; these wait for a decision of their own (milestone M9).
WAIT_FOR_A_DECISION = ("FK 7800", "FK 7801", "FK 7802")


@dataclass
class Entry:
    """One case: why it is on the list, and which kinds may be spoken of from here and from there."""

    case: Case
    reasons: list[str] = field(default_factory=list)
    ours: list[str] = field(default_factory=list)
    theirs: list[str] = field(default_factory=list)
    with_number: bool = True

    @property
    def name(self) -> str:
        return "" if self.case.person.number_kind == NumberKind.NONE else self.case.person.name

    @property
    def person_number(self) -> str:
        shown = self.with_number and self.case.person.number_kind != NumberKind.NONE
        return self.case.person.number if shown else ""


@dataclass
class Agenda:
    entries: list[Entry]
    more: bool
    without_ground: int = 0

    @property
    def persons(self) -> set[int]:
        return {entry.case.person_id for entry in self.entries}


def units_to_meet(member: Membership) -> QuerySet[Unit]:
    """The units towards which the own unit's cases have a ground today."""
    ids = set(_lines(member.unit_id).values_list("to_unit", flat=True))
    ids |= set(_given(member.unit_id).values_list("to_unit", flat=True))
    return Unit.objects.filter(pk__in=ids).select_related("party").order_by("party__name", "name")


def own_copy(member: Membership, unit: Unit, since: date, today: date) -> Agenda:
    """The own unit's list. The same number of queries for any number of cases."""
    cases = _cases(member, unit)
    ours, theirs = _spoken_of(member.unit, unit, cases), _spoken_of(unit, member.unit, cases)
    given = _given(member.unit_id).filter(to_unit=unit, case__in=cases)
    there = set(given.values_list("case", flat=True))
    for case, kind in given.filter(item__isnull=False).values_list("case", "kind"):
        ours[case].add(kind)
    entries = {
        pk: Entry(case, ours=_named(ours[pk]), theirs=_named(theirs[pk]))
        for pk, case in cases.items()
        if InformationKind.EXISTENCE in ours[pk] or pk in there
    }
    everyone = Case.objects.visible_to(member).owned_by(member).with_state().filter(Q(state=State.OPEN))
    without = everyone.exclude(pk__in=entries).count()

    own_items = Item.objects.visible_to(member).filter(unit=member.unit_id)
    decided = Item.objects.visible_to(member).filter(unit__in=[member.unit_id, unit.pk])
    _statements(
        {pk: e for pk, e in entries.items() if InformationKind.CERTIFICATE in ours[pk]}, own_items, decided
    )
    _questions(entries, member, unit, today)
    _milestones(entries, member, today)
    _consents(entries, member.unit_id, unit.pk)
    _new(entries, _given(member.unit_id).filter(to_unit=unit), since, "Lämnat")
    _new(entries, _given(unit.pk).filter(to_unit=member.unit_id), since, "Nytt från dem")
    return _in_order(entries.values(), without)


def given_copy(member: Membership, unit: Unit, since: date, today: date) -> Agenda:
    """The other unit's list: the cases that stand given to it, and of them only what stands given or was asked."""
    given = _given(member.unit_id).filter(to_unit=unit)
    cases = _cases(member, unit)
    shown = set(given.filter(item=None).values_list("case", flat=True))
    kinds: dict[int, set[str]] = defaultdict(set)
    for case, kind in given.filter(item__isnull=False).values_list("case", "kind"):
        kinds[case].add(kind)
    to_employer = unit.party.kind == PartyKind.EMPLOYER
    entries = {
        pk: Entry(case, ours=_named(kinds[pk]), with_number=not to_employer)
        for pk, case in cases.items()
        if pk in shown
    }
    # What only we know of a decision decides nothing here: the list would tell of it by being shorter.
    items = Item.objects.given_to(unit.pk).filter(unit=member.unit_id)
    _statements(entries, items, Item.objects.visible_to(member).filter(unit=unit))
    _questions(entries, member, unit, today)
    _new(entries, given, since, "Lämnat")
    return _in_order(entries.values(), 0)


def paper(
    agenda: Agenda, member: Membership, unit: Unit, since: date, today: date, *, own: bool
) -> dict[str, Any]:
    return {
        "entries": agenda.entries,
        "more": agenda.more,
        "most": MOST,
        "without_ground": agenda.without_ground,
        "own": own,
        "unit": full_name(member.unit),
        "other": full_name(unit),
        "since": in_long(since),
        "today": in_long(today),
    }


def _cases(member: Membership, unit: Unit) -> dict[int, Case]:
    """The own unit's open cases that nothing above the grounds keeps from the other unit."""
    blocked = Block.objects.standing().filter(kind=BlockKind.UNIT, to_unit__in=[unit.pk, member.unit_id])
    found = (
        Case.objects.visible_to(member)
        .owned_by(member)
        .with_state()
        .filter(Q(state=State.OPEN), person__protected=False)
        .exclude(person__in=blocked.values("person"))
    )
    reached = found.filter(
        Q(pk__in=_lines(member.unit_id).filter(to_unit=unit).values("case"))
        | Q(pk__in=_given(member.unit_id).filter(to_unit=unit).values("case"))
    )
    cases = list(reached.select_related("person").order_by("number"))
    left = {i: parties_that_left(i) for i in {c.initiative_id for c in cases} if i is not None}
    gone = {unit.party_id, member.party_id}
    return {c.pk: c for c in cases if c.initiative_id is None or not left[c.initiative_id] & gone}


def _lines(giver: int) -> QuerySet[ConsentLine]:
    return ConsentLine.objects.live().filter(from_unit=giver)


def _given(giver: int) -> QuerySet[Disclosure]:
    return Disclosure.objects.standing().filter(from_unit=giver)


def _spoken_of(giver: Unit, receiver: Unit, cases: dict[int, Case]) -> dict[int, set[str]]:
    """By case, the kinds that a living consent lets the one tell the other. What the matrix does not list is no."""
    codes = PartyKind(giver.party.kind).matrix, PartyKind(receiver.party.kind).matrix
    kinds: dict[int, set[str]] = defaultdict(set)
    for case, kind in (
        _lines(giver.pk).filter(to_unit=receiver, case__in=cases).values_list("case", "kind").distinct()
    ):
        if Ground.CONSENT in grounds_for(Act.INFORMATION, *codes, kind):
            kinds[case].add(kind)
    # In every consent, and nothing is told without it.
    return defaultdict(set, {pk: k for pk, k in kinds.items() if InformationKind.EXISTENCE in k})


def _named(kinds: Iterable[str]) -> list[str]:
    """In the order of the law page, in Swedish; that there is a case is what the list itself says."""
    there = set(kinds)
    with translation.override("sv"):
        return [str(k.short) for k in InformationKind if k in there and k is not InformationKind.EXISTENCE]


def _statements(entries: dict[int, Entry], statements: ItemQuerySet, decisions: ItemQuerySet) -> None:
    last = dict(
        decisions.filter(case__in=entries, type=ItemType.DECISION)
        .order_by("happened_on")
        .values_list("case", "happened_on")
    )
    for case, form, day in (
        statements.latest_versions()
        .filter(case__in=entries, type=ItemType.STATEMENT, facts__form__in=WAIT_FOR_A_DECISION)
        .order_by("happened_on", "pk")
        .values_list("case", "facts__form", "happened_on")
    ):
        if case not in last or last[case] < day:
            entries[case].reasons.append(f"Utlåtande {form} {day.isoformat()}, inget beslut")


def _questions(entries: dict[int, Entry], member: Membership, unit: Unit, today: date) -> None:
    for inquiry in (
        Inquiry.objects.visible_to(member)
        .filter(
            Q(asker_unit=member.unit_id, to_unit=unit) | Q(asker_unit=unit, to_unit=member.unit_id),
            case__in=entries, mode=Mode.CASE, last_step__in=OPEN_STATES, due_on__lt=today,
        )
        .with_state()
        .order_by("due_on", "pk")
    ):  # fmt: skip
        if inquiry.state in OPEN_STATES and inquiry.case_id is not None and inquiry.due_on is not None:
            with translation.override("sv"):
                about = str(Category(inquiry.category).label)
            asker = member.unit if inquiry.asker_unit_id == member.unit_id else unit
            entries[inquiry.case_id].reasons.append(
                f"Obesvarad fråga från {asker.name}: {about}, skulle ha besvarats {inquiry.due_on.isoformat()}"
            )


def _milestones(entries: dict[int, Entry], member: Membership, today: date) -> None:
    rows = [
        {
            "pk": pk, "number": e.case.number, "person_id": e.case.person_id, "opened_on": e.case.opened_on,
            "updated_at": e.case.updated_at, "initiative_id": e.case.initiative_id, "state": State.OPEN,
        }
        for pk, e in entries.items()
    ]  # fmt: skip
    for facts in facts_of(rows, member, today):
        for reached in computed(facts):
            # The consents have a rule of their own.
            if reached.milestone.key in ("M15", "M16") or reached.standing in OVER:
                continue
            if today <= reached.due.on <= today + AHEAD:
                with translation.override("sv"):
                    label = str(reached.milestone.label)
                entries[facts.case].reasons.append(f"{label}, {reached.due.on.isoformat()} (beräknad)")


def _consents(entries: dict[int, Entry], own: int, other: int) -> None:
    """A direction that a later line carries on does not end."""
    last: dict[tuple, Any] = {}
    for line in ConsentLine.objects.live().filter(
        Q(from_unit=own, to_unit=other) | Q(from_unit=other, to_unit=own), case__in=entries, unit=own
    ):
        key = line.case_id, line.from_unit_id, line.kind, line.purpose
        last[key] = max(line.until_at, last.get(key, line.until_at))
    limit = timezone.now() + RENEWABLE
    ends: dict[int, Any] = {}
    for (case, *_rest), until in last.items():
        if until <= limit:
            ends[case] = min(until, ends.get(case, until))
    for case, until in ends.items():
        entries[case].reasons.append(f"Samtycke upphör {last_day(until).isoformat()}")


def _new(entries: dict[int, Entry], given: QuerySet[Disclosure], since: date, word: str) -> None:
    """What was given since the day and stands; a question has a row of its own."""
    for case, kind_of_item, heading, at in (
        given.filter(case__in=entries, item__isnull=False, at__date__gte=since)
        .exclude(item__type=ItemType.QUESTION)
        .order_by("at", "pk")
        .values_list("case", "item__type", "item__heading", "at")
    ):
        with translation.override("sv"):
            type_label = str(ItemType(kind_of_item).label)
        entries[case].reasons.append(f"{word} {timezone.localdate(at).isoformat()}: {type_label}, {heading}")


def _in_order(entries: Iterable[Entry], without_ground: int) -> Agenda:
    chosen = [entry for entry in entries if entry.reasons]
    return Agenda(chosen[:MOST], len(chosen) > MOST, without_ground)
