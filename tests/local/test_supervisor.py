"""The supervisor: what dies comes back and is said, and nothing is left when it stops."""

import io
import os
import signal
import sys
import time
from collections.abc import Callable

import pytest

from local import supervisor as module
from local.supervisor import Supervisor


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


SLEEPS = _python("import time; print('up', flush=True); time.sleep(600)")
FAILS = _python("import sys; print('no settings'); sys.exit(3)")
STUBBORN = _python(
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('up', flush=True); time.sleep(600)"
)
WITH_A_CHILD = _python(
    "import subprocess, time; child = subprocess.Popen(['sleep', '600'])\n"
    "print(child.pid, flush=True); time.sleep(600)"
)


@pytest.fixture
def supervise(tmp_path, monkeypatch):
    """Makes supervisors of the commands given, with short pauses; stops them afterwards."""
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.05)
    made = []

    def make(follow=None, **commands: list[str]) -> Supervisor:
        one = Supervisor(
            commands, environment=os.environ, folder=tmp_path, output=io.StringIO(), follow=follow
        )
        made.append(one)
        one.start()
        return one

    yield make
    for one in made:
        if one.selector.get_map() is not None:
            one.stop(patience=1)


def _until(supervisor: Supervisor, what: Callable[[], object]) -> None:
    for _ in range(600):
        if what():
            return
        supervisor.turn(0.05)
    raise AssertionError(f"It never came. What was said:\n{_said(supervisor)}")


def _said(supervisor: Supervisor) -> str:
    return supervisor.output.getvalue()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_is_killed_comes_back_by_itself_and_it_is_said(supervise):
    portal = supervise(worker=SLEEPS, beat=SLEEPS)
    _until(portal, lambda: _said(portal).count("up") == 2)
    worker, beat = portal.pid("worker"), portal.pid("beat")
    os.kill(worker, signal.SIGKILL)
    _until(portal, lambda: _said(portal).count("up") == 3)
    assert portal.pid("worker") not in (worker, None)
    assert portal.pid("beat") == beat
    assert "worker | ended by signal 9; starting it again" in _said(portal)


def test_every_line_has_its_name_before_it(supervise):
    portal = supervise(web=_python("print('one'); print('två'); print('rest', end='')"))
    _until(portal, lambda: "rest" in _said(portal))
    own = [line for line in _said(portal).splitlines() if line.startswith("web | ")]
    assert own[:3] == ["web | one", "web | två", "web | rest"]


def test_what_fails_at_once_is_started_at_growing_distances(supervise):
    portal = supervise(web=FAILS)
    _until(portal, lambda: portal.most_short_lives() >= 3)
    pauses = [line.rsplit(" in ", 1)[1] for line in _said(portal).splitlines() if "starting it again" in line]
    assert pauses[:3] == ["0.05 s", "0.1 s", "0.2 s"]
    assert "web | no settings" in _said(portal)
    assert "with code 3" in _said(portal)


def test_after_a_steady_stretch_the_pause_is_short_again(supervise, monkeypatch):
    portal = supervise(web=FAILS)
    _until(portal, lambda: portal.most_short_lives() >= 2)
    monkeypatch.setattr(module, "STEADY", -1.0)
    _until(portal, lambda: portal.most_short_lives() == 0)


def test_what_a_killed_process_had_started_is_ended_too(supervise):
    portal = supervise(worker=WITH_A_CHILD)
    _until(portal, lambda: "worker | " in _said(portal))
    grandchild = int(_said(portal).split("|")[1])
    os.kill(portal.pid("worker"), signal.SIGKILL)
    _until(portal, lambda: "ended by signal 9" in _said(portal))
    _until(portal, lambda: not _runs(grandchild))


def test_stopping_leaves_nothing_not_even_what_will_not_hear(supervise):
    portal = supervise(worker=STUBBORN, web=WITH_A_CHILD)
    _until(portal, lambda: len(_said(portal).splitlines()) == 2)
    pids = [portal.pid("worker"), portal.pid("web")]
    pids += [int(line.split("|")[1]) for line in _said(portal).splitlines() if line.startswith("web")]
    portal.stop(patience=0.3)
    for _ in range(100):  # the grandchild is reaped by somebody else
        if not any(_runs(pid) for pid in pids):
            break
        time.sleep(0.05)
    assert [pid for pid in pids if _runs(pid)] == []


def test_a_log_is_followed_from_where_it_stands(supervise, tmp_path):
    log = tmp_path / "services.log"
    log.write_text("of yesterday\n")
    portal = supervise(follow={"services": log}, web=SLEEPS)
    with log.open("a") as more:
        more.write("Valkey ended\nhalf a li")
    _until(portal, lambda: "Valkey" in _said(portal))
    assert "services | Valkey ended\n" in _said(portal)
    assert "yesterday" not in _said(portal)
    assert "half" not in _said(portal)


def test_a_reader_that_has_gone_is_noticed(tmp_path):
    class Gone(io.StringIO):
        def flush(self):
            raise BrokenPipeError

    portal = Supervisor({}, environment={}, folder=tmp_path, output=Gone())
    assert not portal.hung_up
    portal.say("web", "hello?")
    assert portal.hung_up
