"""Who sees what, and why: the words beside every item, and what a withdrawal closes.

Everything here is read for a page; nothing decides. Names of other receivers are shown only to the unit that gave.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions.disclosure import CARE_RELATION, EXCLUDED_READ, RELEVANT_ONLY, reads_the_excepted
from cases.deciding import Standing, last_day
from cases.facts import chip_of
from cases.law import Act, Decision, Ground, InformationKind
from cases.models import Case, ConsentLine, Disclosure, Ending, Item, ItemType, Purpose
from cases.models.disclosure import DisclosureQuerySet
from cases.models.item import KIND_OF_TYPE, groups_for
from parties.models import Membership, Party, PartyKind, Unit

CONFIRMATIONS: dict[str, Promise] = {
    CARE_RELATION: gettext_lazy("There is a care relation, the patient is informed and nothing is blocked."),
    RELEVANT_ONLY: gettext_lazy("The information matters to what is asked and no more is given."),
    EXCLUDED_READ: gettext_lazy("I have read what the person has excepted."),
}
CONFIRMATIONS_MISSING: dict[str, Promise] = {
    CARE_RELATION: gettext_lazy(
        "Nothing was given. Tick first that there is a care relation and nothing is blocked."
    ),
    RELEVANT_ONLY: gettext_lazy(
        "Nothing was given. Tick first that the information matters, and who decided."
    ),
    EXCLUDED_READ: gettext_lazy(
        "Nothing was given. Tick first that you have read what the person has excepted."
    ),
}


@dataclass
class Sight:
    """Who sees an item: the short line, and each with a reason."""

    sees: str
    hides: str
    reasons: list[tuple[bool, str, str]] = field(default_factory=list)


@dataclass
class ShownItem:
    item: Item
    kind: str
    type: str
    own: bool
    sight: Sight
    is_new: bool = False
    chip: tuple[str, str] | None = None


def items_of(case: Case, member: Membership) -> list[ShownItem]:
    """The items of the case the member sees, the latest versions, newest first. As many queries for two items as for fifty."""
    items = list(
        Item.objects.visible_to(member)
        .latest_versions()
        .filter(case=case)
        .exclude(type__in=[ItemType.QUESTION, ItemType.ANSWER])
        .select_related("unit", "author__user")
        .order_by("-happened_on", "-id")[:200]
    )
    given: dict[int | None, list[Disclosure]] = defaultdict(list)
    for d in _given(Disclosure.objects.filter(case=case, item__isnull=False), member):
        given[d.item_id].append(d)
    earlier = _earlier_versions(case, member)
    lines = _consent_dates(case, member)
    new = set(Disclosure.objects.unopened_by(member).filter(case=case).values_list("item_id", flat=True))
    return [
        ShownItem(
            item=item,
            kind=str(InformationKind(item.kind).short),
            type=_unless_said(str(ItemType(item.type).label), str(InformationKind(item.kind).short)),
            own=item.unit_id == member.unit_id,
            sight=_sight(item, member, given[item.pk], lines, [d for pk in earlier(item) for d in given[pk]]),
            is_new=item.pk in new,
            chip=chip_of(item.type, item.facts),
        )
        for item in items
    ]


# More than so many, and they stand by kind with the earlier ones folded away.
MOST_UNFOLDED = 8


@dataclass
class KindGroup:
    """The items of one kind: what is shown, and what is folded away."""

    shown: list[ShownItem]
    earlier: list[ShownItem]


def by_kind(rows: list[ShownItem]) -> list[KindGroup]:
    """Few items stand as they came, in one group. Of many, each kind shows its newest and what nobody has opened."""
    if len(rows) <= MOST_UNFOLDED:
        return [KindGroup(rows, [])] if rows else []
    groups = []
    for kind in InformationKind:
        of_kind = [row for row in rows if row.item.kind == kind]
        shown = [row for n, row in enumerate(of_kind) if n == 0 or row.is_new]
        if of_kind:
            groups.append(KindGroup(shown, [row for row in of_kind if row not in shown]))
    return groups


def _unless_said(type_: str, kind: str) -> str:
    """The type's word, unless the kind beside it is the same word."""
    return "" if type_ == kind else type_


