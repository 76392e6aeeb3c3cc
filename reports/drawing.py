"""From a frozen report to the bytes of its PDF. Same frozen content, same bytes: nothing here asks the clock
or the database.

The file is PDF/UA-1: tagged, titled, in Swedish, every chart with a text of its own. What WeasyPrint warns of
is an error here, since a warning is a word missing on somebody's paper. Only own static files and data:
addresses are read; all else is refused.
"""

import hashlib
import io
import json
import logging
import mimetypes
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pikepdf
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from initiatives import amounts, charts
from reports import wording

# A name that cannot exist (RFC 2606): an address under it is a file in our own static folder, or nothing.
OWN = "https://static.invalid/"
STATIC = Path(settings.BASE_DIR) / "static"

# A table that crosses a page is tagged as several tables; these keep each one well under a page.
LINES_PER_TABLE = 26
CHARACTERS_PER_LINE = 26

# A line for every page of every report tells the log nothing.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)

Progress = Callable[[int, int], None]
Row = TypeVar("Row")


class NotDrawable(RuntimeError):
    """WeasyPrint warned while drawing, so some of the report would be missing or wrong on paper."""


class OwnFilesOnly(URLFetcher):
    """Reads data: addresses and files under static/. A file elsewhere, a network, anything else: refused,
    drawing stops.
    """

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data"}, allow_redirects=False)

    def fetch(self, url: str, headers: dict | None = None) -> URLFetcherResponse:
        if url.startswith("data:"):
            return super().fetch(url, headers)
        path = (STATIC / url.removeprefix(OWN)).resolve()
        if not url.startswith(OWN) or not path.is_relative_to(STATIC.resolve()) or not path.is_file():
            raise FatalURLFetchingError(f"not one of our own files: {url}")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})


def canonical(content: object) -> bytes:
    """The one way content is written before it is hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def fingerprint(content: object) -> str:
    """sha256 over the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(content)).hexdigest()


def draw(document: dict, report_progress: Progress = lambda done, of: None) -> bytes:
    """The PDF of a frozen report. `report_progress(done, of)` is told of every section as it is laid down."""
    return pdf_of(html_of(document, report_progress), document["sha256"])


def html_of(document: dict, report_progress: Progress = lambda done, of: None) -> str:
    """The report as one page of HTML, in Swedish whatever language the reader has chosen."""
    with translation.override("sv"):
        numbers = {"table": 0, "figure": 0}
        parts = document["parts"]
        sections = []
        for done, part in enumerate(parts, start=1):
            sections.append(
                render_to_string("reports/pdf/section.html", _section(part, document["figures"], numbers))
            )
            report_progress(done, len(parts))
        return render_to_string(
            "reports/pdf/report.html",
            {
                "document": document,
                "brief": [wording.shown(document["figures"][key]) for key in document["brief"]],
                "sections": map(SafeString, sections),
                "definitions": _definitions(document["figures"].values()),
            },
        )


def pdf_of(html: str, identity: str) -> bytes:
    """HTML to tagged PDF; `identity` (a hash of the content) becomes the file's id instead of the time it was
    made.
    """
    try:
        with _warnings_are_errors():
            drawn = HTML(string=html, base_url=OWN, url_fetcher=OwnFilesOnly()).write_pdf(
                pdf_variant="pdf/ua-1", pdf_identifier=identity.encode()
            )
    except FatalURLFetchingError as error:
        # It is no Exception, so that nothing in WeasyPrint swallows it; a worker that catches errors must see
        # it.
        raise NotDrawable(str(error)) from error
    return _with_scopes(drawn)


def tables_of(value: dict) -> list[dict]:
    """A frozen table in pieces, none of them long enough to fill a page; the total stands in the last."""
    pieces = _under_a_page(value["rows"], lambda row: max(_lines(cell, CHARACTERS_PER_LINE) for cell in row))
    return [
        {
            **value,
            "rows": rows,
            "total": value.get("total") if n == len(pieces) else None,
            "n": n,
            "of": len(pieces),
        }
        for n, rows in enumerate(pieces, start=1)
    ]


def _under_a_page(rows: Iterable[Row], height: Callable[[Row], int]) -> list[list[Row]]:
    """Rows in groups of at most LINES_PER_TABLE lines; a row taller than that is a group of its own."""
    groups: list[list] = [[]]
    used = 0
    for row in rows:
        lines = height(row)
        if groups[-1] and used + lines > LINES_PER_TABLE:
            groups.append([])
            used = 0
        groups[-1].append(row)
        used += lines
    return groups


