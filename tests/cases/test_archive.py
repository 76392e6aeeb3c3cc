"""The registrar: what the own party received, by exact number and with a reason; nobody else, and nothing more."""

import hashlib
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from audit.models import Entry
from cases.actions import consent as consent_verbs
from cases.archive import hand_out
from cases.models import Case, Item
from parties.access import acting
from parties.models import Membership, Role
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line, make_member

pytestmark = pytest.mark.django_db
WHY = "Begäran 2026:114"


@pytest.fixture
def ended(cast):
    """A plan given to FK unit A and FK unit B; the consent is withdrawn. An item nobody was given."""
    case = make_case(cast.coordinator, name="Kanaria Fågelsångsdotter")
    item = make_item(cast.coordinator, case, heading="Planen", text="kvittrar i gryningen")
    make_item(cast.coordinator, case, heading="Hemligt", text="sjunger bara hemma")
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    make_disclosure(cast.coordinator, case, cast.investigator.unit, item)
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
    return case


def test_the_registrar_gets_what_the_own_party_was_given(cast, ended):
    with acting(cast.registrar):
        (copy,) = hand_out(by=cast.registrar, number=ended.number, reason=WHY)
        assert not Case.objects.exists() and not Item.objects.exists(), "it opens nothing else"
    assert copy.text == "kvittrar i gryningen" and copy.whole and not copy.stands
    assert copy.from_unit == cast.coordinator.unit.name and copy.to_unit == cast.investigator.unit.name
    with acting(cast.auditor):
        assert not Entry.objects.filter(kind="archive.handed_out").exists(), "another party's log"
    fk_auditor = make_member("fkrevisor", cast.other_fk_unit.unit, Role.AUDITOR)
    with acting(fk_auditor):
        row = Entry.objects.get(kind="archive.handed_out")
        assert (row.member, row.case, row.persons, row.note) == (
            cast.registrar.pk, ended.pk, [ended.person_id], WHY,
        )  # fmt: skip


def directly(number: str, why: str = WHY) -> list:
    with connection.cursor() as cursor:
        cursor.execute("select * from portal.hand_out(%s, %s)", [number, why])
        return cursor.fetchall()


def test_everybody_else_is_refused_by_the_verb_and_by_the_database(cast, ended):
    for name, member in cast.everyone.items():
        if member is None or name in ("registrar", "other_registrar"):
            continue
        with acting(member), pytest.raises(PermissionDenied):
            hand_out(by=member, number=ended.number, reason=WHY)
        with acting(member), pytest.raises(DatabaseError, match="only the registrar"):
            with transaction.atomic():
                directly(ended.number)
    with pytest.raises(DatabaseError, match="only the registrar"), transaction.atomic():
        directly(ended.number)


def test_another_partys_registrar_and_a_number_that_is_none_get_the_same(cast, ended):
    with acting(cast.other_registrar):
        assert hand_out(by=cast.other_registrar, number=ended.number, reason=WHY) == []
        assert hand_out(by=cast.other_registrar, number="2222-2222", reason=WHY) == []
    boss = make_member("socrevisor", cast.soc_officer.unit, Role.AUDITOR)
    with acting(boss):
        rows = list(Entry.objects.order_by("id").values_list("kind", "case", "persons", "note"))
    assert rows == [
        ("read.refused", None, [], ended.number),
        ("read.refused", None, [], "2222-2222"),
    ]


def test_a_registrar_whose_role_has_ended_is_refused(cast, ended):
    past = make_member(
        "fd.registrator",
        cast.investigator.unit,
        Role.REGISTRAR,
        until_at=timezone.now() - timedelta(seconds=1),
    )
    with acting(past), pytest.raises(DatabaseError, match="only the registrar"), transaction.atomic():
        hand_out(by=past, number=ended.number, reason=WHY)
    # In the middle of a session, too: the role ends, and the next call is refused.
    with acting(cast.registrar):
        assert hand_out(by=cast.registrar, number=ended.number, reason=WHY)
        Membership.objects.filter(pk=cast.registrar.pk).update(until_at=timezone.now() - timedelta(seconds=1))
        with pytest.raises(DatabaseError, match="only the registrar"), transaction.atomic():
            directly(ended.number)


def test_nobody_says_they_are_of_another_party(cast, ended):
    """The context names another party than the membership's: the function compares."""
    with acting(cast.other_registrar):
        with connection.cursor() as cursor:
            cursor.execute("select set_config('portal.party', %s, true)", [str(cast.registrar.party_id)])
        with pytest.raises(DatabaseError, match="only the registrar"), transaction.atomic():
            directly(ended.number)


@pytest.mark.parametrize("why", ["", "    ", " x  "])
def test_a_reason_is_demanded(cast, ended, why):
    with acting(cast.registrar), pytest.raises(DatabaseError, match="reason"), transaction.atomic():
        directly(ended.number, why)


@pytest.mark.django_db(transaction=True)
def test_a_tampered_copy_is_told(cast, ended):
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("select set_config('portal.maintenance', 'on', true)")
        cursor.execute(
            "update cases_archive set facts = jsonb_set(facts, '{text}', '\"sjunger\"') returning facts::text, sha256"
        )
        facts, kept = cursor.fetchone()
    assert hashlib.sha256(facts.encode()).hexdigest() != kept
    with acting(cast.registrar):
        (copy,) = hand_out(by=cast.registrar, number=ended.number, reason=WHY)
    assert not copy.whole


def test_no_registrar_on_the_forbund_side_nor_as_administrator(cast):
    for unit in (cast.association_officer.unit, cast.evaluator.unit):
        with pytest.raises(DatabaseError, match="no_case_role_on_the_forbund_side"), transaction.atomic():
            make_member("forbundsregistrator", unit, Role.REGISTRAR)
    with pytest.raises(DatabaseError, match="administrator has no case role"), transaction.atomic():
        Membership.objects.create(
            user=cast.administrator.user, unit=cast.other_clinic.unit, party=cast.other_clinic.party,
            role=Role.REGISTRAR, side="case",
        )  # fmt: skip


def test_the_page(cast, ended, sign_in):
    for name, member in cast.everyone.items():
        answer = sign_in(member).get("/archive/")
        may = name in ("registrar", "other_registrar")
        assert answer.status_code == (200 if may else 302 if member is None else 404), name
    ask = {"number": ended.number.lower().replace("-", " "), "reason": WHY}
    client = sign_in(cast.registrar)
    assert "Skriv varför" in client.post("/archive/", ask | {"reason": ""}).content.decode()
    page = client.post("/archive/", ask).content.decode()
    assert "kvittrar i gryningen" in page and "som den lämnades" in page and "Kanaria" not in page
    nothing = [
        sign_in(cast.other_registrar).post("/archive/", ask | {"number": number}).content.decode()
        for number in (ended.number, "2222-2222", "19850709-9805")
    ]
    assert all("Det finns inget att lämna ut på det numret." in text for text in nothing)
    for path in ("/cases/", "/todo/", "/own/", "/log/", "/matrix/", "/inquiries/", f"/cases/{ended.number}/"):
        assert sign_in(cast.registrar).get(path).status_code == 404, path
    assert sign_in(cast.registrar).get("/", follow=True).redirect_chain[-1][0] == "/archive/"


def test_a_personal_number_typed_as_a_case_number_is_not_kept(cast, ended, sign_in):
    sign_in(cast.registrar).post("/archive/", {"number": "19850709-9805", "reason": WHY})
    with acting(make_member("fkrevisor", cast.other_fk_unit.unit, Role.AUDITOR)):
        assert {e.note for e in Entry.objects.filter(kind="read.refused")} == {"not a key"}
