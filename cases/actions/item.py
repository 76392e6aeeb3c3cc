"""Writing an item, and a later version of it."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from audit import ledger
from cases.actions.case import touch
from cases.actions.locking import locked
from cases.actions.match import carry_matches
from cases.law import NEVER_GIVEN, InformationKind
from cases.measures import MeasureState, may_move, moved
from cases.models import Case, Item, ItemType
from cases.models.item import KIND_OF_TYPE, STATED_TYPES, WRITABLE_TYPES, types_for
from parties.models import Membership


@transaction.atomic
def write_item(
    *,
    by: Membership,
    case: Case,
    type: str,
    heading: str,
    text: str = "",
    happened_on: date,
    kind: str | None = None,
    facts: dict | None = None,
) -> Item:
    """A first version, owned by the writer's unit. `kind` is chosen only for notes and answers; else the type decides."""
    case = locked(case, by=by, action="write_item")
    if type in WRITABLE_TYPES and type not in types_for(by.unit):
        raise PermissionDenied(type)
    item = Item.objects.create(
        case=case,
        unit=by.unit,
        type=type,
        kind=kind_for(type, kind),
        author=by,
        happened_on=happened_on,
        heading=heading.strip(),
        text=text.strip(),
        facts=facts or {},
    )
    ledger.record("item.written", by=by, case=case.pk, persons=[case.person_id], note=item.kind)
    if case.unit_id == by.unit_id:
        touch(case)
    return item


def kind_for(type: str, chosen: str | None) -> InformationKind:
    """The information kind of an item of this type; ValueError when a note's writer chose none or one not allowed."""
    if type in KIND_OF_TYPE:
        return KIND_OF_TYPE[type]
    kind = InformationKind(chosen or "")
    if kind in NEVER_GIVEN or (type == ItemType.NOTE and kind is InformationKind.EXISTENCE):
        raise ValueError(f"{type} cannot be of kind {kind}")
    return kind


class IllegalMove(Exception):
    """A measure cannot go from where it stands to there."""


class Superseded(Exception):
    """A colleague has written a later version in the meantime; nothing is written over."""


@transaction.atomic
def write_version(
    *,
    by: Membership,
    case: Case,
    item: Item,
    heading: str,
    text: str,
    happened_on: date,
    facts: dict | None = None,
) -> Item:
    """A later version. What was given stays as it was; the new version is seen by nobody else until it is given.

    Raises Superseded when there is a later version already.
    """
    case = locked(case, by=by, action="write_item")
    if item.unit_id != by.unit_id:
        raise Http404
    if Item.objects.filter(replaces=item).exists():
        raise Superseded
    if facts is not None and not may_move(item.facts.get("state", ""), facts.get("state", "")):
        raise IllegalMove
    version = Item.objects.create(
        case=case,
        unit=by.unit,
        type=item.type,
        kind=item.kind,
        author=by,
        happened_on=happened_on,
        heading=heading.strip(),
        text=text.strip(),
        facts=item.facts if facts is None else facts,
        replaces=item,
    )
    if item.type in (ItemType.STATEMENT, ItemType.DECISION):
        carry_matches(by=by, item=item, version=version)
    ledger.record("item.version", by=by, case=case.pk, persons=[case.person_id], note=item.kind)
    if case.unit_id == by.unit_id:
        touch(case)
    return version


class NoReason(Exception):
    """An interruption says why."""


@transaction.atomic
def move_measure(
    *, by: Membership, case: Case, item: Item, to: str, reason: str = "", on: date | None = None
) -> Item:
    """Puts a measure or a treatment in another state: a later version, of the day on which it was moved.

    Raises IllegalMove when the table does not know the move, NoReason when an interruption says nothing of why, and
    Superseded when a colleague has written a later version in the meantime.
    """
    case = locked(case, by=by, action="write_item")
    now = item.facts.get("state", "")
    if item.type not in STATED_TYPES or to == now or to not in MeasureState.values or not may_move(now, to):
        raise IllegalMove
    if to == MeasureState.INTERRUPTED and not reason.strip():
        raise NoReason
    return write_version(
        by=by,
        case=case,
        item=item,
        heading=item.heading,
        text=item.text,
        happened_on=on or timezone.localdate(),
        facts=moved(item.facts, to, on or timezone.localdate(), reason.strip()),
    )
