"""Vad ser de andra?: what the owner is shown is what the receiver sees, in every state, and never more."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit import ledger
from cases import preview
from cases.actions.item import write_version
from cases.models import Case, Item, ItemType
from parties.access import acting
from tests.cases import test_canary as canary
from tests.factories import make_case, make_disclosure, make_item, make_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(cast):
    case = make_case(cast.coordinator, name=canary.NAME, number=canary.DIGITS)
    return canary.World(
        cast,
        case,
        make_item(cast.coordinator, case, ItemType.PLAN, f"Planen {canary.TEXT}", text=canary.TEXT),
        make_item(
            cast.coordinator, case, ItemType.DIAGNOSIS, f"Diagnosen {canary.SECRET}", text=canary.SECRET
        ),
    )


@pytest.mark.parametrize("state", canary.TABLE, ids=lambda s: s.__name__)
def test_the_preview_is_what_the_receiver_sees(state, cast, world):
    state(world)
    # The preview is of the unit: a member of it who is held off by name sees nothing, and the unit the rest.
    held_off = "investigator" in canary.HELD_OFF.get(state, ())
    reader = cast.unassigned_officer if held_off else cast.investigator
    with acting(reader):
        opens = Case.objects.visible_to(reader).exists()
        items = set(Item.objects.visible_to(reader).values_list("pk", flat=True))
    with acting(cast.coordinator):
        seen = preview.seen_by(cast.investigator.unit, world.case, cast.coordinator)
    assert (seen.opens, {row.item.pk for row in seen.items}) == (opens, items if opens else set())
    assert seen.opens == canary.TABLE[state][0]
    assert bool(seen.items) == canary.TABLE[state][1]


def test_nothing_the_receiver_wrote_or_a_third_gave_comes_along(cast, world, sign_in, monkeypatch):
    canary.live(world)
    own = make_item(cast.investigator, world.case, ItemType.DECISION, "FK:s eget")
    given_back = make_item(cast.investigator, world.case, ItemType.DECISION, "FK:s lämnade")
    make_line(world.consent, cast.coordinator, cast.investigator, cast.coordinator.unit, "decision")
    make_disclosure(cast.investigator, world.case, cast.coordinator.unit, given_back)
    rows, write = [], ledger._write
    monkeypatch.setattr(
        ledger, "_write", lambda *a: (rows.append((a[0], a[1], a[3], tuple(a[4]))), write(*a))[1]
    )
    page = sign_in(cast.coordinator).get(f"/cases/{world.case.number}/seen/{cast.investigator.unit_id}/")
    text = page.content.decode()
    assert canary.TEXT in text and "Förhandsvisning" in text
    for words in (own.heading, given_back.heading, canary.SECRET):
        assert words not in text, words
    with acting(cast.coordinator):
        assert Item.objects.filter(pk=given_back.pk).exists(), "the owner does see it, on its own page"
    assert ("ledger", "case.previewed", world.case.pk, (world.case.person_id,)) in rows


def test_a_version_not_given_is_not_shown_and_hides_nothing(cast, world):
    canary.live(world)
    with acting(cast.coordinator):
        later = write_version(
            by=cast.coordinator, case=world.case, item=world.item, heading="Ny", text="", happened_on="2026-01-01"
        )  # fmt: skip
        seen = preview.seen_by(cast.investigator.unit, world.case, cast.coordinator)
        assert [row.item.pk for row in seen.items] == [world.item.pk]
    make_disclosure(cast.coordinator, world.case, cast.investigator.unit, later)
    with acting(cast.coordinator):
        seen = preview.seen_by(cast.investigator.unit, world.case, cast.coordinator)
        assert [row.item.pk for row in seen.items] == [later.pk]


def test_only_the_owner_looks_and_only_at_units_it_gave_to(cast, world, sign_in):
    canary.live(world)
    make_disclosure(cast.investigator, world.case, cast.coordinator.unit, basis="fk_ask")
    for name, member in cast.everyone.items():
        client = sign_in(member)
        answers = [
            client.get(f"/cases/{world.case.number}/seen/{unit}/").status_code
            for unit in (
                cast.investigator.unit_id,
                cast.coordinator.unit_id,
                cast.other_fk_unit.unit_id,
                999999,
            )
        ]
        may = name in canary.OWNERS
        first = 302 if member is None else 200 if may else 404
        assert answers == [first, *[302 if member is None else 404] * 3], name
    page = sign_in(cast.manager).get(f"/cases/{world.case.number}/").content.decode()
    assert f"/seen/{cast.investigator.unit_id}/" in page
    page = sign_in(cast.investigator).get(f"/cases/{world.case.number}/").content.decode()
    assert "/seen/" not in page


def test_the_page_asks_the_same_for_one_item_as_for_many(cast, world, sign_in):
    canary.live(world)
    client = sign_in(cast.coordinator)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/cases/{world.case.number}/seen/{cast.investigator.unit_id}/")
        return len(queries)

    asked()
    before = asked()
    for n in range(20):
        item = make_item(cast.coordinator, world.case, heading=f"Plan {n}")
        make_disclosure(cast.coordinator, world.case, cast.investigator.unit, item)
    assert asked() == before
