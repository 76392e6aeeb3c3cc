"""Everything that changes an insats. Each verb asks again what is allowed, under the insats's lock, and
leaves its trace.

Refusals: PermissionDenied for what the membership may not do; ValidationError, by field, for what cannot be
so.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from audit.ledger import record
from initiatives.access import allowed_actions, may_correct, may_start, parties_that_left
from initiatives.amounts import written
from initiatives.models import (
    Activity,
    ActivityState,
    Forecast,
    FundingShare,
    Grant,
    Initiative,
    Invoice,
    Obstacle,
    Participation,
    ParticipationKind,
    ParticipationRole,
    ReportingCount,
    Seat,
    SeatRole,
    TimeEntry,
    TimerSetting,
)
from initiatives.periods import far_off, today
from initiatives.seams import on_party_left
from initiatives.timers import DEFAULTS, TIMERS, in_wrong_order, out_of_bounds, timers_of
from parties.guards import refuse_personal_numbers
from parties.models import Membership, Party, PartyKind, Side, User

Row: TypeAlias = Activity | Obstacle | TimeEntry | Invoice | Grant | Forecast | Participation | ReportingCount

# What a kind of row is called in the ledger, and what one must be allowed in order to add one.
NEEDS: dict[type[models.Model], str] = {
    Activity: "log_activity",
    Obstacle: "log_obstacle",
    TimeEntry: "log_time",
    Invoice: "change_money",
    Grant: "change_money",
    Forecast: "change_money",
    Participation: "change_parties",
    ReportingCount: "change_money",
}
LOGGED_BY_UNITS = (Activity, Obstacle, TimeEntry)


@transaction.atomic
def start(
    *,
    by: Membership,
    name: str,
    kind: str,
    starts_on: date,
    owner_name: str,
    owner_kind: str = ParticipationKind.PSYCHIATRY,
    owner_takes_part: bool = True,
    ends_on: date | None = None,
    first_party_name: str = "",
    second_party_name: str = "",
    aim: str = "",
) -> Initiative:
    """Sets up an insats: its owner takes part from the first day (unless told otherwise), `by` becomes its
    lead.

    Without the two party names of the heading on collaboration they are Försäkringskassan and the owner.
    """
    if not may_start(by):
        raise PermissionDenied("start")
    hold_name(name)
    initiative = Initiative(
        name=name.strip(),
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        owner_name=owner_name.strip(),
        owner=registered(owner_name, owner_kind),
        first_party_name=first_party_name.strip() or "Försäkringskassan",
        second_party_name=second_party_name.strip() or owner_name.strip(),
        aim=aim,
        created_by=by,
    )
    _check(initiative)
    initiative.save()
    if owner_takes_part:
        owner = Participation(
            initiative=initiative,
            party=initiative.owner,
            name=initiative.owner_name,
            kind=owner_kind,
            role=ParticipationRole.OWNER,
            from_on=starts_on,
            to_on=ends_on,
        )
        _check(owner)
        owner.save()
    _seat(initiative, by.user, SeatRole.LEAD)
    record("initiative.started", by=by, note=f"initiative {initiative.pk}")
    return initiative


@transaction.atomic
def edit(initiative: Initiative, *, by: Membership) -> Initiative:
    """Saves what the form has set on the insats itself."""
    _locked(initiative.pk, by, "edit")
    _check(initiative)
    initiative.save()
    record("initiative.edited", by=by, note=f"initiative {initiative.pk}")
    return initiative


@transaction.atomic
def add(row: Row, *, by: Membership) -> Row:
    """A new row of diary, time, money or parties, as the form has filled it."""
    _locked(row.initiative_id, by, NEEDS[type(row)])
    if not isinstance(row, Participation | ReportingCount):
        row.recorded_by = by
    _check(row)
    row.save()
    _trace("added", row, by)
    _tell_of_who_left(row, by)
    return row


@transaction.atomic
def correct(row: Row, *, by: Membership) -> Row:
    """Saves a row that was there: as the lead, or, of diary and time, as the unit that logged it.

    A registered party stays the one it is: ValidationError at `party` for another, or none.
    """
    _locked_row(row, by)
    kept = _registered_party(row)
    if kept and isinstance(row, Participation) and row.party_id != kept:
        raise ValidationError({"party": ValidationError(party_stays(), code="party_stays")})
    _check(row)
    row.save()
    _trace("corrected", row, by)
    _tell_of_who_left(row, by)
    return row


@transaction.atomic
def remove(row: Row, *, by: Membership) -> None:
    """Takes away a row that should not have been there.

    The ledger keeps that it was there and who took it away. A registered party is never taken out
    (ValidationError): what was given to and from it ends when it has left, and a row that is gone ends nothing.
    """
    _locked_row(row, by)
    if _registered_party(row):
        raise ValidationError(party_stays(), code="party_stays")
    _trace("removed", row, by)
    row.delete()


@transaction.atomic
def set_shares(
    *, by: Membership, initiative: Initiative, year: int, shares: Sequence[tuple[str, Decimal]]
) -> list[FundingShare]:
    """The shares of a year, all at once: (name of the association, per cent). They sum to exactly 100.

    What stood for the year before is replaced; an association that is in the register is linked to it.
    """
    _locked(initiative.pk, by, "change_shares")
    total = sum((percent for _name, percent in shares), Decimal(0))
    if total != 100:
        raise ValidationError(
            _("The shares sum to %(total)s per cent. They must sum to exactly 100.")
            % {"total": written(total)},
            code="shares_not_100",
        )
    kept = {share.name: share for share in initiative.shares.filter(year=year)}
    rows = []
    for name, percent in shares:
        row = kept.pop(name.strip(), None) or FundingShare(
            initiative=initiative, year=year, name=name.strip()
        )
        row.percent = percent
        row.association = registered(row.name, PartyKind.ASSOCIATION)
        rows.append(row)
    FundingShare.objects.filter(pk__in=[row.pk for row in kept.values()]).delete()
    for row in rows:
        _check(row)
        row.save()
    record("initiative.shares_set", by=by, note=f"initiative {initiative.pk}, year {year}")
    return rows


@transaction.atomic
def set_timers(*, by: Membership, initiative: Initiative, times: Mapping[str, int]) -> int:
    """The times for the milestones of the insats's cases, by key; a key left out stays. Returns how many changed.

    ValidationError, by key, for what is out of bounds or in the wrong order. A time put back to the default keeps its row.
    """
    _locked(initiative.pk, by, "change_timers")
    now = timers_of([initiative.pk])[initiative.pk]
    wrong = out_of_bounds(times)
    if not wrong:
        wrong = in_wrong_order({**DEFAULTS, **now, **times})
    if wrong:
        raise ValidationError({key: ValidationError(why, code="time") for key, why in wrong.items()})
    kept = {row.key: row for row in TimerSetting.objects.filter(initiative=initiative, key__in=TIMERS)}
    changed = [key for key, number in times.items() if number != now[key]]
    for key in changed:
        row = kept.get(key) or TimerSetting(initiative=initiative, key=key)
        row.number, row.set_by, row.set_at = times[key], by, Now()
        row.save()
    if changed:
        record(
            "initiative.timers_set", by=by, note=f"initiative {initiative.pk}, {', '.join(sorted(changed))}"
        )
    return len(changed)


@transaction.atomic
def give_seat(*, by: Membership, initiative: Initiative, user: User, role: str) -> Seat:
    """A place in the insats from now. The same place twice is one."""
    _locked(initiative.pk, by, "change_seats")
    seat = _seat(initiative, user, role)
    record("initiative.seat_given", by=by, note=f"initiative {initiative.pk}, seat {seat.pk}")
    return seat


@transaction.atomic
def end_seat(seat: Seat, *, by: Membership) -> None:
    """The place ends now. The last lead cannot leave: nobody could then change anything."""
    _locked(seat.initiative_id, by, "change_seats")
    live = Seat.objects.live().filter(initiative=seat.initiative_id, role=SeatRole.LEAD)
    if seat.role == SeatRole.LEAD and not live.exclude(pk=seat.pk).exists():
        raise ValidationError(_("The insats must have a project lead. Give someone else the seat first."))
    Seat.objects.live().filter(pk=seat.pk).update(until_at=Now())
    record("initiative.seat_ended", by=by, note=f"initiative {seat.initiative_id}, seat {seat.pk}")


def hold_name(name: str) -> None:
    """One sets up an insats by this name at a time, until the transaction ends: whoever confirms twice finds, the
    second time, the insats that is there.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended('initiatives.name:' || %s, 0))", [name.strip()]
        )


