"""The doors of the room, and what a membership may do with what it sees.

A case, an item or a consent that is not yours to know gives 404, with the same body, the same number of queries and a
ledger row of the same kind whether it is another unit's, has ended, or never was. What you see but may not do gives 403.
"""

import re
from collections.abc import Iterable
from typing import NoReturn

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404

from audit import ledger
from cases.models import Case, Consent, Item
from parties.access import PortalRequest, who_acts
from parties.models import CARE_KINDS, Membership, Role


def case_worker(request: PortalRequest) -> Membership:
    """Whoever acts with a case role; for everyone else the pages of the room do not exist."""
    if request.membership is None or not request.membership.is_case_role:
        raise Http404
    return request.membership


def open_case(request: PortalRequest, number: str, *, deed: str = "case.read") -> Case:
    """The case by its number if the membership may open it, read in the ledger; else Http404, also in the ledger."""
    case = (
        Case.objects.open_to(request.membership)
        .select_related("person", "unit__party", "initiative")
        .filter(number=number)
        .first()
    )
    if case is None:
        refuse(request, number)
    member = who_acts(request)
    why = "own" if case.unit_id == member.unit_id else "given"
    ledger.record_read(deed, by=member, case=case.pk, persons=[case.person_id], basis=why)
    return case


def refuse(request: PortalRequest, key: str) -> NoReturn:
    """Leaves the trace of a refused attempt, with the key asked for and no person, and raises Http404."""
    ledger.record_read("read.refused", by=request.membership, note=key_for_ledger(key))
    raise Http404


# A case number and the keys of rows; whatever else was typed may be a person's number or name and is not kept.
_KEY = re.compile(
    r"(?:inquiry |own/)?(?:[2-9A-Z]{4}-[2-9A-Z]{4}|\d{1,9})(?:/(?:ask/)?(?:[2-9A-Z]{4}-[2-9A-Z]{4}|\d{1,9}))?"
)


def key_for_ledger(key: str) -> str:
    """The key asked for, as the ledger keeps it: a case number or row number, else only that it was none."""
    return key if _KEY.fullmatch(key) else "not a key"


def open_item(request: PortalRequest, case: Case, pk: int) -> Item:
    """A version in the case that the membership may read; else Http404."""
    item = (
        Item.objects.visible_to(request.membership)
        .select_related("unit__party", "author__user", "author__unit")
        .filter(case=case, pk=pk)
        .first()
    )
    if item is None:
        refuse(request, f"{case.number}/{pk}")
    return item


def open_consent(request: PortalRequest, case: Case, number: str) -> Consent:
    """A consent of the case, for the unit that collected it; else Http404."""
    consent = (
        Consent.objects.filter(case=case, number=number, unit_id=who_acts(request).unit_id)
        .select_related("registered_by__user", "unit")
        .first()
    )
    if consent is None:
        refuse(request, f"{case.number}/{number}")
    return consent


def not_held_off(case: Case, members: Iterable[int]) -> list[int]:
    """Those of the members off whom no block holds on the case: who may be named, asked or told of it. In the order given."""
    wanted = list(members)
    with connection.cursor() as cursor:
        cursor.execute("select portal.held_off(%s, %s)", [case.pk, wanted])
        held_off = {pk for (pk,) in cursor.fetchall()}
    return [pk for pk in wanted if pk not in held_off]


# What a member of the owning unit may do with the case, by role; what a member of another unit that sees it may do.
_OWNER = frozenset(
    {
        "write_item",
        "give",
        "record_consent",
        "withdraw",
        "set_state",
        "assign",
        "hand_over",
        "record_spell",
        "protect",
        "block",
        "correct",
        "tell_person",
        "fetch",
        "journal",
        "read_log",
        "print_extract",
    }
)
_OTHERS = frozenset({"write_item", "give", "assign", "hand_over", "fetch", "journal", "print_extract"})
# What a care unit does and no other: it has a care record to enter texts in.
_OF_CARE = frozenset({"journal"})
_READS_ONLY = frozenset({Role.MANAGER})


# Who coordinates at a unit: what is the coordinator's to do (domain/timers.md) is an officer's or investigator's elsewhere.
COORDINATES = frozenset({Role.COORDINATOR, Role.OFFICER, Role.INVESTIGATOR})


def may_write(membership: Membership) -> bool:
    """Whether the membership works with cases; a manager reads."""
    return membership.is_case_role and membership.role not in _READS_ONLY


def allowed_actions(membership: Membership, case: Case) -> frozenset[str]:
    """What the membership may do with a case it sees. Asked by the page, the form, the deed and the test alike.

    The owning unit's coordinators, clinicians and officers do everything; another unit writes, gives and assigns of its
    own. A manager reads, may assign and block, follows the log, and prints what the person is told.
    """
    actions = _OWNER if case.unit_id == membership.unit_id else _OTHERS
    if membership.unit.party.kind not in CARE_KINDS:
        actions -= _OF_CARE
    if not may_write(membership):
        return actions & {"assign", "block", "tell_person", "read_log", "print_extract"}
    return actions


def demand(membership: Membership, case: Case, action: str) -> None:
    """Raises PermissionDenied (403) when the membership sees the case but may not do this."""
    if action not in allowed_actions(membership, case):
        raise PermissionDenied(action)
