"""The import in the browser: what pages show, what they refuse, and where the list lies meanwhile."""

import io
import logging
import os
import re
import time
import zipfile
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import RequestFactory

from cases import held
from cases.listcells import MAX_BYTES
from cases.models import Case
from cases.tasks import sweep_lists
from cases.views import intake as intake_views
from parties.access import SESSION_KEY, acting
from parties.models import Membership, PartyKind, Role
from tests.cases.test_intake import (
    HEADINGS,
    HERE,
    NUMBER,
    UNITS,
    entries,
    listed,
    make_insats,
    of_many,
    row,
    rows_of,
)
from tests.factories import make_member, make_unit

pytestmark = pytest.mark.django_db

FORM, LIST = "/cases/import/", "/cases/import/list/"
CONFIRM, DISCARD, REJECTED = f"{LIST}confirm/", f"{LIST}discard/", f"{LIST}rejected.csv"
VALUES = ("19850709", "850709", "9805", "Sandgren", "Prov Livs", "Ringer helst")


def send(client: Client, content: bytes, name: str = "lista.csv", **more):
    return client.post(FORM, {"file": SimpleUploadedFile(name, content), **more})


def text_of(answer) -> str:
    """The page's main part as text, without tags."""
    page = answer.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def files() -> list[bytes]:
    """Whatever lies in the folder of stored files."""
    return [path.read_bytes() for path in django_settings.FILES_ROOT.rglob("*") if path.is_file()]


@pytest.fixture
def administrator(cast, sign_in) -> Client:
    return sign_in(cast.administrator)


# --- from the file to the cases


def test_a_list_is_checked_shown_and_imported(cast, administrator):
    for name in UNITS:
        make_unit(name, PartyKind.PSYCHIATRY, "Region Provlandet")
    answer = send(administrator, (HERE / "arendelista.csv").read_bytes(), "arendelista.csv")
    assert (answer.status_code, answer["Location"]) == (302, LIST)

    page = text_of(administrator.get(LIST))
    for words in (
        "Listan är kontrollerad arendelista.csv",
        "Rader 32 Kan läsas in 13 Att rätta 19",
        "Läs in de 13 rader som är rätta",
        "Psykosmottagningen Ekelunda 1",
        "Vuxenpsykiatrimottagning Ekelunda Norr 12",
        "11 Personnummer Datumet i personnumret kan inte vara ett födelsedatum.",
        "16 Mottagning Ingen enhet här har det namnet.",
        "Mottagningar som listan får namnge Mottagning Norr, Mottagning Söder, Psykosmottagningen Ekelunda, Vux",
        "21 Omfattning (%) Skriv 25, 50, 75 eller 100.",
        "27 Ett personnummer i Anmärkning har dolts.",
        "29 Anmärkning nämner våld, missbruk eller brott.",
        "Läses inte in Diagnosgrupp",
    ):
        assert words in page
    # A check changes nothing.
    assert rows_of(cast.coordinator)["Case"] == 0

    answer = administrator.post(CONFIRM)
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    page = text_of(administrator.get(LIST))
    assert "Listan är inläst" in page
    assert "Klara 13 Att rätta 19" in page
    # Of a unit an administrator is told the rows, and no more.
    assert "Rader Psykosmottagningen Ekelunda 1 Vuxenpsykiatrimottagning Ekelunda Norr 12 Rader" in page

    send(administrator, (HERE / "arendelista.csv").read_bytes(), "arendelista.csv")
    page = text_of(administrator.get(LIST))
    assert "sägs bara till enheterna: även att ett ärende finns är hemligt." in page
    administrator.post(CONFIRM)
    assert "Klara 13 Att rätta 19" in text_of(administrator.get(LIST))


