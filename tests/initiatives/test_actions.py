"""What changes an insats: asked again at the moment of writing, with its trace, and the database saying no
behind it.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, connection, transaction

from initiatives import actions
from initiatives.models import (
    Activity,
    FundingShare,
    Grant,
    Invoice,
    Obstacle,
    Participation,
    Seat,
    SeatRole,
    TimeEntry,
)
from initiatives.periods import latest_day, today
from parties.access import acting
from tests.factories import test_number

pytestmark = pytest.mark.django_db

NUMBER = test_number(1)


def activity(initiative, **more) -> Activity:
    facts = {"on": date(2023, 5, 4), "kind": "pulse_meeting", "title": "Pulsmöte", "state": "held"}
    return Activity(initiative=initiative, **{**facts, **more})


def time(initiative, **more) -> TimeEntry:
    return TimeEntry(
        initiative=initiative, **{"kind": "patient", "minutes": 30, "on": date(2023, 5, 4), **more}
    )


def code_and_fields(error: pytest.ExceptionInfo[ValidationError]) -> set[str]:
    return set(error.value.message_dict)


def test_who_may_add_what(cast, insats):
    may = {
        "log": {"project_lead", "coordinator"},
        "lead": {"project_lead"},
    }
    for name, member in cast.everyone.items():
        if member is None:
            continue
        for row, who in (
            (activity(insats), may["log"]),
            (time(insats), may["log"]),
            (Obstacle(initiative=insats, kind="barrier", area="it", text="x"), may["log"]),
            (Invoice(initiative=insats, amount=1, on=date(2023, 1, 1)), may["lead"]),
            (
                Participation(initiative=insats, name=name, kind="employer", from_on=date(2023, 1, 1)),
                may["lead"],
            ),
        ):
            with acting(member):
                if name in who:
                    actions.add(row, by=member)
                else:
                    with pytest.raises(PermissionDenied):
                        actions.add(row, by=member)
    assert Activity.objects.count() == TimeEntry.objects.count() == Obstacle.objects.count() == 2


def test_a_unit_corrects_what_it_logged_and_nothing_else(cast, insats, trace):
    with acting(cast.coordinator):
        own = actions.add(activity(insats), by=cast.coordinator)
    with acting(cast.project_lead):
        other = actions.add(activity(insats), by=cast.project_lead)
    # The lead sits in the same unit here; move the row to a colleague elsewhere.
    Activity.objects.filter(pk=other.pk).update(recorded_by=cast.investigator)
    other = Activity.objects.get(pk=other.pk)
    own.title = other.title = "Rättad"
    with acting(cast.coordinator):
        actions.correct(own, by=cast.coordinator)
        with pytest.raises(PermissionDenied):
            actions.correct(other, by=cast.coordinator)
        with pytest.raises(PermissionDenied):
            actions.remove(other, by=cast.coordinator)
        actions.remove(own, by=cast.coordinator)
    with acting(cast.project_lead):
        actions.correct(other, by=cast.project_lead)
    assert Activity.objects.get().title == "Rättad"
    assert trace()[-4:] == [
        "initiative.activity_added",
        "initiative.activity_corrected",
        "initiative.activity_removed",
        "initiative.activity_corrected",
    ]


def test_a_deed_that_fails_leaves_no_trace(cast, insats, trace):
    before = trace()
    with acting(cast.project_lead), pytest.raises(ValidationError):
        actions.add(activity(insats, title=""), by=cast.project_lead)
    assert trace() == before


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (lambda i: activity(i, title=f"Möte om {NUMBER}"), "title"),
        (lambda i: activity(i, audience=NUMBER[2:]), "audience"),
        (lambda i: Obstacle(initiative=i, kind="barrier", area="it", text=NUMBER), "text"),
        (lambda i: time(i, note=NUMBER), "note"),
    ],
)
def test_personal_numbers_stop_hard(cast, insats, row, field):
    with acting(cast.project_lead), pytest.raises(ValidationError) as error:
        actions.add(row(insats), by=cast.project_lead)
    assert code_and_fields(error) == {field}
    assert NUMBER[2:] not in str(error.value)


@pytest.mark.parametrize(
    "row",
    [
        lambda i: activity(i, on=None),
        lambda i: activity(i, year=2023),
        lambda i: activity(i, kind="party"),
        lambda i: time(i, minutes=0),
        lambda i: time(i, minutes=24 * 60 + 1),
        lambda i: time(i, on=None),
        lambda i: time(i, from_on=date(2023, 1, 1)),
        lambda i: time(i, on=None, from_on=date(2023, 2, 1), to_on=date(2023, 1, 31)),
        lambda i: Invoice(initiative=i, amount=1),
        lambda i: Grant(initiative=i, year=2023, amount=0),
        lambda i: Obstacle(initiative=i, kind="barrier", area="it", text="x", status="solved"),
        lambda i: Obstacle(initiative=i, kind="barrier", area="it", text="x", solved_on=date(2023, 1, 1)),
        lambda i: Participation(
            initiative=i, name="x", kind="af", from_on=date(2023, 2, 1), to_on=date(2023, 1, 31)
        ),
    ],
)
def test_what_cannot_be_so_is_refused_by_verb_and_by_database(cast, insats, row):
    with acting(cast.project_lead):
        with pytest.raises(ValidationError):
            actions.add(row(insats), by=cast.project_lead)
        past_the_verb = row(insats)
        if hasattr(past_the_verb, "recorded_by_id"):
            past_the_verb.recorded_by = cast.project_lead
        with pytest.raises((IntegrityError, DataError)), transaction.atomic():
            past_the_verb.save()


def test_the_nearest_that_can_be_so_is_taken(cast, insats):
    with acting(cast.project_lead):
        for row in (
            activity(insats, on=None, year=2023),
            time(insats, minutes=24 * 60),
            time(insats, on=None, minutes=46_080, from_on=date(2021, 12, 1), to_on=date(2021, 12, 1)),
            Invoice(initiative=insats, amount=-1, on=date(2023, 1, 1)),
            Obstacle(
                initiative=insats,
                kind="barrier",
                area="it",
                text="x",
                status="solved",
                since=date(2023, 1, 1),
                solved_on=date(2023, 1, 1),
            ),
        ):
            actions.add(row, by=cast.project_lead)


def test_a_day_is_from_1990_to_five_years_on(cast, insats):
    last = latest_day()
    assert (last.year, last.month) == (today().year + 5, today().month)
    with acting(cast.project_lead):
        for day in (date(1990, 1, 1), last):
            actions.add(activity(insats, on=day, state="booked"), by=cast.project_lead)
        for day in (date(1989, 12, 31), last + timedelta(days=1), date.max):
            with pytest.raises(ValidationError) as error:
                actions.add(activity(insats, on=day, state="booked"), by=cast.project_lead)
            assert code_and_fields(error) == {"on"}
        insats.ends_on = date.max
        with pytest.raises(ValidationError) as error:
            actions.edit(insats, by=cast.project_lead)
        assert code_and_fields(error) == {"ends_on"}


def test_a_party_takes_part_once_at_a_time(cast, insats):
    def party(first, last):
        return Participation(initiative=insats, name="AF Prov", kind="af", from_on=first, to_on=last)

    with acting(cast.project_lead):
        actions.add(party(date(2023, 1, 1), date(2023, 6, 30)), by=cast.project_lead)
        with pytest.raises(ValidationError):
            actions.add(party(date(2023, 6, 30), None), by=cast.project_lead)
        actions.add(party(date(2023, 7, 1), None), by=cast.project_lead)


@pytest.mark.parametrize("percents", [(52, 47), (52, 49), (100, Decimal("0.01")), ()])
def test_shares_that_are_not_100_are_refused_and_the_old_stand(cast, insats, percents):
    shares = [(f"Förbund {n}", Decimal(percent)) for n, percent in enumerate(percents)]
    with acting(cast.project_lead), pytest.raises(ValidationError) as error:
        actions.set_shares(by=cast.project_lead, initiative=insats, year=2023, shares=shares)
    assert error.value.code == "shares_not_100"
    assert FundingShare.objects.get().percent == 100


def test_the_database_asks_the_sum_at_commit(cast, insats):
    def immediately():
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")

    with acting(cast.project_lead):
        FundingShare.objects.update(percent=99)
        with pytest.raises(IntegrityError, match="sum to 99"), transaction.atomic():
            immediately()
        FundingShare.objects.update(percent=100)
        with transaction.atomic():
            FundingShare.objects.update(percent=Decimal("52.5"))
            FundingShare.objects.create(
                initiative=insats, year=2023, name="Ett till", percent=Decimal("47.5")
            )
            immediately()


def test_shares_replace_those_of_the_same_year_only(cast, insats):
    name = cast.association_officer.party.name
    with acting(cast.project_lead):
        by_year = [(2024, [(name, Decimal(60)), ("Annat", Decimal(40))]), (2024, [("Annat", Decimal(100))])]
        for year, shares in by_year:
            actions.set_shares(by=cast.project_lead, initiative=insats, year=year, shares=shares)
    assert list(FundingShare.objects.values_list("year", "name", "percent")) == [
        (2024, "Annat", 100),
        (2023, name, 100),
    ]
    assert FundingShare.objects.get(year=2023).association == cast.association_officer.party


def test_the_last_lead_stays_and_a_seat_is_one(cast, insats):
    lead = cast.project_lead
    with acting(lead):
        seat = Seat.objects.get(role=SeatRole.LEAD)
        with pytest.raises(ValidationError):
            actions.end_seat(seat, by=lead)
        with pytest.raises(ValidationError):
            actions.give_seat(by=lead, initiative=insats, user=cast.steering.user, role=SeatRole.LEAD)
        again = actions.give_seat(by=lead, initiative=insats, user=cast.steering.user, role=SeatRole.STEERING)
        assert Seat.objects.filter(user=cast.steering.user).get() == again
        actions.give_seat(by=lead, initiative=insats, user=cast.coordinator.user, role=SeatRole.LEAD)
        actions.end_seat(seat, by=lead)
        with pytest.raises(PermissionDenied):
            actions.give_seat(by=lead, initiative=insats, user=lead.user, role=SeatRole.LEAD)


def test_the_associations_seat_is_for_its_own_side(cast):
    """A case role and a förbund role never meet in one user, by a seat either."""
    from initiatives.models import SeatRole

    lead = cast.project_lead
    insats = actions.start(
        by=lead, name="Sidornas prov", kind="structural", starts_on=date(2024, 1, 1), owner_name="Region"
    )
    with pytest.raises(ValidationError):
        actions.give_seat(by=lead, initiative=insats, user=cast.coordinator.user, role=SeatRole.ASSOCIATION)
    actions.give_seat(
        by=lead, initiative=insats, user=cast.association_officer.user, role=SeatRole.ASSOCIATION
    )
    actions.give_seat(by=lead, initiative=insats, user=cast.coordinator.user, role=SeatRole.STEERING)
