"""The spells on their pages: recorded, ended, corrected; the day in list, search and case from the joined first day."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.actions import case as case_verbs
from cases.models import Case, Spell
from parties.access import acting
from tests.factories import make_case, make_disclosure

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
SPELL = {"degree": 100, "benefit": "sickness_benefit"}


def ago(days: int):
    return TODAY - timedelta(days=days)


def record(by, case, from_on, to_on=None, **more) -> Spell:
    with acting(by):
        return case_verbs.record_spell(by=by, case=case, from_on=from_on, to_on=to_on, **{**SPELL, **more})


def joined(cast) -> Case:
    """Day 92 today, by two spells with five days between."""
    case = make_case(cast.coordinator, name="Dagny Dagsson")
    record(cast.coordinator, case, ago(91), ago(36))
    record(cast.coordinator, case, ago(30), degree=50)
    return case


def test_the_day_counts_from_the_joined_first_day_on_every_page(cast, sign_in):
    case = joined(cast)
    client = sign_in(cast.coordinator)
    assert "dag 92 (beräknad)" in client.get(f"/cases/{case.number}/").content.decode()
    assert "Dag 92" in client.get("/cases/").content.decode()
    assert "Dag 92 (beräknad)" in client.post("/cases/search/", {"q": "Dagsson"}).content.decode()
    # The near miss: a day more between them.
    apart = make_case(cast.coordinator, name="Mona Mellan")
    record(cast.coordinator, apart, ago(91), ago(37))
    record(cast.coordinator, apart, ago(30))
    assert "dag 31 (beräknad)" in client.get(f"/cases/{apart.number}/").content.decode()
    assert "Dag 31 (beräknad)" in client.post("/cases/search/", {"q": "Mellan"}).content.decode()


def test_when_it_has_ended_no_day_is_counted_and_the_page_says_when(cast, sign_in):
    case = make_case(cast.coordinator, name="Ester Ende")
    record(cast.coordinator, case, ago(60), ago(7))
    client = sign_in(cast.coordinator)
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert f'Sjukfallet tog slut <span class="sv-nowrap">{ago(7)}</span>' in page
    assert "(beräknad)" not in page
    assert "Dag " not in client.post("/cases/search/", {"q": "Ende"}).content.decode()
    still = make_case(cast.coordinator)
    record(cast.coordinator, still, ago(60), ago(6))
    assert "dag 61 (beräknad)" in client.get(f"/cases/{still.number}/").content.decode()


def test_a_closed_case_has_no_day(cast, sign_in):
    case = joined(cast)
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=case, state="closed", cause="completed")
    client = sign_in(cast.coordinator)
    for page in (
        client.get(f"/cases/{case.number}/"),
        client.get("/cases/?show=closed"),
        client.post("/cases/search/", {"q": "Dagsson"}),
    ):
        text = page.content.decode()
        assert case.number in text
        assert "ag 92" not in text and "Det här händer härnäst" not in text


def test_another_unit_sees_neither_spells_nor_day_nor_milestones(cast, sign_in):
    case = joined(cast)
    make_disclosure(cast.coordinator, case, cast.investigator.unit, basis="fk_ask")
    page = sign_in(cast.investigator).get(f"/cases/{case.number}/").content.decode()
    assert case.number in page
    for word in ("Det här händer härnäst", "ag 92", "Sjukskrivning", ago(91).isoformat(), "50&nbsp;%"):
        assert word not in page, word
    found = (
        sign_in(cast.investigator).post("/cases/search/", {"q": case.number}, follow=True).content.decode()
    )
    assert "ag 92" not in found
    assert "Dag 92" not in sign_in(cast.investigator).get("/cases/?show=received").content.decode()


def test_an_open_spell_is_ended_and_what_stood_before_can_be_read(cast, sign_in):
    case = make_case(cast.coordinator)
    first = record(cast.coordinator, case, ago(60))
    client = sign_in(cast.coordinator)
    address = f"/cases/{case.number}/spells/{first.pk}/"
    assert address in client.get(f"/cases/{case.number}/").content.decode()
    # The first day is not the form's to change: another would be another spell.
    sent = {"from_on": ago(99).isoformat(), "to_on": ago(7).isoformat(), **SPELL}
    assert client.post(address, sent).status_code == 302
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "Sjukfallet tog slut" in page and "Ersatt av en senare uppgift" in page
    with acting(cast.coordinator):
        assert list(case.spells.order_by("pk").values_list("from_on", "to_on")) == [
            (ago(60), None),
            (ago(60), ago(7)),
        ]
    # What is replaced is no longer corrected.
    assert client.get(address).status_code == 404


def test_a_new_extent_stops_the_open_one_the_day_before(cast, sign_in):
    case = make_case(cast.coordinator)
    record(cast.coordinator, case, ago(60))
    client = sign_in(cast.coordinator)
    sent = {"from_on": ago(10).isoformat(), "to_on": "", **SPELL, "degree": 50}
    assert client.post(f"/cases/{case.number}/spells/new/", sent).status_code == 302
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert ago(11).isoformat() in page, "the last day of the old extent"
    assert "dag 61 (beräknad)" in page
    assert "Sjukpenning 50 %" in page


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("expected_on", ago(11).isoformat(), "Slutet är före början"),
        ("to_on", ago(11).isoformat(), "Slutet är före början"),
        ("expected_on", "i vår", "datum"),
    ],
)
def test_a_prognosis_before_the_start_gets_a_sentence_at_its_field(cast, sign_in, name, value, says):
    case = make_case(cast.coordinator)
    client = sign_in(cast.coordinator)
    sent = {"from_on": ago(10).isoformat(), "to_on": "", "expected_on": "", **SPELL, name: value}
    answer = client.post(f"/cases/{case.number}/spells/new/", sent)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [name]
    assert says in str(answer.context["form"].errors[name])
    with acting(cast.coordinator):
        assert not case.spells.exists()


def test_a_prognosis_on_the_first_day_is_kept_and_the_database_refuses_one_before(cast, sign_in):
    case = make_case(cast.coordinator)
    client = sign_in(cast.coordinator)
    sent = {"from_on": ago(10).isoformat(), "to_on": "", "expected_on": ago(10).isoformat(), **SPELL}
    assert client.post(f"/cases/{case.number}/spells/new/", sent).status_code == 302
    with acting(cast.coordinator):
        assert case.spells.get().expected_on == ago(10)
    with (
        pytest.raises(IntegrityError, match="a_spell_is_expected_to_end_after_it_begins"),
        transaction.atomic(),
    ):
        record(cast.coordinator, case, ago(10), expected_on=ago(11))


def test_a_spell_of_another_case_is_the_same_404_as_one_that_never_was(cast, sign_in):
    case, other = make_case(cast.coordinator), make_case(cast.coordinator)
    strangers = make_case(cast.other_clinic)
    there = [
        record(cast.coordinator, other, ago(5)).pk,
        record(cast.other_clinic, strangers, ago(5)).pk,
        999_999_999,
    ]
    client = sign_in(cast.coordinator)
    bodies = set()
    for pk in there:
        for ask in (client.get, client.post):
            answer = ask(f"/cases/{case.number}/spells/{pk}/")
            assert answer.status_code == 404
            token = r'"X-CSRFToken": "\w+"|name="csrfmiddlewaretoken" value="\w+"|/spells/\d+/'
            bodies.add(re.sub(token, "", answer.content.decode()))
    assert len(bodies) == 1
    mine = record(cast.coordinator, case, ago(5))
    assert sign_in(cast.manager).get(f"/cases/{case.number}/spells/{mine.pk}/").status_code == 403
    assert sign_in(cast.other_clinic).get(f"/cases/{case.number}/spells/{mine.pk}/").status_code == 404


class TestTheFirstDayIsCorrected:
    def test_with_a_reason_and_the_earlier_entry_stays_to_be_read(self, cast, sign_in):
        case = make_case(cast.coordinator)
        replaced = record(cast.coordinator, case, ago(50), degree=100)
        there = record(cast.coordinator, case, ago(50), ago(-10), degree=50)
        client = sign_in(cast.coordinator)
        address = f"/cases/{case.number}/spells/{there.pk}/first-day/"
        assert address in client.get(f"/cases/{case.number}/spells/{there.pk}/").content.decode()
        answer = client.post(address, {"from_on": ago(91).isoformat(), "why": ""})
        assert list(answer.context["form"].errors) == ["why"]
        assert (
            client.post(
                address, {"from_on": ago(91).isoformat(), "why": "Intyget gällde från då"}
            ).status_code
            == 302
        )
        page = client.get(f"/cases/{case.number}/").content.decode()
        assert "dag 92 (beräknad)" in page
        assert "Första dagen rättades: Intyget gällde från då" in page and ago(50).isoformat() in page
        with acting(cast.coordinator):
            made = case.spells.latest("pk")
            assert (made.replaces_id, made.degree, made.to_on) == (there.pk, 50, ago(-10))
        # What it had replaced does not come back, and what is corrected is not corrected again.
        assert "Dag 92" in client.get("/cases/").content.decode()
        assert client.get(address).status_code == 404
        assert client.get(f"/cases/{case.number}/spells/{replaced.pk}/first-day/").status_code == 404

    def test_a_day_that_is_the_same_or_after_the_end_gets_a_sentence(self, cast, sign_in):
        case = make_case(cast.coordinator)
        there = record(cast.coordinator, case, ago(50), ago(7))
        client = sign_in(cast.coordinator)
        for day, says in ((ago(50), "redan första dagen"), (ago(6), "efter slutet")):
            answer = client.post(
                f"/cases/{case.number}/spells/{there.pk}/first-day/",
                {"from_on": day.isoformat(), "why": "Fel"},
            )
            assert says in str(answer.context["form"].errors["from_on"])

    def test_everyone_of_the_cast(self, cast, sign_in):
        case = make_case(cast.coordinator)
        there = record(cast.coordinator, case, ago(50))
        sent = {"from_on": ago(51).isoformat(), "why": "Fel"}
        for name, member in cast.everyone.items():
            if name in ("coordinator", "colleague", "stranger"):
                continue
            answer = sign_in(member).post(f"/cases/{case.number}/spells/{there.pk}/first-day/", sent)
            assert answer.status_code == (403 if name == "manager" else 404), name
        with acting(cast.coordinator):
            assert case.spells.count() == 1

    def test_the_database_refuses_one_of_another_case_and_one_without_a_reason(self, cast):
        case, other = make_case(cast.coordinator), make_case(cast.coordinator)
        there = record(cast.coordinator, other, ago(50))
        values = {
            "unit": cast.coordinator.unit,
            "from_on": ago(40),
            "by": cast.coordinator,
            "replaces": there,
            **SPELL,
        }
        with acting(cast.coordinator):
            with pytest.raises(Exception, match="another of the same case"), transaction.atomic():
                Spell.objects.create(case=case, why="Fel", **values)
            with pytest.raises(IntegrityError, match="a_first_day_is_corrected"), transaction.atomic():
                Spell.objects.create(case=other, why="", **values)


@pytest.mark.parametrize(
    ("first", "last", "asks"),
    [
        (ago(40), ago(20), True),  # over the end of one and the start of another
        (ago(35), ago(31), False),  # between them
        (ago(35), None, False),  # without an end it stops where the next begins
        (ago(36), ago(31), True),  # the last day of the first
        (ago(35), ago(30), True),  # the first day of the next
        (ago(30), ago(5), False),  # the same first day: an end is written
        (ago(10), None, False),  # a new extent stops the open one the day before
    ],
)
def test_a_period_over_another_is_asked_about(cast, sign_in, first, last, asks):
    case = joined(cast)
    client = sign_in(cast.coordinator)
    address = f"/cases/{case.number}/spells/new/"
    sent = {"from_on": first.isoformat(), "to_on": last.isoformat() if last else "", **SPELL}
    before = client.get(address).content.decode()
    assert "Spara ändå" not in before
    answer = client.post(address, sent)
    assert answer.status_code == (200 if asks else 302)
    with acting(cast.coordinator):
        assert case.spells.count() == (2 if asks else 3)
    if asks:
        page = answer.content.decode()
        assert "Perioden överlappar den från" in page and 'type="checkbox"' in page
        assert client.post(address, sent | {"anyway": "on"}).status_code == 302
        with acting(cast.coordinator):
            assert case.spells.count() == 3


def test_a_date_more_than_two_years_away_is_asked_about_and_only_one_that_is_new(cast, sign_in):
    case = make_case(cast.coordinator)
    client = sign_in(cast.coordinator)
    address = f"/cases/{case.number}/spells/new/"
    near = {"from_on": ago(730).isoformat(), "to_on": "", **SPELL}
    far = near | {"from_on": ago(732).isoformat()}
    answer = client.post(address, far)
    assert f"Datumet {ago(732)} ligger mer än två år bort. Spara ändå?" in answer.content.decode()
    assert client.post(address, near).status_code == 302
    assert client.post(address, far | {"anyway": "on"}).status_code == 302
    with acting(cast.coordinator):
        old = case.spells.get(from_on=ago(732))
    change = {"to_on": "", "degree": 50, "benefit": "sickness_benefit"}
    assert client.post(f"/cases/{case.number}/spells/{old.pk}/", change).status_code == 302
