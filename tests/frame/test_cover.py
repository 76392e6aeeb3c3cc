"""The cover in the browser: a warning first, then nothing to read, then the same page with the same words in it."""

from axe_playwright_python.sync_playwright import Axe
from django import forms
from playwright.sync_api import Page, expect

from tests.frame.test_script import PAGE


class Answer(forms.Form):
    text = forms.CharField(label="Svar", widget=forms.Textarea())


def drawn(frame, idle: float, warning: float) -> str:
    return frame.draw(PAGE, form=Answer(), idle_seconds=idle, warning_seconds=warning)


def answers(frame, path: str, status: int) -> None:
    frame.answers[path] = lambda route: route.fulfill(status=status)


def test_the_warning_comes_first_and_a_key_puts_it_off(frame, page: Page):
    page.clock.install()
    answers(frame, "/lock/", 204)
    answers(frame, "/here/", 204)
    page.goto(drawn(frame, 900, 120))
    warning = page.get_by_role("alertdialog")
    page.clock.run_for(779_000)
    expect(warning).to_be_hidden()
    page.clock.run_for(2_000)
    expect(warning).to_be_visible()
    page.keyboard.press("Shift")
    expect(warning).to_be_hidden()
    assert [path for path, _ in frame.posts] == ["/here/"], "the server hears of it"
    page.clock.run_for(779_000)
    expect(warning).to_be_hidden()
    page.clock.run_for(2_000)
    expect(warning).to_be_visible()
    page.get_by_role("button", name="Fortsätt arbeta").click()
    expect(warning).to_be_hidden()


def test_the_cover_hides_everything_keeps_what_is_typed_and_opens(frame, page: Page):
    page.clock.install()
    answers(frame, "/lock/", 204)
    page.goto(drawn(frame, 900, 120))
    page.get_by_label("Svar").fill("Halvskrivet")
    page.clock.run_for(901_000)
    cover = page.get_by_role("dialog", name="Sidan är låst")
    expect(cover).to_be_visible()
    expect(page.get_by_label("Svar")).to_be_hidden()
    assert "Låst" in page.title() and "Prov" not in page.title()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(cover).to_be_visible()
    expect(page.get_by_label("Ditt lösenord")).to_be_focused()
    assert Axe().run(page).response["violations"] == []
    answers(frame, "/unlock/", 200)
    page.keyboard.type("fel")
    page.keyboard.press("Enter")
    expect(cover.get_by_role("alert")).to_have_text("Lösenordet stämmer inte. Skriv det igen.")
    answers(frame, "/unlock/", 204)
    page.keyboard.type("rätt")
    page.keyboard.press("Enter")
    expect(cover).to_be_hidden()
    expect(page.get_by_label("Svar")).to_have_value("Halvskrivet")
    assert "Prov" in page.title()
    assert [path for path, _ in frame.posts] == ["/lock/", "/unlock/", "/unlock/"]


def test_every_tab_is_covered_and_opened_together(frame, page: Page):
    page.clock.install()
    for path in ("/lock/", "/unlock/"):
        answers(frame, path, 204)
    page.goto(drawn(frame, 900, 120))
    other = page.context.new_page()
    other.goto("http://frame.example/page/")
    page.clock.run_for(901_000)
    for tab in (page, other):
        expect(tab.get_by_role("dialog", name="Sidan är låst")).to_be_visible()
    page.bring_to_front()
    page.get_by_label("Ditt lösenord").fill("rätt")
    page.get_by_role("button", name="Lås upp").click()
    for tab in (page, other):
        expect(tab.get_by_role("dialog", name="Sidan är låst")).to_be_hidden()


def test_the_small_screen_holds_the_cover(frame, page: Page):
    page.set_viewport_size({"width": 320, "height": 640})
    page.clock.install()
    answers(frame, "/lock/", 204)
    page.goto(drawn(frame, 900, 120))
    page.clock.run_for(781_000)
    expect(page.get_by_role("alertdialog")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.clock.run_for(121_000)
    expect(page.get_by_role("dialog", name="Sidan är låst")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
