"""Frozen values in words: how a figure, a table's cell or a figure that cannot be shown is written, on page
and paper alike.

What is unknown is written *uppgift saknas*, never 0 and never an empty place.
"""

from collections.abc import Mapping

from django.utils.translation import gettext, pgettext

from initiatives.amounts import kronor, per_cent, written
from initiatives.models import Authority

# How a frozen value is written; each frozen row says which.
NUMBER, HOURS, PERCENT, KRONOR, FLAGS, NAMES, SPLIT, TABLE = [
    "number",
    "hours",
    "percent",
    "kronor",
    "flags",
    "names",
    "split",
    "table",
]
DATE, TEXT = "date", "text"


def unknown() -> str:
    """What stands where nothing is known."""
    return gettext("not known")


def words(form: str, value: object) -> str:
    """A figure's value as a reader sees it."""
    match form, value:
        case _, None:
            return unknown()
        case "hours", int() | float():
            return gettext("%(hours)s hours") % {"hours": written(value)}
        case "percent", int() | float():
            return per_cent(value)
        case "kronor", int():
            return kronor(value)
        case "flags", Mapping():
            return ", ".join(f"{name}: {_yes(value[name])}" for name in Authority.values if name in value)
        case "names", list():
            return ", ".join(value) if value else pgettext("report", "none")
        case "split", Mapping():
            return "; ".join(
                f"{name} {kronor(part)}" for name, part in sorted(value.items(), key=lambda item: -item[1])
            )
        case "table", Mapping():
            return gettext("see the table") if value["rows"] else pgettext("in a table", "nothing recorded")
        case _, int() | float():
            return written(value)
    return str(value)


def flags(value: Mapping[str, bool | None]) -> list[tuple[str, str]]:
    """The authorities of the form with yes or no, in its order and by their names."""
    return [
        (str(authority.label), _yes(value[authority.value]))
        for authority in Authority
        if authority.value in value
    ]


def _yes(flag: bool | None) -> str:
    return unknown() if flag is None else pgettext("report", "yes") if flag else pgettext("report", "no")


_RIGHT = frozenset({NUMBER, HOURS, PERCENT, KRONOR})


def cells(columns: list[dict], row: list) -> list[dict]:
    """A row of a frozen table as cells: the words, the column's label and how it is set (`n` to the right,
    `d` unbroken).
    """
    return [
        {"words": words(column["form"], value), "label": column["label"], "set": setting(column)}
        for column, value in zip(columns, row, strict=True)
    ]


def setting(column: dict) -> str:
    """How a column is set: figures to the right, dates on one line."""
    return "n" if column["form"] in _RIGHT else "d" if column["form"] == DATE else ""


def shown(figure: dict) -> dict:
    """A frozen figure with its words beside its value."""
    return {**figure, "words": words(figure["form"], figure["value"])}
