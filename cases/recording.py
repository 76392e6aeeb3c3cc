"""A consent recorded as it stands on the paper: one grid of kinds and directions, what for, how it was given, how long.

Nothing is ticked when the page opens. A box stands only where the law knows a consent; the others say why not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout, LayoutObject
from django import forms
from django.template.loader import render_to_string
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.fields import field_of
from cases.actions.consent import Direction, lines_of
from cases.deciding import why_no_way
from cases.forms import PersonText
from cases.givings import Giving
from cases.law import CONSENT_KINDS, Act, InformationKind
from cases.lengths import Lengths, after
from cases.models import Case, ConsentLine, PrintedForm, Purpose
from cases.models import ConsentForm as Form
from cases.papers import MOST_UNITS, units_that_concern
from parties.forms import DateField
from parties.models import Membership, PartyKind, Unit

LETTERS = "ABCDEFGH"
# Kinds in the order of the paper's letters; what may be said of each in a word or two stands in the law.
ROWS = [InformationKind(k) for k in (
    "existence", "certificate", "decision", "ability", "plan", "employment", "social", "medical")]  # fmt: skip
WRITTEN = (Form.WRITTEN, Form.WRITTEN_EID)


@dataclass
class Cell:
    """One box, or the reason that there is none."""

    row: int
    letter: str
    kind: InformationKind
    value: str
    ticked: bool
    why: str = ""

    @property
    def own_tick(self) -> bool:
        return self.kind == InformationKind.MEDICAL


@dataclass
class Column:
    """One direction."""

    number: int
    own: int
    giver: Unit
    receiver: Unit
    cells: list[Cell] = field(default_factory=list)

    @property
    def out(self) -> bool:
        """From the unit that records it."""
        return self.giver.pk == self.own

    @property
    def has_boxes(self) -> bool:
        return any(not cell.why for cell in self.cells)


def columns_of(own: Unit, units: Iterable[Unit], ticked: Iterable[str] = ()) -> list[Column]:
    """Out to each unit and in from it; a direction without a single box is left out."""
    ticks = set(ticked)
    columns: list[Column] = []
    for other in units:
        for giver, receiver in ((own, other), (other, own)):
            known = {kind for _giver, _receiver, kind in lines_of([(giver, receiver)], CONSENT_KINDS)}
            column = Column(len(columns) + 1, own.pk, giver, receiver)
            for n, kind in enumerate(ROWS, 1):
                value = f"{giver.pk}-{receiver.pk}-{kind}"
                why = "" if kind in known else _why(giver, receiver, kind)
                column.cells.append(Cell(n, LETTERS[n - 1], kind, value, value in ticks, why))
            if column.has_boxes:
                columns.append(column)
    return columns


def _why(giver: Unit, receiver: Unit, kind: InformationKind) -> str:
    codes = PartyKind(giver.party.kind).matrix, PartyKind(receiver.party.kind).matrix
    return str(why_no_way(Act.INFORMATION, codes, kind).label)


def units_on_the_form(case: Case, member: Membership) -> list[Unit]:
    """Whom the grid names when nobody has chosen: those of the form printed last, else those of the consents before, else
    those that concern the case; nobody, if they are more than a paper holds.
    """
    concern = units_that_concern(case, member)
    printed = PrintedForm.objects.filter(case=case, unit=member.unit).order_by("-printed_at", "-pk").first()
    if printed is not None:
        there = {u.pk: u for u in Unit.objects.filter(pk__in=printed.units).select_related("party")}
        return [there[pk] for pk in printed.units if pk in there][:MOST_UNITS]
    ways = ConsentLine.objects.filter(case=case).values_list("from_unit_id", "to_unit_id")
    before = {pk for way in ways for pk in way}
    for units in (concern.filter(pk__in=before), concern):
        if few := list(units[: MOST_UNITS + 1]):
            return few if len(few) <= MOST_UNITS else []
    return []


class Part(LayoutObject):
    """A part of the form with a template of its own, where the layout wants it."""

    def __init__(self, template: str, **more) -> None:
        self.template, self.more = template, more

    def render(self, form, context, *args, **kwargs) -> str:
        return render_to_string(self.template, {"form": form} | self.more)


DECISION, ORAL, OTHER = "decision", "oral", "date"


class LengthSelect(forms.RadioSelect):
    """Radio buttons that know how far each reaches, so that the page can count anew when the day is written."""

    oral_days = 0

    def create_option(self, name, value, *args, **kwargs) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value).isdigit():
            option["attrs"]["data-months"] = str(value)
        elif value == ORAL:
            option["attrs"]["data-days"] = str(self.oral_days)
        return option


def length_choices(lengths: Lengths, first: date, ends: date | None) -> list[tuple[str, str]]:
    """The choices, each with the last day it comes to when the consent applies from `first`."""

    def until(words: str, day: date) -> str:
        return _now("%(length)s, until %(date)s") % {"length": words, "date": day.isoformat()}

    choices = [
        (str(n), until(ngettext("%(n)s month", "%(n)s months", n) % {"n": n}, after(first, n)))
        for n in lengths.months
    ]
    if ends is not None and ends > first:
        last = min(ends, after(first, lengths.longest))
        choices.append((DECISION, until(_now("As long as the decision on activity compensation"), last)))
    days = lengths.oral_days
    oral = ngettext(
        "%(n)s day, the longest for an oral consent", "%(n)s days, the longest for an oral consent", days
    )
    choices.append((ORAL, until(oral % {"n": days}, first + timedelta(days=days - 1))))
    return [*choices, (OTHER, _now("Another day, as on the paper"))]


def last_day_chosen(
    choice: str, first: date, lengths: Lengths, ends: date | None, other: date | None
) -> date | None:
    """The last day that a choice comes to."""
    if choice.isdigit():
        return after(first, int(choice))
    if choice == ORAL:
        return first + timedelta(days=lengths.oral_days - 1)
    if choice == DECISION and ends is not None:
        return min(ends, after(first, lengths.longest))
    return other


class GivenForm(forms.Form):
    """When a consent was given and how long it stands: asked alike of a new one and of a renewal."""

    given_on = DateField(
        label=_("Date of the signature or the conversation"),
        error_messages={"required": _("Fill in the day of the signature or the conversation.")},
    )
    length = forms.ChoiceField(
        label=_("For how long"), widget=LengthSelect, help_text=_("Counted from the day of the signature; until that is written, from today."),
        error_messages={"required": _("Choose for how long the consent applies.")},
    )  # fmt: skip
    valid_to = DateField(label=_("Applies until and including"), required=False)
    yearly = PersonText(
        label=_("The yearly question: how and when it is asked"), required=False, max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A consent longer than a year is asked about every year. Write how that is done."),
    )  # fmt: skip

    def __init__(
        self, *args, lengths: Lengths, today: date, decision_ends: date | None = None, **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.lengths, self.decision_ends = today, lengths, decision_ends
        length = field_of(self, "length", forms.ChoiceField)
        length.widget.oral_days = lengths.oral_days
        length.choices = length_choices(lengths, self._first(), decision_ends)
        if self._is_long(decision_ends):
            return
        del self.fields["yearly"]

    def _is_long(self, ends: date | None) -> bool:
        return ends is not None and ends > after(self.today, max(self.lengths.months))

    def _first(self) -> date:
        for name in ("valid_from", "given_on"):
            if name in self.fields:
                try:
                    day = self.fields[name].clean(self.data.get(self.add_prefix(name)) or None)
                except forms.ValidationError:
                    continue
                if day:
                    return day
        return self.today

    def clean_given_on(self) -> date:
        given = self.cleaned_data["given_on"]
        if given > self.today:
            raise forms.ValidationError(_("The date has not come yet. Write the day the consent was given."))
        return given

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        first = values.get("valid_from") or values.get("given_on")
        choice, other = values.get("length"), values.get("valid_to")
        values["valid_from"] = first
        if choice == OTHER and not other and "valid_to" not in self.errors:
            self.add_error("valid_to", self._too_long_sentence())
        if not (first and choice) or self.errors.get("valid_to"):
            return values
        last = last_day_chosen(choice, first, self.lengths, self.decision_ends, other)
        values["valid_to"] = last
        where = "valid_to" if choice == OTHER else "length"
        if last is None:
            self.add_error(where, self._too_long_sentence())
        elif last < first:
            self.add_error(
                where, _now("The end is before the start. Write a date from %(date)s on.") % {"date": first}
            )
        elif last < self.today:
            self.add_error(where, _("The consent has already ended. Write a date from today on."))
        else:
            self._not_too_long(where, first, last)
        return values

    def _not_too_long(self, where: str, first: date, last: date) -> None:
        """R9: within what the party lets this kind of consent stand."""
        values = self.cleaned_data
        form, ends = values.get("form", ""), self.decision_ends
        asked = {"purpose": values.get("purpose", ""), "decision_ends": ends}
        latest = self.lengths.last_day(form, first, yearly=values.get("yearly", ""), **asked)
        if last <= latest:
            return
        if form == Form.ORAL:
            days = self.lengths.oral_days
            words = ngettext(
                "An oral consent applies for at most %(n)s day.", "An oral consent applies for at most %(n)s days.", days
            ) % {"n": days}  # fmt: skip
        elif last <= self.lengths.last_day(form, first, yearly="yes", **asked):
            self.add_error("yearly", _("Write how the yearly question is asked, or choose a shorter time."))
            return
        elif values.get("length") == DECISION:
            words = _now("Only a consent to planning during activity compensation follows the decision.")
        else:
            words = self._too_long_sentence()
        self.add_error(where, words + " " + _now("Choose a day up to %(date)s.") % {"date": latest})

    def _too_long_sentence(self) -> str:
        return _now("The consent must have an end date, at most %(months)s months ahead.") % {
            "months": max(self.lengths.months)
        }


class ConsentRecordForm(GivenForm):
    """The consent as it stands on the paper. Nothing is ticked in advance."""

    unmarked = frozenset({"obtained_how", "obtained_by", "identity_check", "valid_to", "yearly"})

    ticks = forms.MultipleChoiceField(
        label=_("Who may give what to whom"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one box, as on the paper.")},
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label=_("For what"), choices=Purpose.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the information may be used for.")},
    )  # fmt: skip
    form = forms.ChoiceField(
        label=_("How it was given"), choices=Form.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the consent was given.")},
    )  # fmt: skip
    obtained_how = PersonText(
        label=_("Oral: how and when"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example: by telephone 2026-03-04, read aloud line by line."),
    )  # fmt: skip
    obtained_by = PersonText(
        label=_("Oral: who took it"), required=False, max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}), help_text=_("The colleague who spoke with the person."),
    )  # fmt: skip
    identity_check = PersonText(
        label=_("Electronic: how the person was identified"), required=False, max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}), help_text=_("For example: BankID in the region’s e-service."),
    )  # fmt: skip
    valid_from = DateField(
        label=_("Applies from"), required=False, help_text=_("Only if it is another day than the signature.")
    )
    excluded = PersonText(
        label=_("What the person has excepted"), required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("As on the paper. It is shown to everyone who gives something on this case."),
    )  # fmt: skip
    reopens_earlier = forms.BooleanField(
        label=_("Also show what was given before"),
        required=False,
        help_text=_("Only if the person wants it. The list stands under Given before."),
    )
    informed = forms.BooleanField(
        label=_("I have gone through the information on the front page in speech"),
        error_messages={
            "required": _("Tick that you have gone through the information: a consent must be informed.")
        },
    )

    field_order = (
        "ticks", "excluded", "purpose", "form", "identity_check", "obtained_how", "obtained_by", "given_on", "length",
        "valid_to", "yearly", "valid_from", "reopens_earlier", "informed",
    )  # fmt: skip

    def __init__(self, *args, own: Unit, units: Sequence[Unit], earlier: Sequence[Giving], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.own, self.units = own, units
        columns = columns_of(own, units)
        field_of(self, "ticks", forms.MultipleChoiceField).choices = [
            (cell.value, cell.letter) for column in columns for cell in column.cells if not cell.why
        ]
        if not earlier:
            del self.fields["reopens_earlier"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Part("cases/consent_grid.html"), "excluded", "purpose", "form",
            Field("identity_check", wrapper_class="is-eid w-half"), Field("obtained_how", wrapper_class="is-oral"),
            Field("obtained_by", wrapper_class="is-oral w-half"), "given_on", "length",
            Field("valid_to", wrapper_class="is-other-day"),
            *([Field("yearly", wrapper_class="is-decision")] if "yearly" in self.fields else []), "valid_from",
            *([Part("cases/given_before.html", earlier=earlier), "reopens_earlier"] if earlier else []), "informed",
        )  # fmt: skip

    @property
    def columns(self) -> list[Column]:
        """The grid as it is to be drawn: with what was ticked before an error, or kept in a draft."""
        return columns_of(self.own, self.units, self["ticks"].value() or ())

    @property
    def never(self) -> list[str]:
        """Why some boxes are missing, each reason once."""
        return list(dict.fromkeys(cell.why for column in self.columns for cell in column.cells if cell.why))

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        form = values.get("form")
        if form == Form.ORAL:
            if not values.get("obtained_how") and "obtained_how" not in self.errors:
                self.add_error("obtained_how", _("Write how and when the oral consent was given."))
            if not values.get("obtained_by") and "obtained_by" not in self.errors:
                self.add_error("obtained_by", _("Write who took the oral consent."))
        if (
            form == Form.WRITTEN_EID
            and not values.get("identity_check")
            and "identity_check" not in self.errors
        ):
            self.add_error("identity_check", _("Write how the person was identified."))
        if form != Form.ORAL:
            values["obtained_by"] = ""
            values["obtained_how"] = values.get("yearly", "")
        return values

    def kinds(self) -> dict[Direction, list[str]]:
        """What was ticked, by direction."""
        by_pk = {u.pk: u for u in (self.own, *self.units)}
        found: dict[Direction, list[str]] = {}
        for tick in self.cleaned_data["ticks"]:
            giver, receiver, kind = tick.split("-")
            found.setdefault((by_pk[int(giver)], by_pk[int(receiver)]), []).append(kind)
        return found


# Shown only when the length chosen asks for them.
_ONLY_WHEN = {"valid_to": "is-other-day", "yearly": "is-decision"}


class RenewForm(GivenForm):
    """The same consent once more: asked whole, signed anew."""

    unmarked = frozenset({"valid_to", "yearly"})

    same = forms.BooleanField(
        label=_("Same as last time: the person has ticked every line above again"),
        error_messages={"required": _("Tick that it is the same. If it is not, record it as on the paper.")},
    )
    form = forms.ChoiceField(
        label=_("How it was given"), choices=[c for c in Form.choices if c[0] in WRITTEN], widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the consent was given.")},
    )  # fmt: skip
    reopens_earlier = forms.BooleanField(
        label=_("Also show what was given before"), required=False,
        help_text=_("Only if the person wants it. The list stands under Given before."),
    )  # fmt: skip
    informed = ConsentRecordForm.base_fields["informed"]
    field_order = ("same", "form", "given_on", "length", "valid_to", "yearly", "reopens_earlier", "informed")

    def __init__(self, *args, purpose: str, form: str, earlier: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.purpose = purpose
        # How it was given the last time is not what the person says yes to; it is most often the same.
        self.fields["form"].initial = form
        if not earlier:
            del self.fields["reopens_earlier"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            *(
                Field(name, wrapper_class=_ONLY_WHEN[name]) if name in _ONLY_WHEN else name
                for name in self.fields
            )
        )

    def clean(self) -> dict:
        self.cleaned_data["purpose"] = self.purpose
        return super().clean()
