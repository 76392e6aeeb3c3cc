"""The verbs of the register: inviting and accepting, ending a membership, standing in, the first administrator of all."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit import ledger
from errands import notices
from parties.access import acting
from parties.models import (
    CASE_ROLES,
    FORBUND_KINDS,
    Invitation,
    InvitationQuerySet,
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


class NotInvited(Exception):
    """The link of an invitation does not hold: used, taken back, too old, or for somebody else's address."""


class AlreadyMember(Exception):
    """The user has a role in the unit during this time."""


def roles_for(kind: str) -> list[Role]:
    """The roles that exist in a party of this kind."""
    everywhere = [Role.ADMINISTRATOR, Role.AUDITOR]
    if kind not in FORBUND_KINDS:
        everywhere.append(Role.REGISTRAR)
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
def invite(*, by: Membership, unit: Unit, email: str, name: str, role: str) -> tuple[Invitation, str]:
    """Offers a role in a unit to whoever reads mail at an address; returns the invitation and its link.

    The link (three days, once) goes to the address, and nothing is in force until it is opened there and accepted.
    Nothing here asks whether the address has an account: known or not, the same is done and the same is answered. An
    earlier invitation to the address and unit that still waits is replaced. Raises PermissionDenied outside the
    administrator's organisation, and AlreadyMember for who has a role in the unit, which the administrator sees in
    the list of people anyhow.
    """
    _demand_reach(by, unit)
    if role not in roles_for(unit.party.kind):
        raise PermissionDenied
    email = email.strip().lower()
    has_one = Membership.objects.filter(
        Q(until_at=None) | Q(until_at__gt=Now()), unit=unit, user__email=email
    )
    if has_one.exists():
        raise AlreadyMember
    _take_back(Invitation.objects.filter(email=email, unit=unit), by)
    key = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email, name=name.strip(), unit=unit, role=role, invited_by=by, **_newly(key)
    )
    ledger.record("member.invited", by=by, note=f"invitation {invitation.pk}: {role} at unit {unit.pk}")
    return invitation, _mail_invitation(invitation, key)


@transaction.atomic
def invite_again(*, by: Membership, invitation: Invitation) -> str:
    """A new link for an invitation that waits or whose link ran out; the earlier link stops working. Returns the link."""
    _demand_reach(by, invitation.unit)
    key = secrets.token_urlsafe(32)
    if not Invitation.objects.waiting().filter(pk=invitation.pk).update(**_newly(key)):
        raise PermissionDenied
    ledger.record("member.invited", by=by, note=f"invitation {invitation.pk}: new link")
    return _mail_invitation(invitation, key)


@transaction.atomic
def take_back_invitation(*, by: Membership, invitation: Invitation) -> None:
    """The link stops working at once; taken back twice is taken back."""
    _demand_reach(by, invitation.unit)
    if _take_back(Invitation.objects.filter(pk=invitation.pk), by):
        ledger.record("member.invitation_taken_back", by=by, note=f"invitation {invitation.pk}")


def open_invitation(key: str) -> Invitation | None:
    """The invitation behind a link, while it may be accepted."""
    return (
        Invitation.objects.open()
        .select_related("unit__party__organisation")
        .filter(fingerprint=_fingerprint(key))
        .first()
    )


