"""The cells of a list file: from the bytes of a CSV or XLSX to lines of text, safely.

Everything leaves here as text. Nothing is evaluated: of a formula only the value that the spreadsheet saved
is read, and a text that begins with `=` is that text. Control signs are taken out.

What a stranger's file can do is held back before a parser sees it: its size, the zip directory (parts, total
size, ratio), the bytes that really come out, and XML with a document type, which the workbook format forbids
and which is what every entity bomb needs.
"""

import codecs
import csv
import io
import re
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from itertools import count
from typing import Any

import openpyxl
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MAX_BYTES = 5_000_000
# A list of 10 000 rows unpacks to 5 MB; photographs and the like are not unpacked, but counted.
MAX_UNPACKED = 16_000_000
MAX_RATIO = 200
MAX_PARTS = 200
# `<` in all XML parts: each may become an object a hundred times its size. 10 000 rows of 20 cells: 800 000.
MAX_TAGS = 1_000_000
MAX_ROWS = 10_000
MAX_COLUMNS = 64
# Lines with blank ones: as many as a sheet can have, so that a forged row number does not count for ever.
MAX_LINES = 1_048_576

SENTENCES: Mapping[str, str | Promise] = {
    "too_big": _("The file is larger than %(limit)s MB. Divide the list into several files."),
    "empty_file": _("The file is empty. Export the list again."),
    "not_a_list": _("The file is neither CSV nor XLSX. Save the list as one of them and choose it again."),
    "old_excel": _("The file is an older Excel file or has a password. Save it as XLSX without a password."),
    "not_a_workbook": _("The file cannot be read as a workbook. Open it in Excel and save it as XLSX again."),
    "unpacks_too_big": _(
        "The file is far larger inside than a case list can be. Copy the list to a new workbook and save it."
    ),
    "unreadable_text": _("The letters of the file cannot be read. Save it as CSV UTF-8 and choose it again."),
    "broken_row": _(
        "The quotation marks on row %(line)s do not match. Correct the row and choose the file again."
    ),
    "no_header": _("The headings are missing. The first row must hold: %(columns)s."),
    "no_headings": _(
        "The list has no headings: its first row looks like a person's. Write the headings on the first row and"
        " choose the file again."
    ),
    "missing_column": _(
        "These columns are missing: %(columns)s. These are recognised: %(known)s. Add what is missing and choose"
        " the file again."
    ),
    "column_twice": _("The column %(column)s is there twice. Remove one and choose the file again."),
    "several_lists": _("More than one sheet holds a list. Save each list as a file of its own."),
    "no_rows": _("The file has headings but no rows. Fill in the list and choose the file again."),
    "too_many_rows": _("The list has more than %(limit)s rows. Divide it into several files."),
}

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# The text of another computer's habit (UTF-16, and UTF-32 that begins alike): a list, in letters not read here.
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
# What would otherwise be read as text, and refused for want of headings.
_OTHER_KINDS = (b"%PDF", b"{\\rtf", b"<!DOCTYPE", b"<html", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b")

Line = tuple[int, list[str]]


class ListFileProblem(ValueError):
    """A file that is refused whole. Holds a code and words about the file, never anything from its rows."""

    def __init__(self, code: str, **words: object) -> None:
        super().__init__(code)
        self.code = code
        self.words = words

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in the reader's language."""
        return str(SENTENCES[self.code]) % self.words


def figure(number: int) -> str:
    """10 000: a number as it stands in a sentence, its thousands by a no-break space."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def check_size(size: int) -> None:
    """Refuse a file by its length in bytes, before any of it is read. Raises ListFileProblem `too_big`."""
    if size > MAX_BYTES:
        raise ListFileProblem("too_big", limit=MAX_BYTES // 1_000_000)


def read_tables(content: bytes, filename: str) -> list[Iterator[Line]]:
    """The tables that a file may hold its list in, each as numbered lines of cells.

    In: the whole file. Its content decides how it is read; the name only which sentence a refusal gets. Out:
    for a CSV one table for each delimiter (`;`, tab, `,`), for an XLSX one a sheet. Lines are numbered as a
    spreadsheet numbers its rows: a cell with line breaks is one row, blank ones count. Raises
    ListFileProblem, also while the lines are walked.
    """
    check_size(len(content))
    if not content.strip(b"\xef\xbb\xbf \t\r\n"):
        raise ListFileProblem("empty_file")
    if content.startswith(_OLE):
        raise ListFileProblem("old_excel")
    if content.startswith(_ZIP):
        return _sheets(content)
    if filename.lower().endswith((".xlsx", ".xlsm")):
        raise ListFileProblem("not_a_workbook")
    if content.startswith(_WIDE):
        raise ListFileProblem("unreadable_text")
    if content.startswith(_OTHER_KINDS) or b"\0" in content:
        raise ListFileProblem("not_a_list")
    text = _decoded(content)
    return [_csv_lines(text, delimiter) for delimiter in ";\t,"]


def clean(text: str) -> str:
    """The text without what cannot be seen or kept: control signs, direction marks, byte order marks.

    Line breaks stay, as one sign; tabs and the other spaces become a space; letters are composed (NFC).
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return (text if text.isprintable() else "".join(map(_cleaned, text))).strip()


def _cleaned(sign: str) -> str:
    if sign == "\n":
        return sign
    kind = unicodedata.category(sign)
    if sign == "\t" or kind == "Zs":
        return " "
    return "" if kind in ("Cc", "Cf", "Cs", "Zl", "Zp") else sign


# --- CSV


def _decoded(content: bytes) -> str:
    if content.startswith(codecs.BOM_UTF8):
        encodings = ["utf-8-sig"]
    else:
        encodings = ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ListFileProblem("unreadable_text")


def _csv_lines(text: str, delimiter: str) -> Iterator[Line]:
    # Strict: an unclosed quotation mark would otherwise swallow the rest of the file into one cell, unsaid.
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for line in count(1):
        try:
            cells = next(rows, None)
        except csv.Error:
            raise ListFileProblem("broken_row", line=line) from None
        if cells is None:
            return
        _check_line(line)
        yield line, [clean(cell) for cell in cells]


def _check_line(line: int) -> None:
    if line > MAX_LINES:
        raise ListFileProblem("too_many_rows", limit=figure(MAX_ROWS))


# --- XLSX


def _sheets(content: bytes) -> list[Iterator[Line]]:
    parts = _unpacked(content)
    try:
        with _silent():
            book = openpyxl.load_workbook(parts, read_only=True, data_only=True, keep_links=False)
        return [_sheet_lines(sheet) for sheet in book.worksheets]
    except Exception:
        # openpyxl raises whatever its reading stumbles on, with values of the file in the message.
        raise ListFileProblem("not_a_workbook") from None


def _sheet_lines(sheet: Any) -> Iterator[Line]:
    # The size that a sheet states of itself may be wrong, and rows outside it would be lost.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_col=MAX_COLUMNS)
    for line in count(1):
        try:
            with _silent():
                row = next(rows, None)
                cells = None if row is None else [_cell_text(cell) for cell in row]
        except Exception:
            raise ListFileProblem("not_a_workbook") from None
        if cells is None:
            return
        _check_line(line)
        yield line, cells


@contextmanager
def _silent() -> Iterator[None]:
    # openpyxl's warnings are about its own saving, and may name a cell and its value.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _cell_text(cell: Any) -> str:
    """A cell as it would be typed: åååå-mm-dd, whole numbers without decimals, a percentage as »50 %«."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, date):
        return (value.date() if isinstance(value, datetime) else value).isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        if "%" in (cell.number_format or ""):
            return f"{value * 100:.10g} %"
        return f"{value:.15g}".replace(".", ",")
    return clean(str(value))


def _unpacked(content: bytes) -> io.BytesIO:
    """The XML parts of a workbook, unpacked within bounds and put in a new archive without compression.

    What openpyxl then reads has exactly the size that was counted here, whatever the upload's directory said.
    """
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(out, "w") as plain:
            parts = archive.infolist()
            _check_directory(parts, len(content))
            room, tags = MAX_UNPACKED, MAX_TAGS
            for part in parts:
                if not part.filename.lower().endswith((".xml", ".rels")):
                    continue
                xml = _bounded(archive, part, room)
                room -= len(xml)
                tags -= xml.count(b"<")
                if tags < 0:
                    raise ListFileProblem("unpacks_too_big")
                if not _is_plain_xml(xml):
                    raise ListFileProblem("not_a_workbook")
                plain.writestr(part.filename, xml)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        UnicodeError,
    ):
        raise ListFileProblem("not_a_workbook") from None
    out.seek(0)
    return out


def _check_directory(parts: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * packed:
        raise ListFileProblem("unpacks_too_big")
    names = {part.filename for part in parts}
    known = all(part.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts)
    if len(names) < len(parts) or not known or "[Content_Types].xml" not in names:
        raise ListFileProblem("not_a_workbook")


def _bounded(archive: zipfile.ZipFile, part: zipfile.ZipInfo, room: int) -> bytes:
    pieces = bytearray()
    with archive.open(part) as source:
        while piece := source.read(65_536):
            pieces += piece
            if len(pieces) > room:
                raise ListFileProblem("unpacks_too_big")
    return bytes(pieces)


_STATED_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")


def _is_plain_xml(xml: bytes) -> bool:
    # In UTF-8 and nothing else: in another encoding a document type could hide from the next line.
    xml = xml.removeprefix(codecs.BOM_UTF8)
    stated = _STATED_ENCODING.match(xml)
    if b"\0" in xml or (stated and stated[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")):
        return False
    return b"<!DOCTYPE" not in xml and b"<!ENTITY" not in xml
