"""Grounds cannot be forged: the database itself refuses, as the restricted role, past every line of Python."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from cases.models import (
    Case,
    CaseLock,
    CaseState,
    Consent,
    ConsentLine,
    Disclosure,
    Item,
    ItemType,
    Person,
    Spell,
)
from parties.access import acting
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(cast):
    """A case with one plan given to FK unit A on a live consent."""
    case = make_case(cast.coordinator)
    item = make_item(cast.coordinator, case)
    consent = make_consent(cast.coordinator, case)
    to = cast.investigator.unit
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, to, kind)
        make_line(consent, cast.coordinator, cast.investigator, cast.coordinator.unit, kind, received=False)
    make_disclosure(cast.coordinator, case, to)
    make_disclosure(cast.coordinator, case, to, item)
    return case, item, consent


def refused(match: str, error: type[Exception] = DatabaseError):
    return pytest.raises(error, match=match)


def test_the_suite_runs_as_the_restricted_role():
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_user, current_database(), rolsuper or rolbypassrls or rolcreaterole"
            " from pg_roles where rolname = current_user"
        )
        user, database, strong = cursor.fetchone()
    assert user == "portal_app" and database.startswith("test_") and not strong


def test_no_context_means_no_rows(cast, shared):
    for model in (Person, Case, CaseState, Spell, Item, Consent, ConsentLine, Disclosure):
        assert model.objects.count() == 0, model
    with acting(cast.coordinator):
        assert Case.objects.count() == 1 and Item.objects.count() == 1


def test_nobody_discloses_anothers_item_to_themselves(cast, shared):
    case, _, _ = shared
    secret = make_item(cast.coordinator, case, ItemType.DIAGNOSIS, "Diagnos")
    with refused("only_the_owner_discloses"), transaction.atomic():
        make_disclosure(cast.investigator, case, cast.soc_officer.unit, secret)
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
    with refused("row-level security"), acting(cast.investigator):
        Disclosure.objects.create(
            case=case, item=secret, kind=secret.kind, purpose="return_to_work", from_party=cast.coordinator.party,
            from_unit=cast.coordinator.unit, to_party=cast.investigator.party, to_unit=cast.investigator.unit,
            basis="consent", law_version="x", by=cast.investigator, until_at=timezone.now() + timedelta(1),
        )  # fmt: skip
    with refused("nothing_is_given_to_oneself", IntegrityError), transaction.atomic():
        make_disclosure(cast.investigator, case, cast.other_fk_unit.unit)


def test_no_existence_row_for_a_case_one_does_not_see(cast, shared):
    case, _, _ = shared
    with refused("only_a_case_one_sees"), transaction.atomic():
        make_disclosure(cast.other_clinic, case, cast.investigator.unit)


def test_a_line_is_not_born_received(cast, shared):
    case, _, consent = shared
    with refused("begins unreceived"), acting(cast.coordinator):
        ConsentLine.objects.create(
            consent=consent, case=case, unit=cast.coordinator.unit, from_party=cast.coordinator.party,
            from_unit=cast.coordinator.unit, to_party=cast.investigator.party, to_unit=cast.investigator.unit,
            kind="ability", purpose=consent.purpose, from_at=timezone.now(), until_at=timezone.now() + timedelta(1),
            received_at=timezone.now(), received_by=cast.coordinator,
        )  # fmt: skip


def test_a_line_is_received_by_its_giver_only_and_once(cast, shared):
    with acting(cast.coordinator):
        theirs = ConsentLine.objects.filter(from_unit=cast.investigator.unit)
        with refused("only the giving unit receives"), transaction.atomic():
            theirs.update(received_at=timezone.now(), received_by=cast.coordinator)
        mine = ConsentLine.objects.filter(from_unit=cast.coordinator.unit)
        with refused("only the giving unit receives"), transaction.atomic():
            mine.update(received_at=timezone.now(), received_by=cast.coordinator)
    with acting(cast.investigator):
        assert ConsentLine.objects.filter(from_unit=cast.investigator.unit).update(
            received_at=timezone.now(), received_by=cast.investigator
        )


def test_an_ended_line_stays_ended_and_only_the_collector_ends_it(cast, shared):
    with acting(cast.investigator), refused("only the collecting unit ends"), transaction.atomic():
        ConsentLine.objects.filter(from_unit=cast.investigator.unit).update(
            ended_at=timezone.now(), ended_by=cast.investigator, ended_how="withdrawn"
        )
    with acting(cast.coordinator):
        ConsentLine.objects.update(ended_at=timezone.now(), ended_by=cast.coordinator, ended_how="withdrawn")
        with refused("stays ended"), transaction.atomic():
            ConsentLine.objects.update(ended_at=None, ended_by=None, ended_how="")


def test_a_line_is_not_rewritten(cast, shared):
    with acting(cast.coordinator), refused("not rewritten"), transaction.atomic():
        ConsentLine.objects.update(until_at=timezone.now() + timedelta(days=900))


def test_only_the_collecting_unit_adds_a_line(cast, shared):
    case, _, consent = shared
    for forger, unit in (
        (cast.investigator, cast.coordinator.unit),
        (cast.investigator, cast.investigator.unit),
    ):
        with refused("row-level security|a_line_belongs_to_its_consent"), acting(forger):
            ConsentLine.objects.create(
                consent_id=consent.pk, case=case, unit=unit, from_party=cast.coordinator.party,
                from_unit=cast.coordinator.unit, to_party=forger.party, to_unit=forger.unit, kind="medical",
                purpose=consent.purpose, from_at=timezone.now(), until_at=timezone.now() + timedelta(1),
            )  # fmt: skip
            with connection.cursor() as cursor:
                cursor.execute("set constraints all immediate")


def test_only_the_owner_collects_a_consent_or_sets_a_state(cast, shared):
    case, _, _ = shared
    with refused("row-level security"), transaction.atomic():
        make_consent(cast.investigator, case)
    with refused("only_the_owner_sets_a_state"), acting(cast.investigator):
        CaseState.objects.create(case=case, unit=cast.investigator.unit, state="closed", by=cast.investigator)
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")


@pytest.mark.django_db(transaction=True)
def test_the_lock_holds_for_the_other_party_too(cast):
    """A row behind a wall would lock nothing for another unit; the lock has a table without one."""
    import threading

    case = make_case(cast.coordinator)
    consent = make_consent(cast.coordinator, case)
    make_line(
        consent, cast.coordinator, cast.investigator, cast.coordinator.unit, "existence", received=False
    )
    seen: list[str] = []

    def other_side() -> None:
        try:
            with acting(cast.investigator), connection.cursor() as cursor:
                cursor.execute("set local lock_timeout = '200ms'")
                CaseLock.objects.select_for_update().get(case=case.pk)
                seen.append("passed")
        except DatabaseError as error:
            seen.append(type(error).__name__)
        finally:
            connection.close()

    with acting(cast.coordinator):
        CaseLock.objects.select_for_update().get(case=case.pk)
        thread = threading.Thread(target=other_side)
        thread.start()
        thread.join()
    assert seen == ["OperationalError"]


def test_every_writer_reads_back_what_they_wrote(cast, shared):
    """INSERT … RETURNING asks the reader's rule of the new row; a rule that looks elsewhere refuses its own writer."""
    case, _, _ = shared
    for member in (
        cast.coordinator,
        cast.colleague,
        cast.other_clinic,
        cast.investigator,
        cast.soc_officer,
        cast.employer,
    ):
        own = make_case(member)
        assert own.pk and make_item(member, own).pk
        assert make_consent(member, own).pk
    assert make_item(cast.investigator, case, ItemType.DECISION, "Beslut").pk
    with acting(cast.investigator):
        # Through the header ground alone, too.
        Disclosure.objects.filter(from_unit=cast.investigator.unit)
    assert make_disclosure(cast.investigator, case, cast.coordinator.unit).pk


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_by_another_connection_bites_in_an_open_transaction(cast):
    import threading

    case = make_case(cast.coordinator)
    item = make_item(cast.coordinator, case)
    consent = make_consent(cast.coordinator, case)
    to = cast.investigator.unit
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, to, kind)
    make_disclosure(cast.coordinator, case, to)
    make_disclosure(cast.coordinator, case, to, item)
    seen = []

    def withdraw() -> None:
        with acting(cast.coordinator):
            ConsentLine.objects.update(
                ended_at=timezone.now(), ended_by=cast.coordinator, ended_how="withdrawn"
            )
        connection.close()

    with acting(cast.investigator):
        seen.append((Case.objects.count(), Item.objects.count(), Person.objects.count()))
        thread = threading.Thread(target=withdraw)
        thread.start()
        thread.join()
        seen.append((Case.objects.count(), Item.objects.count(), Person.objects.count()))
    assert seen == [(1, 1, 1), (0, 0, 0)]


