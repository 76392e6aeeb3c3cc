"""A file of the own unit's cases, asked for by one member, drawn by a worker, fetched by the same member, and destroyed.

The file waits sealed: half of its key stands in the row and goes with it, the other half comes from SECRET_KEY.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from errands.models import File
from parties.models import Membership, Unit


class ExportFormat(models.TextChoices):
    XLSX = "xlsx", _("Excel (XLSX)")
    CSV = "csv", _("Text with semicolons (CSV)")


class ListExport(models.Model):
    """What was asked for: the filter, the columns, names or not. `cases`: the keys in the drawn file; `readable`: what was
    so of them when it was drawn. `draw` counts the drawings: an older job's file is not kept.
    """

    member = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    format = models.TextField(choices=ExportFormat)
    query = models.JSONField(default=dict)
    columns = ArrayField(models.TextField(), default=list)
    with_names = models.BooleanField(default=False)
    asked_at = models.DateTimeField(db_default=Now())
    until_at = models.DateTimeField()
    draw = models.PositiveSmallIntegerField(default=1)
    file = models.ForeignKey(File, models.RESTRICT, related_name="+", null=True)
    half = models.TextField(blank=True, default="")
    cases = ArrayField(models.BigIntegerField(), default=list)
    readable = models.TextField(blank=True, default="")
    cancelled_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(format__in=ExportFormat.values), name="an_export_is_of_a_known_format"
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at=None) | Q(half=""), name="a_destroyed_export_has_no_key"
            ),
        ]
        indexes = [
            models.Index(fields=["until_at"], condition=Q(destroyed_at=None), name="exports_to_destroy")
        ]


CLASSIFIED = {
    "ListExport": dict.fromkeys(
        ["id", "unit", "format", "columns", "with_names", "until_at", "draw", "file", "destroyed_at"],
        "organisational",
    )
    | dict.fromkeys(["member", "query", "asked_at", "cases", "cancelled_at"], "personal")
    | dict.fromkeys(["half", "readable"], "sensitive")
}
