"""A party leaves an insats: the deed that says so ends what was given on the insats' cases, and nothing else."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, ConsentLine, Disclosure
from cases.tidying import end_for_parties_that_left
from initiatives import actions
from initiatives.access import parties_that_left
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


def test_a_party_is_not_taken_out_without_anything_ending(cast, world, sign_in):
    """Taken away, or made a mere name, it would be forgotten that it ever took part, and sight would stay."""
    initiative, row, (inside, outside) = world
    client = sign_in(cast.project_lead)
    page = client.get(reverse("initiative_row", args=[initiative.pk, "party", row.pk])).content.decode()
    removal = reverse("remove_initiative_row", args=[initiative.pk, "party", row.pk])
    assert removal not in page
    answer = client.post(removal, follow=True)
    assert "En part i portalen står kvar i insatsen." in answer.content.decode()
    yesterday = timezone.localdate() - timedelta(days=1)
    typed = {"name": "FK", "kind": "fk", "role": "party", "from_on": row.from_on, "to_on": yesterday}
    other = {"party": cast.coordinator.party_id} | typed
    for facts in (typed, other, typed | {"unit": cast.coordinator.unit_id}):
        answer = client.post(reverse("initiative_row", args=[initiative.pk, "party", row.pk]), facts)
        assert answer.status_code == 200
        assert "En part i portalen står kvar i insatsen." in str(answer.context["form"].errors["party"])
    row.refresh_from_db()
    assert (row.party, row.to_on) == (cast.investigator.party, None)
    assert seen(cast) == {inside.pk, outside.pk}
    # The last day, the same party: that is how it leaves.
    kept = typed | {"party": row.party_id}
    answer = client.post(reverse("initiative_row", args=[initiative.pk, "party", row.pk]), kept)
    assert answer.status_code == 302
    assert seen(cast) == {outside.pk}
    assert parties_that_left(initiative.pk) == {cast.investigator.party_id}


def test_verb_and_database_keep_the_party_too(cast, world):
    _, row, _ = world
    lead = cast.project_lead
    with acting(lead):
        with pytest.raises(ValidationError):
            actions.remove(row, by=lead)
        row.party = None
        with pytest.raises(ValidationError):
            actions.remove(row, by=lead)
        for party in (None, cast.coordinator.party):
            row.party = party
            with pytest.raises(ValidationError) as error:
                actions.correct(row, by=lead)
            assert set(error.value.message_dict) == {"party"}
        there = Participation.objects.filter(pk=row.pk)
        other = actions.start(
            by=lead, name="En annan", kind="individual", starts_on=timezone.localdate(), owner_name="X"
        )
        for past_the_verb in (
            there.delete,
            lambda: there.update(party=None),
            lambda: there.update(party=cast.coordinator.party),
            lambda: there.update(initiative=other),
        ):
            with pytest.raises(IntegrityError, match="its last day is set"), transaction.atomic():
                past_the_verb()
        there.update(name="Försäkringskassan")


def test_a_name_in_no_register_can_be_taken_away_or_become_a_party(cast, world, sign_in):
    initiative, _, _ = world
    with acting(cast.project_lead):
        rows = [
            actions.add(
                Participation(
                    initiative=initiative, name=name, kind="employer", from_on=timezone.localdate()
                ),
                by=cast.project_lead,
            )
            for name in ("Ett namn", "Två namn")
        ]
    client = sign_in(cast.project_lead)
    removal = reverse("remove_initiative_row", args=[initiative.pk, "party", rows[0].pk])
    page = client.get(reverse("initiative_row", args=[initiative.pk, "party", rows[0].pk])).content.decode()
    assert removal in page
    assert client.post(removal).status_code == 302
    assert not Participation.objects.filter(pk=rows[0].pk).exists()
    facts = {"party": cast.employer.party_id, "role": "party", "from_on": timezone.localdate()}
    answer = client.post(reverse("initiative_row", args=[initiative.pk, "party", rows[1].pk]), facts)
    assert answer.status_code == 302
    assert Participation.objects.get(pk=rows[1].pk).party == cast.employer.party
