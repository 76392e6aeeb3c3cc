"""What is put in order at night. Safe to repeat; an invitation that has run out opens nothing whether it is here or not."""

from datetime import timedelta

from django.db.models.functions import Now

from parties.models import Invitation

KEPT_AFTER = timedelta(days=30)


def forget_old_invitations() -> int:
    """Removes invitations thirty days after their link ran out, accepted or not: the ledger has what happened."""
    return Invitation.objects.filter(until_at__lt=Now() - KEPT_AFTER).delete()[0]
