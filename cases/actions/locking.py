"""Asking again at the moment of writing: the lock, and the door once more inside it."""

from django.http import Http404

from cases.access import demand
from cases.models import Case, CaseLock
from parties.access import tell_anew
from parties.models import Membership


def hold(case: int, *, by: Membership) -> None:
    """Waits for the case's lock. A block that was set meanwhile holds from here: who acts is told of it anew."""
    CaseLock.objects.select_for_update().get(case=case)
    tell_anew(by)


def locked(case: Case, *, by: Membership, action: str) -> Case:
    """Locks the case for the rest of the transaction and reads it anew through the door.

    Http404 when the ground has ended since the page was drawn; PermissionDenied when it may be seen but not done.
    """
    hold(case.pk, by=by)
    again = (
        Case.objects.open_to(by)
        .select_related("person", "unit__party", "initiative")
        .filter(pk=case.pk)
        .first()
    )
    if again is None:
        raise Http404
    demand(by, again, action)
    return again
