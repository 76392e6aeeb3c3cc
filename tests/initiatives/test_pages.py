"""The pages of the insats, over every role: 404 for what is not yours to know, 403 for what you may see but
not do.
"""

import io
import re
import threading
import time
import zipfile
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from initiatives import actions, folder, intake
from initiatives.models import (
    Activity,
    FundingShare,
    Grant,
    Initiative,
    Invoice,
    Obstacle,
    Participation,
    Seat,
    SeatRole,
    TimeEntry,
)
from initiatives.nouns import NOUNS
from initiatives.periods import today
from parties.access import acting
from tests.factories import make_member, test_number
from tests.initiatives.conftest import HERE, files_of

pytestmark = pytest.mark.django_db

READERS = {"project_lead", "steering", "evaluator", "association_officer", "coordinator"}
LOGGERS = {"project_lead", "coordinator"}
NEXT_YEAR = f"{today().year + 1}-05-04"


@pytest.fixture
def rows(cast, insats) -> dict[str, int]:
    """One row of each noun, logged by the clinic's own coordinator where a unit may log it."""
    made = {}
    for noun, model in (("activity", Activity), ("time", TimeEntry), ("obstacle", Obstacle)):
        facts = {
            "activity": {
                "on": date(2023, 5, 4),
                "kind": "pulse_meeting",
                "title": "Pulsmöte",
                "state": "held",
            },
            "time": {"on": date(2023, 5, 4), "kind": "patient", "minutes": 90, "unit": cast.coordinator.unit},
            "obstacle": {"kind": "barrier", "area": "it", "text": "Inget gemensamt system"},
        }[noun]
        with acting(cast.coordinator):
            made[noun] = actions.add(model(initiative=insats, **facts), by=cast.coordinator).pk
    with acting(cast.project_lead):
        made["invoice"] = actions.add(
            Invoice(initiative=insats, amount=1000, on=date(2023, 5, 4)), by=cast.project_lead
        ).pk
    made["party"] = insats.participations.first().pk
    return made


def addresses(initiative: Initiative, rows: dict[str, int]) -> dict[str, tuple[str, set[str]]]:
    """Every page of an insats, and who may open it; the other readers get 403, everyone else 404."""
    pages = {
        "initiative": (reverse("initiative", args=[initiative.pk]), READERS),
        "edit": (reverse("edit_initiative", args=[initiative.pk]), {"project_lead"}),
        "time": (reverse("initiative_time", args=[initiative.pk, today().year]), LOGGERS),
        "shares": (reverse("initiative_shares", args=[initiative.pk, 2023]), {"project_lead"}),
        "timers": (reverse("initiative_timers", args=[initiative.pk]), {"project_lead"}),
        "seats": (reverse("initiative_seats", args=[initiative.pk]), {"project_lead"}),
    }
    for noun in NOUNS:
        who = LOGGERS if noun in ("activity", "time", "obstacle") else {"project_lead"}
        pages[f"new {noun}"] = (reverse("new_initiative_row", args=[initiative.pk, noun]), who)
        if noun in rows:
            pages[f"correct {noun}"] = (
                reverse("initiative_row", args=[initiative.pk, noun, rows[noun]]),
                who,
            )
    return pages


def test_every_page_for_every_role(cast, insats, rows, outsiders, sign_in):
    for name, member in {**cast.everyone, **outsiders}.items():
        client = sign_in(member)
        for page, (address, who) in addresses(insats, rows).items():
            answer = client.get(address)
            if name == "stranger" or name == "ended_member":
                assert answer.status_code in (302, 404), (name, page)
            elif name in who:
                assert answer.status_code == 200, (name, page)
            else:
                assert answer.status_code == (403 if name in READERS else 404), (name, page)


def test_posting_past_the_page_meets_the_same_door(cast, insats, rows, sign_in):
    before = {model: model.objects.count() for model in (Activity, TimeEntry, Invoice, Participation, Seat)}
    posts = [
        reverse("remove_initiative_row", args=[insats.pk, noun, pk])
        for noun, pk in rows.items()
        if noun != "party"
    ] + [reverse("end_initiative_seat", args=[insats.pk, seat.pk]) for seat in insats.seats.all()]
    for name, member in cast.everyone.items():
        if name in LOGGERS or member is None:
            continue
        client = sign_in(member)
        for address in posts:
            assert client.post(address).status_code in (302 if name == "ended_member" else 403, 404), (
                name,
                address,
            )
    assert before == {model: model.objects.count() for model in before}
    assert not insats.seats.exclude(until_at=None).exists()


