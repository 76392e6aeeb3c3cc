"""A party leaves an insats: the deed that says so ends what was given on the insats' cases, and nothing else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case, ConsentLine, Disclosure
from cases.tidying import end_for_parties_that_left
from initiatives import actions
from initiatives.models import Initiative, Participation
from parties.access import acting
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(cast):
    """An insats with psychiatry and FK, one case in it and one outside, both given to FK."""
    today = timezone.localdate()
    lead = cast.project_lead
    initiative = actions.start(
        by=lead, name="Aktiva prov", kind="individual", starts_on=today - timedelta(days=400), ends_on=None,
        owner_name="Region Provlandet psychiatry", owner_kind="psychiatry",
    )  # fmt: skip
    row = Participation(
        initiative=initiative, party=cast.investigator.party, name="FK", kind="fk", role="party",
        from_on=today - timedelta(days=300),
    )  # fmt: skip
    actions.add(row, by=lead)
    cases = []
    for inside in (True, False):
        case = make_case(cast.coordinator, initiative=initiative if inside else None)
        consent = make_consent(cast.coordinator, case)
        for kind in ("existence", "plan"):
            make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
        make_disclosure(cast.coordinator, case, cast.investigator.unit)
        make_disclosure(cast.coordinator, case, cast.investigator.unit, make_item(cast.coordinator, case))
        cases.append(case)
    return initiative, row, cases


def seen(cast) -> set[int]:
    with acting(cast.investigator):
        return set(Case.objects.values_list("pk", flat=True))


def test_the_deed_ends_sight_on_the_insats_cases_only(cast, world):
    _, row, (inside, outside) = world
    assert seen(cast) == {inside.pk, outside.pk}
    row.to_on = timezone.localdate() - timedelta(days=1)
    actions.correct(row, by=cast.project_lead)
    assert seen(cast) == {outside.pk}
    with acting(cast.coordinator):
        assert set(ConsentLine.objects.filter(case=inside).values_list("ended_how", flat=True)) == {
            "party_left"
        }
        assert set(Disclosure.objects.filter(case=inside).values_list("ended_how", flat=True)) == {
            "party_left"
        }
        assert set(Disclosure.objects.filter(case=outside).values_list("ended_how", flat=True)) == {""}


def test_a_date_to_come_ends_nothing_yet_and_the_night_ends_what_ran_out(cast, world):
    initiative, row, (inside, outside) = world
    row.to_on = timezone.localdate() + timedelta(days=1)
    actions.correct(row, by=cast.project_lead)
    assert end_for_parties_that_left() == 0
    assert seen(cast) == {inside.pk, outside.pk}
    # The day comes without a deed: moved as a row, since the clock is not moved.
    Participation.objects.filter(pk=row.pk).update(to_on=timezone.localdate() - timedelta(days=1))
    assert end_for_parties_that_left() == 2
    assert end_for_parties_that_left() == 0
    assert seen(cast) == {outside.pk}
    assert Initiative.objects.filter(pk=initiative.pk).exists()
