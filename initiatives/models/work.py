"""Time: minutes of one day, or a lump for a longer period that nobody has split up."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from initiatives.amounts import Number, hours
from initiatives.models.ground import Initiative
from parties.models import Membership, Unit

MINUTES_OF_A_DAY = 24 * 60


class TimeKind(models.TextChoices):
    """The two halves of the form's question on how the time was used (40/60 in document 002)."""

    PATIENT = "patient", _("Work with patients")
    ORGANISATIONAL = "organisational", _("Organisational work")


class DatedQuerySet(models.QuerySet):
    """Rows of one day (`on`) or of a period (`from_on` to and including `to_on`)."""

    def within(self, first: date, until: date) -> Self:
        """What belongs to the days from `first` to before `until`; a lump only where it fits in whole."""
        return self.filter(Q(on__gte=first, on__lt=until) | Q(from_on__gte=first, to_on__lt=until))

    def touching(self, first: date, until: date) -> Self:
        """What belongs to those days, and lumps that reach into them."""
        return self.filter(Q(on__gte=first, on__lt=until) | Q(from_on__lt=until, to_on__gte=first))

    def across(self, first: date, until: date) -> Self:
        """Lumps that touch those days but reach outside them: how much lies inside nobody knows."""
        touching = self.filter(from_on__lt=until, to_on__gte=first)
        return touching.filter(Q(from_on__lt=first) | Q(to_on__gte=until))

    def spans(self) -> tuple[tuple[date, date], ...]:
        """The periods of these lumps, each once."""
        return tuple(self.order_by().values_list("from_on", "to_on").distinct())


class TimeEntryQuerySet(DatedQuerySet):
    def minutes(self) -> dict[str, int] | None:
        """Minutes by kind, both kinds named; None where nothing is recorded: no rows are not the same as no
        work.
        """
        by_kind = dict(self.order_by().values_list("kind").annotate(Sum("minutes")))
        return {kind: by_kind.get(kind, 0) for kind in TimeKind.values} if by_kind else None


def one_day_or_a_period() -> Q:
    return Q(on__isnull=False, from_on=None, to_on=None) | Q(
        on=None, from_on__isnull=False, to_on__isnull=False, to_on__gte=F("from_on")
    )


class TimeEntry(models.Model):
    """Work done: by a member on a day, or a lump for a period, as a project reports that takes the portal
    into use midway.

    A lump may begin before the insats does (preparation), and counts only in a period that contains it.
    """

    initiative = models.ForeignKey(Initiative, models.RESTRICT, related_name="time")
    kind = models.TextField(_("kind of work"), choices=TimeKind)
    minutes = models.PositiveIntegerField(pgettext_lazy("insats", "minutes"))
    member = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True, blank=True)
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", null=True, blank=True)
    on = models.DateField(pgettext_lazy("insats", "date"), null=True, blank=True)
    from_on = models.DateField(pgettext_lazy("insats", "from"), null=True, blank=True)
    to_on = models.DateField(pgettext_lazy("insats", "to and including"), null=True, blank=True)
    note = models.TextField(pgettext_lazy("insats", "what was done"), blank=True, default="")
    recorded_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    objects = TimeEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["initiative", "on"], include=["kind", "minutes"], name="time_by_date"),
            models.Index(
                fields=["initiative", "from_on"],
                include=["to_on", "kind", "minutes"],
                name="lump_by_date",
                condition=Q(on=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=one_day_or_a_period(),
                name="time_is_of_one_day_or_of_a_period",
                violation_error_message=_(
                    "Write a date, or from and to for a longer period. The end cannot be before the start."
                ),
            ),
            models.CheckConstraint(
                condition=Q(minutes__gt=0) & (Q(on=None) | Q(minutes__lte=MINUTES_OF_A_DAY)),
                name="a_day_has_at_most_24_hours",
                violation_error_message=_("The time of one day is more than 0 and at most 24 hours."),
            ),
            models.CheckConstraint(condition=Q(kind__in=TimeKind.values), name="time_is_of_a_known_kind"),
        ]

    @property
    def hours(self) -> Number:
        return hours(self.minutes)


class ReportingCountQuerySet(models.QuerySet["ReportingCount"]):
    def within(self, first: date, until: date) -> "ReportingCountQuerySet":
        return self.filter(from_on__gte=first, to_on__lt=until)


class ReportingCount(models.Model):
    """How many persons (and units) stand behind time reported as a lump.

    Figures on work need to know (R11).
    """

    initiative = models.ForeignKey(Initiative, models.RESTRICT, related_name="reporting_counts")
    persons = models.PositiveSmallIntegerField(pgettext_lazy("insats", "persons"))
    units = models.PositiveSmallIntegerField(pgettext_lazy("insats", "units"), null=True, blank=True)
    from_on = models.DateField(pgettext_lazy("insats", "from"))
    to_on = models.DateField(pgettext_lazy("insats", "to and including"))

    objects = ReportingCountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "from_on", "to_on"], name="persons_are_counted_once_a_period"
            ),
            models.CheckConstraint(condition=Q(to_on__gte=F("from_on")), name="a_count_ends_after_it_begins"),
        ]


CLASSIFIED = {
    "TimeEntry": dict.fromkeys(["id", "initiative", "unit", "recorded_at"], "organisational")
    | dict.fromkeys(
        ["kind", "minutes", "member", "on", "from_on", "to_on", "note", "recorded_by"], "personal"
    ),
    "ReportingCount": dict.fromkeys(
        ["id", "initiative", "persons", "units", "from_on", "to_on"], "organisational"
    ),
}
