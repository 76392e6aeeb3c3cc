"""What the pages show of a report: its outline, one part with its computed boxes, and what is left to do."""

from dataclasses import dataclass
from typing import Any

from reports import document, form, layout, wording
from reports.models import Report


@dataclass(frozen=True)
class Entry:
    """A line of the outline."""

    number: str
    key: str
    short: str
    state: str  # done, todo, steering or computed


def outline(report: Report, texts: dict[str, str]) -> list[Entry]:
    """The form's parts in order, each with whether its text is there and whose it is to write."""
    return [
        Entry(part.number, part.key, part.short, _state(part, bool(texts.get(part.key))))
        for part in form.FORM
    ]


def _state(part: form.Part, written: bool) -> str:
    if part.writer is None:
        return "computed"
    if written:
        return "done"
    return "steering" if part.writer == form.STEERING else "todo"


def texts_of(report: Report) -> dict[str, str]:
    return {section["key"]: section["text"] for section in document.sections_of(report, report.initiative)}


def part_of(report: Report, key: str, figures: list[dict[str, Any]]) -> dict[str, Any]:
    """One part laid out for the page: heading, text, figures in words, charts and tables."""
    part = form.BY_KEY[key]
    section = next(s for s in document.sections_of(report, report.initiative) if s["key"] == key)
    of_part = {
        "key": key,
        "figures": part.figures,
        "headed": part.headed,
    }
    laid_out = layout.section(
        of_part, {figure["key"]: figure for figure in figures}, {"table": 0, "figure": 0}
    )
    return {
        **laid_out,
        "part": part,
        "heading": section["heading"],
        "text": section["text"],
        "computed": any(laid_out[name] for name in ("headed", "figures", "charts", "tables", "empty")),
    }


def explained(key: str, figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The figures of a part with their definitions, for *Så är siffran räknad*."""
    part = form.BY_KEY[key]
    wanted = [*(name for name, _heading in part.headed), *part.figures]
    return [wording.shown(figure) for figure in figures if figure["key"] in wanted]


def rows_behind(report: Report, key: str, allowed_in_the_insats: frozenset[str]) -> dict[str, Any]:
    """The rows a part is counted from, as they are now: single rows only to whom the insats shows them."""
    initiative, period = report.initiative, report.period
    span = (period.first, period.until)
    behind: dict[str, Any] = {}
    if key in ("collaboration_improved", "activities"):
        rows = initiative.activities.within(*span)
        behind["activities"] = rows.pulse_meetings() if key == "collaboration_improved" else rows
    if key == "time":
        # How many rows there are is a figure on work too (R11).
        behind["may_open_time"] = "read_time" in allowed_in_the_insats
        if behind["may_open_time"]:
            behind["time_count"] = initiative.time.within(*span).count()
            behind["lumps"] = initiative.time.across(*span).count()
    if key == "economy":
        behind["invoice_count"] = initiative.invoices.within(*span).count()
        behind["invoices"] = (
            initiative.invoices.within(*span).order_by("on", "id")
            if "change_money" in allowed_in_the_insats
            else []
        )
    if key in ("authorities", "other_organisations"):
        behind["participations"] = initiative.participations.during(*span)
    return behind
