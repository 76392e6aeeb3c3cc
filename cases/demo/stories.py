"""Whom the demo's 180 cases are about: track, clinic, age, sick leave, and what each has said about sharing.

The shares are those of the project's notes on demo data, and come out exactly but for rounding. Three cases
teach: a question that is paused since the consent ran out; an activity compensation that ends in five
months without a plan; a consent taken back yesterday. Where the notes give a shape and no figure, the
figure is invented.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from cases.demo import people
from cases.demo.dice import skewed, spread, workday
from cases.forms import months_after
from cases.models import Case, Consent, ConsentLine, Person, Sex
from cases.models.case import Benefit
from initiatives.demo import AKTIVA_STEG, FRISKARE, SAMTAL, SPAR
from initiatives.models import Initiative
from parties.demo import (
    BJORKVALLA,
    EMP_EKELUNDA,
    EMP_KLOCKAN,
    EMP_LIVS,
    EMP_LOGISTIK,
    EMP_REGION,
    FK_A,
    FK_B,
    NORR,
    PSYKOS,
    SODER,
    STRANDAKER,
    Register,
)
from parties.models import Membership, Unit

CASES = 180
SICKNESS, ACTIVITY = "sickness", "activity"
TRACKS = {SICKNESS: 118, ACTIVITY: 62}
MUNICIPALITIES = {"Ekelunda": 52, "Björkvalla": 34, "Strandåker": 14}
CLINIC_OF = {
    "Ekelunda": {NORR: 46, SODER: 34, PSYKOS: 20},
    "Björkvalla": {BJORKVALLA: 92, PSYKOS: 8},
    "Strandåker": {STRANDAKER: 100},
}
# The clinic of the first login works most with those on activity compensation; the sum is the track's.
ACTIVITY_AT = {NORR: 22, SODER: 11, BJORKVALLA: 14, STRANDAKER: 7, PSYKOS: 8}
FK_OF = {SICKNESS: FK_B, ACTIVITY: FK_A}
SEX = {SICKNESS: {Sex.FEMALE: 70, Sex.MALE: 30}, ACTIVITY: {Sex.FEMALE: 50, Sex.MALE: 50}}
# Both columns weighed 70/30 give the shares of the whole track: 7, 14, 29, 25, 18, 7.
AGES_ON_SICK_LEAVE = {
    Sex.FEMALE: {(20, 24): 8, (25, 29): 17, (30, 39): 34, (40, 49): 20, (50, 59): 15, (60, 64): 6},
    Sex.MALE: {(20, 24): 5, (25, 29): 7, (30, 39): 17, (40, 49): 37, (50, 59): 25, (60, 64): 9},
}
AGES_ON_COMPENSATION = {(19, 21): 20, (22, 24): 30, (25, 27): 30, (28, 29): 20}
BLOCKS = {
    SICKNESS: {
        "F32–F33": 24,
        "F40–F42": 17,
        "F43.8A": 10,
        "F43": 9,
        "F30–F31": 9,
        "F90": 9,
        "F20–F29": 6,
        "F60–F61": 6,
        "F84": 6,
        "F10–F19": 4,
    },
    ACTIVITY: {
        "F84": 25,
        "F90": 16,
        "F40–F42": 15,
        "F32–F33": 12,
        "F20–F29": 10,
        "F70": 8,
        "F60–F61": 6,
        "F30–F31": 4,
        "F43": 2,
        "F10–F19": 2,
    },
}
PSYCHOSIS = "F20–F29"
DAYS_ON_LEAVE = {(5, 29): 6, (30, 89): 18, (90, 179): 22, (180, 364): 24, (365, 729): 17, (730, 1400): 13}
YEARS_ON_COMPENSATION = {1: 14, 2: 22, 3: 24, 4: 16, 5: 10, 6: 6, 7: 4, 8: 2, 9: 2}
DECISION_YEARS = {1: 30, 2: 40, 3: 30}
DEGREES = {100: 66, 75: 8, 50: 19, 25: 7}
LIVELIHOOD = {
    SICKNESS: {"employer": 43, "af": 30, "soc": 12, "studies": 5, "none": 10},
    ACTIVITY: {"employer": 8, "af": 22, "soc": 10, "studies": 16, "none": 44},
}
EMPLOYERS = {EMP_EKELUNDA: 27, EMP_REGION: 22, EMP_LIVS: 24, EMP_LOGISTIK: 16, EMP_KLOCKAN: 6, "": 5}
JOBS = {
    EMP_EKELUNDA: ("undersköterska", "barnskötare", "lärare", "administratör", "måltidsbiträde"),
    EMP_REGION: ("sjuksköterska", "medicinsk sekreterare", "lokalvårdare", "undersköterska"),
    EMP_LIVS: ("butiksmedarbetare", "lagermedarbetare", "styckare"),
    EMP_LOGISTIK: ("lagerarbetare", "transportledare", "truckförare"),
    EMP_KLOCKAN: ("cafébiträde", "bagare"),
    "": ("snickare", "redovisningsassistent", "frisör"),
}
EMPLOYER_NAMES = {
    EMP_EKELUNDA: "Ekelunda kommun",
    EMP_REGION: "Region Sydslätten",
    EMP_LIVS: "Björkvalla Livs AB",
    EMP_LOGISTIK: "Nordslätt Logistik AB",
    EMP_KLOCKAN: "Café Klockan HB",
    "": "ett mindre företag",
}
NO_INCOME_BASE = 15
WITHOUT_PERSONAL_DATA = 9
PROTECTED = 2
PAUSED = 5

# What has been said about sharing with Försäkringskassan, per cent of those who can be asked.
BOTH, OUT, IN = "both", "out", "in"
EXPIRED, EXPIRING, WITHDRAWN = "expired", "expiring", "withdrawn"
DECLINED, NOT_ASKED, NEVER = "declined", "not_asked", "never"
SAID = {BOTH: 68, OUT: 6, IN: 2, EXPIRED: 4, EXPIRING: 3, WITHDRAWN: 2, DECLINED: 7, NOT_ASKED: 8}
ENDING_ONLY_WHEN_OPEN = (EXPIRED, EXPIRING, WITHDRAWN)

OUTCOMES = {
    "work": 18,
    "studies": 10,
    "work_and_studies": 3,
    "job_seeking": 15,
    "continued": 41,
    "moved": 10,
    "mistake": 3,
}

# The teaching cases.
PAUSED_QUESTION, NO_PLAN, TAKEN_BACK = "paused_question", "no_plan", "taken_back"


@dataclass
class Window:
    """A consent in force from first to last day; its rows by (giving unit, receiving unit, kind)."""

    consent: Consent
    first: date
    # Until when something is given under it: its last date, or the day before it was taken back.
    last: date
    lines: dict[tuple[int, int, str], ConsentLine]
    renewal: bool = False


@dataclass
class Story:
    """One case before it is rows. `age` is at the opening; `closed_on` None for a case that is open or
    paused.
    """

    case: Case
    person: Person
    track: str
    municipality: str
    clinic: Unit
    worker: Membership
    fk: Unit
    fk_officer: Membership
    opened_on: date
    sex: str = Sex.UNKNOWN
    age: int = 0
    block: str = ""
    livelihood: str = ""
    employer: str = ""
    job: str = ""
    degree: int = 100
    benefit: str = Benefit.SICKNESS_BENEFIT
    leave_from: date = date.min
    leave_to: date | None = None
    decision_years: int = 2
    said: str = NEVER
    closed_on: date | None = None
    outcome: str = ""
    paused_on: date | None = None
    lesson: str = ""
    windows: list[Window] = field(default_factory=list)
    # Until when each unit has been given something on the case.
    given_until: dict[int, datetime] = field(default_factory=dict)
    questions: int = 0

    @property
    def anonymous(self) -> bool:
        return self.person.number_kind == "none"

    def last_day(self, anchor: date) -> date:
        """The last day on which something is written: the closing, or the day before the loading."""
        return self.closed_on or anchor - timedelta(days=1)


def tell(
    register: Register, insatser: Mapping[str, Initiative], rng: Random, anchor: date, first_day: date
) -> list[Story]:
    """The 180 stories in the order their cases were opened, from `first_day` on."""
    stories = _places(register, rng, anchor, first_day)
    _persons(stories, rng)
    _close(stories, rng, anchor)
    _leave(stories, rng, anchor)
    _ages(stories, rng, anchor)
    _say(stories, register, rng, anchor)
    for story in stories:
        story.case.initiative = insatser.get(_insats_of(story, anchor))
    return stories


def _places(register: Register, rng: Random, anchor: date, first_day: date) -> list[Story]:
    homes = spread(rng, MUNICIPALITIES, CASES)
    clinics: dict[str, list[str]] = {
        home: spread(rng, shares, homes.count(home)) for home, shares in CLINIC_OF.items()
    }
    at = [(home, clinics[home].pop()) for home in homes]
    young = dict(ACTIVITY_AT)
    dealt = []
    for place in at:
        young[place[1]] -= 1
        dealt.append((place, ACTIVITY if young[place[1]] >= 0 else SICKNESS))
    rng.shuffle(dealt)
    span = (anchor - first_day).days - 4
    days = sorted(
        workday(first_day + timedelta(days=int(span * (n + rng.random()) / CASES))) for n in range(CASES)
    )
    stories: list[Story] = []
    for opened_on, ((home, clinic), track) in zip(days, dealt, strict=True):
        unit = register.units[clinic]
        workers = register.case_workers(clinic)
        person = Person(party=unit.party, unit=unit, home_municipality=home)
        case = Case(unit=unit, person=person, number=_case_number(rng, stories), opened_on=opened_on)
        fk = FK_OF[track]
        stories.append(
            Story(
                case=case,
                person=person,
                track=track,
                municipality=home,
                clinic=unit,
                worker=workers[0] if rng.random() < 0.8 else rng.choice(workers),
                fk=register.units[fk],
                fk_officer=rng.choice(register.case_workers(fk)),
                opened_on=opened_on,
            )
        )
    return stories


_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def _case_number(rng: Random, stories: list[Story]) -> str:
    """Random as any case number, but from the seed, so that the demo is the same each time."""
    taken = {story.case.number for story in stories}
    while True:
        signs = "".join(rng.choices(_SIGNS, k=8))
        number = f"{signs[:4]}-{signs[4:]}"
        if number not in taken:
            return number


def _persons(stories: list[Story], rng: Random) -> None:
    """Sex by track; then those without personal data, and those whose identity is protected."""
    for track, shares in SEX.items():
        mine = _of(stories, track)
        for story, sex in zip(mine, spread(rng, shares, len(mine)), strict=True):
            story.sex = story.person.sex = sex
    for story in rng.sample(stories, round(CASES * WITHOUT_PERSONAL_DATA / 100)):
        story.person.number_kind = "none"
    for story in rng.sample([s for s in stories if not s.anonymous], PROTECTED):
        story.person.protected = True
    named = [s for s in stories if not s.anonymous]
    for story, name in zip(named, people.names(rng, [s.sex for s in named]), strict=True):
        story.person.name = name
        story.person.number_kind = "personnummer"


def _close(stories: list[Story], rng: Random, anchor: date) -> None:
    """A case lasts about a year; a few of the open ones are paused."""
    for story in stories:
        closed_on = workday(story.opened_on + timedelta(days=round(skewed(rng, median=390, p90=700))))
        if closed_on < anchor - timedelta(days=6):
            story.closed_on = closed_on
    closed = [s for s in stories if s.closed_on]
    for story, outcome in zip(closed, spread(rng, OUTCOMES, len(closed)), strict=True):
        story.outcome = outcome
    for story in rng.sample([s for s in stories if s.closed_on is None], PAUSED):
        story.paused_on = workday(max(anchor - timedelta(days=rng.randrange(8, 40)), story.opened_on), -1)


def _leave(stories: list[Story], rng: Random, anchor: date) -> None:
    """Diagnosis block, work, degree and the sick leave itself, track by track."""
    for track in TRACKS:
        mine = _of(stories, track)
        # The clinic for psychoses has those first.
        blocks = sorted(spread(rng, BLOCKS[track], len(mine)), key=lambda block: block != PSYCHOSIS)
        for story, block in zip(sorted(mine, key=lambda s: s.clinic.name != PSYKOS), blocks, strict=True):
            story.block = block
        for story, livelihood, degree in zip(
            mine, spread(rng, LIVELIHOOD[track], len(mine)), spread(rng, DEGREES, len(mine)), strict=True
        ):
            story.livelihood, story.degree = livelihood, degree
    employed = [s for s in stories if s.livelihood == "employer"]
    for story, employer in zip(employed, spread(rng, EMPLOYERS, len(employed)), strict=True):
        story.employer, story.job = employer, rng.choice(JOBS[employer])
    sick = _of(stories, SICKNESS)
    for story, (least, most) in zip(sick, spread(rng, DAYS_ON_LEAVE, len(sick)), strict=True):
        story.leave_from = story.opened_on - timedelta(days=rng.randint(least, most))
        story.leave_to = story.last_day(anchor) + timedelta(days=rng.randrange(12, 80))
        story.benefit = rng.choice(
            (Benefit.SICKNESS_BENEFIT,) * 8 + (Benefit.REHAB_BENEFIT, Benefit.PREVENTIVE_SICKNESS_BENEFIT)
        )
    without_income = rng.sample(
        [s for s in sick if s.livelihood in ("soc", "none", "af")], round(len(sick) * NO_INCOME_BASE / 100)
    )
    for story in without_income:
        story.benefit = Benefit.SOCIAL_ASSISTANCE if story.livelihood == "soc" else Benefit.NONE
    for story, years in zip(
        _of(stories, ACTIVITY), spread(rng, DECISION_YEARS, len(_of(stories, ACTIVITY))), strict=True
    ):
        story.benefit, story.decision_years = Benefit.ACTIVITY_COMPENSATION, years
        story.leave_to = story.last_day(anchor) + timedelta(days=rng.randrange(60, years * 300))


def _ages(stories: list[Story], rng: Random, anchor: date) -> None:
    """Ages at the opening. Nobody on activity compensation turns thirty while the case is open (33 kap.
    SFB).
    """
    for sex, bands in AGES_ON_SICK_LEAVE.items():
        mine = [s for s in _of(stories, SICKNESS) if s.sex == sex]
        for story, (least, most) in zip(mine, spread(rng, bands, len(mine)), strict=True):
            story.age = rng.randint(least, most)
    young = _of(stories, ACTIVITY)
    ages = [rng.randint(*band) for band in spread(rng, AGES_ON_COMPENSATION, len(young))]
    for story in sorted(young, key=lambda s: s.opened_on - s.last_day(anchor)):
        open_for = (story.last_day(anchor) - story.opened_on).days / 365
        fitting = [age for age in ages if age + open_for <= 29] or [min(ages)]
        story.age = rng.choice(fitting)
        ages.remove(story.age)
    for story, years in zip(young, spread(rng, YEARS_ON_COMPENSATION, len(young)), strict=True):
        days = min(years * 365 - rng.randrange(300), max((story.age - 19) * 365, 30))
        story.leave_from = story.opened_on - timedelta(days=days)


def _say(stories: list[Story], register: Register, rng: Random, anchor: date) -> None:
    """Consent, or none. Those whose consent has run out, soon does or was taken back are among the open
    cases.
    """
    asked = [s for s in stories if not s.anonymous and not s.person.protected]
    said = spread(rng, SAID, len(asked))
    still_open = [s for s in asked if not s.closed_on and not s.paused_on]
    rng.shuffle(still_open)
    long_open = [s for s in still_open if s.opened_on < anchor - timedelta(days=170)]
    _teach(long_open, register.login("koordinator"), anchor)
    for value in ENDING_ONLY_WHEN_OPEN:
        wanted = said.count(value) - sum(s.said == value for s in asked)
        free = [s for s in long_open if s.said == NEVER and not s.lesson]
        # The first login has one of those that soon run out.
        free.sort(key=lambda s: s.clinic.name != NORR)
        for story in free[:1] + free[:-wanted:-1] if value == EXPIRING else free[-wanted:]:
            story.said = value
    rest = [value for value in said if value not in ENDING_ONLY_WHEN_OPEN]
    for story in [s for s in asked if s.lesson == NO_PLAN] + _kept_for_logins(still_open, anchor):
        rest.remove(BOTH)
        story.said = BOTH
    for story, value in zip([s for s in asked if s.said == NEVER], rest, strict=True):
        story.said = value


# How many open cases with consent both ways each login can count on: by clinic and track.
KEPT = {
    (NORR, ACTIVITY): 5,
    (NORR, SICKNESS): 7,
    (SODER, ACTIVITY): 2,
    (SODER, SICKNESS): 3,
    (BJORKVALLA, ACTIVITY): 1,
}
# Of those at the first login's clinic on sickness benefit: two each with what the others' logins work with.
LIVELIHOODS_KEPT = ("livs", "livs", "af", "af", "soc", "soc")


def _kept_for_logins(still_open: list[Story], anchor: date) -> list[Story]:
    """Cases old enough for something to have happened; work and livelihood are exchanged with other cases,
    so that the shares stay.
    """
    kept: list[Story] = []
    for (clinic, track), count in KEPT.items():
        mine = [
            s
            for s in still_open
            if s.said == NEVER and not s.lesson and s.clinic.name == clinic and s.track == track
        ]
        mine.sort(key=lambda s: s.opened_on > anchor - timedelta(days=60))
        kept.extend(mine[:count])
    sick = [s for s in kept if s.clinic.name == NORR and s.track == SICKNESS]
    for story, wanted in zip(sick, LIVELIHOODS_KEPT, strict=False):
        _exchange(story, wanted, [s for s in still_open if s.track == SICKNESS and s not in sick])
    return kept


def _exchange(story: Story, wanted: str, others: list[Story]) -> None:
    def has(other: Story) -> bool:
        return other.employer == EMP_LIVS if wanted == "livs" else other.livelihood == wanted

    other = story if has(story) else next((s for s in others if has(s)), None)
    if other is None:
        return
    for name in ("livelihood", "employer", "job", "benefit"):
        mine, theirs = getattr(story, name), getattr(other, name)
        setattr(story, name, theirs)
        setattr(other, name, mine)


def _teach(candidates: list[Story], coordinator: Membership, anchor: date) -> None:
    """The three teaching cases lie at the clinic of the first login, with its coordinator."""
    norr = [s for s in candidates if s.clinic == coordinator.unit]
    paused = next(s for s in norr if s.track == SICKNESS)
    no_plan, taken_back = [s for s in norr if s.track == ACTIVITY][:2]
    paused.lesson, paused.said = PAUSED_QUESTION, EXPIRED
    no_plan.lesson = NO_PLAN
    taken_back.lesson, taken_back.said = TAKEN_BACK, WITHDRAWN
    no_plan.leave_to = months_after(anchor, 5)
    no_plan.decision_years = 2
    for story in (paused, no_plan, taken_back):
        story.worker = coordinator


def _insats_of(story: Story, anchor: date) -> str:
    """The insats in which the case is counted: by track and clinic, and for Strandåker's older cases the
    one that has ended.
    """
    if story.track == ACTIVITY or story.clinic.name == PSYKOS:
        return AKTIVA_STEG
    if story.clinic.name == STRANDAKER:
        ended = story.closed_on is not None and story.closed_on < anchor - timedelta(days=90)
        return FRISKARE if ended else AKTIVA_STEG
    return SPAR if story.clinic.name == BJORKVALLA else SAMTAL


def _of(stories: Iterable[Story], track: str) -> list[Story]:
    return [s for s in stories if s.track == track]
