"""The case list: what a right import takes, and what it says of the rest.

The list carried in `files/` (made by make.py) covers every form and problem. Where the project's shared data
lies beside the checkout, its list is read as well, by the same tests.
"""

import codecs
import csv
import io
import json
import random
import re
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.utils import translation

from cases import listcells, listfile
from cases.listfile import BENEFITS, CaseList, ListFileProblem, Row, check_size, read_case_list
from cases.models.case import Benefit

HERE = Path(__file__).parent / "files"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "case-list"
FOLDERS = [folder for folder in (HERE, SHARED) if folder == HERE or folder.is_dir()]

NORTH, SOUTH, PSYCHOSIS = 11, 12, 15
UNITS = {
    "Vuxenpsykiatrimottagning Ekelunda Norr": NORTH,
    "Vuxenpsykiatrimottagning Ekelunda Söder": SOUTH,
    "Vuxenpsykiatrimottagning Björkvalla": 13,
    "Vuxenpsykiatrimottagning Strandåker": 14,
    "Psykosmottagningen Ekelunda": PSYCHOSIS,
}
HEADINGS = (
    "Personnummer;Efternamn;Förnamn;Kommun;Mottagning;Sjukskriven fr.o.m.;Sjukskriven t.o.m.;"
    "Omfattning (%);Ersättning;Diagnosgrupp;Arbetsgivare;Anmärkning"
)
RIGHT = (
    "19850709-9805;Sandgren;Åke;Ekelunda;Vuxenpsykiatrimottagning Ekelunda Norr;2026-02-24;2026-08-24;"
    "50;sjukpenning;F32;;"
)
SECOND = RIGHT.replace("19850709-9805", "19810412-9807")


def read(text: str, allowed: set[int] | None = None) -> CaseList:
    return read_case_list(text.encode(), "lista.csv", UNITS, allowed)


def carried(name: str = "arendelista.csv") -> CaseList:
    return read_case_list((HERE / name).read_bytes(), name, UNITS)


def codes(result: CaseList) -> list[tuple[int, str, str]]:
    return [(one.line, one.column, one.problem) for one in result.problems]


def refusal(content: bytes, filename: str = "lista.csv") -> str:
    with pytest.raises(ListFileProblem) as caught:
        read_case_list(content, filename, UNITS)
    with translation.override("sv"):
        assert caught.value.sentence.endswith(".")
        assert "%(" not in caught.value.sentence
    return caught.value.code


# --- the lists


