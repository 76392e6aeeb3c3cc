"""A question as a letter, for a unit with nobody in the portal. In Swedish whatever the reader's language, drawn in the
request and kept nowhere.

It names the person no further than the law lets a question do: that the person has contact here. Between authorities
that is the number, the name and the personal number; to an employer the name alone (domain/matrix.md).
"""

import hashlib
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone, translation

from cases.deciding import Standing
from cases.law import CONSENT_KINDS, Act, InformationKind
from cases.models import Item
from cases.papers import full_name, heading, in_long
from inquiries.models import ANSWER_KINDS, Category, Inquiry
from parties.models import PartyKind

# The kinds as a letter says them.
IN_THE_LETTER: dict[str, str] = {
    InformationKind.EXISTENCE: "att personen har kontakt med er, och med vem",
    InformationKind.CERTIFICATE: "vilka intyg och utlåtanden som har utfärdats och när",
    InformationKind.DECISION: "beslut om ersättning, period och omfattning",
    InformationKind.ABILITY: "funktions- och arbetsförmåga och bedömd tid",
    InformationKind.PLAN: "planerade, pågående, genomförda och avbrutna insatser",
    InformationKind.EMPLOYMENT: "arbete, arbetsuppgifter och anpassningar",
    InformationKind.SOCIAL: "ekonomisk och social situation",
    InformationKind.MEDICAL: "diagnos, behandling och resultat",
}


def may_be_answered(inquiry: Inquiry) -> list[InformationKind]:
    """The kinds of the category that a ground we know of lets the asked unit give us now."""
    if inquiry.case is None or inquiry.to_unit is None:
        return []
    standing = Standing.of(inquiry.case, inquiry.to_unit)
    return [
        kind
        for kind in ANSWER_KINDS[inquiry.category]
        if standing.decide(Act.INFORMATION, inquiry.asker_unit, kind).allowed
    ]


def question(inquiry: Inquiry, signed_by: str) -> dict[str, Any]:
    """What stands on the letter. `inquiry` is the own unit's, with its case, units and question at hand."""
    case, to, item = inquiry.case, inquiry.to_unit, inquiry.question
    if case is None or to is None or item is None or inquiry.due_on is None:
        raise ValueError("only a question about a case is put on paper")
    asked = may_be_answered(inquiry)
    paper = heading(case, inquiry.asker_unit)
    if to.party.kind == PartyKind.EMPLOYER:
        paper["person_number"] = ""
    with translation.override("sv"):
        about = str(Category(inquiry.category).label)
    return paper | {
        "to": full_name(to),
        "about": about,
        "text": item.text,
        "asked_on": in_long(timezone.localdate(inquiry.asked_at)),
        "due": in_long(inquiry.due_on),
        "answer": [IN_THE_LETTER[kind] for kind in asked],
        "leave_out": [
            IN_THE_LETTER[kind] for kind in CONSENT_KINDS if kind not in asked and kind != "existence"
        ],
        "signed_by": signed_by,
        "number": f"{case.number}-{inquiry.pk}",
    }


def parts_given(inquiry: Inquiry) -> list[Item]:
    """The parts of the answer that stand given to the asker now."""
    return list(
        Item.objects.given_to(inquiry.asker_unit_id)
        .filter(pk__in=inquiry.answers.values("item"), unit=inquiry.to_unit_id)
        .order_by("pk")
    )


def answer(inquiry: Inquiry, parts: list[Item], signed_by: str) -> dict[str, Any]:
    """What stands on the answering letter: the parts, each under its kind. The question's own words are not repeated."""
    case, own, asker = inquiry.case, inquiry.to_unit, inquiry.asker_unit
    if case is None or own is None:
        raise ValueError("only a question about a case is answered on paper")
    paper = heading(case, own)
    if asker.party.kind == PartyKind.EMPLOYER:
        paper["person_number"] = ""
    with translation.override("sv"):
        about = str(Category(inquiry.category).label)
        told = [(str(InformationKind(part.kind).label), part.text) for part in parts]
    return paper | {
        "to": full_name(asker),
        "about": about,
        "asked_on": in_long(inquiry.question.happened_on if inquiry.question else inquiry.asked_at.date()),
        "by_duty": inquiry.by_duty,
        "parts": told,
        "signed_by": signed_by,
        "number": f"{case.number}-{inquiry.pk}",
    }


def drawn(template: str, paper: dict[str, Any]) -> bytes:
    """The PDF of a letter. The same content gives the same bytes."""
    # Here and not above: pages that draw nothing do not load the machinery.
    from errands.paper import pdf_of

    with translation.override("sv"):
        html = render_to_string(f"inquiries/pdf/{template}.html", {"paper": paper})
    return pdf_of(html, hashlib.sha256(html.encode()).hexdigest())
