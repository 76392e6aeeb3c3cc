"""A measure's states: the table is the law of its moves, and each move is a later version with its day. And what is
needed to reach and meet the person, on the case page and on the consent form.
"""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from cases import milestones, papers
from cases.actions import disclosure as giving
from cases.actions import item as item_verbs
from cases.closing import what_is_open
from cases.measures import MOVES, MeasureState
from cases.models import Item, ItemType, Person
from cases.needs import needs_of
from parties.access import acting
from tests.cases.outcomes import outcome_of
from tests.cases.test_deeds import OWNERS, RECEIVERS, record
from tests.cases.test_milestones import DAY1, EMPLOYED, a_case, on, reached
from tests.factories import make_case, make_item

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
STATES = MeasureState.values
# The table once more, in words: what leads where.
ALLOWED = {
    ("planned", "ongoing"), ("planned", "completed"), ("planned", "interrupted"), ("ongoing", "completed"),
    ("ongoing", "interrupted"), ("completed", "ongoing"), ("interrupted", "ongoing"),
}  # fmt: skip


def a_measure(by, case, state: str = "planned", type: ItemType = ItemType.MEASURE, **facts) -> Item:
    return make_item(
        by, case, type, "Promenadgrupp", text="Tisdagar.", facts={"measure": "activity_group", "state": state, **facts}
    )  # fmt: skip


@pytest.mark.parametrize("now", STATES)
@pytest.mark.parametrize("to", [*STATES, "", "cancelled"])
def test_states_move_as_the_table_says(cast, now, to):
    case = make_case(cast.coordinator)
    item = a_measure(cast.coordinator, case, now)
    outcome = outcome_of(
        cast.coordinator,
        lambda: item_verbs.move_measure(
            by=cast.coordinator, case=case, item=item, to=to, reason="Orkade inte"
        ),
        no=(item_verbs.IllegalMove,),
    )
    assert outcome == ("done" if (now, to) in ALLOWED else "no")
    assert {(a, b.value) for a, to_ in MOVES.items() if a for b in to_} == ALLOWED


def test_a_move_is_a_later_version_with_its_day_and_the_first_stays(cast):
    case = make_case(cast.coordinator)
    item = a_measure(cast.coordinator, case, responsible="psychiatry", unknown="kept")
    yesterday = TODAY - timedelta(days=1)
    with acting(cast.coordinator):
        begun = item_verbs.move_measure(by=cast.coordinator, case=case, item=item, to="ongoing", on=yesterday)
        with pytest.raises(item_verbs.NoReason):
            item_verbs.move_measure(by=cast.coordinator, case=case, item=begun, to="interrupted", reason=" ")
        ended = item_verbs.move_measure(
            by=cast.coordinator, case=case, item=begun, to="interrupted", reason="Orkade inte"
        )
        with pytest.raises(item_verbs.Superseded):
            item_verbs.move_measure(by=cast.coordinator, case=case, item=begun, to="completed")
        again = item_verbs.move_measure(by=cast.coordinator, case=case, item=ended, to="ongoing")
        item.refresh_from_db()
    before = {"measure": "activity_group", "responsible": "psychiatry", "unknown": "kept"}
    assert item.facts == before | {"state": "planned"}
    assert begun.facts == before | {"state": "ongoing", "state_on": str(yesterday), "from_on": str(yesterday)}
    assert begun.happened_on == yesterday and begun.heading == item.heading and begun.text == item.text
    assert ended.facts["reason"] == "Orkade inte" and ended.facts["state_on"] == str(TODAY)
    assert "reason" not in again.facts and again.facts["from_on"] == str(yesterday)


def test_the_move_meets_the_whole_cast(cast):
    case = make_case(cast.coordinator)
    item = a_measure(cast.coordinator, case)
    record(cast.coordinator, case, cast.investigator)
    with acting(cast.coordinator):
        giving.give(by=cast.coordinator, case=case, item=item, to=cast.investigator.unit)
    for name, member in cast.everyone.items():
        if member is None or name == "ended_member":
            continue
        outcome = outcome_of(
            member,
            lambda member=member: item_verbs.move_measure(by=member, case=case, item=item, to="ongoing"),
        )
        # Who was given it reads it; whose it is moves it.
        expected = "done" if name in OWNERS else "403" if name == "manager" else "404"
        assert outcome == expected, name


