"""The canary: a person whose name, number and words stand nowhere else.

Every address of the house, for every member of the cast, in every state of the consent. A response may hold the canary
only where the table below says so, and then a row of the ledger names the person. The table is the policy.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from audit import ledger
from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.actions.block import block
from cases.actions.mistake import mark_mistake
from cases.actions.statement_list import send as send_list
from cases.models import Case, Consent, ConsentLine, Disclosure, Item, ItemType, StatementList
from initiatives.models import Initiative, Participation
from inquiries.models import Inquiry, InquiryState
from parties.access import acting
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line

pytestmark = pytest.mark.django_db

NAME = "Kanaria Fågelsångsdotter"
DIGITS = "198507099805"
NUMBER = "19850709-9805"
TEXT = "kvittrar i gryningen"  # in the item given to FK
SECRET = "sjunger bara hemma"  # in an item of the owner's that nobody is given
ASKED = "undrar kanariefågeln"  # in FK's own question: FK's own words

EVERYONE = (
    "coordinator", "colleague", "manager", "other_clinic", "investigator", "unassigned_officer", "other_fk_unit",
    "ended_member", "health_centre", "private_care", "af_officer", "soc_officer", "employer", "association_officer",
    "evaluator", "steering", "project_lead", "administrator", "auditor", "registrar", "other_registrar", "stranger",
)  # fmt: skip
OWNERS = {"coordinator", "colleague", "manager"}
RECEIVERS = {"investigator", "unassigned_officer"}


@dataclass
class World:
    cast: object
    case: Case
    item: Item
    secret: Item
    consent: Consent | None = None
    inquiry: Inquiry | None = None
    sent: StatementList | None = None


def lines(world: World, consent: Consent, kinds=("existence", "plan"), **more) -> list[ConsentLine]:
    c = world.cast
    return [
        make_line(consent, c.coordinator, c.coordinator, c.investigator.unit, kind, **more) for kind in kinds
    ]


def give(world: World, **more) -> None:
    c = world.cast
    make_disclosure(c.coordinator, world.case, c.investigator.unit, **more)
    make_disclosure(c.coordinator, world.case, c.investigator.unit, world.item, **more)


def none(world: World) -> None:
    """No consent, nothing given."""


def live(world: World) -> None:
    world.consent = make_consent(world.cast.coordinator, world.case)
    lines(world, world.consent)
    give(world)


def expired_a_second_ago(world: World) -> None:
    now = timezone.now()
    world.consent = make_consent(world.cast.coordinator, world.case)
    lines(world, world.consent, from_at=now - timedelta(days=9), until_at=now - timedelta(seconds=1))
    give(world)


def not_yet_valid(world: World) -> None:
    now = timezone.now()
    world.consent = make_consent(world.cast.coordinator, world.case)
    lines(world, world.consent, from_at=now + timedelta(hours=1), until_at=now + timedelta(days=9))
    give(world)


def withdrawn(world: World) -> None:
    live(world)
    with acting(world.cast.coordinator):
        assert consent_verbs.withdraw(by=world.cast.coordinator, case=world.case, consent=world.consent) == 2


def one_line_withdrawn(world: World) -> None:
    live(world)
    with acting(world.cast.coordinator):
        line = ConsentLine.objects.get(kind="plan")
        consent_verbs.withdraw(
            by=world.cast.coordinator, case=world.case, consent=world.consent, lines=[line.pk]
        )


def other_purpose(world: World) -> None:
    world.consent = make_consent(world.cast.coordinator, world.case, purpose="sip")
    lines(world, world.consent)
    give(world, purpose="return_to_work")


def marked_as_never_given(world: World) -> None:
    live(world)
    with acting(world.cast.coordinator):
        mark_mistake(by=world.cast.coordinator, case=world.case, consent=world.consent, reason="Fel person")


def another_line_still_standing(world: World) -> None:
    live(world)
    second = make_consent(world.cast.coordinator, world.case)
    lines(world, second)
    with acting(world.cast.coordinator):
        consent_verbs.withdraw(by=world.cast.coordinator, case=world.case, consent=world.consent)


def renewed_without_the_tick(world: World) -> None:
    expired_a_second_ago(world)
    second = make_consent(world.cast.coordinator, world.case)
    with acting(world.cast.coordinator):
        c = world.cast
        for kind in ("existence", "plan"):
            line = ConsentLine.objects.create(
                consent=second, case=world.case, unit=c.coordinator.unit, from_party=c.coordinator.party,
                from_unit=c.coordinator.unit, to_party=c.investigator.party, to_unit=c.investigator.unit, kind=kind,
                purpose=second.purpose, from_at=timezone.now() - timedelta(1), until_at=timezone.now() + timedelta(9),
            )  # fmt: skip
            ConsentLine.objects.filter(pk=line.pk).update(
                received_at=timezone.now(), received_by=c.coordinator
            )


def not_received_by_the_giver(world: World) -> None:
    """Given and in date, but the clinic has not received it: an earlier giving does not open on it."""
    world.consent = make_consent(world.cast.coordinator, world.case)
    lines(world, world.consent, received=False)
    give(world)


def header_only(world: World) -> None:
    """A line in which FK is the giver: FK must be able to receive it, and sees the header, nothing else."""
    c = world.cast
    world.consent = make_consent(c.coordinator, world.case)
    make_line(world.consent, c.coordinator, c.investigator, c.coordinator.unit, "existence", received=False)


def statutory_answer(world: World) -> None:
    give(world, basis="fk_duty", request=1, decided_by="Läkare", until_at=timezone.now() + timedelta(days=90))


def statutory_answer_after_ninety_days(world: World) -> None:
    give(
        world, basis="fk_duty", request=1, decided_by="Läkare", until_at=timezone.now() - timedelta(seconds=1)
    )


def case_closed(world: World) -> None:
    live(world)
    with acting(world.cast.coordinator):
        case_verbs.set_state(by=world.cast.coordinator, case=world.case, state="closed", cause="completed")


def statutory_answer_then_closed(world: World) -> None:
    statutory_answer(world)
    with acting(world.cast.coordinator):
        case_verbs.set_state(by=world.cast.coordinator, case=world.case, state="closed", cause="completed")


def identity_protected(world: World) -> None:
    live(world)
    with acting(world.cast.coordinator):
        case_verbs.protect(by=world.cast.coordinator, case=world.case)


def party_left(world: World) -> None:
    live(world)
    with acting(world.cast.coordinator), connection.cursor() as cursor:
        initiative = Initiative.objects.create(
            name="Insatsen", kind="structural", starts_on="2020-01-01", created_by=world.cast.project_lead
        )
        party = world.cast.investigator.party
        yesterday = timezone.localdate() - timedelta(days=1)
        Participation.objects.create(
            initiative=initiative, party=party, name=party.name, kind="fk", role="party",
            from_on="2020-01-01", to_on=yesterday,
        )  # fmt: skip
        Case.objects.filter(pk=world.case.pk).update(initiative=initiative)
        cursor.execute(
            "select portal.party_left(%s, %s, %s)",
            [initiative.pk, party.pk, world.cast.coordinator.pk],
        )


def colleague_in_conflict(world: World) -> None:
    live(world)
    with acting(world.cast.coordinator):
        block(
            by=world.cast.coordinator, case=world.case, kind="colleague",
            user=world.cast.colleague.user, reason="Syskon",
        )  # fmt: skip


def officer_in_conflict(world: World) -> None:
    live(world)
    with acting(world.cast.coordinator):
        block(
            by=world.cast.coordinator, case=world.case, kind="colleague",
            user=world.cast.investigator.user, reason="Granne",
        )  # fmt: skip


def unit_in_conflict(world: World) -> None:
    live(world)
    with acting(world.cast.coordinator):
        block(
            by=world.cast.coordinator, case=world.case, kind="unit",
            to_unit=world.cast.investigator.unit, reason="Anhörig arbetar där",
        )  # fmt: skip


def blocked_in_the_region(world: World) -> None:
    """A spärr is for care relations: what rests on the person's consent stands."""
    live(world)
    with acting(world.cast.coordinator):
        block(by=world.cast.coordinator, case=world.case, kind="region", reason="Patientens önskan")


