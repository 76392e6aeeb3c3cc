"""Which heading of a foreign list is which column, as a unit said once; found again by the set of headings.

No heading is kept in words: the first row of a file may turn out to be a person's. A fingerprint finds it again.
"""

from django.db import models
from django.db.models.functions import Now

from parties.models import Membership, Unit


class ColumnMapping(models.Model):
    """`headings`: the fingerprint of the set; `columns`: of each heading that is read, its fingerprint and its column."""

    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    headings = models.TextField()
    columns = models.JSONField(default=dict)
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "headings"], name="one_mapping_per_unit_and_headings")
        ]


CLASSIFIED = {
    "ColumnMapping": dict.fromkeys(["id", "unit", "headings", "columns", "at"], "organisational")
    | {"by": "personal"}
}