@pytest.mark.parametrize("count", [1, 3, 20])
def test_an_administrator_is_told_only_how_many_were_done(cast, administrator, sign_in, count):
    """The page is the same whether the persons are at the unit or not, however many invented ones stand beside them."""
    content = of_many(count)

    def pages(client) -> list[str]:
        told = []
        send(client, content)
        told.append(text_of(client.get(LIST)))
        client.post(CONFIRM)
        told.append(text_of(client.get(LIST)))
        return [re.sub(r"klockan \d\d\.\d\d", "", page) for page in told]

    first, second = pages(administrator), pages(administrator)
    assert first == second
    assert f"Klara {count} Att rätta 0" in first[1]
    held_back = re.compile("Nya ärenden|Något nytt|Fick något nytt|Fanns redan|Allt finns")
    assert not [page for page in first + second if held_back.search(page)]
    # The coordinator sees the cases themselves.
    assert "Allt finns redan här" in pages(sign_in(cast.coordinator))[0]


def test_no_page_shows_a_value_of_the_list(cast, administrator):
    wrong = row(number="19850709-9806", employer="Prov Livs AB", remark="Ringer helst")
    content = listed(row(employer="Prov Livs AB", remark="Ringer helst"), wrong, row(degree="halv"))
    seen = [administrator.get(FORM), send(administrator, content), administrator.get(LIST)]
    seen += [administrator.get(REJECTED), administrator.get(FORM), administrator.post(CONFIRM)]
    seen += [administrator.get(LIST), administrator.get(REJECTED), administrator.get(FORM)]
    for answer in seen:
        shown = re.sub(
            r"name=\"(form_key|csrfmiddlewaretoken)\" value=\"[^\"]*\"", "", answer.content.decode()
        )
        shown += str(answer.headers)
        # The form's own example of a number is none of the list's.
        shown = shown.replace("850709-9805.", "")
        assert not [value for value in VALUES if value in shown]


def test_the_cases_are_the_units_and_not_the_administrators(cast, administrator, sign_in):
    send(administrator, listed(row()))
    administrator.post(CONFIRM)
    with acting(cast.coordinator):
        number = Case.objects.get().number
    assert administrator.get(f"/cases/{number}/").status_code == 404
    assert sign_in(cast.coordinator).get(f"/cases/{number}/").status_code == 200
    kinds = [e.kind for e in entries(cast.coordinator, "import.checked", "import.done", "case.imported")]
    assert kinds == ["import.checked", "case.imported", "import.done"]


def test_a_coordinator_sees_which_rows_are_another_units(cast, sign_in):
    client = sign_in(cast.coordinator)
    send(client, listed(row(), row(number="19850709-9813", unit="Mottagning Söder")))
    assert "3 Mottagning Du läser bara in rader för din egen enhet." in text_of(client.get(LIST))
    client.post(CONFIRM)
    assert (rows_of(cast.coordinator)["Case"], rows_of(cast.other_clinic)["Case"]) == (1, 0)


def test_a_list_without_a_right_row_has_nothing_to_confirm(cast, administrator):
    send(administrator, listed(row(degree="halv")))
    answer = administrator.get(LIST)
    assert "Ingen rad kan läsas in" in text_of(answer)
    assert CONFIRM not in answer.content.decode()
    # Nor is it kept: what waits is only what was told.
    assert administrator.post(CONFIRM)["Location"] == FORM
    assert rows_of(cast.coordinator)["Case"] == 0


def test_the_insats_is_one_that_the_units_take_part_in(cast, administrator):
    open_to = make_insats(cast, cast.coordinator.party)
    closed = make_insats(cast, cast.investigator.party, name="Andras insats")
    page = administrator.get(FORM).content.decode()
    assert "Samtal i prov" in page
    assert "Andras insats" not in page
    answer = send(administrator, listed(row()), initiative=closed.pk)
    assert "Välj en insats som era enheter deltar i, eller ingen." in text_of(answer)
    # A health centre of the region does not take part.
    answer = send(administrator, listed(row(unit="Vårdcentral Prov")), initiative=open_to.pk)
    assert "De här enheterna i listan deltar inte i insatsen: Vårdcentral Prov." in text_of(answer)
    assert files() == []
    send(administrator, listed(row()), initiative=open_to.pk)
    assert "Samtal i prov" in text_of(administrator.get(LIST))
    administrator.post(CONFIRM)
    with acting(cast.coordinator):
        assert Case.objects.get().initiative == open_to


