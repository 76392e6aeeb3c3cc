"""Hämta till akten and Kopiera till akten: the receiver's own file, while the ground stands and not a query longer."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.utils import timezone

from audit.models import Entry
from cases.actions import consent as consent_verbs
from cases.actions.disclosure import stop_showing
from cases.actions.reading import fetch_to_file
from cases.models import Disclosure
from parties.access import acting
from parties.models import Role
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def given(cast):
    """A plan given to FK unit A on a live consent, and an item that is not."""
    case = make_case(cast.coordinator, name="Kanaria Fågelsångsdotter")
    item = make_item(cast.coordinator, case, heading="Planen", text="Två timmar om dagen.")
    secret = make_item(cast.coordinator, case, heading="Hemligt")
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    make_disclosure(cast.coordinator, case, cast.investigator.unit, item)
    return case, item, secret, consent


def addresses(given) -> tuple[str, str]:
    case, item, *_ = given
    return f"/cases/{case.number}/items/{item.pk}/fetch/", f"/cases/{case.number}/items/{item.pk}/copy/"


def test_everybody_of_the_cast_fetches(cast, given):
    case, item, *_ = given
    manager = make_member("fkchef", cast.investigator.unit, Role.MANAGER)
    for name, member in (cast.everyone | {"fk_manager": manager}).items():
        if member is None or name == "ended_member":
            continue
        try:
            with acting(member):
                fetch_to_file(by=member, case=case, item=item)
                transaction.set_rollback(True)
            outcome = "fetched"
        except Http404:
            outcome = "404"
        except PermissionDenied:
            outcome = "403"
        receivers = ("investigator", "unassigned_officer")
        expected = "fetched" if name in receivers else "403" if name in ("manager", "fk_manager") else "404"
        assert outcome == expected, name


def test_fetched_is_noted_once_with_who_and_when(cast, given):
    case, item, *_ = given
    with acting(cast.investigator):
        assert fetch_to_file(by=cast.investigator, case=case, item=item)
    with acting(cast.unassigned_officer):
        assert not fetch_to_file(by=cast.unassigned_officer, case=case, item=item)
        d = Disclosure.objects.get(item=item)
        assert d.fetched_by_id == cast.investigator.pk and d.fetched_at
        assert Entry.objects.filter(kind="item.fetched").count() == 1
        assert Disclosure.objects.get(item=None).fetched_at is None


def test_the_page_has_the_text_and_whence_and_no_name(cast, given, sign_in):
    case, *_ = given
    fetch, copy = addresses(given)
    client = sign_in(cast.investigator)
    item_page = client.get(copy.removesuffix("copy/")).content.decode()
    assert "Hämta till akten" in item_page and "Kopiera till akten" in item_page
    page = client.get(copy).content.decode()
    block = page.split("<textarea")[1].split("</textarea>")[0]
    for words in (
        "Planen",
        "Två timmar om dagen.",
        cast.coordinator.unit.name,
        "Elif",
        "Samtycke",
        case.number,
    ):
        assert words in block, words
    assert "Kanaria" not in block
    assert "Hämtad till akten" not in page
    after = client.post(fetch, follow=True).content.decode()
    assert "Hämtad till akten" in after and "Karin" in after


def test_after_the_ground_has_ended_both_are_404(cast, given, sign_in):
    case, item, _, consent = given
    fetch, copy = addresses(given)
    client = sign_in(cast.investigator)
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
    assert client.get(copy).status_code == 404
    assert client.post(fetch).status_code == 404
    with acting(cast.investigator), pytest.raises(Http404):
        fetch_to_file(by=cast.investigator, case=case, item=item)


def test_the_case_still_open_and_the_item_no_longer_shown(cast, given, sign_in):
    """The near miss: another item keeps the case open, this one has been taken out of sight."""
    case, item, secret, _ = given
    make_disclosure(cast.coordinator, case, cast.investigator.unit, secret)
    fetch, copy = addresses(given)
    with acting(cast.coordinator):
        stop_showing(by=cast.coordinator, case=case, item=item, to=cast.investigator.unit)
    client = sign_in(cast.investigator)
    assert client.get(f"/cases/{case.number}/").status_code == 200
    assert client.get(copy).status_code == 404 and client.post(fetch).status_code == 404


def test_what_one_wrote_oneself_or_was_not_given_is_not_fetched(cast, given, sign_in):
    case, item, secret, _ = given
    own = make_item(cast.investigator, case, "decision", "Beslut")
    for member, pk in (
        (cast.coordinator, item.pk),
        (cast.investigator, secret.pk),
        (cast.investigator, own.pk),
    ):
        client = sign_in(member)
        for word in ("fetch", "copy"):
            ask = client.post if word == "fetch" else client.get
            assert ask(f"/cases/{case.number}/items/{pk}/{word}/").status_code == 404, (member.user.name, pk)


def test_the_database_notes_only_what_stands_given_to_who_acts(cast, given):
    case, item, *_ = given
    with acting(cast.other_fk_unit), connection.cursor() as cursor:
        cursor.execute("select portal.fetch_to_file(%s, %s)", [case.pk, item.pk])
        assert cursor.fetchone()[0] == 0
    with acting(cast.coordinator):
        with pytest.raises(DatabaseError, match="not rewritten"), transaction.atomic():
            Disclosure.objects.filter(item=item).update(
                fetched_at=timezone.now(), fetched_by=cast.coordinator
            )
    with acting(cast.coordinator), pytest.raises(DatabaseError, match="unended and unopened"):
        with transaction.atomic():
            Disclosure.objects.create(
                case=case, item=item, kind="plan", purpose="return_to_work", from_party=cast.coordinator.party,
                from_unit=cast.coordinator.unit, to_party=cast.investigator.party, to_unit=cast.investigator.unit,
                basis="consent", law_version="x", by=cast.coordinator, until_at=timezone.now() + timedelta(1),
                fetched_at=timezone.now(), fetched_by=cast.investigator,
            )  # fmt: skip
