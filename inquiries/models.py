"""An inquiry: one unit asks another about a case both see, or logs one that was handled by word of mouth.

The question's and the answer's words are items of their writers, disclosed like any item; an inquiry opens no case and
no item. Whose turn it is and whether it is late is computed from its rows, never stored.
"""

from datetime import date

from django.db import models
from django.db.models import Case as Choose
from django.db.models import F, Func, Q, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.law import InformationKind
from cases.models import Case, Item
from cases.models.case import opens
from parties.models import Membership, PartyKind, Unit


class Mode(models.TextChoices):
    """How it is asked: about a case with a ground, or only logged that it was asked and answered by word of mouth."""

    CASE = "case", _("About a case")
    LOG_ONLY = "log_only", _("Only logged")


class State(models.TextChoices):
    SENT = "sent", pgettext_lazy("inquiry", "Sent")
    READ = "read", pgettext_lazy("inquiry", "Read")
    ANSWERED = "answered", pgettext_lazy("inquiry", "Answered")
    DECLINED = "declined", pgettext_lazy("inquiry", "Not answered here")
    PAUSED = "paused", pgettext_lazy("inquiry", "Paused")
    TAKEN_BACK = "taken_back", pgettext_lazy("inquiry", "Taken back")
    CLOSED = "closed", pgettext_lazy("inquiry", "Done")


# The moves an inquiry may make, and which side makes them: A the asker, R the receiver, T the tidying.
MOVES: dict[str, dict[str, str]] = {
    State.SENT: {
        State.READ: "R",
        State.ANSWERED: "R",
        State.DECLINED: "R",
        State.TAKEN_BACK: "A",
        State.PAUSED: "T",
    },
    State.READ: {State.ANSWERED: "R", State.DECLINED: "R", State.CLOSED: "A", State.PAUSED: "T"},
    State.ANSWERED: {State.CLOSED: "A", State.PAUSED: "T"},
    State.DECLINED: {State.CLOSED: "A"},
    State.PAUSED: {State.CLOSED: "A"},
    State.TAKEN_BACK: {},
    State.CLOSED: {},
}
OPEN_STATES = (State.SENT, State.READ)
# What paper adds to them. The answer that came in on paper is recorded by the asker; a printed question may have been
# read by anybody, so it is not taken back (R14) but done with.
MOVES_ON_PAPER: dict[str, dict[str, str]] = {
    State.SENT: {State.ANSWERED: "A", State.CLOSED: "A"},
    State.READ: {State.ANSWERED: "A", State.CLOSED: "A"},
}


class Category(models.TextChoices):
    """What is asked about; it says which kinds of information an answer may hold (domain/demo.md)."""

    PLANNING = "planning", _("Planning ahead")
    CERTIFICATE = "certificate", _("The certificate")
    RETURN_TO_WORK = "return_to_work", _("Return to work")
    MEASURES = "measures", _("Measures in complex cases")
    TREATMENT = "treatment", _("Results of treatment")
    COMPENSATION = "compensation", _("Sickness or activity compensation")
    PROGNOSIS = "prognosis", _("Medical prognosis")
    BENEFITS = "benefits", _("Sickness benefit income and benefits")
    MEETING = "meeting", _("Reconciliation meeting")
    RULES = "rules", _("Rules, other")


# The kinds an answer may be written in, by category: one field a kind on the answer form.
ANSWER_KINDS: dict[str, tuple[InformationKind, ...]] = {
    Category.PLANNING: (InformationKind.PLAN, InformationKind.ABILITY),
    Category.CERTIFICATE: (InformationKind.CERTIFICATE, InformationKind.ABILITY),
    Category.RETURN_TO_WORK: (InformationKind.ABILITY, InformationKind.EMPLOYMENT, InformationKind.PLAN),
    Category.MEASURES: (InformationKind.PLAN,),
    Category.TREATMENT: (InformationKind.MEDICAL, InformationKind.PLAN),
    Category.COMPENSATION: (InformationKind.DECISION, InformationKind.ABILITY, InformationKind.PLAN),
    Category.PROGNOSIS: (InformationKind.ABILITY, InformationKind.MEDICAL),
    Category.BENEFITS: (InformationKind.DECISION, InformationKind.SOCIAL),
    Category.MEETING: (InformationKind.PLAN,),
    Category.RULES: (InformationKind.PLAN, InformationKind.DECISION),
}


class Channel(models.TextChoices):
    PORTAL = "portal", _("In the portal")
    PHONE = "phone", _("By telephone")
    ON_SITE = "on_site", _("On site")
    MEETING = "meeting", pgettext_lazy("channel", "At a meeting")
    PAPER = "paper", _("On paper")


