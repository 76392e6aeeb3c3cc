"""The insats that the rules on work need."""

from tests.initiatives.conftest import insats  # noqa: F401
