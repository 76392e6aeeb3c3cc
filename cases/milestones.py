"""The milestones of a case (domain/timers.md, M1–M29): data, and what they come to in one case, computed from its rows.

Nothing is stored: who is late is read anew at each look, from spells, items, consents and the day it is. Each milestone
is computed here, or computed by another room, or waits for a noun that the house does not have yet, and says so.

They are the owning unit's alone, like the rows they come from. A closed case has none. What was due before the case was
opened is *Passerad innan ärendet öppnades* and never late. The portal never states an entitlement: days are calculated.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from cases import statements as issued
from cases.access import COORDINATES, may_write
from cases.days import COUNTED_BENEFITS, SickLeave, date_of, day_number, leave_now
from cases.facts import GRANTED, REFUSED
from cases.forms import months_after
from cases.models import Case, ConsentLine, Item, ItemType, Person, Spell, State, Tick
from cases.models.case import Benefit, CaseQuerySet
from cases.models.tick import done_by
from cases.seams import MOST_MATTERS, Matter
from initiatives.timers import NAMES, TIMERS, timers_of
from parties.models import CARE_KINDS, Membership, PartyKind, Role
from parties.numbers import parse_number

AHEAD_DAYS = 14


class Owner(models.TextChoices):
    """Whose a milestone is."""

    CARE = "care", pgettext_lazy("owner of a milestone", "The care")
    COORDINATOR = "coordinator", pgettext_lazy("owner of a milestone", "The coordinator")
    EMPLOYER = "employer", pgettext_lazy("owner of a milestone", "The employer")
    FK = "fk", pgettext_lazy("owner of a milestone", "Försäkringskassan")
    GIVER = "giver", pgettext_lazy("owner of a milestone", "The unit that is to give")
    RECEIVER = "receiver", pgettext_lazy("owner of a milestone", "The unit that was asked")
    ASKER = "asker", pgettext_lazy("owner of a milestone", "The unit that asked")
    LEAD = "lead", pgettext_lazy("owner of a milestone", "The project lead")
    STEERING = "steering", pgettext_lazy("owner of a milestone", "The steering group")
    EVALUATOR = "evaluator", pgettext_lazy("owner of a milestone", "The evaluator")
    PARTIES = "parties", pgettext_lazy("owner of a milestone", "Each party")
    NOBODY = "nobody", pgettext_lazy("owner of a milestone", "For information")


# Who at the owning unit can do what is the owner's to do. A clinician does what is the care's.
_DOES: dict[Owner, tuple[frozenset[Role], frozenset[PartyKind] | None]] = {
    Owner.COORDINATOR: (COORDINATES, None),
    Owner.CARE: (frozenset({Role.COORDINATOR, Role.CLINICIAN}), CARE_KINDS),
    Owner.FK: (COORDINATES, frozenset({PartyKind.FK})),
}


class Standing(models.TextChoices):
    """Where a milestone is today."""

    LATE = "late", pgettext_lazy("milestone", "Late")
    DUE = "due", pgettext_lazy("milestone", "Time now")
    NEAR = "near", pgettext_lazy("milestone", "Soon")
    COMING = "coming", pgettext_lazy("milestone", "Coming")
    DONE = "done", pgettext_lazy("milestone", "Done")
    PASSED = "passed", pgettext_lazy("milestone", "Passed")
    PASSED_BEFORE = "passed_before", _("Passed before the case was opened")


OVER = frozenset({Standing.DONE, Standing.PASSED, Standing.PASSED_BEFORE})


@dataclass(frozen=True)
class Due:
    """When, in one case. `passes`: a day that comes whatever anyone does, so it is passed afterwards and never late."""

    on: date
    warns: tuple[date, ...] = ()
    late_from: date | None = None
    done: bool = False
    passes: bool = False
    note: str = ""

    def standing(self, opened_on: date, today: date) -> Standing:
        """Where it is today, in a case opened on that day."""
        if self.done:
            return Standing.DONE
        if self.on < opened_on:
            return Standing.PASSED_BEFORE
        if today > self.on and self.passes:
            return Standing.PASSED
        if today >= (self.late_from or self.on + timedelta(days=1)):
            return Standing.LATE
        if today >= self.on:
            return Standing.DUE
        return Standing.NEAR if any(day <= today for day in self.warns) else Standing.COMING


# ── What is known of a case ─────────────────────────────────────────────────────────────────────────────────
@dataclass
class Facts:
    """The rows of one open or paused case that milestones are computed from, as the owning unit sees them."""

    case: int
    number: str
    person: int
    opened_on: date
    moved_on: date
    is_open: bool
    unit: int
    today: date
    times: Mapping[str, int]
    spells: list[Spell] = field(default_factory=list)
    items: list[dict] = field(default_factory=list)
    lines: list[dict] = field(default_factory=list)
    # Each statement with its form and whether a decision answers it; granted decisions that the unit has not ticked.
    statements: list[issued.Known] = field(default_factory=list)
    unticked: set[int] = field(default_factory=set)
    born: date | None = None

    def leave(self, benefits: Collection[str]) -> SickLeave | None:
        """The sick leave on these benefits that runs today."""
        now = leave_now(self.spells, self.today, gap=self.times["spell_gap_days"], benefits=benefits)
        return now.leave if now and now.runs else None

    def wrote(self, types: Collection[str], since: date, *, unit: int | None = None) -> bool:
        """Whether the unit, its own unless told otherwise, wrote an item of one of the types since that day."""
        return any(
            i["type"] in types and i["happened_on"] >= since and i["unit_id"] == (unit or self.unit)
            for i in self.items
        )

    @property
    def is_employed(self) -> bool:
        """As far as the rows tell: sick pay in a spell, or an employer in what is written on the work situation."""
        return any(s.benefit == Benefit.SICK_PAY for s in self.spells) or any(
            i["facts__employer"] for i in self.items if i["type"] == ItemType.WORK_SITUATION
        )


_TYPES = (ItemType.STATEMENT, ItemType.OFFER, ItemType.MEASURE, ItemType.PLAN, ItemType.WORK_SITUATION, ItemType.DECISION)  # fmt: skip
_CASE = ("pk", "number", "person_id", "opened_on", "updated_at", "initiative_id", "state")


FEW = 100


def facts_of(cases: Iterable[Mapping], member: Membership, today: date) -> list[Facts]:
    """The facts of the unit's own cases (`_CASE` of each), in nine queries for one case as for a thousand."""
    rows = [c for c in cases if c["state"] != State.CLOSED]
    times = timers_of(c["initiative_id"] for c in rows)
    by_case = {
        c["pk"]: Facts(
            c["pk"], c["number"], c["person_id"], c["opened_on"], _day(c["updated_at"]), c["state"] == State.OPEN,
            member.unit_id, today, times[c["initiative_id"]],
        )
        for c in rows
    }  # fmt: skip
    for spell in Spell.objects.filter(case__in=by_case).order_by("pk"):
        by_case[spell.case_id].spells.append(spell)
    items = Item.objects.visible_to(member).latest_versions().filter(case__in=by_case, type__in=_TYPES)
    for item in items.values(
        "pk", "case_id", "type", "happened_on", "unit_id", "unit__party__kind", "facts__employer", "facts__outcome",
        "facts__benefit", "facts__period_start", "facts__period_end", "facts__return_plan", "facts__return_plan_on",
        "facts__review_on", "facts__answer",
    ).order_by("happened_on", "pk"):  # fmt: skip
        by_case[item["case_id"]].items.append(dict(item))
    lines = ConsentLine.objects.filter(
        case__in=by_case, unit=member.unit_id, ended_at=None, until_at__gt=Now()
    )
    for line in lines.values(
        "case_id", "consent_id", "consent__valid_to", "consent__registered_at", "purpose", "kind", "from_unit_id",
        "to_unit_id", "from_unit__name", "to_unit__name", "received_at",
    ).order_by("consent_id", "pk"):  # fmt: skip
        by_case[line["case_id"]].lines.append(dict(line))
    # Few are looked up one by one; of many the unit's own index is walked once.
    for known in issued.known(member, cases=list(by_case) if len(by_case) <= FEW else None):
        if known.case in by_case:
            by_case[known.case].statements.append(known)
    ticked = set(
        Tick.objects.standing()
        .filter(case__in=by_case, unit=member.unit_id)
        .values_list("item_id", flat=True)
    )
    if done_by(member.unit) is not None:
        for f in by_case.values():
            f.unticked = {i["pk"] for i in f.items if i["type"] == ItemType.DECISION} - ticked
    # A number is unsealed only where the age limit is asked for.
    young = {f.person: f for f in by_case.values() if _activity_period(f)}
    for person in Person.objects.filter(pk__in=young).only("number_cipher"):
        if digits := person.number:
            young[person.pk].born = parse_number(digits).born
    return list(by_case.values())


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