def _stands() -> Q:
    """Whether a question has what it needs; the database answers (migration 0002), since neither side sees both grounds."""
    return Q(Func(F("pk"), function="portal.question_stands", output_field=models.BooleanField()))


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    def visible_to(self, membership: Membership | None) -> "InquiryQuerySet":
        """Inquiries the unit has asked or been asked, on cases it may open now; and what it has logged itself."""
        if membership is None or not membership.is_case_role:
            return self.none()
        unit = membership.unit_id
        return self.filter(Q(asker_unit_id=unit) | Q(to_unit_id=unit)).filter(
            Q(case=None) | opens(membership, "case_id")
        )

    def with_state(self) -> "InquiryQuerySet":
        """Adds `state`: where it stands now.

        It is the last step, but for an open question that has lost its ground: that is paused from that moment, whether
        or not the tidying has written the row. `Choose` in two steps, so that grounds are asked for open questions only.
        """
        text = models.TextField()
        return self.annotate(
            state=Choose(
                When(
                    mode=Mode.CASE,
                    last_step__in=OPEN_STATES,
                    then=Choose(
                        When(_stands(), then=F("last_step")), default=Value(State.PAUSED), output_field=text
                    ),
                ),
                default=F("last_step"),
                output_field=text,
            )
        )

    def turn_of(self, membership: Membership) -> "InquiryQuerySet":
        """Those that wait for the membership's unit: asked of it and open, or asked by it and answered, unread or not answered here."""
        unit = membership.unit_id
        told = [State.ANSWERED, State.DECLINED, State.PAUSED]
        return (
            self.visible_to(membership)
            .filter(
                Q(to_unit_id=unit, last_step__in=OPEN_STATES) & _stands()
                | Q(asker_unit_id=unit, last_step__in=told)
                | Q(asker_unit_id=unit, last_step__in=OPEN_STATES) & ~_stands()
            )
            .with_state()
        )

    def waiting_for(self, membership: Membership, cap: int = 50) -> str:
        """How many wait for the unit, capped, as a badge: "" for none, "50+" beyond the cap."""
        count = len(self.turn_of(membership).order_by().values_list("pk", flat=True)[: cap + 1])
        return "" if not count else f"{cap}+" if count > cap else str(count)


class Inquiry(models.Model):
    """Who asked whom, about what, until when. log_only holds category, channel and minutes, and no content."""

    mode = models.TextField(choices=Mode)
    category = models.TextField(choices=Category)
    channel = models.TextField(choices=Channel, default=Channel.PORTAL)
    asker_unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    to_unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", null=True)
    counterpart = models.TextField(choices=PartyKind, blank=True, default="")
    asked_by_us = models.BooleanField(default=True)
    case = models.ForeignKey(Case, models.RESTRICT, related_name="inquiries", null=True)
    question = models.OneToOneField(Item, models.RESTRICT, related_name="+", null=True)
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    due_on = models.DateField(null=True)
    minutes = models.PositiveIntegerField(null=True)
    documented = models.BooleanField(default=False)
    # Försäkringskassan's formal question about a named person rests on 110 kap. 31 § SFB, and is answered by duty (R7).
    by_duty = models.BooleanField(default=False, db_default=False)
    # Copied from the last of its rows by the database itself, so that the badge of every page reads an index.
    last_step = models.TextField(choices=State, db_default=State.SENT)
    # Added by with_state().
    state: str

    objects = InquiryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["to_unit", "due_on"], name="inquiry_received"),
            models.Index(fields=["asker_unit", "-asked_at"], name="inquiry_asked"),
            models.Index(
                fields=["to_unit", "last_step"],
                condition=Q(last_step__in=OPEN_STATES),
                name="inquiry_to_answer",
            ),
            models.Index(
                fields=["asker_unit", "last_step"],
                condition=~Q(last_step__in=[State.CLOSED, State.TAKEN_BACK]),
                name="inquiry_to_follow",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="an_inquiry_has_a_known_mode"),
            models.CheckConstraint(
                condition=~Q(mode="case")
                | Q(case__isnull=False, question__isnull=False, to_unit__isnull=False, due_on__isnull=False),
                name="a_question_about_a_case_has_case_words_receiver_and_due_date",
            ),
            models.CheckConstraint(
                condition=~Q(mode="log_only") | Q(question=None, minutes__isnull=False),
                name="a_logged_inquiry_has_minutes_and_no_words",
            ),
            models.CheckConstraint(
                condition=~Q(mode="log_only") | Q(case=None) | Q(documented=True),
                name="a_logged_inquiry_on_a_person_is_documented_elsewhere",
            ),
            models.CheckConstraint(
                condition=Q(to_unit=None) | ~Q(to_unit=F("asker_unit")), name="nobody_asks_themselves"
            ),
        ]

    def was_answered_on_paper(self) -> bool:
        """Whether the asker recorded the answer: then its parts are the asker's own items."""
        return self.steps.filter(state=State.ANSWERED, unit=self.asker_unit_id).exists()

    def is_late(self, today: date) -> bool:
        """Open and past its due date."""
        return self.due_on is not None and self.due_on < today


