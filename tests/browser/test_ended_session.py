"""A session that ends under somebody's hands, in a real browser: what was typed is not lost."""

import pytest
from django.contrib.sessions.models import Session

from cases.models import ItemType
from parties.access import acting
from tests.factories import PASSWORD, make_case

pytestmark = pytest.mark.django_db(transaction=True)

HEADING, TEXT = "Prova 25 % arbete", "Start vecka 46.\nSedan ser vi."


def items(member, case) -> list[tuple[str, str]]:
    with acting(member):
        return [(i.heading, i.text.replace("\r\n", "\n")) for i in case.items.all()]


def write(desk, case) -> None:
    desk.go(f"/cases/{case.number}/items/new/?type={ItemType.PLAN}")
    desk.page.locator("[name=heading]").fill(HEADING)
    desk.page.locator("textarea[name=text]").fill(TEXT)


def send(desk) -> None:
    desk.page.locator("main form.sv-form button[type=submit]").first.click()
    desk.page.wait_for_load_state()


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_form_sent_after_the_session_ended_is_sent_again_after_the_login(cast, visitor, phone):
    case = make_case(cast.coordinator)
    desk = visitor(phone=phone).sign_in(cast.coordinator)
    write(desk, case)
    desk.expected |= {401, 403}
    Session.objects.all().delete()
    send(desk)
    assert "Du har loggats ut, och det du skickade är inte sparat." in desk.page.inner_text("main")
    desk.axe()
    assert items(cast.coordinator, case) == []
    desk.page.locator("input[name=username]").fill(cast.coordinator.user.email)
    desk.page.locator("input[name=password]").fill(PASSWORD)
    desk.page.locator("form.sv-login button[type=submit]").click()
    desk.page.wait_for_load_state()
    assert "Du är inloggad. Det du skrev finns här." in desk.page.inner_text("main")
    desk.axe()
    desk.page.get_by_role("button", name="Skicka igen").click()
    desk.page.wait_for_load_state()
    assert items(cast.coordinator, case) == [(HEADING, TEXT)]
    assert f"/cases/{case.number}/items/" in desk.page.url


def test_a_form_that_lay_open_while_one_logged_in_again_in_another_tab(cast, visitor):
    case = make_case(cast.coordinator)
    desk = visitor().sign_in(cast.coordinator)
    write(desk, case)
    first = desk.page
    Session.objects.all().delete()
    desk.expected |= {401, 403}
    desk.page = desk.context.new_page()
    desk.sign_in(cast.coordinator)
    desk.page = first
    send(desk)
    assert "Formuläret hann bli för gammalt. Det du skrev finns här." in desk.page.inner_text("main")
    desk.axe()
    assert items(cast.coordinator, case) == []
    desk.page.get_by_role("button", name="Skicka igen").click()
    desk.page.wait_for_load_state()
    assert items(cast.coordinator, case) == [(HEADING, TEXT)]


def test_a_page_asked_for_after_the_end_is_shown_after_the_login(cast, visitor):
    case = make_case(cast.coordinator)
    desk = visitor().sign_in(cast.coordinator)
    Session.objects.all().delete()
    desk.go(f"/cases/{case.number}/")
    assert "Du har loggats ut." in desk.page.inner_text("main")
    desk.axe()
    desk.page.locator("input[name=username]").fill(cast.coordinator.user.email)
    desk.page.locator("input[name=password]").fill(PASSWORD)
    desk.page.locator("form.sv-login button[type=submit]").click()
    desk.page.wait_for_url(f"**/cases/{case.number}/")
