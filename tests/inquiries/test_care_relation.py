"""Asked and answered within a region on the care relation: who gives confirms it first (R15)."""

import pytest

from cases.actions.block import block
from cases.actions.disclosure import CARE_RELATION
from cases.models import Disclosure
from inquiries.models import Inquiry
from parties.access import acting
from tests.factories import make_case, make_consent, make_disclosure, make_line

pytestmark = pytest.mark.django_db

SAYS = "Det finns en vårdrelation"
MISSING = "Kryssa först för att det finns en vårdrelation"
QUESTION = {"category": "planning", "text": "Hur går det?"}


@pytest.fixture
def case(cast):
    case = make_case(cast.coordinator)
    make_disclosure(cast.coordinator, case, cast.health_centre.unit, basis="intra_care")
    return case


def test_the_tick_is_asked_for_in_question_and_answer(cast, case, sign_in):
    client = sign_in(cast.health_centre)
    ask = f"/inquiries/ask/{case.number}/{cast.coordinator.unit_id}/"
    assert SAYS in client.get(ask).content.decode()
    refused = client.post(ask, QUESTION)
    assert refused.status_code == 200 and MISSING in str(refused.context["form"].errors[CARE_RELATION])
    assert client.post(ask, QUESTION | {CARE_RELATION: "on"}).status_code == 302
    with acting(cast.health_centre):
        pk = Inquiry.objects.get().pk
    client = sign_in(cast.coordinator)
    address = f"/inquiries/{pk}/"
    assert SAYS in client.get(address).content.decode()
    refused = client.post(address, {"plan": "Bra."})
    assert refused.status_code == 200 and MISSING in str(refused.context["form"].errors[CARE_RELATION])
    with acting(cast.coordinator):
        assert Inquiry.objects.with_state().get(pk=pk).state == "read"
    assert client.post(address, {"plan": "Bra.", CARE_RELATION: "on"}).status_code == 302
    with acting(cast.coordinator):
        given = Disclosure.objects.get(from_unit=cast.coordinator.unit, item__isnull=False)
        assert (given.basis, given.confirmed) == ("intra_care", [CARE_RELATION])


def test_on_a_consent_there_is_no_such_tick(cast, case, sign_in):
    """The near miss: FK is asked and answers on the person's consent; and a block within the region closes the question."""
    consent = make_consent(cast.coordinator, case)
    to = cast.investigator.unit
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, to, kind)
    client = sign_in(cast.coordinator)
    assert SAYS not in client.get(f"/inquiries/ask/{case.number}/{to.pk}/").content.decode()
    with acting(cast.coordinator):
        block(by=cast.coordinator, case=case, kind="region", reason="Patientens önskan")
    ask = f"/inquiries/ask/{case.number}/{cast.coordinator.unit_id}/"
    assert sign_in(cast.health_centre).post(ask, QUESTION | {CARE_RELATION: "on"}).status_code == 404
    with acting(cast.coordinator):
        assert not Inquiry.objects.exists()
