"""*Ring upp*: the unit's own cases in which the reader's next step begins with a telephone call, and why.

Computed at each look from the same rows as the worklist: a consent that ends (M15), a milestone that the reader does
something about, a case in which nothing has happened (M23), an outcome to ask for (M29). A case stands once, with all its
reasons, where the first of them is due. Nothing of it is stored, and what a block or an ended role closes is not here.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import closing, filters, milestones
from cases.access import may_write
from cases.listing import PAGE
from cases.milestones import MILESTONES, Facts, Reached, Standing
from cases.models import Case, Item
from cases.models.case import CaseQuerySet
from parties.models import Membership

# The type of item that holds a number to call, and whose number is the person's own.
CONTACT = "contact"
OWN_NUMBER = (None, "", "person")
NOT_SAFE = "no"
SAFE: dict[str, Promise] = {
    "message": gettext_lazy("Safe to call and leave a message"),
    "call": gettext_lazy("Safe to call, leave no message"),
    NOT_SAFE: gettext_lazy("Not safe: do not call"),
}
# Warned of by its first day, not by its last: 60 days before a consent ends, 45 without anything happening.
_FROM_THE_FIRST_WARNING = frozenset({"M15", "M23"})


@dataclass(frozen=True, order=True)
class Reason:
    """Why to phone. `due_on`: at the latest; `since`: from when nothing has happened, said instead of it."""

    due_on: date
    words: str
    since: date | None = None


@dataclass
class Call:
    """One case to phone in. `person` and `phone` are empty until the reader shows names."""

    case: int
    number: str
    person_id: int
    reasons: list[Reason] = field(default_factory=list)
    person: str = ""
    phone: str = ""
    safe: str = ""
    is_closed: bool = False

    @property
    def due_on(self) -> date:
        return min(self.reasons).due_on

    @property
    def key(self) -> tuple[date, str]:
        return self.due_on, self.number

    @property
    def written_as(self) -> str:
        """The key as it stands in the link to the next page."""
        return f"{self.due_on.isoformat()}_{self.number}"


@dataclass
class Page:
    rows: list[Call]
    count: str
    next_after: str = ""

    @property
    def has_phones(self) -> bool:
        return any(row.phone or row.safe for row in self.rows)


def to_phone(member: Membership, *, mine: bool, after: str, with_persons: bool) -> Page:
    """A page of whom to phone, the first due first. mine: only the cases that the member handles. after: the last shown."""
    calls = sorted(_calls(member, mine).values(), key=lambda call: call.key)
    count = f"{PAGE}+" if len(calls) > PAGE else str(len(calls))
    if (last := _key(after)) is not None:
        calls = [call for call in calls if call.key > last]
    page = Page(calls[:PAGE], count)
    if len(calls) > PAGE:
        page.next_after = page.rows[-1].written_as
    if with_persons:
        _name(page.rows, member)
    return page


def _key(text: str) -> tuple[date, str] | None:
    day, _sign, number = text.partition("_")
    try:
        return date.fromisoformat(day), number
    except ValueError:
        return None


def _calls(member: Membership, mine: bool) -> dict[str, Call]:
    calls: dict[str, Call] = {}
    if not may_write(member):
        return calls
    today = timezone.localdate()
    wanted: CaseQuerySet = Case.objects.all()
    if mine:
        wanted = wanted.filter(Exists(filters.handlers(member).filter(member=member)))
    # What a page settles for many cases at once is no reason to phone one person.
    does = {m.key for m in MILESTONES if milestones.can_do(member, m)} - set(milestones.TOGETHER) | {"M15"}
    for reached, facts in milestones.reached_in(wanted, member, today):
        if reached.milestone.key in does and _is_time(reached, today):
            call = calls.setdefault(facts.number, Call(facts.case, facts.number, facts.person))
            call.reasons.append(_reason(reached, facts))
    outcomes = closing.outcomes_due(member)
    closed = {m.case_number for m in outcomes}
    keys = dict(wanted.visible_to(member).filter(number__in=closed).values_list("number", "pk"))
    for matter in outcomes:
        if matter.case_number in keys and matter.due_on and matter.person:
            calls[matter.case_number] = Call(
                keys[matter.case_number], matter.case_number, matter.person,
                [Reason(matter.due_on, _("The outcome is to be asked for"))], is_closed=True,
            )  # fmt: skip
    for call in calls.values():
        call.reasons.sort()
    return calls


def _is_time(reached: Reached, today: date) -> bool:
    if reached.milestone.key in _FROM_THE_FIRST_WARNING:
        return reached.standing in (Standing.NEAR, Standing.DUE, Standing.LATE)
    return milestones.is_on_the_list(reached, today)


def _reason(reached: Reached, facts: Facts) -> Reason:
    if reached.milestone.key == "M15":
        return Reason(reached.due.on, _("The consent with %(party)s ends") % {"party": reached.due.note})
    if reached.milestone.key == "M23":
        return Reason(reached.due.on, _("Nothing has happened in the case"), since=facts.moved_on)
    return Reason(reached.due.on, str(reached.milestone.does))


def _name(rows: Collection[Call], member: Membership) -> None:
    """Names and numbers to call on the rows; a protected identity has neither in a list."""
    cases = {row.case: row for row in rows}
    hidden = set()
    people = Case.objects.visible_to(member).filter(pk__in=cases)
    for pk, name, protected in people.values_list("pk", "person__name", "person__protected"):
        cases[pk].person = _("Protected personal data") if protected else name
        if protected:
            hidden.add(pk)
    numbers = (
        Item.objects.visible_to(member)
        .latest_versions()
        .filter(case__in=cases.keys() - hidden, unit=member.unit_id, type=CONTACT)
        .order_by("happened_on", "pk")
        .values_list("case", "facts__phone", "facts__safe", "facts__whose")
    )
    for pk, phone, safe, whose in numbers:
        if phone and whose in OWN_NUMBER:
            # Of several the newest stands. What is not safe to call is not held out to be called.
            cases[pk].phone = "" if safe == NOT_SAFE else str(phone)
            cases[pk].safe = str(SAFE.get(safe, _("Not said whether it is safe to call")))


def note_address(call: Call) -> str:
    """Where what was said is written: a note, or the outcome of a closed case."""
    if call.is_closed:
        return reverse("outcome", args=[call.number])
    return f"{reverse('new_item', args=[call.number])}?type=note"
