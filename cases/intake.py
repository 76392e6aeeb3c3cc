"""A clinic's case list, checked and kept: each row in the unit that it names, all the right rows or none.

Who. An administrator of a care party imports for the care units of the own organisation, acting for each in
turn (`importing_for`). What comes back is counts and places (line, column, code), never a value, and the
cases stay closed to the administrator. A coordinator imports rows of the own unit; others are refused as
`not_your_unit`.

What the counts may tell. Even that a case exists is secret, and how many rows were already at the unit tells
of people: with one number among invented ones, whoever may choose the rows reads the answer out of any count
and any bound on it. So the split into new, changed and unchanged is told to who works at the unit, and in the
report that the command writes, which is read on the server; an administrator's page tells how many rows were
done (`may_tell`). Every person whom the list found at a unit is named in that unit's ledger, one row a run, of
a check as of an import.

What a row becomes. A person registered at the unit, a case opened today, a spell; *Arbetsgivare* an item on
the work situation, *Anmärkning* a note. Nothing is given to anyone. Cases that a coordinator imports are
assigned to her, as those she logs are; an administrator handles no case, so those are left to be assigned.

The note is of kind `medical`. A remark may hold anything, and the kind decides who may ever receive it:
`medical` needs a tick of its own in the consent and goes neither to an employer nor to Arbetsförmedlingen,
whereas `plan` would go to both on an ordinary consent. Who wants a part of it given writes that part anew,
as an item of its right kind.

A later list adds, and takes nothing away. A person with an open or paused case at the unit keeps that case.
A spell is added when it differs from the one last recorded for the same first day: so the same list twice
changes nothing, a spell recorded by hand in the meantime stays, and of two lists the one imported last
counts. An employer or a remark that differs from what a list said last is a new item beside the old one,
which may have been given. An empty cell says nothing. Name, insats and state are left as they are; a home
municipality is filled in only where there was none. When the person's only case is closed, a spell that it
already has changes nothing, and another one opens a new case. Of a person with protected identity only the
spell is recorded: the rest may tell where the person is.
"""

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import ledger
from cases import mappings
from cases.actions.case import barred_numbers
from cases.crypt import index_key, seal
from cases.law import InformationKind
from cases.listfile import CaseList, Row, read_case_list
from cases.models import (
    Assignment,
    Case,
    CaseLock,
    CaseOutcome,
    CaseState,
    Cause,
    FormerNumber,
    ImportRun,
    Item,
    ItemType,
    Person,
    Spell,
    State,
)
from cases.models.item import KIND_OF_TYPE
from initiatives.models import Initiative, Participation
from initiatives.periods import today as today_in_sweden
from parties.access import acting, importing_for
from parties.models import CARE_KINDS, Membership, Role, Unit

REMARK_HEADING = "Anmärkning i ärendelistan"
REMARK_KIND = InformationKind.MEDICAL
AT_A_TIME = 1_000
TRIES = 2


class NotTakingPart(Exception):
    """Units of the list that do not take part in the insats today; `units` are their names."""

    def __init__(self, units: list[str]) -> None:
        super().__init__("units do not take part")
        self.units = units

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in the reader's language."""
        return _(
            "These units of the list do not take part in the initiative: %(units)s. Choose another, or none."
        ) % {"units": ", ".join(self.units)}


class Interrupted(Exception):
    """Someone changed the same persons at the same moment, twice. Nothing is imported."""

    @property
    def sentence(self) -> str:
        """What happened and what to do, in the reader's language."""
        return _("A colleague logged the same people at the same moment. Nothing is imported. Try again.")


@dataclass
class Outcome:
    """What an import did, or would do: new cases, cases with something new, rows that held nothing new."""

    read: CaseList
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    units: dict[int, Counter[str]] = field(default_factory=dict)

    def report(self) -> dict[str, object]:
        """The list's report with what was done; `changed` only when a later list changed something."""
        done = {"created": self.created, "unchanged": self.unchanged}
        return self.read.report() | done | ({"changed": self.changed} if self.changed else {})

    @property
    def nothing_new(self) -> bool:
        """Whether every right row was already here as it stands."""
        return bool(self.read.rows) and self.unchanged == len(self.read.rows)


def may_tell(by: Membership) -> bool:
    """Whether a page may tell `by` how many of the right rows were already here (see the top of this page)."""
    return by.role != Role.ADMINISTRATOR


# --- who, and for which units


