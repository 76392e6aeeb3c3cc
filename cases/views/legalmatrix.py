"""The page that says what the law knows, for whoever works with cases. No person stands on it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases import legalmatrix
from cases.access import case_worker
from cases.law import LAW_VERSION
from parties.access import PortalRequest


@require_safe
def matrix(request: PortalRequest) -> HttpResponse:
    """Who may give what to whom, on which ground; the own kind of party first."""
    member = case_worker(request)
    return render(
        request,
        "cases/matrix.html",
        {
            "givers": legalmatrix.givers(member.unit.party.kind),
            "explanations": legalmatrix.explanations(),
            "law_version": LAW_VERSION,
        },
    )
