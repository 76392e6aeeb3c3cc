"""R20 where questions are asked and answered: what the person excepted is in a box, and must have been read."""

import pytest
from django.db import transaction
from django.utils import timezone

from cases.actions.disclosure import EXCLUDED_READ, NotConfirmed
from cases.models import Item
from inquiries import actions
from parties.access import acting
from tests.factories import make_case, make_consent, make_disclosure, make_line

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
EXCEPTED = "Inget om min syster"


@pytest.fixture
def case(cast):
    us, fk = cast.coordinator, cast.investigator
    case = make_case(us)
    consent = make_consent(us, case, excluded=EXCEPTED)
    for kind in ("existence", "plan"):
        make_line(consent, us, us, fk.unit, kind)
        make_line(consent, us, fk, us.unit, kind)
    make_disclosure(us, case, fk.unit)
    return case


@pytest.fixture
def inquiry(cast, case):
    """FK asks by law: the question itself rests on no consent."""
    fk = cast.investigator
    with acting(fk):
        return actions.ask(
            by=fk, case=case, to=cast.coordinator.unit, category="planning", text="Hur?", today=TODAY
        )


def test_r20_an_answer_is_not_given_before_the_exceptions_are_read(cast, inquiry):
    us = cast.coordinator
    with acting(us):
        with pytest.raises(NotConfirmed) as no, transaction.atomic():
            actions.answer(by=us, inquiry=inquiry, parts={"plan": "Bra."}, today=TODAY)
        assert no.value.what == EXCLUDED_READ and not Item.objects.filter(type="answer").exists()
        actions.answer(
            by=us, inquiry=inquiry, parts={"plan": "Bra."}, confirmed=(EXCLUDED_READ,), today=TODAY
        )
        assert Item.objects.filter(type="answer").exists()


def test_r20_the_page_of_the_answer_shows_the_box_and_asks_for_the_tick(cast, inquiry, sign_in):
    client = sign_in(cast.coordinator)
    page = client.get(f"/inquiries/{inquiry.pk}/").content.decode()
    assert EXCEPTED in page and "excluded_read" in page
    assert client.post(f"/inquiries/{inquiry.pk}/", {"plan": "Bra."}).status_code == 200
    assert (
        client.post(f"/inquiries/{inquiry.pk}/", {"plan": "Bra.", "excluded_read": "on"}).status_code == 302
    )


def test_r20_a_question_that_rests_on_the_consent_has_the_box_too(cast, case, sign_in):
    page = sign_in(cast.coordinator).get(f"/inquiries/ask/{case.number}/{cast.investigator.unit_id}/")
    assert EXCEPTED in page.content.decode()
    with acting(cast.coordinator), pytest.raises(NotConfirmed):
        actions.ask(
            by=cast.coordinator,
            case=case,
            to=cast.investigator.unit,
            category="planning",
            text="Hur?",
            today=TODAY,
        )
