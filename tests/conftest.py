"""The test house: database set-up with both nets on, and the cast.

Tests run as portal_app, the restricted role: a suite that runs as the owner proves nothing about the wall. Rows are
moved in time, never the clock, since the database has a clock of its own.
"""

import pytest
from django.db import connections

from samverkan.catalogue import compile_catalogue, is_stale

if is_stale():
    compile_catalogue()


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
                pytest.mark.django_db(transaction=real, databases=["default", "ledger", "owner"]), append=False
            )


@pytest.fixture(autouse=True, scope="session")
def _never_the_real_database(django_db_setup, django_db_blocker):
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
