"""Reading a folder of an insats (CSV files, `;` between columns, ISO dates): what it holds, and every row
that cannot be taken.

Nothing is saved here. The codes a file may hold are the codes of the models. A problem names file, line,
column and reason and never repeats the value, which may be anything at all.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from initiatives.amounts import SharesNotWhole, divide, written
from initiatives.models import (
    ActivityForm,
    ActivityKind,
    ActivityState,
    Area,
    InitiativeKind,
    ObstacleKind,
    ParticipationKind,
    ParticipationRole,
    TimeKind,
)
from initiatives.periods import far_off
from initiatives.seams import folder_parts
from parties.guards import refuse_personal_numbers

MOST_BYTES = 1_000_000
MOST_ROWS = 5_000
MOST_CHARACTERS = 2_000

UNKNOWN_CODE, MISSING, NOT_A_DATE, NOT_A_NUMBER, SHARES_NOT_100 = (
    "unknown_code",
    "missing",
    "not_a_date",
    "not_a_number",
    "shares_not_100",
)
END_BEFORE_START, CONTROL_DIFFERS, TWICE, DIFFERS, TOO_MANY_CELLS, TOO_LONG, PERSONAL_NUMBER, NOT_CSV = (
    "end_before_start",
    "control_differs",
    "twice",
    "differs",
    "too_many_cells",
    "too_long",
    "personal_number",
    "not_csv",
)
FAR_OFF = "far_off"

# What each problem says to the one who has the file.
SENTENCES = {
    UNKNOWN_CODE: gettext_lazy("The code is not one of those that are allowed: %(detail)s."),
    MISSING: gettext_lazy("A value is missing."),
    NOT_A_DATE: gettext_lazy("Write the date as 2023-02-17."),
    NOT_A_NUMBER: gettext_lazy("Write a number with digits, such as 768 or 52.5: %(detail)s."),
    SHARES_NOT_100: gettext_lazy("The shares sum to %(detail)s, not to 100."),
    END_BEFORE_START: gettext_lazy("The end is before the start."),
    CONTROL_DIFFERS: gettext_lazy("The amount is not what the share gives: %(detail)s."),
    TWICE: gettext_lazy("The same thing stands on another row too."),
    DIFFERS: gettext_lazy("The value is not the same as on the first row of the file."),
    TOO_MANY_CELLS: gettext_lazy("The row has more cells than the heading row."),
    TOO_LONG: gettext_lazy("The text or the file is too long."),
    FAR_OFF: "%(detail)s",
    PERSONAL_NUMBER: gettext_lazy("Do not write personal numbers here."),
    NOT_CSV: gettext_lazy("The file is no CSV in UTF-8 with semicolons between the columns."),
}


@dataclass(frozen=True, order=True)
class Problem:
    """Why a row cannot be taken. line 1 is the heading row; column is a name in it, or empty for the whole
    file.
    """

    file: str
    line: int
    column: str
    code: str
    detail: str = ""

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.code]) % {"detail": self.detail}


@dataclass
class Row:
    """A row that is being read: its cells by column, and where its problems go."""

    file: str
    line: int
    cells: dict[str, str]
    problems: list[Problem]

    def refuse(self, column: str, code: str, detail: str = "") -> None:
        self.problems.append(Problem(self.file, self.line, column, code, detail))

    def text(self, column: str, *, required: bool = True) -> str:
        value = self.cells.get(column, "").strip()
        if required and not value:
            self.refuse(column, MISSING)
        if len(value) > MOST_CHARACTERS:
            self.refuse(column, TOO_LONG)
        try:
            refuse_personal_numbers(value)
        except ValidationError:
            self.refuse(column, PERSONAL_NUMBER)
        return value

    def code(self, column: str, allowed: list[str], *, required: bool = True) -> str:
        value = self.text(column, required=required)
        if value and value not in allowed:
            self.refuse(column, UNKNOWN_CODE, ", ".join(allowed))
        return value

    def date(self, column: str, *, required: bool = True) -> date | None:
        value = self.text(column, required=required)
        if not value:
            return None
        # fromisoformat alone also takes 20230217 and 2023-W07-5.
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            with suppress(ValueError):
                day = date.fromisoformat(value)
                if sentence := far_off(day):
                    self.refuse(column, FAR_OFF, sentence)
                    return None
                return day
        self.refuse(column, NOT_A_DATE)
        return None

    def number(
        self, column: str, *, least: int, most: int, whole: bool = False, required: bool = True
    ) -> Decimal | None:
        value = self.text(column, required=required)
        if not value:
            return None
        number = Decimal(value) if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", value, re.ASCII) else None
        if number is None or not least <= number <= most or (whole and number != int(number)):
            kind = _("a whole number") if whole else _("a number")
            self.refuse(
                column,
                NOT_A_NUMBER,
                _("%(kind)s from %(least)s to %(most)s")
                % {"kind": kind, "least": written(least), "most": written(most)},
            )
            return None
        return number


@dataclass
class Folder:
    """What a folder holds, row by row, ready to be kept; `problems` must be empty before anything is."""

    initiative: dict[str, Any] = field(default_factory=dict)
    participations: list[dict[str, Any]] = field(default_factory=list)
    shares: dict[int, list[tuple[str, Decimal]]] = field(default_factory=dict)
    activities: list[dict[str, Any]] = field(default_factory=list)
    obstacles: list[dict[str, Any]] = field(default_factory=list)
    time: list[dict[str, Any]] = field(default_factory=list)
    invoices: list[dict[str, Any]] = field(default_factory=list)
    reporting_counts: list[dict[str, Any]] = field(default_factory=list)
    others: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def year(self) -> int | None:
        """The one year that the totals (or else the shares) are about; None when there is none or more than
        one.
        """
        years = {row["from_on"].year for row in [*self.time, *self.invoices, *self.reporting_counts]}
        years = years or set(self.shares)
        return years.pop() if len(years) == 1 else None


def files_in(path: Path) -> dict[str, bytes]:
    """The files of a folder that the import knows, by name; one that is too big is cut just past the limit
    and refused.
    """
    found = {}
    for name in [*COLUMNS, *folder_parts]:
        file = path / name
        if file.is_file():
            with file.open("rb") as content:
                found[name] = content.read(MOST_BYTES + 1)
    return found


def read(files: Mapping[str, bytes]) -> Folder:
    """Reads the files of one insats. `initiative.csv` must be there; the others may be left out."""
    folder = Folder()
    if "initiative.csv" not in files:
        folder.problems.append(Problem("initiative.csv", 1, "", MISSING))
    for name, reader in _READERS.items():
        if name in files:
            reader(folder, _rows(name, files[name], folder.problems))
    _undated(folder)
    _control(folder)
    for name, part in folder_parts.items():
        if name in files:
            folder.others[name] = part.read(files[name], folder)
    folder.problems.sort()
    return folder


COLUMNS = {
    "initiative.csv": ("name", "kind", "starts_on", "ends_on", "owner", "party", "party_kind", "role"),
    "totals.csv": ("initiative", "from", "to", "measure", "value", "unit"),
    "funding.csv": ("initiative", "association", "share_percent", "year", "invoiced_sek"),
    "activities.csv": ("date", "kind", "title", "form", "state", "audience"),
    "obstacles.csv": ("kind", "area", "text", "reported_to"),
}


def text_of(name: str, content: bytes, problems: list[Problem]) -> str | None:
    """The file as text, or None and a problem when it is too big or no UTF-8."""
    if len(content) > MOST_BYTES:
        problems.append(Problem(name, 1, "", TOO_LONG))
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        problems.append(Problem(name, 1, "", NOT_CSV))
        return None
    return text


def _rows(name: str, content: bytes, problems: list[Problem]) -> Iterator[Row]:
    text = text_of(name, content, problems)
    if text is None:
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    heading: list[str] = []
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not heading:
                heading = [cell.strip() for cell in cells]
                lacking = [column for column in COLUMNS[name] if column not in heading]
                if len(lacking) == len(COLUMNS[name]):
                    problems.append(Problem(name, line, "", NOT_CSV))
                    return
                problems.extend(Problem(name, line, column, MISSING) for column in lacking)
                if lacking:
                    return
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if line > MOST_ROWS:
                problems.append(Problem(name, line, "", TOO_LONG))
                return
            if len(cells) > len(heading):
                problems.append(Problem(name, line, "", TOO_MANY_CELLS))
                continue
            yield Row(name, line, dict(zip(heading, cells, strict=False)), problems)
    except csv.Error:
        problems.append(Problem(name, max(reader.line_num, 1), "", NOT_CSV))
    if not heading:
        problems.append(Problem(name, 1, "", NOT_CSV))


def _initiative(folder: Folder, rows: Iterator[Row]) -> None:
    seen: set[str] = set()
    for row in rows:
        common = {
            "name": row.text("name"),
            "kind": row.code("kind", InitiativeKind.values),
            "owner_name": row.text("owner"),
        }
        starts_on, ends_on = row.date("starts_on"), row.date("ends_on", required=False)
        if starts_on and ends_on and ends_on < starts_on:
            row.refuse("ends_on", END_BEFORE_START)
        if not folder.initiative:
            folder.initiative = {**common, "starts_on": starts_on, "ends_on": ends_on}
        for column, key in (("name", "name"), ("kind", "kind"), ("owner", "owner_name")):
            if common[key] and common[key] != folder.initiative[key]:
                row.refuse(column, DIFFERS)
        name = row.text("party")
        participation = {
            "name": name,
            "kind": row.code("party_kind", ParticipationKind.values),
            "role": row.code("role", ParticipationRole.values),
            "from_on": starts_on,
            "to_on": ends_on,
        }
        if name in seen:
            row.refuse("party", TWICE)
        seen.add(name)
        folder.participations.append(participation)
    if not folder.initiative and not any(p.file == "initiative.csv" for p in folder.problems):
        folder.problems.append(Problem("initiative.csv", 2, "name", MISSING))


def _of_this_initiative(folder: Folder, row: Row) -> None:
    name = row.text("initiative")
    if name and folder.initiative and name != folder.initiative["name"]:
        row.refuse("initiative", UNKNOWN_CODE, folder.initiative["name"])


def _funding(folder: Folder, rows: Iterator[Row]) -> None:
    of_year: dict[int, list[tuple[Row, str, Decimal]]] = {}
    doubtful: set[int | None] = set()
    for row in rows:
        _of_this_initiative(folder, row)
        name = row.text("association")
        percent = row.number("share_percent", least=0, most=100)
        written_year = row.number("year", least=1990, most=2100, whole=True)
        year = None if written_year is None else int(written_year)
        control = row.number("invoiced_sek", least=-(10**12), most=10**12, whole=True, required=False)
        if percent is not None and (percent != round(percent, 2) or percent == 0):
            row.refuse("share_percent", NOT_A_NUMBER, _("above 0, with at most two decimals"))
            percent = None
        if name and year and name in {other for _row, other, _percent in of_year.get(year, [])}:
            row.refuse("association", TWICE)
            name = ""
        if year is None or percent is None or not name:
            doubtful.add(year)
            continue
        of_year.setdefault(year, []).append((row, name, percent))
        if control is not None:
            folder.others.setdefault("controls", []).append((row, year, name, int(control)))
    for of, shares in of_year.items():
        total = sum((percent for _row, _name, percent in shares), Decimal(0))
        # A year with a refused row has no sum to speak of.
        if total != 100 and not doubtful & {of, None}:
            for row, _name, _percent in shares:
                row.refuse("share_percent", SHARES_NOT_100, written(total))
        folder.shares[of] = [(name, percent) for _row, name, percent in shares]


def _control(folder: Folder) -> None:
    """`invoiced_sek` is a control value: compared with the split of the year's invoices, never added."""
    for row, year, name, control in folder.others.pop("controls", []):
        invoiced = [invoice["amount"] for invoice in folder.invoices if invoice["from_on"].year == year]
        if not invoiced:
            continue
        try:
            split = divide(sum(invoiced), dict(folder.shares[year]))
        except SharesNotWhole:
            continue
        if split[name] != control:
            row.refuse("invoiced_sek", CONTROL_DIFFERS, written(split[name]))


