"""A question on paper and its answer: who may print and record, what the letter names, and when the law says no."""

import io
import re
from datetime import timedelta

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import Http404
from django.utils import timezone

from cases.actions import block as block_verbs
from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.actions.disclosure import MayNotGive
from cases.models import Case, Item
from inquiries import actions, letters
from inquiries.models import Inquiry, InquiryAnswer, InquiryState, OnPaper
from parties.access import acting
from parties.models import Membership
from tests.factories import make_case, make_consent, make_item, make_line
from tests.reports import pdftext, pdfua

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
NAME, DIGITS, NUMBER = "Kanaria Fågelsångsdotter", "198507099805", "19850709-9805"


def words(pdf: bytes) -> str:
    return " ".join(pdftext.words(pdf, top=0, bottom=900).split())


def pages(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


@pytest.fixture
def case(cast) -> Case:
    return make_case(cast.coordinator, name=NAME, number=DIGITS)


@pytest.fixture
def consent(cast, case):
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
        make_line(consent, cast.coordinator, cast.investigator, cast.coordinator.unit, kind)
    return consent


@pytest.fixture
def inquiry(cast, case, consent) -> Inquiry:
    with acting(cast.coordinator):
        return actions.ask(
            by=cast.coordinator, case=case, to=cast.investigator.unit, category="planning",
            text="Hur ser ni på hösten?", today=TODAY,
        )  # fmt: skip


def nobody_at_fk(cast) -> None:
    for member in (cast.investigator, cast.unassigned_officer):
        Membership.objects.filter(pk=member.pk).update(until_at=timezone.now() - timedelta(hours=1))


def record(by: Membership, inquiry: Inquiry, **more):
    values = {
        "received_on": TODAY,
        "received_from": "E. Ek, handläggare",
        "parts": {"plan": "Följer planen."},
    }
    with acting(by), transaction.atomic():
        return actions.record_answer(by=by, inquiry=inquiry, today=TODAY, **(values | more))


def prints(by: Membership, inquiry: Inquiry):
    with acting(by), transaction.atomic():
        return actions.note_printed(by=by, inquiry=inquiry)


def state_of(by: Membership, inquiry: Inquiry) -> str:
    with acting(by):
        return Inquiry.objects.with_state().get(pk=inquiry.pk).state


def test_the_letter_is_one_page_and_names_the_person_once_asked_and_no_further(cast, inquiry, sign_in):
    answer = sign_in(cast.coordinator).post(f"/inquiries/{inquiry.pk}/print/")
    assert answer["Content-Type"] == "application/pdf" and pages(answer.content) == 1
    text = words(answer.content)
    for said in (
        "Mottagning Norr", "FK Prov A", inquiry.case.number, NAME, NUMBER, "Hur ser ni på hösten?",
        "Svara om: planerade, pågående", "diagnos, behandling och resultat; våldsutsatthet, missbruk och brott",
    ):  # fmt: skip
        assert said in text, said
    assert "arbetsförmåga" in text.split("Skriv inte om")[1], "no consent lets FK answer on ability"
    assert pdfua.problems({"question": answer.content}) == {}
    assert NAME not in answer["Content-Disposition"]
    page = sign_in(cast.coordinator).get(f"/inquiries/{inquiry.pk}/").content.decode()
    assert "Utskriven på papper" in page and "Ta tillbaka frågan" not in page
    page = sign_in(cast.investigator).get(f"/inquiries/{inquiry.pk}/").content.decode()
    assert "Utskriven på papper" not in page, "what we do with our paper is ours"


def test_an_employer_reads_the_name_and_no_number(cast, case):
    consent = make_consent(cast.coordinator, case)
    make_line(consent, cast.coordinator, cast.coordinator, cast.employer.unit, "existence")
    with acting(cast.coordinator):
        actions.ask(
            by=cast.coordinator, case=case, to=cast.employer.unit, category="return_to_work", text="Hur går det?",
            today=TODAY,
        )  # fmt: skip
        asked = Inquiry.objects.select_related(
            "case__person", "case__unit__party", "asker_unit__party", "to_unit__party", "question"
        ).get()
        text = words(letters.drawn("question", letters.question(asked, "Elif")))
    assert NAME in text and NUMBER not in text and "850709" not in text
    assert "Svara bara om lagen låter er göra det." in text, "no consent lets the employer answer"


def test_the_longest_question_is_drawn_whole(cast, case, consent):
    with acting(cast.coordinator):
        actions.ask(
            by=cast.coordinator, case=case, to=cast.investigator.unit, category="planning",
            text="Ord " * 990 + "SLUTORD", today=TODAY,
        )  # fmt: skip
        asked = Inquiry.objects.select_related(
            "case__person", "case__unit__party", "asker_unit__party", "to_unit__party", "question"
        ).get()
        pdf = letters.drawn("question", letters.question(asked, "Elif"))
    assert "SLUTORD" in words(pdf) and pages(pdf) == 2


def test_only_the_asking_unit_prints_and_records(cast, inquiry, sign_in):
    may = {"coordinator", "colleague"}
    nobody_at_fk(cast)
    for name, member in cast.everyone.items():
        client = sign_in(member)
        printed = client.post(f"/inquiries/{inquiry.pk}/print/")
        form = client.get(f"/inquiries/{inquiry.pk}/paper-answer/")
        if name in may:
            assert printed.status_code == form.status_code == 200, name
        elif name == "manager":
            assert printed.status_code == form.status_code == 403, name
        else:
            # 403: nobody is signed in, and what was sent is kept for who signs in.
            refused = (302, 403) if member is None else (302, 404)
            assert printed.status_code in refused and form.status_code in refused, name
            assert printed.get("Content-Type") != "application/pdf", name
        if member is None or name in may or name == "ended_member":
            # Whose membership has ended does not get as far as a verb.
            continue
        for verb in (lambda m=member: prints(m, inquiry), lambda m=member: record(m, inquiry)):
            with pytest.raises((Http404, PermissionDenied, actions.IllegalMove)):
                verb()
    assert state_of(cast.coordinator, inquiry) == "sent"


def test_the_other_side_neither_prints_nor_records(cast, inquiry, sign_in):
    for path in ("print", "paper-answer"):
        assert sign_in(cast.investigator).post(f"/inquiries/{inquiry.pk}/{path}/").status_code == 403
    assert sign_in(cast.other_fk_unit).post(f"/inquiries/{inquiry.pk}/print/").status_code == 404
    for verb in (prints, record):
        with pytest.raises(actions.IllegalMove):
            verb(cast.investigator, inquiry)


def test_an_answer_is_recorded_only_when_printed_or_when_nobody_is_there(cast, inquiry, sign_in):
    with pytest.raises(actions.IllegalMove):
        record(cast.coordinator, inquiry)
    page = sign_in(cast.coordinator).get(f"/inquiries/{inquiry.pk}/paper-answer/", follow=True)
    assert "Skriv ut frågan först" in page.content.decode()
    prints(cast.coordinator, inquiry)
    record(cast.coordinator, inquiry)
    assert state_of(cast.coordinator, inquiry) == "answered"
    for verb in (prints, record):
        with pytest.raises(actions.IllegalMove):
            verb(cast.coordinator, inquiry)


def test_what_came_in_is_the_askers_own_and_marked(cast, inquiry, sign_in):
    nobody_at_fk(cast)
    client = sign_in(cast.coordinator)
    at = f"/inquiries/{inquiry.pk}/"
    assert "Ingen på FK Prov A finns i portalen" in client.get(at).content.decode()
    late = client.post(f"{at}paper-answer/", {
        "received_on": (TODAY + timedelta(days=1)).isoformat(), "received_from": "", "plan": "x", "decision": "Beslut",
    })  # fmt: skip
    assert late.status_code == 200 and "Skriv vem som har skrivit under" in late.content.decode()
    early = client.post(f"{at}paper-answer/", {
        "received_on": (TODAY - timedelta(days=1)).isoformat(), "received_from": "E. Ek", "plan": "x",
    })  # fmt: skip
    assert "innan frågan ställdes" in early.content.decode()
    empty = client.post(f"{at}paper-answer/", {"received_on": TODAY.isoformat(), "received_from": "E. Ek"})
    assert empty.status_code == 200
    done = client.post(f"{at}paper-answer/", {
        "received_on": TODAY.isoformat(), "received_from": "E. Ek, handläggare", "plan": "Följer planen.",
        "decision": "En sort som kategorin inte har",
    })  # fmt: skip
    assert done.status_code == 302
    with acting(cast.coordinator):
        item = Item.objects.get(type="answer")
        assert (item.unit_id, item.kind, item.author_id) == (
            cast.coordinator.unit_id,
            "plan",
            cast.coordinator.pk,
        )
        assert OnPaper.objects.get(deed="answered").received_from == "E. Ek, handläggare"
    page = client.get(at).content.decode()
    assert "på papper från FK Prov A" in page and "Följer planen." in page
    item_page = client.get(f"/cases/{inquiry.case.number}/items/{item.pk}/").content.decode()
    assert "Kom på papper från" in item_page and "E. Ek, handläggare" in item_page
    assert "svaret på papper från FK Prov A" in client.get("/journal/").content.decode()
    assert "answered" == state_of(cast.coordinator, inquiry)
    client.post(f"{at}close/")
    assert state_of(cast.coordinator, inquiry) == "closed"


def test_the_receiver_who_signs_in_later_reads_that_it_was_answered_and_not_what_was_written_down(
    cast, inquiry, sign_in
):
    prints(cast.coordinator, inquiry)
    record(cast.coordinator, inquiry)
    page = sign_in(cast.investigator).get(f"/inquiries/{inquiry.pk}/").content.decode()
    assert "Besvarad" in page and "Följer planen." not in page and "E. Ek" not in page
    assert "Svaret visas inte längre" not in page
    with acting(cast.investigator):
        assert not OnPaper.objects.exists()
        assert not Item.objects.filter(type="answer").exists()


def test_a_printed_question_is_done_with_and_not_taken_back(cast, inquiry):
    with acting(cast.coordinator):
        again = Inquiry.objects.with_state().get(pk=inquiry.pk)
        assert actions.allowed_actions(cast.coordinator, again) == {"taken_back"}
    prints(cast.coordinator, inquiry)
    with acting(cast.coordinator), pytest.raises(actions.IllegalMove), transaction.atomic():
        actions.take_back(by=cast.coordinator, inquiry=inquiry)
    with acting(cast.coordinator):
        actions.close(by=cast.coordinator, inquiry=inquiry)
    assert state_of(cast.coordinator, inquiry) == "closed"


def test_no_paper_after_the_ground_has_ended(cast, case, consent, inquiry, sign_in):
    client = sign_in(cast.coordinator)
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
    answer = client.post(f"/inquiries/{inquiry.pk}/print/", follow=True)
    assert "skrivs därför inte ut" in answer.content.decode()
    for verb in (prints, record):
        with pytest.raises(actions.IllegalMove):
            verb(cast.coordinator, inquiry)
    with acting(cast.coordinator):
        assert not OnPaper.objects.exists()


@pytest.mark.parametrize("what", ["block", "protected", "closed"])
def test_what_stands_above_every_ground_stops_the_paper(cast, case, inquiry, what, sign_in):
    with acting(cast.coordinator):
        if what == "block":
            block_verbs.block(
                by=cast.coordinator, case=case, kind="unit", to_unit=cast.investigator.unit, reason="Jäv"
            )
        elif what == "protected":
            case_verbs.protect(by=cast.coordinator, case=case)
        else:
            case_verbs.set_state(by=cast.coordinator, case=case, state="closed", cause="completed")
    answer = sign_in(cast.coordinator).post(f"/inquiries/{inquiry.pk}/print/", follow=True)
    assert answer["Content-Type"].startswith("text/html")
    with pytest.raises((actions.IllegalMove, MayNotGive)):
        prints(cast.coordinator, inquiry)


def test_the_law_is_asked_at_the_printing_even_when_the_question_stands(
    cast, case, consent, inquiry, monkeypatch
):
    """The question still stands, but today it could not be asked: no letter goes out."""
    from cases.deciding import Standing
    from cases.law import Decision, Reason

    monkeypatch.setattr(
        Standing, "decide", lambda *a, **k: Decision(False, "FK", reason=Reason.NOT_TAKING_PART)
    )
    with pytest.raises(MayNotGive):
        prints(cast.coordinator, inquiry)


def test_a_member_held_off_by_a_block_neither_prints_nor_records(cast, case, inquiry, sign_in):
    prints(cast.coordinator, inquiry)
    with acting(cast.coordinator):
        block_verbs.block(
            by=cast.coordinator, case=case, kind="colleague", user=cast.colleague.user, reason="Släkt"
        )
    assert sign_in(cast.colleague).post(f"/inquiries/{inquiry.pk}/print/").status_code == 404
    for verb in (prints, record):
        with pytest.raises(Http404):
            verb(cast.colleague, inquiry)
    with acting(cast.colleague):
        assert not OnPaper.objects.exists()


def test_the_database_lets_nobody_answer_their_own_question_without_a_paper(cast, inquiry):
    answer = make_item(cast.coordinator, inquiry.case, "answer", "Eget", kind="plan")
    me = cast.coordinator
    for write in (
        lambda: InquiryState.objects.create(inquiry=inquiry, state="answered", unit=me.unit, by=me),
        lambda: InquiryAnswer.objects.create(inquiry=inquiry, item=answer),
    ):
        with acting(me), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            write()
    for member in (cast.investigator, cast.other_clinic):
        with acting(member), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            OnPaper.objects.create(inquiry=inquiry, deed="printed", unit=member.unit, by=member)
    with acting(me), pytest.raises(DatabaseError, match="a_day_and_a_sender"), transaction.atomic():
        OnPaper.objects.create(inquiry=inquiry, deed="answered", unit=me.unit, by=me)


def test_asking_a_unit_with_nobody_says_that_it_goes_on_paper(cast, case, consent, sign_in):
    at = f"/inquiries/ask/{case.number}/{cast.investigator.unit_id}/"
    client = sign_in(cast.coordinator)
    assert "Skriv ut i stället" not in client.get(at).content.decode()
    nobody_at_fk(cast)
    assert "Skriv ut i stället" in client.get(at).content.decode()
    page = client.post(at, {"category": "planning", "text": "Hur går det?"}, follow=True).content.decode()
    assert "Frågan är sparad. Skriv ut den" in page
    assert re.search(r'btn-primary"[^>]*>.{0,400}Skriv ut frågan', page, re.S)


def test_a_printed_question_that_is_late_waits_on_the_askers_list(cast, case, consent, sign_in):
    with acting(cast.coordinator):
        inquiry = actions.ask(
            by=cast.coordinator, case=case, to=cast.investigator.unit, category="planning", text="Hur går det?",
            today=TODAY - timedelta(days=30),
        )  # fmt: skip
    client = sign_in(cast.coordinator)
    assert "Fråga efter svaret på papper" not in client.get("/todo/").content.decode()
    prints(cast.coordinator, inquiry)
    assert "Fråga efter svaret på papper" in client.get("/todo/").content.decode()
    assert "Fråga efter svaret på papper" not in sign_in(cast.investigator).get("/todo/").content.decode()
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
    page = sign_in(cast.coordinator).get("/todo/").content.decode()
    assert "Fråga efter svaret på papper" not in page
