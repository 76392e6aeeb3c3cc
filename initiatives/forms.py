"""Forms of the insats: clean words and figures, a sentence at the field for what is wrong. No HTML."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.fields import field_of
from initiatives import folder
from initiatives.access import may_be_seated
from initiatives.actions import party_stays
from initiatives.amounts import written
from initiatives.models import (
    Activity,
    Forecast,
    Grant,
    Initiative,
    Invoice,
    Obstacle,
    Participation,
    ParticipationKind,
    ReportingCount,
    SeatRole,
    TimeEntry,
)
from initiatives.periods import EARLIEST, far_off, latest_day, today
from initiatives.seams import folder_parts
from initiatives.timers import NAMES, TIMERS, bounds, in_wrong_order
from parties.forms import DateField
from parties.guards import refuse_personal_numbers
from parties.models import Party, Unit

if TYPE_CHECKING:
    # The types of lazy words are known where types are checked; the package is not there when the portal runs.
    from django_stubs_ext import StrOrPromise

CHOOSE = ("", _("Choose"))
LONGEST_LINE = 300
LONGEST_TEXT = 4_000
MOST_FILES = 20
MOST_UNPACKED = 5_000_000


class NamesNobody(forms.CharField):
    """A text without a person: a personal number in it stops hard."""

    def clean(self, value: str) -> str:
        text = super().clean(value)
        refuse_personal_numbers(text)
        return text


def line(**more) -> NamesNobody:
    """One line of text."""
    return NamesNobody(max_length=LONGEST_LINE, **more)


def paragraph(rows: int = 3, **more) -> NamesNobody:
    """Some lines of text."""
    return NamesNobody(max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": rows}), **more)


class KronorField(forms.CharField):
    """Whole kronor as people write them: `310163`, `310 163`, `310.163`, `310 163 kr`, with a minus for a
    credit.
    """

    def __init__(self, **more) -> None:
        more.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "class": "w-date"}))
        super().__init__(**more)

    def to_python(self, value: object) -> int | None:  # type: ignore[override]  # what is typed becomes a number
        text = re.sub(r"[\s\u00a0\u202f]", "", super().to_python(value) or "").lower().removesuffix("kr")
        text = text.replace("\N{MINUS SIGN}", "-").removesuffix(":-")
        if not text:
            return None
        if re.fullmatch(r"-?\d{1,3}(\.\d{3})+", text, re.ASCII):
            text = text.replace(".", "")
        if not re.fullmatch(r"-?\d{1,12}", text, re.ASCII):
            raise ValidationError(_("Write whole kronor with digits, for example 310 163."))
        return int(text)

    def prepare_value(self, value: object) -> object:
        return written(value) if isinstance(value, int) else value


class HoursField(forms.CharField):
    """Time as people write it: `7,5`, `7.5`, `7:30`, `45 min`; becomes whole minutes."""

    def __init__(self, **more) -> None:
        more.setdefault("widget", forms.TextInput(attrs={"class": "w-date"}))
        super().__init__(**more)

    def to_python(self, value: object) -> int | None:  # type: ignore[override]  # what is typed becomes a number
        text = re.sub(r"[\s\u00a0]", "", super().to_python(value) or "").lower()
        if not text:
            return None
        if clock := re.fullmatch(r"(\d{1,5}):([0-5]\d)", text, re.ASCII):
            return int(clock[1]) * 60 + int(clock[2])
        if minutes := re.fullmatch(r"(\d{1,6})(?:min|minuter|m)", text, re.ASCII):
            return int(minutes[1])
        if hours := re.fullmatch(r"(\d{1,5}(?:[.,]\d{1,4})?)(?:h|tim|timmar)?", text, re.ASCII):
            return int(Decimal(hours[1].replace(",", ".")) * 60 + Decimal("0.5"))
        raise ValidationError(_("Write hours as 7,5 or 7:30, or minutes as 45 min."))

    def prepare_value(self, value: object) -> object:
        if isinstance(value, int):
            return f"{value // 60}:{value % 60:02}"
        return value


class DayField(DateField):
    """A day that an insats can reach."""

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and (sentence := far_off(value)):
            raise ValidationError(sentence, code="far_off")


class YearField(forms.IntegerField):
    """A year with four digits, one that an insats can reach."""

    def __init__(self, **more) -> None:
        more.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "class": "w-date"}))
        super().__init__(min_value=1990, max_value=2100, **more)
        for name in ("invalid", "min_value", "max_value"):
            self.error_messages[name] = _("Write the year with four digits, for example 2026.")

    def validate(self, value: int | None) -> None:
        super().validate(value)
        if value and EARLIEST.year <= value <= 2100 and value > latest_day().year:
            raise ValidationError(
                _now("The year is too far off. Write one from %(first)s to %(last)s.")
                % {"first": EARLIEST.year, "last": latest_day().year},
                code="far_off",
            )


class PercentField(forms.DecimalField):
    """Per cent with a comma or a point, at most two decimals."""

    def __init__(self, **more) -> None:
        more.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "class": "w-date"}))
        super().__init__(max_digits=5, decimal_places=2, min_value=Decimal("0.01"), max_value=100, **more)
        for name in (
            "invalid",
            "min_value",
            "max_value",
            "max_decimal_places",
            "max_digits",
            "max_whole_digits",
        ):
            self.error_messages[name] = _("Write per cent above 0 and at most 100, for example 33,33.")

    def to_python(self, value: object) -> Decimal | None:  # type: ignore[override]  # as Django's own DecimalField
        text = value.strip().rstrip("%").strip().replace(",", ".") if isinstance(value, str) else value
        return super().to_python(text)

    def prepare_value(self, value: object) -> object:
        return written(value) if isinstance(value, Decimal) else value


def errors_to(form: forms.BaseForm, error: ValidationError) -> None:
    """A verb's refusal, at the fields the form has; what concerns others stands above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def ask(form: forms.BaseForm, sentences: "Mapping[str, StrOrPromise]") -> None:
    """Each field that must be filled in says what to write or choose; of a choice also when it is none of
    those offered.
    """
    for name, sentence in sentences.items():
        field = form.fields[name]
        field.error_messages["required"] = sentence
        if isinstance(field, forms.ChoiceField):
            field.error_messages["invalid_choice"] = sentence


