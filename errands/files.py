"""Stored files: written aside and renamed, so that a file is whole or not there; named at random, found by its row."""

import hashlib
import os
import secrets
from datetime import datetime

from django.conf import settings

from errands.models import File


class FileChanged(Exception):
    """What lies on disk is not what was stored."""


def store(
    title: str,
    content: bytes,
    *,
    type: str,
    unit: int | None = None,
    item: int | None = None,
    until_at: datetime | None = None,
) -> File:
    """Keeps `content` and returns its row. title: what a download is called, without personal data. type: a media type.

    unit: whose it is when a person is in it; None only for files about no person.
    """
    name = secrets.token_hex(16)
    folder = settings.FILES_ROOT / name[:2]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = folder / f".{name}"
    with open(aside, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    aside.rename(folder / name)
    return File.objects.create(
        unit=unit,
        item=item,
        name=name,
        title=title,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        type=type,
        until_at=until_at,
    )


def read(file: File) -> bytes:
    """The content as stored; FileChanged when disk and row no longer agree, FileNotFoundError when it is gone."""
    content = (settings.FILES_ROOT / file.name[:2] / file.name).read_bytes()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise FileChanged(file.name)
    return content


def destroy(name: str) -> None:
    """Takes the content of a stored file from the disk; its row stays and tells that it was. Safe to repeat."""
    (settings.FILES_ROOT / name[:2] / name).unlink(missing_ok=True)
