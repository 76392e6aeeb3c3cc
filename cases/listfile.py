"""A clinic's case list: what a row must hold, and what is said of a row that does not.

Read are the columns below, found by name in any order; other columns are left, *Diagnosgrupp* among them: no
diagnosis comes in by a list (R19). Of each rejected row the first problem from the left is told, by line,
column and code; a value never is, since whoever imports may be someone who must not read cases. Personal
numbers that stand in the texts of a row are masked, and their line told as a warning.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.listcells import MAX_ROWS, Line, ListFileProblem, check_size, clean, figure, read_tables
from parties import numbers
from parties.freetext import find_numbers, mask_numbers, warning_words
from parties.numbers import Number, NumberProblem, parse_number

__all__ = ["CaseList", "ListFileProblem", "Row", "RowProblem", "RowWarning", "check_size", "read_case_list"]

NUMBER = "Personnummer"
FAMILY_NAME = "Efternamn"
GIVEN_NAME = "Förnamn"
MUNICIPALITY = "Kommun"
UNIT = "Mottagning"
SPELL_FROM = "Sjukskriven fr.o.m."
SPELL_TO = "Sjukskriven t.o.m."
DEGREE = "Omfattning (%)"
BENEFIT = "Ersättning"
EMPLOYER = "Arbetsgivare"
REMARK = "Anmärkning"

# Each column that is read, and its field in Row.
FIELDS = {
    NUMBER: "number",
    FAMILY_NAME: "family_name",
    GIVEN_NAME: "given_name",
    MUNICIPALITY: "home_municipality",
    UNIT: "unit",
    SPELL_FROM: "spell_from",
    SPELL_TO: "spell_to",
    DEGREE: "degree",
    BENEFIT: "benefit",
    EMPLOYER: "employer",
    REMARK: "remark",
}
# Must stand in the headings, and be filled in on every row.
REQUIRED = tuple(column for column in FIELDS if column not in (EMPLOYER, REMARK))

# Texts and the most signs they may have. A longer one is a slip: rows run together, or a pasted letter.
TEXTS = {FAMILY_NAME: 100, GIVEN_NAME: 100, MUNICIPALITY: 100, EMPLOYER: 200, REMARK: 4000}

DEGREES = ("25", "50", "75", "100")
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2099, 12, 31)

# As it is written in lists → the glossary's word.
BENEFITS = {
    "sjukpenning": "sickness_benefit",
    "rehabiliteringspenning": "rehab_benefit",
    "förebyggande sjukpenning": "preventive_sickness_benefit",
    "aktivitetsersättning": "activity_compensation",
    "sjukersättning": "sickness_compensation",
    "försörjningsstöd": "social_assistance",
    "ekonomiskt bistånd": "social_assistance",
    "sjuklön": "sick_pay",
}

SENTENCES: Mapping[str, str | Promise] = {
    "missing": _("Fill in %(column)s."),
    "too_long": _("The text in %(column)s is too long. Shorten it."),
    "duplicate_in_file": _("The same person is on an earlier row. Keep one of the rows."),
    "unknown_unit": _("No unit here has that name. Write the name as it stands in the portal."),
    "not_your_unit": _("You import rows for your own unit only. Leave this row to the other unit."),
    "not_a_date": _("Write the date as yyyy-mm-dd, for example 2026-03-04."),
    "ends_before_start": _("The sick leave ends before it starts. Check both dates."),
    "not_a_degree": _("Write 25, 50, 75 or 100."),
    "unknown_benefit": _("The benefit is not recognised. Write one of these: %(benefits)s."),
    "extra_cell": _("The row has more cells than the headings. Check if a text holds the separator."),
    "number_in_remark": _("A personal number in %(column)s was hidden."),
    "number_in_text": _("A personal number in %(column)s was hidden."),
    "warning_word": _(
        "%(column)s speaks of violence, substance misuse or crime. That is never given through the portal."
    ),
}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row is not taken: its line, the column by its proper name, and a code."""

    line: int
    column: str
    problem: str

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in the reader's language."""
        if self.column == NUMBER and self.problem in numbers.SENTENCES:
            return str(numbers.SENTENCES[self.problem])
        return str(SENTENCES[self.problem]) % {"column": self.column, "benefits": ", ".join(BENEFITS)}


@dataclass(frozen=True, slots=True)
class RowWarning:
    """What to look at in a row that may well be taken: a masked number, a word for the soft stop (C8.4)."""

    line: int
    column: str
    warning: str

    @property
    def sentence(self) -> str:
        """What was seen or done, in the reader's language."""
        return str(SENTENCES[self.warning]) % {"column": self.column}


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One person's case as the list states it. Both days inclusive; `degree` in per cent; `unit` an id."""

    line: int
    number: Number
    family_name: str
    given_name: str
    home_municipality: str
    unit: int
    spell_from: date
    spell_to: date
    degree: int
    benefit: str
    employer: str
    remark: str

    def __repr__(self) -> str:
        return f"<Row {self.line}>"