def test_the_list_names_exactly_what_one_belongs_to(cast, insats, sign_in):
    with acting(cast.project_lead):
        other = actions.start(
            by=cast.project_lead,
            name="En annan insats",
            kind="structural",
            starts_on=date(2023, 1, 1),
            owner_name="X",
        )
        actions.give_seat(by=cast.project_lead, initiative=other, user=cast.steering.user, role=SeatRole.LEAD)
        actions.end_seat(other.seats.get(user=cast.project_lead.user), by=cast.project_lead)
    for name, member in cast.everyone.items():
        if member is None or name == "ended_member":
            continue
        page = sign_in(member).get(reverse("initiatives")).content.decode()
        assert ("Provinsatsen" in page) == (name in READERS), name
        assert ("En annan insats" in page) == (name == "steering"), name


def test_a_coordinator_sees_no_money_and_only_the_own_units_time(cast, insats, rows, sign_in):
    with acting(cast.project_lead):
        actions.add(
            TimeEntry(
                initiative=insats,
                kind="patient",
                minutes=600,
                on=date(2023, 5, 5),
                note="Ledarens rad",
                unit=cast.other_clinic.unit,
            ),
            by=cast.project_lead,
        )
    address = reverse("initiative", args=[insats.pk]) + "?year=2023"
    page = sign_in(cast.coordinator).get(address).content.decode()
    assert "1,5" in page
    assert "Ledarens rad" not in page
    assert "Fakturerat" not in page
    page = sign_in(cast.project_lead).get(address).content.decode()
    assert "Ledarens rad" in page
    assert "Fakturerat" in page


def test_those_who_steer_and_pay_see_no_hours_of_fewer_than_three(cast, insats, rows, sign_in):
    more = [make_member(name, cast.coordinator.unit, cast.coordinator.role) for name in ("ett", "tva")]
    address = reverse("initiative", args=[insats.pk]) + "?year=2024"

    def log(member):
        with acting(member):
            row = TimeEntry(
                initiative=insats,
                kind="patient",
                minutes=66,
                on=date(2024, 5, 6),
                member=member,
                unit=member.unit,
            )
            actions.add(row, by=member)

    log(cast.coordinator)
    log(more[0])
    for member in (cast.steering, cast.association_officer, cast.evaluator):
        page = sign_in(member).get(address).content.decode()
        assert "2,2" not in page
        assert "färre än tre personer" in page
    assert "2,2" in sign_in(cast.project_lead).get(address).content.decode()
    log(more[1])
    for member in (cast.steering, cast.association_officer, cast.evaluator):
        assert "3,3" in sign_in(member).get(address).content.decode()


def test_the_whole_minus_the_own_unit_tells_no_other_units_few(cast, insats, sign_in):
    own = [cast.coordinator] + [
        make_member(name, cast.coordinator.unit, cast.coordinator.role) for name in ("ett", "tva")
    ]
    others = [cast.other_clinic] + [
        make_member(name, cast.other_clinic.unit, cast.other_clinic.role) for name in ("tre", "fyra")
    ]
    address = reverse("initiative", args=[insats.pk]) + "?year=2024"

    def log(member):
        TimeEntry.objects.create(
            initiative=insats, kind="patient", minutes=66, on=date(2024, 5, 6), member=member,
            unit=member.unit, recorded_by=member,
        )  # fmt: skip

    for member in [*own, *others[:2]]:
        log(member)
    page = sign_in(cast.coordinator).get(address).content.decode()
    assert "3,3" in page
    # Nor in another role, or by a seat: one who steers may work in a unit too, and knows its time from there.
    for member in (cast.coordinator, cast.steering, cast.evaluator):
        page = sign_in(member).get(address).content.decode()
        assert "5,5" not in page
        assert "tillsammans med andra siffror" in page
    assert "5,5" in sign_in(cast.project_lead).get(address).content.decode()
    log(others[2])
    assert "6,6" in sign_in(cast.steering).get(address).content.decode()
    page = sign_in(cast.coordinator).get(address).content.decode()
    assert "3,3" in page
    assert "6,6" in page


