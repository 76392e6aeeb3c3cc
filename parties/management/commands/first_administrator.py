"""Founds a party with its first unit and administrator; prints the link to choose a password."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from parties import actions
from parties.models import PartyKind, Unit


class Command(BaseCommand):
    help = "The first administrator of a party. Everyone after is invited by a link from the page People."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--organisation", required=True)
        parser.add_argument("--kind", choices=PartyKind.values, required=True)
        parser.add_argument("--party", required=True, help="the party's name")
        parser.add_argument("--unit", required=True, help="the name of its first unit")

    def handle(self, *args, **o) -> None:
        try:
            with transaction.atomic():
                unit: Unit = actions.found_party(
                    organisation=o["organisation"],
                    kind=PartyKind(o["kind"]),
                    party=o["party"],
                    unit=o["unit"],
                )
                _, link = actions.first_administrator(unit=unit, email=o["email"], name=o["name"])
        except actions.OtherSide:
            raise CommandError(
                "That user stands on the other side of the house; use another address."
            ) from None
        self.stdout.write(link)
