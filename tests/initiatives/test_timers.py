"""The times of an insats: the lead sets them, everyone else is refused by the verb and by the wall, and a number out of
bounds or in the wrong order gets a sentence at its field.
"""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils.html import escape

from initiatives import actions
from initiatives.models import SeatRole, TimerSetting
from initiatives.timers import DEFAULTS, TIMERS, timers_of
from parties.access import acting

pytestmark = pytest.mark.django_db


def posted(**changed: object) -> dict[str, object]:
    return {key.replace(".", "_"): value for key, value in {**DEFAULTS, **changed}.items()}


def test_the_defaults_are_in_order_and_within_their_bounds(db):
    from initiatives.timers import in_wrong_order, out_of_bounds

    assert not in_wrong_order(DEFAULTS)
    assert not out_of_bounds(DEFAULTS)


def test_the_lead_sets_a_time_and_the_rest_stay_as_they_were(cast, insats, sign_in, trace):
    client = sign_in(cast.project_lead)
    address = reverse("initiative_timers", args=[insats.pk])
    answer = client.post(address, posted(**{"M4.warn": 60, "spell_gap_days": 0}))
    assert answer.status_code == 302
    with acting(cast.coordinator):
        times = timers_of([insats.pk, None])
        assert times[insats.pk] == {**DEFAULTS, "M4.warn": 60, "spell_gap_days": 0}
        assert times[None] == DEFAULTS
    with acting(cast.project_lead):
        assert TimerSetting.objects.count() == 2, "a default is no row"
    assert trace().count("initiative.timers_set") == 1
    # Put back, and sent once more: nothing changes and nothing is told.
    client.post(address, posted())
    client.post(address, posted())
    with acting(cast.project_lead):
        assert timers_of([insats.pk])[insats.pk] == DEFAULTS
    assert trace().count("initiative.timers_set") == 2


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("M4.due", "", "Bedömning och erbjudande av insats: skriv ett helt tal från 1 till 1000."),
        ("M4.due", "nittio", "Bedömning och erbjudande av insats: skriv ett helt tal från 1 till 1000."),
        ("M4.due", "0", "Bedömning och erbjudande av insats: skriv ett helt tal från 1 till 1000."),
        ("M4.due", "1001", "Bedömning och erbjudande av insats: skriv ett helt tal från 1 till 1000."),
        ("M4.due", "90,5", "Bedömning och erbjudande av insats: skriv ett helt tal från 1 till 1000."),
        (
            "M4.due",
            "99999999999999999999",
            "Bedömning och erbjudande av insats: skriv ett helt tal från 1 till 1000.",
        ),
        ("spell_gap_days", "91", "skriv ett helt tal från 0 till 90."),
        ("M4.warn", "90", "Förvarningen måste komma före"),
        ("M4.late", "90", "Sent kommer efter dagen"),
        ("M6.warn2", "135", "Skriv ett större tal."),
        ("M15.warn2", "60", "Skriv ett mindre tal."),
    ],
)
def test_a_wrong_time_gets_a_sentence_at_its_field(cast, insats, sign_in, key, value, says):
    client = sign_in(cast.project_lead)
    answer = client.post(reverse("initiative_timers", args=[insats.pk]), posted(**{key: value}))
    assert answer.status_code == 200
    form = answer.context["form"]
    assert list(form.errors) == [key.replace(".", "_")]
    assert says in str(form.errors)
    assert escape(says) in answer.content.decode()
    with acting(cast.project_lead):
        assert not TimerSetting.objects.exists()


def test_nobody_but_the_lead_sets_a_time(cast, insats):
    with acting(cast.project_lead):
        actions.give_seat(
            by=cast.project_lead, initiative=insats, user=cast.steering.user, role=SeatRole.STEERING
        )
    for name, member in cast.everyone.items():
        if name in ("project_lead", "stranger"):
            continue
        with acting(member), pytest.raises(PermissionDenied):
            actions.set_timers(by=member, initiative=insats, times={"M4.due": 80})
        # Past the verb the wall refuses the row.
        with acting(member), pytest.raises(ProgrammingError), transaction.atomic():
            TimerSetting.objects.create(initiative=insats, key="M4.due", number=80, set_by=member)
    with acting(cast.project_lead):
        assert not TimerSetting.objects.exists()
        assert actions.set_timers(by=cast.project_lead, initiative=insats, times={"M4.due": 80}) == 1
        with pytest.raises(ValidationError):
            actions.set_timers(by=cast.project_lead, initiative=insats, times={"M4.due": 75})


def test_every_timer_has_a_field_and_a_name(cast, insats, sign_in):
    page = sign_in(cast.project_lead).get(reverse("initiative_timers", args=[insats.pk])).content.decode()
    for key in TIMERS:
        assert f'name="{key.replace(".", "_")}"' in page


def test_without_a_membership_no_time_is_told(cast, insats):
    with acting(cast.project_lead):
        actions.set_timers(by=cast.project_lead, initiative=insats, times={"M4.due": 80})
    assert timers_of([insats.pk])[insats.pk]["M4.due"] == 90
