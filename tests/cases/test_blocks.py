"""Blocks stand above every ground: a spärr within the region, a colleague with a conflict of interest, a whole unit."""

import threading
import time

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, connections, transaction
from django.db.models.functions import Now
from django.http import Http404

from audit import ledger
from audit.models import Entry
from cases.access import not_held_off
from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.actions import correct
from cases.actions import disclosure as giving
from cases.actions.block import AlreadyBlocked, NobodyLeft, block, lift
from cases.actions.hand_over import offer
from cases.deciding import decide
from cases.hand_over import colleagues_of
from cases.law import Act, Ground, Reason
from cases.models import (
    Assignment,
    Block,
    Case,
    CaseState,
    Consent,
    ConsentLine,
    Disclosure,
    HandOver,
    Item,
    Person,
    Spell,
)
from parties.access import acting
from parties.models import Membership, Role
from parties.numbers import parse_number
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line

pytestmark = pytest.mark.django_db

DIGITS = "198507099805"
WALLED = (Person, Case, CaseState, Spell, Item, Consent, ConsentLine, Disclosure, Assignment, Block)


@pytest.fixture
def shared(cast):
    """A case of the coordinator's, with its plan given to FK unit A on a live consent."""
    case = make_case(cast.coordinator, name="Prov Person", number=DIGITS)
    item = make_item(cast.coordinator, case)
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    make_disclosure(cast.coordinator, case, cast.investigator.unit, item)
    return case, item


def hold_off(cast, case, member, **more):
    with acting(cast.coordinator):
        return block(
            by=cast.coordinator, case=case, kind="colleague", user=member.user, reason="Släkt", **more
        )


def seen(member, case) -> dict[str, int]:
    """What the bare tables show of the case's world to the member, wall alone."""
    with acting(member):
        return {model.__name__: model.objects.count() for model in WALLED if model.objects.exists()}


@pytest.mark.parametrize("who", ["colleague", "investigator"])
def test_whoever_is_held_off_sees_nothing_and_their_neighbour_sees_all(cast, shared, who):
    case, item = shared
    member = getattr(cast, who)
    neighbour = cast.coordinator if who == "colleague" else cast.unassigned_officer
    assert seen(member, case)
    hold_off(cast, case, member)
    assert seen(member, case) == {}
    with acting(member):
        assert not Case.objects.visible_to(member).exists()
        assert not Case.objects.open_to(member).exists()
        assert not Item.objects.visible_to(member).exists()
        assert not Person.objects.visible_to(member).exists()
        assert not Disclosure.objects.unopened_by(member).exists()
    with acting(neighbour):
        assert Case.objects.visible_to(neighbour).filter(pk=case.pk).exists()
        assert Item.objects.visible_to(neighbour).filter(pk=item.pk).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", ["colleague", "investigator"])
def test_the_first_net_holds_alone(cast, shared, who):
    """Past the wall, on the owner's connection in maintenance: the querysets themselves leave the person out."""
    case, _item = shared
    member = getattr(cast, who)
    for model in (Case, Item, Person):
        assert model.objects.using("owner").visible_to(member).exists(), model
    assert Case.objects.using("owner").open_to(member).exists()
    hold_off(cast, case, member)
    with acting(member):
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('portal.barred_cases')")
            told = cursor.fetchone()[0]
    assert told == f"{{{case.pk}}}"
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("select set_config('portal.barred_cases', %s, false)", [told])
        cursor.execute("select set_config('portal.barred_persons', %s, false)", [f"{{{case.person_id}}}"])
    try:
        for model in (Case, Item, Person):
            assert not model.objects.using("owner").visible_to(member).exists(), model
        assert not Case.objects.using("owner").open_to(member).exists()
    finally:
        with owner.cursor() as cursor:
            cursor.execute("reset portal.barred_cases")
            cursor.execute("reset portal.barred_persons")


def test_it_follows_the_user_to_another_unit_and_the_person_to_a_later_case(cast, shared):
    case, _item = shared
    hold_off(cast, case, cast.colleague)
    # The same human being, working for FK too.
    second = Membership.objects.create(
        user=cast.colleague.user, unit=cast.investigator.unit, party=cast.investigator.party,
        role=Role.OFFICER, side=cast.investigator.side,
    )  # fmt: skip
    assert seen(second, case) == {}
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=case, state="closed", cause="completed")
        later = case_verbs.open_case(
            by=cast.coordinator, number=parse_number(DIGITS), opened_on=case.opened_on
        )
    with acting(cast.colleague):
        assert not Case.objects.filter(pk=later.pk).exists()


