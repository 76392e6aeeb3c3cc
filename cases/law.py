"""Who may give what to whom, and on which ground. The access rule of giving stands here and nowhere else.

The principle is: default deny. A disclosure is made by a named officer, to one receiving unit, of one information kind,
on one ground. What the matrix does not list is no; same kind of party to same kind included.

Sources: offentlighets- och sekretesslagen (2009:400) 10 kap. 1-2 §§, 12 kap. 2 §, 25 kap., 26 kap., 28 kap.;
socialförsäkringsbalken 110 kap. 14 § and 31 §; lag (2019:1297) om koordineringsinsatser 3-4 §§; patientdatalagen 4 kap.
The project's legal matrix (297 rows; tests/cases/matrix.csv is its independent original) and rules R1-R20.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LAW_VERSION = "2026-11-25"


class InformationKind(models.TextChoices):
    """What a piece of information is about. An item has exactly one kind; what spans several is written in parts."""

    EXISTENCE = "existence", _("That the person has contact with the unit, and with whom")
    CERTIFICATE = "certificate", _("Which certificates and statements were issued, and when")
    DECISION = "decision", _("Decisions on benefits, period and extent")
    ABILITY = "ability", _("Functional and working ability, and expected time")
    PLAN = "plan", _("Planned, ongoing, completed and interrupted measures")
    EMPLOYMENT = "employment", _("Work, duties and adaptations")
    SOCIAL = "social", _("Economic and social situation")
    MEDICAL = "medical", _("Diagnosis, treatment and results")
    SPECIAL = "special", _("Violence, substance misuse and crime")
    INTERNAL = "internal", _("The unit’s own working notes, which stay with it")

    @property
    def short(self) -> Promise:
        """One or two words for a list."""
        return _SHORT[self.value]


_SHORT: dict[str, Promise] = {
    "existence": pgettext_lazy("kind", "Contact"),
    "certificate": pgettext_lazy("kind", "Certificates"),
    "decision": pgettext_lazy("kind", "Decisions"),
    "ability": pgettext_lazy("kind", "Working ability"),
    "plan": pgettext_lazy("kind", "Plan"),
    "employment": pgettext_lazy("kind", "Work"),
    "social": pgettext_lazy("kind", "Economy and social situation"),
    "medical": pgettext_lazy("kind", "Diagnosis and treatment"),
    "special": pgettext_lazy("kind", "Violence, misuse, crime"),
    "internal": pgettext_lazy("kind", "Stays with the unit"),
}

# What a consent can be ticked for: not `special`, which is never written here, nor `internal`, which belongs to no kind
# that may be given. `existence` is part of every consent.
NEVER_GIVEN = frozenset({InformationKind.SPECIAL, InformationKind.INTERNAL})
CONSENT_KINDS = [k for k in InformationKind if k not in NEVER_GIVEN]


class Act(models.TextChoices):
    """What is done: given of one's own accord, answered to FK's question about a named person, or asked."""

    INFORMATION = "information", _("Information given of one's own accord")
    STATUTORY_ANSWER = "statutory_answer", _("Answer to Försäkringskassan's question about a named person")
    QUESTION = "question", _("What asking may reveal")


class Ground(models.TextChoices):
    """The four grounds (`basis` on a disclosure)."""

    CONSENT = "consent", _("Consent")
    FK_DUTY = "fk_duty", _("Duty to answer Försäkringskassan (110 kap. 31 § SFB)")
    FK_ASK = "fk_ask", _("Försäkringskassan may ask (110 kap. 14 § SFB)")
    INTRA_CARE = "intra_care", _("Care relation with the same care provider")


# How long a disclosure on each ground stands; a consent's follows its line. Settings of the law, each to be
# approved by a lawyer before real data: 90 days after a statutory answer, twelve months for the other two.
STANDS = {
    Ground.FK_DUTY: timedelta(days=90),
    Ground.FK_ASK: timedelta(days=365),
    Ground.INTRA_CARE: timedelta(days=365),
}

# (from, to): {grounds, tried from left to right: information kinds}. One line a pair, so that it can be read aloud.
_TABLE: dict[Act, dict[tuple[str, str], dict[str, str]]] = {
    Act.INFORMATION: {
        ("PSY", "PVO"): {
            "INTRA_CARE|CONSENT": "existence certificate ability plan medical",
            "CONSENT": "decision employment social",
        },
        ("PSY", "PVP"): {"CONSENT": "existence certificate decision ability plan employment social medical"},
        ("PSY", "FK"): {"CONSENT": "existence certificate ability plan employment social medical"},
        ("PSY", "AF"): {"CONSENT": "existence ability plan employment"},
        ("PSY", "SOC"): {"CONSENT": "existence certificate ability plan employment social medical"},
        ("PSY", "EMP"): {"CONSENT": "existence ability plan employment"},
        ("PVO", "PSY"): {
            "INTRA_CARE|CONSENT": "existence certificate ability plan medical",
            "CONSENT": "decision employment social",
        },
        ("PVO", "PVP"): {"CONSENT": "existence certificate decision ability plan employment social medical"},
        ("PVO", "FK"): {"CONSENT": "existence certificate ability plan employment social medical"},
        ("PVO", "AF"): {"CONSENT": "existence ability plan employment"},
        ("PVO", "SOC"): {"CONSENT": "existence certificate ability plan employment social medical"},
        ("PVO", "EMP"): {"CONSENT": "existence ability plan employment"},
        ("PVP", "PSY"): {"CONSENT": "existence certificate decision ability plan employment social medical"},
        ("PVP", "PVO"): {"CONSENT": "existence certificate decision ability plan employment social medical"},
        ("PVP", "FK"): {"CONSENT": "existence certificate ability plan employment social medical"},
        ("PVP", "AF"): {"CONSENT": "existence ability plan employment"},
        ("PVP", "SOC"): {"CONSENT": "existence certificate ability plan employment social medical"},
        ("PVP", "EMP"): {"CONSENT": "existence ability plan employment"},
        ("FK", "PSY"): {"CONSENT": "existence certificate decision ability plan employment social medical"},
        ("FK", "PVO"): {"CONSENT": "existence certificate decision ability plan employment social medical"},
        ("FK", "PVP"): {"CONSENT": "existence certificate decision ability plan employment social medical"},
        ("FK", "AF"): {"CONSENT": "existence decision ability plan employment"},
        ("FK", "SOC"): {"CONSENT": "existence decision ability plan employment social"},
        ("FK", "EMP"): {"CONSENT": "existence ability plan employment"},
        ("AF", "PSY"): {"CONSENT": "existence decision ability plan employment"},
        ("AF", "PVO"): {"CONSENT": "existence decision ability plan employment"},
        ("AF", "PVP"): {"CONSENT": "existence decision ability plan employment"},
        ("AF", "FK"): {"CONSENT": "existence decision ability plan employment social"},
        ("AF", "SOC"): {"CONSENT": "existence decision ability plan employment"},
        ("AF", "EMP"): {"CONSENT": "existence ability plan employment"},
        ("SOC", "PSY"): {"CONSENT": "existence decision ability plan employment social"},
        ("SOC", "PVO"): {"CONSENT": "existence decision ability plan employment social"},
        ("SOC", "PVP"): {"CONSENT": "existence decision ability plan employment social"},
        ("SOC", "FK"): {"CONSENT": "existence decision ability plan employment social"},
        ("SOC", "AF"): {"CONSENT": "existence decision ability plan employment social"},
        ("EMP", "PSY"): {"CONSENT": "existence ability plan employment"},
        ("EMP", "PVO"): {"CONSENT": "existence ability plan employment"},
        ("EMP", "PVP"): {"CONSENT": "existence ability plan employment"},
        ("EMP", "FK"): {"CONSENT": "existence ability plan employment"},
        ("EMP", "AF"): {"CONSENT": "existence ability plan employment"},
    },
    Act.STATUTORY_ANSWER: {
        ("PSY", "FK"): {"FK_DUTY": "existence certificate ability plan employment medical"},
        ("PVO", "FK"): {"FK_DUTY": "existence certificate ability plan employment medical"},
        ("AF", "FK"): {"FK_DUTY": "existence decision ability plan employment"},
        ("SOC", "FK"): {"FK_DUTY": "existence decision social"},
        ("EMP", "FK"): {"FK_DUTY": "existence ability plan employment"},
    },
    Act.QUESTION: {
        ("PSY", "PVO"): {"INTRA_CARE|CONSENT": "existence"},
        ("PSY", "PVP"): {"CONSENT": "existence"},
        ("PSY", "FK"): {"CONSENT": "existence"},
        ("PSY", "AF"): {"CONSENT": "existence"},
        ("PSY", "SOC"): {"CONSENT": "existence"},
        ("PSY", "EMP"): {"CONSENT": "existence"},
        ("PVO", "PSY"): {"INTRA_CARE|CONSENT": "existence"},
        ("PVO", "PVP"): {"CONSENT": "existence"},
        ("PVO", "FK"): {"CONSENT": "existence"},
        ("PVO", "AF"): {"CONSENT": "existence"},
        ("PVO", "SOC"): {"CONSENT": "existence"},
        ("PVO", "EMP"): {"CONSENT": "existence"},
        ("PVP", "PSY"): {"CONSENT": "existence"},
        ("PVP", "PVO"): {"CONSENT": "existence"},
        ("PVP", "FK"): {"CONSENT": "existence"},
        ("PVP", "AF"): {"CONSENT": "existence"},
        ("PVP", "SOC"): {"CONSENT": "existence"},
        ("PVP", "EMP"): {"CONSENT": "existence"},
        ("FK", "PSY"): {"FK_ASK": "existence"},
        ("FK", "PVO"): {"FK_ASK": "existence"},
        ("FK", "PVP"): {"FK_ASK": "existence"},
        ("FK", "AF"): {"FK_ASK": "existence"},
        ("FK", "SOC"): {"FK_ASK": "existence"},
        ("FK", "EMP"): {"FK_ASK": "existence"},
        ("AF", "PSY"): {"CONSENT": "existence"},
        ("AF", "PVO"): {"CONSENT": "existence"},
        ("AF", "PVP"): {"CONSENT": "existence"},
        ("AF", "FK"): {"CONSENT": "existence"},
        ("AF", "SOC"): {"CONSENT": "existence"},
        ("AF", "EMP"): {"CONSENT": "existence"},
        ("SOC", "PSY"): {"CONSENT": "existence"},
        ("SOC", "PVO"): {"CONSENT": "existence"},
        ("SOC", "PVP"): {"CONSENT": "existence"},
        ("SOC", "FK"): {"CONSENT": "existence"},
        ("SOC", "AF"): {"CONSENT": "existence"},
        ("EMP", "PSY"): {"CONSENT": "existence"},
        ("EMP", "PVO"): {"CONSENT": "existence"},
        ("EMP", "PVP"): {"CONSENT": "existence"},
        ("EMP", "FK"): {"CONSENT": "existence"},
        ("EMP", "AF"): {"CONSENT": "existence"},
    },
}


@cache
def matrix() -> dict[tuple[str, str, str, str], tuple[Ground, ...]]:
    """Every allowed (act, from, to, kind) with its grounds in the order they are tried; the codes are PartyKind.matrix."""
    return {
        (act.value, giver, receiver, kind): tuple(Ground(g.lower()) for g in grounds.split("|"))
        for act, pairs in _TABLE.items()
        for (giver, receiver), by_grounds in pairs.items()
        for grounds, kinds in by_grounds.items()
        for kind in kinds.split()
    }


def grounds_for(act: Act, giver: str, receiver: str, kind: str) -> tuple[Ground, ...]:
    """The grounds the law knows for this; empty means no. `giver` and `receiver` are matrix codes."""
    return matrix().get((Act(act).value, giver, receiver, kind), ())


class Reason(models.TextChoices):
    """Why something may not be given; seen only by the own unit, in plain words (domain/words.md)."""

    NO_CONSENT = "no_consent", _("May not be given: there is no consent for this to %(party)s.")
    CONSENT_ENDED = "consent_ended", _("May not be given: the consent ended %(date)s.")
    NOT_YET = "not_yet", _("Not yet: the consent applies from %(date)s.")
    WITHDRAWN = "withdrawn", _("May not be given: the consent was withdrawn %(date)s.")
    NEVER_TO_EMPLOYER = (
        "never_to_employer",
        _("Diagnosis, treatment and certificates are never given to an employer here."),
    )
    PROTECTED = (
        "protected",
        _("Protected personal data: handle this outside the portal by your unit's routine."),
    )
    CASE_CLOSED = "case_closed", _("The case is closed. Reopen it first.")
    CASE_PAUSED = "case_paused", _("The case is paused. Resume it first.")
    ONLY_AGGREGATES = (
        "only_aggregates",
        _("The coordination association only gets figures where no one can be recognised."),
    )
    PRIVATE_CARE = "private_care", _("A private care provider can only give this with consent.")
    SPECIAL = "special", _("Violence, substance misuse and crime are never given through the portal.")
    STAYS = "stays", _("A working note stays with the unit that wrote it. It is never given.")
    MEDICAL_TICK = "medical_tick", _("Medical information needs its own tick in the consent.")
    ONLY_AS_ANSWER = (
        "only_as_answer",
        _("Only as an answer when Försäkringskassan has asked about a named person."),
    )
    BLOCKED_UNIT = "blocked_unit", _("May not be given: there is a block on this unit for this person.")
    BLOCKED_REGION = (
        "blocked_region",
        _("Blocked within the region: may be given to %(party)s only with the person’s consent."),
    )
    NO_WAY = "no_way", _("The law has no way for this between these parties.")
    NOT_TAKING_PART = "not_taking_part", _("%(party)s does not take part in this initiative now.")
    OUTWARD = "outward", _("The question is not answered in the portal.")


@dataclass(frozen=True)
class Decision:
    """What the law says of one giving, and the sentence for the one who asks.

    allowed with ground and `until` (the first moment it no longer stands); or not, with a reason and its date.
    """

    allowed: bool
    party: str
    ground: Ground | None = None
    until: datetime | None = None
    until_on: date | None = None
    line: int | None = None
    reason: Reason | None = None
    reason_on: date | None = None

    @property
    def sentence(self) -> str:
        """The decision in the reader's language, as in domain/words.md."""
        if not self.allowed:
            if self.reason is None:
                raise ValueError("a refusal has a reason")
            return str(self.reason.label) % {"party": self.party, "date": self.reason_on or ""}
        if self.ground is Ground.CONSENT:
            return _("May be given to %(party)s: consent until %(date)s.") % {
                "party": self.party,
                "date": self.until_on,
            }
        if self.ground is Ground.INTRA_CARE:
            return _(
                "May be given to %(party)s when the care relation stands, the patient is informed and nothing is blocked."
            ) % {"party": self.party}
        if self.ground is Ground.FK_DUTY:
            return _("Is to be answered: %(party)s has asked about a named person.") % {"party": self.party}
        return str(_("May be asked: Försäkringskassan may ask (110 kap. 14 § SFB)."))

    @property
    def sentence_for_asking(self) -> str:
        """The same decision over a question: what may be asked, rather than given."""
        if self.allowed and self.ground is Ground.CONSENT:
            return _("May be asked: the person has said yes to the contact until %(date)s.") % {
                "date": self.until_on
            }
        if self.allowed and self.ground is Ground.INTRA_CARE:
            return str(
                _(
                    "May be asked when the care relation stands, the patient is informed and nothing is blocked."
                )
            )
        if not self.allowed and self.reason in _NOT_ASKED:
            return str(_NOT_ASKED[self.reason]) % {"party": self.party, "date": self.reason_on or ""}
        return self.sentence


_NOT_ASKED: dict[Reason, Promise] = {
    Reason.NO_CONSENT: _("May not be asked: the person has not said yes to contact with %(party)s."),
    Reason.CONSENT_ENDED: _("May not be asked: the consent ended %(date)s."),
    Reason.WITHDRAWN: _("May not be asked: the consent was withdrawn %(date)s."),
}
