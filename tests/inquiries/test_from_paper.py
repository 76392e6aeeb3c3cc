"""A question that came in on paper: who records it, on which ground it is answered, and what the letter holds (R7)."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import Http404
from django.utils import timezone

from cases.actions import block as block_verbs
from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.actions.disclosure import MayNotGive, NotConfirmed
from cases.models import Case, Disclosure, Item
from inquiries import actions
from inquiries.models import Inquiry
from parties.access import acting
from parties.models import Unit
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line
from tests.inquiries.test_on_paper import DIGITS, NAME, NUMBER, nobody_at_fk, pages, state_of, words
from tests.reports import pdfua

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture
def case(cast) -> Case:
    return make_case(cast.coordinator, name=NAME, number=DIGITS)


def receive(cast, case, *, by=None, asker=None, by_duty=True, category="prognosis", **more) -> Inquiry:
    by = by or cast.coordinator
    values = {"received_on": TODAY, "due_on": TODAY + timedelta(days=10)} | more
    with acting(by), transaction.atomic():
        return actions.receive_on_paper(
            by=by, case=case, asker=asker or cast.investigator.unit, category=category, text="Hur är förmågan?",
            by_duty=by_duty, today=TODAY, **values,
        )  # fmt: skip


def answers(cast, inquiry, by=None, **more):
    by = by or cast.coordinator
    values = {
        "parts": {"ability": "Kan arbeta halvtid."}, "confirmed": ("relevant_only",), "decided_by": "Dr Ek",
    } | more  # fmt: skip
    with acting(by), transaction.atomic():
        return actions.answer(by=by, inquiry=inquiry, today=TODAY, **values)


def test_fks_formal_question_is_answered_by_duty_and_printed(cast, case, sign_in):
    nobody_at_fk(cast)
    client = sign_in(cast.coordinator)
    assert f"/inquiries/received/{case.number}/" in client.get(f"/cases/{case.number}/").content.decode()
    done = client.post(f"/inquiries/received/{case.number}/", {
        "asker": cast.investigator.unit_id, "category": "prognosis", "received_on": TODAY.isoformat(),
        "due_on": (TODAY + timedelta(days=10)).isoformat(), "text": "Hur är förmågan?", "by_duty": "on",
    })  # fmt: skip
    assert done.status_code == 302
    at = done["Location"]
    page = client.get(at).content.decode()
    assert "kom in på papper, 110 kap. 31 § SFB" in page and "Vem som har beslutat" in page
    refused = client.post(at, {"ability": "Kan arbeta halvtid."}).content.decode()
    assert "Skriv vem som har beslutat" in refused
    with acting(cast.coordinator):
        assert not Disclosure.objects.exists()
    given = client.post(at, {"ability": "Kan arbeta halvtid.", "relevant_only": "on", "decided_by": "Dr Ek"})
    assert given.status_code == 302
    with acting(cast.coordinator):
        rows = set(Disclosure.objects.standing().values_list("kind", "basis", "decided_by", "request"))
        inquiry = Inquiry.objects.get()
        assert rows == {
            ("ability", "fk_duty", "Dr Ek", inquiry.pk), ("existence", "fk_duty", "Dr Ek", inquiry.pk),
        }  # fmt: skip
    letter = client.post(f"{at}print-answer/")
    text = words(letter.content)
    for said in (NAME, NUMBER, "Kan arbeta halvtid.", "110 kap. 31 §", "FK Prov A", "Funktions"):
        assert said in text, said
    assert pages(letter.content) == 1 and pdfua.problems({"answer": letter.content}) == {}


@pytest.mark.parametrize("missing", [{"confirmed": ()}, {"decided_by": " "}])
def test_nothing_is_answered_by_duty_without_both_confirmations(cast, case, missing):
    inquiry = receive(cast, case)
    with pytest.raises(NotConfirmed):
        answers(cast, inquiry, **missing)
    assert state_of(cast.coordinator, inquiry) == "sent"


def test_without_the_reference_it_is_answered_on_consent_only(cast, case):
    inquiry = receive(cast, case, by_duty=False)
    with pytest.raises(MayNotGive):
        answers(cast, inquiry)
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "ability"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
    answers(cast, inquiry, confirmed=(), decided_by="")
    with acting(cast.coordinator):
        assert set(Disclosure.objects.values_list("basis", flat=True)) == {"consent"}


def test_only_fk_asks_by_duty_and_the_days_come_in_order(cast, case, sign_in):
    for wrong in (
        {"asker": cast.af_officer.unit},
        {"received_on": TODAY + timedelta(days=1)},
        {"due_on": TODAY - timedelta(days=1)},
    ):
        with pytest.raises(ValueError, match=r"duty|received"):
            receive(cast, case, **wrong)
    for asker in (cast.association_officer.unit, cast.evaluator.unit, cast.other_clinic.unit):
        with pytest.raises(PermissionDenied):
            receive(cast, case, asker=asker, by_duty=False)
    page = sign_in(cast.coordinator).post(f"/inquiries/received/{case.number}/", {
        "asker": cast.af_officer.unit_id, "category": "prognosis", "received_on": "2999-01-01",
        "due_on": "2026-01-01", "text": "x", "by_duty": "on",
    }).content.decode()  # fmt: skip
    assert "Bara Försäkringskassan frågar med den hänvisningen" in page
    with acting(cast.coordinator):
        assert not Inquiry.objects.exists() and not Item.objects.exists()


def test_private_care_answers_by_duty_to_nobody(cast):
    case = make_case(cast.private_care)
    inquiry = receive(cast, case, by=cast.private_care)
    with pytest.raises(MayNotGive):
        answers(cast, inquiry, by=cast.private_care)


def test_only_the_owning_unit_records_and_the_asker_reads_nothing_until_answered(cast, case, sign_in):
    inquiry = receive(cast, case)
    path = f"/inquiries/received/{case.number}/"
    for name, member in cast.everyone.items():
        if member is None:
            continue
        status = sign_in(member).get(path).status_code
        printed = sign_in(member).post(f"/inquiries/{inquiry.pk}/print-answer/")
        assert printed.get("Content-Type") != "application/pdf", name
        if name in ("coordinator", "colleague"):
            assert status == 200, name
            continue
        assert status == (403 if name == "manager" else 404), name
        if name != "ended_member":
            with pytest.raises((Http404, PermissionDenied)):
                receive(cast, case, by=member, by_duty=False, asker=cast.af_officer.unit)
    assert sign_in(cast.investigator).get(f"/inquiries/{inquiry.pk}/").status_code == 404
    answers(cast, inquiry)
    page = sign_in(cast.investigator).get(f"/inquiries/{inquiry.pk}/").content.decode()
    assert "Kan arbeta halvtid." in page and "Hur är förmågan?" not in page
    assert sign_in(cast.investigator).post(f"/inquiries/{inquiry.pk}/print-answer/").status_code == 403
    assert sign_in(cast.other_fk_unit).post(f"/inquiries/{inquiry.pk}/print-answer/").status_code == 404


def test_a_unit_that_was_given_the_case_records_no_question_on_it(cast, case, sign_in):
    consent = make_consent(cast.coordinator, case)
    make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, "existence")
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    client = sign_in(cast.investigator)
    assert client.get(f"/cases/{case.number}/").status_code == 200
    assert client.get(f"/inquiries/received/{case.number}/").status_code == 403
    with pytest.raises(Http404):
        receive(cast, case, by=cast.investigator, by_duty=False, asker=cast.af_officer.unit)


@pytest.mark.parametrize("what", ["unit_block", "protected", "closed"])
def test_duty_stops_at_what_stands_above_every_ground(cast, case, what):
    inquiry, me = receive(cast, case), cast.coordinator
    with acting(me):
        if what == "unit_block":
            block_verbs.block(by=me, case=case, kind="unit", to_unit=cast.investigator.unit, reason="Jäv")
        elif what == "protected":
            case_verbs.protect(by=me, case=case)
        else:
            case_verbs.set_state(by=me, case=case, state="closed", cause="completed")
    with pytest.raises((MayNotGive, actions.IllegalMove)):
        answers(cast, inquiry)
    if what == "closed":
        assert state_of(me, inquiry) == "paused"
        with acting(me):
            assert not Inquiry.objects.turn_of(me).exists()


def test_what_no_longer_stands_is_not_on_the_letter(cast, case, sign_in):
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "ability"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
    inquiry = receive(cast, case, by_duty=False)
    answers(cast, inquiry, confirmed=(), decided_by="")
    client = sign_in(cast.coordinator)
    assert client.post(f"/inquiries/{inquiry.pk}/print-answer/")["Content-Type"] == "application/pdf"
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
    page = client.post(f"/inquiries/{inquiry.pk}/print-answer/", follow=True)
    assert "skrivs inget ut" in page.content.decode()


def test_the_database_lets_nobody_record_a_question_on_anothers_case_or_words(cast, case):
    own, theirs = make_item(cast.coordinator, case, "question", "Fråga"), make_case(cast.other_clinic)
    other = make_item(cast.other_clinic, theirs, "question", "Fråga")

    def write(by, on, question, to: Unit, channel="paper"):
        with acting(by), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Inquiry.objects.create(
                mode="case", category="planning", channel=channel, asker_unit=cast.investigator.unit, to_unit=to,
                case=on, question=question, by=by, due_on=TODAY,
            )  # fmt: skip

    write(cast.coordinator, case, own, cast.coordinator.unit, channel="portal")
    write(cast.coordinator, case, own, cast.health_centre.unit)
    write(cast.other_clinic, case, other, cast.other_clinic.unit)
    write(cast.coordinator, case, other, cast.coordinator.unit)
