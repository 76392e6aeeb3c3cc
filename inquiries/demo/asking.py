"""How the demo's questions come about: two years of them month by month, spoken ones only logged, those in
the portal real.

Planned in memory on top of the cases' plan: the words of a question and of its answer are items there,
given like any item.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from cases.demo import Plan as CasesPlan
from cases.demo.dice import between, moment, spread, workday
from cases.demo.rows import Gift, give, give_on, sees_at_loading, window_for, write
from cases.demo.stories import Story
from cases.law import Ground
from cases.law import InformationKind as Kind
from cases.models import ItemType
from inquiries.actions import due_from
from inquiries.demo import texts
from inquiries.models import (
    Category,
    Channel,
    DeclineReason,
    Inquiry,
    InquiryAnswer,
    InquiryState,
    Mode,
    State,
)
from parties.demo import (
    BJORKVALLA,
    FK_A,
    FK_B,
    NORR,
    PSYKOS,
    SODER,
    STRANDAKER,
    Register,
)
from parties.models import CARE_KINDS, Membership, PartyKind, Unit
from parties.workdays import is_workday

# With fewer in July and December this makes 93 a quarter.
A_MONTH = 33
SEASON = {7: 0.45, 12: 0.80}
FROM_FK, TO_FK, OTHER = "from_fk", "to_fk", "other"
DIRECTIONS = {FROM_FK: 58, TO_FK: 36, OTHER: 6}
CATEGORIES = {
    FROM_FK: {
        Category.PLANNING: 24,
        Category.CERTIFICATE: 20,
        Category.RETURN_TO_WORK: 14,
        Category.MEASURES: 13,
        Category.TREATMENT: 12,
        Category.COMPENSATION: 9,
        Category.PROGNOSIS: 8,
    },
    TO_FK: {
        Category.PLANNING: 27,
        Category.COMPENSATION: 24,
        Category.BENEFITS: 18,
        Category.MEETING: 14,
        Category.RULES: 17,
    },
    OTHER: {Category.PLANNING: 40, Category.RETURN_TO_WORK: 40, Category.MEASURES: 20},
}
IN_THE_PORTAL = 0.30
SPOKEN = {Channel.ON_SITE: 38, Channel.PHONE: 24, Channel.MEETING: 8}
# Who logs the spoken ones: the clinics by size, and Försäkringskassan's units.
CLINICS_BY_SIZE = {NORR: 26, SODER: 20, BJORKVALLA: 32, STRANDAKER: 12, PSYKOS: 10}
OTHER_COUNTERPARTS = (PartyKind.AF, PartyKind.SOCIAL_SERVICES, PartyKind.PRIMARY_CARE, PartyKind.EMPLOYER)
MOST_QUESTIONS_ON_A_CASE = 7
DECLINED, TAKEN_BACK_SHARE = 0.04, 0.015


@dataclass
class Asked:
    """The rows of this room."""

    inquiries: list[Inquiry] = field(default_factory=list)
    steps: list[InquiryState] = field(default_factory=list)
    answers: list[InquiryAnswer] = field(default_factory=list)
    reasons: list[DeclineReason] = field(default_factory=list)

    def step(self, inquiry: Inquiry, state: str, at: datetime, by: Membership) -> None:
        self.steps.append(InquiryState(inquiry=inquiry, state=state, at=at, unit=by.unit, by=by))


@dataclass
class Scene:
    """What every question of the plan needs to know."""

    cases: CasesPlan
    register: Register
    rng: Random
    anchor: date
    asked: Asked
    # Days until an answer. Shorter than the 2.5 and 9 that come out, since answers wait for office hours.
    delays: Iterator[float]


# ── Two years ───────────────────────────────────────────────────────────────────────────────────────────────
def _days(scene: Scene) -> list[date]:
    """A working day for each inquiry: about 33 a month, ±15 % by quarter, fewer in July and in December."""
    days: list[date] = []
    month, scale = scene.cases.first_day, 1.0
    while month < scene.anchor:
        following = (month + timedelta(days=32)).replace(day=1)
        if (month.month - 1) % 3 == 0 or not days:
            scale = scene.rng.uniform(0.85, 1.15)
        open_days = [
            d for d in (month + timedelta(days=n) for n in range((following - month).days)) if is_workday(d)
        ]
        past = [d for d in open_days if d < scene.anchor]
        wanted = round(A_MONTH * scale * SEASON.get(month.month, 1) * len(past) / len(open_days))
        days.extend(scene.rng.choice(past) for _ in range(wanted))
        month = following
    return sorted(days)


def history(scene: Scene) -> None:
    """Eight quarters, and the days of the one that runs: in the portal what has a case for it, the rest
    only logged.
    """
    rng, days = scene.rng, _days(scene)
    directions = spread(rng, DIRECTIONS, len(days))
    categories = {d: spread(rng, CATEGORIES[d], directions.count(d)) for d in DIRECTIONS}
    rows = [
        (day, direction, categories[direction].pop()) for day, direction in zip(days, directions, strict=True)
    ]
    # The portal is used more and more: the later the day, the sooner it is tried.
    span = (days[-1] - days[0]).days
    order = sorted(
        rows, key=lambda r: rng.random() ** (1 / (0.3 + (r[0] - days[0]).days / span)), reverse=True
    )
    wanted, spoken = round(len(rows) * IN_THE_PORTAL), []
    for row in order:
        if wanted and _ask_in_the_portal(scene, *row):
            wanted -= 1
        else:
            spoken.append(row)
    for row, channel in zip(spoken, spread(rng, SPOKEN, len(spoken)), strict=True):
        _log(scene, *row, channel)


def _log(scene: Scene, day: date, direction: str, category: str, channel: str) -> None:
    """By word of mouth: category, channel and minutes; no words and no case."""
    rng, register = scene.rng, scene.register
    clinic = rng.choices(tuple(CLINICS_BY_SIZE), tuple(CLINICS_BY_SIZE.values()))[0]
    counterpart, asked_by_us = PartyKind.FK, direction == TO_FK
    unit = clinic
    if direction == OTHER:
        counterpart, asked_by_us = rng.choice(OTHER_COUNTERPARTS), rng.random() < 0.6
    elif rng.random() < 0.3:
        unit, counterpart, asked_by_us = rng.choice((FK_A, FK_B)), PartyKind.PSYCHIATRY, direction == FROM_FK
    by = rng.choice(register.case_workers(unit))
    at = moment(rng, day)
    inquiry = Inquiry(
        mode=Mode.LOG_ONLY,
        category=category,
        channel=channel,
        asker_unit=by.unit,
        counterpart=counterpart,
        asked_by_us=asked_by_us,
        minutes=rng.choice((3, 5, 5, 5, 8, 10, 10, 15, 20)),
        by=by,
        asked_at=at,
    )
    scene.asked.inquiries.append(inquiry)
    scene.asked.step(inquiry, State.CLOSED, at, by)


def _ask_in_the_portal(scene: Scene, day: date, direction: str, category: str) -> bool:
    """A question on a case where it had its ground that day, answered in the portal; False when there is no
    such case.
    """
    rng = scene.rng
    fitting: list[tuple[Story, Unit, Unit]] = []
    for story in scene.cases.rows.stories:
        if not story.windows or not story.opened_on < day < story.last_day(scene.anchor):
            continue
        if story.questions >= MOST_QUESTIONS_ON_A_CASE or story.lesson:
            continue
        fitting.extend((story, *pair) for pair in _pairs(scene, story, direction, day))
    rng.shuffle(fitting)
    for story, asker, receiver in fitting[:4]:
        if _ask_and_answer(scene, story, asker, receiver, category, day):
            return True
    return False


def _pairs(scene: Scene, story: Story, direction: str, day: date) -> Iterable[tuple[Unit, Unit]]:
    """The (asker, receiver) pairs on the case that day, in the direction, whose answer has a consent."""
    if direction == OTHER:
        others = sorted(units_of(story) - {story.clinic, story.fk}, key=lambda u: u.pk)
        pairs = [pair for u in others for pair in ((u, story.clinic), (story.clinic, u))]
    else:
        pairs = [(story.fk, story.clinic) if direction == FROM_FK else (story.clinic, story.fk)]
    return [
        (asker, receiver)
        for asker, receiver in pairs
        if sees_at_loading(story, asker, scene.anchor)
        and sees_at_loading(story, receiver, scene.anchor)
        and is_answerable(scene, story, asker, receiver, day)
    ]


def units_of(story: Story) -> set[Unit]:
    """The clinic, and every unit with a consent line on the case."""
    return {story.clinic} | {
        unit for w in story.windows for line in w.lines.values() for unit in (line.from_unit, line.to_unit)
    }


def is_answerable(scene: Scene, story: Story, asker: Unit, receiver: Unit, day: date) -> bool:
    """The question and a plan in answer both have a ground; and the receiver's lines can still be received
    (R8).
    """
    if asker.party.kind != PartyKind.FK and window_for(story, asker, receiver, Kind.EXISTENCE, day) is None:
        return False
    window = window_for(story, receiver, asker, Kind.PLAN, day)
    return window is not None and (receiver == story.clinic or window.consent.valid_to >= scene.anchor)


def texts_between(asker: Unit, receiver: Unit) -> Mapping[str, tuple[texts.Pair, ...]]:
    if asker.party.kind == PartyKind.FK:
        return texts.FROM_FK
    if receiver.party.kind == PartyKind.FK:
        return texts.TO_FK
    if receiver.party.kind == PartyKind.PSYCHIATRY:
        return texts.FROM_OTHERS[asker.party.kind]
    return texts.TO_OTHERS[receiver.party.kind]


def _ask_and_answer(
    scene: Scene, story: Story, asker: Unit, receiver: Unit, category: str, day: date
) -> bool:
    rng = scene.rng
    written = texts_between(asker, receiver)
    if category not in written:
        category = rng.choice(list(written))
    asked_at = moment(rng, day, latest=15)
    answered_at = _answered(scene, asked_at)
    day_of_answer = answered_at.date()
    question, kinds = "", {}
    for text, parts in rng.sample(written[category], len(written[category])):
        possible = {k: t for k, t in parts.items() if window_for(story, receiver, asker, k, day_of_answer)}
        if possible:
            question, kinds = text, possible
            break
    if not kinds or answered_at.date() >= story.last_day(scene.anchor):
        return False
    inquiry = ask(scene, story, member_of(scene, story, asker), receiver, category, question, asked_at)
    story.questions += 1
    chance = rng.random()
    if chance < TAKEN_BACK_SHARE:
        scene.asked.step(
            inquiry, State.TAKEN_BACK, asked_at + timedelta(minutes=rng.randrange(2, 30)), inquiry.by
        )
        return True
    answerer = member_of(scene, story, receiver)
    scene.asked.step(inquiry, State.READ, read_between(rng, asked_at, answered_at), answerer)
    if chance > 1 - DECLINED:
        scene.asked.step(inquiry, State.DECLINED, answered_at, answerer)
        reason = rng.choice(("no_ground", "not_ours", "elsewhere", "other"))
        scene.asked.reasons.append(DeclineReason(inquiry=inquiry, unit=receiver, reason=reason))
    else:
        answer(scene, story, inquiry, kinds, answered_at, answerer)
    read_on = workday(answered_at.date() + timedelta(days=rng.choice((0, 0, 1, 1, 2, 3))))
    closed_at = max(moment(rng, read_on), answered_at + timedelta(minutes=20))
    if closed_at.date() < scene.anchor:
        scene.asked.step(inquiry, State.CLOSED, closed_at, inquiry.by)
    return True


def _answered(scene: Scene, asked_at: datetime) -> datetime:
    """When an answer comes: half of them within about 2.5 days, one in ten after more than 9. In office
    hours, and past.
    """
    raw = asked_at + timedelta(days=next(scene.delays))
    day = min(workday(raw.date()), workday(scene.anchor - timedelta(days=1), -1))
    at = moment(scene.rng, day)
    if at > asked_at + timedelta(minutes=40):
        return at
    return asked_at + timedelta(minutes=scene.rng.randrange(40, 100))


def read_between(rng: Random, asked_at: datetime, answered_at: datetime) -> datetime:
    """When a question was opened: in office hours before the answer, else soon after it came."""
    day = between(rng, asked_at.date(), answered_at.date())
    at = moment(rng, day)
    if is_workday(day) and asked_at < at < answered_at:
        return at
    return asked_at + timedelta(minutes=rng.randrange(3, 30))


def member_of(scene: Scene, story: Story, unit: Unit) -> Membership:
    if unit == story.clinic:
        return story.worker
    if unit == story.fk:
        return story.fk_officer
    return scene.register.first(unit.name)


def ask(
    scene: Scene, story: Story, by: Membership, to: Unit, category: str, text: str, at: datetime
) -> Inquiry:
    """The question as an item of the asker's, given on its ground, and its inquiry
    (`inquiries.actions.ask`).
    """
    rows, rng = scene.cases.rows, scene.rng
    item = write(rows, rng, story, by=by, type=ItemType.QUESTION, day=at.date(), heading="", text=text, at=at)
    item.heading = item.text[:120]
    if by.unit.party.kind == PartyKind.FK:
        give_on(rows, story, item, to, by=by, at=at, ground=Ground.FK_ASK)
    elif same_care(by.unit, to):
        give_on(rows, story, item, to, by=by, at=at, ground=Ground.INTRA_CARE)
    else:
        _demand(give(rows, rng, story, item, to, by=by, anchor=scene.anchor, at=at))
    inquiry = Inquiry(
        mode=Mode.CASE,
        category=category,
        channel=Channel.PORTAL,
        asker_unit=by.unit,
        to_unit=to,
        case=story.case,
        question=item,
        by=by,
        asked_at=at,
        due_on=due_from(at.date()),
    )
    scene.asked.inquiries.append(inquiry)
    scene.asked.step(inquiry, State.SENT, at, by)
    return inquiry


def answer(
    scene: Scene, story: Story, inquiry: Inquiry, kinds: dict[Kind, str], at: datetime, by: Membership
) -> None:
    """One item a kind, each given to the asker (`inquiries.actions.answer`)."""
    rows, rng = scene.cases.rows, scene.rng
    for kind, text in kinds.items():
        item = write(
            rows,
            rng,
            story,
            by=by,
            type=ItemType.ANSWER,
            day=at.date(),
            heading="",
            text=text,
            kind=kind,
            at=at,
        )
        item.heading = item.text[:120]
        if same_care(by.unit, inquiry.asker_unit):
            give_on(rows, story, item, inquiry.asker_unit, by=by, at=at, ground=Ground.INTRA_CARE)
        else:
            _demand(give(rows, rng, story, item, inquiry.asker_unit, by=by, anchor=scene.anchor, at=at))
        scene.asked.answers.append(InquiryAnswer(inquiry=inquiry, item=item))
    scene.asked.step(inquiry, State.ANSWERED, at, by)


def same_care(one: Unit, other: Unit) -> bool:
    public = CARE_KINDS - {PartyKind.PRIVATE_PRIMARY_CARE}
    return {one.party.kind, other.party.kind} <= public and one.party.organisation == other.party.organisation


def _demand(gift: Gift | None) -> None:
    assert gift is not None, "a question of the plan has its ground"