def _offered(field: forms.ChoiceField) -> list[tuple[Any, Any]]:
    """What can be chosen: not the empty choice that Django puts first."""
    # The field gives pairs whatever it was set to; the stubs know only what it may be set to.
    choices = cast("Iterable[tuple[Any, Any]]", field.choices)
    return [choice for choice in choices if choice[0]]


class RowForm(forms.ModelForm):
    """A row of an insats; the verb asks the rules of the whole row, here the fields are cleaned.

    `asks`: what stands at a required field that is left empty.
    """

    asks: "Mapping[str, StrOrPromise]" = {}

    def __init__(self, *args, initiative: Initiative, **more) -> None:
        super().__init__(*args, **more)
        self.instance.initiative = initiative
        for name, field in self.fields.items():
            if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
                field.error_messages["invalid_choice"] = _("Choose one of those in the list.")
            if isinstance(field, forms.TypedChoiceField) and not field.required:
                field.choices = [
                    ("", pgettext_lazy("choice", "Not known")),
                    *_offered(field),
                ]
            elif isinstance(field, forms.TypedChoiceField):
                field.choices = [CHOOSE, *_offered(field)]
            label = str(field.label or name)
            field.label = label[:1].upper() + label[1:]
        ask(self, self.asks)


class ActivityForm(RowForm):
    on = DayField(label=_("Date"), required=False)
    year = YearField(
        label=_("Year, if the date is not known"),
        required=False,
        help_text=_("Such an activity stands in the year's report and in no quarter's."),
    )
    title = line(label=_("What was done"))
    audience = line(
        label=_("For whom"), required=False, help_text=_("For example handläggare, kollegor. No names.")
    )

    asks = {
        "kind": _("Choose what kind of activity it was."),
        "title": _("Write what was done, for example: Pulsmöte med båda mottagningarna."),
        "state": _("Choose whether it is booked, held or cancelled."),
    }

    class Meta:
        model = Activity
        fields = ("kind", "title", "on", "year", "form", "state", "audience")

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if not self.errors and bool(values.get("on")) == bool(values.get("year")):
            self.add_error("on", _("Write a date, or the year if the date is not known."))
        return values


