"""The embedded Valkey: the broker that wakes the workers. It keeps nothing: jobs stand in the database."""

import contextlib
import signal
import socket
import subprocess
import time
from pathlib import Path

from local.places import Stopped, last_lines
from local.postgres import Runner
from local.processes import end_leftover, ends_with_parent, stop


def address(house: Path) -> str:
    return f"redis+socket://{house / 'socket' / 'valkey.sock'}"


def start(house: Path, who: Runner) -> "subprocess.Popen[bytes]":
    """Starts the server on its socket alone and returns when it answers."""
    path = house / "socket" / "valkey.sock"
    pid_file = house / "socket" / "valkey.pid"
    end_leftover(pid_file, str(path), signal.SIGTERM)
    path.unlink(missing_ok=True)
    log = house / "valkey.log"
    options = {
        "port": "0",
        "unixsocket": path,
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "dir": path.parent,
    }
    with log.open("ab") as output:
        process = subprocess.Popen(
            [who.valkey, *(str(part) for name, value in options.items() for part in (f"--{name}", value))],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            preexec_fn=ends_with_parent(signal.SIGTERM),
            start_new_session=True,
            **who.as_user(),
        )
    pid_file.write_text(f"{process.pid}\n")
    until = time.monotonic() + 30
    while not _answers(path):
        if process.poll() is not None or time.monotonic() > until:
            stop(process, signal.SIGTERM)
            raise Stopped(f"Valkey does not start. The end of {log}:\n{last_lines(log)}")
        time.sleep(0.02)
    return process


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as ask, contextlib.suppress(OSError):
        ask.settimeout(1)
        ask.connect(str(path))
        ask.sendall(b"PING\r\n")
        return ask.recv(16).startswith(b"+PONG")
    return False
