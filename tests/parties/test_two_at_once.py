"""Two invitations accepted in the same moment: the second waits for the first, and is refused by what it finds."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from parties import actions
from parties.access import acting
from parties.models import Membership, PartyKind, Role, User
from tests.factories import make_unit

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 20


def key_of(link: str) -> str:
    return link.rstrip("/").split("/")[-1]


def waits_for_another() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"
        )
        return cursor.fetchone()[0]


def second_while_the_first_is_not_done(first: Callable, second: Callable) -> list[BaseException | None]:
    """Does `first` in a transaction, starts `second` beside it, waits until it stands in line or is through, commits."""
    came: list[BaseException | None] = []

    def beside() -> None:
        try:
            with transaction.atomic():
                second()
            came.append(None)
        except Exception as error:
            came.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=beside)
    with transaction.atomic():
        first()
        other.start()
        until = timezone.now() + timedelta(seconds=PATIENCE)
        while other.is_alive() and not waits_for_another() and timezone.now() < until:
            other.join(0.02)
    other.join(PATIENCE)
    assert came, "the second never came through"
    return came


@pytest.fixture
def somebody(cast) -> User:
    """Has an account on the case side, and no role yet."""
    return User.objects.create_user("somebody@samverkan.example", "Somebody", "case", "en-lang-fras-for-test")


@pytest.mark.parametrize("roles", [("administrator", "coordinator"), ("coordinator", "administrator")])
def test_nobody_becomes_administrator_and_case_worker_by_two_links(cast, somebody, roles):
    elsewhere = make_unit("Annan enhet", PartyKind.PSYCHIATRY, "Region Provlandet")
    keys = []
    for unit, role in zip((cast.administrator.unit, elsewhere), roles, strict=True):
        with acting(cast.administrator):
            _row, link = actions.invite(
                by=cast.administrator, unit=unit, email=somebody.email, name="x", role=role
            )
        keys.append(key_of(link))
    came = second_while_the_first_is_not_done(
        lambda: actions.accept(key=keys[0], user=somebody),
        lambda: actions.accept(key=keys[1], user=User.objects.get(pk=somebody.pk)),
    )
    assert [type(error) for error in came] == [actions.AdministratorWithCases]
    assert list(Membership.objects.filter(user=somebody).values_list("role", flat=True)) == [roles[0]]


@pytest.mark.parametrize("roles", [("administrator", "coordinator"), ("coordinator", "administrator")])
def test_the_database_alone_says_no_to_the_second(cast, somebody, roles):
    def row(place: Membership, role: str) -> None:
        Membership.objects.create(
            user=somebody, unit=place.unit, party=place.party, role=role, side=place.side
        )

    came = second_while_the_first_is_not_done(
        lambda: row(cast.coordinator, roles[0]), lambda: row(cast.other_clinic, roles[1])
    )
    assert [type(error) for error in came] == [IntegrityError]
    assert "an administrator has no case role" in str(came[0])


def test_two_roles_that_go_together_are_both_given(cast, somebody):
    def row(place: Membership) -> None:
        Membership.objects.create(
            user=somebody, unit=place.unit, party=place.party, role=Role.COORDINATOR, side=place.side
        )

    came = second_while_the_first_is_not_done(lambda: row(cast.coordinator), lambda: row(cast.other_clinic))
    assert came == [None]
    assert Membership.objects.filter(user=somebody).count() == 2


def test_a_new_account_is_made_once_and_the_side_of_the_first_stands(cast):
    """Two links to an address without an account, one on each side of the house."""
    new = "helt.ny@samverkan.example"
    office = Membership.objects.get(pk=cast.association_officer.pk)
    fiscal = Membership.objects.create(
        user=User.objects.create_user("kontor@samverkan.example", "Kontor", "forbund"),
        unit=office.unit, party=office.party, role=Role.ADMINISTRATOR, side="forbund",
    )  # fmt: skip
    keys = []
    for by, role in ((cast.administrator, "coordinator"), (fiscal, "association_officer")):
        with acting(by):
            _row, link = actions.invite(by=by, unit=by.unit, email=new, name="Helt Ny", role=role)
        keys.append(key_of(link))
    came = second_while_the_first_is_not_done(
        lambda: actions.accept(key=keys[0], password="en-lang-fras-for-test"),
        lambda: actions.accept(key=keys[1], password="en-annan-fras-for-test"),
    )
    assert [type(error) for error in came] == [actions.NotInvited]
    user = User.objects.get(email=new)
    assert user.side == "case" and user.check_password("en-lang-fras-for-test")
    assert user.memberships.get().role == Role.COORDINATOR
