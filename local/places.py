"""Where things lie on this machine, and how processes of one checkout keep out of each other's way."""

import fcntl
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"


class Stopped(Exception):
    """A sentence for the person at the terminal; `code` becomes the exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def say(sentence: str) -> None:
    """One line to the person at the terminal. On standard error: standard output belongs to the command."""
    print(f"» {sentence}", file=sys.stderr, flush=True)


def data_folder(checkout: Path = ROOT, *, make: bool = True) -> Path:
    """The folder of local data, made if missing unless `make` is off: one for each checkout and user.

    Outside home and repository, because as root the embedded database runs as a user of its own that must
    reach it; short, because the path of a Unix socket may be 107 characters. LOCAL_DATA names another one.
    Raises Stopped if the folder is there but not ours: a shared temporary folder is open to everybody.
    """
    name = hashlib.sha256(str(checkout).encode()).hexdigest()[:10]
    folder = Path(os.environ.get("LOCAL_DATA") or f"/var/tmp/samverkan-{os.getuid()}-{name}")  # noqa: S108
    with_passage = 0o711 if os.getuid() == 0 else 0o700
    if not make and not folder.exists():
        return folder
    try:
        folder.mkdir(parents=True)
        folder.chmod(with_passage)
        (folder / "checkout").write_text(f"{checkout}\n")
    except FileExistsError:
        pass
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise Stopped(
            f"{folder} is not a folder of yours alone. Move it away, or name another one in LOCAL_DATA."
        )
    if len(os.fsencode(folder)) > 70:
        raise Stopped(f"{folder} is too long a path for the sockets in it. Name a shorter one in LOCAL_DATA.")
    return folder


@contextmanager
def alone(lock: Path, meanwhile: str) -> Iterator[None]:
    """Holds the lock file for the block. While another process holds it, says `meanwhile` and waits."""
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(meanwhile)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_held(lock: Path) -> bool:
    """Whether some process holds the lock file now."""
    try:
        with lock.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def last_lines(log: Path, lines: int = 30) -> str:
    """The end of a log, for a message; empty if there is none."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""