def may_import(membership: Membership | None) -> bool:
    """Administrators and coordinators of care parties import case lists; for others there is no such page."""
    return (
        membership is not None
        and membership.role in (Role.ADMINISTRATOR, Role.COORDINATOR)
        and membership.unit.party.kind in CARE_KINDS
    )


@dataclass(frozen=True)
class Reach:
    """The care units a list may name, and through which membership the rows of each are kept.

    A unit of the own organisation without a door is known, but its rows are refused as `not_your_unit`.
    """

    units: dict[int, Unit]
    doors: dict[int, Membership]

    def read(self, content: bytes, filename: str, known: Mapping[str, str]) -> CaseList:
        """The list as these units and doors let it be taken. Raises ListFileProblem."""
        names = {u.name: u.pk for u in self.units.values()}
        return read_case_list(content, filename, names, self.doors.keys(), known)


def reach_of(by: Membership, also: Iterable[Membership] = ()) -> Reach:
    """What `by` may import for. also: the same user's other memberships, for a coordinator at several units.

    Raises PermissionDenied for who may not import at all.
    """
    memberships = [m for m in (by, *also) if may_import(m)]
    if not memberships:
        raise PermissionDenied("import")
    organisations = {m.unit.party.organisation_id for m in memberships}
    care = Unit.objects.filter(party__organisation__in=organisations, party__kind__in=CARE_KINDS)
    units = {unit.pk: unit for unit in care.select_related("party").order_by("name")}
    doors: dict[int, Membership] = {}
    # Her own door before the administrator's, should someone be both.
    for member in sorted(memberships, key=lambda m: m.role != Role.COORDINATOR):
        for unit in units.values():
            own = unit.pk == member.unit_id
            within = unit.party.organisation_id == member.unit.party.organisation_id
            if own or (member.role == Role.ADMINISTRATOR and within):
                doors.setdefault(unit.pk, member)
    return Reach(units, doors)


def initiatives_for(reach: Reach) -> QuerySet[Initiative]:
    """The insatser that a list may be imported into: those in which one of the units takes part today."""
    parties = {reach.units[pk].party_id for pk in reach.doors}
    own = _taking_part().filter(Q(unit=None) | Q(unit__in=reach.doors), party__in=parties)
    return Initiative.objects.filter(Exists(own.filter(initiative=OuterRef("pk")))).order_by("name")


def _taking_part() -> QuerySet[Participation]:
    day = today_in_sweden()
    return Participation.objects.filter(Q(to_on=None) | Q(to_on__gte=day), from_on__lte=day)


def _demand_taking_part(initiative: Initiative | None, read: CaseList, reach: Reach) -> None:
    if initiative is None:
        return
    part = set(_taking_part().filter(initiative=initiative).values_list("party", "unit"))
    named = {row.unit for row in read.rows}
    outside = [
        unit.name
        for unit in reach.units.values()
        if unit.pk in named and not {(unit.party_id, None), (unit.party_id, unit.pk)} & part
    ]
    if outside:
        raise NotTakingPart(outside)


# --- the two verbs


@transaction.atomic
def check(
    *,
    by: Membership,
    content: bytes,
    filename: str,
    initiative: Initiative | None = None,
    also: Iterable[Membership] = (),
) -> Outcome:
    """Reads the list and says what an import would do now. Nothing is written but the ledger.

    Raises ListFileProblem for a file that is refused whole, NotTakingPart, PermissionDenied.
    """
    reach = reach_of(by, also)
    read = reach.read(content, filename, mappings.known_for(by, content, filename))
    _demand_taking_part(initiative, read, reach)
    return _run("import.checked", by, reach, read, initiative, _compare)


def import_list(
    *,
    by: Membership,
    content: bytes,
    filename: str,
    initiative: Initiative | None = None,
    also: Iterable[Membership] = (),
) -> Outcome:
    """Imports every right row in one transaction; the others are told in the report and stop nothing.

    Safe to repeat. Raises as `check`, and Interrupted; then nothing is saved.
    """
    reach = reach_of(by, also)
    read = reach.read(content, filename, mappings.known_for(by, content, filename))
    _demand_taking_part(initiative, read, reach)
    for _time in range(TRIES):
        try:
            return _run("import.done", by, reach, read, initiative, _keep)
        except IntegrityError:
            # Someone logged one of the persons between our look and our row; the second look sees them.
            continue
    raise Interrupted


class _Step(Protocol):
    """What is done with some rows of a unit, in its own context. Out: the counts, and whom it found there."""

    def __call__(
        self, unit: Unit, rows: list[Row], by: Membership, initiative: Initiative | None, note: str
    ) -> tuple[Counter[str], set[int]]: ...


