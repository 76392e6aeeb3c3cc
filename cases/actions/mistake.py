"""Marking a consent that never was one: recorded on the wrong person, or otherwise than on the paper."""

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models.functions import Now
from django.http import Http404

from audit import ledger
from cases.access import may_write
from cases.actions.consent import tidy_after
from cases.actions.locking import locked
from cases.models import Case, Consent, ConsentLine, Ending, Mistake
from parties.models import Membership


@transaction.atomic
def mark_mistake(*, by: Membership, case: Case, consent: Consent, reason: str) -> int:
    """The consent is invalid from the start: every line that is open ends at once, and the database ends what rests on
    it. Returns how many lines ended. The second time nothing happens. What was given under it stays to be told, as given
    without ground (`cases.givings.without_ground`).
    """
    case = locked(case, by=by, action="withdraw")
    if consent.unit_id != by.unit_id or consent.case_id != case.pk:
        raise Http404
    if Mistake.objects.filter(consent=consent).exists():
        return 0
    Mistake.objects.create(consent=consent, unit=by.unit, reason=reason.strip(), recorded_by=by)
    ended = ConsentLine.objects.filter(consent=consent, ended_at=None).update(
        ended_at=Now(), ended_by=by, ended_how=Ending.MISTAKE
    )
    ledger.record("consent.mistaken", by=by, case=case.pk, persons=[case.person_id], note=consent.number)
    tidy_after(by=by, case=case, consent=consent)
    return ended


@transaction.atomic
def heed(*, by: Membership, disclosure: int) -> bool:
    """The receiving unit has read that what it was given on a consent that never was one must not be used; with it all that
    closed at the same time on the case. False when there is nothing to heed. A manager only reads.
    """
    if not may_write(by):
        raise PermissionDenied("heed")
    with connection.cursor() as cursor:
        cursor.execute("select portal.heed_never_given(%s)", [disclosure])
        heeded = cursor.fetchone()[0]
    if heeded:
        ledger.record("consent.mistake_heeded", by=by, note=str(disclosure))
    return bool(heeded)
