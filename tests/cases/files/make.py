"""Makes the files of this folder: `python tests/cases/files/make.py`.

An invented case list, untidy as real ones are, with a row for each form that is taken and each problem there
is. People are invented and the numbers are test numbers (birth numbers 980–999). The problem of a row stands
beside it, written by hand, and becomes expected.json. The list is written as CSV (cp1252, `;`) and as an XLSX
of text cells.
"""

import csv
import json
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

FOLDER = Path(__file__).parent
HEADINGS = [
    "Personnummer",
    "Efternamn",
    "Förnamn",
    "Kommun",
    "Mottagning",
    "Sjukskriven fr.o.m.",
    "Sjukskriven t.o.m.",
    "Omfattning (%)",
    "Ersättning",
    "Diagnosgrupp",
    "Arbetsgivare",
    "Anmärkning",
]
NORTH = "Vuxenpsykiatrimottagning Ekelunda Norr"
PSYCHOSIS = "Psykosmottagningen Ekelunda"


def row(number: str, **cells: str) -> list[str]:
    """A row that is right but for the cells that are given."""
    given = {
        "family": "Sandgren",
        "given": "Åke",
        "town": "Ekelunda",
        "unit": NORTH,
        "start": "2026-02-24",
        "end": "2026-08-24",
        "degree": "50",
        "benefit": "sjukpenning",
        "diagnosis": "F32",
        "employer": "",
        "remark": "",
        "extra": "",
    } | cells
    extra = given.pop("extra")
    return [number, *given.values(), *([extra] if extra else [])]


# (row, column and problem of a rejected one, column and warning)
ROWS: list[tuple[list[str], tuple[str, str] | None, tuple[str, str] | None]] = [
    (row("19810412-9807", employer="Nordslätt Logistik AB"), None, None),  # line 2
    (row("198104129815", given="Örjan", start="20260224", degree="50 %"), None, None),
    (row("810412-9823", unit=NORTH.lower(), benefit="Sjukersättning "), None, None),
    (row("  8104129831 ", unit=f" {PSYCHOSIS}  ", degree="100 %"), None, None),
    (row("19810472-9846", family="von", given="Zeynep"), None, None),  # a coordination number
    (row("230412+9808", family="O'Brien", degree="25"), None, None),  # past a hundred
    ([""] * 12, None, None),  # line 8
    (row("8104129807"), ("Personnummer", "duplicate_in_file"), None),
    (row(""), ("Personnummer", "missing"), None),
    (row("19810432-9803"), ("Personnummer", "no_such_date"), None),  # line 11
    (row("19810412-9808"), ("Personnummer", "check_digit"), None),
    (row("19810412-T980"), ("Personnummer", "interim_number"), None),
    (row("810412-980"), ("Personnummer", "not_a_number"), None),
    (row("19810412-9849", given=" "), ("Förnamn", "missing"), None),
    (row("19810412-9856", unit="Mottagningen i Norrvik"), ("Mottagning", "unknown_unit"), None),  # line 16
    (row("19810412-9864", start="24/2 2026"), ("Sjukskriven fr.o.m.", "not_a_date"), None),
    (row("19810412-9872", end="2026-02-30"), ("Sjukskriven t.o.m.", "not_a_date"), None),
    (row("19810412-9880", end="2026-02-23"), ("Sjukskriven t.o.m.", "ends_before_start"), None),
    (row("19810412-9898", degree="halvtid"), ("Omfattning (%)", "not_a_degree"), None),
    (row("19810412-9906", degree="0"), ("Omfattning (%)", "not_a_degree"), None),  # line 21
    (row("19810412-9914", benefit="a-kassa"), ("Ersättning", "unknown_benefit"), None),
    (
        row("19810412-9925", degree="40"),
        ("Personnummer", "check_digit"),
        None,
    ),  # two wrong: the left one is told
    (row("19810412-9898"), ("Personnummer", "duplicate_in_file"), None),  # its first row was rejected too
    (row("19810412-9930", remark='=HYPERLINK("http://exempel.invalid";"klicka")'), None, None),
    (row("19810412-9948", remark="<script>alert(1)</script>"), None, None),  # line 26
    (row("19810412-9955", remark="Syster till 19810413-9806"), None, ("Anmärkning", "number_in_remark")),
    (row("19810412-9963", remark="+46 700 00 00 00 ringer helst på förmiddagen"), None, None),
    (row("19810412-9971", remark="Tidigare missbruk"), None, ("Anmärkning", "warning_word")),
    (row("19810412-9989", remark='Sa "nej"; vill\nvänta till våren'), None, None),
    (row("19810412-9997", remark="ringer", extra="inte"), ("Anmärkning", "extra_cell"), None),  # line 31
    (row("19810492-9800"), ("Personnummer", "no_such_date"), None),
    (row("19810414-9805", family="Sandgren" * 20), ("Efternamn", "too_long"), None),
    (row("19810414-9813", start="2026-02-24", end="2026-02-24"), None, None),  # one day
    ([""] * 12, None, None),
]