def test_versions_and_states_are_never_changed_and_nothing_is_deleted(cast, shared):
    with acting(cast.coordinator):
        for model in (Item, CaseState, Spell, Consent):
            with refused("permission denied", ProgrammingError), transaction.atomic():
                model.objects.update(
                    **{"reason": "x"} if model is CaseState else {"unit": cast.coordinator.unit}
                )
        for model in (Person, Case, CaseState, Item, Consent, ConsentLine, Disclosure):
            with refused("permission denied", ProgrammingError), transaction.atomic():
                model.objects.all()._raw_delete("default")


def test_what_is_given_is_sealed_and_read_by_nobody(cast, shared):
    with acting(cast.investigator), refused("permission denied", ProgrammingError), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from cases_archive")


def test_ending_a_line_ends_what_rests_on_it_alone(cast, shared):
    case, _, consent = shared
    second = make_consent(cast.coordinator, case)
    make_line(second, cast.coordinator, cast.coordinator, cast.investigator.unit, "existence")
    with acting(cast.coordinator):
        ConsentLine.objects.filter(consent=consent).update(
            ended_at=timezone.now(), ended_by=cast.coordinator, ended_how="withdrawn"
        )
        ended = dict(Disclosure.objects.values_list("kind", "ended_how"))
    assert ended == {"existence": "", "plan": "withdrawn"}
    with acting(cast.investigator):
        assert Case.objects.count() == 1 and Item.objects.count() == 0


