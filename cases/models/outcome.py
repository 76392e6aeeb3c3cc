"""How a case ended: why, and where the person stood before and after. Written at closing, completed by a later row."""

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.case import Case, CaseState
from parties.models import Membership, Unit


class Cause(models.TextChoices):
    """Why a case was closed. The last three are deeds of their own, that put a mistaken registration right."""

    COMPLETED = "completed", pgettext_lazy("closing", "Completed")
    MOVED = "moved", pgettext_lazy("closing", "Moved away")
    DECLINED = "declined", pgettext_lazy("closing", "Declined to go on")
    DIED = "died", pgettext_lazy("closing", "Died")
    OTHER = "other", pgettext_lazy("closing", "Other reason")
    WRONG_PERSON = "wrong_person", pgettext_lazy("closing", "Registered on the wrong person")
    REGISTERED_TWICE = "registered_twice", pgettext_lazy("closing", "Registered twice")
    UNDONE_IMPORT = "undone_import", pgettext_lazy("closing", "Registered by mistake: the import was undone")


# What one may choose on the closing page.
CHOSEN = (Cause.COMPLETED, Cause.MOVED, Cause.DECLINED, Cause.DIED, Cause.OTHER)
# Closed on these, there is no before and after to ask for.
NOTHING_TO_FOLLOW = frozenset({Cause.DIED, Cause.WRONG_PERSON, Cause.REGISTERED_TWICE, Cause.UNDONE_IMPORT})


class Livelihood(models.TextChoices):
    """What the person mainly lives on (försörjning)."""

    UNKNOWN = "unknown", _("Not known")
    WAGES = "wages", _("Wages or own business")
    SICKNESS_BENEFIT = "sickness_benefit", _("Sickness benefit or rehabilitation benefit")
    SICKNESS_COMPENSATION = "sickness_compensation", _("Sickness or activity compensation")
    UNEMPLOYMENT = "unemployment", _("Unemployment benefit or activity support")
    SOCIAL_ASSISTANCE = "social_assistance", _("Social assistance")
    STUDENT_AID = "student_aid", _("Student aid")
    OTHER = "other", _("Other livelihood")
    NONE = "none", _("No income of one's own")


class Occupation(models.TextChoices):
    """What the person mainly does (sysselsättning), to any extent."""

    UNKNOWN = "unknown", _("Not known")
    WORK = "work", _("Works")
    STUDIES = "studies", _("Studies")
    WORK_AND_STUDIES = "work_and_studies", _("Works and studies")
    SEEKS_WORK = "seeks_work", _("Seeks work")
    NONE = "none", _("Neither works, studies nor seeks work")


class Step(models.TextChoices):
    """Step movement: backward, none, forward."""

    UNKNOWN = "unknown", _("Not known")
    FORWARD = "1", _("A step forward")
    SAME = "0", pgettext_lazy("step", "As before")
    BACK = "-1", _("A step back")


class CaseOutcomeQuerySet(models.QuerySet["CaseOutcome"]):
    def of_last_closing(self) -> "CaseOutcomeQuerySet":
        """Of each case's last closing, the row that counts: the latest."""
        last_closing = (
            CaseState.objects.filter(case=OuterRef("case"), state="closed")
            .order_by("-from_at", "-id")
            .values("pk")[:1]
        )
        newest = CaseOutcome.objects.filter(closing=OuterRef("closing")).order_by("-id").values("pk")[:1]
        return self.filter(closing=Subquery(last_closing), pk=Subquery(newest))


_FACTS = (
    ("livelihood_before", Livelihood),
    ("livelihood_after", Livelihood),
    ("occupation_before", Occupation),
    ("occupation_after", Occupation),
    ("step_health", Step),
    ("step_activity", Step),
    ("step_work", Step),
)
FACTS = tuple(name for name, _choices in _FACTS)


class CaseOutcome(models.Model):
    """The outcome of one closing. Nothing is overwritten: what is learnt later is a new row, and the latest counts.

    The cause is required at once; each of the other facts may stand as not known. `stays` is the other case of the
    same person, when this one was registered twice. The owning unit's own record, shown to nobody else.
    """

    case = models.ForeignKey(Case, models.RESTRICT, related_name="outcomes")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    closing = models.ForeignKey(CaseState, models.RESTRICT, related_name="outcomes")
    cause = models.TextField(choices=Cause)
    livelihood_before = models.TextField(choices=Livelihood, default=Livelihood.UNKNOWN)
    livelihood_after = models.TextField(choices=Livelihood, default=Livelihood.UNKNOWN)
    occupation_before = models.TextField(choices=Occupation, default=Occupation.UNKNOWN)
    occupation_after = models.TextField(choices=Occupation, default=Occupation.UNKNOWN)
    step_health = models.TextField(choices=Step, default=Step.UNKNOWN)
    step_activity = models.TextField(choices=Step, default=Step.UNKNOWN)
    step_work = models.TextField(choices=Step, default=Step.UNKNOWN)
    stays = models.ForeignKey(Case, models.RESTRICT, related_name="doubles", null=True)
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    objects = CaseOutcomeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cause__in=Cause.values), name="a_case_is_closed_for_a_known_cause"
            ),
            models.CheckConstraint(
                condition=Q(
                    **{f"{name}__in": choices.values for name, choices in _FACTS},
                ),
                name="an_outcome_is_said_in_known_words",
            ),
            models.CheckConstraint(
                condition=Q(cause="registered_twice", stays__isnull=False)
                | (~Q(cause="registered_twice") & Q(stays=None)),
                name="registered_twice_says_which_case_stays",
            ),
            models.CheckConstraint(condition=~Q(stays=models.F("case")), name="a_case_is_not_its_own_double"),
        ]
        indexes = [
            models.Index(fields=["closing", "-id"], name="outcome_of_closing"),
            models.Index(fields=["stays"], condition=Q(stays__isnull=False), name="doubles_of_case"),
        ]

    @property
    def is_complete(self) -> bool:
        """Whether nothing more is asked for: everything is known, or the cause leaves nothing to follow."""
        return self.cause in NOTHING_TO_FOLLOW or all(getattr(self, name) != "unknown" for name in FACTS)


CLASSIFIED = {
    "CaseOutcome": {
        "id": "organisational",
        "case": "personal",
        "unit": "sensitive",
        "closing": "personal",
        "cause": "sensitive",
        **dict.fromkeys(FACTS, "sensitive"),
        "stays": "personal",
        "by": "personal",
        "at": "personal",
    }
}
