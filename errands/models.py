"""Rows that wait: jobs for the workers, notices to send, drafts of what someone is typing, files kept."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    WAITING = "waiting", _("Waiting in line")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Job(models.Model):
    """Something to be done outside the request. Written in the deed's transaction; Celery is told after commit.

    `key` makes it single: the same key asked for twice is one job. A worker claims it with a token and a lease; only
    the holder of the token may finish it. `payload` holds keys, never content.
    """

    key = models.TextField(unique=True)
    kind = models.TextField()
    payload = models.JSONField(default=dict)
    by = models.BigIntegerField(null=True)
    acting_for = models.BigIntegerField(null=True)
    state = models.TextField(choices=JobState, default=JobState.WAITING)
    progress = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    problem = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["state", "lease_until"],
                condition=Q(state__in=["waiting", "running"]),
                name="job_to_do",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="a_job_is_in_a_known_state"),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(token__isnull=False, lease_until__isnull=False),
                name="a_running_job_has_a_holder",
            ),
        ]


class Notice(models.Model):
    """A mail to send: that something waits, never what. `key` makes it single."""

    key = models.TextField(unique=True)
    to_member = models.BigIntegerField()
    kind = models.TextField()
    object_key = models.TextField(default="")
    state = models.TextField(default="waiting")
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(db_default=Now())


class Draft(models.Model):
    """What someone has typed and not yet sent. Seen by nobody but its writer; the wall holds it to the member."""

    member = models.BigIntegerField()
    form = models.TextField()
    object_key = models.TextField(default="")
    text = models.JSONField(default=dict)
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "form", "object_key"], name="one_draft_per_form_and_object"
            )
        ]


class Sent(models.Model):
    """The key of a form that was sent, and the page it led to. Kept two days (errands.once)."""

    member = models.BigIntegerField()
    key = models.UUIDField()
    led_to = models.TextField(blank=True, default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="a_form_is_sent_once")]
        indexes = [models.Index(fields=["at"], name="sent_at")]


class File(models.Model):
    """A stored file: a random name on disk, its fingerprint and size. With a unit it is that unit's; without, no person is in it."""

    unit = models.BigIntegerField(null=True)
    item = models.BigIntegerField(null=True)
    name = models.TextField(unique=True)
    title = models.TextField(default="")
    sha256 = models.TextField()
    size = models.BigIntegerField()
    type = models.TextField()
    stored_at = models.DateTimeField(db_default=Now())
    until_at = models.DateTimeField(null=True)


CLASSIFIED = {
    "Job": dict.fromkeys(
        [
            "id",
            "key",
            "kind",
            "payload",
            "acting_for",
            "state",
            "progress",
            "progress_total",
            "attempts",
            "token",
            "lease_until",
            "created_at",
            "finished_at",
            "problem",
        ],
        "organisational",
    )
    | {"by": "personal"},
    "Notice": dict.fromkeys(
        ["id", "key", "kind", "object_key", "state", "tries", "next_at"], "organisational"
    )
    | {"to_member": "personal"},
    "Draft": {
        "id": "organisational",
        "member": "personal",
        "form": "organisational",
        "object_key": "personal",
        "text": "sensitive",
        "saved_at": "personal",
    },
    "Sent": dict.fromkeys(["id", "member", "key", "led_to", "at"], "personal"),
    "File": dict.fromkeys(
        ["id", "unit", "name", "title", "sha256", "size", "type", "stored_at", "until_at"], "organisational"
    )
    | {"item": "personal"},
}
