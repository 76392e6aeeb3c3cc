"""Compiles the Swedish catalogue from locale/parts."""

from django.core.management.base import BaseCommand, CommandError

from samverkan.catalogue import CatalogueProblem, compile_catalogue


class Command(BaseCommand):
    help = "Merges locale/parts/*.po and compiles them; needs no gettext tools."
    requires_system_checks: list[str] = []

    def handle(self, *args: str, **options: object) -> None:
        try:
            count = compile_catalogue()
        except (CatalogueProblem, OSError) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{count} messages compiled")
