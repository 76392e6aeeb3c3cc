"""The paper for a pulse meeting: with whom, since when, and which copy."""

from datetime import timedelta

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from audit import ledger
from audit.dates import DateField
from audit.fields import field_of
from cases.access import case_worker, may_write
from inquiries import agenda
from inquiries.letters import drawn
from parties.access import PortalRequest
from parties.models import Unit

OWN, GIVEN = "own", "given"


class AgendaForm(forms.Form):
    unit = forms.ModelChoiceField(
        label=_("With"), queryset=Unit.objects.none(), empty_label=_("Choose"),
        error_messages={"required": _("Choose a unit."), "invalid_choice": _("Choose a unit.")},
    )  # fmt: skip
    since = DateField(label=_("New since"))
    copy = forms.ChoiceField(
        label=_("Which copy"),
        choices=[(OWN, _("Our own: all cases with a ground, and how many have none")),
                 (GIVEN, _("Theirs: only what already stands given to them"))],
        initial=OWN, widget=forms.RadioSelect,
        error_messages={"required": _("Choose a copy."), "invalid_choice": _("Choose a copy.")},
    )  # fmt: skip

    def __init__(self, *args, units, today, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "unit", forms.ModelChoiceField).queryset = units
        self.today = today

    def clean_since(self):
        day = self.cleaned_data["since"]
        if day > self.today:
            raise forms.ValidationError(_("The day has not come yet. Write a day that has been."))
        return day


@require_http_methods(["GET", "POST"])
def print_agenda(request: PortalRequest) -> HttpResponse:
    """Printed in the request and kept nowhere; the ledger names who stood on it, and for whom it was drawn."""
    member = case_worker(request)
    today = timezone.localdate()
    units = agenda.units_to_meet(member)
    form = AgendaForm(
        request.POST or None,
        units=units,
        today=today,
        initial={"since": today - timedelta(days=30), "copy": OWN},
    )
    if form.is_valid():
        unit, since, own = (
            form.cleaned_data["unit"],
            form.cleaned_data["since"],
            form.cleaned_data["copy"] == OWN,
        )
        if not own and not may_write(member):
            raise PermissionDenied("agenda")
        found = (agenda.own_copy if own else agenda.given_copy)(member, unit, since, today)
        paper = agenda.paper(found, member, unit, since, today, own=own)
        ledger.record_read(
            "agenda.printed",
            by=member,
            persons=found.persons,
            note=f"{'own' if own else 'given'}, unit {unit.pk}",
        )
        answer = HttpResponse(drawn("agenda", paper), content_type="application/pdf")
        answer.headers["Content-Disposition"] = "inline; filename=genomgang.pdf"
        return answer
    return render(request, "inquiries/agenda.html", {"form": form, "units": units})
