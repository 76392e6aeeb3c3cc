"""The first day of a spell put right. Door, form, deed, next page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.access import demand, open_case, refuse
from cases.actions import case as case_verbs
from cases.days import in_force
from cases.spells import FirstDayForm
from parties.access import PortalRequest, who_acts


@require_http_methods(["GET", "POST"])
def first_day(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """Another first day for a spell in force, with a reason; the earlier entry stays to be read."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "record_spell")
    spells = list(case.spells.all())
    there = next((part.spell for part in in_force(spells) if part.spell.pk == pk), None)
    if there is None:
        refuse(request, f"{case.number}/{pk}")
    form = FirstDayForm(request.POST or None, spells=spells, was=there, initial={"from_on": there.from_on})
    if form.is_valid():
        try:
            case_verbs.correct_first_day(by=member, case=case, spell=there, **form.cleaned_data)
        except case_verbs.SpellReplaced:
            refuse(request, f"{case.number}/{pk}")
        messages.success(request, _("The first day is corrected. What stood before can still be read."))
        return redirect("case", number=number)
    return render(request, "cases/spell_first_day.html", {"form": form, "case": case, "spell": there})
