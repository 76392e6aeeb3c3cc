"""Noting that the unit has opened what it was given."""

from contextlib import suppress

from django.db import IntegrityError, transaction

from cases.access import allowed_actions
from cases.models import Case, Disclosure, Item, Reading
from parties.models import Membership


def note_opened(*, by: Membership, case: Case, item: Item | None = None) -> None:
    """The unit has opened the version (or, without one, the case itself) that stands given to it; the second time nothing.

    A manager looks without doing the unit's reading for it. The read itself is in the ledger already.
    """
    if "write_item" not in allowed_actions(by, case):
        return
    for given in Disclosure.objects.unopened_by(by).filter(case=case, item=item).only("pk"):
        # A colleague may open it in the same second; then it is opened, which is all that was to be noted.
        with suppress(IntegrityError), transaction.atomic():
            Reading.objects.create(disclosure=given, unit_id=by.unit_id, by=by)
