"""The real pages in Debian's Chromium, over the live server: every test ends without a complaint from the browser."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from parties.models import Membership
from tests.factories import PASSWORD

AXE = Axe()
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}}


class Visitor:
    """One person at one browser."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.expected: set[int] = set()
        self.page.on("console", lambda m: self._hear(m.type, m.text))
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("response", lambda r: self._answered(r.status, r.url))

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and "the server responded with a status of" not in text:
            self.complaints.append(text)

    def _answered(self, status: int, url: str) -> None:
        if status >= 400 and status not in self.expected:
            self.complaints.append(f"{status} {url}")

    def go(self, path: str) -> "Visitor":
        self.page.goto(self.address + path)
        return self

    def sign_in(self, member: Membership) -> "Visitor":
        self.go("/login/")
        self.page.locator("input[name=username]").fill(member.user.email)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.locator("form.sv-login button[type=submit]").click()
        self.page.wait_for_load_state()
        return self

    def axe(self) -> None:
        """No finding of axe on the page as it stands, and no sideways scroll."""
        found = AXE.run(self.page, options=RULES).response["violations"]
        assert not found, "\n".join(
            f"{self.page.url}: {v['id']} {v['help']}: {[n['html'][:160] for n in v['nodes']][:3]}"
            for v in found
        )
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        assert not wide, f"{self.page.url} scrolls sideways"


@pytest.fixture
def visitor(live_server, browser: Browser, settings) -> Iterator:
    """Opens browsers: visitor() for a desk, visitor(phone=True) for 390 px, visitor(english=True)."""
    settings.PUBLIC_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    opened: list[Visitor] = []

    def open_one(*, phone: bool = False, english: bool = False) -> Visitor:
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
        context = browser.new_context(viewport=size, locale="sv-SE", reduced_motion="reduce")
        context.set_default_timeout(8000)
        if english:
            context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
        opened.append(Visitor(context, live_server.url))
        return opened[-1]

    yield open_one
    for one in opened:
        assert not one.complaints, one.complaints
        one.context.close()
