"""Forms of asking and answering."""

from datetime import date

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from audit.dates import DateField
from audit.fields import field_of
from cases.actions.disclosure import CARE_RELATION, EXCLUDED_READ, RELEVANT_ONLY
from cases.forms import CHOOSE, PersonText, SoftStop
from cases.law import Decision, Ground, InformationKind
from cases.sight import CONFIRMATIONS, CONSENT_WOULD_HELP
from inquiries.models import ANSWER_KINDS, Category, Channel
from parties.models import PartyKind, Unit


def _ticked(form: forms.Form) -> tuple[str, ...]:
    """What was confirmed, as the verb of giving asks for it."""
    return tuple(
        name for name in (EXCLUDED_READ, CARE_RELATION, RELEVANT_ONLY) if form.cleaned_data.get(name)
    )


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

    def __init__(self, *args, excluded: bool, care: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not excluded:
            del self.fields["excluded_read"]
        if care:
            self.fields[CARE_RELATION] = forms.BooleanField(
                label=str(CONFIRMATIONS[CARE_RELATION]), required=False
            )

    @property
    def confirmed(self) -> tuple[str, ...]:
        return _ticked(self)


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
        self.by_duty = {kind for kind in self.kinds if decisions[kind].ground is Ground.FK_DUTY}
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
        if any(d.allowed and d.ground is Ground.INTRA_CARE for d in decisions.values()):
            self.fields[CARE_RELATION] = forms.BooleanField(
                label=str(CONFIRMATIONS[CARE_RELATION]), required=False
            )
        if self.by_duty:
            self.fields["relevant_only"] = forms.BooleanField(
                label=_("The information matters to what is asked and no more is given."), required=False
            )
            self.fields["decided_by"] = forms.CharField(
                label=_("Who decided"), required=False, max_length=120,
                help_text=_("For medical information a doctor."),
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )  # fmt: skip
        self.order_fields(
            [*self.kinds, "checked", EXCLUDED_READ, CARE_RELATION, "relevant_only", "decided_by"]
        )

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if not self.errors and not any(values.get(kind) for kind in self.kinds):
            raise forms.ValidationError(_("Write an answer in at least one of the fields."))
        if any(values.get(kind) for kind in self.by_duty):
            if not values.get("relevant_only"):
                self.add_error("relevant_only", _("Tick that the information matters and no more is given."))
            if not values.get("decided_by"):
                self.add_error("decided_by", _("Write who decided that it is given."))
        return values

    @property
    def parts(self) -> dict[str, str]:
        return {kind: self.cleaned_data.get(kind) or "" for kind in self.kinds}

    @property
    def confirmed(self) -> tuple[str, ...]:
        return _ticked(self)

    @property
    def decided_by(self) -> str:
        return self.cleaned_data.get("decided_by") or ""


class PaperQuestionForm(SoftStop):
    """A question that came in on paper: from whom, about what, when, and what it says."""

    stop_fields = ("text",)
    asker = forms.ModelChoiceField(
        label=_("From"), queryset=Unit.objects.none(), empty_label=_("Choose"),
        error_messages={"required": _("Choose who asks."), "invalid_choice": _("Choose who asks.")},
    )  # fmt: skip
    category = forms.ChoiceField(
        label=_("What is it about?"), choices=[*CHOOSE, *Category.choices],
        help_text=_("Decides which kinds of information the answer may hold."),
        error_messages={"required": _("Choose what the question is about.")},
    )  # fmt: skip
    received_on = DateField(label=_("Came in"))
    due_on = DateField(label=_("To be answered by"))
    text = PersonText(
        label=_("The question"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6, "data-draft": ""}),
        help_text=_("As on the paper. Leave out what is not needed to answer."),
        error_messages={"required": _("Write the question.")},
    )  # fmt: skip
    by_duty = forms.BooleanField(
        label=_("The paper refers to 110 kap. 31 § SFB"), required=False,
        help_text=_("Only Försäkringskassan’s formal question about a named person. It is answered by duty."),
    )  # fmt: skip
    checked = forms.BooleanField(
        label=_("The text holds nothing about violence, misuse or crime"),
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args, units, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "asker", forms.ModelChoiceField).queryset = units
        self.today = today

    def clean_received_on(self) -> date:
        day = self.cleaned_data["received_on"]
        if day > self.today:
            raise forms.ValidationError(_("The day has not come yet. Write the day the question came in."))
        return day

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        asker, came, due = values.get("asker"), values.get("received_on"), values.get("due_on")
        if came and due and due < came:
            self.add_error("due_on", _("It cannot be answered before it came in. Check the day."))
        if asker and values.get("by_duty") and asker.party.kind != PartyKind.FK:
            self.add_error("by_duty", _("Only Försäkringskassan asks with that reference."))
        return values


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