def test_more_rejected_rows_than_a_page_are_all_there(administrator):
    content = listed(
        *(row(number=f"1985070998{n:02}", degree="halv") for n in range(100)), *[row(number="")] * 350
    )
    send(administrator, content)
    first = administrator.get(LIST).content.decode()
    lines, address = [], LIST
    while address:
        page = administrator.get(address).content.decode()
        lines += [int(n) for n in re.findall(r"<tr><td>(\d+)</td><td>", page)]
        following = re.search(r'href="(\?from=\d+)" rel="next"', page)
        address = LIST + following[1] if following else ""
    assert lines == list(range(2, 452))
    assert "Visar 1–200 av 450" in first
    assert 'rel="prev"' not in first
    assert len(administrator.get(REJECTED).content.decode().splitlines()) == 451
    for odd in ("-1", "x", "9999999", "²", "450"):
        assert "Visar 1–200 av 450" in administrator.get(f"{LIST}?from={odd}").content.decode()


def test_the_rejected_rows_as_csv(administrator):
    odd = row(number="19850709-9821", unit="Nordslätt")
    send(administrator, listed(row(degree="=1+1"), row(number="19850709-9813", end="2026-01-01"), odd))
    answer = administrator.get(REJECTED)
    assert answer["Content-Disposition"] == 'attachment; filename="rader-att-ratta.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    assert (
        answer.content
        == (
            "\ufeffRad;Kolumn;Det här är fel\r\n"
            "2;Omfattning (%);Skriv 25, 50, 75 eller 100.\r\n"
            "3;Sjukskriven t.o.m.;Sjukskrivningen slutar innan den börjar. Kontrollera båda datumen.\r\n"
            "4;Mottagning;Ingen enhet här har det namnet. Skriv namnet som det står i portalen."
            " Mottagning Norr, Mottagning Söder, Vårdcentral Prov.\r\n"
        ).encode()
    )


