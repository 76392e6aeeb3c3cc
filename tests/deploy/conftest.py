"""Tests of what is handed to others: no Django set up here, no database of the portal."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def _never_the_real_database():
    """Nothing here opens the portal's database, so none is made when only these tests are picked."""


@pytest.fixture(autouse=True)
def _files_in_a_folder_of_the_test():
    """No files either."""


@pytest.fixture(autouse=True)
def _axes_off():
    """Nor logins."""
