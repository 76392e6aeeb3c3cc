"""Forms of asking and answering."""

from datetime import date

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from audit.dates import DateField
from cases.forms import CHOOSE, PersonText, SoftStop
from cases.law import Decision, InformationKind
from cases.sight import CONSENT_WOULD_HELP
from inquiries.models import ANSWER_KINDS, Category, Channel
from parties.models import PartyKind


class AskForm(SoftStop):
    stop_fields = ("text",)
    category = forms.ChoiceField(
        label=_("What is it about?"), choices=[*CHOOSE, *Category.choices],
        help_text=_("Decides which kinds of information the answer may hold."),
        error_messages={"required": _("Choose what the question is about.")},
    )  # fmt: skip
    text = PersonText(
        label=_("The question"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6, "data-draft": ""}),
        help_text=_("Ask without telling: the question may reveal no more than that the person has contact with you."),
        error_messages={"required": _("Write the question.")},
    )  # fmt: skip
    checked = forms.BooleanField(
        label=_("The text holds nothing about violence, misuse or crime"),
        required=False,
        widget=forms.HiddenInput,
    )
    excluded_read = forms.BooleanField(label=_("I have read what the person has excepted."), required=False)

    def __init__(self, *args, excluded: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not excluded:
            del self.fields["excluded_read"]

    @property
    def confirmed(self) -> tuple[str, ...]:
        return ("excluded_read",) if self.cleaned_data.get("excluded_read") else ()


class AnswerForm(SoftStop):
    """One field a kind that the category allows; what has no ground is said under its field, not hidden."""

    checked = forms.BooleanField(
        label=_("The text holds nothing about violence, misuse or crime"),
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(
        self, *args, category: str, decisions: dict, excluded: bool, consent_url: str = "", **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = ANSWER_KINDS[category]
        self.stop_fields = tuple(self.kinds)
        for kind in self.kinds:
            decision = decisions[kind]
            self.fields[kind] = PersonText(
                label=InformationKind(kind).label, required=False, max_length=4000, help_text=_why(decision, consent_url),
                disabled=not decision.allowed,
                widget=forms.Textarea(attrs={"rows": 4, "data-draft": ""}),
            )  # fmt: skip
        if excluded:
            self.fields["excluded_read"] = forms.BooleanField(
                label=_("I have read what the person has excepted."), required=False
            )
        self.order_fields([*self.kinds, "checked", "excluded_read"])

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if not self.errors and not any(values.get(kind) for kind in self.kinds):
            raise forms.ValidationError(_("Write an answer in at least one of the fields."))
        return values

    @property
    def parts(self) -> dict[str, str]:
        return {kind: self.cleaned_data.get(kind) or "" for kind in self.kinds}

    @property
    def confirmed(self) -> tuple[str, ...]:
        return ("excluded_read",) if self.cleaned_data.get("excluded_read") else ()


class PaperAnswerForm(SoftStop):
    """What came in on paper: when, from whom, and one field a kind that the category allows."""

    received_on = DateField(label=_("Came in"))
    received_from = forms.CharField(
        label=_("Who signed it"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("As on the paper: name, and role if it says."),
        error_messages={"required": _("Write who signed it, as on the paper.")},
    )  # fmt: skip
    checked = forms.BooleanField(
        label=_("The text holds nothing about violence, misuse or crime"),
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args, category: str, asked_on: date, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = ANSWER_KINDS[category]
        self.stop_fields = tuple(self.kinds)
        self.asked_on, self.today = asked_on, today
        for kind in self.kinds:
            self.fields[kind] = PersonText(
                label=InformationKind(kind).label, required=False, max_length=4000,
                widget=forms.Textarea(attrs={"rows": 4, "data-draft": ""}),
            )  # fmt: skip
        self.order_fields(["received_on", "received_from", *self.kinds, "checked"])

    def clean_received_on(self) -> date:
        day = self.cleaned_data["received_on"]
        if day > self.today:
            raise forms.ValidationError(_("The day has not come yet. Write the day the answer came in."))
        if day < self.asked_on:
            raise forms.ValidationError(_("The answer cannot have come before the question was asked."))
        return day

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if not self.errors and not any(values.get(kind) for kind in self.kinds):
            raise forms.ValidationError(_("Write an answer in at least one of the fields."))
        return values

    @property
    def parts(self) -> dict[str, str]:
        return {kind: self.cleaned_data.get(kind) or "" for kind in self.kinds}


def _why(decision: Decision, consent_url: str) -> str:
    """Why the kind may be answered or not; where a consent would open it, the way to record one."""
    if consent_url and decision.reason in CONSENT_WOULD_HELP:
        return format_html('{} <a href="{}">{}</a>', decision.sentence, consent_url, _("Record a consent"))
    return decision.sentence


class DeclineForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why is it not answered here?"), widget=forms.RadioSelect,
        choices=[
            ("no_ground", _("There is no ground to give the information")),
            ("not_ours", _("It is not our unit's question")),
            ("elsewhere", _("It is handled outside the portal")),
            ("other", _("Another reason")),
        ],
        help_text=_("Stays with your unit. The other side reads one sentence only."),
        error_messages={"required": _("Choose a reason; only your unit sees it.")},
    )  # fmt: skip


class LogForm(forms.Form):
    """A spoken question logged in twenty seconds: no content, only that it happened."""

    category = forms.ChoiceField(
        label=_("What was it about?"), choices=[*CHOOSE, *Category.choices],
        error_messages={"required": _("Choose what the question was about.")},
    )  # fmt: skip
    counterpart = forms.ChoiceField(
        label=_("With whom"),
        choices=[*CHOOSE, *((k.value, k.label) for k in PartyKind if k not in (PartyKind.ASSOCIATION, PartyKind.EVALUATOR))],
        error_messages={"required": _("Choose with whom.")},
    )  # fmt: skip
    asked_by = forms.ChoiceField(
        label=_("Who asked"),
        choices=[("us", _("We asked")), ("them", _("They asked"))],
        initial="them",
        widget=forms.RadioSelect,
    )
    channel = forms.ChoiceField(
        label=_("How"),
        choices=[c for c in Channel.choices if c[0] != Channel.PORTAL],
        initial=Channel.PHONE,
        widget=forms.RadioSelect,
    )
    minutes = forms.IntegerField(
        label=_("Minutes"), min_value=1, max_value=480, initial=5,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-date"}),
        error_messages={
            "required": _("Fill in how many minutes it took."),
            "invalid": _("Write the minutes as a whole number, for example 5."),
            "min_value": _("Write at least 1 minute."),
            "max_value": _("Write at most 480 minutes."),
        },
    )  # fmt: skip
    case_number = forms.CharField(
        label=_("Case number"), required=False, max_length=12,
        help_text=_("Only for a case of your own unit. Leave empty to log without personal data."),
        widget=forms.TextInput(attrs={"class": "w-date", "autocomplete": "off"}),
    )  # fmt: skip
    documented = forms.BooleanField(label=_("It is documented in our own system"), required=False)

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if values.get("case_number") and not values.get("documented"):
            self.add_error(
                "documented",
                _(
                    "On a person it is logged only when it is documented in your own system. Tick it, or remove the case number."
                ),
            )
        return values
