"""Which quarters' figures on work the reports have told: asked by the insats through its seam (R11)."""

from initiatives.workload import KINDS, TOTAL, Told, WorkOfYear
from reports.models import FrozenFigure, Report

KEYS = {TOTAL: "hours_used", KINDS: "patient_share_percent"}


def quarters(work: WorkOfYear, told: Told) -> set[int]:
    """The quarters of the year that a frozen report tells, in any version, or that a draft shows its readers.

    Asked of all reports, whoever reads: what one of them tells takes part in what the year would tell.
    """
    reports = Report.objects.filter(initiative=work.initiative, year=work.year.year, quarter__isnull=False)
    frozen = FrozenFigure.objects.filter(report__in=reports, key=KEYS[told], value__isnull=False)
    drafts = reports.drafts().values_list("quarter", flat=True)
    shown = {q for q in drafts if q and work.of([q]).rows and work.tells_quarter(q, told)}
    return shown | {q for q in frozen.values_list("report__quarter", flat=True) if q}