def test_a_version_replaces_only_the_units_own_item_on_the_same_case_and_of_the_same_kind(cast):
    case, other = make_case(cast.coordinator), make_case(cast.coordinator)
    plan = make_item(cast.coordinator, case)
    for member, where, kind in (
        (cast.coordinator, other, "plan"),
        (cast.coordinator, case, "medical"),
        (cast.other_clinic, make_case(cast.other_clinic), "plan"),
    ):
        with acting(member), pytest.raises(DatabaseError, match="a_version_replaces_the_units_own_item"):
            with transaction.atomic():
                Item.objects.create(
                    case=where, unit=member.unit, type="note", kind=kind, author=member, heading="x",
                    happened_on=timezone.localdate(), replaces=plan,
                )  # fmt: skip


def test_the_state_of_a_case_is_told_only_while_a_ground_stands(cast):
    case = make_case(cast.coordinator)
    consent = make_consent(cast.coordinator, case)
    make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, "existence")
    make_disclosure(cast.coordinator, case, cast.investigator.unit, basis="consent")

    def told():
        with acting(cast.investigator), connection.cursor() as cursor:
            cursor.execute("select portal.case_state(%s)", [case.pk])
            return cursor.fetchone()[0]

    assert told() == "open"
    with acting(cast.coordinator):
        ConsentLine.objects.filter(case=case).update(
            ended_at=Now(), ended_by=cast.coordinator, ended_how="withdrawn"
        )
    assert told() is None
