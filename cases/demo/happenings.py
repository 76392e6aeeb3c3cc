"""What happens in a case of the demo: its states, its consents with Försäkringskassan, and what the clinic
writes.
"""

from datetime import date, timedelta
from random import Random

from cases.demo import texts
from cases.demo.dice import between, moment, workday
from cases.demo.factual import say_facts
from cases.demo.others import of_fk, of_others
from cases.demo.rows import Rows, closed_at, give, record, withdrawn_at, write
from cases.demo.stories import (
    ACTIVITY,
    BOTH,
    DECLINED,
    EMPLOYER_NAMES,
    EXPIRED,
    EXPIRING,
    IN,
    NO_PLAN,
    OUT,
    PAUSED_QUESTION,
    TAKEN_BACK,
    WITHDRAWN,
    Story,
)
from cases.forms import months_after
from cases.law import InformationKind as Kind
from cases.models import (
    Assignment,
    CaseOutcome,
    CaseState,
    Cause,
    ConsentForm,
    Ending,
    ItemType,
    Purpose,
    Spell,
    State,
)
from cases.models.lengths import ORAL_CEILING
from cases.models.outcome import Step
from parties.demo import Register

ALWAYS = (Kind.PLAN, Kind.ABILITY, Kind.CERTIFICATE, Kind.DECISION)
SOMETIMES = {Kind.EMPLOYMENT: 0.65, Kind.MEDICAL: 0.55, Kind.SOCIAL: 0.35}
# Which of the clinic's items are given to Försäkringskassan, and how often. The diagnosis never is (R19).
GIVEN_TO_FK: dict[str, float] = {
    ItemType.STATEMENT: 0.9,
    ItemType.PLAN: 0.9,
    ItemType.ABILITY_NOTE: 0.7,
    ItemType.MEASURE: 0.45,
    ItemType.WORK_SITUATION: 0.5,
    ItemType.TREATMENT: 0.3,
    ItemType.ECONOMY: 0.3,
}
MOVEMENTS = {"forward": 63, "same": 28, "back": 9}


def lay_out(stories: list[Story], register: Register, rng: Random, anchor: date) -> Rows:
    """The rows of all stories; gifts are noted, not yet settled (`settle`)."""
    rows = Rows(stories)
    for story in stories:
        _case(rows, story, rng, anchor)
        _consents_with_fk(rows, story, rng, anchor)
        _of_the_clinic(rows, story, rng, anchor)
        of_fk(rows, story, rng, anchor)
    of_others(rows, register, rng, anchor)
    say_facts(rows, anchor)
    return rows


def _outcome(story: Story, closing: CaseState, anchor: date) -> CaseOutcome:
    """How it ended, as the closing's words say; of the last two weeks' closings only why."""
    cause = texts.CAUSES.get(closing.reason, Cause.COMPLETED)
    after = texts.AFTER.get(story.outcome, {})
    if story.closed_on is not None and story.closed_on > anchor - timedelta(days=14):
        after = {}
    return CaseOutcome(
        case=story.case,
        unit=story.clinic,
        closing=closing,
        cause=cause,
        by=story.worker,
        at=closing.from_at,
        **after,
    )


# ── The case itself ─────────────────────────────────────────────────────────────────────────────────────────
def _case(rows: Rows, story: Story, rng: Random, anchor: date) -> None:
    opened_at = moment(rng, story.opened_on, latest=11)
    common = {"case": story.case, "unit": story.clinic}
    rows.states.append(CaseState(**common, state=State.OPEN, from_at=opened_at, by=story.worker))
    rows.assignments.append(Assignment(**common, member=story.worker, from_at=opened_at))
    if story.paused_on:
        rows.states.append(
            CaseState(
                **common,
                state=State.PAUSED,
                from_at=moment(rng, story.paused_on, earliest=12),
                by=story.worker,
                reason=rng.choice(texts.PAUSES),
            )
        )
    if story.closed_on:
        closing = CaseState(
            **common,
            state=State.CLOSED,
            from_at=closed_at(story),
            by=story.worker,
            reason=rng.choice(texts.OUTCOMES[story.outcome]),
        )
        rows.states.append(closing)
        rows.outcomes.append(_outcome(story, closing, anchor))
    spell = {**common, "from_on": story.leave_from, "benefit": story.benefit, "by": story.worker}
    if story.degree < 100 and rng.random() < 0.7:
        # A change of extent is a new row of the same sick leave: the days go on from its first.
        rows.spells.append(Spell(**spell, to_on=story.opened_on, degree=100, at=opened_at))
    changed = moment(rng, between(rng, story.opened_on, story.last_day(anchor)), earliest=12)
    rows.spells.append(Spell(**spell, to_on=story.leave_to, degree=story.degree, at=changed))


