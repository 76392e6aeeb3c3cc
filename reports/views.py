"""The pages of the reports. Door, form, deed, next page."""

from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from errands import drafts
from initiatives.access import allowed_actions as allowed_in_the_insats
from initiatives.periods import NotEnded
from parties.access import PortalRequest, who_acts
from reports import actions, document, form, showing
from reports.access import Door, allowed_in_a_draft, door, may_start, steering_group, visible_to
from reports.document import listed
from reports.forms import NewReportForm, TextForm
from reports.models import Drawing, Section
from reports.progress import ordered, progress_of

DRAFT_FORM = "report_text"


@require_safe
def reports(request: PortalRequest) -> HttpResponse:
    """Every report one may know of, the latest period first."""
    rows = (
        visible_to(request.membership)
        .select_related("initiative", "drawing")
        .order_by("-year", "-quarter", "initiative__name", "-version")
    )
    asked = ordered(report for report in rows if not report.is_draft)
    shown = [(report, form.title(report.period), asked.get(report.pk)) for report in rows]
    return render(
        request, "reports/list.html", {"rows": shown, "may_start": may_start(request.membership).exists()}
    )


@require_http_methods(["GET", "POST"])
def new_report(request: PortalRequest) -> HttpResponse:
    """Begins the report of an insats and a period, or goes to the draft there is; what is frozen asks first."""
    insatser = may_start(request.membership)
    if not insatser:
        raise PermissionDenied("write_report")
    asked = NewReportForm(request.POST or None, insatser=insatser)
    if asked.is_valid():
        before = visible_to(request.membership).of(**asked.cleaned_data).drafts().exists()
        try:
            report = actions.begin(by=who_acts(request), **asked.cleaned_data)
        except actions.AlreadyFrozen as there:
            return redirect("new_report_version", pk=there.report.pk)
        except ValidationError as error:
            asked.add_error("period", error)
        else:
            if before:
                messages.info(request, _("There was already a draft. Here it is."))
            return redirect("report", pk=report.pk)
    return render(request, "reports/new.html", {"form": asked})


@require_safe
def report(request: PortalRequest, pk: int, key: str = form.FORM[0].key) -> HttpResponse:
    """One part of a report at a time, with the outline beside it."""
    opened = door(request.membership, pk, "read")
    return _part_page(request, opened, key)


@require_POST
def save_text(request: PortalRequest, pk: int, key: str) -> HttpResponse:
    """Saves the text under a heading. A colleague's change in the meantime shows both; what was frozen in the
    meantime gives back what was written.
    """
    opened = door(request.membership, pk, "read")
    part = _writable(request, opened, key)
    typed = TextForm(request.POST)
    if not opened.report.is_draft:
        return _part_page(request, opened, key, unsaved=request.POST.get("text", ""))
    if typed.is_valid():
        try:
            actions.save_text(
                opened.report,
                by=who_acts(request),
                key=part.key,
                text=typed.cleaned_data["text"],
                seen=typed.cleaned_data["seen"],
            )
        except actions.ChangedMeanwhile as there:
            return _part_page(request, opened, key, typed, theirs=there.section)
        except actions.IllegalMove:
            again = door(request.membership, pk, "read")
            return _part_page(request, again, key, unsaved=typed.cleaned_data["text"])
        except ValidationError as error:
            typed.add_error("text", error)
        else:
            drafts.discard(who_acts(request).pk, DRAFT_FORM, f"{pk}.{key}")
            messages.success(request, _("The text is saved."))
            after = form.FORM[min(form.FORM.index(part) + 1, len(form.FORM) - 1)]
            return redirect("report_part", pk=pk, key=after.key if "next" in request.POST else key)
    return _part_page(request, opened, key, typed)


def _part(key: str) -> form.Part:
    if key not in form.BY_KEY:
        raise Http404
    return form.BY_KEY[key]


def _needs(part: form.Part) -> str:
    return "write_steering" if part.writer == form.STEERING else "write"


def _may_write(opened: Door, part: form.Part) -> bool:
    return part.writer is not None and _needs(part) in opened.allowed


def _writable(request: PortalRequest, opened: Door, key: str) -> form.Part:
    """The part, if the text under it is the reader's to write, or was until the report was frozen."""
    part = _part(key)
    may = allowed_in_a_draft(request.membership, opened.report)
    if part.writer is None or _needs(part) not in may:
        raise PermissionDenied("write")
    return part


