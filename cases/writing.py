"""The form of an item: what is written by hand in a case, one version of one thing of one kind."""

from collections.abc import Mapping
from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from audit.fields import field_of
from cases.facts import CHECKS, COMPOSED, PERIODS, composed, facts_of, kept
from cases.forms import PersonText, SoftStop
from cases.law import CONSENT_KINDS, InformationKind
from cases.measures import MeasureState, may_move
from cases.models.item import KIND_OF_TYPE
from parties.forms import DateField

CANNOT_BE_MOVED = _("It cannot be moved there from where it stands. Choose another.")


class ItemForm(SoftStop):
    """One version of one item. The kind follows from the type; a note's writer chooses it.

    before: the facts of the version that this one follows. Where the type's facts say it already, the one line may be
    left empty and is made from them.
    """

    kind = forms.ChoiceField(
        label=_("What is it about?"), choices=[], widget=forms.RadioSelect,
        help_text=_("Decides who may ever receive it. What spans several kinds is written as several items."),
        error_messages={"required": _("Choose what the note is about.")},
    )  # fmt: skip
    happened_on = DateField(label=_("Date"))
    heading = PersonText(
        label=_("In one line"), max_length=160, error_messages={"required": _("Write in one line what it is.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    text = PersonText(
        label=_("Text"), required=False, widget=forms.Textarea(attrs={"rows": 6, "data-draft": ""}),
        help_text=_("Only what the matter needs. No personal numbers."),
    )  # fmt: skip
    checked = forms.BooleanField(
        label=_("The text holds nothing about violence, misuse or crime"),
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args, type: str, before: Mapping | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.type, self.before = type, before
        if type in KIND_OF_TYPE:
            del self.fields["kind"]
        else:
            field_of(self, "kind", forms.ChoiceField).choices = [
                (k.value, k.label) for k in CONSENT_KINDS if k is not InformationKind.EXISTENCE
            ]
        asked = {fact.name: fact.as_field() for fact in facts_of(type)}
        for name, fact in asked.items():
            if before is not None and name not in before:
                fact.required = False
        self.fields.update(asked)
        self.stop_fields = ("heading", "text", *(fact.name for fact in facts_of(type) if fact.is_text))
        last = ["text", "checked"]
        if type in COMPOSED:
            last.insert(0, "heading")
            self.fields["heading"].required = False
            self.fields["heading"].help_text = _(
                "May be left empty: it is then written from what stands above."
            )
        self.order_fields([n for n in self.fields if n not in last])

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        for first, last in PERIODS:
            start, end = values.get(first), values.get(last)
            if start and end and end < start:
                self.add_error(
                    last,
                    _now("The end is before the start. Write a date from %(date)s on.") % {"date": start},
                )
        for check in CHECKS.get(self.type, ()):
            if check.field not in self.errors and check.wrong(values):
                self.add_error(check.field, check.sentence)
        now, to = (self.before or {}).get("state", ""), values.get("state", "")
        if now and "state" not in self.errors and not may_move(now, to):
            self.add_error("state", CANNOT_BE_MOVED)
        if not values.get("heading") and "heading" not in self.errors:
            values["heading"] = composed(self.type, self.facts)
            if not values["heading"] and not self.errors:
                self.add_error("heading", self.fields["heading"].error_messages["required"])
        return values

    @property
    def facts(self) -> dict:
        """The type's own values, as they are stored."""
        facts = kept(self.type, self.cleaned_data, self.before)
        state, day = facts.get("state"), self.cleaned_data.get("happened_on")
        if state and day and state != (self.before or {}).get("state"):
            facts["state_on"] = day.isoformat()
        if state != MeasureState.INTERRUPTED:
            facts.pop("reason", None)
        return facts


class InterruptedForm(SoftStop):
    """Why a measure was interrupted, and the day."""

    stop_fields = ("reason",)
    reason = PersonText(
        label=_("Why it was interrupted"), max_length=200, widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("Write why it was interrupted.")},
    )  # fmt: skip
    on = DateField(label=_("Date"))
    checked = forms.BooleanField(
        label=_("The text holds nothing about violence, misuse or crime"),
        required=False,
        widget=forms.HiddenInput,
    )

    def clean_on(self) -> date:
        """Not a day to come."""
        if (day := self.cleaned_data["on"]) > timezone.localdate():
            raise forms.ValidationError(_("The day cannot be one to come. Write the day it was interrupted."))
        return day
