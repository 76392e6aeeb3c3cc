"""Every figure of a report: what it is called, how it is counted and from which rows. Counted at the end,
never carried along.

`FIGURES` are the ones handed over as JSON, in that order; `TABLES` are drawn beside them. A figure nobody
knows is None, never 0, and its note says why where there is a why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from initiatives.amounts import SharesNotWhole, divide, hours, percent, ratio
from initiatives.models import Initiative, TimeKind
from initiatives.periods import Period
from initiatives.workload import (
    KINDS,
    NO_QUARTER,
    TOTAL,
    Told,
    Workload,
    WorkOfYear,
    too_few,
    whole_only,
    would_tell_another,
)
from reports import wording


@dataclass(frozen=True)
class Counted:
    """A value, and a note where there is something to say about it."""

    value: Any
    note: str = ""


class Count:
    """What the figures of one report are counted from: an insats and a period.

    Each question is asked once.
    """

    def __init__(self, initiative: Initiative, period: Period) -> None:
        self.initiative = initiative
        self.period = period
        self.span = (period.first, period.until)

    @cached_property
    def year(self) -> WorkOfYear:
        return WorkOfYear(self.initiative, self.period.year)

    @cached_property
    def work(self) -> Workload:
        return self.year.of([self.period.quarter]) if self.period.quarter else self.year.whole

    @cached_property
    def lumps(self) -> str:
        """What reaches outside the period, in words; empty without it."""
        return whole_only(self.initiative.time.across(*self.span).spans())

    def untold(self, told: Told) -> str:
        """Why figures on the work are not told (R11), or empty where they are.

        One set for all readers: also who knows the time of a unit learns that of no fewer than three others.
        """
        if not self.work.is_safe(TOTAL):
            return too_few()
        if not self.work.is_safe(told):
            return _("Not shown: fewer than three persons stand behind one of the kinds of work.")
        quarter = self.period.quarter
        if not all(
            self.year.tells_quarter(quarter, each) if quarter else self.year.tells_year(each)
            for each in {TOTAL, told}
        ):
            return would_tell_another()
        return ""

    @cached_property
    def activities(self) -> list:
        return list(self.initiative.activities.within(*self.span))

    @cached_property
    def participations(self):
        return self.initiative.participations.during(*self.span)

    @cached_property
    def invoiced(self) -> Counted:
        invoices = self.initiative.invoices
        return Counted(invoices.within(*self.span).total(), whole_only(invoices.across(*self.span).spans()))

    @cached_property
    def shares(self) -> dict:
        return dict(self.initiative.shares.of_year(self.period.year).values_list("name", "percent"))

    @cached_property
    def granted(self) -> int | None:
        return self.initiative.grants.filter(year=self.period.year).values_list("amount", flat=True).first()

    @cached_property
    def forecast(self) -> int | None:
        latest = self.initiative.forecasts.latest_of(self.period.year)
        return latest.amount if latest else None

    def split(self, amount: int | None) -> dict[str, int] | None:
        """The amount by association, or None where amount or shares are unknown."""
        try:
            return None if amount is None else divide(amount, self.shares)
        except SharesNotWhole:
            return None


def _of_work(count: Count, value: Callable[[dict[str, int]], Any], told: Told = TOTAL) -> Counted:
    """A figure on work: unknown, or not told (R11), or the value."""
    if count.work.minutes is None:
        return Counted(None, count.lumps)
    untold = count.untold(told)
    return Counted(None, untold) if untold else Counted(value(count.work.minutes), count.lumps)


def _share(kind: str) -> Callable[[Count], Counted]:
    return lambda count: _of_work(count, lambda minutes: percent(minutes[kind], sum(minutes.values())), KINDS)


def _pulse_meetings(states: frozenset[str]) -> Callable[[Count], Counted]:
    def counted(count: Count) -> Counted:
        if not count.activities:
            return Counted(None, _("No activity is recorded in the period."))
        meetings = count.initiative.activities.within(*count.span).pulse_meetings()
        return Counted((meetings.held() if states == {"held"} else meetings.booked_or_held()).count())

    return counted


def _deviation(count: Count) -> Counted:
    if count.granted is None:
        return Counted(None, _("Granted funds are missing, so the deviation cannot be computed."))
    if count.forecast is None:
        return Counted(None, _("A forecast is missing, so the deviation cannot be computed."))
    return Counted(ratio((count.forecast - count.granted) * 100, count.granted))


def _table(columns: list[tuple[str, str]], rows: list[list], total: list | None = None) -> dict:
    return {
        "columns": [{"label": str(label), "form": form} for label, form in columns],
        "rows": [[str(cell) if isinstance(cell, Promise) else cell for cell in row] for row in rows],
        "total": total,
    }


def _parties(count: Count) -> Counted:
    rows = [
        [
            p.name,
            p.get_kind_display(),
            p.get_role_display(),
            p.from_on.isoformat(),
            p.to_on.isoformat() if p.to_on else pgettext("no last day", "goes on"),
            pgettext("report", "yes") if p.active else pgettext("report", "no"),
        ]
        for p in count.participations
    ]
    columns = [
        (pgettext("role in an insats", "Party"), wording.TEXT),
        (pgettext("report", "Kind"), wording.TEXT),
        (pgettext("report", "Role"), wording.TEXT),
        (pgettext("report", "From"), wording.DATE),
        (pgettext("report", "To"), wording.DATE),
        (pgettext("takes part", "Active"), wording.TEXT),
    ]
    return Counted(_table(columns, rows))


def _activities(count: Count) -> Counted:
    rows = [
        [
            a.on.isoformat() if a.on else pgettext("activity", "without date"),
            a.get_kind_display(),
            a.title,
            a.get_form_display() or None,
            a.get_state_display(),
            a.audience or None,
        ]
        for a in count.activities
    ]
    columns = [
        (pgettext("report", "Date"), wording.DATE),
        (pgettext("report", "Kind"), wording.TEXT),
        (pgettext("report", "Activity"), wording.TEXT),
        (pgettext("report", "Form"), wording.TEXT),
        (pgettext("report", "State"), wording.TEXT),
        (pgettext("report", "For whom"), wording.TEXT),
    ]
    return Counted(_table(columns, rows))


def _obstacles(count: Count) -> Counted:
    rows = [
        [
            o.text,
            o.get_kind_display(),
            o.get_area_display(),
            o.since.isoformat() if o.since else None,
            o.reported_to or None,
            o.get_status_display(),
        ]
        for o in count.initiative.obstacles.standing(*count.span).in_the_way()
    ]
    columns = [
        (pgettext("report", "What it is"), wording.TEXT),
        (pgettext("report", "Kind"), wording.TEXT),
        (pgettext("report", "Area"), wording.TEXT),
        (pgettext("report", "Since"), wording.DATE),
        (pgettext("report", "Reported to"), wording.TEXT),
        (pgettext("report", "Status"), wording.TEXT),
    ]
    return Counted(_table(columns, rows))


def _success_factors(count: Count) -> Counted:
    factors = count.initiative.obstacles.standing(*count.span).success_factors()
    rows = [[f.text, f.get_area_display()] for f in factors]
    return Counted(
        _table(
            [
                (pgettext("report", "Success factor"), wording.TEXT),
                (pgettext("report", "Area"), wording.TEXT),
            ],
            rows,
        )
    )


def _hours_by_quarter(count: Count) -> Counted:
    """Only in a year, only where quarters are known, and not at all if one of the rows may not be told: the
    rest would tell it.
    """
    columns = [(pgettext("report", "Quarter"), wording.TEXT), (pgettext("report", "Hours"), wording.NUMBER)]
    if count.period.quarter or count.work.minutes is None or count.untold(TOTAL):
        return Counted(None)
    if count.year.known == (NO_QUARTER,):
        return Counted(None, _("The time is not split up by quarter."))
    if not count.year.every_part_is_safe():
        few = any(not count.year.of([part]).is_safe() for part in count.year.known)
        return Counted(None, too_few() if few else would_tell_another())
    rows, total = count.year.by_part()
    return Counted(_table(columns, [list(row) for row in rows], [pgettext("hours", "The whole year"), total]))


def _money(count: Count) -> Counted:
    if not count.shares:
        return Counted(None, _("The shares of the associations are missing."))
    amounts = (count.granted, count.invoiced.value, count.forecast)
    splits = [count.split(amount) or {} for amount in amounts]
    rows = [
        [name, ratio(int(share * 100), 100), *(split.get(name) for split in splits)]
        for name, share in count.shares.items()
    ]
    columns = [
        (_("Coordination association"), wording.TEXT),
        (pgettext("report", "Share"), wording.PERCENT),
        (pgettext("report", "Granted"), wording.KRONOR),
        (pgettext("report", "Invoiced"), wording.KRONOR),
        (pgettext("report", "Forecast"), wording.KRONOR),
    ]
    return Counted(_table(columns, rows, [pgettext("report", "In all"), 100, *amounts]))


@dataclass(frozen=True)
class Figure:
    """A figure: its key in the handed-over file, its name, how it is written, counted and told."""

    key: str
    label: str | Promise
    form: str
    counted: Callable[[Count], Counted]
    definition: str | Promise


FIGURES = (
    Figure(
        "hours_used",
        gettext_lazy("Time used"),
        wording.HOURS,
        lambda count: _of_work(count, lambda minutes: hours(sum(minutes.values()))),
        gettext_lazy(
            "The sum of the minutes recorded for the period, as hours with at most one decimal, halves up. A"
            " lump counts only if all of it lies in the period. Not shown when fewer than three persons"
            " stand behind it, or when the time of fewer than three would follow from it."
        ),
    ),
    Figure(
        "patient_share_percent",
        gettext_lazy("Share of the time for work with patients"),
        wording.PERCENT,
        _share(TimeKind.PATIENT),
        gettext_lazy(
            "The minutes of work with patients divided by all minutes of the period, with at most one"
            " decimal, halves up."
        ),
    ),
    Figure(
        "organisational_share_percent",
        gettext_lazy("Share of the time for organisational work"),
        wording.PERCENT,
        _share(TimeKind.ORGANISATIONAL),
        gettext_lazy(
            "The minutes of organisational work divided by all minutes of the period, with at most one"
            " decimal, halves up."
        ),
    ),
    Figure(
        "invoiced_sek",
        pgettext_lazy("report", "Invoiced costs"),
        wording.KRONOR,
        lambda count: count.invoiced,
        gettext_lazy(
            "The sum of the invoices of the period, never hours times a price. An invoice for a longer"
            " period counts only if all of it lies in the period."
        ),
    ),
    Figure(
        "split_sek",
        gettext_lazy("Invoiced costs by association"),
        wording.SPLIT,
        lambda count: Counted(count.split(count.invoiced.value)),
        gettext_lazy(
            "The invoiced costs divided by the shares of the year into whole kronor: each association gets"
            " the whole kronor of its part, and the kronor that are left go to the largest remainders."
        ),
    ),
    Figure(
        "pulse_meetings_booked_or_held",
        gettext_lazy("Pulse meetings, booked or held"),
        wording.NUMBER,
        _pulse_meetings(frozenset({"booked", "held"})),
        gettext_lazy(
            "Activities of the kind pulse meeting that were booked or held in the period. A meeting that was"
            " moved is counted on both rows."
        ),
    ),
    Figure(
        "pulse_meetings_held",
        gettext_lazy("Pulse meetings, held"),
        wording.NUMBER,
        _pulse_meetings(frozenset({"held"})),
        gettext_lazy("Activities of the kind pulse meeting that were held in the period."),
    ),
    Figure(
        "authorities_active",
        gettext_lazy("Authorities that have been active"),
        wording.FLAGS,
        lambda count: Counted(count.participations.active().authorities()),
        gettext_lazy(
            "Whether a party of each of the four authorities took active part on any day of the period."
            " Psychiatry and public primary care belong to the region, social services to the municipality."
        ),
    ),
    Figure(
        "other_organisations_active",
        gettext_lazy("Other organisations that have been active"),
        wording.NAMES,
        lambda count: Counted(count.participations.active().other_organisations()),
        gettext_lazy(
            "Parties that took active part on any day of the period and are neither one of the four"
            " authorities nor a coordination association or an evaluator."
        ),
    ),
    Figure(
        "participants",
        pgettext_lazy("report", "Participants"),
        wording.NUMBER,
        lambda count: Counted(None),
        gettext_lazy("Participants are not counted in this report."),
    ),
    Figure(
        "granted_sek",
        pgettext_lazy("report", "Granted funds"),
        wording.KRONOR,
        lambda count: Counted(count.granted),
        gettext_lazy("What the associations have granted together for the whole year."),
    ),
    Figure(
        "forecast_sek",
        gettext_lazy("Forecast for the year"),
        wording.KRONOR,
        lambda count: Counted(count.forecast),
        gettext_lazy("The latest forecast of what the whole year will cost."),
    ),
)
TABLES = (
    Figure(
        "deviation_percent",
        gettext_lazy("Deviation of the forecast from granted funds"),
        wording.PERCENT,
        _deviation,
        gettext_lazy(
            "Forecast minus granted funds, divided by granted funds. Above 10 per cent a reason must be"
            " given."
        ),
    ),
    Figure(
        "parties",
        pgettext_lazy("report", "Parties"),
        wording.TABLE,
        _parties,
        gettext_lazy("Those who took part on any day of the period."),
    ),
    Figure(
        "activities",
        pgettext_lazy("report", "Activities"),
        wording.TABLE,
        _activities,
        gettext_lazy(
            "Activities dated in the period, in order. One without date belongs to its year, stands last and"
            " is in no quarter."
        ),
    ),
    Figure(
        "obstacles",
        gettext_lazy("Obstacles and system faults"),
        wording.TABLE,
        _obstacles,
        gettext_lazy(
            "Those that stood on any day of the period; one whose beginning is not known is counted in."
        ),
    ),
    Figure(
        "success_factors",
        gettext_lazy("Success factors"),
        wording.TABLE,
        _success_factors,
        gettext_lazy(
            "Those that were there on any day of the period; one whose beginning is not known is counted in."
        ),
    ),
    Figure(
        "hours_by_quarter",
        gettext_lazy("Time by quarter"),
        wording.TABLE,
        _hours_by_quarter,
        gettext_lazy(
            "The time used, for each quarter by itself; time recorded for a longer time than one quarter has a"
            " row of its own. The rows add up to the time used: tenths of an hour that rounding leaves over go"
            " to the largest remainders. Left out if fewer than three persons stand behind a row, or if the"
            " time of fewer than three would follow from it."
        ),
    ),
    Figure(
        "money_by_association",
        pgettext_lazy("table", "Funds by association"),
        wording.TABLE,
        _money,
        gettext_lazy(
            "Each amount divided by the shares of the year into whole kronor, the kronor left to the largest"
            " remainders."
        ),
    ),
)
ALL = FIGURES + TABLES


def count(initiative: Initiative, period: Period) -> list[dict[str, Any]]:
    """Every figure of the report, counted now, as it is frozen and drawn. In the language that is active."""
    counting = Count(initiative, period)
    counted = [(figure, figure.counted(counting)) for figure in ALL]
    return [
        {
            "key": figure.key,
            "label": str(figure.label),
            "form": figure.form,
            "value": found.value,
            "definition": str(figure.definition),
            "note": found.note,
        }
        for figure, found in counted
    ]


def handed_over(period: Period, figures: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures as they are handed over: the period's first and last day, then each key and value."""
    values = {figure["key"]: figure["value"] for figure in figures}
    return {
        "period": [period.first.isoformat(), period.last.isoformat()],
        **{figure.key: values[figure.key] for figure in FIGURES},
    }
