"""Loads the demo: invented organisations, people and cases, if nobody is here yet. Safe to repeat.

Only in demo mode: everyone in the demo has the same password, and it is no secret.
"""

from datetime import date
from random import Random

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from cases import demo as cases_demo
from cases.demo import lists
from initiatives import demo as initiatives_demo
from inquiries import demo as inquiries_demo
from inquiries.demo import today
from parties import demo as parties_demo
from parties.models import User
from reports import demo as reports_demo


class Command(BaseCommand):
    help = "Loads the demo data if there is no user yet; else changes nothing."

    def handle(self, *args: str, **options: object) -> None:
        if User.objects.exists():
            self.stdout.write("There is data already; nothing was changed.")
            return
        if not settings.DEMO:
            raise CommandError("The demo has a password that everyone knows: it is loaded with DEMO=1 only.")
        anchor = timezone.localdate()
        with transaction.atomic():
            _load(anchor)
        self.stdout.write("Demo data loaded")


def _load(anchor: date) -> None:
    """Room by room, each from its own stream of the one seed: what one room draws does not move another."""
    register = parties_demo.seed(_stream("parties"), anchor)
    insatser = initiatives_demo.seed(register, _stream("initiatives"), anchor)
    cases = cases_demo.plan(register, insatser, _stream("cases"), anchor)
    asked = inquiries_demo.plan(cases, register, _stream("inquiries"), anchor)
    cases_demo.write(cases, _stream("settling"))
    inquiries_demo.write(asked, cases)
    cases_demo.end(cases)
    cases_demo.open_what_is_old(cases)
    lists.send(register, anchor)
    today.work(asked, cases, register)
    reports_demo.seed(insatser, register, _stream("reports"), anchor)


def _stream(room: str) -> Random:
    return Random(f"{parties_demo.SEED} {room}")  # noqa: S311 - invented data, to be the same each time
