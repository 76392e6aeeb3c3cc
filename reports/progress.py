"""Where the drawing of a report is, said in words. Computed from the job's row; the broker is never asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from errands.models import Job, JobState
from reports import form
from reports.models import Drawing, Report

# A job that nobody has begun within this time waits in line: the workers are busy, or none is there.
SOON = timedelta(seconds=10)


@dataclass(frozen=True)
class Progress:
    """`going` until the file is there or the drawing was given up; then `drawn` or `failed`.

    `ordered` is when the drawing was asked for; `waiting` says that no worker has taken it up.
    """

    text: str
    done: int = 0
    total: int = len(form.FORM)
    ordered: datetime | None = None
    going: bool = False
    waiting: bool = False
    drawn: bool = False
    failed: bool = False


def progress_of(report: Report) -> Progress | None:
    """None for a draft: nothing is drawn of it."""
    if report.is_draft:
        return None
    total = len(form.FORM)
    if Drawing.objects.filter(report=report).exists():
        return Progress(_("The report is ready."), total, drawn=True)
    job = Job.objects.filter(key=f"draw_report:{report.pk}").first()
    if job is None or job.state in (JobState.FAILED, JobState.DONE):
        text = _("The report could not be drawn. The figures are frozen and kept; try again.")
        return Progress(text, ordered=job.created_at if job else None, failed=True)
    now = timezone.now()
    left = job.state == JobState.RUNNING and job.lease_until is not None and job.lease_until < now
    if left or (job.state == JobState.WAITING and job.created_at < now - SOON):
        text = _("Reports are waiting in line; everything else works.")
        return Progress(text, ordered=job.created_at, going=True, waiting=True)
    text = _("Drawing the report: %(n)s of %(m)s sections. You can leave the page.")
    words = text % {"n": job.progress, "m": total}
    return Progress(words, job.progress, ordered=job.created_at, going=True)


def ordered(reports: Iterable[Report]) -> dict[int, datetime]:
    """When the drawing of each report was asked for, by the report's number."""
    keys = {f"draw_report:{report.pk}": report.pk for report in reports}
    jobs = Job.objects.filter(key__in=keys).values_list("key", "created_at")
    return {keys[key]: moment for key, moment in jobs}
