"""What the pages show of an insats, in few questions: the list, one year of one insats.

Plain values, dates already words.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, Model, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from initiatives import charts
from initiatives.access import may_correct
from initiatives.amounts import NO_BREAK, SharesNotWhole, divide, hours, percent, ratio
from initiatives.models import (
    Activity,
    Forecast,
    Grant,
    Initiative,
    Obstacle,
    Participation,
    Seat,
    SeatRole,
    TimeEntry,
    TimeKind,
)
from initiatives.periods import Period, today
from initiatives.workload import (
    KINDS,
    TOTAL,
    Told,
    WorkOfYear,
    too_few,
    whole_only,
    would_tell_another,
)
from parties.models import Membership

ROWS_ON_THE_PAGE = 12


def listed(insatser: QuerySet[Initiative]) -> list[Initiative]:
    """The insatser with their leads and the number of parties today, the running ones first."""
    leads = Seat.objects.live().filter(role=SeatRole.LEAD).select_related("user").order_by("id")
    day = today()
    rows = insatser.prefetch_related(Prefetch("seats", leads, "leads")).annotate(
        parties_now=Count(
            "participations",
            Q(participations__from_on__lte=day)
            & (Q(participations__to_on=None) | Q(participations__to_on__gte=day)),
        )
    )
    return sorted(rows, key=lambda each: (bool(each.ends_on and each.ends_on < day), each.name.lower()))


def years_of(initiative: Initiative) -> list[int]:
    """The years the page can show, the newest first: from the first day through today or the last day, and
    whatever lies outside: a lump before, an activity that is booked, funds granted for the year to come.
    """
    years = _recorded(initiative)
    years += [initiative.starts_on.year, min(initiative.ends_on or today(), today()).year]
    return list(range(max(years), min(years) - 1, -1))


def _recorded(initiative: Initiative) -> list[int]:
    """The first and last years of which something is recorded."""
    facts = [
        initiative.time.aggregate(Min("on"), Min("from_on"), Max("on"), Max("to_on")),
        initiative.activities.aggregate(Min("on"), Max("on"), Min("year"), Max("year")),
        initiative.invoices.aggregate(Min("on"), Min("from_on"), Max("on"), Max("to_on")),
        initiative.grants.aggregate(Min("year"), Max("year")),
        initiative.forecasts.aggregate(Min("year"), Max("year")),
    ]
    found = [value for each in facts for value in each.values() if value is not None]
    return [value.year if isinstance(value, date) else value for value in found]


def opens_with(initiative: Initiative, years: list[int]) -> int:
    """The year the page opens with, of those it can show: the one nearest to this year of which something is recorded, else
    the nearest.
    """
    recorded = [year for year in _recorded(initiative) if year in years]
    return min(recorded or years, key=lambda year: abs(year - today().year))


def year_of(row: Model) -> int | None:
    """The year on whose page the row stands: its own; of what lasts, this year or the last it was there."""
    last: date | None
    if isinstance(row, Obstacle):
        last = row.solved_on or max(today(), row.since or today())
    elif isinstance(row, Participation):
        last = min(row.to_on or date.max, max(today(), row.from_on))
    elif isinstance(row, Forecast | Grant):
        return row.year
    else:
        last = getattr(row, "on", None) or getattr(row, "to_on", None)
    return last.year if last else getattr(row, "year", None)


@dataclass
class Work:
    """A year's work as one viewer may see it: whole, the own unit's, or only what may be told outside (R11)."""

    hours: Any = None
    patient: Any = None
    note: str = ""
    own_hours: Any = None
    parts: list[tuple[str, Any]] = field(default_factory=list)
    total: Any = None
    of_no_quarter: Any = None
    chart: Any = None


def work_of(initiative: Initiative, period: Period, membership: Membership, allowed: frozenset[str]) -> Work:
    """The figures on work of a year. The lead sees all; others what may be told outside, the same for all of
    them; a coordinator also the own unit's.
    """
    work = WorkOfYear(initiative, period.year)
    sees_all = "read_time" in allowed
    sees_own = "read_own_time" in allowed and not sees_all
    own = None
    if sees_own:
        own = initiative.time.within(period.first, period.until).filter(unit=membership.unit_id).minutes()

    def told(what: Told) -> bool:
        return sees_all or work.tells_year(what)

    lumps = whole_only(initiative.time.across(period.first, period.until).spans())
    shown = Work(own_hours=hours(sum(own.values())) if own else None)
    minutes = work.whole.minutes
    if minutes is None:
        shown.note = lumps or _("No time is recorded for the year.")
    elif not told(TOTAL):
        shown.note = would_tell_another() if work.whole.is_safe() else too_few()
    else:
        shown.hours = hours(sum(minutes.values()))
        shown.patient = percent(minutes[TimeKind.PATIENT], sum(minutes.values())) if told(KINDS) else None
        shown.note = lumps
        # One part that may not be told would follow from the year and the others.
        if len(work.known) > 1 and (sees_all or work.every_part_is_safe()):
            shown.parts, shown.total = work.by_part()
            shown.of_no_quarter = shown.parts[4][1] if len(shown.parts) > 4 else None
            rows = [
                (label, str(period.year) if n == 0 else "", value)
                for n, (label, value) in enumerate(shown.parts[:4])
            ]
            shown.chart = charts.columns("chart-hours", _("Hours of work by quarter"), rows)
    return shown


def time_rows(
    initiative: Initiative, period: Period, membership: Membership, allowed: frozenset[str]
) -> QuerySet[TimeEntry]:
    """The single rows of time that the viewer may see: all, the own unit's, or none."""
    rows = initiative.time.touching(period.first, period.until).select_related(
        "member__user", "unit", "recorded_by"
    )
    if "read_time" in allowed:
        return rows.order_by("-on", "-id")
    if "read_own_time" in allowed:
        return rows.filter(unit=membership.unit_id).order_by("-on", "-id")
    return rows.none()


