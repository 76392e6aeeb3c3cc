"""The pages of the insats. Door, form, deed, next page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from errands import drafts
from initiatives import actions, intake, showing
from initiatives.access import Door, door, may_correct, may_start, visible_to
from initiatives.forms import FolderForm, InitiativeForm, SeatForm, Shares, TimersForm, errors_to
from initiatives.models import Initiative, Seat, TimeEntry
from initiatives.nouns import NOUNS, Noun
from initiatives.periods import Period, today
from initiatives.timers import timers_of
from parties.access import PortalRequest, who_acts
from parties.models import Membership

WAITING_FOLDER = "import_initiative"


@require_safe
def initiatives(request: PortalRequest) -> HttpResponse:
    """The insatser one belongs to, the running ones first."""
    rows = showing.listed(visible_to(request.membership))
    return render(
        request,
        "initiatives/list.html",
        {"rows": rows, "today": today(), "may_start": may_start(request.membership)},
    )


@require_safe
def initiative(request: PortalRequest, pk: int) -> HttpResponse:
    """One insats and one of its years: diary, obstacles, time and money as the viewer may see them."""
    opened = door(request.membership, pk, "read")
    member = who_acts(request)
    years = showing.years_of(opened.initiative)
    year = (
        int(request.GET["year"])
        if request.GET.get("year", "") in {str(y) for y in years}
        else showing.opens_with(opened.initiative, years)
    )
    period = Period(year)
    view = (opened.initiative, period, member, opened.allowed)
    time_rows = showing.time_rows(*view)
    return render(
        request,
        "initiatives/initiative.html",
        {
            "initiative": opened.initiative,
            "allowed": opened.allowed,
            "years": years,
            "year": year,
            "today": today(),
            "activities": showing.diary_of(*view),
            "obstacles": showing.obstacles_of(*view),
            "work": showing.work_of(*view),
            "time_rows": time_rows[: showing.ROWS_ON_THE_PAGE],
            "more_time": time_rows.count() > showing.ROWS_ON_THE_PAGE,
            "money": showing.money_of(opened.initiative, period) if "read_money" in opened.allowed else None,
            "money_rows": showing.money_rows(opened.initiative, period)
            if "change_money" in opened.allowed
            else [],
            "participations": opened.initiative.participations.during(period.first, period.until),
            "seats": opened.initiative.seats.live().select_related("user"),
        },
    )


@require_http_methods(["GET", "POST"])
def new_initiative(request: PortalRequest) -> HttpResponse:
    """Sets up an insats; who does it leads it."""
    if not may_start(request.membership):
        raise PermissionDenied("start")
    form = InitiativeForm(request.POST or None)
    if form.is_valid():
        try:
            made = actions.start(by=who_acts(request), **form.cleaned_data)
        except ValidationError as error:
            errors_to(form, error)
        else:
            messages.success(request, _("The insats is set up, and you lead it. Add its parties and shares."))
            return redirect("initiative", pk=made.pk)
    return render(request, "initiatives/edit.html", {"form": form, "new": True})


@require_http_methods(["GET", "POST"])
def edit_initiative(request: PortalRequest, pk: int) -> HttpResponse:
    """Name, days, owner, and the words that reports begin with."""
    opened = door(request.membership, pk, "edit")
    form = InitiativeForm(request.POST or None, instance=opened.initiative)
    if form.is_valid():
        try:
            actions.edit(form.instance, by=who_acts(request))
        except ValidationError as error:
            errors_to(form, error)
        else:
            messages.success(request, _("The insats is changed."))
            return redirect("initiative", pk=pk)
    name = Initiative.objects.values_list("name", flat=True).get(pk=pk)
    return render(
        request, "initiatives/edit.html", {"form": form, "initiative": opened.initiative, "name": name}
    )


def _noun(word: str) -> Noun:
    if word not in NOUNS:
        raise Http404
    return NOUNS[word]


@require_http_methods(["GET", "POST"])
def new_row(request: PortalRequest, pk: int, noun: str) -> HttpResponse:
    """A new row of the insats: an activity, time, an obstacle, a party, an invoice, granted funds, a
    forecast.
    """
    kind = _noun(noun)
    opened = door(request.membership, pk, kind.needs)
    form = kind.form(request.POST or None, initiative=opened.initiative)
    if form.is_valid():
        if kind.model is TimeEntry:
            form.instance.member, form.instance.unit = who_acts(request), who_acts(request).unit
        try:
            actions.add(form.instance, by=who_acts(request))
        except ValidationError as error:
            errors_to(form, error)
        else:
            messages.success(request, str(kind.added))
            return redirect(_place(pk, kind, showing.year_of(form.instance)))
    asked = request.GET.get("year", "")
    year = next((year for year in showing.years_of(opened.initiative) if str(year) == asked), None)
    return _row_page(request, opened, kind, form, kind.new, year=year)


@require_http_methods(["GET", "POST"])
def row(request: PortalRequest, pk: int, noun: str, row: int) -> HttpResponse:
    """Corrects a row."""
    kind = _noun(noun)
    opened = door(request.membership, pk, kind.needs)
    there = _row(request, opened, kind, row)
    year = showing.year_of(there)
    form = kind.form(request.POST or None, instance=there, initiative=opened.initiative)
    if form.is_valid():
        try:
            actions.correct(form.instance, by=who_acts(request))
        except ValidationError as error:
            errors_to(form, error)
        else:
            messages.success(request, _("The change is saved."))
            return redirect(_place(pk, kind, showing.year_of(form.instance)))
    return _row_page(request, opened, kind, form, kind.correct, row, year)


@require_POST
def remove_row(request: PortalRequest, pk: int, noun: str, row: int) -> HttpResponse:
    """Takes away a row that should not have been there."""
    kind = _noun(noun)
    opened = door(request.membership, pk, kind.needs)
    there = _row(request, opened, kind, row)
    year = showing.year_of(there)
    try:
        actions.remove(there, by=who_acts(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("initiative_row", pk=pk, noun=noun, row=row)
    messages.success(request, _("It is taken away."))
    return redirect(_place(pk, kind, year))


def _row(request: PortalRequest, opened: Door, kind: Noun, pk: int):
    """The row through the insats's door. Of time only the rows one sees exist; of the diary all are seen, few
    corrected.
    """
    there = get_object_or_404(kind.model, initiative=opened.initiative, pk=pk)
    if hasattr(there, "recorded_by_id") and not may_correct(who_acts(request), opened.allowed, there):
        if kind.model is TimeEntry:
            raise Http404
        raise PermissionDenied("correct")
    return there


def _row_page(
    request: PortalRequest,
    opened: Door,
    kind: Noun,
    form,
    title: object,
    row: int | None = None,
    year: int | None = None,
) -> HttpResponse:
    noun = next(word for word, each in NOUNS.items() if each is kind)
    removable = row is not None and not getattr(form, "kept", None)
    return render(
        request,
        "initiatives/row.html",
        {
            "initiative": opened.initiative,
            "form": form,
            "title": title,
            "noun": noun,
            "row": row,
            "back": _place(opened.initiative.pk, kind, year),
            "remove_url": reverse("remove_initiative_row", args=[opened.initiative.pk, noun, row])
            if removable
            else "",
        },
    )


def _place(pk: int, kind: Noun, year: int | None = None) -> str:
    """Where rows of the kind stand on the insats's page: of that year, else of the one it opens with."""
    return f"{reverse('initiative', args=[pk])}{f'?year={year}' if year else ''}#{kind.section}"