def _activities(folder: Folder, rows: Iterator[Row]) -> None:
    for row in rows:
        folder.activities.append(
            {
                "on": row.date("date", required=False),
                "kind": row.code("kind", ActivityKind.values),
                "title": row.text("title"),
                "form": row.code("form", ActivityForm.values, required=False),
                "state": row.code("state", ActivityState.values),
                "audience": row.text("audience", required=False),
                "row": row,
            }
        )


def _undated(folder: Folder) -> None:
    """An activity without date belongs to the year of the totals; without such a year it has no place."""
    for activity in folder.activities:
        row = activity.pop("row")
        dated = bool(row.cells.get("date", "").strip())
        activity["year"] = None if dated else folder.year
        if not dated and folder.year is None:
            row.refuse("date", MISSING)


def _obstacles(folder: Folder, rows: Iterator[Row]) -> None:
    for row in rows:
        folder.obstacles.append(
            {
                "kind": row.code("kind", ObstacleKind.values),
                "area": row.code("area", Area.values),
                "text": row.text("text"),
                "reported_to": row.text("reported_to", required=False),
            }
        )


# What a total may measure, and the unit it is measured in.
MEASURES = {
    "time_used": "hours",
    "time_patient_share": "percent",
    "time_organisational_share": "percent",
    "invoiced": "SEK",
    "coordinators": "persons",
    "clinics": "units",
}


