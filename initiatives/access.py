"""Who may see an insats, and what they may do in it. The one place that decides it.

Policy. No page in this room shows a person on sick leave; what it guards is the staff's time and the money.

- The **project lead** (a seat) sees and does everything: parties, shares, diary, time, money, seats, import.
- The **steering group**, the **evaluator** and the **coordination association** (a seat) see the insats, its
  diary and obstacles, and aggregates of time and money. They change nothing.
- An **association officer** sees so, without a seat, each insats that the own association pays a share of.
- A **coordinator** of a unit that takes part today sees the insats and its diary; logs time, activities and
  obstacles for the own unit and corrects what it logged; sees the own unit's time row by row, and no money.
- Nobody else sees that the insats exists: 404. Who sees it but may not do a thing: 403.

Figures on work reach others than the project lead and the own unit only when at least three persons stand
behind them (R11).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from initiatives.models import FundingShare, Initiative, Participation, Seat, SeatRole
from initiatives.periods import today
from parties.models import Membership, Role, User

FEWEST_REPORTING = 3

READ = frozenset({"read"})
AGGREGATES = READ | {"read_money", "read_reports"}
OWN_UNIT = READ | {"read_own_time", "log_time", "log_activity", "log_obstacle"}
STEERS = AGGREGATES | {"read_drafts", "write_steering"}
LEADS = (
    AGGREGATES
    | OWN_UNIT
    | {
        "read_time",
        "read_drafts",
        "edit",
        "change_parties",
        "change_shares",
        "change_money",
        "change_seats",
        "change_timers",
        "correct_all",
        "import",
        "write_report",
    }
)
SEATS = {
    SeatRole.LEAD: LEADS,
    SeatRole.STEERING: STEERS,
    SeatRole.EVALUATOR: AGGREGATES,
    SeatRole.ASSOCIATION: AGGREGATES,
}


def visible_to(membership: Membership | None, action: str = "read") -> QuerySet[Initiative]:
    """The insatser in which the membership may do `action`; without one, those it may know of.

    All lists start here.
    """
    if membership is None:
        return Initiative.objects.none()
    roles = [role for role, actions in SEATS.items() if action in actions]
    seats = Seat.objects.live().filter(initiative=OuterRef("pk"), user=membership.user_id, role__in=roles)
    grounds = Q(Exists(seats))
    if membership.role == Role.ASSOCIATION_OFFICER and action in AGGREGATES:
        pays = FundingShare.objects.filter(initiative=OuterRef("pk"), association=membership.party_id)
        grounds |= Q(Exists(pays))
    if membership.role == Role.COORDINATOR and action in OWN_UNIT:
        grounds |= Q(Exists(_participations_of(membership).filter(initiative=OuterRef("pk"))))
    return Initiative.objects.filter(grounds, Exists(_in_force(membership)))


def _in_force(membership: Membership) -> QuerySet[Membership]:
    """The membership itself, asked for again: one that ended since it was read opens nothing."""
    return Membership.objects.current().filter(pk=membership.pk)


def _participations_of(membership: Membership, on: date | None = None) -> QuerySet[Participation]:
    """Where the membership's unit takes part today: named itself, or through its whole party."""
    day = on or today()
    return Participation.objects.filter(
        Q(unit=None) | Q(unit=membership.unit_id),
        Q(to_on=None) | Q(to_on__gte=day),
        party=membership.party_id,
        from_on__lte=day,
    )


def allowed_actions(membership: Membership | None, initiative: Initiative) -> frozenset[str]:
    """What the membership may do in the insats now; empty for whom it does not exist.

    Page, form, verb and test ask here.
    """
    if membership is None or not _in_force(membership).exists():
        return frozenset()
    allowed: frozenset[str] = frozenset()
    seats = Seat.objects.live().filter(initiative=initiative, user=membership.user_id)
    for role in seats.values_list("role", flat=True):
        allowed |= SEATS[SeatRole(role)]
    pays = FundingShare.objects.filter(initiative=initiative, association=membership.party_id)
    if membership.role == Role.ASSOCIATION_OFFICER and pays.exists():
        allowed |= AGGREGATES
    takes_part = _participations_of(membership).filter(initiative=initiative)
    if membership.role == Role.COORDINATOR and takes_part.exists():
        allowed |= OWN_UNIT
    return allowed


def may_start(membership: Membership | None) -> bool:
    """Who may set up an insats (and becomes its lead): who already leads one, and project staff. But one whose
    work is to steer does not lead: a seat in a steering group, and none as lead, sets up nothing.
    """
    if membership is None or not _in_force(membership).exists():
        return False
    seats = set(Seat.objects.live().filter(user=membership.user_id).values_list("role", flat=True))
    return SeatRole.LEAD in seats or (
        membership.role == Role.PROJECT_STAFF and SeatRole.STEERING not in seats
    )


@dataclass(frozen=True)
class Door:
    """An insats, and what the one who came through the door may do in it."""

    initiative: Initiative
    allowed: frozenset[str]

    def demand(self, *actions: str) -> None:
        """At least one of the actions, or 403."""
        if not self.allowed.intersection(actions):
            raise PermissionDenied(actions[0])


def door(membership: Membership | None, pk: int, *actions: str) -> Door:
    """The insats by number, through `visible_to`: 404 for what is not yours to know, 403 for what you may see
    but not do.
    """
    initiative = visible_to(membership).filter(pk=pk).select_related("owner").first()
    if initiative is None:
        raise Http404
    opened = Door(initiative, allowed_actions(membership, initiative))
    if actions:
        opened.demand(*actions)
    return opened


def may_correct(membership: Membership, allowed: Iterable[str], row) -> bool:
    """Whether a row of diary or time may be corrected: by the lead, or by the unit that logged it."""
    return "correct_all" in allowed or (
        row.recorded_by.unit_id == membership.unit_id
        and bool({"log_time", "log_activity", "log_obstacle"}.intersection(allowed))
    )


def may_be_seated(initiative: Initiative) -> QuerySet[User]:
    """Whom the lead's form can give a seat: who has a role today with a party that takes or has taken part (a report is
    written when the insats has ended) or with an association that pays a share.

    Everybody else is nobody to that form, account or none: it is no place to learn who else is in the portal.
    """
    pays = FundingShare.objects.filter(initiative=initiative, association__isnull=False)
    parties = Participation.objects.filter(initiative=initiative, party__isnull=False)
    near = Q(party__in=parties.values("party")) | Q(party__in=pays.values("association"))
    return User.objects.filter(
        pk__in=Membership.objects.current().filter(near).values("user"), is_active=True
    )


def parties_taking_part(initiative_id: int, on: date | None = None) -> frozenset[int]:
    """The numbers of the registered parties that take part on the day, today unless said.

    Asked by the law of the cases.
    """
    day = on or today()
    return frozenset(
        Participation.objects.filter(
            Q(to_on=None) | Q(to_on__gte=day), initiative=initiative_id, from_on__lte=day, party__isnull=False
        ).values_list("party", flat=True)
    )


def parties_that_left(initiative_id: int, on: date | None = None) -> frozenset[int]:
    """The registered parties that once took part in the insats and do not on the day, today unless said."""
    day = on or today()
    taken = Participation.objects.filter(initiative=initiative_id, party__isnull=False)
    periods = list(taken.values_list("party", "from_on", "to_on"))
    here = {party for party, first, last in periods if first <= day and (last is None or last >= day)}
    return frozenset(party for party, _first, _last in periods) - here