def test_lumps_over_quarters_stand_in_a_row_of_their_own_and_the_table_adds_up(cast, insats, sign_in):
    client = sign_in(cast.project_lead)
    new(client, insats, "time", kind="patient", minutes="10", on="2024-02-01")
    lump = {"from_on": "2024-01-01", "to_on": "2024-06-30"}
    new(client, insats, "time", kind="patient", minutes="100", **lump)
    page = client.get(reverse("initiative", args=[insats.pk]) + "?year=2024").content.decode()
    table = page[page.index('<tbody><tr><th scope="row">Kvartal 1') :]
    table = table[: table.index("</table>")]
    assert "För längre tid än ett kvartal" in table
    assert "Hela året" in table
    assert "Utöver kvartalen: 100 timmar som är registrerade för längre tid än ett kvartal." in page
    assert [n in table for n in (">10<", ">100<", ">110<")] == [True] * 3


def new(client, insats, noun, **facts):
    return client.post(reverse("new_initiative_row", args=[insats.pk, noun]), facts)


@pytest.mark.parametrize(
    ("noun", "facts", "sentence"),
    [
        ("activity", {"kind": "pulse_meeting", "title": "x", "state": "held"}, "Skriv ett datum, eller året"),
        (
            "activity",
            {"kind": "pulse_meeting", "title": "x", "state": "held", "on": "4/5 2023"},
            "till exempel 2026-03-04",
        ),
        (
            "activity",
            {"kind": "pulse_meeting", "title": "x", "state": "held", "on": "2023-02-30"},
            "Februari 2023 har bara 28 dagar. Kontrollera dagen.",
        ),
        (
            "activity",
            {"kind": "party", "title": "x", "state": "held", "on": "2023-05-04"},
            "Välj vilket slags aktivitet det var.",
        ),
        (
            "activity",
            {"kind": "pulse_meeting", "title": f"x {test_number(2)}", "state": "held", "on": "2023-05-04"},
            "Skriv inte personnummer här.",
        ),
        (
            "activity",
            {"kind": "training", "title": "x", "state": "held", "on": NEXT_YEAR},
            "Dagen har inte kommit.",
        ),
        (
            "obstacle",
            {"kind": "barrier", "area": "it", "text": "x", "status": "open", "since": NEXT_YEAR},
            "Dagen har inte kommit.",
        ),
        (
            "time",
            {"kind": "patient", "minutes": "7", "on": NEXT_YEAR},
            f"Skriv i dag, {today()}, eller tidigare.",
        ),
        (
            "time",
            {"kind": "patient", "minutes": "7,5", "from_on": "2023-12-31", "to_on": NEXT_YEAR},
            "Dagen har inte kommit.",
        ),
        ("time", {"kind": "patient", "minutes": "många", "on": "2023-05-04"}, "Skriv timmar som 7,5"),
        ("time", {"kind": "patient", "minutes": "25", "on": "2023-05-04"}, "högst 24 timmar"),
        ("time", {"kind": "patient", "minutes": "0", "on": "2023-05-04"}, "mer än 0"),
        ("time", {"kind": "patient", "minutes": "7,5"}, "Skriv ett datum, eller från och till"),
        (
            "time",
            {
                "kind": "patient",
                "minutes": "7,5",
                "on": "2023-05-04",
                "from_on": "2023-01-01",
                "to_on": "2023-12-31",
            },
            "inte båda",
        ),
        (
            "time",
            {"kind": "patient", "minutes": "7,5", "from_on": "2023-12-31", "to_on": "2023-01-01"},
            "Slutet ligger före början.",
        ),
        ("time", {"kind": "patient", "minutes": "7,5", "from_on": "2023-12-31"}, "både från och till"),
        ("invoice", {"amount": "mycket", "on": "2023-05-04"}, "Skriv hela kronor med siffror"),
        ("invoice", {"amount": "100,50", "on": "2023-05-04"}, "Skriv hela kronor med siffror"),
        ("invoice", {"amount": "0", "on": "2023-05-04"}, "ett belopp som inte är 0"),
        ("grant", {"year": "i år", "amount": "1000"}, "Skriv året med fyra siffror"),
        ("grant", {"year": "2023", "amount": "-5"}, "Skriv ett belopp över 0."),
        ("party", {"role": "party", "from_on": "2023-01-01"}, "Välj en part ovanför"),
        (
            "party",
            {"role": "party", "name": "x", "kind": "af", "from_on": "2023-02-01", "to_on": "2023-01-01"},
            "Den sista dagen ligger före den första.",
        ),
        (
            "obstacle",
            {"kind": "barrier", "area": "it", "text": "x", "status": "solved"},
            "Skriv dagen det löstes",
        ),
        (
            "activity",
            {"kind": "training", "title": "x", "state": "booked", "on": "2150-05-04"},
            "Dagen ligger för långt bort. Skriv en från och med 1990-01-01",
        ),
        (
            "activity",
            {"kind": "training", "title": "x", "state": "booked", "year": str(today().year + 6)},
            "Året ligger för långt bort.",
        ),
        ("invoice", {"amount": "10", "from_on": "1989-12-31", "to_on": "1990-01-01"}, "för långt bort"),
        (
            "party",
            {"role": "party", "name": "x", "kind": "af", "from_on": "2023-02-01", "to_on": "2150-12-31"},
            "för långt bort",
        ),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(cast, insats, sign_in, noun, facts, sentence):
    client = sign_in(cast.project_lead)
    before = NOUNS[noun].model.objects.count()
    answer = new(client, insats, noun, **facts)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert sentence in page
    assert "inget är sparat än" in page
    typed = (
        facts.get("title")
        or facts.get("minutes")
        or facts.get("amount")
        or facts.get("name")
        or facts.get("from_on")
        or "x"
    )
    assert str(typed) in page
    assert NOUNS[noun].model.objects.count() == before


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("7,5", 450),
        ("7.5", 450),
        ("7:30", 450),
        ("45 min", 45),
        ("1 h", 60),
        ("0,25", 15),
        ("0,01", 1),
        ("24", 1440),
    ],
)
def test_time_is_read_as_people_write_it(cast, insats, sign_in, written, minutes):
    client = sign_in(cast.coordinator)
    answer = new(client, insats, "time", kind="patient", minutes=written, on="20230504")
    assert answer.status_code == 302
    row = TimeEntry.objects.get()
    assert (row.minutes, row.on, row.member, row.unit) == (
        minutes,
        date(2023, 5, 4),
        cast.coordinator,
        cast.coordinator.unit,
    )


