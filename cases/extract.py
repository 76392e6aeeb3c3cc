"""The log extract for the person (*loggutdrag*): what the own unit has done and seen about them, and what it has given.

Law: 8 kap. 5 § PDL and HSLF-FS 2016:40 4 kap. 10 §: unit and time are owed; here the reason too. Who it was is told after
the manager's decision. Each party prints its own, and each unit of it the rows it may read: another unit's log is asked
for there, and the sheet says where (R13). That another unit has anything is not told by it (R6).
"""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.utils import timezone, translation

from audit import reads, words
from cases.givings import Giving, givings_of
from cases.models import Case
from cases.papers import full_name, heading, in_long
from cases.told import TOLD, WHY
from cases.whosees import own_givings
from parties.models import Membership, Unit

# Beyond this a paper is nobody's to read; what is older is asked for with a date.
MOST = 1000
# Why it was open, to the person.
REASONS: dict[str, str] = {
    "own": "Enhetens eget ärende",
    "given": "Lämnat till enheten",
    "consent": "Du har sagt ja",
    "fk_duty": "Enligt lag, på Försäkringskassans fråga",
    "fk_ask": "Enligt lag, Försäkringskassan frågade",
    "intra_care": "Du får vård hos båda",
}


def sheet(case: Case, member: Membership, *, names: bool) -> dict[str, Any]:
    """What stands on the paper. names: the manager has decided that it is told who it was."""
    unit = member.unit
    rows = list(reads.about_person(member, person=case.person_id)[: MOST + 1])
    staff = _names({e.member for e in rows if e.member}) if names else {}
    owner = case.unit_id == member.unit_id
    givings = givings_of(case) if owner else own_givings(case, member)
    own = [g for g in givings if g.giver.pk == unit.pk]
    others = {u.pk: u for g in givings for u in (g.giver, g.receiver)}
    if not owner:
        others[case.unit_id] = case.unit
    others.pop(unit.pk, None)
    return heading(case, unit) | {
        "names": names,
        "party": unit.party.name,
        "one_unit": unit.party.name == unit.name,
        "opened": _told([e for e in rows[:MOST] if reads.was_opened(e)], staff),
        "listed": _told([e for e in rows[:MOST] if not reads.was_opened(e)], staff),
        "older": len(rows) > MOST,
        "given": _given(own),
        "others": [
            {"name": full_name(u), "phone": u.phone}
            for u in sorted(others.values(), key=lambda u: (u.party.name, u.name))
        ],
    }


def on(moment: datetime) -> str:
    return in_long(timezone.localtime(moment).date())


def at(moment: datetime) -> str:
    return f"klockan {timezone.localtime(moment):%H.%M}"


def _names(members: set[int]) -> dict[int, str]:
    return {pk: name for look in words.names_of for pk, name in look(members).items()}


def _told(entries: list, staff: dict[int, str]) -> list[dict[str, str]]:
    """The rows oldest first; the same thing for the same reason by the same person within a minute is told once."""
    told: list[dict[str, str]] = []
    # The papers are in Swedish, whatever the reader's language.
    with translation.override("sv"):
        for e in reversed(entries):
            row = {
                "on": on(e.at),
                "at": at(e.at),
                "what": str(words.in_words(e.kind)),
                "why": REASONS.get(e.basis, ""),
                "who": staff.get(e.member, "") if e.member else "",
            }
            if not told or told[-1] != row:
                told.append(row)
    return told


def _given(givings: list[Giving]) -> list[dict[str, Any]]:
    groups: dict[Unit, list[dict[str, str]]] = defaultdict(list)
    for g in givings:
        row = {"on": on(g.at), "at": at(g.at), "words": TOLD[g.kind], "why": WHY[g.basis]}
        if row not in groups[g.receiver]:
            groups[g.receiver].append(row)
    return [{"receiver": receiver.name, "rows": rows} for receiver, rows in groups.items()]
