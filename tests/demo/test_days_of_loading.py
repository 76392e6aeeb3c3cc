"""The demo on other days than today: planned in memory, since the database has a clock of its own."""

from datetime import date
from random import Random

import pytest
from django.core.management import CommandError, call_command

from cases import demo as cases_demo
from cases.demo import stories
from inquiries import demo as inquiries_demo
from parties import demo as parties_demo
from parties.demo import AF, EMP_LIVS, FK_A, FK_B, LINDGARDEN, NORR, SOC_EKELUNDA, SODER, SOLSIDAN
from parties.models import Party, PartyKind, Role, User
from tests.factories import make_member, make_unit

pytestmark = pytest.mark.django_db

DAYS = [date(2027, 1, 1), date(2027, 7, 31), date(2028, 2, 29), date(2026, 3, 29), date(2026, 12, 31)]
LESSONS = {stories.PAUSED_QUESTION, stories.NO_PLAN, stories.TAKEN_BACK}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_login_has_something_that_waits(day):
    register = parties_demo.seed(Random("parties"), day)
    cases = cases_demo.plan(register, {}, Random(f"{day} cases"), day)
    asked = inquiries_demo.plan(cases, register, Random(f"{day} inquiries"), day)
    cases_demo.rows.settle(cases.rows, Random("settling"), day)
    now = {}
    for step in sorted(asked.steps, key=lambda s: s.at):
        now[id(step.inquiry)] = step.state
    waits = {i.to_unit.name for i in asked.inquiries if i.to_unit and now[id(i)] in ("sent", "read")}
    assert {NORR, SODER, FK_A, FK_B, LINDGARDEN, SOLSIDAN, AF, SOC_EKELUNDA, EMP_LIVS} <= waits
    assert any(i.asker_unit.name == NORR for i in asked.inquiries if now[id(i)] == "answered")
    assert {s.lesson for s in cases.rows.stories} >= LESSONS
    midnight = cases_demo.rows.midnight(day)
    moments = [r.at for rows in (cases.rows.items, cases.rows.disclosures, asked.steps) for r in rows]
    assert max(moments) < midnight


def test_with_a_user_nothing_is_loaded(capsys):
    make_member("ensam", make_unit("Ensam mottagning", PartyKind.PSYCHIATRY), Role.COORDINATOR)
    call_command("load_demo")
    assert "nothing was changed" in capsys.readouterr().out
    assert Party.objects.count() == 1
    assert User.objects.count() == 1


def test_without_demo_mode_nothing_is_loaded(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("load_demo")
    assert not User.objects.exists()
