"""A closed case says how it ended and where to go on; the page of protection says what ends."""

import re

import pytest

from cases.actions import case as case_verbs
from cases.actions import correct
from parties.access import acting
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line

pytestmark = pytest.mark.django_db


def outcome_of(page: str) -> str:
    found = re.search(r'<section class="sv-sec" aria-labelledby="outcome">.*?</section>', page, re.S)
    return found[0] if found else ""


def test_a_closed_case_shows_its_outcome_to_its_unit_alone(cast, sign_in):
    case = make_case(cast.coordinator)
    make_disclosure(cast.coordinator, case, cast.investigator.unit, basis="fk_ask")
    address = f"/cases/{case.number}/"
    assert outcome_of(sign_in(cast.coordinator).get(address).content.decode()) == ""
    with acting(cast.coordinator):
        case_verbs.set_state(
            by=cast.coordinator, case=case, state="closed", cause="completed", step_health="1", step_work="unknown"
        )  # fmt: skip
    told = outcome_of(sign_in(cast.coordinator).get(address).content.decode())
    assert "Ett steg framåt" in told and "hälsa" in told
    assert "arbete" not in told and "/cases/new/" not in told
    assert sign_in(cast.investigator).get(address).status_code == 404


def test_after_the_wrong_person_the_way_to_a_new_case_is_there(cast, sign_in):
    case = make_case(cast.coordinator)
    with acting(cast.coordinator):
        correct.wrong_person(by=cast.coordinator, case=case, reason="Förväxlade två")
    assert "/cases/new/" in outcome_of(
        sign_in(cast.coordinator).get(f"/cases/{case.number}/").content.decode()
    )


def test_a_search_that_finds_a_closed_case_offers_to_open_it_again(cast, sign_in):
    closed, goes_on = (
        make_case(cast.coordinator, name="Sara Sökt"),
        make_case(cast.coordinator, name="Sune Sökt"),
    )
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=closed, state="closed", cause="completed")
    for member, offered in ((cast.coordinator, True), (cast.manager, False)):
        page = sign_in(member).post("/cases/search/", {"q": "Sökt"}).content.decode()
        assert closed.number in page and goes_on.number in page
        assert (f"/cases/{closed.number}/state/" in page) == offered
        assert f"/cases/{goes_on.number}/state/" not in page


def test_protecting_says_what_ends(cast, sign_in):
    case = make_case(cast.coordinator)
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    make_disclosure(cast.coordinator, case, cast.investigator.unit, make_item(cast.coordinator, case))
    page = sign_in(cast.coordinator).get(f"/cases/{case.number}/protect/").content.decode()
    name = cast.investigator.unit.name
    assert f"Samtycket med {name}" in page and f"{name} ser inte längre 1 uppgift" in page
    assert f'href="/cases/{case.number}/"' in page
