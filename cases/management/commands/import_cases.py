"""`import_cases FILE --as E-MAIL [--initiative NAME] [--dry-run] [--report FILE.json]`: a clinic's case list.

Exit code 0 when the file could be read, however many of its rows were rejected; 1 when nothing could be done,
with a sentence that says why. What is printed and reported are counts and places, never a value from a row.
"""

import json
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from cases import intake
from cases.listcells import figure
from cases.listfile import CaseList, ListFileProblem, check_size
from initiatives.models import Initiative
from parties.access import acting, memberships_of
from parties.models import Membership, Role, User


class Command(BaseCommand):
    help = "Imports a clinic's case list (CSV or XLSX). Right rows are imported, rejected ones are listed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="the list, CSV or XLSX")
        parser.add_argument(
            "--as", dest="email", required=True, metavar="E-MAIL", help="the administrator or coordinator"
        )
        parser.add_argument("--initiative", metavar="NAME", help="the insats that new cases belong to")
        parser.add_argument("--dry-run", action="store_true", help="tells what would happen, imports nothing")
        parser.add_argument("--report", metavar="FILE.json", type=Path, help="where the report is written")

    def handle(self, *args, **options) -> None:
        with translation.override(settings.LANGUAGE_CODE), _report_to(options["report"]) as write:
            write(self._run(options))

    def _run(self, options: dict) -> dict[str, object]:
        by, *also = _importers(options["email"])
        content = _content(options["file"])
        told = {"content": content, "filename": options["file"].name, "by": by, "also": also}
        try:
            with acting(by):
                told["initiative"] = _initiative(options["initiative"], by, also)
                if options["dry_run"]:
                    would = intake.check(**told)
                    self._tell_rows(would.read)
                    self._tell_what_would_be(would)
                    return would.read.report()
                outcome = intake.import_list(**told)
        except PermissionDenied as error:
            raise CommandError(_may_not()) from error
        except ListFileProblem as problem:
            raise CommandError(problem.sentence) from problem
        except intake.NotTakingPart as problem:
            raise CommandError(problem.sentence) from problem
        except intake.Interrupted as problem:
            raise CommandError(problem.sentence) from problem
        self._tell_rows(outcome.read)
        self.stdout.write(
            _("New cases: %(created)s. Changed: %(changed)s. Unchanged: %(unchanged)s.") % _counts(outcome)
        )
        return outcome.report()

    def _tell_what_would_be(self, would: intake.Outcome) -> None:
        self.stdout.write(_("Only a check: nothing is imported."))
        if not would.read.rows:
            return
        if would.nothing_new:
            told = _("An import would change nothing: all right rows are already here.")
        else:
            told = _(
                "An import would give. New cases: %(created)s. Changed: %(changed)s. Unchanged: %(unchanged)s."
            )
            told %= _counts(would)
        self.stdout.write(told)

    def _tell_rows(self, read: CaseList) -> None:
        for one in read.problems:
            self.stdout.write(f"{one.line}\t{one.column}\t{one.problem}\t{one.sentence}")
        for warning in read.warnings:
            self.stdout.write(f"{warning.line}\t{warning.column}\t{warning.warning}\t{warning.sentence}")
        self.stdout.write(
            _("Rows: %(rows)s. Right: %(right)s. Rejected: %(rejected)s.")
            % {
                "rows": figure(read.rows_with_content),
                "right": figure(len(read.rows)),
                "rejected": figure(len(read.problems)),
            }
        )


def _counts(outcome: intake.Outcome) -> dict[str, str]:
    return {name: figure(getattr(outcome, name)) for name in ("created", "changed", "unchanged")}


def _may_not() -> str:
    return _("No administrator or coordinator of a care unit has that e-mail address.")


def _importers(email: str) -> list[Membership]:
    """The memberships that the user may import with, an administrator's first."""
    user = User.objects.filter(email=email.strip().lower()).first()
    may = [m for m in memberships_of(user) if intake.may_import(m)] if user else []
    if not may:
        raise CommandError(_may_not())
    return sorted(may, key=lambda member: member.role != Role.ADMINISTRATOR)


def _content(path: Path) -> bytes:
    try:
        check_size(path.stat().st_size)
        return path.read_bytes()
    except ListFileProblem as problem:
        raise CommandError(problem.sentence) from problem
    except OSError as error:
        raise CommandError(_("The file %(path)s cannot be read.") % {"path": path}) from error


def _initiative(name: str | None, by: Membership, also: list[Membership]) -> Initiative | None:
    if name is None:
        return None
    found = intake.initiatives_for(intake.reach_of(by, also)).filter(name=name).first()
    if found is None:
        raise CommandError(
            _("None of your units takes part in an initiative called %(name)s.") % {"name": name}
        )
    return found


@contextmanager
def _report_to(path: Path | None):
    """Gives what writes the report, aside and renamed. Where it cannot be written nothing is imported."""
    if path is None:
        yield lambda report: None
        return
    aside = path.with_name(f".{path.name}.aside")
    try:
        out = aside.open("w", encoding="utf-8")
    except OSError as error:
        raise CommandError(_("The report %(path)s cannot be written.") % {"path": path}) from error

    def write(report: dict[str, object]) -> None:
        json.dump(report, out, ensure_ascii=False, indent=1)
        out.write("\n")
        out.close()
        aside.replace(path)

    try:
        yield write
    finally:
        out.close()
        aside.unlink(missing_ok=True)
