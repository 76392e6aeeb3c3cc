"""Who can see a case and why, who has seen it, and the extract for the person: the own unit's rows and nobody else's."""

import pytest
from django.utils import timezone

from audit import ledger, reads
from cases.actions.block import block
from cases.actions.consent import withdraw
from cases.models import Disclosure
from cases.whosees import who_sees
from parties.access import acting
from parties.models import Role
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line, make_member
from tests.reports import pdftext, pdfua

pytestmark = pytest.mark.django_db

NAME = "Kanaria Fågelsångsdotter"


@pytest.fixture
def case(cast):
    return make_case(cast.coordinator, name=NAME)


@pytest.fixture
def shared(cast, case):
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    make_disclosure(cast.coordinator, case, cast.investigator.unit, make_item(cast.coordinator, case))
    return consent


def read(member, case, kind="case.read", *, listed=False, **more) -> None:
    """A row as a page writes it, but in the test's own transaction."""
    with acting(member):
        ledger.record(kind, by=member, case=None if listed else case.pk, persons=[case.person_id], **more)


@pytest.fixture
def logged(cast, case, shared):
    read(cast.coordinator, case, basis="own")
    read(cast.colleague, case, "item.read", basis="own")
    read(cast.colleague, case, "cases.listed", listed=True)
    read(cast.colleague, case, "journal.read", listed=True)
    read(cast.investigator, case, basis="given")
    read(cast.other_clinic, make_case(cast.other_clinic))
    return case


def paper(answer) -> str:
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    return pdftext.words(answer.content, top=0, bottom=900)


def test_the_owner_is_told_who_sees_what_on_which_ground(cast, case, shared):
    with acting(cast.coordinator):
        seen = who_sees(case, cast.coordinator)
        (unit,) = seen.seeing
        assert unit.unit == cast.investigator.unit and unit.ways[0].giver == "Mottagning Norr"
        assert len(unit.ways[0].kinds) == 2 and unit.ways[0].ground == "Samtycke"
        assert [c.name for c in seen.colleagues] == ["Elif", "Noor", "Ulla"]
        assert [c.handles for c in seen.colleagues] == [True, False, False]
        assert withdraw(by=cast.coordinator, case=case, consent=shared)
        seen = who_sees(case, cast.coordinator)
        assert seen.seeing == [] and [n.unit for n in seen.no_longer] == ["FK Prov A"]


def test_who_sees_agrees_with_who_opens(cast, case, shared):
    """A unit stands among those that see something exactly while its members may open the case."""
    from cases.models import Case

    for step in ("given", "to receive", "gone"):
        if step == "to receive":
            make_line(
                shared, cast.coordinator, cast.af_officer, cast.coordinator.unit, "plan", received=False
            )
        if step == "gone":
            with acting(cast.coordinator):
                withdraw(by=cast.coordinator, case=case, consent=shared)
        with acting(cast.coordinator):
            seen = who_sees(case, cast.coordinator)
            named = {s.unit.name for s in seen.seeing} | set(seen.to_receive)
        for member in (cast.investigator, cast.af_officer, cast.other_fk_unit, cast.soc_officer):
            with acting(member):
                opens = Case.objects.open_to(member).filter(pk=case.pk).exists()
            assert opens == (member.unit.name in named), (step, member)


def test_another_unit_is_told_of_its_own_givings_only(cast, case, shared):
    make_disclosure(cast.coordinator, case, cast.health_centre.unit, basis="intra_care")
    with acting(cast.investigator):
        seen = who_sees(case, cast.investigator)
        assert seen.seeing == [] and seen.to_receive == [] and seen.no_longer == []
        assert [w.giver for w in seen.given_to_us] == ["Mottagning Norr"]
        assert [c.name for c in seen.colleagues] == ["Karin", "Oskar"]