def expected() -> dict[str, object]:
    """What a right import says of the list."""
    placed = list(enumerate(ROWS, start=2))
    problems = [
        {"line": line, "column": wrong[0], "problem": wrong[1]}
        for line, (_cells, wrong, _seen) in placed
        if wrong
    ]
    warnings = [
        {"line": line, "column": seen[0], "warning": seen[1]}
        for line, (_cells, _wrong, seen) in placed
        if seen
    ]
    content = sum(any(cells) for cells, _wrong, _seen in ROWS)
    return {
        "rows_with_content": content,
        "importable": content - len(problems),
        "rejected": len(problems),
        "problems": problems,
        "warnings": warnings,
    }


def write_csv(path: Path) -> None:
    with path.open("w", encoding="cp1252", newline="") as file:
        csv.writer(file, delimiter=";", lineterminator="\r\n").writerows(
            [HEADINGS, *(cells for cells, _wrong, _seen in ROWS)]
        )


def write_xlsx(path: Path) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001
        sheet = book.add_worksheet("Ärenden")
        for line, cells in enumerate([HEADINGS, *(cells for cells, _wrong, _seen in ROWS)]):
            for place, cell in enumerate(cells):
                sheet.write_string(line, place, cell)


def write_typed(path: Path) -> None:
    """Cells as a spreadsheet makes them of what is typed: dates, numbers, shares, a formula and its value."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        share = book.add_format({"num_format": "0 %"})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        rows = [
            (198104129807, date(2026, 2, 24), 20260824, 50, None),
            (204129886, 20260224, date(2026, 8, 24), 0.5, share),  # 020412-9886, its nought lost
            (198104129815, date(2026, 2, 24), date(2026, 8, 24), 1, share),
            (198104129823, date(2026, 2, 24), date(2026, 8, 24), 0.5, None),  # half a per cent
        ]
        for line, (number, start, end, degree, shown) in enumerate(rows, start=1):
            sheet.write_row(line, 0, [number, "Sandgren", "Åke", "Ekelunda", NORTH])
            for place, value in ((5, start), (6, end)):
                if isinstance(value, date):
                    sheet.write_datetime(line, place, value, day)
                else:
                    sheet.write_number(line, place, value)
            sheet.write_number(line, 7, degree, shown)
            sheet.write_row(line, 8, ["sjukpenning", "F32"])
            sheet.write_formula(line, 11, "=1+1", None, 2)


if __name__ == "__main__":
    write_csv(FOLDER / "arendelista.csv")
    write_xlsx(FOLDER / "arendelista.xlsx")
    write_typed(FOLDER / "typed.xlsx")
    text = json.dumps(expected(), ensure_ascii=False, indent=1)
    (FOLDER / "expected.json").write_text(text + "\n", encoding="utf-8")
