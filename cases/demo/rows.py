"""The demo's rows before they are saved: consents with their lines, items as written, and what was given to
whom.

What is given is first noted as a gift and settled in the order of time, since the first thing given to a
unit brings the existence of the case with it (R8, and the deed `cases.actions.disclosure.give`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from cases.actions.consent import lines_of
from cases.actions.disclosure import CARE_RELATION, EXCLUDED_READ
from cases.demo import texts
from cases.demo.dice import midnight, moment, workday
from cases.demo.stories import (
    EMPLOYER_NAMES,
    Story,
    Window,
)
from cases.forms import months_after
from cases.law import LAW_VERSION, STANDS, Ground
from cases.law import InformationKind as Kind
from cases.models import (
    Assignment,
    CaseOutcome,
    CaseState,
    Consent,
    ConsentForm,
    ConsentLine,
    Disclosure,
    Ending,
    Item,
    ItemType,
    Spell,
)
from cases.models.item import KIND_OF_TYPE
from parties.models import Membership, Unit

STOPPED_SHOWING = 4


@dataclass
class Gift:
    """Something given, before it is a disclosure: its ground, and until when."""

    story: Story
    item: Item
    to: Unit
    by: Membership
    at: datetime
    basis: Ground
    until: datetime
    line: ConsentLine | None = None
    window: Window | None = None
    confirmed: tuple[str, ...] = ()


@dataclass
class Rows:
    """All that the cases' room is about to write, and what must wait until everything else is written."""

    stories: list[Story]
    states: list[CaseState] = field(default_factory=list)
    outcomes: list[CaseOutcome] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    lines: list[ConsentLine] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    gifts: list[Gift] = field(default_factory=list)
    disclosures: list[Disclosure] = field(default_factory=list)
    # The giving unit's first giving under a consent is its receipt (R8).
    receipts: dict[tuple[int, int], tuple[Consent, Unit, Membership, datetime]] = field(default_factory=dict)
    line_endings: list[tuple[Consent, datetime, Membership, str]] = field(default_factory=list)
    endings: list[tuple[Disclosure, datetime, Membership, str]] = field(default_factory=list)


def closed_at(story: Story) -> datetime:
    """The moment of the closing: late on its day, after everything else."""
    assert story.closed_on is not None
    return midnight(story.closed_on) + timedelta(hours=17)


def withdrawn_at(anchor: date) -> datetime:
    """The afternoon of the day before the loading."""
    return midnight(anchor - timedelta(days=1)) + timedelta(hours=15, minutes=10)


# ── Consents ────────────────────────────────────────────────────────────────────────────────────────────────
def record(
    rows: Rows,
    story: Story,
    rng: Random,
    *,
    first: date,
    last: date,
    form: str,
    directions: Iterable[tuple[Unit, Unit]],
    kinds: Iterable[str],
    purpose: str,
    renewal: bool = False,
) -> Window:
    """A consent and its lines, collected by the clinic, as `cases.actions.consent.record_consent` would
    write them.
    """
    given_on = workday(first, -1)
    registered_at = moment(rng, given_on, earliest=12)
    yearly = months_after(first, 12) <= last
    reopens = renewal and rng.random() < 0.7
    consent = Consent(
        number=_consent_number(rng),
        case=story.case,
        unit=story.clinic,
        form=form,
        purpose=purpose,
        valid_from=first,
        valid_to=last,
        given_on=given_on,
        identity_check=rng.choice(texts.IDENTITY),
        informed=True,
        obtained_how=rng.choice(texts.ORAL_HOW)
        if form == ConsentForm.ORAL
        else texts.YEARLY
        if yearly
        else "",
        excluded=rng.choice(texts.EXCLUDED) if rng.random() < 0.08 else "",
        reopens_earlier=reopens,
        registered_by=story.worker,
        registered_at=registered_at,
    )
    window = Window(consent, first, last, {}, renewal)
    for giver, receiver, kind in lines_of(directions, kinds):
        window.lines[giver.pk, receiver.pk, kind] = ConsentLine(
            consent=consent,
            case=story.case,
            unit=story.clinic,
            from_party=giver.party,
            from_unit=giver,
            to_party=receiver.party,
            to_unit=receiver,
            kind=kind,
            purpose=purpose,
            from_at=midnight(first),
            until_at=midnight(last + timedelta(days=1)),
            reopens_earlier=reopens,
        )
        # The registration is the collecting unit's receipt of its own lines.
        if giver == story.clinic:
            rows.receipts[id(consent), giver.pk] = (consent, giver, story.worker, registered_at)
    rows.consents.append(consent)
    rows.lines.extend(window.lines.values())
    story.windows.append(window)
    return window