class ObstacleForm(RowForm):
    text = paragraph(label=_("What it is"), help_text=_("Write about the work, not about a person."))
    reported_to = line(label=_("Reported to"), required=False)
    since = DayField(label=_("Since"), required=False)
    solved_on = DayField(label=_("Solved on"), required=False)

    asks = {
        "kind": _("Choose whether it is an obstacle, a system fault or a success factor."),
        "area": _("Choose what it is about."),
        "text": _("Write what stands in the way, or what helps."),
        "status": _("Choose how far it has come."),
    }

    class Meta:
        model = Obstacle
        fields = ("kind", "area", "text", "reported_to", "since", "status", "solved_on")


class DayOrPeriodForm(RowForm):
    """A row of one day, or a lump for a longer period."""

    on = DayField(label=_("Date"), required=False)
    from_on = DayField(label=_("Or from"), required=False)
    to_on = DayField(label=_("To and including"), required=False)

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if {"on", "from_on", "to_on"} & set(self.errors):
            return values
        on, first, last = values.get("on"), values.get("from_on"), values.get("to_on")
        if on and (first or last):
            self.add_error("on", _("Write a date, or from and to, not both."))
        elif not on and not first and not last:
            self.add_error("on", _("Write a date, or from and to for a longer period."))
        elif not on and not (first and last):
            self.add_error("from_on" if not first else "to_on", _("A longer period needs both from and to."))
        elif first and last and last < first:
            self.add_error("to_on", _("The end is before the start."))
        return values


class TimeForm(DayOrPeriodForm):
    minutes = HoursField(label=_("Time"), help_text=_("For example 7,5 or 7:30 or 45 min"))
    note = line(label=_("What was done"), required=False)

    field_order = ("kind", "minutes", "on", "from_on", "to_on", "note")

    asks = {
        "kind": _("Choose whether the work was with patients or organisational."),
        "minutes": _("Write how long it took, for example 7,5 or 7:30 or 45 min."),
    }

    class Meta:
        model = TimeEntry
        fields = ("kind", "minutes", "on", "from_on", "to_on", "note")

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        self.fields["from_on"].help_text = _(
            "A lump for a longer period counts only in a report whose period holds all of it."
        )
        if not self.instance.pk:
            self.initial.setdefault("on", today())


class InvoiceForm(DayOrPeriodForm):
    amount = KronorField(label=_("Amount, kronor"), help_text=_("A credit is written with a minus."))
    reference = line(label=_("Reference"), required=False)

    field_order = ("amount", "on", "from_on", "to_on", "reference")

    asks = {
        "amount": _("Write the amount of the invoice in whole kronor, for example 310 163."),
    }

    class Meta:
        model = Invoice
        fields = ("amount", "on", "from_on", "to_on", "reference")

    def clean_amount(self) -> int:
        amount = self.cleaned_data["amount"]
        if amount == 0:
            raise ValidationError(_("Write an amount other than 0."))
        return amount


class GrantForm(RowForm):
    year = YearField(label=_("Year"))
    amount = KronorField(
        label=_("Granted for the year, kronor"),
        help_text=_("Together. The shares divide it between the associations."),
    )

    asks = {
        "year": _("Write the year the funds are granted for, for example 2026."),
        "amount": _("Write what is granted for the whole year in whole kronor, for example 480 000."),
    }

    class Meta:
        model = Grant
        fields = ("year", "amount")