def test_it_is_not_told_to_whoever_logs_the_person(cast, shared):
    """No case number, and no crash against the rule of one person per number."""
    case, _item = shared
    hold_off(cast, case, cast.colleague)
    with acting(cast.colleague), pytest.raises(case_verbs.NotByYou):
        case_verbs.open_case(by=cast.colleague, number=parse_number(DIGITS), opened_on=case.opened_on)
    # The near miss: the coordinator is told which case there is.
    with acting(cast.coordinator), pytest.raises(case_verbs.AlreadyRegistered):
        case_verbs.open_case(by=cast.coordinator, number=parse_number(DIGITS), opened_on=case.opened_on)


def test_an_assignment_ends_with_it(cast, shared):
    case, _item = shared
    with acting(cast.colleague):
        case_verbs.assign(by=cast.colleague, case=case, member=cast.colleague)
    hold_off(cast, case, cast.colleague)
    with acting(cast.coordinator):
        assert not Assignment.objects.current().filter(case=case).exists()


def test_an_offer_of_the_case_ends_with_it(cast, shared):
    case, _item = shared
    with acting(cast.coordinator):
        offer(by=cast.coordinator, case=case, to=cast.colleague)
    hold_off(cast, case, cast.colleague)
    with acting(cast.coordinator):
        assert HandOver.objects.get().how == "overtaken"


def test_somebody_must_be_left(cast, shared):
    case, _item = shared
    hold_off(cast, case, cast.colleague)
    with acting(cast.manager):
        block(by=cast.manager, case=case, kind="colleague", user=cast.manager.user, reason="Släkt")
    with acting(cast.coordinator), pytest.raises(NobodyLeft):
        block(by=cast.coordinator, case=case, kind="colleague", user=cast.coordinator.user, reason="Släkt")


def test_a_unit_is_given_nothing_and_what_stood_open_closes(cast, shared):
    case, item = shared
    with acting(cast.coordinator):
        block(by=cast.coordinator, case=case, kind="unit", to_unit=cast.investigator.unit, reason="Anhörig")
        assert set(Disclosure.objects.values_list("ended_how", flat=True)) == {"blocked"}
        assert set(ConsentLine.objects.values_list("ended_how", flat=True)) == {"blocked"}
        no = decide(
            Act.INFORMATION,
            giver=cast.coordinator.unit,
            receiver=cast.investigator.unit,
            kind="plan",
            case=case,
        )
        assert no.reason == Reason.BLOCKED_UNIT
        with pytest.raises(giving.MayNotGive):
            giving.give(by=cast.coordinator, case=case, item=item, to=cast.investigator.unit)
        with pytest.raises(consent_verbs.NotNow):
            consent_verbs.record_consent(
                by=cast.coordinator, case=case, directions=[(cast.coordinator.unit, cast.investigator.unit)],
                kinds=["plan"], purpose="sip", form="written", valid_from=case.opened_on,
                valid_to=case.opened_on, given_on=case.opened_on,
            )  # fmt: skip
    with acting(cast.investigator):
        assert not Case.objects.exists()
    # The near miss: another unit of the same authority is judged by its grounds as before.
    with acting(cast.coordinator):
        other = decide(
            Act.INFORMATION,
            giver=cast.coordinator.unit,
            receiver=cast.other_fk_unit.unit,
            kind="plan",
            case=case,
        )
        assert other.reason == Reason.NO_CONSENT


@pytest.mark.parametrize("kind", ["unit", "region"])
def test_the_database_refuses_what_a_block_forbids(cast, shared, kind):
    case, item = shared
    to = cast.investigator.unit if kind == "unit" else cast.other_clinic.unit
    with acting(cast.coordinator):
        block(
            by=cast.coordinator, case=case, kind=kind, reason="Skäl",
            to_unit=cast.investigator.unit if kind == "unit" else None,
        )  # fmt: skip
    basis = {"basis": "intra_care"} if kind == "region" else {}
    with pytest.raises(DatabaseError, match="a block stands against this"), transaction.atomic():
        make_disclosure(cast.coordinator, case, to, item, **basis)
    # The near miss: the same row on another ground, or to another unit.
    make_disclosure(cast.coordinator, case, cast.other_fk_unit.unit, item)