@pytest.mark.parametrize("name", ["arendelista.csv", "arendelista.xlsx"])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_a_list_gives_exactly_what_is_expected(folder, name):
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    report = read_case_list((folder / name).read_bytes(), name, UNITS).report()
    assert {key: report[key] for key in expected} == expected
    # Not every list says which warnings it expects, but they must be remarks.
    assert {one["column"] for one in report["warnings"]} == {"Anmärkning"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_csv_and_xlsx_give_the_same_rows_in_every_dress(folder):
    content = (folder / "arendelista.csv").read_bytes()
    text = content.decode("cp1252")
    rows = read_case_list(content, "a.csv", UNITS).rows
    assert rows
    table = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    for delimiter in ",\t;":
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerows(table)
        for encoding in ("utf-8", "utf-8-sig", "cp1252"):
            assert read_case_list(out.getvalue().encode(encoding), "a.csv", UNITS).rows == rows
    assert read_case_list((folder / "arendelista.xlsx").read_bytes(), "a.xlsx", UNITS).rows == rows


def test_the_carried_list_covers_every_problem_and_warning_of_a_row():
    result = carried()
    numbers = {"missing", "not_a_number", "no_such_date", "check_digit", "interim_number"}
    seen = {one.problem for one in result.problems} | {one.warning for one in result.warnings}
    assert seen == (set(listfile.SENTENCES) | numbers) - {"not_your_unit", "number_in_text"}


def test_rows_hold_what_the_cells_say():
    rows = {row.line: row for row in carried().rows}
    assert rows[2] == Row(
        line=2,
        number=rows[2].number,
        family_name="Sandgren",
        given_name="Åke",
        home_municipality="Ekelunda",
        unit=NORTH,
        spell_from=date(2026, 2, 24),
        spell_to=date(2026, 8, 24),
        degree=50,
        benefit="sickness_benefit",
        employer="Nordslätt Logistik AB",
        remark="",
    )
    assert [rows[line].number.digits for line in range(2, 8)] == [
        "198104129807",
        "198104129815",
        "198104129823",
        "198104129831",
        "198104729846",
        "192304129808",
    ]
    assert rows[4].benefit == "sickness_compensation"
    assert (rows[5].unit, rows[5].degree) == (PSYCHOSIS, 100)
    assert (rows[6].family_name, rows[6].number.kind) == ("von", "samordningsnummer")
    assert rows[34].spell_from == rows[34].spell_to


def test_a_remark_stays_the_text_it_is_but_for_numbers():
    rows = {row.line: row.remark for row in carried().rows}
    assert rows[25] == '=HYPERLINK("http://exempel.invalid";"klicka")'
    assert rows[26] == "<script>alert(1)</script>"
    assert rows[27] == "Syster till 19810413-****"
    assert rows[28] == "+46 700 00 00 00 ringer helst på förmiddagen"
    assert rows[30] == 'Sa "nej"; vill\nvänta till våren'


def test_cells_of_dates_numbers_shares_and_formulas_are_read_as_they_look():
    result = carried("typed.xlsx")
    assert [(row.number.digits, row.spell_from, row.spell_to, row.degree) for row in result.rows] == [
        ("198104129807", date(2026, 2, 24), date(2026, 8, 24), 50),
        ("200204129886", date(2026, 2, 24), date(2026, 8, 24), 50),
        ("198104129815", date(2026, 2, 24), date(2026, 8, 24), 100),
    ]
    assert {row.remark for row in result.rows} == {"2"}
    assert codes(result) == [(5, "Omfattning (%)", "not_a_degree")]


def test_no_value_of_a_row_is_in_what_is_told():
    result = carried()
    told = f"{result.problems} {result.warnings} {result.report()} {result.rows} {result}"
    for secret in ("Sandgren", "9807", "1981", "Nordslätt", "Syster", "halvtid", "Norrvik", "F32"):
        assert secret not in told


def test_the_diagnosis_is_not_read():
    result = carried()
    assert result.not_read == ("Diagnosgrupp",)
    for row in result.rows:
        assert "F32" not in [getattr(row, name) for name in Row.__slots__]


# --- headings


def test_columns_are_found_by_name_in_any_order_and_case():
    # The é-like letters of a Mac are two signs.
    text = (
        " anmärkning;OMFATTNING(%);Personnummer ;efternamn;Fo\u0308rnamn;Kommun;Mottagning;Ersättning;"
        "Sjukskriven  t.o.m.;Sjukskriven fr.o.m.\n"
        "hej;75;19850709-9805;Sandgren;Åke;Ekelunda;Psykosmottagningen Ekelunda;sjukpenning;"
        "2026-08-24;2026-02-24"
    )
    [row] = read(text).rows
    assert (row.remark, row.degree, row.employer, row.unit) == ("hej", 75, "", PSYCHOSIS)
    assert (row.spell_from, row.spell_to) == (date(2026, 2, 24), date(2026, 8, 24))


def test_the_first_problem_is_the_first_of_the_file_from_the_left():
    head, row = "Omfattning (%);" + HEADINGS.replace("Omfattning (%);", ""), RIGHT.replace(";50;", ";")
    assert codes(read(f"{head}\n110;{row}\n")) == [(2, "Omfattning (%)", "not_a_degree")]
    wrong = row.replace("9805", "9804")
    assert codes(read(f"{head}\n110;{wrong}")) == [(2, "Omfattning (%)", "not_a_degree")]
    assert codes(read(f"{head}\n100;{wrong}")) == [(2, "Personnummer", "check_digit")]


def test_blank_lines_count_but_are_not_told():
    result = read(f"\n\n{HEADINGS}\n\n;;;; ;;\n{RIGHT}\n\n{RIGHT}\n\n")
    assert [row.line for row in result.rows] == [6]
    assert codes(result) == [(8, "Personnummer", "duplicate_in_file")]
    assert result.rows_with_content == 2


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_like(ending):
    assert len(read(ending.join([HEADINGS, RIGHT, SECOND])).rows) == 2


@pytest.mark.parametrize("column", listfile.REQUIRED)
def test_a_missing_column_is_named(column):
    with pytest.raises(ListFileProblem) as caught:
        read(f"{HEADINGS.replace(column, 'Annat')}\n{RIGHT}")
    assert caught.value.code == "missing_column"
    with translation.override("sv"):
        missing, known = re.fullmatch(
            r"De här kolumnerna saknas: (.*)\. De här känns igen: (.*)\. Lägg till .*", caught.value.sentence
        ).groups()
    assert missing == column
    assert set(known.split(", ")) == set(listfile.FIELDS) - {column}


def test_every_missing_column_is_named_and_no_other_word_of_the_file():
    with pytest.raises(ListFileProblem) as caught:
        read("Personnummer;Namn;Kommun;850709-9805\n1;2;3\n")
    sentence = caught.value.sentence
    assert all(column in sentence for column in listfile.REQUIRED)
    assert not re.search("Namn|9805", sentence)


def test_whoever_wrote_a_wrong_word_is_told_the_right_ones():
    text = f"{HEADINGS}\n{RIGHT.replace('sjukpenning', 'sjukpenningen')}\n"
    (problem,) = read(text).problems
    with translation.override("sv"):
        assert problem.sentence.endswith(f"Skriv något av det här: {', '.join(BENEFITS)}.")
    (problem,) = read(f"{HEADINGS}\n{RIGHT.replace(';50;', ';halv;')}\n").problems
    assert all(degree in problem.sentence for degree in listfile.DEGREES)


def test_columns_that_a_row_can_do_without():
    assert len(read(f"{HEADINGS.replace('Arbetsgivare', 'X').replace('Anmärkning', 'Y')}\n{RIGHT}").rows) == 1


# --- cells


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("Sandgren", "", ("Efternamn", "missing")),
        ("Ekelunda;", " ;", ("Kommun", "missing")),
        ("Ekelunda Norr", "Ekelunda  NORR ", None),
        ("Ekelunda Norr", "Ekelunda Nora", ("Mottagning", "unknown_unit")),
        ("2026-02-24", "20260224", None),
        ("2026-02-24", "2026-0224", ("Sjukskriven fr.o.m.", "not_a_date")),
        ("2026-02-24", "26-02-24", ("Sjukskriven fr.o.m.", "not_a_date")),
        ("2026-02-24", "24/02/2026", ("Sjukskriven fr.o.m.", "not_a_date")),
        ("2026-02-24", "0026-02-24", ("Sjukskriven fr.o.m.", "not_a_date")),
        ("2026-02-24", "2026-02-29", ("Sjukskriven fr.o.m.", "not_a_date")),
        ("2026-02-24", "", ("Sjukskriven fr.o.m.", "missing")),
        ("2026-08-24", "2026-02-24", None),
        ("2026-08-24", "2026-02-23", ("Sjukskriven t.o.m.", "ends_before_start")),
        (";50;", "; 50\u00a0% ;", None),
        (";50;", ";50%;", None),
        (";50;", ";0,5;", ("Omfattning (%)", "not_a_degree")),
        (";50;", ";50 %%;", ("Omfattning (%)", "not_a_degree")),
        (";50;", ";%;", ("Omfattning (%)", "not_a_degree")),
        (";50;", ";150;", ("Omfattning (%)", "not_a_degree")),
        ("sjukpenning", "  SJUKPENNING ", None),
        ("sjukpenning", "sjukpenningen", ("Ersättning", "unknown_benefit")),
        ("Sandgren", "S" * 100, None),
        ("Sandgren", "S" * 101, ("Efternamn", "too_long")),
    ],
)
def test_what_a_cell_may_hold(before, after, problem):
    assert before in RIGHT
    result = read(f"{HEADINGS}\n{RIGHT.replace(before, after)}")
    assert codes(result) == ([(2, *problem)] if problem else [])
    assert len(result.rows) == (0 if problem else 1)


