"""Keys of this machine: made once, kept in the data folder, readable by their owner only."""

import base64
import json
import os
import secrets
import tempfile
from pathlib import Path


def fresh() -> dict[str, str]:
    """A new set: what signs, what encrypts personal numbers, what finds them again."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "NUMBER_KEYS": "1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "NUMBER_INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }


def kept(file: Path) -> dict[str, str]:
    """The keys in the file, made there first if it is missing. Lose it and encrypted numbers are lost."""
    if not file.exists():
        descriptor, aside = tempfile.mkstemp(dir=file.parent)  # readable by its owner only, from the start
        with open(descriptor, "w") as new:
            json.dump(fresh(), new, indent=1)
            new.flush()
            os.fsync(new.fileno())
        try:
            os.link(
                aside, file
            )  # unlike a rename, refuses to replace keys that another process has just made
        except FileExistsError:
            pass
        finally:
            os.unlink(aside)
    return dict(json.loads(file.read_text()))
