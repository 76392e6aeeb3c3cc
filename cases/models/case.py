"""The case: a unit's work with one person. Its states, spells and assignments are rows with a from; nothing is overwritten."""

import secrets

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.block import NotBarred
from cases.models.person import Person
from initiatives.models import Initiative
from parties.models import Membership, Unit

# Without I, O, 0, 1, L and U: read aloud over a telephone, and never a word.
_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def random_number() -> str:
    """A case number like 7KQ4-M2X9: random, so that it tells nothing of birth, clinic or volume."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"


class State(models.TextChoices):
    OPEN = "open", pgettext_lazy("case", "Open")
    PAUSED = "paused", pgettext_lazy("case", "Paused")
    CLOSED = "closed", pgettext_lazy("case", "Closed")


# The moves a case may make; anything else raises.
MOVES: dict[str, frozenset[str]] = {
    State.OPEN: frozenset({State.PAUSED, State.CLOSED}),
    State.PAUSED: frozenset({State.OPEN, State.CLOSED}),
    State.CLOSED: frozenset({State.OPEN}),
}


def _grounds(unit: int) -> tuple[models.QuerySet, models.QuerySet, models.QuerySet]:
    """The cases a unit may open, by ground: the one predicate of sight.

    1. The unit's own cases. 2. Cases whose existence another unit has disclosed to this unit, while that ground
    stands. 3. For the header only: cases with a line, given, in date and unended, in which this unit is the giver.
    Above them all: none of a person from whom a block holds whoever acts (cases/models/block.py).
    """
    from cases.models.consent import ConsentLine
    from cases.models.disclosure import Disclosure

    return (
        Case.objects.filter(NotBarred("pk"), unit_id=unit),
        Disclosure.objects.inbox_of(unit),
        ConsentLine.objects.live().filter(NotBarred("case_id"), from_unit_id=unit),
    )


def opens(membership: Membership | None, case: str) -> Q:
    """Whether the membership may open the case that a row's column `case` names: `visible_to` asked of rows that something
    else has already chosen. The same grounds, each looked up for that one case.
    """
    if membership is None or not membership.is_case_role:
        return Q(pk__in=[])
    return opens_to(membership.unit_id, case)


def opens_to(unit: int, case: str) -> Q:
    """The same, of a unit: what its case roles may open. The rows it asks are those that the reader's own wall shows."""
    own, given, to_receive = _grounds(unit)
    of_case = {"case_id": OuterRef(case)}
    return (
        Q(Exists(own.filter(pk=OuterRef(case))))
        | Q(Exists(given.filter(**of_case)))
        | Q(Exists(to_receive.filter(**of_case)))
    )


class CaseQuerySet(models.QuerySet["Case"]):
    def owned_by(self, membership: Membership) -> "CaseQuerySet":
        """The unit's own cases (a list's first filter; sight is `visible_to`)."""
        return self.filter(unit_id=membership.unit_id)

    def visible_to(self, membership: Membership | None) -> "CaseQuerySet":
        """The cases a membership may open (see `_grounds`), starting at its own live grounds: for lists and counts.

        Nothing for a membership without a case role, and nothing for nobody.
        """
        if membership is None or not membership.is_case_role:
            return self.none()
        own, given, to_receive = _grounds(membership.unit_id)
        return self.filter(
            pk__in=own.values("pk").union(given.values("case_id"), to_receive.values("case_id"), all=True)
        )

    def open_to(self, membership: Membership | None) -> "CaseQuerySet":
        """The same cases, for a query that has chosen its rows already: one by its number, those of one person."""
        return self.filter(opens(membership, "pk"))

    def with_state(self) -> "CaseQuerySet":
        """Adds `state`, the last state row; None to units that do not own the case, which are not told."""
        last = CaseState.objects.filter(case=OuterRef("pk")).order_by("-from_at", "-id")
        return self.annotate(state=Subquery(last.values("state")[:1]))


class Case(models.Model):
    """One person's coordination case at one unit; never a journal."""

    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    person = models.ForeignKey(Person, models.RESTRICT, related_name="cases")
    initiative = models.ForeignKey(Initiative, models.RESTRICT, related_name="+", null=True)
    number = models.TextField(unique=True, default=random_number)
    opened_on = models.DateField()
    updated_at = models.DateTimeField(db_default=Now())

    objects = CaseQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["unit", "-updated_at", "-id"], name="case_by_unit")]
        constraints = [models.UniqueConstraint(fields=["id", "unit"], name="case_owner")]

    def __str__(self) -> str:
        return self.number


class CaseLock(models.Model):
    """The lock for every deed on a case: a table without a wall, since a locked row behind a wall locks nothing."""

    case = models.OneToOneField(Case, models.RESTRICT, primary_key=True)