def registered(name: str, kind: str) -> Party | None:
    """The party of the register with exactly this name and kind, or None. Names in files make no parties."""
    return Party.objects.filter(name=name.strip(), kind=kind).first()


def _seat(initiative: Initiative, user: User, role: str) -> Seat:
    there = Seat.objects.live().filter(initiative=initiative, user=user).first()
    if there and there.role == role:
        return there
    if there:
        raise ValidationError(_("The person already has a seat in the insats."))
    if role == SeatRole.ASSOCIATION and user.side != Side.FORBUND:
        # The two sides never meet in one user (lag 2003:1210).
        raise ValidationError(
            _(
                "The coordination association's seat is for its own staff. Choose another role for this person."
            )
        )
    seat = Seat(initiative=initiative, user=user, role=role)
    seat.full_clean(exclude=["from_at", "until_at"], validate_constraints=False)
    seat.save()
    return seat


def party_stays() -> str:
    """Why a registered party is neither taken out of an insats nor exchanged, and what to do instead."""
    return _(
        "A party of the portal stays in the insats. If it no longer takes part, set its last day: what was"
        " given to it and by it then ends."
    )


def _registered_party(row: models.Model) -> int | None:
    """The party a participation has in the register, as the database says, whatever the row in hand says."""
    if not isinstance(row, Participation):
        return None
    return Participation.objects.filter(pk=row.pk).values_list("party", flat=True).first()