def _totals(folder: Folder, rows: Iterator[Row]) -> None:
    of_period: dict[tuple[date, date], dict[str, tuple[Row, Decimal | None]]] = {}
    for row in rows:
        _of_this_initiative(folder, row)
        first, last = row.date("from"), row.date("to")
        measure = row.code("measure", list(MEASURES))
        number = _total(row, measure)
        if measure in MEASURES:
            row.code("unit", [MEASURES[measure]])
        if first and last and last < first:
            row.refuse("to", END_BEFORE_START)
        elif first and last and measure in MEASURES:
            measured = of_period.setdefault((first, last), {})
            if measure in measured:
                row.refuse("measure", TWICE)
            measured[measure] = (row, number)
    for (first, last), measured in of_period.items():
        _lumps(folder, first, last, measured)


def _total(row: Row, measure: str) -> Decimal | None:
    match MEASURES.get(measure):
        case "percent":
            return row.number("value", least=0, most=100)
        case "hours":
            return row.number("value", least=0, most=10**7)
        case "SEK":
            return row.number("value", least=-(10**12), most=10**12, whole=True)
        case "persons" | "units":
            return row.number("value", least=0, most=10_000, whole=True)
    row.text("value")
    return None


def _lumps(folder: Folder, first: date, last: date, measured: dict[str, tuple[Row, Decimal | None]]) -> None:
    """Totals become rows: two lumps of time, one invoice, one count of persons.

    A value that was refused says no more.
    """
    known = {measure: (row, value) for measure, (row, value) in measured.items() if value is not None}
    if len(known) < len(measured):
        return
    period = {"from_on": first, "to_on": last}
    if "invoiced" in known:
        folder.invoices.append({**period, "amount": int(known["invoiced"][1])})
    if "coordinators" in known:
        units = known.get("clinics")
        folder.reporting_counts.append(
            {
                **period,
                "persons": int(known["coordinators"][1]),
                "units": int(units[1]) if units else None,
            }
        )
    shares = {
        TimeKind.PATIENT: known.get("time_patient_share"),
        TimeKind.ORGANISATIONAL: known.get("time_organisational_share"),
    }
    given = [share for share in shares.values() if share]
    if "time_used" not in known:
        for row, _share in given:
            row.refuse("measure", MISSING)
        return
    row, hours = known["time_used"]
    if len(given) < len(shares):
        row.refuse("measure", MISSING)
        return
    total = sum((share for _row, share in given), Decimal(0))
    minutes = int((hours * 60 * 2 + 1) // 2)
    if total != 100:
        for share_row, _share in given:
            share_row.refuse("value", SHARES_NOT_100, written(total))
    elif minutes <= 0:
        row.refuse("value", NOT_A_NUMBER, _("above 0"))
    else:
        split = _by_share(minutes, {str(kind): share[1] for kind, share in shares.items() if share})
        folder.time += [{**period, "kind": kind, "minutes": part} for kind, part in split.items() if part]


def _by_share(minutes: int, shares: dict[str, Decimal]) -> dict[str, int]:
    """Minutes by share, to the whole minute, halves to the first; the parts sum to all of them."""
    (first, share), (second, _rest) = shares.items()
    part = int((minutes * share * 2 + 100) // 200)
    return {first: part, second: minutes - part}


_READERS: dict[str, Callable[[Folder, Iterator[Row]], None]] = {
    "initiative.csv": _initiative,
    "totals.csv": _totals,
    "funding.csv": _funding,
    "activities.csv": _activities,
    "obstacles.csv": _obstacles,
}
