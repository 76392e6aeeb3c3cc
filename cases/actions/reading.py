"""Noting that the unit has opened what it was given."""

from django.db import connection

from cases.access import allowed_actions
from cases.models import Case, Item
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
