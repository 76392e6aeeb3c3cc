"""Forms of the reports: which insats and period, and a text under a heading."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from audit.fields import field_of
from initiatives.models import Initiative
from initiatives.periods import NotAPeriod, Period, ended
from parties.guards import refuse_personal_numbers
from reports import form as the_form
from reports.actions import MOST_CHARACTERS, outside

QUARTERS_BACK = 20


class NewReportForm(forms.Form):
    initiative = forms.ModelChoiceField(
        label=_("Insats"),
        queryset=Initiative.objects.none(),
        empty_label=_("Choose"),
        error_messages={
            "required": _("Choose which insats the report is about."),
            "invalid_choice": _("Choose which insats the report is about."),
        },
    )
    period = forms.CharField(
        label=_("Year or quarter"),
        widget=forms.Select,
        error_messages={"required": _("Choose the year or the quarter the report is about.")},
        help_text=_("Only what has ended: figures would else change while they are read."),
    )

    def __init__(self, *args, insatser: QuerySet[Initiative], **more) -> None:
        super().__init__(*args, **more)
        field_of(self, "initiative", forms.ModelChoiceField).queryset = insatser
        # Those that some insats was there in; which one it is, is asked when both are chosen.
        offered = list(insatser)
        there = [p for p in ended(QUARTERS_BACK) if not all(outside(each, p) for each in offered)]
        periods = [(str(period), the_form.title(period)) for period in there]
        self.fields["period"].widget.choices = [("", _("Choose")), *periods]
        if len(offered) == 1:
            self.initial.setdefault("initiative", offered[0])

    def clean_period(self) -> Period:
        try:
            period = Period.read(self.cleaned_data["period"])
        except NotAPeriod:
            raise ValidationError(_("Write the period as 2023 or 2023Q4.")) from None
        if not period.has_ended():
            raise ValidationError(_("The period has not ended. Choose an earlier one."))
        return period

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        initiative, period = values.get("initiative"), values.get("period")
        if initiative and period and (sentence := outside(initiative, period)):
            self.add_error("period", sentence)
        return values


class TextForm(forms.Form):
    """The text under one heading; `seen` is the mark of what was read, so that a colleague's change is not
    lost.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Your text"),
        required=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 10, "data-draft": ""}),
        help_text=_("Write nothing that points out a person."),
        error_messages={"max_length": _("The text is too long: at most %(limit_value)d characters.")},
    )

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        refuse_personal_numbers(text)
        return text
