"""What inquiries add to the case's room: rows of the worklist, a panel on the case page, what a withdrawal closes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.access import allowed_actions
from cases.deciding import Standing, last_day
from cases.law import Act, InformationKind, grounds_for
from cases.models import Case, ConsentLine, Disclosure
from cases.seams import MOST_MATTERS, Matter
from errands.jobs import Conclusion, Progress, performs
from errands.models import Job
from inquiries import actions
from inquiries.models import OPEN_STATES, Category, Inquiry, Mode, OnPaper, State
from parties.access import PortalRequest, acting, who_acts
from parties.models import Membership, PartyKind, Unit
from parties.workdays import workdays_between

CONSENT_WARNING_DAYS = 30


def worked_on() -> Exists:
    """That something was asked on a case, in the portal or on paper."""
    return Exists(Inquiry.objects.filter(case=OuterRef("pk")))


@dataclass
class Row:
    """One inquiry as a row: what it is about, with whom, whose turn it is, and how late."""

    pk: int
    url: str
    category: str
    other: str
    case_number: str
    due_on: date | None
    chip: str
    word: str
    asked_at: Any


def row_of(inquiry: Inquiry, member: Membership, today: date) -> Row:
    """Whose turn and how late, computed from where the inquiry stands. `inquiry` comes with its state."""
    asked = inquiry.asker_unit_id == member.unit_id
    state = inquiry.state
    if inquiry.mode == Mode.LOG_ONLY:
        chip, word = "closed", _("Logged")
    elif state in OPEN_STATES and inquiry.due_on is not None and inquiry.is_late(today):
        days = max(workdays_between(inquiry.due_on, today), 1)
        chip, word = (
            "late",
            ngettext("%(days)d working day late", "%(days)d working days late", days) % {"days": days},
        )
    elif state in OPEN_STATES:
        chip, word = ("wait", _("Waits for an answer")) if asked else ("turn", _("Your turn"))
    elif state == State.ANSWERED:
        chip, word = ("turn", _("Answer to read")) if asked else ("ok", _("Answered"))
    elif state in (State.DECLINED, State.PAUSED):
        # One sentence outward, whatever the reason (R5).
        chip, word = ("closed", _("Not answered here"))
    elif state == State.TAKEN_BACK:
        chip, word = "closed", _("Taken back")
    else:
        chip, word = "closed", _("Done")
    other = inquiry.to_unit if asked else inquiry.asker_unit
    return Row(
        pk=inquiry.pk,
        url=reverse("inquiry", args=[inquiry.pk]),
        category=str(Category(inquiry.category).label),
        other=other.name if other else str(PartyKind(inquiry.counterpart).label),
        case_number=inquiry.case.number if inquiry.case else "",
        due_on=inquiry.due_on if state in OPEN_STATES else None,
        chip=chip,
        word=word,
        asked_at=inquiry.asked_at,
    )


def worklist(member: Membership) -> list[Matter]:
    """Questions to answer, answers to read, and consents of the unit's cases that end within 30 days."""
    matters = []
    for inquiry in (
        Inquiry.objects.turn_of(member)
        .select_related("case", "asker_unit", "to_unit")
        .order_by("due_on", "id")[:200]
    ):
        if inquiry.case is None or inquiry.to_unit is None:
            # Only logged: nobody's turn.
            continue
        to_us = inquiry.to_unit_id == member.unit_id
        matters.append(
            Matter(
                action=_("Answer the question")
                if to_us
                else _("Read the answer")
                if inquiry.state == State.ANSWERED
                else _("Read the reply"),
                url=reverse("inquiry", args=[inquiry.pk]),
                group="inquiries",
                due_on=inquiry.due_on if to_us else timezone.localdate(),
                waits_for=_("You"),
                case_number=inquiry.case.number,
                person=inquiry.case.person_id,
                event=f"{Category(inquiry.category).label}. {inquiry.asker_unit.name if to_us else inquiry.to_unit.name}",
            )
        )
    return matters + _late_on_paper(member) + _ending_consents(member)