def on_a_statement_list(world: World) -> None:
    """A statement given as a row of a list: FK unit A answers it from the list as from the case."""
    c = world.cast
    world.consent = make_consent(c.coordinator, world.case)
    lines(world, world.consent, kinds=("existence", "certificate"))
    world.item = make_item(c.coordinator, world.case, ItemType.STATEMENT, f"Utlåtandet {TEXT}", text=TEXT)
    with acting(c.coordinator):
        world.sent, _rows = send_list(by=c.coordinator, to=c.investigator.unit, items=[world.item])


def on_a_statement_list_until_withdrawn(world: World) -> None:
    on_a_statement_list(world)
    with acting(world.cast.coordinator):
        consent_verbs.withdraw(by=world.cast.coordinator, case=world.case, consent=world.consent)


# state: (FK unit A sees who it is, FK unit A sees the item's words). The owners see all of it, in every state.
TABLE: dict[Callable[[World], None], tuple[bool, bool]] = {
    none: (False, False),
    live: (True, True),
    expired_a_second_ago: (False, False),
    not_yet_valid: (False, False),
    withdrawn: (False, False),
    marked_as_never_given: (False, False),
    one_line_withdrawn: (True, False),
    other_purpose: (False, False),
    another_line_still_standing: (True, True),
    renewed_without_the_tick: (False, False),
    not_received_by_the_giver: (False, False),
    header_only: (True, False),
    statutory_answer: (True, True),
    statutory_answer_after_ninety_days: (False, False),
    case_closed: (False, False),
    statutory_answer_then_closed: (False, False),
    identity_protected: (False, False),
    party_left: (False, False),
    colleague_in_conflict: (True, True),
    officer_in_conflict: (True, True),
    unit_in_conflict: (False, False),
    blocked_in_the_region: (True, True),
    on_a_statement_list: (True, True),
    on_a_statement_list_until_withdrawn: (False, False),
}
# Who is held off by name, and sees nothing of it, owner or receiver.
HELD_OFF: dict[Callable[[World], None], set[str]] = {
    colleague_in_conflict: {"colleague"},
    officer_in_conflict: {"investigator"},
}


