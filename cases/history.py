"""How a case has moved: opened, paused, closed, reopened; who, when and why. For the owning unit alone."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cases.models import Case, CaseOutcome, CaseState, Cause, State
from parties.models import Membership


@dataclass
class Move:
    """One move: what happened, when, by whom, and the reason as it was written."""

    word: str
    at: datetime
    by: str
    reason: str = ""


def moves_of(case: Case, member: Membership) -> list[Move]:
    """The moves, the latest first; none for another unit, which is not told how the owner's work stands."""
    if case.unit_id != member.unit_id:
        return []
    causes = {
        row.closing_id: str(Cause(row.cause).label)
        for row in CaseOutcome.objects.filter(case=case).order_by("id")
    }
    moves: list[Move] = []
    before = None
    for row in CaseState.objects.filter(case=case).select_related("by__user").order_by("from_at", "id"):
        word = word_of(before, row.state)
        if row.pk in causes:
            word = _("Closed: %(cause)s") % {"cause": causes[row.pk]}
        moves.append(Move(word, row.from_at, row.by.user.name, row.reason))
        before = row.state
    return moves[::-1]


def word_of(before: str | None, state: str) -> str:
    """What a move is called, from the state before it."""
    if state == State.PAUSED:
        return _("Paused the work")
    if state == State.CLOSED:
        return _("Closed the work")
    if before is None:
        return _("Opened the case")
    return _("Resumed the work") if before == State.PAUSED else _("Reopened the work")
