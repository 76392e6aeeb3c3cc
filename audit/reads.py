"""Rows of the ledger as pages read them: about one case, shown in a list or opened; a page at a time, by key.

How a row came about is read from the row: it names a case, which was opened, or persons and no case, who stood in a
list; a page that shows the texts of many, and a paper or a file of many, are of the first sort. The same query gives the
rows and their count.
"""

from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import ledger
from audit.models import Entry

PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

LISTED, OPENED = "listed", "opened"
# One reading that shows what stands in many cases, or takes it out of the portal: no mere list.
_TEXTS_OF_MANY = ("journal.read", "statements.printed", "agenda.printed", "cases.exported")
HOW: dict[str, tuple[Promise, Q]] = {
    OPENED: (_("Opened"), Q(case__isnull=False) | (Q(kind__in=_TEXTS_OF_MANY) & ~Q(persons=[]))),
    LISTED: (_("Shown in a list"), Q(case=None) & ~Q(persons=[]) & ~Q(kind__in=_TEXTS_OF_MANY)),
}


def about_case(reader: ledger.Member, *, case: int, person: int) -> QuerySet[Entry]:
    """What the reader's own unit did and saw of a case: the rows that name it, and the lists in which the person stood.

    The wall says the same of the unit, and takes away what a block holds from the reader.
    """
    return Entry.objects.filter(
        Q(case=case) | Q(case=None, persons__contains=[person]), unit=reader.unit_id
    ).order_by("-at", "-id")


def about_person(reader: ledger.Member, *, person: int) -> QuerySet[Entry]:
    """The reader's own unit's rows that name the person, in whatever case of theirs."""
    return Entry.objects.filter(unit=reader.unit_id, persons__contains=[person]).order_by("-at", "-id")


def in_the_way(rows: QuerySet[Entry], how: str) -> QuerySet[Entry]:
    """The rows of one way, opened or shown in a list; another word is no filter."""
    return rows.filter(HOW[how][1]) if how in HOW else rows


def was_opened(entry: Entry) -> bool:
    """The same of a row in hand."""
    return entry.case is not None or entry.kind in _TEXTS_OF_MANY


def counted(rows: QuerySet[Entry]) -> list[tuple[str, Promise, str]]:
    """Each way with its word and its count, "50+" beyond a page."""
    counts = []
    for how, (word, _rows) in HOW.items():
        found = len(in_the_way(rows, how).order_by().values_list("pk", flat=True)[: PAGE + 1])
        counts.append((how, word, f"{PAGE}+" if found > PAGE else str(found)))
    return counts


def page(rows: QuerySet[Entry], before: str) -> tuple[list[Entry], bool]:
    """The page after a key, and whether there is more."""
    key = _key_of(before)
    if key:
        at, pk = key
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk), at__lte=at)
    found = list(rows[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def key(entry: Entry) -> str:
    return f"{(entry.at - _EPOCH) // timedelta(microseconds=1)}_{entry.pk}"


def _key_of(text: str) -> tuple[datetime, int] | None:
    """The last row shown, as written in the link to the next page; anything else is no key."""
    moment, _, pk = text.partition("_")
    if not (moment.isascii() and moment.isdecimal() and pk.isascii() and pk.isdecimal() and len(text) < 40):
        return None
    if int(pk) >= 2**63:
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(moment)), int(pk)
    except OverflowError:
        return None
