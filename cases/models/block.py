"""A block: what stands above every ground. Set by the unit that registered the person, with a reason, and lifted with one.

Within the region: the patient's *spärr* (4 kap. 4 § PDL); nothing is given on the ground of a care relation (R15).
A colleague: a conflict of interest (*jäv*); the user opens nothing of the person's cases, in any unit and any role, and is
not told that there is a case; who tries to log the person is asked to leave it to a colleague, and a list says nothing. A unit: a conflict of interest that a whole unit has; it is given nothing more, and what
stood open to it ends in the same deed.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cases.models.person import Person
from parties.models import Membership, Unit, User


class NotBarred(models.Func):
    """True of a case (its key is the expression) that no block holds from whoever acts. The database knows who that is, and
    answers a user of another unit too, who cannot read the block; every walled table asks the same (policy `barred`).
    """

    template = "(%(expressions)s <> all (portal.barred_cases()))"
    output_field = models.BooleanField()


class PersonNotBarred(NotBarred):
    """The same of a person."""

    template = "(%(expressions)s <> all (portal.barred_persons()))"


class BlockKind(models.TextChoices):
    REGION = "region", _("Blocked within the region, at the patient’s wish")
    COLLEAGUE = "colleague", _("Conflict of interest: a colleague")
    UNIT = "unit", _("Conflict of interest: a whole unit")


class BlockQuerySet(models.QuerySet["Block"]):
    def standing(self) -> "BlockQuerySet":
        return self.filter(lifted_at=None)


class Block(models.Model):
    """One block on one person at the unit that registered them; it reaches every case they have there, later ones too.

    The database refuses to rewrite it; it is lifted once, and a new one is a new row.
    """

    person = models.ForeignKey(Person, models.RESTRICT, related_name="blocks")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    kind = models.TextField(choices=BlockKind)
    user = models.ForeignKey(User, models.RESTRICT, related_name="+", null=True)
    to_unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", null=True, db_index=False)
    reason = models.TextField()
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    from_at = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True, db_index=False)
    lifted_reason = models.TextField(blank=True, default="")

    objects = BlockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="region", user=None, to_unit=None)
                | Q(kind="colleague", user__isnull=False, to_unit=None)
                | Q(kind="unit", user=None, to_unit__isnull=False),
                name="a_block_names_whom_it_holds_off",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_block_has_a_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lifted_reason="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_reason="")),
                name="who_lifted_a_block_when_and_why_are_one_fact",
            ),
            models.UniqueConstraint(
                fields=["person", "kind", "user", "to_unit"],
                condition=Q(lifted_at=None),
                nulls_distinct=False,
                name="one_block_of_a_kind_at_a_time",
            ),
        ]


CLASSIFIED = {
    "Block": {
        "id": "organisational",
        "person": "personal",
        "unit": "sensitive",
        "kind": "sensitive",
        "user": "sensitive",
        "to_unit": "sensitive",
        "reason": "sensitive",
        "by": "personal",
        "from_at": "personal",
        "lifted_at": "personal",
        "lifted_by": "personal",
        "lifted_reason": "sensitive",
    }
}
