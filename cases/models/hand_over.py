"""A case offered to a colleague: it changes hands when the colleague says yes, and not before."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.case import Case
from parties.models import Membership, Unit


class HandOverEnd(models.TextChoices):
    ACCEPTED = "accepted", pgettext_lazy("hand-over", "Accepted")
    DECLINED = "declined", pgettext_lazy("hand-over", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("hand-over", "Taken back")
    OVERTAKEN = "overtaken", pgettext_lazy("hand-over", "Overtaken by another deed")


class HandOverQuerySet(models.QuerySet["HandOver"]):
    def unanswered(self) -> "HandOverQuerySet":
        return self.filter(ended_at=None)

    def standing(self) -> "HandOverQuerySet":
        """Unanswered, and both who offered and who was asked still work at the unit: else it has lapsed by itself."""
        current = Membership.objects.current()
        return self.unanswered().filter(
            Exists(current.filter(pk=OuterRef("by"))), Exists(current.filter(pk=OuterRef("to_member")))
        )


class HandOver(models.Model):
    """One offer of a case to a colleague at the same unit. Until it is accepted, who offers keeps the case.

    The unit's own, also when the case is another unit's: who handles it here is nobody else's business.
    """

    case = models.ForeignKey(Case, models.RESTRICT, related_name="hand_overs")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    to_member = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    note = models.TextField(blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True)
    how = models.TextField(choices=HandOverEnd, blank=True, default="")
    answer = models.TextField(blank=True, default="")

    objects = HandOverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, how="", answer="")
                | Q(ended_at__isnull=False, ended_by__isnull=False, how__in=HandOverEnd.values),
                name="an_offer_ends_by_somebody_in_some_way",
            ),
            models.CheckConstraint(
                condition=~Q(by=models.F("to_member")), name="a_case_is_offered_to_somebody_else"
            ),
            models.UniqueConstraint(
                fields=["case", "unit"],
                condition=Q(ended_at=None),
                name="one_open_offer_per_case_and_unit",
                violation_error_message=_("The case is already offered to somebody."),
            ),
        ]
        indexes = [
            models.Index(fields=["to_member"], condition=Q(ended_at=None), name="offers_to_member"),
            models.Index(fields=["by", "-id"], name="offers_by_member"),
        ]


CLASSIFIED = {
    "HandOver": {
        "id": "organisational",
        "case": "personal",
        "unit": "sensitive",
        "by": "personal",
        "to_member": "personal",
        "at": "personal",
        "note": "sensitive",
        "ended_at": "personal",
        "ended_by": "personal",
        "how": "personal",
        "answer": "sensitive",
    }
}