# ── The rules ───────────────────────────────────────────────────────────────────────────────────────────────
ANY_SICKNESS = COUNTED_BENEFITS | {Benefit.NONE.value, Benefit.SOCIAL_ASSISTANCE.value}
WITH_SICKNESS_BENEFIT = COUNTED_BENEFITS - {Benefit.SICK_PAY.value}
Rule = Callable[[Facts], Iterator[Due]]


def _warnings(key: str) -> list[str]:
    return [k for k in TIMERS if k.startswith(f"{key}.warn")]


def on_day(
    key: str,
    *,
    benefits: Collection[str] = ANY_SICKNESS,
    applies: Callable[[Facts, SickLeave], bool] = lambda facts, leave: True,
    done: Callable[[Facts, SickLeave], bool] = lambda facts, leave: False,
    note: Callable[[Facts], str] = lambda facts: "",
    passes: bool = False,
) -> Rule:
    """Due on a day of the sick leave that runs."""

    def rule(facts: Facts) -> Iterator[Due]:
        leave = facts.leave(benefits)
        if leave is None or not applies(facts, leave):
            return
        times, late = facts.times, f"{key}.late"
        yield Due(
            on=date_of(leave.first, times[f"{key}.due"]),
            warns=tuple(date_of(leave.first, times[k]) for k in _warnings(key)),
            late_from=date_of(leave.first, times[late]) if late in times else None,
            done=done(facts, leave),
            passes=passes,
            note=note(facts),
        )

    return rule


