"""Given to the wrong unit: one form closes it and writes the row, one page follows it until it is handled."""

from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit import ledger
from cases import incidents, listing
from cases.access import case_worker, demand, open_case, open_item, refuse
from cases.actions import incident as verbs
from cases.actions import mistake as mistake_verbs
from cases.forms import PersonText
from cases.models import Case, Incident
from parties.access import PortalRequest, who_acts


class ReportForm(forms.Form):
    """What happened, what was done, and when it was found: the 72 hours run from there."""

    text = PersonText(
        label=gettext_lazy("What happened"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "Which unit should have had it, and how it came to go wrong. No names are needed."
        ),
        error_messages={"required": gettext_lazy("Write what happened.")},
    )
    done = PersonText(
        label=gettext_lazy("What has been done"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For example: phoned the unit, which has destroyed its copy."),
        error_messages={
            "required": gettext_lazy("Write what has been done so far, if only that it is closed here.")
        },
    )
    hours_ago = forms.IntegerField(
        label=gettext_lazy("Found how many hours ago"),
        initial=0,
        min_value=0,
        max_value=8760,
        help_text=gettext_lazy("0 if it was found just now. The 72 hours run from when it was found."),
        error_messages={
            "required": gettext_lazy("Write a whole number of hours, 0 if just now."),
            "invalid": gettext_lazy("Write a whole number of hours, 0 if just now."),
            "min_value": gettext_lazy("Write a whole number of hours, 0 if just now."),
            "max_value": gettext_lazy("Write at most 8760 hours, a year."),
        },
    )  # fmt: skip

    @property
    def found_at(self) -> datetime:
        return timezone.now() - timedelta(hours=self.cleaned_data["hours_ago"])


class NoteForm(forms.Form):
    """A note; with the tick the incident is handled."""

    text = PersonText(
        label=gettext_lazy("Note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Write what was done or judged.")},
    )
    closes = forms.BooleanField(
        label=gettext_lazy("The incident is handled"),
        required=False,
        help_text=gettext_lazy(
            "Say in the note whether the supervisory authority has been told, or why not."
        ),
    )


@require_http_methods(["GET", "POST"])
def report(request: PortalRequest, number: str, pk: int, unit: int) -> HttpResponse:
    """Closes at once what went to the wrong unit, and writes the incident."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "give")
    item = open_item(request, case, pk)
    given = next((d for d in incidents.ever_given(item, member) if d.to_unit_id == unit), None)
    if item.unit_id != member.unit_id or given is None:
        refuse(request, f"{number}/{pk}")
    form = ReportForm(request.POST or None)
    # Counted in whole hours, so it may be said to be found up to an hour before it was given.
    if form.is_valid() and form.found_at < given.at - timedelta(hours=1):
        form.add_error(
            "hours_ago", _("It had not been given then. Write fewer hours, 0 if it was found just now.")
        )
    if form.is_valid():
        values = form.cleaned_data
        try:
            incident = verbs.report(
                by=member, case=case, item=item, to=given.to_unit, text=values["text"], done=values["done"],
                found_at=max(form.found_at, given.at),
            )  # fmt: skip
        except verbs.AlreadyReported as there:
            incident = there.incident
        messages.success(
            request,
            _("%(unit)s no longer sees it, and has been told not to use it.") % {"unit": given.to_unit.name},
        )
        return redirect("incident", pk=incident.pk)
    return render(
        request, "cases/wrong_unit.html", {"form": form, "case": case, "item": item, "to": given.to_unit}
    )


@require_safe
def register(request: PortalRequest) -> HttpResponse:
    """The unit's incidents, handled ones too."""
    member = case_worker(request)
    rows = incidents.register(member)
    ledger.record_read("incidents.listed", by=member)
    return render(request, "cases/incidents.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def incident(request: PortalRequest, pk: int) -> HttpResponse:
    """One incident of the own unit: what happened, the hours left, the notes; and a form for the next one."""
    member = case_worker(request)
    found = (
        Incident.objects.visible_to(member)
        .select_related("to_unit", "by__user", "disclosure__item", "disclosure__by__user")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        refuse(request, f"{pk}")
    number, person = listing.case_numbers({found.case_id}).get(found.case_id, ("", None))
    ledger.record_read("incident.read", by=member, case=found.case_id, persons=[person] if person else [])
    notes = list(found.notes.select_related("by__user").order_by("at", "id"))
    closed = any(n.closes for n in notes)
    form = NoteForm(request.POST or None)
    if closed:
        del form.fields["closes"]
    if form.is_valid():
        closes = form.cleaned_data.get("closes", False)
        try:
            verbs.note(by=member, incident=found, text=form.cleaned_data["text"], closes=closes)
        except ValueError:
            form.add_error(None, _("A colleague has handled it in the meantime. Your note is kept here."))
        else:
            messages.success(request, _("The incident is handled.") if closes else _("The note is saved."))
            return redirect("incident", pk=pk)
    return render(
        request,
        "cases/incident.html",
        {
            "incident": found,
            "number": number,
            "opens": Case.objects.open_to(member).filter(pk=found.case_id).exists(),
            "notes": notes,
            "closed": closed,
            "left": incidents.time_left(found),
            "passed": incidents.hours_left(found) <= 0,
            "form": form,
        },
    )


@require_POST
def heed(request: PortalRequest, pk: int) -> HttpResponse:
    """The receiving unit has read that what it was given must not be used."""
    if listing.as_key(str(pk)) is None or not verbs.heed(by=case_worker(request), incident=pk):
        refuse(request, f"{pk}")
    messages.success(request, _("It is noted that you have read it."))
    return redirect("worklist")


@require_POST
def heed_mistake(request: PortalRequest, pk: int) -> HttpResponse:
    """The receiving unit has read the same of what rested on a consent that never was one."""
    member = case_worker(request)
    if listing.as_key(str(pk)) is None or not mistake_verbs.heed(by=member, disclosure=pk):
        refuse(request, f"{pk}")
    messages.success(request, _("It is noted that you have read it."))
    return redirect("worklist")
