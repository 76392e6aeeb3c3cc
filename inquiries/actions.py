"""The verbs of asking and answering. Each asks the law again under the case's lock, and writes the ledger with the deed."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from audit import ledger
from cases.access import may_write, not_held_off
from cases.actions import disclosure as giving
from cases.actions.item import write_item
from cases.actions.locking import locked
from cases.deciding import Standing
from cases.law import Act, InformationKind, grounds_for
from cases.models import Assignment, Case, ItemType
from errands import notices
from inquiries.models import (
    ANSWER_KINDS,
    MOVES,
    MOVES_ON_PAPER,
    OPEN_STATES,
    Channel,
    DeclineReason,
    Inquiry,
    InquiryAnswer,
    InquiryState,
    Mode,
    OnPaper,
    PaperDeed,
    State,
)
from parties.models import CASE_ROLES, Membership, PartyKind, Side, Unit
from parties.workdays import add_workdays

WORKDAYS_TO_ANSWER = 5


class IllegalMove(Exception):
    """The inquiry has moved on since the page was drawn; `state` is where it stands."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class NothingAnswered(Exception):
    """An answer needs at least one part."""


def due_from(day: date) -> date:
    """When an answer is due: five working days after the day of asking, or the seventh day, whichever is later.

    The seven days are the project's own limit (milestone M17); both are settings of a later issue.
    """
    return max(add_workdays(day, WORKDAYS_TO_ANSWER), day + timedelta(days=7))


@transaction.atomic
def ask(
    *,
    by: Membership,
    case: Case,
    to: Unit,
    category: str,
    text: str,
    confirmed: tuple[str, ...] = (),
    today: date,
) -> Inquiry:
    """Asks a unit about a case that both see. The question is an item of the asker's, given to the receiver.

    Raises MayNotGive with the reason when no ground lets the question reveal that the person has contact here.
    """
    case = locked(case, by=by, action="write_item")
    item = write_item(
        by=by,
        case=case,
        type=ItemType.QUESTION,
        heading=text.strip().splitlines()[0][:120],
        text=text,
        happened_on=today,
    )
    giving.give(by=by, case=case, item=item, to=to, confirmed=confirmed)
    inquiry = Inquiry.objects.create(
        mode=Mode.CASE,
        category=category,
        asker_unit=by.unit,
        to_unit=to,
        case=case,
        question=item,
        by=by,
        due_on=due_from(today),
    )
    _step(inquiry, State.SENT, by)
    _tell(to, case, inquiry)
    ledger.record("inquiry.asked", by=by, case=case.pk, persons=[case.person_id], request=inquiry.pk)
    return inquiry


@transaction.atomic
def mark_read(*, by: Membership, inquiry: Inquiry) -> None:
    """The receiver has opened the question; the second time nothing happens."""
    again = _locked(inquiry, by, "write_item")
    if again.state == State.SENT and again.to_unit_id == by.unit_id:
        _step(again, State.READ, by)


@transaction.atomic
def answer(
    *,
    by: Membership,
    inquiry: Inquiry,
    parts: Mapping[str, str],
    confirmed: tuple[str, ...] = (),
    decided_by: str = "",
    today: date,
) -> Inquiry:
    """Answers in parts, one item a kind, each given to the asking unit on the ground that stands for that kind.

    parts: information kind to text; only kinds that the category allows. decided_by: who decided, for what is answered by
    duty (R7). Raises NothingAnswered, IllegalMove when someone answered first, MayNotGive for a kind without ground (then
    nothing at all is saved).
    """
    again = _locked(inquiry, by, "write_item")
    case = _demand_move(again, State.ANSWERED, by)
    chosen = {k: parts[k].strip() for k in ANSWER_KINDS[again.category] if parts.get(k, "").strip()}
    if not chosen:
        raise NothingAnswered
    for kind, text in chosen.items():
        item = write_item(
            by=by, case=case, type=ItemType.ANSWER, kind=kind, heading=text.splitlines()[0][:120], text=text,
            happened_on=today,
        )  # fmt: skip
        act, request = answering(again, kind)
        giving.give(
            by=by, case=case, item=item, to=again.asker_unit, confirmed=confirmed, act=act, request=request,
            decided_by=decided_by if request else "",
        )  # fmt: skip
        InquiryAnswer.objects.create(inquiry=again, item=item)
    _step(again, State.ANSWERED, by)
    _tell(again.asker_unit, case, again)
    ledger.record("inquiry.answered", by=by, case=case.pk, persons=[case.person_id], request=again.pk)
    return again