# ── Consents with Försäkringskassan ─────────────────────────────────────────────────────────────────────────
def _consents_with_fk(rows: Rows, story: Story, rng: Random, anchor: date) -> None:
    """A chain of consents from soon after the opening; the last ends as the story says."""
    both = [(story.clinic, story.fk), (story.fk, story.clinic)]
    directions = {BOTH: both, EXPIRED: both, EXPIRING: both, WITHDRAWN: both, OUT: both[:1], IN: both[1:]}
    if story.said not in directions:
        return
    kinds = [*ALWAYS, *(kind for kind, chance in SOMETIMES.items() if rng.random() < chance)]
    purpose = Purpose.ACTIVITY_COMPENSATION if story.track == ACTIVITY else Purpose.RETURN_TO_WORK
    for earlier, (first, last, form) in enumerate(_chain(story, rng, anchor)):
        record(
            rows,
            story,
            rng,
            first=first,
            last=last,
            form=form,
            directions=directions[story.said],
            kinds=kinds,
            purpose=purpose,
            renewal=earlier > 0,
        )
    if story.said == WITHDRAWN:
        at = withdrawn_at(anchor)
        if story.lesson != TAKEN_BACK:
            at -= timedelta(days=rng.randrange(10, 60))
        rows.line_endings.append((story.windows[-1].consent, at, story.worker, Ending.WITHDRAWN))
        story.windows[-1].last = at.date() - timedelta(days=1)


def _chain(story: Story, rng: Random, anchor: date) -> list[tuple[date, date, str]]:
    """(first day, last day, form) of each consent, the earliest first."""
    earliest = story.opened_on + timedelta(days=1)
    if story.said == EXPIRED:
        last = anchor - timedelta(days=12 if story.lesson == PAUSED_QUESTION else rng.randrange(5, 60))
    elif story.lesson:
        # Far enough from both ends for what the lesson tells.
        last = anchor + timedelta(days=100)
    elif story.said == EXPIRING:
        last = anchor + timedelta(days=rng.randrange(3, 29))
    elif story.closed_on:
        last = story.closed_on + timedelta(days=rng.randrange(20, 300))
    else:
        last = anchor + timedelta(days=rng.randrange(40, 330))
    chain: list[tuple[date, date, str]] = []
    while True:
        form, first = _length(story, rng, earliest, last, latest=last if chain else story.last_day(anchor))
        if first is None:
            if chain:
                break
            # The case is younger than the shortest fitting consent: it runs from the opening, and ends later.
            first = workday(earliest + timedelta(days=rng.randrange(0, 4)))
            first = min(first, story.last_day(anchor))
            form, last = ConsentForm.WRITTEN, months_after(first, 12) - timedelta(days=1)
        chain.insert(0, (first, last, form))
        last = first - timedelta(days=1 + rng.choice((0, 0, 0, 3, 9)))
    return chain


def _length(
    story: Story, rng: Random, earliest: date, last: date, *, latest: date
) -> tuple[str, date | None]:
    """A form and the first day of a consent that ends on `last`, if one begins between `earliest` and
    `latest` (R9).
    """

    def fits(first: date) -> bool:
        return earliest <= first <= latest

    two_years = months_after(last + timedelta(days=1), -24)
    if story.track == ACTIVITY and fits(two_years) and rng.random() < 0.6:
        return ConsentForm.WRITTEN, two_years
    oral = last - timedelta(days=ORAL_CEILING - 1)
    if fits(oral) and rng.random() < 0.2:
        return ConsentForm.ORAL, oral
    for months in sorted((12, 6, 3), key=lambda m: (rng.random() > 0.75, -m)):
        first = months_after(last + timedelta(days=1), -months)
        if fits(first):
            return rng.choice((ConsentForm.WRITTEN,) * 5 + (ConsentForm.WRITTEN_EID,)), first
    return ConsentForm.ORAL, None


# ── The clinic's items ──────────────────────────────────────────────────────────────────────────────────────
def _of_the_clinic(rows: Rows, story: Story, rng: Random, anchor: date) -> None:
    last = story.last_day(anchor)
    plain = _timeline(story, rng, anchor)
    for type, after, heading, text, more in plain:
        day = workday(story.opened_on + timedelta(days=after))
        if day > last:
            continue
        item = write(
            rows, rng, story, by=story.worker, type=type, day=day, heading=heading, text=text, **more
        )
        if rng.random() < GIVEN_TO_FK.get(type, 0):
            give(rows, rng, story, item, story.fk, by=story.worker, anchor=anchor)
        later = day + timedelta(days=rng.randrange(60, 150))
        if type == ItemType.PLAN and rng.random() < 0.3 and workday(later) <= last:
            again, words = rng.choice(texts.PLANS)
            version = write(
                rows,
                rng,
                story,
                by=story.worker,
                type=type,
                day=workday(later),
                heading=again,
                text=words,
                replaces=item,
            )
            if rng.random() < 0.6:
                give(rows, rng, story, version, story.fk, by=story.worker, anchor=anchor)
    if story.lesson:
        heading, text = {
            PAUSED_QUESTION: texts.WAITING["consent_missing"],
            TAKEN_BACK: texts.WAITING["withdrawn"],
            NO_PLAN: texts.WAITING["no_plan"],
        }[story.lesson]
        at = withdrawn_at(anchor) + timedelta(minutes=20)
        write(
            rows,
            rng,
            story,
            by=story.worker,
            type=ItemType.NOTE,
            day=at.date(),
            heading=heading,
            text=text,
            kind=Kind.PLAN,
            at=at,
        )


