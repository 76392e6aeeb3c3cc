"""Noting that the unit has opened what it was given, and fetching it to the unit's own file."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.http import Http404

from audit import ledger
from cases.access import allowed_actions, may_write
from cases.actions.locking import locked
from cases.models import Case, Disclosure, Item
from parties.models import Membership


def note_opened(*, by: Membership, case: Case, item: Item | None = None) -> int:
    """The unit has opened the version (or, without one, the case itself) that stands given to it; the second time nothing.

    Returns how many disclosures it opened. A manager looks without doing the unit's reading for it. The database notes
    it in the name of whoever acts; the read itself is in the ledger already.
    """
    if "write_item" not in allowed_actions(by, case):
        return 0
    with connection.cursor() as cursor:
        cursor.execute("select portal.note_opened(%s, %s)", [case.pk, item.pk if item else None])
        return cursor.fetchone()[0]


def note_items_opened(*, by: Membership, items: Iterable[int]) -> int:
    """The unit has read these versions on a page with those of many cases; one statement, however many they are.

    What of them does not stand given to the unit is passed over, and a manager opens nothing, as on the case.
    """
    keys = sorted(set(items))
    if not keys or not may_write(by):
        return 0
    with connection.cursor() as cursor:
        cursor.execute("select portal.note_items_opened(%s)", [keys])
        return cursor.fetchone()[0]


@transaction.atomic
def fetch_to_file(*, by: Membership, case: Case, item: Item) -> bool:
    """The receiving unit puts its copy of the version in its own file (R1); True the first time, False when it is there.

    Only while the ground stands, asked under the case's lock: else Http404, as for what was never given.
    """
    case = locked(case, by=by, action="fetch")
    standing = Disclosure.objects.standing().filter(case=case, item=item, to_unit_id=by.unit_id).first()
    if standing is None:
        raise Http404
    with connection.cursor() as cursor:
        cursor.execute("select portal.fetch_to_file(%s, %s)", [case.pk, item.pk])
        fetched = cursor.fetchone()[0]
    if fetched:
        ledger.record(
            "item.fetched",
            by=by,
            case=case.pk,
            persons=[case.person_id],
            basis=standing.basis,
            note=str(item.pk),
        )
    return bool(fetched)
