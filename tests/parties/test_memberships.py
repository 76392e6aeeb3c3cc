"""One role in a unit at a time: the database says so, and the model's own validation says it in a sentence."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from parties.models import Membership, Role

pytestmark = pytest.mark.django_db


def again(member: Membership, **more) -> Membership:
    facts = {
        "user": member.user,
        "unit": member.unit,
        "party": member.party,
        "role": Role.CLINICIAN,
        "side": "case",
    }
    return Membership(**facts | {"from_at": timezone.now()} | more)


def constraint():
    return next(
        c for c in Membership._meta.constraints if c.name == "one_membership_per_user_and_unit_at_a_time"
    )


def test_a_second_role_in_the_unit_at_the_same_time_is_refused_by_both(cast):
    second = again(cast.coordinator)
    with pytest.raises(ValidationError, match="redan en roll på enheten"):
        constraint().validate(Membership, second)
    with (
        pytest.raises(IntegrityError, match="one_membership_per_user_and_unit_at_a_time"),
        transaction.atomic(),
    ):
        second.save()


def test_the_near_misses_are_allowed_by_both(cast):
    ended = cast.ended_member
    for row in (
        again(cast.coordinator, unit=cast.other_clinic.unit, party=cast.other_clinic.party),
        again(cast.coordinator, user=cast.other_clinic.user),
        again(ended, from_at=ended.until_at),
        again(
            cast.coordinator,
            from_at=cast.coordinator.from_at - timedelta(days=9),
            until_at=cast.coordinator.from_at,
        ),
    ):
        constraint().validate(Membership, row)
        row.save()
