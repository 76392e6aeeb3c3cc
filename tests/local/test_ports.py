"""The port of `make run`: the one asked for, or the next free one."""

import socket

import pytest

from local import commands
from local.places import Stopped


def _one_that_is_free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_free_port_is_taken():
    port = _one_that_is_free()
    with commands.free_port(port) as listening:
        assert listening.getsockname() == ("127.0.0.1", port)


def test_a_busy_port_gives_the_next_free_one_and_it_is_said(capsys):
    with commands.free_port(_one_that_is_free()) as busy:
        port = busy.getsockname()[1]
        with commands._listening({"PORT": str(port)}) as (chosen, listening):
            assert chosen > port
            assert listening.getsockname()[1] == chosen
    assert f"Port {port} is busy; using {chosen}." in capsys.readouterr().out


def test_a_free_port_is_not_talked_about(capsys):
    with commands._listening({"PORT": str(_one_that_is_free())}):
        pass
    assert capsys.readouterr().out == ""


def test_when_all_are_busy_it_is_a_sentence(monkeypatch):
    monkeypatch.setattr(commands, "PORTS_TO_TRY", 1)
    with commands.free_port(_one_that_is_free()) as busy, pytest.raises(Stopped, match="busy"):
        commands.free_port(busy.getsockname()[1])


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "80 "])
def test_a_port_that_is_no_port_is_a_sentence(port):
    with pytest.raises(Stopped, match="PORT is"), commands._listening({"PORT": port}):
        pass
