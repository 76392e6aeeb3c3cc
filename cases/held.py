"""A case list on its way: in memory while it is sent, sealed while it waits between the check and the import.

The list is full of personal numbers, so it may lie nowhere in the clear. It waits in a file of its own
under FILES_ROOT, sealed by AES-GCM with a key that is nowhere whole: one half is random and stands in the
member's session (its row in the database; the cookie holds neither), the other comes from SECRET_KEY
(outside the database and the files). A backup of the files, or of the database, or of both, opens nothing;
nor does another member's session, nor the same person's after logging out, when the half in the session is
gone. It is destroyed when it is imported, when it is thrown away, when another list takes its place, and
after an hour (`sweep`; a list older than that is not opened even if the sweep is late). No name of the
file on disk, and nothing of the list, stands in an address or a log.

After the import what was told of it (counts and places) waits in the same way, without the list.
"""

import json
import os
import secrets
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from time import time
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.crypto import salted_hmac

from cases.listcells import MAX_BYTES

LASTS = timedelta(hours=1)
_KEPT = "case_list"
_NONCE = 12


class ListUpload(FileUploadHandler):
    """Keeps what is sent in memory, never in a temporary folder, and no more of it than a list may be.

    A larger file is counted to its end and thrown away as it comes: the form then says that it is too large.
    """

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        self.content = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) <= MAX_BYTES:
            self.content.write(raw_data)
        else:
            self.content = BytesIO()

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.content.seek(0)
        return InMemoryUploadedFile(
            self.content, self.field_name, self.file_name, self.content_type, file_size, self.charset
        )


@dataclass(frozen=True, repr=False)
class Held:
    """What waits for one member: what was told of the list, and the list itself until it is imported."""

    told: dict[str, Any]
    content: bytes


def hold(session: SessionBase, member: int, told: dict[str, Any], content: bytes = b"") -> None:
    """Seals it for this member in this session; what waited before is destroyed. told: values of JSON."""
    destroy(session)
    sweep()
    name, half = secrets.token_hex(16), secrets.token_hex(32)
    nonce = os.urandom(_NONCE)
    head = json.dumps({"until": time() + LASTS.total_seconds(), "told": told}).encode()
    sealed = nonce + _cipher(half).encrypt(nonce, head + b"\n" + content, _bound_to(name, member))
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = folder / f".{name}"
    with open(aside, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write(sealed)
    aside.rename(folder / name)
    session[_KEPT] = {"name": name, "half": half}


def look(session: SessionBase, member: int) -> Held | None:
    """What waits for this member in this session, or None when nothing does (any more)."""
    kept = session.get(_KEPT)
    if kept is None:
        return None
    try:
        return _opened((_folder() / kept["name"]).read_bytes(), kept, member)
    except FileNotFoundError:
        return None


def take(session: SessionBase, member: int) -> Held | None:
    """As `look`, and it is gone: of two clicks on one button only one gets the list."""
    kept = session.get(_KEPT)
    if kept is None:
        return None
    mine = _folder() / f".taken-{secrets.token_hex(16)}"
    try:
        (_folder() / kept["name"]).rename(mine)
        return _opened(mine.read_bytes(), kept, member)
    except FileNotFoundError:
        return None
    finally:
        mine.unlink(missing_ok=True)


def destroy(session: SessionBase) -> None:
    """Nothing waits any longer."""
    kept = session.pop(_KEPT, None)
    if kept is not None:
        (_folder() / kept["name"]).unlink(missing_ok=True)


def sweep() -> int:
    """Destroys what is an hour old, also what a killed process left; returns how many. Safe to repeat."""
    swept = 0
    oldest = time() - LASTS.total_seconds()
    for path in _folder().glob("*") if _folder().is_dir() else ():
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
                swept += 1
        except FileNotFoundError:
            continue
    return swept


def _folder() -> Path:
    return settings.FILES_ROOT / "case-lists"


def _cipher(half: str) -> AESGCM:
    return AESGCM(salted_hmac("cases.held", half, algorithm="sha256").digest())


def _bound_to(name: str, member: int) -> bytes:
    return f"case list {name} of member {member}".encode()


def _opened(sealed: bytes, kept: dict[str, str], member: int) -> Held | None:
    try:
        plain = _cipher(kept["half"]).decrypt(
            sealed[:_NONCE], sealed[_NONCE:], _bound_to(kept["name"], member)
        )
    except InvalidTag:
        return None
    head, _newline, content = plain.partition(b"\n")
    values = json.loads(head)
    return Held(values["told"], content) if values["until"] > time() else None
