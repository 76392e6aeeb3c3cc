"""Statements and the decisions that answer them, as lists and rows: what waits, what was granted or refused, what ends.

Which decision answers a statement is what a unit has said (Match); else the one decision on the case, of the benefit that
the statement's form is about and not older than it, when no other statement could be meant. What a unit does not see
answers nothing for it: every subquery here begins at what the reader may see, and counts are those of the rows.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import (
    BigIntegerField,
    Exists,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models import Case as If
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.actions.statement_list import BENEFIT_OF_FORM, MOST_ROWS, may_answer
from cases.deciding import Standing
from cases.facts import ANSWERS, BY_FK, GRANTED, REFUSED, TOLD_BY, WAITING
from cases.forms import months_after
from cases.law import Act, Decision
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
from cases.seams import Matter
from parties.models import Membership, PartyKind, Unit

ENDS = {"ends12": 12, "ends6": 6, "ends3": 3}
ALL, NEW = "all", "new"
FILTERS = (WAITING, GRANTED, REFUSED, *ENDS, NEW, ALL)

_BENEFIT = If(
    *(When(form=form, then=Value(benefit)) for form, benefit in BENEFIT_OF_FORM.items()),
    default=None,
    output_field=TextField(null=True),
)


def _decisions(member: Membership) -> QuerySet[Item]:
    return Item.objects.visible_to(member).latest_versions().filter(type=ItemType.DECISION)


def _statements(member: Membership) -> QuerySet[Item]:
    """Every version of a statement that the member sees, with what form it is and of which benefit."""
    seen = Item.objects.visible_to(member).filter(type=ItemType.STATEMENT)
    return seen.annotate(form=KT("facts__form")).annotate(benefit=_BENEFIT)


def statements(member: Membership, *, as_listed: bool = False) -> QuerySet[Item]:
    """The statements the member sees on cases that may be opened, each with `decided` (the key of the decision that answers
    it, or None), its `outcome` and `period_end`. The latest versions, on cases that are not closed; as_listed: those
    that stand on a list stay on it, whatever has been written since.
    """
    visible = _statements(member).latest_versions()
    said = (
        Match.objects.standing()
        .filter(
            # What was said of the version before this one still answers it.
            Q(statement=OuterRef("pk")) | Q(statement=OuterRef("replaces")),
            Exists(_decisions(member).filter(pk=OuterRef("decision"))),
        )
        .order_by("-decision_id")
    )
    matches = Match.objects.visible_to(member)
    # Another statement that the same decision could answer: then it is for somebody to say.
    rivals = (
        visible.filter(
            case=OuterRef("case"),
            benefit=OuterRef("benefit_decided"),
            happened_on__lte=OuterRef("happened_on"),
        )
        .exclude(pk=OuterRef(OuterRef("pk")))
        .filter(~Exists(matches.standing().filter(statement=OuterRef("pk"))))
    )
    plain = (
        _decisions(member)
        .annotate(benefit_decided=KT("facts__benefit"))
        .filter(
            case=OuterRef("case"),
            benefit_decided=OuterRef("benefit"),
            happened_on__gte=OuterRef("happened_on"),
        )
        .filter(~Exists(matches.filter(decision=OuterRef("pk"))), ~Exists(rivals))
        .order_by("-happened_on", "-pk")
    )
    state = CaseState.objects.filter(case=OuterRef("case")).order_by("-from_at", "-id")
    if as_listed:
        chosen = _statements(member)
    else:
        # Another unit's case tells no state, and is none the less there.
        chosen = visible.annotate(state=Subquery(state.values("state")[:1])).filter(
            Q(state=None) | ~Q(state=State.CLOSED)
        )
    chosen = chosen.filter(opens(member, "case_id")).annotate(
        decided=Coalesce(
            Subquery(said.values("decision")[:1]),
            Subquery(plain.values("pk")[:1]),
            output_field=BigIntegerField(),
        )
    )
    decision = Item.objects.filter(pk=OuterRef("decided"))
    return chosen.annotate(
        outcome=Subquery(decision.annotate(v=KT("facts__outcome")).values("v")[:1]),
        period_end=Subquery(decision.annotate(v=KT("facts__period_end")).values("v")[:1]),
        decided_on=Subquery(decision.values("happened_on")[:1]),
    )


def filtered(rows: QuerySet[Item], which: str, today: date, since: date | None = None) -> QuerySet[Item]:
    """The rows of one filter. Waiting: no decision is seen, or Försäkringskassan has said that it waits."""
    if which == WAITING:
        return rows.filter(Q(decided=None) | Q(outcome=WAITING))
    if which in (GRANTED, REFUSED):
        return rows.filter(outcome=which)
    if which in ENDS:
        # ISO days stand in the order of time.
        until = months_after(today, ENDS[which]).isoformat()
        return rows.filter(outcome=GRANTED, period_end__gte=today.isoformat(), period_end__lte=until)
    if which == NEW:
        return rows.filter(outcome=GRANTED, decided_on__gte=since or months_after(today, -2))
    return rows


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
    found: Iterable[Item],
    member: Membership,
    *,
    with_persons: bool = False,
    changed_since: datetime | None = None,
) -> list[Row]:
    """The rows of statements with `decided` (see statements()), in their order; as many queries for two as for fifty."""
    items = list(found)
    decided = {item.pk: item.decided for item in items}  # type: ignore[attr-defined]
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
        decision = decisions.get(decided[item.pk]) if decided[item.pk] else None
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
                may_answer=may_answer(member, item),
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
    rows = filtered(statements(member), which, today, since).order_by("-happened_on", "-pk")
    key = _key(before)
    if key:
        rows = rows.filter(Q(happened_on__lt=key[0]) | Q(happened_on=key[0], pk__lt=key[1]))
    found = list(rows.select_related(*_WITH)[: PAGE + 1])
    page = Page(rows_of(found[:PAGE], member, with_persons=with_persons))
    page.persons = [item.case.person_id for item in found[:PAGE]]
    if not key:
        page.count = f"{PAGE}+" if len(found) > PAGE else str(len(found))
    if len(found) > PAGE:
        last = found[PAGE - 1]
        page.next_before = f"{last.happened_on.isoformat()}_{last.pk}"
    return page


# ── A list before it is sent ────────────────────────────────────────────────────────────────────────────────
SINCE_LAST, UNDECIDED = "since", "undecided"


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
        return len({row.item.case.person_id for row in self.held})


def receivers(member: Membership) -> QuerySet[Unit]:
    """The units a list may be sent to."""
    return (
        Unit.objects.filter(party__kind=PartyKind.FK).select_related("party__organisation").order_by("name")
    )


def proposed(member: Membership, to: Unit, which: str, *, with_persons: bool = False) -> Preview:
    """The unit's own statements that have stood on no list to the unit, or all that no decision is known of."""
    rows = statements(member).filter(unit_id=member.unit_id)
    if which == UNDECIDED:
        rows = filtered(rows, WAITING, timezone.localdate())
    else:
        listed = StatementRow.objects.filter(unit_id=member.unit_id, to_unit=to, item=OuterRef("pk"))
        rows = rows.filter(~Exists(listed))
    found = list(
        rows.order_by("happened_on", "pk").select_related("case__person", "case__unit")[: MOST_ROWS + 1]
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


def last_opened(sent: StatementList, member: Membership) -> datetime | None:
    """When somebody of the unit last opened the list; None when nobody has."""
    last = ListOpening.objects.filter(list=sent, unit_id=member.unit_id).order_by("-at").first()
    return last.at if last else None


def list_rows(
    sent: StatementList, member: Membership, *, with_persons: bool = False, since: datetime | None = None
) -> list[Row]:
    """The rows of a list that the reader sees now, in the order of their days."""
    on_it = StatementRow.objects.visible_to(member).filter(list=sent, item=OuterRef("pk"))
    found = list(
        statements(member, as_listed=True)
        .filter(Exists(on_it))
        .order_by("happened_on", "pk")
        .select_related(*_WITH)
    )
    rows = rows_of(found, member, with_persons=with_persons, changed_since=since)
    if sent.unit_id != member.unit_id:
        excluded = excluded_on(row.statement.case_id for row in rows)
        for row in rows:
            row.excluded = excluded.get(row.statement.case_id, [])
    return rows


def waiting_lists(member: Membership) -> list[Matter]:
    """The rows of *Att göra*: at Försäkringskassan, lists with rows to answer; at the clinic, answers that have come."""
    if member.unit.party.kind != PartyKind.FK:
        return []
    answered = Match.objects.standing().filter(
        statement=OuterRef("item"), unit_id=member.unit_id, decision__unit_id=member.unit_id
    )
    counts: dict[int, int] = defaultdict(int)
    for pk in (
        StatementRow.objects.visible_to(member)
        .filter(~Exists(answered), to_unit_id=member.unit_id)
        .filter(opens(member, "case_id"))
        .values_list("list_id", flat=True)[:1000]
    ):
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
