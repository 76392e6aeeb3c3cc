"""The law as a page: from kind of party, to kind of party, kind of information → the grounds, in words.

Read from `cases.law` and nothing else: no case, no person, no unit. What the table there does not list is no.
"""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.law import STANDS, Act, Ground, InformationKind, grounds_for
from parties.models import FORBUND_KINDS, PartyKind

GROUND_WORDS: dict[Ground, Promise] = {
    Ground.CONSENT: pgettext_lazy("ground", "consent"),
    Ground.INTRA_CARE: pgettext_lazy("ground", "care relation"),
    Ground.FK_DUTY: pgettext_lazy("ground", "answer to a question"),
    Ground.FK_ASK: pgettext_lazy("ground", "by law"),
}


@dataclass
class Cell:
    """What the law says for one receiver: `words` is empty for no."""

    receiver: Promise
    words: list[Promise]


@dataclass
class Line:
    """One kind of information, or the question, with one cell for each receiver."""

    label: Promise
    cells: list[Cell]


@dataclass
class Giver:
    """What one kind of party may give. `own` is the reader's."""

    name: str
    own: bool
    receivers: list[Promise]
    lines: list[Line] = field(default_factory=list)


# Every kind of party that gives or receives about a person, in the order of the law page.
_KINDS = [kind for kind in PartyKind if kind not in FORBUND_KINDS]


def givers(own: str) -> list[Giver]:
    """Every kind of party as a giver, the reader's own first. `own` is a PartyKind."""
    return [
        _giver(kind, own=kind == own) for kind in sorted(_KINDS, key=lambda k: (k != own, _KINDS.index(k)))
    ]


def _giver(giver: PartyKind, *, own: bool) -> Giver:
    others = [kind for kind in _KINDS if kind != giver]
    lines = [
        Line(kind.short, [Cell(to.label, _words(giver, to, kind)) for to in others])
        for kind in InformationKind
    ]
    lines.append(Line(_("A question about the person"), [Cell(to.label, _asks(giver, to)) for to in others]))
    return Giver(_inside_a_sentence(giver), own, [to.label for to in others], lines)


def _inside_a_sentence(kind: PartyKind) -> str:
    """A kind of party is a common noun; the two authorities are names."""
    label = str(kind.label)
    return label if kind in (PartyKind.FK, PartyKind.AF) else label[:1].lower() + label[1:]


def _words(giver: PartyKind, to: PartyKind, kind: InformationKind) -> list[Promise]:
    """The grounds in the order they are tried: of one's own accord first, then as the answer to a question."""
    pair = giver.matrix, to.matrix
    grounds = [*grounds_for(Act.INFORMATION, *pair, kind), *grounds_for(Act.STATUTORY_ANSWER, *pair, kind)]
    return [GROUND_WORDS[ground] for ground in grounds]


def _asks(giver: PartyKind, to: PartyKind) -> list[Promise]:
    pair = giver.matrix, to.matrix
    return [GROUND_WORDS[g] for g in grounds_for(Act.QUESTION, *pair, InformationKind.EXISTENCE)]


def explanations() -> list[tuple[Promise, Promise]]:
    """What each ground asks for and how long it stands, for the foot of the page."""
    return [
        (
            GROUND_WORDS[Ground.CONSENT],
            _("The person has said yes to this kind, from this unit to that. It stands as long as the consent."),
        ),
        (
            GROUND_WORDS[Ground.INTRA_CARE],
            format_lazy(
                _("The same care provider, a care relation, the patient informed and nothing blocked. Stands {days} days."),
                days=STANDS[Ground.INTRA_CARE].days,
            ),
        ),
        (
            GROUND_WORDS[Ground.FK_DUTY],
            format_lazy(
                _("Försäkringskassan has asked about a named person (110 kap. 31 § SFB). Only what matters to the question, never of one’s own accord. Stands {days} days."),
                days=STANDS[Ground.FK_DUTY].days,
            ),
        ),
        (
            GROUND_WORDS[Ground.FK_ASK],
            _("Försäkringskassan may ask about a named person (110 kap. 14 § SFB). The question tells no more than that."),
        ),
    ]  # fmt: skip