def test_today_is_the_latest_day_of_work_and_a_meeting_may_be_booked_ahead(cast, insats, sign_in):
    client = sign_in(cast.project_lead)
    tomorrow = (today() + timedelta(days=1)).isoformat()
    facts = {"kind": "patient", "minutes": "1"}
    assert new(client, insats, "time", on=tomorrow, **facts).status_code == 200
    assert new(client, insats, "time", on=today().isoformat(), **facts).status_code == 302
    facts = {"kind": "training", "title": "x", "on": tomorrow}
    assert new(client, insats, "activity", state="held", **facts).status_code == 200
    assert new(client, insats, "activity", state="booked", **facts).status_code == 302
    row = TimeEntry.objects.get()
    row.on = today() + timedelta(days=1)
    with acting(cast.project_lead), pytest.raises(ValidationError):
        actions.correct(row, by=cast.project_lead)


@pytest.mark.parametrize(
    ("noun", "facts", "year"),
    [
        ("time", {"kind": "patient", "minutes": "1", "on": "2023-05-04"}, 2023),
        ("time", {"kind": "patient", "minutes": "1", "from_on": "2021-12-01", "to_on": "2022-01-31"}, 2022),
        ("activity", {"kind": "training", "title": "x", "state": "held", "on": "2023-05-04"}, 2023),
        ("activity", {"kind": "training", "title": "x", "state": "held", "year": "2022"}, 2022),
        (
            "obstacle",
            {"kind": "barrier", "area": "it", "text": "x", "status": "open", "since": "2022-05-04"},
            today().year,
        ),
        (
            "obstacle",
            {"kind": "barrier", "area": "it", "text": "x", "status": "solved", "solved_on": "2023-05-04"},
            2023,
        ),
        ("invoice", {"amount": "5", "on": "2023-05-04"}, 2023),
        ("grant", {"year": today().year + 1, "amount": "5"}, today().year + 1),
        ("forecast", {"year": "2022", "amount": "5", "made_on": "2023-05-04"}, 2022),
        (
            "party",
            {
                "name": "x",
                "kind": "employer",
                "role": "party",
                "from_on": "2022-01-01",
                "to_on": "2023-03-01",
            },
            2023,
        ),
    ],
)
def test_one_lands_on_the_year_of_the_row_just_saved(cast, insats, sign_in, noun, facts, year):
    client = sign_in(cast.project_lead)
    answer = new(client, insats, noun, **facts)
    there = f"{reverse('initiative', args=[insats.pk])}?year={year}"
    assert answer["Location"].split("#")[0] == there
    page = client.get(there).content.decode()
    assert f'href="?year={year}" aria-current="true"' in page
    row = NOUNS[noun].model.objects.latest("id")
    address = reverse("initiative_row", args=[insats.pk, noun, row.pk])
    assert f'href="{there}#' in client.get(address).content.decode()
    if noun != "party":
        answer = client.post(reverse("remove_initiative_row", args=[insats.pk, noun, row.pk]))
        assert answer["Location"].split("#")[0] == there


