"""`draw_report INITIATIVE PERIOD [--out FILE.pdf] [--figures FILE.json] [--as E-MAIL]`."""

import json
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from errands import files
from initiatives import commandline
from initiatives.access import visible_to as insatser_of
from initiatives.periods import NotAPeriod, NotEnded, Period
from parties.access import acting
from parties.models import Membership
from reports import actions, document, figures, jobs
from reports.access import visible_to
from reports.models import Drawing, Report


class Command(BaseCommand):
    help = (
        "Draws the report on an insats for a year (2023) or a quarter (2023Q4); freezes it first if need be."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("initiative", metavar="INITIATIVE", help="the name of the insats")
        parser.add_argument("period", metavar="PERIOD", help="2023 or 2023Q4")
        parser.add_argument("--out", metavar="FILE.pdf", type=Path, help="where the PDF is written")
        parser.add_argument("--figures", metavar="FILE.json", type=Path, help="where the figures are written")
        commandline.add_as(parser)

    def handle(self, *args, **options) -> None:
        with translation.override(settings.LANGUAGE_CODE):
            by = commandline.member_called(options["email"])
            try:
                report = self._frozen(by, options["initiative"], Period.read(options["period"]))
            except NotAPeriod as error:
                raise CommandError(_("Write the period as 2023 or 2023Q4.")) from error
            except NotEnded as error:
                raise CommandError(_("The period has not ended. Choose an earlier one.")) from error
            except PermissionDenied as error:
                raise CommandError(_("%(email)s may not do this.") % {"email": options["email"]}) from error
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            self._write(report, by, options)

    def _frozen(self, by: Membership, name: str, period: Period) -> Report:
        """The newest frozen version; without one the draft, or a new one, is frozen."""
        with acting(by):
            initiative = insatser_of(by).filter(name=name).first()
            if initiative is None:
                raise CommandError(_("There is no insats called %(name)s.") % {"name": name})
            report = visible_to(by).of(initiative, period).frozen().select_related("initiative").first()
            if report is None:
                report = actions.freeze(actions.begin(by=by, initiative=initiative, period=period), by=by)
            return report

    def _write(self, report: Report, by: Membership, options: dict) -> None:
        drawing = Drawing.objects.select_related("file").filter(report=report).first()
        pdf = files.read(drawing.file) if drawing else jobs.drawn(report, self._progress)
        with acting(by):
            actions.keep_drawing(report, pdf)
            if options["out"]:
                pdf = actions.hand_out(report, by=by)
        if options["out"]:
            _put(options["out"], pdf)
        if options["figures"]:
            told = figures.handed_over(report.period, document.figures_of(report))
            _put(options["figures"], (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode())
        self.stdout.write(
            _("%(title)s, version %(version)s: drawn.") % {"title": report.period, "version": report.version}
        )

    def _progress(self, done: int, of: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(_("%(n)s of %(m)s sections") % {"n": done, "m": of}, ending="\r")


def _put(path: Path, content: bytes) -> None:
    """Written aside and renamed: whoever reads the file never sees half of it."""
    aside = path.with_name(f".{path.name}.part")
    try:
        aside.write_bytes(content)
        aside.replace(path)
    except OSError as error:
        raise CommandError(_("The file %(path)s cannot be written.") % {"path": path}) from error
