"""What a case puts on paper for the person: the consent form to fill in by hand, and the sheet on statistics.

The papers are in Swedish whatever the reader's language: their texts are the form's own (domain/consent.md C3, with the
lines of R16), quoted in the templates and not translated. What stands on a paper is worked out here, drawn in the
request (errands.paper) and kept nowhere. A protected identity and a participant without personal data print neither
name nor number: the case number is enough.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation

from cases.actions.consent import lines_of
from cases.consents import units_to_consent_with
from cases.law import CONSENT_KINDS
from cases.lengths import lengths_of
from cases.models import Case, ConsentLine, NumberKind, Purpose
from cases.models.case import random_number
from cases.needs import Needs, needs_of
from initiatives.models import Participation
from initiatives.models.ground import ParticipationRole
from initiatives.periods import today
from parties.models import CARE_KINDS, Membership, PartyKind, Unit

# The texts of the form have a version of their own: which one the person signed can be told from the paper.
FORM_VERSION = "1"
# So that the form is two pages also with long names.
MOST_UNITS = 5

# The kinds as the form says them, in the order of its letters.
ON_THE_FORM: dict[str, str] = {
    "existence": "att jag har kontakt med verksamheten, och vem som är min handläggare eller rehabkoordinator",
    "certificate": "vilka läkarintyg eller läkarutlåtanden som har utfärdats och när",
    "decision": "beslut om ersättning, period och omfattning",
    "ability": "min funktions- och arbetsförmåga och bedömd tid",
    "plan": "planerade, pågående, genomförda och avbrutna insatser",
    "employment": "mitt arbete, mina arbetsuppgifter och anpassningar",
    "social": "min ekonomiska och sociala situation",
    "medical": "diagnos, behandling och resultat av behandling",
}

PURPOSES: dict[str, str] = {
    Purpose.RETURN_TO_WORK: "planera min rehabilitering och återgång i arbete eller studier",
    Purpose.ACTIVITY_COMPENSATION: "planering under tid med aktivitetsersättning",
    Purpose.EMPLOYER_CONTACT: "kontakt med min arbetsgivare",
    Purpose.SIP: "samordnad individuell plan (SIP)",
    Purpose.BENEFIT_QUESTION: "fråga om ersättning",
}


def units_that_concern(case: Case, member: Membership) -> QuerySet[Unit]:
    """The units a form may name: those that take part in the case's insats today, employers, and those that the person
    has said yes to before. A case outside every insats may concern them all.
    """
    units = units_to_consent_with(member)
    if case.initiative_id is None:
        return units
    day = today()
    taking_part = Participation.objects.filter(
        Q(to_on=None) | Q(to_on__gte=day),
        initiative=case.initiative_id,
        from_on__lte=day,
        party__isnull=False,
    )
    lines = ConsentLine.objects.filter(case=case)
    return units.filter(
        Q(party__in=taking_part.filter(unit=None).values("party"))
        | Q(pk__in=taking_part.filter(unit__isnull=False).values("unit"))
        | Q(party__kind=PartyKind.EMPLOYER)
        | Q(pk__in=lines.values("from_unit"))
        | Q(pk__in=lines.values("to_unit"))
    )


@dataclass(frozen=True)
class Kind:
    letter: str
    kind: str
    words: str


@dataclass(frozen=True)
class Cell:
    kind: str
    allowed: bool


@dataclass(frozen=True)
class Row:
    """One direction with another unit: out from the case's unit, or in."""

    other: str
    out: bool
    cells: list[Cell]


def in_long(day: date) -> str:
    """den 4 mars 2026, as on a paper to a person."""
    months = "januari februari mars april maj juni juli augusti september oktober november december"
    return f"den {day.day} {months.split()[day.month - 1]} {day.year}"


def full_name(unit: Unit) -> str:
    """The party and its unit; one name when they are the same, or when the unit's holds the party's."""
    party = unit.party.name
    return unit.name if party in unit.name else f"{party}, {unit.name}"


def heading(case: Case, unit: Unit, form_number: str = "") -> dict[str, Any]:
    """What stands on every paper: whose it is, its numbers, and whom to call."""
    person = case.person
    shown = not person.protected and person.number_kind != NumberKind.NONE
    return {
        "form_number": form_number,
        "version": FORM_VERSION,
        "case_number": case.number,
        "printed": timezone.localdate().isoformat(),
        "printed_long": in_long(timezone.localdate()),
        "protected": person.protected,
        "unnamed": person.number_kind == NumberKind.NONE,
        "name": person.name if shown else "",
        "person_number": person.number if shown else "",
        "number_label": "Samordningsnummer"
        if person.number_kind == NumberKind.SAMORDNINGSNUMMER
        else "Personnummer",
        "unit": full_name(unit),
        "phone": unit.phone,
        "hours": unit.phone_hours,
    }


