"""What each kind of ledger row is called on the screen. A kind that is missing here turns a house test red.

Names of members are known on the floor above, which plugs in `names_of`.
"""

from collections.abc import Callable, Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Given the numbers of memberships: their names, as far as they are known.
names_of: list[Callable[[Iterable[int]], dict[int, str]]] = []

# Deeds without a person on sick leave, told by their room.
PREFIXES: dict[str, Promise] = {
    "initiative.": _("Worked with an insats"),
    "report.": _("Worked with a report"),
}


def in_words(kind: str) -> Promise | str:
    """What a kind is called on the screen."""
    return KINDS.get(kind) or next(
        (words for start, words in PREFIXES.items() if kind.startswith(start)), kind
    )


KINDS: dict[str, Promise] = {
    "case.read": _("Opened a case"),
    "cases.listed": _("Saw a list of cases"),
    "cases.searched": _("Searched for a case"),
    "items.listed": _("Saw what the unit has written"),
    "item.read": _("Read an item"),
    "consent.read": _("Read a consent"),
    "read.refused": _("Was refused"),
    "worklist.read": _("Saw the worklist"),
    "case.opened": _("Logged a case"),
    "case.open": _("Reopened a case"),
    "case.paused": _("Paused a case"),
    "case.closed": _("Closed a case"),
    "case.spell": _("Recorded a spell"),
    "case.assigned": _("Assigned a case"),
    "case.imported": _("Imported a case"),
    "case.import_changed": _("Changed a case by a list"),
    "case.party_left": _("What was given ended: the party left the insats"),
    "person.protected": _("Protected an identity"),
    "item.written": _("Wrote an item"),
    "item.version": _("Wrote a new version"),
    "item.given": _("Gave an item"),
    "item.stopped": _("Stopped showing an item"),
    "consent.recorded": _("Recorded a consent"),
    "consent.withdrawn": _("Recorded a withdrawal"),
    "inquiry.asked": _("Asked a question"),
    "inquiry.read": _("Read a question"),
    "inquiry.answered": _("Answered a question"),
    "inquiry.declined": _("Did not answer in the portal"),
    "inquiry.closed": _("Closed a question"),
    "inquiry.taken_back": _("Took back a question"),
    "inquiry.logged": _("Logged a spoken question"),
    "inquiry.paused": _("A question was paused"),
    "inquiries.listed": _("Saw a list of questions"),
    "member.invited": _("Gave a role"),
    "member.ended": _("Ended a role"),
    "member.link_sent": _("Sent a link to choose a password"),
    "member.switched": _("Switched assignment"),
    "member.substitute": _("Recorded a substitute"),
    "member.first_administrator": _("Made the first administrator"),
    "log.read": _("Read the access log"),
    "import.checked": _("Checked a case list"),
    "import.done": _("Imported a case list"),
}
