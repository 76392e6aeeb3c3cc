"""A file of cases: what is drawn by the job, when it may be handed out, and how it is destroyed.

The job reads anew, through the same door as the list, as the member who asked and only while that membership is in force.
A drawn file is handed out to that member alone, while it lasts, and only if every case in it can still be read as then: if
a case has closed to the reader, or an identity was protected, the file is destroyed and drawn anew. Names stand in it only
if the reader had turned them on, and never that of somebody whose identity is protected.
"""

import csv
import hashlib
import io
import json
import os
import secrets
from collections.abc import Iterator
from datetime import date

import openpyxl
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl.cell import WriteOnlyCell

from cases import columns, filters, listing
from cases.models import Case, ExportFormat, ListExport
from errands import files
from errands.jobs import Conclusion, Progress, performs
from errands.models import Job
from parties.access import acting
from parties.models import Membership

DRAW = "draw_case_list"
MOST_ROWS = 10_000
AT_A_TIME = 500
TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NONCE = 12


@performs(DRAW)
def draw_case_list(job: Job, progress: Progress) -> Conclusion | None:
    """Draws the file that the job names. May be done twice: the last drawing asked for is kept once."""
    pk, draw, asked_by = job.payload["export"], job.payload["draw"], job.by
    if asked_by is None:
        return None
    member = _in_force(asked_by)
    if member is None:
        return None
    with acting(member):
        export = _wanted(pk, draw)
        if export is None:
            return None
        chosen = filters.read(export.query, member, look_up=False)[0]
        rows = filters.rows_of(member, chosen).order_by("-updated_at", "-id")
        keys = list(rows.values_list("pk", flat=True)[:MOST_ROWS])
    shown = columns.in_order(export.columns)
    lines: list[list[columns.Value]] = []
    drawn: list[int] = []
    for start in range(0, len(keys), AT_A_TIME):
        progress(start, len(keys))
        # A transaction for each part: what ends meanwhile ends here too, and the progress is seen.
        member = _in_force(asked_by)
        if member is None:
            return None
        with acting(member):
            if _wanted(pk, draw) is None:
                return None
            _read(member, chosen, shown, keys[start : start + AT_A_TIME], lines, drawn)
    progress(len(keys), len(keys))
    with override("sv"):
        heads = [_("Case"), *(str(columns.COLUMNS[name].label) for name in shown)]
    content = _csv(heads, lines) if export.format == ExportFormat.CSV else _xlsx(heads, lines)

    def conclude() -> None:
        now = _in_force(asked_by)
        if now is None:
            return
        with acting(now):
            keep(now, pk, draw, drawn, content)

    return conclude


def _in_force(member: int) -> Membership | None:
    return Membership.objects.current().select_related("unit__party", "user").filter(pk=member).first()


def _wanted(pk: int, draw: int) -> ListExport | None:
    """The export if its member still waits for this drawing."""
    waits = ListExport.objects.filter(pk=pk, draw=draw, until_at__gt=Now())
    return waits.filter(file=None, cancelled_at=None, destroyed_at=None).first()


def _read(
    member: Membership,
    chosen: filters.CaseFilter,
    shown: tuple[str, ...],
    keys: list[int],
    lines: list[list[columns.Value]],
    drawn: list[int],
) -> None:
    """Adds a line for each of the cases that the filter still gives, in the order of the keys."""
    found = {}
    with override("sv"):
        for v, cells in listing.with_cells(
            filters.rows_of(member, chosen).filter(pk__in=keys), member, shown
        ):
            found[v["pk"]] = [v["number"], *(cells[name] for name in shown)]
    for pk in keys:
        if pk in found:
            lines.append(found[pk])
            drawn.append(pk)


def readable(member: Membership, keys: list[int]) -> dict[int, tuple[int, bool]]:
    """Those of the unit's own cases that the member may read now: the person, and whether the identity is protected."""
    rows = Case.objects.visible_to(member).owned_by(member).filter(pk__in=keys)
    return {pk: (who, hidden) for pk, who, hidden in rows.values_list("pk", "person_id", "person__protected")}


def fingerprint(of: dict[int, tuple[int, bool]]) -> str:
    """What may be read, in short; another when a case has closed to the reader or an identity was protected."""
    return hashlib.sha256(json.dumps(sorted((pk, *facts) for pk, facts in of.items())).encode()).hexdigest()


def keep(member: Membership, pk: int, draw: int, drawn: list[int], content: bytes) -> None:
    """Seals and stores the drawn file, if it is still waited for."""
    list(ListExport.objects.select_for_update().filter(pk=pk).values_list("pk"))
    export = _wanted(pk, draw)
    if export is None:
        return
    half = secrets.token_hex(32)
    nonce = os.urandom(_NONCE)
    sealed = nonce + _cipher(half).encrypt(nonce, content, _bound_to(export))
    # Sealed and without a name: the row says what it is.
    export.file = files.store(
        "", sealed, type="application/octet-stream", unit=member.unit_id, until_at=export.until_at
    )
    export.half, export.cases = half, drawn
    export.readable = fingerprint(readable(member, drawn))
    export.save(update_fields=["file", "half", "cases", "readable"])


def opened(export: ListExport) -> bytes:
    """The drawn file as it is handed out. FileNotFoundError when it is destroyed."""
    if export.file is None or not export.half:
        raise FileNotFoundError
    sealed = files.read(export.file)
    return _cipher(export.half).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound_to(export))


def _cipher(half: str) -> AESGCM:
    return AESGCM(salted_hmac("cases.exports", half, algorithm="sha256").digest())


def _bound_to(export: ListExport) -> bytes:
    return f"case list {export.pk} drawn {export.draw} for member {export.member_id}".encode()


def destroy_over() -> int:
    """Destroys the files whose time is out, that were cancelled, or whose member has left; returns how many. Safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute("select export, name from portal.exports_over()")
        over = cursor.fetchall()
        for _export, name in over:
            if name:
                files.destroy(name)
        if over:
            cursor.execute("select portal.exports_destroyed(%s)", [[export for export, _name in over]])
    return len(over)


# --- the two formats


def harmless(text: str) -> str:
    """The text with a mark before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _all(heads: list[str], lines: list[list[columns.Value]]) -> Iterator[list[columns.Value]]:
    yield list(heads)
    yield from lines


def _csv(heads: list[str], lines: list[list[columns.Value]]) -> bytes:
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for line in _all(heads, lines):
        table.writerow([harmless(_written(value)) for value in line])
    return out.getvalue().encode("utf-8-sig")


def _written(value: columns.Value) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _xlsx(heads: list[str], lines: list[list[columns.Value]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Ärenden")
    sheet.freeze_panes = "A2"
    for line in _all(heads, lines):
        sheet.append([_xlsx_cell(sheet, value) for value in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xlsx_cell(sheet, value: columns.Value):
    if not isinstance(value, str):
        return value
    # Control signs cannot stand in a workbook; a text is a text, whatever it begins with.
    cell = WriteOnlyCell(sheet, value="".join(c for c in value if c >= " " or c in "\t\n"))
    cell.data_type = "s"
    return cell


def mine(member: Membership):
    """The member's own exports that are not destroyed, the last asked for first."""
    return ListExport.objects.filter(Q(member=member), destroyed_at=None).order_by("-asked_at", "-pk")
