"""A disclosure: one officer, one version, one receiving unit, one ground, one time. The one kind of ground for sight.

Giving anything also discloses the case itself (`item` empty, kind `existence`). What was given is sealed in the archive
by the database in the same statement: it is an incoming document of the receiver's, whatever happens later (R1).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from cases.law import Ground, InformationKind
from cases.models.block import NotBarred
from cases.models.case import Case
from cases.models.consent import ConsentLine, Ending, Purpose
from cases.models.item import Item
from parties.models import Membership, Party, Unit


class DisclosureQuerySet(models.QuerySet["Disclosure"]):
    def standing(self) -> "DisclosureQuerySet":
        """Disclosures whose ground stands at this statement: not ended, in date, and for consent a live received line.

        The twin of the database's view cases_standing; a test binds the two together.
        """
        line = ConsentLine.objects.live().filter(
            case_id=OuterRef("case_id"),
            from_unit_id=OuterRef("from_unit_id"),
            to_unit_id=OuterRef("to_unit_id"),
            kind=OuterRef("kind"),
            purpose=OuterRef("purpose"),
            received_at__isnull=False,
            # Says nothing new, since both lie around now; but for it the planner reads every line of the unit first.
            from_at__lt=OuterRef("until_at"),
        )
        return self.filter(ended_at=None, until_at__gt=Now()).filter(~Q(basis=Ground.CONSENT) | Exists(line))

    def inbox_of(self, unit: int) -> "DisclosureQuerySet":
        """The cases themselves that stand given to the unit."""
        return self.standing().filter(NotBarred("case_id"), to_unit_id=unit, item=None)

    def unopened_by(self, membership: Membership) -> "DisclosureQuerySet":
        """What stands given to the membership's unit and nobody there has opened yet."""
        return self.standing().filter(NotBarred("case_id"), to_unit_id=membership.unit_id, opened_at=None)

    def with_standing(self) -> "DisclosureQuerySet":
        """Adds `stands`, for pages that also tell what is no longer shown."""
        return self.annotate(stands=Exists(Disclosure.objects.standing().filter(pk=OuterRef("pk"))))


class Disclosure(models.Model):
    """What one unit has given another, until when, and on which ground."""

    case = models.ForeignKey(Case, models.RESTRICT, related_name="disclosures", db_index=False)
    item = models.ForeignKey(Item, models.RESTRICT, related_name="disclosures", null=True, db_index=False)
    kind = models.TextField(choices=InformationKind)
    purpose = models.TextField(choices=Purpose, blank=True, default="")
    from_party = models.ForeignKey(Party, models.RESTRICT, related_name="+", db_index=False)
    from_unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    to_party = models.ForeignKey(Party, models.RESTRICT, related_name="+", db_index=False)
    to_unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    basis = models.TextField(choices=Ground)
    law_version = models.TextField()
    request = models.BigIntegerField(null=True)
    confirmed = ArrayField(models.TextField(), default=list)
    decided_by = models.TextField(blank=True, default="")
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())
    # Added by with_standing().
    stands: bool
    until_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True, db_index=False)
    ended_how = models.TextField(choices=Ending, blank=True, default="")

    # The receiving unit's first opening; it tells *new* on lists, and nothing is decided from it.
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True, db_index=False)

    # The receiving unit has put its copy in its own file (R1), the first time; nothing is decided from it.
    fetched_at = models.DateTimeField(null=True)
    fetched_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True, db_index=False)
    # The receiving unit has read that the consent never was one and that this must not be used.
    heeded_at = models.DateTimeField(null=True)
    heeded_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True, db_index=False)

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        # No index may begin with from_unit: the policy's OR would then become a bitmap over both sides.
        indexes = [
            models.Index(
                fields=["to_unit", "case", "item"],
                include=["from_unit", "kind", "purpose", "basis", "until_at"],
                condition=Q(ended_at=None),
                name="disclosure_to_unit",
            ),
            models.Index(
                fields=["to_unit", "-at", "-id"],
                include=["case", "from_unit", "kind", "purpose", "basis", "until_at"],
                condition=Q(ended_at=None, item=None),
                name="disclosure_inbox",
            ),
            models.Index(
                fields=["to_unit", "-at", "-id"],
                condition=Q(ended_at=None, opened_at=None),
                name="disclosure_unopened",
            ),
            models.Index(fields=["case", "to_unit"], condition=Q(ended_at=None), name="disclosure_case"),
            models.Index(fields=["item", "to_unit"], condition=Q(ended_at=None), name="disclosure_item"),
            # What a unit's people gave and stopped showing on a day, for the care record (cases/journal.py).
            models.Index(fields=["by", "-at"], name="disclosure_given_by"),
            models.Index(
                fields=["ended_by", "-ended_at"],
                condition=Q(ended_at__isnull=False),
                name="disclosure_ended_by",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_party=F("to_party")), name="nothing_is_given_to_oneself"
            ),
            models.CheckConstraint(
                condition=~Q(kind="internal"), name="what_stays_with_its_unit_is_never_given"
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=False) | Q(kind="existence"), name="the_case_itself_is_existence"
            ),
            models.CheckConstraint(
                condition=~Q(basis="consent") | ~Q(purpose=""), name="a_consent_is_for_a_purpose"
            ),
            models.CheckConstraint(
                condition=~Q(basis="fk_duty") | (Q(request__isnull=False) & ~Q(decided_by="")),
                name="a_statutory_answer_names_its_question_and_who_decided",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, ended_how="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_how="")),
                name="who_ended_a_disclosure_when_and_how_are_one_fact",
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None, opened_by=None)
                | Q(opened_at__isnull=False, opened_by__isnull=False),
                name="who_opened_a_disclosure_and_when_are_one_fact",
            ),
            models.CheckConstraint(
                condition=Q(fetched_at=None, fetched_by=None)
                | Q(fetched_at__isnull=False, fetched_by__isnull=False),
                name="who_fetched_a_disclosure_and_when_are_one_fact",
            ),
            models.CheckConstraint(
                condition=Q(heeded_at=None, heeded_by=None)
                | Q(heeded_at__isnull=False, heeded_by__isnull=False),
                name="who_heeded_a_disclosure_and_when_are_one_fact",
            ),
        ]


class Archive(models.Model):
    """The sealed copy of what was given: the receiver's incoming document. Written by the database, read by no list.

    Only the receiving party's registrar hands it out, with a reason, through a function of the database (R1).
    """

    disclosure = models.OneToOneField(Disclosure, models.RESTRICT, primary_key=True)
    to_party = models.ForeignKey(Party, models.RESTRICT, related_name="+", db_index=False)
    facts = models.JSONField()
    sha256 = models.TextField()


CLASSIFIED = {
    "Disclosure": dict.fromkeys(
        [
            "case",
            "item",
            "kind",
            "purpose",
            "from_party",
            "from_unit",
            "to_party",
            "to_unit",
            "basis",
            "request",
            "confirmed",
            "decided_by",
            "by",
            "at",
            "until_at",
            "ended_at",
            "ended_by",
            "ended_how",
            "opened_at",
            "opened_by",
            "fetched_at",
            "fetched_by",
            "heeded_at",
            "heeded_by",
        ],
        "sensitive",
    )
    | {"id": "organisational", "law_version": "organisational"},
    "Archive": {
        "disclosure": "sensitive",
        "to_party": "sensitive",
        "facts": "sensitive",
        "sha256": "organisational",
    },
}
