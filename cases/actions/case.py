"""Opening a case, its states, its spells, who handles it, and protecting an identity."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from audit import ledger
from cases import seams
from cases.access import not_held_off
from cases.actions.locking import locked
from cases.crypt import index_key, seal
from cases.days import in_force
from cases.models import (
    Assignment,
    Case,
    CaseLock,
    CaseOutcome,
    CaseState,
    Cause,
    ConsentLine,
    Ending,
    FormerNumber,
    HandOver,
    HandOverEnd,
    NumberKind,
    Person,
    Sex,
    Spell,
    State,
)
from cases.models.case import MOVES
from cases.models.outcome import FACTS
from errands import jobs
from initiatives.models import Initiative
from parties.models import CARE_KINDS, Membership, PartyKind, Role, Unit
from parties.numbers import Number


class AlreadyRegistered(Exception):
    """The unit already has a case open for this person; `case` is that case, of the own unit."""

    def __init__(self, case: Case) -> None:
        super().__init__("the person is already registered at the unit")
        self.case = case


class NotByYou(Exception):
    """A block holds whoever acts off this person: nothing more is said."""


class SpellReplaced(Exception):
    """A later entry has taken the place of this spell."""


class IllegalMove(Exception):
    """A state that cannot follow the present one."""


class CauseMissing(Exception):
    """A case is closed for a cause; for the cause "other" it is also said in words."""


OPENERS = frozenset({Role.COORDINATOR, Role.CLINICIAN, Role.INVESTIGATOR, Role.OFFICER})


def may_open_cases(membership: Membership | None) -> bool:
    """Coordinators, clinicians, investigators and officers open cases at their own unit; an employer never does."""
    return (
        membership is not None
        and membership.is_case_role
        and membership.role in OPENERS
        and membership.unit.party.kind != PartyKind.EMPLOYER
    )


@transaction.atomic
def open_case(
    *,
    by: Membership,
    number: Number | None,
    name: str = "",
    sex: str = Sex.UNKNOWN,
    home_municipality: str = "",
    protected: bool = False,
    initiative: Initiative | None = None,
    opened_on: date,
    unit: Unit | None = None,
    assign: bool = True,
) -> Case:
    """Logs a case at the member's unit. number None means a participant without personal data: no name is kept then.

    unit: another unit of the same organisation, for an import in that unit's own context (the caller has entered it).
    Raises AlreadyRegistered when the unit has an open or paused case of that person; a closed one gets a new case.
    Raises NotByYou when a block holds the member off that person.
    """
    unit = unit or by.unit
    if number:
        one_at_a_time(unit, index_key(number.digits))
        if barred_numbers([index_key(number.digits)]):
            raise NotByYou
    person = find_person(unit=unit, number=number) if number else None
    if person is not None:
        case = (
            Case.objects.filter(person=person, unit=unit).with_state().filter(~Q(state=State.CLOSED)).first()
        )
        if case is not None:
            raise AlreadyRegistered(case)
        _brought_up_to_date(person, name, home_municipality, protected)
    else:
        person = _register(unit, number, name, sex, home_municipality, protected)
    case = Case.objects.create(unit=unit, person=person, initiative=initiative, opened_on=opened_on)
    CaseLock.objects.create(case=case)
    CaseState.objects.create(case=case, unit=unit, state=State.OPEN, by=by)
    if assign:
        Assignment.objects.create(case=case, unit=unit, member=by)
    ledger.record("case.opened", by=by, case=case.pk, persons=[person.pk])
    return case


def _brought_up_to_date(person: Person, name: str, home_municipality: str, protected: bool) -> None:
    """What was typed at a new case of somebody who was here before: what is new counts, and an empty field says nothing.

    Protection is set and never lifted here.
    """
    person.name = name.strip() or person.name
    person.home_municipality = home_municipality.strip() or person.home_municipality
    person.protected = person.protected or protected
    person.save(update_fields=["name", "home_municipality", "protected"])


def one_at_a_time(unit: Unit, key: bytes) -> None:
    """Holds, for the rest of the transaction, whoever else would log or reopen a case of the same person at the unit."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [unit.pk % 2**31, key.hex()])


def barred_numbers(keys: Iterable[bytes]) -> set[bytes]:
    """Which of these keys are of persons, registered at the acting unit, off whom a block holds whoever acts."""
    with connection.cursor() as cursor:
        cursor.execute("select portal.barred_numbers(%s)", [list(keys)])
        return {bytes(row[0]) for row in cursor.fetchall()}


