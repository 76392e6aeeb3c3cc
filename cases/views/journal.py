"""*Dagens journaltexter*: a day of the unit's cases as plain text, and the tick that a text has been entered."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from audit import ledger
from cases import journal
from cases.access import case_worker, demand, may_write, open_case
from cases.actions import journal as verbs
from cases.actions.reading import note_items_opened
from cases.filters import MINE
from cases.listing import SHOW_PERSONS
from parties.access import PortalRequest, who_acts

# No day has more events of one case than this; a longer list of keys is nobody's.
MOST_KEYS = 20_000


@require_safe
def texts(request: PortalRequest) -> HttpResponse:
    """One day's texts; `day=left` is the oldest with something left to enter. For care units; 404 for everyone else."""
    member = case_worker(request)
    if not journal.is_for(member):
        raise Http404
    today = timezone.localdate()
    mine = request.GET.get("whose", "") == MINE
    left = journal.days_left(member, mine=mine, today=today)
    asked = request.GET.get("day", "")
    day = min(left, default=today) if asked == "left" else _day(asked, today)
    found, persons = journal.day_of(
        member, day, mine=mine, with_persons=request.session.get(SHOW_PERSONS, False)
    )
    blocks = found[: journal.MOST_CASES]
    ledger.record_read("journal.read", by=member, persons=persons[: journal.MOST_CASES])
    note_items_opened(by=member, items=[item for block in blocks for item in block.items])
    return render(
        request,
        "cases/journal.html",
        {
            "blocks": blocks,
            "more": len(found) > journal.MOST_CASES,
            "most": journal.MOST_CASES,
            "day": day,
            "today": today,
            "mine": mine,
            "member": member,
            "may_enter": may_write(member),
            "days": [
                (each, left.get(each, 0))
                for each in (today - timedelta(days=n) for n in range(journal.LOOK_BACK))
            ],
            "left": sum(1 for block in blocks if block.left),
        },
    )


@require_POST
def enter(request: PortalRequest, number: str) -> HttpResponse:
    """The text has been entered in the care record."""
    case = open_case(request, number)
    demand(who_acts(request), case, "journal")
    day = _day(request.POST.get("day", ""), timezone.localdate())
    count = verbs.enter(by=who_acts(request), case=case, day=day, events=_keys(request))
    if count:
        messages.success(
            request,
            ngettext(
                "It is noted that %(n)s event in %(number)s has been entered.",
                "It is noted that %(n)s events in %(number)s have been entered.",
                count,
            )
            % {"n": count, "number": case.number},
        )
    return _back(request, day, number)


@require_POST
def take_back(request: PortalRequest, number: str) -> HttpResponse:
    """It had not been entered: the text is left to enter again."""
    case = open_case(request, number)
    demand(who_acts(request), case, "journal")
    day = _day(request.POST.get("day", ""), timezone.localdate())
    if verbs.take_back(by=who_acts(request), case=case, events=_keys(request)):
        messages.success(request, _("The text is left to enter again."))
    return _back(request, day, number)


def _keys(request: PortalRequest) -> list[str]:
    return request.POST.get("events", "").replace("\x00", "")[:MOST_KEYS].split()


def _day(text: str, today: date) -> date:
    """A day as written in the address; anything else, and what has not been yet, is today."""
    try:
        return min(date.fromisoformat(text), today)
    except ValueError:
        return today


def _back(request: PortalRequest, day: date, number: str) -> HttpResponse:
    whose = f"&whose={MINE}" if request.POST.get("whose") == MINE else ""
    return redirect(f"{reverse('journal')}?day={day.isoformat()}{whose}#c-{number}")