@transaction.atomic
def _run(
    kind: str, by: Membership, reach: Reach, read: CaseList, initiative: Initiative | None, step: _Step
) -> Outcome:
    """The step for each unit's rows. The run leaves a row in the log of each unit where it found someone."""
    outcome = Outcome(read)
    found: dict[int, set[int]] = defaultdict(set)
    note = f"list {secrets.token_hex(4)}"
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in read.rows:
        rows[row.unit].append(row)
    # Always in the same order, so that two imports never wait for each other.
    for pk in sorted(rows):
        unit, door = reach.units[pk], reach.doors[pk]
        with _inside(unit, door):
            done: Counter[str] = Counter()
            for start in range(0, len(rows[pk]), AT_A_TIME):
                some, persons = step(unit, rows[pk][start : start + AT_A_TIME], door, initiative, note)
                done += some
                found[pk] |= persons
            if found[pk] and pk != by.unit_id:
                # Inside, in the name of who acts here: the ledger takes no other.
                acts = by if door.role == Role.ADMINISTRATOR else door
                ledger.record(kind, by=_At(acts.pk, pk, unit.party_id), persons=found[pk], note=note)
        outcome.units[pk] = done
    total = sum(outcome.units.values(), Counter())
    outcome.created, outcome.changed, outcome.unchanged = (
        total[n] for n in ("created", "changed", "unchanged")
    )
    ledger.record(
        kind,
        by=by,
        persons=found[by.unit_id],
        note=f"{note}: {_figures(read)}, {outcome.created} created, {outcome.changed} changed,"
        f" {outcome.unchanged} unchanged{_of(initiative)}",
    )
    return outcome


def _figures(read: CaseList) -> str:
    return f"{read.rows_with_content} rows, {len(read.rows)} right, {len(read.problems)} rejected"


def _of(initiative: Initiative | None) -> str:
    return f", initiative {initiative.pk}" if initiative else ""


@contextmanager
def _inside(unit: Unit, door: Membership) -> Iterator[None]:
    """The unit's own context. The role is asked again here, at the moment of writing."""
    if door.role == Role.ADMINISTRATOR:
        with importing_for(unit, by=door):
            yield
        return
    current = Membership.objects.current().filter(pk=door.pk, unit=unit, role=Role.COORDINATOR)
    if not current.exists():
        raise PermissionDenied("import")
    with acting(door):
        yield


def one_import_at_a_time(unit: Unit) -> None:
    """Holds, for the rest of the transaction, whoever else would import at the unit or undo an import there."""
    # Until the transaction ends: a second import of the list waits, and then finds everything there.
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('cases.intake', %s))", [unit.pk])


# --- what the unit has, and what a row adds to it


# Neither of these two says in a traceback what it holds.
@dataclass(repr=False)
class _Here:
    """What the unit has on one person: the record, the case that counts, what lists have said so far."""

    person: Person
    case: Case | None = None
    closed: bool = False
    spells: dict[date, tuple] = field(default_factory=dict)
    employer: str = ""
    remark: str = ""


@dataclass(repr=False)
class _Work:
    """What one row adds. `known` and `kept` are the person and the case that are there; what is not is made."""

    row: Row
    known: Person | None
    kept: Case | None
    spell: bool
    employer: bool
    remark: bool
    municipality: bool = False
    person: Person = field(init=False)
    case: Case = field(init=False)

    def __post_init__(self) -> None:
        if self.known is not None:
            self.person = self.known
        if self.kept is not None:
            self.case = self.kept

    @property
    def anything(self) -> bool:
        return self.kept is None or self.spell or self.employer or self.remark or self.municipality


def _work(row: Row, here: _Here | None) -> _Work | None:
    """What the row adds at the unit, by the rules at the top of this page; None when it says nothing new."""
    if here is None:
        return _Work(row, None, None, True, bool(row.employer), bool(row.remark))
    spell = here.spells.get(row.spell_from) != (row.spell_to, row.degree, row.benefit)
    if here.closed and not spell:
        return None
    case = None if here.closed else here.case
    # A new case begins anew: what was said of the closed one stands there.
    employer, remark = (here.employer, here.remark) if case else ("", "")
    work = _Work(
        row,
        here.person,
        case,
        spell=spell,
        employer=bool(row.employer) and row.employer.casefold() != employer.casefold(),
        remark=bool(row.remark) and row.remark != remark,
        municipality=not here.person.home_municipality,
    )
    if here.person.protected:
        work.employer = work.remark = work.municipality = False
    return work if work.anything else None


