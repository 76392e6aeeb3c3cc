"""Something given to the wrong unit: closed at once, written in the breach register, noted until it is handled."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models.functions import Now
from django.http import Http404

from audit import ledger
from cases.access import allowed_actions, may_write
from cases.actions.locking import hold
from cases.models import Case, Disclosure, Ending, Incident, IncidentNote, Item
from parties.models import Membership, Unit


class AlreadyReported(Exception):
    """What was given to that unit is in the register already; `incident` is the row."""

    def __init__(self, incident: Incident) -> None:
        super().__init__(incident.pk)
        self.incident = incident


@transaction.atomic
def report(
    *, by: Membership, case: Case, item: Item, to: Unit, text: str, done: str, found_at: datetime
) -> Incident:
    """Ends at once what was given to the wrong unit, with the case itself if nothing else of ours is shown there, and
    writes the incident.

    Under the case's lock, and whether or not the ground still stands: what has been read has been read. Raises Http404 when
    the unit never gave the version there, PermissionDenied for who may not give, AlreadyReported the second time.
    """
    hold(case.pk, by=by)
    if not Case.objects.open_to(by).filter(pk=case.pk).exists():
        raise Http404
    if item.unit_id != by.unit_id or item.case_id != case.pk:
        raise Http404
    if "give" not in allowed_actions(by, case):
        raise PermissionDenied("give")
    given = Disclosure.objects.filter(case=case, item=item, from_unit=by.unit, to_unit=to).order_by(
        "-at", "-id"
    )
    last = given.first()
    if last is None:
        raise Http404
    there = Incident.objects.filter(disclosure=last).first()
    if there is not None:
        raise AlreadyReported(there)
    # What went wrong with one version went wrong with all of them.
    Disclosure.objects.filter(
        case=case, item__in=_versions_of(item), from_unit=by.unit, to_unit=to, ended_at=None
    ).update(ended_at=Now(), ended_by=by, ended_how=Ending.MISTAKE)
    mine = Disclosure.objects.filter(case=case, from_unit=by.unit, to_unit=to, ended_at=None)
    if not mine.filter(item__isnull=False).exists():
        # Nothing of ours is shown there any longer, so neither is the case itself.
        mine.update(ended_at=Now(), ended_by=by, ended_how=Ending.MISTAKE)
    incident = Incident.objects.create(
        disclosure=last, case=case, unit=by.unit, to_unit=to, by=by, found_at=found_at,
        text=text.strip(), done=done.strip(),
    )  # fmt: skip
    ledger.record(
        "incident.reported",
        by=by,
        case=case.pk,
        persons=[case.person_id],
        note=f"{item.kind} to unit {to.pk}",
    )
    return incident


def _versions_of(item: Item) -> list[int]:
    """Every version of the text, earlier and later, of the own unit's."""
    pairs = dict(
        Item.objects.filter(case=item.case_id, unit=item.unit_id, replaces__isnull=False).values_list(
            "pk", "replaces_id"
        )
    )
    found, grew = {item.pk}, True
    while grew:
        more = {a for a, b in pairs.items() if b in found} | {b for a, b in pairs.items() if a in found}
        grew = not more <= found
        found |= more
    return sorted(found)


def may_handle(by: Membership, incident: Incident) -> bool:
    """The unit's own: whoever works with its cases, and its manager."""
    return incident.unit_id == by.unit_id and by.is_case_role


@transaction.atomic
def note(*, by: Membership, incident: Incident, text: str, closes: bool) -> IncidentNote:
    """Adds what was done or judged; with `closes` the incident is handled. Nothing is rewritten.

    Raises Http404 for another unit's incident, ValueError when it is to be closed and is closed already.
    """
    if not may_handle(by, incident):
        raise Http404
    hold(incident.case_id, by=by)
    if not Incident.objects.visible_to(by).filter(pk=incident.pk).exists():
        raise Http404
    if closes and not Incident.objects.open().filter(pk=incident.pk).exists():
        raise ValueError("an incident is handled once")
    added = IncidentNote.objects.create(
        incident=incident, unit=by.unit, by=by, text=text.strip(), closes=closes
    )
    ledger.record(
        "incident.handled" if closes else "incident.noted",
        by=by,
        case=incident.case_id,
        note=str(incident.pk),
    )
    return added


@transaction.atomic
def heed(*, by: Membership, incident: int) -> bool:
    """The receiving unit has read that something was wrongly sent; False when there is nothing to heed. A manager only reads."""
    if not may_write(by):
        raise PermissionDenied("heed")
    with connection.cursor() as cursor:
        cursor.execute("select portal.heed_wrongly_sent(%s)", [incident])
        heeded = cursor.fetchone()[0]
    if heeded:
        ledger.record("incident.heeded", by=by, note=str(incident))
    return bool(heeded)
