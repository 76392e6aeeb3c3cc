"""Brings database and checkout to what the code expects, in one process: each start of Django costs a second.

Every step may be repeated. Everything said goes to standard error.
"""

import hashlib
import io
import os
import sys
from pathlib import Path

from local.places import ROOT, alone, say


def main(folder: Path) -> None:
    """Migrations as the owner, the Swedish catalogue, static files, demo data if the database is empty."""
    with alone(folder / "preparing", "Another process is preparing the database; waiting for it."):
        import django
        from django.core.management import call_command

        django.setup()
        call_command("compile_messages", stdout=io.StringIO())
        call_command("migrate", database="owner", interactive=False, verbosity=0, stdout=sys.stderr)
        if "STATIC_ROOT" in os.environ:
            _collect_static(Path(os.environ["STATIC_ROOT"]))
        if os.environ.get("DEMO") == "1":
            call_command("load_demo", stdout=sys.stderr)


def _collect_static(collected: Path) -> None:
    """Collects only when a source has changed: compressing takes longer than everything else together."""
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda pair: pair[0]):
            found = os.stat(storage.path(name))
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    stamp = collected.parent / "static.collected"
    if stamp.exists() and stamp.read_text() == digest.hexdigest() and collected.exists():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, stdout=sys.stderr)
    stamp.write_text(digest.hexdigest())
    say("Static files collected.")


if __name__ == "__main__":
    from django.core.management import CommandError

    sys.path.insert(0, str(ROOT))
    try:
        main(Path(sys.argv[1]))
    except CommandError as sentence:
        say(str(sentence))
        sys.exit(1)
