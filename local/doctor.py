"""`make doctor`: what is there and what is missing, without changing anything."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence

from local import addresses, setup
from local.places import Stopped, data_folder, is_held

NEEDED_MB = 1500


def main(arguments: Sequence[str]) -> int:
    """Prints one line a fact. 0 when `make run` and `make test` can start at once, else 1."""
    well = True
    for good, what, advice in examine():
        well = well and good
        print(f"{'ok     ' if good else 'missing'}  {what}{'' if good else f'   → {advice}'}")
    missing = setup.missing_system_parts("test")
    if missing and not setup.may_install():
        print(f"\n{setup.line_to_run(missing)}")
    return 0 if well else 1


def examine() -> Iterator[tuple[bool, str, str]]:
    """(whether it is well, what was looked at, what to do about it) for each fact."""
    yield True, f"Python {sys.version.split()[0]} ({sys.executable})", ""
    root = setup.may_install()
    for part in setup.SYSTEM_PARTS:
        command = "make test" if part.only_tests else "make run"
        advice = f"{command} installs it" if root else "see the line at the end"
        yield part.is_there(), f"{part.debian}: {part.what_for}", advice
    for purpose in ("run", "test"):
        yield (
            setup.is_installed(purpose),
            f"Python packages for make {purpose}",
            f"make {purpose} installs them",
        )
    try:
        given = addresses.given(os.environ)
    except Stopped as sentence:
        yield False, "service addresses", str(sentence)
    else:
        yield (
            True,
            "service addresses: "
            + ("given" if given else "none given, PostgreSQL and Valkey come with the packages"),
            "",
        )
    try:
        folder = data_folder(make=False)
    except Stopped as sentence:
        yield False, "data folder", str(sentence)
    else:
        free = shutil.disk_usage(folder if folder.exists() else folder.parent).free // 1_000_000
        yield free > NEEDED_MB, f"data folder {folder}, {free} MB free", f"{NEEDED_MB} MB are needed"
        used = sorted(lock.parent.name for lock in folder.glob("*/users") if is_held(lock.parent / "keeper"))
        yield True, f"services running for: {', '.join(used) or 'nobody'}", ""
