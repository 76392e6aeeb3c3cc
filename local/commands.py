"""The commands behind the Makefile. Each sets up what it needs and leaves nothing running."""

import contextlib
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from local import addresses, doctor, environment, keeper, locks, roles, setup
from local.addresses import Addresses
from local.places import ROOT, VENV, Stopped, data_folder, is_held, say
from local.processes import ends_with_parent
from local.supervisor import Supervisor

FIRST_PORT = 8000
PORTS_TO_TRY = 50
TOO_SHORT_LIVED = 5  # ends in a row, before the portal has answered once: then it is broken, not unlucky
ROOT_WARNING = "You're running the worker with superuser privileges"
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: Sequence[str]) -> int:
    """Runs the command named first; returns its exit code, 2 for a command that does not exist."""
    name, *rest = [*arguments, ""][: max(len(arguments), 1)]
    command = COMMANDS.get(name)
    if command is None:
        say(f"Commands: {', '.join(COMMANDS)}")
        return 2
    return command(rest)


# ── run ────────────────────────────────────────────────────────────────────────────────────────────────────
def run(arguments: Sequence[str]) -> int:
    """The portal with demo data, until Ctrl-C."""
    addresses.given(os.environ)  # half a set is said before minutes of setting up
    _in_venv("run", "run", arguments)
    with _signals() as stopping, _services("run") as (where, house), _listening(os.environ) as (port, web):
        folder = _folder("run")
        variables = environment.for_the_portal(environment.free_of_python(), where, folder, port)
        _prepare(folder, variables, stopping)
        supervisor = Supervisor(
            portal(web.fileno()),
            environment=variables,
            folder=ROOT,
            keep_open=[web.fileno()],
            follow={"services": folder / "services.log"},
        )
        try:
            return _serve(supervisor, house, port, stopping)
        finally:
            # A second Ctrl-C while we wait: at once.
            print("Stopping.", flush=True) if not supervisor.hung_up else None
            supervisor.stop(patience=10)


def portal(web: int) -> dict[str, list[str]]:
    """The processes of the portal, as in production; `web` is the descriptor of the listening socket.

    The supervisor holds the socket: the port stays ours, and a restarted web process loses no request.
    """
    python = [sys.executable, "-m"]
    # On one's own machine root may be all there is; Celery's page about it would hide the lines that matter.
    celery = [sys.executable, "-W", f"ignore:{ROOT_WARNING}", "-m", "celery", "--quiet", "-A", "samverkan"]
    worker = ["worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle", "--concurrency", "1"]
    quiet = ["--log-level", "warning"]
    gunicorn = ["gunicorn", "samverkan.wsgi:application", "--bind", f"fd://{web}", "--no-control-socket"]
    return {
        "web": [*python, *gunicorn, "--workers", "2", "--threads", "4", "--graceful-timeout", "5", *quiet],
        "worker": [*celery, *worker, "-Q", "default", "-n", "default@%h"],
        "reports": [*celery, *worker, "-Q", "reports", "-n", "reports@%h"],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--scheduler", "celery.beat:Scheduler"],
    }


def _serve(supervisor: Supervisor, house: "keeper.House | None", port: int, stopping: list[int]) -> int:
    supervisor.start("web")  # alone: on two cores the first page comes in half the time
    answers = False
    looked = time.monotonic()
    while not stopping and not supervisor.hung_up:
        supervisor.turn()
        if not answers and _answers(port):
            answers = True
            seconds = time.time() - float(os.environ.get("SAMVERKAN_STARTED", time.time()))
            print(f"Samverkan answers after {seconds:.0f} s. Ctrl-C stops it.", flush=True)
            print(f"http://127.0.0.1:{port}", flush=True)
            supervisor.start("worker", "reports", "beat")
        if not answers and supervisor.most_short_lives() >= TOO_SHORT_LIVED:
            say("The portal does not start: what it said stands above.")
            return 1
        if house is not None and time.monotonic() > looked + 2:
            looked = time.monotonic()
            if not house.has_keeper():
                supervisor.say("services", "PostgreSQL and Valkey are gone; starting them again")
                house.ensure()
    return 0


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=0.5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def _listening(variables: Mapping[str, str]) -> Iterator[tuple[int, socket.socket]]:
    wanted = variables.get("PORT") or str(FIRST_PORT)
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        raise Stopped(f"PORT is {wanted}; it must be a number from 1 to 65535.")
    with free_port(int(wanted)) as listening:
        port = listening.getsockname()[1]
        if port != int(wanted):
            print(f"Port {wanted} is busy; using {port}.", flush=True)
        yield port, listening


def free_port(first: int) -> socket.socket:
    """A socket on the first free port from `first` on, for this machine only. Stopped if all are busy."""
    for port in range(first, min(first + PORTS_TO_TRY, 65536)):
        candidate = socket.socket()
        # Without it, a port is busy for a minute after its last connection.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", port))
            candidate.listen(128)
        except OSError:
            candidate.close()
            continue
        return candidate
    raise Stopped(f"The ports {first}–{port} are all busy. Choose another with PORT=….")


