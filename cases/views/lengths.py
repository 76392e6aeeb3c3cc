"""How long the organisation's parties let a consent stand: the administrator's, who sees no case."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.actions.lengths import set_lengths
from cases.lengths import lengths_of
from cases.setting_lengths import LengthsForm
from parties.access import PortalRequest
from parties.actions import units_administered_by
from parties.models import Membership, Party, Role, Side


def _administrator(request: PortalRequest) -> Membership:
    member = request.membership
    if member is None or member.role != Role.ADMINISTRATOR or member.side != Side.CASE:
        raise Http404
    return member


def _parties(by: Membership):
    return (
        Party.objects.filter(units__in=units_administered_by(by), side=Side.CASE).distinct().order_by("name")
    )


@require_safe
def lengths(request: PortalRequest) -> HttpResponse:
    """Each party's, with the way to change it."""
    rows = [(party, lengths_of(party)) for party in _parties(_administrator(request))]
    return render(request, "cases/lengths.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def set_party_lengths(request: PortalRequest, pk: int) -> HttpResponse:
    """One party's, from now on; consents that stand keep theirs."""
    by = _administrator(request)
    party = _parties(by).filter(pk=pk).first()
    if party is None:
        raise Http404
    now = lengths_of(party)
    form = LengthsForm(
        request.POST or None,
        initial={
            "months": ", ".join(map(str, now.months)), "longest": now.longest, "oral_days": now.oral_days,
        },
    )  # fmt: skip
    if form.is_valid():
        try:
            set_lengths(by=by, party=party, **form.cleaned_data)
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            messages.success(request, _("Saved. It applies to consents recorded from now on."))
            return redirect("consent_lengths")
    return render(request, "cases/lengths_set.html", {"form": form, "party": party})