def addresses(world: World) -> list[str]:
    """Every address the house knows, with the canary's own keys in every place a key goes."""
    numbers = [world.item.pk, world.secret.pk, world.inquiry.pk if world.inquiry else world.case.person_id]
    values = {
        "number": [world.case.number],
        "consent_number": [world.consent.number if world.consent else "2222-2222"],
        "unit": [world.cast.coordinator.unit_id, world.cast.investigator.unit_id],
        "pk": sorted(set(numbers)),
        "object_key": [f"{world.case.number}-plan"],
        "list_number": [world.sent.number if world.sent else "2222-2222"],
    }
    found: list[str] = []

    def walk(patterns, prefix: str) -> None:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern):
                expand(route)

    def expand(route: str) -> None:
        hole = re.search(r"<(?:(\w+):)?(\w+)>", route)
        if hole is None:
            found.append("/" + route)
            return
        kind, name = hole.groups()
        # Rooms below the cases hold no person; one key is enough there.
        about_a_case = route.startswith(("cases/", "inquiries/", "own/", "drafts/", "statements/"))
        for value in (
            values.get(name, []) if about_a_case and name in values else [1] if kind == "int" else ["2023"]
        ):
            expand(route[: hole.start()] + str(value) + route[hole.end() :])

    walk(get_resolver().url_patterns, "")
    extra = [
        "/cases/?show=received",
        "/inquiries/?show=asked",
        "/inquiries/?show=received",
        f"/cases/{world.case.number}/items/new/?type=plan",
        "/log/?kind=case.read",
    ]
    return sorted({a for a in found if a not in ("/logout/",)}) + extra


