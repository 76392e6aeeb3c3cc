"""What an attacker with every role's login found, each now a test: the ways past the deed, and past the database."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit import ledger
from cases.access import key_for_ledger
from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.actions import disclosure as giving
from cases.actions import item as item_verbs
from cases.models import Case, ConsentLine, Disclosure, Item, Person
from parties import actions as party_verbs
from parties.access import acting
from parties.models import Membership, Role
from parties.numbers import parse_number
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line, test_number

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


def record(by, case, to, **more):
    with acting(by):
        return consent_verbs.record_consent(
            **{
                "by": by, "case": case, "directions": [(by.unit, to.unit), (to.unit, by.unit)], "kinds": ["plan"],
                "purpose": "return_to_work", "form": "written", "valid_from": TODAY, "given_on": TODAY,
                "valid_to": TODAY + timedelta(days=90),
            } | more
        )  # fmt: skip


def sees(member) -> bool:
    with acting(member):
        return Case.objects.exists() or Person.objects.exists() or Item.objects.exists()


def test_a_case_born_protected_takes_no_consent(cast):
    with acting(cast.coordinator):
        case = case_verbs.open_case(
            by=cast.coordinator,
            number=parse_number(test_number(700)),
            name="Skyddad",
            protected=True,
            opened_on=TODAY,
        )
    with pytest.raises(consent_verbs.NotNow):
        record(cast.coordinator, case, cast.investigator)
    consent = make_consent(cast.coordinator, case)
    with pytest.raises(DatabaseError, match="identity is protected"), transaction.atomic():
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, "existence")
    with pytest.raises(DatabaseError, match="identity is protected"), transaction.atomic():
        make_disclosure(
            cast.coordinator, case, cast.investigator.unit, basis="fk_duty", request=1, decided_by="x"
        )
    assert not sees(cast.investigator)


def test_protecting_in_one_case_ends_sight_in_every_case_of_the_person(cast):
    number = parse_number(test_number(701))
    with acting(cast.coordinator):
        first = case_verbs.open_case(by=cast.coordinator, number=number, name="En", opened_on=TODAY)
    item = make_item(cast.coordinator, first)
    consent = make_consent(cast.coordinator, first)
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
    make_disclosure(cast.coordinator, first, cast.investigator.unit)
    make_disclosure(cast.coordinator, first, cast.investigator.unit, item)
    with acting(cast.coordinator):
        # A second case of the same person, past the verb that would refuse it.
        second = Case.objects.create(unit=cast.coordinator.unit, person=first.person, opened_on=TODAY)
        from cases.models import CaseLock, CaseState

        CaseLock.objects.create(case=second)
        CaseState.objects.create(case=second, unit=second.unit, state="open", by=cast.coordinator)
    assert sees(cast.investigator)
    with acting(cast.coordinator):
        case_verbs.protect(by=cast.coordinator, case=second)
    assert not sees(cast.investigator)
    with (
        acting(cast.coordinator),
        pytest.raises(DatabaseError, match="stays protected"),
        transaction.atomic(),
    ):
        Person.objects.filter(pk=first.person_id).update(protected=False)


def test_a_closed_case_is_not_reopened_beside_an_open_one(cast):
    number = parse_number(test_number(702))
    with acting(cast.coordinator):
        first = case_verbs.open_case(by=cast.coordinator, number=number, name="En", opened_on=TODAY)
        case_verbs.set_state(by=cast.coordinator, case=first, state="closed", cause="completed")
        case_verbs.open_case(by=cast.coordinator, number=number, name="En", opened_on=TODAY)
        with pytest.raises(case_verbs.AlreadyRegistered), transaction.atomic():
            case_verbs.set_state(by=cast.coordinator, case=first, state="open")


def test_a_unit_that_was_given_the_case_gives_it_on_to_nobody_but_on_consent(cast):
    case = make_case(cast.coordinator)
    item = make_item(cast.coordinator, case)
    to = cast.health_centre
    with acting(cast.coordinator):
        giving.give(by=cast.coordinator, case=case, item=item, to=to.unit, confirmed=[giving.CARE_RELATION])
    theirs = make_item(to, case)
    with acting(to), pytest.raises(giving.MayNotGive), transaction.atomic():
        giving.give(
            by=to, case=case, item=theirs, to=cast.other_clinic.unit, confirmed=[giving.CARE_RELATION]
        )
    with pytest.raises(DatabaseError, match="only_the_owner_gives"), transaction.atomic():
        make_disclosure(to, case, cast.other_clinic.unit, basis="intra_care")
    assert not sees(cast.other_clinic)
    with acting(cast.coordinator):
        giving.stop_showing(by=cast.coordinator, case=case, item=item, to=to.unit)
    with acting(to):
        assert not Case.objects.exists(), "with the last item goes the case"


def test_a_consent_that_begins_tomorrow_carries_nothing_past_a_withdrawal_today(cast):
    case = make_case(cast.coordinator)
    item = make_item(cast.coordinator, case)
    first = record(cast.coordinator, case, cast.investigator)
    with acting(cast.coordinator):
        giving.give(by=cast.coordinator, case=case, item=item, to=cast.investigator.unit)
    record(cast.coordinator, case, cast.investigator, valid_from=TODAY + timedelta(days=1))
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=first)
        assert not Disclosure.objects.filter(ended_at=None).exists()
    assert not sees(cast.investigator)


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_no_consent_is_recorded_on_a_case_that_is_not_open(cast, state):
    case = make_case(cast.coordinator)
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=case, state=state, cause="completed")
    with pytest.raises(consent_verbs.NotNow):
        record(cast.coordinator, case, cast.investigator)
    with acting(cast.coordinator):
        assert not ConsentLine.objects.exists()


def test_an_administrator_gives_nobody_both_accounts_and_cases(cast, sign_in, settings):
    admin = cast.administrator
    elsewhere = cast.other_clinic.unit
    offers = [(admin, Role.COORDINATOR), (admin, Role.AUDITOR), (cast.coordinator, Role.ADMINISTRATOR)]
    for member, role in offers:
        _offered, link = party_verbs.invite(
            by=admin, unit=elsewhere, email=member.user.email, name="x", role=role
        )
        with pytest.raises(party_verbs.AdministratorWithCases), transaction.atomic():
            party_verbs.accept(key=link.rstrip("/").rpartition("/")[2], user=member.user)
        page = sign_in(member).post(link.removeprefix(settings.PUBLIC_URL)).content.decode()
        assert "Samma person kan inte både sköta konton" in page
    assert not Membership.objects.filter(unit=elsewhere).exclude(pk=cast.other_clinic.pk).exists()
    with pytest.raises(DatabaseError, match="no case role"), transaction.atomic():
        Membership.objects.create(
            user=admin.user,
            unit=cast.other_clinic.unit,
            party=cast.other_clinic.party,
            role=Role.COORDINATOR,
            side="case",
        )


@pytest.mark.parametrize("who", ["investigator", "employer", "af_officer"])
def test_only_care_writes_what_only_care_may_write(cast, who):
    member = getattr(cast, who)
    case = make_case(member)
    for type_ in ("diagnosis", "treatment", "statement", "step"):
        with acting(member), pytest.raises(PermissionDenied), transaction.atomic():
            item_verbs.write_item(by=member, case=case, type=type_, heading="F33", happened_on=TODAY)


def test_a_search_term_stays_in_no_session_and_no_ledger(cast, sign_in, monkeypatch):
    make_case(cast.coordinator, name="Tilde Ravnsby", number=test_number(703))
    client = sign_in(cast.coordinator)
    rows: list[tuple] = []
    write = ledger._write
    monkeypatch.setattr(ledger, "_write", lambda *args: (rows.append(args), write(*args))[1])
    for term in (test_number(703), "Tilde"):
        assert "Tilde Ravnsby" in client.post("/cases/search/", {"q": term}).content.decode()
    client.get(f"/cases/{test_number(704)}/")
    client.get("/cases/Tilde Ravnsby/")
    kept = str(dict(client.session)) + str([row[-1] for row in rows])
    assert "Tilde" not in kept
    assert test_number(703) not in kept
    assert test_number(704) not in kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("7KQ4-M2X9", "7KQ4-M2X9"),
        ("7KQ4-M2X9/12", "7KQ4-M2X9/12"),
        ("inquiry 12", "inquiry 12"),
        ("198507099805", "not a key"),
        ("19850709-9805", "not a key"),
        ("8507-0998", "not a key"),
        ("Tilde", "not a key"),
    ],
)
def test_the_ledger_keeps_a_key_and_nothing_else_that_was_typed(typed, kept):
    assert key_for_ledger(typed) == kept


@pytest.mark.parametrize(
    "address",
    ["/cases/%00/", "/cases/a%00b/items/3/", "/own/?before=²", "/own/?before=%00", "/inquiries/?show=%00"],
)
def test_odd_signs_are_no_error(cast, sign_in, address):
    assert sign_in(cast.coordinator).get(address).status_code in (200, 400, 404)


def test_the_doors_of_the_database_ask_who_comes(cast):
    case = make_case(cast.coordinator)
    with acting(cast.investigator), connection.cursor() as cursor:
        cursor.execute("select portal.case_state(%s)", [case.pk])
        assert cursor.fetchone() == (None,)
    with (
        pytest.raises(DatabaseError, match="has not left"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("select portal.party_left(1, %s, 1)", [cast.investigator.party_id])
    with (
        acting(cast.coordinator),
        pytest.raises(DatabaseError, match="stays with its person"),
        transaction.atomic(),
    ):
        Case.objects.filter(pk=case.pk).update(number="2222-2222")


def test_protection_ticked_at_a_later_case_of_the_same_person_counts(cast):
    """Logged, closed, logged anew with the tick: the record that was there takes it, and nothing can be given."""
    number = parse_number("19850709-9805")
    told = {"by": cast.coordinator, "number": number, "opened_on": timezone.localdate()}
    with acting(cast.coordinator):
        first = case_verbs.open_case(**told, name="Test Testsson", home_municipality="Provby")
        case_verbs.set_state(by=cast.coordinator, case=first, state="closed", cause="completed")
        second = case_verbs.open_case(**told, name="Test Nytt", protected=True)
        second.person.refresh_from_db()
        assert second.person_id == first.person_id and second.person.protected
        assert (second.person.name, second.person.home_municipality) == ("Test Nytt", "Provby")
        case_verbs.set_state(by=cast.coordinator, case=second, state="closed", cause="completed")
        third = case_verbs.open_case(**told, name="")
        third.person.refresh_from_db()
        assert third.person.protected and third.person.name == "Test Nytt", "an empty field says nothing"
