"""Forms of the case. Clean words, no HTML; bad input gets a sentence at its field, saying what to write."""

from collections.abc import Iterable
from datetime import date, timedelta

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from audit.fields import field_of
from cases.models import BlockKind, Purpose, Sex, State
from cases.models.case import DEGREES, Benefit
from cases.pasted import read_pasted
from initiatives.models import Initiative
from parties.forms import DateField
from parties.freetext import find_numbers, warning_words
from parties.models import Membership, Unit
from parties.numbers import NumberProblem, parse_number

CHOOSE = [("", _("Choose"))]
LONGEST_TEXT = 8000


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


class PersonText(forms.CharField):
    """Text on a person. A personal number in it is refused: one person's text may not carry another's number."""

    def __init__(self, **kwargs) -> None:
        kwargs.setdefault("max_length", LONGEST_TEXT)
        super().__init__(**kwargs)
        self.error_messages["max_length"] = _("The text is too long: at most %(limit_value)d characters.")

    def clean(self, value: str) -> str:
        text = super().clean(value)
        if find_numbers(text):
            raise forms.ValidationError(_("Do not write personal numbers here."), code="personal_number")
        return text


class SoftStop(forms.Form):
    """Words about violence, misuse or crime: the writer is asked once more, and decides."""

    stop_fields: tuple[str, ...] = ("heading", "text")

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        words = sorted({w for name in self.stop_fields for w in warning_words(values.get(name) or "")})
        if words and not values.get("checked"):
            self.fields["checked"].widget = forms.CheckboxInput()
            self.add_error(
                "checked",
                _now(
                    "The text holds words about violence, misuse or crime: %(words)s. Such information is handled outside the portal. Change the text, or tick that it holds none."
                )
                % {"words": ", ".join(words)},
            )
        return values


class MoreFields(Div):
    """The fields that can wait. A division of crispy's is drawn without its form, so it is told here whether it has something
    to mend, and then stands open."""

    template = "cases/more_fields.html"

    def __init__(self, form: forms.Form, *names: str) -> None:
        super().__init__(*names)
        self.form, self.names = form, names

    @property
    def has_errors(self) -> bool:
        return any(name in self.form.errors for name in self.names)


