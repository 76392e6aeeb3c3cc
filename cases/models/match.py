"""Which decision answers which statement, as a unit has said it.

Where it is plain from the rows it is not written (cases/statements.py works it out); a match is written when an answer is
given to a statement, and when somebody says which of several it is. It is one unit's word; the other unit sees it only
while it sees both the statement and the decision.
"""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from cases.models.block import NotBarred
from cases.models.case import Case
from cases.models.item import Item
from parties.models import Membership, Unit


class MatchQuerySet(models.QuerySet["Match"]):
    def visible_to(self, membership: Membership | None) -> "MatchQuerySet":
        """The matches between two items that the membership sees."""
        seen = Item.objects.visible_to(membership)
        return self.filter(
            NotBarred("case_id"),
            Exists(seen.filter(pk=OuterRef("statement"))),
            Exists(seen.filter(pk=OuterRef("decision"))),
        )

    def standing(self) -> "MatchQuerySet":
        return self.filter(undone_at=None)


class Match(models.Model):
    """One decision as the answer to one statement. Undone once, with its trace."""

    case = models.ForeignKey(Case, models.RESTRICT, related_name="+")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    statement = models.ForeignKey(Item, models.RESTRICT, related_name="+")
    decision = models.ForeignKey(Item, models.RESTRICT, related_name="+")
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True, db_index=False)

    objects = MatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="who_undid_a_match_and_when_are_one_fact",
            ),
            models.UniqueConstraint(
                fields=["statement", "decision", "unit"],
                condition=Q(undone_at=None),
                name="a_unit_matches_two_items_once",
            ),
        ]


CLASSIFIED = {
    "Match": {
        "id": "organisational",
        "case": "personal",
        "unit": "sensitive",
        "statement": "sensitive",
        "decision": "sensitive",
        "by": "personal",
        "at": "personal",
        "undone_at": "personal",
        "undone_by": "personal",
    }
}
