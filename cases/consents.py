"""The consents of a case in words for the screen: line by line, at a glance, what was given, and what a withdrawal closes.

Read for a page; nothing is decided here.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import seams
from cases.consentstate import CHIPS, RENEWABLE, ConsentState, is_live, state_of_consent
from cases.deciding import last_day
from cases.givings import Giving, givings_of
from cases.law import Ground, InformationKind
from cases.models import Case, Consent, ConsentLine, Disclosure, ItemType, Mistake, Purpose
from parties.models import Membership, Side, Unit


def units_to_consent_with(member: Membership):
    """The units a person can say yes to: every case-side unit of another party."""
    return (
        Unit.objects.filter(party__side=Side.CASE)
        .exclude(party_id=member.party_id)
        .select_related("party__organisation")
        .order_by("party__name", "name")
    )


@dataclass
class LineInWords:
    pk: int
    giver: str
    receiver: str
    kind: str
    kind_label: str
    coming_on: date | None
    until: date
    received: bool
    ended_at: datetime | None
    is_live: bool
    ended_how: str


def lines_in_words(consent: Consent) -> list[LineInWords]:
    """The consent's lines, direction by direction."""
    now = timezone.now()
    return [
        LineInWords(
            pk=line.pk,
            giver=line.from_unit.name,
            receiver=line.to_unit.name,
            kind=line.kind,
            kind_label=str(InformationKind(line.kind).label),
            coming_on=timezone.localtime(line.from_at).date() if line.from_at > now else None,
            until=last_day(line.until_at),
            received=line.received_at is not None,
            ended_at=line.ended_at,
            is_live=line.ended_at is None and line.from_at <= now < line.until_at,
            ended_how=line.get_ended_how_display() if line.ended_how else "",
        )
        for line in ConsentLine.objects.filter(consent=consent)
        .select_related("from_unit", "to_unit")
        .order_by("from_unit__name", "to_unit__name", "id")
    ]


FOLDED = frozenset(
    {ConsentState.SUPERSEDED, ConsentState.WITHDRAWN, ConsentState.ENDED, ConsentState.INVALID}
)


@dataclass
class ConsentAtAGlance:
    """One consent on the case page: with whom, its state as a chip, and until when."""

    number: str
    parties: str
    chip: str
    word: str
    until: date
    purpose: str
    kinds: int
    may_open: bool
    # Replaced, taken back, ended or never given: not among those that stand.
    folded: bool = False
    never: bool = False


def at_a_glance(case: Case, member: Membership) -> list[ConsentAtAGlance]:
    """The case's consents, the latest first; another unit sees the live ones it gives or receives under."""
    now = timezone.now()
    lines: dict[int, list[ConsentLine]] = defaultdict(list)
    for line in (
        ConsentLine.objects.filter(case=case)
        .select_related("from_party", "to_party", "from_unit", "to_unit", "consent")
        .order_by("-consent_id", "id")
    ):
        lines[line.consent_id].append(line)
    mistaken = set(Mistake.objects.filter(consent__in=lines).values_list("consent", flat=True))
    glances = []
    later: list[ConsentLine] = []
    for pk, group in lines.items():
        first = group[0]
        live = [x for x in group if is_live(x, now)]
        others = sorted(
            {p.name for x in group for p in (x.from_party, x.to_party) if p.pk != member.party_id}
        )
        state = state_of_consent(group, now=now, mistaken=pk in mistaken, later=later)
        later += group
        chip, word = CHIPS[state], str(state.label)
        if state == ConsentState.NOT_YET:
            word = _("From %(date)s") % {"date": first.from_at.astimezone().date()}
        glances.append(
            ConsentAtAGlance(
                number=first.consent.number,
                parties=", ".join(others),
                chip=chip,
                word=word,
                until=last_day(first.until_at),
                purpose=str(Purpose(first.purpose).label),
                kinds=len({x.kind for x in (live or group)}),
                may_open=first.unit_id == member.unit_id,
                folded=state in FOLDED,
                never=state == ConsentState.INVALID,
            )
        )
    return glances


@dataclass
class Glances:
    """A case's consents for its page: those that stand, wait or have run out, and those that are folded away."""

    standing: list[ConsentAtAGlance]
    folded: list[ConsentAtAGlance]


def on_the_page(case: Case, member: Membership) -> Glances:
    """The case's consents, sorted for its page."""
    all_of_them = at_a_glance(case, member)
    return Glances([g for g in all_of_them if not g.folded], [g for g in all_of_them if g.folded])


@dataclass
class Given:
    """One giving, for the person to see: what, from whom, to whom, when."""

    at: datetime
    kind: str
    giver: str
    receiver: str
    ended: bool
    basis: str


