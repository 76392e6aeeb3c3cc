"""Whom a command acts as: the membership behind an e-mail address."""

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from parties.access import memberships_of
from parties.models import Membership, Role, User

DEMO_LEAD = "projektledare@samverkan.example"


def add_as(parser: CommandParser) -> None:
    """`--as E-MAIL`; in demo mode it may be left out."""
    parser.add_argument(
        "--as",
        dest="email",
        default=DEMO_LEAD if settings.DEMO else None,
        required=not settings.DEMO,
        metavar="E-MAIL",
        help="whom the command acts as" + (f" (default {DEMO_LEAD})" if settings.DEMO else ""),
    )


def member_called(email: str) -> Membership:
    """The membership in force of the user with that address, project work first; CommandError without one."""
    user = User.objects.filter(email=email.strip().lower()).first()
    memberships = memberships_of(user) if user else []
    if not memberships:
        raise CommandError(_("There is no user %(email)s with an active assignment.") % {"email": email})
    return min(memberships, key=lambda member: member.role != Role.PROJECT_STAFF)
