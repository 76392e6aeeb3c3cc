"""What the browser does with the frame: focus, one sending, drafts, the menu with and without script."""

import re
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe
from django import forms
from playwright.sync_api import Browser, Page, expect

TOP = (
    '{% extends "base.html" %}{% block title %}Prov{% endblock %}{% block head %}<h1>Prov</h1>{% endblock %}'
)
PAGE = TOP + '{% block content %}{% include "parts/form.html" with submit="Spara svaret" %}{% endblock %}'
NAV = [[{"label": "Att göra", "url": "/todo/", "icon": "todo", "count": 3, "current": True}]]


class Answer(forms.Form):
    """What an answer may hold, and what a draft must not."""

    text = forms.CharField(label="Svar", widget=forms.Textarea(attrs={"data-draft": True}))
    day = forms.DateField(label="Dag", error_messages={"invalid": "Skriv datumet som åååå-mm-dd"})
    kinds = forms.MultipleChoiceField(
        label="Slag",
        choices=[("a", "Plan"), ("b", "Beslut")],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Kryssa för minst ett slag"},
    )
    secret = forms.CharField(label="Lösenord", widget=forms.PasswordInput, required=False)
    file = forms.FileField(label="Fil", required=False)


class Someone:
    is_authenticated = True
    name = "Maja Prov"


class Here:
    user = Someone()
    role_label = "Rehabkoordinator"

    class unit:
        name = "Mottagning Prov"


def test_the_summary_takes_focus_and_leads_into_the_control(frame, page: Page):
    page.goto(frame.draw(PAGE, form=Answer(data={"text": "Hej", "day": "30/11"})))
    expect(page.locator(".sv-summary")).to_be_focused()
    page.get_by_role("link", name="Kryssa för minst ett slag").click()
    expect(page.locator("#id_kinds_0")).to_be_focused()
    expect(page.locator("legend", has_text="Slag")).to_be_in_viewport()
    page.get_by_role("link", name="Skriv datumet").click()
    expect(page.locator("#id_day")).to_be_focused()


def test_what_just_happened_takes_focus_unless_something_is_wrong(frame, page: Page):
    class Told(str):
        level_tag = "success"

    page.goto(frame.draw(PAGE, form=Answer(), messages=[Told("Samtycket är sparat.")]))
    expect(page.locator(".sv-messages")).to_be_focused()
    page.goto(frame.draw(PAGE, form=Answer(data={}), messages=[Told("Samtycket är sparat.")]))
    expect(page.locator(".sv-summary")).to_be_focused()


def test_a_form_is_sent_once_says_so_and_comes_back(frame, page: Page):
    frame.answers["/slow/"] = lambda route: route.fulfill(
        status=204
    )  # no new page: this one stays to be seen
    page.goto(frame.draw(PAGE, form=Answer(), action="/slow/"))
    button = page.get_by_role("button", name="Spara svaret")
    with page.expect_response("**/slow/"):
        button.evaluate("(button) => { button.click(); button.click(); }")
    expect(page.get_by_role("button", name="Sparar…")).to_be_disabled()
    page.locator(".sv-form").evaluate("(form) => form.requestSubmit()")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow'))")
    expect(button).to_be_enabled()
    assert [path for path, _ in frame.posts] == ["/slow/"]
    with page.expect_response("**/slow/"):
        button.click()


def test_the_pressed_buttons_own_value_is_sent(frame, page: Page):
    frame.answers["/two/"] = lambda route: route.fulfill(status=204)
    buttons = '<button name="to" value="fk">FK</button><button name="to" value="af">AF</button>'
    form = f'<form method="post" action="/two/">{buttons}</form>'
    page.goto(frame.draw(TOP + "{% block content %}" + form + "{% endblock %}"))
    with page.expect_response("**/two/"):
        page.get_by_role("button", name="AF").click()
    assert frame.posts == [("/two/", "to=af")]


def test_a_draft_is_saved_after_a_rest_without_what_is_secret(frame, page: Page):
    frame.answers["/drafts/1/"] = lambda route: route.fulfill(status=204)
    page.clock.install()
    page.goto(frame.draw(PAGE, form=Answer(), draft_url="/drafts/1/"))
    page.clock.run_for(10_000)
    assert frame.posts == []  # nothing typed, nothing saved
    page.locator("#id_text").fill("Jag provar å, ä & ö")
    page.locator("#id_secret").fill("hemligt")
    page.clock.run_for(1_900)
    assert frame.posts == []
    with page.expect_response("**/drafts/1/"):
        page.clock.run_for(200)
    expect(page.locator(".sv-foot [data-draft-status]")).to_have_text(
        re.compile(r"^Utkast sparat \d\d\.\d\d$")
    )
    ((_, body),) = frame.posts
    sent = parse_qs(body, keep_blank_values=True)
    assert sent["text"] == ["Jag provar å, ä & ö"]
    assert set(sent) == {"text", "day"}


def test_a_draft_after_the_session_has_ended_says_how_to_go_on(frame, page: Page):
    frame.answers["/drafts/1/"] = lambda route: route.fulfill(status=401)
    page.clock.install()
    page.goto(frame.draw(PAGE, form=Answer(), draft_url="/drafts/1/"))
    page.locator("#id_text").fill("Hej")
    page.clock.run_for(2_100)
    expect(page.locator(".sv-foot [data-draft-status]")).to_have_text(
        "Inloggningen har gått ut. Skicka som vanligt: då får du logga in, och texten följer med."
    )
    frame.complaints.clear()  # the browser's own word on 401