# ── test, manage ───────────────────────────────────────────────────────────────────────────────────────────
def test(arguments: Sequence[str]) -> int:
    """The whole suite, or what the arguments for pytest say, on a database and broker of its own."""
    addresses.given(os.environ)
    _in_venv("test", "test", arguments)
    with (
        _signals() as stopping,
        _test_slot() as folder,
        _services(folder.name, thrown_away=True) as (where, _),
    ):
        files = folder / "files"
        shutil.rmtree(files, ignore_errors=True)
        files.mkdir(mode=0o700)
        variables = environment.for_tests(environment.free_of_python(), where, files)
        return _child([sys.executable, "-m", "pytest", *arguments], variables, stopping)


def manage(arguments: Sequence[str]) -> int:
    """Any management command, on the portal's database; standard output and exit code are the command's."""
    if not arguments:
        say("Say which command: make manage CMD='…'")
        return 2
    addresses.given(os.environ)
    _in_venv("run", "manage", arguments)
    with _signals() as stopping, _services("run") as (where, _):
        folder = _folder("run")
        variables = environment.for_the_portal(environment.free_of_python(), where, folder)
        _prepare(folder, variables, stopping)
        return _child([sys.executable, "manage.py", *arguments], variables, stopping)


@contextmanager
def _test_slot() -> Iterator[Path]:
    """The first test house that no other run uses: two runs at once would drop each other's test database."""
    for number in range(1, 20):
        folder = _folder(f"test-{number}")
        with (folder / "slot").open("a") as mine:
            try:
                fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield folder
            return
    raise Stopped("Twenty test runs at once are too many.")


# ── reset, doctor, roles, locks ────────────────────────────────────────────────────────────────────────────
def reset(arguments: Sequence[str]) -> int:
    """Throws the local data away: databases, files, keys, logs. Refuses while somebody uses them."""
    folder = data_folder()
    for lock in [folder / "setup", *folder.glob("*/users")]:
        until = time.monotonic() + 10  # the last user may be on the way out
        while is_held(lock):
            if time.monotonic() > until:
                raise Stopped(
                    f"The data is in use ({lock.parent.name}). Stop make run, make test or make manage first."
                )
            time.sleep(0.1)
    shutil.rmtree(folder)
    say(f"{folder} is gone: databases, files, keys and logs. The next command makes new ones.")
    return 0


def show_roles(arguments: Sequence[str]) -> int:
    """The SQL a DBA runs once, where service addresses are given."""
    print(roles.for_a_dba())
    return 0


def lock(arguments: Sequence[str]) -> int:
    """Compiles requirements/*.txt anew from pyproject.toml; the arguments go to uv, as `--upgrade`."""
    _in_venv("run", "lock", arguments)
    return locks.compile_all(VENV / "bin" / "uv", arguments)


# ── what they share ────────────────────────────────────────────────────────────────────────────────────────
def _in_venv(purpose: str, command: str, arguments: Sequence[str]) -> None:
    """Goes on in .venv, set up for the purpose; returns only when this process is there already."""
    python = setup.python_command(purpose)
    if Path(sys.prefix) != VENV:
        # From the checkout, or the package `local` would not be found; its path, since -m puts only "" there.
        os.chdir(ROOT)
        os.execve(python, [python, "-m", "local", command, *arguments], environment.free_of_python())


def _folder(name: str) -> Path:
    folder = data_folder() / name
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711 if os.getuid() == 0 else 0o700)
    return folder


@contextmanager
def _services(name: str, *, thrown_away: bool = False) -> Iterator[tuple[Addresses, "keeper.House | None"]]:
    given = addresses.given(os.environ)
    if given is not None:
        yield given, None
        return
    with keeper.services(_folder(name), thrown_away=thrown_away) as house:
        yield house.addresses, house


def _prepare(folder: Path, variables: Mapping[str, str], stopping: list[int]) -> None:
    """Raises Stopped with the exit code of what failed; it has said why."""
    done = _child(
        [sys.executable, "-m", "local.prepare", str(folder)], variables, stopping, stdout=sys.stderr
    )
    if stopping:
        raise Stopped("Stopped before everything was ready.", 128 + stopping[0])
    if done:
        raise Stopped(
            "The database could not be prepared: see above. make reset starts with an empty one.", done
        )


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Collects the signals that ask for an end, instead of dying of them. Restores what was there before."""
    received: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)

    before = {number: signal.signal(number, note) for number in ENDING}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _child(
    command: Sequence[str], variables: Mapping[str, str], stopping: list[int], stdout: IO[str] | None = None
) -> int:
    """Runs a command in the foreground and returns its exit code, as a shell would: 128 + n for signal n.

    Ctrl-C reaches it from the terminal by itself; a SIGTERM to this process is passed on.
    """
    process = subprocess.Popen(
        list(command),
        cwd=ROOT,
        env=dict(variables),
        stdout=stdout,
        preexec_fn=ends_with_parent(signal.SIGTERM),
    )
    passed_on = 0
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = process.wait(0.1)
            return 128 - code if code < 0 else code
        for number in stopping[passed_on:]:
            passed_on += 1
            if number != signal.SIGINT:
                process.send_signal(number)


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "run": run,
    "test": test,
    "manage": manage,
    "doctor": doctor.main,
    "reset": reset,
    "roles": show_roles,
    "lock": lock,
}
