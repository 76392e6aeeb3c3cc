"""The demo's insatser: four invented ones with two years of diary, time and money behind them.

Everything follows from the given random numbers and the day of loading; all dates are offsets from it. The
second year of AKTIVA STEG has 768 hours and 310 163 kr, as in document 002, so that the shares give 161 285,
105 455 and 43 423.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from initiatives import actions
from initiatives.models import (
    Activity,
    Forecast,
    Grant,
    Initiative,
    InitiativeKind,
    Invoice,
    Obstacle,
    Participation,
    ParticipationKind,
    ParticipationRole,
    SeatRole,
    TimeEntry,
    TimeKind,
)
from initiatives.periods import Period
from parties.access import acting
from parties.demo import (
    AF,
    ASS_BJORKVALLA,
    ASS_EKELUNDA,
    ASS_STRANDAKER,
    BJORKVALLA,
    CLINICS,
    EMP_EKELUNDA,
    EMP_LIVS,
    FK_A,
    FK_B,
    LINDGARDEN,
    NORR,
    PSYKOS,
    SOC_EKELUNDA,
    SOC_STRANDAKER,
    SODER,
    STRANDAKER,
    Register,
)
from parties.models import Membership, Role, Unit

AKTIVA_STEG, SAMTAL, SPAR, FRISKARE = (
    "AKTIVA STEG",
    "Samtal på plats",
    "Tidiga spår",
    "Friskare Strandåker",
)
HOURS_OF_YEAR_TWO, INVOICED_IN_YEAR_TWO = 768, 310_163
# Quarter by quarter, rising: a new way of working takes time to become a habit.
HOURS_BY_QUARTER = (120, 138, 156, 174, 168, 186, 174, 240, 210, 216, 204, 222)


@dataclass
class Story:
    """What an insats of the demo is."""

    name: str
    kind: str
    aim: str
    lead: str
    shares: dict[str, int]
    units: tuple[str, ...]
    owner: str
    first: str
    second: str
    inactive: tuple[str, ...] = ()
    closed: bool = False
    obstacles: tuple[tuple, ...] = ()
    seats: dict[str, str] = field(default_factory=dict)


STORIES = (
    Story(
        AKTIVA_STEG,
        InitiativeKind.STRUCTURAL,
        "Vi arbetar fram ett gemensamt sätt för psykiatrin och Försäkringskassan att följa dem som har"
        " sjukpenning eller aktivitetsersättning. Målet är att den som får ett beslut också får en plan och"
        " någon att ringa till. Metoden är pulsmöten, listor över utlåtanden och samtycken som gäller åt"
        " båda håll.",
        "projektledare",
        {ASS_EKELUNDA: 52, ASS_BJORKVALLA: 34, ASS_STRANDAKER: 14},
        (*CLINICS, FK_A, FK_B),
        "psychiatry",
        "Försäkringskassan",
        "Vuxenpsykiatrin, Region Sydslätten",
        obstacles=(
            (
                "barrier",
                "secrecy",
                "Ett samtycke för allt går inte att införa",
                "Styrgruppen",
                640,
                "open",
                0,
            ),
            (
                "barrier",
                "staffing",
                "Färre handläggare att ringa till",
                "Områdeschef, Försäkringskassan",
                400,
                "open",
                0,
            ),
            ("barrier", "decision_pace", "Besluten hinner inte ikapp utlåtandena", "", 380, "under_way", 0),
            (
                "barrier",
                "time_accounting",
                "Tiden redovisas på fem ställen",
                "Projektledaren",
                500,
                "solved",
                95,
            ),
            ("system_fault", "it", "Ingen gemensam lista över utlåtanden", "Styrgruppen", 610, "solved", 210),
            ("success_factor", "communication", "Samma personer möts varje gång", "", 300, "open", 0),
            ("success_factor", "meetings", "Korta digitala pulsmöten sparar tid", "", 420, "open", 0),
            ("success_factor", "involvement", "Behandlarna vet vad insatsen är", "", 200, "open", 0),
        ),
        seats={"styrgrupp": SeatRole.STEERING, "utvarderare": SeatRole.EVALUATOR},
    ),
    Story(
        SAMTAL,
        InitiativeKind.STRUCTURAL,
        "En försäkringsutredare finns på plats vid två mottagningar. Frågor i komplexa ärenden besvaras i"
        " samtal, åt båda håll, och läkare under utbildning får veta hur ett intyg läses.",
        "koordinator",
        {ASS_EKELUNDA: 100},
        (NORR, SODER, FK_A),
        "psychiatry",
        "Försäkringskassan",
        "Vuxenpsykiatrimottagningarna i Ekelunda",
        obstacles=(
            (
                "barrier",
                "availability",
                "Vakant handläggartjänst utan ersättare",
                "Enhetschef, FK",
                60,
                "open",
                0,
            ),
            ("success_factor", "availability", "Någon att fråga i korridoren", "", 500, "open", 0),
        ),
        seats={"styrgrupp": SeatRole.STEERING},
    ),
    Story(
        SPAR,
        InitiativeKind.INDIVIDUAL,
        "Den som har varit sjukskriven i tre månader erbjuds en kartläggning av arbetssituationen"
        " tillsammans med sin arbetsgivare. Målet är en plan för återgång i arbete innan dag 90 har passerat"
        " med marginal.",
        "projektledare",
        {ASS_BJORKVALLA: 60, ASS_EKELUNDA: 40},
        (BJORKVALLA, LINDGARDEN, FK_B, EMP_LIVS, EMP_EKELUNDA),
        "psychiatry",
        "Försäkringskassan",
        "Vuxenpsykiatrimottagning Björkvalla",
        obstacles=(
            (
                "barrier",
                "organisation",
                "Arbetsgivare saknar tid att mötas före dag 30",
                "Styrgruppen",
                150,
                "open",
                0,
            ),
            ("success_factor", "knowledge", "Chefer vet vem de kan ringa", "", 90, "open", 0),
        ),
        seats={"utvarderare": SeatRole.EVALUATOR},
    ),
    Story(
        FRISKARE,
        InitiativeKind.STRUCTURAL,
        "Kontaktvägar mellan vårdcentraler, kommunala arbetsgivare, psykiatrin och Försäkringskassan i"
        " Strandåker.",
        "projektledare",
        {ASS_STRANDAKER: 100},
        (STRANDAKER, FK_B, AF, SOC_STRANDAKER, SOC_EKELUNDA),
        "psychiatry",
        "Försäkringskassan",
        "Vuxenpsykiatrimottagning Strandåker",
        inactive=(AF,),
        closed=True,
        obstacles=(
            ("barrier", "involvement", "Arbetsförmedlingen deltar inte", "Styrgruppen", 600, "open", 0),
            ("success_factor", "organisation", "Mötena fortsätter efter insatsen", "", 300, "open", 0),
        ),
        seats={"styrgrupp": SeatRole.STEERING},
    ),
)


def first_quarter(anchor: date) -> Period:
    """The first of the eight whole quarters before the day of loading, begun so that four make a calendar
    year.
    """
    return Period(anchor.year - 2, 1)


def seed(register: Register, rng: Random, anchor: date) -> dict[str, Initiative]:
    """Makes the insatser, written by those who would write them; returns them by name."""
    return {story.name: _write(story, register, rng, anchor) for story in STORIES}


def _write(story: Story, register: Register, rng: Random, anchor: date) -> Initiative:
    begins = first_quarter(anchor).first
    ends = anchor - timedelta(days=80) if story.closed else None
    lead = register.login(story.lead)
    # The coordinator leads without being project staff: the staff set it up and hand it over.
    starter = register.login("projektledare")
    with acting(starter):
        initiative = actions.start(
            by=starter,
            name=story.name,
            kind=story.kind,
            starts_on=begins,
            ends_on=ends,
            owner_name="Vuxenpsykiatrin, Region Sydslätten",
            owner_kind=ParticipationKind.PSYCHIATRY,
            owner_takes_part=False,
            first_party_name=story.first,
            second_party_name=story.second,
            aim=story.aim,
        )
        if lead != starter:
            actions.give_seat(by=starter, initiative=initiative, user=lead.user, role=SeatRole.LEAD)
            actions.end_seat(initiative.seats.get(user=starter.user), by=starter)
    with acting(lead):
        for login, role in story.seats.items():
            actions.give_seat(by=lead, initiative=initiative, user=register.login(login).user, role=role)
        _parties(story, initiative, register, lead, ends)
        for year in (begins.year, begins.year + 1, anchor.year):
            shares = [(name, Decimal(percent)) for name, percent in story.shares.items()]
            actions.set_shares(by=lead, initiative=initiative, year=year, shares=shares)
        _diary(story, initiative, rng, anchor, lead, ends)
        _obstacles(story, initiative, anchor, lead)
        _money(story, initiative, rng, anchor, lead, ends)
        _time(story, initiative, register, rng, anchor, ends)
    return initiative


def _parties(
    story: Story, initiative: Initiative, register: Register, lead: Membership, ends: date | None
) -> None:
    for _n, name in enumerate(story.units):
        unit: Unit = register.units[name]
        actions.add(
            Participation(
                initiative=initiative,
                party=unit.party,
                unit=unit,
                name=unit.name,
                kind=unit.party.kind,
                role=ParticipationRole.PARTY,
                # The last clinic of AKTIVA STEG joined some months in.
                from_on=initiative.starts_on + timedelta(days=104 if name == PSYKOS else 0),
                to_on=ends,
                active=name not in story.inactive,
            ),
            by=lead,
        )


def _diary(
    story: Story, initiative: Initiative, rng: Random, anchor: date, lead: Membership, ends: date | None
) -> None:
    rows: list[Activity] = []

    def add(on: date, kind: str, title: str, audience: str, form: str = "digital", state: str = "") -> None:
        if ends is None or on <= ends:
            state = state or ("held" if on <= anchor else "booked")
            facts = {
                "on": on,
                "kind": kind,
                "title": title,
                "audience": audience,
                "form": form,
                "state": state,
            }
            rows.append(Activity(initiative=initiative, recorded_by=lead, **facts))

    begins = initiative.starts_on
    both = "koordinatorer och handläggare"
    add(begins + timedelta(days=37), "kickoff", "Uppstart: så ska vi arbeta tillsammans", both, "physical")
    day = begins + timedelta(days=80)
    while day <= anchor + timedelta(days=70):
        # July rests; one in nine falls away.
        if day.month != 7:
            fell_away = rng.random() < 0.11 and day < anchor
            add(day, "pulse_meeting", "Pulsmöte", both, state="cancelled" if fell_away else "")
        day += timedelta(days=rng.choice((35, 42, 49, 56)))
    for quarter in range(1, 8, 2):
        on = begins + timedelta(days=91 * quarter + 20)
        if on <= anchor:
            add(on, "training", "Så läses ett läkarutlåtande", "läkare under utbildning", "physical")
            add(on + timedelta(days=18), "information_internal", "Arbetsplatsträff", "kollegor", "physical")
            add(on + timedelta(days=33), "information_external", "Information om insatsen", "ledningsgrupper")
    review = "Genomgång av alla utlåtanden vid varje mottagning"
    add(begins + timedelta(days=250), "case_review", review, both, "physical")
    add(begins + timedelta(days=300), "steering_decision", "Extern utvärderare kopplas in", "styrgrupp")
    Activity.objects.bulk_create(rows)


def _obstacles(story: Story, initiative: Initiative, anchor: date, lead: Membership) -> None:
    Obstacle.objects.bulk_create(
        Obstacle(
            initiative=initiative,
            kind=kind,
            area=area,
            text=text,
            reported_to=reported_to,
            since=max(anchor - timedelta(days=days), initiative.starts_on),
            status=status,
            solved_on=anchor - timedelta(days=solved) if solved else None,
            recorded_by=lead,
        )
        for kind, area, text, reported_to, days, status, solved in story.obstacles
    )


def _quarters(initiative: Initiative, anchor: date, ends: date | None) -> list[Period]:
    """The whole quarters from the first to the latest that has ended, the insats's own end considered."""
    quarters = [
        Period(year, n) for year in range(initiative.starts_on.year, anchor.year + 1) for n in (1, 2, 3, 4)
    ]
    return [quarter for quarter in quarters if quarter.until <= min(anchor, ends or anchor)]


