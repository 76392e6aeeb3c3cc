"""Given to the wrong unit: shut at the receiver's next query, one neutral sentence there, a row with its 72 hours here."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.http import Http404
from django.utils import timezone

from audit.models import Entry
from cases import incidents
from cases.actions import consent as consent_verbs
from cases.actions import disclosure as giving
from cases.actions import incident as verbs
from cases.actions.item import write_version
from cases.archive import hand_out
from cases.models import Case, Disclosure, Incident, IncidentNote, Item
from parties.access import acting
from tests.cases.outcomes import outcome_of
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line

pytestmark = pytest.mark.django_db
SENTENCE = "var felsänt. Det visas inte längre och får inte användas."


@pytest.fixture
def given(cast):
    """A plan given to FK unit A, and to social services, who should have had it."""
    case = make_case(cast.coordinator, name="Kanaria Fågelsångsdotter")
    item = make_item(cast.coordinator, case, heading="Planen", text="kvittrar i gryningen")
    consent = make_consent(cast.coordinator, case)
    for to in (cast.investigator.unit, cast.soc_officer.unit):
        for kind in ("existence", "plan"):
            make_line(consent, cast.coordinator, cast.coordinator, to, kind)
        make_disclosure(cast.coordinator, case, to)
        make_disclosure(cast.coordinator, case, to, item)
    return case, item, consent


def report(by, case, item, to, **more) -> Incident:
    with acting(by):
        return verbs.report(
            by=by, case=case, item=item, to=to, text="Fel enhet i listan", done="Ringde",
            **{"found_at": timezone.now()} | more,
        )  # fmt: skip


def seen_by(member) -> tuple[int, int]:
    with acting(member):
        return Case.objects.visible_to(member).count(), Item.objects.visible_to(member).count()


def test_it_closes_that_giving_and_what_rests_on_it_alone(cast, given):
    case, item, _ = given
    assert seen_by(cast.investigator) == (1, 1)
    report(cast.coordinator, case, item, cast.investigator.unit)
    assert seen_by(cast.investigator) == (0, 0), "with nothing else given the case itself is shut"
    assert seen_by(cast.soc_officer) == (1, 1), "the right unit keeps its own"
    with acting(cast.manager):
        assert Entry.objects.filter(kind="incident.reported", case=case.pk).count() == 1
    with acting(cast.coordinator):
        with pytest.raises(verbs.AlreadyReported):
            verbs.report(
                by=cast.coordinator, case=case, item=item, to=cast.investigator.unit, text="x", done="x",
                found_at=timezone.now(),
            )  # fmt: skip
        assert Incident.objects.count() == 1


def test_another_item_given_rightly_keeps_the_case_open(cast, given):
    case, item, _ = given
    other = make_item(cast.coordinator, case, heading="Rätt plan")
    make_disclosure(cast.coordinator, case, cast.investigator.unit, other)
    report(cast.coordinator, case, item, cast.investigator.unit)
    with acting(cast.investigator):
        assert list(Item.objects.visible_to(cast.investigator)) == [other]


def test_everybody_of_the_cast_reports(cast, given):
    case, item, _ = given
    for name, member in cast.everyone.items():
        if member is None or name == "ended_member":
            continue
        outcome = outcome_of(
            member,
            lambda member=member: verbs.report(
                by=member, case=case, item=item, to=cast.investigator.unit, text="x", done="x",
                found_at=timezone.now(),
            ),
        )  # fmt: skip
        owners = ("coordinator", "colleague")
        # Who sees the case and may not give is told so: the manager. Nobody else is told that there is one.
        expected = "done" if name in owners else "403" if name == "manager" else "404"
        assert outcome == expected, name


def test_what_was_never_given_there_is_404(cast, given, sign_in):
    case, item, _ = given
    with acting(cast.coordinator), pytest.raises(Http404):
        verbs.report(
            by=cast.coordinator, case=case, item=item, to=cast.other_fk_unit.unit, text="x", done="x",
            found_at=timezone.now(),
        )  # fmt: skip
    client = sign_in(cast.coordinator)
    for unit in (cast.other_fk_unit.unit_id, 999999):
        assert client.get(f"/cases/{case.number}/items/{item.pk}/wrong/{unit}/").status_code == 404
    # Nor does a receiver report its giver's item.
    address = f"/cases/{case.number}/items/{item.pk}/wrong/{cast.investigator.unit_id}/"
    for name, member in cast.everyone.items():
        answer = sign_in(member).get(address).status_code
        may = name in ("coordinator", "colleague")
        expected = 200 if may else 302 if member is None else 403 if name == "manager" else 404
        assert answer == expected, name


def test_found_after_the_ground_ended_it_is_still_reported(cast, given):
    case, item, consent = given
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
    report(cast.coordinator, case, item, cast.investigator.unit)
    with acting(cast.coordinator):
        assert Disclosure.objects.filter(item=item, ended_how="withdrawn").count() == 2, (
            "what ended stays as it ended"
        )


@pytest.mark.django_db(transaction=True)
def test_it_bites_in_the_receivers_open_transaction(cast, given):
    """Two connections: the receiver is in the middle of a request, the giver reports, the next query finds nothing."""
    case, item, _ = given
    seen = []

    def the_giver() -> None:
        report(cast.coordinator, case, item, cast.investigator.unit)
        connection.close()

    with acting(cast.investigator):
        seen.append((Case.objects.count(), Item.objects.count()))
        thread = threading.Thread(target=the_giver)
        thread.start()
        thread.join()
        seen.append((Case.objects.count(), Item.objects.count()))
    assert seen == [(1, 1), (0, 0)]


def test_the_receiver_is_told_one_sentence_and_nothing_else(cast, given, sign_in):
    case, item, _ = given
    report(cast.coordinator, case, item, cast.investigator.unit)
    page = sign_in(cast.investigator).get("/todo/").content.decode()
    assert SENTENCE in page
    for words in ("Kanaria", "Planen", case.number, cast.coordinator.unit.name, "Fel enhet i listan"):
        assert words not in page, words
    with acting(cast.coordinator):
        pk = Incident.objects.get().pk
    for name, member in cast.everyone.items():
        if member is None or not member.is_case_role or name == "ended_member":
            continue
        page = sign_in(member).get("/todo/").content.decode()
        assert (SENTENCE in page) == (name in ("investigator", "unassigned_officer")), name
        if name not in ("investigator", "unassigned_officer"):
            answer = sign_in(member).post(f"/incidents/{pk}/read/").status_code
            assert answer == (403 if name == "manager" else 404), name
    assert sign_in(cast.investigator).get(f"/incidents/{pk}/").status_code == 404
    after = sign_in(cast.investigator).post(f"/incidents/{pk}/read/", follow=True).content.decode()
    assert SENTENCE not in after and "noterat att ni har läst" in after
    own = sign_in(cast.coordinator).get(f"/incidents/{pk}/").content.decode()
    assert "Inte ännu" not in own


def test_the_own_unit_has_it_on_its_worklist_until_it_is_handled(cast, given, sign_in):
    case, item, _ = given
    report(
        cast.coordinator,
        case,
        item,
        cast.investigator.unit,
        found_at=timezone.now() - timedelta(hours=30, minutes=5),
    )
    own = {"coordinator", "colleague", "manager"}
    with acting(cast.coordinator):
        pk = Incident.objects.get().pk
    for name, member in cast.everyone.items():
        if member is None or not member.is_case_role or name == "ended_member":
            continue
        page = sign_in(member).get("/todo/").content.decode()
        assert ("42 timmar kvar av 72" in page) == (name in own), name
        assert sign_in(member).get(f"/incidents/{pk}/").status_code == (200 if name in own else 404), name
    client = sign_in(cast.manager)
    assert "Skriv vad som gjordes" in client.post(f"/incidents/{pk}/", {"text": ""}).content.decode()
    client.post(f"/incidents/{pk}/", {"text": "Talat med enheten"})
    assert "42 timmar kvar" in client.get("/todo/").content.decode(), "a note is not a handling"
    page = client.post(f"/incidents/{pk}/", {"text": "Anmäld till IMY", "closes": "on"}, follow=True)
    assert "Incidenten är hanterad." in page.content.decode()
    assert "timmar kvar" not in client.get("/todo/").content.decode()
    with acting(cast.manager):
        assert Entry.objects.filter(kind__in=["incident.noted", "incident.handled"]).count() == 2
        with pytest.raises(ValueError, match="once"):
            verbs.note(by=cast.manager, incident=Incident.objects.get(), text="igen", closes=True)


def test_past_the_72_hours_it_says_so(cast, given, sign_in):
    case, item, _ = given
    report(
        cast.coordinator, case, item, cast.investigator.unit, found_at=timezone.now() - timedelta(hours=72)
    )
    assert "De 72 timmarna har gått" in sign_in(cast.manager).get("/todo/").content.decode()


def test_the_form_closes_and_reports(cast, given, sign_in):
    case, item, _ = given
    client = sign_in(cast.coordinator)
    page = client.get(f"/cases/{case.number}/items/{item.pk}/").content.decode()
    address = f"/cases/{case.number}/items/{item.pk}/wrong/{cast.investigator.unit_id}/"
    assert address in page and "Lämnad till fel mottagare" in page
    assert (
        "Skriv vad som hände"
        in client.post(address, {"text": "", "done": "", "hours_ago": ""}).content.decode()
    )
    assert seen_by(cast.investigator) == (1, 1), "a form with errors closes nothing"
    page = client.post(address, {"text": "Fel rad", "done": "Ringde", "hours_ago": "0"}, follow=True)
    assert re.search(r"7[12] timmar kvar av 72", page.content.decode())
    assert seen_by(cast.investigator) == (0, 0)
    assert address not in client.get(f"/cases/{case.number}/items/{item.pk}/").content.decode()


def test_the_registrar_is_told_and_hands_nothing_out(cast, given):
    case, item, _ = given
    report(cast.coordinator, case, item, cast.investigator.unit)
    with acting(cast.registrar):
        (copy,) = hand_out(by=cast.registrar, number=case.number, reason="Begäran 7")
    assert copy.wrongly_sent and not copy.text and not copy.heading
    with acting(cast.other_registrar):
        (copy,) = hand_out(by=cast.other_registrar, number=case.number, reason="Begäran 7")
    assert not copy.wrongly_sent and copy.text == "kvittrar i gryningen"


def test_the_database_keeps_the_register(cast, given):
    """Nothing is rewritten or removed, another unit reads and writes nothing, and no row without a giving of one's own."""
    case, item, _ = given
    incident = report(cast.coordinator, case, item, cast.investigator.unit)
    with acting(cast.coordinator):
        for change in ({"text": "x"}, {"found_at": timezone.now()}):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                Incident.objects.update(**change)
        for model in (Incident, IncidentNote):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                model.objects.all()._raw_delete("default")
    for member in (cast.investigator, cast.soc_officer, cast.other_clinic):
        with acting(member):
            assert not Incident.objects.exists() and not IncidentNote.objects.exists()
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                IncidentNote.objects.create(incident=incident, unit=member.unit, by=member, text="x")
    with acting(cast.soc_officer), connection.cursor() as cursor:
        cursor.execute("select portal.heed_wrongly_sent(%s)", [incident.pk])
        assert cursor.fetchone()[0] == 0
    with acting(cast.coordinator):
        standing = Disclosure.objects.get(item=item, to_unit=cast.soc_officer.unit)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Incident.objects.create(
                disclosure=standing, case=case, unit=cast.coordinator.unit, to_unit=cast.soc_officer.unit,
                by=cast.coordinator, found_at=timezone.now(), text="x", done="x",
            )  # fmt: skip


