"""What Celery calls: a key in, a verb called."""

from celery import shared_task

from errands import jobs, notices


@shared_task(name="errands.tasks.perform", acks_late=True)
def perform(job_pk: int) -> None:
    jobs.run(job_pk)


@shared_task(name="errands.tasks.sweep")
def sweep() -> None:
    jobs.sweep()


@shared_task(name="errands.tasks.send_notices")
def send_notices() -> None:
    notices.send()
