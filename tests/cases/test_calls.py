"""*Ring upp*: who stands on the list and why, whose it is, what is shown of the person, and that it keeps within the walls."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import ledger
from cases import calls, listing
from cases.actions import case as case_verbs
from cases.actions.block import block
from cases.models import Case, ItemType
from parties.access import acting
from tests.factories import make_case, make_consent, make_item, make_line

pytestmark = pytest.mark.django_db

PLACE = "/cases/calls/"


def on_the_list(member, *, mine=False) -> dict[str, list[str]]:
    with acting(member):
        page = calls.to_phone(member, mine=mine, after="", with_persons=False)
        return {row.number: [reason.words for reason in row.reasons] for row in page.rows}


def quiet(by, case, days):
    with acting(by):
        Case.objects.filter(pk=case.pk).update(updated_at=timezone.now() - timedelta(days=days))


def ending(by, case, days, to):
    made = make_consent(by, case, days=days)
    make_line(made, by, by, to, "existence", until_at=timezone.now() + timedelta(days=days))
    quiet(by, case, 0)


def close(by, case, cause="completed"):
    with acting(by):
        case_verbs.set_state(by=by, case=case, state="closed", cause=cause)


def shown(client):
    session = client.session
    session["show_persons"] = True
    session.save()
    return client


def test_a_consent_that_ends_within_sixty_days(cast):
    soon, far = make_case(cast.coordinator), make_case(cast.coordinator)
    ending(cast.coordinator, soon, 60, cast.investigator.unit)
    ending(cast.coordinator, far, 61, cast.investigator.unit)
    assert set(on_the_list(cast.coordinator)) == {soon.number}


def test_a_case_in_which_nothing_has_happened_for_forty_five_days(cast):
    still, lively, paused = (make_case(cast.coordinator) for _ in range(3))
    with acting(cast.coordinator):
        case_verbs.set_state(by=cast.coordinator, case=paused, state="paused")
    for case, days in ((still, 45), (lively, 44), (paused, 80)):
        quiet(cast.coordinator, case, days)
    assert set(on_the_list(cast.coordinator)) == {still.number}


def test_a_milestone_is_there_for_whom_it_belongs_to(cast):
    """M4 is the coordinator's, not the clinician's; another unit's is nobody's here."""
    case = make_case(cast.coordinator)
    with acting(cast.coordinator):
        case_verbs.record_spell(
            by=cast.coordinator, case=case, from_on=timezone.localdate() - timedelta(days=85), to_on=None, degree=100,
            benefit="sickness_benefit",
        )  # fmt: skip
    assert case.number in on_the_list(cast.coordinator)
    for name in ("colleague", "other_clinic", "investigator", "manager"):
        assert on_the_list(cast.everyone[name]) == {}, name


def test_an_outcome_to_ask_for_leads_to_the_outcome_and_nothing_to_follow_does_not(cast, sign_in):
    done, wrong = make_case(cast.coordinator), make_case(cast.coordinator)
    close(cast.coordinator, done)
    close(cast.coordinator, wrong, "died")
    assert set(on_the_list(cast.coordinator)) == {done.number}
    page = sign_in(cast.coordinator).get(PLACE).content.decode()
    assert f'href="/cases/{done.number}/outcome/"' in page


def test_a_case_stands_once_with_all_its_reasons_where_the_first_is_due(cast, sign_in):
    both, other = make_case(cast.coordinator), make_case(cast.coordinator)
    ending(cast.coordinator, both, 20, cast.investigator.unit)
    ending(cast.coordinator, other, 12, cast.investigator.unit)
    quiet(cast.coordinator, both, 58)
    found = on_the_list(cast.coordinator)
    assert list(found) == [both.number, other.number] and len(found[both.number]) == 2
    page = sign_in(cast.coordinator).get(PLACE).content.decode()
    assert page.count(f'href="/cases/{both.number}/items/new/?type=note"') == 1


def test_mine_and_the_units(cast, sign_in):
    mine, hers, nobodys = (
        make_case(cast.coordinator), make_case(cast.colleague), make_case(cast.coordinator, assign=False),
    )  # fmt: skip
    closed = make_case(cast.coordinator)
    close(cast.coordinator, closed)
    for case in (mine, hers, nobodys):
        ending(cast.coordinator, case, 20, cast.investigator.unit)
    assert set(on_the_list(cast.coordinator)) == {mine.number, hers.number, nobodys.number, closed.number}
    assert set(on_the_list(cast.coordinator, mine=True)) == {mine.number, closed.number}
    assert set(on_the_list(cast.colleague, mine=True)) == {hers.number}
    # Turning names on keeps which list it was.
    client = sign_in(cast.coordinator)
    answer = client.post("/cases/persons/", {"show": "1", "next": f"{PLACE}?whose=mine"})
    assert answer["Location"] == f"{PLACE}?whose=mine"


@pytest.mark.parametrize("kind", ["colleague", "unit"])
def test_nothing_behind_a_block(cast, kind):
    """A block off a user closes her list alone; a unit's off another unit closes no list of the owner."""
    case = make_case(cast.coordinator)
    ending(cast.coordinator, case, 20, cast.investigator.unit)
    assert set(on_the_list(cast.colleague)) == {case.number}
    with acting(cast.coordinator):
        whom = {"user": cast.colleague.user} if kind == "colleague" else {"to_unit": cast.soc_officer.unit}
        block(by=cast.coordinator, case=case, kind=kind, reason="Syskon", **whom)
    assert set(on_the_list(cast.coordinator)) == {case.number}
    assert set(on_the_list(cast.colleague)) == (set() if kind == "colleague" else {case.number})


