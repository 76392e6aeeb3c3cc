"""That the person said no. It opens nothing and closes nothing, and it never stands in the way of care: the record only
keeps somebody from being asked twice without knowing it.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cases.models.case import Case
from parties.models import Membership, Unit


class Declined(models.Model):
    """One time the person was asked and said no, kept by the unit that asked and shown to nobody else."""

    case = models.ForeignKey(Case, models.RESTRICT, related_name="declined")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    declined_on = models.DateField()
    said_by = models.TextField()
    note = models.TextField(blank=True, default="")
    recorded_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(said_by=""), name="somebody_declined_the_consent")]


CLASSIFIED = {
    "Declined": {
        "id": "organisational",
        "case": "personal",
        "unit": "sensitive",
        "declined_on": "personal",
        "said_by": "personal",
        "note": "sensitive",
        "recorded_by": "personal",
        "recorded_at": "personal",
    }
}
