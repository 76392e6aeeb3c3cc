"""A list whose headings are not the house's: which heading is which column is asked once, and remembered by the unit.

A heading that speaks of a diagnosis is offered for no column (R19): no diagnosis comes in by a list, under any name.
A first row that holds a value is no headings but somebody's row: nothing of it is shown or kept.
"""

import re
from collections.abc import Iterable, Mapping

from django import forms
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from audit import ledger
from cases.crypt import heading_key
from cases.listcells import ListFileProblem
from cases.listfile import BENEFITS, DEGREES, FIELDS, REQUIRED, column_called, first_row, squeezed
from cases.models import ColumnMapping
from parties.freetext import find_numbers
from parties.models import Membership

MOST_HEADINGS = 64


def _print(text: str) -> str:
    return heading_key(squeezed(text))


def _print_of_all(headings: Iterable[str]) -> str:
    return heading_key("\n".join(sorted({_print(heading) for heading in headings})))


# A personal number however it is written, a day, and a day as a spreadsheet counts it. »2026« and »Namn 2« are headings.
_VALUE = re.compile(
    r"\d{5}"
    r"|\d{4} ?([-./]) ?\d{1,2} ?\1 ?\d{1,2}"
    r"|\d{1,2} ?[-./] ?\d{1,2} ?[-./ ] ?\d{2}"
    r"|\d{1,2}\.? ?(?:jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec)",
    re.IGNORECASE,
)
_BENEFITS = frozenset(squeezed(benefit) for benefit in BENEFITS)
_DEGREES = frozenset(DEGREES) | {"0,25", "0,5", "0,75"}


def is_a_value(cell: str) -> bool:
    """Whether a cell holds what stands in a person's row: a number, a day, a degree or a benefit."""
    text = squeezed(cell)
    degree = text.removesuffix("procent").removesuffix("%")
    return text in _BENEFITS or degree in _DEGREES or bool(_VALUE.search(cell)) or bool(find_numbers(cell))


def _headings_of(content: bytes, filename: str) -> list[str]:
    """The first row, if it is headings. Raises ListFileProblem, `no_headings` for a row that is a person's."""
    headings = first_row(content, filename)
    if any(is_a_value(cell) for cell in headings):
        raise ListFileProblem("no_headings")
    return headings


def may_be_read(heading: str) -> bool:
    """Whether a heading may be named as one of the columns: one about a diagnosis may not (R19)."""
    return "diagnos" not in squeezed(heading) and squeezed(heading) not in (
        "icd",
        "icd10",
        "icd-10",
        "icd-10-se",
    )


def headings_to_ask(content: bytes, filename: str) -> list[str]:
    """The headings that may be named, if each missing column could be one of them; else none, and the file is refused as it was.

    Raises ListFileProblem `no_headings` when the first row is a person's.
    """
    try:
        headings = _headings_of(content, filename)
    except ListFileProblem as problem:
        if problem.code == "no_headings":
            raise
        return []
    named = [heading for heading in dict.fromkeys(headings) if may_be_read(heading)][:MOST_HEADINGS]
    called = {column_called(heading) for heading in named}
    missing = [column for column in REQUIRED if column not in called]
    foreign = [heading for heading in named if column_called(heading) is None]
    return named if missing and len(foreign) >= len(missing) else []


def known_for(by: Membership, content: bytes, filename: str) -> dict[str, str]:
    """What the unit has said of a list with exactly these headings: squeezed heading → column; nothing when it was not asked."""
    try:
        headings = first_row(content, filename)
    except ListFileProblem:
        return {}
    said = (
        ColumnMapping.objects.filter(unit=by.unit_id, headings=_print_of_all(headings))
        .values_list("columns", flat=True)
        .first()
    )
    if not said:
        return {}
    prints = {_print(heading): heading for heading in headings if may_be_read(heading)}
    return {squeezed(prints[p]): column for p, column in said.items() if p in prints and column in FIELDS}


@transaction.atomic
def remember(*, by: Membership, content: bytes, filename: str, columns: Mapping[str, str]) -> None:
    """Keeps for the unit which heading is which column (column → heading); said anew, it replaces what was said.

    Raises ListFileProblem when the first row is no headings.
    """
    headings = _headings_of(content, filename)
    said = {
        _print(heading): column for column, heading in columns.items() if heading and may_be_read(heading)
    }
    before = ColumnMapping.objects.filter(unit=by.unit_id, headings=_print_of_all(headings)).first()
    kept = before or ColumnMapping(unit_id=by.unit_id, headings=_print_of_all(headings))
    kept.columns, kept.by, kept.at = said, by, Now()
    kept.save()
    ledger.record("import.columns_said", by=by, note=f"{len(said)} columns")


class ColumnsOfListForm(forms.Form):
    """A choice among the list's own headings for each column of the house."""

    def __init__(self, *args, headings: list[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        own = {squeezed(heading): str(place) for place, heading in enumerate(headings)}
        choices = [(str(place), heading) for place, heading in enumerate(headings)]
        for column, name in FIELDS.items():
            required = column in REQUIRED
            self.fields[name] = forms.ChoiceField(
                label=column,
                required=required,
                choices=[("", _("Choose") if required else _("Not in the list")), *choices],
                initial=own.get(squeezed(column), ""),
                error_messages={
                    "required": _now("Choose which of your headings is %(column)s.") % {"column": column},
                    "invalid_choice": _now("Choose one of the headings of the list."),
                },
            )
        self.headings = headings

    def clean(self) -> dict:
        values = super().clean() or {}
        seen: set[str] = set()
        for name, place in list(values.items()):
            if place and place in seen:
                self.add_error(name, _now("This heading is chosen for another column already."))
            seen.add(place)
        return values

    @property
    def columns(self) -> dict[str, str]:
        """Column → heading, of those that were chosen."""
        chosen = {column: self.cleaned_data.get(name, "") for column, name in FIELDS.items()}
        return {column: self.headings[int(place)] for column, place in chosen.items() if place}
