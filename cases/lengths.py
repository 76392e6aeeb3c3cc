"""How long a consent may stand (R9): read by the form, the printed paper and the verb alike.

What a party has not set is the house's default. Months are counted from the first day, and the last day is inclusive.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from cases.days import in_force
from cases.forms import months_after
from cases.models import Case, ConsentForm, ConsentLengths, Item, ItemType, Purpose, Spell
from cases.models.case import Benefit
from cases.models.lengths import LONGEST_CEILING, ORAL_CEILING, usual_months
from parties.models import Membership, Party


@dataclass(frozen=True)
class Lengths:
    """A party's: the months a written consent is chosen among, the longest of all, the days of an oral one."""

    months: tuple[int, ...] = tuple(usual_months())
    longest: int = LONGEST_CEILING
    oral_days: int = ORAL_CEILING

    def last_day(
        self,
        form: str,
        first: date,
        *,
        purpose: str = "",
        decision_ends: date | None = None,
        yearly: str = "",
    ) -> date:
        """The latest last day of a consent from that day. Beyond the usual months only during activity compensation, up to
        the decision's end, with the yearly question documented in writing.
        """
        if form == ConsentForm.ORAL:
            return first + timedelta(days=self.oral_days - 1)
        usual = after(first, max(self.months))
        if purpose != Purpose.ACTIVITY_COMPENSATION or decision_ends is None or not yearly.strip():
            return usual
        return max(usual, min(decision_ends, after(first, self.longest)))


def after(first: date, months: int) -> date:
    """The last day of so many months from that day."""
    return months_after(first, months) - timedelta(days=1)


def lengths_of(party: Party | int) -> Lengths:
    """The party's own, or the defaults."""
    row = ConsentLengths.objects.filter(party=party).first()
    if row is None:
        return Lengths()
    return Lengths(tuple(row.written_months), row.longest_months, row.oral_days)


def decision_ends(case: Case, member: Membership) -> date | None:
    """The last day of the activity compensation that lasts longest, of the decisions the member may read on the case; when
    none is there, the end of the spell on that benefit that runs today, as the unit has recorded it.
    """
    ends = (
        Item.objects.visible_to(member)
        .latest_versions()
        .filter(
            case=case,
            type=ItemType.DECISION,
            facts__outcome="granted",
            facts__benefit=Benefit.ACTIVITY_COMPENSATION,
            facts__period_end__isnull=False,
        )
        .values_list("facts__period_end", flat=True)
    )
    if days := [date.fromisoformat(day) for day in ends]:
        return max(days)
    today = timezone.localdate()
    running = [
        part.last
        for part in in_force(Spell.objects.filter(case=case).order_by("pk"))
        if part.spell.benefit == Benefit.ACTIVITY_COMPENSATION
        and part.spell.from_on <= today
        and part.last is not None
        and part.last >= today
    ]
    return max(running, default=None)