@pytest.mark.parametrize("type", [ItemType.PLAN, ItemType.NOTE, ItemType.OFFER])
def test_what_has_no_states_is_not_moved(cast, type):
    case = make_case(cast.coordinator)
    item = make_item(cast.coordinator, case, type, kind="plan", facts={"state": "planned"})
    with acting(cast.coordinator), pytest.raises(item_verbs.IllegalMove):
        item_verbs.move_measure(by=cast.coordinator, case=case, item=item, to="ongoing")


def test_one_click_on_the_page_moves_it_and_an_interruption_asks_why(cast, sign_in):
    case = make_case(cast.coordinator)
    item = a_measure(cast.coordinator, case)
    client, page = sign_in(cast.coordinator), f"/cases/{case.number}/"
    move = f"{page}items/{item.pk}/move/"
    assert move in client.get(page).content.decode()
    assert client.get(move).status_code == 405
    answer = client.post(move, {"to": "ongoing"}, follow=True).content.decode()
    assert "Promenadgrupp: pågående" in answer
    with acting(cast.coordinator):
        begun = Item.objects.get(replaces=item)
    # Clicked once more on the page that was there: nothing is written over.
    assert "En kollega ändrade" in client.post(move, {"to": "completed"}, follow=True).content.decode()
    move = f"{page}items/{begun.pk}/move/"
    why = client.post(move, {"to": "interrupted"})
    assert why["location"] == f"{page}items/{begun.pk}/interrupt/"
    for values, sentence in (
        ({"on": str(TODAY)}, "Skriv varför insatsen avbröts."),
        ({"reason": "Orkade inte", "on": str(TODAY + timedelta(days=1))}, "inte har varit"),
        ({"reason": "Efter missbruk", "on": str(TODAY)}, "utanför portalen"),
    ):
        assert sentence in client.post(why["location"], values).content.decode()
    assert client.post(why["location"], {"reason": "Orkade inte", "on": str(TODAY)}).status_code == 302
    shown = client.get(page).content.decode()
    assert "Avbruten" in shown and "Orkade inte" in shown and "Ta upp igen" in shown
    assert "kan inte flyttas dit" in client.post(move, {"to": "planned"}, follow=True).content.decode()


def test_another_units_measure_is_moved_by_nobody_through_the_url(cast, sign_in):
    case, other = make_case(cast.coordinator), make_case(cast.other_clinic)
    given, theirs = a_measure(cast.coordinator, case), a_measure(cast.other_clinic, other)
    plan = make_item(cast.coordinator, case)
    record(cast.coordinator, case, cast.investigator)
    with acting(cast.coordinator):
        giving.give(by=cast.coordinator, case=case, item=given, to=cast.investigator.unit)
    for member, number, pk in (
        (cast.investigator, case.number, given.pk),
        (cast.other_clinic, case.number, given.pk),
        (cast.coordinator, other.number, theirs.pk),
        (cast.coordinator, case.number, theirs.pk),
        (cast.coordinator, case.number, plan.pk),
    ):
        client = sign_in(member)
        for address in ("move", "interrupt"):
            answer = client.post(f"/cases/{number}/items/{pk}/{address}/", {"to": "ongoing"})
            assert answer.status_code == 404, (member.user.name, address)
    assert sign_in(cast.investigator).get(f"/cases/{case.number}/").content.decode().count("/move/") == 0


def test_a_version_by_hand_follows_the_table_too(cast, sign_in):
    case = make_case(cast.coordinator)
    item = a_measure(cast.coordinator, case, "completed")
    treated = make_item(cast.coordinator, case, ItemType.TREATMENT, "Samtal", facts={"state": "ongoing"})
    client = sign_in(cast.coordinator)
    values = {"happened_on": str(TODAY), "heading": "Grupp", "measure": "activity_group"}
    address = f"/cases/{case.number}/items/{item.pk}/version/"
    assert "kan inte flyttas dit" in client.post(address, values | {"state": "planned"}).content.decode()
    emptied = client.post(f"/cases/{case.number}/items/{treated.pk}/version/", values | {"state": ""})
    assert "kan inte flyttas dit" in emptied.content.decode()
    with acting(cast.coordinator), pytest.raises(item_verbs.IllegalMove):
        item_verbs.write_version(
            by=cast.coordinator, case=case, item=item, heading="x", text="", happened_on=TODAY, facts={"state": "planned"}
        )  # fmt: skip
    assert client.post(address, values | {"state": "ongoing"}).status_code == 302


