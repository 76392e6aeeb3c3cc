"""Jobs live in PostgreSQL; Celery wakes them.

A late or dead queue delays news, never truth: the row is there from the deed's commit, and beat sweeps what nobody was
told of or what a killed worker left behind. A job may run twice; only the holder of the token concludes it, so its
result is written once.
"""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from kombu.exceptions import OperationalError as BrokerError

from errands.models import Job, JobState

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=45)
MOST_ATTEMPTS = 5

Progress = Callable[[int, int], None]
Conclusion = Callable[[], None]
Verb = Callable[[Job, Progress], Conclusion | None]


class LeaseLost(Exception):
    """Another worker has taken the job over; this one stops and writes nothing."""


@dataclass(frozen=True)
class Performer:
    verb: Verb
    queue: str


performers: dict[str, Performer] = {}


def performs(kind: str, queue: str = "default") -> Callable[[Verb], Verb]:
    """Registers the verb that does jobs of a kind, on a queue. One verb a kind."""

    def register(verb: Verb) -> Verb:
        if kind in performers and performers[kind].verb is not verb:
            raise ValueError(f"two verbs perform {kind}")
        performers[kind] = Performer(verb, queue)
        return verb

    return register


def enqueue(
    kind: str, key: str, payload: dict, *, by: int | None = None, acting_for: int | None = None
) -> Job:
    """A job in the deed's transaction; the same key twice is one job. After commit Celery is told.

    payload: keys only. by: a membership's number. acting_for: a unit's number. A failed job asked for again waits anew.
    """
    job, made = Job.objects.get_or_create(
        key=key, defaults={"kind": kind, "payload": payload, "by": by, "acting_for": acting_for}
    )
    if not made and job.state == JobState.FAILED:
        Job.objects.filter(pk=job.pk, state=JobState.FAILED).update(
            state=JobState.WAITING, attempts=0, problem=""
        )
        job.refresh_from_db()
    if job.state == JobState.WAITING:
        transaction.on_commit(lambda: tell(job))
    return job


def tell(job: Job) -> bool:
    """Wakes a worker for the job; False when the broker does not answer within its two seconds (beat tells it later)."""
    from errands.tasks import perform

    try:
        perform.apply_async((job.pk,), queue=performers[job.kind].queue, retry=False)
    except (BrokerError, OSError, TimeoutError) as error:
        log.warning("broker silent, job %s waits: %s", job.pk, type(error).__name__)
        return False
    return True


def sweep() -> int:
    """Tells workers again of what waits or was left behind by a dead one; gives up after the last attempt. Safe to repeat."""
    Job.objects.filter(state=JobState.RUNNING, lease_until__lt=Now(), attempts__gte=MOST_ATTEMPTS).update(
        state=JobState.FAILED, token=None, finished_at=Now(), problem="attempts"
    )
    told = 0
    for job in Job.objects.filter(_claimable()).order_by("id")[:200]:
        if not tell(job):
            break
        told += 1
    return told


def _claimable() -> Q:
    return Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, lease_until__lt=Now())


def run(job_pk: int) -> str:
    """Claims and does one job; returns its state, or `held` when another worker has it. Safe to call twice."""
    token = uuid.uuid4()
    claimed = Job.objects.filter(_claimable(), pk=job_pk).update(
        state=JobState.RUNNING, token=token, lease_until=Now() + LEASE, attempts=F("attempts") + 1, progress=0
    )
    if not claimed:
        return "held"
    job = Job.objects.get(pk=job_pk)
    mine = Job.objects.filter(pk=job_pk, token=token, state=JobState.RUNNING)

    def report(done: int, total: int) -> None:
        if not mine.update(progress=done, progress_total=total, lease_until=Now() + LEASE):
            raise LeaseLost

    try:
        conclude = performers[job.kind].verb(job, report)
        with transaction.atomic():
            # Locked before the conclusion: a rival that took the job over cannot conclude it as well.
            if not mine.select_for_update().exists():
                raise LeaseLost
            if conclude is not None:
                conclude()
            mine.update(
                state=JobState.DONE,
                token=None,
                lease_until=None,
                finished_at=Now(),
                progress=F("progress_total"),
            )
        return JobState.DONE
    except LeaseLost:
        return "held"
    except Exception as error:
        log.exception("job %s (%s) raised", job_pk, job.kind)
        spent = job.attempts >= MOST_ATTEMPTS
        mine.update(
            state=JobState.FAILED if spent else JobState.WAITING,
            token=None,
            lease_until=None,
            finished_at=Now() if spent else None,
            problem=type(error).__name__,
        )
        return JobState.FAILED if spent else JobState.WAITING
