"""Money in whole kronor: what was granted, what was invoiced, what the year is expected to cost."""

from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from initiatives.models.ground import Initiative
from initiatives.models.work import DatedQuerySet, one_day_or_a_period
from parties.models import Membership


class InvoiceQuerySet(DatedQuerySet):
    def total(self) -> int | None:
        """The sum; None where nothing is recorded."""
        return self.aggregate(total=Sum("amount"))["total"]


class Invoice(models.Model):
    """What was invoiced on a day, or for a period when that is all that is known. A credit is negative; 0 is
    a period known to have cost nothing.

    Costs are the invoices, never hours times a rounded price (C6, I24).
    """

    initiative = models.ForeignKey(Initiative, models.RESTRICT, related_name="invoices")
    amount = models.BigIntegerField(_("amount, kronor"))
    on = models.DateField(pgettext_lazy("insats", "date"), null=True, blank=True)
    from_on = models.DateField(pgettext_lazy("insats", "from"), null=True, blank=True)
    to_on = models.DateField(pgettext_lazy("insats", "to and including"), null=True, blank=True)
    reference = models.TextField(pgettext_lazy("insats", "reference"), blank=True, default="")
    recorded_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=one_day_or_a_period(),
                name="an_invoice_is_of_one_day_or_of_a_period",
                violation_error_message=_(
                    "Write a date, or from and to for a longer period. The end cannot be before the start."
                ),
            ),
        ]


class Grant(models.Model):
    """What the förbund together have granted for a year."""

    initiative = models.ForeignKey(Initiative, models.RESTRICT, related_name="grants")
    year = models.PositiveSmallIntegerField(pgettext_lazy("insats", "year"))
    amount = models.BigIntegerField(_("amount, kronor"))
    recorded_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("-year",)
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "year"],
                name="funds_are_granted_once_a_year",
                violation_error_message=_(
                    "Granted funds are already recorded for that year. Correct that row instead."
                ),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="granted_funds_are_above_zero",
                violation_error_message=_("Write an amount above 0."),
            ),
            models.CheckConstraint(
                condition=Q(year__gte=1990, year__lte=2100), name="a_grant_is_of_a_likely_year"
            ),
        ]


class ForecastQuerySet(models.QuerySet["Forecast"]):
    def latest_of(self, year: int) -> "Forecast | None":
        """The forecast for a year that was made last; earlier ones stay as what was believed then."""
        return self.filter(year=year).order_by("-made_on", "-id").first()


class Forecast(models.Model):
    """What the whole year is expected to cost, as believed on a day."""

    initiative = models.ForeignKey(Initiative, models.RESTRICT, related_name="forecasts")
    year = models.PositiveSmallIntegerField(pgettext_lazy("insats", "year"))
    amount = models.BigIntegerField(_("amount, kronor"))
    made_on = models.DateField(pgettext_lazy("insats", "made on"))
    recorded_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    objects = ForecastQuerySet.as_manager()

    class Meta:
        ordering = ("-year", "-made_on", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="a_forecast_is_not_negative",
                violation_error_message=_("Write an amount that is 0 or more."),
            ),
            models.CheckConstraint(
                condition=Q(year__gte=1990, year__lte=2100), name="a_forecast_is_of_a_likely_year"
            ),
        ]


CLASSIFIED = {
    "Invoice": dict.fromkeys(
        ["id", "initiative", "amount", "on", "from_on", "to_on", "reference", "recorded_at"], "organisational"
    )
    | {"recorded_by": "personal"},
    "Grant": dict.fromkeys(["id", "initiative", "year", "amount", "recorded_at"], "organisational")
    | {"recorded_by": "personal"},
    "Forecast": dict.fromkeys(
        ["id", "initiative", "year", "amount", "made_on", "recorded_at"], "organisational"
    )
    | {"recorded_by": "personal"},
}