@pytest.mark.parametrize("benefit", BENEFITS)
def test_every_benefit_of_a_list_is_one_of_the_house(benefit):
    [row] = read(f"{HEADINGS}\n{RIGHT.replace('sjukpenning', benefit)}").rows
    assert row.benefit in Benefit.values


def test_a_number_that_lost_its_noughts_is_found_again():
    [row] = read(f"{HEADINGS}\n{RIGHT.replace('19850709-9805', '204129886')}").rows
    assert row.number.digits == "200204129886"
    lost = read(f"{HEADINGS}\n{RIGHT.replace('19850709-9805', '850709980')}")
    assert codes(lost) == [(2, "Personnummer", "not_a_number")]


def test_a_unit_of_another_is_refused_where_only_the_own_may_be_imported():
    text = f"{HEADINGS}\n{RIGHT}\n{SECOND.replace('Ekelunda Norr', 'Ekelunda Söder')}"
    assert len(read(text).rows) == 2
    result = read(text, {SOUTH})
    assert codes(result) == [(2, "Mottagning", "not_your_unit")]
    assert [row.unit for row in result.rows] == [SOUTH]
    assert len(read(text, set()).problems) == 2
    unknown = text.replace("Ekelunda Norr", "Norrvik")
    assert codes(read(unknown, {SOUTH})) == [(2, "Mottagning", "unknown_unit")]


