"""Consents that end: the list, and their forms printed together."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit import ledger
from cases import papers
from cases.access import allowed_actions, case_worker
from cases.actions.printing import note_printed
from cases.ending import MOST, MOST_AT_ONCE, EndingConsent, ending
from parties.access import PortalRequest
from parties.models import Membership


@require_http_methods(["GET", "POST"])
def ending_consents(request: PortalRequest) -> HttpResponse:
    """The consents that end within 60 days; what is ticked is printed as one file, and marked as printed."""
    member = case_worker(request)
    if request.method == "POST":
        ticked = {
            int(pk)
            for pk in request.POST.getlist("consents")
            if pk.isascii() and pk.isdigit() and len(pk) < 19
        }
        chosen = ending(member, only=ticked) if ticked else []
        if not chosen:
            messages.error(request, _("Tick at least one consent to print a form for."))
        elif len(chosen) > MOST_AT_ONCE:
            messages.error(
                request, _("Print at most %(most)s at a time. Take away some.") % {"most": MOST_AT_ONCE}
            )
        else:
            return _printed(chosen, member)
    found = ending(member)
    rows = found[:MOST]
    ledger.record_read("consents.ending_listed", by=member, persons={r.consent.case.person_id for r in rows})
    may_print = any("record_consent" in allowed_actions(member, r.consent.case) for r in rows)
    return render(
        request,
        "cases/ending.html",
        {
            "rows": rows,
            "more": len(found) > MOST,
            "most": MOST,
            "at_once": MOST_AT_ONCE,
            "may_print": may_print,
        },
    )


@transaction.atomic
def _printed(chosen: list[EndingConsent], by: Membership) -> HttpResponse:
    """One file with a form for each: the directions of the consent that ends, and every box empty."""
    forms = []
    for row in chosen:
        case, number = row.consent.case, papers.new_form_number()
        if "record_consent" not in allowed_actions(by, case):
            raise PermissionDenied("record_consent")
        forms.append(
            papers.consent_form(
                case,
                by.unit,
                row.others,
                row.consent.purpose,
                number,
                row.directions,
                papers.needs_on_paper(case, by),
            )
        )
        note_printed(by=by, case=case, number=number, units=row.others, renews=row.consent)
        ledger.record_read(
            "consent.form_printed", by=by, case=case.pk, persons=[case.person_id], basis="own", note=number
        )
    answer = HttpResponse(papers.drawn("consent_forms", {"forms": forms}), content_type="application/pdf")
    answer.headers["Content-Disposition"] = "inline; filename=blanketter.pdf"
    return answer
