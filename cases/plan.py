"""The plan on the case page: the newest plan the reader sees, and under it the measures with what can be done now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from cases.facts import in_words
from cases.measures import Move, in_order, moves_from
from cases.models import Item, ItemType
from cases.models.item import STATED_TYPES
from cases.sight import ShownItem

_SAID_BESIDE = ("responsible", "responsible_person", "state_on", "reason")


@dataclass
class ShownMeasure:
    """One measure: how it stands, who does it, since when, and the buttons of whoever may move it."""

    item: Item
    chip: tuple[str, str] | None
    said: list[str]
    moves: list[Move]


@dataclass
class Plan:
    """`item` is empty where measures are written and no plan."""

    item: Item | None
    goal: str
    review_on: date | None
    measures: list[ShownMeasure]


def plan_of(rows: list[ShownItem], allowed: Collection[str]) -> Plan | None:
    """From the items of the page, newest first; None where there is no measure, and no plan that says more than its line.

    The own unit's plan comes before what another has given. Who wrote a measure moves it.
    """
    plans = [row for row in rows if row.item.type == ItemType.PLAN]
    measures = [row for row in rows if row.item.type == ItemType.MEASURE or _stands(row.item)]
    newest = min(plans, key=lambda row: not row.own).item if plans else None
    facts: Mapping = newest.facts if newest else {}
    if not measures and not (facts.get("goal") or facts.get("review_on")):
        return None
    measures.sort(key=lambda row: in_order(str(row.item.facts.get("state", ""))))
    return Plan(
        newest,
        str(facts.get("goal", "")),
        _day(facts.get("review_on")),
        [
            ShownMeasure(
                row.item,
                row.chip,
                _beside(row.item),
                moves_from(row.item.facts) if row.own and "write_item" in allowed else [],
            )
            for row in measures
        ],
    )


def _stands(item: Item) -> bool:
    return item.type in STATED_TYPES and "state" in item.facts


def _beside(item: Item) -> list[str]:
    named = {name: item.facts[name] for name in _SAID_BESIDE if name in item.facts}
    return [value for _label, value in in_words(item.type, named)]


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