@transaction.atomic
def accept(*, key: str, user: User | None = None, password: str | None = None) -> Membership:
    """The one at the address takes the role: signed in as `user`, or new, with the password of the new account.

    An account that has no password yet gets this one. Raises NotInvited when the link no longer holds or is for
    another address, OtherSide, AdministratorWithCases and AlreadyMember when the role cannot be theirs; then nothing
    is changed and the invitation still waits. The managers of the unit are told of a new pair of eyes.
    """
    invitation = (
        Invitation.objects.open()
        .select_for_update(of=("self",))
        .select_related("unit__party")
        .filter(fingerprint=_fingerprint(key))
        .first()
    )
    if invitation is None or (user is not None and user.email != invitation.email):
        raise NotInvited
    unit, role = invitation.unit, invitation.role
    if user is None:
        user = _new_account(invitation, password)
    # Two links opened at once: the second waits here until the first is done, and sees what it gave.
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.side != unit.party.side:
        raise OtherSide
    if Membership.objects.filter(Q(until_at=None) | Q(until_at__gt=Now()), user=user, unit=unit).exists():
        raise AlreadyMember
    both = {Role.ADMINISTRATOR} if role != Role.ADMINISTRATOR else CASE_ROLES | {Role.AUDITOR, Role.REGISTRAR}
    opens = role in CASE_ROLES | {Role.AUDITOR, Role.REGISTRAR, Role.ADMINISTRATOR}
    if opens and Membership.objects.current().filter(user=user, role__in=both).exists():
        raise AdministratorWithCases
    membership = Membership.objects.create(
        user=user, unit=unit, party=unit.party, role=role, side=unit.party.side
    )
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=Now(), accepted_as=membership)
    # In the log of the unit that invited, not of the one where the person may also work: that is not their affair.
    with acting(membership):
        ledger.record("member.accepted", by=membership, note=f"invitation {invitation.pk}")
    if role in CASE_ROLES:
        managers = (
            Membership.objects.current().filter(unit=unit, role=Role.MANAGER).values_list("pk", flat=True)
        )
        notices.notify(managers, kind="member", object_key=str(membership.pk))
    return membership


def _new_account(invitation: Invitation, password: str | None) -> User:
    known = User.objects.select_for_update(no_key=True).filter(email=invitation.email).first()
    if known is None:
        try:
            with transaction.atomic():
                return User.objects.create_user(
                    invitation.email, invitation.name, invitation.unit.party.side, password
                )
        except IntegrityError:
            # Another link to the same address made the account a moment ago: that one is signed in to.
            raise NotInvited from None
    # Made by a command and never opened: the account keeps its name and gets the password. Any other must sign in.
    if known.has_usable_password() or not known.is_active:
        raise NotInvited
    known.set_password(password)
    known.save(update_fields=["password"])
    return known


def needs_account(invitation: Invitation) -> bool:
    """Whether the address is to choose a password; else its account signs in and accepts. Told to the link's holder only."""
    known = User.objects.filter(email=invitation.email).first()
    return known is None or not known.has_usable_password()


def _fingerprint(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _newly(key: str) -> dict:
    lasts = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    return {"fingerprint": _fingerprint(key), "until_at": timezone.now() + lasts}


def _take_back(invitations: InvitationQuerySet, by: Membership) -> int:
    return invitations.waiting().update(taken_back_at=Now(), taken_back_by=by)


def _mail_invitation(invitation: Invitation, key: str) -> str:
    link = settings.PUBLIC_URL + reverse("invitation", args=[key])
    with override("sv"):
        text = _(
            "You are invited to a role in Samverkan. Open this link within three days to say yes: %(link)s"
        ) % {"link": link}
    _mail(invitation.email, text)
    return link


def send_link(*, by: Membership | None, user: User) -> str:
    """Mails a link to choose a password, and returns it. Whoever has it can sign in: it is shown only in demo mode."""
    link = settings.PUBLIC_URL + reverse(
        "welcome",
        args=[urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)],
    )
    ledger.record("member.link_sent", by=by, note=f"user {user.pk}")
    with override("sv"):
        text = _(
            "You have been given an account in Samverkan. Choose a password here, within three days: %(link)s"
        ) % {"link": link}
    _mail(user.email, text)
    return link


def _mail(address: str, text: str) -> None:
    with override("sv"):
        subject = _("Something is waiting for you in the portal")
        closing = _("Do not reply to this message and never send personal data by e-mail.")
    # Robust: a mail server that is down may not turn a deed that is done into an error; the link can be sent anew.
    transaction.on_commit(lambda: send_mail(subject, f"{text}\n\n{closing}\n", None, [address]), robust=True)


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