def test_one_person_in_two_forms_is_one_person():
    result = read(f"{HEADINGS}\n{RIGHT}\n{RIGHT.replace('19850709-9805', ' 8507099805')}")
    assert codes(result) == [(3, "Personnummer", "duplicate_in_file")]
    assert [row.line for row in result.rows] == [2]


def test_a_number_in_any_text_is_masked_and_told():
    row = RIGHT.replace("Sandgren", "Sandgren 810412-9815").removesuffix(";") + ";Hos 810412-9823;"
    result = read(f"{HEADINGS}\n{row.replace(';;Hos', ';Hos')}")
    [taken] = result.rows
    assert taken.family_name == "Sandgren 19810412-****"
    assert taken.employer == "Hos 19810412-****"
    assert [(one.column, one.warning) for one in result.warnings] == [
        ("Efternamn", "number_in_text"),
        ("Arbetsgivare", "number_in_text"),
    ]


def test_signs_that_cannot_be_seen_are_taken_out():
    row = (
        RIGHT.replace("Sandgren", "\u202eSand\x07gren\u200b") + "rad 1\x00".replace("\x00", "\x1b") + "\tslut"
    )
    [taken] = read(f"{HEADINGS}\n{row}").rows
    assert taken.family_name == "Sandgren"
    assert taken.remark == "rad 1 slut"


def test_a_text_with_the_separator_is_not_cut_in_silence():
    result = read(f"{HEADINGS}\n{RIGHT}ringer; inte på morgonen\n{SECOND}ringer;\n")
    assert codes(result) == [(2, "Anmärkning", "extra_cell")]
    assert [row.remark for row in result.rows] == ["ringer"]


def test_every_problem_and_warning_has_its_sentence():
    result = carried()
    for one in [*result.problems, *result.warnings]:
        with translation.override("en"):
            english = one.sentence
        with translation.override("sv"):
            assert one.sentence != english
            assert "%" not in one.sentence.replace("Omfattning (%)", "")
    with translation.override("sv"):
        missing = {(one.line): one.sentence for one in result.problems if one.problem == "missing"}
        assert missing == {
            10: "Fyll i personnumret med 10 eller 12 siffror, till exempel 850709-9805.",
            15: "Fyll i Förnamn.",
        }


