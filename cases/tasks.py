"""What Celery calls."""

from celery import shared_task

from cases import exports, held, tidying


@shared_task(name="cases.tasks.sweep_lists")
def sweep_lists() -> None:
    held.sweep()


@shared_task(name="cases.tasks.end_for_parties_that_left")
def end_for_parties_that_left() -> None:
    tidying.end_for_parties_that_left()


@shared_task(name="cases.tasks.destroy_exports")
def destroy_exports() -> None:
    exports.destroy_over()
