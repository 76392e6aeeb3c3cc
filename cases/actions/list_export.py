"""Asking for a file of the own unit's cases, cancelling it, asking again, and handing it out to who asked."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from audit import ledger
from cases import columns, exports
from cases.filters import CaseFilter
from cases.models import ExportFormat, ListExport
from errands import files, jobs
from errands.models import Job, JobState
from parties.models import Membership

MOST_WAITING = 10


class TooMany(Exception):
    """The member has MOST_WAITING files waiting already."""


@transaction.atomic
def ask(
    *, by: Membership, chosen: CaseFilter, shown: tuple[str, ...], format: str, with_names: bool
) -> ListExport:
    """Asks for a file of the cases that the filter gives. It can be fetched by the member, until EXPORT_HOURS from now."""
    if not by.is_case_role:
        raise PermissionDenied("export")
    waiting = exports.mine(by).filter(until_at__gt=Now(), cancelled_at=None)
    if waiting.count() >= MOST_WAITING:
        raise TooMany
    export = ListExport.objects.create(
        member=by,
        unit=by.unit,
        format=ExportFormat(format),
        query={"show": chosen.show} | chosen.values,
        columns=[name for name in columns.in_order(shown) if with_names or name != columns.PERSON],
        with_names=with_names,
        until_at=timezone.now() + timedelta(hours=settings.EXPORT_HOURS),
    )
    ledger.record("cases.export_asked", by=by, note=f"export {export.pk}, {export.format}")
    _enqueue(export, by)
    return export


def job_of(export: ListExport) -> Job | None:
    """The job that draws the file now asked for."""
    return Job.objects.filter(key=_key(export)).first()


@transaction.atomic
def cancel(*, by: Membership, export: ListExport) -> None:
    """The file is not wanted: it is not drawn any further, and what is drawn is destroyed."""
    mine = _locked(export, by)
    if mine is None or mine.cancelled_at is not None:
        return
    _destroy_drawn(mine)
    mine.cancelled_at = Now()
    mine.save(update_fields=["cancelled_at", "file", "half", "cases", "readable"])


@transaction.atomic
def ask_again(*, by: Membership, export: ListExport) -> None:
    """A drawing that failed waits anew; the time by which it is destroyed stays."""
    mine = _locked(export, by)
    job = job_of(export)
    if mine is not None and mine.cancelled_at is None and job is not None and job.state == JobState.FAILED:
        _enqueue(mine, by)


@transaction.atomic
def hand_out(*, by: Membership, export: ListExport) -> bytes | None:
    """The drawn file, its persons named in the ledger before it leaves; None when there is none to hand out now.

    If what may be read is no longer what was drawn, the file is destroyed and drawn anew.
    """
    mine = _locked(export, by)
    if mine is None or mine.file is None or mine.cancelled_at is not None or mine.until_at <= timezone.now():
        return None
    now = exports.readable(by, mine.cases)
    if exports.fingerprint(now) != mine.readable:
        _destroy_drawn(mine)
        mine.draw += 1
        mine.save(update_fields=["file", "half", "cases", "readable", "draw"])
        _enqueue(mine, by)
        return None
    content = exports.opened(mine)
    ledger.record_read(
        "cases.exported",
        by=by,
        persons={person for person, _hidden in now.values()},
        note=f"export {mine.pk}, {mine.format}",
    )
    return content


def _locked(export: ListExport, by: Membership) -> ListExport | None:
    rows = ListExport.objects.select_for_update(of=("self",)).select_related("file")
    return rows.filter(pk=export.pk, member=by, destroyed_at=None).first()


def _destroy_drawn(export: ListExport) -> None:
    if export.file is not None:
        name = export.file.name
        transaction.on_commit(lambda: files.destroy(name))
    export.file, export.half, export.cases, export.readable = None, "", [], ""


def _key(export: ListExport) -> str:
    return f"{exports.DRAW}:{export.pk}:{export.draw}"


def _enqueue(export: ListExport, by: Membership) -> None:
    jobs.enqueue(
        exports.DRAW,
        _key(export),
        {"export": export.pk, "draw": export.draw},
        by=by.pk,
        acting_for=by.unit_id,
    )
