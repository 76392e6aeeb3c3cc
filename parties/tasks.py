"""What Celery calls."""

from celery import shared_task

from parties import tidying


@shared_task(name="parties.tasks.forget_old_invitations")
def forget_old_invitations() -> None:
    tidying.forget_old_invitations()
