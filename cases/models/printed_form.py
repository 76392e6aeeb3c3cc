"""That a consent form was printed, with whom it names: what waits for a signature, and what is recorded as on it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from cases.models.case import Case
from cases.models.consent import Consent
from parties.models import Membership, Unit


class PrintedForm(models.Model):
    """One printing of the form on a case. The paper itself is not kept. `renews` is the consent it was printed to renew."""

    number = models.TextField(unique=True)
    case = models.ForeignKey(Case, models.RESTRICT, related_name="+")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    units = ArrayField(models.BigIntegerField())
    renews = models.ForeignKey(Consent, models.RESTRICT, related_name="+", null=True, db_index=False)
    printed_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    printed_at = models.DateTimeField(db_default=Now())


CLASSIFIED = {
    "PrintedForm": {
        "id": "organisational",
        "number": "personal",
        "case": "personal",
        "unit": "sensitive",
        "units": "sensitive",
        "renews": "personal",
        "printed_by": "personal",
        "printed_at": "personal",
    }
}
