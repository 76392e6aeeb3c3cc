"""The form of the quarterly and yearly report: its headings word by word, in its own order, and who writes
what.

Source: the form that document 002 is written on (domain/reports.md A5; numbering and the added 6.3 from
C5.1). The headings are a quotation in Swedish and are not translated. In a yearly report the steering group's
heading is the shorter one.
"""

from dataclasses import dataclass

from initiatives.periods import Period

LEAD, STEERING = "lead", "steering"


@dataclass(frozen=True)
class Part:
    """One heading of the form. `over` is the heading of the chapter that begins with it.

    `figures` name the computed boxes under it; those in `headed` have a heading of their own in the form.
    `before_text` is the form's heading right above the text, where the text comes last. `writer` is who
    writes the text; None where everything under the heading is computed. `short` stands in the outline.
    """

    number: str
    key: str
    heading: str
    short: str
    writer: str | None = LEAD
    over: str = ""
    figures: tuple[str, ...] = ()
    headed: tuple[tuple[str, str], ...] = ()
    before_text: str = ""
    yearly: str = ""

    @property
    def inside(self) -> bool:
        """True for what stands inside a chapter: a heading one level down."""
        return "." in self.number or bool(self.over)

    @property
    def chapter(self) -> str:
        """The number of the chapter, as `6` of `6.1`."""
        return self.number.partition(".")[0]


FORM = (
    Part(
        "1",
        "goals_purpose_method",
        "Kort beskrivning av mål, syfte och metod enligt ansökan:",
        "Mål och syfte",
        over="Mål & Syfte",
    ),
    Part(
        "2",
        "deviations_goals",
        "Beskriv eventuella avvikelser i fråga om mål, syfte och metod samt anledning till dem.",
        "Avvikelser i mål och metod",
    ),
    Part(
        "3",
        "other_organisations",
        "Har andra organisationer än dessa varit aktiva och i så fall hur?",
        "Andra organisationer",
        figures=("parties", "other_organisations_active"),
    ),
    Part(
        "4",
        "collaboration_improved",
        "Hur har samverkan mellan {first} och {second} förbättrats genom insatsen och hur har det"
        " gagnat deltagarna?",
        "Hur samverkan förbättrats",
        figures=("pulse_meetings_booked_or_held", "pulse_meetings_held"),
    ),
    Part(
        "5",
        "obstacles",
        "Beskriv eventuella hinder för samverkan och/eller systemfel som framkommit. Hur har dessa"
        " rapporterats vidare?",
        "Hinder och systemfel",
        figures=("obstacles",),
    ),
    Part(
        "6.1",
        "activities",
        "Beskriv vilka aktiviteter som genomförts och/eller påbörjats.",
        "Aktiviteter",
        over="Aktivitetsrapport – resultat, utfall och nulägesanalys",
        figures=("activities",),
    ),
    Part(
        "6.2",
        "participants",
        "Antal deltagare eller annat numerärt mål:",
        "Antal deltagare",
        figures=("participants",),
    ),
    Part(
        "6.3",
        "time",
        "Tidsåtgång",
        "Tidsåtgång",
        writer=None,
        figures=("hours_used", "patient_share_percent", "organisational_share_percent", "hours_by_quarter"),
    ),
    Part(
        "6.4",
        "deviations_plan",
        "Avvikelser från planering samt åtgärder:",
        "Avvikelser från planering",
    ),
    Part(
        "7",
        "authorities",
        "Vilka av de fyra myndigheterna (AF, FK, region, kommun) har varit aktiva i insatsen,"
        " tex. genom remisser eller informationsinsatser?",
        "De fyra myndigheterna",
        figures=("authorities_active",),
    ),
    Part(
        "8",
        "assessment",
        "Sammanfattande bedömning och analys: Vad går bra och mindre bra i arbetet?"
        " Framgångsfaktorer, systemfel som påverkar utfallet? Hur arbetar ni för att åtgärda"
        " eventuella problem?",
        "Sammanfattande bedömning",
        figures=("success_factors",),
    ),
    Part(
        "9",
        "steering",
        "Styrgruppens analys och kommentarer av utfall för kvartalsrapport: måluppfyllelse, budget,"
        " avvikelser, plan för implementering.",
        "Styrgruppens analys",
        writer=STEERING,
        yearly="Styrgruppens analys och kommentarer av utfall",
    ),
    Part(
        "10",
        "economy",
        "Prognos ekonomi för perioden, (om prognosen visar en avvikelse på > 10 % ska anledningen anges)",
        "Prognos ekonomi",
        figures=("money_by_association", "split_sek", "deviation_percent"),
        headed=(
            ("granted_sek", "Beviljade medel:"),
            ("invoiced_sek", "Fakturerade kostnader:"),
            ("forecast_sek", "Prognos för året:"),
        ),
        before_text="Anledning vid avvikelse:",
    ),
)
BY_KEY = {part.key: part for part in FORM}


def heading(part: Part, period: Period, first: str, second: str) -> str:
    """The heading as it stands in the report of `period`; `first` and `second` are the two parties of heading
    4 (A5: 5).
    """
    words = part.yearly if part.yearly and period.quarter is None else part.heading
    return words.replace("{first}", first).replace("{second}", second)


def title(period: Period) -> str:
    """`Helårsrapport 2023` or `Kvartalsrapport 4, 2023`."""
    return (
        f"Kvartalsrapport {period.quarter}, {period.year}"
        if period.quarter
        else f"Helårsrapport {period.year}"
    )
