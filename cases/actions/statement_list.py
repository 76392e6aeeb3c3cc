"""Sending a statement list, and answering a statement: what Försäkringskassan has decided, or that it waits."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import ledger
from cases.access import may_write
from cases.actions import item as item_verbs
from cases.actions.disclosure import EXCLUDED_READ, MayNotGive, NotConfirmed, give
from cases.actions.locking import locked
from cases.actions.match import match
from cases.facts import ANSWERS, BY_FK, GRANTED
from cases.law import Decision
from cases.models import Case, Item, ItemType, Match, StatementList, StatementRow
from cases.models.statement_list import ListOpening
from parties.models import CARE_KINDS, Membership, PartyKind, Unit

# No list is longer: nobody goes through more at one meeting.
MOST_ROWS = 200

# The benefit that a statement's form is about.
BENEFIT_OF_FORM: dict[str, str] = {
    "FK 7800": "sickness_compensation",
    "FK 7801": "activity_compensation",
    "FK 7802": "activity_compensation",
    "FK 7804": "sickness_benefit",
}


class NothingToSend(Exception):
    """Not one of the rows may be given now: no list is made."""


class ReceivesNoLists(Exception):
    """A list is sent to a unit at Försäkringskassan."""


@dataclass(frozen=True)
class SentRow:
    """What became of one row: given, or not; `refused` says why when the law did, `unread` when an exception was not ticked."""

    item: Item
    given: bool = False
    refused: Decision | None = None
    unread: bool = False


def may_send(member: Membership) -> bool:
    """Whether the membership sends statement lists: who works with cases in care. Asked by page and verb."""
    return may_write(member) and member.unit.party.kind in CARE_KINDS


def may_answer(member: Membership, statement: Item) -> bool:
    """Whether the membership answers a statement: Försäkringskassan what it was given, a unit what it wrote itself."""
    return may_write(member) and (
        statement.unit_id == member.unit_id or member.unit.party.kind == PartyKind.FK
    )


@transaction.atomic
def send(
    *, by: Membership, to: Unit, items: Iterable[Item], read: Collection[int] = (), on_paper: bool = False
) -> tuple[StatementList, list[SentRow]]:
    """Gives each statement to the unit on the ground that stands now, each judged under its case's lock, and writes the list.

    read: the items beside which the officer has read what the person excepted (R20). One that may not be given stops no
    other and is on no list. Raises NothingToSend when none may, PermissionDenied and ReceivesNoLists; Http404 for an
    item that is not the unit's own statement.
    """
    if not may_send(by):
        raise PermissionDenied("send_list")
    if to.party.kind != PartyKind.FK:
        raise ReceivesNoLists
    outcomes = []
    # The locks are taken in one order, so that two who send at once never wait for each other.
    chosen = sorted(items, key=lambda item: (item.case_id, item.pk))[:MOST_ROWS]
    for item in chosen:
        if item.unit_id != by.unit_id or item.type != ItemType.STATEMENT:
            raise Http404
        outcomes.append(_give(by, item, to, [EXCLUDED_READ] if item.pk in read else []))
    given = [row.item for row in outcomes if row.given]
    if not given:
        raise NothingToSend
    sent = StatementList.objects.create(unit=by.unit, to_unit=to, sent_by=by, on_paper=on_paper)
    # In the order of the days, which is the order of the page: nothing here tells what was left out.
    StatementRow.objects.bulk_create(
        StatementRow(list=sent, unit=by.unit, to_unit=to, case_id=item.case_id, item=item)
        for item in sorted(given, key=lambda i: (i.happened_on, i.pk))
    )
    ledger.record(
        "statements.sent",
        by=by,
        persons=sorted({item.case.person_id for item in given}),
        note=f"{sent.number} to unit {to.pk}{', on paper' if on_paper else ''}",
    )
    return sent, outcomes


def _give(by: Membership, item: Item, to: Unit, confirmed: list[str]) -> SentRow:
    try:
        # Of its own, so that a row that is refused leaves nothing half written.
        with transaction.atomic():
            give(by=by, case=item.case, item=item, to=to, confirmed=confirmed)
    except MayNotGive as no:
        return SentRow(item, refused=no.decision)
    except NotConfirmed:
        return SentRow(item, unread=True)
    except Http404:
        # The case has closed to whoever sends since the page was drawn.
        return SentRow(item)
    return SentRow(item, given=True)


@dataclass(frozen=True)
class Answer:
    """An answer as it was written, and whether the unit that issued the statement was given it; `refused` says why not."""

    item: Item
    given: bool = False
    refused: Decision | None = None
    unread: bool = False


def own_answer(statement: Item, unit: int) -> Item | None:
    """What the unit has answered to the statement, the last version."""
    last = (
        Match.objects.standing()
        .filter(statement=statement, unit_id=unit, decision__unit_id=unit)
        .select_related("decision__author__user")
        .order_by("-decision_id")
        .first()
    )
    return last.decision if last else None


@transaction.atomic
def answer(
    *,
    by: Membership,
    case: Case,
    statement: Item,
    outcome: str,
    seen: int | None,
    period_start: date | None = None,
    period_end: date | None = None,
    degree: int | None = None,
    officer: str = "",
    told_by: str = BY_FK,
    confirmed: Iterable[str] = (),
) -> Answer:
    """Writes the unit's decision on a statement (granted, refused or waiting), and gives it to the unit that issued it.

    seen: the unit's answer as the page showed it, None for none; when a colleague has answered meanwhile this raises
    Superseded and nothing is written over. Where no consent carries the decision it stays the unit's own. The clinic
    writes of its own statement what it was told, and gives it to nobody.
    """
    if outcome not in dict(ANSWERS):
        raise ValueError(outcome)
    case = locked(case, by=by, action="write_item")
    found = Item.objects.visible_to(by).filter(pk=statement.pk, case=case, type=ItemType.STATEMENT).first()
    if found is None:
        raise Http404
    statement = found
    if not may_answer(by, statement):
        raise PermissionDenied("answer")
    before = own_answer(statement, by.unit_id)
    if (before.pk if before else None) != seen:
        raise item_verbs.Superseded
    form = statement.facts.get("form", "")
    facts = {
        "outcome": outcome,
        "benefit": BENEFIT_OF_FORM.get(form),
        "period_start": period_start.isoformat() if period_start and outcome == GRANTED else None,
        "period_end": period_end.isoformat() if period_end and outcome == GRANTED else None,
        "degree": degree if outcome == GRANTED else None,
        "officer": officer.strip(),
        "told_by": told_by,
    }
    kept = {name: value for name, value in facts.items() if value not in (None, "")}
    heading = _("%(answer)s, %(form)s") % {"answer": dict(ANSWERS)[outcome], "form": form or _("Statement")}
    on = timezone.localdate()
    if before is None:
        item = item_verbs.write_item(
            by=by, case=case, type=ItemType.DECISION, heading=heading, happened_on=on, facts=kept
        )
        match(by=by, case=case, statement=statement, decision=item)
    else:
        # The later version answers what the earlier did: write_version carries the match along.
        item = item_verbs.write_version(
            by=by, case=case, item=before, heading=heading, text=before.text, happened_on=on, facts=kept
        )
    if statement.unit_id == by.unit_id:
        return Answer(item)
    sent = _give(by, item, statement.unit, list(confirmed))
    return Answer(item, given=sent.given, refused=sent.refused, unread=sent.unread)


def note_list_opened(*, by: Membership, list: StatementList) -> None:
    """Somebody who works with cases has opened the list; a manager looks without doing the unit's reading for it."""
    if may_write(by):
        ListOpening.objects.create(list=list, unit=by.unit, by=by)