class CaseStateQuerySet(models.QuerySet["CaseState"]):
    def now_of(self, case: Case) -> "CaseState":
        """The last row of a case of the own unit: where it stands now."""
        return self.filter(case=case).latest("from_at", "id")


class CaseState(models.Model):
    """From when the case is open, paused or closed. The last row is now; "open at day d" is read from the rows."""

    case = models.ForeignKey(Case, models.RESTRICT, related_name="states")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    state = models.TextField(choices=State)
    from_at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    reason = models.TextField(blank=True, default="")

    objects = CaseStateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="a_case_is_open_paused_or_closed"
            )
        ]
        indexes = [models.Index(fields=["case", "-from_at", "-id"], name="state_now")]


class Benefit(models.TextChoices):
    """What the person lives on during the spell (domain/terms.md)."""

    SICKNESS_BENEFIT = "sickness_benefit", _("Sickness benefit")
    REHAB_BENEFIT = "rehab_benefit", _("Rehabilitation benefit")
    PREVENTIVE_SICKNESS_BENEFIT = "preventive_sickness_benefit", _("Preventive sickness benefit")
    ACTIVITY_COMPENSATION = "activity_compensation", _("Activity compensation")
    SICKNESS_COMPENSATION = "sickness_compensation", _("Sickness compensation")
    SOCIAL_ASSISTANCE = "social_assistance", _("Social assistance")
    SICK_PAY = "sick_pay", _("Sick pay from the employer")
    NONE = "none", _("No benefit")


DEGREES = (25, 50, 75, 100)


class Spell(models.Model):
    """A continuous certified reduction of working ability, days inclusive, with degree in per cent and benefit.

    Rows are added and never changed; one whose first day was wrong is replaced by another, which says why; which of them are in force, and what they make together, is read by `cases.days`. The owning unit's own record; another unit sees it only through an item that is disclosed.
    """

    case = models.ForeignKey(Case, models.RESTRICT, related_name="spells")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    degree = models.PositiveSmallIntegerField()
    benefit = models.TextField(choices=Benefit)
    # The prognosis: the day on which working ability is expected back, as told; to_on is what is certified.
    expected_on = models.DateField(null=True)
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    # The entry whose first day this one corrects, and why.
    replaces = models.ForeignKey("self", models.RESTRICT, related_name="+", null=True, db_index=False)
    why = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(replaces=None, why="") | (Q(replaces__isnull=False) & ~Q(why="")),
                name="a_first_day_is_corrected_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")), name="a_spell_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(expected_on=None) | Q(expected_on__gte=F("from_on")),
                name="a_spell_is_expected_to_end_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(degree__in=DEGREES), name="a_degree_is_25_50_75_or_100"),
        ]
        indexes = [models.Index(fields=["case", "-from_on"], name="spell_by_case")]


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def current(self) -> "AssignmentQuerySet":
        return self.filter(Q(until_at=None) | Q(until_at__gt=Now()), from_at__lte=Now())


class Assignment(models.Model):
    """Who in a unit handles the case. Sorts work and names a contact; it neither opens nor closes."""

    case = models.ForeignKey(Case, models.RESTRICT, related_name="assignments")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    member = models.ForeignKey(Membership, models.RESTRICT, related_name="assignments")
    from_at = models.DateTimeField(db_default=Now())
    until_at = models.DateTimeField(null=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gt=F("from_at")),
                name="an_assignment_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["case", "unit"], condition=Q(until_at=None), name="one_contact_per_case_and_unit"
            ),
        ]


CLASSIFIED = {
    "Case": {
        "id": "organisational",
        "unit": "sensitive",
        "person": "personal",
        "initiative": "personal",
        "number": "personal",
        "opened_on": "personal",
        "updated_at": "personal",
    },
    "CaseLock": {"case": "organisational"},
    "CaseState": {
        "id": "organisational",
        "case": "personal",
        "unit": "sensitive",
        "state": "sensitive",
        "from_at": "personal",
        "by": "personal",
        "reason": "sensitive",
    },
    "Spell": {
        "id": "organisational",
        "case": "personal",
        "unit": "sensitive",
        "from_on": "sensitive",
        "to_on": "sensitive",
        "degree": "sensitive",
        "benefit": "sensitive",
        "expected_on": "sensitive",
        "by": "personal",
        "at": "personal",
        "replaces": "personal",
        "why": "sensitive",
    },
    "Assignment": {
        "id": "organisational",
        "case": "personal",
        "unit": "sensitive",
        "member": "personal",
        "from_at": "personal",
        "until_at": "personal",
    },
}
