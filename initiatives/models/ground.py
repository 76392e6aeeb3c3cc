"""The insats itself: who takes part from when, who pays which share, who has a seat in it."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parties.models import Membership, Party, PartyKind, Unit, User


class InitiativeKind(models.TextChoices):
    """Whom the insats is directed to (Uppföljning Finsam's two kinds)."""

    INDIVIDUAL = "individual", _("Directed to individuals")
    STRUCTURAL = "structural", _("Directed to organisations")


class ParticipationKind(models.TextChoices):
    """The kinds of party, and the one that is in no register: an association of users or relatives."""

    PSYCHIATRY = PartyKind.PSYCHIATRY.value, PartyKind.PSYCHIATRY.label
    PRIMARY_CARE = PartyKind.PRIMARY_CARE.value, PartyKind.PRIMARY_CARE.label
    PRIVATE_PRIMARY_CARE = PartyKind.PRIVATE_PRIMARY_CARE.value, PartyKind.PRIVATE_PRIMARY_CARE.label
    FK = PartyKind.FK.value, PartyKind.FK.label
    AF = PartyKind.AF.value, PartyKind.AF.label
    SOCIAL_SERVICES = PartyKind.SOCIAL_SERVICES.value, PartyKind.SOCIAL_SERVICES.label
    EMPLOYER = PartyKind.EMPLOYER.value, PartyKind.EMPLOYER.label
    ASSOCIATION = PartyKind.ASSOCIATION.value, PartyKind.ASSOCIATION.label
    EVALUATOR = PartyKind.EVALUATOR.value, PartyKind.EVALUATOR.label
    USER_ORGANISATION = "user_organisation", _("User organisation")


class Authority(models.TextChoices):
    """The four authorities of the form, in its order and by its names."""

    AF = "AF", _("Arbetsförmedlingen")
    FK = "FK", _("Försäkringskassan")
    REGION = "region", _("The region")
    MUNICIPALITY = "kommun", _("The municipality")


AUTHORITY_OF = {
    ParticipationKind.AF: Authority.AF,
    ParticipationKind.FK: Authority.FK,
    ParticipationKind.PSYCHIATRY: Authority.REGION,
    ParticipationKind.PRIMARY_CARE: Authority.REGION,
    ParticipationKind.SOCIAL_SERVICES: Authority.MUNICIPALITY,
}
# Those that are neither one of the four authorities nor the ones who pay or evaluate.
OTHER_ORGANISATIONS = frozenset(
    {ParticipationKind.PRIVATE_PRIMARY_CARE, ParticipationKind.EMPLOYER, ParticipationKind.USER_ORGANISATION}
)


class ParticipationRole(models.TextChoices):
    OWNER = "owner", pgettext_lazy("insats", "Owner")
    PARTY = "party", pgettext_lazy("role in an insats", "Party")


class SeatRole(models.TextChoices):
    """A place in an insats: opens its reports and aggregates, no case."""

    LEAD = "lead", pgettext_lazy("insats", "Project lead")
    STEERING = "steering", pgettext_lazy("insats", "Steering group")
    EVALUATOR = "evaluator", pgettext_lazy("role", "Evaluator")
    ASSOCIATION = "association", _("Coordination association")


class Initiative(models.Model):
    """What the förbund finance. The names of heading 4 (how the collaboration between two parties has
    improved) are fields.

    `aim` is goals, purpose and method as in the approved application; a report begins with it.
    """

    name = models.TextField(
        pgettext_lazy("insats", "name"),
        unique=True,
        error_messages={"unique": _("There is already an insats with that name.")},
    )
    kind = models.TextField(pgettext_lazy("insats", "kind"), choices=InitiativeKind)
    starts_on = models.DateField(pgettext_lazy("insats", "first day"))
    ends_on = models.DateField(pgettext_lazy("insats", "last day"), null=True, blank=True)
    owner = models.ForeignKey(Party, models.RESTRICT, related_name="+", null=True, blank=True)
    owner_name = models.TextField(pgettext_lazy("insats", "owner"))
    first_party_name = models.TextField(_("first party in the heading on collaboration"))
    second_party_name = models.TextField(_("second party in the heading on collaboration"))
    aim = models.TextField(
        _("goals, purpose and method according to the application"), blank=True, default=""
    )
    created_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="an_initiative_ends_after_it_begins",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=InitiativeKind.values), name="an_initiative_is_of_a_known_kind"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="an_initiative_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def during(self, first: date, until: date) -> "ParticipationQuerySet":
        """Those who take part on any day from `first` to before `until`."""
        return self.filter(Q(to_on=None) | Q(to_on__gte=first), from_on__lt=until)

    def active(self) -> "ParticipationQuerySet":
        """Those who do take part, not only on paper."""
        return self.filter(active=True)

    def authorities(self) -> dict[str, bool]:
        """The four authorities of the form, in its order: whether any of these participations is of each."""
        present = {AUTHORITY_OF.get(kind) for kind in self.values_list("kind", flat=True)}
        return {str(authority.value): authority in present for authority in Authority}

    def other_organisations(self) -> list[str]:
        """The names of those who are neither one of the four authorities nor pay or evaluate, in order."""
        return sorted(set(self.filter(kind__in=OTHER_ORGANISATIONS).values_list("name", flat=True)))


