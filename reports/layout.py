"""Laying a report out, for paper and page alike: under each heading its figures, charts with their finding,
numbered tables.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.utils.translation import gettext

from initiatives import amounts, charts
from reports import wording

# A table that crosses a page is tagged as several tables; these keep each one well under a page.
LINES_PER_TABLE = 20
CHARACTERS_PER_LINE = 26

Row = TypeVar("Row")


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


def definitions(figures: Iterable[dict]) -> list[list[dict]]:
    """What is counted and how, in tables that keep under a page each."""

    def height(row: dict) -> int:
        told = _lines(row["definition"] + row["note"], 40)
        return max(_lines(row["label"], 24), _lines(row["words"], 26), told)

    return _under_a_page([wording.shown(figure) for figure in figures], height)


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
        rows = [(label, "", hours) for label, hours in quarters["rows"][:4]]
        drawn.append({"title": title, "svg": charts.columns("chart-quarters", title, rows)})
    split = value("split_sek")
    if part == "economy" and split and len(split) > 1 and all(split.values()):
        title = gettext("Invoiced costs by association")
        rows = sorted(split.items(), key=lambda item: (-item[1], item[0]))
        drawn.append(
            {"title": title, "svg": charts.bars("chart-split", title, rows, amounts.NO_BREAK + "kr")}
        )
    return drawn