def _money(
    story: Story, initiative: Initiative, rng: Random, anchor: date, lead: Membership, ends: date | None
) -> None:
    quarters = _quarters(initiative, anchor, ends)
    second = initiative.starts_on.year + 1
    amounts = {quarter: rng.randrange(46_000, 74_000) for quarter in quarters}
    of_second = [quarter for quarter in quarters if quarter.year == second]
    if story.name == AKTIVA_STEG and len(of_second) == 4:
        amounts[of_second[-1]] = INVOICED_IN_YEAR_TWO - sum(amounts[quarter] for quarter in of_second[:-1])
    Invoice.objects.bulk_create(
        Invoice(
            initiative=initiative,
            amount=amount,
            on=quarter.last,
            reference=f"Kvartal {quarter.quarter} {quarter.year}",
            recorded_by=lead,
        )
        for quarter, amount in amounts.items()
    )
    for year in sorted({quarter.year for quarter in quarters}):
        granted = 340_000 if year == second else 300_000
        actions.add(Grant(initiative=initiative, year=year, amount=granted), by=lead)
        spent = sum(amount for quarter, amount in amounts.items() if quarter.year == year)
        whole = sum(quarter.year == year for quarter in quarters) == 4
        forecast = spent if whole else round(granted * 0.95, -3)
        actions.add(
            Forecast(
                initiative=initiative,
                year=year,
                amount=int(forecast),
                made_on=min(date(year, 11, 15), anchor),
            ),
            by=lead,
        )


