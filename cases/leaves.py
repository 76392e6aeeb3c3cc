"""The sick leave of a case as it stands on pages: its spells, its day, when it ended. The counting is `cases.days`.

Spells are the owning unit's own record: nobody else is shown a day, an end or a benefit from here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cases.days import DayBar, InForce, Now, day_bar, day_now, in_force, leave_now
from cases.models import Case, Spell, State
from initiatives.timers import timers_of


def days_of(cases: Iterable[Mapping], today: date) -> dict[int, int]:
    """The calculated day of each case (`pk`, `initiative_id`) whose sick leave runs today; two queries for any number."""
    return {pk: facts.day for pk, facts in facts_of(cases, today).items() if facts.day is not None}


@dataclass(frozen=True)
class Facts:
    """What a list says of a sick leave today: its day, and the spell in force with its last day."""

    day: int | None
    degree: int | None
    benefit: str | None
    until: date | None


def facts_of(cases: Iterable[Mapping], today: date) -> dict[int, Facts]:
    """The same for each case (`pk`, `initiative_id`) that has a spell; two queries for any number."""
    rows = {c["pk"]: c["initiative_id"] for c in cases}
    times = timers_of(rows.values())
    spells: dict[int, list[Spell]] = {}
    wanted = Spell.objects.filter(case__in=rows).only(
        "pk", "case_id", "from_on", "to_on", "benefit", "degree", "replaces"
    )
    for spell in wanted:
        spells.setdefault(spell.case_id, []).append(spell)
    facts = {}
    for pk, certified in spells.items():
        day = day_now(certified, today, gap=times[rows[pk]]["spell_gap_days"])
        covering = [p for p in in_force(certified) if p.spell.from_on <= today and _lasts(p, today)]
        part = covering[-1] if covering else None
        if part is None:
            facts[pk] = Facts(day, None, None, None)
        else:
            facts[pk] = Facts(day, part.spell.degree, part.spell.benefit, part.last)
    return facts


@dataclass(frozen=True)
class SpellRow:
    """A spell in the table: its last day in force, whether that is today, and whether a later entry replaces it."""

    spell: Spell
    last: date | None
    is_now: bool
    replaced: bool
    # Why its first day was corrected; "" when it was not.
    why: str = ""


@dataclass(frozen=True)
class LeavePage:
    """What the case page says of the sick leave. `ended_on` when the last one has ended; `bar` while one runs."""

    rows: list[SpellRow]
    current: Spell | None
    bar: DayBar | None
    ended_on: date | None


def on_page(case: Case, state: str, today: date) -> LeavePage:
    """The spells of the unit's own case, the last begun first, and the sick leave they make."""
    spells = list(case.spells.order_by("-from_on", "-pk"))
    gap = timers_of([case.initiative_id])[case.initiative_id]["spell_gap_days"]
    parts: dict[int, InForce] = {part.spell.pk: part for part in in_force(spells)}
    corrections = {s.replaces_id: s.why for s in spells if s.replaces_id}
    begun = [p for p in parts.values() if p.spell.from_on <= today]
    current = begun[-1].spell if begun else None
    rows = [
        SpellRow(
            spell=s,
            last=parts[s.pk].last if s.pk in parts else s.to_on,
            is_now=s is current and _lasts(parts[s.pk], today),
            replaced=s.pk not in parts,
            why=corrections.get(s.pk, ""),
        )
        for s in spells
    ]
    now: Now | None = leave_now(spells, today, gap=gap)
    runs = now is not None and now.runs and state != State.CLOSED
    ended = now.leave.last if now is not None and not now.runs else None
    return LeavePage(rows, current, day_bar(now.leave.first, today) if now and runs else None, ended)


def _lasts(part: InForce, today: date) -> bool:
    return part.last is None or part.last >= today
