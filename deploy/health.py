"""Is this container well? `python deploy/health.py web|worker QUEUE|beat`: exit code 0, or 1 and a line.

web: /health answers 200, so the database answers too. worker: this container's worker answers a ping, so the
broker does too. beat: its schedule was written in the last ten minutes; beat does that every three.
"""

import http.client
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

PORT = 8000
SCHEDULE = "/srv/beat/schedule"  # docker-compose.yml names it to beat
OLDEST = 600


def web() -> str | None:
    """What is wrong, or None."""
    name = urlsplit(os.environ["PUBLIC_URL"]).netloc  # the portal answers to its own name only
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
    try:
        connection.request("GET", "/health", headers={"Host": name})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"the web does not answer: {type(error).__name__}"
    finally:
        connection.close()
    return None if status == 200 else f"/health answers {status}"


def worker(queue: str) -> str | None:
    """What is wrong, or None."""
    from samverkan.celery import app

    node = f"{queue}@{socket.gethostname()}"
    try:
        answers = app.control.ping(destination=[node], timeout=5)
    except Exception as error:  # whatever the broker's library raises, the answer is no
        return f"the broker does not answer: {type(error).__name__}"
    return None if answers else f"{node} does not answer"


def beat(schedule: str = SCHEDULE) -> str | None:
    """What is wrong, or None. The file's ending depends on what Python was built with."""
    path = Path(schedule)
    written = [file.stat().st_mtime for file in path.parent.glob(f"{path.name}*") if file.is_file()]
    if not written:
        return "no schedule has been written"
    age = time.time() - max(written)
    return None if age < OLDEST else f"the schedule is {age:.0f} s old"


def main(arguments: list[str]) -> int:
    checks: dict[str, Callable[..., str | None]] = {"web": web, "worker": worker, "beat": beat}
    wrong = checks[arguments[0]](*arguments[1:])
    if wrong:
        print(wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(main(sys.argv[1:]))
