"""What has been given on the own unit's case, by anyone: for the person to be told, with receivers and times, and whether
it is still shown. Read from the rows at each asking; nothing is decided here.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from cases.law import Ground, InformationKind
from cases.models import Case, Consent, ConsentLine
from parties.models import Unit


@dataclass(frozen=True)
class Giving:
    """One disclosure. `of_the_case` means the contact itself, which everything else that is given brings with it."""

    kind: str
    purpose: str
    giver: Unit
    receiver: Unit
    at: datetime
    until_at: datetime
    ended_at: datetime | None
    ended_how: str
    of_the_case: bool
    basis: str
    stands: bool
    item: int | None = None

    @property
    def way(self) -> tuple[int, int, str, str]:
        """What a line of consent must agree in to carry it."""
        return self.giver.pk, self.receiver.pk, self.kind, self.purpose

    @property
    def label(self) -> str:
        """The kind in a word or two."""
        return str(InformationKind(self.kind).short)


def givings_of(case: Case) -> list[Giving]:
    """Everything given on the case, oldest first; empty for a unit that does not own it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, purpose, from_unit, to_unit, at, until_at, ended_at, ended_how, item is null, basis, stands, item"
            " from portal.givings_on_case(%s)",
            [case.pk],
        )
        rows = cursor.fetchall()
    units = {
        u.pk: u
        for u in Unit.objects.filter(pk__in={pk for row in rows for pk in row[2:4]}).select_related("party")
    }
    return [
        Giving(row[0], row[1], units[row[2]], units[row[3]], *row[4:])
        for row in rows
        if row[2] in units and row[3] in units
    ]


def without_ground(consent: Consent) -> list[Giving]:
    """What was given while the consent's lines were live and no other consent carried it: if the consent never was one,
    this was given without ground, and the unit has to act on it.
    """
    lines = list(
        ConsentLine.objects.filter(case=consent.case_id, received_at__isnull=False).select_related(
            "consent__mistake"
        )
    )
    own: dict[tuple, list[ConsentLine]] = defaultdict(list)
    others: dict[tuple, list[ConsentLine]] = defaultdict(list)
    for line in lines:
        way = (line.from_unit_id, line.to_unit_id, line.kind, line.purpose)
        if line.consent_id == consent.pk:
            own[way].append(line)
        elif not hasattr(line.consent, "mistake"):
            others[way].append(line)
    return [
        giving
        for giving in givings_of(consent.case)
        if giving.basis == Ground.CONSENT
        and any(_was_live(line, giving.at) for line in own[giving.way])
        and not any(_was_live(line, giving.at) for line in others[giving.way])
    ]


def resting_on(consent: Consent) -> list[Giving]:
    """What was given on the consent: under a line of it that lived then, or that opened again what was given before."""
    lines: dict[tuple, list[ConsentLine]] = defaultdict(list)
    for line in ConsentLine.objects.filter(consent=consent):
        lines[line.from_unit_id, line.to_unit_id, line.kind, line.purpose].append(line)
    return [
        giving
        for giving in givings_of(consent.case)
        if giving.basis == Ground.CONSENT
        and not giving.of_the_case
        and any(
            _was_live(line, giving.at) or (line.reopens_earlier and giving.at < line.from_at)
            for line in lines[giving.way]
        )
    ]


def _was_live(line: ConsentLine, at: datetime) -> bool:
    return line.from_at <= at < line.until_at and (line.ended_at is None or at < line.ended_at)
