"""The cover: a session nobody touches shows nothing more, loses nothing, and opens with the password where it was."""

import time
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from errands.models import Draft
from parties import lock
from parties.access import acting
from parties.models import Cover
from tests.factories import PASSWORD, make_case

pytestmark = pytest.mark.django_db

NAME = "Kanaria Fågelsångsdotter"


def untouched(client: Client, seconds: float) -> Client:
    """As if the last sign of life was so long ago."""
    session = client.session
    session[lock.SEEN] -= int(seconds)
    session.save()
    return client


WHOLE = (settings.IDLE_LOCK + lock.TELL_EVERY).total_seconds()


def test_a_session_nobody_touches_meets_the_cover_and_a_touched_one_does_not(cast, sign_in):
    case = make_case(cast.coordinator, name=NAME)
    page = f"/cases/{case.number}/"
    client = untouched(sign_in(cast.coordinator), WHOLE - 5)
    assert client.get(page).status_code == 200, "a few seconds are left, and this page starts them anew"
    assert client.get(page).status_code == 200
    untouched(client, WHOLE + 5)
    answer = client.get(page)
    assert answer.status_code == 302 and answer["Location"] == f"/unlock/?next=/cases/{case.number}/"
    cover = client.get(answer["Location"]).content.decode()
    assert "Sidan är låst" in cover and NAME not in cover and case.number in cover, "only the way back"
    assert 'aria-label="Huvudmeny"' not in cover and "sv-nav" not in cover


def test_it_opens_with_the_own_password_where_one_was(cast, sign_in):
    client = sign_in(cast.coordinator)
    key = client.session.session_key
    client.post("/lock/")
    assert client.get("/cases/").status_code == 302
    wrong = client.post("/unlock/", {"password": "fel", "next": "/cases/"})
    assert wrong.status_code == 403 and "Lösenordet stämmer inte" in wrong.content.decode()
    assert client.get("/cases/").status_code == 302
    right = client.post("/unlock/", {"password": PASSWORD, "next": "/cases/?show=closed"})
    assert right["Location"] == "/cases/?show=closed"
    assert client.get("/cases/").status_code == 200
    assert client.session.session_key == key, "the same session: forms that are open can still be sent"
    client.post("/lock/")
    away = client.post("/unlock/", {"password": PASSWORD, "next": "https://example.org/"})
    assert away["Location"] == "/"


def test_five_wrong_passwords_end_the_session(cast, sign_in):
    client = sign_in(cast.coordinator)
    client.post("/lock/")
    for _ in range(lock.WRONG_AT_MOST - 1):
        assert client.post("/unlock/", {"password": "fel"}).status_code == 403
    assert client.post("/unlock/", {"password": "fel"})["Location"] == "/login/"
    assert client.post("/unlock/", {"password": PASSWORD}).status_code in (302, 403)
    assert client.get("/cases/")["Location"].startswith("/login/")


def test_what_is_sent_from_behind_the_cover_is_not_done_and_not_lost(cast, sign_in):
    case = make_case(cast.coordinator)
    client = sign_in(cast.coordinator)
    client.post("/lock/")
    answer = client.post(
        f"/cases/{case.number}/items/new/?type=plan",
        urlencode({"heading": "Halvfärdig", "text": "Skriven före låset", "happened_on": "2026-01-01"}),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 403 and "finns kvar under Utkast" in answer.content.decode()
    with acting(cast.coordinator):
        assert case.items.count() == 0
        (draft,) = Draft.objects.all()
    assert "Skriven före låset" in str(draft.text)


def test_a_script_is_told_and_gets_nothing(cast, sign_in):
    case = make_case(cast.coordinator, name=NAME)
    client = sign_in(cast.coordinator)
    script = {"HTTP_SEC_FETCH_MODE": "cors"}
    assert client.post("/lock/", **script).status_code == 204
    for answer in (
        client.post("/drafts/item/x/", {"text": "x"}, **script),
        client.get(f"/cases/{case.number}/", HTTP_HX_REQUEST="true"),
        client.post("/here/", **script),
    ):
        assert answer.status_code == 423 and answer.content == b""
    assert client.post("/unlock/", {"password": "fel"}, **script).status_code == 200
    assert client.get(f"/cases/{case.number}/").status_code == 302, "still locked"
    assert client.post("/unlock/", {"password": PASSWORD}, **script).status_code == 204
    assert client.get(f"/cases/{case.number}/").status_code == 200


def test_another_tab_of_the_same_browser_is_behind_the_same_cover_and_another_browser_is_not(cast, sign_in):
    client = sign_in(cast.coordinator)
    other = Client()
    other.force_login(cast.coordinator.user, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/lock/")
    assert client.get("/todo/").status_code == 302
    assert other.get("/todo/").status_code == 200
    assert client.post("/logout/").status_code == 302, "one may always leave"


def test_most_pages_write_nothing_of_it(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.coordinator)
    client.get("/matrix/")
    seen = client.session[lock.SEEN]
    client.get("/matrix/")
    assert client.session[lock.SEEN] == seen
    untouched(client, 120)
    client.post("/here/", HTTP_SEC_FETCH_MODE="cors")
    assert client.session[lock.SEEN] >= seen


def test_a_request_that_was_under_way_does_not_write_the_lock_away(cast, sign_in):
    """Another tab's answer saves its session after the lock: the lock stands, and so does the count."""
    client = sign_in(cast.coordinator)
    before = client.session
    client.post("/lock/")
    client.post("/unlock/", {"password": "fel"})
    before["show_persons"] = True
    before[lock.SEEN] = int(time.time())
    before.save()
    assert client.get("/todo/").status_code == 302
    assert Cover.objects.get().tries == 1


def test_tries_are_counted_whether_or_not_it_was_locked_and_the_right_word_comes_too_late(cast, sign_in):
    client = sign_in(cast.coordinator)
    for _ in range(lock.WRONG_AT_MOST - 1):
        assert client.post("/unlock/", {"password": "fel"}).status_code == 403, "nobody had locked it"
    assert client.get("/todo/").status_code == 302, "a try is a lock"
    Cover.objects.update(tries=lock.WRONG_AT_MOST)
    assert client.post("/unlock/", {"password": PASSWORD})["Location"] == "/login/"
    assert Cover.objects.count() == 0, "the row goes with the session"


def test_a_wrong_password_is_no_draft(cast, sign_in):
    client = sign_in(cast.coordinator)
    client.post("/lock/")
    body = urlencode({"password": "fel", "next": "/cases/", "username": cast.coordinator.user.email})
    client.post("/unlock/", body, content_type="application/x-www-form-urlencoded")
    with acting(cast.coordinator):
        assert Draft.objects.count() == 0