def _locked(initiative_pk: int, by: Membership, action: str) -> frozenset[str]:
    """Locks the insats for the rest of the transaction and asks again what is allowed."""
    initiative = Initiative.objects.select_for_update().get(pk=initiative_pk)
    allowed = allowed_actions(by, initiative)
    if action not in allowed:
        raise PermissionDenied(action)
    return allowed


def _locked_row(row: Row, by: Membership) -> None:
    allowed = _locked(row.initiative_id, by, NEEDS[type(row)])
    if isinstance(row, LOGGED_BY_UNITS) and not may_correct(by, allowed, row):
        raise PermissionDenied("correct")


def _check(row: models.Model) -> None:
    """Fields, constraints and the hard stop on personal numbers, all errors at once and by field."""
    errors: dict[str, list] = {}
    generated = [field.name for field in row._meta.fields if field.has_db_default()]
    try:
        row.full_clean(exclude=generated)
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    for field in row._meta.fields:
        day = getattr(row, field.attname)
        if isinstance(day, date) and not isinstance(day, datetime) and (sentence := far_off(day)):
            errors.setdefault(field.name, []).append(ValidationError(sentence, code="far_off"))
    for name, sentence in _ahead_of_today(row).items():
        errors.setdefault(name, []).append(ValidationError(sentence, code="ahead"))
    for field in row._meta.fields:
        if isinstance(field, models.TextField) and not field.choices:
            try:
                refuse_personal_numbers(getattr(row, field.attname))
            except ValidationError as error:
                errors.setdefault(field.name, []).extend(error.error_list)
    if errors:
        raise ValidationError(errors)


def _ahead_of_today(row: models.Model) -> dict[str, str]:
    """What says of a day to come that it has been, by field: time worked, an activity held, an obstacle."""
    days: dict[str, date | None] = {}
    if isinstance(row, TimeEntry):
        days = {"on": row.on, "to_on": row.to_on}
    elif isinstance(row, Activity) and row.state == ActivityState.HELD:
        days = {"on": row.on}
    elif isinstance(row, Obstacle):
        days = {"since": row.since, "solved_on": row.solved_on}
    ahead = [name for name, day in days.items() if day and day > today()]
    if isinstance(row, Activity):
        sentence = _("The day has not come. Write today, %(today)s, or earlier, or choose booked.")
    else:
        sentence = _("The day has not come. Write today, %(today)s, or earlier.")
    return {name: sentence % {"today": today()} for name in ahead}


def _tell_of_who_left(row: Row, by: Membership) -> None:
    """A party whose time in the insats is over: what rests on it ends in this deed."""
    if isinstance(row, Participation) and row.party_id in parties_that_left(row.initiative_id):
        for verb in on_party_left:
            verb(by=by, initiative=row.initiative_id, party=row.party_id)


def _trace(deed: str, row: Row, by: Membership) -> None:
    noun = row._meta.model_name
    record(f"initiative.{noun}_{deed}", by=by, note=f"initiative {row.initiative_id}, {noun} {row.pk}")
