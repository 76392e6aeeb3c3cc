"""One process for each house that holds its PostgreSQL and Valkey for as long as somebody uses them.

A house is a folder: `run` for the portal and its commands, `test-1`, `test-2` … for test runs. Whoever uses
it holds a shared lock on `users`. The kernel lets go of a lock however its holder ends, so the count is right
even after kill -9: once the keeper gets the lock for itself alone, nobody is left, and it stops the services.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from local import postgres, valkey
from local.addresses import Addresses
from local.places import ROOT, Stopped, alone, is_held, last_lines


class House:
    """A user's hold on the services of a folder."""

    def __init__(self, folder: Path, *, thrown_away: bool = False) -> None:
        self.folder = folder
        self.thrown_away = thrown_away
        self.keeper: subprocess.Popen[bytes] | None = None
        self.addresses = Addresses(
            postgres.address(folder, "portal_app"),
            postgres.address(folder, "portal_owner"),
            valkey.address(folder),
        )

    def has_keeper(self) -> bool:
        return is_held(self.folder / "keeper")

    def ensure(self) -> None:
        """Starts the keeper unless it lives, and returns when its services answer."""
        with alone(self.folder / "starting", "Another process is starting the services; waiting for it."):
            if self.has_keeper():
                return
            heard, told = os.pipe()
            with (self.folder / "services.log").open("ab") as log:
                self.keeper = subprocess.Popen(
                    [
                        sys.executable,
                        "-m",
                        "local.keeper",
                        self.folder,
                        str(told),
                        "thrown-away" if self.thrown_away else "kept",
                    ],
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[told],
                    start_new_session=True,
                )
            os.close(told)
            with open(heard) as answer:
                said = answer.read()
            if said != "ready":
                self.keeper.wait()
                raise Stopped(
                    said or f"The services do not start:\n{last_lines(self.folder / 'services.log')}"
                )


@contextmanager
def services(folder: Path, *, thrown_away: bool = False) -> Iterator[House]:
    """Uses the services of a house, starting them if need be; the last to leave waits for their stop."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711 if os.getuid() == 0 else 0o700)
    with (folder / "users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper is stopping
        house = House(folder, thrown_away=thrown_away)
        house.ensure()
        try:
            yield house
        finally:
            _leave(house, users.fileno())


def _leave(house: House, users: int) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    # Nobody else is here, and nobody can come in before this lock is released.
    with contextlib.suppress(FileNotFoundError, ValueError, ProcessLookupError):
        os.kill(int((house.folder / "keeper").read_text()), signal.SIGTERM)
    until = time.monotonic() + 30
    while house.has_keeper() and time.monotonic() < until:
        time.sleep(0.02)
    if house.keeper is not None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            house.keeper.wait(5)


def _keep(folder: Path, told: int, thrown_away: bool) -> None:
    """The keeper itself: starts both services, restarts what dies, stops both when nobody is left."""
    os.umask(0o077)
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    # Opened before `users`, hence closed before it if this process is killed: who comes in finds no keeper.
    with (folder / "keeper").open("a+") as mine, (folder / "users").open("a") as users:
        fcntl.flock(mine, fcntl.LOCK_EX)  # at once, but for somebody who looks whether it is held
        mine.truncate(0)
        mine.write(str(os.getpid()))
        mine.flush()
        who = postgres.runner(folder.parent)
        who.own(folder / "socket")
        postgres.make(folder, who)
        starts = {
            "PostgreSQL": lambda: postgres.start(folder, who, thrown_away=thrown_away),
            "Valkey": lambda: valkey.start(folder, who),
        }
        running = {}
        try:
            for name, start in starts.items():
                running[name] = start()
            os.write(told, b"ready")
            os.close(told)
            while not stopping and not _alone_with(users):
                for name, process in list(running.items()):
                    if process.poll() is not None:
                        print(f"{name} ended ({process.returncode}) and is started again.", flush=True)
                        time.sleep(0.5)
                        # A server killed hard leaves children that need a moment; the next round succeeds.
                        with contextlib.suppress(Stopped):
                            running[name] = starts[name]()
                time.sleep(0.2)
        finally:
            if "Valkey" in running:
                postgres.stop(running["Valkey"], signal.SIGTERM)
            if "PostgreSQL" in running:
                postgres.stop(running["PostgreSQL"], signal.SIGINT, signal.SIGQUIT)
            mine.close()


def _alone_with(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    _told = int(sys.argv[2])
    try:
        _keep(Path(sys.argv[1]), _told, sys.argv[3] == "thrown-away")
    except Stopped as sentence:
        print(sentence, flush=True)
        with contextlib.suppress(OSError):
            os.write(_told, str(sentence).encode())
        sys.exit(1)