def test_within_the_region_only_the_persons_consent_is_left(cast, shared):
    """R15: care of one organisation gives on a care relation, unless there is a spärr; what stood on it closes."""
    case, item = shared
    near = cast.health_centre
    ask = {"giver": cast.coordinator.unit, "receiver": near.unit, "kind": "plan", "case": case}
    with acting(cast.coordinator):
        before = decide(Act.INFORMATION, **ask)
        assert before.ground == Ground.INTRA_CARE, "the cast's health centre is of the same region"
    make_disclosure(cast.coordinator, case, near.unit, item, basis="intra_care")
    with acting(cast.coordinator):
        made = block(by=cast.coordinator, case=case, kind="region", reason="Patientens önskan")
        assert decide(Act.INFORMATION, **ask).reason == Reason.BLOCKED_REGION
        assert Disclosure.objects.get(to_unit=near.unit).ended_how == "blocked"
        assert Disclosure.objects.filter(to_unit=cast.investigator.unit, ended_at=None).count() == 2
        lift(by=cast.coordinator, case=case, block=made.pk, reason="Patienten har ändrat sig")
        assert decide(Act.INFORMATION, **ask).ground == Ground.INTRA_CARE
        assert Disclosure.objects.get(to_unit=near.unit).ended_at is not None, "given anew, or not at all"
    consent = make_consent(cast.coordinator, case)
    make_line(consent, cast.coordinator, cast.coordinator, near.unit, "plan")
    with acting(cast.coordinator):
        block(by=cast.coordinator, case=case, kind="region", reason="Igen")
        assert decide(Act.INFORMATION, **ask).ground == Ground.CONSENT


def test_a_block_is_lifted_once_by_the_units_own_and_never_rewritten(cast, shared):
    case, _item = shared
    made = hold_off(cast, case, cast.colleague)
    with acting(cast.coordinator):
        with pytest.raises(AlreadyBlocked):
            block(by=cast.coordinator, case=case, kind="colleague", user=cast.colleague.user, reason="Igen")
        for change in ({"reason": "Annat"}, {"user": cast.coordinator.user}):
            with pytest.raises(DatabaseError, match="not rewritten"), transaction.atomic():
                Block.objects.filter(pk=made.pk).update(**change)
    for stranger in (cast.investigator, cast.other_clinic):
        with acting(stranger):
            assert not Block.objects.exists()
            with pytest.raises(Http404 if stranger is cast.other_clinic else Exception):
                lift(by=stranger, case=case, block=made.pk, reason="Nej")
    with acting(cast.coordinator):
        lift(by=cast.coordinator, case=case, block=made.pk, reason="Fel person")
        with pytest.raises(Http404):
            lift(by=cast.coordinator, case=case, block=made.pk, reason="En gång till")
    with acting(cast.colleague):
        assert Case.objects.filter(pk=case.pk).exists()


def test_nobody_sets_a_block_in_anothers_name_or_on_anothers_person(cast, shared):
    case, _item = shared
    for by, setter in ((cast.colleague, cast.coordinator), (cast.other_clinic, cast.other_clinic)):
        with acting(setter), pytest.raises(DatabaseError), transaction.atomic():
            Block.objects.create(
                person_id=case.person_id, unit=setter.unit, kind="region", reason="Falskt", by=by
            )


def test_nobody_held_off_is_named_asked_or_told(cast, shared):
    """As handler, in a hand-over, in a notice of a question; by the verbs, and by the database."""
    case, _item = shared
    hold_off(cast, case, cast.colleague)
    with acting(cast.manager):
        with pytest.raises(PermissionDenied):
            case_verbs.assign(by=cast.manager, case=case, member=cast.colleague)
        with pytest.raises(DatabaseError, match="holds this member off"), transaction.atomic():
            Assignment.objects.create(case=case, unit=cast.manager.unit, member=cast.colleague)
    with acting(cast.coordinator):
        assert cast.colleague.pk not in {m.pk for m in colleagues_of(cast.coordinator, case)}
        with pytest.raises(PermissionDenied):
            offer(by=cast.coordinator, case=case, to=cast.colleague)
        Assignment.objects.current().update(until_at=Now())
    with acting(cast.investigator):
        assert set(not_held_off(case, [cast.colleague.pk, cast.coordinator.pk])) == {cast.coordinator.pk}
    with acting(cast.af_officer):
        assert len(not_held_off(case, [cast.colleague.pk])) == 1, "told to nobody who does not see the case"


def test_registered_twice_the_two_share_their_blocks(cast, shared):
    case, _item = shared
    other = make_case(cast.coordinator, name="Prov Person", number="198507099813")
    hold_off(cast, case, cast.colleague)
    with acting(cast.colleague):
        assert Case.objects.filter(pk=other.pk).exists()
    with acting(cast.coordinator):
        correct.registered_twice(by=cast.coordinator, case=case, stays=other)
    with acting(cast.colleague):
        assert not Case.objects.exists()


