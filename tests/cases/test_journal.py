"""*Dagens journaltexter*: the day from the rows, ticks that cannot lie, and nothing of it for anyone else."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import ledger
from audit.models import Entry
from cases import journal
from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.actions import journal as verbs
from cases.actions.block import block
from cases.actions.declined import record_declined
from cases.actions.disclosure import stop_showing
from cases.models import Disclosure, JournalTick
from inquiries import actions as inquiry_verbs
from parties.access import acting
from parties.models import PartyKind, Role
from tests.cases.outcomes import outcome_of
from tests.factories import (
    make_case,
    make_consent,
    make_disclosure,
    make_item,
    make_line,
    make_member,
    make_unit,
)

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture
def case(cast):
    return make_case(cast.coordinator, name="Kanaria Fågelsångsdotter")


@pytest.fixture
def shared(cast, case):
    """FK unit A sees the case; plan and existence may go both ways."""
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "plan", "decision"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
        make_line(consent, cast.coordinator, cast.investigator, cast.coordinator.unit, kind)
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    return consent


def told(member, case, day=TODAY) -> str:
    with acting(member):
        return "\n".join(e.text for e in journal.events_of(member, [case.pk], day)[case.pk])


def keys(member, case, day=TODAY) -> list[str]:
    with acting(member):
        return [key for e in journal.events_of(member, [case.pk], day)[case.pk] for key in e.keys]


def enter(member, case, events, day=TODAY) -> int:
    with acting(member):
        return verbs.enter(by=member, case=case, day=day, events=events)


def left(member, case, day=TODAY) -> int:
    with acting(member):
        blocks, _ = journal.day_of(member, day, mine=False, with_persons=False)
    return next((b.left for b in blocks if b.number == case.number), 0)


def test_the_day_tells_each_deed_of_the_unit(cast, case, shared):
    c = cast.coordinator
    item = make_item(c, case, heading="Arbetsträning", text="Två timmar om dagen.")
    make_disclosure(c, case, cast.investigator.unit, item)
    with acting(c):
        stop_showing(by=c, case=case, item=item, to=cast.investigator.unit)
        case_verbs.record_spell(by=c, case=case, from_on=TODAY, to_on=TODAY + timedelta(9), degree=50, benefit="sickness_benefit")  # fmt: skip
        record_declined(by=c, case=case, declined_on=TODAY, said_by="person", note="Vill vänta")
        inquiry = inquiry_verbs.ask(by=c, case=case, to=cast.investigator.unit, category="planning", text="Hur går det?", today=TODAY)  # fmt: skip
    with acting(cast.investigator):
        inquiry_verbs.answer(by=cast.investigator, inquiry=inquiry, parts={"plan": "Det går bra."}, today=TODAY)  # fmt: skip
    decision = make_item(cast.investigator, case, "decision", "Sjukpenning beviljad", text="Till juni.")
    make_disclosure(cast.investigator, case, c.unit, decision)
    with acting(c):
        case_verbs.set_state(by=c, case=case, state="paused", reason="Väntar på vård")
    text = told(c, case)
    for words in (
        "Öppnade ärendet",
        "Elif har nu hand om ärendet",
        f"Samtycke {shared.number} registrerat av Elif",
        "Från Mottagning Norr till FK Prov A: kontakt",
        "Två timmar om dagen.",
        "Elif lämnade till FK Prov A: Arbetsträning.",
        "Grund: Samtycke, till och med",
        "Elif slutade visa för FK Prov A: Arbetsträning.",
        "50 %, sjukpenning",
        "tackade nej",
        "Vill vänta",
        "Väntar på vård",
        "Elif frågade FK Prov A om: Planering framåt",
        "Hur går det?",
        "Karin, FK Prov A, besvarade vår fråga",
        "Det går bra.",
        "Karin, FK Prov A, lämnade beslut om ersättning till oss",
        "Till juni.",
    ):
        assert words in text, (words, text)
    assert "Kanaria" not in text, "the care record knows whose it is"
    with acting(c):
        assert consent_verbs.withdraw(by=c, case=case, consent=shared)
    text = told(c, case)
    assert f"tog tillbaka samtycket {shared.number}" in text
    for gone in ("Till juni.", "Sjukpenning beviljad", "Det går bra."):
        assert gone not in text, "what was received is told while its ground stands"
    assert "Hur går det?" in text and "Arbetsträning" in text


def test_what_others_did_on_the_case_is_not_the_units(cast, case, shared):
    make_item(cast.investigator, case, heading="FK:s egen plan")
    assert "FK:s egen plan" not in told(cast.coordinator, case)
    with acting(cast.coordinator):
        assert journal.events_of(cast.coordinator, [case.pk], TODAY - timedelta(1)) == {}


def test_a_tick_covers_what_was_in_the_text_and_nothing_after(cast, case):
    c = cast.coordinator
    make_item(c, case, heading="Första")
    seen = keys(c, case)
    make_item(c, case, heading="Kom emellan")
    assert enter(c, case, seen) == len(seen)
    assert left(c, case) == 1
    with acting(c):
        (found,), _ = journal.day_of(c, TODAY, mine=False, with_persons=False)
        assert "Kom emellan" in found.text and "Första" not in found.text
        assert "Första" in found.entered[0].text and found.entered[0].by == "Elif"
    assert enter(c, case, keys(c, case)) == 1 and enter(c, case, keys(c, case)) == 0
    with acting(c):
        assert verbs.take_back(by=c, case=case, events=seen) == len(seen)
        assert Entry.objects.filter(kind__startswith="journal.").count() == 3
    assert left(c, case) == len(seen)
    assert enter(c, case, seen) == len(seen), "ticked again is a new row"


def test_only_events_of_the_case_and_the_day_are_ticked(cast, case):
    c = cast.coordinator
    other = make_case(c)
    theirs = make_case(cast.other_clinic)
    assert enter(c, case, [*keys(c, other), *keys(cast.other_clinic, theirs), "item:1", "x", ""]) == 0
    assert enter(c, case, keys(c, case), day=TODAY - timedelta(days=1)) == 0
    with acting(c):
        assert not JournalTick.objects.exists()


def test_everybody_of_the_cast_enters(cast, case, shared):
    make_item(cast.investigator, case, heading="FK:s plan")
    # A case role of the unit that reads gets 403; FK sees the case and has no care record: 403 as well.
    expected = {
        "coordinator": "done",
        "colleague": "done",
        "manager": "403",
        "investigator": "403",
        "unassigned_officer": "403",
    }
    events = keys(cast.coordinator, case)
    for name, member in cast.everyone.items():
        if member is None or name == "ended_member":
            continue
        for deed in (
            lambda member=member: verbs.enter(by=member, case=case, day=TODAY, events=events),
            lambda member=member: verbs.take_back(by=member, case=case, events=events),
        ):
            assert outcome_of(member, deed) == expected.get(name, "404"), name


def test_the_page_is_for_care_units(cast, case, shared, sign_in):
    health_centre_case = make_case(cast.health_centre)
    for name, member in cast.everyone.items():
        answer = sign_in(member).get("/journal/")
        cares = member is not None and member.unit.party.kind in journal.CARE_KINDS and member.is_case_role
        if member is None:
            assert answer.status_code == 302
            continue
        assert answer.status_code == (200 if cares and name != "ended_member" else 404), name
        shown = case.number.encode() in answer.content
        assert shown == (name in ("coordinator", "colleague", "manager")), name
        assert (health_centre_case.number.encode() in answer.content) == (name == "health_centre"), name


def test_ticks_are_the_units_alone_and_not_rewritten(cast, case):
    c = cast.coordinator
    enter(c, case, keys(c, case))
    for member in (cast.other_clinic, cast.investigator, cast.administrator):
        if member is cast.administrator:
            continue  # of the same unit: no case role, and no page
        with acting(member):
            assert not JournalTick.objects.exists()
    with acting(cast.other_clinic), transaction.atomic(), pytest.raises(DatabaseError):
        JournalTick.objects.create(case=case, unit=c.unit, event="item:1", by=cast.other_clinic)
    with acting(cast.other_clinic), transaction.atomic(), pytest.raises(DatabaseError):
        JournalTick.objects.create(
            case=case, unit=cast.other_clinic.unit, event="item:1", by=cast.other_clinic
        )
    with acting(c), transaction.atomic(), pytest.raises(DatabaseError, match="by who entered"):
        JournalTick.objects.create(case=case, unit=c.unit, event="item:1", by=cast.colleague)
    with acting(c), transaction.atomic(), pytest.raises(DatabaseError, match="not rewritten"):
        JournalTick.objects.update(event="item:2")


def test_a_day_with_more_cases_than_the_page_holds_says_so(cast, sign_in, monkeypatch):
    monkeypatch.setattr(journal, "MOST_CASES", 2)
    says = "Dagens första 2 ärenden visas, dina först."
    for more, is_said in ((2, False), (1, True)):
        for _ in range(more):
            make_case(cast.coordinator)
        page = sign_in(cast.coordinator).get("/journal/").content.decode()
        assert page.count("data-journal-enter") == 2 and (says in page) is is_said, more


def test_who_is_held_off_reads_and_enters_nothing(cast, case, sign_in):
    make_item(cast.coordinator, case, heading="Planen")
    events = keys(cast.coordinator, case)
    assert left(cast.colleague, case)
    enter(cast.coordinator, case, events[:1])
    with acting(cast.coordinator):
        block(by=cast.coordinator, case=case, kind="colleague", user=cast.colleague.user, reason="Syskon")
    assert outcome_of(cast.colleague, lambda: verbs.enter(by=cast.colleague, case=case, day=TODAY, events=events)) == "404"  # fmt: skip
    with acting(cast.colleague):
        assert journal.day_of(cast.colleague, TODAY, mine=False, with_persons=False) == ([], [])
        assert journal.days_left(cast.colleague, mine=False, today=TODAY) == {}
        assert not JournalTick.objects.exists()
    assert case.number not in sign_in(cast.colleague).get("/journal/").content.decode()


def test_a_receiving_care_unit_has_its_own_deeds_while_the_ground_stands(cast, case):
    centre = cast.health_centre
    shown = make_disclosure(cast.coordinator, case, centre.unit, basis="intra_care")
    make_item(centre, case, heading="Vår egen bedömning")
    assert "Vår egen bedömning" in told(centre, case) and left(centre, case) == 1
    assert "Vår egen bedömning" not in told(cast.coordinator, case)
    assert enter(centre, case, keys(centre, case)) == 1
    with acting(cast.coordinator):
        Disclosure.objects.filter(pk=shown.pk).update(
            ended_at=timezone.now(), ended_by=cast.coordinator, ended_how="stopped"
        )
    assert left(centre, case) == 0
    with acting(centre):
        assert journal.day_of(centre, TODAY, mine=False, with_persons=False) == ([], [])


def test_yesterday_stands_on_the_worklist_until_it_is_entered(cast, case, sign_in):
    c = cast.coordinator
    with acting(c):
        assert journal.worklist(c) == [], "today has its time until tomorrow"
    item = make_item(c, case, heading="Planen", at=timezone.now() - timedelta(days=2))
    day = TODAY - timedelta(days=2)
    with acting(c):
        (matter,) = journal.worklist(c)
        assert matter.event == "1 ärende" and matter.person is None and matter.case_number == ""
        assert journal.days_left(c, mine=True, today=TODAY)[day] == 1
    for member in (cast.manager, cast.investigator, cast.other_clinic):
        with acting(member):
            assert journal.worklist(member) == []
    page = sign_in(c).get("/todo/").content.decode()
    assert "Texter att föra in i journalen" in page and "/cases//" not in page
    assert "Planen" in sign_in(c).get("/journal/?day=left&whose=mine").content.decode()
    with acting(cast.colleague):
        assert journal.worklist(cast.colleague) == [], "the coordinator handles it"
    assert enter(c, case, [f"item:{item.pk}"], day=day) == 1
    with acting(c):
        assert journal.worklist(c) == []


def test_entered_by_the_form_and_taken_back(cast, case, sign_in):
    make_item(cast.coordinator, case, heading="Planen")
    client = sign_in(cast.coordinator)
    page = client.get("/journal/").content.decode()
    events = page.split('name="events" value="')[1].split('"')[0]
    assert "Kanaria" not in page, "names are off until they are turned on"
    address = f"/cases/{case.number}/journal/"
    answer = client.post(address, {"day": TODAY.isoformat(), "events": events}, follow=True)
    assert "Införd" in answer.content.decode() and answer.redirect_chain[0][0].endswith(f"#c-{case.number}")
    assert left(cast.coordinator, case) == 0
    client.post(f"{address}undo/", {"day": TODAY.isoformat(), "events": events})
    assert left(cast.coordinator, case) > 0
    for data in ({}, {"day": "i går", "events": "\x00"}, {"events": "item:" * 9}):
        assert client.post(address, data).status_code == 302
    assert client.get("/journal/?day=9999-99-99").status_code == 200
    assert sign_in(cast.other_clinic).post(address, {"events": events}).status_code == 404


def test_the_reading_names_the_persons(cast, case, sign_in, monkeypatch):
    rows, write = [], ledger._write
    monkeypatch.setattr(ledger, "_write", lambda *a: (rows.append((a[1], a[2], list(a[4]))), write(*a))[1])
    client = sign_in(cast.coordinator)
    client.get("/journal/")
    client.get("/journal/?day=2020-01-01")
    read = [row for row in rows if row[0] == "journal.read"]
    assert [(by.pk, persons) for _, by, persons in read] == [
        (cast.coordinator.pk, [case.person_id]),
        (cast.coordinator.pk, []),
    ]


def test_names_follow_the_switch_and_a_protected_one_never_shows(cast, case, sign_in):
    client = sign_in(cast.coordinator)
    client.post("/cases/persons/", {"show": "1"})
    page = client.get("/journal/").content.decode()
    assert "Kanaria Fågelsångsdotter" in page
    with acting(cast.coordinator):
        case_verbs.protect(by=cast.coordinator, case=case)
    page = client.get("/journal/").content.decode()
    assert "Kanaria" not in page and "Skyddade personuppgifter" in page


def test_as_many_queries_for_one_case_as_for_ten(cast, case, sign_in):
    client = sign_in(cast.coordinator)
    client.get("/journal/")
    with CaptureQueriesContext(connection) as few:
        client.get("/journal/")
    for _ in range(9):
        make_item(cast.coordinator, make_case(cast.coordinator))
    with CaptureQueriesContext(connection) as many:
        client.get("/journal/")
    # One more source with a row may read its rows' own lines.
    assert len(many) <= len(few) + 1


def test_another_clinics_manager_and_a_new_care_unit_see_their_own(cast, case):
    unit = make_unit("Mottagning Väst", PartyKind.PSYCHIATRY)
    member = make_member("vega", unit, Role.COORDINATOR)
    mine = make_case(member)
    with acting(member):
        blocks, persons = journal.day_of(member, TODAY, mine=True, with_persons=False)
    assert [b.number for b in blocks] == [mine.number] and persons == [mine.person_id]


def test_what_others_gave_is_opened_by_reading_its_text_and_the_rest_is_not(cast, case, shared, sign_in):
    """Two plans of FK's: one given today stands in today's texts, the other in yesterday's."""
    one, two = (make_item(cast.investigator, case, heading=f"FK:s plan {n}") for n in (1, 2))
    shown = make_disclosure(cast.investigator, case, cast.coordinator.unit, one)
    yesterday = timezone.now() - timedelta(days=1)
    other = make_disclosure(cast.investigator, case, cast.coordinator.unit, two, at=yesterday)

    def unopened() -> set[int]:
        with acting(cast.coordinator):
            return set(Disclosure.objects.unopened_by(cast.coordinator).values_list("pk", flat=True))

    sign_in(cast.manager).get("/journal/")
    assert unopened() == {shown.pk, other.pk}, "a manager reads for nobody"
    page = sign_in(cast.coordinator).get("/journal/").content.decode()
    assert "FK:s plan 1" in page and "FK:s plan 2" not in page
    assert unopened() == {other.pk}
    with acting(cast.coordinator):
        assert Disclosure.objects.get(pk=shown.pk).opened_by == cast.coordinator
    sign_in(cast.coordinator).get(f"/journal/?day={timezone.localdate(yesterday)}")
    assert unopened() == set()
