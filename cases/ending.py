"""Consents that end: those of the unit's own open cases, to be printed anew and signed in time (milestone M15)."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone

from cases.consentstate import RENEWABLE
from cases.deciding import last_day
from cases.models import Case, Consent, ConsentLine, PrintedForm, State
from parties.models import Membership, Unit

# How many stand on the page, the first to end first; and how many forms are drawn at once.
MOST = 50
MOST_AT_ONCE = 10


@dataclass
class EndingConsent:
    """One consent that ends: with whom, the last day, and when its form was printed."""

    consent: Consent
    until: date
    lines: list[ConsentLine]
    own: int
    printed_at: datetime | None = None

    @property
    def others(self) -> list[Unit]:
        units = {u.pk: u for x in self.lines for u in (x.from_unit, x.to_unit) if u.pk != self.own}
        return sorted(units.values(), key=lambda u: u.name)

    @property
    def directions(self) -> set[tuple[int, int]]:
        return {(x.from_unit_id, x.to_unit_id) for x in self.lines}


def ending(member: Membership, only: Collection[int] | None = None) -> list[EndingConsent]:
    """The consents of the unit's own open cases that end within 60 days and that no later one carries on, the first to
    end first; one more than MOST when there are more. `only`: of these keys. The same number of queries for any number.
    """
    now = timezone.now()
    cases = (
        Case.objects.visible_to(member)
        .owned_by(member)
        .with_state()
        .filter(Q(state=State.OPEN), person__protected=False)
    )
    later = ConsentLine.objects.filter(
        case=OuterRef("case"), from_unit=OuterRef("from_unit"), to_unit=OuterRef("to_unit"), kind=OuterRef("kind"),
        purpose=OuterRef("purpose"), ended_at=None, until_at__gt=OuterRef("until_at"),
    )  # fmt: skip
    lines = ConsentLine.objects.filter(
        ~Exists(later), unit=member.unit_id, case__in=cases.values("pk"), ended_at=None, until_at__gt=now,
        until_at__lte=now + RENEWABLE,
    )  # fmt: skip
    if only is not None:
        lines = lines.filter(consent__in=only)
    first = list(
        lines.values("consent_id")
        .annotate(until=Min("until_at"))
        .order_by("until", "consent_id")
        .values_list("until", "consent_id")[: MOST + 1]
    )
    by_consent: dict[int, list[ConsentLine]] = defaultdict(list)
    for line in (
        lines.filter(consent__in=[pk for _until, pk in first])
        .select_related("consent__case__person", "from_unit__party", "to_unit__party")
        .order_by("id")
    ):
        by_consent[line.consent_id].append(line)
    printed = dict(
        PrintedForm.objects.filter(renews__in=by_consent, unit=member.unit_id)
        .order_by("printed_at")
        .values_list("renews_id", "printed_at")
    )
    return [
        EndingConsent(group[0].consent, last_day(until), group, member.unit_id, printed.get(pk))
        for until, pk in first
        if (group := by_consent.get(pk))
    ]
