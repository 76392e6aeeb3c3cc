"""A measure's states and the moves between them.

Moving one is a later version of the item, with the day: what was given before stays as it was.
"""

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MeasureState(models.TextChoices):
    """Where a measure stands, or a treatment."""

    PLANNED = "planned", pgettext_lazy("measure", "Planned")
    ONGOING = "ongoing", pgettext_lazy("measure", "Ongoing")
    COMPLETED = "completed", pgettext_lazy("measure", "Completed")
    INTERRUPTED = "interrupted", pgettext_lazy("measure", "Interrupted")


_S = MeasureState
# From: to. One written before states were asked for has none, and may be put in any.
MOVES: dict[str, tuple[MeasureState, ...]] = {
    "": tuple(_S),
    _S.PLANNED: (_S.ONGOING, _S.COMPLETED, _S.INTERRUPTED),
    _S.ONGOING: (_S.COMPLETED, _S.INTERRUPTED),
    _S.COMPLETED: (_S.ONGOING,),
    _S.INTERRUPTED: (_S.ONGOING,),
}
# What the button says, by the state it leads to; the second word when it has been in it before.
_DEEDS: dict[str, Promise] = {
    _S.PLANNED: _S.PLANNED.label,
    _S.ONGOING: _("Begin"),
    _S.COMPLETED: pgettext_lazy("deed", "Completed"),
    _S.INTERRUPTED: _("Interrupt"),
}
CHIPS: dict[str, str] = {_S.PLANNED: "wait", _S.ONGOING: "soon", _S.COMPLETED: "ok", _S.INTERRUPTED: "closed"}


def may_move(now: str, to: str) -> bool:
    """Whether the table knows the move; staying is no move."""
    return now == to or to in MOVES.get(now, ())


def deed(now: str, to: str) -> Promise:
    """The words of the button from one state to another."""
    if to == _S.ONGOING and now in (_S.COMPLETED, _S.INTERRUPTED):
        return _("Take up again")
    return _DEEDS[to]


def moved(facts: dict, to: str, on: date, reason: str = "") -> dict:
    """The facts after the move: its state and day; begun on that day unless said before; the reason of an interruption."""
    after = {k: v for k, v in facts.items() if k != "reason"} | {"state": to, "state_on": on.isoformat()}
    if to == _S.ONGOING:
        after.setdefault("from_on", on.isoformat())
    return after | ({"reason": reason} if reason else {})


@dataclass
class Move:
    """One button beside a measure."""

    to: str
    label: Promise
    asks_why: bool


def moves_from(facts: dict) -> list[Move]:
    """The buttons of a measure as it stands."""
    now = str(facts.get("state", ""))
    return [Move(to.value, deed(now, to), to == _S.INTERRUPTED) for to in MOVES.get(now, ())]


_ORDER = {_S.ONGOING: 0, _S.PLANNED: 1, "": 2, _S.INTERRUPTED: 3, _S.COMPLETED: 4}


def in_order(state: str) -> int:
    """Ongoing first, then planned, then what has ended."""
    return _ORDER.get(state, 2)
