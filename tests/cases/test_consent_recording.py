"""Recording a consent as on the paper: the grid, the ways of giving it, how long it stands (R9), the receipt (R8), and what
the party's administrator sets.
"""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from audit.models import Entry
from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.actions.consent import TooLong
from cases.actions.lengths import set_lengths
from cases.law import Act, Ground, grounds_for
from cases.lengths import Lengths, after, decision_ends, lengths_of
from cases.models import Consent, ConsentLengths, ConsentLine, ItemType
from cases.recording import columns_of
from parties.access import acting
from parties.models import PartyKind
from tests.cases.outcomes import outcome_of
from tests.factories import make_case, make_item

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture
def case(cast):
    return make_case(cast.coordinator, name="Tilde Ravnsby")


def tick(giver, receiver, kind: str) -> str:
    return f"{giver.unit_id}-{receiver.unit_id}-{kind}"


def post(client, case, *others, ticks, **more):
    fields = {
        "units": [m.unit_id for m in others], "ticks": ticks, "purpose": "return_to_work", "form": "written",
        "given_on": TODAY.isoformat(), "length": "6", "informed": "on",
    }  # fmt: skip
    return client.post(f"/cases/{case.number}/consents/new/", fields | more)


def lines(member) -> set[tuple[int, int, str]]:
    with acting(member):
        return set(ConsentLine.objects.values_list("from_unit_id", "to_unit_id", "kind"))


def test_each_direction_gets_what_was_ticked_in_it_and_the_contact_goes_with_it(cast, case, sign_in):
    us, fk, social = cast.coordinator, cast.investigator, cast.soc_officer
    answer = post(
        sign_in(us), case, fk, social, ticks=[tick(us, fk, "plan"), tick(fk, us, "decision"), tick(us, social, "existence")]
    )  # fmt: skip
    assert answer.status_code == 302
    assert lines(us) == {
        (us.unit_id, fk.unit_id, "existence"), (us.unit_id, fk.unit_id, "plan"),
        (fk.unit_id, us.unit_id, "existence"), (fk.unit_id, us.unit_id, "decision"),
        (us.unit_id, social.unit_id, "existence"),
    }  # fmt: skip


def test_nothing_is_ticked_when_the_page_opens(cast, case, sign_in):
    page = sign_in(cast.coordinator).get(
        f"/cases/{case.number}/consents/new/", {"units": [cast.investigator.unit_id]}
    )
    assert b"checked" not in page.content.split(b"data-grid")[1].split(b"<details")[0]
    refused = post(sign_in(cast.coordinator), case, cast.investigator, ticks=[])
    assert refused.status_code == 200 and "Kryssa i minst en ruta" in refused.content.decode()


def test_a_box_stands_exactly_where_the_law_knows_a_consent(cast):
    own = cast.coordinator.unit
    for other in (cast.investigator, cast.af_officer, cast.employer, cast.soc_officer, cast.private_care):
        for column in columns_of(own, [other.unit]):
            codes = [PartyKind(u.party.kind).matrix for u in (column.giver, column.receiver)]
            for cell in column.cells:
                known = Ground.CONSENT in grounds_for(Act.INFORMATION, *codes, cell.kind)
                asked = Ground.CONSENT in grounds_for(Act.QUESTION, *codes, cell.kind)
                assert bool(cell.why) is not (known or asked), (codes, cell.kind)


def test_what_the_law_never_lets_through_is_not_recorded_from_a_forged_box(cast, case, sign_in):
    us, shop = cast.coordinator, cast.employer
    page = sign_in(us).get(f"/cases/{case.number}/consents/new/", {"units": [shop.unit_id]}).content.decode()
    assert "lämnas aldrig till arbetsgivare här" in page and tick(us, shop, "medical") not in page
    for forged in ("medical", "special", "certificate"):
        assert post(sign_in(us), case, shop, ticks=[tick(us, shop, forged)]).status_code == 200
    assert not lines(us)


def test_a_unit_that_cannot_be_named_makes_no_column(cast, case, sign_in):
    """Own party, the förbund, and a number that is none: the page opens and names nobody."""
    for wrong in (
        cast.colleague.unit_id,
        cast.other_clinic.unit_id,
        cast.association_officer.unit_id,
        "x",
        "9" * 30,
    ):
        page = sign_in(cast.coordinator).get(f"/cases/{case.number}/consents/new/", {"units": [wrong]})
        assert page.status_code == 200 and b"data-grid" not in page.content


def test_medical_needs_its_own_tick(cast, case, sign_in):
    us, fk = cast.coordinator, cast.investigator
    every = ["existence", "certificate", "ability", "plan", "employment", "social"]
    assert post(sign_in(us), case, fk, ticks=[tick(us, fk, k) for k in every]).status_code == 302
    assert "medical" not in {kind for _, _, kind in lines(us)}


