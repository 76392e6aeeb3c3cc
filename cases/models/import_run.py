"""One import of a case list at one unit: which cases it opened and which it added to, so that it can be undone the same day."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from parties.models import Membership, Unit


class ImportRun(models.Model):
    """`key` is the list's in the ledger. Written with the import; undone once, by a coordinator of the unit."""

    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    key = models.TextField()
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())
    created = ArrayField(models.BigIntegerField(), default=list)
    changed = ArrayField(models.BigIntegerField(), default=list)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True, db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "key"], name="one_run_per_unit_and_list"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="an_import_is_undone_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["unit", "-at"], name="import_run_by_unit")]


CLASSIFIED = {
    "ImportRun": {
        "id": "organisational",
        "unit": "organisational",
        "key": "organisational",
        "by": "personal",
        "at": "personal",
        "created": "personal",
        "changed": "personal",
        "undone_at": "personal",
        "undone_by": "personal",
    }
}
