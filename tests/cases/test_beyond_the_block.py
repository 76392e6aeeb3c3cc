"""What lay beyond the block: one's own drafts, the database's own doors, names that were not bound, and a double's block."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from cases.actions import case as case_verbs
from cases.actions import correct
from cases.actions.block import block, lift
from cases.actions.hand_over import offer
from cases.models import (
    Assignment,
    Block,
    Case,
    ConsentLine,
    Declined,
    FormerNumber,
    HandOver,
    Incident,
    IncidentNote,
    Mistake,
)
from errands import drafts
from errands.models import Draft
from inquiries import actions as inquiry_verbs
from parties.access import acting
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line

pytestmark = pytest.mark.django_db

TEXT = "Hon berättade om sin syster."


@pytest.fixture
def shared(cast):
    """A case of the coordinator's that FK unit A sees, with existence and plan in both directions."""
    case = make_case(cast.coordinator, name="Prov Person", number="198507099805")
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
        make_line(consent, cast.coordinator, cast.investigator, cast.coordinator.unit, kind)
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    make_disclosure(cast.coordinator, case, cast.investigator.unit, make_item(cast.coordinator, case))
    return case


def hold_off(cast, case, member) -> Block:
    with acting(cast.coordinator):
        return block(by=cast.coordinator, case=case, kind="colleague", user=member.user, reason="Släkt")


def answered(member, sql: str, *values):
    with acting(member), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def test_drafts_about_a_person_one_is_held_off_from_are_not_shown_while_the_block_stands(
    cast, shared, sign_in
):
    other = make_case(cast.coordinator)
    with acting(cast.coordinator):
        inquiry = inquiry_verbs.ask(
            by=cast.coordinator, case=shared, to=cast.investigator.unit, category="planning", text="Hur går det?",
            today=timezone.localdate(),
        )  # fmt: skip
    about = [
        ("item", f"{shared.number}-note"),
        ("consent", shared.number),
        ("ask", f"{shared.number}-{cast.coordinator.unit_id}"),
        ("answer", str(inquiry.pk)),
        (drafts.PAGE, f"cases.{shared.number}.state"),
        (drafts.UNSENT, f"cases.{shared.number}.items.12.version"),
        (drafts.UNSENT, f"inquiries.{inquiry.pk}.decline"),
    ]
    kept = [("item", f"{other.number}-note"), ("answer", str(inquiry.pk + 1)), (drafts.UNSENT, "cases.new")]
    for member in (cast.colleague, cast.investigator):
        with acting(member):
            for form, key in about:
                drafts.save(member.pk, form, key, {"text": [TEXT]})
            for form, key in kept:
                drafts.save(member.pk, form, key, {"text": ["Något annat."]})
    standing = [hold_off(cast, shared, m) for m in (cast.colleague, cast.investigator)]
    for member in (cast.colleague, cast.investigator):
        page = sign_in(member).get("/drafts/").content.decode()
        assert TEXT not in page and shared.number not in page
        assert page.count("Något annat.") == len(kept)
        with acting(member):
            assert Draft.objects.count() == len(about) + len(kept), "nothing typed is lost"
    for row in standing:
        with acting(cast.coordinator):
            lift(by=cast.coordinator, case=shared, block=row.pk, reason="Fel person")
    assert sign_in(cast.colleague).get("/drafts/").content.decode().count(TEXT) == len(about)


def test_a_draft_on_a_case_whose_ground_has_ended_is_still_its_writers_to_read(cast, shared, sign_in):
    with acting(cast.investigator):
        drafts.save(cast.investigator.pk, "item", f"{shared.number}-note", {"text": [TEXT]})
    with acting(cast.coordinator):
        ConsentLine.objects.update(ended_at=Now(), ended_by=cast.coordinator, ended_how="withdrawn")
    assert sign_in(cast.investigator).get(f"/cases/{shared.number}/").status_code == 404
    assert TEXT in sign_in(cast.investigator).get("/drafts/").content.decode()


