"""Measures pages against the floor, in one run: `python -m bench.pages [--rounds 60]`. Prints a Markdown table.

Floor and portal run under the same server on this machine, one process and one thread each. A round asks every page
once, the floor's and the portal's after each other, so that whatever else the machine does hits both. Only the ratio
of one run says anything.
"""

import argparse
import contextlib
import http.client
import os
import secrets
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samverkan.settings")
django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connections  # noqa: E402

from bench.load import CLINICS, digits_of  # noqa: E402
from cases.crypt import index_key  # noqa: E402
from cases.models import Case  # noqa: E402
from parties.models import Membership  # noqa: E402

WARM = 8
TOKEN = secrets.token_hex(16)


@dataclass
class Measure:
    """A page of both: what each is asked, and what the portal's answer must hold."""

    name: str
    floor: Callable[[int], str]
    portal: Callable[[int], tuple[str, str, dict[str, str] | None]]
    cookie: str
    status: int
    holds: str
    times: int = 1


@contextmanager
def server(application: str) -> Iterator[int]:
    """The application under gunicorn, on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    command += ["--threads", "1", "--keep-alive", "60", "--no-control-socket", "--log-level", "warning"]
    process = subprocess.Popen(command)
    try:
        for _ in range(150):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def signed_in(member: Membership) -> str:
    """A session as the login would leave it, and the form's token, as a cookie."""
    session = SessionStore()
    session[SESSION_KEY] = str(member.user_id)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = member.user.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}; csrftoken={TOKEN}"


def ask(port: http.client.HTTPConnection, method: str, path: str, form: dict | None, cookie: str):
    """Seconds, status and body of one request on a kept connection."""
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({**form, "csrfmiddlewaretoken": TOKEN}) if form is not None else None
    started = time.perf_counter()
    port.request(method, path, body, headers)
    answer = port.getresponse()
    text = answer.read()
    return time.perf_counter() - started, answer.status, text.decode()


def measures() -> list[Measure]:
    """The operations. The person looked for is the one registered longest ago at the second clinic."""
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute(
            "select max(id) from cases_person where name like '%Nr%' and id %% 120 = 81".replace("%%", "%")
        )
        (pk,) = cursor.fetchone()
    members = Membership.objects.using("owner").select_related("user").order_by("id")
    clinic, office = members[pk % CLINICS], members[CLINICS]
    here, there = signed_in(clinic), signed_in(office)
    case = Case.objects.using("owner").get(pk=pk)
    digits, number = digits_of(pk), case.number
    first = 10_000_000 + secrets.randbelow(3_000_000)
    unit = {"unit": clinic.unit_id}

    def get(path: str):
        return lambda n: ("GET", path, None)

    def search(term: str):
        return lambda n: ("POST", "/cases/search/", {"q": term})

    def raw(path: str, **asked: object):
        return lambda n: f"{path}?{urlencode({**unit, **asked})}"

    def logged(n: int) -> str:
        return raw(
            "/log", party=clinic.party_id, member=clinic.pk, name="Ny Person", number=f"F-{first + n}",
            key=index_key(digits_of(first - 5_000_000 + n)).hex(),
        )(n)  # fmt: skip

    def new(n: int):
        fields = {"number": digits_of(first + n), "name": "Ny Person", "home_municipality": "Provby"}
        return "POST", "/cases/new/", fields

    return [
        Measure("case list, own unit, 50 rows", raw("/list"), get("/cases/?show=open"), here, 200, "sv-row", 50),
        Measure(
            "case list, what another gave, 50 rows", raw("/received", unit=office.unit_id),
            get("/cases/?show=received"), there, 200, "sv-row", 50,
        ),
        Measure("case page", raw("/case", number=number), get(f"/cases/{number}/"), here, 200, "En plan"),
        Measure(
            "search by personal number", raw("/number", key=index_key(digits).hex()), search(digits), here, 200, number
        ),
        Measure("search by name", raw("/name", name=f"Nr{pk}"), search(f"Nr{pk}"), here, 200, number),
        Measure("search, nothing found", raw("/name", name="Finnsinte"), search("Finnsinte"), here, 200, "sv-empty"),
        Measure("log a case", logged, new, here, 302, ""),
    ]  # fmt: skip


def main(rounds: int) -> None:
    found = measures()
    times: dict[str, tuple[list[float], list[float]]] = {one.name: ([], []) for one in found}
    with server("bench.floor:application") as low, server("samverkan.wsgi:application") as high:
        floor, portal = (http.client.HTTPConnection("127.0.0.1", port, timeout=60) for port in (low, high))
        for n in range(rounds + WARM):
            for one in found:
                seconds, status, _ = ask(floor, "GET", one.floor(n), None, "")
                method, path, form = one.portal(n)
                ours, answered, text = ask(portal, method, path, form, one.cookie)
                if (status, answered) != (200, one.status) or text.count(one.holds) < one.times:
                    sys.exit(f"{one.name}: floor {status}, portal {answered}, not the page that was meant")
                if n >= WARM:
                    times[one.name][0].append(seconds)
                    times[one.name][1].append(ours)
    with connections["owner"].cursor() as cursor:
        cursor.execute("select count(*) from cases_case")
        (cases,) = cursor.fetchone()
    print(f"{cases} cases, {rounds} rounds; medians in ms\n")
    print("| operation | floor | portal | portal ÷ floor |\n|---|---|---|---|")
    for name, (low_times, high_times) in times.items():
        low_one, high_one = statistics.median(low_times) * 1000, statistics.median(high_times) * 1000
        print(f"| {name} | {low_one:.1f} | {high_one:.1f} | {high_one / low_one:.1f} × |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    main(parser.parse_args().rounds)
