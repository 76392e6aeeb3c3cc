"""The real pages in Debian's Chromium, over the live server: every test ends without a complaint from the browser."""

import os
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from parties.models import Membership
from tests.factories import PASSWORD

# Playwright's loop runs in the test's own thread; Django would take every query beside it for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

AXE = Axe()
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """The system's Chromium; without its sandbox only for root, who cannot have one."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("The browser tests need Chromium: apt-get install chromium")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return browser_type_launch_args | {
        "executable_path": chromium,
        "args": [*root, "--disable-gpu", "--disable-background-networking"],
    }


@pytest.fixture(scope="session")
def base_url() -> None:
    """The live server's address is asked of it; the plugin's own fixture is of a shape that pytest is leaving."""


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
            f"{self.page.url}: {v['id']} {v['help']}: {[n['html'][:160] for n in v['nodes']][:3]}" for v in found
        )
        wide = self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
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
