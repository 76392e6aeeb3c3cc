"""Who acts, and how the database is told.

A request acts as one membership, chosen in the session and read anew each time. Only a membership in force with a case
role opens anything about a person: for every other the database hears no unit, and without a unit no row is seen.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpRequest

from parties.models import CARE_KINDS, Membership, Role, Unit

SESSION_KEY = "membership"
_SETTINGS = ("portal.unit", "portal.party", "portal.member", "portal.works_at", "portal.audits_party")
_PLACE = ("portal.unit", "portal.works_at", "portal.party")


class PortalRequest(HttpRequest):
    """A request as the pages meet it: who acts stands on it, and as whom the same user may act (membership_of)."""

    membership: Membership | None
    memberships: list[Membership]


# Rooms above plug in, from their AppConfig.ready(), what else the database is told: a setting, and the function that says
# it of a membership.
told_of_a_member: dict[str, str] = {}


def _set(names: Iterable[str]) -> str:
    return "select " + ", ".join(f"set_config('{name}', %s, true)" for name in names)


def _get(names: Iterable[str]) -> str:
    return "select " + ", ".join(f"current_setting('{name}', true)" for name in names)


_SET = _set(_SETTINGS)
_PLACE_SET, _PLACE_GET = _set(_PLACE), _get(_PLACE)


def _values(membership: Membership | None) -> list[str]:
    if membership is None:
        return [""] * len(_SETTINGS)
    return [
        str(membership.unit_id) if membership.is_case_role else "",
        str(membership.party_id),
        str(membership.pk),
        str(membership.unit_id),
        str(membership.party_id) if membership.role == Role.AUDITOR else "",
    ]


def enter(membership: Membership | None) -> None:
    """Tells the database who acts, for the rest of the transaction; None is nobody."""
    member = membership.pk if membership else None
    with connection.cursor() as cursor:
        cursor.execute(", ".join([_SET, *_told()]), [*_values(membership), *[member] * len(told_of_a_member)])


def _told() -> list[str]:
    return [
        f"set_config('{name}', {function}(%s)::text, true)" for name, function in told_of_a_member.items()
    ]


def tell_anew(membership: Membership) -> None:
    """Tells the database once more what rooms above say of who acts: it may have changed while a deed waited for its lock."""
    if told_of_a_member:
        with connection.cursor() as cursor:
            cursor.execute("select " + ", ".join(_told()), [membership.pk] * len(told_of_a_member))


def leave() -> None:
    """Nobody acts any longer in this transaction."""
    enter(None)


@contextmanager
def acting(membership: Membership | None) -> Iterator[Membership | None]:
    """Acts as `membership` inside the block, then as whoever acted before. For workers, commands and tests.

    Opens a transaction of its own when there is none; nests.
    """
    names = (*_SETTINGS, *told_of_a_member)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_get(names))
            before = [value or "" for value in cursor.fetchone()]
        enter(membership)
        yield membership
        # Only on the way out in peace: what raises is rolled back, and the settings with it.
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(_set(names), before)


@contextmanager
def importing_for(unit: Unit, *, by: Membership) -> Iterator[None]:
    """Acts for a unit of the administrator's own organisation inside the block, then for nobody, as before.

    The one place where someone without a case role opens a unit, and only the import of case lists uses it (a
    house test says so): what is read there is compared with the list and never shown. Asked anew here: `by` is in
    force, an administrator, of a care party; `unit` is a care unit of the same organisation (a region as an
    employer is none). Only the place changes, the unit and its party: the ledger and the drafts still know who acts.
    Opens a transaction of its own when there is none. Raises PermissionDenied.
    """
    administers = Membership.objects.current().filter(
        pk=by.pk, role=Role.ADMINISTRATOR, party__kind__in=CARE_KINDS
    )
    same = Unit.objects.filter(pk=unit.pk, party__kind__in=CARE_KINDS).filter(
        party__organisation__in=administers.values("party__organisation")
    )
    if not same.exists():
        raise PermissionDenied("import")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_PLACE_GET)
            before = [value or "" for value in cursor.fetchone()]
            cursor.execute(_PLACE_SET, [str(unit.pk), str(unit.pk), str(unit.party_id)])
        yield
        # As in acting(): what raises is rolled back, and the settings with it.
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(_PLACE_SET, before)


def memberships_of(user) -> list[Membership]:
    """The user's memberships in force now, with unit, party and user at hand, oldest first."""
    if not user.is_authenticated:
        return []
    return list(
        Membership.objects.current()
        .filter(user=user)
        .select_related("unit__party", "user")
        .order_by("from_at", "id")
    )


def membership_of(request: PortalRequest) -> Membership | None:
    """The membership this request acts as: the one chosen in the session if still in force, else the oldest."""
    request.memberships = memberships_of(request.user)
    chosen = request.session.get(SESSION_KEY) if request.memberships else None
    request.membership = next(
        (m for m in request.memberships if m.pk == chosen),
        request.memberships[0] if request.memberships else None,
    )
    return request.membership


def who_acts(request: PortalRequest) -> Membership:
    """The membership of a request that has come through a door: a door opens for no one without. Else Http404."""
    if request.membership is None:
        raise Http404
    return request.membership


def address_of(member: int) -> str | None:
    """The e-mail address of a membership in force; None when it has ended. For notices, which say nothing of what waits."""
    return Membership.objects.current().filter(pk=member).values_list("user__email", flat=True).first()


def names_of(members: Iterable[int]) -> dict[int, str]:
    """The names behind memberships, ended ones too: for the access log, which keeps numbers only."""
    return dict(Membership.objects.filter(pk__in=list(members)).values_list("pk", "user__name"))


def units_of(units: Iterable[int]) -> dict[int, str]:
    """The names of units, for the access log."""
    return dict(Unit.objects.filter(pk__in=list(units)).values_list("pk", "name"))


def staff_of(reader: Membership) -> list[tuple[int, str]]:
    """Whose rows the reader of the access log can ask for: all who have had a role in the unit, for an auditor in the party.

    Ended roles too: what was done then is still to be reviewed.
    """
    where = {"party": reader.party_id} if reader.role == Role.AUDITOR else {"unit": reader.unit_id}
    rows = Membership.objects.filter(**where).order_by("user__name", "unit__name", "pk")
    return [
        (pk, f"{name}, {Role(role).label}" + (f", {unit}" if reader.role == Role.AUDITOR else ""))
        for pk, name, role, unit in rows.values_list("pk", "user__name", "role", "unit__name")
    ]
