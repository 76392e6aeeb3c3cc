"""The form of a party's consent lengths."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models.lengths import LONGEST_CEILING, MONTHS_CEILING, ORAL_CEILING


class LengthsForm(forms.Form):
    """Three answers in whole numbers; the verb holds the ceilings."""

    months = forms.CharField(
        label=_("Written: the months to choose among"), max_length=60,
        help_text=_("With a comma between, for example 3, 6, 12. None above %(most)s.") % {"most": MONTHS_CEILING},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Write the months, for example 3, 6, 12.")},
    )  # fmt: skip
    longest = forms.IntegerField(
        label=_("Written: the longest during activity compensation, in months"),
        help_text=_("Up to the decision’s end, with a question every year. At most %(most)s.") % {"most": LONGEST_CEILING},
        error_messages={"required": _("Write a number of months."), "invalid": _("Write a whole number.")},
    )  # fmt: skip
    oral_days = forms.IntegerField(
        label=_("Oral: the longest, in days"), help_text=_("At most %(most)s.") % {"most": ORAL_CEILING},
        error_messages={"required": _("Write a number of days."), "invalid": _("Write a whole number.")},
    )  # fmt: skip

    def clean_months(self) -> list[int]:
        words = [w for w in re.split(r"[\s,;]+", self.cleaned_data["months"]) if w]
        if not words or not all(re.fullmatch(r"[0-9]{1,3}", w) for w in words):
            raise forms.ValidationError(_("Write the months, for example 3, 6, 12."), code="months")
        return [int(w) for w in words]