def _employed(facts: Facts, leave: SickLeave) -> bool:
    return facts.is_employed


def _certified(facts: Facts, leave: SickLeave) -> bool:
    """A spell is certified: one that reaches the day, or a statement, is the certificate."""
    needed = date_of(leave.first, facts.times["M1.due"])
    return leave.last is None or leave.last >= needed or facts.wrote([ItemType.STATEMENT], leave.first)


def _offered(facts: Facts, leave: SickLeave) -> bool:
    return facts.wrote([ItemType.OFFER, ItemType.MEASURE], leave.first)


def _declined(facts: Facts) -> str:
    """That the newest offer was declined: it was made all the same."""
    offers = [i for i in facts.items if i["type"] == ItemType.OFFER and i["unit_id"] == facts.unit]
    return _now("declined") if offers and offers[-1]["facts__answer"] == "declined" else ""


def _on_sickness_benefit(facts: Facts, leave: SickLeave) -> bool:
    begun = [p for p in leave.parts if p.spell.from_on <= facts.today]
    return begun[-1].spell.benefit in WITH_SICKNESS_BENEFIT


def employers_plan(facts: Facts) -> Iterator[Due]:
    """M3: when at least 60 days are expected, on day 30; at once when that becomes clear later (30 kap. 6 § SFB).

    What was recorded the first time was so from the first day; what is recorded on a later day is news on that day.
    """
    leave, times = facts.leave(ANY_SICKNESS), facts.times
    if leave is None or not facts.is_employed:
        return
    long = date_of(leave.first, times["M3.expected"])

    def reaches(spell: Spell) -> bool:
        return any(day is not None and day >= long for day in (spell.to_on, spell.expected_on))

    said = [s for s in facts.spells if s.benefit in ANY_SICKNESS and s.from_on >= leave.first]
    if not (any(reaches(part.spell) for part in leave.parts) or facts.today >= long):
        return
    known = [long] if facts.today >= long else []
    known += [
        leave.first if _day(spell.at) == _day(said[0].at) else _day(spell.at)
        for spell in said
        if reaches(spell)
    ]
    on = max(date_of(leave.first, times["M3.due"]), min(known))
    since = [i for i in facts.items if i["happened_on"] >= leave.first]
    planned = facts.wrote([ItemType.PLAN], leave.first) or any(
        (i["type"] == ItemType.PLAN and i["unit__party__kind"] == PartyKind.EMPLOYER)
        or (i["type"] == ItemType.WORK_SITUATION and i["facts__return_plan"] == "exists")
        for i in since
    )
    asked = [i["facts__return_plan_on"] for i in since if i["facts__return_plan"] == "asked"]
    note = _now("Asked for %(date)s") % {"date": asked[-1]} if asked and asked[-1] and not planned else ""
    yield Due(on, (min(date_of(leave.first, times["M3.warn"]), on),), done=planned, note=note)


