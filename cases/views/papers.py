"""The papers of a case: chosen on a page, drawn in the request, read in the ledger, kept nowhere."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from audit import ledger
from cases import papers, told
from cases.access import demand, open_case, open_consent
from cases.actions.printing import note_printed
from cases.forms import ConsentPrintForm
from cases.models import Case
from parties.access import PortalRequest, who_acts
from parties.models import Membership


@require_http_methods(["GET", "POST"])
def print_consent(request: PortalRequest, number: str) -> HttpResponse:
    """The consent form for the chosen units, to be filled in by hand; the choice first, then the paper."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "record_consent")
    form = ConsentPrintForm(
        request.POST or None, units=papers.units_that_concern(case, member), most=papers.MOST_UNITS
    )
    if form.is_valid():
        values, form_number = form.cleaned_data, papers.new_form_number()
        paper = papers.consent_form(
            case,
            member.unit,
            values["units"],
            values["purpose"],
            form_number,
            needs=papers.needs_on_paper(case, member),
        )
        if paper["pairs"]:
            pdf = papers.drawn("consent_form", paper)
            note_printed(by=member, case=case, number=form_number, units=values["units"])
            return handed_out(pdf, "consent.form_printed", by=member, case=case, number=form_number)
        form.add_error("units", _("The law has no way for this between these parties."))
    return render(
        request,
        "cases/consent_print.html",
        {"form": form, "case": case, "statistics": papers.can_ask_about_statistics(case)},
    )


@require_POST
def print_statistics(request: PortalRequest, number: str) -> HttpResponse:
    """The sheet on statistics, a paper of its own (R9). 404 where nobody is counted by name."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "record_consent")
    if not papers.can_ask_about_statistics(case):
        raise Http404
    form_number = papers.new_form_number()
    pdf = papers.drawn("statistics", papers.statistics_sheet(case, member.unit, form_number))
    return handed_out(pdf, "consent.statistics_printed", by=member, case=case, number=form_number)


@require_POST
def print_shared(request: PortalRequest, number: str) -> HttpResponse:
    """*Detta delas om dig*: the own unit's case, as it stands at this moment."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "tell_person")
    pdf = papers.drawn("shared", told.shared(case, member.unit))
    return handed_out(pdf, "consent.shared_printed", by=member, case=case, number=case.number)


@require_POST
def print_receipt(request: PortalRequest, number: str, consent_number: str) -> HttpResponse:
    """The receipt of what was withdrawn of a consent. 404 while nothing of it is withdrawn."""
    case = open_case(request, number)
    consent = open_consent(request, case, consent_number)
    member = who_acts(request)
    demand(member, case, "tell_person")
    if not told.was_withdrawn(consent):
        raise Http404
    pdf = papers.drawn("receipt", told.receipt(case, consent, member.unit))
    return handed_out(pdf, "consent.receipt_printed", by=member, case=case, number=consent.number)


def handed_out(pdf: bytes, deed: str, *, by: Membership, case: Case, number: str) -> HttpResponse:
    """The paper as a file, after its row in the ledger. Its name tells the number on it and no person."""
    basis = "own" if case.unit_id == by.unit_id else "given"
    ledger.record_read(deed, by=by, case=case.pk, persons=[case.person_id], basis=basis, note=number)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f"inline; filename={number}.pdf"
    return answer
