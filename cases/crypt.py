"""Sealing of personal numbers at rest, and the keyed hash by which one is found again.

A seal is AES-GCM over the twelve digits, bound to table and row: moved to another person's row it does
not open. It names its key: `<key id>:` + 12 bytes of nonce + ciphertext and tag. The keys stand in the
settings: NUMBER_KEYS (id → 32 bytes, the first seals, the others still open) and NUMBER_INDEX_KEY (32
bytes, for the hash alone). Both are kept apart from the database and its backups; whoever holds the
index key finds every number in minutes.
"""

import hmac
import os
import re
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12
_TWELVE_DIGITS = re.compile(r"[0-9]{12}")


class NumberSealBroken(Exception):
    """A seal that does not open: of another row, changed, cut off, or by a key that is not here.

    Says which of the two it can tell apart (key or seal), never anything of the number.
    """


def seal(digits: str, row_id: int) -> bytes:
    """Seal a number for its row. In: the twelve digits, the id of the cases_person row. Out: bytes to store.

    The same number sealed twice gives different bytes. Raises ValueError when `digits` are not twelve.
    """
    _check(digits)
    key_id, key = next(iter(settings.NUMBER_KEYS.items()))
    nonce = os.urandom(_NONCE)
    return f"{key_id}:".encode() + nonce + AESGCM(key).encrypt(nonce, digits.encode(), _bound_to(row_id))


def open_sealed(blob: bytes | memoryview, row_id: int) -> str:
    """The twelve digits of a seal. Raises NumberSealBroken."""
    key_id, sealed = _parts(blob)
    key = settings.NUMBER_KEYS.get(key_id)
    if key is None:
        raise NumberSealBroken("the key of the seal is not among NUMBER_KEYS")
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound_to(row_id)).decode()
    except (InvalidTag, ValueError):
        raise NumberSealBroken("the seal does not open for this row") from None


def needs_resealing(blob: bytes | memoryview) -> bool:
    """True when the seal is not by the key that seals now: after a rotation, open it and seal it anew."""
    return _parts(blob)[0] != next(iter(settings.NUMBER_KEYS))


def index_key(digits: str) -> bytes:
    """The hash by which a number is found: HMAC-SHA256 over the twelve digits, 32 bytes, the same every time.

    Raises ValueError when `digits` are not twelve: another form of the same number would be another person.
    """
    _check(digits)
    return hmac.new(settings.NUMBER_INDEX_KEY, digits.encode(), sha256).digest()


def heading_key(text: str) -> str:
    """The hash by which a heading of a list is known again, in hex: keyed like the numbers' and never equal to one of theirs.

    A bare hash of a first row that turned out to be a person's would be a number to find in minutes.
    """
    return hmac.new(settings.NUMBER_INDEX_KEY, b"heading\0" + text.encode(), sha256).hexdigest()


def _check(digits: str) -> None:
    if not _TWELVE_DIGITS.fullmatch(digits):
        raise ValueError("a number is sealed and found by its twelve digits")


def _bound_to(row_id: int) -> bytes:
    return f"cases_person:{row_id}".encode()


def _parts(blob: bytes | memoryview) -> tuple[str, bytes]:
    key_id, colon, sealed = bytes(blob).partition(b":")
    if not colon:
        raise NumberSealBroken("these bytes are no seal")
    return key_id.decode(errors="replace"), sealed
