"""Giving a version to a unit, the statutory answer, and no longer showing it."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Now
from django.http import Http404

from audit import ledger
from cases.actions.consent import receive
from cases.actions.locking import locked
from cases.deciding import Standing
from cases.law import LAW_VERSION, Act, Decision, Ground, InformationKind
from cases.models import Case, ConsentLine, Disclosure, Ending, Item, ItemType
from parties.models import Membership, Unit

# What an officer must have confirmed before giving on a ground (R7, R15, R20).
CARE_RELATION = "care_relation"
RELEVANT_ONLY = "relevant_only"
EXCLUDED_READ = "excluded_read"


class MayNotGive(Exception):
    """The law says no at the moment of writing; `decision` says why, to the own unit."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason)
        self.decision = decision


class NotConfirmed(Exception):
    """A confirmation that the ground asks for is missing; `what` names it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@transaction.atomic
def give(
    *,
    by: Membership,
    case: Case,
    item: Item,
    to: Unit,
    confirmed: Iterable[str] = (),
    act: Act = Act.INFORMATION,
    request: int | None = None,
    decided_by: str = "",
) -> Disclosure:
    """Gives one version of the own unit's item to one unit, on the ground the law finds now, under the case's lock.

    The first giving under a consent is its receipt (R8). With the item goes the case itself (`existence`), if it is not
    given already. Given twice is given once. Raises MayNotGive with the reason, NotConfirmed when the ground's
    confirmation (care relation; relevant and no more; the person's exceptions read) is missing.
    """
    case = locked(case, by=by, action="give")
    if item.unit_id != by.unit_id or item.case_id != case.pk:
        raise Http404
    if item.type == ItemType.QUESTION:
        act = Act.QUESTION
    standing = Standing.of(case, by.unit)
    decision = standing.decide(act, to, item.kind, request=request)
    if not decision.allowed:
        raise MayNotGive(decision)
    confirmed = sorted(set(confirmed))
    if decision.ground is Ground.INTRA_CARE and CARE_RELATION not in confirmed:
        raise NotConfirmed(CARE_RELATION)
    if decision.ground is Ground.FK_DUTY and (RELEVANT_ONLY not in confirmed or not decided_by.strip()):
        raise NotConfirmed(RELEVANT_ONLY)
    if reads_the_excepted(act, decision) and excluded_by_the_person(case) and EXCLUDED_READ not in confirmed:
        raise NotConfirmed(EXCLUDED_READ)
    there = Disclosure.objects.standing().filter(item=item, to_unit=to).first()
    if there is not None:
        return there
    disclosure = _write(
        by=by,
        case=case,
        item=item,
        kind=item.kind,
        to=to,
        decision=decision,
        confirmed=confirmed,
        request=request,
        decided_by=decided_by.strip(),
    )
    # The case must be open for as long as what is given on it, and close with the same ground.
    case_given = Disclosure.objects.standing().filter(
        case=case,
        item=None,
        from_unit=by.unit,
        to_unit=to,
        basis=disclosure.basis,
        purpose=disclosure.purpose,
    )
    if not case_given.filter(until_at__gte=disclosure.until_at).exists():
        _write(
            by=by,
            case=case,
            item=None,
            kind=InformationKind.EXISTENCE,
            to=to,
            decision=_for_the_case_itself(standing, decision, to, act, request),
            confirmed=confirmed,
            request=request,
            decided_by=decided_by.strip(),
        )
    ledger.record(
        "item.given",
        by=by,
        case=case.pk,
        persons=[case.person_id],
        basis=disclosure.basis,
        request=request,
        note=f"{item.kind} to unit {to.pk}",
    )
    return disclosure


def _for_the_case_itself(
    standing: Standing, decision: Decision, to: Unit, act: Act, request: int | None
) -> Decision:
    """The case goes on the item's own ground: the same consent's line to existence, or the same duty with the same end."""
    if decision.ground is not Ground.CONSENT:
        return decision
    beside = standing.existence_beside(decision, to)
    if beside is not None:
        return beside
    existence = standing.decide(act, to, InformationKind.EXISTENCE, request=request)
    if not existence.allowed:
        raise MayNotGive(existence)
    return existence


def _write(
    *, by: Membership, case: Case, item: Item | None, kind: str, to: Unit, decision: Decision, confirmed: list[str],
    request: int | None, decided_by: str,
) -> Disclosure:  # fmt: skip
    purpose = ""
    if decision.line is not None:
        line = ConsentLine.objects.select_related("consent").get(pk=decision.line)
        receive(by=by, consent=line.consent)
        purpose = line.purpose
    if decision.ground is None or decision.until is None:
        raise ValueError("what is given has a ground and an end")
    return Disclosure.objects.create(
        case=case,
        item=item,
        kind=kind,
        purpose=purpose,
        from_party=by.unit.party,
        from_unit=by.unit,
        to_party=to.party,
        to_unit=to,
        basis=decision.ground,
        law_version=LAW_VERSION,
        request=request,
        confirmed=confirmed,
        decided_by=decided_by,
        by=by,
        until_at=decision.until,
    )


def reads_the_excepted(act: Act, decision: Decision) -> bool:
    """R20: whoever gives, on whatever ground, has read what the person excepted. A question gives nothing unless it rests
    on the consent itself.
    """
    return decision.allowed and (act is not Act.QUESTION or decision.ground is Ground.CONSENT)


def excluded_by_the_person(case: Case) -> list[str]:
    """What the person has excepted in consents that live now (R20): shown at every giving, to be acknowledged."""
    lines = ConsentLine.objects.live().filter(case=case).exclude(consent__excluded="")
    return sorted(set(lines.values_list("consent__excluded", flat=True)))


@transaction.atomic
def stop_showing(*, by: Membership, case: Case, item: Item, to: Unit) -> int:
    """No longer shows the version to the unit. What was given stays given: it is the receiver's own document (R1)."""
    case = locked(case, by=by, action="give")
    if item.unit_id != by.unit_id:
        raise Http404
    ended = Disclosure.objects.filter(item=item, from_unit=by.unit, to_unit=to, ended_at=None).update(
        ended_at=Now(), ended_by=by, ended_how=Ending.STOPPED
    )
    mine = Disclosure.objects.filter(case=case, from_unit=by.unit, to_unit=to, ended_at=None)
    if ended and not mine.filter(item__isnull=False).exists():
        # Nothing of ours is shown any longer, so neither is the case itself.
        mine.update(ended_at=Now(), ended_by=by, ended_how=Ending.STOPPED)
    if ended:
        ledger.record(
            "item.stopped", by=by, case=case.pk, persons=[case.person_id], note=f"{item.kind} to unit {to.pk}"
        )
    return ended
