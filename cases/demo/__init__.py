"""Demo cases: 180 invented people at the region's clinics, with what each has said about sharing and what
was shared.

`plan` makes every row in memory from the seed and the day of loading; `write` writes them through both
nets, and `end` ends what has ended, once the rooms above have written theirs on the same cases.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from cases.actions.reading import note_opened
from cases.demo import happenings, people, rows, stories, writing
from cases.demo.rows import Rows
from cases.models import Disclosure
from initiatives.models import Initiative
from parties.access import acting
from parties.demo import Register
from parties.models import Membership, Unit

NEW_DAYS = 3


@dataclass
class Plan:
    """The cases' rows, and who writes for each unit."""

    rows: Rows
    numbers: dict[int, str]
    writers: dict[int, Membership]
    anchor: date
    first_day: date


def first_day_of(anchor: date) -> date:
    """The first day of the demo's history: eight whole quarters before the one that runs."""
    return date(anchor.year - 2, (anchor.month - 1) // 3 * 3 + 1, 1)


def plan(register: Register, insatser: Mapping[str, Initiative], rng: Random, anchor: date) -> Plan:
    """Stories, rows and numbers; nothing is saved."""
    first_day = first_day_of(anchor)
    told = stories.tell(register, insatser, rng, anchor, first_day)
    taken: set[str] = set()
    numbers = {
        id(story): people.test_number_for(
            rng, people.born_at(rng, story.age, story.opened_on), story.sex, taken
        )
        for story in told
        if not story.anonymous
    }
    writers = {
        unit.pk: register.first(unit.name)
        for unit in register.units.values()
        if _works_with_cases(register, unit)
    }
    return Plan(happenings.lay_out(told, register, rng, anchor), numbers, writers, anchor, first_day)


def _works_with_cases(register: Register, unit: Unit) -> bool:
    return any(m.is_case_role for m in register.members.get(unit.name, []))


def write(planned: Plan, rng: Random) -> None:
    """Settles what was given, and writes all but the endings."""
    rows.settle(planned.rows, rng, planned.anchor)
    writing.write_rows(planned.rows, planned.numbers, planned.writers)


def end(planned: Plan) -> None:
    """Consents taken back, cases closed, showings stopped: last, since the wall closes with them."""
    writing.write_endings(planned.rows, planned.writers)


def open_what_is_old(planned: Plan) -> None:
    """Each unit has opened what it was given, but for the last days': that is new on its lists."""
    before = timezone.make_aware(datetime.combine(planned.anchor - timedelta(days=NEW_DAYS), time()))
    for member in planned.writers.values():
        with acting(member):
            for d in (
                Disclosure.objects.unopened_by(member).filter(at__lt=before).select_related("case", "item")
            ):
                note_opened(by=member, case=d.case, item=d.item)