def test_an_insats_opens_with_the_year_nearest_to_this_one_that_has_something(cast, insats, sign_in):
    client = sign_in(cast.project_lead)
    here, this = reverse("initiative", args=[insats.pk]), today().year

    def opens_with() -> str:
        return re.findall(r'href="\?year=(\d{4})" aria-current="true"', client.get(here).content.decode())[0]

    assert opens_with() == str(this), "nothing is recorded yet"
    new(client, insats, "grant", year="2022", amount="10")
    assert opens_with() == "2022"
    new(client, insats, "grant", year=str(this), amount="10")
    assert opens_with() == str(this)


def test_every_field_that_must_be_filled_in_says_what_to_write(cast, insats, sign_in):
    client = sign_in(cast.project_lead)
    pages = [reverse("new_initiative_row", args=[insats.pk, noun]) for noun in NOUNS]
    pages += [reverse("new_initiative"), reverse("initiative_seats", args=[insats.pk]), reverse("new_report")]
    pages += [reverse("import_initiative")]
    for address in pages:
        page = client.post(address, {"nothing": "else"}).content.decode()
        assert "data-take-focus" in page, address
        for generic in ("fältet måste fyllas i", "fält måste fyllas i", "Fyll i det här", "Välj ett."):
            assert generic not in page, address
    page = client.post(reverse("new_initiative"), {"nothing": "else"}).content.decode()
    assert "Skriv vad insatsen heter, som i ansökan." in page
    assert "Skriv insatsens första dag, till exempel 2026-01-01." in page


def test_a_lump_is_logged_for_a_period(cast, insats, sign_in):
    facts = {"kind": "organisational", "minutes": "768", "from_on": "2022-12-01", "to_on": "2023-11-30"}
    assert new(sign_in(cast.project_lead), insats, "time", **facts).status_code == 302
    row = TimeEntry.objects.get()
    assert (row.minutes, row.on, row.from_on, row.to_on) == (
        46_080,
        None,
        date(2022, 12, 1),
        date(2023, 11, 30),
    )


@pytest.mark.parametrize(
    ("written", "amount"),
    [("310163", 310_163), ("310 163 kr", 310_163), ("310.163", 310_163), ("−500:-", -500)],
)
def test_kronor_are_read_as_people_write_them(cast, insats, sign_in, written, amount):
    assert (
        new(sign_in(cast.project_lead), insats, "invoice", amount=written, on="2023-05-04").status_code == 302
    )
    assert Invoice.objects.get().amount == amount


def test_a_second_grant_for_a_year_says_where_the_first_is(cast, insats, sign_in):
    client = sign_in(cast.project_lead)
    new(client, insats, "grant", year="2023", amount="480 000")
    answer = new(client, insats, "grant", year="2023", amount="1")
    assert "Beviljade medel finns redan för det året." in answer.content.decode()
    assert Grant.objects.get().amount == 480_000