@pytest.mark.parametrize(("draft", "asked"), [("", ["beforeunload"]), ("/drafts/1/", [])])
def test_typed_text_without_a_draft_is_not_left_without_a_question(frame, page: Page, draft, asked):
    """Another page, another language: the browser asks first. With a draft nothing would be lost, and nothing is asked."""
    frame.answers["/drafts/1/"] = lambda route: route.fulfill(status=204)
    frame.answers["/elsewhere/"] = lambda route: route.fulfill(status=200, body="Annat")
    page.goto(frame.draw(PAGE, form=Answer(), draft_url=draft))
    heard: list[str] = []
    page.on("dialog", lambda dialog: (heard.append(dialog.type), dialog.accept()))
    page.locator("#id_text").press_sequentially("Hej")
    page.evaluate("setTimeout(() => { location.href = '/elsewhere/' })")
    expect(page.get_by_text("Annat")).to_be_visible()
    assert heard == asked


def test_a_form_that_is_sent_is_left_without_a_question(frame, page: Page):
    frame.answers["/sent/"] = lambda route: route.fulfill(status=200, body="Tack")
    page.goto(frame.draw(PAGE, form=Answer(), action="/sent/"))
    heard: list[str] = []
    page.on("dialog", lambda dialog: (heard.append(dialog.type), dialog.accept()))
    page.locator("#id_text").press_sequentially("Hej")
    page.get_by_role("button", name="Spara svaret").click()
    expect(page.get_by_text("Tack")).to_be_visible()
    assert heard == []


@pytest.mark.parametrize("status", [500, 403])
def test_a_draft_that_was_not_saved_says_so_and_is_tried_again(frame, page: Page, status):
    frame.answers["/drafts/1/"] = lambda route: route.fulfill(status=status)
    page.clock.install()
    page.goto(frame.draw(PAGE, form=Answer(), draft_url="/drafts/1/"))
    page.locator("#id_text").fill("Kvar")
    page.clock.run_for(2_100)
    said = page.locator(".sv-foot [data-draft-status]")
    expect(said).to_have_text("Utkastet är inte sparat. Kontrollera anslutningen och stäng inte sidan.")
    frame.answers["/drafts/1/"] = lambda route: route.fulfill(status=204)
    page.clock.run_for(15_100)
    expect(said).to_have_text(re.compile("^Utkast sparat"))
    frame.complaints.clear()  # the browser tells of the refused answers itself


def test_leaving_the_page_saves_what_was_typed(frame, page: Page):
    frame.answers["/drafts/1/"] = lambda route: route.fulfill(status=204)
    page.goto(frame.draw(PAGE, form=Answer(), draft_url="/drafts/1/"))
    page.locator("#id_text").fill("På väg bort")
    with page.expect_response("**/drafts/1/"):
        page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert parse_qs(frame.posts[0][1])["text"] == ["På väg bort"]


def test_search_answers_a_key_with_a_modifier_and_never_a_bare_one(frame, page: Page):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(frame.draw(PAGE, form=Answer(), membership=Here(), nav=NAV, can_search_cases=True))
    page.locator("#id_text").press("k")
    expect(page.locator("#id_text")).to_have_value("k")
    expect(page.locator("#id_text")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator("#search")).to_be_focused()


def test_a_demo_login_fills_the_form_and_waits_for_the_person(frame, page: Page):
    class Login(forms.Form):
        username = forms.EmailField()
        password = forms.CharField(widget=forms.PasswordInput)

    page.goto(
        frame.draw(
            '{% extends "registration/login.html" %}',
            form=Login(),
            demo_logins=[("maja@samverkan.example", "Maja Prov", "Rehabkoordinator", "Mottagning Prov")],
            demo_password="prov-prov-prov",
        )
    )
    page.get_by_role("button", name="Maja Prov").click()
    expect(page.locator("#id_username")).to_have_value("maja@samverkan.example")
    expect(page.locator("#id_password")).to_have_value("prov-prov-prov")
    expect(page.get_by_role("button", name="Logga in")).to_be_focused()
    assert frame.posts == []


@pytest.mark.parametrize("script", [True, False])
def test_the_phones_menus_open_with_and_without_script(frame, browser: Browser, script):
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=script)
    page = context.new_page()
    frame.listen(page)
    page.goto(frame.draw(PAGE, form=Answer(), membership=Here(), nav=NAV))
    entry = page.get_by_role("link", name="Att göra")
    expect(entry).to_be_hidden()
    page.get_by_role("button", name="Meny", exact=True).click()
    expect(entry).to_be_visible()
    page.get_by_role("button", name="Stäng menyn").click()
    expect(entry).to_be_hidden()
    page.locator(".sv-user summary").click()
    expect(page.get_by_role("button", name="Logga ut")).to_be_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_a_form_full_of_errors_is_accessible_and_fits(frame, browser: Browser, scheme, width):
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    frame.listen(page)
    page.goto(
        frame.draw(
            PAGE,
            form=Answer(data={"day": "x"}),
            membership=Here(),
            nav=NAV,
            can_search_cases=True,
            demo=True,
            draft_url="/drafts/1/",
            cancel_url="/",
        )
    )
    assert page.evaluate("document.documentElement.scrollWidth") == width
    broken = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in broken] == []
    context.close()
