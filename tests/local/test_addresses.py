"""Service addresses: all three, or none."""

import os
import subprocess
import sys

import pytest

from local.addresses import NAMES, Addresses, given
from local.places import ROOT, Stopped

ALL = {"DATABASE_URL": "postgresql://a/x", "DATABASE_OWNER_URL": "postgresql://o/x", "REDIS_URL": "redis://r"}


def test_none_means_the_house_brings_its_own():
    assert given({"PATH": "/bin"}) is None
    assert given(dict.fromkeys(NAMES, "")) is None


def test_all_three_are_taken_as_they_are():
    assert given({**ALL, "PATH": "/bin"}) == Addresses("postgresql://a/x", "postgresql://o/x", "redis://r")
    assert given(ALL).as_environment() == ALL


@pytest.mark.parametrize(
    "present",
    [
        {"DATABASE_URL"},
        {"DATABASE_OWNER_URL"},
        {"REDIS_URL"},
        {"DATABASE_URL", "REDIS_URL"},
        {"DATABASE_URL", "DATABASE_OWNER_URL"},
        {"DATABASE_OWNER_URL", "REDIS_URL"},
    ],
)
def test_half_a_set_is_a_sentence_that_names_what_is_missing(present):
    environment = {name: ALL[name] if name in present else "" for name in ALL}
    with pytest.raises(Stopped) as stopped:
        given(environment)
    before, after = str(stopped.value).split(" given, but ")
    assert all((name in before.split()) == (name in present) for name in ALL)
    assert all((f"{name} (" in after) == (name not in present) for name in ALL)
    assert stopped.value.code == 1


@pytest.mark.parametrize("command", [["run"], ["test"], ["manage", "check"]])
def test_the_commands_say_it_before_they_set_anything_up(command, tmp_path):
    environment = {name: value for name, value in os.environ.items() if name not in NAMES}
    environment |= {"DATABASE_URL": ALL["DATABASE_URL"], "LOCAL_DATA": str(tmp_path / "d")}
    done = subprocess.run(
        [sys.executable, "-m", "local", *command], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "DATABASE_OWNER_URL" in done.stderr
    assert "REDIS_URL" in done.stderr
    assert not (tmp_path / "d").exists()
