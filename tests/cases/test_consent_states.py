"""Each state of a consent and its near miss; that a no opens and closes nothing; that a consent which never was one ends
everything at once and tells what was given without ground.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import Http404
from django.utils import timezone

from cases import consents
from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.actions.declined import record_declined
from cases.actions.mistake import mark_mistake
from cases.consentstate import ConsentState, state_of_consent
from cases.givings import givings_of, without_ground
from cases.models import Case, ConsentLine, Declined, Disclosure, Item, Mistake
from errands.models import Job
from parties.access import acting
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
FROM = datetime(2026, 3, 4, tzinfo=STOCKHOLM)
UNTIL = datetime(2026, 9, 4, tzinfo=STOCKHOLM)  # the last day is the third


def line(kind: str = "plan", *, from_at=FROM, until_at=UNTIL, ended_at=None, how="", to=2) -> ConsentLine:
    return ConsentLine(
        from_unit_id=1, to_unit_id=to, kind=kind, purpose="sip", from_at=from_at, until_at=until_at,
        ended_at=ended_at, ended_how=how,
    )  # fmt: skip


def ended(how: str, kind: str = "plan") -> ConsentLine:
    return line(kind, ended_at=FROM + timedelta(days=9), how=how)


MIDDLE = FROM + timedelta(days=30)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (FROM - SECOND, "not_yet"),
        (FROM, "in_force"),
        (datetime(2026, 8, 3, 23, 59, 59, tzinfo=STOCKHOLM), "in_force"),
        (datetime(2026, 8, 4, tzinfo=STOCKHOLM), "expiring"),
        (UNTIL - SECOND, "expiring"),
        (UNTIL, "expired"),
    ],
)
def test_a_consent_by_the_clock(now, state):
    """Thirty days before its last day, the third of September, is the fourth of August."""
    assert state_of_consent([line("existence"), line()], now=now) == state


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ([ended("withdrawn", "existence"), ended("withdrawn")], "withdrawn"),
        ([line("existence"), ended("withdrawn")], "partly_withdrawn"),
        ([line("existence"), ended("party_left")], "in_force"),
        ([ended("withdrawn", "existence"), ended("case_closed")], "withdrawn"),
        ([ended("case_closed")], "ended"),
        ([ended("protected")], "ended"),
    ],
)
def test_a_consent_by_how_its_lines_ended(lines, state):
    assert state_of_consent(lines, now=MIDDLE) == state


def test_superseded_when_a_later_one_carries_every_open_line_and_not_before():
    old = [line("existence"), line()]
    renewal = [
        line("existence", until_at=UNTIL + timedelta(days=90)),
        line(until_at=UNTIL + timedelta(days=90)),
    ]
    assert state_of_consent(old, now=MIDDLE, later=renewal) == ConsentState.SUPERSEDED
    assert state_of_consent(old, now=UNTIL, later=renewal) == ConsentState.SUPERSEDED
    assert state_of_consent(old, now=MIDDLE, later=renewal[:1]) == ConsentState.IN_FORCE
    assert state_of_consent(old, now=MIDDLE, later=[renewal[0], line(to=3)]) == ConsentState.IN_FORCE
    coming = [line(x.kind, from_at=MIDDLE + SECOND) for x in old]
    assert state_of_consent(old, now=MIDDLE, later=coming) == ConsentState.IN_FORCE
    assert state_of_consent(old, now=MIDDLE + SECOND, later=coming) == ConsentState.SUPERSEDED
    gone = [ended("withdrawn", x.kind) for x in old]
    assert state_of_consent(old, now=MIDDLE, later=gone) == ConsentState.IN_FORCE


def test_invalid_whatever_the_lines_say():
    for lines in ([line()], [ended("withdrawn")], [ended("mistake")]):
        assert state_of_consent(lines, now=MIDDLE, mistaken=True) == ConsentState.INVALID


@pytest.fixture
def case(cast) -> Case:
    return make_case(cast.coordinator, name="Tilde Ravnsby")


def consent_with_fk(cast, case, **more):
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind, **more)
    return consent


def give(cast, case) -> Item:
    plan = make_item(cast.coordinator, case)
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    make_disclosure(cast.coordinator, case, cast.investigator.unit, plan)
    return plan


def glance(cast, case) -> list[str]:
    with acting(cast.coordinator):
        return [g.word for g in consents.at_a_glance(case, cast.coordinator)]


def test_the_case_page_says_the_state_of_each(cast, case, sign_in):
    consent = consent_with_fk(cast, case, until_at=timezone.now() + timedelta(days=90))
    page = lambda: sign_in(cast.coordinator).get(f"/cases/{case.number}/").content.decode()  # noqa: E731
    assert glance(cast, case) == ["Gäller"] and "Gäller" in page()
    second = consent_with_fk(cast, case, until_at=timezone.now() + timedelta(days=120))
    assert glance(cast, case) == ["Gäller", "Ersatt av ett nyare"]
    assert "Ersatt av ett nyare" in page()
    with acting(cast.coordinator):
        mark_mistake(by=cast.coordinator, case=case, consent=second, reason="Fel person")
    assert glance(cast, case) == ["Har aldrig gällt", "Gäller"]
    assert "Har aldrig gällt" in page()
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
    assert glance(cast, case) == ["Har aldrig gällt", "Tillbakataget"]


def test_the_consents_own_page_says_its_state_and_each_lines(cast, case, sign_in):
    """Ended by its date a second ago, in force until in a second's time, and from tomorrow."""
    now = timezone.now()
    for from_at, until_at, chip, at_line in (
        (now - timedelta(days=9), now - SECOND, "Har gått ut", "Till och med"),
        (now - timedelta(days=9), now + timedelta(days=90), "Gäller", "Gäller"),
        (now + timedelta(days=1), now + timedelta(days=90), "Från", "Från"),
    ):
        consent = consent_with_fk(cast, case, from_at=from_at, until_at=until_at)
        page = sign_in(cast.coordinator).get(f"/cases/{case.number}/consents/{consent.number}/")
        head, body = page.content.decode().split('<section class="sv-sec" aria-labelledby="lines">')
        assert chip in head.split('class="sv-glance"')[1], chip
        assert at_line in body.split("<tbody")[1].split("</tbody>")[0], at_line
        with acting(cast.coordinator):
            consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)


