"""A report on an insats and a period: versions, texts under the form's headings, figures frozen as rows, the
drawn file.

A draft has texts and no figures: what its page shows is computed as it is read. Freezing writes the figures,
the cover and the fingerprint in one transaction; after that the database refuses to change any of it, and a
correction is a new version.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import pgettext_lazy

from errands.models import File
from initiatives.models import Initiative
from initiatives.periods import Period
from parties.models import Membership


class ReportState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("report", "Draft")
    FROZEN = "frozen", pgettext_lazy("report", "Frozen")


# From a state to those it may become. The steering group's moves come with the flow of comments and approval.
MOVES = {ReportState.DRAFT: frozenset({ReportState.FROZEN}), ReportState.FROZEN: frozenset()}


class ReportQuerySet(models.QuerySet["Report"]):
    def of(self, initiative: Initiative, period: Period) -> "ReportQuerySet":
        """The versions of one report, the newest first."""
        return self.filter(initiative=initiative, year=period.year, quarter=period.quarter).order_by(
            "-version"
        )

    def frozen(self) -> "ReportQuerySet":
        return self.exclude(state=ReportState.DRAFT)

    def drafts(self) -> "ReportQuerySet":
        return self.filter(state=ReportState.DRAFT)


class Report(models.Model):
    """One version of the report on an insats for a year, or for a quarter of it.

    `cover` is what stands on the first page besides the figures, as it was when frozen. `sha256` is taken
    over the canonical JSON of everything that is drawn.
    """

    initiative = models.ForeignKey(Initiative, models.RESTRICT, related_name="reports")
    year = models.PositiveSmallIntegerField(pgettext_lazy("insats", "year"))
    quarter = models.PositiveSmallIntegerField(pgettext_lazy("insats", "quarter"), null=True)
    version = models.PositiveSmallIntegerField(pgettext_lazy("insats", "version"))
    state = models.TextField(choices=ReportState, default=ReportState.DRAFT)
    created_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    frozen_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True)
    frozen_at = models.DateTimeField(null=True)
    cover = models.JSONField(default=dict)
    sha256 = models.TextField(default="")

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "year", "quarter", "version"],
                nulls_distinct=False,
                name="a_version_of_a_report_is_one",
            ),
            models.UniqueConstraint(
                fields=["initiative", "year", "quarter"],
                condition=Q(state="draft"),
                nulls_distinct=False,
                name="a_report_has_one_draft_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReportState.values), name="a_report_is_in_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(quarter=None) | Q(quarter__gte=1, quarter__lte=4), name="a_year_has_four_quarters"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", frozen_by=None, frozen_at=None, sha256="")
                | (~Q(state="draft") & Q(frozen_by__isnull=False, frozen_at__isnull=False) & ~Q(sha256="")),
                name="a_frozen_report_says_who_and_when_and_has_its_fingerprint",
            ),
        ]

    @property
    def period(self) -> Period:
        return Period(self.year, self.quarter)

    @property
    def is_draft(self) -> bool:
        return self.state == ReportState.DRAFT


class Section(models.Model):
    """The text under one heading of the form. An imported text brings its own heading; else the form's
    stands.
    """

    report = models.ForeignKey(Report, models.RESTRICT, related_name="sections")
    key = models.TextField()
    heading = models.TextField()
    text = models.TextField(pgettext_lazy("insats", "text"), blank=True, default="")
    saved_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True)
    saved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "key"], name="a_heading_stands_once_in_a_report"),
            models.CheckConstraint(
                condition=Q(saved_by=None, saved_at=None) | Q(saved_by__isnull=False, saved_at__isnull=False),
                name="who_wrote_and_when_are_one_fact",
            ),
        ]


class FrozenFigure(models.Model):
    """A figure as it was counted when the report was frozen, with the words that say how. Never changed,
    never removed.

    `form` says how the value is written (reports/wording.py). An empty value is unknown; `note` says why,
    where there is a why.
    """

    report = models.ForeignKey(Report, models.RESTRICT, related_name="figures")
    ordinal = models.PositiveSmallIntegerField()
    key = models.TextField()
    label = models.TextField()
    form = models.TextField()
    value = models.JSONField(null=True)
    definition = models.TextField()
    note = models.TextField(default="")

    class Meta:
        ordering = ("ordinal",)
        constraints = [
            models.UniqueConstraint(fields=["report", "key"], name="a_figure_is_frozen_once"),
        ]


class Drawing(models.Model):
    """The drawn file of a frozen report. One a report: whoever draws it again gets the same bytes and keeps
    nothing new.
    """

    report = models.OneToOneField(Report, models.RESTRICT, related_name="drawing")
    file = models.ForeignKey(File, models.RESTRICT, related_name="+")
    drawn_at = models.DateTimeField(db_default=Now())


CLASSIFIED = {
    "Report": dict.fromkeys(
        ["id", "initiative", "year", "quarter", "version", "state", "created_at", "frozen_at", "sha256"],
        "organisational",
    )
    | dict.fromkeys(["created_by", "frozen_by", "cover"], "personal"),
    "Section": dict.fromkeys(["id", "report", "key", "heading", "text", "saved_at"], "organisational")
    | {"saved_by": "personal"},
    "FrozenFigure": dict.fromkeys(
        ["id", "report", "ordinal", "key", "label", "form", "value", "definition", "note"], "organisational"
    ),
    "Drawing": dict.fromkeys(["id", "report", "file", "drawn_at"], "organisational"),
}
