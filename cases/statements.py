"""Statements and the decisions that answer them, as lists and rows: what waits, what was granted or refused, what ends.

Which decision answers a statement is what a unit has said (Match); else the one decision on the case, of the benefit that
the statement's form is about and not older than it, when no other statement could be meant. What a unit does not see
answers nothing for it: everything here begins at the rows the reader may see, and counts are of those rows. A unit's
statements are few enough to be read whole: which answers which is said in Python, where it can be read.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.actions.statement_list import BENEFIT_OF_FORM, MOST_ROWS, may_answer
from cases.deciding import Standing
from cases.facts import ANSWERS, BY_FK, GRANTED, REFUSED, TOLD_BY, WAITING
from cases.forms import months_after
from cases.law import Act, Decision, Reason
from cases.listing import PAGE, Page
from cases.models import (
    ConsentLine,
    Disclosure,
    Item,
    ItemType,
    Match,
    State,
    StatementList,
    StatementRow,
    Tick,
)
from cases.models.case import CaseState, opens
from cases.models.statement_list import ListOpening
from cases.models.tick import Done, done_by
from cases.papers import full_name
from cases.seams import Matter
from parties.models import Membership, PartyKind, Unit

ENDS = {"ends12": 12, "ends6": 6, "ends3": 3}
ALL, NEW = "all", "new"
FILTERS = (WAITING, GRANTED, REFUSED, *ENDS, NEW, ALL)


@dataclass(frozen=True)
class Known:
    """One statement, and the decision that answers it as far as the reader sees: its key, its outcome, its last day."""

    pk: int
    case: int
    day: date
    form: str
    decision: int | None = None
    outcome: str = ""
    period_end: str = ""
    decided_on: date | None = None

    @property
    def waits(self) -> bool:
        """No decision is seen, or Försäkringskassan has said that it waits."""
        return self.decision is None or self.outcome == WAITING


def _seen(member: Membership, cases: Collection[int] | None = None) -> list[dict[str, Any]]:
    """Every version of a statement or a decision that the member sees on a case that may be opened, or on these of them.

    In two queries: the unit's own by its index, those given to it from its inbox. One query with both would read every item.
    """
    state = CaseState.objects.filter(case=OuterRef("case")).order_by("-from_at", "-id")
    found = (
        Item.objects.visible_to(member)
        .filter(opens(member, "case_id"), type__in=[ItemType.STATEMENT, ItemType.DECISION])
        .annotate(state=Subquery(state.values("state")[:1]))
    )
    given = Disclosure.objects.standing().filter(to_unit_id=member.unit_id, item__isnull=False)
    if cases is not None:
        found, given = found.filter(case__in=cases), given.filter(case__in=cases)
    return [
        dict(row)
        for part in (
            found.filter(unit_id=member.unit_id),
            found.filter(pk__in=given.values("item")).exclude(unit_id=member.unit_id),
        )
        for row in part.values(
            "pk", "case_id", "type", "happened_on", "replaces_id", "state", "facts__form", "facts__benefit",
            "facts__outcome", "facts__period_end",
        )
    ]  # fmt: skip


def known(
    member: Membership, *, listed: Collection[int] = (), cases: Collection[int] | None = None
) -> list[Known]:
    """The statements the member sees, the last issued first: their latest versions, on cases that are not closed.

    cases: only what stands in these; what answers what is told within one case, so nothing is missed by it. listed: versions that stand on a list, which stay on it whatever has been written since; only those are told then.
    """
    seen = {row["pk"]: row for row in _seen(member, cases)}
    replaced_by = {row["replaces_id"]: pk for pk, row in seen.items() if row["replaces_id"]}

    def latest(pk: int) -> int:
        while pk in replaced_by:
            pk = replaced_by[pk]
        return pk

    said: dict[int, int] = {}
    spoken_of = set()
    for statement, decision, undone_at in (
        Match.objects.visible_to(member)
        .filter(statement__in=seen, decision__in=seen)
        .order_by("decision")
        .values_list("statement", "decision", "undone_at")
    ):
        spoken_of.add(latest(decision))
        if undone_at is None:
            said[latest(statement)] = latest(decision)
    last = [row for pk, row in seen.items() if pk not in replaced_by]
    plain = _plainly_answered(last, said, spoken_of)
    wanted = listed or [
        row["pk"] for row in last if row["type"] == ItemType.STATEMENT and row["state"] != State.CLOSED
    ]
    rows = []
    for pk in wanted:
        if pk not in seen:
            continue
        row = seen[pk]
        answered = said.get(latest(pk)) or plain.get(latest(pk))
        known = Known(pk, row["case_id"], row["happened_on"], row["facts__form"] or "", answered)
        if answered:
            told = seen[answered]
            known = replace(
                known,
                outcome=told["facts__outcome"] or "",
                period_end=told["facts__period_end"] or "",
                decided_on=told["happened_on"],
            )
        rows.append(known)
    return sorted(rows, key=lambda k: (k.day, k.pk), reverse=True)


def _plainly_answered(
    rows: list[dict[str, Any]], said: dict[int, int], spoken_of: set[int]
) -> dict[int, int]:
    """Statement → decision where it is plain: the benefit is the form's, the decision is not older, and no other
    statement without an answer could be meant. Of several decisions the last one answers.
    """
    open_ones: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        benefit = BENEFIT_OF_FORM.get(row["facts__form"] or "")
        if row["type"] == ItemType.STATEMENT and benefit and row["pk"] not in said:
            open_ones[row["case_id"], benefit].append(row)
    found: dict[int, int] = {}
    decisions = (r for r in rows if r["type"] == ItemType.DECISION and r["pk"] not in spoken_of)
    for decision in sorted(decisions, key=lambda r: (r["happened_on"], r["pk"])):
        could_be = [
            row
            for row in open_ones[decision["case_id"], decision["facts__benefit"] or ""]
            if row["happened_on"] <= decision["happened_on"]
        ]
        if len(could_be) == 1:
            found[could_be[0]["pk"]] = decision["pk"]
    return found


def chosen(rows: Iterable[Known], which: str, today: date, since: date | None = None) -> list[Known]:
    """The rows of one filter; counts and pages are of these."""
    if which in ENDS:
        # ISO days stand in the order of time.
        first, last = today.isoformat(), months_after(today, ENDS[which]).isoformat()
        return [k for k in rows if k.outcome == GRANTED and first <= k.period_end <= last]
    newest = since or months_after(today, -2)
    tests: dict[str, Callable[[Known], bool]] = {
        WAITING: lambda k: k.waits,
        GRANTED: lambda k: k.outcome == GRANTED,
        REFUSED: lambda k: k.outcome == REFUSED,
        NEW: lambda k: k.outcome == GRANTED and (k.decided_on or date.min) >= newest,
    }
    return [k for k in rows if which not in tests or tests[which](k)]


def _decisions(member: Membership) -> QuerySet[Item]:
    return Item.objects.visible_to(member).filter(type=ItemType.DECISION)


# ── Rows ────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class TickShown:
    """One tick as a page shows it."""

    words: str
    done: Tick | None
    mine: bool


@dataclass
class Row:
    """One statement with what is known of its answer, as the reader may see it."""

    statement: Item
    number: str
    person: str = ""
    person_number: str = ""
    form: str = ""
    decision: Item | None = None
    outcome: str = ""
    degree: str = ""
    period_start: str = ""
    period_end: str = ""
    officer: str = ""
    told_by: str = ""
    by_hand: bool = False
    is_new: bool = False
    may_answer: bool = False
    seen: int | None = None
    suggestions: list[Item] = field(default_factory=list)
    ticks: list[TickShown] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)

    @property
    def unanswered(self) -> bool:
        """Nothing is known of it yet: no decision, and no word that it waits."""
        return self.decision is None

    @property
    def is_granted(self) -> bool:
        return self.outcome == GRANTED

    @property
    def waits(self) -> bool:
        return self.decision is None or self.outcome == WAITING

    @property
    def word(self) -> str:
        """What the answer is in a word."""
        return str(dict(ANSWERS).get(self.outcome, _("Decision without outcome"))) if self.decision else ""

    @property
    def chip(self) -> str:
        return {GRANTED: "ok", REFUSED: "closed", WAITING: "wait"}.get(self.outcome, "wait")


def rows_of(
    found: Iterable[Known],
    member: Membership,
    *,
    with_persons: bool = False,
    changed_since: datetime | None = None,
) -> list[Row]:
    """The rows of these statements, in their order; as many queries for two as for fifty."""
    decided = {k.pk: k.decision for k in found}
    by_pk = {
        item.pk: item
        for item in Item.objects.visible_to(member).filter(pk__in=decided).select_related(*_WITH)
    }
    items = [by_pk[pk] for pk in decided if pk in by_pk]
    decisions = {
        d.pk: d
        for d in _decisions(member)
        .filter(case__in={i.case_id for i in items})
        .select_related("unit__party", "author__user")
    }
    mine = {
        (m.statement_id): m.decision_id
        for m in Match.objects.standing()
        .filter(statement__in=decided, unit_id=member.unit_id, decision__unit_id=member.unit_id)
        .order_by("decision_id")
    }
    said = {
        (m.statement_id, m.decision_id)
        for m in Match.objects.standing().filter(statement__in=decided, unit_id=member.unit_id)
    }
    taken = set(
        Match.objects.visible_to(member)
        .standing()
        .filter(decision__in=decisions)
        .values_list("decision_id", flat=True)
    )
    ticks = _ticks(member, decided.values())
    changed = _changed(member, decided, changed_since) if changed_since else set()
    rows = []
    for item in items:
        answered = decided[item.pk]
        decision = decisions.get(answered) if answered else None
        facts = decision.facts if decision else {}
        person = item.case.person
        shown = with_persons and not person.protected
        form = item.facts.get("form", "")
        rows.append(
            Row(
                statement=item,
                number=item.case.number,
                person=person.name if shown else "",
                person_number=(person.number or "") if shown else "",
                form=form,
                decision=decision,
                outcome=facts.get("outcome", ""),
                degree=f"{facts['degree']} %" if facts.get("degree") else "",
                period_start=facts.get("period_start", ""),
                period_end=facts.get("period_end", ""),
                officer=facts.get("officer", ""),
                told_by=_told_by(decision),
                by_hand=bool(
                    decision and (item.pk, decision.pk) in said and decision.unit_id != member.unit_id
                ),
                is_new=item.pk in changed,
                # What another unit has answered in the portal is not answered for it.
                may_answer=may_answer(member, item)
                and (
                    decision is None or decision.unit_id == member.unit_id or item.unit_id != member.unit_id
                ),
                seen=mine.get(item.pk),
                suggestions=[
                    d
                    for d in decisions.values()
                    if decision is None
                    and d.case_id == item.case_id
                    and d.pk not in taken
                    and d.happened_on >= item.happened_on
                    and d.facts.get("benefit") in (None, BENEFIT_OF_FORM.get(form))
                ],
                ticks=ticks(decision) if decision and facts.get("outcome") == GRANTED else [],
            )
        )
    return rows


def _told_by(decision: Item | None) -> str:
    """Whose word a decision is, when it is not the officer's own."""
    said = decision.facts.get("told_by", "") if decision else ""
    return str(dict(TOLD_BY).get(said, said)) if said and said != BY_FK else ""


