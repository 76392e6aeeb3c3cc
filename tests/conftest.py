"""The test house: database set-up with both nets on, and the cast.

Tests run as portal_app, the restricted role: a suite that runs as the owner proves nothing about the wall. Rows are
moved in time, never the clock, since the database has a clock of its own.
"""

import os
import shutil
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from parties.models import Membership, PartyKind, Role
from samverkan.catalogue import compile_catalogue, is_stale
from tests.factories import make_member, make_unit

if is_stale():
    compile_catalogue()

# Playwright's loop runs in the test's own thread; Django would take every query beside it for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


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
    """No fixed address: a test asks its live server, or answers its own pages. (The plugin's fixture is of an old shape.)"""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every database test opens what a request opens (default, ledger) and names the owner.

    Without the owner pytest-django makes no test database when only ordinary tests are picked, and the mirrors would
    point at the real one.
    """
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker and "databases" not in marker.kwargs:
            real = bool(marker.kwargs.get("transaction")) or "live_server" in item.fixturenames
            item.add_marker(
                pytest.mark.django_db(transaction=real, databases=["default", "ledger", "owner"]),
                append=False,
            )


@pytest.fixture(autouse=True, scope="session")
def _never_the_real_database(request, django_db_setup, django_db_blocker):
    # Without a database test there is no test database, and pytest-django lets nobody through to the real one.
    if any(item.get_closest_marker("django_db") for item in request.session.items):
        for connection in connections.all():
            assert connection.settings_dict["NAME"].startswith("test_"), connection.alias
    yield
    # The mirrors still hold the database; left open, dropping it waits five seconds and warns.
    for connection in connections.all():
        connection.close()


@pytest.fixture(autouse=True)
def _files_in_a_folder_of_the_test(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _axes_off(settings):
    """Signing in a hundred times from one address is a test's habit; the tests of the lock switch it on."""
    settings.AXES_ENABLED = False


class Cast:
    """The people every verb meets (house.md). The near miss is the test: same region, same authority, same unit once."""

    def __init__(self) -> None:
        region = "Region Provlandet"
        norr = make_unit("Mottagning Norr", PartyKind.PSYCHIATRY, region)
        soder = make_unit("Mottagning Söder", PartyKind.PSYCHIATRY, region)
        fk_a = make_unit("FK Prov A", PartyKind.FK, "Försäkringskassan")
        fk_b = make_unit("FK Prov B", PartyKind.FK, "Försäkringskassan")
        centre = make_unit("Vårdcentral Prov", PartyKind.PRIMARY_CARE, region)
        private = make_unit("Privat Vård Prov", PartyKind.PRIVATE_PRIMARY_CARE, "Privat Vård AB")
        work = make_unit("AF Prov", PartyKind.AF, "Arbetsförmedlingen")
        social = make_unit("Socialkontor Prov", PartyKind.SOCIAL_SERVICES, "Provs kommun")
        shop = make_unit("Prov Livs", PartyKind.EMPLOYER, "Prov Livs AB")
        office = make_unit("Provs samordningsförbund", PartyKind.ASSOCIATION, "Samordningsförbundet Prov")
        scholars = make_unit("Provs utvärdering", PartyKind.EVALUATOR, "Utvärdering AB")
        past = timezone.now() - timedelta(days=1)
        self.coordinator = make_member("elif", norr, Role.COORDINATOR)
        self.colleague = make_member("noor", norr, Role.CLINICIAN)
        self.manager = make_member("ulla", norr, Role.MANAGER)
        self.other_clinic = make_member("jonas", soder, Role.COORDINATOR)
        self.investigator = make_member("karin", fk_a, Role.INVESTIGATOR)
        self.unassigned_officer = make_member("oskar", fk_a, Role.OFFICER)
        self.other_fk_unit = make_member("mats", fk_b, Role.OFFICER)
        self.ended_member = make_member("vera", norr, Role.COORDINATOR, until_at=past)
        self.health_centre = make_member("petra", centre, Role.COORDINATOR)
        self.private_care = make_member("samir", private, Role.COORDINATOR)
        self.af_officer = make_member("anders", work, Role.OFFICER)
        self.soc_officer = make_member("sonja", social, Role.OFFICER)
        self.employer = make_member("jens", shop, Role.EMPLOYER_CONTACT)
        self.association_officer = make_member("pia", office, Role.ASSOCIATION_OFFICER)
        self.evaluator = make_member("edvin", scholars, Role.EVALUATOR)
        self.steering = make_member("birgitta", fk_b, Role.PROJECT_STAFF)
        self.project_lead = make_member("helena", norr, Role.PROJECT_STAFF)
        self.administrator = make_member("admin", norr, Role.ADMINISTRATOR)
        self.auditor = make_member("revisor", norr, Role.AUDITOR)
        self.stranger: Membership | None = None

    @property
    def everyone(self) -> dict[str, Membership | None]:
        """Name to membership; the stranger is None. Whoever sees something comes last but one (context must not leak)."""
        people = dict(vars(self))
        people["coordinator"] = people.pop("coordinator")
        people["stranger"] = people.pop("stranger")
        return people


@pytest.fixture
def cast(db) -> Cast:
    return Cast()


@pytest.fixture
def sign_in(client):
    """Signs a member of the cast in; None signs out."""

    def as_member(member: Membership | None):
        client.logout()
        if member is not None:
            client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return as_member
