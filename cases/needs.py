"""What is needed to reach and to meet the person: the number that is safe to call, the interpreter, the representative.

Read from the newest of the unit's own items of each type, as it stands in its latest version. What another unit has
given stays in the list of items: who calls goes by what the own unit has asked the person.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cases.facts import facts_of
from cases.models import Case, Item, ItemType
from parties.models import Membership

NEEDS_TYPES = (ItemType.CONTACT, ItemType.INTERPRETER, ItemType.REPRESENTATIVE)


@dataclass
class Number:
    """A number to call, whose it is, and whether it is safe."""

    pk: int
    who: str
    phone: str
    safe: str
    is_safe: bool
    times: str


@dataclass
class Needs:
    """Empty where nothing is written."""

    numbers: list[Number] = field(default_factory=list)
    interpreter: dict[str, str] = field(default_factory=dict)
    representative: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.numbers or self.interpreter or self.representative)


def of_items(items: Iterable[Item]) -> Needs:
    """The needs in the unit's own items, the newest first: the person's newest number, and every other's."""
    needs, persons = Needs(), False
    for item in items:
        said = _in_words(item)
        if item.type == ItemType.CONTACT and said.get("phone"):
            own = item.facts.get("whose") == "person"
            if own and persons:
                continue
            persons = persons or own
            who = (
                said.get("whose", "")
                if own
                else ", ".join(filter(None, (said.get("name"), said.get("whose"))))
            )
            number = Number(
                item.pk, who, said["phone"], said.get("safe", ""), item.facts.get("safe") in ("message", "call"),
                said.get("times", ""),
            )  # fmt: skip
            needs.numbers.insert(0 if own else len(needs.numbers), number)
        elif item.type == ItemType.INTERPRETER and not needs.interpreter:
            needs.interpreter = said
        elif item.type == ItemType.REPRESENTATIVE and not needs.representative:
            needs.representative = said
    return needs


def needs_of(case: Case, member: Membership) -> Needs:
    """The needs that the member's unit has written of, in one query."""
    return of_items(
        Item.objects.visible_to(member)
        .latest_versions()
        .filter(case=case, unit=member.unit_id, type__in=NEEDS_TYPES)
        .order_by("-happened_on", "-id")[:50]
    )


def _in_words(item: Item) -> dict[str, str]:
    return {
        fact.name: fact.tell(fact, item.facts[fact.name])
        for fact in facts_of(item.type)
        if fact.name in item.facts
    }
