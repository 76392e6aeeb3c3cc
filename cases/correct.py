"""Putting a mistaken registration right: the forms, and what is written on a case that was registered twice."""

from dataclasses import dataclass, field

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.forms import PersonText
from cases.listing import as_case_number
from cases.models import Case, CaseOutcome, Cause, Item, NumberChange, State
from parties.models import Membership
from parties.numbers import Number, NumberProblem, parse_number


class WrongPersonForm(forms.Form):
    reason = PersonText(
        label=_("What happened"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stays with your unit."), error_messages={"required": _("Write in a sentence what happened.")},
    )  # fmt: skip


class TwiceForm(forms.Form):
    """Which case stays, and that both are about the same person."""

    stays = forms.CharField(
        label=_("The number of the case that stays"), max_length=20,
        help_text=_("For example 7KQ4-M2X9"),
        error_messages={"required": _("Write the number of the case that stays.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-date"}),
    )  # fmt: skip
    same = forms.BooleanField(
        label=_("I have checked that both cases are about the same person"),
        error_messages={"required": _("Check both cases, then tick here.")},
    )

    def __init__(self, *args, case: Case, by: Membership, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.by = case, by

    def clean_stays(self) -> Case:
        number = as_case_number(self.cleaned_data["stays"])
        goes_on = Case.objects.owned_by(self.by).with_state().filter(~Q(state=State.CLOSED))
        found = goes_on.filter(number=number).exclude(pk=self.case.pk).first()
        # One sentence for a case of another unit, a closed one and none at all: nothing is told of what is not ours.
        if found is None:
            raise forms.ValidationError(NOT_THE_OTHER)
        return found


NOT_THE_OTHER = _("Your unit has no other open case with that number.")


class NumberForm(forms.Form):
    number = forms.CharField(
        label=_("The new number"), max_length=30, help_text=_("10 or 12 digits, for example 850709-9805"),
        error_messages={"required": _("Fill in the new number.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w-date"}),
    )  # fmt: skip
    why = forms.ChoiceField(
        label=_("Why"), choices=NumberChange.choices, widget=forms.RadioSelect,
        help_text=_("A number that was given by the authorities still finds the person here. One that was written wrongly does not."),
        error_messages={"required": _("Choose why the number is another.")},
    )  # fmt: skip

    def clean_number(self) -> Number:
        try:
            return parse_number(self.cleaned_data["number"])
        except NumberProblem as problem:
            raise forms.ValidationError(problem.sentence, code=problem.code) from None


@dataclass
class Double:
    """A case that was registered twice and closed, and what is written there."""

    number: str
    pk: int
    person: int
    items: list[Item] = field(default_factory=list)


def doubles_of(case: Case, member: Membership) -> list[Double]:
    """The unit's closed cases that point to this one, with the items one may still read there."""
    if case.unit_id != member.unit_id:
        return []
    pointing = CaseOutcome.objects.of_last_closing().filter(stays=case, cause=Cause.REGISTERED_TWICE)
    rows = (
        Case.objects.owned_by(member).with_state().filter(pk__in=pointing.values("case"), state=State.CLOSED)
    )
    doubles = {row.pk: Double(row.number, row.pk, row.person_id) for row in rows.order_by("id")}
    if doubles:
        for item in Item.objects.visible_to(member).filter(case__in=doubles).order_by("-happened_on", "-id"):
            doubles[item.case_id].items.append(item)
    return list(doubles.values())
