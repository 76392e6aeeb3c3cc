"""The verbs of asking and answering: moves, sides, grounds, and the one sentence outward."""

import re
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.utils import timezone

from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.actions.disclosure import MayNotGive
from cases.models import ConsentLine, Item
from inquiries import actions
from inquiries.models import DeclineReason, Inquiry, InquiryAnswer, InquiryState
from parties.access import acting
from parties.workdays import add_workdays, is_workday, workdays_between
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture
def shared(cast):
    """A case that FK unit A sees, with plan and existence in both directions."""
    case = make_case(cast.coordinator)
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
        make_line(consent, cast.coordinator, cast.investigator, cast.coordinator.unit, kind)
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    make_disclosure(
        cast.coordinator, case, cast.investigator.unit, make_item(cast.coordinator, case, heading="Planen")
    )
    return case, consent


def ask(by, case, to, category="planning"):
    with acting(by):
        return actions.ask(by=by, case=case, to=to.unit, category=category, text="Hur går det?", today=TODAY)


def state_of(by, inquiry) -> str:
    with acting(by):
        return Inquiry.objects.with_state().get(pk=inquiry.pk).state


def test_asked_in_both_directions_and_answered(cast, shared):
    case, _ = shared
    for asker, answerer in ((cast.investigator, cast.coordinator), (cast.coordinator, cast.investigator)):
        inquiry = ask(asker, case, answerer)
        with acting(answerer):
            actions.mark_read(by=answerer, inquiry=inquiry)
            actions.mark_read(by=answerer, inquiry=inquiry)
            actions.answer(by=answerer, inquiry=inquiry, parts={"plan": "Bra."}, today=TODAY)
        with acting(asker):
            assert Item.objects.visible_to(asker).filter(type="answer", unit=answerer.unit).exists()
            actions.close(by=asker, inquiry=inquiry)
            assert list(
                InquiryState.objects.filter(inquiry=inquiry).order_by("id").values_list("state", flat=True)
            ) == ["sent", "read", "answered", "closed"]


def test_an_answer_without_ground_saves_nothing_at_all(cast, shared):
    case, _ = shared
    inquiry = ask(cast.investigator, case, cast.coordinator)
    with acting(cast.coordinator):
        before = Item.objects.count()
        with pytest.raises(MayNotGive), transaction.atomic():
            actions.answer(
                by=cast.coordinator,
                inquiry=inquiry,
                parts={"plan": "Får lämnas", "ability": "Får inte"},
                today=TODAY,
            )
        with pytest.raises(actions.NothingAnswered), transaction.atomic():
            # A kind outside the category is no part of the answer.
            actions.answer(by=cast.coordinator, inquiry=inquiry, parts={"medical": "x"}, today=TODAY)
        assert Item.objects.count() == before
    assert state_of(cast.coordinator, inquiry) == "sent"


def test_who_answers_second_is_told_and_writes_nothing_over(cast, shared):
    case, _ = shared
    inquiry = ask(cast.investigator, case, cast.coordinator)
    with acting(cast.coordinator):
        actions.answer(by=cast.coordinator, inquiry=inquiry, parts={"plan": "Först"}, today=TODAY)
    with acting(cast.colleague), pytest.raises(actions.IllegalMove), transaction.atomic():
        actions.answer(by=cast.colleague, inquiry=inquiry, parts={"plan": "Sedan"}, today=TODAY)


