"""What inquiries add to the day's texts for the care record (cases/journal.py): asked, answered, read, and spoken ones.

That another unit did not answer here is no event: a refusal and a pause are one sentence outward (R5), and what has no
row of its own cannot be told from what has.
"""

from collections import defaultdict
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.journal import Event, Source, content_of
from cases.models import Item
from inquiries.models import Category, Inquiry, InquiryAnswer, InquiryState, Mode, State
from parties.models import Membership, PartyKind


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _readable(member: Membership, items: set[int | None]) -> dict[int, Item]:
    """Those of the texts that the member may read at this moment: own ones, and what stands given."""
    return {
        item.pk: item for item in Item.objects.visible_to(member).filter(pk__in=[pk for pk in items if pk])
    }


def _asked(member: Membership, rows: QuerySet[Inquiry]) -> list[Event]:
    inquiries = list(rows.select_related("by__user", "asker_unit", "to_unit"))
    words = _readable(member, {i.question_id for i in inquiries})
    events = []
    for i in inquiries:
        if i.case_id is None or i.to_unit is None:
            continue
        ours = i.asker_unit_id == member.unit_id
        said = _("%(name)s asked %(unit)s: %(about)s.") if ours else _("%(unit)s asked us: %(about)s.")
        names = {
            "name": i.by.user.name,
            "unit": i.to_unit.name if ours else i.asker_unit.name,
            "about": str(Category(i.category).label),
        }
        question = words.get(i.question_id or 0)
        events.append(
            Event(
                i.case_id,
                i.asked_at,
                _lines(said % names, content_of(question) if question else ""),
                (f"{'asked' if ours else 'was_asked'}:{i.pk}",),
                (question.pk,) if question else (),
            )
        )
    return events


def _stepped(member: Membership, rows: QuerySet[InquiryState]) -> list[Event]:
    steps = list(rows.select_related("by__user", "inquiry__to_unit", "inquiry__asker_unit"))
    parts: dict[int, list[int]] = defaultdict(list)
    for inquiry, item in (
        InquiryAnswer.objects.filter(inquiry__in=[s.inquiry_id for s in steps if s.state == State.ANSWERED])
        .order_by("id")
        .values_list("inquiry_id", "item_id")
    ):
        parts[inquiry].append(item)
    words = _readable(member, {item for items in parts.values() for item in items})
    events = []
    for step in steps:
        i = step.inquiry
        if i.case_id is None or i.to_unit is None:
            continue
        ours = step.unit_id == member.unit_id
        said = {
            State.ANSWERED: _("%(name)s recorded the answer on paper from %(unit)s: %(about)s.")
            if step.unit_id == i.asker_unit_id
            else _("%(name)s answered a question from %(unit)s: %(about)s.")
            if ours
            else _("%(name)s, %(unit)s, answered our question: %(about)s."),
            State.DECLINED: _(
                "%(name)s chose not to answer a question from %(unit)s in the portal: %(about)s."
            ),
            State.TAKEN_BACK: _("%(name)s took back a question to %(unit)s: %(about)s."),
        }[State(step.state)]
        other = i.to_unit if i.asker_unit_id == member.unit_id else i.asker_unit
        names = {
            "name": step.by.user.name,
            "unit": other.name,
            "about": str(Category(i.category).label),
        }
        answer = [words[item] for item in parts[i.pk] if step.state == State.ANSWERED and item in words]
        events.append(
            Event(
                i.case_id,
                step.at,
                _lines(said % names, *map(content_of, answer)),
                (f"{'step' if ours else 'answer'}:{step.pk}",),
                tuple(item.pk for item in answer),
            )
        )
    return events


def _spoken(member: Membership, rows: QuerySet[Inquiry]) -> list[Event]:
    return [
        Event(
            i.case_id,
            i.asked_at,
            _("%(name)s handled a question by word of mouth with %(whom)s, %(how)s: %(about)s.")
            % {
                "name": i.by.user.name,
                "whom": PartyKind(i.counterpart).label if i.counterpart else _("another party"),
                "how": i.get_channel_display().lower(),
                "about": str(Category(i.category).label),
            },
            (f"spoken:{i.pk}",),
        )
        for i in rows.select_related("by__user")
        if i.case_id is not None
    ]


def _about_a_case(member: Membership, mode: Mode, **whose: Any) -> QuerySet[Inquiry]:
    return Inquiry.objects.filter(mode=mode, case__isnull=False, **whose)


SOURCES = [
    Source(
        "asked",
        "asked_at",
        lambda member: _about_a_case(member, Mode.CASE, asker_unit_id=member.unit_id),
        _asked,
    ),
    Source(
        "was_asked",
        "asked_at",
        lambda member: _about_a_case(member, Mode.CASE, to_unit_id=member.unit_id),
        _asked,
    ),
    Source(
        "spoken",
        "asked_at",
        lambda member: _about_a_case(member, Mode.LOG_ONLY, asker_unit_id=member.unit_id),
        _spoken,
    ),
    # What the unit did, answering or asking.
    Source(
        "step",
        "at",
        lambda member: InquiryState.objects.filter(
            unit_id=member.unit_id,
            inquiry__mode=Mode.CASE,
            state__in=[State.ANSWERED, State.DECLINED, State.TAKEN_BACK],
        ),
        _stepped,
        case="inquiry__case",
    ),
    # What it was answered.
    Source(
        "answer",
        "at",
        lambda member: InquiryState.objects.filter(
            inquiry__asker_unit_id=member.unit_id, inquiry__mode=Mode.CASE, state=State.ANSWERED
        ).exclude(unit_id=member.unit_id),
        _stepped,
        case="inquiry__case",
    ),
]