def _here(unit: Unit, rows: list[Row], *, lock: bool) -> dict[bytes, _Here]:
    """By number key. Asked in the unit's own context; to be written to, the cases are locked before they are read."""
    keys = [index_key(row.number.digits) for row in rows]
    former = {bytes(key): person for key, person in FormerNumber.objects.had_any(unit.pk, keys)}
    found = Person.objects.filter(Q(number_key__in=keys) | Q(pk__in=former.values()), unit=unit)
    persons = {p.pk: _Here(p) for p in found}
    if not persons:
        return {}
    cases = list(Case.objects.filter(unit=unit, person__in=persons).order_by("pk"))
    if lock:
        list(CaseLock.objects.select_for_update().filter(case__in=cases).order_by("pk").values_list("pk"))
    rows_of_state = CaseState.objects.filter(case__in=cases).order_by("from_at", "pk")
    states = dict(rows_of_state.values_list("case", "state"))
    undone = _undone([case.pk for case in cases if states.get(case.pk) == State.CLOSED])
    for case in cases:
        if case.pk in undone:
            # Never was a case: the same list opens another.
            continue
        here, closed = persons[case.person_id], states.get(case.pk) == State.CLOSED
        # The open one counts; among closed ones the last.
        if here.case is None or here.closed:
            here.case, here.closed = case, closed
    by_case = {here.case.pk: here for here in persons.values() if here.case is not None}
    _what_stands(unit, by_case)
    by_former = {key: persons[person] for key, person in former.items()}
    return by_former | {bytes(here.person.number_key or b""): here for here in persons.values()}


def _undone(closed: list[int]) -> set[int]:
    """Those of the closed cases that an earlier import opened, and that were closed when it was undone."""
    if not closed:
        return set()
    outcomes = CaseOutcome.objects.of_last_closing().filter(case__in=closed, cause=Cause.UNDONE_IMPORT)
    return set(outcomes.values_list("case", flat=True))


def _what_stands(unit: Unit, by_case: dict[int, _Here]) -> None:
    """Adds the spells, and what lists have said so far; the last recorded counts."""
    spells = Spell.objects.filter(case__in=by_case).order_by("pk")
    for case, first, last, degree, benefit in spells.values_list(
        "case", "from_on", "to_on", "degree", "benefit"
    ):
        by_case[case].spells[first] = (last, degree, benefit)
    said = Q(type=ItemType.WORK_SITUATION, facts__has_key="employer") | Q(
        type=ItemType.NOTE, heading=REMARK_HEADING
    )
    # First versions only: a later one is a colleague's own words.
    for item in Item.objects.filter(said, case__in=by_case, unit=unit, replaces=None).order_by("pk"):
        if item.type == ItemType.NOTE:
            by_case[item.case_id].remark = item.text
        else:
            by_case[item.case_id].employer = str(item.facts["employer"])


def _works(rows: list[Row], here: dict[bytes, _Here]) -> list[_Work]:
    """Rows of whom a block holds the importer off say nothing new: a colleague reads that list, and nobody is told why."""
    barred = barred_numbers(index_key(row.number.digits) for row in rows)
    return [
        work
        for row in rows
        if (key := index_key(row.number.digits)) not in barred and (work := _work(row, here.get(key)))
    ]


def _counted(rows: list[Row], works: list[_Work]) -> Counter[str]:
    kept = sum(work.kept is not None for work in works)
    return Counter(created=len(works) - kept, changed=kept, unchanged=len(rows) - len(works))


def _persons(here: dict[bytes, _Here]) -> set[int]:
    return {one.person.pk for one in here.values()}


def _compare(
    unit: Unit, rows: list[Row], by: Membership, initiative: Initiative | None, note: str
) -> tuple[Counter[str], set[int]]:
    """What `_keep` would do with the rows."""
    here = _here(unit, rows, lock=False)
    return _counted(rows, _works(rows, here)), _persons(here)


# --- writing, many rows at a time


@dataclass
class _At:
    """The importer at the unit: the ledger row is the unit's, to be read in its log; the member did it."""

    pk: int
    unit_id: int
    party_id: int