def test_each_side_makes_its_own_moves_only(cast, shared):
    case, _ = shared
    inquiry = ask(cast.investigator, case, cast.coordinator)
    for by, verb in (
        (cast.coordinator, lambda m: actions.close(by=m, inquiry=inquiry)),
        (cast.coordinator, lambda m: actions.take_back(by=m, inquiry=inquiry)),
        (
            cast.investigator,
            lambda m: actions.answer(by=m, inquiry=inquiry, parts={"plan": "x"}, today=TODAY),
        ),
        (cast.investigator, lambda m: actions.decline(by=m, inquiry=inquiry, reason="other")),
    ):
        with acting(by), pytest.raises(actions.IllegalMove), transaction.atomic():
            verb(by)
    for member in (cast.other_fk_unit, cast.other_clinic, cast.af_officer):
        with acting(member), pytest.raises(Http404), transaction.atomic():
            actions.answer(by=member, inquiry=inquiry, parts={"plan": "x"}, today=TODAY)


def test_a_question_is_taken_back_before_it_is_read_and_not_after(cast, shared):
    case, _ = shared
    first, second = (
        ask(cast.investigator, case, cast.coordinator),
        ask(cast.investigator, case, cast.coordinator),
    )
    with acting(cast.investigator):
        actions.take_back(by=cast.investigator, inquiry=first)
    with acting(cast.coordinator):
        actions.mark_read(by=cast.coordinator, inquiry=second)
        turn = set(Inquiry.objects.turn_of(cast.coordinator).values_list("pk", flat=True))
        assert turn == {second.pk}
    with acting(cast.investigator), pytest.raises(actions.IllegalMove), transaction.atomic():
        actions.take_back(by=cast.investigator, inquiry=second)


def test_the_asker_cannot_tell_a_refusal_from_a_pause(cast, shared, sign_in):
    case, _ = shared
    declined, paused = (
        ask(cast.investigator, case, cast.coordinator),
        ask(cast.investigator, case, cast.coordinator),
    )
    with acting(cast.coordinator):
        actions.decline(by=cast.coordinator, inquiry=declined, reason="no_ground")
        InquiryState.objects.create(
            inquiry=paused, state="paused", unit=cast.coordinator.unit, by=cast.coordinator
        )
    client = sign_in(cast.investigator)
    pages = []
    for inquiry in (declined, paused):
        page = client.get(f"/inquiries/{inquiry.pk}/").content.decode()
        assert "Frågan besvaras inte i portalen" in page
        page = re.sub(r'csrf[^>]*value="\w+"|X-CSRFToken": "\w+"', "", page)
        pages.append(re.sub(r"\d\d\.\d\d", "", page).replace(f"/{inquiry.pk}/", "/N/"))
    assert pages[0] == pages[1]
    with acting(cast.investigator):
        assert DeclineReason.objects.count() == 0
    with acting(cast.coordinator):
        assert DeclineReason.objects.count() == 1


def test_the_database_lets_nobody_ask_on_a_case_they_do_not_see(cast, shared):
    case, _ = shared
    question = make_item(cast.other_clinic, make_case(cast.other_clinic))
    with pytest.raises(DatabaseError, match="only_on_a_case_one_sees"), acting(cast.other_clinic):
        Inquiry.objects.create(
            mode="case", category="planning", asker_unit=cast.other_clinic.unit, to_unit=cast.investigator.unit, case=case,
            question=question, by=cast.other_clinic, due_on=TODAY,
        )  # fmt: skip


def test_a_spoken_question_on_a_person_needs_the_own_record(cast, shared):
    case, _ = shared
    common = {
        "category": "rules",
        "channel": "phone",
        "counterpart": "fk",
        "asked_by_us": False,
        "minutes": 5,
    }
    with acting(cast.coordinator):
        assert actions.log_spoken(by=cast.coordinator, **common).case_id is None
        with pytest.raises(DatabaseError, match="documented_elsewhere"), transaction.atomic():
            actions.log_spoken(by=cast.coordinator, case=case, **common)
        assert (
            actions.log_spoken(by=cast.coordinator, case=case, documented=True, **common).case_id == case.pk
        )
    with acting(cast.investigator), pytest.raises(Http404), transaction.atomic():
        actions.log_spoken(by=cast.investigator, case=case, documented=True, **common)


