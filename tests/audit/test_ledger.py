"""A row of the ledger is written in the name of whoever acts: the database compares, on both connections."""

from dataclasses import dataclass

import pytest
from django.db import DatabaseError, connection, transaction

from audit import ledger
from audit.models import Entry
from parties.access import acting, importing_for
from parties.models import Membership

pytestmark = pytest.mark.django_db

REFUSED = "row-level security"


@dataclass
class Someone:
    pk: int
    unit_id: int
    party_id: int


def forged(member: Membership, **other) -> Someone:
    return Someone(**{"pk": member.pk, "unit_id": member.unit_id, "party_id": member.party_id} | other)


@pytest.mark.parametrize("write", [ledger.record, ledger.record_read], ids=["deed", "reading"])
def test_nobody_writes_in_anothers_name(cast, write):
    me, other = cast.coordinator, cast.other_clinic
    wrong = [
        other,
        cast.colleague,
        None,
        forged(me, pk=cast.colleague.pk),
        forged(me, unit_id=other.unit_id),
        forged(me, party_id=cast.investigator.party_id),
    ]
    for by in wrong:
        with (
            pytest.raises(DatabaseError, match=REFUSED),
            transaction.atomic(),
            transaction.atomic(using="ledger"),
        ):
            with acting(me):
                write("case.read", by=by)
    with acting(me):
        write("case.read", by=me)


def test_raw_sql_is_held_to_the_same(cast):
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), acting(cast.coordinator):
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into audit_entry (kind, member, unit, party, persons, basis, note) values ('x', %s, %s, %s, '{}', '', '')",
                [cast.colleague.pk, cast.colleague.unit_id, cast.colleague.party_id],
            )


@pytest.mark.parametrize(
    "who", ["administrator", "auditor", "project_lead", "association_officer", "manager"]
)
def test_roles_that_open_no_case_write_their_own_unit(cast, who):
    member = getattr(cast, who)
    with acting(member):
        ledger.record("log.read", by=member)
        ledger.record_read("log.read", by=member)
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), acting(member):
        ledger.record("log.read", by=forged(member, unit_id=cast.private_care.unit_id))


def test_a_job_without_context_writes_as_before(cast):
    ledger.record("case.party_left", by=cast.coordinator)
    ledger.record("member.first_administrator", by=None)
    ledger.record_read("log.read", by=None)


def test_an_import_writes_in_the_units_log_and_in_the_importers_name(cast):
    admin, unit = cast.administrator, cast.health_centre.unit
    at = Someone(admin.pk, unit.pk, unit.party_id)
    with acting(admin):
        with importing_for(unit, by=admin):
            ledger.record("case.imported", by=at)
            rows = list(Entry.objects.filter(kind="case.imported").values_list("member", "unit", "party"))
            assert rows == [(admin.pk, unit.pk, unit.party_id)]
            with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
                ledger.record("case.imported", by=admin)
        ledger.record("import.done", by=admin)
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            ledger.record("case.imported", by=at)


def test_what_the_ledgers_connection_was_told_is_gone_with_the_statement(cast):
    """Told in the statement's own transaction: the next row on the connection is compared with the next reader."""
    with acting(cast.coordinator):
        ledger.record_read("case.read", by=cast.coordinator)
    with acting(cast.investigator):
        ledger.record_read("case.read", by=cast.investigator)
    ledger.record_read("case.read", by=None)
