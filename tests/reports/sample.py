"""A frozen report to draw without a database. Figures as in AKTIV 2023 (document 002); names and texts are
invented.
"""

from initiatives.periods import Period
from reports import form

LONG = (
    "Arbetet har gått framåt under året. Koordinatorerna och handläggarna har hittat ett gemensamt sätt att"
    " arbeta, och det märks i hur snabbt en fråga får svar. Under våren byggdes formerna upp,"
    " under hösten har de använts. "
)


def column(label: str, form: str = "text") -> dict:
    return {"label": label, "form": form}


def figure(key: str, label: str, form: str, value: object, definition: str = "", note: str = "") -> dict:
    return {
        "key": key,
        "label": label,
        "form": form,
        "value": value,
        "definition": definition or f"Så räknas {label.lower()}.",
        "note": note,
    }


def figures() -> dict[str, dict]:
    activities = [
        [
            "2023-02-17",
            "Uppstartsmöte",
            "Uppstart med genomgång av hur vi ska arbeta",
            "fysiskt",
            "genomfört",
            "koordinatorer och handläggare",
        ],
        *(
            [
                f"2023-{month:02d}-{day:02d}",
                "Pulsmöte",
                "Pulsmöte",
                "digitalt",
                state,
                "koordinatorer och handläggare",
            ]
            for month, day, state in [
                (3, 23, "bokat"),
                (5, 4, "bokat"),
                (6, 1, "genomfört"),
                (6, 29, "bokat"),
                (8, 24, "bokat"),
                (9, 7, "genomfört"),
                (10, 26, "genomfört"),
                (12, 14, "genomfört"),
            ]
        ),
        [
            "utan datum",
            "Information, externt",
            "Information till en förening i Ekelunda om hur insatsen arbetar",
            None,
            "genomfört",
            "föreningen",
        ],
        [
            "utan datum",
            "Information, internt",
            "Information vid arbetsplatsträffar",
            None,
            "genomfört",
            "kollegor",
        ],
    ]
    rows = [
        figure(
            "parties",
            "Parter",
            "table",
            {
                "columns": [
                    column("Part"),
                    column("Slag"),
                    column("Från", "date"),
                    column("Till", "date"),
                    column("Aktiv"),
                ],
                "rows": [
                    ["Vuxenpsykiatri Ekelunda", "psykiatri", "2023-02-17", None, "ja"],
                    ["Försäkringskassan", "Försäkringskassan", "2023-02-17", None, "ja"],
                ],
            },
        ),
        figure("other_organisations_active", "Andra organisationer som varit aktiva", "names", []),
        figure("pulse_meetings_booked_or_held", "Pulsmöten, bokade eller hållna", "number", 8),
        figure("pulse_meetings_held", "Pulsmöten, hållna", "number", 4),
        figure(
            "obstacles",
            "Hinder och systemfel",
            "table",
            {
                "columns": [
                    column("Hinder"),
                    column("Område"),
                    column("Sedan", "date"),
                    column("Rapporterat till"),
                    column("Läge"),
                ],
                "rows": [
                    [
                        "Ett samtycke för allt går inte att införa",
                        "sekretess",
                        None,
                        "pulsmöte och styrgrupp",
                        "öppet",
                    ],
                    ["Färre handläggare", "bemanning", None, None, "öppet"],
                ],
            },
        ),
        figure(
            "activities",
            "Aktiviteter",
            "table",
            {
                "columns": [
                    column("Datum", "date"),
                    column("Slag"),
                    column("Aktivitet"),
                    column("Form"),
                    column("Läge"),
                    column("För vilka"),
                ],
                "rows": activities,
            },
        ),
        figure(
            "participants", "Deltagare", "number", None, note="Personer räknas inte i den här insatsen ännu."
        ),
        figure("hours_used", "Arbetad tid", "hours", 768),
        figure("patient_share_percent", "Tid för patientarbete", "percent", 40),
        figure("organisational_share_percent", "Organisatorisk tid", "percent", 60),
        figure(
            "authorities_active",
            "Aktiva myndigheter",
            "flags",
            {"AF": False, "FK": True, "region": True, "kommun": False},
        ),
        figure(
            "success_factors",
            "Framgångsfaktorer",
            "table",
            {
                "columns": [column("Framgångsfaktor"), column("Område")],
                "rows": [
                    ["Regelbunden kontakt mellan dem som gör arbetet", "kommunikation"],
                    ["Digitala pulsmöten sparar tid", "möten"],
                ],
            },
        ),
        figure("granted_sek", "Beviljade medel", "kronor", None),
        figure("invoiced_sek", "Fakturerade kostnader", "kronor", 310163),
        figure(
            "split_sek",
            "Fakturerat per förbund",
            "split",
            {"Förbundet Norr": 161285, "Förbundet Mitt": 105455, "Förbundet Söder": 43423},
        ),
        figure("forecast_sek", "Prognos för året", "kronor", None),
        figure(
            "deviation_percent",
            "Avvikelse mellan prognos och beviljade medel",
            "percent",
            None,
            note="Beviljade medel saknas, så avvikelsen kan inte räknas ut.",
        ),
        figure(
            "money_by_association",
            "Medel per förbund",
            "table",
            {
                "columns": [
                    column("Förbund"),
                    column("Andel", "percent"),
                    column("Beviljat", "kronor"),
                    column("Fakturerat", "kronor"),
                    column("Prognos", "kronor"),
                ],
                "rows": [
                    ["Förbundet Norr", 52, None, 161285, None],
                    ["Förbundet Mitt", 34, None, 105455, None],
                    ["Förbundet Söder", 14, None, 43423, None],
                ],
                "total": ["Totalt", 100, None, 310163, None],
            },
        ),
    ]
    return {row["key"]: row for row in rows}


def document(period: str = "2023", **changes: object) -> dict:
    """A whole frozen report; `changes` replace its top entries."""
    of = Period.read(period)
    first, second = "Försäkringskassan", "Vuxenpsykiatri Ekelunda"
    parts = [
        {
            "number": part.number,
            "key": part.key,
            "short": part.short,
            "over": part.over,
            "chapter": part.chapter,
            "inside": part.inside,
            "headed": [list(pair) for pair in part.headed],
            "before_text": part.before_text,
            "heading": form.heading(part, of, first, second),
            "text": LONG * 5 if part.writer == form.LEAD else "",
            "writer": part.writer,
            "silence": "Inget skrivet ännu.",
            "figures": list(part.figures),
        }
        for part in form.FORM
    ]
    return {
        "title": form.title(of),
        "initiative": "AKTIV",
        "owner": second,
        "description": f"{form.title(of)} till samordningsförbunden, siffrorna frysta 2024-01-10",
        "lead": f"Samverkan mellan {first} och {second}",
        "facts": [
            ["Period", "2023-01-01 till 2023-12-31"],
            ["Siffrorna gäller till och med", "2023-12-31"],
            ["Version", "1, siffrorna frysta 2024-01-10"],
            ["Projektägare", second],
            ["Förbund", "Förbundet Norr, Förbundet Mitt och Förbundet Söder"],
            ["Kontakt", "Helena Brovik, projektledare"],
        ],
        "version_label": "Version",
        "frozen_on": "2024-01-10",
        "frozen_words": "Siffrorna frystes 2024-01-10 och gäller till och med 2023-12-31.",
        "brief_heading": "Året i korthet",
        "brief": ["hours_used", "patient_share_percent", "pulse_meetings_held", "invoiced_sek"],
        "appendix": "11",
        "parts": parts,
        "figures": figures(),
        "demo": True,
        "sha256": "0" * 64,
        **changes,
    }
