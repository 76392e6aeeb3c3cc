"""A case changes hands when the colleague says yes, and not before."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.db.models.functions import Now
from django.http import Http404
from django.utils import timezone

from cases import hand_over
from cases.actions import case as case_verbs
from cases.actions import hand_over as verbs
from cases.models import Assignment, Case, CaseLock, HandOver, State
from errands.models import Notice
from parties.access import acting
from parties.models import Membership, Role
from tests.cases.outcomes import outcome_of
from tests.cases.test_deeds import given_plan
from tests.factories import make_case, make_member

pytestmark = pytest.mark.django_db


def offered(cast, case=None):
    case = case or make_case(cast.coordinator)
    with acting(cast.coordinator):
        verbs.offer(by=cast.coordinator, case=case, to=cast.colleague, note="Språktolk behövs")
    return case


def handler(member, case):
    with acting(member):
        found = verbs.handler_of(case, member)
        return found and found.user.name


def todo(member):
    with acting(member):
        return [(m.action, m.case_number) for m in hand_over.worklist(member)]


def test_until_yes_the_giver_keeps_it(cast):
    case = offered(cast)
    assert handler(cast.colleague, case) == "Elif"
    assert todo(cast.colleague) == [("Svara: tar du över ärendet?", case.number)]
    for member in (cast.coordinator, cast.manager, cast.other_clinic, cast.investigator):
        assert todo(member) == [], member.user.name
    with acting(cast.colleague):
        assert [n.kind for n in Notice.objects.all()] == ["hand_over"]
        verbs.accept(by=cast.colleague, case=case)
        assert Assignment.objects.filter(case=case).count() == 2
        assert Assignment.objects.current().get(case=case).member == cast.colleague
        with pytest.raises(verbs.OfferGone):
            verbs.accept(by=cast.colleague, case=case)
    assert todo(cast.colleague) == []


def test_no_is_said_in_a_sentence_and_stands_with_the_giver_until_they_act(cast, sign_in):
    case = offered(cast)
    client, url = sign_in(cast.colleague), f"/cases/{case.number}/hand-over/answer/"
    assert "Språktolk behövs" in client.get(url).content.decode()
    assert "Skriv i en mening varför" in client.post(url, {"answer": "decline"}).content.decode()
    assert client.post(url, {"answer": "decline", "why": "Semester"}).status_code == 302
    assert handler(cast.coordinator, case) == "Elif"
    assert todo(cast.coordinator) == [("Fråga en annan kollega, eller behåll ärendet", case.number)]
    page = sign_in(cast.coordinator).get("/todo/").content.decode()
    assert case.number in page and "Noor" in page
    assert "Semester" in sign_in(cast.coordinator).get(f"/cases/{case.number}/hand-over/").content.decode()
    offered(cast, case)
    assert todo(cast.coordinator) == [], "asked anew, the no is answered"


def test_it_is_the_handlers_to_hand_over_and_to_take_back(cast):
    case = offered(cast)
    with acting(cast.coordinator), pytest.raises(verbs.AlreadyOffered), transaction.atomic():
        verbs.offer(by=cast.coordinator, case=case, to=cast.colleague)
    with acting(cast.colleague):
        with pytest.raises(verbs.OfferGone), transaction.atomic():
            verbs.take_back(by=cast.colleague, case=case)
        with pytest.raises(verbs.NotYours), transaction.atomic():
            verbs.offer(by=cast.colleague, case=case, to=cast.coordinator)
    with acting(cast.coordinator):
        with pytest.raises(verbs.OfferGone), transaction.atomic():
            verbs.accept(by=cast.coordinator, case=case)
        verbs.take_back(by=cast.coordinator, case=case)
    with acting(cast.colleague), pytest.raises(verbs.OfferGone):
        verbs.accept(by=cast.colleague, case=case)
    assert handler(cast.coordinator, case) == "Elif" and todo(cast.colleague) == []


@pytest.mark.parametrize(
    "to", ["manager", "other_clinic", "investigator", "ended_member", "project_lead", "coordinator"]
)
def test_only_a_colleague_who_works_with_cases_is_asked(cast, to):
    case = make_case(cast.coordinator)
    with acting(cast.coordinator), pytest.raises(PermissionDenied):
        verbs.offer(by=cast.coordinator, case=case, to=getattr(cast, to))


@pytest.mark.parametrize("who", ["coordinator", "colleague"])
def test_an_offer_lapses_by_itself_when_either_leaves(cast, who):
    case = offered(cast)
    Membership.objects.filter(pk=getattr(cast, who).pk).update(until_at=timezone.now() - timedelta(seconds=1))
    assert todo(cast.colleague) == []
    left = cast.colleague if who == "coordinator" else cast.coordinator
    third = make_member("tredje", cast.coordinator.unit, Role.CLINICIAN)
    with acting(left):
        if who == "coordinator":
            with pytest.raises(verbs.OfferGone), transaction.atomic():
                verbs.accept(by=left, case=case)
        # The lapsed one is in nobody's way: with nobody handling the case, any colleague may ask.
        verbs.offer(by=left, case=case, to=third)
        assert list(HandOver.objects.order_by("id").values_list("how", flat=True)) == ["overtaken", ""]


def test_taking_it_or_closing_it_overtakes_the_offer(cast):
    first, second = offered(cast), offered(cast)
    with acting(cast.manager):
        case_verbs.assign(by=cast.manager, case=first, member=cast.manager)
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=second, state=State.CLOSED, cause="completed")
        with pytest.raises(verbs.CaseClosed):
            verbs.offer(by=cast.coordinator, case=second, to=cast.colleague)
    assert todo(cast.colleague) == []
    for case in (first, second):
        with acting(cast.colleague), pytest.raises(verbs.OfferGone):
            verbs.accept(by=cast.colleague, case=case)


def test_a_receiving_unit_hands_over_among_its_own_and_the_owner_hears_nothing(cast):
    case, _ = given_plan(cast)
    with acting(cast.investigator):
        verbs.offer(by=cast.investigator, case=case, to=cast.unassigned_officer)
    with acting(cast.coordinator):
        assert not HandOver.objects.exists() and verbs.offer_on(case, cast.coordinator) is None
    assert todo(cast.unassigned_officer)
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=case, state=State.CLOSED, cause="completed")
    assert todo(cast.unassigned_officer) == [], "sight has ended, and the offer with it"
    with acting(cast.unassigned_officer), pytest.raises(Http404):
        verbs.accept(by=cast.unassigned_officer, case=case)


VERBS = {
    "offer": lambda m, case, c: verbs.offer(
        by=m, case=case, to=c.colleague if m != c.colleague else c.coordinator
    ),
    "accept": lambda m, case, c: verbs.accept(by=m, case=case),
    "decline": lambda m, case, c: verbs.decline(by=m, case=case, answer="Nej"),
    "take_back": lambda m, case, c: verbs.take_back(by=m, case=case),
}
DONE = {"offer": set(), "accept": {"colleague"}, "decline": {"colleague"}, "take_back": {"coordinator"}}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_meets_the_whole_cast(cast, verb):
    case, _ = given_plan(cast)
    offered(cast, case)
    for name, member in cast.everyone.items():
        if member is None or name == "ended_member":
            continue
        outcome = outcome_of(
            member,
            lambda member=member: VERBS[verb](member, case, cast),
            no=(verbs.OfferGone, verbs.AlreadyOffered, verbs.NotYours),
        )
        works = {"coordinator", "colleague"}
        # The receiving unit sees the case and works with it, but no colleague of another unit can be asked.
        receives = {"investigator", "unassigned_officer"}
        if name in DONE[verb]:
            expected = "done"
        elif name in works or (name in receives and verb != "offer"):
            expected = "no"
        elif name == "manager" or name in receives:
            expected = "403"
        else:
            expected = "404"
        assert outcome == expected, (verb, name)


def test_the_database_holds_one_open_offer_answered_once(cast):
    case = offered(cast)
    with acting(cast.coordinator):
        with pytest.raises(IntegrityError, match="one_open_offer"), transaction.atomic():
            HandOver.objects.create(case=case, unit=case.unit, by=cast.coordinator, to_member=cast.colleague)
        with pytest.raises(IntegrityError, match="ends_by_somebody"), transaction.atomic():
            HandOver.objects.update(how="accepted")
        with pytest.raises(ProgrammingError, match="not rewritten"), transaction.atomic():
            HandOver.objects.update(to_member=cast.manager)
        verbs.take_back(by=cast.coordinator, case=case)
        with pytest.raises(ProgrammingError, match="stays as it was"), transaction.atomic():
            HandOver.objects.update(how="accepted")
    with acting(cast.other_clinic):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            HandOver.objects.create(
                case=case, unit=cast.other_clinic.unit, by=cast.other_clinic, to_member=cast.colleague
            )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["accept", "close", "accept_twice"])
def test_two_deeds_at_once_end_as_one_after_the_other(cast, first):
    """Two connections: who comes second waits for the lock, asks again, and is told that the offer is gone."""
    case = offered(cast)
    said: list[str] = []
    ready = threading.Event()

    def accept() -> None:
        verbs.accept(by=cast.colleague, case=case)

    def close() -> None:
        case_verbs.set_state(by=cast.coordinator, case=case, state=State.CLOSED, cause="completed")

    one, two = {"accept": (accept, close), "close": (close, accept), "accept_twice": (accept, accept)}[first]
    who = {accept: cast.colleague, close: cast.coordinator}

    def other_side() -> None:
        try:
            with acting(who[two]):
                ready.set()
                two()
                said.append("done")
        except (verbs.OfferGone, DatabaseError) as error:
            said.append(type(error).__name__)
        finally:
            connection.close()

    with acting(who[one]):
        CaseLock.objects.select_for_update().get(case=case.pk)
        thread = threading.Thread(target=other_side)
        thread.start()
        ready.wait(5)
        one()
    thread.join(20)
    assert said == ["done" if first == "accept" else "OfferGone"]
    with acting(cast.coordinator):
        assert HandOver.objects.get().how == ("overtaken" if first == "close" else "accepted")
        assert Assignment.objects.current().filter(case=case).count() == 1
        assert Case.objects.with_state().get().state == ("open" if first == "accept_twice" else "closed")


def test_the_pages_follow_who_looks(cast, sign_in):
    case = make_case(cast.coordinator)
    url = f"/cases/{case.number}/hand-over/"
    client = sign_in(cast.coordinator)
    assert "Lämna över till kollega" in client.get(f"/cases/{case.number}/assign/").content.decode()
    assert client.post(f"/cases/{case.number}/assign/", {"member": cast.colleague.pk}).status_code == 404
    assert "Välj vem som ska tillfrågas." in client.post(url, {"note": ""}).content.decode()
    assert client.post(url, {"to": cast.other_clinic.pk}).status_code == 200, (
        "another unit's member is no choice"
    )
    assert client.post(url, {"to": cast.colleague.pk, "note": "Ring först"}).status_code == 302
    assert "har inte svarat" in client.get(url).content.decode()
    colleague = sign_in(cast.colleague)
    assert colleague.get(url).status_code == 302, "not hers to take back"
    assert "Ta ärendet" not in colleague.get(f"/cases/{case.number}/assign/").content.decode(), "it is Elif's"
    assert colleague.post(f"/cases/{case.number}/assign/", {"member": cast.colleague.pk}).status_code == 404
    assert colleague.post(f"{url}answer/", {"answer": "accept"}).status_code == 302
    assert handler(cast.colleague, case) == "Noor"
    assert sign_in(cast.manager).get(url).status_code == 403
    manager = sign_in(cast.manager)
    assert manager.post(f"/cases/{case.number}/assign/", {"member": cast.coordinator.pk}).status_code == 302
    assert handler(cast.colleague, case) == "Elif"


def test_the_case_page_says_that_an_offer_waits_or_was_declined(cast, sign_in):
    case, _ = given_plan(cast)
    address, take_back = f"/cases/{case.number}/", "Ta tillbaka frågan"

    def page(member) -> str:
        return sign_in(member).get(address).content.decode()

    assert take_back not in page(cast.coordinator)
    offered(cast, case)
    assert "frågade Noor om att ta över" in page(cast.coordinator) and take_back in page(cast.coordinator)
    assert "frågade dig om att ta över ärendet" in page(cast.colleague) and take_back not in page(
        cast.colleague
    )
    assert "frågade Noor om att ta över" in page(cast.manager) and take_back not in page(cast.manager)
    assert "ta över" not in page(cast.investigator), "who is asked in another unit is nobody else's business"
    with acting(cast.colleague):
        verbs.decline(by=cast.colleague, case=case, answer="Har för många ärenden")
    assert "Har för många ärenden" in page(cast.coordinator) and take_back not in page(cast.coordinator)
    assert "Har för många ärenden" not in page(cast.colleague)
    offered(cast, case)
    with acting(cast.coordinator):
        verbs.take_back(by=cast.coordinator, case=case)
    assert "Har för många ärenden" not in page(cast.coordinator), "something was done about it"


def test_what_nobody_handles_can_be_taken(cast, sign_in):
    case = make_case(cast.coordinator)
    with acting(cast.coordinator):
        Assignment.objects.filter(case=case).update(until_at=Now())
    client = sign_in(cast.colleague)
    assert "Ta ärendet" in client.get(f"/cases/{case.number}/assign/").content.decode()
    assert client.post(f"/cases/{case.number}/assign/", {"member": cast.colleague.pk}).status_code == 302
    assert handler(cast.colleague, case) == "Noor"
