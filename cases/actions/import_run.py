"""Undoing an import the same day: the cases it opened are closed as registered by mistake, where nothing was done since.

Nothing is deleted. What the list added to a case that was here before stays, and is corrected on the case; so does a case
on which somebody has worked since. A case that a block holds off the one who undoes is left alone, and not told of.
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Now
from django.utils import timezone

from audit import ledger
from cases import intake, seams
from cases.models import (
    Assignment,
    Case,
    CaseLock,
    CaseOutcome,
    CaseState,
    Cause,
    Consent,
    Declined,
    Disclosure,
    HandOver,
    ImportRun,
    Item,
    JournalTick,
    PrintedForm,
    Spell,
    State,
)
from parties.access import tell_anew
from parties.models import Membership, Role

AT_A_TIME = 1_000


class NotUndone(Exception):
    """The import cannot be undone: another day, undone already, or not of this unit's coordinator."""


@dataclass(frozen=True)
class Undoing:
    """What is closed, and what stays: cases that were worked on since, and those that were here before the list."""

    closes: list[Case]
    worked_on: list[Case]
    were_here: list[Case]


def may_undo(by: Membership, run: ImportRun) -> bool:
    """The unit's coordinators, on the day of the import, once."""
    return (
        intake.may_import(by)
        and by.role == Role.COORDINATOR
        and run.unit_id == by.unit_id
        and run.undone_at is None
        and timezone.localdate(run.at) == timezone.localdate()
    )


def runs_of_today(by: Membership) -> list[ImportRun]:
    """The unit's imports of today, the last first, to one who may undo them."""
    if not intake.may_import(by) or by.role != Role.COORDINATOR:
        return []
    rows = ImportRun.objects.filter(unit=by.unit_id).select_related("by__user").order_by("-at", "-pk")[:20]
    return [run for run in rows if timezone.localdate(run.at) == timezone.localdate()]


def would_undo(by: Membership, run: ImportRun) -> Undoing:
    """What an undoing would do now."""
    mine = Case.objects.visible_to(by).owned_by(by).order_by("pk")
    untouched = set(_untouched(mine.filter(pk__in=run.created)).values_list("pk", flat=True))
    opened = list(mine.filter(pk__in=run.created))
    return Undoing(
        closes=[case for case in opened if case.pk in untouched],
        worked_on=[case for case in opened if case.pk not in untouched],
        were_here=list(mine.filter(pk__in=run.changed)),
    )


def _untouched(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Those in which nothing was written, given, asked, printed, entered, assigned or moved after the statement that opened
    them.
    """
    first = CaseState.objects.filter(case=OuterRef("pk")).order_by("from_at", "pk").values("from_at")[:1]
    cases = cases.annotate(opened_at=Subquery(first)).filter(updated_at=F("opened_at"))
    here, later = {"case": OuterRef("pk")}, OuterRef("opened_at")
    cases = cases.exclude(
        Exists(CaseState.objects.filter(**here, from_at__gt=later))
        | Exists(Spell.objects.filter(**here, at__gt=later))
        | Exists(Item.objects.filter(**here, at__gt=later))
        | Exists(Assignment.objects.filter(**here, from_at__gt=later))
        | Exists(Consent.objects.filter(**here))
        | Exists(Declined.objects.filter(**here))
        | Exists(Disclosure.objects.filter(**here))
        | Exists(HandOver.objects.filter(**here))
        # A form may be signed by now; a text stands in the care record, taken back or not.
        | Exists(PrintedForm.objects.filter(**here))
        | Exists(JournalTick.objects.filter(**here))
    )
    for of_a_room in seams.worked_on:
        cases = cases.exclude(of_a_room())
    return cases


@transaction.atomic
def undo_import(*, by: Membership, run: ImportRun, reason: str = "") -> Undoing:
    """Closes what the import opened and nobody has worked on. Raises NotUndone, and PermissionDenied for who may not at all."""
    if not intake.may_import(by) or by.role != Role.COORDINATOR:
        raise PermissionDenied("undo")
    intake.one_import_at_a_time(by.unit)
    mine = ImportRun.objects.select_for_update().filter(pk=run.pk, unit=by.unit_id).first()
    if mine is None or not may_undo(by, mine):
        raise NotUndone
    list(CaseLock.objects.select_for_update().filter(case__in=mine.created).order_by("pk").values_list("pk"))
    tell_anew(by)
    # Asked under the locks: what a colleague has written by now keeps its case.
    undoing = would_undo(by, mine)
    for start in range(0, len(undoing.closes), AT_A_TIME):
        _close(by, undoing.closes[start : start + AT_A_TIME], mine.key, reason)
    mine.undone_at, mine.undone_by = Now(), by
    mine.save(update_fields=["undone_at", "undone_by"])
    ledger.record(
        "import.undone",
        by=by,
        note=f"{mine.key}: {len(undoing.closes)} closed, {len(undoing.worked_on)} worked on since,"
        f" {len(undoing.were_here)} here before",
    )
    return undoing


def _close(by: Membership, cases: list[Case], key: str, reason: str) -> None:
    """Nothing was given on these and no consent recorded: there is nothing more to end than the cases."""
    states = CaseState.objects.bulk_create(
        CaseState(case=case, unit_id=case.unit_id, state=State.CLOSED, by=by, reason=reason) for case in cases
    )
    CaseOutcome.objects.bulk_create(
        CaseOutcome(case=case, unit_id=case.unit_id, closing=closing, cause=Cause.UNDONE_IMPORT, by=by)
        for case, closing in zip(cases, states, strict=True)
    )
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(updated_at=Now())
    for case in cases:
        ledger.record("case.import_undone", by=by, case=case.pk, persons=[case.person_id], note=key)