def seen_by(member, case) -> tuple[int, int]:
    with acting(member):
        return Case.objects.visible_to(member).count(), Item.objects.visible_to(member).count()


def test_a_mistake_ends_everything_at_once_and_tells_what_was_given(cast, case, sign_in):
    consent = consent_with_fk(cast, case)
    give(cast, case)
    assert seen_by(cast.investigator, case) == (1, 1)
    client = sign_in(cast.coordinator)
    address = f"/cases/{case.number}/consents/{consent.number}/mistake/"
    assert "Detta lämnades utan grund:" in client.get(address).content.decode()
    assert client.post(address, {"reason": " "}).status_code == 200 and Mistake.objects.count() == 0
    jobs = Job.objects.count()
    assert client.post(address, {"reason": "Registrerat på fel person"}).status_code == 302
    assert seen_by(cast.investigator, case) == (0, 0)
    assert Job.objects.count() == jobs + 1, "the rooms tidy as after a withdrawal"
    page = client.get(f"/cases/{case.number}/consents/{consent.number}/").content.decode()
    assert "Registrerat på fel person" in page and "Lämnat utan grund" in page
    assert page.count("Plan: Mottagning Norr → FK Prov A") == 2, "among what was given, and without ground"
    assert "Ta tillbaka samtycket" not in page and "Märk som aldrig lämnat" not in page
    with acting(cast.coordinator):
        assert set(ConsentLine.objects.values_list("ended_how", flat=True)) == {"mistake"}
        assert set(Disclosure.objects.values_list("ended_how", flat=True)) == {"mistake"}
        again = mark_mistake(by=cast.coordinator, case=case, consent=consent, reason="En gång till")
        assert again == 0 and Mistake.objects.get().reason == "Registrerat på fel person"