def test_a_block_set_afterwards_reaches_the_double(cast, shared):
    case, _item = shared
    other = make_case(cast.coordinator, name="Prov Person", number="198507099813")
    with acting(cast.coordinator):
        correct.registered_twice(by=cast.coordinator, case=case, stays=other)
    hold_off(cast, other, cast.colleague)
    with acting(cast.colleague):
        assert not Case.objects.exists()


def test_a_number_of_somebody_one_is_held_off_from_is_answered_in_a_sentence(cast, shared):
    case, _item = shared
    mine = make_case(cast.colleague, number="198507099813")
    hold_off(cast, case, cast.colleague)
    with acting(cast.colleague), pytest.raises(case_verbs.NotByYou):
        correct.change_number(by=cast.colleague, case=mine, number=parse_number(DIGITS), why="mistyped")


@pytest.mark.django_db(transaction=True)
def test_a_deed_that_waited_while_the_block_was_set_is_refused(cast, shared):
    """The colleague's request had begun, and waits for the case's lock, as the block is set."""
    case, _item = shared
    began, met = threading.Event(), []

    def wait_for_the_lock() -> None:
        try:
            with acting(cast.colleague):
                began.set()
                case_verbs.assign(by=cast.colleague, case=case, member=cast.colleague)
        except Http404 as closed:
            met.append(closed)
        finally:
            connection.close()

    thread = threading.Thread(target=wait_for_the_lock)
    with acting(cast.coordinator):
        block(by=cast.coordinator, case=case, kind="colleague", user=cast.colleague.user, reason="Släkt")
        thread.start()
        assert began.wait(10)
        time.sleep(0.5)
    thread.join(10)
    assert len(met) == 1
    with acting(cast.coordinator):
        assert not Assignment.objects.current().filter(member=cast.colleague).exists()


def test_the_access_log_is_closed_too(cast, shared):
    case, _item = shared
    with acting(cast.coordinator):
        ledger.record("case.read", by=cast.coordinator, case=case.pk, persons=[case.person_id])
        block(by=cast.coordinator, case=case, kind="colleague", user=cast.manager.user, reason="Släkt")
    with acting(cast.manager):
        assert not Entry.objects.filter(case=case.pk).exists()
        assert not Entry.objects.filter(persons__contains=[case.person_id]).exists()
    with acting(cast.coordinator):
        assert Entry.objects.filter(case=case.pk).exists()


class TestPages:
    def test_setting_and_lifting(self, cast, shared, sign_in):
        case, _item = shared
        client = sign_in(cast.coordinator)
        page = f"/cases/{case.number}/blocks/"
        assert "Ingen spärr gäller" in client.get(page).content.decode()
        no = client.post(page + "new/", {"kind": "colleague", "reason": ""})
        text = no.content.decode()
        assert "Välj medarbetare." in text and "Skriv varför" in text
        yes = client.post(
            page + "new/",
            {"kind": "colleague", "user": str(cast.colleague.user_id), "reason": "Syskon till patienten"},
        )
        assert yes.status_code == 302 and yes.url == page
        assert cast.colleague.user.name in client.get(page).content.decode()
        with acting(cast.coordinator):
            pk = Block.objects.get().pk
        assert client.post(f"{page}{pk}/lift/", {"reason": ""}).status_code == 200
        assert client.post(f"{page}{pk}/lift/", {"reason": "Felaktigt"}).status_code == 302
        assert client.post(f"{page}{pk}/lift/", {"reason": "Igen"}).status_code == 404

    def test_declaring_oneself_leads_out_of_the_case(self, cast, shared, sign_in):
        case, _item = shared
        client = sign_in(cast.colleague)
        gone = client.post(
            f"/cases/{case.number}/blocks/new/",
            {"kind": "colleague", "user": str(cast.colleague.user_id), "reason": "Jag är granne"},
        )
        assert gone.status_code == 302 and gone.url == "/cases/"
        assert client.get(f"/cases/{case.number}/").status_code == 404
        assert case.number not in client.get("/cases/").content.decode()

    def test_logging_the_person_says_a_sentence(self, cast, shared, sign_in):
        case, _item = shared
        hold_off(cast, case, cast.colleague)
        answer = sign_in(cast.colleague).post(
            "/cases/new/", {"number": DIGITS, "name": "Prov Person", "sex": "female"}
        )
        text = answer.content.decode()
        assert answer.status_code == 200 and "Du kan inte logga den här personen här" in text
        assert case.number not in text

    @pytest.mark.parametrize("who", ["investigator", "other_clinic", "administrator", "steering"])
    def test_others_have_no_such_page(self, cast, shared, sign_in, who):
        case, _item = shared
        code = sign_in(getattr(cast, who)).get(f"/cases/{case.number}/blocks/").status_code
        assert code == (403 if who == "investigator" else 404)
