"""Forms of asking and answering."""

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cases.actions.disclosure import CARE_RELATION, EXCLUDED_READ
from cases.forms import CHOOSE, PersonText, SoftStop
from cases.law import Decision, Ground, InformationKind
from cases.sight import CONFIRMATIONS, CONSENT_WOULD_HELP
from inquiries.models import ANSWER_KINDS, Category, Channel
from parties.models import PartyKind


def _ticked(form: forms.Form) -> tuple[str, ...]:
    """What was confirmed, as the verb of giving asks for it."""
    return tuple(name for name in (EXCLUDED_READ, CARE_RELATION) if form.cleaned_data.get(name))


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
        self.order_fields([*self.kinds, "checked", EXCLUDED_READ, CARE_RELATION])

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
        return _ticked(self)


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