def consent_form(
    case: Case,
    unit: Unit,
    others: Iterable[Unit],
    purpose: str,
    form_number: str,
    directions: Collection[tuple[int, int]] | None = None,
    needs: Needs | None = None,
) -> dict[str, Any]:
    """The form between the case's unit and the chosen others: each direction a row, and a box only where the matrix
    knows a consent. Violence, misuse and crime have no box; diagnosis and treatment have one of their own.
    directions: (giver, receiver) of the rows that are wanted, when not both with each.
    """
    chosen = list(others)
    pairs = [_pair(unit, other, directions) for other in chosen]
    kinds = [Kind("ABCDEFGH"[n], kind, words) for n, (kind, words) in enumerate(ON_THE_FORM.items())]
    parties = {unit.party.kind, *(other.party.kind for other in chosen)}
    return heading(case, unit, form_number) | {
        **_needs_on_form(case, needs or Needs()),
        "house": "mottagningen" if unit.party.kind in CARE_KINDS else "enheten",
        "kinds": kinds,
        "pairs": [rows for rows in pairs if rows],
        "has_medical": any(
            cell.allowed for rows in pairs for row in rows for cell in row.cells if cell.kind == "medical"
        ),
        "with_fk": PartyKind.FK in parties,
        "purpose": PURPOSES[purpose][:1].upper() + PURPOSES[purpose][1:] if purpose else "",
        "purposes": list(PURPOSES.values()),
        "months": max(lengths_of(unit.party_id).months),
    }


def needs_on_paper(case: Case, member: Membership) -> Needs:
    """The interpreter and the representative, in the words of the paper."""
    with translation.override("sv"):
        return needs_of(case, member)


def _needs_on_form(case: Case, needs: Needs) -> dict[str, str]:
    """What stands in the two blanks; nothing where the paper carries no name."""
    if case.person.protected or case.person.number_kind == NumberKind.NONE:
        return {"interpreter": "", "representative": ""}
    one = needs.representative
    named = [one[name] for name in ("name", "role", "scope") if name in one]
    return {"interpreter": needs.interpreter.get("language", ""), "representative": ", ".join(named)}


def _pair(unit: Unit, other: Unit, directions: Collection[tuple[int, int]] | None) -> list[Row]:
    """The two directions; one that the law knows no consent for, or that is not wanted, is left out."""
    rows = []
    for giver, receiver in ((unit, other), (other, unit)):
        if directions is not None and (giver.pk, receiver.pk) not in directions:
            continue
        allowed = {str(kind) for _, _, kind in lines_of([(giver, receiver)], CONSENT_KINDS)}
        if allowed:
            cells = [Cell(kind, kind in allowed) for kind in ON_THE_FORM]
            rows.append(Row(full_name(other), giver is unit, cells))
    return rows


def can_ask_about_statistics(case: Case) -> bool:
    """The sheet is for a person whom an insats counts by name; others are counted anonymously anyhow."""
    return (
        case.initiative_id is not None
        and not case.person.protected
        and case.person.number_kind != NumberKind.NONE
    )


def statistics_sheet(case: Case, unit: Unit, form_number: str) -> dict[str, Any]:
    """The sheet of its own on statistics (R9): one question, yes or no."""
    if case.initiative is None:
        raise ValueError("a case outside every insats is followed up by none")
    owner = (
        Participation.objects.filter(initiative=case.initiative, role=ParticipationRole.OWNER)
        .order_by("from_on")
        .first()
    )
    return heading(case, unit, form_number) | {
        "initiative": case.initiative.name,
        "initiative_owner": owner.name if owner else unit.party.name,
    }


def new_form_number() -> str:
    """A number for one printing, random like a case's; the ledger's row of the printing holds it."""
    return random_number()


def drawn(template: str, paper: dict[str, Any]) -> bytes:
    """The PDF of a paper. The same content gives the same bytes."""
    # Here and not above: pages that draw nothing do not load the machinery.
    from errands.paper import pdf_of

    with translation.override("sv"):
        html = render_to_string(f"cases/pdf/{template}.html", {"paper": paper})
    return pdf_of(html, hashlib.sha256(html.encode()).hexdigest())