def of_item(case: Case, item: Item, member: Membership) -> Sight:
    """Who sees one version, and why."""
    given = _given(Disclosure.objects.filter(item=item), member)
    before = _given(Disclosure.objects.filter(item__in=_earlier_versions(case, member)(item)), member)
    return _sight(item, member, given, _consent_dates(case, member), before)


def _earlier_versions(case: Case, member: Membership) -> Callable[[Item], list[int]]:
    """For an item of the own unit, the versions before it."""
    replaces = dict(
        Item.objects.visible_to(member)
        .filter(case=case, unit_id=member.unit_id, replaces__isnull=False)
        .values_list("pk", "replaces_id")
    )

    def of(item: Item) -> list[int]:
        found, pk = [], replaces.get(item.pk)
        while pk is not None:
            found.append(pk)
            pk = replaces.get(pk)
        return found

    return of


def _given(disclosures: DisclosureQuerySet, member: Membership) -> list[Disclosure]:
    """What the member's unit has given, one for each item and receiver: what is shown now, else what was shown last."""
    last: dict[tuple[int | None, int], Disclosure] = {}
    for d in (
        disclosures.filter(from_unit_id=member.unit_id)
        .with_standing()
        .select_related("to_unit", "to_party", "by__user")
        .order_by(F("stands"), "at", "id")
    ):
        last[d.item_id, d.to_unit_id] = d
    return sorted(last.values(), key=lambda d: d.at)


def _consent_dates(case: Case, member: Membership) -> dict[tuple[int, str, str], date]:
    """The last day of the live lines from the member's unit, by (receiver, kind, purpose)."""
    return {
        (line.to_unit_id, line.kind, line.purpose): last_day(line.until_at)
        for line in ConsentLine.objects.live()
        .filter(case=case, from_unit_id=member.unit_id)
        .order_by("until_at")
    }


def _sight(
    item: Item, member: Membership, given: list[Disclosure], lines: dict, earlier: list[Disclosure]
) -> Sight:
    """given: of this version; earlier: of the versions before it, which their receivers may still see."""
    if item.unit_id != member.unit_id:
        reason = _("%(unit)s wrote it and has given it to your unit.") % {"unit": item.unit.name}
        return Sight(
            sees=_("%(unit)s and your unit") % {"unit": item.unit.name},
            hides="",
            reasons=[(True, _("Your unit"), reason)],
        )
    shown = [d for d in given if d.stands]
    sees_this = {d.to_unit_id for d in shown}
    older = {d.to_unit_id: d for d in earlier if d.stands and d.to_unit_id not in sees_this}
    last = {d.to_unit_id: d for d in [*earlier, *given] if not d.stands}
    before = [d for unit, d in last.items() if unit not in sees_this and unit not in older]
    if shown:
        sees = _("Your unit and %(others)s") % {"others": ", ".join(d.to_unit.name for d in shown)}
    else:
        sees = _("Only your unit")
    if older:
        units = ", ".join(d.to_unit.name for d in older.values())
        sees = _("%(those)s; %(units)s sees an earlier version") % {"those": sees, "units": units}
    reasons = [(True, item.unit.name, _("The unit wrote it."))]
    reasons += [(True, d.to_unit.name, _why_seen(d, lines)) for d in shown]
    reasons += [(True, d.to_unit.name, _why_earlier(d, lines)) for d in older.values()]
    reasons += [(False, d.to_unit.name, _why_no_longer(d)) for d in before]
    reasons.append((False, _("Everyone else"), _("It is not shown to them now.")))
    since = [
        _("%(unit)s since %(day)s")
        % {"unit": d.to_unit.name, "day": timezone.localtime(shown_until(d)).date()}
        for d in before
    ]
    return Sight(sees=sees, hides=", ".join([*since, _("everyone else")]), reasons=reasons)


def _why_earlier(d: Disclosure, lines: dict) -> str:
    return _("An earlier version: %(why)s This version is not given.") % {"why": _why_seen(d, lines)}