def _lines(text: object, characters: int) -> int:
    return -(-len(str(text or "")) // characters)


def _definitions(figures: Iterable[dict]) -> list[list[dict]]:
    """What is counted and how, in tables that keep under a page each."""

    def height(row: dict) -> int:
        told = _lines(row["definition"] + row["note"], 40)
        return max(_lines(row["label"], 24), _lines(row["words"], 26), told)

    return _under_a_page([wording.shown(figure) for figure in figures], height)


def _section(part: dict, figures: dict[str, dict], numbers: dict[str, int]) -> dict:
    """What stands under one heading: figures, charts with their finding, numbered tables, the text."""
    own = [figures[key] for key in part["figures"] if key in figures]
    headed = [
        {**wording.shown(figures[key]), "heading": words} for key, words in part["headed"] if key in figures
    ]
    drawn = []
    for chart in charts_of(part["key"], figures):
        numbers["figure"] += 1
        drawn.append({**chart, "number": numbers["figure"]})
    tables = []
    for figure in own:
        if figure["form"] == "table" and figure["value"] and figure["value"]["rows"]:
            for table in tables_of(figure["value"]):
                numbers["table"] += 1
                columns, total = table["columns"], table["total"]
                tables.append(
                    {
                        **table,
                        "label": figure["label"],
                        "heads": [{**column, "set": wording.setting(column)} for column in columns],
                        "number": numbers["table"],
                        "written": [wording.cells(columns, row) for row in table["rows"]],
                        "written_total": wording.cells(columns, total) if total else None,
                    }
                )
    return {
        "part": part,
        "headed": headed,
        "figures": [wording.shown(figure) for figure in own if figure["form"] != "table"],
        "charts": drawn,
        "tables": tables,
        "empty": [
            wording.shown(f) for f in own if f["form"] == "table" and not (f["value"] and f["value"]["rows"])
        ],
    }


def charts_of(part: str, figures: dict[str, dict]) -> list[dict]:
    """The charts under a heading of the form, each with the sentence it shows; none where a number is
    unknown.
    """

    def value(key: str):
        return figures[key]["value"] if key in figures else None

    drawn = []
    patient, organisational = value("patient_share_percent"), value("organisational_share_percent")
    if part == "time" and patient is not None and organisational is not None:
        title = gettext("%(share)s of the time was work with patients") % {"share": amounts.per_cent(patient)}
        rows = [(gettext("Work with patients"), patient), (gettext("Organisational work"), organisational)]
        drawn.append(
            {"title": title, "svg": charts.shares("chart-shares", title, rows, amounts.NO_BREAK + "%")}
        )
    quarters = value("hours_by_quarter")
    if part == "time" and quarters and sum(row[1] is not None for row in quarters["rows"]) > 1:
        title = gettext("Hours of work by quarter")
        rows = [(label, "", hours) for label, hours in quarters["rows"]]
        drawn.append({"title": title, "svg": charts.columns("chart-quarters", title, rows)})
    split = value("split_sek")
    if part == "economy" and split and len(split) > 1 and all(split.values()):
        title = gettext("Invoiced costs by association")
        rows = sorted(split.items(), key=lambda item: (-item[1], item[0]))
        drawn.append(
            {"title": title, "svg": charts.bars("chart-split", title, rows, amounts.NO_BREAK + "kr")}
        )
    return drawn


@contextmanager
def _warnings_are_errors() -> Iterator[None]:
    """Raises NotDrawable after the block if WeasyPrint logged a warning in this thread; names what it warned
    of.
    """
    warned: list[str] = []
    thread = threading.get_ident()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread:
                warned.append(record.getMessage())

    listener = Listener(logging.WARNING)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(listener)
    try:
        yield
    finally:
        logger.removeHandler(listener)
    if warned:
        raise NotDrawable("; ".join(warned))


def _with_scopes(drawn: bytes) -> bytes:
    """Says of every table head which cells it heads (/Scope), which WeasyPrint leaves out and readers read
    aloud by.
    """
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        _scope(pdf.Root.StructTreeRoot.K, "/Column")
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def _scope(element: object, scope: str) -> None:
    """Heads in THead head columns; heads in the body and the foot head their row."""
    if isinstance(element, pikepdf.Array):
        for kid in element:
            _scope(kid, scope)
        return
    if not isinstance(element, pikepdf.Dictionary) or "/S" not in element:
        return
    kind = str(element.S)
    if kind == "/TH":
        element.A.Scope = pikepdf.Name(scope)
    scope = {"/THead": "/Column", "/TBody": "/Row", "/TFoot": "/Row"}.get(kind, scope)
    if "/K" in element:
        _scope(element.K, scope)