def plan_followed_up(facts: Facts) -> Iterator[Due]:
    """M22: the day of the next follow-up, in the newest of the unit's own plans."""
    plans = [i for i in facts.items if i["type"] == ItemType.PLAN and i["unit_id"] == facts.unit]
    if plans and plans[-1]["facts__review_on"]:
        on = date.fromisoformat(plans[-1]["facts__review_on"])
        yield Due(on, tuple(on - timedelta(days=facts.times[k]) for k in _warnings("M22")))


def _activity_period(facts: Facts) -> tuple[date, date | None] | None:
    """The period of activity compensation: of the decision that lasts longest, else of the spells that run today."""
    periods = [
        (date.fromisoformat(i["facts__period_start"] or i["facts__period_end"]), date.fromisoformat(i["facts__period_end"]))
        for i in facts.items
        if i["type"] == ItemType.DECISION
        and i["facts__outcome"] == "granted"
        and i["facts__benefit"] == Benefit.ACTIVITY_COMPENSATION
        and i["facts__period_end"]
    ]  # fmt: skip
    if periods:
        return max(periods, key=lambda p: p[1])
    leave = facts.leave({Benefit.ACTIVITY_COMPENSATION})
    return (leave.first, leave.last) if leave else None


def _months_before(key: str, facts: Facts, on: date) -> tuple[date, ...]:
    return tuple(months_after(on, -facts.times[k]) for k in _warnings(key))


def period_ends(facts: Facts) -> Iterator[Due]:
    """M13: the last day of the period of activity compensation."""
    period = _activity_period(facts)
    if period and period[1]:
        yield Due(period[1], _months_before("M13", facts, period[1]), passes=True)


def age_limit(facts: Facts) -> Iterator[Due]:
    """M14: the last day of the month before the month in which one turns 30 (33 kap. SFB)."""
    period = _activity_period(facts)
    if facts.born and period and (period[1] is None or period[1] >= facts.today):
        on = date(facts.born.year + 30, facts.born.month, 1) - timedelta(days=1)
        yield Due(on, _months_before("M14", facts, on), passes=True)


M9_FORMS = frozenset({"FK 7800", "FK 7801"})


def no_decision(facts: Facts) -> Iterator[Due]:
    """M9: a statement on FK 7800 or 7801 that no decision, granted or refused, is known to answer some days after it was issued."""
    for known in facts.statements:
        if known.form in M9_FORMS:
            yield Due(
                known.day + timedelta(days=facts.times["M9.due"]),
                (known.day + timedelta(days=facts.times["M9.warn"]),),
                done=known.outcome in (GRANTED, REFUSED),
                note=known.form,
            )


def _granted(facts: Facts) -> list[dict]:
    return [i for i in facts.items if i["type"] == ItemType.DECISION and i["facts__outcome"] == GRANTED]


