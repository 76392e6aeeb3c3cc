"""The law applied: may this unit give this kind to that unit on this case, at this moment, and on which ground.

What it needs is read once per case and giver, so that a page with many receivers asks no more than a page with one. A
deed builds it anew under the case's lock: what the page said a minute ago decides nothing.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from cases.law import STANDS, Act, Decision, Ground, InformationKind, Reason, grounds_for
from cases.models import Case, ConsentLine, Ending, State
from initiatives.access import parties_that_left
from parties.models import PartyKind, Unit

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def last_day(until_at: datetime) -> date:
    """The inclusive last date of something that ends at `until_at`."""
    return (until_at.astimezone(STOCKHOLM) - timedelta(microseconds=1)).date()


@dataclass(frozen=True)
class Above:
    """What stands above every ground on a case now: its state, and its blocks (cases/models/block.py)."""

    state: str
    region: bool
    units: frozenset[int]


def above(case: Case) -> Above:
    """Read for the owner and for who sees the case; closed, and without blocks, for everyone else."""
    with connection.cursor() as cursor:
        cursor.execute("select portal.case_state(%s), portal.blocks_on(%s)", [case.pk, case.pk])
        state, blocks = cursor.fetchone()
    blocks = json.loads(blocks)
    return Above(state or State.CLOSED, blocks["region"], frozenset(blocks["units"]))


def state_of(case: Case) -> str:
    """The case's state now. Also a unit that does not own the case may need it, to be refused; it is never shown to it."""
    with connection.cursor() as cursor:
        cursor.execute("select portal.case_state(%s)", [case.pk])
        return cursor.fetchone()[0] or State.CLOSED


