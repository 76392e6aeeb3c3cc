"""Noting that a consent form was printed: it waits for a signature until a consent is recorded."""

from collections.abc import Iterable

from django.db import transaction

from cases.actions.locking import locked
from cases.models import Case, Consent, PrintedForm
from parties.models import Membership, Unit


@transaction.atomic
def note_printed(
    *, by: Membership, case: Case, number: str, units: Iterable[Unit], renews: Consent | None = None
) -> PrintedForm:
    """One printing, by the unit that may record the consent; its ledger row is the paper's own, of the reading."""
    case = locked(case, by=by, action="record_consent")
    return PrintedForm.objects.create(
        number=number, case=case, unit=by.unit, units=[u.pk for u in units], renews=renews, printed_by=by
    )
