"""What cases add to rooms below: cases and persons in the access log, and where a draft of an item belongs."""

import re
from collections.abc import Iterable, Sequence

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.words import Known
from cases.access import key_for_ledger
from cases.models import Case, ItemType
from parties.models import Membership

DRAFT_FORM = "item"


def known_to(reader: Membership, cases: Iterable[int], persons: Iterable[int]) -> Known:
    """For a reader of the access log: numbers of cases the reader may open, names of persons in the own unit's cases.

    A person whose identity is protected has no name in a list. An auditor opens no case and is told neither.
    """
    if not reader.is_case_role:
        return Known()
    mine = Case.objects.visible_to(reader)
    return Known(
        cases=dict(mine.filter(pk__in=list(cases)).values_list("pk", "number")),
        persons=dict(
            mine.filter(unit=reader.unit_id, person__in=list(persons), person__protected=False).values_list(
                "person_id", "person__name"
            )
        ),
    )


def case_numbered(reader: Membership, number: str) -> int | None:
    """The case with that number if the reader may open it."""
    return Case.objects.open_to(reader).filter(number=number).values_list("pk", flat=True).first()


def consent_draft_words(key: str) -> str:
    """What a draft of a consent is called; the key is the case's number."""
    return _("Consent in the case %(number)s") % {"number": key}


def consent_draft_address(key: str) -> str:
    return reverse("new_consent", args=[key])


def _number_in(key: str) -> str:
    """The case number in the key of a page's draft; "" when it holds none."""
    return next((part for part in key.split(".") if key_for_ledger(part) == part and "-" in part), "")


_NUMBERS = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")
_INCIDENT = re.compile(r"incidents\.(\d{1,9})\b")


def withheld_drafts(keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of the drafts' keys, those of a case that a block holds from whoever acts: what they wrote of the person is not shown
    to them while it stands. A draft on a case that has ended in another way is still its writer's to read.
    """
    numbers = {key: set(_NUMBERS.findall(key[1])) for key in keys}
    incidents = {key: {int(pk) for pk in _INCIDENT.findall(key[1])} for key in keys}
    barred: set[str | int] = set()
    with connection.cursor() as cursor:
        for function, asked in (
            ("portal.barred_case_numbers", numbers),
            ("portal.barred_incidents", incidents),
        ):
            if wanted := sorted(set().union(*asked.values())):
                cursor.execute(f"select {function}(%s)", [wanted])
                barred.update(row for (row,) in cursor.fetchall())
    return {key for key in keys if (numbers[key] | incidents[key]) & barred}


def page_words(key: str) -> str:
    """What a page's own draft is called in its writer's list."""
    number = _number_in(key)
    return _("A form in the case %(number)s") % {"number": number} if number else _("A form")


def unsent_words(key: str) -> str:
    """What a form that met a closed door is called: the key is the address it was sent to, with points."""
    number = _number_in(key)
    if number:
        return _("Could not be sent in the case %(number)s: the page had closed") % {"number": number}
    return _("Could not be sent: the page had closed")


def nowhere(key: str) -> str:
    """The page has closed; the text is read in the list."""
    return ""


def draft_words(key: str) -> str:
    """What a draft of an item is called in its writer's list."""
    number, type_ = key[:9], key[10:]
    return _("%(item)s in case %(number)s") % {"item": ItemType(type_).label, "number": number}


def draft_address(key: str) -> str:
    """The form of the draft."""
    return f"{reverse('new_item', args=[key[:9]])}?type={ItemType(key[10:]).value}"
