"""The receiver's own file: fetching what was given, and copying it as plain text, while the ground stands (R1)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases import filecopy
from cases.access import demand, open_case, open_item, refuse
from cases.actions import reading
from cases.models import Case, Disclosure, Item
from parties.access import PortalRequest, who_acts


@require_POST
def fetch(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """Notes who put the copy in the unit's own file, and when; then the text to put there."""
    case = open_case(request, number)
    item, _given = _received(request, case, pk)
    if reading.fetch_to_file(by=who_acts(request), case=case, item=item):
        messages.success(request, _("It is noted that you have fetched this to your file."))
    return redirect("copy_item", number=number, pk=pk)


@require_safe
def copy(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """The given version as one block of plain text."""
    case = open_case(request, number, deed="item.copied")
    item, given = _received(request, case, pk)
    text = filecopy.as_text(case, item, given)
    return render(
        request,
        "cases/copy.html",
        {"case": case, "item": item, "given": given, "text": text, "rows": min(text.count("\n") + 3, 40)},
    )


def _received(request: PortalRequest, case: Case, pk: int) -> tuple[Item, Disclosure]:
    """An item of another unit's that stands given to this one; else Http404. A manager reads, and fetches nothing."""
    demand(who_acts(request), case, "fetch")
    item = open_item(request, case, pk)
    given = filecopy.given_to(item, who_acts(request))
    if given is None:
        refuse(request, f"{case.number}/{pk}")
    return item, given
