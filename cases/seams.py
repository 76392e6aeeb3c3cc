"""Where the rooms above plug in, from their AppConfig.ready(). The case knows their names, not their insides.

on_consent_ended: job kinds to enqueue after a withdrawal, one per room (payload: the case's number of row and the time).
case_panels: functions (request, case) -> a part of the case page, or None. open_matters: functions (membership, case,
units) -> counts shown before a withdrawal. worklist: functions (membership) -> rows of *Att göra*.
own_matters: functions (membership) -> what the unit itself wrote, for *Våra uppgifter*.
journal: sources of events for *Dagens journaltexter* (cases.journal.Source).
worked_on: functions () -> a condition on a case (OuterRef("pk")): the room holds something on it, and an import that opened
it does not take it back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

on_consent_ended: list[str] = []
case_panels: list[Callable[..., dict[str, Any] | None]] = []
open_matters: list[Callable[..., dict[str, int]]] = []
worklist: list[Callable[..., list["Matter"]]] = []
case_actions: list[Callable[..., list[dict[str, str]]]] = []
journal: list[Any] = []
worked_on: list[Callable[[], Any]] = []


# No part of the worklist holds more rows than this: nobody does more in a day.
MOST_MATTERS = 200


@dataclass(frozen=True)
class Matter:
    """One row of the worklist: what to do next, by when, who it waits for, on which case, and what happened.

    sort: the due date, or None for last. No name stands here; the case is its number.
    """

    action: str
    url: str
    group: str
    due_on: date | None
    waits_for: str
    case_number: str
    event: str
    is_mine: bool = True
    person: int | None = None
