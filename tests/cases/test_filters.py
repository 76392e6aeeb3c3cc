"""Filters, saved filters and columns of the list of own cases: what they ask for, who has them, what they never show."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import columns, filters
from cases.actions import case as case_verbs
from cases.actions import saved_filter as verbs
from cases.actions.block import block
from cases.days import in_force
from cases.filters import CaseFilter
from cases.leaves import days_of
from cases.models import Case, ListColumns, SavedFilter, Spell
from cases.models.saved_filter import MOST_FILTERS
from initiatives.models import Initiative, Seat, TimerSetting
from parties.access import acting
from tests.factories import make_case, make_consent, make_line

pytestmark = pytest.mark.django_db


def ago(days):
    return timezone.localdate() - timedelta(days=days)


def record(by, case, from_on, to_on=None, *, degree=100, benefit="sickness_benefit"):
    with acting(by):
        return case_verbs.record_spell(
            by=by, case=case, from_on=from_on, to_on=to_on, degree=degree, benefit=benefit
        )


def found(member, **asked) -> set[str]:
    with acting(member):
        chosen, problems = filters.read(asked, member)
        assert not problems
        numbers = {c.number for c in filters.rows_of(member, chosen)}
        assert filters.counts(member, [chosen], 50) == [len(numbers)]
        return numbers


def test_the_day_in_the_statement_is_the_day_of_the_house(cast):
    """Random spells, with gaps about the joining rule, replaced first days, open ends, other benefits, an own gap."""
    dice = random.Random(4)
    with acting(cast.project_lead):
        own = Initiative.objects.create(
            name="Insatsen", kind="structural", starts_on="2020-01-01", created_by=cast.project_lead
        )
        Seat.objects.create(initiative=own, user=cast.project_lead.user, role="lead")
        TimerSetting.objects.create(initiative=own, key="spell_gap_days", number=9, set_by=cast.project_lead)
    cases = [make_case(cast.coordinator, initiative=dice.choice([None, own])) for _ in range(60)]
    me = cast.coordinator
    with acting(me):
        for case in cases:
            day = ago(dice.choice([20, 95, 185, 370, 500]))
            for _ in range(dice.randint(0, 5)):
                to_on = None if dice.random() < 0.2 else day + timedelta(days=dice.randint(0, 120))
                benefit = dice.choice(["sickness_benefit"] * 4 + ["sick_pay", "sickness_compensation"])
                Spell.objects.create(
                    case=case, unit=me.unit, from_on=day, to_on=to_on, degree=50, benefit=benefit, by=me
                )
                if dice.random() < 0.75:
                    day = (to_on or day + timedelta(days=30)) + timedelta(
                        days=dice.choice([1, 3, 6, 7, 10, 11])
                    )
            there = in_force(case.spells.all())
            if there and dice.random() < 0.4:
                spell = dice.choice(there).spell
                case_verbs.correct_first_day(
                    by=me, case=case, spell=spell, from_on=spell.from_on - timedelta(days=40), why="Fel dag"
                )
        values = [{"pk": c.pk, "initiative_id": c.initiative_id} for c in cases]
        days = days_of(values, timezone.localdate())
        assert len(days) > 15
        number = {c.pk: c.number for c in cases}
    for band, (first, following) in filters.BANDS.items():
        expected = {
            number[pk] for pk, d in days.items() if d >= first and (following is None or d < following)
        }
        assert found(me, day=band) == expected, band


@pytest.mark.parametrize(
    ("days", "band", "near"), [(88, "0", "90"), (89, "90", "0"), (179, "180", "90"), (364, "365", "180")]
)
def test_a_band_begins_on_its_first_day(cast, days, band, near):
    case = make_case(cast.coordinator)
    record(cast.coordinator, case, ago(days))
    assert found(cast.coordinator, day=band) == {case.number}
    assert found(cast.coordinator, day=near) == set()


def test_handler_state_and_initiative(cast):
    mine, hers, nobodys = (
        make_case(cast.coordinator),
        make_case(cast.colleague),
        make_case(cast.coordinator, assign=False),
    )
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=nobodys, state="paused")
    everyone = {mine.number, hers.number, nobodys.number}
    assert found(cast.coordinator) == everyone
    assert found(cast.coordinator, whose="mine") == {mine.number}
    assert found(cast.coordinator, whose=str(cast.colleague.pk)) == {hers.number}
    assert found(cast.coordinator, whose="nobodys", state="paused") == {nobodys.number}
    assert found(cast.coordinator, state="open") == {mine.number, hers.number}
    assert found(cast.coordinator, initiative="none") == everyone
    assert found(cast.coordinator, show="closed") == set()


def test_consent_none_ending_and_in_force(cast):
    now, me, fk = timezone.now(), cast.coordinator, cast.investigator.unit
    none, soon, later, ended, both = (make_case(me) for _ in range(5))
    for case, days in ((soon, [59]), (later, [61]), (ended, [-1]), (both, [30, 90])):
        for left in days:
            make_line(
                make_consent(me, case), me, me, fk, "existence",
                from_at=now - timedelta(days=100), until_at=now + timedelta(days=left),
            )  # fmt: skip
    assert found(me, consent="none") == {none.number, ended.number}
    assert found(me, consent="ending") == {soon.number}
    assert found(me, consent="in_force") == {soon.number, later.number, both.number}


def test_without_anything_happening(cast):
    quiet, lively = make_case(cast.coordinator), make_case(cast.coordinator)
    with acting(cast.coordinator):
        Case.objects.filter(pk=quiet.pk).update(updated_at=timezone.now() - timedelta(days=45, hours=1))
        Case.objects.filter(pk=lively.pk).update(updated_at=timezone.now() - timedelta(days=44))
    assert found(cast.coordinator, quiet="45") == {quiet.number}


def test_everyone_gets_the_own_units_cases_and_no_other(cast, sign_in):
    case = make_case(cast.coordinator)
    owners = ("coordinator", "colleague", "manager")
    for name, member in cast.everyone.items():
        client = sign_in(member)
        for address in ("/cases/?quiet=1&show=open", "/cases/?show=open", "/cases/?consent=none"):
            shown = case.number in client.get(address).content.decode()
            assert shown == (name in owners and "quiet" not in address), (name, address)
    with acting(cast.coordinator):
        block(by=cast.coordinator, case=case, kind="colleague", user=cast.colleague.user, reason="Syskon")
    with acting(cast.colleague):
        assert filters.counts(cast.colleague, [CaseFilter()], 50) == [0]
    assert case.number not in sign_in(cast.colleague).get("/cases/?show=open").content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "show=allt", "state=borta", "whose=999999", "initiative=999999", "day=91", "consent=kanske",
        "quiet=0", "quiet=1000", "quiet=-1", "quiet=%C2%B2", "whose=99999999999999999999", "before=x_y", "before=1_1e9",
    ],
)  # fmt: skip
def test_an_address_that_asks_for_what_is_not_there_gets_a_sentence(cast, sign_in, query):
    case = make_case(cast.coordinator)
    page = sign_in(cast.coordinator).get(f"/cases/?{query}")
    assert page.status_code == 200
    text = page.content.decode()
    assert case.number in text
    assert ("Listan känner inte till" in text) == (not query.startswith("before")), query


def test_a_colleague_of_another_unit_is_no_handler_here(cast, sign_in):
    make_case(cast.coordinator)
    text = sign_in(cast.coordinator).get(f"/cases/?whose={cast.other_clinic.pk}").content.decode()
    assert "Listan känner inte till" in text and cast.other_clinic.user.name not in text


def test_a_filter_is_chosen_saved_renamed_and_thrown_away(cast, sign_in):
    case = make_case(cast.coordinator)
    record(cast.coordinator, case, ago(95))
    client = sign_in(cast.coordinator)
    answer = client.post("/cases/filter/", {"show": "open", "day": "90", "whose": "mine"})
    assert answer["Location"] == "/cases/?show=open&whose=mine&day=90"
    text = client.get(answer["Location"]).content.decode()
    assert case.number in text and "Dag 90–179" in text
    assert "/cases/filter/save/?show=open&amp;whose=mine&amp;day=90" in text
    kept = client.post("/cases/filter/save/?show=open&whose=mine&day=90", {"name": "  Mina   dag 90 "})
    assert kept.status_code == 302
    saved = client.get("/cases/").content.decode()
    assert "Mina dag 90 <b>1</b>" in saved
    with acting(cast.coordinator):
        row = SavedFilter.objects.get()
    again = client.post("/cases/filter/save/?show=open&day=0", {"name": "Mina dag 90"})
    assert "Du har redan ett filter med det namnet" in again.content.decode()
    assert client.post(f"/cases/filters/{row.pk}/", {"name": "Nittio"}).status_code == 302
    listed = client.get("/cases/filters/").content.decode()
    assert "Nittio" in listed and "Mina dag 90" not in listed
    assert client.post(f"/cases/filters/{row.pk}/remove/").status_code == 302
    assert "Nittio" not in client.get("/cases/").content.decode()


def test_another_members_filter_is_not_there(cast, sign_in):
    with acting(cast.coordinator):
        saved = verbs.save_filter(by=cast.coordinator, name="Elifs", chosen=CaseFilter(day="90"))
    for name, member in cast.everyone.items():
        if member is None or name == "coordinator":
            continue
        client = sign_in(member)
        for answer in (
            client.get(f"/cases/filters/{saved.pk}/"),
            client.post(f"/cases/filters/{saved.pk}/", {"name": "Min"}),
            client.post(f"/cases/filters/{saved.pk}/remove/"),
        ):
            assert answer.status_code == 404, name
        assert "Elifs" not in client.get("/cases/").content.decode()
        with acting(member):
            verbs.remove_filter(by=member, saved=saved)
            verbs.rename_filter(by=member, saved=saved, name="Min")
    with acting(cast.coordinator):
        assert SavedFilter.objects.get().name == "Elifs"


def test_at_most_twenty_filters(cast, sign_in):
    with acting(cast.coordinator):
        for n in range(MOST_FILTERS):
            verbs.save_filter(by=cast.coordinator, name=f"Filter {n}", chosen=CaseFilter(quiet=str(n + 1)))
        with pytest.raises(verbs.FilterNotKept):
            verbs.save_filter(by=cast.coordinator, name="Ett till", chosen=CaseFilter(quiet="9"))
    client = sign_in(cast.coordinator)
    answer = client.post("/cases/filter/save/?quiet=99", {"name": "Ett till"})
    assert "Du har redan 20 filter" in answer.content.decode()


def test_counts_stop_at_fifty_and_cost_one_statement(cast, sign_in):
    with acting(cast.coordinator):
        verbs.save_filter(by=cast.coordinator, name="Alla mina", chosen=CaseFilter(whose="mine"))
    client = sign_in(cast.coordinator)

    def ask():
        with CaptureQueriesContext(connection) as queries:
            text = client.get("/cases/?show=open").content.decode()
        return text, len(queries)

    make_case(cast.coordinator)
    client.get("/cases/?show=open")
    _text, one = ask()
    for _ in range(50):
        make_case(cast.coordinator)
    text, many = ask()
    assert "Alla mina <b>50+</b>" in text
    assert one == many
    with acting(cast.coordinator):
        for n in range(5):
            verbs.save_filter(by=cast.coordinator, name=f"{n}", chosen=CaseFilter(quiet=f"{n + 1}"))
    assert ask()[1] == many, "a filter more is no query more"


def test_the_next_page_keeps_the_filter_and_shows_each_case_once(cast, sign_in):
    numbers = {make_case(cast.coordinator).number for _ in range(53)}
    client = sign_in(cast.coordinator)
    page = client.get("/cases/?whose=mine")
    rows = [row.number for row in page.context["page"].rows]
    following = f"/cases/?show=open&whose=mine&before={page.context['page'].next_before}"
    assert following.partition("?")[2].replace("&", "&amp;") in page.content.decode()
    rows += [row.number for row in client.get(following).context["page"].rows]
    assert len(rows) == len(set(rows)) == 53 and set(rows) == numbers


def test_columns_are_chosen_by_each_member_and_set_back(cast, sign_in):
    case = make_case(cast.coordinator, name="Kolumna Kolumnsson")
    record(cast.coordinator, case, ago(95), degree=25)
    client = sign_in(cast.coordinator)
    before = client.get("/cases/").content.decode()
    assert "Omfattning" not in before and "Dag 96" in before
    chosen = {"columns": ["person", "degree", "benefit", "consent", "initiative", "spell_until", "opened"]}
    assert client.post("/cases/columns/", chosen).status_code == 302
    text = client.get("/cases/").content.decode()
    assert "25\N{NO-BREAK SPACE}%" in text and ">Sjukpenning<" in text and "Dag 96" not in text
    assert "Kolumna" not in text, "the switch decides, not the column"
    client.post("/cases/persons/", {"show": "1"})
    assert "Kolumna" in client.get("/cases/").content.decode()
    assert "25\N{NO-BREAK SPACE}%" not in sign_in(cast.colleague).get("/cases/").content.decode()
    client = sign_in(cast.coordinator)
    client.post("/cases/columns/", {"standard": "1"})
    assert "Dag 96" in client.get("/cases/").content.decode()
    with acting(cast.coordinator):
        assert not ListColumns.objects.exists()
    assert client.post("/cases/columns/", {"columns": ["number_cipher"]}).status_code == 200


def test_what_a_cell_says_is_text(cast, sign_in):
    case = make_case(cast.coordinator, name="<b>Fet & Sned</b>")
    client = sign_in(cast.coordinator)
    client.post("/cases/persons/", {"show": "1"})
    text = client.get("/cases/").content.decode()
    assert case.number in text and "&lt;b&gt;Fet &amp; Sned&lt;/b&gt;" in text and "<b>Fet" not in text


def test_every_column_is_drawn_from_two_rows_as_from_one(cast):
    make_case(cast.coordinator)
    with acting(cast.coordinator):
        columns.choose(by=cast.coordinator, names=columns.COLUMNS)
        assert columns.chosen_by(cast.coordinator) == tuple(columns.COLUMNS)
        columns.choose(by=cast.coordinator, names=["borta", "day"])
        assert columns.chosen_by(cast.coordinator) == ("day",)


def test_the_switch_leads_back_to_the_filter_and_nowhere_else(cast, sign_in):
    client = sign_in(cast.coordinator)
    assert (
        client.post("/cases/persons/", {"show": "1", "next": "/cases/?show=open&day=90"})["Location"]
        == "/cases/?show=open&day=90"
    )
    for away in ("//ond.example/cases/", "https://ond.example/?a", "/\\ond.example"):
        to = client.post("/cases/persons/", {"show": "1", "next": away})["Location"]
        assert to.startswith("/") and to[1:2] not in ("/", "\\"), (away, to)
