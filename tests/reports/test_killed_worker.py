"""kill -9 of a real worker while it draws: after a restart the report is drawn, once, with the same bytes."""

import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from errands import files
from errands.models import File, Job, JobState
from errands.tasks import perform
from initiatives.models import Activity
from initiatives.periods import Period
from parties.access import acting
from reports import actions, jobs
from reports.models import Drawing
from samverkan.celery import app
from tests.initiatives.conftest import insats

__all__ = ["insats"]

# How long a step of the test may take on a busy machine before something is truly wrong.
PATIENCE = 120


def waits_for(what, condition):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {what}")


@pytest.fixture
def worker(settings, tmp_path):
    """Starts report workers on the test's database, on a corner of the broker that no other worker listens
    to.
    """
    database = connections["default"].settings_dict
    broker = settings.CELERY_BROKER_URL.split("?")[0]
    broker += "?virtual_host=9" if broker.startswith("redis+socket") else ""
    host = str(database["HOST"]).replace("/", "%2F")
    env = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{database['USER']}:{database['PASSWORD']}@{host}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": broker,
        "FILES_ROOT": str(settings.FILES_ROOT),
        "PYTHONWARNINGS": "ignore",
    }
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "samverkan",
            "worker",
            "-Q",
            jobs.QUEUE,
            "-P",
            "solo",
        ]
        command += ["--without-gossip", "--without-mingle", "-n", f"t{len(started)}@test"]
        with open(tmp_path / f"worker-{len(started)}.log", "wb") as log:
            process = subprocess.Popen(command, env=env, cwd=Path(settings.BASE_DIR), stdout=log, stderr=log)
        started.append(process)
        return process

    def tell(job: Job) -> None:
        with app.connection_for_write(url=broker) as connection:
            perform.apply_async((job.pk,), queue=jobs.QUEUE, connection=connection)

    start.tell = tell
    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_a_report_is_drawn_once_although_its_worker_was_killed(cast, insats, worker):
    lead = cast.project_lead
    with acting(lead):
        Activity.objects.bulk_create(
            Activity(
                initiative=insats, on=date(2023, 1, 1) + timedelta(days=n), kind="training", title=f"Nr {n}",
                state="held", recorded_by=lead,
            )
            for n in range(300)
        )  # fmt: skip
        report = actions.freeze(actions.begin(by=lead, initiative=insats, period=Period(2023)), by=lead)
    job = Job.objects.get()
    first = worker()
    worker.tell(job)
    waits_for("the drawing to be under way", lambda: Job.objects.get().state == JobState.RUNNING)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert not Drawing.objects.exists()
    assert Job.objects.get().state == JobState.RUNNING
    # Its lease runs out: the row is moved, not the clock. Then beat's sweep tells another worker.
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    worker()
    worker.tell(Job.objects.get())
    worker.tell(Job.objects.get())
    waits_for("the report to be drawn", lambda: Job.objects.get().state == JobState.DONE)
    assert Job.objects.get().attempts == 2
    assert File.objects.count() == Drawing.objects.count() == 1
    assert files.read(Drawing.objects.get().file) == jobs.drawn(report)
    kept = [path for path in Path(settings.FILES_ROOT).rglob("*") if path.is_file()]
    assert [path.name for path in kept] == [File.objects.get().name]
