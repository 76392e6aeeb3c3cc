"""The pages of the reports. Door, form, deed, next page."""

from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from errands import drafts
from initiatives.access import allowed_actions as allowed_in_the_insats
from reports import actions, document, form, showing
from reports.access import Door, door, may_start, visible_to
from reports.forms import NewReportForm, TextForm
from reports.models import Drawing, Section
from reports.progress import progress_of

DRAFT_FORM = "report_text"


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """Every report one may know of, the latest period first."""
    rows = (
        visible_to(request.membership)
        .select_related("initiative", "drawing")
        .order_by("-year", "-quarter", "initiative__name", "-version")
    )
    listed = [(report, form.title(report.period)) for report in rows]
    return render(
        request, "reports/list.html", {"rows": listed, "may_start": may_start(request.membership).exists()}
    )


@require_http_methods(["GET", "POST"])
def new_report(request: HttpRequest) -> HttpResponse:
    """Begins the report of an insats and a period, or goes to the draft there is."""
    insatser = may_start(request.membership)
    if not insatser:
        raise PermissionDenied("write_report")
    asked = NewReportForm(request.POST or None, insatser=insatser)
    if asked.is_valid():
        report = actions.begin(by=request.membership, **asked.cleaned_data)
        return redirect("report", pk=report.pk)
    return render(request, "reports/new.html", {"form": asked})


@require_safe
def report(request: HttpRequest, pk: int, key: str = form.FORM[0].key) -> HttpResponse:
    """One part of a report at a time, with the outline beside it."""
    opened = door(request.membership, pk, "read")
    return _part_page(request, opened, key)


