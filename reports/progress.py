"""Where the drawing of a report is, said in words. Computed from the job's row; the broker is never asked."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from errands.models import Job, JobState
from reports import form
from reports.models import Drawing, Report

# A job that nobody has begun within this time waits in line: the workers are busy, or none is there.
SOON = timedelta(seconds=10)


@dataclass(frozen=True)
class Progress:
    """`going` until the file is there or the drawing was given up; then `drawn` or `failed`."""

    text: str
    done: int = 0
    total: int = len(form.FORM)
    going: bool = False
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
        return Progress(text, failed=True)
    now = timezone.now()
    left = job.state == JobState.RUNNING and job.lease_until is not None and job.lease_until < now
    if left or (job.state == JobState.WAITING and job.created_at < now - SOON):
        return Progress(_("Reports are waiting in line; everything else works."), going=True)
    text = _("Drawing the report: %(n)s of %(m)s sections. You can leave the page.")
    return Progress(text % {"n": job.progress, "m": total}, job.progress, going=True)
