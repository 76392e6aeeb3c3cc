"""The test house: database set-up with both nets on, and the cast.

Tests run as portal_app, the restricted role: a suite that runs as the owner proves nothing about the wall. Rows are
moved in time, never the clock, since the database has a clock of its own.
"""

import os
import shutil
from datetime import datetime, timedelta

import hypothesis
import pytest
from django.contrib.auth.hashers import make_password
from django.db import connections
from django.utils import timezone

from parties.models import Membership, Organisation, Party, PartyKind, Role, Unit, User
from samverkan.catalogue import compile_catalogue, is_stale
from tests.factories import PASSWORD

if is_stale():
    compile_catalogue()

# A busy machine is no fault of a rule: how long a value takes to think of, or an example to run, fails no test.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")

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


END_THE_OTHERS = """
select pg_terminate_backend(pid, 2000) from pg_stat_activity
where datname = current_database() and usename = current_user and pid <> pg_backend_pid()
"""


@pytest.fixture(autouse=True, scope="session")
def _never_the_real_database(request, django_db_setup, django_db_blocker):
    # Without a database test there is no test database, and pytest-django lets nobody through to the real one.
    if any(item.get_closest_marker("django_db") for item in request.session.items):
        for connection in connections.all():
            assert connection.settings_dict["NAME"].startswith("test_"), connection.alias
    yield
    # A thread of the live server lives as long as its browser's connection, and holds the database until it notices;
    # so do the mirrors. Left open, dropping it waits five seconds and warns.
    connections.close_all()
    with django_db_blocker.unblock():
        for role in ("default", "owner"):
            if connections[role].settings_dict["NAME"].startswith("test_"):
                with connections[role].cursor() as cursor:
                    cursor.execute(END_THE_OTHERS)
                connections[role].close()


@pytest.fixture(autouse=True)
def _files_in_a_folder_of_the_test(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _axes_off(settings):
    """Signing in a hundred times from one address is a test's habit; the tests of the lock switch it on."""
    settings.AXES_ENABLED = False


Place = tuple[str, PartyKind, str]  # a unit's name, the kind of its party, and the organisation


def make_members(*people: tuple[str, Place, Role, datetime | None]) -> dict[str, Membership]:
    """Name, place, role and last moment → the memberships by name, as `make_member` makes them, in eight statements.

    The cast of most tests: one at a time it was 160 statements and a tenth of a second.
    """
    places = list(dict.fromkeys(place for _, place, _, _ in people))
    names = list(dict.fromkeys(organisation for _, _, organisation in places))
    rows = Organisation.objects.bulk_create(Organisation(name=name) for name in names)
    organisations = dict(zip(names, rows, strict=True))
    kinds = list(dict.fromkeys((organisation, kind) for _, kind, organisation in places))
    Party.objects.bulk_create(
        Party(organisation=organisations[organisation], kind=kind, name=f"{organisation} {kind}")
        for organisation, kind in kinds
    )
    # Read anew: the side of a party is worked out by the database.
    parties = {(p.organisation_id, p.kind): p for p in Party.objects.filter(organisation__in=rows)}
    units = {
        place: Unit(party=parties[organisations[place[2]].pk, place[1]], name=place[0]) for place in places
    }
    Unit.objects.bulk_create(units.values())
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(
            email=f"{name}@samverkan.example",
            name=name.title(),
            side=units[place].party.side,
            password=password,
        )
        for name, place, _, _ in people
    )
    Membership.objects.bulk_create(
        Membership(
            user=user, unit=units[place], party=units[place].party, role=role, side=units[place].party.side,
            from_at=timezone.now() - timedelta(days=400), until_at=until_at,
        )
        for user, (_, place, role, until_at) in zip(users, people, strict=True)
    )  # fmt: skip
    made = Membership.objects.filter(user__in=users).select_related("unit__party__organisation", "user")
    by_user = {member.user_id: member for member in made}
    return {name: by_user[user.pk] for user, (name, _, _, _) in zip(users, people, strict=True)}


class Cast:
    """The people every verb meets (house.md). The near miss is the test: same region, same authority, same unit once."""

    def __init__(self) -> None:
        region, agency, past = "Region Provlandet", "Försäkringskassan", timezone.now() - timedelta(days=1)
        norr = "Mottagning Norr", PartyKind.PSYCHIATRY, region
        soder = "Mottagning Söder", PartyKind.PSYCHIATRY, region
        fk_a = "FK Prov A", PartyKind.FK, agency
        fk_b = "FK Prov B", PartyKind.FK, agency
        centre = "Vårdcentral Prov", PartyKind.PRIMARY_CARE, region
        private = "Privat Vård Prov", PartyKind.PRIVATE_PRIMARY_CARE, "Privat Vård AB"
        work = "AF Prov", PartyKind.AF, "Arbetsförmedlingen"
        social = "Socialkontor Prov", PartyKind.SOCIAL_SERVICES, "Provs kommun"
        shop = "Prov Livs", PartyKind.EMPLOYER, "Prov Livs AB"
        office = "Provs samordningsförbund", PartyKind.ASSOCIATION, "Samordningsförbundet Prov"
        scholars = "Provs utvärdering", PartyKind.EVALUATOR, "Utvärdering AB"
        members = make_members(
            ("elif", norr, Role.COORDINATOR, None),
            ("noor", norr, Role.CLINICIAN, None),
            ("ulla", norr, Role.MANAGER, None),
            ("jonas", soder, Role.COORDINATOR, None),
            ("karin", fk_a, Role.INVESTIGATOR, None),
            ("oskar", fk_a, Role.OFFICER, None),
            ("mats", fk_b, Role.OFFICER, None),
            ("vera", norr, Role.COORDINATOR, past),
            ("petra", centre, Role.COORDINATOR, None),
            ("samir", private, Role.COORDINATOR, None),
            ("anders", work, Role.OFFICER, None),
            ("sonja", social, Role.OFFICER, None),
            ("jens", shop, Role.EMPLOYER_CONTACT, None),
            ("pia", office, Role.ASSOCIATION_OFFICER, None),
            ("edvin", scholars, Role.EVALUATOR, None),
            ("birgitta", fk_b, Role.PROJECT_STAFF, None),
            ("helena", norr, Role.PROJECT_STAFF, None),
            ("admin", norr, Role.ADMINISTRATOR, None),
            ("revisor", norr, Role.AUDITOR, None),
            ("inger", fk_a, Role.REGISTRAR, None),
            ("rolf", social, Role.REGISTRAR, None),
        )
        self.coordinator = members["elif"]
        self.colleague = members["noor"]
        self.manager = members["ulla"]
        self.other_clinic = members["jonas"]
        self.investigator = members["karin"]
        self.unassigned_officer = members["oskar"]
        self.other_fk_unit = members["mats"]
        self.ended_member = members["vera"]
        self.health_centre = members["petra"]
        self.private_care = members["samir"]
        self.af_officer = members["anders"]
        self.soc_officer = members["sonja"]
        self.employer = members["jens"]
        self.association_officer = members["pia"]
        self.evaluator = members["edvin"]
        self.steering = members["birgitta"]
        self.project_lead = members["helena"]
        self.administrator = members["admin"]
        self.auditor = members["revisor"]
        self.registrar = members["inger"]
        self.other_registrar = members["rolf"]
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
