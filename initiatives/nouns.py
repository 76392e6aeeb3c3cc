"""The rows an insats is made of, as the pages know them: one word in the address, a model, a form, and what
is said of them.

Adding and correcting a row is one view each, whatever the row is; what differs stands here as data.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives import forms
from initiatives.actions import NEEDS
from initiatives.models import (
    Activity,
    Forecast,
    Grant,
    Invoice,
    Obstacle,
    Participation,
    ReportingCount,
    TimeEntry,
)


@dataclass(frozen=True)
class Noun:
    """A kind of row. `section` is where on the insats's page it stands."""

    model: type[models.Model]
    form: type[forms.RowForm]
    new: Promise
    correct: Promise
    added: Promise
    section: str

    @property
    def needs(self) -> str:
        """What one must be allowed in order to add or correct such a row."""
        return NEEDS[self.model]


NOUNS: dict[str, Noun] = {
    "activity": Noun(
        Activity,
        forms.ActivityForm,
        _("Record an activity"),
        _("Correct an activity"),
        _("The activity is recorded."),
        "activities",
    ),
    "time": Noun(
        TimeEntry, forms.TimeForm, _("Log time"), _("Correct time"), _("The time is logged."), "time"
    ),
    "obstacle": Noun(
        Obstacle,
        forms.ObstacleForm,
        _("Record an obstacle or a success factor"),
        _("Correct an obstacle or a success factor"),
        _("It is recorded."),
        "obstacles",
    ),
    "party": Noun(
        Participation,
        forms.ParticipationForm,
        _("Add a party"),
        _("Correct a party"),
        _("The party is added."),
        "parties",
    ),
    "invoice": Noun(
        Invoice,
        forms.InvoiceForm,
        _("Record an invoice"),
        _("Correct an invoice"),
        _("The invoice is recorded."),
        "money",
    ),
    "grant": Noun(
        Grant,
        forms.GrantForm,
        _("Record granted funds"),
        _("Correct granted funds"),
        _("The funds are recorded."),
        "money",
    ),
    "forecast": Noun(
        Forecast,
        forms.ForecastForm,
        _("Make a forecast"),
        _("Correct a forecast"),
        _("The forecast is recorded."),
        "money",
    ),
    "persons": Noun(
        ReportingCount,
        forms.ReportingCountForm,
        _("Say how many stand behind lumps of time"),
        _("Correct how many stand behind lumps of time"),
        _("The number is recorded."),
        "time",
    ),
}