def _ticks(member: Membership, decisions: Iterable[int | None]):
    """For a decision: each thing that may be ticked, by whom it was, and whether it is the reader's to tick."""
    found: dict[tuple[int, str], Tick] = {}
    for tick in (
        Tick.objects.visible_to(member)
        .standing()
        .filter(item__in=[pk for pk in decisions if pk])
        .select_related("by__user", "unit")
        .order_by("at")
    ):
        found[tick.item_id, tick.what] = tick
    own = done_by(member.unit)

    def of(decision: Item) -> list[TickShown]:
        return [TickShown(str(what.label), found.get((decision.pk, what)), what == own) for what in Done]

    return of


def _changed(member: Membership, decided: dict[int, int | None], since: datetime) -> set[int]:
    """The statements about which the other side has done something since then, that the reader sees."""
    decisions = {d: s for s, d in decided.items() if d}
    new = set(
        Disclosure.objects.standing()
        .filter(item__in=decisions, to_unit_id=member.unit_id, at__gt=since)
        .values_list("item_id", flat=True)
    )
    new |= set(
        Tick.objects.visible_to(member)
        .standing()
        .filter(item__in=decisions, at__gt=since)
        .exclude(unit_id=member.unit_id)
        .values_list("item_id", flat=True)
    )
    return {decisions[pk] for pk in new}


