"""Writing the rows through both nets: each unit's rows by a member of that unit, as the restricted role.

Order is part of it. A unit can only write on a case that it sees at that moment; so the clinics come first,
then those they have given something to, and what ends consents and disclosures comes last. Numbers are
drawn in the order of time, since lists show the last written first.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

from cases.crypt import index_key, seal
from cases.demo.rows import Rows
from cases.demo.stories import Story
from cases.models import (
    Assignment,
    Case,
    CaseLock,
    CaseOutcome,
    CaseState,
    Consent,
    ConsentLine,
    Disclosure,
    Ending,
    Item,
    Person,
    Spell,
)
from cases.models.person import NumberKind
from parties.access import acting
from parties.models import Membership

AT_A_TIME = 500


def write_rows(rows: Rows, numbers: dict[int, str], writers: dict[int, Membership]) -> None:
    """Everything but what ends something. `numbers`: twelve digits by the story's id(); `writers`: who
    writes, by unit.
    """
    draw_numbers(Person, [s.person for s in rows.stories])
    draw_numbers(Case, [s.case for s in rows.stories])
    _seal(rows.stories, numbers)
    _touch(rows)
    draw_numbers(Item, sorted(rows.items, key=lambda i: i.at))
    draw_numbers(Consent, sorted(rows.consents, key=lambda c: c.registered_at))
    draw_numbers(ConsentLine, rows.lines)
    draw_numbers(Disclosure, sorted(rows.disclosures, key=lambda d: d.at))
    clinics = {s.clinic.pk for s in rows.stories}
    for unit in clinics:
        _write_unit(rows, unit, writers[unit])
    # Received, the clinics' lines open the cases to those who write now.
    _receive(rows, writers, own=True)
    for unit in writers.keys() - clinics:
        _write_unit(rows, unit, writers[unit])
    _receive(rows, writers, own=False)


def _write_unit(rows: Rows, unit: int, writer: Membership) -> None:
    own = [s for s in rows.stories if s.clinic.pk == unit]
    with acting(writer):
        bulk(Person, [s.person for s in own])
        bulk(Case, [s.case for s in own])
        bulk(CaseLock, [CaseLock(case=s.case) for s in own])
        bulk(CaseState, [r for r in rows.states if r.unit_id == unit])
        bulk(CaseOutcome, [r for r in rows.outcomes if r.unit_id == unit])
        bulk(Spell, [r for r in rows.spells if r.unit_id == unit])
        bulk(Assignment, [r for r in rows.assignments if r.unit_id == unit])
        bulk(Consent, [r for r in rows.consents if r.unit_id == unit])
        bulk(ConsentLine, [r for r in rows.lines if r.unit_id == unit])
        bulk(Item, [r for r in rows.items if r.unit_id == unit])
        bulk(Disclosure, [r for r in rows.disclosures if r.from_unit_id == unit])


_RECEIVED = (
    "cases_consentline set received_at = v.at::timestamptz, received_by_id = v.member::bigint",
    "consent_id = v.key::bigint and from_unit_id = portal.unit() and received_at is null",
)
_LINES_END = (
    "cases_consentline set ended_at = v.at::timestamptz, ended_by_id = v.member::bigint, ended_how = v.how",
    "consent_id = v.key::bigint and ended_at is null",
)
_DISCLOSURES_END = (
    "cases_disclosure set ended_at = v.at::timestamptz, ended_by_id = v.member::bigint, ended_how = v.how",
    "t.id = v.key::bigint and ended_at is null",
)


def _receive(rows: Rows, writers: dict[int, Membership], *, own: bool) -> None:
    """The receipts (R8): of the clinics' own lines at the registration, of the others' at their first
    giving.
    """
    _update(
        *_RECEIVED,
        writers,
        [
            (giver.pk, consent.pk, at, member.pk, "")
            for consent, giver, member, at in rows.receipts.values()
            if own == (giver.pk == consent.unit_id)
        ],
    )


def write_endings(rows: Rows, writers: dict[int, Membership]) -> None:
    """What was stopped or lapsed; then the consents taken back and the cases closed, which end what rests
    on them.
    """
    endings = [(d.from_unit_id, d.pk, at, m.pk, how) for d, at, m, how in rows.endings]
    _update(*_DISCLOSURES_END, writers, [e for e in endings if e[-1] != Ending.CASE_CLOSED])
    # A consent that was taken back before its case was closed ended then.
    lines = sorted(rows.line_endings, key=lambda e: e[1])
    first = {c.pk: (c.unit_id, c.pk, at, m.pk, how) for c, at, m, how in reversed(lines)}
    _update(*_LINES_END, writers, list(first.values()))
    _update(*_DISCLOSURES_END, writers, [e for e in endings if e[-1] == Ending.CASE_CLOSED])


def _seal(stories: Iterable[Story], numbers: dict[int, str]) -> None:
    for story in stories:
        if story.person.number_kind != NumberKind.NONE:
            digits = numbers[id(story)]
            story.person.number_key = index_key(digits)
            story.person.number_cipher = seal(digits, story.person.pk)


def _touch(rows: Rows) -> None:
    """A case last moved when its own unit last wrote on it."""
    moved: dict[int, datetime] = {}
    for row, at in [(r, r.from_at) for r in rows.states] + [
        (r, r.at) for r in rows.items if r.unit == r.case.unit
    ]:
        moved[id(row.case)] = max(at, moved.get(id(row.case), at))
    for story in rows.stories:
        story.case.updated_at = moved[id(story.case)]


def draw_numbers(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Draws the rows' numbers all at once, the first row the lowest."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)",
            [model._meta.db_table, len(rows)],
        )
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number


def bulk(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Writes the rows as whoever acts now; the wall judges each of them."""
    if rows:
        model._default_manager.bulk_create(rows, batch_size=AT_A_TIME)


def _update(
    what: str,
    where: str,
    writers: dict[int, Membership],
    values: Sequence[tuple[int, int, datetime, int, str]],
) -> None:
    """One UPDATE a unit for many rows, by (unit, key, at, member, how)."""
    by_unit: dict[int, list[tuple]] = defaultdict(list)
    for unit, *row in values:
        by_unit[unit].append(tuple(row))
    table, _set, columns = what.partition(" set ")
    for unit, group in by_unit.items():
        rows = ", ".join(["(%s, %s, %s, %s)"] * len(group))
        with acting(writers[unit]), connection.cursor() as cursor:
            cursor.execute(
                f"update {table} t set {columns} from (values {rows}) v(key, at, member, how) where {where}",  # noqa: S608
                [part for row in group for part in row],
            )
