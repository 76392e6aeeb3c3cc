"""What reports add to rooms below: where a draft of a report's text belongs."""

from django.urls import reverse
from django.utils.translation import gettext as _

from reports.form import BY_KEY


def draft_words(key: str) -> str:
    """What a draft of a text is called in its writer's list; the key is the report and the part of its form."""
    part = BY_KEY[key.partition(".")[2]]
    return _("Report, part %(number)s %(short)s") % {"number": part.number, "short": part.short}


def draft_address(key: str) -> str:
    """The part of the report."""
    report, _dot, part = key.partition(".")
    return reverse("report_part", args=[int(report), part])
