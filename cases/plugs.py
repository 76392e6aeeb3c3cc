"""What cases add to rooms below: cases and persons in the access log, and where a draft of an item belongs."""

from collections.abc import Iterable

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
