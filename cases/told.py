"""What the person is told on paper: *Detta delas om dig*, and the receipt of a withdrawal. In plain Swedish, du-tilltal,
dates written out. Each unit tells of its own case only, and where to ask the others (R13).
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from cases.deciding import last_day
from cases.givings import Giving, givings_of
from cases.law import Ground
from cases.models import Case, Consent, ConsentLine, Disclosure, Ending, Purpose
from cases.papers import full_name, heading, in_long
from parties.models import PartyKind, Unit

# The kinds as they are said to the person.
TOLD: dict[str, str] = {
    "existence": "att du har kontakt med verksamheten och vem du träffar där",
    "certificate": "vilka läkarintyg och läkarutlåtanden du har fått, och när",
    "decision": "beslut om din ersättning",
    "ability": "hur du fungerar och vad du klarar att arbeta",
    "plan": "vad som är planerat och gjort för din rehabilitering",
    "employment": "ditt arbete och hur det kan anpassas",
    "social": "din ekonomi och din sociala situation",
    "medical": "diagnos, behandling och resultat av behandling",
}
FOR: dict[str, str] = {
    Purpose.RETURN_TO_WORK: "planera din rehabilitering och din väg tillbaka till arbete eller studier",
    Purpose.ACTIVITY_COMPENSATION: "planera tiden med aktivitetsersättning",
    Purpose.EMPLOYER_CONTACT: "ha kontakt med din arbetsgivare",
    Purpose.SIP: "göra en samordnad individuell plan (SIP)",
    Purpose.BENEFIT_QUESTION: "svara på en fråga om din ersättning",
}
WHY: dict[str, str] = {
    Ground.CONSENT: "",
    Ground.FK_DUTY: "Försäkringskassan frågade, och enligt lag ska frågan besvaras",
    Ground.FK_ASK: "Försäkringskassan får fråga enligt lag",
    Ground.INTRA_CARE: "du får vård hos båda, inom samma vårdgivare",
}
_ORDER = list(TOLD)


def shared(case: Case, unit: Unit) -> dict[str, Any]:
    """The sheet of one case, for its own unit: what may be given now and until when, what is shown on other grounds, what
    has been given to whom and when, where to ask the others, and how to take it back.
    """
    now = timezone.now()
    lines = list(
        ConsentLine.objects.filter(case=case, unit=unit, ended_at=None, until_at__gt=now)
        .select_related("from_unit__party", "to_unit__party", "consent")
        .order_by("from_unit__name", "to_unit__name", "id")
    )
    others = Disclosure.objects.standing().filter(case=case).exclude(basis=Ground.CONSENT)
    givings = givings_of(case)
    ways = _ways(lines, from_later=True)
    grounds: dict[tuple, list[Disclosure]] = defaultdict(list)
    for d in others.select_related("from_unit__party", "to_unit__party").order_by("until_at", "id"):
        grounds[d.from_unit, d.to_unit, d.basis].append(d)
    units = {u for line in lines for u in (line.from_unit, line.to_unit)}
    units |= {u for giving in givings for u in (giving.giver, giving.receiver)}
    units.discard(unit)
    return heading(case, unit) | {
        "ways": ways,
        "grounds": [
            {
                "giver": giver.name,
                "receiver": receiver.name,
                "kinds": _kinds(d.kind for d in group),
                "until": in_long(last_day(max(d.until_at for d in group))),
                "why": WHY[basis],
            }
            for (giver, receiver, basis), group in grounds.items()
        ],
        "given": _groups(givings),
        "excluded": sorted({line.consent.excluded for line in lines if line.consent.excluded}),
        "with_fk": any(u.party.kind == PartyKind.FK for u in units | {unit}),
        "others": [
            {"name": full_name(u), "phone": u.phone}
            for u in sorted(units, key=lambda u: (u.party.name, u.name))
        ],
    }


def was_withdrawn(consent: Consent) -> bool:
    """Whether there is anything to give a receipt for."""
    return ConsentLine.objects.filter(consent=consent, ended_how=Ending.WITHDRAWN).exists()


def receipt(case: Case, consent: Consent, unit: Unit) -> dict[str, Any]:
    """What was withdrawn of the consent and when, what it closed, what still stands, and what had been given already."""
    now = timezone.now()
    lines = list(
        ConsentLine.objects.filter(consent=consent)
        .select_related("from_unit__party", "to_unit__party", "consent")
        .order_by("from_unit__name", "to_unit__name", "id")
    )
    withdrawn = [line for line in lines if line.ended_how == Ending.WITHDRAWN]
    left = [line for line in lines if line.ended_at is None and line.until_at > now]
    ways = {(x.from_unit_id, x.to_unit_id, x.kind, x.purpose) for x in lines}
    moments = {(x.from_unit_id, x.to_unit_id, x.kind, x.purpose): x.ended_at for x in withdrawn}
    givings = [g for g in givings_of(case) if g.basis == Ground.CONSENT and g.way in ways]
    closed: dict[Unit, int] = defaultdict(int)
    for giving in givings:
        # The database ends what rests on a line in the line's own moment.
        if giving.ended_how == Ending.WITHDRAWN and giving.ended_at == moments.get(giving.way):
            closed[giving.receiver] += 0 if giving.of_the_case else 1
    return heading(case, unit) | {
        "form_number": consent.number,
        "whole": not left,
        "withdrawn": _ways(withdrawn, ended=True),
        "remaining": _ways(left),
        "closed": [
            f"{receiver.name} ser inte längre {_counted(n)} i portalen."
            for receiver, n in sorted(closed.items(), key=lambda pair: pair[0].name)
        ],
        "given": _groups(givings),
    }


def _counted(n: int) -> str:
    return {0: "ditt ärende", 1: "en uppgift"}.get(n, f"{n} uppgifter")


def _kinds(kinds: Iterable[str]) -> list[str]:
    return [TOLD[kind] for kind in sorted(set(kinds), key=_ORDER.index)]


def _ways(
    lines: Iterable[ConsentLine], *, ended: bool = False, from_later: bool = False
) -> list[dict[str, Any]]:
    """The lines by direction, purpose and time, each with its kinds in plain words."""
    groups: dict[tuple, list[ConsentLine]] = defaultdict(list)
    for line in lines:
        groups[line.from_unit, line.to_unit, line.purpose, line.from_at, line.until_at, line.ended_at].append(
            line
        )
    now = timezone.now()
    return [
        {
            "giver": giver.name,
            "receiver": receiver.name,
            "kinds": _kinds(line.kind for line in group),
            "purpose": FOR[purpose],
            "from": in_long(timezone.localtime(from_at).date()) if from_later and from_at > now else "",
            "until": in_long(last_day(until_at)),
            "moment": _moment(ended_at) if ended else "",
        }
        for (giver, receiver, purpose, from_at, until_at, ended_at), group in groups.items()
    ]


def _moment(at) -> str:
    """den 4 mars 2026 klockan 9.12, as on a paper to a person."""
    local = timezone.localtime(at)
    return f"{in_long(local.date())} klockan {local:%H.%M}"


def _groups(givings: Iterable[Giving]) -> list[dict[str, Any]]:
    """What has been given, by giver and receiver, oldest first: when, what, why when not on consent, and whether it is
    still shown."""
    groups: dict[tuple[Unit, Unit], list[dict[str, str]]] = defaultdict(list)
    for g in givings:
        row = {
            "on": in_long(timezone.localtime(g.at).date()),
            "words": TOLD[g.kind],
            "why": WHY[g.basis],
            "ended": "" if g.stands else "Visas inte längre",
        }
        # The contact goes with everything that is given: it is told once a day.
        if row not in groups[g.giver, g.receiver]:
            groups[g.giver, g.receiver].append(row)
    return [
        {"giver": giver.name, "receiver": receiver.name, "givings": rows}
        for (giver, receiver), rows in groups.items()
    ]