# --- files that are refused whole


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"", "lista.csv", "empty_file"),
        (b"\xef\xbb\xbf \r\n", "lista.csv", "empty_file"),
        (b"%PDF-1.7\n", "lista.csv", "not_a_list"),
        (b"\x89PNG\r\n\x1a\n", "bild.png", "not_a_list"),
        (b"<!DOCTYPE html><table>", "lista.xls", "not_a_list"),
        (b"a\0b", "lista.csv", "not_a_list"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "lista.xls", "old_excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "lista.xlsx", "old_excel"),
        (b"PK\x03\x04" + bytes(100), "lista.xlsx", "not_a_workbook"),
        (b"PK\x05\x06" + bytes(18), "lista.xlsx", "not_a_workbook"),
        (b"Personnummer", "lista.xlsx", "not_a_workbook"),
        (b"Hej hopp\n", "lista.csv", "no_header"),
        (b"Personnummer\n850709-9805\n", "lista.csv", "no_header"),
        (HEADINGS.encode(), "lista.csv", "no_rows"),
        (f"{HEADINGS}\n;;;\n".encode(), "lista.csv", "no_rows"),
        (f"{HEADINGS};Kommun\n{RIGHT}\n".encode(), "lista.csv", "column_twice"),
        (HEADINGS.encode("cp1252") + b"\n\x81\x8d", "lista.csv", "unreadable_text"),
        (b"\xef\xbb\xbf" + HEADINGS.encode("cp1252"), "lista.csv", "unreadable_text"),
        (HEADINGS.encode("utf-16"), "lista.csv", "unreadable_text"),
        (codecs.BOM_UTF16_BE + HEADINGS.encode("utf-16-be"), "lista.csv", "unreadable_text"),
        (HEADINGS.encode("utf-16-le"), "lista.csv", "not_a_list"),
        (f'{HEADINGS}\n{RIGHT}"ringer\n{SECOND}\n'.encode(), "lista.csv", "broken_row"),
        (f'{HEADINGS}\n{RIGHT}"ringer" helst\n'.encode(), "lista.csv", "broken_row"),
        (f"{HEADINGS}\n{RIGHT}{'x' * 200_000}\n".encode(), "lista.csv", "broken_row"),
    ],
)
def test_a_file_that_is_no_list_is_refused(content, filename, code):
    assert refusal(content, filename) == code


def test_a_broken_row_is_told_by_its_number():
    with pytest.raises(ListFileProblem) as caught:
        read(f'{HEADINGS}\n{RIGHT}\n{SECOND}"ringer\n{RIGHT}\n{RIGHT}\n')
    assert "3" in caught.value.sentence


def test_the_size_is_refused_before_anything_is_read():
    check_size(listcells.MAX_BYTES)
    with pytest.raises(ListFileProblem, match="too_big") as caught:
        check_size(50_000_000)
    with translation.override("sv"):
        assert caught.value.sentence == "Filen är större än 5 MB. Dela listan i flera filer."
    assert refusal(b"x" * (listcells.MAX_BYTES + 1)) == "too_big"


def test_the_number_of_rows_has_a_limit(monkeypatch):
    monkeypatch.setattr(listfile, "MAX_ROWS", 2)
    text = f"{HEADINGS}\n{RIGHT}\n\n{SECOND}\n;;\n"
    assert len(read(text).rows) == 2
    assert refusal(f"{text}x\n".encode()) == "too_many_rows"
    assert listcells.figure(10_000) == "10\u00a0000"


def test_blank_lines_have_a_limit_too(monkeypatch):
    monkeypatch.setattr(listcells, "MAX_LINES", 5)
    assert len(read(f"{HEADINGS}\n{RIGHT}\n\n\n\n").rows) == 1
    assert refusal(f"{HEADINGS}\n{RIGHT}\n\n\n\n\n".encode()) == "too_many_rows"


