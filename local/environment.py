"""What Django reads from the environment on this machine. What the caller has set already is kept."""

import os
from collections.abc import Mapping
from pathlib import Path

from local import keys
from local.addresses import Addresses

HERE = {
    "DJANGO_SETTINGS_MODULE": "samverkan.settings",
    "DEMO": "1",
    "DEBUG": "0",
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
}


def for_the_portal(
    outside: Mapping[str, str], addresses: Addresses, folder: Path, port: int = 8000
) -> dict[str, str]:
    """For `make run` and `make manage`: keys of this machine, files and static files beside the database."""
    files = folder / "files"
    files.mkdir(mode=0o700, parents=True, exist_ok=True)
    ours = {
        **HERE,
        **keys.kept(folder / "keys.json"),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "FILES_ROOT": str(files),
        "STATIC_ROOT": str(folder / "static"),
    }
    return {**ours, **outside, **addresses.as_environment()}


def for_tests(outside: Mapping[str, str], addresses: Addresses, files: Path) -> dict[str, str]:
    """For `make test`: fresh keys, an empty folder of files, and no settings from outside but the services.

    A test that passes only with somebody's own settings would prove nothing.
    """
    ours = {**HERE, **keys.fresh(), "PUBLIC_URL": "http://127.0.0.1:8000", "FILES_ROOT": str(files)}
    kept = {
        name: value
        for name, value in outside.items()
        if name not in {"STATIC_ROOT", "EMAIL_HOST", "PROXY_COUNT"}
    }
    return {**kept, **ours, **addresses.as_environment()}


def free_of_python(outside: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment without what would point Python at other packages than .venv's."""
    return {
        name: value
        for name, value in outside.items()
        if name not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    }
