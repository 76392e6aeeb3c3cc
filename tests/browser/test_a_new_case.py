"""A new case by the keyboard alone: how many inputs it takes from the worklist, counted and not timed."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories import test_number

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = test_number(660)
TEN = f"{NUMBER[2:8]}-{NUMBER[8:]}"
LEAVE_FROM = (timezone.localdate() - timedelta(days=20)).isoformat()


class Hands:
    """Counts what the hands do: a key or a chord, a text pasted or typed in one go."""

    def __init__(self, page) -> None:
        self.page = page
        self.inputs = 0

    def key(self, name: str, times: int = 1) -> None:
        for _ in range(times):
            self.inputs += 1
            self.page.keyboard.press(name)

    def paste(self, text: str) -> None:
        self.inputs += 1
        self.page.keyboard.insert_text(text)


def test_a_pasted_number_and_name_become_a_case_in_four_inputs(cast, visitor):
    desk = visitor().sign_in(cast.coordinator)
    desk.go("/todo/")
    hands = Hands(desk.page)
    hands.key("Control+k")
    hands.paste(f"{TEN} Tilde Ravnsby")
    hands.key("Enter")
    expect(desk.page.locator("main input[name=name]")).to_have_value("Tilde Ravnsby")
    expect(desk.page.locator("main input[name=number]")).to_be_focused()
    assert TEN not in desk.page.url and "Ravnsby" not in desk.page.url
    desk.axe()
    hands.key("Enter")
    desk.page.wait_for_url(re.compile(r"/cases/[A-Z0-9]{4}-[A-Z0-9]{4}/$"))
    expect(desk.page.get_by_role("heading", name="Tilde Ravnsby")).to_be_visible()
    assert hands.inputs == 4


def test_with_the_sick_leave_it_takes_twelve(cast, visitor):
    desk = visitor(phone=True).sign_in(cast.coordinator)
    desk.go("/cases/new/")
    page = desk.page
    page.locator("main input[name=number]").focus()
    hands = Hands(page)
    hands.paste(f"Tilde Ravnsby\t{TEN}")
    hands.key("Tab", 2)
    hands.paste(LEAVE_FROM)
    hands.key("Tab")
    # In a list a key chooses: the last, 100 %; and by its letter, sjukpenning.
    hands.key("End")
    hands.key("Tab")
    hands.key("S")
    expect(page.locator("main select[name=degree]")).to_have_value("100")
    expect(page.locator("main select[name=benefit]")).to_have_value("sickness_benefit")
    desk.axe()
    # Past the insats and what is folded away, to the button.
    hands.key("Tab", 3)
    hands.key("Enter")
    page.wait_for_url(re.compile(r"/cases/[A-Z0-9]{4}-[A-Z0-9]{4}/$"))
    assert hands.inputs == 12