# --- workbooks

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def workbook(*sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for place, rows in enumerate(sheets):
        sheet = book.active if place == 0 else book.create_sheet()
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


LIST = [HEADINGS.split(";"), RIGHT.split(";"), SECOND.split(";")]


def repacked(content: bytes, changes: dict[str, bytes], **options: int) -> bytes:
    """The workbook with parts changed or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {name: old.read(name) for name in old.namelist()} | changes
        for name, part in parts.items():
            new.writestr(name, part, **options)
    return out.getvalue()


def part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def test_the_sheet_with_the_list_is_read_wherever_it_stands():
    content = workbook([["Läs mig"], ["Lista för mars"]], [[], *LIST])
    result = read_case_list(content, "lista.xlsx", UNITS)
    assert [row.line for row in result.rows] == [3, 4]


def test_two_lists_in_a_workbook_are_refused_rather_than_one_lost():
    assert refusal(workbook(LIST, LIST), "lista.xlsx") == "several_lists"
    assert refusal(workbook([["Läs mig"]], [["Hej"]]), "lista.xlsx") == "no_header"


def test_a_wrong_size_stated_by_the_sheet_loses_no_row():
    content = workbook(LIST)
    sheet = part(content, SHEET)
    assert b'<dimension ref="A1:L3"' in sheet
    lying = repacked(content, {SHEET: sheet.replace(b"A1:L3", b"A1:L2")})
    assert len(read_case_list(lying, "lista.xlsx", UNITS).rows) == 2


def test_pictures_in_a_workbook_are_not_unpacked():
    content = repacked(workbook(LIST), {"xl/media/image1.png": b"\x89PNG" * 1000})
    assert len(read_case_list(content, "lista.xlsx", UNITS).rows) == 2


def unread(monkeypatch) -> None:
    """Fails the test if a parser is given the file."""

    def fail(*_args, **_kwargs):
        pytest.fail("the workbook was opened")  # no Exception, so that nothing on the way catches it

    monkeypatch.setattr(openpyxl, "load_workbook", fail)


def test_a_zip_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    assert refusal(out.getvalue(), "brev.docx") == "not_a_workbook"
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    assert refusal(out.getvalue(), "lista.xlsx") == "not_a_workbook"


def test_a_zip_bomb_is_refused_by_its_directory(monkeypatch):
    unread(monkeypatch)
    assert (
        refusal(repacked(workbook(LIST), {"xl/bomb.xml": bytes(60_000_000)}), "x.xlsx") == "unpacks_too_big"
    )
    assert (
        refusal(repacked(workbook(LIST), {"xl/bomb.bin": bytes(60_000_000)}), "x.xlsx") == "unpacks_too_big"
    )
    many = {f"xl/{number}.xml": b"<a/>" for number in range(listcells.MAX_PARTS)}
    assert refusal(repacked(workbook(LIST), many), "x.xlsx") == "unpacks_too_big"


def test_the_directory_counts_what_is_not_unpacked_too(monkeypatch):
    noise = random.Random(20261121).randbytes(100_000)
    content = repacked(workbook(LIST), {"xl/media/image1.png": noise})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = sum(one.file_size for one in archive.infolist())
    monkeypatch.setattr(listcells, "MAX_UNPACKED", size)
    assert len(read_case_list(content, "x.xlsx", UNITS).rows) == 2
    monkeypatch.setattr(listcells, "MAX_UNPACKED", size - 1)
    assert refusal(content, "x.xlsx") == "unpacks_too_big"


def test_a_ratio_no_list_has_is_refused(monkeypatch):
    unread(monkeypatch)
    content = repacked(workbook(LIST), {"xl/bomb.xml": b" " * 10_000_000})
    assert len(content) * listcells.MAX_RATIO < 10_000_000 < listcells.MAX_UNPACKED
    assert refusal(content, "x.xlsx") == "unpacks_too_big"


def test_a_directory_that_lies_about_a_size_gets_no_further(monkeypatch):
    unread(monkeypatch)
    size = 12_000_000
    content = bytearray(repacked(workbook(LIST), {"xl/bomb.xml": bytes(size)}))
    true, claimed = size.to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert content.count(true) == 2
    assert refusal(bytes(content.replace(true, claimed)), "x.xlsx") == "not_a_workbook"


def test_what_really_comes_out_is_counted_over_all_parts(monkeypatch):
    content = workbook(LIST)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = sum(one.file_size for one in archive.infolist())
    monkeypatch.setattr(listcells, "_check_directory", lambda *_: None)
    monkeypatch.setattr(listcells, "MAX_UNPACKED", size)
    assert len(read_case_list(content, "x.xlsx", UNITS).rows) == 2
    unread(monkeypatch)
    monkeypatch.setattr(listcells, "MAX_UNPACKED", size - 1)
    assert refusal(content, "x.xlsx") == "unpacks_too_big"


def test_a_sheet_of_a_million_empty_cells_is_refused(monkeypatch):
    unread(monkeypatch)
    cells = b"<row>" + b"<c/>" * listcells.MAX_TAGS + b"</row>"
    noise = bytes(range(256)) * 200
    content = repacked(
        workbook(LIST), {SHEET: cells, "xl/media/a.png": noise}, compress_type=zipfile.ZIP_STORED
    )
    assert refusal(content, "x.xlsx") == "unpacks_too_big"


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&b;</t></si></sst>'
)


@pytest.mark.parametrize(
    "xml",
    [
        BOMB.encode(),
        b"\xef\xbb\xbf" + BOMB.encode(),
        BOMB.encode("utf-16"),
        BOMB.encode("utf-16-le"),
        BOMB.replace('"1.0"', '"1.0" encoding="utf-7"').encode().replace(b"<!", b"+ADwAIQ-"),
        BOMB.replace('"1.0"', "'1.0'  encoding = 'cp037' ").encode(),
        b'<?xml version="1.0" encoding="ISO-8859-1"?><sst/>',
    ],
)
@pytest.mark.parametrize(
    "name", [STRINGS, SHEET, "xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"]
)
def test_xml_with_a_document_type_meets_no_parser(monkeypatch, name, xml):
    content = workbook(LIST)
    assert len(read_case_list(repacked(content, {}), "x.xlsx", UNITS).rows) == 2
    unread(monkeypatch)
    assert refusal(repacked(content, {name: xml}), "x.xlsx") == "not_a_workbook"


def test_markup_in_a_cell_is_no_document_type():
    rows = [LIST[0], [*LIST[1][:-1], "<!DOCTYPE html>"]]
    [row] = read_case_list(workbook(rows), "x.xlsx", UNITS).rows
    assert row.remark == "<!DOCTYPE html>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'<row r="3"', b'<row r="999999999999"'),
        (b'<row r="3"', b'<row r="x"'),
        (b'<c r="A3"', b'<c r="ABCDE3"'),
        (b"</sheetData>", b""),
        (b'<c r="A1"', b'<c r="A1" t="s"><v>99</v></c><c r="A1"'),
    ],
)
def test_a_forged_sheet_is_refused(monkeypatch, before, after):
    monkeypatch.setattr(listcells, "MAX_LINES", 1000)
    content = workbook(LIST)
    sheet = part(content, SHEET)
    assert before in sheet
    assert refusal(repacked(content, {SHEET: sheet.replace(before, after)}), "x.xlsx") in (
        "not_a_workbook",
        "too_many_rows",
    )


def test_a_cell_far_to_the_right_does_not_make_the_rows_wide():
    content = workbook(LIST)
    sheet = part(content, SHEET).replace(
        b"</row>", b'<c r="XFD2" t="inlineStr"><is><t>x</t></is></c></row>', 1
    )
    tables = listcells.read_tables(repacked(content, {SHEET: sheet}), "x.xlsx")
    assert {len(cells) for _line, cells in tables[0]} == {listcells.MAX_COLUMNS}


def test_a_workbook_with_a_password_inside_is_refused():
    content = bytearray(workbook(LIST))
    place = content.rindex(b"PK\x01\x02")
    content[place + 8] |= 1
    assert refusal(bytes(content), "x.xlsx") == "not_a_workbook"


def test_an_unusual_compression_or_a_part_twice_is_refused():
    content = workbook(LIST)
    assert refusal(repacked(content, {}, compress_type=zipfile.ZIP_LZMA), "x.xlsx") == "not_a_workbook"
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET, b"<worksheet/>")
    assert refusal(out.getvalue(), "x.xlsx") == "not_a_workbook"


def test_every_refusal_of_a_file_has_its_sentence():
    words = {"limit": 5, "line": 3, "columns": "Kommun", "column": "Kommun", "known": "Ort"}
    for code in listcells.SENTENCES:
        problem = ListFileProblem(code, **words)
        with translation.override("en"):
            english = problem.sentence
        with translation.override("sv"):
            assert problem.sentence != english
