"""What the rows of the ledger are called on the screen: events and grounds. A kind missing here turns a house test red.

Names of staff, units, cases and persons are known on the floors above, which plug in. The room itself knows numbers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Known:
    """What a reader may know of cases and persons: the case's number, the person's name. What is missing is not told."""

    cases: dict[int, str] = field(default_factory=dict)
    persons: dict[int, str] = field(default_factory=dict)


# Given the numbers of memberships, of units: their names, as far as they are known.
names_of: list[Callable[[Iterable[int]], dict[int, str]]] = []
units_of: list[Callable[[Iterable[int]], dict[int, str]]] = []
# Given the reader: the memberships whose rows the reader may have, with what to call them.
staff_of: list[Callable[[Any], list[tuple[int, str]]]] = []
# Given the reader, and numbers of cases and of persons: what this reader may know of them.
known_to: list[Callable[[Any, Iterable[int], Iterable[int]], Known]] = []
# Given the reader and a case number as typed: the case, if this reader may know of it.
case_numbered: list[Callable[[Any, str], int | None]] = []

# Groups as they stand in the filter; a star in a kind stands for any letters. The first that fits is what a row is called.
GROUPS: dict[str, tuple[Promise, dict[str, Promise]]] = {
    "cases": (
        _("Cases"),
        {
            "case.read": _("Opened a case"),
            "case.previewed": _("Looked at what another unit sees"),
            "case.sight": _("Looked at who can see a case"),
            "case.log_read": _("Read the access log of a case"),
            "cases.listed": _("Saw a list of cases"),
            "cases.to_phone_listed": _("Saw the list of whom to phone"),
            "cases.searched": _("Searched for a case"),
            "cases.export_asked": _("Asked for a file of cases"),
            "cases.exported": _("Fetched a file of cases"),
            "worklist.read": _("Saw the worklist"),
            "journal.read": _("Saw a day’s texts for the care record"),
            "journal.entered": _("Noted that a text is entered in the care record"),
            "journal.taken_back": _("Took back that a text is entered in the care record"),
            "read.refused": _("Was refused"),
            "case.opened": _("Logged a case"),
            "case.open": _("Reopened a case"),
            "case.paused": _("Paused a case"),
            "case.closed": _("Closed a case"),
            "case.outcome": _("Completed the outcome of a case"),
            "case.spell": _("Recorded a spell"),
            "case.first_day": _("Corrected the first day of a spell"),
            "case.assigned": _("Assigned a case"),
            "case.offered": _("Offered a case to a colleague"),
            "case.taken_over": _("Took over a case"),
            "case.offer_declined": _("Declined to take over a case"),
            "case.offer_taken_back": _("Took back the offer of a case"),
            "case.imported": _("Imported a case"),
            "case.import_changed": _("Changed a case by a list"),
            "case.party_left": _("What was given ended: the party left the insats"),
            "case.wrong_person": _("Closed a case: registered on the wrong person"),
            "case.registered_twice": _("Closed a case: registered twice"),
            "person.number_changed": _("Changed a personal number"),
            "person.protected": _("Protected an identity"),
            "person.blocked": _("Set a block on a person"),
            "person.unblocked": _("Lifted a block"),
            "blocks.read": _("Read the blocks"),
            "import.checked": _("Checked a case list"),
            "import.done": _("Imported a case list"),
            "import.columns_said": _("Said which column of a list is which"),
            "import.undone": _("Undid the import of a case list"),
            "case.import_undone": _("Closed a case: the import was undone"),
        },
    ),
    "items": (
        _("Items and consents"),
        {
            "item.read": _("Read an item"),
            "items.listed": _("Saw what the unit has written"),
            "item.written": _("Wrote an item"),
            "item.version": _("Wrote a new version"),
            "item.given": _("Gave an item"),
            "item.stopped": _("Stopped showing an item"),
            "item.fetched": _("Fetched an item to the file"),
            "item.copied": _("Opened an item to copy it"),
            "statements.listed": _("Saw statements and decisions"),
            "statements.previewed": _("Looked at a statement list before it is sent"),
            "statements.sent": _("Sent a statement list"),
            "statements.read": _("Read a statement list"),
            "statements.printed": _("Printed a statement list"),
            "decision.matched": _("Matched a decision with a statement"),
            "decision.unmatched": _("Took back the match of a decision"),
            "decision.ticked": _("Ticked what was done about a decision"),
            "decision.unticked": _("Took back a tick about a decision"),
            "incident.reported": _("Reported something given to the wrong unit"),
            "incident.noted": _("Noted something on an incident"),
            "incident.handled": _("Handled an incident"),
            "incident.read": _("Read an incident"),
            "incidents.listed": _("Saw the list of incidents"),
            "incident.heeded": _("Read that something was wrongly sent"),
            "consent.mistake_heeded": _("Read that a consent was never given"),
            "archive.handed_out": _("Handed out from the archive"),
            "consent.read": _("Read a consent"),
            "consents.ending_listed": _("Saw the list of consents that end"),
            "consent.form_printed": _("Printed a consent form"),
            "consent.statistics_printed": _("Printed the sheet on statistics"),
            "consent.shared_printed": _("Printed what is shared about the person"),
            "consent.receipt_printed": _("Printed the receipt of a withdrawal"),
            "consent.recorded": _("Recorded a consent"),
            "consent.declined": _("Recorded that the person declined"),
            "consent.mistaken": _("Marked a consent as recorded by mistake"),
            "consent.withdrawn": _("Recorded a withdrawal"),
            "consent.lengths_set": _("Set how long consents apply"),
        },
    ),
    "inquiries": (
        _("Inquiries"),
        {
            "inquiry.read": _("Read a question"),
            "inquiries.listed": _("Saw a list of questions"),
            "inquiry.asked": _("Asked a question"),
            "inquiry.answered": _("Answered a question"),
            "agenda.printed": _("Printed the paper for a review"),
            "inquiry.printed": _("Printed a question"),
            "inquiry.answer_printed": _("Printed an answer"),
            "inquiry.received_on_paper": _("Recorded a question from paper"),
            "inquiry.answered_on_paper": _("Recorded an answer from paper"),
            "inquiry.declined": _("Did not answer in the portal"),
            "inquiry.closed": _("Closed a question"),
            "inquiry.taken_back": _("Took back a question"),
            "inquiry.logged": _("Logged a spoken question"),
            "inquiry.paused": _("A question was paused"),
        },
    ),
    "initiatives": (
        _("The initiative"),
        {
            "initiative.started": _("Started an insats"),
            "initiative.imported": _("Imported an insats"),
            "initiative.edited": _("Changed what is said of an insats"),
            "initiative.shares_set": _("Set the shares of an insats"),
            "initiative.timers_set": _("Set the times of an insats"),
            "initiative.seat_given": _("Gave a seat in an insats"),
            "initiative.seat_ended": _("Ended a seat in an insats"),
            "initiative.*_added": _("Added a row in an insats"),
            "initiative.*_corrected": _("Corrected a row in an insats"),
            "initiative.*_removed": _("Removed a row in an insats"),
            "initiative.*": _("Worked with an insats"),
        },
    ),
    "reports": (
        _("Reports"),
        {
            "report.begun": _("Began a report"),
            "report.text_saved": _("Saved a text in a report"),
            "report.frozen": _("Froze a report"),
            "report.downloaded": _("Downloaded a report"),
            "report.*": _("Worked with a report"),
        },
    ),
    "members": (
        _("Roles and accounts"),
        {
            "member.invited": _("Sent an invitation"),
            "member.invitation_taken_back": _("Took back an invitation"),
            "member.accepted": _("Accepted a role"),
            "member.ended": _("Ended a role"),
            "member.link_sent": _("Sent a link to choose a password"),
            "member.switched": _("Switched assignment"),
            "member.substitute": _("Recorded a substitute"),
            "member.first_administrator": _("Made the first administrator"),
        },
    ),
    "log": (
        _("The access log"),
        {
            "log.read": _("Read the access log"),
            "log.extract_printed": _("Printed a log extract for the person"),
            "log.names_told": _("Decided to tell the person who it was"),
        },
    ),
}
KINDS: dict[str, Promise] = {
    kind: words for _group, kinds in GROUPS.values() for kind, words in kinds.items()
}
_STARRED = [kind for kind in KINDS if "*" in kind]
# Why: the ground that was used for giving, or for which the page was open.
BASES: dict[str, Promise] = {
    "consent": _("Consent"),
    "fk_duty": _("Duty to answer Försäkringskassan (110 kap. 31 § SFB)"),
    "fk_ask": _("Försäkringskassan may ask (110 kap. 14 § SFB)"),
    "intra_care": _("Care relation with the same care provider"),
    "own": _("The unit’s own case"),
    "given": _("Given to the unit"),
}


def in_words(kind: str) -> Promise | str:
    """What a kind is called on the screen; a kind that nobody has named is shown as it is."""
    if kind in KINDS:
        return KINDS[kind]
    for starred in _STARRED:
        start, end = starred.split("*")
        if kind.startswith(start) and kind.endswith(end):
            return KINDS[starred]
    return kind


def choices() -> list[tuple[Promise, list[tuple[str, Promise]]]]:
    """The events of the filter, by group; the first of a group is the whole group."""
    offered = []
    for key, (group, kinds) in GROUPS.items():
        named = [(kind, words) for kind, words in kinds.items() if not kind.endswith(".*")]
        whole = format_lazy("{group}: {all}", group=group, all=_("all"))
        offered.append((group, [(f"all:{key}", whole), *named] if len(kinds) > 1 else named))
    return offered


def chosen(value: str) -> Q:
    """The rows of an event or a whole group, as chosen in the filter; nothing chosen is every row."""
    if value.startswith("all:"):
        kinds = list(GROUPS[value.removeprefix("all:")][1])
    else:
        kinds = [value] if value else []
    wanted = Q(kind__in=[k for k in kinds if "*" not in k]) if kinds else Q()
    for starred in (k for k in kinds if "*" in k):
        start, end = starred.split("*")
        wanted |= Q(kind__startswith=start, kind__endswith=end)
    return wanted
