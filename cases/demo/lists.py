"""The demo's statement list: sent today by the clinic of most, with some of its rows answered by Försäkringskassan.

Written by the verbs themselves, in the order of a day: what may be given goes, and what has no ground stays at home.
"""

from datetime import date, timedelta

from django.utils import translation

from cases import statements
from cases.actions import statement_list as verbs
from cases.actions.disclosure import EXCLUDED_READ
from cases.actions.match import tick
from cases.facts import GRANTED, REFUSED, WAITING
from cases.forms import months_after
from parties.access import acting
from parties.demo import FK_A, NORR, Register

# The answers, from the oldest statement on; the rows after these wait for one.
ANSWERS = (GRANTED, REFUSED, WAITING, GRANTED)
MOST = 12


def send(register: Register, anchor: date) -> None:
    """One list, its first answers, and one watch."""
    with translation.override("sv"):
        _send(register, anchor)


def _send(register: Register, anchor: date) -> None:
    clinic, officer = register.first(NORR), register.first(FK_A)
    with acting(clinic):
        ready = statements.proposed(clinic, officer.unit, statements.UNDECIDED).ready
        # One statement a person: a list of a meeting, and no row that could be meant by another's answer.
        last = {row.item.case_id: row.item for row in ready}
        items = sorted(last.values(), key=lambda item: (item.happened_on, item.pk))[-MOST:]
        if not items:
            return
        sent, _outcomes = verbs.send(by=clinic, to=officer.unit, items=items, read=[i.pk for i in items])
    with acting(officer):
        rows = [row for row in statements.list_rows(sent, officer) if row.unanswered]
        for row, outcome in zip(rows, ANSWERS, strict=False):
            answer = verbs.answer(
                by=officer,
                case=row.statement.case,
                statement=row.statement,
                outcome=outcome,
                seen=None,
                period_start=anchor,
                period_end=months_after(anchor, 24) - timedelta(days=1),
                degree=100,
                officer=officer.user.name,
                confirmed=[EXCLUDED_READ],
            )
            if outcome == GRANTED:
                tick(by=officer, case=row.statement.case, item=answer.item)