@pytest.mark.parametrize("text", ["=1+1", "+46 70", "-1", "@ab", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_take_for_a_formula_is_made_harmless(text):
    assert intake_views.harmless(text) == f"'{text}"
    assert intake_views.harmless(f"a{text}") == f"a{text}"


def test_headings_that_are_not_read_are_escaped_and_cut(administrator):
    headings = f"{HEADINGS};<script>alert(1)</script>;{'lång' * 40}"
    send(administrator, f"{headings}\r\n{row()};;".encode())
    page = administrator.get(LIST).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "lång" * 15 in page
    assert "lång" * 16 not in page


# --- files that are refused whole


def workbook(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": b"<Types/>", **parts}.items():
            archive.writestr(name, content)
    return out.getvalue()


REFUSED = {
    "nothing": (b"", "lista.csv", "Filen är tom. Ta ut listan igen."),
    "no headings": (
        b"hej;du\r\n1;2\r\n",
        "lista.csv",
        "Rubrikerna saknas. Första raden ska ha: Personnummer, Efter",
    ),
    "a PDF": (b"%PDF-1.7\n1 0 obj", "lista.csv", "Filen är varken CSV eller XLSX."),
    "a picture": (b"\x89PNG\r\n\x1a\n", "lista.csv", "Filen är varken CSV eller XLSX."),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9, "lista.xls", "Filen är en äldre Excelfil"),
    "a CSV called XLSX": (listed(row()), "lista.xlsx", "Filen går inte att läsa som arbetsbok."),
    "a broken workbook": (workbook()[:-30], "lista.xlsx", "Filen går inte att läsa som arbetsbok."),
    "a zip bomb": (workbook(**{"xl/a.xml": b" " * 17_000_000}), "lista.xlsx", "Filen är mycket större inuti"),
    "a column too few": (
        listed(row()).replace(b"Kommun", b"Diagnos"),
        "lista.csv",
        "De här kolumnerna saknas: Kommun. De här känns igen: Personnummer, Efternamn, Förnamn, Mottagning, Sjuk",
    ),
    "UTF-16": (listed(row()).decode().encode("utf-16"), "lista.csv", "Tecknen i filen går inte att läsa."),
    "only headings": (HEADINGS.encode(), "lista.csv", "Filen har rubriker men inga rader."),
    "too many rows": (
        listed(*[";" * 5 + "x"] * 10_001),
        "lista.csv",
        "Listan har fler än 10\u00a0000 rader.",
    ),
    "one too large": (b"x" * (MAX_BYTES + 1), "lista.csv", "Filen är större än 5 MB."),
    "50 MB": (b"x" * 50_000_000, "lista.csv", "Filen är större än 5 MB."),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_is_refused_is_told_at_its_field_and_the_form_is_kept(
    cast, administrator, settings, tmp_path, what
):
    # Not even for a moment: a temporary file could not be made there.
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "nowhere"
    insats = make_insats(cast, cast.coordinator.party)
    content, name, sentence = REFUSED[what]
    answer = send(administrator, content, name, initiative=insats.pk)
    assert answer.status_code == 200
    # Which file, and why.
    assert f"{name} togs inte emot. {sentence}".replace("\u00a0", " ") in text_of(answer)
    page = answer.content.decode()
    assert page.count(sentence) == 2
    assert 'href="#id_file"' in page
    assert re.search(r'id="id_file"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*id="id_file"', page)
    assert f'<option value="{insats.pk}" selected>' in page
    # Nothing saved halfway: no row, no file, nothing that waits.
    assert files() == []
    assert administrator.get(LIST)["Location"] == FORM
    assert rows_of(cast.coordinator)["Case"] == 0


def test_the_name_of_a_refused_file_is_cut_and_escaped(administrator):
    page = send(administrator, b"", f"<b>\u202elista{'x' * 90}.csv").content.decode()
    assert f"&lt;b&gt;lista{'x' * 52} togs inte emot. Filen är tom." in page
    assert "<b>lista" not in page


def test_no_file_is_a_sentence_too(administrator):
    answer = administrator.post(FORM, {})
    assert "Välj en fil: ärendelistan som CSV eller XLSX." in text_of(answer)


def test_the_extension_decides_nothing_when_the_content_is_a_list(cast, administrator):
    for name in ("lista.txt", "lista.pdf", "lista", "LISTA.CSV"):
        assert send(administrator, listed(row()), name)["Location"] == LIST


def test_what_is_sent_is_kept_in_memory_and_no_more_of_it_than_a_list():
    def received(size: int) -> held.ListUpload:
        upload = held.ListUpload(RequestFactory().post(FORM))
        upload.new_file("file", "lista.csv", "text/csv", size)
        for start in range(0, size, 65_536):
            upload.receive_data_chunk(b"x" * min(65_536, size - start), start)
            assert upload.content.getbuffer().nbytes <= MAX_BYTES
        return upload

    for size, kept in ((10, 10), (MAX_BYTES, MAX_BYTES), (MAX_BYTES + 1, 0), (50_000_000, 0)):
        file = received(size).file_complete(size)
        assert (file.size, len(file.read())) == (size, kept)


def test_a_form_without_its_token_is_refused(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.administrator.user, backend="django.contrib.auth.backends.ModelBackend")
    assert send(client, listed(row())).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(FORM).content.decode())[1]
    assert send(client, listed(row()), csrfmiddlewaretoken=token)["Location"] == LIST
    for address in (CONFIRM, DISCARD):
        assert client.post(address).status_code == 403
    assert rows_of(cast.coordinator)["Case"] == 0
    assert client.post(CONFIRM, {"csrfmiddlewaretoken": token}).status_code == 302
    assert rows_of(cast.coordinator)["Case"] == 1


@pytest.mark.parametrize("address", [CONFIRM, DISCARD])
def test_deeds_are_posts(administrator, address):
    send(administrator, listed(row()))
    assert administrator.get(address).status_code == 405
    assert administrator.get(LIST).status_code == 200


def test_a_body_that_is_no_form_is_no_error(administrator):
    for body, kind in (
        (b"x" * 100, "multipart/form-data; boundary=y"),
        (b"{}", "application/json"),
        (b"", "text/plain"),
    ):
        answer = administrator.generic("POST", FORM, body, kind)
        assert "Välj en fil" in text_of(answer), kind


# --- where the list lies between the check and the import


def test_nothing_of_the_list_lies_in_the_clear(cast, administrator, caplog):
    caplog.set_level(logging.DEBUG)
    content = listed(row(employer="Prov Livs AB", remark="Ringer helst")) + of_many(9)[len(HEADINGS) :]
    send(administrator, content, "Åke Sandgren.csv")
    administrator.get(LIST)
    waiting = files()
    assert len(waiting) == 1
    cookie = administrator.cookies["sessionid"].value
    session = Session.objects.get(session_key=cookie)
    for value in VALUES:
        places = [
            *waiting,
            session.session_data.encode(),
            str(session.get_decoded()).encode(),
            cookie.encode(),
        ]
        assert not [place for place in places if value.encode() in place]
        assert value not in caplog.text
    administrator.post(CONFIRM)
    administrator.get(LIST)
    assert not [place for place in files() for value in VALUES if value.encode() in place]
    assert max(len(place) for place in files()) < len(content)
    for value in VALUES:
        assert value not in caplog.text


def test_files_and_folder_are_the_owners_alone(administrator):
    send(administrator, listed(row()))
    folder = django_settings.FILES_ROOT / "case-lists"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]


def test_a_second_list_takes_the_place_of_the_first(cast, administrator):
    send(administrator, listed(row()))
    send(administrator, listed(row(), row(number="19850709-9813")))
    assert len(files()) == 1
    administrator.post(CONFIRM)
    assert rows_of(cast.coordinator)["Case"] == 2


def test_a_refused_file_leaves_the_list_that_waits(cast, administrator):
    send(administrator, listed(row()))
    send(administrator, b"")
    page = administrator.get(FORM)
    assert "En lista som du har kontrollerat väntar. Fortsätt med den" in text_of(page)
    administrator.post(CONFIRM)
    assert rows_of(cast.coordinator)["Case"] == 1
    assert "väntar. Fortsätt" not in text_of(administrator.get(FORM))


def test_thrown_away_is_gone(cast, administrator):
    send(administrator, listed(row()))
    answer = administrator.post(DISCARD, follow=True)
    assert "Listan är slängd. Inget är inläst." in text_of(answer)
    assert files() == []
    answer = administrator.post(CONFIRM, follow=True)
    assert "Listan finns inte kvar här" in text_of(answer)
    assert rows_of(cast.coordinator)["Case"] == 0


def test_a_second_click_imports_nothing_and_keeps_what_was_told(cast, administrator):
    send(administrator, listed(row()))
    administrator.post(CONFIRM)
    assert administrator.post(CONFIRM)["Location"] == FORM
    assert len(entries(cast.coordinator, "import.done")) == 1


def test_of_two_takers_only_one_gets_it(administrator):
    send(administrator, listed(row()))
    session = administrator.session
    member = Membership.objects.get(user__email="admin@samverkan.example").pk
    assert held.look(session, member).content == listed(row())
    assert held.take(session, member).content == listed(row())
    assert held.take(session, member) is None
    assert held.look(session, member) is None
    assert files() == []


def test_neither_another_member_nor_another_session_opens_it(cast, administrator, sign_in):
    send(administrator, listed(row()))
    session = administrator.session
    kept = dict(session["case_list"])
    assert held.look(session, cast.administrator.pk)
    assert held.look(session, cast.coordinator.pk) is None
    # The same person, signed in anew: the half that stood in the session is gone.
    client = sign_in(cast.administrator)
    assert client.get(LIST)["Location"] == FORM
    # Half a key is no key, whoever guesses the name of the file.
    other = client.session
    other["case_list"] = kept | {"half": "0" * 64}
    assert held.look(other, cast.administrator.pk) is None
    other["case_list"] = kept
    assert held.look(other, cast.administrator.pk)


def test_without_the_secret_key_the_session_and_the_file_open_nothing(cast, administrator, settings):
    send(administrator, listed(row()))
    session = administrator.session
    # Read before the key is changed: the session's row is signed by it too.
    assert held.look(session, cast.administrator.pk)
    settings.SECRET_KEY = "another" * 9
    assert session["case_list"]
    assert held.look(session, cast.administrator.pk) is None


def test_a_member_who_acts_as_someone_else_meanwhile_has_no_list_waiting(cast, administrator):
    other = Membership.objects.create(
        user=cast.administrator.user, unit=cast.other_clinic.unit, party=cast.other_clinic.party,
        role=Role.ADMINISTRATOR, side="case",
    )  # fmt: skip
    send(administrator, listed(row()))
    session = administrator.session
    session[SESSION_KEY] = other.pk
    session.save()
    assert administrator.post(CONFIRM)["Location"] == FORM
    assert rows_of(cast.coordinator)["Case"] == 0


def test_a_file_that_was_tampered_with_is_not_opened(cast, administrator):
    send(administrator, listed(row()))
    (path,) = (django_settings.FILES_ROOT / "case-lists").iterdir()
    sealed = bytearray(path.read_bytes())
    sealed[-1] ^= 1
    path.write_bytes(sealed)
    assert administrator.post(CONFIRM)["Location"] == FORM
    assert rows_of(cast.coordinator)["Case"] == 0


def test_after_an_hour_it_is_not_opened_though_no_sweep_has_run(cast, administrator, monkeypatch):
    monkeypatch.setattr(held, "LASTS", timedelta(seconds=-1))
    monkeypatch.setattr(held, "sweep", lambda: 0)
    send(administrator, listed(row()))
    assert len(files()) == 1
    answer = administrator.post(CONFIRM, follow=True)
    assert "Listan finns inte kvar här: den väntar högst en timme." in text_of(answer)
    assert rows_of(cast.coordinator)["Case"] == 0


def test_the_sweep_destroys_what_is_an_hour_old_and_nothing_younger(administrator):
    sweep_lists()
    send(administrator, listed(row()))
    folder = django_settings.FILES_ROOT / "case-lists"
    (young,) = folder.iterdir()
    ages = {"old": 3700, ".aside": 3700, ".taken-x": 3700, "younger": 3500}
    for name, age in ages.items():
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - age,) * 2)
    sweep_lists()
    assert {path.name for path in folder.iterdir()} == {young.name, "younger"}
    assert administrator.get(LIST).status_code == 200