def test_who_is_held_off_is_named_to_who_sets_blocks_alone(cast, case, shared, sign_in):
    with acting(cast.coordinator):
        block(by=cast.coordinator, case=case, kind="colleague", user=cast.colleague.user, reason="Syskon")
        block(
            by=cast.coordinator,
            case=case,
            kind="colleague",
            user=cast.unassigned_officer.user,
            reason="Granne",
        )
        seen = who_sees(case, cast.coordinator)
        assert [c.name for c in seen.colleagues] == ["Elif", "Ulla"] and seen.held_off == ["Noor", "Oskar"]
    with acting(cast.investigator):
        seen = who_sees(case, cast.investigator)
        assert [c.name for c in seen.colleagues] == ["Karin"] and seen.held_off == []
    page = sign_in(cast.investigator).get(f"/cases/{case.number}/sight/").content.decode()
    assert "Noor" not in page and "Oskar" not in page and "Vårdcentral" not in page


# What each of the cast gets of the pages of a case that FK unit A sees.
PAGES = {
    "sight": dict.fromkeys(
        ["coordinator", "colleague", "manager", "investigator", "unassigned_officer"], 200
    ),
    "log": dict.fromkeys(["coordinator", "colleague", "manager"], 200)
    | dict.fromkeys(["investigator", "unassigned_officer"], 403),
    "extract": dict.fromkeys(
        ["coordinator", "colleague", "manager", "investigator", "unassigned_officer"], 200
    ),
}


@pytest.mark.parametrize("page", PAGES)
def test_everybody_of_the_cast_meets_the_page(page, cast, logged, sign_in):
    for name, member in cast.everyone.items():
        answer = sign_in(member).get(f"/cases/{logged.number}/{page}/")
        expected = 302 if member is None else PAGES[page].get(name, 404)
        assert answer.status_code == expected, (name, answer.status_code)
        if expected != 200:
            assert NAME not in answer.content.decode(), name


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("statements.printed", "opened"),
        ("agenda.printed", "opened"),
        ("cases.exported", "opened"),
        ("journal.read", "opened"),
        ("statements.listed", "listed"),
        ("cases.listed", "listed"),
    ],
)
def test_a_paper_and_a_file_of_many_take_the_content_out_and_are_no_mere_list(cast, case, kind, how):
    with acting(cast.coordinator):
        before = reads.about_case(cast.coordinator, case=case.pk, person=case.person_id)
        known = set(before.values_list("pk", flat=True))
    read(cast.coordinator, case, kind, listed=True)
    with acting(cast.coordinator):
        rows = reads.about_case(cast.coordinator, case=case.pk, person=case.person_id).exclude(pk__in=known)
        (entry,) = reads.in_the_way(rows, how)
        assert not reads.in_the_way(rows, {"opened": "listed", "listed": "opened"}[how])
        assert reads.was_opened(entry) == (how == "opened")


def test_the_log_of_a_case_splits_opened_and_shown_in_a_list(cast, logged, sign_in):
    client = sign_in(cast.coordinator)
    address = f"/cases/{logged.number}/log/"
    page = client.get(address).content.decode()
    for said in ("Öppnade ett ärende", "Läste en uppgift", "Såg en lista med ärenden", "Noor"):
        assert said in page, said
    assert "Karin" not in page and "Jonas" not in page and NAME not in page
    listed = client.get(f"{address}?how=listed").content.decode()
    assert "Såg en lista med ärenden" in listed and "Läste en uppgift" not in listed
    opened = client.get(f"{address}?how=opened").content.decode()
    assert "Såg en lista med ärenden" not in opened and "Läste en uppgift" in opened
    assert "journaltexter" in opened and "journaltexter" not in listed, "texts of many are no mere list"
    assert client.get(f"{address}?how=x&before=1_1").status_code == 200
    with acting(cast.coordinator):
        rows = reads.about_case(cast.coordinator, case=logged.pk, person=logged.person_id)
        for how, _word, count in reads.counted(rows):
            assert int(count) == reads.in_the_way(rows, how).count()
        assert {h: c for h, _, c in reads.counted(rows)}["listed"] == "1"
    unit_log = sign_in(cast.manager).get("/log/?how=listed").content.decode()
    assert "Såg en lista med ärenden" in unit_log.split("<tbody>")[1]
    assert "Öppnade ett ärende" not in unit_log.split("<tbody>")[1]


