"""What each type of item asks for beside its one line and its text, as data: the form, the page and the paper read it.

The values stand in `Item.facts`: dates as ISO text, choices as their keys, amounts as numbers; what was left empty is
left out. A fact that an older version of the house wrote and no row here names is kept and not shown; a fact that it did
not know is asked for in a later version and not demanded.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.dates import DateField
from cases.forms import PersonText
from cases.measures import CHIPS, MeasureState
from cases.models.case import DEGREES, Benefit
from cases.models.item import ItemType
from cases.models.outcome import Livelihood, Step
from parties.models import PartyKind

Words: TypeAlias = Any  # A string, or one that is translated when it is shown.
Choices: TypeAlias = Sequence[tuple[str, Words]]

STATEMENT_FORMS: Choices = [
    ("FK 7804", _("FK 7804, certificate for sickness benefit")),
    ("FK 7800", _("FK 7800, statement for sickness compensation")),
    ("FK 7801", _("FK 7801, statement for activity compensation")),
    ("FK 7802", _("FK 7802, statement for extended schooling")),
]
# What Försäkringskassan answers to a statement; that it waits is no decision and is asked for on a list only.
GRANTED, REFUSED, WAITING = "granted", "refused", "waiting"
DECIDED: Choices = [
    (GRANTED, pgettext_lazy("decision", "Granted")),
    (REFUSED, pgettext_lazy("decision", "Refused")),
]
ANSWERS: Choices = [*DECIDED, (WAITING, pgettext_lazy("decision", "Waiting"))]
# Where what is written of a decision comes from.
BY_FK, BY_PATIENT, BY_LETTER, ON_PAPER = "fk", "patient", "letter", "paper"
TOLD_BY: Choices = [
    (BY_FK, pgettext_lazy("told by", "Försäkringskassan")),
    (BY_PATIENT, pgettext_lazy("told by", "The patient")),
    (BY_LETTER, pgettext_lazy("told by", "A letter that was shown")),
    (ON_PAPER, pgettext_lazy("told by", "Försäkringskassan, on paper")),
]


@dataclass(frozen=True)
class Fact:
    """One value: its key, its label, how it is asked for and how it is told."""

    name: str
    label: Words
    field: Callable[["Fact"], forms.Field]
    choices: Choices = ()
    help_text: Words = ""
    required: Words = ""  # The sentence when it is missing; none: it may be.
    tell: Callable[["Fact", object], str] = lambda fact, value: str(value)
    is_text: bool = False  # Free words, which are read for numbers and warned about like the text itself.

    def as_field(self) -> forms.Field:
        """A form field of its own, for one form."""
        field = self.field(self)
        field.label, field.help_text, field.required = self.label, self.help_text, bool(self.required)
        if self.required:
            field.error_messages["required"] = self.required
        return field


def _choice(fact: Fact) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("Choose")), *fact.choices], required=bool(fact.required))


def _chosen(fact: Fact, value: object) -> str:
    """The words of a choice. A key that is no longer offered is told as it stands: it was written once."""
    return str(dict(fact.choices).get(str(value), value))


def _per_cent(fact: Fact) -> forms.Field:
    return forms.TypedChoiceField(
        coerce=int, empty_value=None, required=bool(fact.required),
        choices=[("", _("Choose")), *((d, f"{d} %") for d in DEGREES)],
    )  # fmt: skip


def choice(name: str, label: Words, choices: Choices, **more) -> Fact:
    """One of a few words."""
    return Fact(name, label, _choice, choices, tell=_chosen, **more)


def _decided(fact: Fact) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("Choose")), *DECIDED], required=bool(fact.required))


def line(name: str, label: Words, **more) -> Fact:
    """A few words of text, never a personal number."""
    return Fact(name, label, lambda fact: PersonText(max_length=100), **more)


def day(name: str, label: Words, **more) -> Fact:
    """A date."""
    return Fact(name, label, lambda fact: DateField(required=bool(fact.required)), **more)


def text(name: str, label: Words, *, rows: int = 1, most: int = 200, **more) -> Fact:
    """Free words: a line, or a few rows."""
    widget = forms.TextInput({"autocomplete": "off"}) if rows == 1 else forms.Textarea({"rows": rows})

    def field(fact: Fact) -> forms.Field:
        return PersonText(max_length=most, widget=widget, required=bool(fact.required))

    return Fact(name, label, field, is_text=True, **more)


class PhoneField(forms.CharField):
    """A telephone number as it is dialled; ten digits that begin with 0 are no personal number here."""

    def clean(self, value: str) -> str:
        number = super().clean(value)
        digits = re.sub(r"[\s()-]", "", number)
        if number and not re.fullmatch(r"(\+|0)[0-9]{5,14}", digits):
            raise forms.ValidationError(
                _("Write the number with its area code, for example 070-174 06 05 or +46 70 174 06 05."),
                code="invalid",
            )
        return number


def phone(name: str, label: Words, **more) -> Fact:
    """A telephone number."""
    widget = forms.TextInput({"autocomplete": "off", "inputmode": "tel", "class": "w-date"})
    return Fact(
        name,
        label,
        lambda fact: PhoneField(max_length=40, widget=widget, required=bool(fact.required)),
        **more,
    )


def degree(name: str, label: Words, **more) -> Fact:
    """25, 50, 75 or 100 per cent."""
    return Fact(name, label, _per_cent, tell=lambda fact, value: f"{value} %", **more)


PERIOD = (day("period_start", _("Applies from")), day("period_end", _("Applies until")))

FACTS: Mapping[str, tuple[Fact, ...]] = {
    ItemType.STATEMENT: (
        choice("form", _("Which statement"), STATEMENT_FORMS),
        day("sent_to_fk_on", _("Sent to Försäkringskassan")),
    ),
    ItemType.DECISION: (
        Fact("outcome", pgettext_lazy("decision", "Outcome"), _decided, ANSWERS, tell=_chosen),
        choice("benefit", _("Benefit"), Benefit.choices),
        *PERIOD,
        degree("degree", _("Extent")),
        line("officer", _("Officer at Försäkringskassan")),
        choice("told_by", _("According to"), TOLD_BY),
    ),
}

# ── What the coordinator writes ─────────────────────────────────────────────────────────────────────────────
MEASURES: Choices = [
    ("activity_alone", _("Physical activity, alone")),
    ("activity_group", _("Physical activity, in group")),
    ("activity_balance", _("Activity balance")),
    ("everyday_revision", _("Revision of everyday life")),
    ("lifestyle_coaching", _("Lifestyle coaching")),
    ("social_support", _("Social support")),
    ("employer_contact", _("Contact with the employer")),
    ("work_training", _("Work training")),
    ("adaptation", _("Adaptation at work")),
    ("af", _("Measure with Arbetsförmedlingen")),
    ("studies", pgettext_lazy("measure", "Studies")),
    ("treatment", pgettext_lazy("measure", "Treatment")),
    ("group", _("Course or group")),
    ("other", _("Something else")),
]
RESPONSIBLE: Choices = [
    ("person", _("The person")),
    *((k.value, k.label) for k in PartyKind if k not in (PartyKind.ASSOCIATION, PartyKind.EVALUATOR)),
    ("other", _("Someone else")),
]
OFFER_ANSWERS: Choices = [
    ("accepted", _("Accepted")),
    ("declined", pgettext_lazy("offer", "Declined")),
    ("thinking", _("Thinks about it")),
]
RETURN_PLANS: Choices = [
    ("exists", pgettext_lazy("plan for return", "Exists")),
    ("asked", _("Asked for")),
    ("missing", pgettext_lazy("plan for return", "Missing")),
]
WHOSE: Choices = [
    ("person", _("The person")),
    ("relative", _("A relative")),
    ("employer", _("The employer")),
    ("other", _("Someone else")),
]
SAFE: Choices = [
    ("message", _("Safe to call and leave a message")),
    ("call", _("Safe to call, leave no message")),
    ("no", _("Not safe: do not call")),
]
REPRESENTATIVES: Choices = [
    ("guardian", _("Guardian (god man)")),
    ("administrator", _("Administrator (förvaltare)")),
    ("personal_representative", _("Personal representative (personligt ombud)")),
    ("proxy", _("Someone with a power of attorney")),
]
INTERPRETING: Choices = [
    ("on_site", _("On site")),
    ("phone", _("By telephone")),
    ("video", _("By video")),
    ("sign", _("Sign language")),
]
SGI: Choices = [
    ("known", pgettext_lazy("SGI", "Known")),
    ("unknown", pgettext_lazy("SGI", "Not known")),
    ("zero", pgettext_lazy("SGI", "Zero")),
]
HOUSING: Choices = [
    ("own", _("A home of their own")),
    ("family", _("With family")),
    ("supported", _("Supported housing")),
    ("temporary", _("Temporary")),
    ("none", _("No home")),
]
PROGNOSES: Choices = [
    ("days_30", _("Back within 30 days")),
    ("days_90", _("Back within 90 days")),
    ("days_180", _("Back within 180 days")),
    ("days_365", _("Back within 12 months")),
    ("longer", _("Longer than 12 months")),
    ("unclear", _("Cannot be said yet")),
]
MOVEMENTS: Choices = [("forward", Step.FORWARD.label), ("same", Step.SAME.label), ("back", Step.BACK.label)]
STEPS: Choices = [(s.value, s.label) for s in (Step.FORWARD, Step.SAME, Step.BACK)]
RATED_BY: Choices = [("self", _("The person")), ("team", _("The team"))]
AREAS: Choices = [
    ("health", pgettext_lazy("area", "Health")),
    ("daily_life", pgettext_lazy("area", "Daily life")),
    ("work", pgettext_lazy("area", "Work and studies")),
    ("economy", pgettext_lazy("area", "Economy")),
    ("social", pgettext_lazy("area", "Social network")),
]

_STATE = choice("state", pgettext_lazy("measure", "Stands"), MeasureState.choices)
_DAYS = (day("from_on", pgettext_lazy("measure", "From")), day("until_on", pgettext_lazy("measure", "Until")))
_REASON = text(
    "reason", _("Why it was interrupted"), help_text=_("Only when it is interrupted; else left empty.")
)
# When the state was reached; the move writes it, no form asks.
_STATE_ON = day("state_on", _("Since"))


def _area(name: str, label: Words) -> tuple[Fact, Fact]:
    works = format_lazy(_("{area}: what works"), area=label)
    needed = format_lazy(_("{area}: what is needed"), area=label)
    return text(f"{name}_works", works, rows=2, most=1000), text(f"{name}_needed", needed, rows=2, most=1000)


CASE_WORK: Mapping[str, tuple[Fact, ...]] = {
    ItemType.MEASURE: (
        choice("measure", _("What is done"), MEASURES, required=_("Choose what is done.")),
        choice(
            "state", pgettext_lazy("measure", "Stands"), MeasureState.choices,
            required=_("Choose whether it is planned, ongoing, completed or interrupted."),
        ),
        *_DAYS,
        choice("responsible", _("Who is responsible"), RESPONSIBLE),
        text("responsible_person", _("Name of who is responsible"), most=120),
        text("kva", _("KVÅ code"), most=5, help_text=_("If your unit counts by it, for example GC001.")),
        _REASON,
    ),
    ItemType.PLAN: (
        text("goal", _("The person’s own goal"), rows=2, most=500, help_text=_("In the person’s own words.")),
        day("review_on", _("Next follow-up")),
    ),
    ItemType.OFFER: (
        text("offered", _("What was offered")),
        choice("answer", pgettext_lazy("offer", "Answer"), OFFER_ANSWERS),
        day("answered_on", _("Date of the answer")),
    ),
    ItemType.MAPPING: tuple(fact for name, label in AREAS for fact in _area(name, label)),
    ItemType.WORK_SITUATION: (
        text("employer", _("Employer"), most=120),
        text("tasks", _("Duties"), rows=2, most=500),
        text("tried", _("Adaptations that were tried"), rows=2, most=500),
        text("possible", _("Adaptations that are possible"), rows=2, most=500),
        choice("return_plan", _("Plan for return to work"), RETURN_PLANS),
        day("return_plan_on", _("The plan is of, or was asked for on")),
        text("employer_contact", _("Contact person at the employer"), most=120),
    ),
    ItemType.CONTACT: (
        choice("whose", _("Whose number"), WHOSE, required=_("Choose whose number it is.")),
        text("name", _("Name"), most=120, help_text=_("Not needed when it is the person’s own.")),
        phone("phone", _("Telephone"), required=_("Write the number.")),
        choice("safe", _("Safe to call"), SAFE, required=_("Choose whether it is safe to call and to leave a message.")),
        text("times", _("When to call"), most=120),
    ),
    ItemType.INTERPRETER: (
        text("language", _("Language"), most=60),
        choice("mode", _("How the interpreter takes part"), INTERPRETING),
        text("accessibility", _("What is needed to take part"), rows=2, most=500,
            help_text=_("For example level entrance, hearing loop, short meetings.")),
    ),
    ItemType.REPRESENTATIVE: (
        choice("role", _("Kind of representative"), REPRESENTATIVES, required=_("Choose the kind of representative.")),
        text("name", _("Name"), most=120, required=_("Write the representative’s name.")),
        text("scope", _("What the assignment covers"), most=300),
        text("document", _("Document that shows it"), most=120, help_text=_("For example the date and number of the decision.")),
        day("until_on", pgettext_lazy("representative", "Until")),
    ),
    ItemType.ECONOMY: (
        choice("sgi", _("Sickness benefit income (SGI)"), SGI),
        choice("livelihood", _("Main livelihood"), [c for c in Livelihood.choices if c[0] != Livelihood.UNKNOWN]),
    ),
    ItemType.SUPPORT: (
        choice("housing", _("Housing"), HOUSING),
        text("support", _("Support the person has"), rows=2, most=500),
    ),
    ItemType.ABILITY_NOTE: (
        text("functions", _("Functions that are limited"), rows=2, most=1000),
        text("activities", _("Activities that are limited"), rows=2, most=1000),
        choice("prognosis", _("Expected return"), PROGNOSES),
    ),
    ItemType.STEP: (
        choice("step_health", pgettext_lazy("area", "Health"), STEPS),
        choice("step_activity", _("Activity"), STEPS),
        choice("step_work", pgettext_lazy("area", "Work and studies"), STEPS),
        choice("rated_by", _("Rated by"), RATED_BY),
    ),
    ItemType.TREATMENT: (_STATE, *_DAYS, _REASON),
}  # fmt: skip
# Pairs of days in which the second may not be before the first.
PERIODS = (("period_start", "period_end"), ("from_on", "until_on"))
# Told when it is there, asked for nowhere.
_TOLD_ONLY: Mapping[str, tuple[Fact, ...]] = {
    ItemType.MEASURE: (_STATE_ON,),
    ItemType.TREATMENT: (_STATE_ON,),
    # As steps were written before they were three.
    ItemType.STEP: (choice("movement", _("Step movement"), MOVEMENTS),),
    ItemType.ANSWER: (
        Fact("on_paper_from", _("Came on paper from"), lambda fact: forms.CharField()),
        Fact("received_from", _("Signed by"), lambda fact: forms.CharField()),
    ),
}


# ── What must agree ─────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Check:
    """A field that does not go with the others, and the sentence."""

    field: str
    sentence: Words
    wrong: Callable[[Mapping], bool]


def _later_than_today(name: str) -> Callable[[Mapping], bool]:
    return lambda values: bool(values.get(name)) and values[name] > timezone.localdate()


def _missing(name: str, when: Callable[[Mapping], bool]) -> Callable[[Mapping], bool]:
    return lambda values: when(values) and not values.get(name)


_INTERRUPTED = (
    Check("reason", _("Write why it was interrupted."), _missing("reason", lambda v: v.get("state") == "interrupted")),
)  # fmt: skip
CHECKS: Mapping[str, tuple[Check, ...]] = {
    ItemType.MEASURE: (
        *_INTERRUPTED,
        Check("kva", _("Write two letters and three digits, for example GC001, or leave it empty."),
            lambda v: bool(v.get("kva")) and not re.fullmatch(r"[A-Z]{2}[0-9]{3}", v["kva"])),
    ),
    ItemType.TREATMENT: _INTERRUPTED,
    ItemType.OFFER: (
        Check("answered_on", _("Write the day of the answer."), _missing("answered_on", lambda v: v.get("answer") in ("accepted", "declined"))),
        Check("answered_on", _("The answer cannot be of a day to come. Write the day it was given."), _later_than_today("answered_on")),
        Check("answer", _("Choose what the answer was, or leave its day empty."), _missing("answer", lambda v: bool(v.get("answered_on")))),
    ),
    ItemType.WORK_SITUATION: (
        Check("return_plan_on", _("Write the day on which the plan was asked for."),
            _missing("return_plan_on", lambda v: v.get("return_plan") == "asked")),
        Check("return_plan_on", _("The day cannot be one to come. Write the day the plan is of, or was asked for."), _later_than_today("return_plan_on")),
    ),
    ItemType.CONTACT: (
        Check("name", _("Write whose number it is."), _missing("name", lambda v: v.get("whose") not in (None, "", "person"))),
    ),
    ItemType.STEP: (
        Check("rated_by", _("Choose who rated it."),
            _missing("rated_by", lambda v: any(v.get(n) for n in ("step_health", "step_activity", "step_work")))),
    ),
}  # fmt: skip


# ── The one line, when the facts say it already ─────────────────────────────────────────────────────────────
Said: TypeAlias = Mapping[str, str]  # The facts in words, by their names.
LONGEST_LINE = 160


def _one(name: str) -> Callable[[Said], str]:
    return lambda said: said.get(name, "")


def _joined(*names: str, by: str = ", ") -> Callable[[Said], str]:
    return lambda said: by.join(said[n] for n in names if said.get(n))


def _led(words: Words, rest: Callable[[Said], str]) -> Callable[[Said], str]:
    """The words and then the rest, when there is a rest."""
    return lambda said: f"{words}: {found}" if (found := rest(said)) else ""


def _of_mapping(said: Said) -> str:
    return ", ".join(
        str(label).lower() for name, label in AREAS if said.get(f"{name}_works") or said.get(f"{name}_needed")
    )


def _of_steps(said: Said) -> str:
    named = [(fact.label, said[fact.name]) for fact in CASE_WORK[ItemType.STEP][:3] if said.get(fact.name)]
    return ", ".join(f"{label}: {word.lower()}" for label, word in named)


# The rule by type; what is not here is written by hand.
COMPOSED: Mapping[str, Callable[[Said], str]] = {
    ItemType.MEASURE: _one("measure"),
    ItemType.PLAN: _led(_("Own goal"), _one("goal")),
    ItemType.OFFER: _led(pgettext_lazy("item", "Offered"), lambda said: _joined("offered", "answer")(
        {name: word.lower() if name == "answer" else word for name, word in said.items()}
    )),
    ItemType.MAPPING: _led(_("Mapping"), _of_mapping),
    ItemType.WORK_SITUATION: _led(_("Employer"), _one("employer")),
    ItemType.CONTACT: _joined("name", "whose"),
    ItemType.INTERPRETER: lambda said: (
        _led(_("Interpreter"), _joined("language", "mode"))(said) or said.get("accessibility", "")
    ),
    ItemType.REPRESENTATIVE: _joined("role", "name"),
    ItemType.ECONOMY: lambda said: ", ".join(
        [*([f"SGI: {said['sgi'].lower()}"] if "sgi" in said else []), *([said["livelihood"]] if "livelihood" in said else [])]
    ),
    ItemType.SUPPORT: _joined("housing", "support"),
    ItemType.ABILITY_NOTE: _one("prognosis"),
    ItemType.STEP: _of_steps,
}  # fmt: skip


def composed(type: str, facts: Mapping[str, object]) -> str:
    """The one line that the facts make, or nothing: then it is written by hand."""
    rule = COMPOSED.get(type)
    if rule is None or (type == ItemType.MEASURE and facts.get("measure") == "other"):
        return ""
    said = {fact.name: fact.tell(fact, facts[fact.name]) for fact in facts_of(type) if fact.name in facts}
    line = " ".join(rule(said).split())
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1].rstrip() + "…"


def chip_of(type: str, facts: Mapping[str, object]) -> tuple[str, str] | None:
    """The state that stands beside the line: of a measure or a treatment, and the answer to an offer."""
    for name, chips in (("state", CHIPS), ("answer", _ANSWER_CHIPS)):
        key = str(facts.get(name, ""))
        fact = next((f for f in facts_of(type) if f.name == name), None)
        if fact and key in chips:
            return chips[key], fact.tell(fact, key)
    return None


_ANSWER_CHIPS = {"accepted": "ok", "declined": "closed", "thinking": "wait"}


def first_said(type: str, party: str) -> dict[str, str]:
    """What an empty form proposes: a measure is most often planned, and the writer's own to carry."""
    return {"state": MeasureState.PLANNED.value, "responsible": party} if type == ItemType.MEASURE else {}


def facts_of(type: str) -> tuple[Fact, ...]:
    """The facts that a form of this type asks for, in its order."""
    return FACTS.get(type) or CASE_WORK.get(type, ())


def kept(
    type: str, values: Mapping[str, object], before: Mapping[str, object] | None = None
) -> dict[str, object]:
    """The facts of a cleaned form as they are stored: dates as ISO text, what was left empty left out.

    before: the facts of the version before; what no form asks for goes on standing.
    """
    asked = {fact.name for fact in facts_of(type)}
    named = {name: values.get(name) for name in asked}
    return {name: value for name, value in (before or {}).items() if name not in asked} | {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in named.items()
        if value not in (None, "", False)
    }


def in_words(type: str, facts: Mapping[str, object]) -> list[tuple[str, str]]:
    """The stored facts as (label, value) for a page or a paper, in the order they are asked for."""
    return [
        (str(fact.label), fact.tell(fact, facts[fact.name]))
        for fact in (*facts_of(type), *_TOLD_ONLY.get(type, ()))
        if fact.name in facts
    ]
