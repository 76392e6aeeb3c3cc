"""Closing a case: the form that says how it ended, and what is open until then."""

from collections import defaultdict
from datetime import timedelta

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from cases import seams
from cases.access import COORDINATES, may_write
from cases.consents import last_day
from cases.forms import PersonText
from cases.measures import MeasureState
from cases.models import Case, CaseOutcome, Cause, ConsentLine, Disclosure, Item, ItemType, State
from cases.models.item import STATED_TYPES
from cases.models.outcome import CHOSEN, FACTS, NOTHING_TO_FOLLOW, Livelihood, Occupation, Step
from cases.seams import MOST_MATTERS, Matter
from errands.models import Draft
from parties.models import Membership

# M29 (domain/timers.md): how long after the closing the outcome is to be said.
OUTCOME_WITHIN = timedelta(days=14)

CAUSE_WORDS = {
    Cause.COMPLETED: _("Completed: the work is done"),
    Cause.MOVED: _("Moved: the person has moved to another area"),
    Cause.DECLINED: _("Declined: the person does not want to go on"),
    Cause.DIED: _("The person has died"),
    Cause.OTHER: _("Another reason"),
}


class OutcomeForm(forms.Form):
    """Where the person stood before and after. Each answer may stand as not known."""

    livelihood_before = forms.ChoiceField(
        label=_("Main livelihood before"), choices=Livelihood.choices, initial=Livelihood.UNKNOWN,
        help_text=_("Only if the person has not said no to follow-up in figures."),
    )  # fmt: skip
    livelihood_after = forms.ChoiceField(
        label=_("Main livelihood now"), choices=Livelihood.choices, initial=Livelihood.UNKNOWN
    )
    occupation_before = forms.ChoiceField(
        label=_("Main occupation before"), choices=Occupation.choices, initial=Occupation.UNKNOWN
    )
    occupation_after = forms.ChoiceField(
        label=_("Main occupation now"), choices=Occupation.choices, initial=Occupation.UNKNOWN
    )
    step_health = forms.ChoiceField(
        label=_("Step movement: health"), choices=Step.choices, initial=Step.UNKNOWN,
        help_text=_("As the person sees it, compared with when the case was opened."),
    )  # fmt: skip
    step_activity = forms.ChoiceField(
        label=_("Step movement: activity"), choices=Step.choices, initial=Step.UNKNOWN
    )
    step_work = forms.ChoiceField(
        label=_("Step movement: work or studies"), choices=Step.choices, initial=Step.UNKNOWN
    )
    # Each stands at "Not known" from the start, so none is marked as one that may be left.
    unmarked = frozenset(FACTS)


class OutcomeWithCauseForm(OutcomeForm):
    """The outcome of a case that was closed before a cause was asked for."""

    cause = forms.ChoiceField(
        label=_("Why is the case closed?"), widget=forms.RadioSelect,
        choices=[(c.value, CAUSE_WORDS[c]) for c in CHOSEN],
        error_messages={"required": _("Choose why the case is closed.")},
    )  # fmt: skip
    field_order = ("cause", *FACTS)


