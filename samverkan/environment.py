"""What the portal needs from its surroundings, and the sentence it stops with when something is missing."""

import base64
import binascii
import os
import sys

import dj_database_url


def stop(sentence: str) -> None:
    """Ends the process with one sentence on stderr and exit code 1: a wrong setting is no traceback."""
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


def required(name: str, what: str) -> str:
    """The value of `name`; missing or empty stops the process. `what` says what the value is for."""
    value = os.environ.get(name, "").strip()
    if not value:
        stop(f"The setting {name} is missing: {what}. `make run` sets it for you; README says more.")
    return value


def flag(name: str) -> bool:
    """True for 1, true, yes, on (any case); false for anything else or nothing."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def key_of_32_bytes(name: str, text: str) -> bytes:
    """Decodes base64 to exactly 32 bytes; anything else stops the process without printing the value."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        stop(f"The setting {name} must hold 32 bytes in base64. Make one: openssl rand -base64 32")
    return key


def number_keys() -> dict[str, bytes]:
    """NUMBER_KEYS as `id:base64,id:base64`: the first encrypts, the others still open what they sealed."""
    keys: dict[str, bytes] = {}
    for part in required("NUMBER_KEYS", "the keys that encrypt personal numbers").split(","):
        key_id, _, text = part.strip().partition(":")
        if not key_id.isalnum() or not text:
            stop("The setting NUMBER_KEYS is written id:base64, several with a comma between.")
        keys[key_id] = key_of_32_bytes("NUMBER_KEYS", text)
    return keys


def number_index_key() -> bytes:
    """The key of the blind index; held apart from the database and from its backups (once out, all is found)."""
    text = required("NUMBER_INDEX_KEY", "the key that lets a personal number be found without being stored")
    return key_of_32_bytes("NUMBER_INDEX_KEY", text)


def database(name: str, what: str) -> dict:
    """A database setting from an address; PostgreSQL only, since the second net is row-level security."""
    try:
        parsed = dj_database_url.parse(required(name, what))
    except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError, ValueError):
        stop(f"The setting {name} is no database address. Example: postgresql://portal_app@host/samverkan")
    if parsed["ENGINE"] != "django.db.backends.postgresql":
        stop(f"The setting {name} must name a PostgreSQL database.")
    return dict(parsed)
