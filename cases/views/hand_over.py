"""Who handles the case, and handing it over to a colleague. Door, form, deed, next page."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.access import allowed_actions, demand, not_held_off, open_case
from cases.actions import case as case_verbs
from cases.actions import hand_over as verbs
from cases.hand_over import ACCEPT, AnswerForm, OfferForm, colleagues_of
from cases.models import HandOver, HandOverEnd
from parties.access import PortalRequest, who_acts
from parties.models import Membership, Role


@require_http_methods(["GET", "POST"])
def assign(request: PortalRequest, number: str) -> HttpResponse:
    """Who handles the case: one takes what nobody has; the manager names anyone; a colleague is asked."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "assign")
    handler = verbs.handler_of(case, member)
    # What a colleague handles is theirs to hand over, or the manager's to assign.
    may_name = [member] if member.role != Role.MANAGER and handler is None else []
    if member.role == Role.MANAGER:
        current = Membership.objects.current().filter(unit=member.unit).select_related("user", "unit__party")
        known = set(not_held_off(case, (m.pk for m in current)))
        may_name = [m for m in current.order_by("user__name", "pk") if m.is_case_role and m.pk in known]
    if request.method == "POST":
        chosen = next((m for m in may_name if str(m.pk) == request.POST.get("member")), None)
        if chosen is None:
            raise Http404
        case_verbs.assign(by=member, case=case, member=chosen)
        messages.success(request, _("%(name)s now handles the case.") % {"name": chosen.user.name})
        return redirect("case", number=number)
    offer = verbs.offer_on(case, member)
    return render(
        request,
        "cases/assign.html",
        {
            "case": case,
            "handler": handler,
            "may_name": [m for m in may_name if handler is None or m.pk != handler.pk],
            "is_me": member,
            "offer": offer,
            "may_offer": offer is None
            and "hand_over" in allowed_actions(member, case)
            and (handler is None or handler.pk == member.pk),
        },
    )


@require_http_methods(["GET", "POST"])
def hand_over(request: PortalRequest, number: str) -> HttpResponse:
    """Offers the case to a colleague; while the answer is awaited, who offered may take the offer back."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "hand_over")
    waiting = verbs.offer_on(case, member)
    if waiting is not None:
        if waiting.by_id != member.pk:
            return redirect("assign", number=number)
        if request.method == "POST":
            try:
                verbs.take_back(by=member, case=case)
            except verbs.OfferGone:
                return _gone(request, number)
            messages.success(request, _("The offer is taken back. You handle the case."))
            return redirect("case", number=number)
        return render(request, "cases/hand_over_waits.html", {"case": case, "offer": waiting})
    form = OfferForm(request.POST or None, colleagues=(colleagues := colleagues_of(member, case)))
    if form.is_valid():
        to = next(m for m in colleagues if str(m.pk) == form.cleaned_data["to"])
        try:
            verbs.offer(by=member, case=case, to=to, note=form.cleaned_data["note"])
        except verbs.NotYours:
            form.add_error(
                None,
                _("A colleague handles the case and can hand it over. Your manager can say who handles it."),
            )
        except verbs.CaseClosed:
            form.add_error(None, _("The case is closed. Reopen it first."))
        except verbs.AlreadyOffered:
            return redirect("assign", number=number)
        else:
            messages.success(
                request,
                _("%(name)s has been asked. You handle the case until the answer is yes.")
                % {"name": to.user.name},
            )
            return redirect("case", number=number)
    declined = (
        HandOver.objects.filter(case=case, unit_id=member.unit_id, by=member, how=HandOverEnd.DECLINED)
        .select_related("to_member__user")
        .order_by("-id")
        .first()
    )
    return render(
        request,
        "cases/hand_over.html",
        {"form": form, "case": case, "colleagues": colleagues, "declined": declined},
    )


@require_http_methods(["GET", "POST"])
def hand_over_answer(request: PortalRequest, number: str) -> HttpResponse:
    """The colleague who was asked says yes, or no in a sentence."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "hand_over")
    offer = verbs.offer_on(case, member)
    if offer is None or offer.to_member_id != member.pk:
        return _gone(request, number)
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            if form.cleaned_data["answer"] == ACCEPT:
                verbs.accept(by=member, case=case)
                messages.success(request, _("You handle the case from now."))
            else:
                verbs.decline(by=member, case=case, answer=form.cleaned_data["why"])
                messages.success(request, _("Your colleague is told, and keeps the case."))
        except verbs.OfferGone:
            return _gone(request, number)
        return redirect("case", number=number)
    return render(request, "cases/hand_over_answer.html", {"form": form, "case": case, "offer": offer})


def _gone(request: PortalRequest, number: str) -> HttpResponse:
    messages.info(request, _("There is no offer to answer any longer."))
    return redirect("assign", number=number)
