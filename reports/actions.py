"""Everything that changes a report: a draft begun, a text saved, the figures frozen, the drawn file kept.

Each verb asks again what is allowed, under the report's lock. Refusals: PermissionDenied, ValidationError,
IllegalMove.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from audit.ledger import record, record_read
from errands import files
from errands.jobs import enqueue
from initiatives.access import allowed_actions as allowed_in_the_insats
from initiatives.amounts import written
from initiatives.models import Initiative
from initiatives.periods import NotEnded, Period
from parties.guards import refuse_personal_numbers
from parties.models import Membership
from reports import document, form
from reports.access import allowed_actions, allowed_in_a_draft, has_had_a_steering_group
from reports.models import MOVES, Drawing, FrozenFigure, Report, ReportState, Section

MOST_CHARACTERS = 30_000
DEVIATION_NEEDS_A_REASON = 10


class IllegalMove(Exception):
    """The report is not in a state from which this can be done."""


class AlreadyFrozen(Exception):
    """The period has a frozen report, and nobody has said that it is to be corrected; `report` is its newest."""

    def __init__(self, report: Report) -> None:
        super().__init__("the period already has a frozen report")
        self.report = report


class TextsChanged(Exception):
    """Someone has saved a text in the draft since it was read."""


class ChangedMeanwhile(Exception):
    """Someone else has saved the section since it was read; `section` is what they saved."""

    def __init__(self, section: Section) -> None:
        super().__init__("the section was saved by someone else")
        self.section = section


def outside(initiative: Initiative, period: Period) -> str:
    """Why the insats has no report for a period that it was not there in, as a sentence; else empty."""
    if period.until <= initiative.starts_on:
        return _("The insats begins %(date)s. Choose a period from then on.") % {"date": initiative.starts_on}
    if initiative.ends_on and period.first > initiative.ends_on:
        return _("The insats ended %(date)s. Choose a period before that.") % {"date": initiative.ends_on}
    return ""


def _period_is_right(initiative: Initiative, period: Period) -> None:
    if not period.has_ended():
        raise NotEnded(str(period))
    if sentence := outside(initiative, period):
        raise ValidationError(sentence, code="outside")


@transaction.atomic
def begin(*, by: Membership, initiative: Initiative, period: Period, corrects: int | None = None) -> Report:
    """The draft of a report: the one there is, or a new one with the texts of the version before, else with
    the insats's aim.

    corrects: the frozen version that is to be corrected; without it (or with one that is not the newest)
    AlreadyFrozen. Raises NotEnded for a period that goes on, since its figures would change while they are read,
    and ValidationError for one that the insats was not there in.
    """
    initiative = Initiative.objects.select_for_update().get(pk=initiative.pk)
    if "write_report" not in allowed_in_the_insats(by, initiative):
        raise PermissionDenied("write_report")
    _period_is_right(initiative, period)
    versions = Report.objects.of(initiative, period)
    latest = versions.first()
    if latest and latest.is_draft:
        return latest
    if latest and latest.version != corrects:
        raise AlreadyFrozen(latest)
    report = Report.objects.create(
        initiative=initiative,
        year=period.year,
        quarter=period.quarter,
        version=latest.version + 1 if latest else 1,
        created_by=by,
    )
    before = {section.key: section for section in latest.sections.all()} if latest else {}
    for part in form.FORM:
        earlier = before.get(part.key)
        text = earlier.text if earlier else initiative.aim if part.key == "goals_purpose_method" else ""
        heading = earlier.heading if earlier else document.heading_of(report, part, initiative)
        Section.objects.create(report=report, key=part.key, heading=heading, text=text)
    record("report.begun", by=by, note=f"report {report.pk}")
    return report


@transaction.atomic
def discard(report: Report, *, by: Membership, seen: str | None = None) -> None:
    """Throws away a draft and its texts; a frozen report never (IllegalMove). The ledger keeps that it was.

    seen: when the texts that were read had last been saved (as `texts_stamp`); if one has been saved since,
    TextsChanged.
    """
    report = _locked(report, by, "discard")
    if seen is not None and seen != texts_stamp(report):
        raise TextsChanged
    record("report.discarded", by=by, note=f"report {report.pk}, {report.period} version {report.version}")
    report.sections.all().delete()
    report.delete()


@transaction.atomic
def save_text(
    report: Report,
    *,
    by: Membership,
    key: str,
    text: str,
    heading: str = "",
    seen: str | None = None,
    from_file: bool = False,
) -> Section:
    """The text under one heading. Its writer is named by the form: the lead, or the steering group for its
    own section.

    seen: when the text that was read had been saved (as `stamp`); if another has saved since,
    ChangedMeanwhile. heading: a heading of the report's own, from an imported file. from_file: the steering
    group's words from before it first had a seat in the portal may come with a file that the lead imports.
    """
    part = form.BY_KEY[key]
    theirs = part.writer == form.STEERING and not (
        from_file and not has_had_a_steering_group(report.initiative)
    )
    _locked(report, by, "write_steering" if theirs else "write")
    text = text.replace("\r\n", "\n").strip()
    if len(text) > MOST_CHARACTERS:
        raise ValidationError(
            _("The text is longer than %(most)s characters.") % {"most": written(MOST_CHARACTERS)}
        )
    refuse_personal_numbers(text)
    section, _made = Section.objects.get_or_create(
        report=report, key=key, defaults={"heading": document.heading_of(report, part, report.initiative)}
    )
    if seen is not None and seen != stamp(section) and section.text != text:
        raise ChangedMeanwhile(section)
    section.text = text
    section.heading = heading or section.heading
    section.saved_by = by
    section.saved_at = Now()
    section.save()
    section.refresh_from_db()
    record("report.text_saved", by=by, note=f"report {report.pk}, {key}")
    return section


def stamp(section: Section | None) -> str:
    """When a section was saved, as a mark that a form carries; empty before the first time."""
    return section.saved_at.isoformat() if section and section.saved_at else ""


def texts_stamp(report: Report) -> str:
    """When a text of the report was last saved, as a mark that a form carries."""
    latest = report.sections.exclude(saved_at=None).order_by("-saved_at").first()
    return stamp(latest)


@transaction.atomic
def freeze(report: Report, *, by: Membership) -> Report:
    """Counts the figures from the rows and freezes them with texts and cover; the drawing waits as a job.

    Raises NotEnded for a period that goes on, ValidationError for one that the insats was not there in, and when
    a deviation of more than 10 per cent has no reason.
    """
    report = _locked(report, by, "freeze")
    if ReportState.FROZEN not in MOVES[ReportState(report.state)]:
        raise IllegalMove(report.state)
    _period_is_right(report.initiative, report.period)
    with translation.override("sv"):
        counted = document.figures_of(report)
        cover = document.cover_of(report)
    sections = document.sections_of(report, report.initiative)
    _reason_given(counted, sections)
    there = set(report.sections.values_list("key", flat=True))
    Section.objects.bulk_create(
        Section(report=report, **section) for section in sections if section["key"] not in there
    )
    FrozenFigure.objects.bulk_create(
        FrozenFigure(report=report, ordinal=n, **figure) for n, figure in enumerate(counted, start=1)
    )
    report.cover = cover
    report.sha256 = document.fingerprint(document.content_of(report, cover, sections, counted))
    report.state = ReportState.FROZEN
    report.frozen_by = by
    report.frozen_at = Now()
    report.save()
    report.refresh_from_db()
    record("report.frozen", by=by, note=f"report {report.pk}, {report.sha256}")
    ask_for_drawing(report, by=by)
    return report


def _reason_given(counted: list[dict], sections: list[dict]) -> None:
    (deviation,) = [figure["value"] for figure in counted if figure["key"] == "deviation_percent"]
    (reason,) = [section["text"] for section in sections if section["key"] == "economy"]
    if deviation is not None and abs(deviation) > DEVIATION_NEEDS_A_REASON and not reason:
        raise ValidationError(
            _("The forecast differs by %(p)s per cent. State why before you send.")
            % {"p": written(deviation)},
            code="reason",
        )


def ask_for_drawing(report: Report, *, by: Membership) -> None:
    """A job for the report workers; asked for twice it is one, and one that failed waits anew."""
    enqueue("draw_report", f"draw_report:{report.pk}", {"report": report.pk}, by=by.pk)


@transaction.atomic
def keep_drawing(report: Report, pdf: bytes) -> Drawing:
    """Stores the drawn file of a frozen report. The first that is kept stands: another drawing has the same
    bytes.
    """
    there = Drawing.objects.filter(report=report).first()
    if there:
        return there
    try:
        with transaction.atomic():
            title = f"{form.title(report.period)}, {report.initiative.name}, version {report.version}.pdf"
            file = files.store(title, pdf, type="application/pdf")
            return Drawing.objects.create(report=report, file=file)
    except IntegrityError:
        return Drawing.objects.get(report=report)


def hand_out(report: Report, *, by: Membership) -> bytes:
    """The drawn file, to one who may have it; the ledger's row is written before the bytes leave."""
    if "download" not in allowed_actions(by, report):
        raise PermissionDenied("download")
    drawing = Drawing.objects.select_related("file").get(report=report)
    record_read("report.downloaded", by=by, note=f"report {report.pk}")
    return files.read(drawing.file)


def _locked(report: Report, by: Membership, action: str) -> Report:
    """Locks the report for the rest of the transaction and asks again what is allowed."""
    locked = Report.objects.select_for_update(of=("self",)).select_related("initiative").get(pk=report.pk)
    allowed = allowed_actions(by, locked)
    if action not in allowed:
        if action in allowed_in_a_draft(by, locked):
            raise IllegalMove(locked.state)
        raise PermissionDenied(action)
    return locked
