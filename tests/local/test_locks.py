"""The locks pin what pyproject.toml asks for, with hashes, and name no address."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.places import ROOT
from local.setup import LOCKS

WANTED = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUN = WANTED["project"]["dependencies"]
GROUPS = WANTED["dependency-groups"]
ASKED_FOR = {
    "run.txt": RUN,
    "local.txt": [*RUN, *GROUPS["local"]],
    "test.txt": [*RUN, *GROUPS["local"], *GROUPS["test"]],
    "uv.txt": GROUPS["uv"],
}
FILES = sorted(path.name for path in (ROOT / "requirements").iterdir())


def _text(name: str) -> str:
    return (ROOT / "requirements" / name).read_text()


def _pins(name: str) -> dict[str, set[str]]:
    """Package → versions; a universal lock may pin two versions for two platforms."""
    pins: dict[str, set[str]] = {}
    for package, version in re.findall(
        r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)", _text(name), re.MULTILINE
    ):
        pins.setdefault(canonicalize_name(package), set()).add(version)
    return pins


def test_every_lock_is_known_here():
    assert sorted(ASKED_FOR) == FILES
    assert set(LOCKS.values()) <= set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_what_is_asked_for_is_pinned_within_what_is_asked(name):
    pins = _pins(name)
    for line in ASKED_FOR[name]:
        requirement = Requirement(line)
        versions = pins.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is not in {name}: make lock"
        for version in versions:
            assert requirement.specifier.contains(version), f"{requirement} is pinned to {version}: make lock"


@pytest.mark.parametrize("name", FILES)
def test_every_pin_has_hashes_and_no_line_names_an_address(name):
    blocks = re.split(r"\n(?=[A-Za-z0-9])", _text(name).split("\n", 1)[1])
    assert len(blocks) == sum(len(versions) for versions in _pins(name).values())
    assert all("--hash=sha256:" in block for block in blocks)
    assert "//" not in _text(name)
    assert not re.search(r"--(extra-)?index|--find-links|/home/|/tmp/", _text(name))


@pytest.mark.parametrize(("narrow", "wide"), [("run.txt", "local.txt"), ("local.txt", "test.txt")])
def test_the_narrower_lock_has_the_same_versions(narrow, wide):
    assert _pins(narrow).items() <= _pins(wide).items()


def test_production_gets_neither_local_services_nor_test_tools():
    only_here = {canonicalize_name(Requirement(line).name) for line in [*GROUPS["local"], *GROUPS["test"]]}
    assert {name for name in only_here if name in _pins("run.txt")} <= {
        "packaging"
    }  # gunicorn asks for it too


def test_every_package_says_why_it_is_there():
    text = (ROOT / "pyproject.toml").read_text()
    for line in [*RUN, *GROUPS["local"], *GROUPS["test"]]:
        assert re.search(rf'^    "{re.escape(line)}", +# \w', text, re.MULTILINE) or line.startswith(
            "pytest"
        ), line