class Participation(models.Model):
    """A party that takes part, from and including `from_on` to and including `to_on`.

    With a unit only that unit does.
    """

    initiative = models.ForeignKey(Initiative, models.RESTRICT, related_name="participations")
    party = models.ForeignKey(Party, models.RESTRICT, related_name="+", null=True, blank=True)
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", null=True, blank=True)
    name = models.TextField(pgettext_lazy("insats", "name"))
    kind = models.TextField(pgettext_lazy("insats", "kind"), choices=ParticipationKind)
    role = models.TextField(
        pgettext_lazy("insats", "role"), choices=ParticipationRole, default=ParticipationRole.PARTY
    )
    from_on = models.DateField(_("takes part from"))
    to_on = models.DateField(_("takes part to and including"), null=True, blank=True)
    active = models.BooleanField(_("takes active part"), default=True)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        ordering = ("-role", "name", "from_on")
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                name="a_party_leaves_after_it_joins",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ParticipationKind.values), name="a_participant_is_of_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(role__in=ParticipationRole.values), name="a_participant_has_a_known_role"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="a_participant_has_a_name"),
            models.CheckConstraint(
                condition=Q(unit=None) | ~Q(party=None), name="a_participating_unit_has_its_party"
            ),
            ExclusionConstraint(
                name="a_party_takes_part_once_at_a_time",
                expressions=[
                    (Func("initiative", "initiative", Value("[]"), function="int8range"), "&&"),
                    # Equality of a text in a range index without extensions: a range of one value.
                    (Func("name", "name", Value("[]"), function="portal.textrange"), "&&"),
                    (Func("from_on", "to_on", Value("[]"), function="daterange"), "&&"),
                ],
                violation_error_message=_("The party already takes part during this time."),
            ),
        ]

    def clean(self) -> None:
        """Before the database is asked about overlap: it cannot make a range that ends before it begins."""
        if self.from_on and self.to_on and self.to_on < self.from_on:
            raise ValidationError({"to_on": _("The last day is before the first.")})


class FundingShareQuerySet(models.QuerySet["FundingShare"]):
    def of_year(self, year: int) -> "FundingShareQuerySet":
        """The shares of one year, the largest first."""
        return self.filter(year=year).order_by("-percent", "name")


class FundingShare(models.Model):
    """A förbund's share of the cost of one year, in per cent. The shares of a year sum to exactly 100.

    The sum is held by the verb and, at commit, by the database (constraint trigger `shares_sum_to_100`).
    """

    initiative = models.ForeignKey(Initiative, models.RESTRICT, related_name="shares")
    association = models.ForeignKey(Party, models.RESTRICT, related_name="+", null=True, blank=True)
    name = models.TextField(_("coordination association"))
    year = models.PositiveSmallIntegerField(pgettext_lazy("insats", "year"))
    percent = models.DecimalField(_("share, per cent"), max_digits=5, decimal_places=2)

    objects = FundingShareQuerySet.as_manager()

    class Meta:
        ordering = ("-year", "-percent", "name")
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "year", "name"],
                name="an_association_has_one_share_a_year",
                violation_error_message=_("The association stands twice in the same year."),
            ),
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100),
                name="a_share_is_between_0_and_100",
                violation_error_message=_("A share is more than 0 and at most 100 per cent."),
            ),
            models.CheckConstraint(
                condition=Q(year__gte=1990, year__lte=2100), name="a_share_is_of_a_likely_year"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="an_association_has_a_name"),
        ]


class SeatQuerySet(models.QuerySet["Seat"]):
    def live(self) -> "SeatQuerySet":
        """Seats in force at this statement."""
        return self.filter(Q(until_at=None) | Q(until_at__gt=Now()), from_at__lte=Now())


class Seat(models.Model):
    """A user's place in an insats, from and until: opens its reports and aggregates, never a case.

    A seat belongs to the user, not to a membership: who leads an insats does so whichever clinic role is
    switched on.
    """

    initiative = models.ForeignKey(Initiative, models.RESTRICT, related_name="seats")
    user = models.ForeignKey(User, models.RESTRICT, related_name="seats")
    role = models.TextField(pgettext_lazy("insats", "role"), choices=SeatRole)
    from_at = models.DateTimeField(db_default=Now())
    until_at = models.DateTimeField(null=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ("role", "id")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=SeatRole.values), name="a_seat_has_a_known_role"),
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gt=F("from_at")), name="a_seat_ends_after_it_begins"
            ),
            ExclusionConstraint(
                name="one_seat_per_user_and_initiative_at_a_time",
                expressions=[
                    (Func("initiative", "initiative", Value("[]"), function="int8range"), "&&"),
                    (Func("user", "user", Value("[]"), function="int8range"), "&&"),
                    (Func("from_at", "until_at", function="tstzrange"), "&&"),
                ],
                violation_error_message=_("The person already has a seat in the insats."),
            ),
        ]


CLASSIFIED = {
    "Initiative": dict.fromkeys(
        [
            "id",
            "name",
            "kind",
            "starts_on",
            "ends_on",
            "owner",
            "owner_name",
            "first_party_name",
            "second_party_name",
            "aim",
            "created_at",
        ],
        "organisational",
    )
    | {"created_by": "personal"},
    "Participation": dict.fromkeys(
        ["id", "initiative", "party", "unit", "name", "kind", "role", "from_on", "to_on", "active"],
        "organisational",
    ),
    "FundingShare": dict.fromkeys(
        ["id", "initiative", "association", "name", "year", "percent"], "organisational"
    ),
    "Seat": {
        "id": "organisational",
        "initiative": "organisational",
        "user": "personal",
        "role": "organisational",
        "from_at": "personal",
        "until_at": "personal",
    },
}
