"""A browser for the frame's own script: pages drawn from the real templates, no server and no database."""

import json
import mimetypes
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Route

ADDRESS = "http://frame.example"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'"
)


class Frame:
    """A page drawn from a template, and what the browser sent from it."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, str]] = []
        self.html = ""
        self.answers: dict[str, Callable[[Route], None]] = {}
        self.complaints: list[str] = []

    def draw(self, template: str, **context) -> str:
        request = RequestFactory().get("/page/")
        vars(request).update(user=None, membership=None)
        with translation.override("sv"):
            page = engines["django"].from_string(template)
            self.html = page.render({"csrf_token": "t" * 64} | context, request)
        return f"{ADDRESS}/page/"

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS).split("?")[0]
        if route.request.method == "POST":
            self.posts.append((path, route.request.post_data or ""))
        if path in self.answers:
            self.answers[path](route)
        elif path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/"))
            kind = mimetypes.guess_type(path)[0]
            route.fulfill(path=Path(found), content_type=kind) if found else route.fulfill(status=404)
        else:
            route.fulfill(
                body=self.html, content_type="text/html", headers={"Content-Security-Policy": POLICY}
            )

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def listen(self, page: Page) -> None:
        page.route("**/*", self.answer)
        page.on("console", self.hear)
        page.on("pageerror", lambda e: self.complaints.append(str(e)))


@pytest.fixture
def frame(context: BrowserContext) -> Iterator[Frame]:
    """Every page of the test is answered here, and none may complain in its console."""
    made = Frame()
    context.on("page", made.listen)
    yield made
    assert made.complaints == [], json.dumps(made.complaints)
