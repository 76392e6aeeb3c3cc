"""The matrix as a page says what matrix.csv says, cell by cell, and only whoever works with cases reads it."""

import csv
from pathlib import Path

import pytest
from django.utils.translation import override

from cases import legalmatrix
from cases.law import InformationKind
from parties.models import PartyKind

ORIGINAL = Path(__file__).with_name("matrix.csv")
WORDS = {
    "CONSENT": "consent",
    "INTRA_CARE": "care relation",
    "FK_DUTY": "answer to a question",
    "FK_ASK": "by law",
}


def original() -> dict[tuple[str, str, str], list[str]]:
    """(from, to, kind or 'question') → the words in the order they are tried."""
    wanted: dict[tuple[str, str, str], list[str]] = {}
    with ORIGINAL.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            act, giver, to, kind, grounds = (row[c] for c in ("act", "from", "to", "kind", "grounds"))
            key = (giver, to, "question" if act == "question" else kind)
            words = [WORDS[g.strip()] for g in grounds.split("|")]
            # Of one's own accord stands before the answer, whichever the file has first.
            before = wanted.get(key, [])
            wanted[key] = [*words, *before] if act == "information" else [*before, *words]
    return wanted


@pytest.mark.parametrize("own", [k for k in PartyKind if k.matrix not in ("ASS", "EVA")])
def test_every_cell_is_as_in_the_original(own):
    wanted = original()
    with override("en"):
        code = {str(kind.label): kind.matrix for kind in PartyKind}
        shown = {}
        for giver in legalmatrix.givers(own):
            for line, kind in zip(giver.lines, [*InformationKind, "question"], strict=True):
                for cell in line.cells:
                    if cell.words:
                        key = (
                            code[giver.name[:1].upper() + giver.name[1:]],
                            code[str(cell.receiver)],
                            str(kind),
                        )
                        shown[key] = [str(word) for word in cell.words]
    assert shown == wanted
    first, *others = legalmatrix.givers(own)
    assert first.own and first.name.lower() == str(own.label).lower() and not any(g.own for g in others)


@pytest.mark.django_db
def test_the_page_is_for_those_who_work_with_cases(cast, sign_in):
    case_workers = {n for n, m in cast.everyone.items() if m and m.is_case_role and n != "ended_member"}
    assert case_workers >= {"coordinator", "manager", "employer"}
    for name, member in cast.everyone.items():
        response = sign_in(member).get("/matrix/")
        expected = 302 if member is None else 200 if name in case_workers else 404
        assert response.status_code == expected, name
    page = sign_in(cast.investigator).get("/matrix/").content.decode()
    assert page.index("Från Försäkringskassan: din egen part") < page.index("Från psykiatri")


@pytest.mark.django_db
def test_the_page_asks_the_same_whatever_there_is(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.coordinator)
    with django_assert_max_num_queries(12):
        client.get("/matrix/")
