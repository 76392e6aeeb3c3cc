"""Several items to several units at once: each judged under the lock, told one by one, given once."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from cases.actions import consent as consent_verbs
from cases.actions.disclosure import EXCLUDED_READ, NotConfirmed
from cases.actions.giving_many import give_many
from cases.models import ConsentLine, Disclosure, Item, ItemType
from parties.access import acting
from tests.factories import make_case, make_consent, make_item, make_line

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def world(cast):
    """A plan and a diagnosis; FK unit A may have the plan, social services both, FK unit B nothing."""
    case = make_case(cast.coordinator)
    plan = make_item(cast.coordinator, case, heading="Planen")
    diagnosis = make_item(cast.coordinator, case, ItemType.DIAGNOSIS, "Diagnosen")
    consent = make_consent(cast.coordinator, case)
    for to, kinds in (
        (cast.investigator, ("existence", "plan")),
        (cast.soc_officer, ("existence", "plan", "medical")),
    ):
        for kind in kinds:
            make_line(consent, cast.coordinator, cast.coordinator, to.unit, kind)
    return case, plan, diagnosis, consent


def told(outcomes) -> list[tuple[str, str]]:
    return [
        (o.item.heading, "given" if o.given else "already" if o.already else str(o.refused.reason))
        for o in outcomes
    ]


def give(cast, world, *, by=None, confirmed=None, items=None, to=None):
    case, plan, diagnosis, _ = world
    by = by or cast.coordinator
    with acting(by):
        return give_many(
            by=by,
            case=case,
            items=items or [plan, diagnosis],
            to=to or [cast.investigator.unit, cast.soc_officer.unit],
            confirmed=confirmed or {},
        )


def test_each_is_judged_for_itself_and_told(cast, world):
    assert told(give(cast, world)) == [
        ("Planen", "given"), ("Planen", "given"), ("Diagnosen", "medical_tick"), ("Diagnosen", "given"),
    ]  # fmt: skip
    again = give(cast, world)
    assert [t for _, t in told(again)] == ["already", "already", "medical_tick", "already"]
    with acting(cast.coordinator):
        assert Disclosure.objects.exclude(item=None).count() == 3
    with acting(cast.manager):
        assert Entry.objects.filter(kind="item.given").count() == 3, (
            "one row a deed, none for what was not done"
        )
    with acting(cast.investigator):
        assert list(Item.objects.visible_to(cast.investigator).values_list("heading", flat=True)) == [
            "Planen"
        ]


def test_a_missing_tick_gives_nothing_at_all(cast, world):
    case, *_ = world
    second = make_consent(cast.coordinator, case, excluded="Inte skulden")
    make_line(second, cast.coordinator, cast.coordinator, cast.soc_officer.unit, "social")
    with pytest.raises(NotConfirmed):
        give(cast, world)
    with acting(cast.coordinator):
        assert not Disclosure.objects.exists()
    ticks = {u.pk: [EXCLUDED_READ] for u in (cast.investigator.unit, cast.soc_officer.unit)}
    assert [t for _, t in told(give(cast, world, confirmed=ticks))].count("given") == 3


def test_everybody_of_the_cast_tries(cast, world):
    for name, member in cast.everyone.items():
        if member is None or name == "ended_member":
            continue
        outcome = "gave"
        try:
            give(cast, world, by=member)
        except Http404:
            outcome = "404"
        except PermissionDenied:
            outcome = "403"
        expected = "gave" if name in ("coordinator", "colleague") else "403" if name == "manager" else "404"
        assert outcome == expected, name


def test_an_item_of_another_unit_or_case_is_not_given(cast, world):
    _case, plan, *_ = world
    foreign = make_item(cast.coordinator, make_case(cast.coordinator))
    with pytest.raises(Http404):
        give(cast, world, items=[plan, foreign])
    with acting(cast.coordinator):
        assert not Disclosure.objects.exists(), "all or nothing when a key is wrong"


def post(client, case, items, to, **more):
    page = client.get(f"/cases/{case.number}/give/", {"item": items, "to": to}).content.decode()
    key = re.search(r'name="form_key" value="([^"]+)"', page)
    return client.post(
        f"/cases/{case.number}/give/",
        {"item": items, "to": to, "form_key": key[1] if key else ""} | more,
        follow=True,
    )


def test_the_page_shows_before_and_after(cast, world, sign_in):
    case, plan, diagnosis, _ = world
    client = sign_in(cast.coordinator)
    assert "Lämna flera" in client.get(f"/cases/{case.number}/").content.decode()
    chosen = client.get(f"/cases/{case.number}/give/").content.decode()
    assert "Planen" in chosen and cast.soc_officer.unit.name in chosen
    assert "checked" not in chosen, "nothing is chosen in advance"
    keys = [plan.pk, diagnosis.pk], [cast.investigator.unit_id, cast.soc_officer.unit_id]
    before = client.get(f"/cases/{case.number}/give/", {"item": keys[0], "to": keys[1]}).content.decode()
    assert "Medicinska uppgifter kräver ett eget kryss" in before
    with acting(cast.coordinator):
        assert not Disclosure.objects.exists(), "looking gives nothing"
    after = post(client, case, *keys).content.decode()
    assert "3 lämnades nu." in after and "1 lämnades inte" in after
    assert "Medicinska uppgifter kräver ett eget kryss" in after


def test_a_missing_tick_is_said_on_the_page_and_kept(cast, world, sign_in):
    case, plan, *_ = world
    second = make_consent(cast.coordinator, case, excluded="Inte skulden")
    make_line(second, cast.coordinator, cast.coordinator, cast.investigator.unit, "social")
    client = sign_in(cast.coordinator)
    page = post(client, case, [plan.pk], [cast.investigator.unit_id]).content.decode()
    assert "Inget är lämnat ännu" in page and "Inte skulden" in page
    with acting(cast.coordinator):
        assert not Disclosure.objects.exists()
    page = post(client, case, [plan.pk], [cast.investigator.unit_id], confirmed=["excluded_read"])
    assert "1 lämnades nu." in page.content.decode()
    with acting(cast.coordinator):
        assert Disclosure.objects.get(item=plan).confirmed == ["excluded_read"]


def test_keys_that_are_not_ours_to_choose_are_404(cast, world, sign_in):
    case, plan, *_ = world
    theirs = make_item(cast.investigator, make_case(cast.investigator))
    client = sign_in(cast.coordinator)
    for keys in (
        ([theirs.pk], [cast.investigator.unit_id]),
        ([plan.pk], [cast.other_fk_unit.unit_id]),
        (["x"], [cast.investigator.unit_id]),
        ([plan.pk], ["1 or 1=1"]),
    ):
        where = {"item": keys[0], "to": keys[1]}
        assert client.get(f"/cases/{case.number}/give/", where).status_code == 404, keys
        assert client.post(f"/cases/{case.number}/give/", where).status_code == 404, keys
    for name, member in cast.everyone.items():
        answer = sign_in(member).get(f"/cases/{case.number}/give/").status_code
        may = name in ("coordinator", "colleague")
        assert answer == (200 if may else 403 if name == "manager" else 302 if member is None else 404), name


def test_withdrawn_between_looking_and_giving(cast, world, sign_in):
    case, plan, _, consent = world
    client = sign_in(cast.coordinator)
    client.get(f"/cases/{case.number}/give/", {"item": [plan.pk], "to": [cast.investigator.unit_id]})
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
    page = post(client, case, [plan.pk], [cast.investigator.unit_id]).content.decode()
    assert "Får inte lämnas: samtycket togs tillbaka" in page and "0 lämnades" not in page
    with acting(cast.coordinator):
        assert not Disclosure.objects.exists()


def test_the_first_giving_shows_the_consent_and_is_its_receipt(cast, sign_in):
    """FK gives for the first time on a consent the clinic collected: the page shows it, the giving receives it (R8)."""
    case = make_case(cast.coordinator)
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "decision"):
        make_line(consent, cast.coordinator, cast.investigator, cast.coordinator.unit, kind, received=False)
    decision = make_item(cast.investigator, case, ItemType.DECISION, "Beslutet")
    client = sign_in(cast.investigator)
    keys = [decision.pk], [cast.coordinator.unit_id]
    page = client.get(f"/cases/{case.number}/give/", {"item": keys[0], "to": keys[1]}).content.decode()
    assert "Första gången på det här samtycket" in page and "kontakt, beslut" in page
    assert "Första gången" in client.get(f"/cases/{case.number}/items/{decision.pk}/").content.decode()
    with acting(cast.investigator):
        assert not ConsentLine.objects.exclude(received_at=None).exists(), "looking is no receipt"
    assert "Första gången" not in post(client, case, *keys).content.decode()
    with acting(cast.investigator):
        assert ConsentLine.objects.exclude(received_at=None).count() == 2


def test_the_preview_asks_the_same_for_one_pair_as_for_many(cast, world, sign_in):
    case, plan, *_ = world
    client = sign_in(cast.coordinator)
    more = [make_item(cast.coordinator, case, heading=f"Plan {n}") for n in range(30)]

    def asked(items) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(
                f"/cases/{case.number}/give/",
                {"item": [i.pk for i in items], "to": [cast.investigator.unit_id, cast.soc_officer.unit_id]},
            )
        return len(queries)

    asked([plan])
    assert asked([plan]) == asked([plan, *more])


def test_a_later_version_is_what_can_be_chosen(cast, world, sign_in):
    from cases.actions.item import write_version

    case, plan, *_ = world
    with acting(cast.coordinator):
        later = write_version(
            by=cast.coordinator, case=case, item=plan, heading="Ny plan", text="", happened_on=TODAY - timedelta(1)
        )  # fmt: skip
    client = sign_in(cast.coordinator)
    page = client.get(f"/cases/{case.number}/give/").content.decode()
    assert f'value="{later.pk}"' in page and f'name="item" value="{plan.pk}"' not in page
