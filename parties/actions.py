"""The verbs of the register: inviting, ending a membership, standing in, and the first administrator of all."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit import ledger
from errands import notices
from parties.models import (
    CASE_ROLES,
    Membership,
    Organisation,
    Party,
    PartyKind,
    Role,
    Side,
    Substitution,
    Unit,
    User,
)


class OtherSide(Exception):
    """The user stands on the other side of the house: förbund and case roles can never meet in one user."""


class AdministratorWithCases(Exception):
    """One user cannot both manage accounts and work with cases or audit: the accounts would open the cases."""


class AlreadyMember(Exception):
    """The user has a role in the unit during this time."""


def roles_for(kind: str) -> list[Role]:
    """The roles that exist in a party of this kind."""
    everywhere = [Role.ADMINISTRATOR, Role.AUDITOR]
    if kind == PartyKind.ASSOCIATION:
        return [Role.ASSOCIATION_OFFICER, *everywhere]
    if kind == PartyKind.EVALUATOR:
        return [Role.EVALUATOR, *everywhere]
    if kind == PartyKind.EMPLOYER:
        return [Role.EMPLOYER_CONTACT, Role.PROJECT_STAFF, *everywhere]
    if kind == PartyKind.FK:
        return [Role.INVESTIGATOR, Role.OFFICER, Role.MANAGER, Role.PROJECT_STAFF, *everywhere]
    if kind in (PartyKind.AF, PartyKind.SOCIAL_SERVICES):
        return [Role.OFFICER, Role.MANAGER, Role.PROJECT_STAFF, *everywhere]
    return [Role.COORDINATOR, Role.CLINICIAN, Role.MANAGER, Role.PROJECT_STAFF, *everywhere]


def units_administered_by(membership: Membership):
    """The units of the administrator's own organisation: a region's administrator reaches all its parties."""
    if membership is None or membership.role != Role.ADMINISTRATOR:
        return Unit.objects.none()
    return (
        Unit.objects.filter(party__organisation_id=membership.unit.party.organisation_id)
        .select_related("party")
        .order_by("name")
    )


def _demand_reach(by: Membership, unit: Unit) -> None:
    if not units_administered_by(by).filter(pk=unit.pk).exists():
        raise PermissionDenied


@transaction.atomic
def invite(*, by: Membership, unit: Unit, email: str, name: str, role: str) -> tuple[Membership, str]:
    """Gives a person a role in a unit; a new person gets an account without password. Returns membership and link.

    The link (three days, once) goes by mail and says nothing of what waits. It is empty for someone who already has a
    password. Raises OtherSide, AlreadyMember, PermissionDenied outside the administrator's organisation.
    """
    _demand_reach(by, unit)
    if role not in roles_for(unit.party.kind):
        raise PermissionDenied
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        user = User.objects.create_user(email, name, unit.party.side)
    elif user.side != unit.party.side:
        raise OtherSide
    if Membership.objects.filter(Q(until_at=None) | Q(until_at__gt=Now()), user=user, unit=unit).exists():
        raise AlreadyMember
    both = {Role.ADMINISTRATOR} if role != Role.ADMINISTRATOR else CASE_ROLES | {Role.AUDITOR}
    opens = role in CASE_ROLES | {Role.AUDITOR, Role.ADMINISTRATOR}
    if opens and Membership.objects.current().filter(user=user, role__in=both).exists():
        raise AdministratorWithCases
    membership = Membership.objects.create(
        user=user, unit=unit, party=unit.party, role=role, side=unit.party.side
    )
    ledger.record("member.invited", by=by, note=f"membership {membership.pk}: {role} at unit {unit.pk}")
    if role in CASE_ROLES:
        # A new pair of eyes in the unit: its manager is told, whoever let them in.
        managers = (
            Membership.objects.current().filter(unit=unit, role=Role.MANAGER).values_list("pk", flat=True)
        )
        notices.notify(managers, kind="member", object_key=str(membership.pk))
    return membership, send_link(by=by, user=user) if not user.has_usable_password() else ""


def send_link(*, by: Membership, user: User) -> str:
    """Mails a link to choose a password, and returns it. Whoever has it can sign in: it is shown only in demo mode."""
    link = settings.PUBLIC_URL + reverse(
        "welcome",
        args=[urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)],
    )
    ledger.record("member.link_sent", by=by, note=f"user {user.pk}")
    with override("sv"):
        subject = _("Something is waiting for you in the portal")
        body = _(
            "You have been given an account in Samverkan. Choose a password here, within three days: %(link)s"
        ) % {"link": link}
        closing = _("Do not reply to this message and never send personal data by e-mail.")
    # Robust: a mail server that is down may not turn a deed that is done into an error; the link can be sent anew.
    transaction.on_commit(
        lambda: send_mail(subject, f"{body}\n\n{closing}\n", None, [user.email]), robust=True
    )
    return link


@transaction.atomic
def end_membership(*, by: Membership, membership: Membership) -> None:
    """Ends a role now: the next request of that person is already without it."""
    _demand_reach(by, membership.unit)
    Membership.objects.filter(pk=membership.pk).filter(Q(until_at=None) | Q(until_at__gt=Now())).update(
        until_at=Now()
    )
    ledger.record("member.ended", by=by, note=f"membership {membership.pk}")


@transaction.atomic
def stand_in(
    *,
    by: Membership,
    absent: Membership,
    substitute: Membership | None,
    from_at: datetime,
    until_at: datetime,
) -> Substitution:
    """Names who stands in for an absent member of the same unit; None is a vacancy, said openly."""
    _demand_reach(by, absent.unit)
    if substitute is not None and substitute.unit_id != absent.unit_id:
        raise PermissionDenied
    row = Substitution.objects.create(
        absent=absent, substitute=substitute, from_at=from_at, until_at=until_at
    )
    ledger.record("member.substitute", by=by, note=f"membership {absent.pk}")
    return row


@transaction.atomic
def found_party(*, organisation: str, kind: PartyKind, party: str, unit: str) -> Unit:
    """A party with its first unit, and the organisation when it is new; what is already there is left as it is."""
    organisation_row, _made = Organisation.objects.get_or_create(name=organisation)
    party_row, _made = Party.objects.get_or_create(
        name=party, defaults={"organisation": organisation_row, "kind": kind}
    )
    unit_row, _made = Unit.objects.get_or_create(name=unit, defaults={"party": party_row})
    return Unit.objects.select_related("party__organisation").get(pk=unit_row.pk)


@transaction.atomic
def first_administrator(*, unit: Unit, email: str, name: str) -> tuple[Membership, str]:
    """The first administrator of a party, made by a command on the server; everyone else is invited by a link."""
    user = User.objects.filter(email=email.strip().lower()).first() or User.objects.create_user(
        email, name, Side(unit.party.side)
    )
    if user.side != unit.party.side:
        raise OtherSide
    membership = Membership.objects.create(
        user=user, unit=unit, party=unit.party, role=Role.ADMINISTRATOR, side=unit.party.side
    )
    ledger.record("member.first_administrator", by=None, note=f"membership {membership.pk}")
    return membership, send_link(by=None, user=user)
