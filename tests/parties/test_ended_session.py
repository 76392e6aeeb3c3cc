"""A session that ends: a sentence, the way back, and nothing that was typed is lost or kept by the server."""

import html
import re

import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from django.utils import timezone

from parties.access import acting
from parties.models import Membership
from parties.unsent import FIELD, Unsent
from tests.factories import PASSWORD, make_case

pytestmark = pytest.mark.django_db

OUT = "Du har loggats ut"
SPELL = {"from_on": "2026-01-05", "to_on": "", "degree": "50", "benefit": "sickness_benefit"}


def ended(client) -> Client:
    """The session runs out on the server; the browser still has its cookie."""
    Session.objects.update(expire_date=timezone.now())
    return client


def hidden(page: str, name: str) -> list[str]:
    return [html.unescape(v) for v in re.findall(rf'type="hidden" name="{name}" value="([^"]*)"', page, re.S)]


def credentials(member, **more) -> dict:
    return {"username": member.user.email, "password": PASSWORD} | more


def test_a_page_asked_for_after_the_end_says_so_and_comes_back(cast, sign_in):
    client = ended(sign_in(cast.coordinator))
    answer = client.get("/cases/?show=closed")
    assert answer["Location"] == "/login/?next=/cases/%3Fshow%3Dclosed&ended=1"
    page = client.get(answer["Location"]).content.decode()
    assert OUT in page and "till sidan du ville öppna" in page
    after = client.post(answer["Location"], credentials(cast.coordinator, next="/cases/?show=closed"))
    assert after["Location"] == "/cases/?show=closed"


def test_a_first_visit_and_a_logout_are_told_no_such_thing(cast, sign_in, client):
    assert client.get("/cases/")["Location"] == "/login/?next=/cases/"
    assert OUT not in client.get("/login/?next=/cases/").content.decode()
    signed_in = sign_in(cast.coordinator)
    assert signed_in.post("/logout/")["Location"] == "/login/"
    assert signed_in.get("/cases/")["Location"] == "/login/?next=/cases/"


def test_a_draft_that_is_kept_is_told_after_the_login_and_only_then(cast, sign_in):
    client = sign_in(cast.coordinator)
    client.post("/drafts/item/x/", {"text": "Halvskrivet"})
    login = ended(client).get("/todo/")["Location"]
    page = client.post(login, credentials(cast.coordinator, next="/todo/"), follow=True).content.decode()
    assert "Utkastet från" in page and "under Utkast" in page
    # Nothing kept, nothing said.
    client = ended(sign_in(cast.colleague))
    login = client.get("/todo/")["Location"]
    assert (
        "Utkastet från" not in client.post(login, credentials(cast.colleague), follow=True).content.decode()
    )


def test_a_form_sent_after_the_end_is_not_saved_and_can_be_sent_again(cast, sign_in):
    case = make_case(cast.coordinator)
    address = f"/cases/{case.number}/spells/new/"
    client = ended(sign_in(cast.coordinator))
    answer = client.post(address, SPELL)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert f"{OUT}, och det du skickade är inte sparat." in page
    with acting(cast.coordinator):
        assert not case.spells.exists()
    assert not any(row.get_decoded() for row in Session.objects.filter(expire_date__gt=timezone.now()))
    # A wrong password keeps it.
    (carried,) = hidden(page, FIELD)
    page = client.post(
        "/login/", credentials(cast.coordinator, password="fel", unsent=carried)
    ).content.decode()
    assert "lösenordet stämmer inte" in page
    (carried,) = hidden(page, FIELD)
    page = client.post("/login/", credentials(cast.coordinator, unsent=carried)).content.decode()
    assert "Skicka igen" in page and "Det skickas i ditt namn: Elif." in page
    assert f'action="{address}"' in page
    assert {name: hidden(page, name) for name in SPELL} == {name: [value] for name, value in SPELL.items()}
    with acting(cast.coordinator):
        assert not case.spells.exists(), "logging in sends nothing by itself"
    client.post(address, {name: hidden(page, name)[0] for name in SPELL})
    with acting(cast.coordinator):
        assert case.spells.count() == 1


def test_many_values_lines_and_signs_come_back_as_they_were(cast, sign_in):
    typed = {"kinds": ["plan", "ability"], "text": ['Rad ett\r\nRad två "citat" <b> & å'], "tom": [""]}
    page = ended(sign_in(cast.coordinator)).post("/cases/new/?x=1", typed).content.decode()
    (carried,) = hidden(page, FIELD)
    to, fields, had_files = signing.loads(carried, salt="parties.unsent")
    assert to == "/cases/new/?x=1" and not had_files
    assert fields == [["kinds", "plan"], ["kinds", "ability"], ["text", typed["text"][0]], ["tom", ""]]
    page = Client().post("/login/", credentials(cast.coordinator, unsent=carried)).content.decode()
    assert hidden(page, "kinds") == ["plan", "ability"] and hidden(page, "text") == typed["text"]


