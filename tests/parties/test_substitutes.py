"""Who stands in, from and until: days that can be meant, and a page of people that always opens."""

from datetime import timedelta

import pytest
from django.utils import timezone

from parties.models import Substitution

pytestmark = pytest.mark.django_db


def stand_in(client, cast, from_on: str, to_on: str):
    address = f"/people/{cast.coordinator.pk}/substitute/"
    return client.post(address, {"substitute": cast.colleague.pk, "from_on": from_on, "to_on": to_on})


def test_from_today_and_two_years_ahead(cast, sign_in):
    client, today = sign_in(cast.administrator), timezone.localdate()
    answer = stand_in(client, cast, f"{today}", f"{today + timedelta(days=700)}")
    assert answer.status_code == 302 and Substitution.objects.count() == 1
    assert client.get("/people/").status_code == 200


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("0001-01-01", 1, "Skriv ett årtal mellan 1900 och 2199."),
        (0, "9999-12-31", "Skriv ett årtal mellan 1900 och 2199."),
        (-1, 1, "Ersättningen börjar i dag eller senare."),
        (0, 732, "Högst två år framåt: skriv ett datum till och med"),
        (5, 4, "Slutet är före början. Skriv ett datum från och med"),
    ],
)
def test_days_that_cannot_be_meant_are_told_of_and_not_saved(cast, sign_in, first, last, sentence):
    client, today = sign_in(cast.administrator), timezone.localdate()
    days = [day if isinstance(day, str) else f"{today + timedelta(days=day)}" for day in (first, last)]
    answer = stand_in(client, cast, *days)
    assert answer.status_code == 200 and sentence in answer.content.decode()
    assert not Substitution.objects.exists()
    assert client.get("/people/").status_code == 200
