"""That a consent was never given: recorded on the wrong person, or otherwise than on the paper. Invalid from the start."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cases.models.consent import Consent
from parties.models import Membership, Unit


class Mistake(models.Model):
    """Why a recorded consent never was one. The consent stays to be read; its lines have ended with it."""

    consent = models.OneToOneField(Consent, models.RESTRICT, primary_key=True, related_name="mistake")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    reason = models.TextField()
    recorded_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_mistake_says_what_was_wrong")]


CLASSIFIED = {
    "Mistake": {
        "consent": "personal",
        "unit": "sensitive",
        "reason": "sensitive",
        "recorded_by": "personal",
        "recorded_at": "personal",
    }
}