class ForecastForm(RowForm):
    year = YearField(label=_("Year"))
    amount = KronorField(label=_("What the whole year will cost, kronor"))
    made_on = DayField(label=_("Made on"))

    asks = {
        "year": _("Write the year the forecast is about, for example 2026."),
        "amount": _("Write what the whole year is expected to cost in whole kronor, for example 436 000."),
    }

    class Meta:
        model = Forecast
        fields = ("year", "amount", "made_on")

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        if not self.instance.pk:
            self.initial.setdefault("made_on", today())


class ReportingCountForm(RowForm):
    from_on = DayField(label=_("From"))
    to_on = DayField(label=_("To and including"))

    asks = {
        "persons": _("Write how many persons it was, for example 5."),
    }

    class Meta:
        model = ReportingCount
        fields = ("persons", "units", "from_on", "to_on")

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        for name, sentence in (
            ("persons", _("Write how many persons it was, from 1 to 9999.")),
            ("units", _("Write how many units it was, from 1 to 9999, or leave it empty.")),
        ):
            field = self.fields[name]
            field.validators = [MinValueValidator(1, sentence), MaxValueValidator(9999, sentence)]
        self.fields["persons"].help_text = _(
            "Time told as a lump names nobody. Figures on work are shown outside only when at least three persons stand behind them."
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("from_on"), values.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", _("The last day is before the first."))
        return values


class ParticipationForm(RowForm):
    """A party of the register, one of its units, or a name that is in no register.

    A row that has a party of the register keeps it: no other is offered, nor none.
    """

    party = forms.ModelChoiceField(
        label=_("Party in the portal"),
        queryset=Party.objects.order_by("name"),
        required=False,
        empty_label=_("None: write the name below"),
    )
    unit = forms.ModelChoiceField(
        label=_("Only this unit of it"),
        queryset=Unit.objects.select_related("party").order_by("name"),
        required=False,
        empty_label=_("The whole party"),
        help_text=_("Coordinators of what takes part can log time, activities and obstacles."),
    )
    name = line(label=_("Name, if the party is not in the portal"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind, if the party is not in the portal"),
        required=False,
        choices=[CHOOSE, *ParticipationKind.choices],
    )
    from_on = DayField(label=_("Takes part from"))
    to_on = DayField(label=_("Takes part to and including"), required=False)

    field_order = ("party", "unit", "name", "kind", "role", "from_on", "to_on", "active")

    asks = {
        "role": _("Choose whether it owns the insats or is a party in it."),
    }

    class Meta:
        model = Participation
        fields = ("party", "unit", "name", "kind", "role", "from_on", "to_on", "active")

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        self.kept = self.instance.party if self.instance.pk else None
        if self.kept is None:
            return
        party = field_of(self, "party", forms.ModelChoiceField)
        party.queryset = Party.objects.filter(pk=self.kept.pk)
        party.required, party.empty_label = True, None
        party.error_messages |= {"required": party_stays(), "invalid_choice": party_stays()}
        unit_field = field_of(self, "unit", forms.ModelChoiceField)
        unit_field.queryset = Unit.objects.filter(party=self.kept).order_by("name")

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        unit, party = values.get("unit"), values.get("party") or self.kept
        if unit and party and unit.party_id != party.pk:
            self.add_error("unit", _("The unit belongs to another party. Choose a unit of the party above."))
        party = unit.party if unit else party
        if party:
            values["party"], values["kind"] = party, party.kind
            values["name"] = unit.name if unit else party.name
        else:
            for name in ("name", "kind"):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, _("Choose a party above, or fill this in."))
        return values


class InitiativeForm(forms.ModelForm):
    name = line(label=_("Name of the insats"))
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"), required=False)
    owner_name = line(label=_("Owner"), help_text=_("As it is to stand in the reports."))
    first_party_name = line(
        label=_("First party in the heading on collaboration"),
        help_text=_(
            "The report asks how the collaboration between two parties has improved."
            " Name them as they are to stand."
        ),
    )
    second_party_name = line(label=_("Second party in the heading on collaboration"))
    aim = paragraph(
        rows=6,
        label=_("Goals, purpose and method according to the application"),
        required=False,
        help_text=_("Each report begins with this text."),
    )

    class Meta:
        model = Initiative
        fields = (
            "name",
            "kind",
            "starts_on",
            "ends_on",
            "owner_name",
            "first_party_name",
            "second_party_name",
            "aim",
        )

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].label = _("Kind of insats")
        kind = field_of(self, "kind", forms.ChoiceField)
        kind.choices = [CHOOSE, *_offered(kind)]
        ask(
            self,
            {
                "name": _("Write what the insats is called, as in the application."),
                "kind": _("Choose whether the insats is directed to individuals or to organisations."),
                "starts_on": _("Write the first day of the insats, for example 2026-01-01."),
                "owner_name": _("Write who owns the insats, for example the clinic or the authority."),
                "first_party_name": _(
                    "Write the first of the two parties whose collaboration the reports ask about, for example"
                    " Försäkringskassan."
                ),
                "second_party_name": _(
                    "Write the second of the two parties whose collaboration the reports ask about, for example"
                    " the clinic."
                ),
            },
        )
        if not self.instance.pk:
            self.initial.setdefault("first_party_name", "Försäkringskassan")

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        first, last = values.get("starts_on"), values.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first."))
        return values


