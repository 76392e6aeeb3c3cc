"""Writing in the ledger: a deed in the deed's own transaction, a reading on a connection of its own before the bytes leave."""

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
    kind: str, *, by: Member | None, case: int | None = None, persons: Iterable[int] = (), note: str = ""
) -> None:
    """The trace of a reading or of a refused attempt, kept even when the request rolls back.

    One row a view, naming the persons shown. It raises when it cannot be written: no row, no page.
    """
    _write("ledger", kind, by, case, persons, "", None, note)


def _write(alias: str, kind: str, by, case, persons, basis, request, note) -> None:
    # Without RETURNING: the writer of a refused attempt may have no right to read the row back.
    with connections[alias].cursor() as cursor:
        cursor.execute(
            'INSERT INTO audit_entry (kind, member, unit, party, persons, "case", basis, request, note)'
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                kind,
                by.pk if by else None,
                by.unit_id if by else None,
                by.party_id if by else None,
                sorted(set(persons)),
                case,
                basis,
                request,
                note,
            ],
        )