def test_a_closed_case_behind_a_block_is_not_asked_for_its_outcome(cast):
    """The coordinator's own eyes are held off: the outcome is another's to ask for."""
    case = make_case(cast.coordinator)
    close(cast.coordinator, case)
    assert set(on_the_list(cast.coordinator)) == {case.number}
    with acting(cast.colleague):
        block(by=cast.colleague, case=case, kind="colleague", user=cast.coordinator.user, reason="Syskon")
    assert on_the_list(cast.coordinator) == {}


@pytest.mark.parametrize(
    ("safe", "number_stands", "says"),
    [
        ("message", True, "Går bra att ringa och lämna meddelande"),
        ("call", True, "Går bra att ringa, lämna inget meddelande"),
        ("no", False, "Inte säkert: ring inte"),
        ("", True, "Inte angivet om det går bra att ringa"),
    ],
)
def test_name_and_number_when_turned_on_with_what_is_safe(cast, sign_in, safe, number_stands, says):
    case = make_case(cast.coordinator, name="Tilde Ravnsby")
    number = {"phone": "070-174 06 01", "safe": safe, "whose": "person"}
    make_item(cast.coordinator, case, ItemType.CONTACT, "Numret", facts=number)
    quiet(cast.coordinator, case, 50)
    client = sign_in(cast.coordinator)
    off = client.get(PLACE).content.decode()
    assert case.number in off and "Tilde Ravnsby" not in off and "070-174" not in off and says not in off
    on = shown(client).get(PLACE).content.decode()
    assert "Tilde Ravnsby" in on and says in on
    assert ("070-174 06 01" in on) is number_stands


def test_only_the_newest_of_the_persons_own_numbers_as_the_own_unit_wrote_it(cast, sign_in):
    case = make_case(cast.coordinator)
    for phone, whose in (
        ("070-174 06 02", "person"),
        ("070-174 06 03", "person"),
        ("070-174 06 04", "relative"),
    ):
        facts = {"phone": phone, "safe": "call", "whose": whose}
        make_item(cast.coordinator, case, ItemType.CONTACT, "Ett nummer", facts=facts)
    quiet(cast.coordinator, case, 50)
    page = shown(sign_in(cast.coordinator)).get(PLACE).content.decode()
    assert "070-174 06 03" in page and "06 02" not in page and "06 04" not in page


def test_no_column_of_telephones_when_nobody_has_one(cast, sign_in):
    quiet(cast.coordinator, make_case(cast.coordinator), 50)
    page = shown(sign_in(cast.coordinator)).get(PLACE).content.decode()
    assert "Telefon" not in page.split("<main")[1].split("</table>")[0]


def test_a_protected_identity_has_neither_name_nor_number_on_the_list(cast, sign_in):
    case = make_case(cast.coordinator, name="Tilde Ravnsby")
    facts = {"phone": "070-174 06 05", "safe": "call", "whose": "person"}
    make_item(cast.coordinator, case, ItemType.CONTACT, "Numret", facts=facts)
    with acting(cast.coordinator):
        case_verbs.protect(by=cast.coordinator, case=case)
    quiet(cast.coordinator, case, 50)
    page = shown(sign_in(cast.coordinator)).get(PLACE).content.decode()
    assert case.number in page and "Tilde" not in page and "070-174" not in page


def test_the_reading_names_the_persons_shown(cast, sign_in, monkeypatch):
    listed, not_listed = make_case(cast.coordinator), make_case(cast.coordinator)
    quiet(cast.coordinator, listed, 50)
    rows, write = [], ledger._write
    monkeypatch.setattr(ledger, "_write", lambda *args: (rows.append(args), write(*args))[1])
    sign_in(cast.coordinator).get(PLACE)
    (named,) = [list(row[4]) for row in rows if row[1] == "cases.to_phone_listed"]
    assert named == [listed.person_id] != [not_listed.person_id]


def test_the_whole_cast(cast, sign_in):
    case = make_case(cast.coordinator)
    ending(cast.coordinator, case, 20, cast.investigator.unit)
    for name, member in cast.everyone.items():
        answer = sign_in(member).get(PLACE)
        sees = name in ("coordinator", "colleague")
        assert (case.number in answer.content.decode()) is sees, name
        if member is not None and name != "ended_member":
            assert answer.status_code == (200 if member.is_case_role else 404), name


def test_fifty_a_page_walked_by_key_with_the_same_queries(cast, sign_in, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 4)
    monkeypatch.setattr(calls, "PAGE", 4)
    counts, client = [], shown(sign_in(cast.coordinator))
    numbers = set()
    for more in (2, 8):
        for n in range(more):
            case = make_case(cast.coordinator)
            quiet(cast.coordinator, case, 50 + n // 2)
            numbers.add(case.number)
        client.get(PLACE)
        with CaptureQueriesContext(connection) as asked:
            client.get(PLACE)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    seen, after = [], ""
    with acting(cast.coordinator):
        for _ in range(3):
            page = calls.to_phone(cast.coordinator, mine=False, after=after, with_persons=False)
            assert page.count == "4+"
            seen += [row.number for row in page.rows]
            after = page.next_after
    assert after == "" and len(seen) == 10 and set(seen) == numbers
    for nonsense in ("x", "2026-13-01_X", "_", "2026-01-01"):
        assert client.get(PLACE, {"after": nonsense}).status_code == 200


def test_the_list_of_cases_leads_there(cast, sign_in):
    make_case(cast.coordinator)
    assert f'href="{PLACE}"' in sign_in(cast.coordinator).get("/cases/").content.decode()
    assert f'href="{PLACE}"' not in sign_in(cast.manager).get("/cases/").content.decode()
