"""The own list by name: Swedish order on any database, walked by key, with no name in an address."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import listing
from cases.filters import CaseFilter
from cases.models import Person
from cases.nameorder import in_swedish_order
from parties.access import acting
from tests.factories import make_case

pytestmark = pytest.mark.django_db

NAMES = [
    "adam Berg", "Éva Alm", "Eva Ek", "Evert Ek", "van der Berg", "Vera Ström", "Ylva Ek", "Zara Lind",
    "Åke Berg", "åsa Lind", "Ärla Sol", "Östen Hav", "Øyvind Hav",
]  # fmt: skip


def walked(member, **more) -> list[str]:
    numbers, before = [], ""
    with acting(member):
        while True:
            page = listing.own(member, before=before, with_persons=True, by_name=True, **more)
            numbers += [row.number for row in page.rows]
            before = page.next_before
            if not before:
                return numbers


@pytest.fixture
def cases(cast, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 4)
    return {name: make_case(cast.coordinator, name=name).number for name in reversed(NAMES)}


def test_swedish_order_over_the_pages(cast, cases):
    assert walked(cast.coordinator) == [cases[name] for name in NAMES]


def test_the_same_name_many_times_is_walked_once_each(cast, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 2)
    numbers = [make_case(cast.coordinator, name="Zara Lind").number for _ in range(5)]
    assert walked(cast.coordinator) == numbers


def test_who_has_no_name_stands_last(cast):
    make_case(cast.coordinator, name="Östen Hav")
    with acting(cast.coordinator):
        Person.objects.create(
            unit=cast.coordinator.unit, party=cast.coordinator.party, number_kind="none", sex="female"
        )
        people = Person.objects.annotate(key=in_swedish_order("name")).order_by("key")
        assert [person.name for person in people] == ["Östen Hav", ""]


def test_it_narrows_with_the_filter(cast, cases):
    hers = make_case(cast.colleague, name="Ärla Sol").number
    found = walked(cast.coordinator, chosen=CaseFilter(whose=str(cast.colleague.pk)))
    assert found == [hers]


def test_the_address_holds_a_number_of_a_row_and_no_name(cast, cases, sign_in):
    client = sign_in(cast.coordinator)
    page = client.get("/cases/?show=open&order=name").content.decode()
    assert page.index(cases["adam Berg"]) < page.index(cases["Evert Ek"])
    (link,) = {part.split('"')[0] for part in page.split('href="') if "before=" in part.split('"')[0]}
    assert link.startswith("?show=open&amp;order=name&amp;before=")
    assert link.rpartition("=")[2].isdecimal()
    following = client.get("/cases/" + link.replace("&amp;", "&")).content.decode()
    assert cases["van der Berg"] in following and cases["adam Berg"] not in following
    # Filters are changed and names turned on without losing the order.
    assert "?show=open&amp;whose=mine&amp;order=name" in page
    assert 'value="/cases/?show=open&amp;order=name"' in page


def test_anothers_row_or_nonsense_as_the_key_is_no_key(cast, cases, sign_in):
    theirs = make_case(cast.other_clinic, name="Mats Ek")
    client = sign_in(cast.coordinator)
    first = client.get("/cases/?show=open&order=name").content.decode()
    for key in (theirs.pk, 10**15, "x", "-1", "²"):
        page = client.get("/cases/", {"show": "open", "order": "name", "before": key}).content.decode()
        assert page.index(cases["adam Berg"]) and cases["van der Berg"] not in page, key
    assert cases["van der Berg"] not in first


def test_as_many_questions_for_two_pages_as_for_one(cast, cases, sign_in):
    client, counts = sign_in(cast.coordinator), []
    with acting(cast.coordinator):
        one = listing.own(cast.coordinator, before="", with_persons=True, by_name=True).next_before
        two = listing.own(cast.coordinator, before=one, with_persons=True, by_name=True).next_before
    client.get("/cases/?show=open&order=name")
    for key in (one, two):
        with CaptureQueriesContext(connection) as asked:
            client.get("/cases/", {"show": "open", "order": "name", "before": key})
        counts.append(len(asked))
    assert counts[0] == counts[1]