def given_on(case: Case) -> list[Given]:
    """What has been given on the own unit's case, by anyone, oldest first; the case itself is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, from_unit, to_unit, at, ended_at is not null, basis from portal.given_on_case(%s) where item is not null",
            [case.pk],
        )
        rows = cursor.fetchall()
    names = dict(Unit.objects.filter(pk__in={u for r in rows for u in r[1:3]}).values_list("pk", "name"))
    return [
        Given(
            at,
            str(InformationKind(kind).short),
            names.get(giver, ""),
            names.get(to, ""),
            ended,
            str(Ground(basis).label),
        )
        for kind, giver, to, at, ended, basis in rows
    ]


def given_earlier(case: Case, ways: Collection[tuple[int, int, str, str]] | None = None) -> list[Giving]:
    """What was given on consent, by anyone, and is not shown any longer or ends soon: a consent that says so opens it
    again (R17). `ways` narrows it to what a renewal carries. Empty for a unit that does not own the case.
    """
    soon = timezone.now() + RENEWABLE
    return [
        g
        for g in givings_of(case)
        if g.basis == Ground.CONSENT
        and g.ended_at is None
        and not g.of_the_case
        and (not g.stands or g.until_at <= soon)
        and (ways is None or g.way in ways)
    ]


def what_closes(case: Case, consent: Consent, member: Membership) -> list[str]:
    """What withdrawing the whole consent closes, unit by unit; and what stays, since another consent carries it.

    Counted on the standing disclosures, as the database will end them: by giver, receiver, kind and purpose.
    """
    lines = list(
        ConsentLine.objects.filter(consent=consent, ended_at=None).select_related("to_unit", "from_unit")
    )
    ways = {(x.from_unit_id, x.to_unit_id, x.kind, x.purpose) for x in lines}
    carried = set(
        ConsentLine.objects.live()
        .filter(case=case, received_at__isnull=False)
        .exclude(consent=consent)
        .values_list("from_unit_id", "to_unit_id", "kind", "purpose")
    )
    names = {u.pk: u.name for x in lines for u in (x.to_unit, x.from_unit) if u.pk != member.unit_id}
    closing: dict[tuple[int, int], int] = defaultdict(int)
    staying: dict[tuple[int, int], int] = defaultdict(int)
    keeps_the_case: set[int] = set()
    for giver, receiver, kind, purpose, item in (
        Disclosure.objects.standing()
        .filter(case=case, basis=Ground.CONSENT)
        .exclude(item__type=ItemType.QUESTION)
        .values_list("from_unit_id", "to_unit_id", "kind", "purpose", "item_id")
    ):
        way = (giver, receiver, kind, purpose)
        closes = way in ways and way not in carried
        if item is None:
            keeps_the_case |= set() if closes else {receiver}
        elif way in ways:
            (closing if closes else staying)[giver, receiver] += 1
    open_counts: dict[str, int] = defaultdict(int)
    for part in seams.open_matters:
        for name, count in part(member, case, set(names) - keeps_the_case).items():
            open_counts[name] += count
    sentences = []
    for pk, name in sorted(names.items(), key=lambda pair: pair[1]):
        theirs, ours = (member.unit_id, pk), (pk, member.unit_id)
        q, m = open_counts[f"questions:{pk}"], open_counts[f"meetings:{pk}"]
        parts = [
            ngettext("%(n)s item", "%(n)s items", closing[theirs]) % {"n": closing[theirs]},
            ngettext("%(n)s open question", "%(n)s open questions", q) % {"n": q},
            ngettext("%(n)s coming meeting", "%(n)s coming meetings", m) % {"n": m},
        ]
        told = [text for text, count in zip(parts, (closing[theirs], q, m), strict=True) if count]
        if told:
            sentences.append(
                _("%(party)s no longer sees %(what)s.") % {"party": name, "what": _in_a_row(told)}
            )
        if closing[ours]:
            sentences.append(
                ngettext(
                    "You no longer see %(n)s item from %(party)s.",
                    "You no longer see %(n)s items from %(party)s.",
                    closing[ours],
                )
                % {"n": closing[ours], "party": name}
            )
        if staying[theirs]:
            sentences.append(
                ngettext(
                    "%(party)s still sees %(n)s item: another consent carries it.",
                    "%(party)s still sees %(n)s items: another consent carries them.",
                    staying[theirs],
                )
                % {"n": staying[theirs], "party": name}
            )
        if not told and not closing[ours] and not staying[theirs]:
            sentences.append(
                _("%(party)s can no longer be given or asked anything under it.") % {"party": name}
            )
    return sentences


def _in_a_row(words: list[str]) -> str:
    """a, b and c."""
    if len(words) == 1:
        return words[0]
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