def test_a_party_of_the_portal_is_linked_and_one_of_none_is_a_name(cast, insats, sign_in):
    client = sign_in(cast.project_lead)
    unit = cast.health_centre.unit
    assert (
        new(
            client, insats, "party", unit=unit.pk, role="party", from_on="2023-01-01", active="on"
        ).status_code
        == 302
    )
    linked = Participation.objects.get(unit=unit)
    assert (linked.party, linked.kind, linked.name) == (unit.party, "primary_care", unit.name)
    facts = {"name": "En förening", "kind": "user_organisation", "role": "party", "from_on": "2023-01-01"}
    assert new(client, insats, "party", **facts).status_code == 302
    assert Participation.objects.get(name="En förening").party is None
    wrong = new(
        client,
        insats,
        "party",
        party=cast.investigator.party_id,
        unit=unit.pk,
        role="party",
        from_on="2023-01-01",
    )
    assert "Enheten hör till en annan part." in wrong.content.decode()


def shares(client, insats, year, *rows):
    total = {"share-TOTAL_FORMS": len(rows), "share-INITIAL_FORMS": 0}
    for n, (name, percent) in enumerate(rows):
        total |= {f"share-{n}-name": name, f"share-{n}-percent": percent}
    return client.post(reverse("initiative_shares", args=[insats.pk, year]), total)


def test_shares_of_99_per_cent_are_refused_and_of_100_taken(cast, insats, sign_in):
    client = sign_in(cast.project_lead)
    page = shares(client, insats, 2024, ("A", "52"), ("B", "34"), ("C", "13")).content.decode()
    assert "Andelarna blir tillsammans 99 procent. De ska bli exakt 100." in page
    assert 'value="13"' in page
    assert "står två gånger" in shares(client, insats, 2024, ("A", "50"), ("A", "50")).content.decode()
    assert (
        "till exempel 33,33" in shares(client, insats, 2024, ("A", "hälften"), ("B", "50")).content.decode()
    )
    assert "Skriv vems andelen är." in shares(client, insats, 2024, ("", "50"), ("B", "50")).content.decode()
    assert not FundingShare.objects.filter(year=2024).exists()
    assert (
        shares(client, insats, 2024, ("A", "33,33"), ("B", "33.33 %"), ("C", "33,34"), ("", "")).status_code
        == 302
    )
    assert FundingShare.objects.filter(year=2024).count() == 3


def test_setting_up_an_insats(cast, insats, sign_in):
    facts = {
        "name": "Nya vägar",
        "kind": "individual",
        "starts_on": "2026-01-01",
        "ends_on": "2025-12-31",
        "owner_name": "Kliniken",
        "first_party_name": "Försäkringskassan",
        "second_party_name": "Kliniken",
    }
    client = sign_in(cast.project_lead)
    assert (
        "Den sista dagen ligger före den första."
        in client.post(reverse("new_initiative"), facts).content.decode()
    )
    assert client.post(reverse("new_initiative"), facts | {"ends_on": ""}).status_code == 302
    made = Initiative.objects.get(name="Nya vägar")
    assert made.seats.get().user == cast.project_lead.user
    again = client.post(reverse("new_initiative"), facts | {"ends_on": ""})
    assert "Det finns redan en insats med det namnet." in again.content.decode()
    for member in (cast.coordinator, cast.investigator, cast.association_officer):
        assert sign_in(member).get(reverse("new_initiative")).status_code == 403


def test_who_may_not_set_up_an_insats_is_offered_nothing_of_it(cast, insats, sign_in):
    for name, member in cast.everyone.items():
        if member is None or name == "ended_member":
            continue
        client = sign_in(member)
        page = client.get(reverse("initiatives")).content.decode()
        for address in (reverse("new_initiative"), reverse("import_initiative")):
            assert (f'href="{address}"' in page) == (name == "project_lead"), (name, address)
            assert client.get(address).status_code == (200 if name == "project_lead" else 403), name


def test_seats_are_given_by_address_and_end(cast, insats, sign_in):
    client = sign_in(cast.project_lead)
    address = reverse("initiative_seats", args=[insats.pk])
    unknown = client.post(address, {"email": "ingen@samverkan.example", "role": SeatRole.STEERING})
    nobody = "Ingen med den adressen har ett uppdrag hos en part som deltar i insatsen"
    assert nobody in unknown.content.decode()
    assert (
        client.post(
            address, {"email": cast.manager.user.email.upper(), "role": SeatRole.STEERING}
        ).status_code
        == 302
    )
    seat = insats.seats.get(user=cast.manager.user)
    assert sign_in(cast.manager).get(reverse("initiative", args=[insats.pk])).status_code == 200
    client = sign_in(cast.project_lead)
    client.post(reverse("end_initiative_seat", args=[insats.pk, seat.pk]))
    assert sign_in(cast.manager).get(reverse("initiative", args=[insats.pk])).status_code == 404
    client = sign_in(cast.project_lead)
    own = insats.seats.get(role=SeatRole.LEAD)
    answer = client.post(reverse("end_initiative_seat", args=[insats.pk, own.pk]), follow=True)
    assert "måste ha en projektledare" in answer.content.decode()


