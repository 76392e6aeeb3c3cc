"""Recording a spell: what is asked about before it is saved, and the form that corrects its first day."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cases.days import InForce, in_force
from cases.forms import PersonText, SpellForm
from cases.models import Spell
from parties.forms import DateField

# A date further away than this is asked about: it is more often a slip of the pen than a sick leave.
FAR_YEARS = 2
_FAR = timedelta(days=round(FAR_YEARS * 365.25))


def overlapping(spells: Collection[Spell], first: date, last: date | None) -> list[InForce]:
    """The certified periods in force that days from `first` to and including `last` would lie over.

    Not one of the same first day, which is replaced; not one without an end, which stops the day before the next.
    """

    def lies_over(part: InForce) -> bool:
        spell = part.spell
        if spell.from_on < first:
            return spell.to_on is not None and spell.to_on >= first
        return spell.from_on > first and last is not None and spell.from_on <= last

    return [part for part in in_force(spells) if lies_over(part)]


def far_away(days: Iterable[date | None]) -> list[date]:
    """The dates more than two years from today."""
    today = timezone.localdate()
    return [day for day in days if day is not None and abs(day - today) > _FAR]


class AskedAbout(forms.Form):
    """What is unusual in the dates is asked about once: said in a sentence, and saved when the writer says so."""

    anyway = forms.BooleanField(label=_("Save anyway"), required=False, widget=forms.HiddenInput)

    def ask(self, sentences: Iterable[str]) -> None:
        """The sentences stand at a tick that is there only when there is something to ask."""
        sentences = list(sentences)
        if not sentences:
            return
        self.fields["anyway"].widget = forms.CheckboxInput()
        if not self.cleaned_data.get("anyway"):
            for sentence in sentences:
                self.add_error("anyway", sentence)


def questions(
    spells: Collection[Spell], first: date, last: date | None, days: Iterable[date | None]
) -> list[str]:
    """What is asked about a period on a case with these spells, `days` being the dates that were written now."""
    asked = [
        _now("The period overlaps the one from %(first)s to %(last)s. Save anyway?")
        % {"first": part.spell.from_on, "last": part.last}
        if part.last
        else _now("The period overlaps the one from %(first)s. Save anyway?") % {"first": part.spell.from_on}
        for part in overlapping(spells, first, last)
    ]
    return asked + [
        _now("The date %(day)s is more than two years away. Save anyway?") % {"day": day}
        for day in far_away(days)
    ]


class AskingSpellForm(SpellForm, AskedAbout):
    """A spell of a case that has others: overlaps and far dates are asked about. `was` is the spell that is changed."""

    def __init__(self, *args, spells: Collection[Spell], was: Spell | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.spells, self.was = spells, was

    def clean(self) -> dict:
        values = super().clean()
        if not self.errors:
            names = ("from_on", "to_on", "expected_on")
            days = [values[n] for n in names if self.was is None or values[n] != getattr(self.was, n)]
            self.ask(questions(self.spells, values["from_on"], values["to_on"], days))
        values.pop("anyway", None)
        return values


class FirstDayForm(AskedAbout):
    """Another first day for the same spell, and why."""

    from_on = DateField(label=_("On sick leave from"))
    why = PersonText(
        label=_("Why"), max_length=300, help_text=_("Stays with your unit."), widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write in a sentence why the first day is another.")},
    )  # fmt: skip
    field_order = ("from_on", "why", "anyway")

    def __init__(self, *args, spells: Collection[Spell], was: Spell, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.spells, self.was = spells, was

    def clean_from_on(self) -> date:
        day = self.cleaned_data["from_on"]
        if day == self.was.from_on:
            raise forms.ValidationError(_("That is the first day already. Write another, or cancel."))
        ends = [end for end in (self.was.to_on, self.was.expected_on) if end]
        if ends and day > min(ends):
            raise forms.ValidationError(
                _now("The first day is after the end. Write a date up to %(date)s, or change the end first.")
                % {"date": min(ends)}
            )
        return day

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if not self.errors:
            others = [s for s in self.spells if s.from_on != self.was.from_on]
            there = next((s for s in others if s.from_on == values["from_on"]), None)
            same_day = (
                [_now("A sick leave from %(day)s is recorded already. This takes its place. Save anyway?") % {"day": there.from_on}]
                if there
                else []
            )  # fmt: skip
            self.ask(same_day + questions(others, values["from_on"], self.was.to_on, [values["from_on"]]))
        values.pop("anyway", None)
        return values
