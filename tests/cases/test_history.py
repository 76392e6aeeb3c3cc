"""How a case has moved stands on its page for the owning unit, and for nobody else."""

import pytest

from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.history import moves_of
from cases.models import Assignment, Case, CaseOutcome, Consent, ConsentLine, Item, Spell, State
from parties.access import acting
from tests.cases.test_deeds import TODAY, given_plan, record

pytestmark = pytest.mark.django_db


def test_who_when_and_why_stand_on_the_page_of_the_owner_alone(cast, sign_in):
    case, _ = given_plan(cast)
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=case, state=State.PAUSED, reason="Inlagd på sjukhus")
    with acting(cast.colleague):
        case_verbs.set_state(by=cast.colleague, case=case, state=State.OPEN)
    for name in ("coordinator", "colleague", "manager"):
        page = sign_in(getattr(cast, name)).get(f"/cases/{case.number}/").content.decode()
        assert "Ärendets gång" in page and "Inlagd på sjukhus" in page, name
        assert page.index("Återupptog") < page.index("Pausade") < page.index("Öppnade ärendet")
    for member in (cast.investigator, cast.unassigned_officer):
        page = sign_in(member).get(f"/cases/{case.number}/")
        assert page.status_code == 200, "the receiving unit sees the case"
        for told in ("Ärendets gång", "Inlagd på sjukhus", "Pausade", "Noor"):
            assert told not in page.content.decode()
        with acting(member):
            # Also when a page forgot to ask: the wall and the function both keep it.
            assert moves_of(Case.objects.get(), member) == []


def test_reopened_everything_written_is_there_and_nothing_is_shown_anew(cast):
    case, item = given_plan(cast)
    with acting(cast.coordinator):
        case_verbs.record_spell(
            by=cast.coordinator, case=case, from_on=TODAY, to_on=None, degree=50, benefit="sickness_benefit"
        )
        case_verbs.set_state(
            by=cast.coordinator, case=case, state="closed", cause="moved", reason="Till Umeå"
        )
        case_verbs.set_state(by=cast.coordinator, case=case, state="open", reason="Flyttade tillbaka")
        assert [m.word for m in moves_of(case, cast.coordinator)] == [
            "Öppnade igen",
            "Avslutat: Flyttat",
            "Öppnade ärendet",
        ]
        for model in (Item, Spell, Consent, CaseOutcome, Assignment):
            assert model.objects.filter(case=case).count() == 1, model
        assert not ConsentLine.objects.filter(ended_at=None).exists()
    with acting(cast.investigator):
        assert not Item.objects.filter(pk=item.pk).exists() and not Case.objects.exists()
    record(cast.coordinator, case, cast.investigator)
    with acting(cast.investigator):
        assert not Item.objects.filter(pk=item.pk).exists(), (
            "a new consent opens nothing that was given before"
        )
    with acting(cast.coordinator):
        assert consent_verbs.withdraw(by=cast.coordinator, case=case, consent=Consent.objects.latest("id"))
