"""The pages of an import: choose a list, see what would be taken, import exactly that, see what was done."""

import csv
import io
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.fields import field_of
from cases import held, intake, mappings
from cases.actions import import_run
from cases.listcells import MAX_BYTES, MAX_ROWS, clean, figure
from cases.listfile import (
    BENEFITS,
    DEGREES,
    FIELDS,
    REQUIRED,
    ListFileProblem,
    RowProblem,
    RowWarning,
    check_size,
)
from initiatives.models import Initiative
from parties.access import PortalRequest, who_acts
from parties.models import Membership, Role, Unit

PAGE = 200
MOST_OF_A_NAME = 60
MOST_NOT_READ = 12
# A list is asked about when its headings are not the house's; what is wrong in any other way is refused.
ASKED_ABOUT = frozenset({"no_header", "missing_column"})


class ListForm(forms.Form):
    """A file and, if wanted, the insats. What is wrong with the file the reader says (cases/listfile.py)."""

    file = forms.FileField(
        label=_("Case list"),
        allow_empty_file=True,
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        error_messages={
            "required": _("Choose a file: the case list as CSV or XLSX."),
            "max_length": _("The name of the file is too long. Give it a shorter one and choose it again."),
        },
    )
    initiative = forms.ModelChoiceField(
        label=_("The initiative"),
        queryset=Initiative.objects.none(),
        required=False,
        empty_label=_("None"),
        error_messages={"invalid_choice": _("Choose an initiative that your units take part in, or none.")},
        help_text=_("New cases belong to it. Cases that are already here stay where they are."),
    )

    def __init__(self, *args, initiatives, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _now("CSV or XLSX, at most %(mb)s MB and %(rows)s rows.") % {
            "mb": MAX_BYTES // 1_000_000,
            "rows": figure(MAX_ROWS),
        }
        field_of(self, "initiative", forms.ModelChoiceField).queryset = initiatives
        if not initiatives:
            del self.fields["initiative"]

    def clean_file(self):
        file = self.cleaned_data["file"]
        try:
            check_size(file.size)
        except ListFileProblem as problem:
            raise forms.ValidationError(_refused(file.name, problem), code=problem.code) from None
        return file


def _refused(filename: str, problem: ListFileProblem) -> str:
    """Which file was not taken, and why: the browser has emptied the field by then."""
    words = {"file": clean(filename)[:MOST_OF_A_NAME], "sentence": problem.sentence}
    return _now("%(file)s was not taken. %(sentence)s") % words


def _importer(request: PortalRequest) -> Membership:
    """Whoever may import; for everyone else these pages do not exist."""
    if not intake.may_import(request.membership):
        raise Http404
    return who_acts(request)


# The token is asked for in _choose: it stands in the form, and reading the form reads the file.
@csrf_exempt
def import_cases(request: PortalRequest) -> HttpResponse:
    """Chooses a file. How it is received is set before any of it is read: in memory, no more than a list."""
    request.upload_handlers = [held.ListUpload(request)]
    return _choose(request)


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def _choose(request: PortalRequest) -> HttpResponse:
    """Checks the file and keeps it sealed until it is imported; one that is refused is told at its field."""
    member = _importer(request)
    reach = intake.reach_of(member)
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ListForm(*posted, initiatives=intake.initiatives_for(reach))
    if form.is_valid():
        file, initiative = form.cleaned_data["file"], form.cleaned_data.get("initiative")
        content = file.read()
        try:
            would = intake.check(by=member, content=content, filename=file.name, initiative=initiative)
        except ListFileProblem as problem:
            asks, problem = _asks(problem, content, file.name)
            if asks:
                kept = initiative and {"pk": initiative.pk, "name": initiative.name}
                told = {"asks": asks, "filename": file.name, "initiative": kept}
                held.hold(request.session, member.pk, told, content)
                return redirect("import_columns")
            form.add_error("file", _refused(file.name, problem))
        except intake.NotTakingPart as problem:
            form.add_error("initiative", problem.sentence)
        else:
            told = _told(member, would, file.name, initiative, reach)
            held.hold(request.session, member.pk, told, content if would.read.rows else b"")
            return redirect("import_list")
    waits = held.look(request.session, member.pk)
    return render(
        request,
        "cases/import.html",
        {
            "form": form,
            "member": member,
            "waits": waits is not None and bool(waits.content),
            "runs": import_run.runs_of_today(member),
            "administrator": member.role == Role.ADMINISTRATOR,
            "required": REQUIRED,
            "optional": [column for column in FIELDS if column not in REQUIRED],
            "units": _names(reach),
            "degrees": DEGREES,
            "benefits": list(BENEFITS),
        },
    )


def _asks(problem: ListFileProblem, content: bytes, filename: str) -> tuple[list[str], ListFileProblem]:
    """Which headings to ask about, if that may help; else why the file is refused."""
    if problem.code not in ASKED_ABOUT:
        return [], problem
    try:
        return mappings.headings_to_ask(content, filename), problem
    except ListFileProblem as better:
        return [], better


@require_http_methods(["GET", "POST"])
def import_columns(request: PortalRequest) -> HttpResponse:
    """Asks which heading of the waiting list is which column, remembers it for the unit, and checks the list."""
    member = _importer(request)
    waits = held.look(request.session, member.pk)
    if waits is None or "asks" not in waits.told:
        return _gone(request)
    name = waits.told["filename"]
    form = mappings.ColumnsOfListForm(request.POST or None, headings=waits.told["asks"])
    if form.is_valid():
        kept = waits.told["initiative"]
        initiative = kept and Initiative.objects.filter(pk=kept["pk"]).first()
        try:
            mappings.remember(by=member, content=waits.content, filename=name, columns=form.columns)
            would = intake.check(by=member, content=waits.content, filename=name, initiative=initiative)
        except ListFileProblem as problem:
            form.add_error(None, _refused(name, problem))
        except intake.NotTakingPart as problem:
            form.add_error(None, problem.sentence)
        else:
            told = _told(member, would, name, initiative, intake.reach_of(member))
            held.hold(request.session, member.pk, told, waits.content if would.read.rows else b"")
            return redirect("import_list")
    return render(
        request,
        "cases/import_columns.html",
        {"form": form, "filename": name, "headings": waits.told["asks"]},
    )


def _told(
    by: Membership,
    outcome: intake.Outcome,
    filename: str,
    initiative: Initiative | None,
    reach: intake.Reach,
) -> dict[str, Any]:
    """What the pages tell: counts and places. Nothing here is the value of a cell, nor what may not be told."""
    read = outcome.read
    counts = {name: getattr(outcome, name) for name in ("created", "changed", "unchanged")}
    return {
        "filename": filename,
        "initiative": initiative and {"pk": initiative.pk, "name": initiative.name},
        "rows": read.rows_with_content,
        "right": len(read.rows),
        "problems": [(one.line, one.column, one.problem) for one in read.problems],
        "warnings": [(one.line, one.column, one.warning) for one in read.warnings],
        "not_read": [heading[:60] for heading in read.not_read[:MOST_NOT_READ]],
        "units": [(unit.name, outcome.units[unit.pk].total()) for unit in _by_name(reach, outcome.units)],
        "counts": counts if intake.may_tell(by) else None,
        "nothing_new": outcome.nothing_new and intake.may_tell(by),
        "done": False,
        "unit_names": _names(reach) if any(p.problem == "unknown_unit" for p in read.problems) else [],
        "checked": timezone.localtime().strftime("%H.%M"),
    }


def _by_name(reach: intake.Reach, pks) -> list[Unit]:
    return [unit for unit in reach.units.values() if unit.pk in pks]


def _names(reach: intake.Reach) -> list[str]:
    """The units that a list of theirs may name."""
    return [unit.name for unit in _by_name(reach, reach.doors)]


@require_safe
def import_list(request: PortalRequest) -> HttpResponse:
    """What would be taken, unit by unit, and each rejected row; after the import, what was done."""
    member = _importer(request)
    waits = held.look(request.session, member.pk)
    if waits is None:
        return _gone(request)
    if "asks" in waits.told:
        return redirect("import_columns")
    told = waits.told
    problems = [RowProblem(*one) for one in told["problems"]]
    start = _start(request, len(problems))
    return render(
        request,
        "cases/import_list.html",
        {
            "told": told,
            "done": told["done"],
            "member": member,
            "coordinator": member.role == Role.COORDINATOR,
            "problems": problems[start : start + PAGE],
            "rejected": len(problems),
            "first": start + 1,
            "last": min(start + PAGE, len(problems)),
            "previous": max(start - PAGE, 0) if start else None,
            "next": start + PAGE if start + PAGE < len(problems) else None,
            "warnings": [RowWarning(*one) for one in told["warnings"]],
        },
    )


def _start(request: PortalRequest, count: int) -> int:
    text = request.GET.get("from", "")
    start = int(text) if text.isdecimal() and len(text) < 7 else 0
    return start if start < count else 0


def _gone(request: PortalRequest) -> HttpResponse:
    messages.warning(
        request, _now("The list is no longer here: it waits for an hour at most. Choose the file again.")
    )
    return redirect("import_cases")


@require_POST
def import_confirm(request: PortalRequest) -> HttpResponse:
    """Imports exactly the file that was checked. It is gone as the import begins, however that ends."""
    member = _importer(request)
    looked = held.look(request.session, member.pk)
    if looked is not None and "asks" in looked.told:
        return redirect("import_columns")
    waits = held.take(request.session, member.pk)
    if waits is None or not waits.content:
        return _gone(request)
    told = waits.told
    initiative = told["initiative"] and Initiative.objects.filter(pk=told["initiative"]["pk"]).first()
    try:
        outcome = intake.import_list(
            by=member, content=waits.content, filename=told["filename"], initiative=initiative
        )
    except (ListFileProblem, intake.NotTakingPart, intake.Interrupted) as problem:
        messages.error(request, problem.sentence)
        return redirect("import_cases")
    reach = intake.reach_of(member)
    told = _told(member, outcome, told["filename"], initiative, reach)
    held.hold(request.session, member.pk, told | {"done": True})
    return redirect("import_list")


@require_POST
def import_discard(request: PortalRequest) -> HttpResponse:
    """Throws the list away."""
    _importer(request)
    held.destroy(request.session)
    messages.success(request, _now("The list is thrown away. Nothing is imported."))
    return redirect("import_cases")


@require_safe
def import_rejected(request: PortalRequest) -> HttpResponse:
    """The rejected rows as CSV: line, column and what is wrong, to correct the list by; no cell's value."""
    member = _importer(request)
    waits = held.look(request.session, member.pk)
    if waits is None or "asks" in waits.told:
        return _gone(request)
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow([pgettext("of a list", "Row"), _now("Column"), _now("What is wrong")])
    for one in waits.told["problems"]:
        problem = RowProblem(*one)
        sentence = problem.sentence
        if problem.problem == "unknown_unit":
            # Whoever corrects the list elsewhere has only this file.
            sentence = f"{sentence} {', '.join(waits.told['unit_names'])}."
        table.writerow([problem.line, harmless(problem.column), harmless(sentence)])
    name = pgettext("file name", "rejected-rows")
    return HttpResponse(
        out.getvalue().encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def harmless(text: str) -> str:
    """The text with a mark before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