def test_the_sweep_has_a_schedule():
    tasks = {entry["task"]: entry["schedule"] for entry in django_settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks["cases.tasks.sweep_lists"] <= 600


def test_what_breaks_at_the_import_leaves_neither_rows_nor_the_list(cast, administrator, monkeypatch):
    from cases import intake

    def breaks(*arguments):
        raise RuntimeError

    send(administrator, of_many(3))
    monkeypatch.setattr(intake, "_add", breaks)
    administrator.raise_request_exception = False
    assert administrator.post(CONFIRM).status_code == 500
    assert set(rows_of(cast.coordinator).values()) == {0}
    assert entries(cast.coordinator, "import.done", "case.imported") == []
    assert files() == []


def test_a_person_logged_at_the_same_moment_is_a_sentence(cast, administrator, monkeypatch):
    from django.db import IntegrityError

    from cases import intake

    def collides(*arguments):
        raise IntegrityError(f"Key (number)=({NUMBER}) already exists")

    send(administrator, listed(row()))
    monkeypatch.setattr(intake, "_run", collides)
    answer = administrator.post(CONFIRM, follow=True)
    assert "En kollega lade in samma personer i samma stund. Inget är inläst." in text_of(answer)
    assert NUMBER not in answer.content.decode().replace("850709-9805.", "")


def test_a_private_clinics_administrator_imports_for_it_alone(cast, sign_in):
    owner = make_member("privatadmin", cast.private_care.unit, Role.ADMINISTRATOR)
    client = sign_in(owner)
    send(client, listed(row(unit="Privat Vård Prov"), row(number="19850709-9813")))
    client.post(CONFIRM)
    assert (rows_of(cast.private_care)["Case"], rows_of(cast.coordinator)["Case"]) == (1, 0)
    assert "3 Mottagning Ingen enhet här har det namnet." in text_of(client.get(LIST))
