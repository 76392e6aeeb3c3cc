"""Giving several items at once, as a page: what may be chosen, and for each item and unit whether it may and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cases.actions.disclosure import CARE_RELATION, EXCLUDED_READ, excluded_by_the_person
from cases.deciding import Standing
from cases.law import Act, Decision, Ground
from cases.models import Case, Disclosure, Item, ItemType
from cases.sight import CONFIRMATIONS, receipts
from parties.models import Membership, Unit


def own_items(case: Case, member: Membership) -> list[Item]:
    """The unit's own items on the case, the latest versions: what can be chosen. Questions and answers go their own way,
    and working notes nowhere.
    """
    return list(
        Item.objects.visible_to(member)
        .latest_versions()
        .filter(case=case, unit_id=member.unit_id)
        .exclude(type__in=[ItemType.QUESTION, ItemType.ANSWER, ItemType.WORK_NOTE])
        .select_related("author__user")
        .order_by("-happened_on", "-id")[:200]
    )


@dataclass
class Pair:
    """One item to one unit."""

    item: Item
    unit: Unit
    decision: Decision
    given: Disclosure | None

    @property
    def open(self) -> bool:
        """Whether sending the form gives it now."""
        return self.decision.allowed and self.given is None


@dataclass
class Tick:
    """One confirmation: its value in the form, the words, and whether it was ticked already."""

    value: str
    words: str
    ticked: bool = False


@dataclass
class Preview:
    pairs: list[Pair]
    ticks: list[Tick] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)

    @property
    def ready(self) -> int:
        return sum(pair.open for pair in self.pairs)

    @property
    def refused(self) -> int:
        return sum(not pair.decision.allowed and pair.given is None for pair in self.pairs)


def preview(
    case: Case, member: Membership, items: Iterable[Item], units: Iterable[Unit], ticked: Iterable[str] = ()
) -> Preview:
    """Each item to each unit, judged as the rows are now. As many queries for one pair as for hundreds."""
    standing, chosen, ticked = Standing.of(case, member.unit), list(units), set(ticked)
    given = {
        (d.item_id, d.to_unit_id): d
        for d in Disclosure.objects.standing().filter(
            case=case, from_unit_id=member.unit_id, item__isnull=False
        )
    }
    pairs = [
        Pair(item, unit, standing.decide(Act.INFORMATION, unit, item.kind), given.get((item.pk, unit.pk)))
        for item in items
        for unit in chosen
    ]
    excluded = excluded_by_the_person(case)
    opens = [pair for pair in pairs if pair.open]
    found = Preview(pairs, excluded=excluded)
    for unit in chosen:
        if any(p.unit.pk == unit.pk and p.decision.ground is Ground.INTRA_CARE for p in opens):
            value = f"{CARE_RELATION}-{unit.pk}"
            words = f"{unit.name}: {CONFIRMATIONS[CARE_RELATION]}"
            found.ticks.append(Tick(value, words, value in ticked))
    if excluded and opens:
        found.ticks.append(Tick(EXCLUDED_READ, str(CONFIRMATIONS[EXCLUDED_READ]), EXCLUDED_READ in ticked))
    found.receipts = receipts(standing, [(p.unit, p.decision) for p in opens])
    return found


def confirmed_by_unit(ticked: Iterable[str], units: Iterable[Unit]) -> dict[int, list[str]]:
    """The ticks of the form, as the verb takes them: by receiving unit."""
    ticks = set(ticked)
    return {
        unit.pk: [what for what, tick in _ticks_of(unit) if tick in ticks] for unit in units
    }  # fmt: skip


def _ticks_of(unit: Unit) -> list[tuple[str, str]]:
    return [(CARE_RELATION, f"{CARE_RELATION}-{unit.pk}"), (EXCLUDED_READ, EXCLUDED_READ)]
