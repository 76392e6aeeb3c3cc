"""Organisations, their parties by kind of activity, units, users, memberships in time, substitutes.

A region is one organisation with several parties (its psychiatry, its primary care): the law speaks of kinds of party,
sight follows the unit. The two sides of the house never meet in one user (lag 2003:1210; a samordningsförbund handles
no personal data on the people in its insatser): `case` works with people on sick leave, `forbund` reads aggregates.
"""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PartyKind(models.TextChoices):
    """Kinds of party as the legal matrix knows them (domain/terms.md); private primary care is a kind, not a flag."""

    PSYCHIATRY = "psychiatry", _("Psychiatry")
    PRIMARY_CARE = "primary_care", _("Public primary care")
    PRIVATE_PRIMARY_CARE = "private_primary_care", _("Private primary care")
    FK = "fk", _("Försäkringskassan")
    AF = "af", _("Arbetsförmedlingen")
    SOCIAL_SERVICES = "social_services", _("Social services")
    EMPLOYER = "employer", _("Employer")
    ASSOCIATION = "association", _("Coordination association")
    EVALUATOR = "evaluator", _("Evaluator")

    @property
    def matrix(self) -> str:
        """The kind's code in the legal matrix: PSY, PVO, PVP, FK, AF, SOC, EMP, ASS, EVA."""
        return _MATRIX_CODES[self.value]


_MATRIX_CODES = {
    "psychiatry": "PSY",
    "primary_care": "PVO",
    "private_primary_care": "PVP",
    "fk": "FK",
    "af": "AF",
    "social_services": "SOC",
    "employer": "EMP",
    "association": "ASS",
    "evaluator": "EVA",
}
CARE_KINDS = frozenset({PartyKind.PSYCHIATRY, PartyKind.PRIMARY_CARE, PartyKind.PRIVATE_PRIMARY_CARE})


class Side(models.TextChoices):
    """Which side of the house: with the cases, or with those who finance and evaluate."""

    CASE = "case", _("Works with cases")
    FORBUND = "forbund", _("Finances or evaluates")


class Role(models.TextChoices):
    """What a member does in the unit. Only the case roles see a person on sick leave."""

    COORDINATOR = "coordinator", _("Rehab coordinator")
    CLINICIAN = "clinician", _("Clinician")
    INVESTIGATOR = "investigator", _("Insurance investigator")
    OFFICER = "officer", _("Case officer")
    EMPLOYER_CONTACT = "employer_contact", _("Employer contact")
    MANAGER = "manager", _("Unit manager")
    PROJECT_STAFF = "project_staff", _("Project work")
    ADMINISTRATOR = "administrator", pgettext_lazy("role", "Administrator")
    AUDITOR = "auditor", _("Auditor of the access log")
    REGISTRAR = "registrar", _("Registrar")
    ASSOCIATION_OFFICER = "association_officer", _("Association officer")
    EVALUATOR = "evaluator", pgettext_lazy("role", "Evaluator")


CASE_ROLES = frozenset(
    {
        Role.COORDINATOR,
        Role.CLINICIAN,
        Role.INVESTIGATOR,
        Role.OFFICER,
        Role.EMPLOYER_CONTACT,
        Role.MANAGER,
    }
)
FORBUND_ROLES = frozenset({Role.ASSOCIATION_OFFICER, Role.EVALUATOR})
FORBUND_KINDS = frozenset({PartyKind.ASSOCIATION, PartyKind.EVALUATOR})


class Organisation(models.Model):
    """A legal person, as a region or a municipality; one may run several parties."""

    name = models.TextField(unique=True)

    def __str__(self) -> str:
        return self.name


