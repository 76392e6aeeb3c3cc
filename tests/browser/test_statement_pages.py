"""The statement lists in a real browser: axe on every page, and a row answered by the keyboard alone."""

import pytest

from cases.models import Item
from parties.access import acting
from tests.cases.test_statements import answer, send, statement

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(cast):
    """Two rows sent, one of them answered, and one that has no consent."""
    one, two, _without = statement(cast, days=60), statement(cast, days=50), statement(cast, kinds=())
    made, _ = send(cast, one, two)
    answer(cast, one)
    return made, two


@pytest.mark.parametrize("english", [False, True], ids=["sv-390", "en-desk"])
def test_the_pages_of_both_sides(cast, sent, visitor, english):
    made, two = sent
    clinic = visitor(phone=not english, english=english).sign_in(cast.coordinator)
    for path in (
        "/statements/?which=all", "/statements/?which=new", "/statements/lists/new/",
        f"/statements/lists/new/?to={cast.investigator.unit_id}&which=undecided",
        f"/statements/lists/{made.number}/", f"/statements/lists/{made.number}/?row={two.pk}",
    ):  # fmt: skip
        clinic.go(path)
        clinic.axe()
    fk = visitor(phone=not english, english=english).sign_in(cast.investigator)
    for path in ("/todo/", "/statements/", f"/statements/lists/{made.number}/"):
        fk.go(path)
        fk.axe()


def test_a_row_is_answered_by_keys_and_only_inside_the_form(cast, sent, visitor):
    made, two = sent
    fk = visitor(phone=False, english=False).sign_in(cast.investigator)
    fk.go(f"/statements/lists/{made.number}/")
    page = fk.page
    page.wait_for_function("document.activeElement.name === 'outcome'")
    page.locator("h1").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    assert page.locator("input[name=outcome]:checked").count() == 0, (
        "a bare key outside the form does nothing"
    )
    page.focus("input[name=officer]")
    page.keyboard.type(" vab")
    assert page.locator("input[name=outcome]:checked").count() == 0, "nor in a field that is written in"
    page.focus("input[name=outcome]")
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.get_by_text("Sparat, och lämnat till").wait_for()
    with acting(cast.coordinator):
        assert Item.objects.filter(case=two.case, facts__outcome="refused").count() == 1
