"""The wrong person, registered twice, another number: put right by deeds with a reason, and nothing is deleted."""

import threading

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from audit import ledger
from audit.models import Entry
from cases import listing
from cases.actions import case as case_verbs
from cases.actions import correct as verbs
from cases.correct import doubles_of
from cases.models import Case, CaseOutcome, ConsentLine, Disclosure, FormerNumber, Item, Person, State
from parties.access import acting
from parties.numbers import parse_number
from tests.cases.outcomes import outcome_of
from tests.cases.test_deeds import TODAY, given_plan
from tests.factories import make_case, make_item, test_number

pytestmark = pytest.mark.django_db
OLD, NEW, THIRD = test_number(700), test_number(701), test_number(702)


def change(by, case, digits, why="changed"):
    with acting(by):
        verbs.change_number(by=by, case=case, number=parse_number(digits), why=why)


def found(by, digits):
    with acting(by):
        return [row.number for row in listing.search(by, digits).rows]


def test_the_wrong_person_closes_everything_and_deletes_nothing(cast, sign_in):
    case, item = given_plan(cast)
    url = f"/cases/{case.number}/correct/wrong-person/"
    client = sign_in(cast.coordinator)
    page = client.get(url).content.decode()
    assert "Ring var och en av dem i dag" in page and cast.investigator.unit.name in page
    assert "Skriv i en mening vad som hände." in client.post(url, {"reason": " "}).content.decode()
    assert client.post(url, {"reason": "Förväxlade två som heter lika"}).status_code == 302
    with acting(cast.coordinator):
        assert CaseOutcome.objects.get().cause == "wrong_person"
        assert not ConsentLine.objects.filter(ended_at=None).exists()
        assert not Disclosure.objects.filter(ended_at=None).exists()
        assert Item.objects.filter(pk=item.pk).exists() and Person.objects.filter(pk=case.person_id).exists()
        kinds = list(
            Entry.objects.filter(case=case.pk, kind__startswith="case.").values_list("kind", flat=True)
        )
        assert "case.opened" in kinds and kinds.count("case.wrong_person") == 1
        with pytest.raises(case_verbs.IllegalMove):
            verbs.wrong_person(by=cast.coordinator, case=case, reason="Igen")
    with acting(cast.investigator):
        assert not Case.objects.exists()
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "registrerades på fel person" in page and "Komplettera utfallet" not in page


def test_of_two_cases_one_stays_and_the_other_is_read_from_it(cast, sign_in, monkeypatch):
    twice, item = given_plan(cast)
    stays = make_case(cast.coordinator)
    client, url = sign_in(cast.coordinator), f"/cases/{twice.number}/correct/twice/"
    typed = stays.number.replace("-", " ").lower()
    assert "Kontrollera båda ärendena" in client.post(url, {"stays": typed}).content.decode()
    answer = client.post(url, {"stays": typed, "same": "on"})
    assert answer["Location"] == f"/cases/{stays.number}/"
    rows: list[tuple] = []
    write = ledger._write
    monkeypatch.setattr(ledger, "_write", lambda *args: (rows.append(args), write(*args))[1])
    page = client.get(answer["Location"]).content.decode()
    # The page of the one that stays names both persons in the log.
    assert {twice.person_id, stays.person_id} <= {p for row in rows for p in row[4]}
    assert f"/cases/{twice.number}/items/{item.pk}/" in page and "Från ärendet" in page
    assert client.get(f"/cases/{twice.number}/items/{item.pk}/").status_code == 200
    assert f"/cases/{stays.number}/" in client.get(f"/cases/{twice.number}/").content.decode()
    with acting(cast.coordinator):
        # Opened again by mistake's mistake, it is a case of its own.
        case_verbs.set_state(by=cast.coordinator, case=twice, state=State.OPEN)
        assert doubles_of(stays, cast.coordinator) == []


def test_the_one_that_stays_is_another_open_case_of_the_unit(cast, sign_in):
    case, others = make_case(cast.coordinator), make_case(cast.other_clinic)
    closed = make_case(cast.coordinator)
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=closed, state=State.CLOSED, cause="completed")
    client, bodies = sign_in(cast.coordinator), set()
    for number in (case.number, others.number, closed.number, "2222-2222"):
        body = client.post(
            f"/cases/{case.number}/correct/twice/", {"stays": number, "same": "on"}
        ).content.decode()
        assert "Din enhet har inget annat öppet ärende med det numret." in body
        bodies.add(body.count("sv-"))
    assert len(bodies) == 1, "another unit's case is answered as none at all"
    with acting(cast.coordinator):
        for stays in (case, others, closed):
            with pytest.raises(verbs.NotTheOther), transaction.atomic():
                verbs.registered_twice(by=cast.coordinator, case=case, stays=stays)
        assert CaseOutcome.objects.filter(case=case).count() == 0