def test_the_plan_stands_over_its_measures(cast, sign_in):
    case = make_case(cast.coordinator)
    client, page = sign_in(cast.coordinator), f"/cases/{case.number}/"
    assert "Plan och insatser" not in client.get(page).content.decode()
    a_measure(cast.coordinator, case, "completed")
    assert "Ingen plan är skriven ännu." in client.get(page).content.decode()
    make_item(
        cast.coordinator, case, heading="Vår plan", facts={"goal": "Orka halvtid", "review_on": "2031-03-04"}
    )
    shown = client.get(page).content.decode()
    assert "Eget mål: Orka halvtid" in shown and "2031-03-04" in shown.replace("‑", "-")
    assert "Genomförd" in shown


def test_closing_says_what_goes_on(cast):
    case = make_case(cast.coordinator)
    for state in ("planned", "ongoing", "completed", "interrupted"):
        item = a_measure(cast.coordinator, case, state)
    a_measure(cast.other_clinic, make_case(cast.other_clinic))
    sentence = "Your unit’s measures that are planned or ongoing: %s."
    with acting(cast.coordinator), translation.override("en"):
        assert what_is_open(case, cast.coordinator) == [sentence % 2]
        item_verbs.move_measure(by=cast.coordinator, case=case, item=item, to="ongoing")
        assert what_is_open(case, cast.coordinator) == [sentence % 3]


# ── Milestones that the facts move ──────────────────────────────────────────────────────────────────────────
def test_the_plan_is_followed_up_on_the_day_it_says(cast):
    case = a_case(cast.coordinator, {})
    make_item(cast.coordinator, case, heading="Ingen dag")
    assert "M22" not in reached(cast.coordinator, case, on(20))
    first = make_item(cast.coordinator, case, heading="Vår plan", facts={"review_on": str(on(60))})
    found = {day: reached(cast.coordinator, case, on(day))["M22"].standing for day in (45, 46, 59, 60, 61)}
    assert found == {45: "coming", 46: "near", 59: "near", 60: "due", 61: "late"}
    with acting(cast.coordinator):
        item_verbs.write_version(
            by=cast.coordinator, case=case, item=first, heading="Vår plan", text="", happened_on=TODAY,
            facts={"review_on": str(on(90))},
        )  # fmt: skip
    assert reached(cast.coordinator, case, on(61))["M22"].due.on == on(90)
    with acting(cast.coordinator):
        assert milestones.can_do(cast.coordinator, next(m for m in milestones.MILESTONES if m.key == "M22"))


def test_another_units_plan_is_not_ours_to_follow_up(cast):
    case = a_case(cast.coordinator, {})
    record(cast.coordinator, case, cast.investigator)
    item = make_item(cast.coordinator, case)
    with acting(cast.coordinator):
        giving.give(by=cast.coordinator, case=case, item=item, to=cast.investigator.unit)
    theirs = make_item(cast.investigator, case, heading="FK:s plan", facts={"review_on": str(on(60))})
    with acting(cast.investigator):
        giving.give(by=cast.investigator, case=case, item=theirs, to=cast.coordinator.unit)
    assert "M22" not in reached(cast.coordinator, case, on(61))


@pytest.mark.parametrize(
    ("facts", "standing", "note"),
    [
        ({"return_plan": "exists", "return_plan_on": "2026-02-20"}, "done", ""),
        ({"return_plan": "asked", "return_plan_on": "2026-02-20"}, "late", "Efterfrågad 2026-02-20"),
        ({"return_plan": "missing"}, "late", ""),
        ({}, "late", ""),
    ],
)
def test_the_employers_plan_is_there_or_asked_for(cast, facts, standing, note):
    case = a_case(cast.coordinator, *EMPLOYED)
    make_item(cast.coordinator, case, ItemType.WORK_SITUATION, facts={"employer": "Prov Livs"} | facts)
    with translation.override("sv"):
        found = reached(cast.coordinator, case, on(40))["M3"]
    assert (found.standing, found.due.note) == (standing, note)


