"""Laying a report out, for paper and page alike: under each heading its figures, charts with their finding,
numbered tables.
"""

from collections.abc import Iterable

from django.utils.translation import gettext

from initiatives import amounts, charts
from reports import wording

# A table of at most so many lines stays whole on one page; a longer one may cross, its head repeated.
LINES_KEPT_TOGETHER = 20
CHARACTERS_PER_LINE = 26


def is_long(rows: Iterable[list]) -> bool:
    """Whether a table is too long to be kept on one page without leaving an empty one before it."""
    lines = sum(max((_lines(cell) for cell in row), default=0) for row in rows)
    return lines > LINES_KEPT_TOGETHER


def _lines(text: object) -> int:
    return -(-len(str(text or "")) // CHARACTERS_PER_LINE)


def definitions(figures: Iterable[dict]) -> list[dict]:
    """What is counted and how, figure by figure."""
    return [wording.shown(figure) for figure in figures]


def section(part: dict, figures: dict[str, dict], numbers: dict[str, int]) -> dict:
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
        if figure["form"] == wording.TABLE and figure["value"] and figure["value"]["rows"]:
            numbers["table"] += 1
            columns, rows, total = [figure["value"].get(name) for name in ("columns", "rows", "total")]
            tables.append(
                {
                    "label": figure["label"],
                    "number": numbers["table"],
                    "heads": [{**column, "set": wording.setting(column)} for column in columns],
                    "written": [wording.cells(columns, row) for row in rows],
                    "written_total": wording.cells(columns, total) if total else None,
                    "dense": len(columns) > 4,
                    "long": is_long(rows),
                }
            )
    return {
        "part": part,
        "headed": headed,
        "figures": [row for figure in own for row in _rows_of(figure)],
        "charts": drawn,
        "tables": tables,
        "empty": [
            wording.shown(figure) for figure in own if figure["form"] == wording.TABLE and _is_empty(figure)
        ],
    }


def _is_empty(figure: dict) -> bool:
    """A table with nothing in it, or one that says why there is none; one that does not concern the report is
    left out.
    """
    value = figure["value"]
    return not value["rows"] if value else bool(figure["note"])


def _rows_of(figure: dict) -> list[dict]:
    """A figure as lines of label and value: the authorities one by one; a split stands in its table."""
    if figure["form"] in (wording.TABLE, wording.SPLIT):
        return []
    if figure["form"] == wording.FLAGS and figure["value"]:
        return [
            {"label": label, "words": words, "note": ""} for label, words in wording.flags(figure["value"])
        ]
    return [wording.shown(figure)]


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
    # After the four quarters may stand what is in none of them.
    if part == "time" and quarters and sum(row[1] is not None for row in quarters["rows"][:4]) > 1:
        title = gettext("Hours of work by quarter")
        columns = [(label, "", hours) for label, hours in quarters["rows"][:4]]
        drawn.append({"title": title, "svg": charts.columns("chart-quarters", title, columns)})
    split = value("split_sek")
    if part == "economy" and split and len(split) > 1 and all(split.values()):
        title = gettext("Invoiced costs by association")
        rows = sorted(split.items(), key=lambda item: (-item[1], item[0]))
        drawn.append(
            {"title": title, "svg": charts.bars("chart-split", title, rows, amounts.NO_BREAK + "kr")}
        )
    return drawn