def _consent_number(rng: Random) -> str:
    signs = "".join(rng.choices("23456789ABCDEFGHJKMNPQRSTVWXYZ", k=8))
    return f"{signs[:4]}-{signs[4:]}"


def window_for(story: Story, giver: Unit, receiver: Unit, kind: str, day: date) -> Window | None:
    """The consent under which this could be given on that day."""
    return next(
        (w for w in story.windows if w.first <= day <= w.last and (giver.pk, receiver.pk, kind) in w.lines),
        None,
    )


def sees_at_loading(story: Story, unit: Unit, anchor: date) -> bool:
    """Whether the unit sees the case while the demo is loaded, so that it can write on it: it is its own,
    it has been given something, or it stands to give. The wall judges at the moment of writing, and knows
    no earlier one.
    """
    if unit == story.clinic or story.given_until.get(unit.pk, midnight(anchor)) > midnight(
        anchor + timedelta(days=1)
    ):
        return True
    return any(
        w.consent.valid_to >= anchor and giver == unit.pk
        for w in story.windows
        for giver, _to, _kind in w.lines
    )


# ── Items, and giving them ──────────────────────────────────────────────────────────────────────────────────
def filled(rng: Random, text: str, day: date, story: Story) -> str:
    """The text with its blanks filled in, and a capital first."""
    ahead = texts.MONTHS[(day + timedelta(days=rng.randrange(30, 95))).month - 1]
    done = text.format(
        hours=rng.choice(texts.HOURS),
        weeks=rng.choice(texts.WEEKS),
        nth=rng.choice(texts.NTHS),
        month=ahead,
        place=rng.choice(texts.PLACES),
        support=rng.choice(texts.SUPPORTS),
        job=story.job,
        employer=EMPLOYER_NAMES.get(story.employer, ""),
    )
    return done[:1].upper() + done[1:]


def write(
    rows: Rows,
    rng: Random,
    story: Story,
    *,
    by: Membership,
    type: str,
    day: date,
    heading: str,
    text: str = "",
    kind: str | None = None,
    facts: dict | None = None,
    replaces: Item | None = None,
    at: datetime | None = None,
) -> Item:
    """An item of the writer's unit, as `cases.actions.item.write_item` would write it."""
    item = Item(
        case=story.case,
        unit=by.unit,
        type=type,
        kind=kind or KIND_OF_TYPE[type],
        author=by,
        happened_on=day,
        at=at or moment(rng, day),
        heading=filled(rng, heading, day, story),
        text=filled(rng, text, day, story),
        facts=facts or {},
        replaces=replaces,
    )
    rows.items.append(item)
    return item


def give(
    rows: Rows,
    rng: Random,
    story: Story,
    item: Item,
    to: Unit,
    *,
    by: Membership,
    anchor: date,
    at: datetime | None = None,
) -> Gift | None:
    """Gives the item on consent, the same day or when the consent came; nothing when there is none for it."""
    window = window_for(story, item.unit, to, item.kind, item.happened_on)
    given_at = at or item.at + timedelta(minutes=rng.randrange(3, 50))
    if window is None and at is None:
        later = [
            w
            for w in story.windows
            if item.happened_on < w.first <= item.happened_on + timedelta(days=45)
            and (item.unit_id, to.pk, item.kind) in w.lines
        ]
        if not later or later[0].first >= story.last_day(anchor):
            return None
        window = later[0]
        given_at = max(window.consent.registered_at, midnight(window.first) + timedelta(hours=9))
        given_at += timedelta(minutes=rng.randrange(5, 60))
    if window is None:
        return None
    line = window.lines[item.unit_id, to.pk, item.kind]
    confirmed = (EXCLUDED_READ,) if window.consent.excluded else ()
    return _note(
        rows, Gift(story, item, to, by, given_at, Ground.CONSENT, line.until_at, line, window, confirmed)
    )


