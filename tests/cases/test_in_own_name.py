"""What is noted of printings, lists, imports and ticks the database takes in the own name, at the moment, of who does it."""

import pytest
from django.db import DatabaseError, connection, transaction

from cases.actions import import_run as import_verbs
from cases.models import (
    ColumnMapping,
    ImportRun,
    ItemType,
    JournalTick,
    ListOpening,
    PrintedForm,
    StatementList,
    Tick,
)
from parties.access import acting
from tests.cases.test_intake import imported, listed, row
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line, test_number

pytestmark = pytest.mark.django_db

NOW, EARLIER, LATER = "statement_timestamp()", "now() - interval '3 days'", "now() + interval '3 days'"


def crafted(member, sql: str, *values) -> int:
    """The statement as the app's role, in the member's own transaction; how many rows."""
    with acting(member), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def refused(member, match: str, sql: str, *values) -> None:
    with pytest.raises(DatabaseError, match=match):
        crafted(member, sql, *values)


def test_a_printing_is_noted_by_who_printed_and_now(cast):
    case, me = make_case(cast.coordinator), cast.coordinator
    sql = (
        "insert into cases_printedform (number, case_id, unit_id, units, printed_by_id, printed_at)"
        " values (%s, %s, %s, '{}', %s, "
    )
    refused(me, "row-level", sql + f"{NOW})", "P1", case.pk, me.unit_id, cast.colleague.pk)
    refused(me, "noted at the moment", sql + f"{EARLIER})", "P1", case.pk, me.unit_id, me.pk)
    assert crafted(me, sql + f"{NOW})", "P1", case.pk, me.unit_id, me.pk) == 1
    with acting(me):
        assert PrintedForm.objects.count() == 1


def test_a_mapping_is_said_in_the_own_name(cast):
    me, other = cast.coordinator, cast.colleague
    sql = (
        "insert into cases_columnmapping (unit_id, headings, columns, by_id, at) values (%s, 'x', '{}', %s, "
    )
    refused(me, "row-level", sql + f"{NOW})", me.unit_id, other.pk)
    refused(me, "noted at the moment", sql + f"{LATER})", me.unit_id, me.pk)
    assert crafted(me, sql + f"{NOW})", me.unit_id, me.pk) == 1
    refused(me, "row-level", "update cases_columnmapping set by_id = %s", other.pk)
    # Said anew by a colleague, in her own name.
    assert crafted(other, f"update cases_columnmapping set by_id = %s, at = {NOW}", other.pk) == 1
    with acting(me):
        assert ColumnMapping.objects.get().by_id == other.pk


def test_what_an_import_did_is_not_rewritten_and_undone_in_the_own_name(cast):
    me, other = cast.coordinator, make_case(cast.coordinator)
    imported(me, listed(row(number=test_number(0, 1970))))
    with acting(me):
        run = ImportRun.objects.get()
    for column in ("created", "changed"):
        refused(
            me, "not rewritten", "update cases_importrun set created = '{}', changed = array[%s]", other.pk
        )
        # In the name of another the run does not grow either.
        grown = f"update cases_importrun set {column} = {column} || %s::bigint"
        refused(cast.colleague, "not rewritten", grown, other.pk)
    refused(
        me,
        "who undoes it",
        f"update cases_importrun set undone_at = {NOW}, undone_by_id = %s",
        cast.colleague.pk,
    )
    refused(
        me, "at the moment", f"update cases_importrun set undone_at = {EARLIER}, undone_by_id = %s", me.pk
    )
    refused(
        me,
        "not rewritten",
        f"update cases_importrun set undone_at = {NOW}, undone_by_id = %s, created = created || %s::bigint",
        me.pk,
        other.pk,
    )
    with acting(me):
        assert len(import_verbs.undo_import(by=me, run=run).closes) == 1


@pytest.fixture
def decision(cast):
    """FK's decision, given to the clinic."""
    case = make_case(cast.coordinator)
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "decision"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
        make_line(consent, cast.coordinator, cast.investigator, cast.coordinator.unit, kind)
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    made = make_item(cast.investigator, case, ItemType.DECISION, facts={"outcome": "granted"})
    make_disclosure(cast.investigator, case, cast.coordinator.unit, made)
    return made


TICK = "insert into cases_tick (case_id, item_id, unit_id, what, by_id, at) values (%s, %s, %s, %s, %s, "


def test_each_party_ticks_its_own_thing_now(cast, decision):
    at = {"case": decision.case_id, "item": decision.pk}
    for member, own, others in (
        (cast.coordinator, "journal_note", "watch"),
        (cast.investigator, "watch", "journal_note"),
    ):
        values = [at["case"], at["item"], member.unit_id]
        refused(member, "ticks its own", TICK + f"{NOW})", *values, others, member.pk)
        refused(member, "at the moment", TICK + f"{EARLIER})", *values, own, member.pk)
        assert crafted(member, TICK + f"{NOW})", *values, own, member.pk) == 1
    me = cast.manager
    refused(
        me, "works with cases", TICK + f"{NOW})", at["case"], at["item"], me.unit_id, "journal_note", me.pk
    )
    undo = "update cases_tick set undone_at = %s::timestamptz, undone_by_id = %s where unit_id = %s"
    refused(
        cast.coordinator, "at the moment", undo, "2026-01-01", cast.coordinator.pk, cast.coordinator.unit_id
    )
    with acting(cast.coordinator):
        assert Tick.objects.standing().filter(unit=cast.coordinator.unit).count() == 1


def test_a_text_is_entered_now_by_a_care_unit_and_not_by_its_manager(cast, decision):
    sql = "insert into cases_journaltick (case_id, unit_id, event, by_id, at) values (%s, %s, 'item:1', %s, "
    me = cast.coordinator
    refused(me, "at the moment", sql + f"{EARLIER})", decision.case_id, me.unit_id, me.pk)
    refused(me, "by who entered", sql + f"{NOW})", decision.case_id, me.unit_id, cast.colleague.pk)
    boss, fk = cast.manager, cast.investigator
    refused(boss, "works with cases", sql + f"{NOW})", decision.case_id, boss.unit_id, boss.pk)
    refused(fk, "ticks its own", sql + f"{NOW})", decision.case_id, fk.unit_id, fk.pk)
    assert crafted(me, sql + f"{NOW})", decision.case_id, me.unit_id, me.pk) == 1
    take_back = f"update cases_journaltick set undone_at = {NOW}, undone_by_id = %s"
    refused(boss, "works with cases", take_back, boss.pk)
    assert crafted(cast.colleague, take_back, cast.colleague.pk) == 1
    with acting(me):
        assert not JournalTick.objects.standing().exists()


def test_a_list_is_opened_now(cast):
    case, me = make_case(cast.coordinator), cast.coordinator
    item = make_item(me, case, ItemType.STATEMENT)
    make_disclosure(me, case, cast.investigator.unit, item)
    with acting(me), transaction.atomic():
        sent = StatementList.objects.create(unit=me.unit, to_unit=cast.investigator.unit, sent_by=me)
    sql = "insert into cases_listopening (list_id, unit_id, by_id, at) values (%s, %s, %s, "
    refused(me, "at the moment", sql + f"{LATER})", sent.pk, me.unit_id, me.pk)
    refused(me, "at the moment", sql + f"{EARLIER})", sent.pk, me.unit_id, me.pk)
    assert crafted(me, sql + f"{NOW})", sent.pk, me.unit_id, me.pk) == 1
    with acting(me):
        assert ListOpening.objects.count() == 1
