"""Putting a mistaken registration right. Door, form, deed, next page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit import ledger
from cases import consents
from cases.access import demand, open_case
from cases.actions import correct as verbs
from cases.actions.case import IllegalMove, NotByYou
from cases.correct import NOT_THE_OTHER, NumberForm, TwiceForm, WrongPersonForm
from cases.forms import CHANGED_MEANWHILE, NOT_BY_YOU
from cases.models import CaseState, State
from parties.access import PortalRequest, who_acts


@require_safe
def correct(request: PortalRequest, number: str) -> HttpResponse:
    """What may be wrong with a registration, and what is done about each."""
    case = open_case(request, number)
    demand(who_acts(request), case, "correct")
    closed = CaseState.objects.now_of(case).state == State.CLOSED
    return render(request, "cases/correct.html", {"case": case, "closed": closed})


@require_http_methods(["GET", "POST"])
def wrong_person(request: PortalRequest, number: str) -> HttpResponse:
    """Closes a case that was registered on the wrong person; what others were given stands in view."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "correct")
    form = WrongPersonForm(request.POST or None)
    if form.is_valid():
        try:
            verbs.wrong_person(by=member, case=case, reason=form.cleaned_data["reason"])
        except IllegalMove:
            form.add_error(None, CHANGED_MEANWHILE)
        else:
            messages.success(request, _("The case is closed. Nothing on it is shown to others any longer."))
            return redirect("case", number=number)
    return render(
        request, "cases/wrong_person.html", {"form": form, "case": case, "given": consents.given_on(case)}
    )


@require_http_methods(["GET", "POST"])
def registered_twice(request: PortalRequest, number: str) -> HttpResponse:
    """Closes one of two cases of the same person, and goes to the one that stays."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "correct")
    form = TwiceForm(request.POST or None, case=case, by=member)
    if form.is_valid():
        stays = form.cleaned_data["stays"]
        try:
            verbs.registered_twice(by=member, case=case, stays=stays)
        except verbs.NotTheOther:
            form.add_error("stays", NOT_THE_OTHER)
        except IllegalMove:
            form.add_error(None, CHANGED_MEANWHILE)
        else:
            messages.success(
                request, _("The case %(number)s is closed. This one stays.") % {"number": case.number}
            )
            return redirect("case", number=stays.number)
    return render(request, "cases/registered_twice.html", {"form": form, "case": case})


@require_http_methods(["GET", "POST"])
def change_number(request: PortalRequest, number: str) -> HttpResponse:
    """Another personal number for the person; the one before is kept."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "correct")
    form = NumberForm(request.POST or None)
    known = ""
    if form.is_valid():
        try:
            verbs.change_number(by=member, case=case, **form.cleaned_data)
        except verbs.SameNumber:
            form.add_error("number", _("The person has that number already, or is here without a number."))
        except NotByYou:
            form.add_error("number", NOT_BY_YOU)
        except verbs.NumberTaken as taken:
            known = taken.case.number if taken.case else ""
            if taken.case is not None:
                ledger.record_read("case.read", by=member, case=taken.case.pk, persons=[taken.case.person_id])
            form.add_error(
                "number",
                _(
                    "Another person at your unit has that number, in the case %(number)s. Is it the same person? Then it is registered twice."
                )
                % {"number": known},
            )
        else:
            messages.success(request, _("The number is changed."))
            return redirect("case", number=number)
    return render(request, "cases/change_number.html", {"form": form, "case": case, "known": known})
