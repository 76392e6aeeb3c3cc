"""Failed logins are counted for the name however it is typed, and for the address whatever names are tried."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.utils import timezone

from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _counted(settings):
    settings.AXES_ENABLED = True


WRONG = "fel"


def login(client, name: str, password: str = WRONG, address: str = "192.0.2.1"):
    return client.post("/login/", {"username": name, "password": password}, REMOTE_ADDR=address)


def test_another_way_to_write_the_name_gives_no_new_tries(cast, client):
    name = cast.coordinator.user.email
    ways = [name, name.upper(), f" {name}", f"{name} ", name.title(), f"\t{name}", name.swapcase(), name]
    assert [login(client, way).status_code for way in ways][-1] == 429
    for way in ways:
        assert login(client, way, PASSWORD).status_code == 429, "shut, though right"
    # The near misses: a colleague at the same address, and the same person from another.
    assert login(client, cast.colleague.user.email, PASSWORD).status_code == 302
    client.logout()
    assert login(client, name, PASSWORD, "192.0.2.2").status_code == 302


def test_a_right_password_forgets_the_tries_however_they_were_typed(cast, client):
    name = cast.coordinator.user.email
    for _ in range(3):
        assert login(client, name.upper()).status_code == 200
    assert login(client, f" {name.title()}", PASSWORD).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_an_address_is_shut_after_many_names_and_says_until_when(cast, client, settings):
    settings.ADDRESS_FAILURE_LIMIT = 10
    answers = [login(client, f"namn{n}@samverkan.example") for n in range(10)]
    assert [a.status_code for a in answers] == [200] * 9 + [429]
    shut = login(client, cast.coordinator.user.email, PASSWORD)
    opens = timezone.localtime(
        AccessAttempt.objects.earliest("attempt_time").attempt_time + timedelta(hours=1)
    )
    assert shut.status_code == 429
    assert f"från det nätverk du använder. Ingen kan logga in därifrån förrän klockan {opens:%H.%M}." in (
        shut.content.decode()
    )
    assert login(client, cast.coordinator.user.email, PASSWORD, "192.0.2.2").status_code == 302


def test_the_address_counts_an_hour_and_the_name_ten_minutes(cast, client, settings):
    settings.ADDRESS_FAILURE_LIMIT = 12
    name = cast.coordinator.user.email
    for _ in range(8):
        answer = login(client, name)
    assert answer.status_code == 429 and "från det nätverk" not in answer.content.decode()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=11))
    assert [login(client, name).status_code for _ in range(3)] == [200] * 3, "the name has its tries again"
    assert not AccessAttempt.objects.filter(username=name, failures_since_start__gte=8).exists()
    assert login(client, "nagon@samverkan.example").status_code == 429, "eight, three and one"
    AccessAttempt.objects.filter(username=None).update(attempt_time=timezone.now() - timedelta(minutes=61))
    assert login(client, name, PASSWORD).status_code == 302


def test_an_office_that_mistypes_is_not_shut(cast, client):
    """Seven times each of four: far below the limit as it is set."""
    for member in (cast.coordinator, cast.colleague, cast.manager, cast.other_clinic):
        for _ in range(7):
            assert login(client, member.user.email).status_code == 200
    assert login(client, cast.project_lead.user.email, PASSWORD).status_code == 302
