"""The diary: what was done, and what stood in the way or helped."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from initiatives.models.ground import Initiative
from parties.models import Membership


class ActivityKind(models.TextChoices):
    KICKOFF = "kickoff", _("Kick-off meeting")
    PULSE_MEETING = "pulse_meeting", _("Pulse meeting")
    CASE_REVIEW = "case_review", _("Case review")
    STEERING_DECISION = "steering_decision", _("Decision of the steering group")
    TRAINING = "training", pgettext_lazy("insats", "Training")
    INFORMATION_EXTERNAL = "information_external", _("Information to others")
    INFORMATION_INTERNAL = "information_internal", _("Information to colleagues")


class ActivityForm(models.TextChoices):
    PHYSICAL = "physical", pgettext_lazy("meeting", "On site")
    DIGITAL = "digital", pgettext_lazy("meeting", "Digital")


class ActivityState(models.TextChoices):
    BOOKED = "booked", pgettext_lazy("activity", "Booked")
    HELD = "held", pgettext_lazy("activity", "Held")
    CANCELLED = "cancelled", pgettext_lazy("activity", "Cancelled")


class ActivityQuerySet(models.QuerySet["Activity"]):
    def within(self, first: date, until: date) -> "ActivityQuerySet":
        """Those dated from `first` to before `until`, and those without date of a year that lies wholly
        inside. Undated last.
        """
        # The whole years inside: an undated activity belongs to its year and to no quarter.
        whole = range(first.year if (first.month, first.day) == (1, 1) else first.year + 1, until.year)
        return self.filter(Q(on__gte=first, on__lt=until) | Q(on=None, year__in=whole)).order_by(
            F("on").asc(nulls_last=True), "id"
        )

    def pulse_meetings(self) -> "ActivityQuerySet":
        return self.filter(kind=ActivityKind.PULSE_MEETING)

    def booked_or_held(self) -> "ActivityQuerySet":
        """Rows booked or held; a meeting that was moved is two rows and is not joined."""
        return self.filter(state__in=[ActivityState.BOOKED, ActivityState.HELD])

    def held(self) -> "ActivityQuerySet":
        return self.filter(state=ActivityState.HELD)


class Activity(models.Model):
    """Something done or booked. Dated, or of a year: a project that looks back knows that it was done, not
    always when.
    """

    initiative = models.ForeignKey(Initiative, models.RESTRICT, related_name="activities")
    on = models.DateField(pgettext_lazy("insats", "date"), null=True, blank=True)
    year = models.PositiveSmallIntegerField(pgettext_lazy("insats", "year"), null=True, blank=True)
    kind = models.TextField(pgettext_lazy("insats", "kind"), choices=ActivityKind)
    title = models.TextField(pgettext_lazy("insats", "what was done"))
    form = models.TextField(pgettext_lazy("insats", "form"), choices=ActivityForm, blank=True, default="")
    state = models.TextField(pgettext_lazy("insats", "state"), choices=ActivityState)
    audience = models.TextField(pgettext_lazy("insats", "for whom"), blank=True, default="")
    recorded_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    objects = ActivityQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["initiative", "on"], name="activity_by_date")]
        constraints = [
            models.CheckConstraint(
                condition=Q(on__isnull=False, year=None) | Q(on=None, year__isnull=False),
                name="an_activity_has_a_date_or_a_year",
                violation_error_message=_("Write a date, or the year if the date is not known."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ActivityKind.values), name="an_activity_is_of_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ActivityState.values), name="an_activity_is_in_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(form__in=["", *ActivityForm.values]), name="an_activity_has_a_known_form"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="an_activity_has_a_title"),
        ]


class ObstacleKind(models.TextChoices):
    BARRIER = "barrier", pgettext_lazy("insats", "Obstacle")
    SYSTEM_FAULT = "system_fault", pgettext_lazy("insats", "System fault")
    SUCCESS_FACTOR = "success_factor", pgettext_lazy("insats", "Success factor")


class Area(models.TextChoices):
    """What an obstacle or a success factor is about."""

    SECRECY = "secrecy", pgettext_lazy("area", "Secrecy")
    STAFFING = "staffing", pgettext_lazy("area", "Staffing")
    DECISION_PACE = "decision_pace", pgettext_lazy("area", "Pace of decisions")
    TIME_ACCOUNTING = "time_accounting", pgettext_lazy("area", "Accounting of time")
    UNIFORMITY = "uniformity", pgettext_lazy("area", "Working alike")
    COMMUNICATION = "communication", pgettext_lazy("area", "Communication")
    MEETINGS = "meetings", pgettext_lazy("area", "Meetings")
    INVOLVEMENT = "involvement", pgettext_lazy("area", "Involvement")
    IT = "it", pgettext_lazy("area", "IT")
    REGULATIONS = "regulations", pgettext_lazy("area", "Regulations")
    KNOWLEDGE = "knowledge", pgettext_lazy("area", "Knowledge")
    AVAILABILITY = "availability", pgettext_lazy("area", "Availability")
    ORGANISATION = "organisation", pgettext_lazy("area", "Organisation")


class ObstacleStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("obstacle", "Open")
    UNDER_WAY = "under_way", pgettext_lazy("obstacle", "Being worked on")
    SOLVED = "solved", pgettext_lazy("obstacle", "Solved")


class ObstacleQuerySet(models.QuerySet["Obstacle"]):
    def standing(self, first: date, until: date) -> "ObstacleQuerySet":
        """Those that stood on any day from `first` to before `until`; one without a known beginning is
        counted in.
        """
        return self.filter(
            Q(since=None) | Q(since__lt=until), Q(solved_on=None) | Q(solved_on__gte=first)
        ).order_by(F("since").asc(nulls_last=True), "id")

    def in_the_way(self) -> "ObstacleQuerySet":
        """Obstacles and system faults."""
        return self.exclude(kind=ObstacleKind.SUCCESS_FACTOR)

    def success_factors(self) -> "ObstacleQuerySet":
        return self.filter(kind=ObstacleKind.SUCCESS_FACTOR)


class Obstacle(models.Model):
    """What stands in the way of collaboration, a fault in the system around it, or what makes it work.

    Names no person.
    """

    initiative = models.ForeignKey(Initiative, models.RESTRICT, related_name="obstacles")
    kind = models.TextField(pgettext_lazy("insats", "kind"), choices=ObstacleKind)
    area = models.TextField(pgettext_lazy("insats", "area"), choices=Area)
    text = models.TextField(pgettext_lazy("insats", "what it is"))
    reported_to = models.TextField(pgettext_lazy("insats", "reported to"), blank=True, default="")
    since = models.DateField(pgettext_lazy("insats", "since"), null=True, blank=True)
    status = models.TextField(
        pgettext_lazy("insats", "status"), choices=ObstacleStatus, default=ObstacleStatus.OPEN
    )
    solved_on = models.DateField(pgettext_lazy("insats", "solved on"), null=True, blank=True)
    recorded_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    objects = ObstacleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ObstacleKind.values), name="an_obstacle_is_of_a_known_kind"
            ),
            models.CheckConstraint(condition=Q(area__in=Area.values), name="an_obstacle_is_of_a_known_area"),
            models.CheckConstraint(condition=~Q(text=""), name="an_obstacle_is_described"),
            models.CheckConstraint(
                condition=Q(status=ObstacleStatus.SOLVED, solved_on__isnull=False)
                | Q(status__in=[ObstacleStatus.OPEN, ObstacleStatus.UNDER_WAY], solved_on=None),
                name="a_solved_obstacle_has_its_day",
                violation_error_message=_("Write the day it was solved, and only then mark it as solved."),
            ),
            models.CheckConstraint(
                condition=Q(since=None) | Q(solved_on=None) | Q(solved_on__gte=F("since")),
                name="an_obstacle_is_solved_after_it_arose",
                violation_error_message=_("It cannot have been solved before it arose."),
            ),
        ]


CLASSIFIED = {
    "Activity": dict.fromkeys(
        ["id", "initiative", "on", "year", "kind", "title", "form", "state", "audience", "recorded_at"],
        "organisational",
    )
    | {"recorded_by": "personal"},
    "Obstacle": dict.fromkeys(
        [
            "id",
            "initiative",
            "kind",
            "area",
            "text",
            "reported_to",
            "since",
            "status",
            "solved_on",
            "recorded_at",
        ],
        "organisational",
    )
    | {"recorded_by": "personal"},
}