_WITH = ("case__person", "unit__party", "author__user")


def _key(before: str) -> tuple[date, int] | None:
    day, _sep, pk = before.partition("_")
    try:
        return date.fromisoformat(day), int(pk) if len(pk) < 19 else 0
    except ValueError:
        return None


def overview(
    member: Membership,
    *,
    which: str,
    before: str,
    today: date,
    since: date | None = None,
    with_persons: bool = False,
) -> Page:
    """*Statements and decisions*: the statements the unit sees, the last issued first, a page at a time."""
    rows = chosen(known(member), which, today, since)
    key = _key(before)
    left = [k for k in rows if (k.day, k.pk) < key] if key else rows
    page = Page(rows_of(left[:PAGE], member, with_persons=with_persons))
    page.persons = [row.statement.case.person_id for row in page.rows]
    if not key:
        page.count = f"{PAGE}+" if len(rows) > PAGE else str(len(rows))
    if len(left) > PAGE:
        page.next_before = f"{left[PAGE - 1].day.isoformat()}_{left[PAGE - 1].pk}"
    return page


# ── A list before it is sent ────────────────────────────────────────────────────────────────────────────────
SINCE_LAST, UNDECIDED = "since", "undecided"
ASK_FOR_CONSENT = frozenset({Reason.NO_CONSENT, Reason.CONSENT_ENDED, Reason.WITHDRAWN, Reason.NOT_YET})


