"""From a frozen report to the bytes of its PDF. Same frozen content, same bytes (errands.paper): nothing here asks the
clock or the database. In Swedish, every chart with a text of its own.
"""

from collections.abc import Callable

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from errands.paper import pdf_of
from reports import layout, wording

Progress = Callable[[int, int], None]


def draw(document: dict, report_progress: Progress = lambda done, of: None) -> bytes:
    """The PDF of a frozen report. `report_progress(done, of)` is told of every section as it is laid down."""
    return pdf_of(html_of(document, report_progress), document["sha256"])


def html_of(document: dict, report_progress: Progress = lambda done, of: None) -> str:
    """The report as one page of HTML, in Swedish whatever language the reader has chosen."""
    with translation.override("sv"):
        numbers = {"table": 0, "figure": 0}
        parts = document["parts"]
        sections = []
        for done, part in enumerate(parts, start=1):
            laid_out = layout.section(part, document["figures"], numbers)
            sections.append(render_to_string("reports/pdf/section.html", laid_out))
            report_progress(done, len(parts))
        return render_to_string(
            "reports/pdf/report.html",
            {
                "document": document,
                "brief": [wording.shown(document["figures"][key]) for key in document["brief"]],
                "sections": map(SafeString, sections),
                "definitions": layout.definitions(document["figures"].values()),
            },
        )