def ticked_off(facts: Facts) -> Iterator[Due]:
    """M11: the unit's own part about a granted decision (journal note in care, watch at Försäkringskassan), some days after it."""
    for decision in _granted(facts):
        yield Due(
            decision["happened_on"] + timedelta(days=facts.times["M11.due"]),
            done=decision["pk"] not in facts.unticked,
        )


FOLLOW_UP_MONTHS = 6


def follow_up(facts: Facts) -> Iterator[Due]:
    """M12: every sixth month of a granted period of activity compensation: the last one due, and the next.

    Followed up is when the unit has written a plan or a measure from the early warning on.
    """
    for decision in _granted(facts):
        start, end = decision["facts__period_start"], decision["facts__period_end"]
        if decision["facts__benefit"] != Benefit.ACTIVITY_COMPENSATION or not (start and end):
            continue
        first, last = date.fromisoformat(start), date.fromisoformat(end)
        days = [months_after(first, n) for n in range(FOLLOW_UP_MONTHS, 241, FOLLOW_UP_MONTHS)]
        days = [day for day in days if day <= last]
        for on in [day for day in days if day <= facts.today][-1:] + [d for d in days if d > facts.today][:1]:
            warned = on - timedelta(days=facts.times["M12.warn"])
            yield Due(on, (warned,), done=facts.wrote([ItemType.PLAN, ItemType.MEASURE], warned))


def _direction(line: Mapping) -> tuple:
    return line["from_unit_id"], line["to_unit_id"], line["kind"], line["purpose"]


def _others(lines: list[dict], unit: int) -> set[str]:
    """The units of a consent besides the one that collected it."""
    ends = [("from_unit_id", "from_unit__name"), ("to_unit_id", "to_unit__name")]
    return {line[name] for line in lines for pk, name in ends if line[pk] != unit}


def consents_end(facts: Facts) -> Iterator[Due]:
    """M15: the last day of each consent; done when every line of it goes on in a later one."""
    latest: dict[tuple, date] = {}
    for line in facts.lines:
        latest[_direction(line)] = max(latest.get(_direction(line), date.min), line["consent__valid_to"])
    for lines in _by(facts.lines, "consent_id"):
        on = lines[0]["consent__valid_to"]
        yield Due(
            on,
            tuple(on - timedelta(days=facts.times[k]) for k in _warnings("M15")),
            done=all(latest[_direction(line)] > on for line in lines),
            note=", ".join(sorted(_others(lines, facts.unit))),
        )


def not_received(facts: Facts) -> Iterator[Due]:
    """M16: a unit that is to give under a consent and has not received it, some days after it was recorded."""
    waiting = [x for x in facts.lines if x["received_at"] is None and x["from_unit_id"] != facts.unit]
    for lines in _by(waiting, "consent_id", "from_unit_id"):
        recorded = _day(lines[0]["consent__registered_at"])
        yield Due(recorded + timedelta(days=facts.times["M16.due"]), note=lines[0]["from_unit__name"])


def nothing_happens(facts: Facts) -> Iterator[Due]:
    """M23: an open case in which nothing has been done for a time."""
    if facts.is_open:
        on = facts.moved_on + timedelta(days=facts.times["M23.due"])
        yield Due(on, tuple(facts.moved_on + timedelta(days=facts.times[k]) for k in _warnings("M23")))


def _by(lines: Iterable[dict], *names: str) -> Iterable[list[dict]]:
    groups: dict[tuple, list[dict]] = {}
    for line in lines:
        groups.setdefault(tuple(line[n] for n in names), []).append(line)
    return groups.values()


# ── The data ────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Milestone:
    """One of M1–M29. Exactly one of: `rule` (computed here), `elsewhere` (who computes it), `needs` (the missing noun).

    `does`: what its owner does about it, as the worklist says; without it, or on another list already, it is not there.
    """

    key: str
    label: Promise
    applies: Promise
    owners: tuple[Owner, ...]
    basis: str
    rule: Rule | None = None
    does: Promise | None = None
    elsewhere: str = ""
    needs: str = ""
    why: str = ""

    @property
    def whose(self) -> str:
        return ", ".join(str(owner.label) for owner in self.owners)


