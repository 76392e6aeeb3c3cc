from tests.initiatives.conftest import folder, insats, outsiders, trace

__all__ = ["folder", "insats", "outsiders", "trace"]
