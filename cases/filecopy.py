"""What was given, as one block of plain text for the receiver's own file or journal."""

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.facts import in_words
from cases.law import Ground, InformationKind
from cases.models import Case, Disclosure, Item
from parties.models import Membership


def given_to(item: Item, member: Membership) -> Disclosure | None:
    """The disclosure on which the member's unit reads the version now; None when none stands."""
    return (
        Disclosure.objects.standing()
        .filter(item=item, to_unit_id=member.unit_id)
        .select_related("from_unit", "by__user", "fetched_by__user")
        .order_by("at", "id")
        .first()
    )


def as_text(case: Case, item: Item, given: Disclosure) -> str:
    """Text, from whom, unit, time, ground and case number. No name and no personal number: the file knows whose it is."""
    rows = [item.heading, ""]
    facts = [f"{label}: {value}" for label, value in in_words(item.type, item.facts)]
    rows += [*facts, ""] if facts else []
    # An answer of one line is its own heading.
    rows += [item.text.strip(), ""] if item.text.strip() not in ("", item.heading) else []
    told = [
        (_("Kind"), InformationKind(item.kind).label),
        (_("Concerns"), item.happened_on.isoformat()),
        (_("Written by"), f"{item.author.user.name}, {item.unit.name}"),
        (_("Given by"), f"{given.by.user.name}, {given.from_unit.name}"),
        (_("Given"), timezone.localtime(given.at).strftime("%Y-%m-%d %H.%M")),
        (_("Ground"), Ground(given.basis).label),
        (_("Case"), case.number),
    ]
    return "\n".join([*rows, *(f"{label}: {value}" for label, value in told)])
