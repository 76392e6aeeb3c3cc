"""Handing a case over to a colleague: offered, then accepted, declined or taken back. Each under the case's lock."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from audit import ledger
from cases.access import may_write, not_held_off
from cases.actions.case import name_handler, overtake_offers
from cases.actions.locking import locked
from cases.models import Assignment, Case, CaseState, HandOver, HandOverEnd, State
from errands import notices
from parties.models import Membership


class OfferGone(Exception):
    """There is no such offer any longer: answered, taken back, overtaken or lapsed."""


class NotYours(Exception):
    """Somebody else handles the case; it is theirs to hand over."""


class AlreadyOffered(Exception):
    """The case waits for a colleague's answer."""


class CaseClosed(Exception):
    """A closed case is handled by nobody."""


def handler_of(case: Case, member: Membership) -> Membership | None:
    """Who handles the case in the member's unit, while they work there."""
    row = (
        Assignment.objects.current()
        .filter(case=case, unit_id=member.unit_id, member__in=Membership.objects.current())
        .select_related("member__user")
        .first()
    )
    return row.member if row else None


def offer_on(case: Case, member: Membership) -> HandOver | None:
    """The offer of the case that stands in the member's unit, or None."""
    return (
        HandOver.objects.standing()
        .filter(case=case, unit_id=member.unit_id)
        .select_related("by__user", "to_member__user")
        .first()
    )


@transaction.atomic
def offer(*, by: Membership, case: Case, to: Membership, note: str = "") -> HandOver:
    """Offers the case to a colleague at the own unit, who is told. Who offers keeps it until the answer.

    Offered by who handles it, or by anyone at the unit when nobody does. Raises NotYours, AlreadyOffered, CaseClosed.
    """
    case = locked(case, by=by, action="hand_over")
    now = Membership.objects.current().filter(pk=to.pk, unit_id=by.unit_id).select_related("unit").first()
    if now is None or not may_write(now) or now.pk == by.pk or not not_held_off(case, [now.pk]):
        raise PermissionDenied(_("A case is handed over to a colleague at your unit who works with cases."))
    if case.unit_id == by.unit_id and CaseState.objects.now_of(case).state == State.CLOSED:
        raise CaseClosed
    handler = handler_of(case, by)
    if handler is not None and handler.pk != by.pk:
        raise NotYours
    if offer_on(case, by) is not None:
        raise AlreadyOffered
    # What has lapsed by itself is ended now, so that one open row is what the database allows.
    overtake_offers(case, by)
    made = HandOver.objects.create(case=case, unit=by.unit, by=by, to_member=now, note=note.strip())
    ledger.record("case.offered", by=by, case=case.pk, persons=[case.person_id])
    notices.notify([now.pk], kind="hand_over", object_key=str(made.pk))
    return made


@transaction.atomic
def accept(*, by: Membership, case: Case) -> None:
    """The colleague takes the case: from now they handle it. Raises OfferGone."""
    case = locked(case, by=by, action="hand_over")
    _end(_to(by, case), by, HandOverEnd.ACCEPTED)
    name_handler(case, by, by)
    ledger.record("case.taken_over", by=by, case=case.pk, persons=[case.person_id])


@transaction.atomic
def decline(*, by: Membership, case: Case, answer: str) -> None:
    """The colleague says no, in a sentence; who offered keeps the case and is told. Raises OfferGone."""
    case = locked(case, by=by, action="hand_over")
    offered = _to(by, case)
    _end(offered, by, HandOverEnd.DECLINED, answer)
    ledger.record("case.offer_declined", by=by, case=case.pk, persons=[case.person_id])
    notices.notify([offered.by_id], kind="hand_over_declined", object_key=str(offered.pk))


@transaction.atomic
def take_back(*, by: Membership, case: Case) -> None:
    """Who offered changes their mind before the answer. Raises OfferGone."""
    case = locked(case, by=by, action="hand_over")
    offered = HandOver.objects.standing().filter(case=case, unit_id=by.unit_id, by=by).first()
    if offered is None:
        raise OfferGone
    _end(offered, by, HandOverEnd.WITHDRAWN)
    ledger.record("case.offer_taken_back", by=by, case=case.pk, persons=[case.person_id])


def _to(member: Membership, case: Case) -> HandOver:
    offered = HandOver.objects.standing().filter(case=case, unit_id=member.unit_id, to_member=member).first()
    if offered is None:
        raise OfferGone
    return offered


def _end(offered: HandOver, by: Membership, how: HandOverEnd, answer: str = "") -> None:
    HandOver.objects.filter(pk=offered.pk).update(ended_at=Now(), ended_by=by, how=how, answer=answer.strip())