@require_safe
def time_rows(request: PortalRequest, pk: int, year: int) -> HttpResponse:
    """Every row of time of a year that one may see."""
    opened = door(request.membership, pk, "read_time", "read_own_time")
    if year not in showing.years_of(opened.initiative):
        raise Http404
    rows = showing.time_rows(opened.initiative, Period(year), who_acts(request), opened.allowed)
    return render(
        request,
        "initiatives/time.html",
        {"initiative": opened.initiative, "year": year, "rows": rows, "all": "read_time" in opened.allowed},
    )


@require_http_methods(["GET", "POST"])
def shares(request: PortalRequest, pk: int, year: int) -> HttpResponse:
    """The shares of a year, all on one form: they must sum to exactly 100."""
    opened = door(request.membership, pk, "change_shares")
    if not 1990 <= year <= 2100:
        raise Http404
    there = opened.initiative.shares.of_year(year).values("name", "percent")
    earlier = there or opened.initiative.shares.of_year(year - 1).values("name", "percent")
    formset = Shares(request.POST or None, initial=list(earlier), prefix="share")
    if formset.is_valid():
        try:
            actions.set_shares(
                by=who_acts(request), initiative=opened.initiative, year=year, shares=formset.shares
            )
        except ValidationError as error:
            formset.non_form_errors().extend(error.messages)
        else:
            messages.success(request, _("The shares of %(year)s are saved.") % {"year": year})
            return redirect(f"{reverse('initiative', args=[pk])}?year={year}#money")
    return render(
        request,
        "initiatives/shares.html",
        {
            "initiative": opened.initiative,
            "year": year,
            "formset": formset,
            "copied": not there and bool(earlier),
        },
    )


