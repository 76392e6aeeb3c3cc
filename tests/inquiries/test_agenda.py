"""The paper for a pulse meeting: which cases stand on which copy, and what their copy never tells (R4, R5)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.actions import block as block_verbs
from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.actions.disclosure import stop_showing
from inquiries import actions, agenda
from parties.access import acting
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line
from tests.inquiries.test_on_paper import words
from tests.reports import pdfua

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
SINCE = TODAY - timedelta(days=30)
NAME, DIGITS, NUMBER = "Kanaria Fågelsångsdotter", "198507099805", "19850709-9805"


def with_ground(cast, *kinds: str, to=None, name=NAME, number=DIGITS, until=None):
    """A case with a consent from the clinic to the unit, and its existence given there."""
    to = to or cast.investigator
    case = make_case(cast.coordinator, name=name, number=number)
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", *kinds):
        make_line(
            consent, cast.coordinator, cast.coordinator, to.unit, kind,
            until_at=until or timezone.now() + timedelta(days=100),
        )  # fmt: skip
    return case, consent


def given(cast, case, type="plan", heading="Planen", to=None, **more):
    to = to or cast.investigator
    item = make_item(cast.coordinator, case, type, heading, **more)
    make_disclosure(cast.coordinator, case, to.unit)
    make_disclosure(cast.coordinator, case, to.unit, item)
    return item


def both(cast, to=None):
    to = to or cast.investigator
    with acting(cast.coordinator):
        return (
            agenda.own_copy(cast.coordinator, to.unit, SINCE, TODAY),
            agenda.given_copy(cast.coordinator, to.unit, SINCE, TODAY),
        )


def reasons(copy) -> list[str]:
    return [reason for entry in copy.entries for reason in entry.reasons]


def test_each_reason_puts_a_case_on_the_own_copy(cast):
    case, _ = with_ground(cast, "certificate", "plan", until=timezone.now() + timedelta(days=40))
    make_item(cast.coordinator, case, "statement", "Utlåtande", facts={"form": "FK 7801"})
    make_item(cast.coordinator, case, "statement", "Intyg", facts={"form": "FK 7804"})
    with acting(cast.coordinator):
        case_verbs.record_spell(
            by=cast.coordinator, case=case, from_on=TODAY - timedelta(days=80), to_on=TODAY + timedelta(days=30),
            degree=100, benefit="sickness_benefit",
        )  # fmt: skip
        actions.ask(
            by=cast.coordinator, case=case, to=cast.investigator.unit, category="planning", text="Hur?",
            today=TODAY - timedelta(days=20),
        )  # fmt: skip
    own, theirs = both(cast)
    told = " | ".join(reasons(own))
    for said in (
        "Utlåtande FK 7801",
        "Obesvarad fråga från Mottagning Norr: Planering framåt",
        "Samtycke upphör",
    ):
        assert said in told, said
    assert "FK 7804" not in told and "(beräknad)" in told
    assert own.entries[0].ours == ["Intyg", "Plan"] and own.entries[0].theirs == []
    assert reasons(theirs) == [r for r in reasons(own) if r.startswith("Obesvarad")], "only what they know"


def test_a_kind_without_ground_is_no_reason(cast):
    case, _ = with_ground(cast, "plan")
    make_item(cast.coordinator, case, "statement", "Utlåtande", facts={"form": "FK 7801"})
    own, _theirs = both(cast)
    assert own.entries == [] and own.without_ground == 0


def test_the_others_copy_holds_what_stands_given_and_nothing_else(cast, sign_in):
    case, _ = with_ground(cast, "certificate", "plan")
    given(cast, case, heading="Given plan")
    make_item(cast.coordinator, case, "plan", "HEMLIG plan")
    make_item(cast.coordinator, case, "statement", "Utlåtande", facts={"form": "FK 7801"})
    make_case(cast.coordinator, name="Utan Grund")
    client = sign_in(cast.coordinator)
    post = {"unit": cast.investigator.unit_id, "since": SINCE.isoformat()}
    own = client.post("/inquiries/agenda/", post | {"copy": "own"})
    theirs = client.post("/inquiries/agenda/", post | {"copy": "given"})
    assert "1 ärende saknar samtycke" in words(own.content) and "FK 7801" in words(own.content)
    text = words(theirs.content)
    assert NAME in text and NUMBER in text and "Given plan" in text
    for hidden in ("HEMLIG", "saknar", "FK 7801", "Utan Grund", "upphör", "Vi:"):
        assert hidden not in text, hidden
    assert pdfua.problems({"own": own.content, "given": theirs.content}) == {}
    assert "genomgang.pdf" in theirs["Content-Disposition"]


def test_a_decision_only_we_know_of_changes_nothing_on_their_copy(cast):
    case, _ = with_ground(cast, "certificate")
    given(cast, case, "statement", "Utlåtande", facts={"form": "FK 7801"})
    make_item(cast.coordinator, case, "decision", "Enligt patienten", facts={"outcome": "granted"})
    own, theirs = both(cast)
    assert not any("inget beslut" in r for r in reasons(own))
    assert any("inget beslut" in r for r in reasons(theirs))


@pytest.mark.parametrize(
    "what", ["withdrawn", "stopped", "protected", "unit_block", "paused", "closed", "other_fk_unit"]
)
def test_what_has_ended_or_is_held_back_stands_on_no_copy(cast, what):
    case, consent = with_ground(cast, "plan")
    item = given(cast, case)
    own, theirs = both(cast)
    assert len(own.entries) == len(theirs.entries) == 1
    me = cast.coordinator
    with acting(me):
        if what == "withdrawn":
            consent_verbs.withdraw(by=me, case=case, consent=consent)
        elif what == "stopped":
            stop_showing(by=me, case=case, item=item, to=cast.investigator.unit)
        elif what == "protected":
            case_verbs.protect(by=me, case=case)
        elif what == "unit_block":
            block_verbs.block(by=me, case=case, kind="unit", to_unit=cast.investigator.unit, reason="Jäv")
        elif what == "paused":
            case_verbs.set_state(by=me, case=case, state="paused")
        elif what == "closed":
            case_verbs.set_state(by=me, case=case, state="closed", cause="completed")
    own, theirs = both(cast, cast.other_fk_unit if what == "other_fk_unit" else None)
    assert theirs.entries == [] and own.entries == []
    if what in ("withdrawn", "protected", "unit_block", "other_fk_unit"):
        assert own.without_ground == 1


def test_who_is_held_off_by_a_block_reads_nothing_and_counts_nothing(cast):
    case, _ = with_ground(cast, "plan")
    given(cast, case)
    with acting(cast.coordinator):
        block_verbs.block(
            by=cast.coordinator, case=case, kind="colleague", user=cast.colleague.user, reason="Släkt"
        )
    with acting(cast.colleague):
        copy = agenda.own_copy(cast.colleague, cast.investigator.unit, SINCE, TODAY)
        assert copy.entries == [] and copy.without_ground == 0
        assert agenda.given_copy(cast.colleague, cast.investigator.unit, SINCE, TODAY).entries == []


def test_an_employer_reads_the_name_and_no_number(cast, sign_in):
    case, _ = with_ground(cast, "plan", to=cast.employer)
    given(cast, case, to=cast.employer)
    answer = sign_in(cast.coordinator).post(
        "/inquiries/agenda/", {"unit": cast.employer.unit_id, "since": SINCE.isoformat(), "copy": "given"}
    )
    text = words(answer.content)
    assert NAME in text and NUMBER not in text


def test_everyone_reads_of_the_own_units_cases_only(cast, sign_in):
    case, _ = with_ground(cast, "plan")
    given(cast, case)
    post = {"unit": cast.investigator.unit_id, "since": SINCE.isoformat(), "copy": "own"}
    for name, member in cast.everyone.items():
        answer = sign_in(member).post("/inquiries/agenda/", post)
        if name in ("coordinator", "colleague", "manager"):
            assert NAME in words(answer.content), name
        else:
            assert answer.get("Content-Type") != "application/pdf", name
            assert case.number not in answer.content.decode(), name
    assert sign_in(cast.manager).post("/inquiries/agenda/", post | {"copy": "given"}).status_code == 403


def test_the_choice_offers_only_units_with_a_ground(cast, sign_in):
    client = sign_in(cast.coordinator)
    assert "Inget ärende har i dag stöd" in client.get("/inquiries/agenda/").content.decode()
    with_ground(cast, "plan")
    page = client.get("/inquiries/agenda/").content.decode()
    assert "FK Prov A" in page and "FK Prov B" not in page and NAME not in page
    refused = client.post(
        "/inquiries/agenda/", {"unit": cast.other_fk_unit.unit_id, "since": "2999-01-01", "copy": "x"}
    ).content.decode()
    assert "Välj en enhet." in refused and "Välj ett exemplar." in refused


def test_the_queries_do_not_grow_with_the_cases(cast):
    def count() -> int:
        with (
            acting(cast.coordinator),
            CaptureQueriesContext(
                connection,
            ) as asked,
        ):
            agenda.own_copy(cast.coordinator, cast.investigator.unit, SINCE, TODAY)
            agenda.given_copy(cast.coordinator, cast.investigator.unit, SINCE, TODAY)
        return len(asked)

    given(cast, with_ground(cast, "plan", number=None)[0])
    one = count()
    for _n in range(3):
        given(cast, with_ground(cast, "plan", number=None)[0])
    assert count() == one
