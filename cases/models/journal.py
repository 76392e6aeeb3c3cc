"""What has been entered in the care record: the portal is never the master, and a coordinator's deeds are documented there.

The texts are worked out from the rows each time (cases/journal.py) and kept nowhere. What is kept is that one event was
entered, by whom and when: an event that comes afterwards has no row, and so can never pass for entered.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cases.models.case import Case
from parties.models import Membership, Unit


class JournalTickQuerySet(models.QuerySet["JournalTick"]):
    def standing(self) -> "JournalTickQuerySet":
        """Those that nobody has taken back."""
        return self.filter(undone_at=None)


class JournalTick(models.Model):
    """*Införd*: the unit has entered one event in its care record. `event` is the event's key: its source and row.

    Taken back once, never rewritten; ticked again is a new row. The unit's own, and nobody else's business.
    """

    case = models.ForeignKey(Case, models.RESTRICT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    event = models.TextField()
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True, db_index=False)

    objects = JournalTickQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="who_took_a_tick_back_and_when_are_one_fact",
            ),
            models.CheckConstraint(condition=~Q(event=""), name="a_tick_is_of_an_event"),
            models.UniqueConstraint(
                fields=["unit", "event", "case"],
                condition=Q(undone_at=None),
                name="an_event_is_entered_once",
            ),
        ]


CLASSIFIED = {
    "JournalTick": dict.fromkeys(
        ["case", "event", "by", "at", "undone_at", "undone_by"],
        "personal",
    )
    | {"id": "organisational", "unit": "sensitive"}
}
