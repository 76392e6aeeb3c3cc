"""What waits for somebody on the day of loading, and the questions of the teaching cases."""

from datetime import date, timedelta

from cases.demo.dice import moment, workday
from cases.demo.rows import sees_at_loading, window_for, withdrawn_at
from cases.demo.stories import BOTH, EXPIRING, PAUSED_QUESTION, TAKEN_BACK, Story
from cases.law import InformationKind as Kind
from inquiries.demo import texts
from inquiries.demo.asking import (
    Scene,
    answer,
    ask,
    is_answerable,
    member_of,
    same_care,
    texts_between,
    units_of,
)
from inquiries.models import (
    Category,
    State,
)
from parties.demo import (
    AF,
    BJORKVALLA,
    CLINICS,
    EMP_LIVS,
    FK_A,
    FK_B,
    LINDGARDEN,
    NORR,
    PSYKOS,
    SOC_EKELUNDA,
    SODER,
    SOLSIDAN,
    STRANDAKER,
)
from parties.models import Unit

ANY_CLINIC = ""
# (asking unit, receiving unit, days ago, where it stands). Any clinic is the first login's when it has such
# a case.
OPEN_NOW: tuple[tuple[str, str, int, str], ...] = (
    (FK_A, NORR, 2, State.SENT),
    (FK_B, NORR, 1, State.SENT),
    (FK_A, NORR, 17, State.READ),
    (NORR, FK_A, 6, State.ANSWERED),
    (NORR, FK_A, 3, State.SENT),
    (SODER, FK_A, 5, State.READ),
    (BJORKVALLA, FK_A, 1, State.SENT),
    (FK_A, NORR, 5, State.ANSWERED),
    (NORR, FK_B, 2, State.SENT),
    (STRANDAKER, FK_B, 4, State.READ),
    (FK_B, SODER, 6, State.ANSWERED),
    (FK_A, SODER, 2, State.SENT),
    (FK_B, SODER, 4, State.READ),
    (FK_B, BJORKVALLA, 3, State.SENT),
    (FK_A, PSYKOS, 2, State.SENT),
    (ANY_CLINIC, AF, 3, State.SENT),
    (ANY_CLINIC, SOC_EKELUNDA, 2, State.SENT),
    (ANY_CLINIC, EMP_LIVS, 4, State.SENT),
    (ANY_CLINIC, LINDGARDEN, 2, State.SENT),
    (ANY_CLINIC, SOLSIDAN, 3, State.SENT),
    (AF, ANY_CLINIC, 4, State.ANSWERED),
)


def open_now(scene: Scene) -> None:
    busy: set[int] = set()
    for asker, receiver, days, state in OPEN_NOW:
        day = workday(scene.anchor - timedelta(days=days), -1)
        found = next(
            filter(None, (_case_for(scene, asker or c, receiver or c, day, busy) for c in CLINICS)), None
        )
        if found is None:
            # No such case on this day of loading; what each login must have is held by the tests.
            continue
        story, one, other = found
        busy.add(id(story))
        written = texts_between(one, other)
        category = scene.rng.choice(list(written))
        question, kinds = scene.rng.choice(written[category])
        at = moment(scene.rng, day, latest=14)
        inquiry = ask(scene, story, member_of(scene, story, one), other, category, question, at)
        answerer = member_of(scene, story, other)
        if state in (State.READ, State.ANSWERED):
            scene.asked.step(inquiry, State.READ, at + timedelta(minutes=90), answerer)
        if state == State.ANSWERED:
            yesterday = workday(scene.anchor - timedelta(days=1), -1)
            answered_at = max(moment(scene.rng, yesterday), at + timedelta(hours=2))
            possible = {
                k: t for k, t in kinds.items() if window_for(story, other, one, k, answered_at.date())
            }
            answer(
                scene, story, inquiry, possible or {Kind.PLAN: "Planen ligger fast."}, answered_at, answerer
            )


def _case_for(
    scene: Scene, asker_name: str, receiver_name: str, day: date, busy: set[int]
) -> tuple[Story, Unit, Unit] | None:
    """An open case of the clinic on which one may ask the other that day; each case is used once when
    possible.
    """
    asker, receiver = scene.register.units[asker_name], scene.register.units[receiver_name]

    def possible(story: Story) -> bool:
        if story.closed_on or story.paused_on or story.lesson or not {asker, receiver} & {story.clinic}:
            return False
        if story.opened_on >= day:
            return False
        if not (
            sees_at_loading(story, asker, scene.anchor) and sees_at_loading(story, receiver, scene.anchor)
        ):
            return False
        if same_care(asker, receiver):
            return True
        return {asker, receiver} <= units_of(story) and is_answerable(scene, story, asker, receiver, day)

    stories = [s for s in scene.cases.rows.stories if possible(s)]
    stories.sort(key=lambda s: (id(s) in busy, s.said not in (BOTH, EXPIRING), s.questions))
    return (stories[0], asker, receiver) if stories else None


# ── The teaching cases ──────────────────────────────────────────────────────────────────────────────────────
def lessons(scene: Scene) -> None:
    """A question paused since the consent ran out; and one that the withdrawal of yesterday has paused."""
    rng, asked = scene.rng, scene.asked
    story = next(s for s in scene.cases.rows.stories if s.lesson == PAUSED_QUESTION)
    last = story.windows[-1].last
    at = moment(rng, workday(last - timedelta(days=3), -1), latest=14)
    category, question = texts.PAUSED
    inquiry = ask(scene, story, story.worker, story.fk, category, question, at)
    asked.step(inquiry, State.READ, at + timedelta(minutes=70), story.fk_officer)
    asked.step(inquiry, State.PAUSED, moment(rng, workday(last + timedelta(days=1))), story.worker)

    story = next(s for s in scene.cases.rows.stories if s.lesson == TAKEN_BACK)
    at = moment(rng, workday(scene.anchor - timedelta(days=4), -1), latest=14)
    question, _parts = texts.FROM_FK[Category.COMPENSATION][0]
    inquiry = ask(scene, story, story.fk_officer, story.clinic, Category.COMPENSATION, question, at)
    asked.step(inquiry, State.PAUSED, withdrawn_at(scene.anchor) + timedelta(minutes=1), story.worker)
