"""`import_initiative DIR [--dry-run] [--as E-MAIL]`: a folder of an insats, all of it or nothing."""

from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from initiatives import actions, commandline, folder, intake
from initiatives.models import SeatRole
from parties.access import acting
from parties.models import User

# In demo mode those who read the reports are seated too, so that the whole thread can be followed.
DEMO_SEATS = {
    "styrgrupp@samverkan.example": SeatRole.STEERING,
    "forbund@samverkan.example": SeatRole.ASSOCIATION,
}


class Command(BaseCommand):
    help = "Imports an insats from a folder of CSV files. With a rejected row nothing is saved."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="the folder with initiative.csv in it")
        parser.add_argument("--dry-run", action="store_true", help="tells what would happen, saves nothing")
        commandline.add_as(parser)

    def handle(self, *args, **options) -> None:
        with translation.override(settings.LANGUAGE_CODE):
            self._import(options["folder"], options["email"], options["dry_run"])

    def _import(self, path: Path, email: str, dry_run: bool) -> None:
        if not path.is_dir():
            raise CommandError(_("There is no folder %(path)s.") % {"path": path})
        by = commandline.member_called(email)
        try:
            with acting(by):
                outcome = intake.import_folder(folder.files_in(path), by=by, dry_run=dry_run)
                if outcome.initiative and settings.DEMO:
                    self._seat(outcome.initiative, by)
        except PermissionDenied as error:
            raise CommandError(_("%(email)s may not import this insats.") % {"email": email}) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        for problem in outcome.problems:
            place = _("%(file)s, line %(line)s") % {"file": problem.file, "line": problem.line}
            column = f", {problem.column}" if problem.column else ""
            self.stdout.write(f"{place}{column}: {problem.code}: {problem.sentence}")
        if outcome.problems:
            sentence = _("Nothing is saved. Rejected: %(n)s.") % {"n": len(outcome.problems)}
            if not dry_run:
                raise CommandError(sentence)
            self.stdout.write(sentence)
            return
        for name, created, changed, unchanged in outcome.files:
            told = _("%(created)s new, %(changed)s changed, %(unchanged)s as before") % {
                "created": created,
                "changed": changed,
                "unchanged": unchanged,
            }
            self.stdout.write(f"{name}: {told}")
        if dry_run:
            self.stdout.write(_("A dry run: nothing is saved."))

    def _seat(self, initiative, by) -> None:
        for email, role in DEMO_SEATS.items():
            user = User.objects.filter(email=email).first()
            if user and not initiative.seats.live().filter(user=user).exists():
                actions.give_seat(by=by, initiative=initiative, user=user, role=role)
