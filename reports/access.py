"""Who may see a report and do what with it.

Policy. A report opens with the insats, for those who may read its aggregates: the project lead, the steering
group, the evaluator and the coordination association (by seat, or as officer of an association that pays a
share).

- The **project lead** makes drafts, writes the texts, freezes, makes new versions, and throws away a draft.
  What is frozen nobody throws away.
- The **steering group** sees drafts, and writes its own section in them; nobody else writes there, the lead
  neither. Only while the insats has never had a seat for it may an imported file bring its words.
- **Evaluator and association** see what is frozen; a draft does not exist for them.
- All of them download what is drawn. For everyone else there is no report: 404.
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from initiatives.access import allowed_actions as allowed_in_the_insats
from initiatives.access import visible_to as insatser_of
from initiatives.models import Initiative, SeatRole
from parties.models import Membership
from reports.models import Report, ReportQuerySet, ReportState


def visible_to(membership: Membership | None) -> ReportQuerySet:
    """The reports the membership may know of: frozen ones, and drafts where it leads or steers."""
    return Report.objects.filter(
        Q(initiative__in=insatser_of(membership, "read_drafts"))
        | ~Q(state=ReportState.DRAFT) & Q(initiative__in=insatser_of(membership, "read_reports"))
    )


def allowed_actions(membership: Membership | None, report: Report) -> frozenset[str]:
    """What the membership may do with the report in the state it is in."""
    insats = allowed_in_the_insats(membership, report.initiative)
    return _with_a_draft(insats) if report.is_draft else _with_a_frozen(insats)


def allowed_in_a_draft(membership: Membership | None, report: Report) -> frozenset[str]:
    """What the membership may do, or could before the report was frozen."""
    return _with_a_draft(allowed_in_the_insats(membership, report.initiative))


def _with_a_draft(insats: frozenset[str]) -> frozenset[str]:
    allowed = {"read"} if "read_drafts" in insats else set()
    allowed |= {"write_steering"} & insats
    return frozenset(allowed | ({"write", "freeze", "discard"} if "write_report" in insats else set()))


def _with_a_frozen(insats: frozenset[str]) -> frozenset[str]:
    if "read_reports" not in insats:
        return frozenset()
    return frozenset({"read", "download"} | ({"new_version", "draw"} if "write_report" in insats else set()))


def steering_group(initiative: Initiative) -> list[str]:
    """The names of those who have a seat in the steering group now, and so write its section."""
    seats = initiative.seats.live().filter(role=SeatRole.STEERING).order_by("id")
    return list(seats.values_list("user__name", flat=True))


def has_had_a_steering_group(initiative: Initiative) -> bool:
    """Whether anyone has or has had a seat in the steering group: from the first such seat on its section is its
    own. Else a lead could end the seat, write, and give it back.
    """
    return initiative.seats.filter(role=SeatRole.STEERING).exists()


def may_start(membership: Membership | None) -> QuerySet[Initiative]:
    """The insatser the membership may make a report of."""
    return insatser_of(membership, "write_report")


@dataclass(frozen=True)
class Door:
    """A report, and what the one who came through the door may do with it."""

    report: Report
    allowed: frozenset[str]


def door(membership: Membership | None, pk: int, *actions: str) -> Door:
    """The report by number: 404 for what is not yours to know, 403 for what you may see but not do (one of
    `actions`).
    """
    report = Report.objects.select_related("initiative", "frozen_by__user").filter(pk=pk).first()
    allowed = allowed_actions(membership, report) if report else frozenset()
    if report is None or "read" not in allowed:
        raise Http404
    if actions and not allowed.intersection(actions):
        raise PermissionDenied(actions[0])
    return Door(report, allowed)
