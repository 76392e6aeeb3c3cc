"""One clinic alone: nobody else has an account, and the consent goes the whole way on paper. Printed, recorded, given on,
told to the person, printed anew, renewed and taken back.
"""

import io
from datetime import timedelta

import pikepdf
import pytest
from django.utils import timezone

from cases.models import Consent, ConsentLine, Disclosure
from cases.models.outcome import FACTS
from initiatives.models import Initiative, Participation
from parties.access import acting
from parties.models import Membership, Organisation, Party, PartyKind, Role, Unit
from tests.conftest import make_members
from tests.factories import make_case, make_item
from tests.reports import pdftext

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
# Three months from that day end within sixty days from today.
SIGNED = TODAY - timedelta(days=80)


@pytest.fixture
def elif_() -> Membership:
    place = ("Mottagning Norr", PartyKind.PSYCHIATRY, "Region Provlandet")
    return make_members(("elif", place, Role.COORDINATOR, None))["elif"]


@pytest.fixture
def fk() -> Unit:
    """A unit that the portal knows by name, and where nobody can sign in."""
    agency = Organisation.objects.create(name="Försäkringskassan")
    party = Party.objects.create(organisation=agency, kind=PartyKind.FK, name="Försäkringskassan Prov")
    return Unit.objects.create(party=party, name="FK Prov A")


def words_of(answer) -> int:
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf", answer.content[:200]
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        return len(document.pages)


def test_the_consent_goes_the_whole_way_on_paper(elif_, fk, client):
    assert Membership.objects.exclude(pk=elif_.pk).count() == 0
    initiative = Initiative.objects.create(
        name="Steget vidare", kind="individual", starts_on="2020-01-01", created_by=elif_
    )
    for party, role in ((elif_.party, "owner"), (Party.objects.get(pk=fk.party_id), "party")):
        Participation.objects.create(
            initiative=initiative,
            party=party,
            name=party.name,
            kind=party.kind,
            role=role,
            from_on="2020-01-01",
        )
    case = make_case(elif_, name="Tilde Ravnsby", initiative=initiative)
    plan = make_item(elif_, case)
    client.force_login(elif_.user, backend="django.contrib.auth.backends.ModelBackend")
    at = f"/cases/{case.number}/"

    # Printed, of those that take part in the insats; and recorded as on it, whom the grid names being known.
    assert words_of(client.post(f"{at}consents/print/", {"units": [fk.pk], "purpose": ""})) == 2
    page = client.get(f"{at}consents/new/")
    assert [u.pk for u in page.context["units"]] == [fk.pk]
    ticks = [c.value for column in page.context["form"].columns for c in column.cells if c.kind == "plan"]
    saved = client.post(
        f"{at}consents/new/",
        {
            "units": [fk.pk], "ticks": ticks, "purpose": "return_to_work", "form": "written", "length": "3",
            "given_on": SIGNED.isoformat(), "informed": "on",
        },
    )  # fmt: skip
    assert saved.status_code == 302
    with acting(elif_):
        first = Consent.objects.get()
        received = set(
            ConsentLine.objects.filter(received_at__isnull=False).values_list("from_unit", flat=True)
        )
    assert received == {elif_.unit_id}, "the clinic's registration is its own receipt, not FK's"

    # Given: it waits for whoever one day signs in there, and stands on the person's sheet today.
    client.post(f"{at}items/{plan.pk}/give/", {"to": fk.pk})
    with acting(elif_):
        assert Disclosure.objects.standing().filter(item=plan, to_unit=fk).exists()
    assert words_of(client.post(f"{at}shared/")) >= 1

    # Within sixty days of its end it is in the queue, printed anew and renewed.
    assert case.number in client.get("/consents/ending/").content.decode()
    assert words_of(client.post("/consents/ending/", {"consents": [first.pk]})) == 2
    renewed = client.post(
        f"{at}consents/{first.number}/renew/",
        {
            "same": "on", "form": "written", "given_on": TODAY.isoformat(), "length": "6", "informed": "on",
            "reopens_earlier": "on",
        },
    )  # fmt: skip
    assert renewed.status_code == 302
    assert "Inget samtycke upphör" in client.get("/consents/ending/").content.decode()

    # Taken back: the second carries what the first gave, so both are withdrawn; then the receipt.
    with acting(elif_):
        second = Consent.objects.exclude(pk=first.pk).get()
    for consent in (first, second):
        gone = client.post(f"{at}consents/{consent.number}/withdraw/", {"what": "all"})
        assert gone.status_code == 302
    with acting(elif_):
        assert not Disclosure.objects.standing().exists()
    assert words_of(client.post(f"{at}consents/{second.number}/receipt/")) >= 1


def test_a_question_its_answer_and_the_review_go_on_paper_and_the_case_is_closed(elif_, fk, client):
    """From the consent on paper to the closing, with nobody in the portal but the clinic."""
    assert Membership.objects.exclude(pk=elif_.pk).count() == 0
    case = make_case(elif_, name="Tilde Ravnsby")
    client.force_login(elif_.user, backend="django.contrib.auth.backends.ModelBackend")
    at = f"/cases/{case.number}/"

    # The consent as on the paper: contact, certificates and plan out, contact and plan in.
    page = client.get(f"{at}consents/new/")
    ticks = [
        c.value
        for column in page.context["form"].columns
        for c in column.cells
        if c.kind in ("plan", "certificate")
    ]
    saved = client.post(
        f"{at}consents/new/",
        {
            "units": [fk.pk], "ticks": ticks, "purpose": "return_to_work", "form": "written", "length": "6",
            "given_on": TODAY.isoformat(), "informed": "on",
        },
    )  # fmt: skip
    assert saved.status_code == 302

    # Asked, printed, and answered on paper.
    asked = client.post(
        f"/inquiries/ask/{case.number}/{fk.pk}/", {"category": "planning", "text": "Vad planeras?"}
    )
    assert asked.status_code == 302
    inquiry = asked["Location"]
    assert words_of(client.post(f"{inquiry}print/")) == 1
    recorded = client.post(
        f"{inquiry}paper-answer/",
        {"received_on": TODAY.isoformat(), "received_from": "E. Ek", "plan": "Ett möte i mars."},
    )
    assert recorded.status_code == 302
    thread = client.get(inquiry).content.decode()
    assert "på papper från FK Prov A" in thread and "Ett möte i mars." in thread
    assert inquiry in client.get(at).content.decode()

    # A statement in the case, given, and on both copies of the paper for the review.
    statement = make_item(elif_, case, "statement", "Utlåtande", facts={"form": "FK 7801"})
    assert client.post(f"{at}items/{statement.pk}/give/", {"to": fk.pk}).status_code == 302
    for copy in ("own", "given"):
        printed = client.post("/inquiries/agenda/", {"unit": fk.pk, "since": TODAY.isoformat(), "copy": copy})
        assert words_of(printed) == 1
        assert "FK 7801" in pdftext.words(printed.content, top=0, bottom=900), copy

    # Done with, and closed: nothing is left that waits for anyone.
    assert client.post(f"{inquiry}close/").status_code == 302
    closed = client.post(f"{at}close/", dict.fromkeys(FACTS, "unknown") | {"cause": "completed"})
    assert closed.status_code == 302
    with acting(elif_):
        assert not Disclosure.objects.standing().exists()
    assert case.number not in client.get("/inquiries/").content.decode()
    assert client.post(f"{inquiry}print/", follow=True)["Content-Type"].startswith("text/html")
