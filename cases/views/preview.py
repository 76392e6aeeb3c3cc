"""The case as another unit sees it, for the unit that has it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases import preview
from cases.access import open_case, refuse
from cases.listing import SHOW_PERSONS
from parties.access import PortalRequest, who_acts


@require_safe
def seen_by(request: PortalRequest, number: str, unit: int) -> HttpResponse:
    """What one receiving unit sees of the own unit's case now. Only the owner looks; a unit given nothing is not there."""
    case = open_case(request, number, deed="case.previewed")
    member = who_acts(request)
    units = preview.receiving_units(case, member) if case.unit_id == member.unit_id else []
    chosen = next((u for u in units if u.pk == unit), None)
    if chosen is None:
        refuse(request, f"{number}/{unit}")
    return render(
        request,
        "cases/preview.html",
        {
            "case": case,
            "seen": preview.seen_by(chosen, case, member),
            "others": [u for u in units if u.pk != chosen.pk],
            "show_number": request.session.get(SHOW_PERSONS, False),
        },
    )