def test_what_another_consent_carried_was_given_on_ground_and_stays(cast, case):
    wrong, right = consent_with_fk(cast, case), consent_with_fk(cast, case)
    give(cast, case)
    with acting(cast.coordinator):
        mark_mistake(by=cast.coordinator, case=case, consent=wrong, reason="Dubbelt")
        assert without_ground(wrong) == []
        assert [g.stands for g in givings_of(case)] == [True, True]
    assert seen_by(cast.investigator, case) == (1, 1)
    with acting(cast.coordinator):
        mark_mistake(by=cast.coordinator, case=case, consent=right, reason="Också fel")
        assert len(without_ground(right)) == len(without_ground(wrong)) == 2


def test_a_mistake_found_after_the_withdrawal_still_tells_what_was_given(cast, case):
    consent = consent_with_fk(cast, case)
    give(cast, case)
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
        assert mark_mistake(by=cast.coordinator, case=case, consent=consent, reason="Fel person") == 0
        assert len(without_ground(consent)) == 2
    assert glance(cast, case) == ["Har aldrig gällt"]


def test_a_no_opens_nothing_closes_nothing_and_blocks_nothing(cast, case, sign_in):
    consent_with_fk(cast, case)
    give(cast, case)
    before = seen_by(cast.investigator, case)
    client = sign_in(cast.coordinator)
    address = f"/cases/{case.number}/consents/declined/"
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert client.post(address, {"declined_on": tomorrow, "said_by": "person"}).status_code == 200
    assert Declined.objects.count() == 0
    today = {"declined_on": timezone.localdate(), "said_by": "person", "note": "Vill tänka på saken"}
    assert client.post(address, today).status_code == 302
    assert seen_by(cast.investigator, case) == before == (1, 1)
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "Tackade nej till samtycke" in page and "Vill tänka på saken" in page
    assert "Registrera ett samtycke" in page
    assert "Tackade nej" not in sign_in(cast.investigator).get(f"/cases/{case.number}/").content.decode()
    with acting(cast.coordinator):
        case_verbs.protect(by=cast.coordinator, case=case)
        record_declined(
            by=cast.coordinator, case=case, declined_on=timezone.localdate(), said_by="representative"
        )


def test_everyone_at_the_doors(cast, case, sign_in):
    consent = consent_with_fk(cast, case)
    give(cast, case)
    for name, member in cast.everyone.items():
        client = sign_in(member)
        on_case = client.get(f"/cases/{case.number}/consents/declined/").status_code
        on_consent = client.get(f"/cases/{case.number}/consents/{consent.number}/mistake/").status_code
        if name in ("coordinator", "colleague"):
            assert (on_case, on_consent) == (200, 200), name
        elif name == "manager":
            assert (on_case, on_consent) == (403, 403)
        elif name in ("investigator", "unassigned_officer"):
            assert (on_case, on_consent) == (403, 404), name
        else:
            assert 200 not in (on_case, on_consent), name
        if member is None or name == "ended_member":
            continue
        if name not in ("coordinator", "colleague"):
            with acting(member), pytest.raises((Http404, PermissionDenied)):
                mark_mistake(by=member, case=case, consent=consent, reason="x")
            with acting(member), pytest.raises((Http404, PermissionDenied)):
                record_declined(by=member, case=case, declined_on=timezone.localdate(), said_by="person")


def test_the_wall_holds_without_the_doors(cast, case):
    """The bare tables: another unit reads neither, adds neither, and nobody rewrites them."""
    consent = consent_with_fk(cast, case)
    with acting(cast.coordinator):
        mark_mistake(by=cast.coordinator, case=case, consent=consent, reason="Fel person")
        record_declined(by=cast.coordinator, case=case, declined_on=timezone.localdate(), said_by="person")
    fk = cast.investigator
    with acting(fk):
        assert Mistake.objects.count() == Declined.objects.count() == 0
        assert givings_of(case) == []
    other = make_consent(cast.coordinator, case)
    for unit in (fk.unit, cast.coordinator.unit):
        with acting(fk), pytest.raises(DatabaseError), transaction.atomic():
            Mistake.objects.create(consent=other, unit=unit, reason="x", recorded_by=fk)
        with acting(fk), pytest.raises(DatabaseError), transaction.atomic():
            Declined.objects.create(
                case=case, unit=unit, declined_on=timezone.localdate(), said_by="person", recorded_by=fk
            )
    with acting(cast.coordinator):
        for rows in (Mistake.objects, Declined.objects):
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.update(recorded_at=timezone.now())