def test_an_offer_that_was_declined_was_made_and_says_so(cast, sign_in):
    case = a_case(cast.coordinator, {})
    make_item(cast.coordinator, case, ItemType.OFFER, "Erbjudet", facts={"answer": "declined"})
    with translation.override("sv"):
        found = reached(cast.coordinator, case, on(110))["M4"]
    assert (found.standing, found.due.note) == ("done", "tackade nej")
    assert "Tackade nej" in sign_in(cast.coordinator).get(f"/cases/{case.number}/").content.decode()
    assert case.opened_on == DAY1


# ── What is needed to reach and meet the person ─────────────────────────────────────────────────────────────
def with_needs(cast):
    case = make_case(cast.coordinator)
    for phone in ("070-174 06 05", "070-174 06 06"):
        number = {"whose": "person", "phone": phone, "safe": "call", "times": "Före lunch"}
        newest = make_item(cast.coordinator, case, ItemType.CONTACT, "Personen", facts=number)
    make_item(
        cast.coordinator, case, ItemType.CONTACT, "Bror",
        facts={"whose": "relative", "name": "Bo Prov", "phone": "070-174 06 07", "safe": "no"},
    )  # fmt: skip
    make_item(cast.coordinator, case, ItemType.INTERPRETER, "tigrinja", facts={"language": "tigrinja"})
    make_item(
        cast.coordinator, case, ItemType.REPRESENTATIVE, "God man",
        facts={"role": "guardian", "name": "Rolf Prov", "scope": "Bevaka rätt"},
    )  # fmt: skip
    return case, newest


def test_the_newest_number_stands_beside_the_case_with_its_safety(cast, sign_in):
    case, _newest = with_needs(cast)
    page = sign_in(cast.colleague).get(f"/cases/{case.number}/").content.decode()
    assert (
        "070-174 06 06" in page
        and "Går bra att ringa, lämna inget meddelande" in page
        and "Före lunch" in page
    )
    assert "070-174 06 05" not in page, "an earlier number of the person is not the one to call"
    assert "070-174 06 07" in page and "Inte säkert: ring inte" in page
    assert "Tolk: tigrinja" in page and "Rolf Prov" in page


def test_nobody_else_is_told_the_number_but_who_was_given_the_item(cast, sign_in):
    case, newest = with_needs(cast)
    plan = make_item(cast.coordinator, case)
    record(cast.coordinator, case, cast.investigator, kinds=("plan", "social"))
    with acting(cast.coordinator):
        giving.give(by=cast.coordinator, case=case, item=plan, to=cast.investigator.unit)
    for name, member in cast.everyone.items():
        if member is None or name in OWNERS | {"manager"}:
            continue
        said = sign_in(member).get(f"/cases/{case.number}/").content.decode()
        assert "070-174" not in said and "Rolf Prov" not in said, name
    with acting(cast.coordinator):
        giving.give(by=cast.coordinator, case=case, item=newest, to=cast.investigator.unit)
    client = sign_in(cast.investigator)
    assert "070-174 06 06" in client.get(f"/cases/{case.number}/items/{newest.pk}/").content.decode()
    # It is another unit's word: it stands in the list, and not as the own unit's safe number.
    assert "Nå och möta personen" not in client.get(f"/cases/{case.number}/").content.decode()
    assert RECEIVERS


def test_the_consent_form_is_filled_with_interpreter_and_representative(cast):
    case, _newest = with_needs(cast)
    with acting(cast.coordinator):
        needs = papers.needs_on_paper(case, cast.coordinator)
        paper = papers.consent_form(
            case, cast.coordinator.unit, [cast.investigator.unit], "", "2222-2222", needs=needs
        )
    assert (paper["interpreter"], paper["representative"]) == ("tigrinja", "Rolf Prov, God man, Bevaka rätt")
    case.person = Person(pk=case.person_id, protected=True)
    bare = papers.consent_form(
        case, cast.coordinator.unit, [cast.investigator.unit], "", "2222-2222", needs=needs
    )
    assert (bare["interpreter"], bare["representative"]) == ("", "")


def test_the_needs_of_a_case_without_any_are_none(cast):
    case = make_case(cast.coordinator)
    make_item(cast.coordinator, case, ItemType.CONTACT, "Gammal kontakt")
    with acting(cast.coordinator):
        assert not needs_of(case, cast.coordinator)