_ALL = pgettext_lazy("milestone applies to", "every sick leave")
_EMPLOYED = pgettext_lazy("milestone applies to", "those who are employed")
_ACTIVITY = pgettext_lazy("milestone applies to", "activity compensation")
_GRANTED = pgettext_lazy("milestone applies to", "a granted decision")
_CONSENT = pgettext_lazy("milestone applies to", "each consent")
_INQUIRY = pgettext_lazy("milestone applies to", "each open inquiry")
_MEETING = pgettext_lazy("milestone applies to", "pulse meetings")
_PROJECT = pgettext_lazy("milestone applies to", "the insats")
C, F = Owner.COORDINATOR, Owner.FK

MILESTONES: tuple[Milestone, ...] = (
    Milestone("M1", NAMES["M1"], _ALL, (Owner.CARE,), "8 § lagen (1991:1047) om sjuklön", on_day("M1", done=_certified),
        _("See that there is a certificate")),
    Milestone("M2", NAMES["M2"], _EMPLOYED, (Owner.NOBODY,), "7 § lagen (1991:1047) om sjuklön",
        on_day("M2", applies=_employed, passes=True)),
    Milestone("M3", NAMES["M3"], _EMPLOYED, (C, Owner.EMPLOYER), "30 kap. 6 § SFB", employers_plan,
        _("Ask the employer for the plan")),
    Milestone("M4", NAMES["M4"], _ALL, (C,), "domain/needs.md", on_day("M4", done=_offered, note=_declined),
        _("Assess, and offer an activity")),
    Milestone("M5", NAMES["M5"], _EMPLOYED, (F,), "27 kap. 46–49 §§ SFB",
        on_day("M5", benefits=COUNTED_BENEFITS, applies=_employed, passes=True), _("Prepare for the day")),
    Milestone("M6", NAMES["M6"], _EMPLOYED, (F, C), "27 kap. 46–49 §§ SFB",
        on_day("M6", benefits=COUNTED_BENEFITS, applies=_employed, passes=True), _("Prepare for the day")),
    Milestone("M7", NAMES["M7"], pgettext_lazy("milestone applies to", "those with sickness benefit"), (F,), "27 kap. 46–49 §§ SFB",
        on_day("M7", benefits=COUNTED_BENEFITS, applies=_on_sickness_benefit, passes=True), _("Prepare for the day")),
    Milestone("M8", _("Special reasons, day 550"), pgettext_lazy("milestone applies to", "cases marked for it"), (F,),
        "27 kap. 46–49 §§ SFB", needs="special_reasons", why="No row says that special reasons are tried."),
    Milestone("M9", NAMES["M9"], pgettext_lazy("milestone applies to", "statements on FK 7800 and 7801"), (F, C),
        "domain/needs.md", no_decision, _("Ask about the decision, or put the statement on a list")),
    Milestone("M10", _("First meeting after activity compensation was granted"), _GRANTED, (C, F), "domain/needs.md",
        needs="meeting", why="There are no meetings in the house yet."),
    Milestone("M11", NAMES["M11"], _GRANTED, (C, F), "domain/needs.md", ticked_off, _("Tick off what is done about the decision")),
    Milestone("M12", NAMES["M12"], _ACTIVITY, (C,), "domain/needs.md", follow_up, _("Follow up the period")),
    Milestone("M13", NAMES["M13"], _ACTIVITY, (F, C), "33 kap. SFB", period_ends, _("Plan for what comes after the period")),
    Milestone("M14", NAMES["M14"], _ACTIVITY, (F, C), "33 kap. SFB", age_limit, _("Plan for what comes after the age limit")),
    # The consents that end stand on the worklist already, with the room of inquiries; here they would stand twice.
    Milestone("M15", NAMES["M15"], _CONSENT, (C,), "domain/consent.md", consents_end),
    Milestone("M16", NAMES["M16"], _CONSENT, (Owner.GIVER,), "domain/consent.md", not_received),
    Milestone("M17", _("Inquiry without an answer"), _INQUIRY, (Owner.RECEIVER,), "domain/needs.md",
        elsewhere="inquiries.plugs.worklist"),
    Milestone("M18", _("We wait for a further answer"), _INQUIRY, (Owner.ASKER,), "domain/needs.md",
        needs="clarification", why="An inquiry has no further question with a day of its own."),
    Milestone("M19", _("Pulse meeting: material handed in"), _MEETING, (C,), "domain/needs.md",
        needs="meeting", why="There are no meetings in the house yet."),
    Milestone("M20", _("Pulse meeting: the next one booked"), _MEETING, (Owner.LEAD,), "domain/needs.md",
        needs="meeting", why="There are no meetings in the house yet."),
    Milestone("M21", _("Pulse meeting: what was agreed is done"), _MEETING, (Owner.PARTIES,), "domain/needs.md",
        needs="action_item", why="There are no meetings, and nothing agreed at them, in the house yet."),
    Milestone("M22", NAMES["M22"], pgettext_lazy("milestone applies to", "each plan"), (C,), "domain/needs.md", plan_followed_up,
        _("Follow up the plan")),
    Milestone("M23", NAMES["M23"], pgettext_lazy("milestone applies to", "open cases"), (C,), "domain/needs.md", nothing_happens,
        _("Look at the case")),
    Milestone("M24", _("The contact has no substitute"), pgettext_lazy("milestone applies to", "each unit"), (Owner.PARTIES,),
        "domain/needs.md", needs="absence", why="No row says when somebody is going to be away."),
    Milestone("M25", _("The quarter’s report"), _PROJECT, (Owner.LEAD, Owner.STEERING), "domain/needs.md",
        needs="report_due", why="A report has no day by which it is to be sent."),
    Milestone("M26", _("The forecast differs by more than 10 per cent"), _PROJECT, (Owner.LEAD,), "domain/needs.md",
        elsewhere="initiatives.showing.money_of"),
    Milestone("M27", _("Training every third month"), _PROJECT, (Owner.LEAD,), "domain/needs.md",
        needs="training", why="A training is an activity among others and has no interval."),
    Milestone("M28", _("The evaluator reports back"), _PROJECT, (Owner.EVALUATOR,), "domain/needs.md",
        needs="evaluation", why="Nothing is recorded of what an evaluator hands over."),
    Milestone("M29", _("Closed: the outcome recorded"), pgettext_lazy("milestone applies to", "closed cases"), (C,),
        "domain/terms.md", elsewhere="cases.closing.outcomes_due"),
)  # fmt: skip