def test_the_seat_form_does_not_tell_who_is_in_the_portal(cast, insats, sign_in):
    """Who works where nobody of the insats does, who no longer works, and who is not there at all: one page, and no name."""
    client, pages = sign_in(cast.project_lead), []
    address = reverse("initiative_seats", args=[insats.pk])
    apart = [cast.employer, cast.soc_officer, cast.private_care, cast.ended_member]
    for email in ("ingen@samverkan.example", *(member.user.email for member in apart)):
        answer = client.post(address, {"email": email, "role": SeatRole.STEERING})
        page = answer.content.decode().replace(email, "ADDRESS")
        pages.append(
            (
                answer.status_code,
                re.sub(r'value="\w{64}"|"X-CSRFToken": "\w+"|form_key" value="[\w-]+"', "", page),
            )
        )
    assert pages[0][0] == 200 and "Ingen med den adressen har ett uppdrag" in pages[0][1]
    assert all(page == pages[0] for page in pages)
    # Who takes part, and who pays.
    for member in (cast.investigator, cast.association_officer):
        answer = client.post(address, {"email": member.user.email, "role": SeatRole.STEERING})
        assert answer.status_code == 302, member


def test_markup_in_a_text_stays_text(cast, insats, sign_in):
    client = sign_in(cast.project_lead)
    new(
        client, insats, "obstacle", kind="barrier", area="it", text="<script>alert(1)</script>", status="open"
    )
    page = client.get(reverse("initiative", args=[insats.pk])).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_same_number_of_questions_for_2_rows_and_for_50(cast, insats, sign_in):
    client = sign_in(cast.project_lead)

    def asked(address) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    def more(count: int) -> None:
        with acting(cast.project_lead):
            for n in range(count):
                number = f"{count}-{n}"
                actions.start(
                    by=cast.project_lead,
                    name=f"I {number}",
                    kind="structural",
                    starts_on=date(2023, 1, 1),
                    owner_name="X",
                )
                Activity.objects.create(
                    initiative=insats,
                    on=date(2023, 1, 1),
                    kind="training",
                    title=number,
                    state="held",
                    recorded_by=cast.coordinator,
                )
                Obstacle.objects.create(
                    initiative=insats, kind="barrier", area="it", text=number, recorded_by=cast.coordinator
                )

    pages = [reverse("initiatives"), reverse("initiative", args=[insats.pk]) + "?year=2023"]
    more(2)
    few = [asked(page) for page in pages]
    more(48)
    assert [asked(page) for page in pages] == few


# Import in the browser


def upload(client, files):
    sent = [SimpleUploadedFile(name, content) for name, content in files.items()]
    return client.post(reverse("import_initiative"), {"files": sent})