def test_a_withdrawal_pauses_questions_both_ways(cast, shared):
    case, consent = shared
    ours, theirs = (
        ask(cast.coordinator, case, cast.investigator),
        ask(cast.investigator, case, cast.coordinator),
    )
    with acting(cast.coordinator):
        assert actions.pause_open(case_id=case.pk, by=cast.coordinator) == 0, "nothing has been withdrawn"
        assert Inquiry.objects.waiting_for(cast.coordinator) == "1"
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
        # No job has run: the rows say sent, and yet nobody is asked to answer.
        assert set(InquiryState.objects.values_list("state", flat=True)) == {"sent"}
        assert {i.state for i in Inquiry.objects.with_state()} == {"paused"}
        assert set(Inquiry.objects.turn_of(cast.coordinator).values_list("asker_unit", flat=True)) == {
            cast.coordinator.unit_id
        }, "only the reply to the own question is there to read"
        with pytest.raises(actions.IllegalMove), transaction.atomic():
            actions.answer(by=cast.coordinator, inquiry=theirs, parts={"plan": "x"}, today=TODAY)
        assert actions.pause_open(case_id=case.pk, by=cast.coordinator) == 2
        assert actions.pause_open(case_id=case.pk, by=cast.coordinator) == 0
    assert {state_of(cast.coordinator, i) for i in (ours, theirs)} == {"paused"}


def test_a_question_that_stays_closed_after_reopening_says_so(cast, shared, sign_in):
    """Closing ends what was given, and reopening does not bring it back: the page has a sentence where the text was."""
    case, _ = shared
    inquiry = ask(cast.investigator, case, cast.coordinator)
    client = sign_in(cast.coordinator)
    before = client.get(f"/inquiries/{inquiry.pk}/").content.decode()
    assert "Hur går det?" in before and "Skicka svaret" in before
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=case, state="closed", cause="completed")
        case_verbs.set_state(by=cast.coordinator, case=case, state="open")
    after = client.get(f"/inquiries/{inquiry.pk}/").content.decode()
    assert "Frågan visas inte längre i portalen." in after and "Hur går det?" not in after
    assert "Skicka svaret" not in after and "Din tur" not in after


def test_where_it_stands_is_the_last_row_and_nobody_else_writes_it(cast, shared):
    case, _ = shared
    inquiry = ask(cast.investigator, case, cast.coordinator)
    with acting(cast.coordinator):
        actions.mark_read(by=cast.coordinator, inquiry=inquiry)
        assert Inquiry.objects.get(pk=inquiry.pk).last_step == "read"
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Inquiry.objects.filter(pk=inquiry.pk).update(last_step="closed")
    with acting(cast.investigator), pytest.raises(DatabaseError, match="row-level security"):
        with transaction.atomic():
            Inquiry.objects.create(
                mode="log_only", category="rules", channel="phone", asker_unit=cast.investigator.unit,
                counterpart="psychiatry", minutes=5, by=cast.investigator, last_step="closed",
            )  # fmt: skip


def test_the_database_answers_only_the_two_sides_whether_a_question_stands(cast, shared):
    case, _ = shared
    inquiry = ask(cast.investigator, case, cast.coordinator)
    answers = {}
    for name in ("investigator", "coordinator", "other_clinic"):
        with acting(getattr(cast, name)), connection.cursor() as cursor:
            cursor.execute("select portal.question_stands(%s)", [inquiry.pk])
            answers[name] = cursor.fetchone()[0]
    assert answers == {"investigator": True, "coordinator": True, "other_clinic": False}


def test_due_dates_are_seven_days_or_five_working_days_whichever_is_later():
    assert actions.due_from(date(2026, 11, 24)) == date(2026, 12, 1)
    assert actions.due_from(date(2026, 12, 22)) == date(2027, 1, 4), (
        "Christmas, New Year and their eves are off"
    )


