"""What the demo's items say besides their text: the measures' states, goals, numbers that are safe, interpreters.

Read off the texts where they tell it, else drawn with dice of its own, so that nothing else of the demo moves.
"""

from collections import defaultdict
from datetime import date, timedelta
from random import Random

from cases.demo.dice import workday
from cases.demo.rows import Rows, write
from cases.demo.stories import NO_PLAN, Story
from cases.models import Item, ItemType

GOALS = (
    "Orka arbeta halvtid och ändå ha kraft kvar på kvällen.",
    "Kunna läsa en kurs i lugn takt.",
    "Sova bra och komma upp samma tid varje dag.",
    "Tillbaka till mina vanliga uppgifter, men färre möten.",
    "Våga åka buss själv till jobbet.",
    "Ha en vardag som håller utan att jag blir sjuk igen.",
    "Prova ett nytt yrke utan kundkontakt.",
    "Träffa vänner en gång i veckan.",
)
# A word of the heading: what the measure is.
MEASURE_WORDS = (
    ("promenad", "activity_group"), ("fysisk aktivitet", "activity_alone"), ("trädgård", "activity_group"),
    ("aktivitetsgrupp", "activity_balance"), ("veckoschema", "activity_balance"), ("stresshantering", "group"),
    ("ångesthantering", "group"), ("sömnskola", "group"), ("smärtskola", "group"), ("samtal varannan", "treatment"),
    ("trepartssamtal", "employer_contact"), ("hälsocoach", "lifestyle_coaching"), ("studievägledare", "studies"),
    ("arbetsträning", "work_training"), ("arbetsprövning", "work_training"), ("besök på", "work_training"),
    ("arbetsförmedlingen", "af"), ("praktikplats", "af"), ("matchning", "af"), ("anställning med stöd", "af"),
)  # fmt: skip
INTERRUPTED = (
    "Patienten orkade inte fortsätta nu.",
    "Behandlaren slutade, ny start planeras.",
    "Flyttad till ett annat tillfälle.",
)
WORKS = (
    "Fasta tider fungerar bra.",
    "Promenerar varje dag.",
    "Lagar mat och handlar själv.",
    "Har god hjälp av en syster.",
)
NEEDED = (
    "Hjälp att komma igång på morgonen.",
    "Färre saker samtidigt.",
    "Stöd i kontakten med myndigheter.",
    "Paus efter möten.",
)
AREAS = ("health", "daily_life", "work", "social")
TIMES = ("Helst före lunch.", "Vardagar efter 10.", "Inte på måndagar.", "Sms först, sedan samtal.", "Lunchtid går bra.",
    "Efter klockan 14.", "Svarar sällan på dolt nummer.", "Tisdag och torsdag.", "Ring två gånger om ingen svarar.")  # fmt: skip
LANGUAGES = ("arabiska", "somaliska", "tigrinja", "dari", "polska", "ukrainska", "spanska", "turkiska")
INTERPRETED = ("Samma tolk som förra gången om det går.", "Tolk på plats fungerar bäst.", "Dubbel mötestid.", "Kallelsen läses upp på telefon.",
    "Kan läsa enkel svenska.", "Vill ha kvinnlig tolk.", "Vill ha manlig tolk.", "Tolk behövs inte vid korta samtal.", "Skriftlig sammanfattning efteråt.")  # fmt: skip
REPRESENTED = ("Kallas till möten som rör ekonomin.", "Följer med när patienten vill det.", "Får kopia av kallelser.", "Vill ha besked en vecka före möten.",
    "Nås lättast per telefon.", "Har varit med sedan start.", "Ny sedan i våras.", "Deltar på distans.", "Skriver under tillsammans med patienten.")  # fmt: skip
GUARDIANS = (
    "Inger Ståhlbom",
    "Rolf Enqvall",
    "Marja Tuuliainen",
    "Göte Landehag",
    "Yvonne Kvistmark",
    "Bertil Aspelund",
)
WORK_NOTES = (
    ("Kom ihåg till nästa möte", "Ta med blanketten om resor."), ("Fördelning hos oss", "Ragnhild tar samtalen i maj."),
    ("Att kolla upp", "Vilken lokal är ledig på torsdagar?"), ("Intern fråga till teamet", "Ska vi erbjuda gruppen i höst?"),
    ("Vem ringer", "Jag ringer denna vecka, kollegan nästa."), ("Eget utkast", "Punkter att ta upp med chefen."),
    ("Till ersättaren", "Pärmen står i rum 4."), ("Efter samtalet", "Fundera på takten innan planen skrivs om."),
    ("Påminnelse", "Boka rum till trepartssamtalet."),
)  # fmt: skip
# Numbers that Post- och telestyrelsen keeps for fiction.
FIRST_NUMBER, NUMBERS = 1740605, 95


def say_facts(rows: Rows, anchor: date) -> None:
    """Fills in the facts, story by story; and writes what is needed to reach and meet some of the persons."""
    of_case: dict[int, list[Item]] = defaultdict(list)
    for item in rows.items:
        of_case[id(item.case)].append(item)
    for story in rows.stories:
        rng = Random(f"facts of {story.case.number}")  # noqa: S311 (a demo, not a secret)
        own = of_case[id(story.case)]
        for item in own:
            item.facts = _said(item, story, rng, anchor) | (item.facts or {})
        _plans(own, story, rng, anchor)
        _needs(rows, story, rng, anchor)