def answering(inquiry: Inquiry, kind: str) -> tuple[Act, int | None]:
    """How a kind is given in answer: by duty where the question rests on it and the law knows the way, else as anything."""
    if inquiry.by_duty and inquiry.to_unit is not None:
        giver, asker = inquiry.to_unit.party.kind, inquiry.asker_unit.party.kind
        if grounds_for(Act.STATUTORY_ANSWER, PartyKind(giver).matrix, PartyKind(asker).matrix, kind):
            return Act.STATUTORY_ANSWER, inquiry.pk
    return Act.INFORMATION, None


@transaction.atomic
def receive_on_paper(
    *,
    by: Membership,
    case: Case,
    asker: Unit,
    category: str,
    text: str,
    received_on: date,
    due_on: date,
    by_duty: bool = False,
    today: date,
) -> Inquiry:
    """Records a question that came in on paper on a case of the own unit, so that it is answered like any other.

    Its words are the receiving unit's item: the asker wrote nothing here. by_duty: Försäkringskassan's, with reference to
    110 kap. 31 § SFB; ValueError from anyone else, or for days in the wrong order.
    """
    case = locked(case, by=by, action="write_item")
    if case.unit_id != by.unit_id:
        raise Http404
    if asker.party.side != Side.CASE or asker.party_id == by.party_id:
        raise PermissionDenied("receive_on_paper")
    if by_duty and asker.party.kind != PartyKind.FK:
        raise ValueError("only Försäkringskassan asks by duty")
    if received_on > today or due_on < received_on:
        raise ValueError("a question is received before it is to be answered, and not tomorrow")
    item = write_item(
        by=by, case=case, type=ItemType.QUESTION, heading=text.strip().splitlines()[0][:120], text=text,
        happened_on=received_on, facts={"on_paper_from": asker.name},
    )  # fmt: skip
    inquiry = Inquiry.objects.create(
        mode=Mode.CASE, category=category, channel=Channel.PAPER, asker_unit=asker, to_unit=by.unit, case=case,
        question=item, by=by, due_on=due_on, by_duty=by_duty,
    )  # fmt: skip
    _step(inquiry, State.SENT, by)
    _tell(by.unit, case, inquiry)
    ledger.record(
        "inquiry.received_on_paper", by=by, case=case.pk, persons=[case.person_id], request=inquiry.pk
    )
    return inquiry


@transaction.atomic
def decline(*, by: Membership, inquiry: Inquiry, reason: str) -> None:
    """The question is not answered in the portal. Outward that one sentence; the reason stays with the own unit (R5)."""
    again = _locked(inquiry, by, "write_item")
    case = _demand_move(again, State.DECLINED, by)
    DeclineReason.objects.create(inquiry=again, unit=by.unit, reason=reason.strip())
    _step(again, State.DECLINED, by)
    ledger.record("inquiry.declined", by=by, case=case.pk, persons=[case.person_id], request=again.pk)


@transaction.atomic
def close(*, by: Membership, inquiry: Inquiry) -> None:
    """The asker is done with it."""
    again = _locked(inquiry, by, "write_item")
    case = _demand_move(again, State.CLOSED, by)
    _step(again, State.CLOSED, by)
    ledger.record("inquiry.closed", by=by, case=case.pk, persons=[case.person_id], request=again.pk)


@transaction.atomic
def take_back(*, by: Membership, inquiry: Inquiry) -> None:
    """Before the other side has opened it: it leaves the worklist and stays as taken back with both (R14)."""
    again = _locked(inquiry, by, "write_item")
    case = _demand_move(again, State.TAKEN_BACK, by)
    _step(again, State.TAKEN_BACK, by)
    ledger.record("inquiry.taken_back", by=by, case=case.pk, persons=[case.person_id], request=again.pk)


