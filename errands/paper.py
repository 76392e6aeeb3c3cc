"""From HTML to the bytes of a PDF, for every room that puts something on paper. Same HTML, same bytes: nothing here asks
the clock or the database.

The file is PDF/UA-1: tagged, titled, in Swedish. What WeasyPrint warns of is an error here, since a warning is a word
missing on somebody's paper. Only own static files and data: addresses are read; all else is refused.

Whoever draws imports this module in the function that draws: a page that draws nothing does not load the machinery.
"""

import io
import logging
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf
from django.conf import settings
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

# A name that cannot exist (RFC 2606): an address under it is a file in our own static folder, or nothing.
OWN = "https://static.invalid/"
STATIC = Path(settings.BASE_DIR) / "static"

# A line for every page of every paper tells the log nothing.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)


class NotDrawable(RuntimeError):
    """WeasyPrint warned while drawing, so some of it would be missing or wrong on paper."""


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
