"""How much work a period holds, and whether it may be told outside: figures on work are figures on staff
(R11).
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max
from django.utils.translation import gettext as _

from initiatives.access import FEWEST_REPORTING
from initiatives.models import Initiative
from initiatives.periods import Period


@dataclass(frozen=True)
class Workload:
    """Minutes by kind (None: nothing recorded), the persons behind them as far as is known, and what reaches
    outside.
    """

    minutes: dict[str, int] | None
    persons: int
    lumps: tuple[tuple[date, date], ...]

    @property
    def total(self) -> int | None:
        return None if self.minutes is None else sum(self.minutes.values())

    @property
    def may_be_told(self) -> bool:
        """Whether others than the own unit and the project lead may see it; persons nobody has counted are
        none.
        """
        return self.persons >= FEWEST_REPORTING


def workload(initiative: Initiative, period: Period) -> Workload:
    """The work of a period, from the rows.

    Persons: the different members that the entries name, or the number counted for the time reported in
    lumps, whichever is more. A count for a longer period says nothing of this one.
    """
    entries = initiative.time.within(period.first, period.until)
    counts = initiative.reporting_counts.within(period.first, period.until)
    return Workload(
        minutes=entries.minutes(),
        persons=max(entries.reporting(), counts.aggregate(most=Max("persons"))["most"] or 0),
        lumps=initiative.time.across(period.first, period.until).spans(),
    )


def whole_only(lumps: tuple[tuple[date, date], ...]) -> str:
    """`known only for the whole of 2023`, for what nobody has split up; empty without it."""
    if not lumps:
        return ""
    first, last = min(lumps)
    period = Period.of(first, last)
    if period is None:
        return _("known only for %(first)s to %(last)s") % {"first": first, "last": last}
    return _("known only for the whole of %(period)s") % {"period": period}