@transaction.atomic
def note_printed(*, by: Membership, inquiry: Inquiry) -> Inquiry:
    """The asker has put the question on paper. What it reveals is asked of the law again, at this moment.

    Raises IllegalMove when the question is not the own unit's or no longer open, MayNotGive when it may no longer be
    asked: then no paper goes out.
    """
    again = _locked(inquiry, by, "write_item")
    if not may_print(by, again) or again.case is None or again.to_unit is None:
        raise IllegalMove(again.state)
    decision = Standing.of(again.case, by.unit).decide(Act.QUESTION, again.to_unit, InformationKind.EXISTENCE)
    if not decision.allowed:
        raise giving.MayNotGive(decision)
    OnPaper.objects.create(inquiry=again, deed=PaperDeed.PRINTED, unit=by.unit, by=by)
    ledger.record(
        "inquiry.printed", by=by, case=again.case.pk, persons=[again.case.person_id], request=again.pk,
        note=f"to unit {again.to_unit_id}",
    )  # fmt: skip
    return again


@transaction.atomic
def record_answer(
    *,
    by: Membership,
    inquiry: Inquiry,
    received_on: date,
    received_from: str,
    parts: Mapping[str, str],
    today: date,
) -> Inquiry:
    """Records the answer that came in on paper, in parts like any answer: items of the asking unit, which received it.

    They are never the other unit's, who wrote nothing here. Raises NothingAnswered, and IllegalMove unless the question
    is open, the own unit's, and went on paper or to a unit with nobody in the portal. ValueError for a day outside the
    question's time.
    """
    again = _locked(inquiry, by, "write_item")
    if again.case is None or again.to_unit is None or State.ANSWERED not in moves_on_paper(by, again):
        raise IllegalMove(again.state)
    case = again.case
    chosen = {k: parts[k].strip() for k in ANSWER_KINDS[again.category] if parts.get(k, "").strip()}
    if not chosen:
        raise NothingAnswered
    if not timezone.localdate(again.asked_at) <= received_on <= today or not received_from.strip():
        raise ValueError("an answer comes after its question, from someone")
    OnPaper.objects.create(
        inquiry=again, deed=PaperDeed.ANSWERED, unit=by.unit, by=by, received_on=received_on,
        received_from=received_from.strip(),
    )  # fmt: skip
    for kind, text in chosen.items():
        item = write_item(
            by=by, case=case, type=ItemType.ANSWER, kind=kind, heading=text.splitlines()[0][:120], text=text,
            happened_on=received_on,
            facts={"on_paper_from": again.to_unit.name, "received_from": received_from.strip()},
        )  # fmt: skip
        InquiryAnswer.objects.create(inquiry=again, item=item)
    _step(again, State.ANSWERED, by)
    ledger.record(
        "inquiry.answered_on_paper", by=by, case=case.pk, persons=[case.person_id], request=again.pk
    )
    return again


@transaction.atomic
def log_spoken(
    *,
    by: Membership,
    category: str,
    channel: str,
    counterpart: str,
    asked_by_us: bool,
    minutes: int,
    case: Case | None = None,
    documented: bool = False,
) -> Inquiry:
    """Logs a question handled by word of mouth: category, channel and minutes; the content is not stored.

    With a case only of the own unit, and only when it is documented in the own system (R10). PermissionDenied for who
    reads only.
    """
    if not may_write(by):
        raise PermissionDenied("log_spoken")
    if case is not None:
        case = locked(case, by=by, action="write_item")
        if case.unit_id != by.unit_id:
            raise Http404
    inquiry = Inquiry.objects.create(
        mode=Mode.LOG_ONLY,
        category=category,
        channel=channel,
        asker_unit=by.unit,
        counterpart=counterpart,
        asked_by_us=asked_by_us,
        minutes=minutes,
        case=case,
        documented=documented,
        by=by,
    )
    _step(inquiry, State.CLOSED, by)
    ledger.record(
        "inquiry.logged",
        by=by,
        case=case.pk if case else None,
        persons=[case.person_id] if case else [],
        request=inquiry.pk,
    )
    return inquiry


def allowed_actions(membership: Membership, inquiry: Inquiry) -> frozenset[str]:
    """The states the membership may move the inquiry to; `inquiry` comes with its state."""
    moves = _of_own_side(MOVES, membership, inquiry)
    if may_print(membership, inquiry) and _was_printed(membership, inquiry):
        moves = moves - {State.TAKEN_BACK} | {State.CLOSED}
    return moves


