"""A consent recorded and renewed, by the keyboard and by the hand: how many inputs it takes, counted and not timed."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.test_a_new_case import Hands
from tests.factories import make_case, make_consent, make_line

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = timezone.localdate().isoformat()


def grid_of(desk, cast, case):
    desk.go(f"/cases/{case.number}/consents/new/?units={cast.investigator.unit_id}")
    expect(desk.page.locator("[data-grid]")).to_be_visible()
    return desk.page


def test_an_ordinary_consent_takes_at_most_fourteen_inputs(cast, visitor):
    case = make_case(cast.coordinator, name="Tilde Ravnsby")
    desk = visitor().sign_in(cast.coordinator)
    page = grid_of(desk, cast, case)
    expect(page.locator("[data-grid] input:checked")).to_have_count(0)
    hands = Hands(page)

    def click(where: str) -> None:
        hands.inputs += 1
        page.locator(where).click()

    # Certificates, ability and plan from us; decisions and plan to us.
    click("#tick-1-2")
    for key in ("4", "5", "ArrowRight", "5", "3"):
        hands.key(key)
    ticked = page.locator("[data-grid] input:checked").evaluate_all("all => all.map((one) => one.id)")
    assert ticked == ["tick-1-2", "tick-1-4", "tick-1-5", "tick-2-3", "tick-2-5"]
    click("input[name=purpose][value=return_to_work]")
    click("input[name=form][value=written]")
    click("input[name=given_on]")
    hands.paste(TODAY)
    click("input[name=length][value='6']")
    click("input[name=informed]")
    desk.axe()
    click("main button.btn-primary[type=submit]")
    page.wait_for_url(re.compile(r"/consents/[A-Z0-9-]{9}/$"))
    assert hands.inputs <= 14, hands.inputs


def test_the_keys_work_inside_the_grid_and_nowhere_else(cast, visitor):
    case = make_case(cast.coordinator)
    desk = visitor().sign_in(cast.coordinator)
    page = grid_of(desk, cast, case)
    page.locator("input[name=given_on]").focus()
    page.keyboard.type("2")
    expect(page.locator("input[name=given_on]")).to_have_value("2")
    page.locator("body").press("3")
    expect(page.locator("[data-grid] input:checked")).to_have_count(0)
    page.locator("#tick-1-1").focus()
    page.keyboard.press("3")
    # C is never given this way: no box, nothing ticked, the focus stays.
    expect(page.locator("[data-grid] input:checked")).to_have_count(0)
    expect(page.locator("#tick-1-1")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#tick-1-4")).to_be_focused()
    page.keyboard.press("Control+5")
    expect(page.locator("#tick-1-5")).not_to_be_checked()
    page.keyboard.press("Space")
    expect(page.locator("#tick-1-4")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.locator("#tick-1-5")).to_be_focused()


def test_the_last_days_follow_the_day_that_is_written(cast, visitor):
    case = make_case(cast.coordinator)
    page = grid_of(visitor().sign_in(cast.coordinator), cast, case)
    page.locator("input[name=given_on]").fill("2026-08-31")
    expect(page.get_by_label("6 månader, till och med 2027-02-27")).to_be_visible()
    expect(page.get_by_label("12 månader, till och med 2027-08-30")).to_be_visible()
    expect(page.get_by_label("till och med 2026-11-28")).to_be_visible()


def test_the_grid_stands_on_a_phone_and_at_320(cast, visitor):
    case = make_case(cast.coordinator)
    desk = visitor(phone=True).sign_in(cast.coordinator)
    page = grid_of(desk, cast, case)
    desk.axe()
    page.set_viewport_size({"width": 320, "height": 700})
    desk.axe()
    page.get_by_label("Planerade, pågående").first.check()
    expect(page.locator("#tick-1-5")).to_be_checked()


def test_a_renewal_takes_five_inputs(cast, visitor):
    us = cast.coordinator
    case = make_case(us, name="Tilde Ravnsby")
    consent = make_consent(us, case)
    for kind in ("existence", "plan", "ability"):
        make_line(consent, us, us, cast.investigator.unit, kind, until_at=timezone.now() + timedelta(days=20))
    desk = visitor().sign_in(us)
    desk.go(f"/cases/{case.number}/consents/{consent.number}/renew/")
    page, inputs = desk.page, 0
    for where in ("input[name=same]", "input[name=length][value='6']", "input[name=informed]"):
        page.locator(where).click()
        inputs += 1
    page.locator("input[name=given_on]").fill(TODAY)
    desk.axe()
    page.locator("main button.btn-primary[type=submit]").click()
    inputs += 2
    page.wait_for_url(re.compile(r"/consents/[A-Z0-9-]{9}/$"))
    assert consent.number not in page.url and inputs <= 5
