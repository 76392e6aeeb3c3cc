"""Renewing a consent: which of its lines are asked about once more, and what was given under them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from cases.actions.consent import Direction
from cases.consents import given_earlier as earlier_on
from cases.consentstate import RENEWABLE, ConsentState, state_of_consent
from cases.givings import Giving
from cases.law import InformationKind
from cases.models import Consent, ConsentLine, Mistake
from parties.models import Unit

# Nothing is renewed of a consent that a newer one carries, nor of one that the person took back.
_NOT_RENEWED = frozenset({ConsentState.SUPERSEDED, ConsentState.INVALID, ConsentState.NOT_YET})


def lines_to_renew(consent: Consent) -> list[ConsentLine]:
    """The consent's lines that have run out, or do so within 60 days; none that the person took back. Empty when there
    is nothing to renew.
    """
    now = timezone.now()
    lines = list(
        ConsentLine.objects.filter(consent=consent)
        .select_related("from_unit__party", "to_unit__party")
        .order_by("from_unit__name", "to_unit__name", "id")
    )
    later = ConsentLine.objects.filter(case=consent.case_id, unit=consent.unit_id, consent__gt=consent.pk)
    mistaken = Mistake.objects.filter(consent=consent).exists()
    if state_of_consent(lines, now=now, mistaken=mistaken, later=later) in _NOT_RENEWED:
        return []
    return [line for line in lines if line.ended_at is None and line.until_at <= now + RENEWABLE]


def kinds_of(lines: Iterable[ConsentLine]) -> dict[Direction, list[str]]:
    """The lines as the verb takes them: the kinds of each direction."""
    kinds: dict[Direction, list[str]] = {}
    for line in lines:
        kinds.setdefault((line.from_unit, line.to_unit), []).append(line.kind)
    return kinds


def given_earlier(consent: Consent, lines: Iterable[ConsentLine]) -> list[Giving]:
    """What a renewal of these lines opens again, or keeps open, if the person wants it (R17)."""
    ways = {(x.from_unit_id, x.to_unit_id, x.kind, x.purpose) for x in lines}
    return earlier_on(consent.case, ways)


@dataclass(frozen=True)
class Way:
    """One direction in words."""

    giver: str
    receiver: str
    kinds: list[str]


def ways_in_words(lines: Iterable[ConsentLine]) -> list[Way]:
    """The lines direction by direction, in the order of the paper."""
    order = list(InformationKind)
    return [
        Way(giver.name, receiver.name, [str(k.label) for k in order if k in kinds])
        for (giver, receiver), kinds in kinds_of(lines).items()
    ]


def others(lines: Iterable[ConsentLine], own: int) -> list[Unit]:
    """The other units of the lines."""
    units = {u.pk: u for line in lines for u in (line.from_unit, line.to_unit) if u.pk != own}
    return list(units.values())