def zipped(files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(f"folder/{name}", content)
    return out.getvalue()


@pytest.mark.parametrize("as_zip", [False, True])
def test_a_folder_is_checked_then_imported(cast, sign_in, folder, as_zip):
    client = sign_in(cast.project_lead)
    files = files_of(folder)
    answer = upload(client, {"mappen.zip": zipped(files)} if as_zip else files)
    assert answer.status_code == 302
    assert not Initiative.objects.exists()
    page = client.get(reverse("import_initiative_check")).content.decode()
    assert "activities.csv" in page
    assert not Initiative.objects.exists()
    assert client.post(reverse("import_initiative_check")).status_code == 302
    assert Initiative.objects.get().activities.count() == 15
    assert client.get(reverse("import_initiative_check")).status_code == 302  # nothing waits any longer


def test_a_folder_that_waits_is_the_members_own_and_can_be_thrown_away(cast, sign_in):
    upload(sign_in(cast.project_lead), files_of(HERE))
    assert sign_in(cast.steering).get(reverse("import_initiative_check")).status_code == 302
    client = sign_in(cast.project_lead)
    assert reverse("import_initiative_check") in client.get(reverse("import_initiative")).content.decode()
    client.post(reverse("import_initiative_check"), {"discard": "1"})
    assert client.get(reverse("import_initiative_check")).status_code == 302
    assert not Initiative.objects.exists()


def test_rejected_rows_are_listed_and_nothing_waits(cast, sign_in):
    files = files_of(HERE)
    files["funding.csv"] = files["funding.csv"].replace(b";14;", b";13;")
    client = sign_in(cast.project_lead)
    page = upload(client, files).content.decode()
    assert page.count("Andelarna blir tillsammans 99, inte 100.") == 3
    assert client.get(reverse("import_initiative_check")).status_code == 302


def bomb() -> bytes:
    return zipped({**files_of(HERE), "activities.csv": b"x" * 40_000_000})


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("bild.png", b"\x89PNG", "initiative.csv finns inte bland filerna"),
        ("mappen.zip", b"PK\x03\x04 not a zip", "går inte att läsa som zip"),
        ("mappen.zip", zipped({"annat.csv": b"x"}), "initiative.csv finns inte bland filerna"),
        ("mappen.zip", b"x" * 5_000_001, "större än 5 MB"),
        ("initiative.csv", b"\xff\xfe\x00", "ingen CSV"),
    ],
)
def test_an_upload_that_is_no_folder_gets_a_sentence(cast, sign_in, name, content, sentence):
    page = upload(sign_in(cast.project_lead), {name: content}).content.decode()
    assert sentence in page
    assert not Initiative.objects.exists()


def test_a_zip_that_swells_is_read_no_further_than_its_limit(cast, sign_in):
    packed = bomb()
    assert len(packed) < 100_000
    page = upload(sign_in(cast.project_lead), {"mappen.zip": packed}).content.decode()
    assert "för lång" in page
    assert folder.MOST_BYTES < 40_000_000
    assert not Initiative.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_confirms_twice_at_once_imports_once(cast, sign_in):
    """The second confirmation comes while the first is not through: it waits, and finds what is there."""
    client = sign_in(cast.project_lead)
    files = files_of(HERE)
    upload(client, files)
    answers = []

    def confirm() -> None:
        try:
            answers.append(client.post(reverse("import_initiative_check")).status_code)
        except IntegrityError as error:
            answers.append(error)
        finally:
            connections.close_all()

    second = threading.Thread(target=confirm)
    with acting(cast.project_lead):
        intake.import_folder(files, by=cast.project_lead)
        second.start()
        _until_someone_waits()
    second.join()
    assert answers == [302]
    assert Initiative.objects.get().activities.count() == 15


@pytest.mark.django_db(transaction=True)
def test_who_sets_up_an_insats_twice_at_once_is_told_that_it_is_there(cast):
    facts = {"name": "Dubbel", "kind": "structural", "starts_on": date(2023, 1, 1), "owner_name": "X"}
    errors = []

    def again() -> None:
        try:
            with acting(cast.project_lead):
                actions.start(by=cast.project_lead, **facts)
        except (ValidationError, IntegrityError) as error:
            errors.append(error)
        finally:
            connections.close_all()

    second = threading.Thread(target=again)
    with acting(cast.project_lead):
        actions.start(by=cast.project_lead, **facts)
        second.start()
        _until_someone_waits()
    second.join()
    assert [set(getattr(error, "message_dict", {})) for error in errors] == [{"name"}]


def _until_someone_waits() -> None:
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "select count(*) from pg_locks l where not granted and pid in"
                " (select pid from pg_stat_activity where datname = current_database())"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    pytest.fail("nobody came to wait")


def test_an_insats_of_another_lead_is_not_imported_over(cast, sign_in, outsiders):
    client = sign_in(cast.project_lead)
    upload(client, files_of(HERE))
    client.post(reverse("import_initiative_check"))
    page = upload(sign_in(outsiders["other_lead"]), files_of(HERE)).content.decode()
    assert "du leder den inte" in page


def test_who_may_not_import_is_403(cast, sign_in):
    for member in (cast.coordinator, cast.investigator, cast.association_officer, cast.administrator):
        client = sign_in(member)
        assert client.get(reverse("import_initiative")).status_code == 403
        assert upload(client, files_of(HERE)).status_code == 403
        assert client.get(reverse("import_initiative_check")).status_code == 403
