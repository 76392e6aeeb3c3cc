"""The form of an item: what is written by hand in a case, one version of one thing of one kind."""

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from audit.fields import field_of
from cases.facts import PERIODS, facts_of, kept
from cases.forms import PersonText, SoftStop
from cases.law import CONSENT_KINDS, InformationKind
from cases.models.item import KIND_OF_TYPE
from parties.forms import DateField


class ItemForm(SoftStop):
    """One version of one item. The kind follows from the type; a note's writer chooses it."""

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

    def __init__(self, *args, type: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.type = type
        if type in KIND_OF_TYPE:
            del self.fields["kind"]
        else:
            field_of(self, "kind", forms.ChoiceField).choices = [
                (k.value, k.label) for k in CONSENT_KINDS if k is not InformationKind.EXISTENCE
            ]
        asked = {fact.name: fact.as_field() for fact in facts_of(type)}
        self.fields.update(asked)
        self.order_fields([n for n in self.fields if n not in ("text", "checked")])

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
        return values

    @property
    def facts(self) -> dict:
        """The type's own values, as they are stored."""
        return kept(self.type, self.cleaned_data)
