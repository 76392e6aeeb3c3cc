"""What the receiving unit has opened of what it was given. It tells *new* on lists; nothing is decided from it."""

from django.db import models
from django.db.models.functions import Now

from cases.models.disclosure import Disclosure
from parties.models import Membership, Unit


class Reading(models.Model):
    """The first opening of one disclosure by the unit it was given to: who, and when. Opened once is opened for the unit."""

    disclosure = models.OneToOneField(Disclosure, models.RESTRICT, primary_key=True)
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    at = models.DateTimeField(db_default=Now())


CLASSIFIED = {"Reading": dict.fromkeys(["disclosure", "unit", "by", "at"], "personal")}