def shown_until(d: Disclosure) -> datetime:
    """When something given that does not stand was last shown."""
    return min(d.ended_at or d.until_at, timezone.now())


def _why_no_longer(d: Disclosure) -> str:
    """It was given and had left by then; only the showing has ended."""
    how = Ending(d.ended_how).label if d.ended_how else _("the ground ran out")
    if d.ended_how == Ending.MISTAKE:
        # Of a consent the word is that it was recorded by mistake; of a giving, that it went to the wrong unit.
        how = _("Given to the wrong unit")
    return _("%(name)s gave it %(day)s. It was shown until %(until)s (%(how)s).") % {
        "name": d.by.user.name,
        "day": timezone.localtime(d.at).date(),
        "until": timezone.localtime(shown_until(d)).strftime("%Y-%m-%d, %H.%M"),
        "how": how[:1].lower() + how[1:],
    }


def _why_seen(d: Disclosure, lines: dict) -> str:
    day = timezone.localtime(d.at).date()
    if d.basis == Ground.CONSENT:
        # On the consent's day, or on its own when that comes first: a renewal may not carry it on (R17).
        until = min(lines.get((d.to_unit_id, d.kind, d.purpose), last_day(d.until_at)), last_day(d.until_at))
        return _("%(name)s gave it %(day)s on consent until %(until)s.") % {
            "name": d.by.user.name,
            "day": day,
            "until": until,
        }
    return _("%(name)s gave it %(day)s: %(ground)s.") % {
        "name": d.by.user.name,
        "day": day,
        "ground": Ground(d.basis).label,
    }


@dataclass
class Receiver:
    """One possible receiver on an item's page: may it be given, why, and what must be confirmed first."""

    unit: Unit | None
    name: str
    decision: Decision | None
    sentence: str
    given: Disclosure | None = None
    confirmations: list[tuple[str, str]] = field(default_factory=list)
    can_prepare_consent: bool = False
    shown_until: datetime | None = None
    receipts: list[str] = field(default_factory=list)


def receivers(case: Case, item: Item, member: Membership) -> list[Receiver]:
    """Who may receive the version and why the others may not. Units with a line or a giving on the case, its owner, and
    one row for each other kind of party, so that the answer "why can I not give this?" is always there."""
    standing = Standing.of(case, member.unit)
    units = units_that_may_receive(case, member, standing)
    ever = {d.to_unit_id: d for d in _given(Disclosure.objects.filter(item=item), member)}
    given = {unit: d for unit, d in ever.items() if d.stands}
    excepted = ConsentLine.objects.live().filter(case=case).exclude(consent__excluded="").exists()
    act = Act.QUESTION if item.type == ItemType.QUESTION else Act.INFORMATION
    rows = []
    for unit in units:
        decision = standing.decide(act, unit, item.kind)
        needed = []
        if decision.ground is Ground.INTRA_CARE:
            needed.append((CARE_RELATION, str(CONFIRMATIONS[CARE_RELATION])))
        if excepted and reads_the_excepted(act, decision):
            needed.append((EXCLUDED_READ, str(CONFIRMATIONS[EXCLUDED_READ])))
        rows.append(
            Receiver(
                unit,
                unit.name,
                decision,
                decision.sentence,
                given.get(unit.pk),
                needed,
                shown_until=shown_until(ever[unit.pk]) if unit.pk in ever and unit.pk not in given else None,
                can_prepare_consent=standing.owner
                and not decision.allowed
                and decision.reason in CONSENT_WOULD_HELP,
                receipts=[] if unit.pk in given else receipts(standing, [(unit, decision)]),
            )
        )
    kinds = {u.party.kind for u in units} | {member.unit.party.kind}
    for kind in PartyKind:
        if kind in kinds or kind in (PartyKind.EVALUATOR,):
            continue
        decision = standing.decide(act, _any_of(kind), item.kind)
        rows.append(
            Receiver(
                None,
                str(kind.label),
                decision,
                decision.sentence,
                can_prepare_consent=standing.owner and decision.reason in CONSENT_WOULD_HELP,
            )
        )
    return sorted(rows, key=lambda r: (not (r.decision and r.decision.allowed), r.unit is None))


