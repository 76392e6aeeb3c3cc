"""The desk: what needs one today, the lists and the search."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit import ledger
from cases import (
    closing,
    columns,
    filters,
    hand_over,
    incidents,
    journal,
    listing,
    listrows,
    milestones,
    seams,
    statements,
)
from cases.access import case_worker, may_write
from cases.actions.case import may_open_cases
from cases.forms import NewCaseForm
from cases.listing import SHOW_PERSONS
from cases.views.case import initiatives_of
from parties.access import PortalRequest
from parties.models import CARE_KINDS


@require_safe
def worklist(request: PortalRequest) -> HttpResponse:
    """What needs this member today, most urgent first; only what one can do stands here."""
    member = case_worker(request)
    # A manager works with no case; what went to the wrong unit is the manager's too, and
    # so is who handles what.
    parts = (
        listing.given_to_read,
        hand_over.worklist,
        milestones.matters,
        closing.outcomes_due,
        journal.worklist,
        statements.waiting_lists,
        *seams.worklist,
    )
    work = parts if may_write(member) else ()
    matters = sorted(
        (m for part in (*work, incidents.worklist, hand_over.unhandled) for m in part(member)),
        key=lambda m: (m.due_on is None, m.due_on, m.case_number),
    )
    today = timezone.localdate()
    ledger.record_read("worklist.read", by=member, persons={m.person for m in matters if m.person})
    return render(
        request,
        "cases/worklist.html",
        {"groups": listing.grouped(matters, today), "count": len(matters), "today": today, "member": member}
        | {"wrongly_sent": incidents.wrongly_sent(member), "may_heed": may_write(member)}
        | {"has_journal": journal.is_for(member), "has_incidents": incidents.has_any(member)},
    )


@require_safe
def cases(request: PortalRequest) -> HttpResponse:
    """The unit's own cases by filter, or those others have opened for it; a page at a time, in the order they last moved or by name."""
    member = case_worker(request)
    show = request.GET.get("show", "")
    how = {"before": request.GET.get("before", ""), "with_persons": request.session.get(SHOW_PERSONS, False)}
    chosen, problems = filters.CaseFilter(), list[str]()
    by_name = request.GET.get("order", "") == "name"
    if show != "received":
        chosen, problems = filters.read(request.GET, member)
        page = listing.own(member, chosen=chosen, shown=columns.chosen_by(member), by_name=by_name, **how)
        # A unit without cases of its own begins with what it has been given.
        show = chosen.show if show in ("open", "closed") or page.rows or chosen.values else "received"
    if show == "received":
        page = listing.received(member, **how)
    received = show == "received"
    ledger.record_read("cases.listed", by=member, persons=page.persons)
    return render(
        request,
        "cases/list.html",
        {
            "page": page,
            "heads": listrows.heads(page),
            "body": listrows.body(page, _new_mark() if any(row.is_new for row in page.rows) else ""),
            "is_wide": listrows.is_wide(page),
            "show": show,
            "received": received,
            "member": member,
            "chosen": chosen,
            "words": filters.in_words(chosen, member) if chosen.narrows else [],
            "problems": problems,
            "has_statements": member.unit.party.kind in CARE_KINDS,
            "may_phone": may_write(member),
            "by_name": by_name,
            "order": "&order=name" if by_name else "",
            "saved": [] if received else filters.kept_by(member, chosen, listing.PAGE),
        },
    )


def _new_mark() -> str:
    return render_to_string("cases/new_mark.html").strip()


@require_POST
def show_persons(request: PortalRequest) -> HttpResponse:
    """Turns names and numbers on or off in this session: off is for the projector."""
    case_worker(request)
    request.session[SHOW_PERSONS] = request.POST.get("show") == "1"
    return redirect(listing.safe_return(request))


@require_http_methods(["GET", "POST"])
def case_search(request: PortalRequest) -> HttpResponse:
    """Search by case number, personal number or name. The term is posted, answered and kept nowhere: no address, no session."""
    member = case_worker(request)
    term = request.POST.get("q", "").replace("\x00", "").strip()[:100]
    found = listing.search(member, term)
    if term:
        ledger.record_read("cases.searched", by=member, persons=found.persons)
    if found.only is not None:
        return redirect("case", number=found.only)
    form = None
    if found.to_log is not None and may_open_cases(member):
        # The page without a hit is the form: what was typed goes on by post, never in an address or a session.
        form = NewCaseForm(
            by=member,
            initiatives=initiatives_of(member),
            initial={"number": found.to_log.number, "name": found.to_log.name},
        )
        if not found.rows:
            # The next thing to write, or Enter at once when all is there.
            form.fields["number" if found.to_log.name else "name"].widget.attrs["autofocus"] = True
    return render(request, "cases/found.html", {"found": found, "term": term, "member": member, "form": form})
