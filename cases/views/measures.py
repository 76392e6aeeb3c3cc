"""Moving a measure: one click, and a page of its own for why it was interrupted."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.access import demand, open_case, open_item, refuse
from cases.actions import item as item_verbs
from cases.measures import MeasureState, may_move
from cases.models import Case, Item
from cases.models.item import STATED_TYPES
from cases.writing import CANNOT_BE_MOVED, InterruptedForm
from parties.access import PortalRequest, who_acts


def _own(request: PortalRequest, number: str, pk: int) -> tuple[Case, Item]:
    case = open_case(request, number)
    demand(who_acts(request), case, "write_item")
    item = open_item(request, case, pk)
    if item.unit_id != who_acts(request).unit_id or item.type not in STATED_TYPES:
        refuse(request, f"{number}/{pk}")
    return case, item


@require_POST
def move_measure(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """Puts the measure in the state that the button names, as of today. An interruption asks for its reason first."""
    case, item = _own(request, number, pk)
    to = request.POST.get("to", "")
    if to == MeasureState.INTERRUPTED:
        return redirect("interrupt_measure", number=number, pk=pk)
    return _moved(request, case, item, to)


@require_http_methods(["GET", "POST"])
def interrupt_measure(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """Why and when it was interrupted."""
    case, item = _own(request, number, pk)
    form = InterruptedForm(request.POST or None, initial={"on": timezone.localdate()})
    if form.is_valid():
        values = form.cleaned_data
        return _moved(request, case, item, MeasureState.INTERRUPTED, reason=values["reason"], on=values["on"])
    if not may_move(str(item.facts.get("state", "")), MeasureState.INTERRUPTED):
        messages.error(request, str(CANNOT_BE_MOVED))
        return redirect("case", number=number)
    return render(request, "cases/interrupt.html", {"form": form, "case": case, "item": item})


def _moved(request: PortalRequest, case: Case, item: Item, to: str, **more) -> HttpResponse:
    try:
        item_verbs.move_measure(by=who_acts(request), case=case, item=item, to=to, **more)
    except item_verbs.IllegalMove:
        messages.error(request, str(CANNOT_BE_MOVED))
    except item_verbs.Superseded:
        messages.error(
            request,
            _("A colleague changed this in the meantime. Nothing was moved; look at how it stands now."),
        )
    else:
        messages.success(
            request,
            _("%(heading)s: %(state)s. A new version is saved; what was given before is unchanged.")
            % {"heading": item.heading, "state": str(MeasureState(to).label).lower()},
        )
    return redirect("case", number=case.number)
