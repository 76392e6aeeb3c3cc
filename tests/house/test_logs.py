"""No line of a log holds a key: not a case number, not an invitation's link, not an address that somebody mistyped."""

import logging
import logging.config
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as house

from samverkan.logs import Line, NoPersons, page_of
from tests.factories import make_case

KEY = "7KQ4-M2X9"


@pytest.fixture
def lines(settings):
    """What the house's own handler would write, with the house's own filter and formatter."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(NoPersons())
    handler.setFormatter(Line())
    handler.setLevel(logging.INFO)
    root, web = logging.getLogger(), logging.getLogger("django")
    loggers = [root] if web.propagate else [root, web]
    before = root.level
    root.setLevel(logging.INFO)
    for logger in loggers:
        logger.addHandler(handler)
    yield written
    for logger in loggers:
        logger.removeHandler(handler)
    root.setLevel(before)


@pytest.mark.django_db
def test_what_django_says_of_a_request_names_the_page_and_not_the_case(cast, sign_in, lines):
    case = make_case(cast.coordinator)
    client = sign_in(cast.other_clinic)
    client.get(f"/cases/{case.number}/")
    client.get(f"/cases/{KEY}/items/new/?type=plan")
    client.post("/log/")
    client.get(f"/nonsense/{KEY}/karin@samverkan.example/")
    client.get("/invitation/en-hemlig-nyckel/extra/")
    said = lines.getvalue()
    assert "Not Found: /cases/<str:number>/" in said
    assert "Not Found: /cases/<str:number>/items/new/" in said
    assert "Method Not Allowed (POST): /log/" in said
    assert "Not Found: [address]" in said
    for key in (case.number, KEY, "karin", "en-hemlig-nyckel", "nonsense", "plan"):
        assert key not in said, key


@pytest.mark.django_db
def test_a_form_without_a_token_and_a_breaking_page_too(cast, sign_in, lines, monkeypatch):
    from django.test import Client

    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(cast.coordinator.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/cases/{KEY}/state/", {"state": "closed"}).status_code == 403
    client.post(
        f"/cases/{KEY}/state/", headers={"referer": f"https://elsewhere.example/cases/{KEY}/"}, secure=True
    )
    monkeypatch.setattr("cases.views.case.open_case", lambda *args, **more: 1 / 0)
    assert client.get(f"/cases/{KEY}/").status_code == 500
    said = lines.getvalue()
    assert "Forbidden" in said and "Internal Server Error: /cases/<str:number>/" in said
    assert "ZeroDivisionError raised at" in said
    assert KEY not in said


def test_a_request_that_breaks_in_the_web_server(lines):
    logger = logging.getLogger("gunicorn.error")
    before, logger.propagate = logger.propagate, True
    try:
        logger.error("Error handling request %s %s", "GET", f"/cases/{KEY}/?q=Karin")
        logger.error("Error handling request %s", "/wp-login/karin/")
    finally:
        logger.propagate = before
    said = lines.getvalue()
    assert "Error handling request GET /cases/<str:number>/" in said and "request [address]" in said
    assert KEY not in said and "arin" not in said
    assert house.LOGGING["loggers"]["gunicorn.error"]["handlers"] == ["stderr"]


def test_the_net_strikes_out_keys_wherever_they_stand_and_leaves_the_rest(lines):
    log = logging.getLogger("errands.jobs")
    log.warning("case %s of %s, number %s", KEY, "karin@samverkan.example", "19850709-9805")
    log.warning("file %s of job %s at %s", "/srv/files/ab/12", 4711, "2026-11-25T03:21:18")
    said = lines.getvalue()
    assert "case [case] of [mail], number [number]" in said
    assert "file /srv/files/ab/12 of job 4711 at 2026-11-25T03:21:18" in said


def test_every_page_has_a_pattern():
    assert page_of("/cases/7KQ4-M2X9/") == "/cases/<str:number>/"
    assert page_of("/todo/?x=1") == "/todo/"
    assert page_of("/nowhere/") is None


def test_the_web_servers_own_log_of_requests_is_off():
    """It would write every address. The proxy's has none (deploy/nginx.conf)."""
    base = Path(house.BASE_DIR)
    for place in ("docker-compose.yml", "local/commands.py", "Dockerfile"):
        text = (base / place).read_text("utf-8")
        assert "access-log" not in text and "accesslog" not in text, place
    formats = [
        line for line in (base / "deploy/nginx.conf").read_text("utf-8").splitlines() if "log_format" in line
    ]
    assert formats and not any(
        "request_uri" in line or "$request " in line or "$uri" in line for line in formats
    )
