"""Saying which decision answers which statement, and ticking what has been done about a decision. Both are undone with a trace."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.http import Http404

from audit import ledger
from cases.actions.locking import locked
from cases.facts import GRANTED
from cases.models import Case, Done, Item, ItemType, Match, Tick
from cases.models.tick import done_by
from parties.models import Membership


def _seen(by: Membership, case: Case, item: Item, type: str) -> Item:
    found = Item.objects.visible_to(by).filter(pk=item.pk, case=case, type=type).first()
    if found is None:
        raise Http404
    return found


@transaction.atomic
def match(*, by: Membership, case: Case, statement: Item, decision: Item) -> Match:
    """The decision answers the statement. Said twice is said once. Both must be seen, on the same case; else Http404."""
    case = locked(case, by=by, action="write_item")
    statement = _seen(by, case, statement, ItemType.STATEMENT)
    decision = _seen(by, case, decision, ItemType.DECISION)
    there = (
        Match.objects.standing().filter(statement=statement, decision=decision, unit_id=by.unit_id).first()
    )
    if there is not None:
        return there
    made = Match.objects.create(case=case, unit=by.unit, statement=statement, decision=decision, by=by)
    ledger.record(
        "decision.matched",
        by=by,
        case=case.pk,
        persons=[case.person_id],
        note=f"{statement.pk} {decision.pk}",
    )
    return made


@transaction.atomic
def unmatch(*, by: Membership, case: Case, statement: Item, decision: Item) -> int:
    """The unit takes back that the decision answers the statement; the pair is not suggested again."""
    case = locked(case, by=by, action="write_item")
    undone = (
        Match.objects.standing()
        .filter(case=case, statement=statement, decision=decision, unit_id=by.unit_id)
        .update(undone_at=Now(), undone_by=by)
    )
    if undone:
        ledger.record(
            "decision.unmatched",
            by=by,
            case=case.pk,
            persons=[case.person_id],
            note=f"{statement.pk} {decision.pk}",
        )
    return undone


def _tickable(by: Membership, case: Case, item: Item) -> tuple[Item, Done]:
    decision = _seen(by, case, item, ItemType.DECISION)
    if decision.facts.get("outcome") != GRANTED:
        raise Http404
    what = done_by(by.unit)
    if what is None:
        raise PermissionDenied("tick")
    return decision, what


@transaction.atomic
def tick(*, by: Membership, case: Case, item: Item) -> Tick:
    """The unit has done its part about a granted decision: the care its journal note, Försäkringskassan its watch."""
    case = locked(case, by=by, action="write_item")
    decision, what = _tickable(by, case, item)
    there = Tick.objects.standing().filter(item=decision, unit_id=by.unit_id, what=what).first()
    if there is not None:
        return there
    made = Tick.objects.create(case=case, item=decision, unit=by.unit, what=what, by=by)
    ledger.record(
        "decision.ticked", by=by, case=case.pk, persons=[case.person_id], note=f"{what} {decision.pk}"
    )
    return made


@transaction.atomic
def untick(*, by: Membership, case: Case, item: Item) -> int:
    """The unit takes its tick back."""
    case = locked(case, by=by, action="write_item")
    decision, what = _tickable(by, case, item)
    undone = (
        Tick.objects.standing()
        .filter(item=decision, unit_id=by.unit_id, what=what)
        .update(undone_at=Now(), undone_by=by)
    )
    if undone:
        ledger.record(
            "decision.unticked", by=by, case=case.pk, persons=[case.person_id], note=f"{what} {decision.pk}"
        )
    return undone


def carry_matches(*, by: Membership, item: Item, version: Item) -> None:
    """A later version answers, or is answered by, what the earlier one was."""
    for there in Match.objects.visible_to(by).standing().filter(statement=item).distinct():
        _copy(by, version, there.decision_id, statement=True)
    for there in Match.objects.visible_to(by).standing().filter(decision=item).distinct():
        _copy(by, version, there.statement_id, statement=False)


def _copy(by: Membership, version: Item, other: int, *, statement: bool) -> None:
    pair = (
        {"statement_id": version.pk, "decision_id": other}
        if statement
        else {"statement_id": other, "decision_id": version.pk}
    )
    if not Match.objects.standing().filter(unit_id=by.unit_id, **pair).exists():
        Match.objects.create(case_id=version.case_id, unit=by.unit, by=by, **pair)
