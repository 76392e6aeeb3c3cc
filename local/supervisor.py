"""Starts the processes of the portal, puts their name before what they say, and starts again what ends.

One thread: pipes are read when they hold something, deaths are noticed between. Each process leads a group of
its own: Ctrl-C reaches the supervisor alone, and what a killed process leaves behind can be ended too.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from local.processes import ends_with_parent

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY = 30.0  # whoever has run for this many seconds begins again with the shortest pause


@dataclass
class Child:
    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    again_at: float | None = None  # when to start it again, if it has ended
    short_lives: int = 0  # in a row
    unfinished: dict[int, bytes] = field(default_factory=dict)  # a line begun, by the pipe it comes through


class Supervisor:
    """Runs commands (name → argument list) from `start` to `stop`; `turn` does what is due. No threads."""

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        *,
        environment: Mapping[str, str],
        folder: Path,
        output: TextIO = sys.stdout,
        keep_open: Sequence[int] = (),
        follow: Mapping[str, Path] | None = None,
    ) -> None:
        self.children = [Child(name, command) for name, command in commands.items()]
        self.environment = dict(environment)
        self.folder = folder
        self.output = output
        self.keep_open = keep_open
        self.logs = {
            name: (path, path.stat().st_size if path.exists() else 0) for name, path in (follow or {}).items()
        }
        self.width = max((len(name) for name in [*commands, *self.logs]), default=0)
        self.selector = selectors.DefaultSelector()
        self.hung_up = False  # nobody reads what we say any longer

    def start(self, *names: str) -> None:
        """Starts the commands named, or all of them."""
        for child in self.children:
            if not names or child.name in names:
                self._start(child)

    def turn(self, seconds: float = 0.2) -> None:
        """Passes on what was said within `seconds`, then starts again what has ended and is due."""
        self._listen(seconds)
        for name, (path, place) in self.logs.items():
            self.logs[name] = (path, self._read_on(name, path, place))
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._bury(child, now)
            if child.again_at is not None and now >= child.again_at:
                self._start(child)

    def pid(self, name: str) -> int | None:
        """The process now running under the name, if one is."""
        for child in self.children:
            if child.name == name and child.process is not None:
                return child.process.pid
        return None

    def most_short_lives(self) -> int:
        """How often in a row the unsteadiest process has ended soon after its start."""
        return max((child.short_lives for child in self.children), default=0)

    def stop(self, patience: float = 10.0) -> None:
        """SIGTERM to all at once; after `patience` seconds, kill -9. Returns when every group is gone."""
        for child in self.children:
            if child.process is not None:
                with contextlib.suppress(ProcessLookupError):
                    child.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + patience
        while any(c.process is not None and c.process.poll() is None for c in self.children):
            if time.monotonic() > until:
                break
            self._listen(0.05)
        for child in self.children:
            if child.process is not None:
                _end_group(child.process)
                child.process = None
        self._listen(0)
        for key in list(self.selector.get_map().values()):
            self._close(key.fd)
        self.selector.close()

    def say(self, name: str, line: str) -> None:
        """One line under a name. When the reader has gone, the rest is said to nobody."""
        if self.hung_up:
            return
        try:
            self.output.write(f"{name:<{self.width}} | {line}\n")
            self.output.flush()
        except BrokenPipeError:
            self.hung_up = True

    def _start(self, child: Child) -> None:
        heard, told = os.pipe()
        os.set_blocking(heard, False)
        child.process = subprocess.Popen(
            child.command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            pass_fds=self.keep_open,
            start_new_session=True,
            # Hard: told gently while the broker goes too, a Celery worker tries to reconnect for ever.
            preexec_fn=ends_with_parent(signal.SIGKILL),
        )
        os.close(told)
        child.started_at = time.monotonic()
        child.again_at = None
        child.unfinished[heard] = b""
        self.selector.register(heard, selectors.EVENT_READ, child)

    def _bury(self, child: Child, now: float) -> None:
        assert child.process is not None
        code = child.process.returncode
        _end_group(child.process)
        for _ in range(20):  # its last words come before the line that it has ended
            if child.unfinished:
                self._listen(0.01)
        child.process = None
        child.short_lives = 0 if now - child.started_at > STEADY else child.short_lives + 1
        pause = min(FIRST_PAUSE * 2 ** max(child.short_lives - 1, 0), LONGEST_PAUSE)
        child.again_at = now + pause
        how = f"by signal {-code}" if code < 0 else f"with code {code}"
        self.say(child.name, f"ended {how}; starting it again in {pause:g} s")

    def _listen(self, seconds: float) -> None:
        if not self.selector.get_map():
            time.sleep(seconds)
            return
        for key, _ in self.selector.select(seconds):
            child: Child = key.data
            try:
                said = os.read(key.fd, 65536)
            except BlockingIOError:
                continue
            *lines, rest = (child.unfinished[key.fd] + said).split(b"\n")
            for line in lines:
                self.say(child.name, line.decode(errors="replace"))
            child.unfinished[key.fd] = rest
            if not said:
                if rest:
                    self.say(child.name, rest.decode(errors="replace"))
                del child.unfinished[key.fd]
                self._close(key.fd)

    def _close(self, pipe: int) -> None:
        self.selector.unregister(pipe)
        os.close(pipe)

    def _read_on(self, name: str, path: Path, place: int) -> int:
        try:
            with path.open("rb") as log:
                log.seek(place)
                said = log.read()
        except FileNotFoundError:
            return place
        whole, newline, _ = said.rpartition(b"\n")
        for line in whole.split(b"\n") if newline else ():
            self.say(name, line.decode(errors="replace"))
        return place + len(whole) + len(newline)


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """Kills what is left of a process and of those it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