def _time(
    story: Story, initiative: Initiative, register: Register, rng: Random, anchor: date, ends: date | None
) -> None:
    """Five coordinators log; their hours rise quarter by quarter, and the second year of AKTIVA STEG sums to
    its 768.
    """
    coordinators = [
        next((m for m in register.members[name] if m.role == Role.COORDINATOR), None)
        for name in story.units
        if name in CLINICS or name == LINDGARDEN
    ]
    workers = [worker for worker in coordinators if worker]
    scale = Decimal(1) if story.name == AKTIVA_STEG else Decimal("0.4")
    for quarter, hours in zip(_quarters(initiative, anchor, ends), HOURS_BY_QUARTER, strict=False):
        minutes = int(hours * 60 * scale)
        each = _evenly(minutes, len(workers))
        for worker, own in zip(workers, each, strict=True):
            _entries(initiative, worker, quarter, own, rng)


def _evenly(minutes: int, workers: int) -> list[int]:
    """Minutes in as many parts that differ by at most one."""
    return [minutes // workers + (n < minutes % workers) for n in range(workers)]


def _entries(initiative: Initiative, worker: Membership, quarter: Period, minutes: int, rng: Random) -> None:
    """One worker's quarter: eight days of work, 40 per cent of it with patients."""
    patient = minutes * 2 // 5
    rows = []
    for kind, total, days in (
        (TimeKind.PATIENT, patient, 3),
        (TimeKind.ORGANISATIONAL, minutes - patient, 5),
    ):
        for part in _evenly(total, days):
            on = quarter.first + timedelta(days=rng.randrange(0, (quarter.until - quarter.first).days))
            on -= timedelta(days=max(0, on.weekday() - 4))
            on = max(on, quarter.first)
            rows.append(
                TimeEntry(
                    initiative=initiative,
                    kind=kind,
                    minutes=part,
                    on=on,
                    member=worker,
                    unit=worker.unit,
                    recorded_by=worker,
                )
            )
    TimeEntry.objects.bulk_create(rows)
