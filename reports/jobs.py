"""Drawing as a job: on the queue of the report workers, the only ones that load the drawing machinery."""

from typing import TYPE_CHECKING

from celery.signals import worker_init

from errands.jobs import Conclusion, Progress, performs
from errands.models import Job
from reports import actions, document
from reports.models import Report

if TYPE_CHECKING:
    # Only its name is wanted here; the web process has no use for Celery's worker.
    from celery.worker import WorkController

QUEUE = "reports"


class FrozenContentDiffers(RuntimeError):
    """The rows no longer give the fingerprint that was frozen: nothing is drawn from them."""


@performs("draw_report", queue=QUEUE)
def draw_report(job: Job, report_progress: Progress) -> Conclusion:
    """Draws the frozen report that the job names. May be done twice: the same bytes, kept once."""
    report = Report.objects.select_related("initiative").get(pk=job.payload["report"])
    pdf = drawn(report, report_progress)

    def conclude() -> None:
        actions.keep_drawing(report, pdf)

    return conclude


def drawn(report: Report, report_progress: Progress = lambda done, of: None) -> bytes:
    """The bytes of a frozen report, drawn from its rows after they have been held against the fingerprint."""
    from reports import drawing

    content = document.frozen_content(report)
    if document.fingerprint(content) != report.sha256:
        raise FrozenContentDiffers(report.pk)
    return drawing.draw(document.document_of(content, report.sha256), report_progress)


@worker_init.connect
def load_before_the_first_job(sender: "WorkController", **_more: object) -> None:
    """Loading the machinery is half of a first report's time: a report worker does it as it starts."""
    if QUEUE in sender.app.amqp.queues.consume_from:
        from reports import drawing

        assert drawing
