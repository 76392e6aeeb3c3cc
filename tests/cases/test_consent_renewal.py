"""Renewing a consent: the same lines once more on one page, what was given before only by its own tick (R17), and what
the person excepted read at every giving (R20).
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases import consents
from cases.actions import consent as consent_verbs
from cases.actions import disclosure as giving
from cases.actions.mistake import mark_mistake
from cases.lengths import after
from cases.models import Consent, ConsentLine, Disclosure
from parties.access import acting
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
NOW = timezone.now


@pytest.fixture
def case(cast):
    return make_case(cast.coordinator, name="Tilde Ravnsby")


def consent_with_fk(cast, case, *, until_at, kinds=("existence", "plan", "medical"), excluded=""):
    us, fk = cast.coordinator, cast.investigator
    consent = make_consent(us, case, excluded=excluded)
    for kind in kinds:
        make_line(consent, us, us, fk.unit, kind, from_at=NOW() - timedelta(days=90), until_at=until_at)
    for kind in ("existence", "decision"):
        make_line(consent, us, fk, us.unit, kind, from_at=NOW() - timedelta(days=90), until_at=until_at)
    return consent


def address(case, consent) -> str:
    return f"/cases/{case.number}/consents/{consent.number}/renew/"


SAME = {"same": "on", "form": "written", "given_on": TODAY.isoformat(), "length": "6", "informed": "on"}


def ways(member, consent) -> set[tuple[int, int, str]]:
    with acting(member):
        return set(
            ConsentLine.objects.filter(consent=consent, ended_at=None).values_list(
                "from_unit_id", "to_unit_id", "kind"
            )
        )


@pytest.mark.parametrize("days", [-3, 20])
def test_the_same_lines_are_signed_anew_and_the_old_consent_is_replaced(cast, case, sign_in, days):
    old = consent_with_fk(cast, case, until_at=NOW() + timedelta(days=days), excluded="Inget om min syster")
    client = sign_in(cast.coordinator)
    page = client.get(address(case, old)).content.decode()
    assert "Diagnos, behandling och resultat" in page and "Inget om min syster" in page
    assert 'name="same" required checked' not in page
    answer = client.post(address(case, old), SAME)
    assert answer.status_code == 302
    with acting(cast.coordinator):
        new = Consent.objects.order_by("pk").last()
        states = [g.word for g in consents.at_a_glance(case, cast.coordinator)]
    assert ways(cast.coordinator, new) == ways(cast.coordinator, old)
    assert (new.excluded, new.valid_to) == ("Inget om min syster", after(TODAY, 6))
    assert states == ["Gäller", "Ersatt av ett nyare"]
    assert client.get(address(case, old)).status_code == 404, "what is replaced is not renewed"


def test_a_renewal_is_not_saved_without_its_one_tick(cast, case, sign_in):
    old = consent_with_fk(cast, case, until_at=NOW() + timedelta(days=20))
    for name in SAME:
        missing = {k: v for k, v in SAME.items() if k != name}
        assert sign_in(cast.coordinator).post(address(case, old), missing).status_code == 200, name
    with acting(cast.coordinator):
        assert Consent.objects.count() == 1


def test_what_was_taken_back_is_not_renewed(cast, case, sign_in):
    old = consent_with_fk(cast, case, until_at=NOW() + timedelta(days=20))
    us = cast.coordinator
    with acting(us):
        medical = ConsentLine.objects.get(consent=old, kind="medical")
        consent_verbs.withdraw(by=us, case=case, consent=old, lines=[medical.pk])
    client = sign_in(us)
    assert "Diagnos, behandling och resultat" not in client.get(address(case, old)).content.decode()
    assert client.post(address(case, old), SAME).status_code == 302
    with acting(us):
        new = Consent.objects.order_by("pk").last()
    assert "medical" not in {kind for _, _, kind in ways(us, new)}
    with acting(us):
        consent_verbs.withdraw(by=us, case=case, consent=new)
    assert client.get(address(case, new)).status_code == 404


def test_not_long_before_its_end_nor_one_that_never_was(cast, case, sign_in):
    client = sign_in(cast.coordinator)
    far = consent_with_fk(cast, case, until_at=NOW() + timedelta(days=61))
    assert client.get(address(case, far)).status_code == 404
    wrong = consent_with_fk(cast, case, until_at=NOW() + timedelta(days=20))
    with acting(cast.coordinator):
        mark_mistake(by=cast.coordinator, case=case, consent=wrong, reason="Fel person")
    assert client.get(address(case, wrong)).status_code == 404


def test_only_who_records_consents_renews(cast, case, sign_in):
    old = consent_with_fk(cast, case, until_at=NOW() + timedelta(days=20))
    for name, member in cast.everyone.items():
        answer = sign_in(member).post(address(case, old), SAME)
        if name in ("coordinator", "colleague"):
            assert answer.status_code in (302, 404), name
            continue
        # The manager reads; FK sees the case under its line, and the consent is not its own.
        expected = {"stranger": 403, "manager": 403}.get(name, 404)
        assert answer.status_code == expected, name
    with acting(cast.coordinator):
        assert Consent.objects.count() == 2, "the colleague's, and then it is replaced"


@pytest.mark.parametrize("ticked", [True, False])
def test_r17_what_was_given_before_opens_again_only_by_its_tick(cast, case, sign_in, ticked):
    us, fk = cast.coordinator, cast.investigator
    old = consent_with_fk(cast, case, until_at=NOW() - timedelta(minutes=1))
    plan = make_item(us, case)
    for item in (None, plan):
        make_disclosure(us, case, fk.unit, item, until_at=NOW() - timedelta(minutes=1))
    client = sign_in(us)
    page = client.get(address(case, old)).content.decode()
    assert "Lämnat tidigare" in page and "reopens_earlier" in page
    client.post(address(case, old), SAME | ({"reopens_earlier": "on"} if ticked else {}))
    with acting(fk):
        assert Disclosure.objects.standing().filter(item=plan).exists() is ticked


def test_r17_the_list_holds_what_the_renewal_opens_and_nothing_else(cast, case, sign_in):
    """Of another way, ended by its giver, or on another ground: not opened, so not listed."""
    us, fk = cast.coordinator, cast.investigator
    old = consent_with_fk(cast, case, until_at=NOW() - timedelta(minutes=1))
    plan, work = make_item(us, case), make_item(us, case, "work_situation")
    make_disclosure(us, case, fk.unit, plan, until_at=NOW() - timedelta(minutes=1))
    make_disclosure(us, case, fk.unit, work, until_at=NOW() - timedelta(minutes=1))
    make_disclosure(us, case, cast.soc_officer.unit, plan, until_at=NOW() - timedelta(minutes=1))
    page = sign_in(us).get(address(case, old))
    assert [(g.kind, g.receiver.pk) for g in page.context["earlier"]] == [("plan", fk.unit_id)]


def excepted(cast, case):
    consent_with_fk(cast, case, until_at=NOW() + timedelta(days=90), excluded="Inget om min syster")
    return make_item(cast.coordinator, case)


def test_r20_the_box_stands_at_the_item_and_must_be_read(cast, case, sign_in):
    us, fk = cast.coordinator, cast.investigator
    plan, client = excepted(cast, case), sign_in(us)
    where = f"/cases/{case.number}/items/{plan.pk}/"
    assert "Personen har undantagit: Inget om min syster" in client.get(where).content.decode()
    client.post(f"{where}give/", {"to": fk.unit_id})
    with acting(us):
        assert not Disclosure.objects.filter(item=plan).exists()
    client.post(f"{where}give/", {"to": fk.unit_id, "confirmed": "excluded_read"})
    with acting(us):
        assert Disclosure.objects.get(item=plan).confirmed == ["excluded_read"]


def test_r20_also_when_the_ground_is_the_care_relation(cast, case, sign_in):
    """The consent is with FK; the item goes to the same region's health centre, on another ground."""
    us, centre = cast.coordinator, cast.health_centre
    plan = excepted(cast, case)
    many = f"/cases/{case.number}/give/?item={plan.pk}&to={centre.unit_id}"
    page = sign_in(us).get(many).content.decode()
    assert "Inget om min syster" in page and 'value="excluded_read"' in page
    with acting(us):
        with pytest.raises(giving.NotConfirmed) as no:
            giving.give(by=us, case=case, item=plan, to=centre.unit, confirmed=[giving.CARE_RELATION])
        assert no.value.what == giving.EXCLUDED_READ
        both = [giving.CARE_RELATION, giving.EXCLUDED_READ]
        assert giving.give(by=us, case=case, item=plan, to=centre.unit, confirmed=both)