def _of_own_side(
    table: dict[str, dict[str, str]], membership: Membership, inquiry: Inquiry
) -> frozenset[str]:
    sides = {"A": inquiry.asker_unit_id, "R": inquiry.to_unit_id}
    return frozenset(
        state
        for state, side in table.get(inquiry.state, {}).items()
        if side in sides and sides[side] == membership.unit_id
    )


def may_print(membership: Membership, inquiry: Inquiry) -> bool:
    """Whether the question is the unit's own and open; `inquiry` comes with its state. The law is asked at the printing."""
    return (
        inquiry.mode == Mode.CASE
        and inquiry.asker_unit_id == membership.unit_id
        and inquiry.state in OPEN_STATES
    )


def may_print_answer(membership: Membership, inquiry: Inquiry) -> bool:
    """Whether the unit gave the answer and may put it on paper; what no longer stands given is left out of it."""
    return (
        inquiry.mode == Mode.CASE
        and inquiry.to_unit_id == membership.unit_id
        and inquiry.state in (State.ANSWERED, State.CLOSED)
        and not inquiry.was_answered_on_paper()
    )


def moves_on_paper(membership: Membership, inquiry: Inquiry) -> frozenset[str]:
    """What the asker may record from paper: nothing, unless the question was printed or nobody there could answer here."""
    if not may_print(membership, inquiry) or inquiry.to_unit is None:
        return frozenset()
    if not _was_printed(membership, inquiry) and not has_nobody(inquiry.to_unit):
        return frozenset()
    return _of_own_side(MOVES_ON_PAPER, membership, inquiry)


def _was_printed(membership: Membership, inquiry: Inquiry) -> bool:
    return OnPaper.objects.of_own_unit(inquiry, membership).printed().exists()


def has_nobody(unit: Unit) -> bool:
    """Whether no one with a case role there can sign in today: what is sent to it waits for paper."""
    return not Membership.objects.current().filter(unit=unit, role__in=CASE_ROLES).exists()


def pause_open(*, case_id: int, by: Membership) -> int:
    """Tidying after a withdrawal: what is paused already, since its ground has ended, gets its row; without a word why.

    Runs in the owning unit's context. Nothing waits for it: `with_state()` has said so since the ground ended. Safe to
    repeat.
    """
    paused = 0
    for inquiry in Inquiry.objects.filter(case=case_id, mode=Mode.CASE).with_state():
        if inquiry.state == State.PAUSED != inquiry.last_step:
            _step(inquiry, State.PAUSED, by)
            ledger.record("inquiry.paused", by=by, case=case_id, request=inquiry.pk)
            paused += 1
    return paused


def _locked(inquiry: Inquiry, by: Membership, action: str) -> Inquiry:
    """The inquiry read anew under its case's lock, through the door; Http404 when the ground has ended."""
    if inquiry.case_id is not None:
        locked(Case(pk=inquiry.case_id), by=by, action=action)
    again = (
        Inquiry.objects.visible_to(by)
        .with_state()
        .select_related("case__person", "case__unit__party", "asker_unit__party", "to_unit__party")
        .filter(pk=inquiry.pk)
        .first()
    )
    if again is None:
        raise Http404
    return again


def _demand_move(inquiry: Inquiry, state: str, by: Membership) -> Case:
    """The case of the question, if this may be its next step; else IllegalMove. What is only logged takes no step."""
    if inquiry.case is None or state not in allowed_actions(by, inquiry):
        raise IllegalMove(inquiry.state)
    return inquiry.case


def _tell(unit: Unit, case: Case, inquiry: Inquiry) -> None:
    """A notice to who handles the case in the unit; to everyone with a case role there when nobody does."""
    handlers = Assignment.objects.current().filter(case=case, unit=unit).values_list("member", flat=True)
    everyone = (
        Membership.objects.current().filter(unit=unit, role__in=CASE_ROLES).values_list("pk", flat=True)
    )
    told = not_held_off(case, handlers) or not_held_off(case, everyone)
    notices.notify(told, kind="inquiry", object_key=f"{inquiry.pk}:{unit.pk}")


def _step(inquiry: Inquiry, state: str, by: Membership) -> None:
    InquiryState.objects.create(inquiry=inquiry, state=state, unit=by.unit, by=by)
