"""What each type of item asks for beside its one line and its text, as data: the form, the page and the paper read it.

The values stand in `Item.facts`: dates as ISO text, choices as their keys, amounts as numbers; what was left empty is
left out. A fact that an older version of the house wrote and no row here names is kept and not shown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.dates import DateField
from cases.models.case import DEGREES, Benefit
from cases.models.item import ItemType

Words: TypeAlias = Any  # A string, or one that is translated when it is shown.
Choices: TypeAlias = Sequence[tuple[str, Words]]

STATEMENT_FORMS: Choices = [
    ("FK 7804", _("FK 7804, certificate for sickness benefit")),
    ("FK 7800", _("FK 7800, statement for sickness compensation")),
    ("FK 7801", _("FK 7801, statement for activity compensation")),
    ("FK 7802", _("FK 7802, statement for extended schooling")),
]
DECIDED: Choices = [
    ("granted", pgettext_lazy("decision", "Granted")),
    ("refused", pgettext_lazy("decision", "Refused")),
]


@dataclass(frozen=True)
class Fact:
    """One value: its key, its label, how it is asked for and how it is told."""

    name: str
    label: Words
    field: Callable[["Fact"], forms.Field]
    choices: Choices = ()
    help_text: Words = ""
    required: Words = ""  # The sentence when it is missing; none: it may be.
    tell: Callable[["Fact", object], str] = lambda fact, value: str(value)

    def as_field(self) -> forms.Field:
        """A form field of its own, for one form."""
        field = self.field(self)
        field.label, field.help_text, field.required = self.label, self.help_text, bool(self.required)
        if self.required:
            field.error_messages["required"] = self.required
        return field


def _choice(fact: Fact) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("Choose")), *fact.choices], required=bool(fact.required))


def _chosen(fact: Fact, value: object) -> str:
    """The words of a choice. A key that is no longer offered is told as it stands: it was written once."""
    return str(dict(fact.choices).get(str(value), value))


def _per_cent(fact: Fact) -> forms.Field:
    return forms.TypedChoiceField(
        coerce=int, empty_value=None, required=bool(fact.required),
        choices=[("", _("Choose")), *((d, f"{d} %") for d in DEGREES)],
    )  # fmt: skip


def choice(name: str, label: Words, choices: Choices, **more) -> Fact:
    """One of a few words."""
    return Fact(name, label, _choice, choices, tell=_chosen, **more)


def day(name: str, label: Words, **more) -> Fact:
    """A date."""
    return Fact(name, label, lambda fact: DateField(required=bool(fact.required)), **more)


def degree(name: str, label: Words, **more) -> Fact:
    """25, 50, 75 or 100 per cent."""
    return Fact(name, label, _per_cent, tell=lambda fact, value: f"{value} %", **more)


PERIOD = (day("period_start", _("Applies from")), day("period_end", _("Applies until")))

FACTS: Mapping[str, tuple[Fact, ...]] = {
    ItemType.STATEMENT: (choice("form", _("Which statement"), STATEMENT_FORMS),),
    ItemType.DECISION: (
        choice("outcome", pgettext_lazy("decision", "Outcome"), DECIDED),
        choice("benefit", _("Benefit"), Benefit.choices),
        *PERIOD,
        degree("degree", _("Extent")),
    ),
}
# Pairs of days in which the second may not be before the first.
PERIODS = (("period_start", "period_end"),)
# Told when it is there, asked for nowhere: an imported list says it.
_TOLD_ONLY: Mapping[str, tuple[Fact, ...]] = {
    ItemType.ANSWER: (
        Fact("on_paper_from", _("Came on paper from"), lambda fact: forms.CharField()),
        Fact("received_from", _("Signed by"), lambda fact: forms.CharField()),
    ),
    ItemType.WORK_SITUATION: (Fact("employer", _("Employer"), lambda fact: forms.CharField()),),
}


def facts_of(type: str) -> tuple[Fact, ...]:
    """The facts that a form of this type asks for, in its order."""
    return FACTS.get(type, ())


def kept(type: str, values: Mapping[str, object]) -> dict[str, object]:
    """The facts of a cleaned form as they are stored: dates as ISO text, what was left empty left out."""
    named = {fact.name: values.get(fact.name) for fact in facts_of(type)}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in named.items()
        if value not in (None, "", False)
    }


def in_words(type: str, facts: Mapping[str, object]) -> list[tuple[str, str]]:
    """The stored facts as (label, value) for a page or a paper, in the order they are asked for."""
    return [
        (str(fact.label), fact.tell(fact, facts[fact.name]))
        for fact in (*facts_of(type), *_TOLD_ONLY.get(type, ()))
        if fact.name in facts
    ]