def find_person(*, unit: Unit, number: Number) -> Person | None:
    """The unit's own record of the person with this number, now or before it was changed, or None.

    Answers from the own unit only (R6).
    """
    key = index_key(number.digits)
    now = Person.objects.filter(unit=unit, number_key=key).first()
    if now is not None:
        return now
    former = FormerNumber.objects.had(unit.pk, key).select_related("person").first()
    return former.person if former else None


def _register(
    unit: Unit, number: Number | None, name: str, sex: str, home_municipality: str, protected: bool
) -> Person:
    # The row's own number is part of what the seal is bound to, so it is drawn first.
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence('cases_person', 'id'))")
        pk = cursor.fetchone()[0]
    person = Person(
        pk=pk,
        party=unit.party,
        unit=unit,
        number_kind=number.kind if number else NumberKind.NONE,
        number_key=index_key(number.digits) if number else None,
        number_cipher=seal(number.digits, pk) if number else None,
        name=name.strip() if number else "",
        sex=number.sex if number else sex,
        home_municipality=home_municipality.strip(),
        protected=protected,
    )
    person.save(force_insert=True)
    return person


@transaction.atomic
def record_spell(
    *,
    by: Membership,
    case: Case,
    from_on: date,
    to_on: date | None,
    degree: int,
    benefit: str,
    expected_on: date | None = None,
) -> Spell:
    """Records a spell: dates inclusive, degree in per cent, expected_on the prognosis.

    Another with the same first day is thereby replaced; one without an end stops the day before (`cases.days`).
    """
    case = locked(case, by=by, action="record_spell")
    spell = Spell.objects.create(
        case=case, unit=case.unit, from_on=from_on, to_on=to_on, degree=degree, benefit=benefit,
        expected_on=expected_on, by=by,
    )  # fmt: skip
    ledger.record("case.spell", by=by, case=case.pk, persons=[case.person_id])
    touch(case)
    return spell


@transaction.atomic
def correct_first_day(*, by: Membership, case: Case, spell: Spell, from_on: date, why: str) -> Spell:
    """Another first day for a spell in force, with a reason; everything else as it stood. The earlier row stays to be read.

    Raises SpellReplaced when a later entry has taken the spell's place.
    """
    case = locked(case, by=by, action="record_spell")
    was = next((p.spell for p in in_force(case.spells.all()) if p.spell.pk == spell.pk), None)
    if was is None:
        raise SpellReplaced
    made = Spell.objects.create(
        case=case, unit=case.unit, from_on=from_on, to_on=was.to_on, degree=was.degree, benefit=was.benefit,
        expected_on=was.expected_on, by=by, replaces=was, why=why.strip(),
    )  # fmt: skip
    ledger.record("case.first_day", by=by, case=case.pk, persons=[case.person_id])
    touch(case)
    return made


@transaction.atomic
def set_state(
    *, by: Membership, case: Case, state: str, reason: str = "", cause: str = "", **facts: str
) -> None:
    """Moves the case to open, paused or closed. Closing ends every line and every disclosure on it in the same deed.

    Closing says why (`cause`, and `reason` in words when it is another) and may say where the person stood before and
    after (`facts`, see CaseOutcome); what is left out stands as not known until it is completed.
    Raises IllegalMove for a state that cannot follow the present one, CauseMissing for a closing that does not say why.
    """
    case = locked(case, by=by, action="set_state")
    last = CaseState.objects.now_of(case)
    if state not in MOVES[last.state]:
        raise IllegalMove(f"{last.state} -> {state}")
    if state == State.CLOSED:
        close(case, by, cause, reason, facts)
        return
    if last.state == State.CLOSED and case.person.number_key is not None:
        one_at_a_time(case.unit, bytes(case.person.number_key))
        others = Case.objects.filter(person=case.person_id, unit=case.unit).exclude(pk=case.pk).with_state()
        there = others.filter(~Q(state=State.CLOSED)).first()
        if there is not None:
            raise AlreadyRegistered(there)
    CaseState.objects.create(case=case, unit=case.unit, state=state, by=by, reason=reason.strip())
    ledger.record(f"case.{state}", by=by, case=case.pk, persons=[case.person_id])
    touch(case)


def close(
    case: Case,
    by: Membership,
    cause: str,
    reason: str,
    facts: dict[str, str],
    *,
    stays: Case | None = None,
    deed: str = "case.closed",
) -> None:
    """Closes a case that is locked and not closed: the state, how it ended, and the end of everything, in one.

    The rooms above are told afterwards, as after a withdrawal: they pause what no longer has a ground.
    """
    if cause not in Cause.values or (cause == Cause.OTHER and not reason.strip()):
        raise CauseMissing
    closing = CaseState.objects.create(
        case=case, unit=case.unit, state=State.CLOSED, by=by, reason=reason.strip()
    )
    CaseOutcome.objects.create(
        case=case, unit=case.unit, closing=closing, cause=cause, stays=stays, by=by, **facts
    )
    _end_everything(case, by, Ending.CASE_CLOSED)
    overtake_offers(case, by)
    ledger.record(deed, by=by, case=case.pk, persons=[case.person_id])
    for kind in seams.on_consent_ended:
        jobs.enqueue(
            kind, f"{kind}:closing:{closing.pk}", {"case": case.pk}, by=by.pk, acting_for=case.unit_id
        )
    touch(case)