class InquiryState(models.Model):
    """Each step of an inquiry, by whom and when; the last is now. `reason` stays with the answering unit (R5)."""

    inquiry = models.ForeignKey(Inquiry, models.RESTRICT, related_name="steps")
    state = models.TextField(choices=State)
    at = models.DateTimeField(db_default=Now())
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["inquiry", "-id"], name="inquiry_now")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="an_inquiry_is_in_a_known_state")
        ]


class DeclineReasonQuerySet(models.QuerySet["DeclineReason"]):
    def of_own_unit(self, inquiry: Inquiry, membership: Membership) -> str:
        """The reason, for the unit that gave it; "" for everybody else, and when there is none."""
        own = self.filter(inquiry=inquiry, unit=membership.unit_id)
        return own.values_list("reason", flat=True).first() or ""


class DeclineReason(models.Model):
    """Why a question is not answered in the portal: kept by the answering unit, never shown to the asker (R5)."""

    inquiry = models.OneToOneField(Inquiry, models.RESTRICT, primary_key=True)
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    reason = models.TextField()

    objects = DeclineReasonQuerySet.as_manager()


class InquiryAnswer(models.Model):
    """One part of an answer: an item of the answering unit, of one kind. Sight of it is the item's own."""

    inquiry = models.ForeignKey(Inquiry, models.RESTRICT, related_name="answers")
    item = models.OneToOneField(Item, models.RESTRICT, related_name="+")


class PaperDeed(models.TextChoices):
    PRINTED = "printed", _("Printed on paper")
    ANSWERED = "answered", _("Answer recorded from paper")


class OnPaperQuerySet(models.QuerySet["OnPaper"]):
    def of_own_unit(self, inquiry: Inquiry, membership: Membership) -> "OnPaperQuerySet":
        """What the unit has printed or recorded of the inquiry, in the order it was done."""
        return self.filter(inquiry=inquiry, unit=membership.unit_id).order_by("id")

    def printed(self) -> "OnPaperQuerySet":
        return self.filter(deed=PaperDeed.PRINTED)


class OnPaper(models.Model):
    """What the asking unit did on paper: printed the question, or recorded the answer that came in on it. Its own alone.

    received_on, received_from: of a recorded answer, when it came and who had signed it.
    """

    inquiry = models.ForeignKey(Inquiry, models.RESTRICT, related_name="papers")
    deed = models.TextField(choices=PaperDeed)
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())
    received_on = models.DateField(null=True)
    received_from = models.TextField(blank=True, default="")

    objects = OnPaperQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(deed="printed", received_on=None, received_from="")
                | (Q(deed="answered", received_on__isnull=False) & ~Q(received_from="")),
                name="an_answer_on_paper_has_a_day_and_a_sender",
            ),
            models.UniqueConstraint(
                fields=["inquiry"], condition=Q(deed="answered"), name="one_answer_on_paper_an_inquiry"
            ),
        ]


CLASSIFIED = {
    "Inquiry": dict.fromkeys(
        [
            "mode",
            "category",
            "channel",
            "asker_unit",
            "to_unit",
            "counterpart",
            "asked_by_us",
            "case",
            "question",
            "by",
            "asked_at",
            "due_on",
            "minutes",
            "documented",
            "by_duty",
            "last_step",
        ],
        "personal",
    )
    | {"id": "organisational"},
    "InquiryState": {
        "id": "organisational",
        "inquiry": "personal",
        "state": "personal",
        "at": "personal",
        "unit": "personal",
        "by": "personal",
    },
    "DeclineReason": {"inquiry": "personal", "unit": "personal", "reason": "sensitive"},
    "InquiryAnswer": {"id": "organisational", "inquiry": "personal", "item": "sensitive"},
    "OnPaper": {
        "id": "organisational",
        "inquiry": "personal",
        "deed": "personal",
        "unit": "personal",
        "by": "personal",
        "at": "personal",
        "received_on": "personal",
        "received_from": "personal",
    },
}