def test_a_changed_number_finds_the_person_by_both_at_the_own_unit_only(cast):
    case = make_case(cast.coordinator, number=OLD)
    elsewhere = make_case(cast.other_clinic, number=OLD)
    change(cast.coordinator, case, NEW)
    with acting(cast.coordinator):
        person = Person.objects.get(pk=case.person_id)
        former = FormerNumber.objects.get()
        assert person.number == f"{NEW[:8]}-{NEW[8:]}"
        assert OLD.encode() not in bytes(former.number_cipher) + bytes(former.number_key)
    assert found(cast.coordinator, OLD) == found(cast.colleague, NEW) == [case.number]
    assert found(cast.other_clinic, OLD) == [elsewhere.number] and found(cast.other_clinic, NEW) == []
    with acting(cast.other_clinic):
        assert not FormerNumber.objects.exists()
    with acting(cast.coordinator), pytest.raises(case_verbs.AlreadyRegistered) as there:
        # A form from before the change arrives with the old number: it is the same person.
        case_verbs.open_case(by=cast.coordinator, number=parse_number(OLD), name="X", opened_on=TODAY)
    assert there.value.case == case


def test_who_was_given_the_case_finds_it_by_the_number_of_now(cast):
    case, _ = given_plan(cast)
    with acting(cast.coordinator):
        old = Person.objects.get(pk=case.person_id).number
    change(cast.coordinator, case, NEW)
    assert found(cast.investigator, NEW) == [case.number] and found(cast.investigator, old) == []


def test_a_mistyped_number_finds_nobody_and_is_free_for_whose_it_is(cast):
    case = make_case(cast.coordinator, number=OLD)
    change(cast.coordinator, case, NEW, "mistyped")
    assert found(cast.coordinator, OLD) == []
    right = make_case(cast.coordinator, number=OLD)
    assert right.person_id != case.person_id and found(cast.coordinator, OLD) == [right.number]


def test_a_number_that_another_has_or_had_is_refused_with_their_case(cast, sign_in):
    case, other = make_case(cast.coordinator, number=OLD), make_case(cast.coordinator, number=NEW)
    make_case(cast.other_clinic, number=THIRD)
    client, url = sign_in(cast.coordinator), f"/cases/{case.number}/correct/number/"
    page = client.post(url, {"number": NEW, "why": "changed"}).content.decode()
    assert other.number in page and "En annan person på din enhet har det numret" in page
    change(cast.coordinator, other, test_number(710))
    with acting(cast.coordinator), pytest.raises(verbs.NumberTaken) as taken:
        verbs.change_number(by=cast.coordinator, case=case, number=parse_number(NEW), why="changed")
    assert taken.value.case == other, "it was theirs"
    assert "redan det numret" in client.post(url, {"number": OLD, "why": "changed"}).content.decode()
    assert client.post(url, {"number": "850101-0000", "why": "changed"}).status_code == 200
    # Another unit's person is another record, and tells nothing.
    assert client.post(url, {"number": THIRD, "why": "changed"}).status_code == 302
    # Back to the first: one's own former number is in nobody's way.
    change(cast.coordinator, case, OLD)


def test_without_a_number_there_is_none_to_change(cast):
    with acting(cast.coordinator):
        case = case_verbs.open_case(by=cast.coordinator, number=None, sex="female", opened_on=TODAY)
        with pytest.raises(verbs.SameNumber):
            verbs.change_number(by=cast.coordinator, case=case, number=parse_number(NEW), why="changed")


def test_a_former_number_is_written_once_and_by_the_persons_own_unit(cast):
    case = make_case(cast.coordinator, number=OLD)
    change(cast.coordinator, case, NEW)
    with acting(cast.coordinator):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            FormerNumber.objects.update(why="mistyped")
        row = FormerNumber.objects.get()
    with acting(cast.other_clinic), pytest.raises(ProgrammingError, match="row-level security"):
        FormerNumber.objects.create(
            person_id=case.person_id, unit=cast.other_clinic.unit, number_kind="personnummer", why="changed",
            number_key=row.number_key, number_cipher=row.number_cipher, by=cast.other_clinic,
        )  # fmt: skip


