"""A new case from one box: the number and the name as they were copied, and the page without a hit is the form."""

import re

import pytest

from cases.actions import case as case_verbs
from cases.actions.case import may_open_cases
from cases.models import Case, Person, State
from cases.pasted import read_pasted
from parties.access import acting
from parties.models import PartyKind, Role
from tests.factories import make_case, make_member, make_unit, test_number

pytestmark = pytest.mark.django_db
NAME = "Tilde Ravnsby"
TWELVE = test_number(640)
DASHED, TEN = f"{TWELVE[:8]}-{TWELVE[8:]}", f"{TWELVE[2:8]}-{TWELVE[8:]}"


@pytest.mark.parametrize(
    "text",
    [
        f"{DASHED} {NAME}", f"{TEN} {NAME}", f"{TWELVE} {NAME}", f"{TWELVE[2:]} {NAME}", f"{DASHED}\t{NAME}  ",
        f"  {NAME} {TEN} ", f"{NAME}, {DASHED}", f"{DASHED}; Ravnsby, Tilde", f"Tilde  Ravnsby\t{DASHED}\n",
        f"{TWELVE[:8]} {TWELVE[8:]} {NAME}", f"\u200b{TWELVE[:8]}\u2013{TWELVE[8:]} {NAME}",
    ],
)  # fmt: skip
def test_every_way_it_is_copied_logs_the_same_person(cast, sign_in, text):
    answer = sign_in(cast.coordinator).post("/cases/new/", {"number": text})
    assert answer.status_code == 302, answer.content.decode()
    with acting(cast.coordinator):
        person = Person.objects.get()
        assert (person.name, person.number) == (NAME, DASHED)


@pytest.mark.parametrize(
    "text", ["", NAME, "7KQ4-M2X9", f"{TEN} {TEN}", f"{TEN} rum 4", "0701234567890123", "850709-98"]
)
def test_what_is_not_one_number_and_a_name_is_not_taken_for_it(text):
    assert read_pasted(text) is None


def test_the_name_may_carry_no_number(cast, sign_in):
    page = sign_in(cast.coordinator).post("/cases/new/", {"number": TEN, "name": f"{NAME} {DASHED}"})
    assert page.status_code == 200 and "Skriv inte personnummer här." in page.content.decode()


def test_without_a_hit_the_page_is_the_form_and_carries_what_was_typed_by_post_alone(cast, sign_in):
    client = sign_in(cast.coordinator)
    answer = client.post("/cases/search/", {"q": f"{TEN}\t{NAME} "})
    page = answer.content.decode()
    form = page[page.index('action="/cases/new/"') :]
    assert f'value="{TEN}"' in form and f'value="{NAME}"' in form
    first = form[: form.index("<details")]
    shown = re.findall(r'<(?:input|select)[^>]*name="(\w+)"', first)
    assert [n for n in shown if n not in ("csrfmiddlewaretoken", "form_key", "form_of")] == [
        "number", "name", "from_on", "degree", "benefit", "initiative",
    ]  # fmt: skip
    for kept in (TEN, TWELVE, NAME):
        assert kept not in str(dict(client.session)) and kept not in re.sub(r"<(?:input)[^>]*>", "", page)
    assert not re.search(rf'(?:href|action|data-[\w-]+)="[^"]*(?:{TEN}|Ravnsby)', page)


def test_a_case_that_goes_on_is_found_and_a_closed_one_does_not_hinder_a_new(cast, sign_in):
    case = make_case(cast.coordinator, number=TWELVE, name=NAME)
    client = sign_in(cast.coordinator)
    page = client.post("/cases/search/", {"q": f"{TEN} {NAME}"}).content.decode()
    assert case.number in page and 'action="/cases/new/"' not in page
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=case, state=State.CLOSED, cause="completed")
    page = client.post("/cases/search/", {"q": f"{TEN} {NAME}"}).content.decode()
    assert case.number in page and 'action="/cases/new/"' in page
    assert client.post("/cases/new/", {"number": TEN, "name": NAME}).status_code == 302
    with acting(cast.coordinator):
        assert Case.objects.filter(person=case.person_id).count() == 2


def test_another_unit_gets_the_form_and_is_told_nothing(cast, sign_in):
    known = make_case(cast.coordinator, number=TWELVE, name=NAME)
    pages = [
        sign_in(cast.other_clinic).post("/cases/search/", {"q": number}).content.decode()
        for number in (TEN, f"{test_number(641)[2:8]}-{test_number(641)[8:]}")
    ]
    assert known.number not in pages[0] and NAME not in pages[0]
    # The same words, whether or not a neighbour knows the person.
    bare = [re.sub(r"<input[^>]*>", "", re.sub(r'"X-CSRFToken": "\w+"', "", page)) for page in pages]
    assert bare[0] == bare[1]
    for name in ("manager", "employer"):
        page = sign_in(getattr(cast, name)).post("/cases/search/", {"q": TEN}).content.decode()
        assert 'action="/cases/new/"' not in page, name


def test_a_slip_in_the_number_is_said_and_nobody_is_searched_for(cast, sign_in):
    wrong = TEN[:-1] + str((int(TEN[-1]) + 1) % 10)
    page = sign_in(cast.coordinator).post("/cases/search/", {"q": f"{wrong} {NAME}"}).content.decode()
    assert "Sista siffran" in page and 'action="/cases/new/"' not in page


OPENS = dict.fromkeys(PartyKind, True) | {
    PartyKind.EMPLOYER: False,
    PartyKind.ASSOCIATION: False,
    PartyKind.EVALUATOR: False,
}


@pytest.mark.parametrize("kind", PartyKind)
def test_any_kind_of_party_but_employer_and_forbund_may_own_a_case(kind, client):
    """By whoever works with cases there, and by no other role at any party."""
    unit = make_unit(f"Enhet {kind}", kind)
    forbund = kind in (PartyKind.ASSOCIATION, PartyKind.EVALUATOR)
    own = {PartyKind.ASSOCIATION: Role.ASSOCIATION_OFFICER, PartyKind.EVALUATOR: Role.EVALUATOR}.get(kind)
    openers = {Role.COORDINATOR, Role.CLINICIAN, Role.INVESTIGATOR, Role.OFFICER}
    opened = 0
    for role in (
        [own] if forbund else [r for r in Role if r not in (Role.ASSOCIATION_OFFICER, Role.EVALUATOR)]
    ):
        member = make_member(f"{kind}-{role}".replace("_", "-"), unit, role)
        may = OPENS[kind] and role in openers
        assert may_open_cases(member) is may, (kind, role)
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        expected = 302 if may else 404
        answer = client.post("/cases/new/", {"number": test_number(650 + opened), "name": NAME})
        assert answer.status_code == expected, (kind, role, answer.status_code)
        opened += may
    assert opened == (len(openers) if OPENS[kind] else 0)


def test_nobody_is_not_somebody():
    assert not may_open_cases(None)