def test_r8_the_registration_is_the_collectors_receipt_and_not_the_others(cast, case, sign_in):
    us, fk = cast.coordinator, cast.investigator
    post(sign_in(us), case, fk, ticks=[tick(us, fk, "plan"), tick(fk, us, "decision")])
    with acting(us):
        received = dict(ConsentLine.objects.exclude(kind="existence").values_list("kind", "received_at"))
    assert received["plan"] is not None and received["decision"] is None


def test_each_way_of_giving_asks_for_its_own(cast, case, sign_in):
    us, fk = cast.coordinator, cast.investigator
    ticks, client = [tick(us, fk, "plan")], sign_in(us)
    oral = post(client, case, fk, ticks=ticks, form="oral", length="oral").content.decode()
    assert "Skriv hur och när" in oral and "Skriv vem som tog emot" in oral
    eid = post(client, case, fk, ticks=ticks, form="written_eid").content.decode()
    assert "Skriv hur personen legitimerade sig" in eid
    how = {"obtained_how": "Per telefon", "obtained_by": "Noor"}
    assert post(client, case, fk, ticks=ticks, form="oral", length="oral", **how).status_code == 302
    assert post(client, case, fk, ticks=ticks, form="written_eid", identity_check="BankID").status_code == 302
    with acting(us):
        first, second = Consent.objects.order_by("pk")
    assert (first.obtained_how, first.obtained_by) == ("Per telefon", "Noor")
    assert first.valid_to == TODAY + timedelta(days=89)
    assert (second.identity_check, second.obtained_by) == ("BankID", "")


@pytest.mark.parametrize("months", [3, 6, 12])
def test_r9_a_written_consent_is_three_six_or_twelve_months_from_the_signature(cast, case, sign_in, months):
    us, fk = cast.coordinator, cast.investigator
    signed = TODAY - timedelta(days=5)
    post(sign_in(us), case, fk, ticks=[tick(us, fk, "plan")], length=str(months), given_on=signed.isoformat())
    with acting(us):
        consent = Consent.objects.get()
    assert (consent.valid_from, consent.valid_to) == (signed, after(signed, months))


def record(cast, case, *, days=0, months=0, form="written", **more):
    last = after(TODAY, months) if months else TODAY + timedelta(days=days)
    us, fk = cast.coordinator, cast.investigator
    with acting(us):
        return consent_verbs.record_consent(
            by=us, case=case, directions=[(us.unit, fk.unit)], kinds=["plan"], form=form, valid_from=TODAY,
            given_on=TODAY, valid_to=last, **{"purpose": "return_to_work", "obtained_how": "Per telefon"} | more,
        )  # fmt: skip


def test_r9_the_verb_refuses_a_day_too_long_and_takes_the_last_day(cast, case):
    assert record(cast, case, months=12)
    with pytest.raises(TooLong) as no:
        record(cast, case, days=(after(TODAY, 12) - TODAY).days + 1)
    assert no.value.latest == after(TODAY, 12)
    assert record(cast, case, days=89, form="oral")
    with pytest.raises(TooLong):
        record(cast, case, days=90, form="oral")


def decided(cast, case, ends: date) -> None:
    make_item(
        cast.coordinator, case, ItemType.DECISION,
        facts={"outcome": "granted", "benefit": "activity_compensation", "period_end": ends.isoformat()},
    )  # fmt: skip


def test_r9_activity_compensation_up_to_the_decisions_end_with_the_yearly_question(cast, case):
    ends = after(TODAY, 18)
    activity = {"purpose": "activity_compensation"}
    with pytest.raises(TooLong):
        record(cast, case, months=18, **activity)  # no decision is known
    decided(cast, case, ends)
    for wrong in ({"purpose": "return_to_work"}, activity | {"obtained_how": " "}):
        with pytest.raises(TooLong):
            record(cast, case, months=18, **wrong)
    assert record(cast, case, months=18, **activity)
    with pytest.raises(TooLong):
        record(cast, case, days=(ends - TODAY).days + 1, **activity)


def test_r9_the_spell_on_the_benefit_stands_for_a_decision_that_is_not_there(cast, case, sign_in):
    us, fk = cast.coordinator, cast.investigator
    with acting(us):
        for benefit in ("sickness_benefit", "activity_compensation"):
            case_verbs.record_spell(
                by=us, case=case, from_on=TODAY, to_on=after(TODAY, 15), degree=100, benefit=benefit
            )
            assert decision_ends(case, us) == (
                after(TODAY, 15) if benefit == "activity_compensation" else None
            )
    client, ticks = sign_in(us), [tick(us, fk, "plan")]
    asked = {"purpose": "activity_compensation", "length": "decision"}
    assert "årliga frågan" in post(client, case, fk, ticks=ticks, **asked).content.decode()
    other = asked | {"purpose": "sip", "yearly": "I maj varje år"}
    assert "Bara ett samtycke till planering" in post(client, case, fk, ticks=ticks, **other).content.decode()
    assert post(client, case, fk, ticks=ticks, **asked, yearly="I maj varje år").status_code == 302
    with acting(us):
        consent = Consent.objects.get()
    assert (consent.valid_to, consent.obtained_how) == (after(TODAY, 15), "I maj varje år")


