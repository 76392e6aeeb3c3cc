"""Who sees an insats and what they may do in it, over the whole cast.

Rows are moved in time, never the clock.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from initiatives import access, actions
from initiatives.models import FundingShare, Participation, Seat, SeatRole
from initiatives.periods import today
from parties.access import acting

pytestmark = pytest.mark.django_db

SEES = {"project_lead", "steering", "evaluator", "association_officer", "coordinator"}


def test_the_insats_is_seen_by_its_own_and_by_nobody_else(cast, insats, outsiders):
    seen = {
        name for name, member in {**cast.everyone, **outsiders}.items() if access.visible_to(member).exists()
    }
    assert seen == SEES


def test_what_one_may_do_is_empty_exactly_where_nothing_is_seen(cast, insats, outsiders):
    for name, member in {**cast.everyone, **outsiders}.items():
        assert bool(access.allowed_actions(member, insats)) == (name in SEES), name


def test_aggregates_for_those_who_steer_pay_and_evaluate(cast, insats):
    for member in (cast.steering, cast.evaluator, cast.association_officer):
        allowed = access.allowed_actions(member, insats)
        assert {"read", "read_money", "read_reports"} <= allowed
        assert not {"read_time", "read_own_time", "edit", "log_time", "change_money", "import"} & allowed
    assert "write_steering" in access.allowed_actions(cast.steering, insats)
    assert "write_steering" not in access.allowed_actions(cast.evaluator, insats)


def test_a_coordinator_of_a_participating_unit_logs_and_sees_no_money(cast, insats):
    allowed = access.allowed_actions(cast.coordinator, insats)
    assert {"log_time", "log_activity", "log_obstacle", "read_own_time"} <= allowed
    assert not {"read_money", "read_reports", "read_time", "correct_all", "change_parties"} & allowed


def test_the_other_clinic_of_the_same_region_takes_part_when_the_whole_party_does(cast, insats):
    assert not access.visible_to(cast.other_clinic).exists()
    Participation.objects.filter(unit=cast.coordinator.unit).update(unit=None)
    assert access.visible_to(cast.other_clinic).exists()


@pytest.mark.parametrize(
    ("from_days", "to_days", "seen"), [(0, 0, True), (1, None, False), (-9, -1, False), (-9, None, True)]
)
def test_a_unit_sees_from_its_first_day_through_its_last(cast, insats, from_days, to_days, seen):
    Participation.objects.filter(unit=cast.coordinator.unit).update(
        from_on=today() + timedelta(from_days),
        to_on=None if to_days is None else today() + timedelta(to_days),
    )
    assert access.visible_to(cast.coordinator).exists() is seen
    assert bool(access.allowed_actions(cast.coordinator, insats)) is seen


def test_a_seat_that_ended_or_has_not_begun_opens_nothing(cast, insats):
    now = timezone.now()
    seat = Seat.objects.filter(user=cast.steering.user)
    seat.update(from_at=now - timedelta(days=2), until_at=now - timedelta(seconds=1))
    assert not access.visible_to(cast.steering).exists()
    seat.update(from_at=now + timedelta(hours=1), until_at=None)
    assert access.allowed_actions(cast.steering, insats) == frozenset()


def test_a_seat_holds_whichever_of_the_users_memberships_is_switched_on(cast, insats):
    cast.project_lead.unit = cast.other_clinic.unit
    assert access.visible_to(cast.project_lead).exists()


def test_an_association_that_pays_nothing_sees_nothing(cast, insats):
    FundingShare.objects.update(association=None)
    assert not access.visible_to(cast.association_officer).exists()


def test_the_door_is_404_outside_and_403_inside(cast, insats):
    for member in (cast.stranger, cast.investigator, cast.other_clinic, cast.administrator):
        with pytest.raises(Http404):
            access.door(member, insats.pk, "read")
    with pytest.raises(Http404):
        access.door(cast.project_lead, insats.pk + 1)
    with pytest.raises(PermissionDenied):
        access.door(cast.steering, insats.pk, "edit")
    assert access.door(cast.project_lead, insats.pk, "edit").initiative == insats


def test_only_project_staff_and_leads_start_an_insats_and_not_who_steers_one(cast, insats):
    may = {name for name, member in cast.everyone.items() if access.may_start(member)}
    assert may == {"project_lead"}
    with acting(cast.steering), pytest.raises(PermissionDenied):
        actions.start(by=cast.steering, name="X", kind="structural", starts_on=today(), owner_name="X")
    Seat.objects.filter(user=cast.steering.user).update(until_at=timezone.now())
    assert access.may_start(cast.steering)
    with acting(cast.project_lead):
        actions.give_seat(
            by=cast.project_lead, initiative=insats, user=cast.coordinator.user, role=SeatRole.LEAD
        )
    assert access.may_start(cast.coordinator)


def test_the_law_of_the_cases_is_told_who_takes_part_today(cast, insats):
    parties = {cast.coordinator.party_id, cast.investigator.party_id}
    assert access.parties_taking_part(insats.pk) == parties
    Participation.objects.filter(party=cast.investigator.party).update(to_on=today() - timedelta(days=1))
    assert access.parties_taking_part(insats.pk) == {cast.coordinator.party_id}
    assert access.parties_taking_part(insats.pk, today() - timedelta(days=1)) == parties
