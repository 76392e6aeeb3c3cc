"""Who can see a case and why, who has seen it, and the extract of it for the person."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from audit import ledger, reads
from audit.views import address, how_of, in_words, known_of, ways
from cases import extract, papers, preview
from cases.access import demand, open_case
from cases.views.papers import handed_out
from cases.whosees import who_sees
from parties.access import PortalRequest, who_acts
from parties.models import Role


@require_safe
def sight(request: PortalRequest, number: str) -> HttpResponse:
    """Who can see this and why, as it stands at this moment."""
    case = open_case(request, number, deed="case.sight")
    member = who_acts(request)
    seen = who_sees(case, member)
    return render(
        request,
        "cases/sight.html",
        {
            "case": case,
            "member": member,
            "seen": seen,
            "previews": {u.pk for u in preview.receiving_units(case, member)} if seen.owner else set(),
        },
    )


@require_safe
def case_log(request: PortalRequest, number: str) -> HttpResponse:
    """What the own unit has done and seen of its own case: opened, or only shown in a list. Read, it is a row too."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "read_log")
    ledger.record_read("case.log_read", by=member, case=case.pk, persons=[case.person_id], basis="own")
    found = reads.about_case(member, case=case.pk, person=case.person_id)
    how = how_of(request)
    entries, more = reads.page(reads.in_the_way(found, how), request.GET.get("before", ""))
    return render(
        request,
        "cases/log.html",
        {
            "case": case,
            "rows": in_words(member, entries, known_of(member, [])),
            "ways": ways(request, found),
            "how": how,
            "older_url": address(request, before=reads.key(entries[-1])) if more else "",
            "newest_url": address(request) if request.GET.get("before") else "",
        },
    )


# Why it is told who it was: the ledger keeps the key, and no word about the person.
WHY_NAMES = [
    ("asked", gettext_lazy("The person has asked who it was")),
    ("authority", gettext_lazy("An authority or a court has asked for it")),
]


class ExtractForm(forms.Form):
    """Unit, time and reason are always told. Who it was is the manager's decision, with its reason."""

    names = forms.ChoiceField(
        label=gettext_lazy("Tell also who it was"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("", gettext_lazy("No, only unit, time and reason")), *WHY_NAMES],
        error_messages={"invalid_choice": gettext_lazy("That choice is not in the list. Choose another.")},
    )

    def __init__(self, *args, decides: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not decides:
            del self.fields["names"]


@require_http_methods(["GET", "POST"])
def log_extract(request: PortalRequest, number: str) -> HttpResponse:
    """The extract for the person: what the own unit has done, seen and given. Nobody else's rows."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "print_extract")
    decides = member.role == Role.MANAGER
    form = ExtractForm(request.POST if request.method == "POST" else None, decides=decides)
    if form.is_valid():
        why = form.cleaned_data.get("names", "")
        if why:
            ledger.record_read("log.names_told", by=member, case=case.pk, persons=[case.person_id], note=why)
        pdf = papers.drawn("extract", extract.sheet(case, member, names=bool(why)))
        return handed_out(pdf, "log.extract_printed", by=member, case=case, number=case.number)
    return render(
        request, "cases/extract.html", {"form": form, "case": case, "member": member, "decides": decides}
    )
