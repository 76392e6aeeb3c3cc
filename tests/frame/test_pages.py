"""The frame around every page, and the pages that must stand when nothing else does."""

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from parties.models import PartyKind, Role
from tests.factories import make_member, make_unit

ALONE = ["400.html", "403_csrf.html", "500.html", "503.html"]


@pytest.mark.parametrize("name", ALONE)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_an_error_page_needs_neither_request_nor_context_nor_database(name, language):
    with translation.override(language):  # no database mark: a query here is an error
        html = render_to_string(name)
    assert f'<html lang="{language}">' in html
    assert html.count("<h1>") == 1
    assert "<script" not in html


@pytest.mark.parametrize("name", ALONE)
def test_an_error_page_stands_even_if_no_static_file_was_collected(name, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    assert "/static/css/samverkan.css" in render_to_string(name)


def test_an_error_gives_its_number_and_what_was_saved_only_if_known():
    with translation.override("sv"):
        assert "Felnummer 5f3a, " not in render_to_string("500.html")
        assert "<b>5f3a</b>" in render_to_string("500.html", {"error_number": "5f3a"})
        told = render_to_string("500.html", {"error_number": "5f3a", "last_saved": "utkastet 10.42"})
        assert "Senast sparat: utkastet 10.42. Felnummer 5f3a." in told
        assert "Stängt för underhåll till omkring 13.00." in render_to_string("503.html", {"until": "13.00"})


class Someone:
    is_authenticated = True
    name = "Maja Prov"


class Here:
    user = Someone()
    role_label = "Rehabkoordinator"

    class unit:
        name = "Mottagning Prov"


def page(template: str = "404.html", **context) -> str:
    request = RequestFactory().get("/cases/?f=late")
    here = context.get("membership")
    vars(request).update(user=Someone() if here else None, membership=here)
    with translation.override("sv"):
        from django.template import engines

        return engines["django"].get_template(template).render(context, request)


NAV = [[{"label": "Att göra", "url": "/todo/", "icon": "todo", "count": "50+", "current": True}]]


def test_name_role_and_unit_are_on_the_page_but_never_in_its_title():
    html = page(membership=Here(), nav=NAV)
    assert "Maja Prov" in html
    assert "Rehabkoordinator, Mottagning Prov" in html
    title = html[html.index("<title>") : html.index("</title>")]
    assert title == "<title>Sidan finns inte · Samverkan"


def test_the_menu_marks_where_one_is_and_counts():
    html = page(membership=Here(), nav=NAV)
    assert '<a class="sv-nav-link" href="/todo/" aria-current="page">' in html
    assert '<span class="sv-count">50+</span>' in html
    assert 'class="sv-nav"' not in page()


def test_one_may_switch_only_between_several_assignments_and_search_only_where_one_may():
    alone = page(membership=Here(), nav=NAV, memberships_count=1)
    assert "Byt uppdrag" not in alone
    assert 'role="search"' not in alone
    several = page(membership=Here(), nav=NAV, memberships_count=2, can_search_cases=True)
    assert "Byt uppdrag" in several
    searches = several.count('role="search"')
    assert searches == 2  # the bar's and the phone menu's
    assert (
        several.count('method="post"') == several.count("csrfmiddlewaretoken") == searches + 3
    )  # and locking, and logging out


def test_the_other_language_is_one_posted_click_away_and_comes_back_here():
    html = page()
    assert '<input type="hidden" name="next" value="/cases/?f=late">' in html
    assert '<input type="hidden" name="language" value="en">' in html


def test_demo_data_is_said_only_in_demo_mode():
    # The context processor decides in earnest; what the page is given decides here.
    assert "DEMODATA" in page(demo=True)
    assert "DEMODATA" not in page(demo=False)


@pytest.mark.django_db
@pytest.mark.parametrize("shown", [True, False])
def test_demo_logins_are_on_the_login_page_in_demo_mode_only(client, settings, shown):
    settings.DEMO = shown
    make_member("maja", make_unit("Mottagning Prov", PartyKind.PSYCHIATRY), Role.COORDINATOR)
    html = client.get("/login/").content.decode()
    assert ("Prova som någon" in html) is shown
    assert ("maja@samverkan.example" in html) is shown


@pytest.mark.django_db
def test_a_wrong_password_is_said_in_words_and_the_name_is_kept(client):
    html = client.post("/login/", {"username": "a@b.example", "password": "fel"}).content.decode()
    assert "sv-summary" in html
    assert 'value="a@b.example"' in html
    assert "<title>Fel: Logga in · Samverkan</title>" in html
    assert 'value="fel"' not in html