def test_passwords_tokens_and_files_are_not_carried(cast, sign_in):
    from django.core.files.uploadedfile import SimpleUploadedFile

    page = ended(sign_in(cast.coordinator)).post(
        "/cases/import/",
        {"csrfmiddlewaretoken": "t" * 64, "new_password1": "hemligt", "file": SimpleUploadedFile("l.csv", b"hemlig;lista")},
    ).content.decode()  # fmt: skip
    (carried,) = hidden(page, FIELD)
    assert signing.loads(carried, salt="parties.unsent")[1:] == [[], True]
    assert "En fil måste du välja igen." in page


def test_what_is_carried_cannot_be_made_up(cast, client):
    forged = signing.dumps(["/cases/new/", [["x", "y"]], False], salt="another")
    for text in (forged, "", "x", Unsent("/cases/new/", []).sealed()[:-2]):
        answer = client.post("/login/", credentials(cast.coordinator, unsent=text))
        assert answer.status_code == 302, text
        client.logout()


def test_a_membership_that_ended_is_told_that_nothing_was_saved(cast, sign_in):
    client = sign_in(cast.coordinator)
    Membership.objects.filter(pk=cast.coordinator.pk).update(until_at=timezone.now())
    answer = client.post("/cases/new/", {"name": "x"})
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "inget aktivt uppdrag" in page and "är det inte sparat" in page and "Våra uppgifter" not in page
    assert (
        "Ditt konto har inget aktivt uppdrag. Kontakta din administratör."
        in client.get("/", follow=True).content.decode()
    )


def test_a_script_is_told_bare_and_a_logout_just_goes_to_the_login(cast, sign_in):
    client = ended(sign_in(cast.coordinator))
    answer = client.post("/drafts/item/x/", {"text": "x"}, headers={"Sec-Fetch-Mode": "cors"})
    assert (answer.status_code, answer.content) == (401, b"")
    assert client.post("/logout/").status_code == 302


@pytest.fixture
def strict(cast):
    """A browser whose forms must have a token, signed in."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.coordinator.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


HERE = {"Origin": "http://testserver"}


def test_a_form_that_is_too_old_comes_back_to_be_sent_again(cast, strict):
    case = make_case(cast.coordinator)
    address = f"/cases/{case.number}/spells/new/"
    answer = strict.post(address, SPELL, headers=HERE)
    page = answer.content.decode()
    assert answer.status_code == 403 and "Formuläret hann bli för gammalt. Det du skrev finns här." in page
    token = hidden(page, "csrfmiddlewaretoken")[-1]
    strict.post(address, SPELL | {"csrfmiddlewaretoken": token}, headers=HERE)
    with acting(cast.coordinator):
        assert case.spells.count() == 1


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}, {}],
)  # fmt: skip
def test_a_form_from_another_site_becomes_no_button(cast, strict, headers):
    answer = strict.post("/cases/new/", {"name": "planterat"}, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 403 and "inget har sparats" in page
    assert "planterat" not in page and "<form" not in page


def test_a_login_form_that_lay_open_leads_to_the_login(cast, strict):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/login/", credentials(cast.coordinator), headers=HERE)["Location"] == "/"
    # Logged in in another tab meanwhile: what it carries is still there.
    carried = Unsent("/cases/new/", [("name", "Buren")]).sealed()
    page = strict.post(
        "/login/", credentials(cast.coordinator, unsent=carried), headers=HERE
    ).content.decode()
    assert hidden(page, "name") == ["Buren"] and PASSWORD not in page
    page = client.post(
        "/login/", credentials(cast.coordinator, unsent=carried), headers=HERE
    ).content.decode()
    assert hidden(page, FIELD) and PASSWORD not in page


def test_a_page_that_is_done_and_leads_to_the_login_is_no_ended_session(cast, client):
    """Choosing a password by a link ends at the login, and nothing is to be sent again."""
    from parties import actions

    client.cookies["sessionid"] = "an-old-one"
    link = actions.send_link(by=None, user=cast.coordinator.user).partition("/welcome/")[2]
    page = client.get(f"/welcome/{link}", follow=True)
    chosen = {"new_password1": "en-helt-annan-fras", "new_password2": "en-helt-annan-fras"}
    answer = client.post(page.redirect_chain[-1][0], chosen)
    assert (answer.status_code, answer["Location"]) == (302, "/login/")


def test_what_one_person_wrote_is_not_put_in_anothers_hands(cast, client, sign_in):
    """The form was shown to the coordinator; who logs in on that page is FK's officer: told, and nothing is shown or sent."""
    case = make_case(cast.coordinator)
    address = f"/cases/{case.number}/items/new/?type=plan"
    client = sign_in(cast.coordinator)
    page = client.get(address).content.decode()
    of = re.search(r'name="form_of" value="([^"]+)"', page)[1]
    typed = {"heading": "Klinikens ord", "happened_on": "2026-01-02", "form_of": of}
    stopped = ended(client).post(address, typed)
    (sealed,) = hidden(stopped.content.decode(), FIELD)
    for member, shown in ((cast.other_fk_unit, False), (cast.coordinator, True)):
        told = credentials(member, **{FIELD: sealed})
        after = Client().post("/login/", told, follow=True).content.decode()
        assert ("Klinikens ord" in after) is shown
        assert ("skrivet av någon annan" in after) is not shown
