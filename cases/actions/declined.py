"""Recording that the person said no."""

from datetime import date

from django.db import transaction

from audit import ledger
from cases.actions.locking import locked
from cases.models import Case, Declined
from parties.models import Membership


@transaction.atomic
def record_declined(
    *, by: Membership, case: Case, declined_on: date, said_by: str, note: str = ""
) -> Declined:
    """The person, or who represents them, declined a consent that day. Opens, closes and blocks nothing."""
    case = locked(case, by=by, action="record_consent")
    declined = Declined.objects.create(
        case=case, unit=by.unit, declined_on=declined_on, said_by=said_by, note=note.strip(), recorded_by=by
    )
    ledger.record("consent.declined", by=by, case=case.pk, persons=[case.person_id])
    return declined
