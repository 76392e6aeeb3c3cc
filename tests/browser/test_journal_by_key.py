"""*Dagens journaltexter* by key: only while the focus is in a text, and the tick is proposed, never set by copying."""

import pytest

from cases.models import JournalTick
from parties.access import acting
from tests.factories import make_case, make_item

pytestmark = pytest.mark.django_db(transaction=True)


def ticks(member) -> int:
    with acting(member):
        return JournalTick.objects.count()


def test_copied_by_key_and_entered_by_another(cast, visitor):
    for name in ("Tilde Ravnsby", "Love Ekvall"):
        make_item(cast.coordinator, make_case(cast.coordinator, name=name), heading="Prova arbete")
    desk = visitor().sign_in(cast.coordinator)
    desk.go("/journal/")
    page = desk.page
    page.keyboard.press("i")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.tagName") == "BODY", "no bare key works outside a text"
    page.locator("[data-journal] textarea").first.focus()
    page.keyboard.press("k")
    page.wait_for_timeout(300)
    assert ticks(cast.coordinator) == 0, "copying enters nothing"
    with page.expect_navigation():
        page.keyboard.press("i")
    assert ticks(cast.coordinator) > 0
    assert page.locator("[data-journal]").count() == 1
    page.wait_for_function("document.activeElement.matches('[data-journal] textarea')")