@dataclass
class Money:
    """A year's money: the three amounts, the deviation, the shares with what each comes to, and the bars."""

    granted: int | None
    invoiced: int | None
    forecast: int | None
    deviation: Any
    note: str
    rows: list[tuple[str, Any, Any, Any, Any]]
    chart: Any


def money_of(initiative: Initiative, period: Period) -> Money:
    granted = initiative.grants.filter(year=period.year).values_list("amount", flat=True).first()
    invoices = initiative.invoices
    invoiced = invoices.within(period.first, period.until).total()
    lumps = invoices.across(period.first, period.until).spans()
    latest = initiative.forecasts.latest_of(period.year)
    forecast = latest.amount if latest else None
    shares = dict(initiative.shares.of_year(period.year).values_list("name", "percent"))

    def split(amount: int | None) -> dict[str, int]:
        try:
            return divide(amount, shares) if amount is not None else {}
        except SharesNotWhole:
            return {}

    of_granted, of_invoiced, of_forecast = (split(amount) for amount in (granted, invoiced, forecast))
    rows = [
        (name, share, of_granted.get(name), of_invoiced.get(name), of_forecast.get(name))
        for name, share in shares.items()
    ]
    chart = None
    if len(rows) > 1 and of_invoiced and invoiced and invoiced > 0:
        chart = charts.bars(
            "chart-split",
            _("Invoiced costs by association"),
            [(name, of_invoiced[name]) for name in shares],
            f"{NO_BREAK}kr",
        )
    deviation = ratio((forecast - granted) * 100, granted) if granted and forecast is not None else None
    return Money(granted, invoiced, forecast, deviation, whole_only(lumps), rows, chart)


def money_rows(initiative: Initiative, period: Period) -> list[dict[str, Any]]:
    """The single invoices, grants and forecasts of a year, for the one who may correct them."""
    invoices = initiative.invoices.touching(period.first, period.until)
    rows = [
        {
            "noun": "invoice",
            "pk": each.pk,
            "what": each.reference or pgettext("money", "Invoice"),
            "amount": each.amount,
            "when": each.on.isoformat() if each.on else f"{each.from_on} – {each.to_on}",
        }
        for each in invoices.order_by("-on", "-to_on", "-id")
    ]
    for noun, what, there in (
        ("grant", pgettext("money", "Granted funds"), initiative.grants),
        ("forecast", pgettext("money", "Forecast"), initiative.forecasts),
    ):
        rows += [
            {
                "noun": noun,
                "pk": each.pk,
                "what": what,
                "amount": each.amount,
                "when": each.made_on.isoformat() if isinstance(each, Forecast) else str(each.year),
            }
            for each in there.filter(year=period.year)
        ]
    return rows


def diary_of(
    initiative: Initiative, period: Period, membership: Membership, allowed: frozenset[str]
) -> list[tuple[Activity, bool]]:
    """The year's activities, the newest first and the undated last, each with whether the viewer may correct
    it.
    """
    rows = initiative.activities.within(period.first, period.until).select_related("recorded_by")
    ordered = sorted(rows, key=lambda a: (a.on is None, -(a.on or date.min).toordinal(), a.pk))
    return [(row, may_correct(membership, allowed, row)) for row in ordered]


def obstacles_of(
    initiative: Initiative, period: Period, membership: Membership, allowed: frozenset[str]
) -> list[tuple[Obstacle, bool]]:
    """What stood in the way or helped on some day of the year: the unsolved first, success factors last."""
    rows = initiative.obstacles.standing(period.first, period.until).select_related("recorded_by")
    ordered = sorted(
        rows, key=lambda o: (o.kind == "success_factor", o.status == "solved", o.since or date.min)
    )
    return [(row, may_correct(membership, allowed, row)) for row in ordered]
