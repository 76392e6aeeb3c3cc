"""The demo, loaded for a module: what is committed here is cleared away by the owner afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.test.utils import override_settings
from django.utils import timezone

from tests.demo.digest import digest


@dataclass
class Loaded:
    """The day of loading, and what the first of the two loads left behind, in short."""

    anchor: date
    first: dict[str, str]


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker) -> Iterator[Loaded]:
    """The demo, loaded twice from nothing; the tests look at the second, and one compares the two."""
    quick = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"], "DEMO": True}
    # No worker is woken: what it would read lies in the test's own database.
    with django_db_blocker.unblock(), override_settings(**quick), patch("errands.jobs.tell"):
        anchor = timezone.localdate()
        try:
            _load()
            first = digest(anchor)
            _clear()
            _load()
            yield Loaded(anchor, first)
        finally:
            _clear()


def _load() -> None:
    call_command("load_demo", verbosity=0)


def _clear() -> None:
    # As after a test with real transactions: by the owner, whom the wall does not stop.
    call_command("flush", verbosity=0, interactive=False, database="owner")
