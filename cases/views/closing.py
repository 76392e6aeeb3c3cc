"""Closing a case, and completing what was not known then. Door, form, deed, next page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases import closing, consents
from cases.access import demand, open_case
from cases.actions import case as case_verbs
from cases.models import CaseState, State
from cases.models.outcome import FACTS
from parties.access import PortalRequest, who_acts


@require_http_methods(["GET", "POST"])
def close_case(request: PortalRequest, number: str) -> HttpResponse:
    """Closes the case: why, how it ended, and in view what closes now and what others keep."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "set_state")
    state = CaseState.objects.now_of(case)
    if state.state == State.CLOSED:
        return redirect("outcome", number=number)
    form = closing.ClosingForm(request.POST or None)
    if form.is_valid():
        try:
            case_verbs.set_state(by=member, case=case, state=State.CLOSED, **form.cleaned_data)
        except case_verbs.IllegalMove:
            return redirect("outcome", number=number)
        messages.success(request, _("The case is closed. Nothing on it is shown to others any longer."))
        return redirect("case", number=number)
    return render(
        request,
        "cases/close.html",
        {
            "form": form,
            "case": case,
            "open": closing.what_is_open(case, member),
            "given": consents.given_on(case),
        },
    )


@require_http_methods(["GET", "POST"])
def outcome(request: PortalRequest, number: str) -> HttpResponse:
    """Completes the outcome of a closed case; the latest that was said counts."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "set_state")
    state = CaseState.objects.now_of(case)
    if state.state != State.CLOSED:
        return redirect("close_case", number=number)
    before = closing.outcome_now(case)
    # A case closed before causes were asked for says its cause now.
    form_class = closing.OutcomeForm if before else closing.OutcomeWithCauseForm
    form = form_class(
        request.POST or None, initial={name: getattr(before, name) for name in FACTS} if before else None
    )
    if form.is_valid():
        try:
            case_verbs.complete_outcome(by=member, case=case, **form.cleaned_data)
        except case_verbs.IllegalMove:
            return redirect("case", number=number)
        messages.success(request, _("The outcome is saved."))
        return redirect("case", number=number)
    return render(request, "cases/outcome.html", {"form": form, "case": case, "outcome": before})
