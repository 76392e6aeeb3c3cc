"""The door: `python3 -m local COMMAND`. Started by any Python, it goes on in the project's own .venv."""

import os
import sys
import time

OLDEST = (3, 11)


def main(arguments):
    """Runs one command and returns its exit code. Kept readable for old Pythons: they get the sentence."""
    if sys.version_info < OLDEST:
        return _with_a_newer_python(arguments)
    os.environ.setdefault("SAMVERKAN_STARTED", str(time.time()))
    from local import commands
    from local.places import Stopped, say

    try:
        return commands.main(arguments)
    except Stopped as stopped:
        say(str(stopped))
        return stopped.code
    except KeyboardInterrupt:
        return 130


def _with_a_newer_python(arguments):
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        for minor in (14, 13, 12, 11):
            python = os.path.join(folder, "python3.%d" % minor)  # noqa: UP031
            if os.access(python, os.X_OK):
                os.execv(python, [python, "-m", "local", *arguments])
    found = "%d.%d" % sys.version_info[:2]  # noqa: UP031
    sys.stderr.write("Python 3.11 or later is needed; this is " + found + ".\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