@transaction.atomic
def complete_outcome(*, by: Membership, case: Case, **facts: str) -> CaseOutcome:
    """Writes what has been learnt since the closing, as a row of its own; the cause stays as it was.

    A case that was closed before outcomes were asked for gets its cause now. Raises IllegalMove when the case is not closed.
    """
    case = locked(case, by=by, action="set_state")
    last = CaseState.objects.now_of(case)
    before = CaseOutcome.objects.filter(closing=last).order_by("-id").first()
    if last.state != State.CLOSED:
        raise IllegalMove("the case is not closed")
    if before is None and "cause" not in facts:
        raise CauseMissing
    if before is not None:
        facts = {name: getattr(before, name) for name in FACTS} | facts | {"cause": before.cause}
    made = CaseOutcome.objects.create(
        case=case, unit=case.unit, closing=last, stays=before.stays if before else None, by=by, **facts
    )
    ledger.record("case.outcome", by=by, case=case.pk, persons=[case.person_id])
    return made


@transaction.atomic
def protect(*, by: Membership, case: Case) -> None:
    """Marks the person as having skyddade personuppgifter: all sight for other units ends in this deed."""
    case = locked(case, by=by, action="protect")
    Person.objects.filter(pk=case.person_id).update(protected=True)
    _end_everything(case, by, Ending.PROTECTED)
    ledger.record("person.protected", by=by, case=case.pk, persons=[case.person_id])
    touch(case)


def _end_everything(case: Case, by: Membership, how: str) -> None:
    ConsentLine.objects.filter(case=case, unit=case.unit, ended_at=None).update(
        ended_at=Now(), ended_by=by, ended_how=how
    )
    with connection.cursor() as cursor:
        cursor.execute("select portal.end_disclosures_of_case(%s, %s, %s)", [case.pk, by.pk, how])


def party_left(*, by: Membership, initiative: int, party: int) -> int:
    """A party leaves an insats: on its cases every line and disclosure to and from the party ends, in the deed that says so.

    Returns how many lines and disclosures ended. Called by the insats' verb inside its transaction, which writes the ledger.
    """
    with connection.cursor() as cursor:
        cursor.execute("select portal.party_left(%s, %s, %s)", [initiative, party, by.pk])
        return cursor.fetchone()[0]


@transaction.atomic
def assign(*, by: Membership, case: Case, member: Membership) -> None:
    """Names who in the own unit handles the case from now: oneself, or whom the manager says. Sorts work; opens nothing.

    To a colleague a case is offered (actions/hand_over.py). An open offer of the case is overtaken by this.
    """
    case = locked(case, by=by, action="assign")
    if member.unit_id != by.unit_id or not member.is_case_role or not not_held_off(case, [member.pk]):
        raise PermissionDenied(_("Only someone with a case role at your unit can be assigned."))
    if member.pk != by.pk and by.role != Role.MANAGER:
        raise PermissionDenied(_("A colleague is asked first. Hand the case over instead."))
    overtake_offers(case, by)
    if name_handler(case, by, member):
        ledger.record("case.assigned", by=by, case=case.pk, persons=[case.person_id])


def name_handler(case: Case, by: Membership, member: Membership) -> bool:
    """The member handles the locked case in the unit from now; False when so it was already."""
    current = Assignment.objects.current().filter(case=case, unit=by.unit)
    if current.filter(member=member).exists():
        return False
    current.update(until_at=Now())
    Assignment.objects.create(case=case, unit=by.unit, member=member)
    return True


def overtake_offers(case: Case, by: Membership) -> None:
    """Ends the own unit's open offer of a locked case: another deed has decided, or it had lapsed."""
    HandOver.objects.unanswered().filter(case=case, unit=by.unit).update(
        ended_at=Now(), ended_by=by, how=HandOverEnd.OVERTAKEN
    )


def touch(case: Case) -> None:
    """Lifts the case to the top of its unit's list."""
    Case.objects.filter(pk=case.pk).update(updated_at=Now())


def is_care(unit: Unit) -> bool:
    """True for units where the person is called patient (domain/words.md)."""
    return unit.party.kind in CARE_KINDS
