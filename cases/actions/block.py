"""Setting a block on a person and lifting it: above every ground, with a reason, by the unit that registered the person."""

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.http import Http404

from audit import ledger
from cases.access import may_write
from cases.actions.case import touch
from cases.actions.locking import locked
from cases.models import Block, BlockKind, Case, CaseOutcome
from cases.models.block import BlockQuerySet
from parties.models import Membership, Unit, User


class AlreadyBlocked(Exception):
    """The same block stands already."""


class NobodyLeft(Exception):
    """The unit would have no one left who can work with the case."""


@transaction.atomic
def block(
    *,
    by: Membership,
    case: Case,
    kind: str,
    reason: str,
    user: User | None = None,
    to_unit: Unit | None = None,
) -> Block:
    """Blocks from now, on every case the person has at the unit; what stood open against it ends in the same statement.

    region: nothing on the ground of a care relation. colleague: `user` opens nothing of the person, in any unit, from
    the next request; their assignments end, and hand-overs to or by them (the database does it, in every unit), and the case
    stands with those of the unit who can take it. unit: `to_unit` is given nothing, and no consent with it.
    Raises AlreadyBlocked, and NobodyLeft when no other member of the own unit could work with the case.
    """
    case = locked(case, by=by, action="block")
    person = case.person
    same = Block.objects.standing().filter(person=person, kind=kind, user=user, to_unit=to_unit)
    if same.exists():
        raise AlreadyBlocked
    if user is not None and not _someone_else(case, user):
        raise NobodyLeft
    made = Block.objects.create(
        person=person,
        unit=by.unit,
        kind=BlockKind(kind),
        user=user,
        to_unit=to_unit,
        reason=reason.strip(),
        by=by,
    )
    whom = f"user {user.pk}" if user else f"unit {to_unit.pk}" if to_unit else "region"
    ledger.record("person.blocked", by=by, case=case.pk, persons=[person.pk], note=whom)
    touch(case)
    return made


def _someone_else(case: Case, user: User) -> bool:
    """Whether the unit has somebody in force who could write in the case when this user, and those blocked before, cannot."""
    held_off = Block.objects.standing().filter(person=case.person_id, kind=BlockKind.COLLEAGUE)
    others = (
        Membership.objects.current()
        .filter(unit=case.unit_id)
        .exclude(Q(user=user) | Q(user__in=held_off.values("user")))
        .select_related("unit__party")
    )
    return any(may_write(m) for m in others)


def on_the_doubles(block: Block) -> BlockQuerySet:
    """The same block, standing on the rows of the same person registered twice at the unit."""
    persons, found = {block.person_id}, {block.person_id}
    while found:
        rows = CaseOutcome.objects.filter(unit=block.unit_id, stays__isnull=False).filter(
            Q(case__person__in=found) | Q(stays__person__in=found)
        )
        pairs = rows.values_list("case__person", "stays__person")
        found = {person for pair in pairs for person in pair} - persons
        persons |= found
    return (
        Block.objects.standing()
        .filter(
            person__in=persons,
            unit=block.unit_id,
            kind=block.kind,
            user=block.user_id,
            to_unit=block.to_unit_id,
        )
        .exclude(pk=block.pk)
    )


@transaction.atomic
def lift(*, by: Membership, case: Case, block: int, reason: str) -> Block:
    """Lifts a block, with a reason. What it ended stays ended: each thing is given anew. Http404 when none stands.

    Where the person was registered twice, the same block on the other rows is lifted with it, as it was set with it.
    """
    case = locked(case, by=by, action="block")
    standing = Block.objects.standing().select_for_update().filter(person=case.person_id, pk=block).first()
    if standing is None:
        raise Http404
    same = list(on_the_doubles(standing).select_for_update())
    for row in (standing, *same):
        Block.objects.filter(pk=row.pk).update(lifted_at=Now(), lifted_by=by, lifted_reason=reason.strip())
        ledger.record(
            "person.unblocked", by=by, case=case.pk, persons=[row.person_id], note=f"block {row.pk}"
        )
    touch(case)
    return standing
