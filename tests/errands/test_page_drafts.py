"""A page with a text to write saves it by itself, has it again after the lock or the login, and lets it go when it is sent."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from errands.models import Draft
from parties.access import acting
from tests.factories import make_case, make_consent, make_line

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def kept(member) -> list[Draft]:
    with acting(member):
        return list(Draft.objects.all())


@pytest.fixture
def page(cast) -> str:
    """The page on which a block is set: a text, and choices."""
    return f"/cases/{make_case(cast.coordinator).number}/blocks/new/"


def draft_url(html: str) -> str:
    return html.split('data-draft-url="')[1].split('"')[0]


def test_what_is_typed_comes_back_and_goes_when_it_is_sent(cast, sign_in, page):
    client = sign_in(cast.coordinator)
    url = draft_url(client.get(page).content.decode())
    client.post(url, {"kind": "region", "reason": "Patientens önskan", "csrfmiddlewaretoken": "x"})
    again = client.get(page).content.decode()
    assert "Patientens önskan" in again and "Utkastet från" in again
    assert "checked" not in again, "what was typed comes back; a choice is made anew"
    assert sign_in(cast.colleague).get(page).content.decode().count("Patientens önskan") == 0, (
        "the writer's alone"
    )
    client = sign_in(cast.coordinator)
    listed = client.get("/drafts/").content.decode()
    assert f'href="{page}"' in listed and "Ett formulär i ärendet" in listed
    key = client.get(page).content.decode().split('name="form_key" value="')[1].split('"')[0]
    sent = client.post(
        page, urlencode({"kind": "region", "reason": "Patientens önskan", "form_key": key}), content_type=FORM
    )
    assert sent.status_code == 302 and kept(cast.coordinator) == []


def test_what_comes_back_with_its_errors_stays_as_it_was_sent(cast, sign_in, page):
    client = sign_in(cast.coordinator)
    client.post(draft_url(client.get(page).content.decode()), {"reason": "Det äldre"})
    answer = client.post(page, {"reason": "Det nyare"}).content.decode()
    assert "Det nyare" in answer and "Det äldre" not in answer
    assert len(kept(cast.coordinator)) == 1, "nothing was done, so nothing is let go"


def test_choices_alone_are_no_draft_and_a_text_taken_away_takes_the_draft_with_it(cast, sign_in, page):
    client = sign_in(cast.coordinator)
    url = draft_url(client.get(page).content.decode())
    client.post(url, {"kind": "region", "reason": ""})
    assert kept(cast.coordinator) == []
    client.post(url, {"kind": "region", "reason": "Halvt"})
    client.post(url, {"kind": "region", "reason": ""})
    assert kept(cast.coordinator) == []


def test_a_form_without_a_text_has_none(cast, sign_in):
    case = make_case(cast.coordinator)
    assert (
        "data-draft-url"
        not in sign_in(cast.coordinator).get(f"/cases/{case.number}/spells/new/").content.decode()
    )
    assert "data-draft-url" not in sign_in(None).get("/login/").content.decode()


def test_a_personal_number_is_not_kept_in_clear(cast, sign_in, page):
    client = sign_in(cast.coordinator)
    client.post(
        draft_url(client.get(page).content.decode()), {"reason": "Samma som 19850709-9805, säger hon"}
    )
    (draft,) = kept(cast.coordinator)
    assert "9805" not in str(draft.text) and "säger hon" in str(draft.text)


def test_a_tick_that_says_that_something_is_so_is_never_brought_back(cast, sign_in):
    """A renewal: the person has ticked every line again, and has been told. The lines may be others by then."""
    us, case = cast.coordinator, make_case(cast.coordinator)
    consent = make_consent(us, case)
    make_line(
        consent, us, us, cast.investigator.unit, "existence", until_at=timezone.now() + timedelta(days=9)
    )
    client = sign_in(us)
    address = f"/cases/{case.number}/consents/{consent.number}/renew/"
    kept_under = f"/drafts/page/cases.{case.number}.consents.{consent.number}.renew/"
    ticks = {
        "same": "on",
        "informed": "on",
        "reopens_earlier": "on",
        "yearly": "Frågad",
        "given_on": "2026-03-04",
    }
    client.post(kept_under, ticks)
    assert len(kept(us)) == 1
    assert not re.findall(r'<input type="checkbox"[^>]*\bchecked', client.get(address).content.decode())


def test_the_registrars_reason_is_of_one_person_only(cast, sign_in):
    assert "data-draft-url" not in sign_in(cast.registrar).get("/archive/").content.decode()