# ── What it comes to ────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Reached:
    """A milestone in one case, as the page shows it."""

    milestone: Milestone
    due: Due
    standing: Standing

    @property
    def warned_on(self) -> date | None:
        """The first early warning."""
        return min(self.due.warns, default=None)

    @property
    def chip(self) -> str:
        return {
            Standing.LATE: "late", Standing.DUE: "turn", Standing.NEAR: "soon", Standing.COMING: "wait",
            Standing.DONE: "ok",
        }.get(self.standing, "closed")  # fmt: skip


def computed(facts: Facts) -> list[Reached]:
    """Every milestone that the case has, in the order of their days."""
    reached = [
        Reached(m, due, due.standing(facts.opened_on, facts.today))
        for m in MILESTONES
        if m.rule is not None
        for due in m.rule(facts)
    ]
    return sorted(reached, key=lambda r: r.due.on)


@dataclass(frozen=True)
class Ahead:
    """*What happens next*: what comes first, what comes further on, and what is over."""

    soon: list[Reached]
    later: list[Reached]
    over: list[Reached]
    asks_for_employer: bool


SHOWN = 5


def ahead_of(case: Case, state: str, member: Membership, today: date) -> Ahead | None:
    """The milestones of a case, for the owning unit; None for every other, and for a closed case."""
    if case.unit_id != member.unit_id or state == State.CLOSED:
        return None
    row = {
        "pk": case.pk, "number": case.number, "person_id": case.person_id, "opened_on": case.opened_on,
        "updated_at": case.updated_at, "initiative_id": case.initiative_id, "state": state,
    }  # fmt: skip
    (facts,) = facts_of([row], member, today)
    reached = computed(facts)
    live = [r for r in reached if r.standing not in OVER]
    return Ahead(
        live[:SHOWN],
        live[SHOWN:],
        [r for r in reached if r.standing in OVER],
        facts.leave(COUNTED_BENEFITS) is not None and not facts.is_employed,
    )


