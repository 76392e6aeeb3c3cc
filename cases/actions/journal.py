"""*Införd*: the unit says that events of a case have been entered in its care record, or takes it back."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models.functions import Now

from audit import ledger
from cases import journal
from cases.actions.locking import locked
from cases.models import Case, JournalTick
from parties.models import Membership


@transaction.atomic
def enter(*, by: Membership, case: Case, day: date, events: Iterable[str]) -> int:
    """Ticks those of the day's events that were in the text; how many there were. What is not an event of the case that
    the unit may tell of now is ticked by nobody, and what is ticked already stays as it is.
    """
    case = locked(case, by=by, action="journal")
    wanted = set(events)
    entered = journal.entered_keys(by, case)
    found = [
        [key for key in event.keys if key not in entered]
        for event in journal.events_of(by, [case.pk], day)[case.pk]
        if wanted.issuperset(event.keys)
    ]
    keys = [key for left in found for key in left]
    if not keys:
        return 0
    # One statement, so that they share their moment: what was entered together is taken back together.
    JournalTick.objects.bulk_create(JournalTick(case=case, unit=by.unit, event=key, by=by) for key in keys)
    ledger.record("journal.entered", by=by, case=case.pk, persons=[case.person_id])
    return sum(1 for left in found if left)


@transaction.atomic
def take_back(*, by: Membership, case: Case, events: Iterable[str]) -> int:
    """The texts were not entered after all: they are left to enter again. How many ticks that was."""
    case = locked(case, by=by, action="journal")
    undone = (
        JournalTick.objects.standing()
        .filter(case=case, unit_id=by.unit_id, event__in=list(events))
        .update(undone_at=Now(), undone_by=by)
    )
    if undone:
        ledger.record("journal.taken_back", by=by, case=case.pk, persons=[case.person_id])
    return undone
