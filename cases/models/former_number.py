"""A number that a person had before: kept sealed, and found by a search at the own unit."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cases.models.person import NumberKind, Person
from parties.models import Membership, Unit


class NumberChange(models.TextChoices):
    CHANGED = "changed", _("The person has been given a new number")
    MISTYPED = "mistyped", _("The number was written wrongly here")


class FormerNumberQuerySet(models.QuerySet["FormerNumber"]):
    def had(self, unit: int, key: bytes) -> "FormerNumberQuerySet":
        """Rows of those at the unit whose number this once was. One that was only mistyped was never theirs, and may
        be somebody else's: it finds nobody.
        """
        return self.filter(unit_id=unit, number_key=key, why=NumberChange.CHANGED)

    def had_any(self, unit: int, keys: list[bytes]) -> list[tuple[bytes, int]]:
        """The same for many numbers: each number found, and whose it was."""
        rows = self.filter(unit_id=unit, number_key__in=keys, why=NumberChange.CHANGED)
        return list(rows.values_list("number_key", "person"))


class FormerNumber(models.Model):
    """One change of number: the number as it was, under its own seal. The seal is bound to the person's row, as before."""

    person = models.ForeignKey(Person, models.RESTRICT, related_name="former_numbers")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    number_kind = models.TextField(choices=NumberKind)
    number_key = models.BinaryField()
    number_cipher = models.BinaryField()
    why = models.TextField(choices=NumberChange)
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    objects = FormerNumberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(why__in=NumberChange.values), name="a_number_changes_for_a_known_reason"
            )
        ]
        indexes = [models.Index(fields=["unit", "number_key"], name="former_number_by_key")]


CLASSIFIED = {
    "FormerNumber": {
        "id": "organisational",
        "person": "personal",
        "unit": "sensitive",
        "number_kind": "personal",
        "number_key": "sensitive",
        "number_cipher": "sensitive",
        "why": "personal",
        "by": "personal",
        "at": "personal",
    }
}
