"""The demo's reports: the years and the latest quarter frozen, and one draft that somebody is writing."""

from datetime import date
from random import Random

from initiatives.demo import AKTIVA_STEG, FRISKARE, SAMTAL
from initiatives.models import Initiative
from initiatives.periods import Period
from parties.access import acting
from parties.demo import Register
from parties.models import Membership
from reports import actions
from reports.models import Report

TEXTS = {
    "deviations_goals": (
        "Inga avvikelser i mål och syfte. Metoden har fått en del till: listan över utlåtanden skickas nu"
        " före varje pulsmöte."
    ),
    "other_organisations": "Personliga ombud har bjudits in till två möten.",
    "collaboration_improved": (
        "Frågor som tidigare gick via deltagaren går nu direkt mellan parterna. Koordinatorerna beskriver"
        " att deltagarna slipper vara budbärare, och att planeringen kommer i gång tidigare.\n\nPulsmötena"
        " gör att en ändring fångas upp samma månad som den sker."
    ),
    "obstacles": "Hindren har tagits upp i styrgruppen. Frågan om samtycke ligger hos parternas jurister.",
    "activities": (
        "Pulsmöten har hållits i stort sett enligt plan. Utbildningen för läkare har fått fler deltagare"
        " för varje gång."
    ),
    "participants": "Inte aktuellt: insatsen riktar sig till organisationerna.",
    "deviations_plan": (
        "All avsatt tid har inte använts. Tiden redovisas på fem ställen, och vi har gjort det enklare"
        " att göra det varje vecka."
    ),
    "authorities": "Försäkringskassan och regionen.",
    "assessment": (
        "Arbetet går framåt. Det som fungerar bäst är att samma personer möts varje gång. Det som"
        " återstår är att alla mottagningar arbetar lika."
    ),
    "economy": "Färre timmar än planerat, eftersom en tjänst har varit vakant.",
}
STEERING = (
    "Styrgruppen bedömer att målen för perioden är uppfyllda. Arbetssättet med pulsmöten införs i ordinarie"
    " verksamhet, med verksamhetschefen som ansvarig."
)


def seed(insatser: dict[str, Initiative], register: Register, rng: Random, anchor: date) -> list[Report]:
    """Freezes what has ended and leaves the latest quarter of AKTIVA STEG half written.

    The workers draw what is frozen.
    """
    lead, steering = register.login("projektledare"), register.login("styrgrupp")
    latest = Period(anchor.year, (anchor.month + 2) // 3).before()
    aktiva = insatser[AKTIVA_STEG]
    frozen = [
        _frozen(aktiva, Period(aktiva.starts_on.year), lead, steering),
        _frozen(aktiva, Period(aktiva.starts_on.year + 1), lead, steering),
        _frozen(aktiva, latest.before(), lead, steering),
        _frozen(insatser[SAMTAL], Period(anchor.year - 1), register.login("koordinator"), steering),
        _frozen(insatser[FRISKARE], Period(anchor.year - 1), lead, steering),
    ]
    with acting(lead):
        draft = actions.begin(by=lead, initiative=aktiva, period=latest)
        for key in ("deviations_goals", "collaboration_improved", "obstacles"):
            actions.save_text(draft, by=lead, key=key, text=TEXTS[key])
    return [*frozen, draft]


def _frozen(initiative: Initiative, period: Period, lead: Membership, steering: Membership) -> Report:
    with acting(lead):
        report = actions.begin(by=lead, initiative=initiative, period=period)
        for key, text in TEXTS.items():
            actions.save_text(report, by=lead, key=key, text=text)
    with acting(steering):
        actions.save_text(report, by=steering, key="steering", text=STEERING)
    with acting(lead):
        return actions.freeze(report, by=lead)
