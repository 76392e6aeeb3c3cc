"""The main job, clicked through: the coordinator and Försäkringskassan's investigator, each at a browser of their own."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories import test_number

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = timezone.localdate()


def log_a_case(desk) -> str:
    page = desk.page
    desk.go("/cases/new/")
    page.locator("input[name=number]").fill("850709-9806")
    page.locator("input[name=name]").fill("Tilde Ravnsby")
    page.locator("main button.btn-primary[type=submit]").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page.locator("input[name=name]")).to_have_value("Tilde Ravnsby")
    page.locator("input[name=number]").fill(test_number(3))
    page.locator("input[name=from_on]").fill((TODAY - timedelta(days=147)).isoformat())
    page.locator("select[name=degree]").select_option("100")
    page.locator("select[name=benefit]").select_option("sickness_benefit")
    page.locator("main button.btn-primary[type=submit]").click()
    page.wait_for_url(re.compile(r"/cases/[A-Z0-9]{4}-[A-Z0-9]{4}/$"))
    return page.url.rstrip("/").split("/")[-1]


def record_a_consent(desk, number: str, unit: str) -> None:
    page = desk.page
    desk.go(f"/cases/{number}/consents/new/")
    if not page.locator("[data-grid]").count():
        page.get_by_label(unit).check()
        page.get_by_role("button", name="Visa rutorna").click()
    for column in (1, 2):
        for row in (4, 5):
            page.locator(f"#tick-{column}-{row}").check()
    page.locator("input[name=purpose][value=return_to_work]").check()
    page.locator("input[name=form][value=written]").check()
    page.locator("input[name=informed]").check()
    page.locator("main button.btn-primary[type=submit]").click()
    # Neither day nor length: the sentences stand at their fields, and nothing that was ticked is lost.
    expect(page.get_by_role("alert")).to_contain_text("Välj hur länge samtycket gäller")
    expect(page.locator("#tick-1-5")).to_be_checked()
    page.locator("input[name=given_on]").fill(TODAY.isoformat())
    page.locator("input[name=length][value='6']").check()
    page.locator("main button.btn-primary[type=submit]").click()
    page.wait_for_url(re.compile(r"/consents/[A-Z0-9-]{9}/$"))


def write_a_plan(desk, number: str) -> None:
    page = desk.page
    desk.go(f"/cases/{number}/items/new/?type=plan")
    page.locator("input[name=heading]").fill("Prova 25 % arbete under fyra veckor")
    page.locator("textarea[name=text]").fill("Start vecka 46, på förmiddagarna.")
    page.locator("main button.btn-primary[type=submit]").click()
    page.wait_for_url(re.compile(r"/items/\d+/$"))


def test_a_plan_is_given_asked_about_answered_and_withdrawn(cast, visitor):
    desk = visitor().sign_in(cast.coordinator)
    number = log_a_case(desk)
    record_a_consent(desk, number, cast.investigator.unit.name)
    write_a_plan(desk, number)
    give = desk.page.get_by_role("button", name=re.compile("Lämna till Försäkringskassan"))
    give.click()
    expect(desk.page.get_by_text("kan läsa detta från och med nu")).to_be_visible()

    fk = visitor().sign_in(cast.investigator)
    fk.go("/cases/?show=received")
    fk.page.get_by_role("link", name=number).click()
    expect(fk.page.get_by_role("heading", name="Tilde Ravnsby")).to_be_visible()
    expect(fk.page.get_by_text("Prova 25 % arbete")).to_be_visible()
    fk.page.get_by_role("link", name=re.compile("^Fråga Region")).click()
    fk.page.locator("select[name=category]").select_option("planning")
    fk.page.locator("textarea[name=text]").fill("När börjar arbetsprövningen?")
    fk.page.locator("main button.btn-primary[type=submit]").click()
    expect(fk.page.get_by_text("Skickad till enheten")).to_be_visible()

    desk.go("/todo/")
    desk.page.get_by_role("link", name="Besvara frågan").click()
    expect(desk.page.get_by_text("När börjar arbetsprövningen?")).to_be_visible()
    desk.page.locator("textarea[name=plan]").fill("Den börjar vecka 46.")
    desk.page.locator("main button.btn-primary[type=submit]").click()
    expect(desk.page.get_by_text("Svaret är skickat")).to_be_visible()

    fk.go("/todo/")
    fk.page.get_by_role("link", name="Läs svaret").click()
    expect(fk.page.get_by_text("Den börjar vecka 46.")).to_be_visible()
    fk.go(f"/cases/{number}/")

    # FK's page stays open while the person takes the consent back.
    desk.go(f"/cases/{number}/")
    desk.page.locator(".sv-consent a").first.click()
    desk.page.get_by_role("link", name="Ta tillbaka samtycket").click()
    expect(desk.page.get_by_text("Detta hade redan lämnats")).to_be_visible()
    desk.page.get_by_role("button", name="Ta tillbaka samtycket").click()
    expect(desk.page.get_by_text("Samtycket togs tillbaka").first).to_be_visible()

    fk.expected.add(404)
    fk.page.get_by_role("link", name=re.compile("Prova 25 %")).click()
    expect(fk.page.get_by_text("Sidan finns inte, eller så är den inte öppen för dig")).to_be_visible()
    fk.go("/cases/?show=received")
    expect(fk.page.get_by_text(number)).to_have_count(0)
    fk.go("/own/")
    expect(fk.page.get_by_text("När börjar arbetsprövningen?")).to_be_visible()


def test_a_spoken_question_is_logged_in_one_short_form(cast, visitor):
    desk = visitor(phone=True).sign_in(cast.coordinator)
    desk.go("/inquiries/log/")
    desk.page.locator("select[name=category]").select_option("benefits")
    desk.page.locator("select[name=counterpart]").select_option("fk")
    desk.page.locator("main button.btn-primary[type=submit]").click()
    expect(desk.page.get_by_text("Loggad.")).to_be_visible()


def test_a_colleague_is_invited_says_yes_logs_in_and_works(cast, visitor, mailoutbox):
    new, password = "ny.kollega@samverkan.example", "en-lang-och-egen-fras"
    desk = visitor().sign_in(cast.administrator)
    desk.page.get_by_role("link", name="Bjud in").click()
    desk.page.locator("input[name=email]").fill(new)
    desk.page.locator("input[name=name]").fill("Ny Kollega")
    desk.page.locator("select[name=role]").select_option("clinician")
    desk.page.locator("main button.btn-primary[type=submit]").click()
    expect(desk.page.get_by_text(f"En inbjudan är skickad till {new}.")).to_be_visible()
    expect(desk.page.get_by_text("Inbjuden, tackar ja senast")).to_be_visible()

    other = visitor()
    other.page.goto(re.search(r"https?://\S+", mailoutbox[0].body)[0])
    expect(other.page.get_by_text(cast.administrator.unit.name).first).to_be_visible()
    other.axe()
    for field in other.page.locator("input[type=password]").all():
        field.fill(password)
    other.page.locator("main button.btn-primary[type=submit]").click()
    expect(other.page.get_by_text("Lösenordet är sparat")).to_be_visible()
    other.page.locator("input[name=username]").fill(new)
    other.page.locator("input[name=password]").fill(password)
    other.page.locator("form.sv-login button[type=submit]").click()
    other.page.wait_for_url(re.compile(r"/todo/$"))
    expect(other.page.get_by_role("link", name="Ärenden").first).to_be_visible()
    expect(other.page.get_by_role("link", name="Bjud in")).to_have_count(0)

    desk.go("/people/")
    expect(desk.page.get_by_text("Ny Kollega").first).to_be_visible()
    expect(desk.page.get_by_text("Inbjuden, tackar ja senast")).to_have_count(0)


def test_the_text_of_a_long_form_is_kept_as_a_draft(cast, visitor):
    desk = visitor().sign_in(cast.coordinator)
    number = log_a_case(desk)
    desk.go(f"/cases/{number}/items/new/?type=ability_note")
    desk.page.locator("textarea[name=text]").fill("Klarar korta pass på förmiddagen.")
    expect(desk.page.locator("[data-draft-status]").first).to_contain_text("Utkast sparat", timeout=8000)
    desk.go("/todo/")
    desk.go(f"/cases/{number}/items/new/?type=ability_note")
    expect(desk.page.locator("textarea[name=text]")).to_have_value("Klarar korta pass på förmiddagen.")