class ClosingForm(OutcomeWithCauseForm):
    """Why the case is closed, which is required at once, and the outcome, which may be completed within 14 days."""

    reason = PersonText(
        label=pgettext_lazy("closing", "In your own words"), required=False, max_length=500,
        help_text=_("Stays with your unit."), widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    field_order = ("cause", "reason", *FACTS)

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if values.get("cause") == Cause.OTHER and not values.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Write in a few words why the case is closed."))
        return values


def outcome_now(case: Case) -> CaseOutcome | None:
    """How the case's last closing ended, as it was last said."""
    return CaseOutcome.objects.of_last_closing().select_related("stays").filter(case=case).first()


def outcome_words(outcome: CaseOutcome) -> list[tuple[str, str]]:
    """What is known of the outcome, as the form asks and as it was answered."""
    known = [name for name in FACTS if getattr(outcome, name) != "unknown"]
    return [
        (str(OutcomeForm.base_fields[name].label), str(getattr(outcome, f"get_{name}_display")()))
        for name in known
    ]


def outcomes_due(member: Membership) -> list[Matter]:
    """Milestone M29 on the worklist: the outcome of a closed case is said within 14 days, by who coordinates at the unit.

    Once somebody has written it after the closing it is said, also when parts of it are still not known.
    """
    if member.role not in COORDINATES or not may_write(member):
        return []
    again = CaseOutcome.objects.filter(closing=OuterRef("closing"), pk__lt=OuterRef("pk"))
    unsaid = Q()
    for name in FACTS:
        unsaid |= Q(**{name: "unknown"})
    closed = Case.objects.visible_to(member).owned_by(member).with_state().filter(Q(state=State.CLOSED))
    rows = (
        CaseOutcome.objects.of_last_closing()
        .filter(unsaid, ~Exists(again), case__in=closed.values("pk"))
        .exclude(cause__in=NOTHING_TO_FOLLOW)
        .select_related("case", "closing")
        .order_by("closing__from_at", "pk")[:MOST_MATTERS]
    )
    return [
        Matter(
            action=_now("Complete the outcome"),
            url=reverse("outcome", args=[row.case.number]),
            group="outcomes",
            due_on=timezone.localtime(row.closing.from_at).date() + OUTCOME_WITHIN,
            waits_for=_now("You"),
            case_number=row.case.number,
            person=row.case.person_id,
            event=_now("The case was closed: %(why)s") % {"why": Cause(row.cause).label},
        )
        for row in rows
    ]


def what_is_open(case: Case, member: Membership) -> list[str]:
    """What closing ends or leaves unfinished, in sentences: consents, what others read now, questions, drafts."""
    sentences = []
    until: dict[str, str] = {}
    for line in (
        ConsentLine.objects.filter(case=case, unit_id=member.unit_id, ended_at=None, until_at__gt=Now())
        .select_related("from_unit", "to_unit")
        .order_by("until_at")
    ):
        for unit in (line.from_unit, line.to_unit):
            if unit.pk != member.unit_id:
                until[unit.name] = last_day(line.until_at).isoformat()
    for name, day in sorted(until.items()):
        sentences.append(
            _now("The consent with %(party)s, until %(date)s, ends.") % {"party": name, "date": day}
        )
    shown: dict[str, int] = defaultdict(int)
    seen: dict[str, int] = defaultdict(int)
    # The question is counted below, as a question.
    for giver, receiver, theirs in (
        Disclosure.objects.standing()
        .filter(case=case, item__isnull=False)
        .exclude(item__type=ItemType.QUESTION)
        .values_list("from_unit__name", "to_unit__name", "to_unit_id")
    ):
        if theirs == member.unit_id:
            seen[giver] += 1
        else:
            shown[receiver] += 1
    for name, count in sorted(shown.items()):
        sentences.append(
            ngettext(
                "%(party)s no longer sees %(n)s item that was given.",
                "%(party)s no longer sees %(n)s items that were given.",
                count,
            )
            % {"party": name, "n": count}
        )
    for name, count in sorted(seen.items()):
        sentences.append(
            ngettext(
                "You no longer see %(n)s item from %(party)s.",
                "You no longer see %(n)s items from %(party)s.",
                count,
            )
            % {"party": name, "n": count}
        )
    counts: dict[str, int] = defaultdict(int)
    units = _units_on(case)
    for part in seams.open_matters:
        for name, count in part(member, case, units).items():
            counts[name.partition(":")[0]] += count
    if counts["questions"]:
        n = counts["questions"]
        sentences.append(
            ngettext(
                "%(n)s open question is left without an answer.",
                "%(n)s open questions are left without an answer.",
                n,
            )
            % {"n": n}
        )
    if counts["meetings"]:
        n = counts["meetings"]
        sentences.append(
            ngettext("The case leaves %(n)s coming meeting.", "The case leaves %(n)s coming meetings.", n)
            % {"n": n}
        )
    going_on = [MeasureState.PLANNED.value, MeasureState.ONGOING.value]
    measures = Item.objects.visible_to(member).latest_versions()
    n = measures.filter(
        case=case, unit=member.unit_id, type__in=STATED_TYPES, facts__state__in=going_on
    ).count()
    if n:
        sentences.append(_now("Your unit’s measures that are planned or ongoing: %(n)s.") % {"n": n})
    drafts = Draft.objects.filter(
        Q(object_key=case.number) | Q(object_key__startswith=f"{case.number}-"), member=member.pk
    ).count()
    if drafts:
        sentences.append(
            ngettext(
                "You have %(n)s draft on the case that is not sent.",
                "You have %(n)s drafts on the case that are not sent.",
                drafts,
            )
            % {"n": drafts}
        )
    return sentences


def _units_on(case: Case) -> set[int]:
    """Every unit that has given or been given something on the case, or might have."""
    ways = Disclosure.objects.filter(case=case).values_list("from_unit_id", "to_unit_id")
    lines = ConsentLine.objects.filter(case=case).values_list("from_unit_id", "to_unit_id")
    return {unit for pair in (*ways, *lines) for unit in pair}