def rows_written(monkeypatch) -> list[tuple]:
    """The ledger's rows as they are written, also those of a request that rolls back."""
    rows: list[tuple] = []
    write = ledger._write
    monkeypatch.setattr(ledger, "_write", lambda *args: (rows.append(args), write(*args))[1])
    return rows


# The cast by name, as tests/conftest.py has it: each meets every state in a test of its own, so that workers share them.
@pytest.mark.parametrize("name", EVERYONE)
@pytest.mark.parametrize("state", TABLE, ids=lambda s: s.__name__)
def test_the_canary_is_seen_only_where_the_table_says(state, name, cast, sign_in, monkeypatch):
    case = make_case(cast.coordinator, name=NAME, number=DIGITS)
    world = World(
        cast,
        case,
        make_item(cast.coordinator, case, ItemType.PLAN, f"Planen {TEXT}", text=TEXT),
        make_item(cast.coordinator, case, ItemType.DIAGNOSIS, f"Diagnosen {SECRET}", text=SECRET),
    )
    state(world)
    rows = rows_written(monkeypatch)
    identity, words = TABLE[state]
    held_off = HELD_OFF.get(state, set())
    owner, receiver = name in OWNERS - held_off, name in RECEIVERS - held_off
    member = cast.everyone[name]
    client = sign_in(member)
    if member is not None:
        session = client.session
        session["show_persons"] = True
        session.save()
    seen_identity = seen_words = False
    pages = [(a, lambda a=a: client.get(a)) for a in addresses(world)]
    pages += [
        (f"search {term}", lambda t=term: client.post("/cases/search/", {"q": t}, follow=True))
        for term in (DIGITS, case.number, NAME)
    ]
    for address, ask in pages:
        rows.clear()
        response = ask()
        body = b"".join(response.streaming_content) if response.streaming else response.content
        text = body.decode("utf-8", "replace")
        assert response.status_code < 500, address
        title = re.search(r"<title>(.*?)</title>", text, re.S)
        assert not title or not any(k in title[1] for k in (NAME, NUMBER, DIGITS, TEXT)), address
        # The term one typed oneself stands in the search field; it tells nothing.
        text = re.sub(r'<input[^>]*name="q"[^>]*>', "", text)
        if address.startswith("search "):
            # And, without a hit, in the form of a new case.
            text = re.sub(r'<input[^>]*name="number"[^>]*>', "", text)
        holds_identity = any(k in text for k in (NAME, NUMBER, DIGITS))
        holds_words = TEXT in text
        assert SECRET not in text or owner, address
        if holds_identity or holds_words:
            assert owner or (receiver and (identity if holds_identity else words)), address
            named = any(case.person_id in row[4] or row[1] in ("item.read", "items.listed") for row in rows)
            assert named, (address, "no row in the ledger")
        seen_identity |= holds_identity
        seen_words |= holds_words
    # The table is not only a ceiling: who may see does see.
    expected = (True, True) if owner else (identity, words) if receiver else (False, False)
    assert (seen_identity, seen_words) == expected
    assert Case.objects.count() == 0, "the context of the last request has left"


def test_the_canary_meets_the_whole_cast(cast):
    assert set(cast.everyone) == set(EVERYONE)