def test_what_went_wrong_once_went_wrong_with_every_copy(cast, given):
    """Given, stopped and given again, or in an earlier version: the registrar hands out none of it, and all of it is shut."""
    case, item, _ = given
    to = cast.investigator.unit
    with acting(cast.coordinator):
        giving.stop_showing(by=cast.coordinator, case=case, item=item, to=to)
        giving.give(by=cast.coordinator, case=case, item=item, to=to)
        later = write_version(
            by=cast.coordinator, case=case, item=item, heading="Planen, ny", text="kvittrar igen",
            happened_on=item.happened_on, facts={},
        )  # fmt: skip
        giving.give(by=cast.coordinator, case=case, item=later, to=to)
    assert seen_by(cast.investigator) == (1, 2)
    report(cast.coordinator, case, item, to)
    assert seen_by(cast.investigator) == (0, 0), "the later version too"
    with acting(cast.registrar):
        copies = hand_out(by=cast.registrar, number=case.number, reason="Begäran 2026-17")
    assert [(c.wrongly_sent, c.text) for c in copies] == [(True, "")] * 3, "no copy of any version"


def test_given_again_after_a_report_it_can_be_reported_again(cast, given):
    case, item, _ = given
    to = cast.investigator.unit
    report(cast.coordinator, case, item, to)
    with acting(cast.coordinator):
        giving.give(by=cast.coordinator, case=case, item=item, to=to)
        assert [
            d.to_unit_id for d in incidents.ever_given(item, cast.coordinator) if d.to_unit_id == to.pk
        ] == [to.pk]
    assert seen_by(cast.investigator) == (1, 1)
    report(cast.coordinator, case, item, to)
    assert seen_by(cast.investigator) == (0, 0)


def test_it_is_not_found_before_it_was_given(cast, given, sign_in):
    """The 72 hours run from a moment that can be true."""
    case, item, _ = given
    page = f"/cases/{case.number}/items/{item.pk}/wrong/{cast.investigator.unit_id}/"
    client = sign_in(cast.coordinator)
    said = {"text": "Fel enhet i listan", "done": "Ringde"}
    no = client.post(page, said | {"hours_ago": "500"})
    assert no.status_code == 200 and "Det var inte lämnat då" in no.content.decode()
    with acting(cast.coordinator):
        assert not Incident.objects.exists()
    assert client.post(page, said | {"hours_ago": "1"}).status_code == 302
    with acting(cast.coordinator):
        incident = Incident.objects.select_related("disclosure").get()
        assert incident.found_at >= incident.disclosure.at
