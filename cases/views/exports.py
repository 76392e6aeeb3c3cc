"""A file of cases: asking for it, seeing how far it has come, fetching, cancelling."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import columns, exports, filters
from cases.access import case_worker, refuse
from cases.actions import list_export as verbs
from cases.listing import SHOW_PERSONS
from cases.models import ExportFormat, ListExport
from errands.models import JobState
from parties.access import PortalRequest, who_acts


class FormatForm(forms.Form):
    format = forms.ChoiceField(
        label=_("What kind of file"),
        choices=ExportFormat.choices,
        widget=forms.RadioSelect,
        initial=ExportFormat.XLSX,
        error_messages={
            "required": _("Choose what kind of file."),
            "invalid_choice": _("Choose what kind of file."),
        },
    )


@dataclass(frozen=True)
class Waiting:
    """An export in its member's list, and how far it has come; one of the words below."""

    export: ListExport
    state: str
    words: list[str]
    done: int = 0
    total: int = 0
    rows: int = 0


@require_http_methods(["GET", "POST"])
def new_export(request: PortalRequest) -> HttpResponse:
    """Asks for a file of the cases that the address's filter gives, with the columns in view."""
    member = case_worker(request)
    chosen, problems = filters.read(request.GET, member)
    with_names = bool(request.session.get(SHOW_PERSONS, False))
    shown = tuple(n for n in columns.chosen_by(member) if with_names or n != columns.PERSON)
    form = FormatForm(request.POST or None)
    if form.is_valid():
        try:
            verbs.ask(
                by=member,
                chosen=chosen,
                shown=shown,
                format=form.cleaned_data["format"],
                with_names=with_names,
            )
        except verbs.TooMany:
            form.add_error(None, _now("You have ten files waiting. Fetch or cancel one first."))
        else:
            messages.success(request, _now("The file is being made. It turns up here."))
            return redirect("exports")
    return render(
        request,
        "cases/export.html",
        {
            "form": form,
            "problems": problems,
            "chosen": chosen,
            "words": filters.in_words(chosen, member),
            "columns": [str(columns.COLUMNS[name].label) for name in shown],
            "with_names": columns.PERSON in shown,
            "most": exports.MOST_ROWS,
        },
    )


@require_safe
def list_exports(request: PortalRequest) -> HttpResponse:
    """The member's own files that are not destroyed, and how far each has come."""
    member = case_worker(request)
    rows = [_waiting(export, request) for export in exports.mine(member)[:20]]
    is_made = any(row.state in ("waiting", "running") for row in rows)
    return render(request, "cases/exports.html", {"rows": rows, "is_made": is_made})


def _waiting(export: ListExport, request: PortalRequest) -> Waiting:
    member = who_acts(request)
    words = filters.in_words(filters.read(export.query, member)[0], member)
    if export.cancelled_at is not None:
        return Waiting(export, "cancelled", words)
    if export.until_at <= timezone.now():
        return Waiting(export, "over", words)
    if export.file_id is not None:
        return Waiting(export, "ready", words, rows=len(export.cases))
    job = verbs.job_of(export)
    if job is not None and job.state == JobState.FAILED:
        return Waiting(export, "failed", words)
    if job is not None and job.state == JobState.RUNNING:
        return Waiting(export, "running", words, job.progress, job.progress_total)
    return Waiting(export, "waiting", words)


@require_POST
def fetch_export(request: PortalRequest, pk: int) -> HttpResponse:
    """Hands the file out to who asked for it, if everything in it may still be read."""
    export = _own(request, pk)
    content = verbs.hand_out(by=who_acts(request), export=export)
    if content is None:
        messages.warning(
            request,
            _now("The file was not handed out: what you may read has changed, or its time is out. It is made anew if it still waits."),
        )  # fmt: skip
        return redirect("exports")
    name = f"{pgettext('file name', 'cases')}-{timezone.localdate(export.asked_at)}.{export.format}"
    return HttpResponse(
        content,
        content_type=exports.TYPES[ExportFormat(export.format)],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_POST
def cancel_export(request: PortalRequest, pk: int) -> HttpResponse:
    """The file is not wanted any more."""
    verbs.cancel(by=who_acts(request), export=_own(request, pk))
    messages.success(request, _now("The file is destroyed."))
    return redirect("exports")


@require_POST
def export_again(request: PortalRequest, pk: int) -> HttpResponse:
    """A file that could not be made is tried again."""
    verbs.ask_again(by=who_acts(request), export=_own(request, pk))
    return redirect("exports")


def _own(request: PortalRequest, pk: int) -> ListExport:
    export = exports.mine(case_worker(request)).filter(pk=pk).first()
    if export is None:
        refuse(request, str(pk))
    return export
