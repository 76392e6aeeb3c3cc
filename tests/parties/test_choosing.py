"""Who has two roles chooses which one to act in: from then on each request acts so, and the log of that place says so."""

import pytest

from audit.models import Entry
from parties.access import acting
from parties.models import Membership, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(cast) -> Membership:
    """The coordinator's other role, at the other clinic; her first is the older one, which requests begin in."""
    return Membership.objects.create(
        user=cast.coordinator.user,
        unit=cast.other_clinic.unit,
        party=cast.other_clinic.party,
        role=Role.CLINICIAN,
        side="case",
    )


def switches(member: Membership) -> list[tuple[int, int]]:
    with acting(member):
        rows = Entry.objects.filter(kind="member.switched", unit=member.unit_id)
        return list(rows.values_list("member", "unit"))


def test_the_role_chosen_is_the_one_acted_in_and_its_own_log_says_so(cast, second, sign_in):
    client = sign_in(cast.coordinator)
    assert client.get("/todo/").wsgi_request.membership == cast.coordinator
    answer = client.post("/assignment/", {"membership": second.pk})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/todo/").wsgi_request.membership == second
    # The clinic left behind is not told where else its member works.
    assert switches(second) == [(second.pk, second.unit_id)]
    assert switches(cast.coordinator) == []
    # And back.
    assert client.post("/assignment/", {"membership": cast.coordinator.pk}).status_code == 302
    assert client.get("/todo/").wsgi_request.membership == cast.coordinator
    assert switches(cast.coordinator) == [(cast.coordinator.pk, cast.coordinator.unit_id)]


@pytest.mark.parametrize("whose", ["colleague", "other_clinic", "ended_member"])
def test_nobody_elses_role_can_be_chosen(cast, second, sign_in, whose):
    client = sign_in(cast.coordinator)
    assert client.post("/assignment/", {"membership": getattr(cast, whose).pk}).status_code == 404
    assert client.get("/todo/").wsgi_request.membership == cast.coordinator
