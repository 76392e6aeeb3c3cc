"""Log lines without persons: time, level, place, message. Numbers, mail addresses and the keys in addresses are struck out.

No code of ours logs a person; this is the net under a library that might. A web address holds a case number or the key
of an invitation: a line says which page it was, as `/cases/<str:number>/`, and never which case.
"""

import logging
import re

from django.urls import Resolver404, resolve

_NUMBER = re.compile(r"(?<!\d)(?:\d{2})?\d{6}[-+ ]?\d{4}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_CASE = re.compile(r"(?<![\w-])[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}(?![\w-])")
_URL = re.compile(r"\bhttps?://[^\s'\"]+")
# Whoever writes here writes addresses that people asked for: one that is none of ours is not repeated either.
_OF_THE_WEB = ("django.request", "django.security", "gunicorn")


def without_persons(text: str) -> str:
    """Replaces what looks like a personal number, an e-mail address, a case number or a web address by a mark."""
    text = _URL.sub("[address]", text)
    return _CASE.sub("[case]", _MAIL.sub("[mail]", _NUMBER.sub("[number]", text)))


def page_of(address: str) -> str | None:
    """The page an address leads to, by its pattern: `/cases/<str:number>/`; None when no page of ours has it."""
    try:
        return "/" + resolve(address.partition("?")[0]).route
    except Resolver404:
        return None


class NoPersons(logging.Filter):
    """Cleans the finished message; arguments are folded in first so that nothing slips through `%s`."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_page_for(record, arg) for arg in record.args)
        record.msg = without_persons(record.getMessage())
        record.args = None
        return True


def _page_for(record: logging.LogRecord, arg: object) -> object:
    if not isinstance(arg, str) or not arg.startswith("/"):
        return arg
    page = page_of(arg)
    if page is None:
        return "[address]" if record.name.startswith(_OF_THE_WEB) else arg
    return page


class Line(logging.Formatter):
    """`2026-03-04T13:00:00 WARNING errands.jobs: …`; a traceback names the error's kind and place, never its text.

    The text of an exception may hold what a user typed or what the database quotes from a row.
    """

    default_time_format = "%Y-%m-%dT%H:%M:%S"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatException(self, ei) -> str:
        kind, _, trace = ei
        lines = []
        while trace is not None:
            code = trace.tb_frame.f_code
            lines.append(f"  {code.co_filename}:{trace.tb_lineno} {code.co_qualname}")
            trace = trace.tb_next
        return "\n".join([f"{kind.__name__ if kind else 'error'} raised at", *lines])