def _part_page(
    request: PortalRequest,
    opened: Door,
    key: str,
    typed: TextForm | None = None,
    theirs: Section | None = None,
    unsaved: str = "",
) -> HttpResponse:
    part, report = _part(key), opened.report
    figures = document.figures_of(report)
    texts = showing.texts_of(report)
    index = form.FORM.index(part)
    may_write = _may_write(opened, part)
    section = theirs or report.sections.filter(key=key).select_related("saved_by__user").first()
    draft = drafts.find(who_acts(request).pk, DRAFT_FORM, f"{report.pk}.{key}") if may_write else None
    if may_write and typed is None:
        kept = draft.text.get("text", [""])[0] if draft else None
        seen = draft.text.get("seen", [""])[0] if draft else actions.stamp(section)
        typed = TextForm(initial={"text": texts[key] if kept is None else kept, "seen": seen})
    if theirs is not None and typed is not None:
        # What is sent next has been written with their text in view.
        typed = TextForm(initial={"text": typed.cleaned_data["text"], "seen": actions.stamp(theirs)})
    outline = showing.outline(report, texts)
    versions = list(visible_to(request.membership).of(report.initiative, report.period))
    return render(
        request,
        "reports/report.html",
        {
            "report": report,
            "initiative": report.initiative,
            "title": form.title(report.period),
            "allowed": opened.allowed,
            "outline": outline,
            "shown": showing.part_of(report, key, figures),
            "key": key,
            "section": section,
            "form": typed if may_write else None,
            "draft": draft,
            "draft_key": f"{report.pk}.{key}",
            "theirs": theirs,
            "next": form.FORM[index + 1] if index + 1 < len(form.FORM) else None,
            "left": sum(entry.state in ("todo", "steering") for entry in outline),
            # Who writes one part only gets there by the page's one button.
            "own_part": next((p for p in form.FORM if p.writer == form.STEERING and p is not part), None)
            if "write_steering" in opened.allowed and "write" not in opened.allowed
            else None,
            "unsaved": unsaved,
            "writers": listed(steering_group(report.initiative))
            if report.is_draft and part.writer == form.STEERING
            else "",
            "versions": versions,
            "later": versions[0] if versions[0].version > report.version else None,
            "progress": progress_of(report),
        },
    )


@require_safe
def figures(request: PortalRequest, pk: int, key: str) -> HttpResponse:
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
def freeze_report(request: PortalRequest, pk: int) -> HttpResponse:
    """Freezes the figures and asks for the drawing, after a page that says what is then fixed."""
    opened = door(request.membership, pk, "freeze")
    problem, of_money = None, False
    if request.method == "POST":
        try:
            actions.freeze(opened.report, by=who_acts(request))
        except ValidationError as error:
            problem, of_money = " ".join(error.messages), error.code == "reason"
        except NotEnded:
            problem = _("The period has not ended, so its figures cannot be frozen yet.")
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
            "of_money": of_money,
        },
    )


@require_http_methods(["GET", "POST"])
def discard_report(request: PortalRequest, pk: int) -> HttpResponse:
    """Throws away a draft, after a page that says what goes with it."""
    opened = door(request.membership, pk, "discard")
    report = opened.report
    changed = False
    if request.method == "POST":
        try:
            actions.discard(report, by=who_acts(request), seen=request.POST.get("seen", ""))
        except actions.TextsChanged:
            changed = True
        except actions.IllegalMove:
            return redirect("report", pk=pk)
        else:
            messages.success(request, _("The draft is thrown away."))
            return redirect("reports")
    written = report.sections.exclude(saved_by=None).exclude(text="").select_related("saved_by__user")
    texts = [(form.BY_KEY[section.key], section) for section in written if section.key in form.BY_KEY]
    return render(
        request,
        "reports/discard.html",
        {
            "report": report,
            "title": form.title(report.period),
            "texts": sorted(texts, key=lambda text: form.FORM.index(text[0])),
            "seen": actions.texts_stamp(report),
            "changed": changed,
            "earlier": visible_to(request.membership).of(report.initiative, report.period).frozen().first(),
        },
    )


@require_http_methods(["GET", "POST"])
def new_version(request: PortalRequest, pk: int) -> HttpResponse:
    """A correction of a frozen report, after a page that says what is frozen: a new version with its texts, and
    figures as they are now. A draft that is there already is opened.
    """
    opened = door(request.membership, pk, "new_version")
    report = opened.report
    latest = visible_to(request.membership).of(report.initiative, report.period)[0]
    if latest.is_draft:
        messages.info(request, _("There was already a draft. Here it is."))
        return redirect("report", pk=latest.pk)
    if latest.pk != report.pk:
        return redirect("new_report_version", pk=latest.pk)
    if request.method == "POST":
        try:
            made = actions.begin(
                by=who_acts(request),
                initiative=report.initiative,
                period=report.period,
                corrects=report.version,
            )
        except actions.AlreadyFrozen as there:
            return redirect("new_report_version", pk=there.report.pk)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("report", pk=pk)
        return redirect("report", pk=made.pk)
    return render(request, "reports/version.html", {"report": report, "title": form.title(report.period)})


@require_POST
def draw_again(request: PortalRequest, pk: int) -> HttpResponse:
    """Asks anew for a drawing that failed."""
    opened = door(request.membership, pk, "draw")
    actions.ask_for_drawing(opened.report, by=who_acts(request))
    return redirect("report", pk=pk)


@require_safe
def report_progress(request: PortalRequest, pk: int) -> HttpResponse:
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
def report_pdf(request: PortalRequest, pk: int) -> HttpResponse:
    """The drawn report as a file. Each time it is handed out leaves a row in the ledger."""
    opened = door(request.membership, pk, "download")
    if not Drawing.objects.filter(report=opened.report).exists():
        raise Http404
    pdf = actions.hand_out(opened.report, by=who_acts(request))
    report = opened.report
    name = f"{form.title(report.period)}, {report.initiative.name}, version {report.version}.pdf"
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f"attachment; filename=report.pdf; filename*=UTF-8''{quote(name)}"
    return answer
