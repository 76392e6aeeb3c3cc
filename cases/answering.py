"""The forms of the statement lists: to whom and which statements, and the answer to one of them."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from audit.fields import field_of
from cases.facts import ANSWERS, BY_LETTER, BY_PATIENT, GRANTED, ON_PAPER, TOLD_BY
from cases.forms import CHOOSE, PersonText
from cases.models.case import DEGREES
from cases.statements import SINCE_LAST, UNDECIDED
from parties.forms import DateField
from parties.models import Unit


class ListForm(forms.Form):
    """Which unit, and which of the own statements."""

    to = forms.ModelChoiceField(
        label=_("To which unit"), queryset=Unit.objects.none(), empty_label=_("Choose"),
        error_messages={"required": _("Choose the unit that the list goes to."), "invalid_choice": _("Choose the unit that the list goes to.")},
    )  # fmt: skip
    which = forms.ChoiceField(
        label=_("Which statements"), widget=forms.RadioSelect, initial=SINCE_LAST,
        choices=[
            (SINCE_LAST, _("Those that have stood on no list to the unit")),
            (UNDECIDED, _("All that no decision is known of")),
        ],
        error_messages={"required": _("Choose which statements.")},
    )  # fmt: skip

    def __init__(self, *args, units: QuerySet[Unit], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "to", forms.ModelChoiceField).queryset = units


class RowForm(forms.Form):
    """The answer to one statement. The period and the extent are of what is granted; else they are left out, not asked for."""

    unmarked = frozenset({"period_start", "period_end", "degree", "officer"})

    outcome = forms.ChoiceField(
        label=_("Answer"), choices=ANSWERS, widget=forms.RadioSelect,
        error_messages={"required": _("Choose granted, refused or waiting.")},
    )  # fmt: skip
    period_start = DateField(label=_("Applies from"), required=False)
    period_end = DateField(label=_("Applies until"), required=False)
    degree = forms.TypedChoiceField(
        label=_("Extent"), required=False, coerce=int, empty_value=None,
        choices=[*CHOOSE, *((d, f"{d} %") for d in DEGREES)],
    )  # fmt: skip
    officer = PersonText(label=_("Officer at Försäkringskassan"), required=False, max_length=100)
    told_by = forms.ChoiceField(
        label=_("According to"),
        choices=[(key, words) for key, words in TOLD_BY if key in (BY_PATIENT, BY_LETTER, ON_PAPER)],
        error_messages={"required": _("Choose who has told it.")},
    )  # fmt: skip
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    excluded_read = forms.BooleanField(label=_("I have read what the person has excepted."), required=False)

    def __init__(self, *args, by_fk: bool, excluded: bool, **kwargs) -> None:
        """by_fk: Försäkringskassan answers for itself and need not say whose word it is."""
        super().__init__(*args, **kwargs)
        if by_fk:
            del self.fields["told_by"]
        if not excluded:
            del self.fields["excluded_read"]

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        start, end = values.get("period_start"), values.get("period_end")
        if values.get("outcome") == GRANTED:
            if not end and "period_end" not in self.errors:
                self.add_error("period_end", _("Write until which day it is granted."))
            elif start and end and end < start:
                self.add_error(
                    "period_end",
                    _now("The end is before the start. Write a date from %(date)s on.") % {"date": start},
                )
        return values