def test_r20_nothing_is_asked_when_nothing_is_excepted(cast, case):
    us = cast.coordinator
    plan = make_item(us, case)
    with acting(us):
        assert giving.give(
            by=us, case=case, item=plan, to=cast.health_centre.unit, confirmed=[giving.CARE_RELATION]
        )


def test_a_withdrawal_lists_only_what_rests_on_it(cast, case, sign_in):
    us, fk, social = cast.coordinator, cast.investigator, cast.soc_officer
    old = consent_with_fk(cast, case, until_at=NOW() + timedelta(days=90))
    other = make_consent(us, case)
    make_line(other, us, us, social.unit, "plan")
    plan = make_item(us, case)
    make_disclosure(us, case, fk.unit, plan)
    make_disclosure(us, case, social.unit, plan)
    make_disclosure(us, case, cast.health_centre.unit, plan, basis="intra_care")
    page = sign_in(us).get(f"/cases/{case.number}/consents/{old.number}/withdraw/")
    assert [g.receiver.pk for g in page.context["given"]] == [fk.unit_id]
    listed = sign_in(us).get(f"/cases/{case.number}/consents/{other.number}/")
    assert [g.receiver.pk for g in listed.context["given"]] == [social.unit_id]


def test_replaced_and_ended_consents_are_folded_and_a_mistake_says_no_yes(cast, case, sign_in):
    us = cast.coordinator
    old = consent_with_fk(cast, case, until_at=NOW() + timedelta(days=90))
    consent_with_fk(cast, case, until_at=NOW() + timedelta(days=120))
    page = sign_in(us).get(f"/cases/{case.number}/").content.decode()
    head, _, rest = page.partition('id="consents"')
    assert "Ersatt av ett nyare" not in head.lower() and "1 ersatt eller avslutat" in rest
    assert rest.index("<details") < rest.index("Ersatt av ett nyare")
    with acting(us):
        mark_mistake(by=us, case=case, consent=old, reason="Fel person")
    own = sign_in(us).get(f"/cases/{case.number}/consents/{old.number}/").content.decode()
    assert "Det personen har sagt ja till" not in own and "aldrig har gällt" in own
