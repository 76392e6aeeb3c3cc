"""Giving several items at once: choose, look, give. The page says of each whether it may be given, before and after."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cases import giving, sight
from cases.access import demand, open_case, refuse
from cases.actions.disclosure import NotConfirmed
from cases.actions.giving_many import give_many as give_them
from cases.deciding import Standing
from parties.access import PortalRequest, who_acts


@require_http_methods(["GET", "POST"])
def give_many(request: PortalRequest, number: str) -> HttpResponse:
    """Chooses items and units, shows what may be given and why not, and gives what may. Given twice is given once."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "give")
    asked = request.POST if request.method == "POST" else request.GET
    items = giving.own_items(case, member)
    units = sight.units_that_may_receive(case, member, Standing.of(case, member.unit))
    chosen = [item for item in items if str(item.pk) in asked.getlist("item")]
    to = [unit for unit in units if str(unit.pk) in asked.getlist("to")]
    wanted = len(set(asked.getlist("item"))), len(set(asked.getlist("to")))
    if (len(chosen), len(to)) != wanted:
        # A key that is not one of ours to choose is the same as none at all.
        refuse(request, f"{number}/give")
    error = ""
    if not (chosen and to):
        if asked.get("look"):
            error = _("Choose at least one item and one unit.")
        context = {"case": case, "items": items, "units": units, "error": error, "chosen": wanted}
        picked = {"picked_items": {i.pk for i in chosen}, "picked_units": {u.pk for u in to}}
        return render(request, "cases/give_choose.html", context | picked)
    ticked = request.POST.getlist("confirmed")
    if request.method == "POST":
        try:
            outcomes = give_them(
                by=member, case=case, items=chosen, to=to, confirmed=giving.confirmed_by_unit(ticked, to)
            )
        except NotConfirmed as missing:
            error = str(sight.CONFIRMATIONS_MISSING[missing.what])
        else:
            given, refused = sum(o.given for o in outcomes), sum(o.refused is not None for o in outcomes)
            if given:
                messages.success(
                    request, ngettext("%(n)d was given now.", "%(n)d were given now.", given) % {"n": given}
                )
            if refused:
                messages.error(
                    request,
                    ngettext(
                        "%(n)d was not given. The reason stands below.",
                        "%(n)d were not given. The reasons stand below.",
                        refused,
                    )
                    % {"n": refused},
                )
            query = [("item", i.pk) for i in chosen] + [("to", u.pk) for u in to]
            return redirect(f"{reverse('give_many', args=[number])}?{urlencode(query)}")
    return render(
        request,
        "cases/give_many.html",
        {
            "case": case,
            "preview": giving.preview(case, member, chosen, to, ticked),
            "chosen": chosen,
            "to": to,
            "error": error,
            "several": len(to) > 1,
        },
    )