@pytest.mark.parametrize(
    ("function", "nothing"),
    [
        ("portal.case_state(%s)", [(None,)]),
        ("count(*) from portal.given_on_case(%s)", [(0,)]),
        ("count(*) from portal.givings_on_case(%s)", [(0,)]),
        ("portal.blocks_on(%s) ->> 'units'", [("[]",)]),
        ("portal.note_opened(%s, null)", [(0,)]),
        ("count(*) from portal.numbers_of_own_items(array[%s]::bigint[])", [(0,)]),
    ],
)
@pytest.mark.parametrize("who", ["colleague", "investigator"])
def test_the_doors_of_the_database_ask_for_the_block(cast, shared, function, nothing, who):
    member = getattr(cast, who)
    with acting(cast.investigator):
        make_item(cast.investigator, shared)
    with acting(cast.coordinator):
        block(by=cast.coordinator, case=shared, kind="unit", to_unit=cast.af_officer.unit, reason="Jäv")
    first_time = "note_opened" in function
    before = [(1,)] if first_time else answered(member, f"select {function}", shared.pk)
    assert before != nothing or who == "investigator", "without the block there is an answer"
    hold_off(cast, shared, member)
    assert answered(member, f"select {function}", shared.pk) == nothing
    if first_time and who == "colleague":
        return  # The owner opens nothing that was given: there is no neighbour to compare with.
    neighbour = cast.coordinator if who == "colleague" else cast.unassigned_officer
    assert answered(neighbour, f"select {function}", shared.pk) == before, "the neighbour is told as before"


@pytest.mark.parametrize("function", ["barred_persons_of", "barred_cases_of"])
def test_whom_a_block_holds_from_another_is_told_to_nobody(cast, shared, function):
    hold_off(cast, shared, cast.colleague)
    assert answered(cast.colleague, f"select cardinality(portal.{function}(%s))", cast.colleague.pk) == [(1,)]
    for asker in (cast.coordinator, cast.other_clinic, cast.investigator):
        with pytest.raises(DatabaseError, match="told to no other"), transaction.atomic():
            answered(asker, f"select portal.{function}(%s)", cast.colleague.pk)


UNHANDLED = "Ärendet har ingen som handlägger det"


def test_a_case_left_by_a_block_stands_with_those_who_can_take_it(cast, shared, sign_in):
    """In the own unit and in FK's, whose handler cannot end what she does not see; why is told to nobody."""
    with acting(cast.manager):
        case_verbs.assign(by=cast.manager, case=shared, member=cast.colleague)
    with acting(cast.investigator):
        case_verbs.assign(by=cast.investigator, case=shared, member=cast.investigator)
    for member in (
        cast.coordinator,
        cast.colleague,
        cast.manager,
        cast.investigator,
        cast.unassigned_officer,
    ):
        assert UNHANDLED not in sign_in(member).get("/todo/").content.decode()
    for member in (cast.colleague, cast.investigator):
        hold_off(cast, shared, member)
    for name, member in cast.everyone.items():
        if member is None or not member.is_case_role or name == "ended_member":
            continue
        page = sign_in(member).get("/todo/").content.decode()
        told = name in ("coordinator", "manager", "unassigned_officer")
        assert (UNHANDLED in page and shared.number in page) == told, name
        assert "Släkt" not in page and "spärr" not in page.lower()
    for member in (cast.coordinator, cast.unassigned_officer):
        with acting(member):
            case_verbs.assign(by=member, case=shared, member=member)
        assert UNHANDLED not in sign_in(member).get("/todo/").content.decode()


def test_a_closed_case_waits_for_no_handler_and_one_that_never_had_any_is_not_missed(cast, sign_in):
    case = make_case(cast.coordinator)
    with acting(cast.coordinator):
        case_verbs.assign(by=cast.coordinator, case=case, member=cast.coordinator)
        Assignment.objects.filter(case=case).update(until_at=Now())
    assert UNHANDLED in sign_in(cast.coordinator).get("/todo/").content.decode()
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=case, state="closed", cause="completed")
    assert UNHANDLED not in sign_in(cast.coordinator).get("/todo/").content.decode()


