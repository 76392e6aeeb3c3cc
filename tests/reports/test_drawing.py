"""From frozen content to the same accessible bytes every time, with nothing fetched from outside."""

import io
import re
import subprocess
import sys

import pikepdf
import pytest

from reports import drawing, form, layout
from tests.reports import pdfua, sample
from tests.reports.pdftext import pages, words

MARKUP = '<script>alert(1)</script><img src="https://example.org/x.png">'


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return drawing.draw(sample.document())


def test_the_same_frozen_content_gives_the_same_bytes(drawn):
    assert drawing.draw(sample.document()) == drawn


def test_other_content_gives_other_bytes(drawn):
    other = sample.document()
    other["figures"]["hours_used"]["value"] = 769
    assert drawing.draw(other) != drawn


def test_every_pdf_is_clean_in_the_validator(drawn):
    many = sample.document(initiative="Ett mycket långt namn på en insats " * 4)
    row = many["figures"]["activities"]["value"]["rows"][0]
    many["figures"]["activities"]["value"]["rows"] = [row] * 120
    empty = sample.document("2023Q4", demo=False)
    for figure in empty["figures"].values():
        figure["value"] = (
            {**figure["value"], "rows": [], "total": None} if figure["form"] == "table" else None
        )
    for part in empty["parts"]:
        part["text"] = ""
    files = {"year": drawn, "long": drawing.draw(many), "empty": drawing.draw(empty)}
    assert pdfua.problems(files) == {}


def test_the_validator_finds_what_is_wrong():
    """The near miss: the same file with the language taken away is no longer clean."""
    with pikepdf.open(io.BytesIO(drawing.draw(sample.document()))) as pdf:
        del pdf.Root.Lang
        broken = io.BytesIO()
        pdf.save(broken)
    assert pdfua.problems({"broken": broken.getvalue()})["broken"]


def test_heads_say_what_they_head(drawn):
    scopes = []

    def walk(element) -> None:
        if isinstance(element, pikepdf.Array):
            for kid in element:
                walk(kid)
        elif isinstance(element, pikepdf.Dictionary) and "/S" in element:
            if str(element.S) == "/TH":
                scopes.append(str(element.A.Scope))
            if "/K" in element:
                walk(element.K)

    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        walk(pdf.Root.StructTreeRoot.K)
    assert {"/Column", "/Row"} == set(scopes)
    assert len(scopes) > 50


def test_the_form_stands_word_by_word_in_its_own_order(drawn):
    text = words(drawn)
    places = [text.rindex(part["heading"]) for part in sample.document()["parts"]]
    assert places == sorted(places)
    assert "Hur har samverkan mellan Försäkringskassan och Vuxenpsykiatri Ekelunda förbättrats" in text
    for words_of_the_form in [
        "Mål & Syfte",
        "Aktivitetsrapport – resultat, utfall och nulägesanalys",
        "Beviljade medel:",
        "Fakturerade kostnader:",
        "Prognos för året:",
        "Anledning vid avvikelse:",
    ]:
        assert words_of_the_form in text


def test_the_steering_groups_heading_is_shorter_in_a_yearly_report():
    from initiatives.periods import Period

    part = form.BY_KEY["steering"]
    assert form.heading(part, Period(2023), "", "") == "Styrgruppens analys och kommentarer av utfall"
    assert form.heading(part, Period(2023, 4), "", "").endswith(
        "budget, avvikelser, plan för implementering."
    )


def test_progress_is_told_section_by_section():
    told = []
    drawing.html_of(sample.document(), lambda done, of: told.append((done, of)))
    assert told == [(n, len(form.FORM)) for n in range(1, len(form.FORM) + 1)]


def test_foreign_markup_stays_text_and_fetches_nothing():
    document = sample.document(initiative=MARKUP)
    document["parts"][0]["text"] = MARKUP
    document["figures"]["activities"]["value"]["rows"][0][2] = MARKUP
    assert words(drawing.draw(document)).count("<script>alert(1)</script>") >= 3


def test_a_long_table_is_one_with_its_head_on_every_page_and_its_total_once():
    document = sample.document()
    table = document["figures"]["activities"]["value"]
    table["rows"] = [
        [*row[:2], f"Rad {n} av många", *row[3:]] for n, row in enumerate(table["rows"][:1] * 90)
    ]
    table["total"] = ["Summan", None, None, None, None, "allt"]
    drawn = pages(drawing.draw(document))
    crossed = [page for page in drawn if re.search(r"Rad \d+ av många", page)]
    assert len(crossed) > 2
    assert all("Datum" in page and "För vilka" in page for page in crossed)
    assert sum("Summan" in page for page in drawn) == 1
    assert "Summan" in crossed[-1]
    assert layout.is_long(table["rows"])
    assert not layout.is_long(table["rows"][:3])


def test_what_is_computed_stands_on_the_page_of_its_heading():
    """However long the texts before are: a block of figures never begins a page without its heading or text."""
    for length in range(0, 40, 7):
        document = sample.document()
        for part in document["parts"]:
            part["text"] = "Ett kort svar." if part["writer"] else ""
        document["parts"][0]["text"] = "\n\n".join(["Ett stycke."] * length)
        for page in pages(drawing.draw(document)):
            assert not page.startswith(("Beräknat", "Fakturerade kostnader:", "Prognos för året:")), length


def test_another_process_draws_the_same_bytes(drawn):
    """Another process has another seed of hashes and another clock reading; the bytes may not know."""
    script = (
        "import sys, django; django.setup(); from reports import drawing; from tests.reports import sample;"
        " sys.stdout.buffer.write(drawing.draw(sample.document()))"
    )
    import os

    env = {
        **os.environ,
        "PYTHONHASHSEED": "7",
        "DJANGO_SETTINGS_MODULE": "samverkan.settings",
        "PYTHONPATH": os.getcwd(),
    }
    out = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, check=True).stdout
    assert out == drawn
