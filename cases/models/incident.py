"""Something given to the wrong unit: a row of the breach register, and what was noted about it since.

The person's data have reached someone who should not have had them (personuppgiftsincident, GDPR art. 33): within 72
hours from when it was found it is judged whether the supervisory authority is told. The row belongs to the unit that
gave. Nothing in it is rewritten; whether it is handled is whether a note says so.
"""

from datetime import timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from cases.models.case import Case
from cases.models.disclosure import Disclosure
from parties.models import Membership, Unit

# GDPR art. 33.1: not later than 72 hours after having become aware of it.
TO_THE_AUTHORITY = timedelta(hours=72)


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, membership: Membership | None) -> "IncidentQuerySet":
        """Those of the unit that gave by mistake, for its case roles, wherever the case stands now."""
        if membership is None or not membership.is_case_role:
            return self.none()
        return self.filter(unit_id=membership.unit_id)

    def open(self) -> "IncidentQuerySet":
        """Those that no note has closed."""
        return self.filter(~Exists(IncidentNote.objects.filter(incident=OuterRef("pk"), closes=True)))


class Incident(models.Model):
    """One disclosure that went to the wrong unit: when it was found and by whom, what happened, what was done at once."""

    disclosure = models.OneToOneField(Disclosure, models.RESTRICT, related_name="incident")
    case = models.ForeignKey(Case, models.RESTRICT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    to_unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    found_at = models.DateTimeField()
    text = models.TextField()
    done = models.TextField()
    # The receiving unit has read that it must not be used.
    heeded_at = models.DateTimeField(null=True)
    heeded_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True, db_index=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["to_unit"], condition=Q(heeded_at=None), name="incident_to_heed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(heeded_at=None, heeded_by=None)
                | Q(heeded_at__isnull=False, heeded_by__isnull=False),
                name="who_heeded_an_incident_and_when_are_one_fact",
            ),
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(done=""), name="an_incident_says_what_happened_and_what_was_done"
            ),
        ]

    @property
    def deadline(self):
        """The last moment to tell the supervisory authority, if it is to be told."""
        return self.found_at + TO_THE_AUTHORITY


class IncidentNote(models.Model):
    """What was done or judged afterwards. The one that closes says how it was handled."""

    incident = models.ForeignKey(Incident, models.RESTRICT, related_name="notes")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    text = models.TextField()
    closes = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident"], condition=Q(closes=True), name="an_incident_is_handled_once"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="a_note_on_an_incident_says_something"),
        ]


CLASSIFIED = {
    "Incident": dict.fromkeys(
        [
            "disclosure",
            "case",
            "unit",
            "to_unit",
            "at",
            "by",
            "found_at",
            "text",
            "done",
            "heeded_at",
            "heeded_by",
        ],
        "sensitive",
    )
    | {"id": "organisational"},
    "IncidentNote": dict.fromkeys(["incident", "unit", "at", "by", "text", "closes"], "sensitive")
    | {"id": "organisational"},
}