@dataclass
class Standing:
    """What stands for one case and one giving unit: state, protection, who has left, and the lines from the giver.

    blocked, blocked_in_region: the blocks on the person, which hold whatever else stands.
    left: the parties that took part in the case's insats and do not today. One that never was in it is judged by the
    grounds alone: an employer is no party to an insats.
    """

    case: Case
    giver: Unit
    owner: bool
    state: str
    now: datetime
    left: frozenset[int]
    lines: dict[tuple[int, str], list[ConsentLine]] = field(default_factory=lambda: defaultdict(list))
    blocked: frozenset[int] = frozenset()
    blocked_in_region: bool = False

    @classmethod
    def of(cls, case: Case, giver: Unit) -> "Standing":
        """Reads it from the rows as they are now. `case` with its person, `giver` with its party, at hand."""
        stands = above(case)
        standing = cls(
            case=case,
            giver=giver,
            owner=case.unit_id == giver.pk,
            state=stands.state,
            blocked=stands.units,
            blocked_in_region=stands.region,
            now=timezone.now(),
            left=parties_that_left(case.initiative_id) if case.initiative_id else frozenset(),
        )
        for line in ConsentLine.objects.filter(case=case, from_unit=giver).order_by("until_at", "id"):
            standing.lines[line.to_unit_id, line.kind].append(line)
        return standing

    @classmethod
    def of_cases(cls, cases: Iterable[Case], giver: Unit) -> "dict[int, Standing]":
        """The same for many cases, by case, in as many queries for one as for a hundred (two more for each insats)."""
        chosen = {case.pk: case for case in cases}
        with connection.cursor() as cursor:
            cursor.execute(
                "select c, portal.case_state(c), portal.blocks_on(c) from unnest(%s::bigint[]) c",
                [list(chosen)],
            )
            stands = {pk: (state, json.loads(blocks)) for pk, state, blocks in cursor.fetchall()}
        insatser = {case.initiative_id for case in chosen.values() if case.initiative_id}
        left = {pk: parties_that_left(pk) for pk in insatser}
        now = timezone.now()
        found = {
            pk: cls(
                case=case, giver=giver, owner=case.unit_id == giver.pk, state=stands[pk][0] or State.CLOSED, now=now,
                left=left[case.initiative_id] if case.initiative_id else frozenset(), blocked=frozenset(stands[pk][1]["units"]),
                blocked_in_region=stands[pk][1]["region"],
            )
            for pk, case in chosen.items()
        }  # fmt: skip
        for line in ConsentLine.objects.filter(case__in=chosen, from_unit=giver).order_by("until_at", "id"):
            found[line.case_id].lines[line.to_unit_id, line.kind].append(line)
        return found

    def decide(self, act: Act, receiver: Unit, kind: str, *, request: int | None = None) -> Decision:
        """The decision for one receiver and kind. The overrides come first, in the order the law page gives them.

        request: the number of FK's formal question, without which a statutory answer has no ground.
        """
        party = receiver.party

        def no(reason: Reason, on: date | None = None) -> Decision:
            # To another unit every refusal that tells something of the owner's case reads the same (R5).
            if not self.owner and reason in _TELLS_OF_THE_CASE:
                return Decision(False, party.name, reason=Reason.OUTWARD)
            return Decision(False, party.name, reason=reason, reason_on=on)

        if party.kind in (PartyKind.ASSOCIATION, PartyKind.EVALUATOR):
            return no(Reason.ONLY_AGGREGATES)
        if kind == InformationKind.SPECIAL:
            return no(Reason.SPECIAL)
        if kind == InformationKind.INTERNAL:
            return no(Reason.STAYS)
        if self.case.person.protected:
            return no(Reason.PROTECTED)
        if receiver.pk in self.blocked or self.giver.pk in self.blocked:
            return no(Reason.BLOCKED_UNIT)
        if self.state != State.OPEN:
            return no(Reason.CASE_CLOSED if self.state == State.CLOSED else Reason.CASE_PAUSED)
        for each in (party, self.giver.party):
            if each.pk in self.left:
                return Decision(False, each.name, reason=Reason.NOT_TAKING_PART)
        codes = (PartyKind(self.giver.party.kind).matrix, PartyKind(party.kind).matrix)
        grounds = grounds_for(act, *codes, kind)
        for ground in grounds:
            found = self._on(ground, receiver, kind, request)
            if found is not None:
                return found
        if not grounds:
            return no(why_no_way(act, codes, kind))
        if self.blocked_in_region and grounds[0] is Ground.INTRA_CARE:
            return no(Reason.BLOCKED_REGION)
        return no(*self._why_no_consent(receiver, kind))

    def _on(self, ground: Ground, receiver: Unit, kind: str, request: int | None) -> Decision | None:
        if ground is Ground.CONSENT:
            live = [line for line in self.lines[receiver.pk, kind] if self._lives(line)]
            return self._rests_on(live[-1], receiver) if live else None
        if not self.owner and receiver.pk != self.case.unit_id:
            # What a unit was given it gives on to a third only on the person's consent.
            return None
        if ground is Ground.FK_DUTY and request is None:
            return None
        if ground is Ground.INTRA_CARE and (
            self.blocked_in_region or receiver.party.organisation_id != self.giver.party.organisation_id
        ):
            return None
        until = self.now + STANDS[ground]
        return Decision(
            True, receiver.party.name, ground=ground, until=until, until_on=until.astimezone(STOCKHOLM).date()
        )

    def existence_beside(self, decision: Decision, receiver: Unit) -> Decision | None:
        """The consent to existence that the person gave together with the line of `decision`; None when none lives."""
        lines = {line.pk: line for there in self.lines.values() for line in there}
        consent = lines[decision.line].consent_id if decision.line in lines else None
        for line in self.lines[receiver.pk, InformationKind.EXISTENCE]:
            if line.consent_id == consent and self._lives(line):
                return self._rests_on(line, receiver)
        return None

    def _lives(self, line: ConsentLine) -> bool:
        return line.ended_at is None and line.from_at <= self.now < line.until_at

    def _rests_on(self, line: ConsentLine, receiver: Unit) -> Decision:
        return Decision(
            True,
            receiver.party.name,
            ground=Ground.CONSENT,
            until=line.until_at,
            until_on=last_day(line.until_at),
            line=line.pk,
        )

    def _why_no_consent(self, receiver: Unit, kind: str) -> tuple[Reason, date | None]:
        lines = self.lines[receiver.pk, kind]
        coming = [line for line in lines if line.ended_at is None and line.from_at > self.now]
        if coming:
            return Reason.NOT_YET, coming[0].from_at.astimezone(STOCKHOLM).date()
        withdrawn = [(line.ended_at, line) for line in lines if line.ended_at is not None]
        expired = [line for line in lines if line.ended_at is None and line.until_at <= self.now]
        if withdrawn and (not expired or withdrawn[-1][0] > expired[-1].until_at):
            ended_at, last = max(withdrawn, key=lambda pair: pair[0])
            day = ended_at.astimezone(STOCKHOLM).date()
            return (Reason.WITHDRAWN if last.ended_how == Ending.WITHDRAWN else Reason.CONSENT_ENDED), day
        if expired:
            return Reason.CONSENT_ENDED, last_day(expired[-1].until_at)
        if kind == InformationKind.MEDICAL and self._on(
            Ground.CONSENT, receiver, InformationKind.EXISTENCE, None
        ):
            return Reason.MEDICAL_TICK, None
        return Reason.NO_CONSENT, None


_TELLS_OF_THE_CASE = frozenset(
    {
        Reason.PROTECTED,
        Reason.BLOCKED_UNIT,
        Reason.BLOCKED_REGION,
        Reason.CASE_CLOSED,
        Reason.CASE_PAUSED,
        Reason.WITHDRAWN,
        Reason.CONSENT_ENDED,
        Reason.NOT_YET,
    }
)


def why_no_way(act: Act, codes: tuple[str, str], kind: str) -> Reason:
    giver, receiver = codes
    if receiver == "EMP" and kind in (InformationKind.MEDICAL, InformationKind.CERTIFICATE):
        return Reason.NEVER_TO_EMPLOYER
    if act == Act.STATUTORY_ANSWER and giver == "PVP":
        return Reason.PRIVATE_CARE
    if act == Act.INFORMATION and grounds_for(Act.STATUTORY_ANSWER, giver, receiver, kind):
        return Reason.ONLY_AS_ANSWER
    return Reason.NO_WAY


def decide(
    act: Act, *, giver: Unit, receiver: Unit, kind: str, case: Case, request: int | None = None
) -> Decision:
    """One decision, read from the rows as they are now (see Standing.decide)."""
    return Standing.of(case, giver).decide(act, receiver, kind, request=request)
