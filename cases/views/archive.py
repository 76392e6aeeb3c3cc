"""The registrar's one page: a case number and a reason in, the sealed copies out."""

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cases import archive
from cases.forms import PersonText
from parties.access import PortalRequest
from parties.models import Membership, Role


class HandOutForm(forms.Form):
    """Which case, and why. Both are kept in the access log."""

    number = forms.CharField(
        label=_("Case number"),
        max_length=20,
        help_text=_("Exactly as it stands on the document, for example 7KQ4-M2X9."),
        error_messages={"required": _("Fill in the case number.")},
    )
    reason = PersonText(
        label=_("Why it is handed out"),
        min_length=archive.SHORTEST_REASON,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "For example the request's own number and who asked. The reason stands in the access log."
        ),
        error_messages={
            "required": _("Write why it is handed out."),
            "min_length": _("Write why it is handed out, in a few words."),
        },
    )


@require_http_methods(["GET", "POST"])
def hand_out(request: PortalRequest) -> HttpResponse:
    """Hands out what the own party was given on one case. Nothing found and nothing there is the same answer."""
    member = registrar(request)
    form = HandOutForm(request.POST or None)
    copies: list[archive.Copy] | None = None
    if form.is_valid():
        copies = archive.hand_out(by=member, **form.cleaned_data)
    return render(
        request,
        "cases/archive.html",
        {
            "form": form,
            "copies": copies,
            "number": form.cleaned_data["number"] if copies else "",
            "reason": form.cleaned_data["reason"] if copies else "",
            "party": member.party,
        },
    )


def registrar(request: PortalRequest) -> Membership:
    """Whoever acts as a registrar; for everyone else the archive does not exist."""
    if request.membership is None or request.membership.role != Role.REGISTRAR:
        raise Http404
    return request.membership