def receipts(standing: Standing, about_to: Iterable[tuple[Unit, Decision]]) -> list[str]:
    """For each consent that this giving would be the first under: what it says, since giving is its receipt (R8)."""
    lines = {line.pk: line for found in standing.lines.values() for line in found}
    said: dict[tuple[int, int], str] = {}
    for unit, decision in about_to:
        line = lines.get(decision.line or 0)
        if line is None or line.received_at is not None or (line.consent_id, unit.pk) in said:
            continue
        kinds = [
            str(InformationKind(other.kind).short).lower()
            for other in lines.values()
            if other.consent_id == line.consent_id and other.to_unit_id == unit.pk and other.ended_at is None
        ]
        said[line.consent_id, unit.pk] = _(
            "The first time on this consent, and giving is your receipt of it. Purpose: %(purpose)s. May be given to %(unit)s: %(kinds)s. Until %(date)s."
        ) % {
            "purpose": str(Purpose(line.purpose).label).lower(),
            "unit": unit.name,
            "kinds": ", ".join(kinds),
            "date": last_day(line.until_at),
        }
    return list(said.values())


def units_that_may_receive(case: Case, member: Membership, standing: Standing) -> list[Unit]:
    """The units that something on the case can be offered to: with a line or a giving from the own unit, the owner, and
    public care of the same region."""
    ids = {to for (to, _kind) in standing.lines}
    ids |= set(
        Disclosure.objects.filter(case=case, from_unit_id=member.unit_id).values_list("to_unit_id", flat=True)
    )
    ids |= {case.unit_id}
    ids -= {member.unit_id}
    units = list(
        Unit.objects.filter(pk__in=ids).select_related("party__organisation").order_by("party__name", "name")
    )
    return units + _care_of_the_same_organisation(member, {u.pk for u in units})


CONSENT_WOULD_HELP = frozenset({"no_consent", "consent_ended", "medical_tick", "withdrawn"})


def _any_of(kind: PartyKind) -> Unit:
    """A unit that is in no register: what the law says of any party of the kind."""
    label = str(kind.label)
    # Inside a sentence a kind is a common noun; the two authorities are names.
    name = label if kind in (PartyKind.FK, PartyKind.AF) else label[:1].lower() + label[1:]
    return Unit(pk=0, name=label, party=Party(pk=0, organisation_id=0, kind=kind, name=name))


def _care_of_the_same_organisation(member: Membership, known: set[int]) -> list[Unit]:
    """Public care of the same region, which may receive in a care relation without a line."""
    if member.unit.party.kind not in (PartyKind.PSYCHIATRY, PartyKind.PRIMARY_CARE):
        return []
    other: dict[str, PartyKind] = {
        PartyKind.PSYCHIATRY: PartyKind.PRIMARY_CARE,
        PartyKind.PRIMARY_CARE: PartyKind.PSYCHIATRY,
    }
    return list(
        Unit.objects.filter(
            party__organisation_id=member.unit.party.organisation_id,
            party__kind=other[member.unit.party.kind],
        )
        .exclude(pk__in=known)
        .select_related("party__organisation")
        .order_by("name")[:12]
    )


def versions(item: Item, member: Membership) -> list[Item]:
    """The versions of the same text that the member sees, oldest first."""
    chain = [item]
    while chain[0].replaces_id:
        earlier = (
            Item.objects.visible_to(member)
            .select_related("author__user")
            .filter(pk=chain[0].replaces_id)
            .first()
        )
        if earlier is None:
            break
        chain.insert(0, earlier)
    while True:
        later = (
            Item.objects.visible_to(member).select_related("author__user").filter(replaces=chain[-1]).first()
        )
        if later is None:
            return chain
        chain.append(later)


def types_to_write(member: Membership) -> list[tuple[str, list[tuple[ItemType, str]]]]:
    """The types this unit writes, in their groups, with their kind in short. Some are care's alone (R19)."""
    return [
        (
            str(label),
            [(t, str(KIND_OF_TYPE[t].short) if t in KIND_OF_TYPE else str(_("you choose"))) for t in types],
        )
        for label, types in groups_for(member.unit)
    ]
