"""Set-up where something is missing: root installs, others get the one line to run."""

import os
import re
import shutil
import subprocess

import pytest

from local import setup
from local.places import Stopped


@pytest.fixture
def missing(monkeypatch, tmp_path):
    """A machine without Pango and Chromium. Whatever would be run is only written down."""
    ran = []
    there = {"libpango-1.0-0": False, "chromium": False}
    parts = tuple(
        setup.SystemPart(name, "a purpose", lambda name=name: there[name], only_tests=name == "chromium")
        for name in there
    )

    def run(log, command, environment=None):
        ran.append(command)
        if "install" in command:
            there.update({name: True for name in command if name in there})
        return True

    monkeypatch.setenv("LOCAL_DATA", str(tmp_path / "d"))
    monkeypatch.setattr(setup, "SYSTEM_PARTS", parts)
    monkeypatch.setattr(setup, "_logged", run)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name == "apt-get" else None)
    return ran


def test_an_ordinary_user_gets_the_line_and_nothing_is_run(missing, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    with pytest.raises(Stopped) as stopped:
        setup._ensure_system("test")
    line = str(stopped.value).splitlines()[-1].strip()
    assert line.startswith("sudo ")
    assert "apt-get install -y --no-install-recommends libpango-1.0-0 chromium" in line
    assert stopped.value.code == 1
    assert missing == []


def test_what_only_tests_need_is_not_asked_of_who_only_runs(missing, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    with pytest.raises(Stopped) as stopped:
        setup._ensure_system("run")
    assert "chromium" not in str(stopped.value)


def test_root_on_debian_installs_what_is_missing_and_only_that(missing, monkeypatch, tmp_path):
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(setup, "data_folder", lambda: tmp_path)
    setup._ensure_system("run")
    assert [command[-1] for command in missing] == ["libpango-1.0-0"]
    setup._ensure_system("run")
    assert len(missing) == 1


def test_without_apt_the_names_are_said(missing, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(Stopped, match=r"libpango-1\.0-0"):
        setup._ensure_system("run")


def test_what_the_suite_runs_on_is_what_the_lock_says():
    """With a version put there by hand it would prove something else. Tools of one's own may lie beside."""
    freeze = [setup.VENV / "bin" / "uv", "pip", "freeze", "--python", setup.PYTHON]
    listed = subprocess.run(freeze, capture_output=True, text=True, check=True).stdout
    there = dict(line.split("==") for line in listed.lower().splitlines() if "==" in line)
    locked = (setup.ROOT / "requirements" / "test.txt").read_text().lower()
    pins = dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)", locked, re.MULTILINE))
    assert {"django", "psycopg", "pytest"} <= there.keys()
    other = {name: version for name, version in there.items() if name in pins and pins[name] != version}
    assert other == {}