@pytest.mark.parametrize(
    "day", ["2026-06-19", "2026-12-24", "2026-12-31", "2027-01-01", "2026-06-20", "2026-06-06"]
)
def test_days_off(day):
    assert not is_workday(date.fromisoformat(day))


def test_working_days_are_counted_from_the_day_after():
    friday = date(2026, 11, 27)
    assert workdays_between(friday, friday + timedelta(days=3)) == 1
    assert workdays_between(friday, friday) == 0
    assert add_workdays(friday, 1) == date(2026, 11, 30)


def test_a_notice_goes_to_who_handles_the_case(cast, shared):
    from errands.models import Notice

    case, _ = shared
    ask(cast.investigator, case, cast.coordinator)
    assert set(Notice.objects.values_list("to_member", flat=True)) == {cast.coordinator.pk}
    assert timezone.now() >= Notice.objects.get().next_at


def test_the_database_lets_each_side_take_its_own_steps_only(cast, shared):
    case, _ = shared
    inquiry = ask(cast.investigator, case, cast.coordinator)
    answer = make_item(cast.investigator, case, "answer", "Eget svar", kind="plan")
    for member, write in (
        (cast.investigator, lambda m: InquiryState.objects.create(inquiry=inquiry, state="declined", unit=m.unit, by=m)),
        (cast.investigator, lambda m: InquiryState.objects.create(inquiry=inquiry, state="answered", unit=m.unit, by=m)),
        (cast.coordinator, lambda m: InquiryState.objects.create(inquiry=inquiry, state="closed", unit=m.unit, by=m)),
        (cast.investigator, lambda m: DeclineReason.objects.create(inquiry=inquiry, unit=m.unit, reason="other")),
        (cast.investigator, lambda m: InquiryAnswer.objects.create(inquiry=inquiry, item=answer)),
    ):  # fmt: skip
        with acting(member), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            write(member)
    with acting(cast.coordinator):
        InquiryState.objects.create(
            inquiry=inquiry, state="read", unit=cast.coordinator.unit, by=cast.coordinator
        )


def test_two_clicks_on_done_are_one_and_no_error(cast, shared, sign_in, monkeypatch):
    """The second request has passed the page's own look when the first is done: the verb refuses, the page goes on."""
    case, _ = shared
    inquiry = ask(cast.investigator, case, cast.coordinator)
    client = sign_in(cast.investigator)
    monkeypatch.setattr(actions, "take_back", lambda **_: (_ for _ in ()).throw(actions.IllegalMove("read")))
    answer = client.post(f"/inquiries/{inquiry.pk}/take-back/", follow=True)
    assert answer.status_code == 200 and "Titta på frågan igen" in answer.content.decode()


def test_a_manager_logs_no_spoken_question(cast, sign_in):
    client = sign_in(cast.manager)
    assert client.get("/inquiries/log/").status_code == 403
    assert "/inquiries/log/" not in client.get("/todo/").content.decode()


def test_an_answer_whose_ground_was_lost_since_it_was_drafted_does_not_stop_the_rest(cast, shared, sign_in):
    case, consent = shared
    with acting(cast.coordinator):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, "ability")
    inquiry = ask(cast.investigator, case, cast.coordinator)
    client = sign_in(cast.coordinator)
    client.get(f"/inquiries/{inquiry.pk}/")
    client.post(f"/drafts/answer/{inquiry.pk}/", {"plan": "Bra så.", "ability": "Orkar mer nu."})
    with acting(cast.coordinator):
        line = ConsentLine.objects.get(case=case, kind="ability")
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent, lines=[line.pk])
    assert client.post(f"/inquiries/{inquiry.pk}/", {"plan": "Bra så."}).status_code == 302
    assert "Orkar mer nu." in client.get("/drafts/").content.decode(), "what could not be sent is kept"
    with acting(cast.investigator):
        texts = Item.objects.filter(type="answer").values_list("text", flat=True)
        assert list(texts) == ["Bra så."]
