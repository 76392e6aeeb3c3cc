"""What an insats is made of. One noun a file; no row is about a person on sick leave.

Organisations are named by a name and a kind on the row, with a link to the register where the register has
them. A party in the register is someone who can sign in, be written to and be given information; a name in an
imported file must not become that. The name on the row is also what stood in the report of its time, whatever
the register calls the party later.
"""

from initiatives.models import diary, ground, money, timers, work
from initiatives.models.diary import (
    Activity,
    ActivityForm,
    ActivityKind,
    ActivityState,
    Area,
    Obstacle,
    ObstacleKind,
    ObstacleStatus,
)
from initiatives.models.ground import (
    Authority,
    FundingShare,
    Initiative,
    InitiativeKind,
    Participation,
    ParticipationKind,
    ParticipationRole,
    Seat,
    SeatRole,
)
from initiatives.models.money import Forecast, Grant, Invoice
from initiatives.models.timers import TimerSetting
from initiatives.models.work import ReportingCount, TimeEntry, TimeKind

CLASSIFIED = ground.CLASSIFIED | diary.CLASSIFIED | work.CLASSIFIED | money.CLASSIFIED | timers.CLASSIFIED

__all__ = [
    "CLASSIFIED",
    "Activity",
    "ActivityForm",
    "ActivityKind",
    "ActivityState",
    "Area",
    "Authority",
    "Forecast",
    "FundingShare",
    "Grant",
    "Initiative",
    "InitiativeKind",
    "Invoice",
    "Obstacle",
    "ObstacleKind",
    "ObstacleStatus",
    "Participation",
    "ParticipationKind",
    "ParticipationRole",
    "ReportingCount",
    "Seat",
    "SeatRole",
    "TimeEntry",
    "TimeKind",
    "TimerSetting",
]
