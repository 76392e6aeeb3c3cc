"""The house is typed: mypy, with the settings in pyproject.toml, has nothing to say of it."""

import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from tests.house.test_house import FLOORS, FRAME, sources

BASE = Path(settings.BASE_DIR)


def test_mypy_has_nothing_to_say(tmp_path):
    """As one runs it by hand, but from nothing: an old cache can neither hide an error nor be in the way."""
    said = subprocess.run(
        [sys.executable, "-m", "mypy", f"--cache-dir={tmp_path}", "."],
        cwd=BASE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout + said.stderr


def test_what_mypy_is_asked_to_overlook_has_its_reason():
    """An ignore names its error and says why, on the same line; one for everything would hide the next fault too."""
    for path in (path for room in [*FLOORS, FRAME, "local", "deploy"] for path in sources(room)):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if "type: ignore" in line:
                where = f"{path.relative_to(BASE)}:{number}"
                assert re.search(r"# type: ignore\[[a-z-]+\]  # \S+ \S+", line), where