def _keep(
    unit: Unit, rows: list[Row], by: Membership, initiative: Initiative | None, note: str
) -> tuple[Counter[str], set[int]]:
    """Writes what the rows add, in the unit's own context, with a ledger row a case."""
    one_import_at_a_time(unit)
    here = _here(unit, rows, lock=True)
    works = _works(rows, here)
    found = _persons(here)
    fresh = [work for work in works if work.kept is None]
    changed = [work.case.pk for work in works if work.kept is not None]
    now = _now()
    _register(unit, [work for work in works if work.known is None])
    _open(unit, fresh, by, initiative, now)
    _add(unit, works, by, now)
    Case.objects.filter(pk__in=changed).update(updated_at=Now())
    _remember(unit, by, note, [work.case.pk for work in fresh], changed)
    at = _At(by.pk, unit.pk, unit.party_id)
    for work in works:
        kind = "case.import_changed" if work.kept else "case.imported"
        ledger.record(kind, by=at, case=work.case.pk, persons=[work.person.pk], note=note)
    return _counted(rows, works), found


def _remember(unit: Unit, by: Membership, note: str, created: list[int], changed: list[int]) -> None:
    """The run's row at the unit, with what this part of the list did there; none when nothing was done."""
    if not created and not changed:
        return
    run = ImportRun.objects.filter(unit=unit, key=note).first() or ImportRun(unit=unit, key=note, by=by)
    run.created, run.changed = [*run.created, *created], [*run.changed, *changed]
    run.save()


def _now() -> datetime:
    # By the database's clock, as all rows. Asked once: as a default in the statement it slows a bulk insert.
    with connection.cursor() as cursor:
        cursor.execute("select statement_timestamp()")
        return cursor.fetchone()[0]


def _register(unit: Unit, works: list[_Work]) -> None:
    """Persons new to the unit. A seal is bound to the number of its row, so those are drawn first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence('cases_person', 'id')) from generate_series(1, %s)",
            [len(works)],
        )
        numbers = [pk for (pk,) in cursor.fetchall()]
    for pk, work in zip(numbers, works, strict=True):
        row = work.row
        work.person = Person(
            pk=pk,
            party=unit.party,
            unit=unit,
            number_kind=row.number.kind,
            number_key=index_key(row.number.digits),
            number_cipher=seal(row.number.digits, pk),
            name=f"{row.given_name} {row.family_name}",
            sex=row.number.sex,
            home_municipality=row.home_municipality,
        )
    Person.objects.bulk_create([work.person for work in works])


def _open(
    unit: Unit, works: list[_Work], by: Membership, initiative: Initiative | None, now: datetime
) -> None:
    """The new cases, open from now; a coordinator's are hers."""
    today = timezone.localdate(now)
    for work in works:
        work.case = Case(
            unit=unit, person=work.person, initiative=initiative, opened_on=today, updated_at=now
        )
    cases = Case.objects.bulk_create([work.case for work in works])
    CaseLock.objects.bulk_create([CaseLock(case=case) for case in cases])
    CaseState.objects.bulk_create(
        [CaseState(case=case, unit=unit, state=State.OPEN, by=by, from_at=now) for case in cases]
    )
    if by.role == Role.COORDINATOR:
        Assignment.objects.bulk_create(
            [Assignment(case=case, unit=unit, member=by, from_at=now) for case in cases]
        )


def _add(unit: Unit, works: list[_Work], by: Membership, now: datetime) -> None:
    """Spells, items, and the home municipality of someone who had none."""
    Spell.objects.bulk_create(
        Spell(
            case=work.case, unit=unit, from_on=work.row.spell_from, to_on=work.row.spell_to,
            degree=work.row.degree, benefit=work.row.benefit, by=by, at=now,
        )
        for work in works
        if work.spell
    )  # fmt: skip
    Item.objects.bulk_create(
        Item(case=work.case, unit=unit, author=by, at=now, happened_on=timezone.localdate(now), **said)
        for work in works
        for said in _said(work)
    )
    filled = [work.person for work in works if work.municipality]
    for work in works:
        if work.municipality:
            work.person.home_municipality = work.row.home_municipality
    Person.objects.bulk_update(filled, ["home_municipality"])


def _said(work: _Work) -> Iterator[dict]:
    """The items of a row. Texts are as written, but for personal numbers, which the reader has masked."""
    if work.employer:
        employer = ItemType.WORK_SITUATION
        yield {
            "type": employer,
            "kind": KIND_OF_TYPE[employer],
            "heading": work.row.employer,
            "facts": {"employer": work.row.employer},
        }
    if work.remark:
        yield {"type": ItemType.NOTE, "kind": REMARK_KIND, "heading": REMARK_HEADING, "text": work.row.remark}