def can_do(member: Membership, milestone: Milestone) -> bool:
    """Whether a milestone of the unit's own case is something that the member does."""
    if milestone.does is None or not may_write(member):
        return False
    return any(
        member.role in roles and (kinds is None or member.unit.party.kind in kinds)
        for roles, kinds in (_DOES[owner] for owner in milestone.owners if owner in _DOES)
    )


def is_on_the_list(reached: Reached, today: date) -> bool:
    """Due within 14 days, or past its last early warning; nothing that is over, nor what was passed at the opening."""
    if reached.standing in OVER:
        return False
    warned = bool(reached.due.warns) and max(reached.due.warns) <= today
    return warned or reached.due.on <= today + timedelta(days=AHEAD_DAYS)


def reached_in(among: CaseQuerySet, member: Membership, today: date) -> Iterator[tuple[Reached, Facts]]:
    """Every milestone of each of the unit's own open cases among these; as many queries for one case as for a thousand."""
    cases = among.visible_to(member).owned_by(member).with_state().filter(models.Q(state=State.OPEN))
    for facts in facts_of(cases.values(*_CASE), member, today):
        for reached in computed(facts):
            yield reached, facts


def matters(member: Membership) -> list[Matter]:
    """The rows of *Att göra*: milestones in the unit's own open cases that this member can do something about now."""
    mine = {m.key for m in MILESTONES if can_do(member, m)}
    if not mine:
        return []
    today = timezone.localdate()
    found = [
        (reached, facts)
        for reached, facts in reached_in(Case.objects.all(), member, today)
        if reached.milestone.key in mine and is_on_the_list(reached, today)
    ]
    found.sort(key=lambda pair: (pair[0].due.on, pair[1].number))
    return _gathered(found)[:MOST_MATTERS]


# What one page does for all cases at once, and where that page is: many rows of it are one row.
TOGETHER = {"M9": ("waiting", _("Take up the statements without a decision")), "M11": ("granted", _("Tick off what is done about the decisions"))}  # fmt: skip
APART = 3


def _gathered(found: list[tuple["Reached", Facts]]) -> list[Matter]:
    """The rows by due date; more than three that the same page settles stand as one, on the day of the first."""
    many = {k for k in TOGETHER if sum(r.milestone.key == k for r, _facts in found) > APART}
    rows: list[Matter] = []
    for reached, facts in found:
        key = reached.milestone.key
        if key not in many:
            rows.append(_matter(reached, facts))
            continue
        if not any(r.group == f"milestones:{key}" for r in rows):
            which, does = TOGETHER[key]
            count = len({facts.number for r, facts in found if r.milestone.key == key})
            rows.append(
                Matter(
                    action=str(does),
                    url=f"{reverse('statements')}?which={which}",
                    group=f"milestones:{key}",
                    due_on=reached.due.on,
                    waits_for=_now("You"),
                    case_number="",
                    event=ngettext("%(n)d case", "%(n)d cases", count) % {"n": count},
                )
            )
    return rows


def _matter(reached: Reached, facts: Facts) -> Matter:
    return Matter(
        action=str(reached.milestone.does),
        url=reverse("case", args=[facts.number]),
        group="milestones",
        due_on=reached.due.on,
        waits_for=_now("You"),
        case_number=facts.number,
        person=facts.person,
        event=_event(reached, facts),
    )


def _event(reached: Reached, facts: Facts) -> str:
    leave = facts.leave(COUNTED_BENEFITS)
    if leave is None:
        return str(reached.milestone.label)
    return _now("%(milestone)s. Day %(n)s (calculated)") % {
        "milestone": reached.milestone.label,
        "n": day_number(leave.first, facts.today),
    }
