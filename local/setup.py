"""What must be on the machine before anything can start. Standard library only: nothing else is there yet."""

import ctypes
import ctypes.util
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.places import ROOT, VENV, Stopped, alone, data_folder, last_lines, say

PYTHON = VENV / "bin" / "python"
STAMP = VENV / "samverkan.json"
LOCKS = {"run": "local.txt", "test": "test.txt"}  # what a command needs → the lock in requirements/
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


@dataclass(frozen=True)
class SystemPart:
    """Something a package manager of the system brings, under its name on Debian."""

    debian: str
    what_for: str
    is_there: Callable[[], bool]
    only_tests: bool = False


def _library(name: str) -> Callable[[], bool]:
    def is_there() -> bool:
        for candidate in (name, ctypes.util.find_library(name.removeprefix("lib").split(".so")[0])):
            try:
                if candidate:
                    ctypes.CDLL(candidate)
                    return True
            except OSError:
                continue
        return False

    return is_there


def browser() -> str | None:
    """The Chromium that the browser tests drive."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def _can_make_venv() -> bool:
    return PYTHON.exists() or all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


SYSTEM_PARTS = (
    SystemPart("python3-venv", "the project's own Python packages", _can_make_venv),
    SystemPart("libpango-1.0-0", "text in reports (PDF)", _library("libpango-1.0.so.0")),
    SystemPart("libpangoft2-1.0-0", "fonts in reports (PDF)", _library("libpangoft2-1.0.so.0")),
    SystemPart("libharfbuzz-subset0", "small fonts in reports (PDF)", _library("libharfbuzz-subset.so.0")),
    SystemPart("chromium", "browser tests", lambda: browser() is not None, only_tests=True),
    SystemPart("libatomic1", "the driver of browser tests", _library("libatomic.so.1"), only_tests=True),
)


def missing_system_parts(purpose: str) -> list[SystemPart]:
    return [
        part for part in SYSTEM_PARTS if (purpose == "test" or not part.only_tests) and not part.is_there()
    ]


def may_install() -> bool:
    """Whether this user installs system packages here without asking: root on Debian and its relatives."""
    return os.getuid() == 0 and shutil.which("apt-get") is not None


def line_to_run(parts: list[SystemPart]) -> str:
    """The one line that installs the parts, on Debian and its relatives."""
    names = " ".join(part.debian for part in parts)
    return f"sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends {names}'"


def python_command(purpose: str) -> str:
    """The Python with all packages for the purpose ("run" or "test"), after installing whatever is missing.

    Needs no network when nothing is missing. Stopped with the line to run if this user may not install.
    """
    with alone(data_folder() / "setup", "Another process is setting up this checkout; waiting for it."):
        _ensure_system(purpose)
        _ensure_packages(purpose)
    return str(PYTHON)


def is_installed(purpose: str) -> bool:
    """Whether .venv holds exactly what the lock says."""
    stamp = _stamp()
    enough = {LOCKS["test"]} if purpose == "test" else set(LOCKS.values())
    return stamp.get("lock") in enough and stamp.get("sha256") == _digest(str(stamp["lock"])) and _works()


# ── System packages ────────────────────────────────────────────────────────────────────────────────────────
def _ensure_system(purpose: str) -> None:
    missing = missing_system_parts(purpose)
    if not missing:
        return
    names = ", ".join(f"{part.debian} ({part.what_for})" for part in missing)
    apt = shutil.which("apt-get")
    if apt is None:
        raise Stopped(
            f"Missing on this system, by their names on Debian: {names}. Install them and run this again."
        )
    if os.getuid() != 0:
        raise Stopped(
            f"Missing on this system: {names}. Run this line, then try again:\n  {line_to_run(missing)}"
        )
    say(f"Installing {names}.")
    log = data_folder() / "setup.log"
    options = ["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3", "-o", "Dpkg::Use-Pty=0"]
    install = [apt, *options, "install", "-y", "--no-install-recommends", *(part.debian for part in missing)]
    # Known package lists save a third of the time; when they are too old or not there, they are fetched.
    if not (_logged(log, install) or (_logged(log, [apt, *options, "update"]) and _logged(log, install))):
        raise Stopped(f"apt-get could not install {names}. The end of {log}:\n{last_lines(log)}")
    importlib.invalidate_caches()
    still = missing_system_parts(purpose)
    if still:
        raise Stopped(
            f"Installed, but still not to be found: {', '.join(part.debian for part in still)}. See {log}"
        )


def _logged(log: Path, command: list[str], environment: dict[str, str] | None = None) -> bool:
    """Runs a command with all it says in the log. Whether it succeeded."""
    with log.open("ab") as output:
        output.write(f"\n$ {' '.join(command)}\n".encode())
        output.flush()
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=ROOT,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", **(environment or {})},
            check=False,
        )
    return done.returncode == 0


# ── Python packages ────────────────────────────────────────────────────────────────────────────────────────
def _ensure_packages(purpose: str) -> None:
    if is_installed(purpose):
        return
    log = data_folder() / "setup.log"
    if VENV.exists() and not os.access(VENV, os.W_OK):
        raise Stopped(
            f"{VENV} is somebody else's and not up to date. Remove it, or use a checkout of your own."
        )
    stamp = _stamp()
    if not _works():
        say("Making .venv.")
        stamp = {}
        if not _logged(log, [sys.executable, "-m", "venv", "--clear", str(VENV)]):
            raise Stopped(f"Python could not make {VENV}. The end of {log}:\n{last_lines(log)}")
        STAMP.write_text("{}")
    elif not STAMP.exists():
        stamp = {"lock": LOCKS["test"]}  # made by hand, for development: keep what tests need
    lock = LOCKS["test"] if LOCKS["test"] in (LOCKS[purpose], stamp.get("lock")) else LOCKS[purpose]
    say(f"Installing the Python packages of requirements/{lock}.")
    if not (_sync_with_uv(lock, log) or _install_with_pip(lock, log)):
        raise Stopped(f"The Python packages could not be installed. The end of {log}:\n{last_lines(log)}")
    STAMP.write_text(json.dumps({"lock": lock, "sha256": _digest(lock)}))


def _sync_with_uv(lock: str, log: Path) -> bool:
    uv = VENV / "bin" / "uv"
    pip = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--only-binary",
        ":all:",
    ]
    if not _logged(log, [*pip, "--require-hashes", "-r", "requirements/uv.txt"]):
        return False
    environment = {"VIRTUAL_ENV": str(VENV)}
    if SYSTEM_CERTIFICATES.exists() and "SSL_CERT_FILE" not in os.environ:
        environment["SSL_CERT_FILE"] = str(
            SYSTEM_CERTIFICATES
        )  # uv brings its own otherwise, without this network's
    if not os.access(Path.home(), os.W_OK) and "UV_CACHE_DIR" not in os.environ:
        environment["UV_CACHE_DIR"] = str(data_folder() / "uv")
    sync = [
        str(uv),
        "pip",
        "sync",
        "--quiet",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--python",
        str(PYTHON),
    ]
    return _logged(log, [*sync, f"requirements/{lock}"], environment)


def _install_with_pip(lock: str, log: Path) -> bool:
    """Slower, but reads the package index that this machine's pip is told to use, which uv does not."""
    say("uv could not; trying pip.")
    pip = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--only-binary",
        ":all:",
    ]
    return _logged(log, [*pip, "--require-hashes", "-r", f"requirements/{lock}"])


def _works() -> bool:
    """Whether .venv has a Python that runs: the one it was made with may have been removed since."""
    if Path(sys.prefix) == VENV:
        return True
    try:
        code = "import sys; sys.exit(sys.version_info < (3, 11))"
        return subprocess.run([PYTHON, "-c", code], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _stamp() -> dict[str, object]:
    try:
        return dict(json.loads(STAMP.read_text()))
    except (FileNotFoundError, ValueError):
        return {}


def _digest(lock: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / lock).read_bytes()).hexdigest()
