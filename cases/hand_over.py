"""Handing over to a colleague: the forms, and what waits on the worklist."""

from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from audit.fields import field_of
from cases.access import may_write, not_held_off
from cases.forms import PersonText
from cases.models import Assignment, Case, HandOver, HandOverEnd, State
from cases.models.case import opens
from cases.seams import MOST_MATTERS, Matter
from parties.models import Membership

# How long a no stands on the worklist of who offered, unless they have done something about it.
DECLINED_DAYS = 14
ACCEPT, DECLINE = "accept", "decline"


def colleagues_of(member: Membership, case: Case) -> list[Membership]:
    """The others at the unit who work with cases now and may know of this one, by name."""
    rows = (
        Membership.objects.current()
        .filter(unit_id=member.unit_id)
        .exclude(pk=member.pk)
        .select_related("user", "unit__party")
        .order_by("user__name", "pk")
    )
    known = set(not_held_off(case, (m.pk for m in rows)))
    return [m for m in rows if may_write(m) and m.pk in known]


class OfferForm(forms.Form):
    """To whom, and what the colleague needs to know."""

    to = forms.ChoiceField(
        label=_("To whom"), widget=forms.RadioSelect,
        error_messages={"required": _("Choose who is asked to take over.")},
    )  # fmt: skip
    note = PersonText(
        label=_("What the colleague needs to know"), required=False, max_length=500,
        help_text=_("Stays with your unit."), widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args, colleagues: list[Membership], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "to", forms.ChoiceField).choices = [
            (str(m.pk), f"{m.user.name}, {m.role_label}") for m in colleagues
        ]


class AnswerForm(forms.Form):
    """Yes, or no in a sentence."""

    answer = forms.ChoiceField(
        label=_("Do you take over the case?"), widget=forms.RadioSelect,
        choices=[(ACCEPT, _("Yes, I handle it from now")), (DECLINE, _("No, it stays where it is"))],
        error_messages={"required": _("Choose yes or no.")},
    )  # fmt: skip
    why = PersonText(
        label=_("If no: why"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Read by your colleague. Stays with your unit."),
    )  # fmt: skip
    unmarked = frozenset({"why"})

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if values.get("answer") == DECLINE and not values.get("why") and "why" not in self.errors:
            self.add_error("why", _("Write in a sentence why, so that your colleague can go on."))
        return values


def worklist(member: Membership) -> list[Matter]:
    """Cases offered to the member, to answer; and the member's own offers that were declined, to do something about."""
    offered = (
        HandOver.objects.standing()
        .filter(opens(member, "case_id"), unit_id=member.unit_id, to_member=member)
        .select_related("case", "by__user")
        .order_by("id")[:MOST_MATTERS]
    )
    matters = [
        Matter(
            action=_now("Answer: take over the case?"),
            url=reverse("hand_over_answer", args=[offer.case.number]),
            group="hand_over",
            due_on=None,
            waits_for=_now("You"),
            case_number=offer.case.number,
            person=offer.case.person_id,
            event=_now("%(name)s wants to hand over the case") % {"name": offer.by.user.name},
        )
        for offer in offered
    ]
    later = HandOver.objects.filter(case=OuterRef("case"), unit=OuterRef("unit"), pk__gt=OuterRef("pk"))
    handles = Assignment.objects.current().filter(case=OuterRef("case"), unit=OuterRef("unit"), member=member)
    declined = (
        HandOver.objects.filter(
            opens(member, "case_id"),
            Exists(handles),
            ~Exists(later),
            by=member,
            unit_id=member.unit_id,
            how=HandOverEnd.DECLINED,
            ended_at__gte=timezone.now() - timedelta(days=DECLINED_DAYS),
        )
        .select_related("case", "to_member__user")
        .order_by("id")[:MOST_MATTERS]
    )
    return matters + [
        Matter(
            action=_now("Ask another colleague, or keep the case"),
            url=reverse("hand_over", args=[offer.case.number]),
            group="hand_over",
            due_on=None,
            waits_for=_now("You"),
            case_number=offer.case.number,
            person=offer.case.person_id,
            event=_now("%(name)s does not take over the case") % {"name": offer.to_member.user.name},
        )
        for offer in declined
    ]


def unhandled(member: Membership) -> list[Matter]:
    """Open cases that somebody at the unit handled and nobody does now, for everyone there who can take or assign them.

    Why is not told: a role that has ended, a reopened case and a block look alike.
    """
    now = Assignment.objects.current().filter(
        case=OuterRef("case"), unit_id=member.unit_id, member__in=Membership.objects.current()
    )
    left = Assignment.objects.filter(~Exists(now), opens(member, "case_id"), unit_id=member.unit_id)
    cases = (
        Case.objects.filter(pk__in=left.values("case"))
        .with_state()
        .filter(Q(state=None) | ~Q(state=State.CLOSED))
        .order_by("id")[:MOST_MATTERS]
    )
    return [
        Matter(
            action=_now("Say who handles the case"),
            url=reverse("assign", args=[case.number]),
            group="hand_over",
            due_on=None,
            waits_for=_now("Your unit"),
            case_number=case.number,
            person=case.person_id,
            event=_now("Nobody handles the case"),
            is_mine=False,
        )
        for case in cases
    ]


@dataclass(frozen=True)
class OnCase:
    """The unit's last offer of the case, while there is something to do about it: it waits, or the reader's was declined."""

    offer: HandOver
    waits: bool
    mine: bool
    to_me: bool


def on_page(case: Case, member: Membership) -> OnCase | None:
    """What the case page says of handing over, to the unit whose offer it is."""
    last = (
        HandOver.objects.filter(case=case, unit_id=member.unit_id)
        .annotate(stands=Exists(HandOver.objects.standing().filter(pk=OuterRef("pk"))))
        .select_related("by__user", "to_member__user")
        .order_by("-id")
        .first()
    )
    if last is None:
        return None
    found = OnCase(last, last.stands, last.by_id == member.pk, last.to_member_id == member.pk)
    if last.stands:
        return found
    recently = timezone.now() - timedelta(days=DECLINED_DAYS)
    declined = last.how == HandOverEnd.DECLINED and last.ended_at is not None and last.ended_at >= recently
    return found if declined and found.mine else None