class NewCaseForm(forms.Form):
    """A case logged in a minute: a number or none, a name, the spell. Everything else can wait, folded away.

    The first box takes the number and the name together, as they were copied.
    """

    unmarked = frozenset({"number", "name", "sex", "degree", "benefit"})
    FIRST = ("number", "name", "from_on", "degree", "benefit", "initiative")

    number = forms.CharField(
        label=_("Personal number or coordination number"),
        required=False,
        max_length=160,
        help_text=_(
            "10 or 12 digits, for example 850709-9805. You can paste the number and the name together."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    anonymous = forms.BooleanField(
        label=_("Without personal data"),
        required=False,
        help_text=_("The person is counted by sex and municipality only. Neither number nor name is kept."),
    )
    name = forms.CharField(
        label=_("Name"), required=False, max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    sex = forms.ChoiceField(
        label=pgettext_lazy("person", "Sex"), required=False, choices=[*CHOOSE, *Sex.choices],
        help_text=_("Only when there is no number; else it follows from the number."),
    )  # fmt: skip
    home_municipality = forms.CharField(label=_("Home municipality"), required=False, max_length=80)
    protected = forms.BooleanField(
        label=_("Protected personal data"), required=False,
        help_text=_("Nothing can be given in the portal. Handle it by your unit's routine."),
    )  # fmt: skip
    initiative = forms.ModelChoiceField(
        label=_("The initiative"), queryset=Initiative.objects.none(), required=False, empty_label=_("None")
    )
    from_on = DateField(label=_("On sick leave from"), required=False)
    to_on = DateField(label=_("On sick leave until"), required=False)
    degree = forms.TypedChoiceField(
        label=_("Extent"), required=False, coerce=int, empty_value=None,
        choices=[*CHOOSE, *((d, f"{d} %") for d in DEGREES)],
    )  # fmt: skip
    benefit = forms.ChoiceField(label=_("Benefit"), required=False, choices=[*CHOOSE, *Benefit.choices])

    def __init__(self, *args, by: Membership, initiatives: QuerySet[Initiative], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "initiative", forms.ModelChoiceField).queryset = initiatives
        self.pasted_name = ""
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        later = [name for name in self.fields if name not in self.FIRST]
        self.helper.layout = Layout(*self.FIRST, MoreFields(self, *later))

    def clean_number(self):
        text = self.cleaned_data["number"]
        if not text.strip():
            return None
        pasted = read_pasted(text)
        if pasted is not None:
            text, self.pasted_name = pasted.number, pasted.name
        try:
            return parse_number(text)
        except NumberProblem as problem:
            raise forms.ValidationError(problem.sentence, code=problem.code) from None

    def clean_name(self):
        name = self.cleaned_data["name"].strip()
        if find_numbers(name):
            raise forms.ValidationError(_("Do not write personal numbers here."), code="personal_number")
        return name or self.pasted_name[:120]

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        number, anonymous = values.get("number"), values.get("anonymous")
        if anonymous and number:
            self.add_error("anonymous", _("There is a number above. Remove the number, or the tick here."))
        if anonymous and values.get("name"):
            self.add_error(
                "name", _("Without personal data no name is kept. Remove the name, or the tick above.")
            )
        if not anonymous and number is None and "number" not in self.errors:
            self.add_error(
                "number",
                _("Fill in the personal number with 10 or 12 digits, or tick Without personal data."),
            )
        if number is not None and not anonymous and not values.get("name"):
            self.add_error("name", _("Fill in the person's name."))
        if anonymous and not values.get("sex"):
            self.add_error("sex", _("Choose the sex: a participant without personal data is counted by it."))
        clean_spell(self, values)
        return values


def clean_spell(form: forms.Form, values: dict) -> None:
    """The spell's rules: an end not before its start, and degree and benefit whenever there is a start."""
    start, end = values.get("from_on"), values.get("to_on")
    if start and end and end < start:
        form.add_error(
            "to_on", _now("The end is before the start. Write a date from %(date)s on.") % {"date": start}
        )
    if end and not start and "from_on" not in form.errors:
        form.add_error("from_on", _("Fill in when the sick leave began."))
    # Also while the date is being mended: one round of errors, not two.
    if start or "from_on" in form.errors:
        if not values.get("degree") and "degree" not in form.errors:
            form.add_error("degree", _("Choose the extent of the sick leave."))
        if not values.get("benefit") and "benefit" not in form.errors:
            form.add_error("benefit", _("Choose the benefit, or No benefit."))


class SpellForm(forms.Form):
    from_on = DateField(
        label=_("On sick leave from"),
        help_text=_("A new extent begins here: an earlier one without an end stops the day before."),
    )
    to_on = DateField(
        label=_("On sick leave until"),
        required=False,
        help_text=_("As certified. Leave it empty if no end is set."),
    )
    expected_on = DateField(
        label=_("Expected to end (prognosis)"), required=False,
        help_text=_("When the working ability is expected back, if somebody has said so."),
    )  # fmt: skip
    degree = forms.TypedChoiceField(
        label=_("Extent"), coerce=int, choices=[*CHOOSE, *((d, f"{d} %") for d in DEGREES)],
        error_messages={"required": _("Choose the extent of the sick leave.")},
    )  # fmt: skip
    benefit = forms.ChoiceField(
        label=_("Benefit"), choices=[*CHOOSE, *Benefit.choices],
        error_messages={"required": _("Choose the benefit, or No benefit.")},
    )  # fmt: skip

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        start = values.get("from_on")
        for name in ("to_on", "expected_on"):
            end = values.get(name)
            if start and end and end < start:
                self.add_error(
                    name,
                    _now("The end is before the start. Write a date from %(date)s on.") % {"date": start},
                )
        return values


class StateForm(forms.Form):
    """The one move that is left beside closing, which has a page of its own: pause, resume or reopen."""

    state = forms.ChoiceField(widget=forms.HiddenInput)
    reason = PersonText(
        label=_("Why"), required=False, max_length=500, help_text=_("Stays with your unit."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args, moves: Iterable[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        allowed = [s for s in State if s in moves and s != State.CLOSED]
        field_of(self, "state", forms.ChoiceField).choices = [(s.value, s.label) for s in allowed]
        self.fields["state"].initial = allowed[0].value

    def clean(self) -> dict:
        super().clean()
        if "state" in self.errors:
            # A hidden field has nowhere to stand: the sentence goes above the form.
            del self.errors["state"]
            self.add_error(None, CHANGED_MEANWHILE)
        return self.cleaned_data


NOT_BY_YOU = _("You cannot log this person here. Ask a colleague, or your unit’s manager.")
CHANGED_MEANWHILE = _("A colleague has changed the case in the meantime. Look at it and choose again.")


def party_and_unit(unit: Unit) -> str:
    """A unit by its party's name and its own; by one name when they are the same, as an employer's are."""
    return f"{unit.party.name}: {unit.name}" if unit.party.name != unit.name else unit.name


class PartyAndUnit(forms.ModelMultipleChoiceField):
    """Units, each as party_and_unit() says it."""

    def label_from_instance(self, unit: Unit) -> str:
        return party_and_unit(unit)


class ConsentUnitsForm(forms.Form):
    """Whom the grid of a consent is to name, sent in the address."""

    units = PartyAndUnit(
        label=_("Whom the paper names"), queryset=Unit.objects.none(), widget=forms.CheckboxSelectMultiple,
        help_text=_("At most five."), error_messages={"required": _("Tick at least one that the form is about.")},
    )  # fmt: skip

    def __init__(self, *args, units: QuerySet[Unit], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "units", PartyAndUnit).queryset = units


class ConsentPrintForm(forms.Form):
    """What the printed form is to ask about. The person ticks; here is only chosen whom the paper names."""

    unmarked = frozenset({"purpose"})

    units = PartyAndUnit(
        label=_("Whom the form names"), queryset=Unit.objects.none(), widget=forms.CheckboxSelectMultiple,
        help_text=_("Only those that the person may need. At most five on one form, so that it can be read."),
        error_messages={"required": _("Tick at least one that the form is about.")},
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label=_("For what"), required=False, widget=forms.RadioSelect,
        choices=[("", _("The person ticks it on the paper")), *Purpose.choices],
    )  # fmt: skip

    def __init__(self, *args, units: QuerySet[Unit], most: int, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.most = most
        field_of(self, "units", PartyAndUnit).queryset = units

    def clean_units(self) -> QuerySet[Unit]:
        units = self.cleaned_data["units"]
        if len(units) > self.most:
            raise forms.ValidationError(
                _("A form names at most five. Take away some, and print another form for them."), code="many"
            )
        return units


class WithdrawForm(forms.Form):
    """The whole consent, or some lines of it."""

    what = forms.ChoiceField(
        label=_("What does the person take back?"), widget=forms.RadioSelect, initial="all",
        choices=[("all", _("All of it")), ("some", _("Only some of it"))],
    )  # fmt: skip
    lines = forms.MultipleChoiceField(
        label=_("Which parts"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Taking back the contact itself takes back everything in that direction."),
    )  # fmt: skip

    def __init__(self, *args, lines: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "lines", forms.MultipleChoiceField).choices = lines

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if values.get("what") == "some" and not values.get("lines") and "lines" not in self.errors:
            self.add_error("lines", _("Tick what the person takes back, or choose All of it."))
        return values


class BlockForm(forms.Form):
    """Whom the block holds off, and why. What is not of the kind chosen is left out, not asked for."""

    unmarked = frozenset({"user", "to_unit"})

    kind = forms.ChoiceField(
        label=_("What is blocked?"), widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is blocked.")},
    )  # fmt: skip
    user = forms.ChoiceField(
        label=_("Which colleague"), required=False,
        help_text=_("Opens nothing about the person from now, in any unit, and is not told why."),
    )  # fmt: skip
    to_unit = forms.ChoiceField(
        label=_("Which unit"), required=False,
        help_text=_("Is given nothing from now. Consents with the unit end, and what is shown to it closes."),
    )  # fmt: skip
    reason = PersonText(
        label=_("Why"), max_length=500, help_text=_("Stays with your unit."),
        error_messages={"required": _("Write why: a colleague must be able to understand it later.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(
        self, *args, kinds: list[tuple[str, str]], users: dict[int, str], units: dict[int, str], **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "kind", forms.ChoiceField).choices = kinds
        for name, known in (("user", users), ("to_unit", units)):
            field_of(self, name, forms.ChoiceField).choices = [
                *CHOOSE,
                *((str(pk), label) for pk, label in known.items()),
            ]

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        wanted = {BlockKind.COLLEAGUE: "user", BlockKind.UNIT: "to_unit"}.get(values.get("kind", ""))
        for name, sentence in (("user", _("Choose the colleague.")), ("to_unit", _("Choose the unit."))):
            if name != wanted:
                values[name] = ""
            elif not values.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        return values


class LiftForm(forms.Form):
    """Why a block no longer stands."""

    reason = PersonText(
        label=_("Why the block is lifted"), max_length=500, help_text=_("Stays with your unit."),
        error_messages={"required": _("Write why: a colleague must be able to understand it later.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class DeclinedForm(forms.Form):
    """The person said no."""

    declined_on = DateField(
        label=_("Which day"), error_messages={"required": _("Fill in the day the person said no.")}
    )
    said_by = forms.ChoiceField(
        label=_("Who said no"), widget=forms.RadioSelect,
        choices=[("person", _("The person")), ("representative", _("Someone who represents the person"))],
        error_messages={"required": _("Choose who said no.")},
    )  # fmt: skip
    note = PersonText(
        label=_("Note"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stays with your unit. The person need not say why."),
    )  # fmt: skip

    def __init__(self, *args, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_declined_on(self) -> date:
        day = self.cleaned_data["declined_on"]
        if day > self.today:
            raise forms.ValidationError(_("The date has not come yet. Write the day the person said no."))
        return day


class MistakeForm(forms.Form):
    """Why a recorded consent never was one."""

    reason = PersonText(
        label=_("What was wrong"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example: recorded on the wrong person, or not as on the paper. Stays with your unit."),
        error_messages={"required": _("Write what was wrong with the record.")},
    )  # fmt: skip


class SearchForm(forms.Form):
    q = forms.CharField(max_length=100, required=False)


def counted(count: int, cap: int) -> str:
    """ "12 cases", or "50+ cases" beyond the cap."""
    if count > cap:
        return _now("%(cap)d+ cases") % {"cap": cap}
    return ngettext("%(count)d case", "%(count)d cases", count) % {"count": count}