def test_nobody_lifts_a_block_or_ends_an_offer_in_a_colleagues_name(cast, shared):
    made = hold_off(cast, shared, cast.investigator)
    with acting(cast.coordinator):
        offer(by=cast.coordinator, case=shared, to=cast.colleague)
        for rows, change in (
            (
                Block.objects.filter(pk=made.pk),
                {"lifted_at": Now(), "lifted_reason": "Nej", "lifted_by": cast.colleague},
            ),
            (HandOver.objects.all(), {"ended_at": Now(), "how": "declined", "ended_by": cast.colleague}),
        ):
            with pytest.raises(DatabaseError, match="in the name of who ends it"), transaction.atomic():
                rows.update(**change)
            name = next(n for n in change if n.endswith("_by"))
            assert rows.update(**change | {name: cast.coordinator}) == 1, "in one's own name it is ended"


def _rows(case: Case, writer, name):
    consent = case.consents.first()
    unit = {"unit": writer.unit}
    return {
        "offer": (HandOver, unit | {"case": case, "to_member": writer, "by": name}),
        "number": (
            FormerNumber,
            unit | {"person": case.person, "number_kind": "personnummer", "number_cipher": b"x", "number_key": b"y",
                    "why": "changed", "by": name},
        ),
        "declined": (
            Declined, unit | {"case": case, "declined_on": timezone.localdate(), "said_by": "Personen", "recorded_by": name},
        ),
        "mistake": (Mistake, unit | {"consent": consent, "reason": "Fel", "recorded_by": name}),
    }  # fmt: skip


@pytest.mark.parametrize("row", ["offer", "number", "declined", "mistake"])
def test_no_row_is_written_in_a_colleagues_name(cast, shared, row):
    with acting(cast.coordinator):
        model, values = _rows(shared, cast.coordinator, cast.colleague)[row]
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            model.objects.create(**values)
        named = {n: cast.coordinator for n, v in values.items() if v is cast.colleague}
        if row == "offer":
            named["to_member"] = cast.colleague
        model.objects.create(**values | named)


def test_no_incident_and_no_note_on_one_is_written_in_a_colleagues_name(cast, shared):
    with acting(cast.coordinator):
        given = shared.disclosures.exclude(item=None).get()
        type(given).objects.filter(pk=given.pk).update(
            ended_at=Now(), ended_by=cast.coordinator, ended_how="stopped"
        )
        told = {"case": shared, "unit": cast.coordinator.unit, "to_unit": cast.investigator.unit, "disclosure": given,
                "found_at": timezone.now(), "text": "Fel enhet", "done": "Stängt"}  # fmt: skip
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Incident.objects.create(**told, by=cast.colleague)
        incident = Incident.objects.create(**told, by=cast.coordinator)
        note = {"incident": incident, "unit": cast.coordinator.unit, "text": "Ringt"}
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            IncidentNote.objects.create(**note, by=cast.colleague)
        IncidentNote.objects.create(**note, by=cast.coordinator)


def test_a_block_lifted_on_one_of_two_doubles_is_lifted_on_the_other(cast, shared, sign_in):
    other = make_case(cast.coordinator, name="Prov Person", number="198507099813")
    made = hold_off(cast, shared, cast.colleague)
    hold_off(cast, make_case(cast.coordinator), cast.colleague)
    with acting(cast.coordinator):
        correct.registered_twice(by=cast.coordinator, case=shared, stays=other)
        assert Block.objects.standing().filter(person__in=[shared.person_id, other.person_id]).count() == 2
    with acting(cast.colleague):
        assert not Case.objects.exists()
    address = f"/cases/{shared.number}/blocks/{made.pk}/lift/"
    client = sign_in(cast.coordinator)
    assert "Spärren hävs även i dubbletten." in client.get(address).content.decode()
    page = client.post(address, {"reason": "Fel person"}, follow=True).content.decode()
    assert "Den är hävd även i dubbletten." in page
    with acting(cast.colleague):
        assert set(Case.objects.values_list("pk", flat=True)) == {shared.pk, other.pk}
    with acting(cast.coordinator):
        assert Block.objects.standing().count() == 1, "the block on somebody else stands"
