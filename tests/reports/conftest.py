from tests.initiatives.conftest import folder, insats, trace

__all__ = ["folder", "insats", "trace"]