@require_POST
def save_text(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Saves the text under a heading. A colleague's change in the meantime shows both."""
    opened = door(request.membership, pk, "read")
    part = _writable(opened, key)
    typed = TextForm(request.POST)
    if typed.is_valid():
        try:
            actions.save_text(
                opened.report,
                by=request.membership,
                key=part.key,
                text=typed.cleaned_data["text"],
                seen=typed.cleaned_data["seen"],
            )
        except actions.ChangedMeanwhile as there:
            return _part_page(request, opened, key, typed, theirs=there.section)
        except ValidationError as error:
            typed.add_error("text", error)
        else:
            drafts.discard(request.membership.pk, DRAFT_FORM, f"{pk}.{key}")
            messages.success(request, _("The text is saved."))
            after = form.FORM[min(form.FORM.index(part) + 1, len(form.FORM) - 1)]
            return redirect("report_part", pk=pk, key=after.key if "next" in request.POST else key)
    return _part_page(request, opened, key, typed)


def _part(key: str) -> form.Part:
    if key not in form.BY_KEY:
        raise Http404
    return form.BY_KEY[key]


def _may_write(opened: Door, part: form.Part) -> bool:
    needs = "write_steering" if part.writer == form.STEERING else "write"
    return part.writer is not None and needs in opened.allowed


def _writable(opened: Door, key: str) -> form.Part:
    part = _part(key)
    if not _may_write(opened, part):
        raise PermissionDenied("write")
    return part


def _part_page(
    request: HttpRequest,
    opened: Door,
    key: str,
    typed: TextForm | None = None,
    theirs: Section | None = None,
) -> HttpResponse:
    part, report = _part(key), opened.report
    figures = document.figures_of(report)
    texts = showing.texts_of(report)
    index = form.FORM.index(part)
    may_write = _may_write(opened, part)
    section = theirs or report.sections.filter(key=key).select_related("saved_by__user").first()
    draft = drafts.find(request.membership.pk, DRAFT_FORM, f"{report.pk}.{key}") if may_write else None
    if may_write and typed is None:
        kept = draft.text.get("text", [""])[0] if draft else None
        seen = draft.text.get("seen", [""])[0] if draft else actions.stamp(section)
        typed = TextForm(initial={"text": texts[key] if kept is None else kept, "seen": seen})
    if theirs is not None:
        # What is sent next has been written with their text in view.
        typed = TextForm(initial={"text": typed.cleaned_data["text"], "seen": actions.stamp(theirs)})
    return render(
        request,
        "reports/report.html",
        {
            "report": report,
            "initiative": report.initiative,
            "title": form.title(report.period),
            "allowed": opened.allowed,
            "outline": showing.outline(report, texts),
            "shown": showing.part_of(report, key, figures),
            "key": key,
            "section": section,
            "form": typed if may_write else None,
            "draft": draft,
            "draft_key": f"{report.pk}.{key}",
            "theirs": theirs,
            "next": form.FORM[index + 1] if index + 1 < len(form.FORM) else None,
            "left": [
                entry for entry in showing.outline(report, texts) if entry.state in ("todo", "steering")
            ],
            "versions": visible_to(request.membership).of(report.initiative, report.period),
            "progress": progress_of(report),
        },
    )


@require_safe
def figures(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """*Så är siffran räknad*: each figure under a heading, how it is counted, and the rows it is counted
    from.
    """
    opened = door(request.membership, pk, "read")
    part = _part(key)
    insats = allowed_in_the_insats(request.membership, opened.report.initiative)
    return render(
        request,
        "reports/figures.html",
        {
            "report": opened.report,
            "title": form.title(opened.report.period),
            "part": part,
            "explained": showing.explained(key, document.figures_of(opened.report)),
            "behind": showing.rows_behind(opened.report, key, insats),
        },
    )


@require_http_methods(["GET", "POST"])
def freeze_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Freezes the figures and asks for the drawing, after a page that says what is then fixed."""
    opened = door(request.membership, pk, "freeze")
    problem = None
    if request.method == "POST":
        try:
            actions.freeze(opened.report, by=request.membership)
        except ValidationError as error:
            problem = " ".join(error.messages)
        except actions.IllegalMove:
            return redirect("report", pk=pk)
        else:
            messages.success(request, _("The figures are frozen. The report is being drawn."))
            return redirect("report", pk=pk)
    texts = showing.texts_of(opened.report)
    left = [entry for entry in showing.outline(opened.report, texts) if entry.state in ("todo", "steering")]
    return render(
        request,
        "reports/freeze.html",
        {
            "report": opened.report,
            "title": form.title(opened.report.period),
            "left": left,
            "problem": problem,
        },
    )


@require_POST
def new_version(request: HttpRequest, pk: int) -> HttpResponse:
    """A correction of a frozen report: a new version with its texts, and figures as they are now."""
    opened = door(request.membership, pk, "new_version")
    report = actions.begin(
        by=request.membership, initiative=opened.report.initiative, period=opened.report.period
    )
    return redirect("report", pk=report.pk)


@require_POST
def draw_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks anew for a drawing that failed."""
    opened = door(request.membership, pk, "draw")
    actions.ask_for_drawing(opened.report, by=request.membership)
    return redirect("report", pk=pk)


@require_safe
def report_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the drawing has come: a fragment for the page, or, without script, the page itself."""
    opened = door(request.membership, pk, "read")
    if not request.headers.get("HX-Request"):
        return redirect("report", pk=pk)
    progress = progress_of(opened.report)
    answer = render(
        request,
        "reports/progress.html",
        {"report": opened.report, "progress": progress, "allowed": opened.allowed},
    )
    if progress is None or not progress.going:
        # The page's own button changes: to download, or to try again.
        answer.headers["HX-Refresh"] = "true"
    return answer


@require_safe
def report_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The drawn report as a file. Each time it is handed out leaves a row in the ledger."""
    opened = door(request.membership, pk, "download")
    if not Drawing.objects.filter(report=opened.report).exists():
        raise Http404
    pdf = actions.hand_out(opened.report, by=request.membership)
    report = opened.report
    name = f"{form.title(report.period)}, {report.initiative.name}, version {report.version}.pdf"
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f"attachment; filename=report.pdf; filename*=UTF-8''{quote(name)}"
    return answer
