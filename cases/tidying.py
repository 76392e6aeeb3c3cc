"""What is put in order at night. Safe to repeat; nothing is guarded by it that a deed could have ended by day."""

from django.db import transaction

from audit import ledger
from cases.actions.case import party_left
from initiatives.access import parties_that_left
from initiatives.models import Initiative


def end_for_parties_that_left() -> int:
    """Parties whose time in an insats ran out by its date: what rests on it ends, as if they had left by a deed.

    From the day itself nothing new can be given (the law asks the dates); this ends what was given before. Returns how
    many lines and disclosures ended. The deed is the one's who set up the insats.
    """
    ended = 0
    for initiative in Initiative.objects.select_related("created_by").order_by("id"):
        for party in sorted(parties_that_left(initiative.pk)):
            with transaction.atomic():
                count = party_left(by=initiative.created_by, initiative=initiative.pk, party=party)
                if count:
                    ledger.record(
                        "case.party_left",
                        by=initiative.created_by,
                        note=f"initiative {initiative.pk}, party {party}, {count} ended",
                    )
                ended += count
    return ended
