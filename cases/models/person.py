"""The person a case is about: registered by a unit, once per number and unit. Two units' records are never joined here."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.crypt import open_sealed
from parties.models import Membership, Party, Unit


class NumberKind(models.TextChoices):
    PERSONNUMMER = "personnummer", _("Personal number")
    SAMORDNINGSNUMMER = "samordningsnummer", _("Coordination number")
    NONE = "none", _("Without personal data")


class Sex(models.TextChoices):
    FEMALE = "female", pgettext_lazy("sex", "Woman")
    MALE = "male", pgettext_lazy("sex", "Man")
    UNKNOWN = "unknown", pgettext_lazy("sex", "Not stated")


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, membership: Membership | None) -> "PersonQuerySet":
        """Persons registered by the unit, or of a case the membership may open."""
        from cases.models.block import PersonNotBarred
        from cases.models.case import Case

        if membership is None or not membership.is_case_role:
            return self.none()
        return self.filter(PersonNotBarred("pk")).filter(
            Q(unit_id=membership.unit_id)
            | Exists(Case.objects.open_to(membership).filter(person_id=OuterRef("pk")))
        )


class Person(models.Model):
    """Someone on sick leave, as one unit has registered them.

    The number is sealed (AES-GCM bound to this row) and found by a keyed hash; a participant without personal data has
    neither number nor name, only sex and home municipality. `protected` is any kind of skyddade personuppgifter.
    """

    party = models.ForeignKey(Party, models.RESTRICT, related_name="+")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    number_kind = models.TextField(choices=NumberKind)
    number_key = models.BinaryField(null=True)
    number_cipher = models.BinaryField(null=True)
    name = models.TextField(blank=True, default="")
    sex = models.TextField(choices=Sex)
    home_municipality = models.TextField(blank=True, default="")
    protected = models.BooleanField(default=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "number_key"],
                name="one_person_per_number_and_unit",
                violation_error_message=_("The person is already registered at your unit."),
            ),
            models.CheckConstraint(
                condition=Q(number_key=None, number_cipher=None)
                | Q(number_key__isnull=False, number_cipher__isnull=False),
                name="a_number_is_sealed_and_indexed_together",
            ),
            models.CheckConstraint(
                condition=~Q(number_kind="none") | Q(number_key=None, name=""),
                name="without_personal_data_means_neither_number_nor_name",
            ),
            models.CheckConstraint(
                condition=Q(number_kind="none") | Q(number_key__isnull=False),
                name="a_number_of_a_kind_is_there",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "name"], opclasses=["int8_ops", "text_pattern_ops"], name="person_by_name"
            )
        ]

    @property
    def number(self) -> str:
        """The number as ÅÅÅÅMMDD-NNNN, or an empty string for a participant without personal data."""
        if self.number_cipher is None:
            return ""
        digits = open_sealed(bytes(self.number_cipher), self.pk)
        return f"{digits[:8]}-{digits[8:]}"


CLASSIFIED = {
    "Person": {
        "id": "organisational",
        "party": "organisational",
        "unit": "sensitive",
        "number_kind": "personal",
        "number_key": "sensitive",
        "number_cipher": "sensitive",
        "name": "personal",
        "sex": "personal",
        "home_municipality": "personal",
        "protected": "sensitive",
    }
}