@dataclass
class Proposed:
    """One statement that could stand on the next list, and whether it may be given now."""

    item: Item
    number: str
    person: str
    decision: Decision
    excluded: list[str]

    @property
    def form(self) -> str:
        return self.item.facts.get("form", "")

    @property
    def can_be_asked(self) -> bool:
        """Whether it is a consent that is missing, so that the person can be asked for one."""
        return self.decision.reason in ASK_FOR_CONSENT


@dataclass
class Preview:
    """Shown to the clinic alone: what would go, and what would not and why."""

    rows: list[Proposed] = field(default_factory=list)
    more: bool = False

    @property
    def ready(self) -> list[Proposed]:
        return [row for row in self.rows if row.decision.allowed]

    @property
    def held(self) -> list[Proposed]:
        return [row for row in self.rows if not row.decision.allowed]

    @property
    def persons_without(self) -> int:
        """How many persons have no ground: counted, for the unit that owns the list only."""
        return len({row.item.case.person_id for row in self.held if row.can_be_asked})


def receivers(member: Membership) -> QuerySet[Unit]:
    """The units a list may be sent to."""
    return (
        Unit.objects.filter(party__kind=PartyKind.FK).select_related("party__organisation").order_by("name")
    )


def proposed(member: Membership, to: Unit, which: str, *, with_persons: bool = False) -> Preview:
    """The unit's own statements that have stood on no list to the unit, or all that no decision is known of."""
    rows = known(member)
    if which == UNDECIDED:
        rows = [k for k in rows if k.waits]
    else:
        listed = StatementRow.objects.filter(unit_id=member.unit_id, to_unit=to)
        on_a_list = set(listed.values_list("item", flat=True))
        rows = [k for k in rows if k.pk not in on_a_list]
    found = list(
        Item.objects.visible_to(member)
        .filter(pk__in=[k.pk for k in rows], unit_id=member.unit_id)
        .order_by("happened_on", "pk")
        .select_related("case__person", "case__unit")[: MOST_ROWS + 1]
    )
    items = found[:MOST_ROWS]
    standing = Standing.of_cases((item.case for item in items), member.unit)
    excluded = excluded_on(item.case_id for item in items)
    return Preview(
        [
            Proposed(
                item,
                item.case.number,
                item.case.person.name if with_persons and not item.case.person.protected else "",
                may_be_listed(standing[item.case_id], to, item),
                excluded.get(item.case_id, []),
            )
            for item in items
        ],
        more=len(found) > MOST_ROWS,
    )


def may_be_listed(standing: Standing, to: Unit, item: Item) -> Decision:
    """The law's word on the statement, and on the case itself, which goes with it."""
    decision = standing.decide(Act.INFORMATION, to, item.kind)
    if not decision.allowed:
        return decision
    existence = standing.decide(Act.INFORMATION, to, "existence")
    return decision if existence.allowed else existence


def excluded_on(cases: Iterable[int]) -> dict[int, list[str]]:
    """What persons have excepted in consents that live now (R20), by case."""
    found: dict[int, set[str]] = defaultdict(set)
    lines = ConsentLine.objects.live().filter(case__in=set(cases)).exclude(consent__excluded="")
    for case, text in lines.values_list("case_id", "consent__excluded"):
        found[case].add(text)
    return {case: sorted(texts) for case, texts in found.items()}


