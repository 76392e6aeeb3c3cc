"""The access log: who did or saw what, about whom, when and why; for those whose task it is to review it.

Who reads which rows. A unit's manager reads the rows of the own unit: what the people who work there did and saw,
their own steps included, in the unit's cases and in cases others have opened for it. An auditor reads the rows of the
own party, all its units. Nobody reads another party's rows: how others have handled a case stands in their own log,
and each party answers for its own (R13). For everyone else the page does not exist. The database holds the same
(audit/migrations/0002_append_only.py); the page adds only who has the task.

What a row tells. The manager sees the case's number if she may open the case today, and the person's name if it is a
case of the own unit that she may open and the identity is not protected. The auditor, who opens no case, sees neither,
not even of a refused attempt, but a key for each: the same key is the same case, and the same person, so that what happened can be followed and the
manager asked. A personal number stands nowhere. Whose name was shown on the page is written in the log itself.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from audit import ledger, reads, words
from audit.forms import LogFilter
from audit.models import Entry

if TYPE_CHECKING:
    # The types of lazy words are known where types are checked; the package is not there when the portal runs.
    from django_stubs_ext import StrOrPromise

READERS = frozenset({"auditor", "manager"})
MOST_NAMED = 3


class Reader(ledger.Member, Protocol):
    """Whoever reads the log, as far as this room knows: the three numbers, and the task."""

    role: str

    @property
    def is_case_role(self) -> bool: ...


class LogRequest(HttpRequest):
    """A request as this page meets it: who acts stands on it."""

    membership: Reader | None


@dataclass
class Row:
    """An entry in words. persons: (key, name or ""), the first few; `more` is how many stand behind them."""

    at: datetime
    who: str
    unit: str
    event: object
    asked_for: "StrOrPromise"
    case: int | None
    case_number: str
    persons: list[tuple[int, str]]
    more: list[tuple[int, str]]
    why: object


@require_safe
def access_log(request: LogRequest) -> HttpResponse:
    """The newest rows first, a page at a time; filters by event, person of staff, case, person's key and dates.

    Reading the log is logged too, with the persons whose names the page shows.
    """
    reader = request.membership
    if reader is None or reader.role not in READERS:
        raise Http404
    form = LogFilter(request.GET or None, reader=reader)
    if form.is_bound and not form.is_valid():
        found = Entry.objects.none()
    else:
        found = _rows(reader, form.cleaned_data if form.is_bound else {})
    how = how_of(request)
    entries, more = reads.page(reads.in_the_way(found, how), request.GET.get("before", ""))
    known = known_of(reader, entries)
    ledger.record_read("log.read", by=reader, persons=known.persons)
    return render(
        request,
        "audit/log.html",
        {
            "form": form,
            "rows": in_words(reader, entries, known),
            "ways": ways(request, found),
            "how": how,
            "filtered": any(form.cleaned_data.values()) if form.is_bound and form.is_valid() else False,
            "older_url": address(request, before=reads.key(entries[-1])) if more else "",
            "newest_url": address(request) if request.GET.get("before") else "",
            "person": form.cleaned_data.get("person") if form.is_bound and form.is_valid() else None,
            "by_key": not reader.is_case_role,
        },
    )


def how_of(request: HttpRequest) -> str:
    """The way of seeing that is asked for: opened, or shown in a list; anything else is both."""
    how = request.GET.get("how", "")
    return how if how in reads.HOW else ""


def ways(request: HttpRequest, rows: QuerySet[Entry]) -> list[tuple[str, object, str, str]]:
    """Both ways as links, each with how many rows it has."""
    found: list[tuple[str, object, str, str]] = [("", _("All"), "", address(request, how=""))]
    for how, word, n in reads.counted(rows):
        found.append((how, word, n, address(request, how=how)))
    return found


def _rows(reader: Reader, wanted: dict) -> QuerySet[Entry]:
    # The wall says which rows there are; asked here as well, so that the index of the unit or the party is used.
    mine = {"party": reader.party_id} if reader.role == "auditor" else {"unit": reader.unit_id}
    rows = Entry.objects.filter(words.chosen(wanted.get("kind", "")), **mine).order_by("-at", "-id")
    if wanted.get("who"):
        rows = rows.filter(member=wanted["who"])
    if wanted.get("case"):
        rows = rows.filter(case=_case(reader, wanted["case"]))
    if wanted.get("person"):
        rows = rows.filter(persons__contains=[wanted["person"]])
    if wanted.get("from_on"):
        rows = rows.filter(at__gte=_midnight(wanted["from_on"]))
    if wanted.get("to_on"):
        rows = rows.filter(at__lt=_midnight(wanted["to_on"] + timedelta(days=1)))
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _case(reader: Reader, typed: str) -> int:
    """The case that is meant: by its number, if the reader may know of it, else by its key; 0 is no case."""
    if typed.isascii() and typed.isdecimal() and len(typed) < 19:
        return int(typed)
    return next((found for look in words.case_numbered if (found := look(reader, typed))), 0)


def known_of(reader: Reader, entries: list[Entry]) -> words.Known:
    """What the reader may know of the cases and persons in the entries."""
    cases = {e.case for e in entries if e.case}
    persons = {person for e in entries for person in e.persons}
    known = [look(reader, cases, persons) for look in words.known_to]
    return words.Known(
        cases={pk: number for part in known for pk, number in part.cases.items()},
        persons={pk: name for part in known for pk, name in part.persons.items()},
    )


def in_words(reader: Reader, entries: list[Entry], known: words.Known) -> list[Row]:
    """The entries as rows, in words."""
    names = _asked(words.names_of, {e.member for e in entries if e.member})
    units = _asked(words.units_of, {e.unit for e in entries if e.unit})
    rows = []
    for e in entries:
        # Those with a name first: a reader looks for them.
        persons = sorted(
            ((pk, known.persons.get(pk, "")) for pk in e.persons), key=lambda p: (not p[1], p[1], p[0])
        )
        cut = MOST_NAMED if len(persons) > MOST_NAMED + 1 else len(persons)
        rows.append(
            Row(
                at=e.at,
                who=names.get(e.member, "") if e.member else "",
                unit=units.get(e.unit, "") if e.unit else "",
                event=words.in_words(e.kind),
                asked_for=_asked_for(reader, e),
                case=e.case,
                case_number=known.cases.get(e.case, "") if e.case else "",
                persons=persons[:cut],
                more=persons[cut:],
                why=words.BASES.get(e.basis, ""),
            )
        )
    return rows


def _asked_for(reader: Reader, entry: Entry) -> "StrOrPromise":
    """What a refused attempt asked for. A case's number is not told to who opens no case; a row's, or words, are."""
    if entry.kind != "read.refused" or not entry.note:
        return ""
    told = reader.is_case_role or entry.note.isdecimal() or " " in entry.note
    return entry.note if told else _("a case number")


def _asked(parts: list, keys: set[int]) -> dict[int, str]:
    return {pk: name for look in parts for pk, name in look(keys).items()}


def address(request: HttpRequest, **more: str) -> str:
    """The page's own address with the filters kept, and what is changed."""
    kept = {name: value for name, value in request.GET.items() if name != "before" and value}
    return "?" + urlencode({name: value for name, value in (kept | more).items() if value})