def test_r9_never_beyond_24_months_also_when_the_decision_is_longer(cast, case):
    decided(cast, case, after(TODAY, 36))
    assert record(cast, case, months=24, purpose="activity_compensation")
    with pytest.raises(TooLong):
        record(cast, case, days=(after(TODAY, 24) - TODAY).days + 1, purpose="activity_compensation")


def test_r9_the_database_keeps_its_own_ceiling(cast, case):
    def row(form: str, last: date) -> None:
        with acting(cast.coordinator), transaction.atomic():
            Consent.objects.create(
                case=case, unit=cast.coordinator.unit, form=form, purpose="sip", valid_from=TODAY, valid_to=last,
                given_on=TODAY, informed=True, obtained_how="Per telefon", registered_by=cast.coordinator,
            )  # fmt: skip

    row("written", after(TODAY, 24))
    row("oral", TODAY + timedelta(days=89))
    for form, last in (
        ("written", after(TODAY, 24) + timedelta(days=2)),
        ("oral", TODAY + timedelta(days=90)),
    ):
        with pytest.raises(DatabaseError, match="consent_ends_within"):
            row(form, last)


def test_r9_the_page_offers_and_holds_the_partys_own_lengths(cast, case, sign_in):
    us, fk = cast.coordinator, cast.investigator
    with acting(cast.administrator):
        set_lengths(by=cast.administrator, party=us.party, months=[2, 4], longest=12, oral_days=30)
    client = sign_in(us)
    page = client.get(f"/cases/{case.number}/consents/new/", {"units": [fk.unit_id]}).content.decode()
    assert "2 månader, till och med" in page and "6 månader" not in page and "30 dagar" in page
    far = (after(TODAY, 4) + timedelta(days=1)).isoformat()
    refused = post(
        client, case, fk, ticks=[tick(us, fk, "plan")], length="date", valid_to=far
    ).content.decode()
    assert "högst 4 månader fram" in refused and after(TODAY, 4).isoformat() in refused
    with pytest.raises(TooLong):
        record(cast, case, months=5)
    with pytest.raises(TooLong):
        record(cast, case, days=30, form="oral")
    assert lengths_of(fk.party_id) == Lengths(), "another party keeps its own"


def test_r9_only_the_organisations_administrator_sets_its_lengths(cast):
    party = cast.coordinator.party
    for name, member in cast.everyone.items():
        if member is None or name == "ended_member":
            continue
        found = outcome_of(
            member,
            lambda member=member: set_lengths(by=member, party=party, months=[6], longest=12, oral_days=60),
        )
        assert found == ("done" if name == "administrator" else "404"), name
        with acting(member), transaction.atomic():
            if name != "administrator":
                with pytest.raises(DatabaseError), transaction.atomic():
                    ConsentLengths.objects.create(party=cast.other_fk_unit.party, set_by=member)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"months": [3, 13]}, "months"), ({"months": []}, "months"), ({"months": [0]}, "months"),
        ({"longest": 25}, "longest"), ({"longest": 6}, "longest"), ({"oral_days": 91}, "oral_days"),
        ({"oral_days": 0}, "oral_days"),
    ],
)  # fmt: skip
def test_r9_no_length_above_the_ceilings(cast, wrong, field):
    by = cast.administrator
    with acting(by), pytest.raises(ValidationError) as no:
        set_lengths(by=by, party=by.party, **{"months": [3, 12], "longest": 24, "oral_days": 90} | wrong)
    assert set(no.value.message_dict) == {field}


def test_the_administrator_sets_lengths_on_a_page_and_sees_no_case(cast, case, sign_in):
    client, party = sign_in(cast.administrator), cast.coordinator.party
    assert "3, 6, 12" in client.get("/consent-lengths/").content.decode()
    fields = {"months": "3, 6, 99", "longest": "24", "oral_days": "90"}
    refused = client.post(f"/consent-lengths/{party.pk}/", fields)
    assert refused.status_code == 200 and "Skriv hela månader från 1 till 12" in refused.content.decode()
    assert client.post(f"/consent-lengths/{party.pk}/", fields | {"months": "3 6 9"}).status_code == 302
    assert "3, 6, 9" in client.get("/consent-lengths/").content.decode()
    with acting(cast.administrator):
        assert ConsentLengths.objects.get().written_months == [3, 6, 9]
    with acting(cast.auditor):
        assert Entry.objects.filter(kind="consent.lengths_set").count() == 1
    assert client.get(f"/consent-lengths/{cast.investigator.party_id}/").status_code == 404
    for member in (cast.coordinator, cast.manager, cast.association_officer):
        assert sign_in(member).get("/consent-lengths/").status_code == 404
