"""Incidents for the screen: hours left, the rows of the worklist, and the neutral sentence of the receiving unit."""

import math
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.listing import case_numbers
from cases.models import Disclosure, Incident, Item
from cases.seams import Matter
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
    """Something the unit was given by mistake: when, and the key to say that it is read. Nothing else is told."""

    pk: int
    given_at: datetime


def wrongly_sent(member: Membership) -> list[WronglySent]:
    """What the unit has been given by mistake and not yet heeded."""
    if not member.is_case_role:
        return []
    with connection.cursor() as cursor:
        cursor.execute("select incident, given_at from portal.wrongly_sent()")
        return [WronglySent(*row) for row in cursor.fetchall()]


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
