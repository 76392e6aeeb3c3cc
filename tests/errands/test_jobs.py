"""Jobs stand in the database; a silent broker delays them and loses nothing; a killed worker's job is done once."""

import socket
import threading
import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from kombu import pools

from errands import jobs, notices
from errands.models import Job, Notice
from parties.access import acting
from samverkan.celery import app

pytestmark = pytest.mark.django_db

DONE: list[int] = []


@pytest.fixture(autouse=True)
def _a_kind_of_the_test(monkeypatch):
    monkeypatch.setitem(
        jobs.performers, "test", jobs.Performer(lambda job, report: lambda: DONE.append(job.pk), "default")
    )
    DONE.clear()


def waiting(**more) -> Job:
    return Job.objects.create(key=f"k{time.monotonic_ns()}", kind="test", **more)


def test_the_same_key_twice_is_one_job(monkeypatch):
    told = []
    monkeypatch.setattr(jobs, "tell", lambda job: told.append(job.pk))
    first = jobs.enqueue("test", "one", {"x": 1})
    assert jobs.enqueue("test", "one", {"x": 1}).pk == first.pk
    assert Job.objects.count() == 1


def test_a_job_runs_once_however_often_it_is_told():
    job = waiting()
    assert [jobs.run(job.pk) for _ in range(3)] == ["done", "held", "held"]
    assert [job.pk] == DONE


def test_a_dead_workers_job_is_taken_over_after_its_lease_and_not_before():
    job = waiting(
        state="running", token="0" * 32, lease_until=timezone.now() + timedelta(seconds=30), attempts=1
    )
    assert jobs.run(job.pk) == "held" and DONE == []
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.run(job.pk) == "done" and [job.pk] == DONE


def test_who_lost_the_lease_concludes_nothing(monkeypatch):
    def overtaken(job, report):
        Job.objects.filter(pk=job.pk).update(token="f" * 32)
        return lambda: DONE.append(job.pk)

    monkeypatch.setitem(jobs.performers, "test", jobs.Performer(overtaken, "default"))
    assert jobs.run(waiting().pk) == "held" and DONE == []


def test_a_verb_that_raises_waits_and_is_given_up_after_five(monkeypatch):
    def breaks(job, report):
        raise RuntimeError("with a name in it")

    monkeypatch.setitem(jobs.performers, "test", jobs.Performer(breaks, "default"))
    job = waiting()
    assert [jobs.run(job.pk) for _ in range(5)] == ["waiting"] * 4 + ["failed"]
    job.refresh_from_db()
    assert job.problem == "RuntimeError", "the error's kind, never its text"


@pytest.fixture
def broker(tmp_path):
    """Points the app at another broker for the test."""
    before = app.conf.broker_write_url

    def use(address: str) -> None:
        app.conf.broker_write_url = address
        pools.reset()
        app._pool = None
        app.amqp._producer_pool = None

    yield use
    use(before)


def test_a_broker_that_is_gone_loses_nothing(broker, tmp_path, django_capture_on_commit_callbacks):
    broker(f"redis+socket://{tmp_path}/nobody.sock")
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.enqueue("test", "gone", {})
    job.refresh_from_db()
    assert job.state == "waiting" and jobs.sweep() == 0


def test_a_broker_that_is_frozen_holds_no_request_up_for_long(
    broker, tmp_path, django_capture_on_commit_callbacks
):
    """It takes the connection and says nothing, as a stopped process does."""
    path = str(tmp_path / "frozen.sock")
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(8)
    held: list[socket.socket] = []

    def accept() -> None:
        try:
            while True:
                held.append(server.accept()[0])
        except OSError:
            return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    broker(f"redis+socket://{path}")
    done = threading.Event()

    def watch() -> None:
        # Not a measurement: a bound far beyond the two seconds, so that a hang is a failure and not a stuck suite.
        done.wait(30)

    guard = threading.Thread(target=watch)
    guard.start()
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.enqueue("test", "frozen", {})
    hung = not guard.is_alive()
    done.set()
    guard.join()
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    for each in held:
        each.close()
    job.refresh_from_db()
    assert not hung and job.state == "waiting"


def test_the_job_goes_with_the_deed_that_failed():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.enqueue("test", "undone", {})
        raise ZeroDivisionError
    assert not Job.objects.exists()


def test_a_notice_says_that_something_waits_and_nothing_else(cast, mailoutbox):
    notices.notify([cast.coordinator.pk, cast.ended_member.pk], kind="inquiry", object_key="1:2")
    notices.notify([cast.coordinator.pk], kind="inquiry", object_key="1:2")
    assert notices.send() == 1 and notices.send() == 0
    (mail,) = mailoutbox
    assert mail.to == [cast.coordinator.user.email]
    assert mail.subject == "Något väntar på dig i portalen" and "Du har en sak att ta hand om" in mail.body
    assert not any(
        word in mail.body for word in (cast.coordinator.user.name, cast.coordinator.unit.name, "inquiry")
    )
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent", "dropped"}


def test_mail_that_cannot_be_delivered_is_tried_again_later(cast, settings, monkeypatch):
    def down(*args, **more):
        raise ConnectionRefusedError

    monkeypatch.setattr(notices, "send_mail", down)
    notices.notify([cast.coordinator.pk], kind="inquiry", object_key="3:4")
    assert notices.send() == 0
    notice = Notice.objects.get()
    assert notice.state == "waiting" and notice.next_at > timezone.now()


def test_a_notice_is_seen_by_its_receiver_and_by_the_worker(cast):
    """The near misses: the colleague of the same unit, and whoever wrote the notice."""
    with acting(cast.coordinator):
        for _ in range(2):
            notices.notify([cast.investigator.pk, cast.colleague.pk], kind="inquiry", object_key="7")
        assert not Notice.objects.exists()
        assert Notice.objects.update(state="dropped") == 0
    with acting(cast.investigator):
        assert list(Notice.objects.values_list("to_member", flat=True)) == [cast.investigator.pk]
        assert Notice.objects.update(state="dropped") == 0
    with acting(cast.unassigned_officer):
        assert not Notice.objects.exists()
    assert Notice.objects.filter(state="waiting").count() == 2
    assert notices.send() == 2
