"""The verbs of the case meet the cast: who may, who may not, and what each leaves behind."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.actions import disclosure as giving
from cases.actions import item as item_verbs
from cases.law import Act, Ground
from cases.models import Assignment, Case, ConsentLine, Disclosure, Item, ItemType, Person, State
from parties.access import acting
from parties.numbers import parse_number
from tests.cases.outcomes import outcome_of
from tests.factories import make_case, make_consent, make_item, make_line, test_number

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


def record(by, case, to, *, kinds=("plan",), days=100, **more):
    with acting(by):
        return consent_verbs.record_consent(
            by=by, case=case, directions=[(by.unit, to.unit), (to.unit, by.unit)], kinds=kinds, purpose="return_to_work",
            form="written", valid_from=TODAY, valid_to=TODAY + timedelta(days=days), given_on=TODAY, **more,
        )  # fmt: skip


def given_plan(cast):
    case = make_case(cast.coordinator)
    item = make_item(cast.coordinator, case)
    record(cast.coordinator, case, cast.investigator)
    with acting(cast.coordinator):
        giving.give(by=cast.coordinator, case=case, item=item, to=cast.investigator.unit)
    return case, item


VERBS = {
    "write": lambda m, case: item_verbs.write_item(
        by=m, case=case, type="plan", heading="x", happened_on=TODAY
    ),
    "consent": lambda m, case: consent_verbs.record_consent(
        by=m,
        case=case,
        directions=[],
        kinds=[],
        purpose="sip",
        form="written",
        valid_from=TODAY,
        valid_to=TODAY,
        given_on=TODAY,
    ),
    "pause": lambda m, case: case_verbs.set_state(by=m, case=case, state=State.PAUSED),
    "spell": lambda m, case: case_verbs.record_spell(
        by=m, case=case, from_on=TODAY, to_on=None, degree=50, benefit="sickness_benefit"
    ),
    "protect": lambda m, case: case_verbs.protect(by=m, case=case),
    "assign": lambda m, case: case_verbs.assign(by=m, case=case, member=m),
}
OWNERS = {"coordinator", "colleague"}
RECEIVERS = {"investigator", "unassigned_officer"}
# verb: who may, of those who see the case; the manager reads and may assign.
MAY = {
    "write": OWNERS | RECEIVERS,
    "consent": OWNERS,
    "pause": OWNERS,
    "spell": OWNERS,
    "protect": OWNERS,
    "assign": OWNERS | RECEIVERS | {"manager"},
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_meets_the_whole_cast(cast, verb):
    case, _ = given_plan(cast)
    for name, member in cast.everyone.items():
        if member is None or name == "ended_member":
            continue
        outcome = outcome_of(
            member, lambda member=member: VERBS[verb](member, case), no=(consent_verbs.NothingToConsentTo,)
        )
        outcome = "done" if outcome == "no" else outcome
        sees = OWNERS | RECEIVERS | {"manager"}
        expected = "done" if name in MAY[verb] else "403" if name in sees else "404"
        assert outcome == expected, (verb, name)


def test_a_person_is_logged_once_at_a_unit_and_again_after_closing(cast):
    number = parse_number(test_number(500))
    with acting(cast.coordinator):
        first = case_verbs.open_case(by=cast.coordinator, number=number, name="Ett", opened_on=TODAY)
        with pytest.raises(case_verbs.AlreadyRegistered) as there:
            case_verbs.open_case(by=cast.coordinator, number=number, name="Två", opened_on=TODAY)
        assert there.value.case == first
        case_verbs.set_state(by=cast.coordinator, case=first, state=State.CLOSED, cause="completed")
        again = case_verbs.open_case(by=cast.coordinator, number=number, name="Tre", opened_on=TODAY)
        assert again.person_id == first.person_id and Person.objects.count() == 1
    with acting(cast.other_clinic):
        # Another clinic of the same region keeps its own record, and is told nothing of the first (R6).
        other = case_verbs.open_case(by=cast.other_clinic, number=number, name="Fyra", opened_on=TODAY)
        assert other.person_id != first.person_id and Case.objects.count() == 1


def test_the_number_is_sealed_and_the_page_shows_it(cast):
    digits = test_number(501)
    case = make_case(cast.coordinator, number=digits)
    with acting(cast.coordinator), connection.cursor() as cursor:
        cursor.execute("select number_cipher, number_key, name from cases_person")
        cipher, key, _name = cursor.fetchone()
        assert digits.encode() not in bytes(cipher) and digits.encode() not in bytes(key)
        assert Person.objects.get(pk=case.person_id).number == f"{digits[:8]}-{digits[8:]}"


def test_without_personal_data_neither_number_nor_name_is_kept(cast):
    with acting(cast.coordinator):
        case = case_verbs.open_case(
            by=cast.coordinator, number=None, name="Ska bort", sex="female", opened_on=TODAY
        )
        person = Person.objects.get(pk=case.person_id)
        assert (person.name, person.number, person.sex) == ("", "", "female")


def test_states_move_as_the_table_says(cast):
    case = make_case(cast.coordinator)
    with acting(cast.coordinator):
        for state in (State.PAUSED, State.OPEN, State.CLOSED, State.OPEN):
            case_verbs.set_state(by=cast.coordinator, case=case, state=state, cause="completed")
        for state in (State.CLOSED, State.PAUSED):
            case_verbs.set_state(
                by=cast.coordinator, case=case, state=State.OPEN
            ) if state == State.PAUSED else None
            case_verbs.set_state(by=cast.coordinator, case=case, state=state, cause="completed")
            with pytest.raises(case_verbs.IllegalMove), transaction.atomic():
                case_verbs.set_state(by=cast.coordinator, case=case, state=state, cause="completed")


def test_paused_gives_nothing_in_either_direction(cast):
    case, _ = given_plan(cast)
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=case, state=State.PAUSED)
        second = item_verbs.write_item(
            by=cast.coordinator, case=case, type="plan", heading="Två", happened_on=TODAY
        )
        with pytest.raises(giving.MayNotGive) as no, transaction.atomic():
            giving.give(by=cast.coordinator, case=case, item=second, to=cast.investigator.unit)
        assert no.value.decision.reason == "case_paused"
    decision = make_item(cast.investigator, case, ItemType.DECISION, "Beslut")
    with acting(cast.investigator), pytest.raises(giving.MayNotGive) as no:
        giving.give(by=cast.investigator, case=case, item=decision, to=cast.coordinator.unit)
    assert no.value.decision.reason == "outward", "FK is not told that the case is paused"


def test_the_first_giving_is_the_receipt(cast):
    case, _ = given_plan(cast)
    with acting(cast.coordinator):
        mine = ConsentLine.objects.filter(from_unit=cast.coordinator.unit)
        theirs = ConsentLine.objects.filter(from_unit=cast.investigator.unit)
        assert not mine.filter(received_at=None).exists() and not theirs.exclude(received_at=None).exists()
    plan = make_item(cast.investigator, case, ItemType.PLAN, "FK:s plan")
    with acting(cast.investigator):
        giving.give(by=cast.investigator, case=case, item=plan, to=cast.coordinator.unit)
    with acting(cast.coordinator):
        assert not ConsentLine.objects.filter(received_at=None).exists()
        assert Item.objects.visible_to(cast.coordinator).filter(heading="FK:s plan").exists()


def test_given_twice_is_given_once_and_with_it_goes_the_case(cast):
    case, item = given_plan(cast)
    with acting(cast.coordinator):
        giving.give(by=cast.coordinator, case=case, item=item, to=cast.investigator.unit)
        assert sorted(Disclosure.objects.values_list("kind", flat=True)) == ["existence", "plan"]


def test_another_fk_unit_is_another_receiver(cast):
    case, item = given_plan(cast)
    with acting(cast.coordinator), pytest.raises(giving.MayNotGive):
        giving.give(by=cast.coordinator, case=case, item=item, to=cast.other_fk_unit.unit)
    with acting(cast.other_fk_unit):
        assert not Case.objects.exists()


def test_a_later_version_is_seen_by_nobody_until_it_is_given(cast):
    case, item = given_plan(cast)
    with acting(cast.coordinator):
        later = item_verbs.write_version(
            by=cast.coordinator, case=case, item=item, heading="Ny plan", text="", happened_on=TODAY
        )
    with acting(cast.investigator):
        assert list(Item.objects.values_list("heading", flat=True)) == [item.heading]
    with acting(cast.coordinator), pytest.raises(item_verbs.Superseded):
        item_verbs.write_version(
            by=cast.coordinator, case=case, item=item, heading="Sidospår", text="", happened_on=TODAY
        )
    assert later.replaces_id == item.pk


def test_what_the_person_excepted_must_be_read_first(cast):
    case = make_case(cast.coordinator)
    item = make_item(cast.coordinator, case)
    record(cast.coordinator, case, cast.investigator, excluded="Inget om barnen")
    with acting(cast.coordinator):
        with pytest.raises(giving.NotConfirmed), transaction.atomic():
            giving.give(by=cast.coordinator, case=case, item=item, to=cast.investigator.unit)
        giving.give(
            by=cast.coordinator,
            case=case,
            item=item,
            to=cast.investigator.unit,
            confirmed=[giving.EXCLUDED_READ],
        )


def test_care_of_the_same_region_asks_for_the_care_relation(cast):
    case = make_case(cast.coordinator)
    item = make_item(cast.coordinator, case, ItemType.TREATMENT, "KBT")
    to = cast.health_centre.unit
    with acting(cast.coordinator):
        with pytest.raises(giving.NotConfirmed), transaction.atomic():
            giving.give(by=cast.coordinator, case=case, item=item, to=to)
        made = giving.give(by=cast.coordinator, case=case, item=item, to=to, confirmed=[giving.CARE_RELATION])
        assert made.basis == Ground.INTRA_CARE
        with pytest.raises(giving.MayNotGive):
            giving.give(
                by=cast.coordinator,
                case=case,
                item=item,
                to=cast.private_care.unit,
                confirmed=[giving.CARE_RELATION],
            )


def test_a_statutory_answer_stands_ninety_days_and_outlives_a_withdrawal(cast):
    case = make_case(cast.coordinator)
    item = make_item(cast.coordinator, case, ItemType.TREATMENT, "Behandling")
    consent = record(cast.coordinator, case, cast.investigator)
    to = cast.investigator.unit
    how = {"act": Act.STATUTORY_ANSWER, "request": 17, "decided_by": "Läkare vid mottagningen"}
    with acting(cast.coordinator):
        with pytest.raises(giving.MayNotGive), transaction.atomic():
            giving.give(by=cast.coordinator, case=case, item=item, to=to)
        with pytest.raises(giving.NotConfirmed), transaction.atomic():
            giving.give(by=cast.coordinator, case=case, item=item, to=to, **how)
        with pytest.raises(giving.NotConfirmed), transaction.atomic():
            giving.give(
                by=cast.coordinator,
                case=case,
                item=item,
                to=to,
                confirmed=[giving.RELEVANT_ONLY],
                **(how | {"decided_by": " "}),
            )
        made = giving.give(
            by=cast.coordinator, case=case, item=item, to=to, confirmed=[giving.RELEVANT_ONLY], **how
        )
        assert made.basis == Ground.FK_DUTY and made.request == 17
        assert timedelta(days=89, hours=23) < made.until_at - timezone.now() <= timedelta(days=90)
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
    with acting(cast.investigator):
        assert Item.objects.count() == 1 and Case.objects.count() == 1


def test_a_statutory_answer_names_its_question_in_the_database_too(cast):
    case = make_case(cast.coordinator)
    item = make_item(cast.coordinator, case, ItemType.TREATMENT, "Behandling")
    from tests.factories import make_disclosure

    with pytest.raises(IntegrityError, match="names_its_question"), transaction.atomic():
        make_disclosure(cast.coordinator, case, cast.investigator.unit, item, basis=Ground.FK_DUTY)


def test_the_existence_line_takes_its_pair_with_it(cast):
    case = make_case(cast.coordinator)
    consent = record(cast.coordinator, case, cast.investigator, kinds=("plan", "ability"))
    with acting(cast.coordinator):
        line = ConsentLine.objects.get(kind="existence", from_unit=cast.coordinator.unit)
        assert consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent, lines=[line.pk]) == 3
        left = set(ConsentLine.objects.filter(ended_at=None).values_list("from_unit", flat=True))
        assert left == {cast.investigator.unit_id}, "the other direction stands"


@pytest.mark.parametrize("ticked", [False, True])
def test_a_renewal_opens_what_was_given_only_when_it_says_so(cast, ticked):
    """As it is lived: given under a consent by the verb, the line runs out, a new one is recorded."""
    case = make_case(cast.coordinator)
    item = make_item(cast.coordinator, case)
    old = make_consent(cast.coordinator, case)
    now = timezone.now()
    for kind in ("existence", "plan"):
        make_line(
            old,
            cast.coordinator,
            cast.coordinator,
            cast.investigator.unit,
            kind,
            until_at=now + timedelta(seconds=2),
        )
    with acting(cast.coordinator):
        giving.give(by=cast.coordinator, case=case, item=item, to=cast.investigator.unit)
        ends = set(Disclosure.objects.values_list("until_at", flat=True))
        assert ends == {now + timedelta(seconds=2)}, "a giving ends with its line"
    with acting(cast.investigator):
        assert Item.objects.filter(pk=item.pk).exists()
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_sleep(extract(epoch from %s - clock_timestamp()))", [now + timedelta(seconds=2.1)]
            )
        assert not Item.objects.filter(pk=item.pk).exists()
    record(cast.coordinator, case, cast.investigator, reopens_earlier=ticked)
    with acting(cast.investigator):
        assert Item.objects.filter(pk=item.pk).exists() is ticked
        assert Case.objects.filter(pk=case.pk).exists()
    if not ticked:
        # Given anew, it is seen again.
        with acting(cast.coordinator):
            giving.give(by=cast.coordinator, case=case, item=item, to=cast.investigator.unit)
        with acting(cast.investigator):
            assert Item.objects.filter(pk=item.pk).exists()


def test_the_case_stays_open_as_long_as_what_is_given_on_it(cast):
    case = make_case(cast.coordinator)
    first, second = (
        make_item(cast.coordinator, case),
        make_item(cast.coordinator, case, ItemType.TREATMENT, "KBT"),
    )
    record(cast.coordinator, case, cast.investigator, days=10)
    to = cast.investigator.unit
    with acting(cast.coordinator):
        giving.give(by=cast.coordinator, case=case, item=first, to=to)
        giving.give(
            by=cast.coordinator, case=case, item=second, to=to, act=Act.STATUTORY_ANSWER, request=3, decided_by="Läkare",
            confirmed=[giving.RELEVANT_ONLY],
        )  # fmt: skip
        last = max(Disclosure.objects.filter(item__isnull=False).values_list("until_at", flat=True))
        assert max(Disclosure.objects.filter(item=None).values_list("until_at", flat=True)) == last


def test_a_consent_to_kinds_the_law_does_not_know_makes_no_line(cast):
    case = make_case(cast.coordinator)
    consent = record(cast.coordinator, case, cast.af_officer, kinds=("medical", "plan", "social"))
    with acting(cast.coordinator):
        kinds = set(
            ConsentLine.objects.filter(consent=consent, from_unit=cast.coordinator.unit).values_list(
                "kind", flat=True
            )
        )
        assert kinds == {"existence", "plan"}
        with pytest.raises(consent_verbs.NothingToConsentTo), transaction.atomic():
            consent_verbs.record_consent(
                by=cast.coordinator, case=case, directions=[(cast.coordinator.unit, cast.other_clinic.unit)], kinds=["plan"],
                purpose="sip", form="written", valid_from=TODAY, valid_to=TODAY, given_on=TODAY,
            )  # fmt: skip


def test_an_assignment_sorts_and_opens_nothing(cast):
    case, _ = given_plan(cast)
    with acting(cast.coordinator):
        with pytest.raises(PermissionDenied):
            # A colleague is asked first (test_hand_over.py).
            case_verbs.assign(by=cast.coordinator, case=case, member=cast.colleague)
    with acting(cast.manager):
        case_verbs.assign(by=cast.manager, case=case, member=cast.colleague)
    with acting(cast.coordinator):
        current = Assignment.objects.current().filter(case=case, unit=cast.coordinator.unit)
        assert [a.member_id for a in current] == [cast.colleague.pk]
        with pytest.raises(PermissionDenied):
            case_verbs.assign(by=cast.coordinator, case=case, member=cast.investigator)


def test_a_period_ends_with_its_last_day_on_both_clock_changes(cast):
    case = make_case(cast.coordinator)
    for last in (date(2027, 3, 28), date(2027, 10, 31)):
        with acting(cast.coordinator):
            consent = consent_verbs.record_consent(
                by=cast.coordinator, case=case, directions=[(cast.coordinator.unit, cast.investigator.unit)], kinds=["plan"],
                purpose="sip", form="written", valid_from=TODAY, valid_to=last, given_on=TODAY,
            )  # fmt: skip
            until = ConsentLine.objects.filter(consent=consent).first().until_at
        local = timezone.localtime(until)
        assert (local.date(), local.hour, local.minute) == (last + timedelta(days=1), 0, 0)


def test_a_withdrawal_of_one_purpose_leaves_the_case_open_for_what_was_given_for_another(cast):
    """The case goes with each item on the item's own ground: what was given for a meeting stands when the plan's ground ends."""
    case = make_case(cast.coordinator)
    fk = cast.investigator
    consents = {}
    for purpose, kind, type_ in (
        ("return_to_work", "plan", ItemType.PLAN),
        ("sip", "ability", ItemType.ABILITY_NOTE),
    ):
        item = make_item(cast.coordinator, case, type_)
        with acting(cast.coordinator):
            # The same last day for both: neither is longer than the other.
            consents[purpose] = consent_verbs.record_consent(
                by=cast.coordinator, case=case, directions=[(cast.coordinator.unit, fk.unit)], kinds=[kind],
                purpose=purpose, form="written", valid_from=TODAY, valid_to=TODAY + timedelta(days=30), given_on=TODAY,
            )  # fmt: skip
            giving.give(by=cast.coordinator, case=case, item=item, to=fk.unit)
    for purpose in ("return_to_work", "sip"):
        with acting(fk):
            assert Case.objects.filter(pk=case.pk).exists(), purpose
        with acting(cast.coordinator):
            consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consents[purpose])
    with acting(fk):
        assert not Case.objects.filter(pk=case.pk).exists()