VERBS = {
    "wrong_person": lambda m, case, other: verbs.wrong_person(by=m, case=case, reason="Fel"),
    "registered_twice": lambda m, case, other: verbs.registered_twice(by=m, case=case, stays=other),
    "change_number": lambda m, case, other: verbs.change_number(
        by=m, case=case, number=parse_number(THIRD), why="changed"
    ),
}
PAGES = {"wrong_person": "wrong-person/", "registered_twice": "twice/", "change_number": "number/", "": ""}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_meets_the_whole_cast(cast, verb):
    case, _ = given_plan(cast)
    other = make_case(cast.coordinator)
    for name, member in cast.everyone.items():
        if member is None or name == "ended_member":
            continue
        outcome = outcome_of(member, lambda member=member: VERBS[verb](member, case, other))
        sees = {"manager", "investigator", "unassigned_officer"}
        expected = "done" if name in {"coordinator", "colleague"} else "403" if name in sees else "404"
        assert outcome == expected, (verb, name)


@pytest.mark.parametrize("address", PAGES.values())
def test_every_page_meets_the_whole_cast(cast, sign_in, address):
    case, _ = given_plan(cast)
    for name, member in cast.everyone.items():
        if name == "ended_member":
            continue
        answer = sign_in(member).get(f"/cases/{case.number}/correct/{address}")
        sees = {"manager", "investigator", "unassigned_officer"}
        expected = 200 if name in {"coordinator", "colleague"} else 403 if name in sees else 404
        assert answer.status_code == (302 if member is None else expected), name


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["open", "change"])
def test_one_number_goes_to_one_person_also_when_two_ask_at_once(cast, what):
    case, other = make_case(cast.coordinator, number=OLD), make_case(cast.coordinator, number=THIRD)
    said: list[str] = []
    ready = threading.Event()

    def second() -> None:
        try:
            with acting(cast.colleague):
                ready.set()
                if what == "open":
                    case_verbs.open_case(
                        by=cast.colleague, number=parse_number(NEW), name="X", opened_on=TODAY
                    )
                else:
                    verbs.change_number(
                        by=cast.colleague, case=other, number=parse_number(NEW), why="changed"
                    )
                said.append("done")
        except (verbs.NumberTaken, case_verbs.AlreadyRegistered, DatabaseError) as error:
            said.append(type(error).__name__)
        finally:
            connection.close()

    with acting(cast.coordinator):
        verbs.change_number(by=cast.coordinator, case=case, number=parse_number(NEW), why="changed")
        thread = threading.Thread(target=second)
        thread.start()
        ready.wait(5)
        thread.join(0.5)
        assert said == [], "who comes second waits"
    thread.join(20)
    assert said == ["AlreadyRegistered" if what == "open" else "NumberTaken"]


@pytest.mark.django_db(transaction=True)
def test_two_who_close_each_the_others_case_leave_one(cast):
    first, second = make_case(cast.coordinator), make_case(cast.coordinator)
    said: list[str] = []

    def deed(by, case, stays) -> None:
        try:
            with acting(by):
                verbs.registered_twice(by=by, case=case, stays=stays)
                said.append("done")
        except (verbs.NotTheOther, case_verbs.IllegalMove, DatabaseError) as error:
            said.append(type(error).__name__)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=deed, args=(cast.coordinator, first, second)),
        threading.Thread(target=deed, args=(cast.colleague, second, first)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(said) in (["IllegalMove", "done"], ["NotTheOther", "done"])
    with acting(cast.coordinator):
        assert sorted(Case.objects.with_state().values_list("state", flat=True)) == ["closed", "open"]


def test_what_is_written_there_is_read_by_the_owner_alone(cast):
    twice, stays = make_case(cast.coordinator), make_case(cast.coordinator)
    make_item(cast.coordinator, twice)
    with acting(cast.coordinator):
        verbs.registered_twice(by=cast.coordinator, case=twice, stays=stays)
        assert [len(d.items) for d in doubles_of(stays, cast.coordinator)] == [1]
    for member in (cast.investigator, cast.other_clinic):
        with acting(member):
            assert doubles_of(stays, member) == [] and not CaseOutcome.objects.exists()