def give_on(
    rows: Rows, story: Story, item: Item, to: Unit, *, by: Membership, at: datetime, ground: Ground
) -> Gift:
    """Gives the item on another ground than consent; it stands as long as the law says."""
    confirmed = (CARE_RELATION,) if ground is Ground.INTRA_CARE else ()
    return _note(rows, Gift(story, item, to, by, at, ground, at + STANDS[ground], confirmed=confirmed))


def _note(rows: Rows, gift: Gift) -> Gift:
    rows.gifts.append(gift)
    known = gift.story.given_until.get(gift.to.pk)
    gift.story.given_until[gift.to.pk] = max(gift.until, known) if known else gift.until
    return gift


# ── Settling ────────────────────────────────────────────────────────────────────────────────────────────────
def settle(rows: Rows, rng: Random, anchor: date) -> None:
    """Gifts become disclosures, in the order of time; then what closings, renewals and second thoughts have
    ended.
    """
    standing: dict[tuple[int, int, int], list[Disclosure]] = defaultdict(list)
    of_story: dict[int, list[Disclosure]] = defaultdict(list)
    for gift in sorted(rows.gifts, key=lambda g: g.at):
        giver = gift.item.unit
        made = [_disclosure(gift, gift.item, gift.line)]
        pair = (id(gift.story), giver.pk, gift.to.pk)
        if not any(d.until_at > gift.at and d.until_at >= gift.until for d in standing[pair]):
            lines = gift.window.lines if gift.window else {}
            made.append(_disclosure(gift, None, lines.get((giver.pk, gift.to.pk, Kind.EXISTENCE))))
            standing[pair].append(made[-1])
        if gift.window is not None:
            rows.receipts.setdefault(
                (id(gift.window.consent), giver.pk), (gift.window.consent, giver, gift.by, gift.at)
            )
        rows.disclosures.extend(made)
        of_story[id(gift.story)].extend(made)
    for story in rows.stories:
        _end(rows, story, of_story[id(story)])
    stopped = rng.sample(
        [
            d
            for d in rows.disclosures
            if d.item is not None
            and d.item.type == ItemType.MEASURE
            and d.basis == Ground.CONSENT
            and d.at < midnight(anchor - timedelta(days=15)) < d.until_at
        ],
        STOPPED_SHOWING,
    )
    rows.endings.extend((d, d.at + timedelta(days=9), d.by, Ending.STOPPED) for d in stopped)


def _disclosure(gift: Gift, item: Item | None, line: ConsentLine | None) -> Disclosure:
    giver = gift.item.unit
    return Disclosure(
        case=gift.story.case,
        item=item,
        kind=item.kind if item else Kind.EXISTENCE,
        purpose=line.purpose if line else "",
        from_party=giver.party,
        from_unit=giver,
        to_party=gift.to.party,
        to_unit=gift.to,
        basis=gift.basis,
        law_version=LAW_VERSION,
        confirmed=list(gift.confirmed),
        by=gift.by,
        at=gift.at,
        until_at=gift.until,
    )


def _end(rows: Rows, story: Story, given: list[Disclosure]) -> None:
    for renewal in story.windows:
        consent = renewal.consent
        if renewal.renewal and not consent.reopens_earlier:
            rows.endings.extend(
                (d, consent.registered_at, consent.registered_by, Ending.LAPSED)
                for d in given
                if d.basis == Ground.CONSENT
                and d.purpose == consent.purpose
                and d.until_at <= midnight(renewal.first)
            )
    if story.closed_on:
        at = closed_at(story)
        rows.line_endings.extend((w.consent, at, story.worker, Ending.CASE_CLOSED) for w in story.windows)
        rows.endings.extend((d, at, story.worker, Ending.CASE_CLOSED) for d in given)