class ShareForm(forms.Form):
    name = line(label=_("Coordination association"), required=False)
    percent = PercentField(label=_("Share, per cent"), required=False)

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        name, percent = values.get("name"), values.get("percent")
        if name and percent is None and "percent" not in self.errors:
            self.add_error("percent", _("Write the share, for example 52."))
        if percent is not None and not name and "name" not in self.errors:
            self.add_error("name", _("Write whose share it is."))
        return values


class BaseShares(BaseFormSet):
    """The shares of a year: together exactly 100."""

    def clean(self) -> None:
        if any(self.errors):
            return
        names = [name for name, _percent in self.shares]
        if len(names) != len(set(names)):
            raise ValidationError(_("The association stands twice in the same year."))
        total = sum((percent for _name, percent in self.shares), Decimal(0))
        if total != 100:
            raise ValidationError(
                _now("The shares sum to %(total)s per cent. They must sum to exactly 100.")
                % {"total": written(total)}
            )

    @property
    def shares(self) -> list[tuple[str, Decimal]]:
        rows = [form.cleaned_data for form in self.forms if form.is_valid()]
        return [(row["name"], row["percent"]) for row in rows if row.get("name")]


# A class made from BaseShares; the stubs say only that it is some formset.
Shares = cast(
    "type[BaseShares]", formset_factory(ShareForm, formset=BaseShares, extra=2, max_num=12, absolute_max=12)
)


class TimersForm(forms.Form):
    """A whole number for each time, under its milestone. `times` after cleaning: by the timer's key."""

    mark_optional = False

    def __init__(self, *args, times: Mapping[str, int], **more) -> None:
        super().__init__(*args, **more)
        for key, timer in TIMERS.items():
            sentence = bounds(timer)
            errors = dict.fromkeys(["required", "invalid", "min_value", "max_value"], sentence)
            self.fields[_named(key)] = forms.IntegerField(
                label=str(timer.label), initial=times[key], min_value=timer.least, max_value=timer.most,
                error_messages=errors, help_text=_now("Usually %(number)s") % {"number": timer.default},
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w-date"}),
            )  # fmt: skip
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        sections = {"": _now("Sick leave"), **{milestone: str(name) for milestone, name in NAMES.items()}}
        self.helper.layout = Layout(
            *(
                Fieldset(
                    title,
                    Div(
                        *(_named(k) for k, t in TIMERS.items() if t.milestone == section), css_class="sv-side"
                    ),
                    css_class="sv-fieldset",
                )
                for section, title in sections.items()
            )
        )

    @property
    def times(self) -> dict[str, int]:
        return {key: self.cleaned_data[_named(key)] for key in TIMERS}

    def clean(self) -> dict[str, Any]:
        super().clean()
        values = self.cleaned_data
        if not self.errors:
            for key, sentence in in_wrong_order(self.times).items():
                self.add_error(_named(key), sentence)
        return values

    def take(self, error: ValidationError) -> None:
        """The verb's refusal, at the fields."""
        for key, errors in error.error_dict.items():
            self.add_error(_named(key), errors)


