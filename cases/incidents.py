"""Incidents for the screen: hours left, the rows of the worklist, and the neutral sentence of the receiving unit."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.access import allowed_actions
from cases.givings import Giving
from cases.listing import case_numbers
from cases.models import Case, Disclosure, Incident, IncidentNote, Item
from cases.seams import MOST_MATTERS, Matter
from parties.models import Membership


def hours_left(incident: Incident) -> int:
    """Whole hours to the last moment; zero or less when it has passed."""
    return math.ceil((incident.deadline - timezone.now()).total_seconds() / 3600)


def time_left(incident: Incident) -> str:
    """The same in words."""
    hours = hours_left(incident)
    if hours <= 0:
        return _("the 72 hours have passed")
    return ngettext("%(n)d hour left of 72", "%(n)d hours left of 72", hours) % {"n": hours}


def worklist(member: Membership) -> list[Matter]:
    """The unit's own incidents that nobody has closed, for everyone of it with a case role, its manager too."""
    found = list(
        Incident.objects.visible_to(member).open().select_related("to_unit").order_by("found_at")[:50]
    )
    if not found:
        return []
    numbers = case_numbers({i.case_id for i in found})
    matters = []
    for incident in found:
        number, person = numbers.get(incident.case_id, ("", None))
        matters.append(
            Matter(
                action=_("Handle what was given to the wrong unit"),
                url=reverse("incident", args=[incident.pk]),
                group="incidents",
                due_on=timezone.localtime(incident.deadline).date(),
                waits_for=_("You"),
                case_number=number,
                person=person,
                event=time_left(incident)[:1].upper() + time_left(incident)[1:],
            )
        )
    return matters


@dataclass
class WronglySent:
    """Something the unit was given by mistake: when, and where to say that it is read. Nothing else is told."""

    url: str
    given_at: datetime


def wrongly_sent(member: Membership) -> list[WronglySent]:
    """What the unit has been given by mistake, or on a consent that never was one, and has not yet heeded."""
    if not member.is_case_role:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "select 'heed_incident', incident, given_at from portal.wrongly_sent()"
            " union all select 'heed_mistake', disclosure, given_at from portal.never_given() order by 3, 2"
        )
        return [WronglySent(reverse(name, args=[pk]), at) for name, pk, at in cursor.fetchall()]


def ever_given(item: Item, member: Membership) -> list[Disclosure]:
    """To which units the version has been given, the last time to each, shown still or not, and not yet reported."""
    last: dict[int, Disclosure] = {}
    for d in (
        Disclosure.objects.filter(item=item, from_unit_id=member.unit_id)
        .select_related("to_unit")
        .order_by("at", "id")
    ):
        last[d.to_unit_id] = d
    reported = set(
        Incident.objects.visible_to(member)
        .filter(disclosure__in=[d.pk for d in last.values()])
        .values_list("disclosure_id", flat=True)
    )
    return [d for d in last.values() if d.pk not in reported]


def has_any(member: Membership) -> bool:
    """Whether the unit's register holds anything that the member may read."""
    return Incident.objects.visible_to(member).exists()


@dataclass(frozen=True)
class Registered:
    """One row of the unit's register: the incident, its case's number if the reader may open it, and how it stands."""

    incident: Incident
    number: str
    handled: bool
    left: str
    passed: bool


def register(member: Membership) -> list[Registered]:
    """The unit's incidents, the last found first, handled ones too; the last two hundred."""
    handled = IncidentNote.objects.filter(incident=OuterRef("pk"), closes=True)
    rows = list(
        Incident.objects.visible_to(member)
        .annotate(handled=Exists(handled))
        .select_related("to_unit")
        .order_by("-found_at", "-pk")[:MOST_MATTERS]
    )
    opens = Case.objects.visible_to(member).filter(pk__in={i.case_id for i in rows})
    numbers = dict(opens.values_list("pk", "number"))
    return [
        Registered(i, numbers.get(i.case_id, ""), i.handled, time_left(i), hours_left(i) <= 0) for i in rows
    ]


def to_report(case: Case, member: Membership, givings: Iterable[Giving]) -> list[tuple[Giving, bool]]:
    """Each giving, with whether the member can report it as an incident: the unit's own, and not in its register already."""
    rows = Incident.objects.visible_to(member).filter(case=case)
    reported = set(rows.values_list("disclosure__item", "to_unit"))
    may = "give" in allowed_actions(member, case)
    return [
        (
            g,
            may
            and g.item is not None
            and g.giver.pk == member.unit_id
            and (g.item, g.receiver.pk) not in reported,
        )
        for g in givings
    ]
