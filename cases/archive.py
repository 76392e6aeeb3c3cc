"""The archive of what a party has received, as its registrar meets it: one case number and a reason at a time (R1).

No list, search or count reads the archive. The one way in is a function of the database, which asks anew who acts,
demands the reason, and writes the ledger before it answers; another party's case and no case at all give the same.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from cases.access import key_for_ledger
from cases.facts import in_words
from cases.law import Ground, InformationKind
from cases.listing import as_case_number
from cases.models import ItemType
from parties.models import Membership, Role

SHORTEST_REASON = 5


@dataclass
class Copy:
    """One sealed copy, unfolded. `whole` is whether it is what was sealed: its hash worked out anew is the one kept."""

    from_unit: str
    to_unit: str
    given_at: datetime
    shown_until: datetime
    stands: bool
    wrongly_sent: bool
    whole: bool = False
    sha256: str = ""
    heading: str = ""
    text: str = ""
    type: str = ""
    kind: str = ""
    ground: str = ""
    happened_on: date | None = None
    facts: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def hand_out(*, by: Membership, number: str, reason: str) -> list[Copy]:
    """What was given to units of the registrar's own party on the case with that number, the last given first.

    Empty when nothing was, which tells nothing of whether there is such a case. Raises PermissionDenied for anyone who is
    not a registrar in force; the database refuses too, and refuses an empty reason.
    """
    if by.role != Role.REGISTRAR:
        raise PermissionDenied("hand_out")
    with connection.cursor() as cursor:
        cursor.execute(
            "select facts, sha256, from_unit, to_unit, given_at, shown_until, stands, wrongly_sent"
            " from portal.hand_out(%s, %s)",
            [key_for_ledger(as_case_number(number)), reason],
        )
        return [_unfolded(*row) for row in cursor.fetchall()]


def _unfolded(facts: str | None, sha256: str | None, *more) -> Copy:
    copy = Copy(*more)
    if facts is None or sha256 is None:
        return copy
    copy.sha256 = sha256
    copy.whole = hashlib.sha256(facts.encode()).hexdigest() == sha256
    sealed = json.loads(facts)
    copy.heading, copy.text = sealed["heading"], sealed["text"]
    copy.type = str(ItemType(sealed["type"]).label)
    copy.kind = str(InformationKind(sealed["kind"]).short)
    copy.ground = str(Ground(sealed["basis"]).label)
    copy.happened_on = date.fromisoformat(sealed["happened_on"])
    copy.facts = in_words(sealed["type"], sealed["facts"])
    return copy