@dataclass(frozen=True, slots=True)
class CaseList:
    """What a right import takes, and what it does not."""

    rows: list[Row]
    problems: list[RowProblem]
    warnings: list[RowWarning]
    rows_with_content: int
    not_read: tuple[str, ...]

    def report(self) -> dict[str, object]:
        """The list in figures and places, without a value of any row: the shape an import is reported in."""
        return {
            "rows_with_content": self.rows_with_content,
            "importable": len(self.rows),
            "rejected": len(self.problems),
            "problems": [
                {"line": one.line, "column": one.column, "problem": one.problem} for one in self.problems
            ],
            "warnings": [
                {"line": one.line, "column": one.column, "warning": one.warning} for one in self.warnings
            ],
        }


def read_case_list(
    content: bytes,
    filename: str,
    units: Mapping[str, int],
    allowed_units: AbstractSet[int] | None = None,
    known: Mapping[str, str] = MappingProxyType({}),
) -> CaseList:
    """Read a case list from a CSV (cp1252 or UTF-8; `;`, tab or comma) or an XLSX.

    In: the file's bytes and name; the units that a list may name, name → id; the units that this importer may
    import for, None meaning all of them; what a unit has said of foreign headings, squeezed heading → column, which
    goes before what they are called here. Out: a CaseList; `not_read` are the headings left aside. Raises
    ListFileProblem when the file as a whole cannot be taken.

    Tolerated: upper and lower case, spaces around, blank lines, »50 %«, a cell of 0.5 shown as a percentage,
    dates as åååå-mm-dd, ååååmmdd or date cells, personal numbers in every form of `parse_number` and as cells
    that lost the noughts before a number. The second row of one person is refused even if the first was
    rejected: a human must say which is right.
    """
    headings, lines = _find_list(read_tables(content, filename), known)
    readers = _readers({squeezed(name): unit for name, unit in units.items()}, allowed_units)
    rows: list[Row] = []
    problems: list[RowProblem] = []
    warnings: list[RowWarning] = []
    persons: set[str] = set()
    count = 0
    for line, cells in lines:
        if not any(cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise ListFileProblem("too_many_rows", limit=figure(MAX_ROWS))
        by_column = {column: _at(cells, place) for column, place in headings.places.items()}
        values, wrong = _read_row(by_column, readers, persons)
        if any(cells[headings.width :]):
            wrong.setdefault(headings.last, "extra_cell")
        first = next((column for column in headings.places if column in wrong), None)
        if first is None:
            rows.append(Row(line=line, **values))
        else:
            problems.append(RowProblem(line, first, wrong[first]))
        warnings.extend(_warnings(line, by_column))
    if not count:
        raise ListFileProblem("no_rows")
    return CaseList(rows, problems, warnings, count, headings.not_read)


# --- headings


@dataclass(frozen=True, slots=True)
class _Headings:
    """Where the columns stand: `places` from the left, `width` up to the last heading of the file."""

    places: dict[str, int]
    width: int
    not_read: tuple[str, ...]

    @property
    def last(self) -> str:
        return list(self.places)[-1]


def first_row(content: bytes, filename: str) -> list[str]:
    """The first row with content of the file's widest table: its headings, if it is a list. Raises ListFileProblem."""
    widest: list[str] = []
    for lines in read_tables(content, filename):
        try:
            first = next((cells for _line, cells in lines if any(cells)), [])
        except ListFileProblem as problem:
            if problem.code != "broken_row":
                raise
            continue
        named = [cell for cell in first if cell]
        if len(named) > len(widest):
            widest = named
    return widest


def _find_list(tables: list[Iterator[Line]], known: Mapping[str, str]) -> tuple[_Headings, Iterator[Line]]:
    """The one table whose first row with content is the headings of a case list."""
    found = []
    for lines in tables:
        # A CSV is tried with each delimiter; read by a wrong one its first row may look broken.
        try:
            first = next((cells for _line, cells in lines if any(cells)), [])
        except ListFileProblem as problem:
            if problem.code != "broken_row":
                raise
            continue
        names = _names(first, known)
        if sum(name is not None for name in names) >= 2:
            found.append((first, names, lines))
    if not found:
        raise ListFileProblem("no_header", columns=", ".join(REQUIRED))
    if len(found) > 1:
        raise ListFileProblem("several_lists")
    first, names, lines = found[0]
    return _headings(first, names), lines


def _names(first: list[str], known: Mapping[str, str]) -> list[str | None]:
    """The column of each heading. What was said counts, and a column that was said is not read from another heading too."""
    said = set(known.values())
    names: list[str | None] = []
    for cell in first:
        own = _KNOWN.get(squeezed(cell))
        names.append(known.get(squeezed(cell)) or (own if own not in said else None))
    return names


def _headings(cells: list[str], names: list[str | None]) -> _Headings:
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if name in places:
            raise ListFileProblem("column_twice", column=name)
        if name:
            places[name] = place
    missing = [column for column in REQUIRED if column not in places]
    if missing:
        raise ListFileProblem("missing_column", columns=", ".join(missing), known=", ".join(places))
    width = max(place for place, cell in enumerate(cells) if cell) + 1
    not_read = tuple(cell for cell, name in zip(cells, names, strict=True) if cell and not name)
    return _Headings(places, width, not_read)


def squeezed(name: str) -> str:
    """A heading or a name without what is only a manner of writing: spaces, and capital letters."""
    return "".join(clean(name).split()).casefold()


_KNOWN = {squeezed(column): column for column in FIELDS}


def column_called(heading: str) -> str | None:
    """The column whose own name the heading is."""
    return _KNOWN.get(squeezed(heading))


# --- rows


class _CellProblem(ValueError):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_Reader = Callable[[str], object]


def _readers(units: Mapping[str, int], allowed: AbstractSet[int] | None) -> dict[str, _Reader]:
    readers: dict[str, _Reader] = {
        NUMBER: _number,
        UNIT: partial(_unit, units=units, allowed=allowed),
        SPELL_FROM: _day,
        SPELL_TO: _day,
        DEGREE: _degree,
        BENEFIT: _benefit,
    }
    return readers | {column: partial(_text, column=column) for column in TEXTS}


def _read_row(
    cells: Mapping[str, str], readers: Mapping[str, _Reader], persons: set[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """A row's values by field of Row, and what is wrong by column. Adds the person to `persons`."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for column, name in FIELDS.items():
        text = cells.get(column, "")
        if not text and column in REQUIRED:
            wrong[column] = "missing"
            continue
        try:
            values[name] = readers[column](text)
        except (_CellProblem, NumberProblem) as problem:
            wrong[column] = problem.code
    if "number" in values:
        if values["number"].digits in persons:
            wrong[NUMBER] = "duplicate_in_file"
        persons.add(values["number"].digits)
    if "spell_from" in values and "spell_to" in values and values["spell_to"] < values["spell_from"]:
        wrong[SPELL_TO] = "ends_before_start"
    return values, wrong


def _number(text: str) -> Number:
    # A spreadsheet that took the number for a quantity dropped the noughts of 2000–2009.
    if len(text) in (8, 9) and text.isascii() and text.isdigit():
        with suppress(NumberProblem):
            return parse_number(text.zfill(10))
    return parse_number(text)


def _unit(text: str, *, units: Mapping[str, int], allowed: AbstractSet[int] | None) -> int:
    unit = units.get(squeezed(text))
    if unit is None:
        raise _CellProblem("unknown_unit")
    if allowed is not None and unit not in allowed:
        raise _CellProblem("not_your_unit")
    return unit


_DAY = re.compile(r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})")


def _day(text: str) -> date:
    shape = _DAY.fullmatch(text)
    try:
        day = date(int(shape[1]), int(shape[3]), int(shape[4])) if shape else None
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        raise _CellProblem("not_a_date")
    return day


def _degree(text: str) -> int:
    degree = squeezed(text).removesuffix("%")
    if degree not in DEGREES:
        raise _CellProblem("not_a_degree")
    return int(degree)


def _benefit(text: str) -> str:
    benefit = _BENEFITS.get(squeezed(text))
    if benefit is None:
        raise _CellProblem("unknown_benefit")
    return benefit


_BENEFITS = {squeezed(name): benefit for name, benefit in BENEFITS.items()}


def _text(text: str, *, column: str) -> str:
    if len(text) > TEXTS[column]:
        raise _CellProblem("too_long")
    return mask_numbers(text if column == REMARK else " ".join(text.split()))


def _warnings(line: int, cells: Mapping[str, str]) -> Iterator[RowWarning]:
    for column in cells:
        if column in TEXTS and find_numbers(cells[column]):
            yield RowWarning(line, column, "number_in_remark" if column == REMARK else "number_in_text")
        if column == REMARK and warning_words(cells[column]):
            yield RowWarning(line, column, "warning_word")


def _at(cells: list[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""
