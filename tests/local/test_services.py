"""The embedded services for real: one set of roles, one keeper, gone with the last user."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from local import keeper, roles
from local.places import ROOT, data_folder, is_held
from local.processes import command_line

ROLES = """select rolname, rolcanlogin, rolcreatedb, rolsuper, rolcreaterole, rolbypassrls
           from pg_roles where rolname like 'portal%' order by 1"""
MEMBERS = """select m.roleid::regrole::text, m.member::regrole::text, inherit_option, set_option, admin_option
             from pg_auth_members m where m.roleid::regrole::text like 'portal%' order by 1"""
HOLDS_IT_UNTIL_KILLED = """
import pathlib, sys, time
from local import keeper
with keeper.services(pathlib.Path(sys.argv[1]), thrown_away=True):
    print("in", flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def house():
    """A house of this test's own: short, for its sockets, and beside the programs the services may run."""
    folder = Path(tempfile.mkdtemp(prefix="t-", dir=data_folder()))
    yield folder
    for _ in range(200):
        if not is_held(folder / "keeper"):
            break
        time.sleep(0.05)
    shutil.rmtree(folder)


def _pids(house: Path) -> list[int]:
    running = [int((house / "keeper").read_text()), int((house / "socket" / "valkey.pid").read_text())]
    return [*running, int((house / "postgres" / "postmaster.pid").read_text().split()[0])]


def _wait(what) -> None:
    for _ in range(600):
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("It never came.")


def test_the_roles_are_those_that_make_roles_prints(house):
    printed = re.sub(r"^--.*$", "", roles.for_a_dba(), flags=re.MULTILINE)
    assert [part.strip() for part in printed.split(";") if part.strip()] == list(roles.STATEMENTS)
    with (
        keeper.services(house, thrown_away=True) as here,
        psycopg.connect(here.addresses.database_owner) as owner,
    ):
        assert owner.execute(ROLES).fetchall() == [
            ("portal_app", True, False, False, False, False),
            ("portal_definer", False, False, False, False, False),
            ("portal_owner", True, True, False, False, False),
            ("portal_stats", False, False, False, False, False),
        ]
        assert owner.execute(MEMBERS).fetchall() == [
            ("portal_definer", "portal_owner", False, True, False),
            ("portal_stats", "portal_app", False, True, False),
        ]
        assert owner.execute(
            "select current_database(), datdba::regrole::text, pg_encoding_to_char(encoding) "
            "from pg_database where datname = current_database()"
        ).fetchone() == ("samverkan", "portal_owner", "UTF8")
        assert owner.execute("show server_version_num").fetchone()[0].startswith("18")
        assert owner.execute("select lower('ÅÄÖ')").fetchone() == ("åäö",)


def test_portal_app_owns_nothing_and_becomes_nobody_but_the_counter(house):
    with keeper.services(house, thrown_away=True) as here, psycopg.connect(here.addresses.database) as app:
        assert app.execute("select current_user::text").fetchone() == ("portal_app",)
        app.execute("set local role portal_stats")
        app.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("set local role portal_definer")
        app.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("create table mine (id int)")


def test_two_users_share_one_server_and_the_last_one_stops_it(house):
    with keeper.services(house, thrown_away=True):
        first = _pids(house)
        with keeper.services(house, thrown_away=True):
            assert _pids(house) == first
        assert all(str(house) in command_line(pid) for pid in first)
    assert not any(str(house) in command_line(pid) for pid in first)


def test_a_user_killed_hard_leaves_nothing_running(house):
    user = subprocess.Popen(
        [sys.executable, "-c", HOLDS_IT_UNTIL_KILLED, house], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with user:
        assert user.stdout.readline() == "in\n"
        pids = _pids(house)
        user.send_signal(signal.SIGKILL)
    _wait(lambda: not any(str(house) in command_line(pid) for pid in pids))


def test_a_broker_killed_hard_is_started_again_and_it_is_said(house):
    with keeper.services(house, thrown_away=True):
        before = _pids(house)
        pid_file = house / "socket" / "valkey.pid"
        os.kill(before[1], signal.SIGKILL)
        _wait(lambda: pid_file.exists() and pid_file.read_text().strip() not in ("", str(before[1])))
        assert _pids(house)[::2] == before[::2]
        assert "Valkey ended (-9) and is started again." in (house / "services.log").read_text()