def _late_on_paper(member: Membership) -> list[Matter]:
    """Questions that the unit printed and nobody has answered in time: no portal will remind the other side."""
    today = timezone.localdate()
    printed = OnPaper.objects.printed().filter(inquiry=OuterRef("pk"), unit=member.unit_id)
    late = (
        Inquiry.objects.visible_to(member)
        .filter(Exists(printed), asker_unit=member.unit_id, last_step__in=OPEN_STATES, due_on__lt=today)
        .with_state()
        .select_related("case", "to_unit")
        .order_by("due_on", "id")[:MOST_MATTERS]
    )
    return [
        Matter(
            action=_("Ask about the answer on paper"),
            url=reverse("inquiry", args=[inquiry.pk]),
            group="inquiries",
            due_on=inquiry.due_on,
            waits_for=inquiry.to_unit.name,
            case_number=inquiry.case.number,
            person=inquiry.case.person_id,
            event=f"{Category(inquiry.category).label}. {inquiry.to_unit.name}",
        )
        for inquiry in late
        if inquiry.state in OPEN_STATES and inquiry.case is not None and inquiry.to_unit is not None
    ]


def _ending_consents(member: Membership) -> list[Matter]:
    limit = timezone.now() + timedelta(days=CONSENT_WARNING_DAYS)
    seen: set[int] = set()
    matters = []
    for line in (
        ConsentLine.objects.live()
        .filter(unit=member.unit, until_at__lte=limit)
        .select_related("consent", "case", "from_party", "to_party")
        .order_by("until_at", "id")[:400]
    ):
        if line.consent_id in seen:
            continue
        seen.add(line.consent_id)
        other = line.to_party if line.from_party_id == member.party_id else line.from_party
        ends = last_day(line.until_at)
        matters.append(
            Matter(
                action=_("Ask about a new consent"),
                url=reverse("consent", args=[line.case.number, line.consent.number]),
                group="consents",
                due_on=ends,
                waits_for=_("The person"),
                case_number=line.case.number,
                person=line.case.person_id,
                event=_("%(party)s: ends %(date)s") % {"party": other.name, "date": ends},
                is_mine=False,
            )
        )
    return matters


def receivers_of_a_question(case: Case, member: Membership) -> list[Unit]:
    """The units that may be asked about the case: the owner, those with a line in either direction, those that gave."""
    ids = {case.unit_id}
    for pair in ConsentLine.objects.live().filter(case=case).values_list("from_unit_id", "to_unit_id"):
        ids.update(pair)
    ids |= set(
        Disclosure.objects.standing()
        .filter(case=case, to_unit=member.unit)
        .values_list("from_unit_id", flat=True)
    )
    ids.discard(member.unit_id)
    code = PartyKind(member.unit.party.kind).matrix
    units = (
        Unit.objects.filter(pk__in=ids).select_related("party__organisation").order_by("party__name", "name")
    )
    # The owner first for who is not the owner; Försäkringskassan first for the owner, who asks it most.
    return [
        unit
        for unit in sorted(units, key=lambda u: (u.pk != case.unit_id, u.party.kind != PartyKind.FK))
        if grounds_for(Act.QUESTION, code, PartyKind(unit.party.kind).matrix, InformationKind.EXISTENCE)
    ]


@dataclass(frozen=True)
class WhomToAsk:
    """first: the unit that the page's one button asks, who may be asked now. others: links, which say why not."""

    first: Unit | None
    others: list[Unit]


def whom_to_ask(request: PortalRequest, case: Case) -> WhomToAsk:
    """Read once a page, which has both a button and a panel; nobody, for who may not write."""
    there = vars(request).setdefault("whom_to_ask", {})
    if case.pk not in there:
        there[case.pk] = _whom_to_ask(case, who_acts(request))
    return there[case.pk]


