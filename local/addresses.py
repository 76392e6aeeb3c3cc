"""Service addresses from the environment: all three, or none and the house brings its own services."""

from collections.abc import Mapping
from dataclasses import dataclass

from local.places import Stopped

NAMES = {
    "DATABASE_URL": "the database as portal_app",
    "DATABASE_OWNER_URL": "the database as portal_owner",
    "REDIS_URL": "Redis or Valkey",
}


@dataclass(frozen=True)
class Addresses:
    database: str
    database_owner: str
    redis: str

    def as_environment(self) -> dict[str, str]:
        return dict(zip(NAMES, (self.database, self.database_owner, self.redis), strict=True))


def given(environment: Mapping[str, str]) -> Addresses | None:
    """The three addresses, or None when none is given; an empty one is none. Raises Stopped when some are.

    Half a set would mix somebody's server with one that disappears with this process.
    """
    missing = [name for name in NAMES if not environment.get(name)]
    if len(missing) == len(NAMES):
        return None
    if missing:
        named = " and ".join(name for name in NAMES if name not in missing)
        wanted = " and ".join(f"{name} ({NAMES[name]})" for name in missing)
        are, lack = ("is", "are") if len(missing) == 2 else ("are", "is")
        raise Stopped(
            f"{named} {are} given, but {wanted} {lack} not. "
            "Give all three, or none: then PostgreSQL and Valkey are started for you."
        )
    return Addresses(*(environment[name] for name in NAMES))
