"""The filters of the access log. All in the address, so that a search can be sent on: keys and dates, never a name."""

from django import forms
from django.utils.translation import gettext_lazy as _

from audit import words
from audit.dates import DateField
from audit.fields import field_of


class LogFilter(forms.Form):
    """What to show: one event or a group, one member of staff, one case, one person by key, from and until a day."""

    mark_optional = False

    kind = forms.ChoiceField(label=_("Event"), required=False)
    who = forms.TypedChoiceField(label=_("Who"), required=False, coerce=int, empty_value=None)
    case = forms.CharField(label=_("Case or its key"), required=False, max_length=20)
    person = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    how = forms.CharField(required=False, widget=forms.HiddenInput)
    from_on = DateField(label=_("From"), required=False)
    to_on = DateField(label=_("Until and including"), required=False)

    def __init__(self, *args, reader, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "kind", forms.ChoiceField).choices = [("", _("All")), *words.choices()]
        staff = [pair for part in words.staff_of for pair in part(reader)]
        field_of(self, "who", forms.ChoiceField).choices = [("", _("Everyone")), *staff]
        # A filter that is no longer in the list is no error to be told of: it shows everything.
        self.fields["kind"].error_messages["invalid_choice"] = self.fields["who"].error_messages[
            "invalid_choice"
        ] = _("That choice is not in the list. Choose another.")

    def clean_case(self) -> str:
        return self.cleaned_data["case"].strip().upper()

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        start, end = values.get("from_on"), values.get("to_on")
        if start and end and end < start:
            self.add_error(
                "to_on", _("The end is before the start. Write a date from %(date)s on.") % {"date": start}
            )
        return values
