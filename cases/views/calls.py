"""Whom to phone: one page, on the screen and on paper."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit import ledger
from cases import calls as phoning
from cases.access import case_worker
from cases.filters import MINE
from cases.listing import PAGE, SHOW_PERSONS
from parties.access import PortalRequest


@require_safe
def calls(request: PortalRequest) -> HttpResponse:
    """The unit's own cases to phone in, the first due first; names and numbers when the reader has turned them on."""
    member = case_worker(request)
    mine = request.GET.get("whose", "") == MINE
    page = phoning.to_phone(
        member,
        mine=mine,
        after=request.GET.get("after", ""),
        with_persons=request.session.get(SHOW_PERSONS, False),
    )
    ledger.record_read("cases.to_phone_listed", by=member, persons={row.person_id for row in page.rows})
    return render(
        request,
        "cases/calls.html",
        {
            "page": page,
            "rows": [(row, phoning.note_address(row)) for row in page.rows],
            "mine": mine,
            "most": PAGE,
            "member": member,
            "now": timezone.localtime(),
            "with_persons": request.session.get(SHOW_PERSONS, False),
        },
    )
