"""deploy/database.sh for real: on a server just made, as the PostgreSQL image runs it."""

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local import postgres, roles
from local.places import ROOT, data_folder
from local.processes import stop
from tests.deploy import reading

SCRIPT = ROOT / "deploy" / "database.sh"
ROLES = """select rolname, rolcanlogin, rolcreatedb, rolsuper or rolcreaterole or rolbypassrls
           from pg_roles where rolname like 'portal%' order by 1"""
DATABASE = """select pg_get_userbyid(datdba), datlocprovider, datlocale
              from pg_database where datname = 'samverkan'"""


def test_the_roles_are_those_of_make_roles():
    assert reading.text_of("deploy/roles.sql") == roles.for_a_dba() + "\n", "make -s roles > deploy/roles.sql"


def test_the_image_can_run_the_script():
    assert os.access(SCRIPT, os.X_OK)
    mounted = [volume.split(":") for volume in reading.services()["database"]["volumes"]]
    assert ["./deploy/database.sh", "/docker-entrypoint-initdb.d/roles.sh", "ro"] in mounted
    # Not in the folder that the image runs through: the script runs it.
    assert ["./deploy/roles.sql", "/deploy/roles.sql", "ro"] in mounted
    assert "${ROLES:-/deploy/roles.sql}" in SCRIPT.read_text()


class Server:
    """A server as the image makes it, before the script: `postgres` enters freely, others by password."""

    def __init__(self, house: Path, who: postgres.Runner) -> None:
        self.socket = house / "socket"
        self.who = who

    def run_script(self, **passwords: str) -> "subprocess.CompletedProcess[str]":
        path = f"{self.who.postgres}:{os.environ['PATH']}"
        given = {
            "PATH": path,
            "PGHOST": str(self.socket),
            "ROLES": str(ROOT / "deploy" / "roles.sql"),
            **passwords,
        }
        return subprocess.run([SCRIPT], env=given, capture_output=True, text=True, check=False)

    def ask(self, user: str, password: str, database: str, question: str) -> list[tuple]:
        with psycopg.connect(
            host=str(self.socket), user=user, password=password, dbname=database
        ) as connection:
            return connection.execute(question).fetchall()


@pytest.fixture
def server() -> Iterator[Server]:
    house = Path(tempfile.mkdtemp(prefix="d-", dir=data_folder()))
    house.chmod(0o711)
    who = postgres.runner(data_folder())
    for folder in ("socket", "postgres"):
        who.own(house / folder)
    given = shlex.split(reading.environment("database")["POSTGRES_INITDB_ARGS"])
    subprocess.run(
        [who.postgres / "initdb", "-D", house / "postgres", "-U", "postgres", "--auth=trust", *given],
        check=True,
        capture_output=True,
        cwd="/",
        **who.as_user(),  # type: ignore[call-overload]
    )
    (house / "postgres" / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
    process = postgres.start(house, who, thrown_away=True)
    yield Server(house, who)
    stop(process, signal.SIGINT)
    shutil.rmtree(house)


def test_a_new_server_gets_roles_passwords_and_database(server):
    # An empty password stops the script before anything is made.
    done = server.run_script(PORTAL_OWNER_PASSWORD="owner'1", PORTAL_APP_PASSWORD="")
    assert done.returncode != 0
    assert "the password of portal_app" in done.stderr
    assert server.ask("postgres", "", "postgres", "select 1 from pg_roles where rolname like 'portal%'") == []

    done = server.run_script(PORTAL_OWNER_PASSWORD="owner'1", PORTAL_APP_PASSWORD="app2")
    assert done.returncode == 0, done.stderr
    assert server.ask("portal_app", "app2", "samverkan", ROLES) == [
        ("portal_app", True, False, False),
        ("portal_definer", False, False, False),
        ("portal_owner", True, False, False),  # and makes no databases: no tests run here
        ("portal_stats", False, False, False),
    ]
    # As in development, so that the order of words and the classes of letters are the same.
    assert server.ask("portal_owner", "owner'1", "samverkan", DATABASE) == [("portal_owner", "b", "C.UTF-8")]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        server.ask("portal_app", "owner'1", "samverkan", "select 1")

    # What fails is told to the image, which then does not start.
    done = server.run_script(PORTAL_OWNER_PASSWORD="owner'1", PORTAL_APP_PASSWORD="app2")
    assert done.returncode != 0
    assert 'role "portal_owner" already exists' in done.stderr