def _named(key: str) -> str:
    """A timer's key as the name of a field."""
    return key.replace(".", "_")


class SeatForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        error_messages={
            "required": _("Fill in the person's e-mail address."),
            "invalid": _("Write the e-mail address whole, for example anna.berg@regionen.example."),
        },
        help_text=_(
            "Of someone who has an assignment with a party that takes part, or with an association that pays."
        ),
    )
    role = forms.ChoiceField(
        label=_("Seat"),
        choices=[CHOOSE, *SeatRole.choices],
        error_messages={
            "required": _("Choose which seat the person gets."),
            "invalid_choice": _("Choose which seat the person gets."),
        },
    )

    def __init__(self, *args, initiative: Initiative, **more) -> None:
        super().__init__(*args, **more)
        self.initiative = initiative

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        user = may_be_seated(self.initiative).filter(email=email).first()
        if user is None:
            raise ValidationError(
                _(
                    "Nobody with that address has an assignment with a party that takes part in the insats or with an association that pays for it. Add the party first, or ask its administrator to invite the person."
                )
            )
        self.user = user
        return email


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once, or a zip of them."""

    widget = ManyFiles

    def clean(self, data: object, initial: object = None) -> list:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            raise ValidationError(self.error_messages["required"], code="required")
        return [super(FilesField, self).clean(each, initial) for each in given]


class FolderForm(forms.Form):
    # Why the folder cannot be imported; set by the page that tries.
    refused: list[str]
    files = FilesField(  # type: ignore[assignment]  # Django takes it off the class: self.files is the uploads
        label=_("Files"),
        widget=ManyFiles(attrs={"accept": ".csv,.md,.zip"}),
        help_text=_("initiative.csv and the others, all at once, or a zip of the folder."),
        error_messages={"required": _("Choose initiative.csv and the other files.")},
    )

    def clean_files(self) -> dict[str, bytes]:
        """The files by name. Names outside the known ones are left; sizes are counted before anything is
        unpacked whole.
        """
        known = {*folder.COLUMNS, *folder_parts}
        found: dict[str, bytes] = {}
        uploads = self.cleaned_data["files"]
        if len(uploads) > MOST_FILES:
            raise ValidationError(_now("Choose at most %(n)s files.") % {"n": MOST_FILES})
        for upload in uploads:
            if upload.size > MOST_UNPACKED:
                raise ValidationError(_now("%(name)s is larger than 5 MB.") % {"name": upload.name})
            if upload.name.lower().endswith(".zip"):
                found |= _unpacked(upload, known)
            elif upload.name in known:
                found[upload.name] = upload.read(folder.MOST_BYTES + 1)
        if "initiative.csv" not in found:
            raise ValidationError(_("initiative.csv is not among the files. It says which insats it is."))
        return found


# What Python raises for a zip that is cut off, encrypted, packed in a way it cannot read, or made to harm.
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)


def _unpacked(upload, known: set[str]) -> dict[str, bytes]:
    """The known files of a zip, whatever folder they lie in; read no further than the limit, whatever the zip
    says of its size.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(upload.read())) as packed:
            entries = [entry for entry in packed.infolist() if entry.filename.rpartition("/")[2] in known]
            if len(entries) > MOST_FILES:
                raise ValidationError(_("The zip holds the same file more than once."))
            found: dict[str, bytes] = {}
            for entry in entries:
                with packed.open(entry) as file:
                    found[entry.filename.rpartition("/")[2]] = file.read(folder.MOST_BYTES + 1)
            return found
    except _BROKEN_ZIP as error:
        raise ValidationError(_now("%(name)s cannot be read as a zip.") % {"name": upload.name}) from error