class Party(models.Model):
    """One organisation's activity of one kind: what the law knows as the one who gives and the one who receives."""

    organisation = models.ForeignKey(Organisation, models.RESTRICT, related_name="parties")
    kind = models.TextField(choices=PartyKind)
    name = models.TextField(unique=True)
    side = models.GeneratedField(
        expression=Case(When(kind__in=sorted(FORBUND_KINDS), then=Value("forbund")), default=Value("case")),
        output_field=models.TextField(choices=Side),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PartyKind.values), name="a_party_is_of_a_known_kind"),
            models.UniqueConstraint(fields=["id", "side"], name="party_side"),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A clinic, an office, a team: what receives, what owns, and whose members with a case role see."""

    party = models.ForeignKey(Party, models.RESTRICT, related_name="units")
    name = models.TextField(unique=True)
    phone = models.TextField(blank=True, default="")
    phone_hours = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["id", "party"], name="unit_party")]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Users are made by an administrator's invitation or the first-administrator command; no superuser exists."""

    def create_user(self, email: str, name: str, side: str, password: str | None = None) -> "User":
        """A new user; without a password the account opens by the link in the invitation."""
        user = self.model(email=email.strip().lower(), name=name.strip(), side=side)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A member of staff, signing in with an e-mail address. What one may do comes from memberships and seats alone."""

    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        error_messages={"unique": _("There is already a user with that e-mail address.")},
    )
    name = models.TextField(_("name"))
    side = models.TextField(choices=Side)
    is_active = models.BooleanField(default=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name", "side"]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "side"], name="user_side"),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="an_email_address_is_in_lower_case"
            ),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="a_user_stands_on_one_side"),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> "MembershipQuerySet":
        """Memberships in force at this statement, of users who may sign in."""
        return self.filter(Q(until_at=None) | Q(until_at__gt=Now()), from_at__lte=Now(), user__is_active=True)


class Membership(models.Model):
    """A user's role in a unit, from and until. Nothing is overwritten: a new role is a new row.

    The composite keys to user and party carry the side, so a förbund role and a case role cannot meet in one user.
    """

    user = models.ForeignKey(User, models.RESTRICT, related_name="memberships")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="memberships")
    party = models.ForeignKey(Party, models.RESTRICT, related_name="+")
    role = models.TextField(choices=Role)
    side = models.TextField(choices=Side)
    from_at = models.DateTimeField(db_default=Now())
    until_at = models.DateTimeField(null=True)
    # Who stands in now, on the page of people and units, which sets it.
    substitution: "Substitution | None"

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gt=F("from_at")),
                name="a_membership_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="a_role_is_a_known_role"),
            models.CheckConstraint(
                condition=~Q(side="forbund")
                | Q(role__in=sorted(FORBUND_ROLES | {Role.ADMINISTRATOR, Role.AUDITOR})),
                name="no_case_role_on_the_forbund_side",
            ),
            models.CheckConstraint(
                condition=~Q(side="case") | ~Q(role__in=sorted(FORBUND_ROLES)),
                name="no_forbund_role_on_the_case_side",
            ),
            ExclusionConstraint(
                name="one_membership_per_user_and_unit_at_a_time",
                # A range of one number overlaps only itself: equality that gist knows without the extension btree_gist,
                # which the local database does not have. By the fields' own names, so that validate() sees the values.
                expressions=[
                    (Func("user", "user", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (Func("unit", "unit", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (Func("from_at", "until_at", function="tstzrange"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("The person already has a role in that unit during this time."),
            ),
        ]

    @property
    def is_case_role(self) -> bool:
        """True when the role sees people on sick leave (R3: within the unit that holds the ground)."""
        return self.role in CASE_ROLES and self.side == Side.CASE

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> "InvitationQuerySet":
        """Neither accepted nor taken back; the link may have run out."""
        return self.filter(accepted_at=None, taken_back_at=None)

    def open(self) -> "InvitationQuerySet":
        """Waiting, and the link still works."""
        return self.waiting().filter(until_at__gt=Now())


class Invitation(models.Model):
    """A role offered to an e-mail address. No membership exists until whoever reads mail there has accepted it.

    Whether the address has an account is asked when the link is opened, never when the invitation is written. `name`
    becomes the name of a new account; an account that exists keeps its own. The key is in the link and kept as a
    fingerprint only.
    """

    email = models.EmailField()
    name = models.TextField()
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="invitations")
    role = models.TextField(choices=Role)
    fingerprint = models.TextField(unique=True)
    invited_at = models.DateTimeField(db_default=Now())
    invited_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    until_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_as = models.OneToOneField(Membership, models.RESTRICT, related_name="invitation", null=True)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="an_invitation_is_to_a_known_role"
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="an_invitation_is_to_an_address_in_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_as=None)
                | Q(accepted_at__isnull=False, accepted_as__isnull=False),
                name="an_accepted_invitation_has_its_membership",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by=None)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="who_took_an_invitation_back_and_when_are_one_fact",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(taken_back_at=None),
                name="an_invitation_is_not_both_accepted_and_taken_back",
            ),
            models.UniqueConstraint(
                fields=["email", "unit"],
                condition=Q(accepted_at=None, taken_back_at=None),
                name="one_waiting_invitation_per_address_and_unit",
            ),
        ]

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)

    @property
    def has_run_out(self) -> bool:
        """Whether the link no longer works because of its age."""
        return self.until_at <= timezone.now()


class Substitution(models.Model):
    """Who stands in for whom, from and until. Sorts work within the unit; opens nothing and closes nothing."""

    absent = models.ForeignKey(Membership, models.RESTRICT, related_name="substitutions")
    substitute = models.ForeignKey(Membership, models.RESTRICT, related_name="stands_in", null=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at__gt=F("from_at")), name="a_substitution_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(substitute=None) | ~Q(substitute=F("absent")),
                name="nobody_is_their_own_substitute",
            ),
        ]


class Cover(models.Model):
    """A session that is locked, and how many passwords have been tried on it since (parties/lock.py)."""

    session = models.TextField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    tries = models.PositiveSmallIntegerField(db_default=0, default=0)


CLASSIFIED = {
    "Cover": dict.fromkeys(["session", "at", "tries"], "personal"),
    "Organisation": {"id": "organisational", "name": "organisational"},
    "Party": {
        "id": "organisational",
        "organisation": "organisational",
        "kind": "organisational",
        "name": "organisational",
        "side": "organisational",
    },
    "Unit": {
        "id": "organisational",
        "party": "organisational",
        "name": "organisational",
        "phone": "organisational",
        "phone_hours": "organisational",
    },
    "User": {
        "id": "organisational",
        "password": "sensitive",
        "last_login": "personal",
        "email": "personal",
        "name": "personal",
        "side": "organisational",
        "is_active": "organisational",
    },
    "Membership": {
        "id": "organisational",
        "user": "personal",
        "unit": "organisational",
        "party": "organisational",
        "role": "organisational",
        "side": "organisational",
        "from_at": "personal",
        "until_at": "personal",
    },
    "Invitation": {
        "id": "organisational",
        "email": "personal",
        "name": "personal",
        "unit": "organisational",
        "role": "organisational",
        "fingerprint": "sensitive",
        "invited_at": "organisational",
        "invited_by": "personal",
        "until_at": "organisational",
        "accepted_at": "personal",
        "accepted_as": "personal",
        "taken_back_at": "organisational",
        "taken_back_by": "personal",
    },
    "Substitution": {
        "id": "organisational",
        "absent": "personal",
        "substitute": "personal",
        "from_at": "personal",
        "until_at": "personal",
    },
}
