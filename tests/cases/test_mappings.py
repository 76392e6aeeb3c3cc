"""A list whose headings are not the house's: asked once, remembered by the unit, and never a diagnosis (R19)."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases import intake, mappings
from cases.crypt import heading_key, index_key
from cases.listcells import ListFileProblem
from cases.models import Case, ColumnMapping, Item, Spell
from parties.access import acting
from tests.cases.test_intake import NUMBER

pytestmark = pytest.mark.django_db

FOREIGN = (
    "Pnr;Namn 2;Namn 1;Hemort;Enhet;Från;Till;Grad;Förmån;Diagnosgrupp;Arbetsplats",
    f"{NUMBER};Sandgren;Åke;Ekelunda;Mottagning Norr;2026-02-24;2026-08-24;50;sjukpenning;F32 hemligt;Prov Livs AB",
)
SAID = {
    "number": "0", "family_name": "1", "given_name": "2", "home_municipality": "3", "unit": "4", "spell_from": "5",
    "spell_to": "6", "degree": "7", "benefit": "8", "employer": "9",
}  # fmt: skip


def content(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def choose(client, data: bytes):
    return client.post("/cases/import/", {"file": SimpleUploadedFile("lista.csv", data)})


def test_it_is_asked_once_and_then_remembered(cast, sign_in):
    client = sign_in(cast.coordinator)
    assert choose(client, content(*FOREIGN))["Location"] == "/cases/import/columns/"
    page = client.get("/cases/import/columns/").content.decode()
    assert "Arbetsplats" in page and NUMBER not in page and "Sandgren" not in page
    # Until it is said, nothing is checked and nothing can be imported.
    assert client.get("/cases/import/list/")["Location"] == "/cases/import/columns/"
    assert client.post("/cases/import/list/confirm/")["Location"] == "/cases/import/columns/"
    wrong = client.post("/cases/import/columns/", SAID | {"degree": "8", "unit": ""}).content.decode()
    assert (
        "Den här rubriken är redan vald" in wrong
        and "Välj vilken av dina rubriker som är Mottagning" in wrong
    )
    assert client.post("/cases/import/columns/", SAID)["Location"] == "/cases/import/list/"
    client.post("/cases/import/list/confirm/")
    with acting(cast.coordinator):
        case = Case.objects.get()
        assert case.person.name == "Åke Sandgren"
        assert Item.objects.get().facts == {"employer": "Prov Livs AB"}
        kept = ColumnMapping.objects.get()
        assert "pnr" not in str(kept.columns).casefold() and len(kept.columns) == 10
    # The same headings in another order, and another end: straight to what would be done.
    heads, values = FOREIGN[0].split(";"), FOREIGN[1].replace("2026-08-24", "2026-09-30").split(";")
    turned = content(";".join(heads[::-1]), ";".join(values[::-1]))
    assert choose(client, turned)["Location"] == "/cases/import/list/"
    client.post("/cases/import/list/confirm/")
    with acting(cast.coordinator):
        assert Case.objects.count() == 1
        assert [str(s.to_on) for s in Spell.objects.order_by("pk")] == ["2026-08-24", "2026-09-30"]


def test_another_set_of_headings_is_asked_anew_and_another_unit_too(cast, sign_in):
    with acting(cast.coordinator):
        columns = {column: FOREIGN[0].split(";")[0] for column in ("Personnummer",)}
        mappings.remember(by=cast.coordinator, content=content(*FOREIGN), filename="l.csv", columns=columns)
        assert mappings.known_for(cast.coordinator, content(*FOREIGN), "l.csv") == {"pnr": "Personnummer"}
        other = content(FOREIGN[0] + ";Mer", FOREIGN[1] + ";x")
        assert mappings.known_for(cast.coordinator, other, "l.csv") == {}
    for name, member in cast.everyone.items():
        if member is None or member.unit_id == cast.coordinator.unit_id:
            continue
        with acting(member):
            assert mappings.known_for(member, content(*FOREIGN), "l.csv") == {}, name
            assert not ColumnMapping.objects.exists(), name


@pytest.mark.parametrize("heading", ["Diagnosgrupp", "DIAGNOS", "Huvuddiagnos", "ICD-10", "diagnos kod"])
def test_r19_no_heading_of_a_diagnosis_is_read_as_another_column(cast, sign_in, heading):
    """R19: a diagnosis comes in by no list, also when somebody would call it a remark."""
    lines = (FOREIGN[0].replace("Diagnosgrupp", heading), FOREIGN[1])
    assert heading not in mappings.headings_to_ask(content(*lines), "l.csv")
    with acting(cast.coordinator):
        heads = dict(zip(mappings.FIELDS, [h for h in lines[0].split(";") if h != heading], strict=False))
        mappings.remember(
            by=cast.coordinator,
            content=content(*lines),
            filename="l.csv",
            columns=heads | {"Anmärkning": heading},
        )
        assert "Anmärkning" not in mappings.known_for(cast.coordinator, content(*lines), "l.csv").values()
        intake.import_list(by=cast.coordinator, content=content(*lines), filename="l.csv")
        assert Case.objects.count() == 1
        said = [f"{i.heading} {i.text} {i.facts}" for i in Item.objects.all()]
    assert not [text for text in said if "F32" in text or "hemligt" in text]


def test_a_file_that_is_no_list_is_refused_as_before(cast, sign_in):
    client = sign_in(cast.coordinator)
    answer = choose(client, content("Hej;du", "1;2"))
    assert answer.status_code == 200 and "Rubrikerna saknas" in answer.content.decode()
    assert client.get("/cases/import/columns/")["Location"] == "/cases/import/"
    for name, member in cast.everyone.items():
        if not intake.may_import(member):
            assert sign_in(member).get("/cases/import/columns/").status_code in (
                302 if member is None else 404,
            ), name


@pytest.mark.parametrize(
    "first",
    [
        FOREIGN[1],
        FOREIGN[1].replace(NUMBER, "19850709-980X"),
        "Åke;Sandgren;Ekelunda;Mottagning Norr;50 %;x;y;z;q",
        "Åke;Sandgren;Ekelunda;Mottagning Norr;Sjukpenning;x;y;z;q",
        "Åke;Sandgren;Ekelunda;Mottagning Norr;24/2 2026;x;y;z;q",
        "Åke;Sandgren;Ekelunda;Mottagning Norr;24 feb 2026;x;y;z;q",
    ],
)
def test_a_first_row_that_is_a_persons_is_neither_shown_nor_kept(cast, sign_in, first):
    client = sign_in(cast.coordinator)
    answer = choose(client, content(first, FOREIGN[1]))
    page = answer.content.decode()
    assert answer.status_code == 200 and "Listan saknar rubriker" in page
    assert "Sandgren" not in page and NUMBER not in page
    assert client.get("/cases/import/columns/")["Location"] == "/cases/import/"
    assert "Sandgren" not in str(dict(client.session))
    with acting(cast.coordinator):
        with pytest.raises(ListFileProblem):
            mappings.remember(
                by=cast.coordinator,
                content=content(first),
                filename="l.csv",
                columns={"Efternamn": "Sandgren"},
            )
        assert not ColumnMapping.objects.exists()


@pytest.mark.parametrize(
    "heading", ["Namn 2", "2026", "År 2026-2027", "Grad %", "Omfattning 100 % i dag", "Datum 1"]
)
def test_a_heading_with_a_figure_is_still_a_heading(heading):
    lines = (FOREIGN[0].replace("Arbetsplats", heading), FOREIGN[1])
    assert heading in mappings.headings_to_ask(content(*lines), "l.csv")


def test_a_heading_is_kept_by_a_keyed_fingerprint(cast, settings):
    heading = FOREIGN[0].split(";")[0]
    with acting(cast.coordinator):
        said = {"columns": {"Personnummer": heading}, "content": content(*FOREIGN), "filename": "l.csv"}
        mappings.remember(by=cast.coordinator, **said)
        kept = ColumnMapping.objects.get()
        bare = hashlib.sha256(heading.casefold().encode()).hexdigest()
        assert bare not in kept.columns and mappings.known_for(cast.coordinator, content(*FOREIGN), "l.csv")
        settings.NUMBER_INDEX_KEY = b"x" * 32
        assert mappings.known_for(cast.coordinator, content(*FOREIGN), "l.csv") == {}
    assert heading_key("198507099805") != index_key("198507099805").hex()
