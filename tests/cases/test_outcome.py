"""Closing says why; what is open stands in view; the outcome is completed by rows, never overwritten."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from cases import closing
from cases.actions import case as case_verbs
from cases.actions import disclosure as giving
from cases.models import CaseOutcome, CaseState, Cause, ConsentLine, Disclosure, ItemType, State
from cases.models.outcome import FACTS
from errands import drafts
from errands.models import Job
from inquiries import actions as inquiry_verbs
from inquiries.models import Inquiry, InquiryState
from parties.access import acting
from tests.cases.test_deeds import given_plan
from tests.factories import make_case

pytestmark = pytest.mark.django_db
KNOWN = {
    "livelihood_before": "sickness_benefit", "livelihood_after": "wages", "occupation_before": "none",
    "occupation_after": "work", "step_health": "1", "step_activity": "0", "step_work": "-1",
}  # fmt: skip


def ask(cast, case):
    inquiry_verbs.ask(
        by=cast.coordinator, case=case, to=cast.investigator.unit, category="planning", text="När?",
        today=timezone.localdate(),
    )  # fmt: skip


def close(cast, case, cause="completed", **more):
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=case, state=State.CLOSED, cause=cause, **more)


@pytest.mark.parametrize(("cause", "reason"), [("", ""), ("nothing", ""), ("other", "  ")])
def test_a_case_is_not_closed_without_saying_why(cast, cause, reason):
    case, _ = given_plan(cast)
    with acting(cast.coordinator):
        with pytest.raises(case_verbs.CauseMissing), transaction.atomic():
            case_verbs.set_state(by=cast.coordinator, case=case, state="closed", cause=cause, reason=reason)
        assert CaseState.objects.latest("id").state == State.OPEN
        assert ConsentLine.objects.filter(ended_at=None).exists(), "nothing has ended"


@pytest.mark.parametrize("cause", ["completed", "moved", "declined", "died", "other"])
def test_every_cause_ends_consents_and_everything_shown(cast, cause):
    case, _ = given_plan(cast)
    close(cast, case, cause, reason="Flyttar")
    with acting(cast.coordinator):
        assert not ConsentLine.objects.filter(ended_at=None).exists()
        assert not Disclosure.objects.filter(ended_at=None).exists()
        outcome = CaseOutcome.objects.get()
        assert outcome.cause == cause and outcome.is_complete == (cause == Cause.DIED)
    with acting(cast.investigator):
        assert not CaseOutcome.objects.exists() and not CaseState.objects.exists()


def test_what_is_learnt_later_is_a_new_row_and_the_latest_counts(cast):
    case = make_case(cast.coordinator)
    close(cast, case, occupation_after="work")
    with acting(cast.colleague):
        assert not closing.outcome_now(case).is_complete
        case_verbs.complete_outcome(by=cast.colleague, case=case, **(KNOWN | {"step_health": "unknown"}))
        assert not closing.outcome_now(case).is_complete, "one answer is still not known"
        case_verbs.complete_outcome(by=cast.colleague, case=case, step_health="1")
        now = closing.outcome_now(case)
        assert now.is_complete and {n: getattr(now, n) for n in FACTS} == KNOWN
        assert (now.cause, CaseOutcome.objects.count()) == ("completed", 3)
        case_verbs.set_state(by=cast.colleague, case=case, state=State.OPEN)
        with pytest.raises(case_verbs.IllegalMove):
            case_verbs.complete_outcome(by=cast.colleague, case=case, **KNOWN)
    close(cast, case, "moved")
    with acting(cast.coordinator):
        # Another closing is another outcome; the first one's answers are not carried over.
        assert closing.outcome_now(case).livelihood_after == "unknown" and CaseOutcome.objects.count() == 4


def test_a_case_closed_before_causes_were_asked_for_gets_one(cast, sign_in):
    case = make_case(cast.coordinator)
    with acting(cast.coordinator):
        CaseState.objects.create(case=case, unit=case.unit, state=State.CLOSED, by=cast.coordinator)
        with pytest.raises(case_verbs.CauseMissing), transaction.atomic():
            case_verbs.complete_outcome(by=cast.coordinator, case=case, **KNOWN)
    client = sign_in(cast.coordinator)
    assert client.post(f"/cases/{case.number}/outcome/", KNOWN).status_code == 200
    assert client.post(f"/cases/{case.number}/outcome/", KNOWN | {"cause": "moved"}).status_code == 302
    with acting(cast.coordinator):
        assert closing.outcome_now(case).cause == "moved"


def test_the_database_keeps_an_outcome_as_it_was_written_and_with_its_owner(cast):
    case, _ = given_plan(cast)
    close(cast, case)
    with acting(cast.coordinator):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            CaseOutcome.objects.update(cause="moved")
        closing_row = CaseState.objects.latest("id")
        row = {"case": case, "unit": case.unit, "closing": closing_row, "by": cast.coordinator}
        with pytest.raises(IntegrityError, match="known_words"), transaction.atomic():
            CaseOutcome.objects.create(**row, cause="moved", step_work="2")
        with pytest.raises(IntegrityError, match="says_which_case_stays"), transaction.atomic():
            CaseOutcome.objects.create(**row, cause="registered_twice")
    with acting(cast.investigator):
        with pytest.raises(IntegrityError, match="only_the_owner"), transaction.atomic():
            CaseOutcome.objects.create(**(row | {"unit": cast.investigator.unit}), cause="moved")
            with connection.cursor() as cursor:
                cursor.execute("set constraints all immediate")
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            CaseOutcome.objects.create(**row, cause="moved")


def test_the_page_says_what_is_open_and_nothing_when_nothing_is(cast, sign_in):
    quiet = make_case(cast.coordinator)
    client = sign_in(cast.coordinator)
    assert "Inget är öppet." in client.get(f"/cases/{quiet.number}/close/").content.decode()
    case, _ = given_plan(cast)
    with acting(cast.coordinator):
        ask(cast, case)
        drafts.save(cast.coordinator.pk, "item", f"{case.number}-plan", {"text": ["halv"]})
        drafts.save(cast.coordinator.pk, "item", f"{quiet.number}-plan", {"text": ["annat ärende"]})
    page = client.get(f"/cases/{case.number}/close/").content.decode()
    for sentence in (
        f"Samtycket med {cast.investigator.unit.name}, till och med",
        # The question itself is no item that was given.
        f"{cast.investigator.unit.name} ser inte längre 1 uppgift som har lämnats.",
        "1 öppen förfrågan blir utan svar.",
        "Du har 1 utkast i ärendet som inte är skickat.",
    ):
        assert sentence in page, sentence


def test_closing_takes_the_open_question_off_both_worklists(cast):
    case, _ = given_plan(cast)
    with acting(cast.coordinator):
        ask(cast, case)
    close(cast, case, "died")
    job = Job.objects.get()
    assert job.kind == "pause_inquiries" and job.payload == {"case": case.pk}
    with acting(cast.coordinator):
        assert inquiry_verbs.pause_open(case_id=case.pk, by=cast.coordinator) == 1
        assert InquiryState.objects.latest("id").state == "paused"
    with acting(cast.investigator):
        assert not Inquiry.objects.turn_of(cast.investigator).exists()


def test_the_form_asks_why_and_takes_the_rest_as_not_known(cast, sign_in):
    case, _ = given_plan(cast)
    client, url = sign_in(cast.coordinator), f"/cases/{case.number}/close/"
    unknown = dict.fromkeys(FACTS, "unknown")
    assert "Välj varför ärendet avslutas." in client.post(url, unknown).content.decode()
    page = client.post(url, unknown | {"cause": "other"}).content.decode()
    assert "Skriv med några ord varför ärendet avslutas." in page
    refused = client.post(url, unknown | {"cause": "wrong_person"})
    assert refused.status_code == 200, "a deed of its own is not chosen here"
    assert client.post(f"/cases/{case.number}/state/", {"state": "closed"}).status_code == 200
    with acting(cast.coordinator):
        assert CaseState.objects.latest("id").state == State.OPEN
    assert client.post(url, unknown | {"cause": "declined"}).status_code == 302
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert f"/cases/{case.number}/outcome/" in page
    assert client.get(url)["Location"] == f"/cases/{case.number}/outcome/"
    with acting(cast.coordinator), pytest.raises(giving.MayNotGive):
        from tests.factories import make_item

        item = make_item(cast.coordinator, case, ItemType.PLAN)
        giving.give(by=cast.coordinator, case=case, item=item, to=cast.investigator.unit)


@pytest.mark.parametrize("address", ["close", "outcome"])
def test_the_pages_meet_the_whole_cast(cast, sign_in, address):
    case, _ = given_plan(cast)
    if address == "outcome":
        close(cast, case)
    # Closed, the receiving unit sees the case no longer.
    sees = {"manager"} | ({"investigator", "unassigned_officer"} if address == "close" else set())
    for name, member in cast.everyone.items():
        answer = sign_in(member).get(f"/cases/{case.number}/{address}/")
        expected = 200 if name in {"coordinator", "colleague"} else 403 if name in sees else 404
        if member is None:
            expected = 302
        if name == "ended_member":
            assert answer.status_code in (302, 403, 404)
            continue
        assert answer.status_code == expected, (name, answer.status_code)


def test_the_outcome_waits_on_the_worklist_until_somebody_has_said_it(cast):
    """M29: due 14 days after the closing; for who coordinates at the owning unit, and for nobody else."""
    case = make_case(cast.coordinator)
    other = make_case(cast.coordinator)

    def due(member):
        with acting(member):
            return [(m.case_number, m.due_on) for m in closing.outcomes_due(member)]

    assert due(cast.coordinator) == []
    close(cast, case)
    close(cast, other, "died")
    day = timezone.localdate() + closing.OUTCOME_WITHIN
    assert due(cast.coordinator) == [(case.number, day)]
    for member in (cast.colleague, cast.manager, cast.investigator, cast.other_clinic):
        assert due(member) == [], "a clinician, a manager, another unit"
    with acting(cast.coordinator):
        case_verbs.complete_outcome(by=cast.coordinator, case=case, occupation_after="work")
    assert due(cast.coordinator) == [], "said, though parts are not known"


def test_a_reopened_case_asks_for_no_outcome(cast):
    case = make_case(cast.coordinator)
    close(cast, case)
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=case, state="open")
        assert closing.outcomes_due(cast.coordinator) == []