def _whom_to_ask(case: Case, member: Membership) -> WhomToAsk:
    if "write_item" not in allowed_actions(member, case):
        return WhomToAsk(None, [])
    units = receivers_of_a_question(case, member)
    standing = Standing.of(case, member.unit)
    first = next(
        (u for u in units if standing.decide(Act.QUESTION, u, InformationKind.EXISTENCE).allowed), None
    )
    return WhomToAsk(first, [u for u in units if u != first])


def case_actions(request: PortalRequest, case: Case) -> list[dict[str, str]]:
    """The one primary action of the case page: to ask, when there is one to ask."""
    unit = whom_to_ask(request, case).first
    if unit is None:
        return []
    return [
        {
            "url": reverse("ask", args=[case.number, unit.pk]),
            "icon": "chat",
            "label": _("Ask %(party)s") % {"party": unit.party.name},
        }
    ]


def case_panel(request: PortalRequest, case: Case) -> dict[str, Any] | None:
    """The questions on the case between this unit and others, and whom else one can ask."""
    member = who_acts(request)
    today = timezone.localdate()
    rows = [
        row_of(i, member, today)
        for i in Inquiry.objects.visible_to(member)
        .with_state()
        .filter(case=case)
        .select_related("asker_unit", "to_unit", "case")
        .order_by("-id")[:20]
    ]
    return {
        "template": "inquiries/panel.html",
        "rows": rows,
        "others": whom_to_ask(request, case).others,
        "case": case,
        "is_own": case.unit_id == member.unit_id,
        "may_write": "write_item" in allowed_actions(member, case),
    }


def open_matters(member: Membership, case: Case, units: set[int]) -> dict[str, int]:
    """Open questions on the case, by the other unit: what a withdrawal pauses."""
    counts: dict[str, int] = {}
    for inquiry in Inquiry.objects.visible_to(member).with_state().filter(case=case, mode=Mode.CASE):
        if inquiry.state in OPEN_STATES:
            other = inquiry.to_unit_id if inquiry.asker_unit_id == member.unit_id else inquiry.asker_unit_id
            if other in units:
                counts[f"questions:{other}"] = counts.get(f"questions:{other}", 0) + 1
    return counts


PAUSE_INQUIRIES = "pause_inquiries"


@performs(PAUSE_INQUIRIES)
def pause_inquiries(job: Job, report_progress: Progress) -> Conclusion:
    """After a withdrawal: pauses what no longer has a ground. The door was shut by the withdrawal itself."""
    if job.by is None:
        raise ValueError("a withdrawal is somebody's deed")
    by = job.by

    def conclude() -> None:
        member = Membership.objects.select_related("unit__party", "user").get(pk=by)
        with acting(member):
            actions.pause_open(case_id=job.payload["case"], by=member)

    return conclude


def question_draft_words(key: str) -> str:
    """What a draft of a question is called in its writer's list; the key is the case's number and the asked unit."""
    return _("A question in case %(number)s") % {"number": key[:9]}


def question_draft_address(key: str) -> str:
    return reverse("ask", args=[key[:9], int(key[10:])])


def answer_draft_words(key: str) -> str:
    """What a draft of an answer is called in its writer's list."""
    return _("An answer to a question")


def answer_draft_address(key: str) -> str:
    return reverse("inquiry", args=[int(key)])


_OF_INQUIRY = re.compile(r"inquiries\.(\d{1,9})\b")


def withheld_drafts(keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of the drafts' keys, those of an inquiry on a case that a block holds from whoever acts: answers, and its pages' forms."""
    found = {}
    for form, key in keys:
        number = key if form == "answer" and key.isdecimal() and len(key) < 10 else None
        if number is None and (match := _OF_INQUIRY.match(key)):
            number = match[1]
        if number is not None:
            found[form, key] = int(number)
    if not found:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("select portal.barred_inquiries(%s)", [sorted(set(found.values()))])
        barred = {pk for (pk,) in cursor.fetchall()}
    return {key for key, inquiry in found.items() if inquiry in barred}