# ── A list as it was sent ───────────────────────────────────────────────────────────────────────────────────
def lists_of(member: Membership) -> list[StatementList]:
    """The lists the unit has sent, and those sent to it of which a row stands, the last first."""
    return list(
        StatementList.objects.visible_to(member)
        .select_related("unit", "to_unit", "sent_by__user")
        .annotate(
            opened_at=Subquery(
                ListOpening.objects.filter(list=OuterRef("pk"), unit_id=member.unit_id)
                .values("list")
                .annotate(last=Max("at"))
                .values("last")
            )
        )
        .order_by("-id")[:50]
    )


def last_opened(sent: StatementList, member: Membership, *, stays: bool = False) -> datetime | None:
    """When somebody of the unit last opened the list; None when nobody has.

    stays: who has it open and comes back to it from one of its own rows; the last opening is then hers, and what was new
    when she began stays marked until she is done.
    """
    last = ListOpening.objects.filter(list=sent, unit_id=member.unit_id).order_by("-at")
    moments = list(last.values_list("at", flat=True)[:2])[int(stays) :]
    return moments[0] if moments else None


def list_rows(
    sent: StatementList, member: Membership, *, with_persons: bool = False, since: datetime | None = None
) -> list[Row]:
    """The rows of a list that the reader sees now, in the order of their days."""
    on_it = set(StatementRow.objects.visible_to(member).filter(list=sent).values_list("item", flat=True))
    found = known(member, listed=on_it) if on_it else []
    rows = rows_of(reversed(found), member, with_persons=with_persons, changed_since=since)
    if sent.unit_id != member.unit_id:
        excluded = excluded_on(row.statement.case_id for row in rows)
        for row in rows:
            row.excluded = excluded.get(row.statement.case_id, [])
    return rows


@dataclass(frozen=True)
class PaperRow:
    """One row on paper. `person` is for the ledger."""

    person: int
    name: str
    number: str
    form: str
    issued: str


def on_paper(sent: StatementList, member: Membership) -> dict[str, Any]:
    """What stands on the printed list: of the unit's own list, the rows whose giving stands at this moment.

    What has lost its ground since is not printed anew, and neither is it counted on the paper.
    """
    given = Disclosure.objects.standing().filter(from_unit_id=member.unit_id, to_unit_id=sent.to_unit_id)
    rows = (
        StatementRow.objects.visible_to(member)
        .filter(list=sent, unit_id=member.unit_id)
        .filter(Exists(given.filter(item=OuterRef("item"))))
        .select_related("item", "case__person")
        .order_by("item__happened_on", "item")
    )
    return {
        "number": sent.number,
        "from_unit": full_name(sent.unit),
        "phone": sent.unit.phone,
        "to_unit": full_name(sent.to_unit),
        "sent_on": timezone.localtime(sent.sent_at).date().isoformat(),
        "sent_by": sent.sent_by.user.name,
        "printed": timezone.localdate().isoformat(),
        "rows": [
            PaperRow(
                row.case.person_id,
                row.case.person.name,
                row.case.person.number or "",
                str(row.item.facts.get("form") or row.item.heading),
                row.item.happened_on.isoformat(),
            )
            for row in rows
            if not row.case.person.protected
        ],
    }


def waiting_lists(member: Membership) -> list[Matter]:
    """The rows of *Att göra*: at Försäkringskassan, lists with rows to answer; at the clinic, answers that have come."""
    if member.unit.party.kind != PartyKind.FK:
        return []
    on_a_list: dict[int, list[int]] = defaultdict(list)
    rows = StatementRow.objects.visible_to(member).filter(to_unit_id=member.unit_id).order_by("-id")
    for item, pk in rows.values_list("item_id", "list_id")[:1000]:
        on_a_list[item].append(pk)
    counts: dict[int, int] = defaultdict(int)
    for k in known(member, listed=on_a_list) if on_a_list else []:
        if k.decision is None:
            for pk in on_a_list[k.pk]:
                counts[pk] += 1
    lists = (
        StatementList.objects.visible_to(member)
        .filter(pk__in=counts)
        .select_related("unit")
        .order_by("-id")[:50]
    )
    return [
        Matter(
            action=_("Answer the statement list"),
            url=reverse("statement_list", args=[sent.number]),
            group="statements",
            due_on=None,
            waits_for=_("You"),
            case_number="",
            event=ngettext(
                "%(unit)s, %(day)s: %(n)s row to answer",
                "%(unit)s, %(day)s: %(n)s rows to answer",
                counts[sent.pk],
            )
            % {"unit": sent.unit.name, "day": timezone.localtime(sent.sent_at).date(), "n": counts[sent.pk]},
        )
        for sent in lists
    ]
