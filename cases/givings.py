"""What has been given on the own unit's case, by anyone: for the person to be told, with receivers and times, and whether
it is still shown. Read from the rows at each asking; nothing is decided here.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from cases.models import Case
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

    @property
    def way(self) -> tuple[int, int, str, str]:
        """What a line of consent must agree in to carry it."""
        return self.giver.pk, self.receiver.pk, self.kind, self.purpose

    @property
    def shown_until(self) -> datetime | None:
        """When it ceased to be shown; None while it is shown, or when only its consent's date has passed."""
        return None if self.stands else self.ended_at


def givings_of(case: Case) -> list[Giving]:
    """Everything given on the case, oldest first; empty for a unit that does not own it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, purpose, from_unit, to_unit, at, until_at, ended_at, ended_how, item is null, basis, stands"
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