def test_the_log_obeys_a_block(cast, logged, sign_in):
    with acting(cast.coordinator):
        block(by=cast.coordinator, case=logged, kind="colleague", user=cast.colleague.user, reason="Syskon")
    for page in PAGES:
        assert sign_in(cast.colleague).get(f"/cases/{logged.number}/{page}/").status_code == 404
        assert sign_in(cast.colleague).post(f"/cases/{logged.number}/extract/").status_code == 404
    with acting(cast.colleague):
        assert not reads.about_person(cast.colleague, person=logged.person_id).exists()


def test_the_extract_tells_time_and_reason_and_no_name(cast, logged, sign_in):
    answer = sign_in(cast.coordinator).post(f"/cases/{logged.number}/extract/")
    text = paper(answer)
    assert pdfua.problems({"extract": answer.content}) == {}
    for said in (
        "Loggutdrag",
        NAME,
        "Öppnade ett ärende",
        "Enhetens eget ärende",
        "Såg en lista med ärenden",
        "Till FK Prov A",
        "vad som är planerat",
        "Så frågar du de andra",
        "fler enheter",
    ):
        assert said in text, (said, text)
    for not_said in ("Elif", "Noor", "Karin", "Lämnat till enheten", "Mottagning Söder"):
        assert not_said not in text, not_said


def test_names_are_the_managers_decision_and_leave_their_reason(cast, logged, sign_in, monkeypatch):
    address = f"/cases/{logged.number}/extract/"
    # Nobody else is offered the choice, and whoever sends it anyway gets the paper without names.
    assert "Skriv också ut vem" not in sign_in(cast.coordinator).get(address).content.decode()
    assert "Noor" not in paper(sign_in(cast.coordinator).post(address, {"names": "asked"}))
    rows, write = [], ledger._write
    monkeypatch.setattr(ledger, "_write", lambda *a: (rows.append((a[1], a[7], list(a[4]))), write(*a))[1])
    client = sign_in(cast.manager)
    assert "Noor" not in paper(client.post(address, {"names": ""}))
    assert "log.names_told" not in [row[0] for row in rows]
    text = paper(client.post(address, {"names": "asked"}))
    assert "Noor" in text and "Elif" in text and "Karin" not in text
    assert ("log.names_told", "asked", [logged.person_id]) in rows
    assert ("log.extract_printed", logged.number, [logged.person_id]) in rows
    refused = client.post(address, {"names": "nyfiken"})
    assert refused.status_code == 200 and refused["Content-Type"].startswith("text/html")


def test_each_unit_prints_its_own(cast, logged, sign_in):
    address = f"/cases/{logged.number}/extract/"
    text = paper(sign_in(cast.investigator).post(address))
    assert "Lämnat till enheten" in text and "Enheten har inte lämnat något" in text
    assert "Läste en uppgift" not in text, "the clinic's rows are the clinic's"
    assert "Mottagning Norr" in text, "who gave it is where to ask"
    boss = make_member("fkchef", cast.investigator.unit, Role.MANAGER)
    text = paper(sign_in(boss).post(address, {"names": "asked"}))
    assert "Karin" in text and "Noor" not in text
    with acting(cast.coordinator):
        Disclosure.objects.filter(case=logged).update(
            ended_at=timezone.now(), ended_by=cast.coordinator, ended_how="stopped"
        )
    assert sign_in(cast.investigator).post(address).status_code == 404


def test_the_extract_does_not_tell_of_a_case_at_another_unit_of_the_region(cast, sign_in):
    """Two clinics of one region, one person: neither is told by the other's paper that it has a case (R6)."""
    number = "198507099805"
    ours = make_case(cast.coordinator, name=NAME, number=number)
    theirs = make_case(cast.other_clinic, name=NAME, number=number)
    read(cast.other_clinic, theirs, basis="own")
    read(cast.coordinator, ours, basis="own")
    text = paper(sign_in(cast.coordinator).post(f"/cases/{ours.number}/extract/"))
    assert theirs.number not in text and "Söder" not in text and text.count("Öppnade ett ärende") == 1
