"""The access log, for those who review it: an auditor reads the own party's rows, a manager the own unit's."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit import ledger
from audit.models import Entry
from audit.words import KINDS, in_words, names_of

READERS = frozenset({"auditor", "manager"})
PAGE = 50


@require_safe
def access_log(request: HttpRequest) -> HttpResponse:
    """The newest rows first, a page at a time; the wall decides which rows there are. Reading the log is logged too."""
    member = request.membership
    if member is None or member.role not in READERS:
        raise Http404
    kind = request.GET.get("kind", "")
    before = request.GET.get("before", "")
    entries = Entry.objects.order_by("-id")
    if kind in KINDS:
        entries = entries.filter(kind=kind)
    if before.isascii() and before.isdecimal() and len(before) < 19:
        entries = entries.filter(pk__lt=int(before))
    rows = list(entries[: PAGE + 1])
    shown, more = rows[:PAGE], len(rows) > PAGE
    ledger.record_read("log.read", by=member)
    members = {e.member for e in shown if e.member}
    names = {pk: name for look in names_of for pk, name in look(members).items()}
    return render(
        request,
        "audit/log.html",
        {
            "entries": [(e, in_words(e.kind), names.get(e.member, "")) for e in shown],
            "kinds": sorted(KINDS.items(), key=lambda pair: str(pair[1])),
            "kind": kind,
            "next_before": shown[-1].pk if more else None,
        },
    )