@require_http_methods(["GET", "POST"])
def timers(request: PortalRequest, pk: int) -> HttpResponse:
    """The times by which the milestones of the insats's cases are due, all on one form."""
    opened = door(request.membership, pk, "change_timers")
    form = TimersForm(request.POST or None, times=timers_of([pk])[pk])
    if form.is_valid():
        try:
            actions.set_timers(by=who_acts(request), initiative=opened.initiative, times=form.times)
        except ValidationError as error:
            form.take(error)
        else:
            messages.success(
                request, _("The times are saved. They count from now in every case of the insats.")
            )
            return redirect("initiative", pk=pk)
    return render(request, "initiatives/timers.html", {"initiative": opened.initiative, "form": form})


@require_http_methods(["GET", "POST"])
def seats(request: PortalRequest, pk: int) -> HttpResponse:
    """Who has a place in the insats, and giving someone one."""
    opened = door(request.membership, pk, "change_seats")
    form = SeatForm(request.POST or None, initiative=opened.initiative)
    if form.is_valid():
        try:
            actions.give_seat(
                by=who_acts(request),
                initiative=opened.initiative,
                user=form.user,
                role=form.cleaned_data["role"],
            )
        except ValidationError as error:
            errors_to(form, error)
        else:
            messages.success(request, _("%(name)s has a seat from now.") % {"name": form.user.name})
            return redirect("initiative_seats", pk=pk)
    live = opened.initiative.seats.live().select_related("user")
    return render(
        request, "initiatives/seats.html", {"initiative": opened.initiative, "form": form, "seats": live}
    )


@require_POST
def end_seat(request: PortalRequest, pk: int, seat: int) -> HttpResponse:
    """A place ends now."""
    opened = door(request.membership, pk, "change_seats")
    there = get_object_or_404(Seat.objects.live(), initiative=opened.initiative, pk=seat)
    try:
        actions.end_seat(there, by=who_acts(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The seat has ended."))
    if not visible_to(request.membership).filter(pk=pk).exists():
        return redirect("initiatives")
    return redirect("initiative_seats", pk=pk)


@require_http_methods(["GET", "POST"])
def import_initiative(request: PortalRequest) -> HttpResponse:
    """Chooses the files of a folder; what is right waits as a draft until it is confirmed."""
    if not may_start(request.membership):
        raise PermissionDenied("import")
    member = who_acts(request)
    form = FolderForm(*(request.POST, request.FILES) if request.method == "POST" else (None, None))
    outcome = None
    if form.is_valid():
        files = form.cleaned_data["files"]
        outcome = _tried(form, files, member)
        if outcome and not outcome.problems:
            texts = {name: [content.decode("utf-8")] for name, content in files.items()}
            drafts.save(member.pk, WAITING_FOLDER, "", texts)
            return redirect("import_initiative_check")
    waits = drafts.find(member.pk, WAITING_FOLDER) is not None
    return render(request, "initiatives/import.html", {"form": form, "outcome": outcome, "waits": waits})


@require_http_methods(["GET", "POST"])
def import_initiative_check(request: PortalRequest) -> HttpResponse:
    """What the waiting files would do; confirmed, exactly those files are imported."""
    if not may_start(request.membership):
        raise PermissionDenied("import")
    member = who_acts(request)
    waiting = drafts.find(member.pk, WAITING_FOLDER)
    if waiting is None:
        return redirect("import_initiative")
    files = {name: text[0].encode() for name, text in waiting.text.items()}
    if request.method == "POST" and "discard" in request.POST:
        drafts.discard(member.pk, WAITING_FOLDER)
        return redirect("import_initiative")
    form = FolderForm()
    outcome = _tried(form, files, member, dry_run=request.method != "POST")
    if request.method == "POST" and outcome and outcome.initiative:
        drafts.discard(member.pk, WAITING_FOLDER)
        messages.success(request, _("%(name)s is imported.") % {"name": outcome.name})
        return redirect("initiative", pk=outcome.initiative.pk)
    return render(
        request,
        "initiatives/import_check.html",
        {
            "news": outcome is not None and bool(outcome.created.total() or outcome.changed.total()),
            "outcome": outcome,
            "refused": form.errors.get("files", []) if form.errors else form.refused,
            "files": sorted(files),
        },
    )


def _tried(
    form: FolderForm, files: dict[str, bytes], member: Membership, *, dry_run: bool = True
) -> intake.Outcome | None:
    """What an import does or would do; None, and a sentence at the form, when it may not or cannot be."""
    form.refused = []
    try:
        with transaction.atomic():
            return intake.import_folder(files, by=member, dry_run=dry_run)
    except PermissionDenied:
        form.refused = [_("There is already an insats with that name, and you do not lead it.")]
    except ValidationError as error:
        form.refused = error.messages
    if form.is_bound:
        form.add_error("files", form.refused)
    return None
