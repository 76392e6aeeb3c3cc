"""What Celery calls: a key in, a verb called."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from errands import drafts, jobs, notices, once


@shared_task(name="errands.tasks.perform", acks_late=True)
def perform(job_pk: int) -> None:
    jobs.run(job_pk)


@shared_task(name="errands.tasks.sweep")
def sweep() -> None:
    jobs.sweep()


@shared_task(name="errands.tasks.send_notices")
def send_notices() -> None:
    notices.send()


@shared_task(name="errands.tasks.forget_ended_sessions")
def forget_ended_sessions() -> None:
    SessionStore.clear_expired()
    once.forget_old()


@shared_task(name="errands.tasks.forget_old_drafts")
def forget_old_drafts() -> None:
    drafts.forget_old()
