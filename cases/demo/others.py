"""What Försäkringskassan and the others write on the clinics' cases of the demo, and give back."""

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from cases.demo import texts
from cases.demo.dice import between, midnight, skewed, workday
from cases.demo.rows import Rows, give, give_on, record, sees_at_loading, window_for, write
from cases.demo.stories import (
    ACTIVITY,
    BOTH,
    EXPIRING,
    NO_PLAN,
    Story,
)
from cases.forms import months_after
from cases.law import Ground
from cases.law import InformationKind as Kind
from cases.models import (
    Assignment,
    ConsentForm,
    ItemType,
    Purpose,
)
from cases.models.item import KIND_OF_TYPE
from parties.demo import AF, EMP_LIVS, KVARNBACKEN, LINDGARDEN, SOC_EKELUNDA, SOLSIDAN, Register
from parties.models import Unit


# ── Försäkringskassan ───────────────────────────────────────────────────────────────────────────────────────
def of_fk(rows: Rows, story: Story, rng: Random, anchor: date) -> None:
    """Decisions on what the clinic has stated, given back, where the consent reaches both ways and still
    does.
    """
    if not sees_at_loading(story, story.fk, anchor):
        return
    rows.assignments.append(
        Assignment(
            case=story.case,
            unit=story.fk,
            member=story.fk_officer,
            from_at=story.windows[0].consent.registered_at,
        )
    )
    statements = [i for i in rows.items if i.case is story.case and i.type == ItemType.STATEMENT]
    for item in statements[:1] + statements[-1:] if len(statements) > 1 else statements:
        decided_on = workday(item.happened_on + timedelta(days=round(skewed(rng, median=75, p90=190))))
        outcome = rng.choices(("granted", "refused", "withdrawn"), (72, 20, 8))[0]
        if story.lesson != NO_PLAN and outcome != "withdrawn":
            _decide(rows, story, rng, anchor, decided_on, outcome)
    if story.lesson == NO_PLAN:
        _decide(rows, story, rng, anchor, workday(anchor - timedelta(days=40), -1), "granted")
    elif rng.random() < 0.35:
        heading, text = rng.choice(texts.FK_NOTES)
        _from_fk(
            rows,
            story,
            rng,
            anchor,
            workday(between(rng, story.opened_on, story.last_day(anchor))),
            type=ItemType.NOTE,
            kind=Kind.PLAN,
            heading=heading,
            text=text,
        )


def _decide(rows: Rows, story: Story, rng: Random, anchor: date, day: date, outcome: str) -> None:
    facts: dict[str, str | int] = {"outcome": outcome, "benefit": "sickness_benefit", "degree": story.degree}
    if story.track == ACTIVITY and story.leave_to:
        ends = story.leave_to
        starts = months_after(ends + timedelta(days=1), -12 * story.decision_years)
        facts["benefit"] = "activity_compensation"
    else:
        starts = day - timedelta(days=rng.randrange(5, 30))
        ends = day + timedelta(days=rng.randrange(30, 150))
    name = "aktivitetsersättning" if story.track == ACTIVITY else "sjukpenning"
    if outcome == "granted":
        facts |= {"period_start": starts.isoformat(), "period_end": ends.isoformat()}
        heading, (_h, text) = f"Beslut: {name} {story.degree} % till {ends}", rng.choice(texts.GRANTED)
    else:
        heading, (_h, text) = f"Beslut: {name}, avslag", rng.choice(texts.REFUSED)
    _from_fk(rows, story, rng, anchor, day, type=ItemType.DECISION, heading=heading, text=text, facts=facts)


def _from_fk(rows: Rows, story: Story, rng: Random, anchor: date, day: date, **item) -> None:
    """Written and given, if the consent reached from Försäkringskassan to the clinic that day and still
    does.
    """
    kind = item.get("kind") or KIND_OF_TYPE[item["type"]]
    window = window_for(story, story.fk, story.clinic, kind, day)
    if window is None or window.consent.valid_to < anchor or day > story.last_day(anchor):
        return
    written = write(rows, rng, story, by=story.fk_officer, day=day, **item)
    give(rows, rng, story, written, story.clinic, by=story.fk_officer, anchor=anchor)


