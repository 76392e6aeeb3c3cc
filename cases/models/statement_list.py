"""A statement list: what a clinic sends one unit at Försäkringskassan before they meet, and takes up again with the answers.

A list is born sent and never changes: who puts it together looks at it as it would be, and sending writes it whole, in one
transaction; the database adds nothing to it afterwards. Each row is a version that was given in that deed. The receiver
sees a row only while that giving stands, and the list only while it sees a row of it: nothing tells of what is not there.
"""

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from cases.models.block import NotBarred
from cases.models.case import Case, random_number
from cases.models.disclosure import Disclosure
from cases.models.item import Item
from parties.models import Membership, Unit


class StatementRowQuerySet(models.QuerySet["StatementRow"]):
    def visible_to(self, membership: Membership | None) -> "StatementRowQuerySet":
        """The rows of the unit's own lists; of lists sent to it, those whose version stands given to it now."""
        if membership is None or not membership.is_case_role:
            return self.none()
        given = Disclosure.objects.standing().filter(item=OuterRef("item"), to_unit_id=membership.unit_id)
        return self.filter(
            NotBarred("case_id"),
            Q(unit_id=membership.unit_id) | (Q(to_unit_id=membership.unit_id) & Exists(given)),
        )


class StatementListQuerySet(models.QuerySet["StatementList"]):
    def visible_to(self, membership: Membership | None) -> "StatementListQuerySet":
        """The lists of which the membership sees a row."""
        rows = StatementRow.objects.visible_to(membership).filter(list=OuterRef("pk"))
        return self.filter(Exists(rows))


class StatementList(models.Model):
    """One list as it was sent. `on_paper`: it was handed over printed, and the answers come back the same way."""

    number = models.TextField(unique=True, default=random_number)
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    to_unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    on_paper = models.BooleanField(default=False)
    # The transaction's own moment: the wall knows by it that a row is written in the deed that sends the list.
    sent_at = models.DateTimeField(db_default=TransactionNow())
    sent_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)

    objects = StatementListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "unit", "to_unit"], name="statement_list_facts"),
            models.CheckConstraint(
                condition=~Q(unit=models.F("to_unit")), name="a_list_is_sent_to_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False, sent_by__isnull=False),
                name="who_sent_a_list_and_when_are_one_fact",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-id"], name="statement_list_by_unit"),
            models.Index(fields=["to_unit", "-id"], name="statement_list_to_unit"),
        ]


class StatementRow(models.Model):
    """One version on a list. It has no number of its own on any page: a gap would tell of what was left out."""

    list = models.ForeignKey(StatementList, models.RESTRICT, related_name="rows", db_index=False)
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    to_unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.RESTRICT, related_name="+", db_index=False)
    item = models.ForeignKey(Item, models.RESTRICT, related_name="+")

    objects = StatementRowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list", "item"], name="a_version_stands_once_on_a_list")
        ]
        indexes = [models.Index(fields=["to_unit", "list"], name="statement_row_to_unit")]


class ListOpening(models.Model):
    """Somebody of the unit opened the list. It tells what is new since then, and nothing is decided from it."""

    list = models.ForeignKey(StatementList, models.RESTRICT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["list", "unit", "-at"], name="list_opening_last")]


CLASSIFIED = {
    "StatementList": {
        "id": "organisational",
        "number": "organisational",
        "unit": "organisational",
        "to_unit": "organisational",
        "on_paper": "organisational",
        "sent_at": "organisational",
        "sent_by": "personal",
    },
    "StatementRow": {
        "id": "organisational",
        "list": "sensitive",
        "unit": "sensitive",
        "to_unit": "sensitive",
        "case": "personal",
        "item": "sensitive",
    },
    "ListOpening": {
        "id": "organisational",
        "list": "organisational",
        "unit": "organisational",
        "by": "personal",
        "at": "personal",
    },
}
