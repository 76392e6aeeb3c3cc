"""Giving several items to several units in one deed: each judged for itself, under one lock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from cases.actions.disclosure import MayNotGive, give
from cases.actions.locking import locked
from cases.law import Decision
from cases.models import Case, Disclosure, Item
from parties.models import Membership, Unit


@dataclass(frozen=True)
class Outcome:
    """What became of one item to one unit: given now, given already, or refused with its decision."""

    item: Item
    to: Unit
    given: bool = False
    already: bool = False
    refused: Decision | None = None


@transaction.atomic
def give_many(
    *,
    by: Membership,
    case: Case,
    items: Iterable[Item],
    to: Iterable[Unit],
    confirmed: Mapping[int, Iterable[str]],
) -> list[Outcome]:
    """Gives each of the unit's own items to each unit that may have it now; returns one outcome a pair, in order.

    `confirmed`: what the officer has confirmed, by receiving unit. One that may not be given is told and stops no
    other; what stands given already is not given again. Raises NotConfirmed when a ground's confirmation is missing,
    Http404 when an item is not the unit's own or the case has closed to it: then nothing at all is given.
    """
    case = locked(case, by=by, action="give")
    there = set(
        Disclosure.objects.standing()
        .filter(case=case, from_unit=by.unit, item__isnull=False)
        .values_list("item_id", "to_unit_id")
    )
    outcomes = []
    units = list(to)
    for item in items:
        for unit in units:
            if (item.pk, unit.pk) in there:
                outcomes.append(Outcome(item, unit, already=True))
                continue
            try:
                give(by=by, case=case, item=item, to=unit, confirmed=confirmed.get(unit.pk, ()))
            except MayNotGive as no:
                outcomes.append(Outcome(item, unit, refused=no.decision))
            else:
                there.add((item.pk, unit.pk))
                outcomes.append(Outcome(item, unit, given=True))
    return outcomes
