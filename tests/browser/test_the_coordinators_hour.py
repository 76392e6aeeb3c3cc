"""A coordinator's hour by the keyboard alone: every key counted, from the day's list to the texts for the record.

product.md gives the times (a new case 60 s, a consent 90 s, a spoken question 20 s). A person at her desk presses two to
three keys a second while she knows where she is going; the counts below are held far enough under that for her to think.
"""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.test_a_new_case import Hands
from tests.factories import make_case, make_consent, make_line, test_number

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = timezone.localdate()
NUMBER = test_number(661)


class Keys(Hands):
    """Hands that never leave the keyboard."""

    def reach(self, where: str, at_most: int = 60, back: bool = False) -> None:
        """Tab after Tab, or back, until the focus stands there."""
        for _ in range(at_most):
            self.key("Shift+Tab" if back else "Tab")
            if self.page.evaluate("where => document.activeElement.matches(where)", where):
                return
        pytest.fail(f"{where} is not reached in {at_most} keys")

    def since(self) -> int:
        """How many since it was asked last."""
        told, self.inputs = self.inputs, 0
        return told


def on(page, path: str) -> None:
    page.wait_for_url(re.compile(path))
    page.wait_for_load_state()


def test_an_hour_without_the_hand_leaving_the_keys(cast, visitor):
    known = make_case(cast.coordinator, name="Mira Provsjö")
    consent = make_consent(cast.coordinator, known)
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
    desk = visitor().sign_in(cast.coordinator)
    page = desk.page
    keys, took = Keys(page), {}

    # A case is logged.
    desk.go("/todo/")
    keys.key("Control+k")
    keys.paste(f"{NUMBER[:8]}-{NUMBER[8:]} Tilde Ravnsby")
    keys.key("Enter")
    expect(page.locator("main input[name=number]")).to_be_focused()
    keys.key("Enter")
    on(page, r"/cases/[A-Z0-9]{4}-[A-Z0-9]{4}/$")
    took["a new case"] = keys.since()

    # A measure is written in the case that has a consent, found by its number.
    keys.key("Control+k")
    keys.paste(known.number)
    keys.key("Enter")
    on(page, f"/cases/{known.number}/$")
    keys.reach('a[href$="/items/new/"]')
    keys.key("Enter")
    on(page, "/items/new/$")
    keys.reach('a[href$="type=measure"]')
    keys.key("Enter")
    on(page, "type=measure")
    keys.reach("main select[name=measure]")
    keys.key("F")
    # Planned is what stands there.
    expect(page.locator("main select[name=state]")).to_have_value("planned")
    keys.reach("main input[name=happened_on]", back=True)
    keys.key("Enter")
    on(page, r"/items/\d+/$")
    took["a measure"] = keys.since()

    # It is given to Försäkringskassan from the page it landed on.
    keys.reach("main form[action$='/give/'] button")
    keys.key("Enter")
    expect(page.get_by_text("kan läsa detta från och med nu").first).to_be_visible()
    took["giving it"] = keys.since()

    # A spoken question is logged.
    desk.go("/todo/")
    keys.reach('main a[href="/inquiries/log/"]')
    keys.key("Enter")
    on(page, "/inquiries/log/$")
    keys.reach("main [name=category]")
    keys.key("P")
    keys.reach("main [name=counterpart]")
    keys.key("F")
    keys.reach("main [name=minutes]")
    keys.key("Enter")
    page.wait_for_url(lambda address: not address.endswith("/log/"))
    page.wait_for_load_state()
    took["a spoken question"] = keys.since()

    # The day's texts are entered in the record.
    desk.go("/journal/")
    desk.axe()
    keys.reach("[data-journal] textarea")
    texts = page.locator("[data-journal]").count()
    for left in reversed(range(texts)):
        keys.key("k")
        keys.key("i")
        expect(page.locator("[data-journal-enter]")).to_have_count(left)
        if left:
            # The focus goes on to the next by itself.
            expect(page.locator("[data-journal] textarea:focus")).to_have_count(1)
    took["the texts for the record"] = keys.since()

    at_most = {
        "a new case": 4,
        "a measure": 60,
        "giving it": 10,
        "a spoken question": 40,
        "the texts for the record": 45,
    }
    assert {what: n for what, n in took.items() if n > at_most[what]} == {}, took