# ── Employers, Arbetsförmedlingen, social services, primary care ────────────────────────────────────────────
def of_others(rows: Rows, register: Register, rng: Random, anchor: date) -> None:
    """A few cases each with employers, Arbetsförmedlingen, social services, and public and private primary
    care.
    """
    ready = [
        s
        for s in rows.stories
        if s.said in (BOTH, EXPIRING)
        and not (s.closed_on or s.paused_on or s.lesson)
        and s.opened_on < anchor - timedelta(days=45)
    ]
    rng.shuffle(ready)
    ready.sort(key=lambda s: s.clinic != register.login("koordinator").unit)
    employed = sorted((s for s in ready if s.employer), key=lambda s: s.employer != EMP_LIVS)[:10]
    kinds: tuple[Kind, ...] = (Kind.PLAN, Kind.ABILITY, Kind.EMPLOYMENT)
    for story in employed:
        unit = register.units[story.employer]
        _with_other(rows, story, unit, register, rng, anchor, Purpose.EMPLOYER_CONTACT, kinds)
    for story in [s for s in ready if s.livelihood == "af"][:9]:
        _with_other(rows, story, register.units[AF], register, rng, anchor, Purpose.RETURN_TO_WORK, kinds)
    kinds = (Kind.PLAN, Kind.ABILITY, Kind.SOCIAL)
    for story in [s for s in ready if s.livelihood == "soc"][:8]:
        unit = _social_services(story, register)
        _with_other(rows, story, unit, register, rng, anchor, Purpose.SIP, kinds)
    private, public = ready[1::6][:6], ready[2::4][:10]
    kinds = (Kind.PLAN, Kind.ABILITY, Kind.CERTIFICATE, Kind.MEDICAL)
    for story in private:
        _with_other(
            rows, story, register.units[SOLSIDAN], register, rng, anchor, Purpose.RETURN_TO_WORK, kinds
        )
    for ordinal, story in enumerate(public):
        unit = register.units[KVARNBACKEN if ordinal % 3 == 2 else LINDGARDEN]
        _with_primary_care(rows, story, unit, register, rng, anchor)


def _social_services(story: Story, register: Register) -> Unit:
    name = {"Björkvalla": "Björkvalla kommun", "Strandåker": "Strandåkers kommun"}.get(story.municipality)
    return register.units[f"{name} – socialförvaltning" if name else SOC_EKELUNDA]


# What another unit writes, by its kind of party: (type, sort, kind or None for the type's own).
_THEIRS: dict[str, tuple[tuple[str, texts.Sort, Kind | None], ...]] = {
    "af": ((ItemType.MEASURE, texts.OF_AF, None),),
    "social_services": ((ItemType.NOTE, texts.OF_SOC, Kind.PLAN),),
    "employer": (
        (ItemType.PLAN, texts.OF_EMPLOYER_PLAN, None),
        (ItemType.WORK_SITUATION, texts.OF_EMPLOYER_WORK, None),
    ),
    "primary_care": ((ItemType.MEASURE, texts.OF_PRIMARY_CARE, None),),
    "private_primary_care": ((ItemType.MEASURE, texts.OF_PRIMARY_CARE, None),),
}


def _with_other(
    rows: Rows,
    story: Story,
    unit: Unit,
    register: Register,
    rng: Random,
    anchor: date,
    purpose: str,
    kinds: Iterable[Kind],
) -> None:
    """A consent of its own, both ways; what the clinic gives under it, and what comes back."""
    first = workday(max(story.opened_on + timedelta(days=7), anchor - timedelta(days=rng.randrange(35, 150))))
    last = months_after(first, rng.choice((6, 12))) - timedelta(days=1)
    directions = [(story.clinic, unit), (unit, story.clinic)]
    record(
        rows,
        story,
        rng,
        first=first,
        last=last,
        form=ConsentForm.WRITTEN,
        directions=directions,
        kinds=kinds,
        purpose=purpose,
    )
    heading, text = rng.choice(texts.PLANS)
    plan = write(rows, rng, story, by=story.worker, type=ItemType.PLAN, day=first, heading=heading, text=text)
    plan.at = max(plan.at, midnight(first) + timedelta(hours=16))
    give(rows, rng, story, plan, unit, by=story.worker, anchor=anchor)
    officer = register.first(unit.name)
    for type, sort, kind in _THEIRS[unit.party.kind]:
        heading, text = rng.choice(sort)
        day = workday(between(rng, first + timedelta(days=2), anchor - timedelta(days=5)))
        theirs = write(
            rows, rng, story, by=officer, type=type, day=day, heading=heading, text=text, kind=kind
        )
        give(rows, rng, story, theirs, story.clinic, by=officer, anchor=anchor)


def _with_primary_care(
    rows: Rows, story: Story, unit: Unit, register: Register, rng: Random, anchor: date
) -> None:
    """Public care of the same region: in a care relation, without a consent (R15)."""
    day = workday(max(story.opened_on + timedelta(days=10), anchor - timedelta(days=rng.randrange(25, 200))))
    heading, text = rng.choice(texts.PLANS)
    plan = write(rows, rng, story, by=story.worker, type=ItemType.PLAN, day=day, heading=heading, text=text)
    given_at = plan.at + timedelta(minutes=20)
    give_on(rows, story, plan, unit, by=story.worker, at=given_at, ground=Ground.INTRA_CARE)
    officer = register.first(unit.name)
    heading, text = rng.choice(texts.OF_PRIMARY_CARE)
    answered = workday(between(rng, day + timedelta(days=3), anchor - timedelta(days=3)))
    theirs = write(
        rows, rng, story, by=officer, type=ItemType.MEASURE, day=answered, heading=heading, text=text
    )
    give_on(
        rows,
        story,
        theirs,
        story.clinic,
        by=officer,
        at=theirs.at + timedelta(minutes=15),
        ground=Ground.INTRA_CARE,
    )
