"""*Who can see this and why*, of a whole case, worked out at each asking: which units see anything now, which kinds, on
what ground and until when; who at the own unit; and who no longer does.

The case's owner is told of everything given on it, by anyone. Another unit is told of what it gave and was given itself:
who else the owner has given something is not its business.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from cases.access import allowed_actions, not_held_off
from cases.deciding import last_day
from cases.givings import Giving, givings_of
from cases.law import Ground, InformationKind
from cases.models import Assignment, Block, BlockKind, Case, ConsentLine, Disclosure, Ending
from parties.models import CASE_ROLES, Membership, Unit


@dataclass
class Way:
    """What one unit sees because another gave it: kinds in words, the ground, and the last day."""

    giver: str
    kinds: list[str]
    ground: str
    until: date


@dataclass
class Seeing:
    unit: Unit
    ways: list[Way] = field(default_factory=list)


@dataclass
class NoLonger:
    """A unit that was shown something and sees nothing now."""

    unit: str
    until: datetime
    how: str


@dataclass
class Colleague:
    name: str
    role: str
    handles: bool


@dataclass
class WhoSees:
    owner: bool
    # What others have given the own unit.
    given_to_us: list[Way]
    seeing: list[Seeing]
    to_receive: list[str]
    no_longer: list[NoLonger]
    colleagues: list[Colleague]
    held_off: list[str]


def who_sees(case: Case, member: Membership) -> WhoSees:
    """As it stands at this statement."""
    owner = case.unit_id == member.unit_id
    givings = givings_of(case) if owner else own_givings(case, member)
    until = _consented_until(case, member)
    seeing: dict[int, Seeing] = {}
    ways: dict[tuple[int, int, str], list[Giving]] = defaultdict(list)
    ended: dict[int, Giving] = {}
    for giving in givings:
        if giving.stands:
            seeing.setdefault(giving.receiver.pk, Seeing(giving.receiver))
            ways[giving.receiver.pk, giving.giver.pk, giving.basis].append(giving)
        else:
            before = ended.get(giving.receiver.pk)
            if before is None or _shown_until(giving) > _shown_until(before):
                ended[giving.receiver.pk] = giving
    for (receiver, _giver, basis), group in ways.items():
        seeing[receiver].ways.append(
            Way(
                giver=group[0].giver.name,
                kinds=_kinds(group),
                ground=str(Ground(basis).label),
                until=max(min(until.get(g.way, last_day(g.until_at)), last_day(g.until_at)) for g in group),
            )
        )
    colleagues, held_off = _at_the_unit(case, member)
    ours = seeing.pop(member.unit_id, Seeing(member.unit))
    ended.pop(member.unit_id, None)
    return WhoSees(
        owner=owner,
        given_to_us=ours.ways,
        seeing=sorted(seeing.values(), key=lambda s: s.unit.name),
        to_receive=_to_receive(case, member, {*seeing}) if owner else [],
        no_longer=[
            NoLonger(g.receiver.name, _shown_until(g), _how(g))
            for pk, g in sorted(ended.items(), key=lambda pair: pair[1].receiver.name)
            if pk not in seeing
        ],
        colleagues=colleagues,
        held_off=held_off,
    )


def own_givings(case: Case, member: Membership) -> list[Giving]:
    """What the member's unit gave and was given on another's case; the wall holds back the rest."""
    rows = (
        Disclosure.objects.with_standing()
        .filter(case=case)
        .select_related("from_unit__party", "to_unit__party")
        .order_by("at", "id")
    )
    return [
        Giving(
            d.kind,
            d.purpose,
            d.from_unit,
            d.to_unit,
            d.at,
            d.until_at,
            d.ended_at,
            d.ended_how,
            d.item_id is None,
            d.basis,
            d.stands,
        )
        for d in rows
        if member.unit_id in (d.from_unit_id, d.to_unit_id)
        # What ended that was given to the unit itself is not shown to it: an archive, and the registrar's (R1).
        and (d.stands or d.from_unit_id == member.unit_id)
    ]


def _consented_until(case: Case, member: Membership) -> dict[tuple[int, int, str, str], date]:
    """The last day of the live lines, by way. What was given closes with it, or on its own day when that comes first: a
    renewal carries it on only when it says so (R17), and then the giving's own day has moved too."""
    return {
        (line.from_unit_id, line.to_unit_id, line.kind, line.purpose): last_day(line.until_at)
        for line in ConsentLine.objects.live().filter(case=case).order_by("until_at")
    }


def _to_receive(case: Case, member: Membership, seeing: set[int]) -> list[str]:
    """Units that the person has let give something: they see the header alone, so that they can receive the consent."""
    lines = ConsentLine.objects.live().filter(case=case).exclude(from_unit=member.unit_id)
    return list(
        Unit.objects.filter(pk__in=lines.values("from_unit"))
        .exclude(pk__in=seeing)
        .order_by("name")
        .values_list("name", flat=True)
    )


def _kinds(group: list[Giving]) -> list[str]:
    order = list(InformationKind.values)
    return [
        str(InformationKind(kind).short)
        for kind in sorted({giving.kind for giving in group}, key=order.index)
    ]


def _shown_until(giving: Giving) -> datetime:
    return min(giving.ended_at or giving.until_at, giving.until_at)


def _how(giving: Giving) -> str:
    if giving.ended_how == Ending.MISTAKE:
        return _("Given to the wrong unit")
    return str(Ending(giving.ended_how).label) if giving.ended_how else _("The ground ran out")


def _at_the_unit(case: Case, member: Membership) -> tuple[list[Colleague], list[str]]:
    """Whoever has a case role at the own unit today, but those whom a block holds off. These are named only to who sets blocks."""
    people = list(
        Membership.objects.current()
        .filter(unit_id=member.unit_id, role__in=CASE_ROLES)
        .select_related("user")
        .order_by("user__name")
    )
    free = set(not_held_off(case, [m.pk for m in people]))
    handler = set(
        Assignment.objects.current()
        .filter(case=case, unit_id=member.unit_id)
        .values_list("member_id", flat=True)
    )
    held_off: list[str] = []
    if "block" in allowed_actions(member, case):
        held_off = sorted(
            b.user.name
            for b in Block.objects.standing()
            .filter(person=case.person_id, kind=BlockKind.COLLEAGUE)
            .select_related("user")
            if b.user
        )
    return [Colleague(m.user.name, m.role_label, m.pk in handler) for m in people if m.pk in free], held_off
