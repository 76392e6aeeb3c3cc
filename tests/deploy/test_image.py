"""The Dockerfile: from the locks, with what the code needs and nothing else."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from local import setup
from local.places import ROOT
from tests.deploy import reading

PYTHON_OF = {"bookworm": "3.11", "trixie": "3.13"}  # Debian's own
STEPS = reading.dockerfile()
LAST = reading.last_stage()
RUNS = [arguments for instruction, arguments in STEPS if instruction == "RUN"]
ENVIRONMENT = dict(
    pair.split("=", 1)
    for instruction, arguments in LAST
    if instruction == "ENV"
    for pair in arguments.split()
)


def _debian() -> str:
    return next(arguments for instruction, arguments in STEPS if instruction == "ARG").partition("=")[2]


def test_the_system_is_pinned_by_its_day():
    assert re.fullmatch(r"[a-z]+-20\d{6}-slim", _debian())
    assert {arguments.split()[0] for instruction, arguments in STEPS if instruction == "FROM"} == {
        "debian:${DEBIAN}"
    }


def test_its_python_is_the_one_the_project_asks_for_and_tests_with():
    project = tomllib.loads(reading.text_of("pyproject.toml"))
    python = PYTHON_OF[_debian().split("-")[0]]
    assert SpecifierSet(project["project"]["requires-python"]).contains(python)
    assert project["tool"]["mypy"]["python_version"] == python


def test_packages_come_from_the_lock_with_hashes():
    assert ("COPY", "requirements/run.txt requirements/run.txt") in STEPS
    installs = [run for run in RUNS if "pip install" in run]
    assert len(installs) == 1
    assert "--require-hashes --only-binary :all: -r requirements/run.txt" in installs[0]
    assert "requirements/run.txt" in reading.in_the_image()


def _debian_packages(steps: list[tuple[str, str]]) -> set[str]:
    runs = [arguments for instruction, arguments in steps if instruction == "RUN"]
    found = re.findall(r"apt-get install -y --no-install-recommends ([^&]+)", " ".join(runs))
    return set(" ".join(found).split())


def test_what_the_system_must_bring_is_what_local_knows():
    for_running = {part.debian for part in setup.SYSTEM_PARTS if not part.only_tests}
    only_for_tests = {part.debian for part in setup.SYSTEM_PARTS if part.only_tests}
    assert for_running - {"python3-venv"} <= _debian_packages(LAST)
    assert "python3-venv" in _debian_packages(STEPS)
    assert not only_for_tests & _debian_packages(STEPS)


def test_every_room_is_in_the_image():
    inside = reading.in_the_image()
    rooms = {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()}
    assert len(rooms) >= 9
    templates: list[Path] = settings.TEMPLATES[0]["DIRS"]  # type: ignore[assignment]
    folders = [*templates, *settings.STATICFILES_DIRS, *settings.LOCALE_PATHS]
    wanted = {str(folder.relative_to(ROOT)) for folder in folders} | rooms
    assert wanted | {"manage.py", "deploy/health.py", "requirements/run.txt"} == inside


def test_nothing_else_goes_to_the_builder():
    lines = [
        line for line in reading.text_of(".dockerignore").splitlines() if line and not line.startswith("#")
    ]
    assert lines[0] == "*"
    for secret in (".env", ".git", "tests", "local", "docs", "deploy"):
        assert f"!{secret}" not in lines
    assert ("COPY", ". .") in LAST


def _imports(path) -> set[str]:
    found = set()
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        # What is imported for the types alone is not imported when the portal runs.
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_what_the_code_imports_is_in_the_image():
    """Modules and packages alike: what only tests or one's own machine install is missing there."""
    inside = {name for name in reading.in_the_image() if (ROOT / name).is_dir()}
    pins = re.findall(
        r"^([a-z0-9._-]+)(?:\[[^]]*\])?==", reading.text_of("requirements/run.txt"), re.MULTILINE
    )
    locked = {canonicalize_name(name) for name in pins}
    brings = importlib.metadata.packages_distributions()
    missing = set()
    for room in inside:
        for path in (ROOT / room).rglob("*.py"):
            for module in _imports(path) - set(sys.stdlib_module_names) - inside:
                if not locked & {canonicalize_name(name) for name in brings.get(module, [])}:
                    missing.add((str(path.relative_to(ROOT)), module))
    assert not missing


def test_it_runs_as_a_user_without_a_name_elsewhere():
    assert LAST[-1] == ("USER", "10001:10001")
    assert any("useradd --uid 10001 --gid portal" in run and "nologin" in run for run in RUNS)


def test_files_and_schedule_belong_to_that_user_and_the_code_does_not():
    made = [run for run in RUNS if "install --directory" in run]
    assert len(made) == 1
    assert f"--owner portal --group portal --mode 0700 {ENVIRONMENT['FILES_ROOT']} /srv/beat" in made[0]
    assert not any("chown" in arguments for _, arguments in STEPS)


def test_static_files_are_gathered_where_the_portal_looks_for_them():
    build = next(run for run in RUNS if "collectstatic" in run)
    assert "python manage.py compile_messages" in build
    assert {"compile_messages", "collectstatic"} <= set(get_commands())
    assert build.index("compile_messages") < build.index("collectstatic")
    compose = reading.environment("web")
    for name in ("STATIC_ROOT", "FILES_ROOT"):
        assert compose[name] == ENVIRONMENT[name]


def test_the_build_has_a_stand_in_for_every_setting_that_is_required():
    needed = {name for name, stops in reading.settings_read().items() if stops}
    build = next(run for run in RUNS if "collectstatic" in run)
    given = set(re.findall(r"([A-Z_]+)=", build.partition("&&")[0])) | set(ENVIRONMENT)
    assert needed <= given


@pytest.mark.parametrize("word", ["KEY", "PASSWORD", "SECRET", "TOKEN"])
def test_no_secret_stays_in_the_image(word):
    for instruction, arguments in STEPS:
        if instruction in {"ENV", "ARG"}:
            assert word not in arguments
    assert "http://" not in reading.text_of("Dockerfile")
    assert re.findall(r"https://\S+", reading.text_of("Dockerfile")) == ["https://samverkan.example"]


def test_nothing_is_latest():
    for file in ("Dockerfile", "docker-compose.yml"):
        assert "latest" not in reading.text_of(file)
