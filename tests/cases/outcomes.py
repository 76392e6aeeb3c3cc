"""What a deed comes to for one member: the door's two answers, told apart from the deed's own refusals."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404

from parties.access import acting
from parties.models import Membership


def outcome_of(
    member: Membership, deed: Callable[[], object], *, no: tuple[type[Exception], ...] = ()
) -> str:
    """ "done", "404", "403", or "no" for one of the deed's own refusals. What is done is rolled back."""
    try:
        with acting(member):
            deed()
            transaction.set_rollback(True)
    except Http404:
        return "404"
    except PermissionDenied:
        return "403"
    except no:
        return "no"
    return "done"
