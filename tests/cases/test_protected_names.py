"""Whoever has a protected identity is called so in every list, whatever the reader has turned on; the own case page asks first."""

import pytest

from cases.actions import case as case_verbs
from cases.listing import SHOW_PERSONS
from parties.access import acting
from tests.factories import make_case

pytestmark = pytest.mark.django_db

NAME, NEIGHBOUR = "Gömda Fågelsångsdotter", "Öppna Fågelsångsdotter"
WORDS = "Skyddade personuppgifter"
SEARCH = "/cases/search/"


@pytest.fixture
def cases(cast):
    """A protected one and her neighbour, who is not."""
    hidden, neighbour = (make_case(cast.coordinator, name=name) for name in (NAME, NEIGHBOUR))
    with acting(cast.coordinator):
        case_verbs.protect(by=cast.coordinator, case=hidden)
    return hidden, neighbour


def show(client, on: bool) -> None:
    session = client.session
    session[SHOW_PERSONS] = on
    session.save()


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("order", ["", "?order=name"])
def test_the_list_of_own_cases_names_no_protected_person(cast, cases, sign_in, on, order):
    client = sign_in(cast.coordinator)
    show(client, on)
    page = client.get(f"/cases/{order}").content.decode()
    assert cases[0].number in page and NAME not in page
    assert (WORDS in page, NEIGHBOUR in page) == (on, on)


def test_the_search_names_no_protected_person(cast, cases, sign_in):
    client = sign_in(cast.coordinator)
    show(client, True)
    page = client.post(SEARCH, {"q": "Fågelsångsdotter"}).content.decode()
    assert all(case.number in page for case in cases), "found by the name all the same, among the own"
    assert NEIGHBOUR in page and NAME not in page and WORDS in page


@pytest.mark.parametrize("on", [True, False])
def test_the_case_is_headed_by_its_number_until_names_are_turned_on(cast, cases, sign_in, on):
    client = sign_in(cast.coordinator)
    show(client, on)
    page = client.get(f"/cases/{cases[0].number}/").content.decode()
    assert WORDS in page
    assert (f"<h1>{NAME}</h1>" in page) == on and (f"<h1>{cases[0].number}</h1>" in page) != on
    assert (NAME in page) == on
    assert f"<h1>{NEIGHBOUR}</h1>" in client.get(f"/cases/{cases[1].number}/").content.decode()
