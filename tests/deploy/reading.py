"""How the tests read the files that others run: compose, Dockerfile, the example of .env, README."""

import ast
import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from local.places import ROOT

PORTAL = ("web", "worker", "reports", "beat", "migrate")  # the services that run this repository's code
ASKED = re.compile(r"\$\{(\w+)(?:(:[?-])([^}]*))?\}")


def compose() -> dict[str, Any]:
    """docker-compose.yml with its anchors resolved, and nothing put in for ${NAME} yet."""
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


def services() -> dict[str, dict[str, Any]]:
    return dict(compose()["services"])


def example() -> dict[str, str]:
    """NAME=value of deploy/example.env, as it is handed out."""
    lines = (ROOT / "deploy" / "example.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def filled_in() -> dict[str, str]:
    """The example as somebody in production has filled it in."""
    key = base64.b64encode(bytes(range(32))).decode()
    given = {
        "SITE": "samverkan.example",
        "TLS_CERTIFICATE": "/etc/samverkan/chain.pem",
        "TLS_KEY": "/etc/samverkan/key.pem",
        "SECRET_KEY": base64.b64encode(bytes(range(48))).decode(),
        "NUMBER_KEYS": f"1:{key}",
        "NUMBER_INDEX_KEY": key,
        "POSTGRES_PASSWORD": "a1",
        "PORTAL_OWNER_PASSWORD": "b2",
        "PORTAL_APP_PASSWORD": "c3",
        "EMAIL_HOST": "mail.example",
        "DEFAULT_FROM_EMAIL": "samverkan@samverkan.example",
    }
    return {**example(), **given}


def put_in(text: str, values: Mapping[str, str]) -> str:
    """${NAME}, ${NAME:-default} and ${NAME:?sentence} as Compose reads them; ValueError with the sentence."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if values.get(name):
            return values[name]
        if kind == ":?":
            raise ValueError(rest)
        return rest or ""

    return ASKED.sub(value, text)


def environment(service: str, values: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a container of the service has in its environment, with .env filled in."""
    values = filled_in() if values is None else values
    return {
        name: put_in(str(text), values) for name, text in services()[service].get("environment", {}).items()
    }


def dockerfile() -> list[tuple[str, str]]:
    """(instruction, arguments) in order, continued lines joined, comments dropped."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    found = []
    for line in joined.splitlines():
        if line.strip():
            instruction, arguments = line.split(None, 1)
            found.append((instruction, " ".join(arguments.split())))
    return found


def last_stage() -> list[tuple[str, str]]:
    """The instructions of the image that is run, without those of the stage that installs."""
    steps = dockerfile()
    return steps[max(n for n, (instruction, _) in enumerate(steps) if instruction == "FROM") :]


def in_the_image() -> set[str]:
    """The paths that .dockerignore lets through to the builder."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return {line[1:] for line in lines if line.startswith("!")}


def settings_read() -> dict[str, bool]:
    """Every environment variable that samverkan/ reads, and whether it stops without it.

    Read from the code: the names given to required(), database(), flag(), os.environ[...] and .get(...).
    """
    found: dict[str, bool] = {}
    for path in sorted((ROOT / "samverkan").rglob("*.py")):
        for name, needed in _names(ast.parse(path.read_text())):
            found[name] = found.get(name, False) or needed
    found["DATABASE_OWNER_URL"] = False  # read only where it is given: for migrations
    return found


def _names(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            arguments, call = [node.slice], "os.environ"
        elif isinstance(node, ast.Call):
            arguments, call = node.args[:1], ast.unparse(node.func)
        else:
            continue
        for argument in arguments:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                if call in {"required", "database"}:
                    yield argument.value, True
                elif call in {"flag", "os.environ", "os.environ.get", "os.getenv"}:
                    yield argument.value, False


def text_of(path: str | Path) -> str:
    return (ROOT / path).read_text()