def _timeline(story: Story, rng: Random, anchor: date) -> list[tuple[str, int, str, str, dict]]:
    """(type, days after the opening, heading, text, more) of what the clinic writes."""
    length = (story.last_day(anchor) - story.opened_on).days
    out: list[tuple[str, int, str, str, dict]] = []

    def add(type: str, after: int, sort: texts.Sort, heading: str = "", **more) -> None:
        own_heading, text = rng.choice(sort)
        out.append((type, after, heading or own_heading, text, more))

    add(ItemType.OFFER, 0, texts.OFFERS)
    add(
        ItemType.DIAGNOSIS, rng.randrange(0, 4), texts.DIAGNOSES, f"{story.block} {texts.BLOCKS[story.block]}"
    )
    if not story.anonymous:
        work = texts.EMPLOYED if story.employer or story.job else texts.WITHOUT_EMPLOYER[story.livelihood]
        facts = {"employer": EMPLOYER_NAMES[story.employer]} if story.job else {}
        add(ItemType.WORK_SITUATION, rng.randrange(1, 15), work, facts=facts)
    if rng.random() < 0.75:
        add(ItemType.MAPPING, rng.randrange(5, 26), texts.MAPPINGS)
    for after, form in _statement_days(story, rng, length):
        add(
            ItemType.STATEMENT,
            after,
            texts.STATEMENTS,
            _STATEMENT[form].format(story.degree),
            facts={"form": form},
        )
    for after in (rng.randrange(15, 60), rng.randrange(120, 200), rng.randrange(300, 420)):
        add(ItemType.ABILITY_NOTE, after, texts.ABILITIES)
    if story.lesson != NO_PLAN:
        if rng.random() < 0.85:
            add(ItemType.PLAN, rng.randrange(12, 50), texts.PLANS)
        for after in range(40, length, rng.randrange(90, 160)):
            if rng.random() < 0.8:
                add(ItemType.MEASURE, after + rng.randrange(0, 30), texts.MEASURES)
    if rng.random() < 0.55:
        add(ItemType.TREATMENT, rng.randrange(25, 130), texts.TREATMENTS)
    if rng.random() < 0.22:
        add(ItemType.ECONOMY, rng.randrange(10, 120), texts.ECONOMIES)
    if rng.random() < 0.22:
        add(ItemType.SUPPORT, rng.randrange(5, 120), texts.SUPPORTS_AT_HOME)
    if length > 120 and rng.random() < 0.7:
        movement = rng.choices(tuple(MOVEMENTS), tuple(MOVEMENTS.values()))[0]
        sort = {"forward": texts.STEPS_FORWARD, "same": texts.STEPS_SAME, "back": texts.STEPS_BACK}[movement]
        step = {"forward": Step.FORWARD, "same": Step.SAME, "back": Step.BACK}[movement]
        facts = {"step_activity": step.value}
        add(ItemType.STEP, length - rng.randrange(0, 40), sort, facts=facts)
    for _ in range(rng.choice((0, 1, 1, 2))):
        kind, heading, text = rng.choice(texts.NOTES)
        out.append((ItemType.NOTE, rng.randrange(10, max(length, 11)), heading, text, {"kind": kind}))
    if story.said == DECLINED:
        heading, text = rng.choice(texts.DECLINED)
        out.append((ItemType.NOTE, rng.randrange(1, 20), heading, text, {"kind": Kind.PLAN}))
    return sorted(out, key=lambda row: row[1])


_STATEMENT = {
    "FK 7804": "FK 7804 läkarintyg för sjukpenning, {} %",
    "FK 7800": "FK 7800 läkarutlåtande för sjukersättning, {} %",
    "FK 7801": "FK 7801 läkarutlåtande för aktivitetsersättning, {} %",
}


def _statement_days(story: Story, rng: Random, length: int) -> list[tuple[int, str]]:
    if story.track == ACTIVITY:
        days = [rng.randrange(5, 60), rng.randrange(300, 460)]
        return [(day, "FK 7801") for day in days if day < length]
    certified: list[tuple[int, str]] = []
    day = rng.randrange(0, 20)
    while day < length and len(certified) < 5:
        certified.append((day, "FK 7804" if day < 400 else "FK 7800"))
        day += rng.randrange(45, 110)
    return certified
