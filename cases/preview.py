"""Vad ser de andra?: the own unit's case as one receiving unit sees it, by that unit's grounds and with the own eyes.

The same querysets as the receiver's pages, asked with the receiver's unit; but the reader's own context stays, so that
nothing the receiver wrote, and nothing a third unit gave it, can come along. Only what the own unit gave is shown.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from cases.law import InformationKind
from cases.models import Assignment, Case, Disclosure, Item
from cases.models.case import opens_to
from parties.models import Membership, Unit


def receiving_units(case: Case, member: Membership) -> list[Unit]:
    """The units that the own unit has given something on the case, or that a live line lets receive."""
    given = Disclosure.objects.filter(case=case, from_unit_id=member.unit_id).values("to_unit_id")
    return list(Unit.objects.filter(pk__in=given).select_related("party").order_by("name"))


@dataclass
class SeenItem:
    """One item as it lies on the receiver's page."""

    item: Item
    kind: str


@dataclass
class Seen:
    """What the unit sees now: whether the case at all, who it is, and which of the own unit's items."""

    unit: Unit
    opens: bool
    items: list[SeenItem]
    contact: str


def seen_by(unit: Unit, case: Case, member: Membership) -> Seen:
    """The case as the unit's case roles see it at this query; nothing when no ground stands."""
    opens = Case.objects.filter(opens_to(unit.pk, "pk"), pk=case.pk).exists()
    given = Item.objects.given_to(unit.pk)
    items = (
        given.filter(case=case, unit_id=member.unit_id)
        # The receiver does not know of a later version that it has not been given.
        .filter(~Exists(given.filter(replaces=OuterRef("pk"))))
        .select_related("author__user")
        .order_by("-happened_on", "-id")[:200]
        if opens
        else []
    )
    contact = (
        Assignment.objects.current()
        .filter(case=case, unit_id=case.unit_id)
        .values_list("member__user__name", flat=True)
        .first()
    )
    return Seen(
        unit,
        opens,
        [SeenItem(item, str(InformationKind(item.kind).short)) for item in items],
        (contact or "") if opens else "",
    )
