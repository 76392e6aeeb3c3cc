"""Log lines without persons: time, level, place, message. Anything shaped like a personal number is struck out.

No code of ours logs a person; this filter is the net under a library that might.
"""

import logging
import re

_NUMBER = re.compile(r"(?<!\d)(?:\d{2})?\d{6}[-+ ]?\d{4}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def without_persons(text: str) -> str:
    """Replaces what looks like a personal number or an e-mail address by a mark."""
    return _MAIL.sub("[mail]", _NUMBER.sub("[number]", text))


class NoPersons(logging.Filter):
    """Cleans the finished message; arguments are folded in first so that nothing slips through `%s`."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = without_persons(record.getMessage())
        record.args = None
        return True


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
