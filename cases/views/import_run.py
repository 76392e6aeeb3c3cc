"""Undoing an import of today: first what would be closed and what stays and why, then the deed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit import ledger
from cases.access import case_worker, refuse
from cases.actions import import_run as verbs
from cases.models import ImportRun
from parties.access import PortalRequest

MOST_SHOWN = 50


@require_http_methods(["GET", "POST"])
def undo_import(request: PortalRequest, pk: int) -> HttpResponse:
    """The unit's coordinators, the same day; another unit's import, and one of yesterday, is not there."""
    member = case_worker(request)
    run = ImportRun.objects.filter(unit=member.unit_id, pk=pk).select_related("by__user").first()
    if run is None or not verbs.may_undo(member, run):
        refuse(request, str(pk))
    if request.method == "POST":
        try:
            done = verbs.undo_import(by=member, run=run)
        except verbs.NotUndone:
            messages.warning(request, _("The import was undone already, or its day is over."))
        else:
            messages.success(
                request,
                _("The import is undone. Closed: %(closed)s. Left as they are: %(left)s.")
                % {"closed": len(done.closes), "left": len(done.worked_on) + len(done.were_here)},
            )
        return redirect("import_cases")
    would = verbs.would_undo(member, run)
    worked_on, were_here = would.worked_on[:MOST_SHOWN], would.were_here[:MOST_SHOWN]
    ledger.record_read(
        "cases.listed", by=member, persons={case.person_id for case in (*worked_on, *were_here)}
    )
    return render(
        request,
        "cases/import_undo.html",
        {
            "run": run,
            "closes": len(would.closes),
            "worked_on": worked_on,
            "worked_on_count": len(would.worked_on),
            "were_here": were_here,
            "were_here_count": len(would.were_here),
            "most": MOST_SHOWN,
        },
    )
