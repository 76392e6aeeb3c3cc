"""A form sent twice is done once."""

import re
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.utils import timezone

from cases.models import Item
from errands import once
from errands.models import Sent
from inquiries.models import Inquiry
from parties.access import acting
from tests.factories import make_case

pytestmark = pytest.mark.django_db

LOGGED = {"category": "rules", "counterpart": "fk", "asked_by": "us", "channel": "phone", "minutes": "5"}


def send(client, address: str, fields: dict[str, str]):
    """As a browser sends a form without files."""
    return client.post(address, urlencode(fields), content_type="application/x-www-form-urlencoded")


def key_on(page: str) -> str:
    return re.search(r'name="form_key" value="([^"]+)"', page)[1]


def test_the_second_sending_leads_to_where_the_first_one_led(cast, sign_in):
    case = make_case(cast.coordinator)
    client = sign_in(cast.coordinator)
    address = f"/cases/{case.number}/items/new/?type=plan"
    key = key_on(client.get(address).content.decode())
    fields = {"heading": "Planen", "happened_on": "2026-01-02", "form_key": key}
    first, second = send(client, address, fields), send(client, address, fields)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"] != address
    with acting(cast.coordinator):
        assert Item.objects.filter(case=case).count() == 1
    # Another showing of the form is another deed.
    send(client, address, fields | {"form_key": key_on(client.get(address).content.decode())})
    with acting(cast.coordinator):
        assert Item.objects.filter(case=case).count() == 2


def test_a_form_that_came_back_may_be_sent_again(cast, sign_in):
    client = sign_in(cast.coordinator)
    fields = LOGGED | {"form_key": key_on(client.get("/inquiries/log/").content.decode())}
    assert send(client, "/inquiries/log/", fields | {"minutes": "noll"}).status_code == 200
    assert send(client, "/inquiries/log/", fields).status_code == 302
    assert send(client, "/inquiries/log/", fields).status_code == 302
    with acting(cast.coordinator):
        assert Inquiry.objects.count() == 1


def test_a_key_is_its_senders_own(cast, sign_in):
    key = str(uuid4())
    for member in (cast.coordinator, cast.colleague):
        send(sign_in(member), "/inquiries/log/", LOGGED | {"form_key": key})
    with acting(cast.coordinator):
        assert Inquiry.objects.count() == 2
        assert Sent.objects.count() == 1, "the colleague's row is hers"


def test_without_a_key_or_with_none_at_all_the_form_still_works(cast, sign_in):
    client = sign_in(cast.coordinator)
    for key in ({}, {"form_key": ""}, {"form_key": "x"}):
        assert send(client, "/inquiries/log/", LOGGED | key).status_code == 302
    with acting(cast.coordinator):
        assert Inquiry.objects.count() == 3


def test_old_keys_go_and_those_of_today_stay_whoever_asks(cast):
    with acting(cast.coordinator):
        once.begin(cast.coordinator.pk, uuid4())
        once.begin(cast.coordinator.pk, uuid4())
        Sent.objects.filter(pk=Sent.objects.latest("pk").pk).update(at=timezone.now() - timedelta(days=3))
    assert once.forget_old() == 1
    with acting(cast.coordinator):
        assert Sent.objects.count() == 1


def test_other_words_with_the_same_key_are_another_deed(cast, sign_in):
    """Back, a word changed, sent again: nothing typed may be swallowed. So for the same key at another address."""
    client = sign_in(cast.coordinator)
    fields = LOGGED | {"form_key": key_on(client.get("/inquiries/log/").content.decode())}
    send(client, "/inquiries/log/", fields)
    send(client, "/inquiries/log/", fields | {"minutes": "6"})
    send(client, "/inquiries/log/", fields | {"minutes": "6"})
    case = make_case(cast.coordinator)
    plan = {"heading": "Planen", "happened_on": "2026-01-02", "form_key": fields["form_key"]}
    send(client, f"/cases/{case.number}/items/new/?type=plan", plan)
    with acting(cast.coordinator):
        assert sorted(Inquiry.objects.values_list("minutes", flat=True)) == [5, 6]
        assert Item.objects.count() == 1