def test_the_questions_words_are_seen_by_both_sides_and_nobody_else(cast, sign_in):
    """FK's question on a live case; after the withdrawal FK keeps its own words under What we have written."""
    case = make_case(cast.coordinator, name=NAME, number=DIGITS)
    world = World(
        cast, case, make_item(cast.coordinator, case), make_item(cast.coordinator, case, ItemType.DIAGNOSIS)
    )
    live(world)
    question = make_item(cast.investigator, case, ItemType.QUESTION, ASKED, text=ASKED)
    make_disclosure(cast.investigator, case, cast.coordinator.unit, question, basis="fk_ask")
    with acting(cast.investigator):
        world.inquiry = Inquiry.objects.create(
            mode="case", category="planning", asker_unit=cast.investigator.unit, to_unit=cast.coordinator.unit, case=case,
            question=question, by=cast.investigator, due_on=timezone.localdate(),
        )  # fmt: skip
        InquiryState.objects.create(
            inquiry=world.inquiry, state="sent", unit=cast.investigator.unit, by=cast.investigator
        )
    for withdrawn_now in (False, True):
        if withdrawn_now:
            with acting(cast.coordinator):
                consent_verbs.withdraw(by=cast.coordinator, case=case, consent=world.consent)
        for name, member in cast.everyone.items():
            client = sign_in(member)
            where = {a for a in addresses(world) if ASKED in client.get(a).content.decode("utf-8", "replace")}
            if name in OWNERS:
                assert where, name
            elif name in RECEIVERS:
                assert bool({a for a in where if not a.startswith("/own/")}) is not withdrawn_now, (
                    name,
                    where,
                )
                assert "/own/" in where, name
            else:
                assert not where, (name, where)


def test_foreign_missing_and_ended_are_one_and_the_same(
    cast, sign_in, monkeypatch, django_assert_num_queries
):
    """Same body, same number of queries, a ledger row of the same kind and fields with the key asked for and no person."""
    from django.test.utils import CaptureQueriesContext

    foreign = make_case(cast.other_clinic)
    case = make_case(cast.coordinator, name=NAME, number=DIGITS)
    world = World(cast, case, make_item(cast.coordinator, case), make_item(cast.coordinator, case))
    withdrawn(world)
    rows: list[tuple] = []
    write = ledger._write
    monkeypatch.setattr(ledger, "_write", lambda *args: (rows.append(args), write(*args))[1])
    client = sign_in(cast.investigator)
    client.get("/cases/")
    answers = []
    for number in (foreign.number, "2222-2222", case.number):
        rows.clear()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(f"/cases/{number}/")
        assert response.status_code == 404
        body = re.sub(
            r'"X-CSRFToken": "\w+"|name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode()
        )
        (row,) = rows
        assert row[7] == "" or number in row
        answers.append(
            (body.replace(number, "N"), len(queries), row[1], row[3], list(row[4]), row[-1] == number)
        )
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][2:] == ("read.refused", None, [], True)


def test_a_disclosure_is_not_made_after_the_door_has_shut(cast, sign_in):
    """FK has the page open; the consent is withdrawn; FK's posted form meets the door."""
    case = make_case(cast.coordinator, name=NAME, number=DIGITS)
    world = World(cast, case, make_item(cast.coordinator, case), make_item(cast.coordinator, case))
    live(world)
    own = make_item(cast.investigator, case, ItemType.DECISION, "Beslut")
    client = sign_in(cast.investigator)
    assert client.get(f"/cases/{case.number}/items/{own.pk}/").status_code == 200
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=world.consent)
    for path, fields in (
        (f"/cases/{case.number}/items/{own.pk}/give/", {"to": cast.coordinator.unit_id}),
        (f"/cases/{case.number}/items/new/?type=decision", {"heading": "x", "happened_on": "2026-01-01"}),
        (f"/cases/{case.number}/items/{own.pk}/version/", {"heading": "x", "happened_on": "2026-01-01"}),
        (f"/inquiries/ask/{case.number}/{cast.coordinator.unit_id}/", {"category": "planning", "text": "x"}),
    ):
        assert client.post(path, fields).status_code == 404, path
    with acting(cast.investigator):
        assert Item.objects.count() == 1 and Disclosure.objects.count() == 0
