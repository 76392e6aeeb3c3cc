"""What a unit has done about a granted decision: the care's note in the journal, Försäkringskassan's watch.

Each party ticks its own. The other sees it while it sees the decision and the case stands given to it by the one who ticked.
"""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cases.models.block import NotBarred
from cases.models.case import Case
from cases.models.disclosure import Disclosure
from cases.models.item import Item
from parties.models import CARE_KINDS, Membership, PartyKind, Unit


class Done(models.TextChoices):
    JOURNAL_NOTE = "journal_note", _("Journal note made")
    WATCH = "watch", _("Watch set")


def done_by(unit: Unit) -> Done | None:
    """What a unit ticks: the care its journal note, Försäkringskassan its watch, nobody else anything."""
    if unit.party.kind in CARE_KINDS:
        return Done.JOURNAL_NOTE
    return Done.WATCH if unit.party.kind == PartyKind.FK else None


class TickQuerySet(models.QuerySet["Tick"]):
    def visible_to(self, membership: Membership | None) -> "TickQuerySet":
        """The unit's own, and those on a decision it sees, of a unit that the case stands given by."""
        if membership is None or not membership.is_case_role:
            return self.none()
        seen = Item.objects.visible_to(membership).filter(pk=OuterRef("item"))
        given = Disclosure.objects.standing().filter(
            case=OuterRef("case"), from_unit=OuterRef("unit"), to_unit_id=membership.unit_id
        )
        return self.filter(
            NotBarred("case_id"), Q(unit_id=membership.unit_id) | (Q(Exists(seen)) & Q(Exists(given)))
        )

    def standing(self) -> "TickQuerySet":
        return self.filter(undone_at=None)


class Tick(models.Model):
    """One thing done about one version of a decision. A later version is ticked anew: its period is another."""

    case = models.ForeignKey(Case, models.RESTRICT, related_name="+")
    item = models.ForeignKey(Item, models.RESTRICT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    what = models.TextField(choices=Done)
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True, db_index=False)

    objects = TickQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="who_undid_a_tick_and_when_are_one_fact",
            ),
            models.CheckConstraint(condition=Q(what__in=Done.values), name="a_tick_is_of_a_known_thing"),
            models.UniqueConstraint(
                fields=["item", "unit", "what"],
                condition=Q(undone_at=None),
                name="a_unit_ticks_a_thing_once",
            ),
        ]


CLASSIFIED = {
    "Tick": {
        "id": "organisational",
        "case": "personal",
        "item": "sensitive",
        "unit": "sensitive",
        "what": "sensitive",
        "by": "personal",
        "at": "personal",
        "undone_at": "personal",
        "undone_by": "personal",
    }
}
