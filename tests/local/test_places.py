"""The data folder: ours alone, short, one for each checkout."""

import os
import stat
import tempfile
from pathlib import Path

import pytest

from local.places import Stopped, alone, data_folder, is_held


@pytest.fixture(autouse=True)
def _no_folder_from_outside(monkeypatch):
    monkeypatch.delenv("LOCAL_DATA", raising=False)


def test_each_checkout_has_its_own_outside_the_checkout():
    here, there = (data_folder(Path(name), make=False) for name in ("/srv/here", "/srv/there"))
    assert here != there
    assert here.is_relative_to("/var/tmp")
    assert len(str(here / "test-1" / "socket" / ".s.PGSQL.5432")) < 107
    assert not here.exists()


def test_it_is_closed_to_others(monkeypatch):
    with tempfile.TemporaryDirectory(dir="/var/tmp") as above:  # the test's own folder may be too long a path
        monkeypatch.setenv("LOCAL_DATA", f"{above}/d")
        mode = stat.S_IMODE(data_folder().stat().st_mode)
    assert mode == (0o711 if os.getuid() == 0 else 0o700)


def test_a_folder_that_others_can_write_in_is_refused(tmp_path, monkeypatch):
    (tmp_path / "d").mkdir()
    (tmp_path / "d").chmod(0o777)
    monkeypatch.setenv("LOCAL_DATA", str(tmp_path / "d"))
    with pytest.raises(Stopped, match="not a folder of yours alone"):
        data_folder()


def test_a_link_is_refused(tmp_path, monkeypatch):
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "d").symlink_to(tmp_path / "real")
    monkeypatch.setenv("LOCAL_DATA", str(tmp_path / "d"))
    with pytest.raises(Stopped, match="not a folder of yours alone"):
        data_folder()


def test_a_path_too_long_for_sockets_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("LOCAL_DATA", str(tmp_path / ("x" * 80)))
    with pytest.raises(Stopped, match="too long"):
        data_folder()


def test_a_lock_is_held_for_its_block_only(tmp_path):
    lock = tmp_path / "lock"
    assert not is_held(lock)
    with alone(lock, "waiting"):
        assert is_held(lock)
    assert not is_held(lock)
