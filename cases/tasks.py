"""What Celery calls."""

from celery import shared_task

from cases import held


@shared_task(name="cases.tasks.sweep_lists")
def sweep_lists() -> None:
    held.sweep()
