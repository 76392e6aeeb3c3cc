"""The health checks say no when something is wrong."""

import importlib.util
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from kombu.exceptions import OperationalError

from local.places import ROOT
from samverkan.celery import app
from tests.deploy import reading

_spec = importlib.util.spec_from_file_location("health", ROOT / "deploy" / "health.py")
assert _spec
assert _spec.loader
health = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(health)


class _Portal(BaseHTTPRequestHandler):
    """Answers as the portal does: to its own name only."""

    status = 200

    def do_GET(self):
        ours = self.path == "/health" and self.headers["Host"] == "samverkan.example"
        self.send_response(self.status if ours else 400)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def portal(monkeypatch):
    server = HTTPServer(("127.0.0.1", 0), _Portal)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setattr(health, "PORT", server.server_port)
    monkeypatch.setenv("PUBLIC_URL", "https://samverkan.example")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_web_is_well_when_it_answers_to_its_own_name(portal, monkeypatch):
    assert health.main(["web"]) == 0
    monkeypatch.setenv("PUBLIC_URL", "https://other.example")
    assert health.main(["web"]) == 1


def test_the_web_is_not_well_without_its_database(portal, monkeypatch, capsys):
    monkeypatch.setattr(_Portal, "status", 503)
    assert health.main(["web"]) == 1
    assert capsys.readouterr().out == "/health answers 503\n"


def test_the_web_is_not_well_when_nobody_answers(monkeypatch, capsys):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setattr(health, "PORT", unused.getsockname()[1])
        monkeypatch.setenv("PUBLIC_URL", "https://samverkan.example")
        assert health.main(["web"]) == 1
    assert "ConnectionRefusedError" in capsys.readouterr().out


def test_a_worker_is_well_when_it_answers_under_its_own_name(monkeypatch):
    asked = []
    monkeypatch.setattr(app.control, "ping", lambda **how: asked.append(how["destination"]) or [{"pong": 1}])
    assert health.main(["worker", "reports"]) == 0
    assert asked == [[f"reports@{socket.gethostname()}"]]


def test_a_worker_is_not_well_when_it_is_silent_or_the_broker_is(monkeypatch, capsys):
    monkeypatch.setattr(app.control, "ping", lambda **how: [])
    assert health.main(["worker", "default"]) == 1

    def down(**how):
        raise OperationalError("refused")

    monkeypatch.setattr(app.control, "ping", down)
    assert health.main(["worker", "default"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"default@{socket.gethostname()} does not answer",
        "the broker does not answer: OperationalError",
    ]


@pytest.mark.parametrize(("age", "wrong"), [(590, False), (610, True)])
def test_beat_is_well_while_it_writes_its_schedule(tmp_path, age, wrong):
    schedule = tmp_path / "schedule"
    old, new = tmp_path / "schedule.bak", tmp_path / "schedule.dat"
    for file, seconds in ((old, 10_000), (new, age)):
        file.write_text("")
        os.utime(file, (time.time() - seconds,) * 2)
    assert bool(health.beat(str(schedule))) is wrong


def test_beat_is_not_well_before_it_has_written(tmp_path):
    (tmp_path / "another").write_text("")
    assert health.beat(str(tmp_path / "schedule")) == "no schedule has been written"


def test_the_checks_look_where_compose_has_put_things():
    command = reading.services()["beat"]["command"].split()
    assert command[command.index("--schedule") + 1] == health.SCHEDULE
    web = reading.services()["web"]["command"].split()
    assert web[web.index("--bind") + 1] == f"0.0.0.0:{health.PORT}"