def _said(item: Item, story: Story, rng: Random, anchor: date) -> dict:
    words = item.heading.lower()
    match item.type:
        case ItemType.MEASURE:
            return _measure(item, words, rng, anchor)
        case ItemType.OFFER:
            return {
                "offered": "Koordinering",
                "answer": "accepted",
                "answered_on": item.happened_on.isoformat(),
            }
        case ItemType.MAPPING:
            one, two = rng.sample(AREAS, 2)
            return {f"{one}_works": rng.choice(WORKS), f"{two}_needed": rng.choice(NEEDED)}
        case ItemType.WORK_SITUATION if "efterfrågad" in words:
            return {"return_plan": "asked", "return_plan_on": item.happened_on.isoformat()}
        case ItemType.WORK_SITUATION if "anpassning" in words:
            return {"possible": item.heading.removeprefix("Anpassning: ").capitalize()}
        case ItemType.ABILITY_NOTE:
            return {
                "prognosis": "unclear" if "inte" in words else rng.choice(("days_90", "days_180", "days_365"))
            }
        case ItemType.ECONOMY:
            sgi = "zero" if "nollklassad" in words else rng.choice(("known", "known", "unknown"))
            return {"sgi": sgi} | ({"livelihood": "social_assistance"} if "försörjningsstöd" in words else {})
        case ItemType.STEP:
            return {"rated_by": rng.choice(("self", "team"))}
        case ItemType.SUPPORT:
            homes = (
                ("föräldrar", "family"),
                ("egen lägenhet", "own"),
                ("vän", "temporary"),
                ("boendestöd", "own"),
            )
            return {"housing": next((home for word, home in homes if word in words), "own")}
    return {}


def _measure(item: Item, words: str, rng: Random, anchor: date) -> dict:
    what = next((key for word, key in MEASURE_WORDS if word in words), "other")
    age = (anchor - item.happened_on).days
    if age < 45:
        state = rng.choice(("planned", "planned", "ongoing"))
    elif age < 140:
        state = rng.choice(("ongoing", "ongoing", "completed"))
    else:
        state = rng.choice(("completed",) * 5 + ("interrupted",))
    said = {
        "measure": what,
        "state": state,
        "state_on": item.happened_on.isoformat(),
        "responsible": item.unit.party.kind,
    }
    if state != "planned":
        said["from_on"] = item.happened_on.isoformat()
    if state == "interrupted":
        said["reason"] = rng.choice(INTERRUPTED)
    if rng.random() < 0.6:
        said["responsible_person"] = item.author.user.name
    return said


def _plans(items: list[Item], story: Story, rng: Random, anchor: date) -> None:
    """The person's goal in the clinic's plans; of an open case's newest, the day it is followed up."""
    plans = sorted(
        (i for i in items if i.type == ItemType.PLAN and i.unit_id == story.clinic.pk), key=lambda i: i.at
    )
    goal = rng.choice(GOALS)
    for plan in plans:
        plan.facts = {"goal": goal}
    if plans and not story.closed_on and rng.random() < 0.5:
        day = workday(
            max(anchor + timedelta(days=rng.randrange(-6, 90)), plans[-1].happened_on + timedelta(days=14))
        )
        plans[-1].facts["review_on"] = day.isoformat()


def _needs(rows: Rows, story: Story, rng: Random, anchor: date) -> None:
    if story.anonymous or story.person.protected:
        return

    def add(type: str, heading: str, text: str, **facts: str) -> None:
        day = workday(story.opened_on + timedelta(days=rng.randrange(0, 21)))
        if day <= story.last_day(anchor):
            write(
                rows, rng, story, by=story.worker, type=type, day=day, heading=heading, text=text, facts=facts
            )

    def number() -> str:
        digits = str(FIRST_NUMBER + rng.randrange(NUMBERS))
        return f"070-{digits[:3]} {digits[3:5]} {digits[5:]}"

    if rng.random() < 0.5:
        safe = rng.choices(("message", "call", "no"), (60, 35, 5))[0]
        add(ItemType.CONTACT, "Personen", rng.choice(TIMES), whose="person", phone=number(), safe=safe)
    if rng.random() < 0.14:
        name = rng.choice(GUARDIANS)
        add(
            ItemType.CONTACT,
            f"{name}, Anhörig",
            rng.choice(TIMES),
            whose="relative",
            name=name,
            phone=number(),
            safe="message",
        )
    if rng.random() < 0.16:
        language = rng.choice(LANGUAGES)
        mode = rng.choice(("on_site", "phone", "video"))
        add(ItemType.INTERPRETER, f"Tolk: {language}", rng.choice(INTERPRETED), language=language, mode=mode)
    if rng.random() < 0.16:
        role, word = rng.choice(
            (
                ("guardian", "God man"),
                ("administrator", "Förvaltare"),
                ("personal_representative", "Personligt ombud"),
            )
        )
        name = rng.choice(GUARDIANS)
        add(
            ItemType.REPRESENTATIVE,
            f"{word}, {name}",
            rng.choice(REPRESENTED),
            role=role,
            name=name,
            scope="Bevaka rätt och sköta ekonomin",
        )
    if rng.random() < 0.2:
        heading, text = rng.choice(WORK_NOTES)
        add(ItemType.WORK_NOTE, heading, text)
    if rng.random() < 0.06 and story.lesson != NO_PLAN:
        add(ItemType.OFFER, "Erbjudet: grupp om stresshantering, tackade nej", "Vill vänta till efter sommaren.",
            offered="Grupp om stresshantering", answer="declined", answered_on=story.opened_on.isoformat())  # fmt: skip
