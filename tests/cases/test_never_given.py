"""A consent that never was one: the receivers are told in the words of an incident, and it can be reported from there."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from cases import incidents
from cases.actions import incident as incident_verbs
from cases.actions.block import block
from cases.actions.mistake import mark_mistake
from cases.models import Disclosure, Incident
from parties.access import acting
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line

pytestmark = pytest.mark.django_db
SENTENCE = "var felsänt. Det visas inte längre och får inte användas."


@pytest.fixture
def given(cast):
    """A plan given to FK unit A on a consent, and the case to social services on another."""
    case = make_case(cast.coordinator, name="Prov Person")
    item = make_item(cast.coordinator, case, heading="Planen")
    wrong, right = make_consent(cast.coordinator, case), make_consent(cast.coordinator, case)
    for consent, to in ((wrong, cast.investigator.unit), (right, cast.soc_officer.unit)):
        for kind in ("existence", "plan"):
            make_line(consent, cast.coordinator, cast.coordinator, to, kind)
        make_disclosure(cast.coordinator, case, to)
        make_disclosure(cast.coordinator, case, to, item)
    return case, item, wrong


def mark(cast, case, consent) -> None:
    with acting(cast.coordinator):
        mark_mistake(by=cast.coordinator, case=case, consent=consent, reason="Fel person")


def test_the_receiver_is_told_once_and_nobody_else(cast, given, sign_in):
    case, _item, wrong = given
    for member in cast.everyone.values():
        if member is not None and member.is_case_role:
            assert SENTENCE not in sign_in(member).get("/todo/").content.decode()
    mark(cast, case, wrong)
    for name, member in cast.everyone.items():
        if member is None or not member.is_case_role or name == "ended_member":
            continue
        page = sign_in(member).get("/todo/").content.decode()
        assert page.count(SENTENCE) == (name in ("investigator", "unassigned_officer")), name
        assert (
            name in ("coordinator", "colleague", "manager")
            or case.number not in page
            or name == "soc_officer"
        )
    with acting(cast.investigator):
        told = incidents.wrongly_sent(cast.investigator)
    for name, member in cast.everyone.items():
        if name in ("investigator", "unassigned_officer", "stranger"):
            continue
        assert sign_in(member).post(told[0].url).status_code in (403, 404), name
    assert sign_in(cast.unassigned_officer).post(told[0].url).status_code == 302
    assert SENTENCE not in sign_in(cast.investigator).get("/todo/").content.decode()
    assert sign_in(cast.investigator).post(told[0].url).status_code == 404, "once"
    with acting(cast.coordinator):
        heeded = Disclosure.objects.filter(to_unit=cast.investigator.unit)
        assert set(heeded.values_list("heeded_by", flat=True)) == {cast.unassigned_officer.pk}
        assert not Disclosure.objects.filter(to_unit=cast.soc_officer.unit, heeded_at__isnull=False).exists()


def test_who_is_held_off_is_not_told_and_the_giver_heeds_nothing_for_the_receiver(cast, given):
    case, _item, wrong = given
    with acting(cast.coordinator):
        block(by=cast.coordinator, case=case, kind="colleague", user=cast.investigator.user, reason="Släkt")
    mark(cast, case, wrong)
    for member, rows in ((cast.investigator, 0), (cast.unassigned_officer, 1)):
        with acting(member):
            assert len(incidents.wrongly_sent(member)) == rows
    with acting(cast.coordinator), pytest.raises(DatabaseError), transaction.atomic():
        Disclosure.objects.filter(case=case).update(heeded_by=cast.coordinator, heeded_at="2026-01-01T00:00Z")


def test_an_incident_is_reported_from_the_consent_and_then_told_once(cast, given, sign_in):
    case, item, wrong = given
    address = f"/cases/{case.number}/consents/{wrong.number}/"
    link = reverse("report_incident", args=[case.number, item.pk, cast.investigator.unit_id])
    assert link not in sign_in(cast.coordinator).get(address).content.decode()
    mark(cast, case, wrong)
    client = sign_in(cast.coordinator)
    page = client.get(address).content.decode()
    assert link in page and page.count("Rapportera en incident") == 1, "the case itself is no text"
    sent = {"text": "Samtycket gällde någon annan", "done": "Ringde enheten", "hours_ago": "0"}
    assert client.post(link, sent).status_code == 302
    assert link not in client.get(address).content.decode()
    with acting(cast.investigator):
        assert len(incidents.wrongly_sent(cast.investigator)) == 1


class TestTheRegister:
    @pytest.fixture
    def incident(self, cast, given) -> Incident:
        case, item, _wrong = given
        with acting(cast.coordinator):
            from django.utils import timezone

            return incident_verbs.report(
                by=cast.coordinator, case=case, item=item, to=cast.investigator.unit, text="Fel enhet", done="Ringde",
                found_at=timezone.now(),
            )  # fmt: skip

    def test_it_holds_handled_ones_too_and_leads_to_the_case(self, cast, given, incident, sign_in):
        case = given[0]
        client = sign_in(cast.coordinator)
        assert reverse("incidents") in client.get("/todo/").content.decode()
        page = client.get("/incidents/").content.decode()
        assert f"/incidents/{incident.pk}/" in page and "timmar kvar av 72" in page
        assert f"/cases/{case.number}/" in page
        assert (
            f'<a href="/cases/{case.number}/">' in client.get(f"/incidents/{incident.pk}/").content.decode()
        )
        with acting(cast.coordinator):
            incident_verbs.note(by=cast.coordinator, incident=incident, text="Anmält", closes=True)
        page = client.get("/incidents/").content.decode()
        assert "Hanterad" in page and "timmar kvar" not in page and f"/incidents/{incident.pk}/" in page

    def test_it_is_the_units_own_and_says_nothing_to_who_is_held_off(self, cast, given, incident, sign_in):
        case = given[0]
        for name, member in cast.everyone.items():
            if name == "stranger":
                continue
            answer = sign_in(member).get("/incidents/")
            found = answer.status_code == 200 and f"/incidents/{incident.pk}/" in answer.content.decode()
            assert found == (name in ("coordinator", "colleague", "manager")), name
        with acting(cast.coordinator):
            block(by=cast.coordinator, case=case, kind="colleague", user=cast.colleague.user, reason="Släkt")
        page = sign_in(cast.colleague).get("/incidents/").content.decode()
        assert f"/incidents/{incident.pk}/" not in page and case.number not in page
        assert reverse("incidents") + '"' not in sign_in(cast.colleague).get("/todo/").content.decode()
