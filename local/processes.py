"""Small facts about processes that postgres, valkey, keeper and supervisor share."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def ends_with_parent(how: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`, without threads: the kernel sends `how` when the parent dies, even by kill -9.

    Linux only; elsewhere it does nothing.
    """

    def before_exec() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(how))

    return before_exec


def command_line(pid: int) -> str:
    """What the process was started with; empty if there is no such process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return ""
        found = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return found.stdout


def end_leftover(pid_file: Path, mark: str, how: signal.Signals) -> None:
    """Ends the process named in the file, if it still runs with `mark` in its command line, and waits for it.

    The number alone says nothing: after a restart of the machine it may be anybody's.
    """
    try:
        pid = int(pid_file.read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return
    for attempt in (how, signal.SIGKILL):
        until = time.monotonic() + 10
        while mark in command_line(pid):
            if time.monotonic() > until:
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, attempt)
            time.sleep(0.1)
    pid_file.unlink(missing_ok=True)


def stop(process: "subprocess.Popen[bytes]", *signals: signal.Signals, patience: float = 10) -> None:
    """Sends one signal after the other, each with its patience, until the process is gone; then kill -9."""
    for how in (*signals, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
