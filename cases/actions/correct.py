"""Putting a mistaken registration right: the wrong person, registered twice, another number. Nothing is deleted.

Each deed leaves its row in the ledger; what was written stays where it was written, and what others were given is theirs.
"""

from django.db import transaction
from django.db.models import Q

from audit import ledger
from cases.actions.case import (
    CauseMissing,
    IllegalMove,
    NotByYou,
    barred_numbers,
    close,
    one_at_a_time,
    touch,
)
from cases.actions.locking import locked
from cases.crypt import index_key, seal
from cases.models import Case, CaseLock, CaseState, Cause, FormerNumber, NumberChange, Person, State
from parties.models import Membership
from parties.numbers import Number


class NotTheOther(Exception):
    """The case that should stay is not another case at the unit that goes on."""


class NumberTaken(Exception):
    """Another person at the unit has the number, or had it; `case` is a case of theirs."""

    def __init__(self, case: Case | None) -> None:
        super().__init__("another person at the unit has the number")
        self.case = case


class SameNumber(Exception):
    """The person has that number already, or is registered without a number."""


@transaction.atomic
def wrong_person(*, by: Membership, case: Case, reason: str) -> None:
    """The case was registered on the wrong person: it is closed with that cause, and everything shown ends at once.

    The reason is required. Raises CauseMissing without one, IllegalMove when the case is closed already.
    """
    case = locked(case, by=by, action="correct")
    if not reason.strip():
        raise CauseMissing
    _must_go_on(case)
    close(case, by, Cause.WRONG_PERSON, reason, {}, deed="case.wrong_person")


@transaction.atomic
def registered_twice(*, by: Membership, case: Case, stays: Case, reason: str = "") -> None:
    """The unit has two cases of the same person: this one is closed and points to the one that stays.

    `stays` is another case of the same unit that goes on; its page lists what is written here. Raises NotTheOther, and
    IllegalMove when this case is closed already.
    """
    # Both locks in one order, so that two who close each the other's case do not wait for one another for ever.
    list(CaseLock.objects.select_for_update().filter(case__in=[case.pk, stays.pk]).order_by("case"))
    case = locked(case, by=by, action="correct")
    _must_go_on(case)
    goes_on = Case.objects.owned_by(by).with_state().filter(~Q(state=State.CLOSED))
    other = goes_on.filter(pk=stays.pk).exclude(pk=case.pk).first()
    if other is None:
        raise NotTheOther
    close(case, by, Cause.REGISTERED_TWICE, reason, {}, stays=other, deed="case.registered_twice")
    touch(other)


def _must_go_on(case: Case) -> None:
    if CaseState.objects.now_of(case).state == State.CLOSED:
        raise IllegalMove("the case is closed already")


@transaction.atomic
def change_number(*, by: Membership, case: Case, number: Number, why: str) -> None:
    """The person has another number. The one before is kept sealed; when it was truly theirs, it still finds them here.

    It holds for every case of the person at the unit. Raises NumberTaken when another person at the unit has the number
    or had it, SameNumber when nothing would change, NotByYou when a block holds the member off whoever has it.
    """
    case = locked(case, by=by, action="correct")
    before, after = case.person.number_key, index_key(number.digits)
    if before is None or bytes(before) == after:
        raise SameNumber
    for key in sorted((bytes(before), after)):
        one_at_a_time(case.unit, key)
    # Read anew: until the lock was ours, a colleague may have changed it from another case of the same person.
    person = Person.objects.get(pk=case.person_id)
    if person.number_key is None or person.number_cipher is None or bytes(person.number_key) != bytes(before):
        raise SameNumber
    if barred_numbers([after]):
        raise NotByYou
    _must_be_free(person, after)
    FormerNumber.objects.create(
        person=person, unit=case.unit, number_kind=person.number_kind, number_key=person.number_key,
        number_cipher=person.number_cipher, why=NumberChange(why), by=by,
    )  # fmt: skip
    person.number_kind = number.kind
    person.number_key = after
    person.number_cipher = seal(number.digits, person.pk)
    person.sex = number.sex
    person.save(update_fields=["number_kind", "number_key", "number_cipher", "sex"])
    ledger.record("person.number_changed", by=by, case=case.pk, persons=[person.pk])
    touch(case)


def _must_be_free(person: Person, key: bytes) -> None:
    """Raises NumberTaken when somebody else at the unit has the number, or had it before theirs was changed."""
    others = set(
        Person.objects.filter(unit_id=person.unit_id, number_key=key)
        .exclude(pk=person.pk)
        .values_list("pk", flat=True)
    ) | set(
        FormerNumber.objects.had(person.unit_id, key).exclude(person=person).values_list("person", flat=True)
    )
    if others:
        raise NumberTaken(
            Case.objects.filter(unit_id=person.unit_id, person__in=others)
            .order_by("-updated_at", "-id")
            .first()
        )
