"""Recording a consent as it stands on the paper, receiving it, and withdrawing it."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.http import Http404
from django.utils import timezone

from audit import ledger
from cases import seams
from cases.actions.locking import locked
from cases.deciding import above
from cases.law import Act, Ground, InformationKind, Reason, grounds_for
from cases.lengths import decision_ends, lengths_of
from cases.models import Case, Consent, ConsentLine, Ending, State
from cases.models.consent import StartOfDay, StartOfNextDay
from errands import jobs
from parties.models import Membership, PartyKind, Unit

Direction = tuple[Unit, Unit]
# The same kinds in every direction, or each direction's own, as the boxes are ticked on the paper.
Kinds = Iterable[str] | Mapping[Direction, Iterable[str]]


class NothingToConsentTo(Exception):
    """No line would follow: the law knows no consent for these kinds between these parties."""


class TooLong(Exception):
    """The consent would stand longer than the party lets it (R9); `latest` is the latest last day."""

    def __init__(self, latest: date) -> None:
        super().__init__(latest)
        self.latest = latest


def lines_of(directions: Iterable[Direction], kinds: Kinds) -> list[tuple[Unit, Unit, str]]:
    """The lines that a consent to these directions and kinds makes: those the matrix knows a consent for.

    `existence` is part of every consent, in each direction that gets any line at all.
    """
    alike = () if isinstance(kinds, Mapping) else tuple(kinds)
    lines: list[tuple[Unit, Unit, str]] = []
    for giver, receiver in directions:
        ticked = kinds.get((giver, receiver), ()) if isinstance(kinds, Mapping) else alike
        wanted = [InformationKind.EXISTENCE, *(k for k in ticked if k != InformationKind.EXISTENCE)]
        codes = (PartyKind(giver.party.kind).matrix, PartyKind(receiver.party.kind).matrix)
        for kind in wanted:
            # A question may rest on the existence line alone, so the pair counts if either act knows it.
            known = grounds_for(Act.INFORMATION, *codes, kind) + grounds_for(Act.QUESTION, *codes, kind)
            if Ground.CONSENT in known:
                lines.append((giver, receiver, InformationKind(kind)))
    return lines


class NotNow(Exception):
    """No consent is recorded on a closed or paused case, on a protected identity, nor with a blocked unit; `reason` says which."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@transaction.atomic
def record_consent(
    *,
    by: Membership,
    case: Case,
    directions: Iterable[Direction],
    kinds: Kinds,
    purpose: str,
    form: str,
    valid_from: date,
    valid_to: date,
    given_on: date,
    given_by: str = "person",
    obtained_how: str = "",
    obtained_by: str = "",
    identity_check: str = "",
    excluded: str = "",
    reopens_earlier: bool = False,
) -> Consent:
    """A consent with its lines, collected by the case's own unit. Dates inclusive, in Europe/Stockholm.

    The registration is the collecting unit's receipt (R8): its own outward lines open at once, the others at that
    unit's first giving. Raises NothingToConsentTo when the law knows no line for what was ticked, NotNow when the case
    is not open, the identity is protected or a unit is blocked, TooLong beyond what the party lets a consent stand (R9).
    """
    case = locked(case, by=by, action="record_consent")
    if case.person.protected:
        raise NotNow(Reason.PROTECTED)
    now = above(case)
    if now.state != State.OPEN:
        raise NotNow(Reason.CASE_CLOSED if now.state == State.CLOSED else Reason.CASE_PAUSED)
    directions = list(directions)
    if any(unit.pk in now.units for direction in directions for unit in direction):
        raise NotNow(Reason.BLOCKED_UNIT)
    lines = lines_of(directions, kinds)
    if not lines:
        raise NothingToConsentTo
    latest = lengths_of(by.unit.party_id).last_day(
        form,
        valid_from,
        purpose=purpose,
        decision_ends=decision_ends(case, by),
        yearly=obtained_how,
    )
    if valid_to > latest:
        raise TooLong(latest)
    consent = Consent.objects.create(
        case=case,
        unit=by.unit,
        form=form,
        purpose=purpose,
        valid_from=valid_from,
        valid_to=valid_to,
        given_on=given_on,
        given_by=given_by,
        obtained_how=obtained_how.strip(),
        obtained_by=obtained_by.strip(),
        identity_check=identity_check.strip(),
        excluded=excluded.strip(),
        informed=True,
        reopens_earlier=reopens_earlier,
        registered_by=by,
    )
    bounds = Consent.objects.annotate(start=StartOfDay("valid_from"), end=StartOfNextDay("valid_to")).get(
        pk=consent.pk
    )
    for giver, receiver, kind in lines:
        ConsentLine.objects.create(
            consent=consent,
            case=case,
            unit=by.unit,
            from_party=giver.party,
            from_unit=giver,
            to_party=receiver.party,
            to_unit=receiver,
            kind=kind,
            purpose=purpose,
            from_at=bounds.start,
            until_at=bounds.end,
            reopens_earlier=reopens_earlier,
        )
    receive(by=by, consent=consent)
    ledger.record("consent.recorded", by=by, case=case.pk, persons=[case.person_id], note=consent.number)
    return consent


def receive(*, by: Membership, consent: Consent) -> int:
    """The giving unit's receipt of its own lines of a consent; returns how many it received. The second time none."""
    return ConsentLine.objects.filter(
        consent=consent, from_unit=by.unit, received_at=None, ended_at=None
    ).update(received_at=Now(), received_by=by)


@transaction.atomic
def withdraw(*, by: Membership, case: Case, consent: Consent, lines: Iterable[int] | None = None) -> int:
    """Ends the consent, or the chosen lines of it, at once; returns how many lines ended.

    No preconditions. A chosen `existence` line takes every line of the same pair with it. The database ends the
    disclosures that rest on the lines; each room tidies after commit by a job of its own. The withdrawal stands
    whether or not the tidying ever runs.
    """
    case = locked(case, by=by, action="withdraw")
    if consent.unit_id != by.unit_id or consent.case_id != case.pk:
        raise Http404
    standing = ConsentLine.objects.filter(consent=consent, ended_at=None)
    if lines is not None:
        chosen = list(standing.filter(pk__in=list(lines)))
        pairs = Q(pk__in=[line.pk for line in chosen])
        for line in chosen:
            if line.kind == InformationKind.EXISTENCE:
                pairs |= Q(from_unit=line.from_unit_id, to_unit=line.to_unit_id)
        standing = standing.filter(pairs)
    ended = standing.update(ended_at=Now(), ended_by=by, ended_how=Ending.WITHDRAWN)
    if ended:
        ledger.record("consent.withdrawn", by=by, case=case.pk, persons=[case.person_id], note=consent.number)
        tidy_after(by=by, case=case, consent=consent)
    return ended


def tidy_after(*, by: Membership, case: Case, consent: Consent) -> None:
    """Asks each room to tidy what rested on a consent that has just ended; nothing is guarded by its having run."""
    moment = timezone.now().isoformat()
    for kind in seams.on_consent_ended:
        jobs.enqueue(
            kind,
            f"{kind}:{consent.pk}:{moment}",
            {"case": case.pk, "consent": consent.pk},
            by=by.pk,
            acting_for=by.unit_id,
        )
