"""How long a party lets a consent stand (R9): the choices of a written one, the longest, and the days of an oral one."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from parties.models import Membership, Party

# The ceilings stand whatever a party sets; the database holds the consents to the last two.
MONTHS_CEILING = 12
LONGEST_CEILING = 24
ORAL_CEILING = 90


def usual_months() -> list[int]:
    return [3, 6, 12]


class ConsentLengths(models.Model):
    """One party's own lengths. A party without a row has the defaults (cases/lengths.py).

    written_months: what is chosen among, ascending. longest_months: during activity compensation, up to the decision's
    end and with the yearly question documented. oral_days: the longest of an oral consent.
    """

    party = models.OneToOneField(Party, models.RESTRICT, primary_key=True, related_name="+")
    written_months = ArrayField(models.PositiveSmallIntegerField(), default=usual_months)
    longest_months = models.PositiveSmallIntegerField(default=LONGEST_CEILING)
    oral_days = models.PositiveSmallIntegerField(default=ORAL_CEILING)
    set_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(longest_months__gte=1, longest_months__lte=LONGEST_CEILING),
                name="a_consent_lasts_at_most_24_months",
            ),
            models.CheckConstraint(
                condition=Q(oral_days__gte=1, oral_days__lte=ORAL_CEILING),
                name="an_oral_consent_lasts_at_most_90_days",
            ),
            models.CheckConstraint(
                condition=Q(written_months__len__gte=1, written_months__contained_by=list(range(1, MONTHS_CEILING + 1))),
                name="a_written_consent_is_chosen_within_a_year",
            ),
        ]  # fmt: skip


CLASSIFIED = {
    "ConsentLengths": {
        "party": "organisational",
        "written_months": "organisational",
        "longest_months": "organisational",
        "oral_days": "organisational",
        "set_by": "personal",
        "set_at": "personal",
    }
}
