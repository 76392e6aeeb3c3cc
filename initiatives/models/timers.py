"""A time that an insats has set for the milestones of its cases, instead of the house's default (initiatives/timers.py)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from initiatives.models.ground import Initiative
from parties.models import Membership


class TimerSetting(models.Model):
    """One number of one insats, in whole days or months as its key says. Put back, it holds the default's number."""

    initiative = models.ForeignKey(Initiative, models.RESTRICT, related_name="timers")
    key = models.TextField()
    number = models.PositiveSmallIntegerField()
    set_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["initiative", "key"], name="one_time_per_initiative_and_key"),
            models.CheckConstraint(condition=Q(number__lte=1000), name="a_time_is_at_most_1000"),
        ]


CLASSIFIED = {
    "TimerSetting": {
        "id": "organisational",
        "initiative": "organisational",
        "key": "organisational",
        "number": "organisational",
        "set_by": "personal",
        "set_at": "personal",
    }
}
