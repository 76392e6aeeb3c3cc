"""Compiles requirements/*.txt from pyproject.toml: every package of every platform, pinned with hashes.

No lock names an address: where packages come from is the business of the machine that installs them.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from local.places import ROOT

HEADER = "# Compiled from pyproject.toml by `make lock`; not edited by hand.\n"
# The widest first: the narrower ones take their versions from it.
LOCKS = {
    "test.txt": ["pyproject.toml", "--group", "local", "--group", "test"],
    "local.txt": ["pyproject.toml", "--group", "local", "-c", "requirements/test.txt"],
    "run.txt": ["pyproject.toml", "-c", "requirements/test.txt"],
    "uv.txt": ["--group", "uv"],
}


def compile_all(uv: Path, arguments: Sequence[str] = ()) -> int:
    """Writes the locks anew; their versions are kept unless pyproject.toml or `--upgrade` says otherwise."""
    for name, sources in LOCKS.items():
        file = ROOT / "requirements" / name
        upgrade = arguments if name in ("test.txt", "uv.txt") else ()
        compiled = subprocess.run(
            [
                *[
                    str(uv),
                    "pip",
                    "compile",
                    *sources,
                    "--universal",
                    "--python-version",
                    "3.11",
                    "--generate-hashes",
                ],
                *["--no-emit-index-url", "--no-header", "--quiet", "--output-file", str(file), *upgrade],
            ],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if compiled.returncode:
            return compiled.returncode
        file.write_text(HEADER + file.read_text().removeprefix(HEADER))
    return 0
