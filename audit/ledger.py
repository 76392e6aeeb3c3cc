"""Writing in the ledger: a deed in the deed's own transaction, a reading on a connection of its own before the bytes leave.

Whoever acts is whose row it is: the database compares the row with the membership its transaction has been told of, and
refuses a row in another's name (audit/migrations/0002_append_only.py). The connection for readings lives outside that
transaction, so it is told the same, read from the request's own connection, in the very statement that writes.
"""

from collections.abc import Iterable
from typing import Protocol

from django.db import connections


class Member(Protocol):
    """Whoever acts. The ledger knows no memberships, only these three numbers."""

    pk: int
    unit_id: int
    party_id: int


def record(
    kind: str,
    *,
    by: Member | None,
    case: int | None = None,
    persons: Iterable[int] = (),
    basis: str = "",
    request: int | None = None,
    note: str = "",
) -> None:
    """The trace of a deed, in the transaction that does it: both stand or neither."""
    _write("default", kind, by, case, persons, basis, request, note)


def record_read(
    kind: str,
    *,
    by: Member | None,
    case: int | None = None,
    persons: Iterable[int] = (),
    basis: str = "",
    note: str = "",
) -> None:
    """The trace of a reading or of a refused attempt, kept even when the request rolls back.

    One row a view, naming the persons shown; `basis` says why they may be seen, as in `audit.words.BASES`. It raises
    when it cannot be written: no row, no page.
    """
    _write("ledger", kind, by, case, persons, basis, None, note)


_SETTINGS = ("portal.member", "portal.works_at", "portal.party")
_WHO_ACTS = "select " + ", ".join(f"coalesce(current_setting('{name}', true), '')" for name in _SETTINGS)
_TELL = "select " + ", ".join(f"set_config('{name}', %s, true)" for name in _SETTINGS)
# Without RETURNING: the writer of a refused attempt may have no right to read the row back.
_INTO = 'insert into audit_entry (kind, member, unit, party, persons, "case", basis, request, note)'
_HOLES = "%s, %s::bigint, %s::bigint, %s::bigint, %s::bigint[], %s::bigint, %s, %s::bigint, %s"
_ADD = f"{_INTO} values ({_HOLES})"
_ADD_AS_TOLD = f"with told as materialized ({_TELL}) {_INTO} select {_HOLES} from told"  # noqa: S608


def _write(alias: str, kind: str, by, case, persons, basis, request, note) -> None:
    who = (by.pk, by.unit_id, by.party_id) if by else (None, None, None)
    row = [kind, *who, sorted(set(persons)), case, basis, request, note]
    if alias == "default":
        with connections[alias].cursor() as cursor:
            cursor.execute(_ADD, row)
        return
    with connections["default"].cursor() as cursor:
        cursor.execute(_WHO_ACTS)
        acting = cursor.fetchone()
    with connections[alias].cursor() as cursor:
        cursor.execute(_ADD_AS_TOLD, [*acting, *row])
