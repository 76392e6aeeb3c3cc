"""A report as the one piece of content that is hashed, drawn and shown: cover, texts and figures.

Plain values only.
"""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext

from initiatives.models import Initiative, SeatRole
from initiatives.periods import Period, today
from reports import figures, form
from reports.models import Report

BRIEF = ("hours_used", "patient_share_percent", "pulse_meetings_held", "invoiced_sek")


def canonical(content: object) -> bytes:
    """The one way content is written before it is hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def fingerprint(content: object) -> str:
    """sha256 over the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(content)).hexdigest()


def cover_of(report: Report) -> dict[str, Any]:
    """What stands on the first page as things are now: names as of today, and the day of freezing."""
    initiative = report.initiative
    shares = initiative.shares.of_year(report.year)
    leads = initiative.seats.live().filter(role=SeatRole.LEAD).select_related("user").order_by("id")
    return {
        "initiative": initiative.name,
        "owner": initiative.owner_name,
        "first_party": initiative.first_party_name,
        "second_party": initiative.second_party_name,
        "associations": [share.name for share in shares],
        "leads": [seat.user.name for seat in leads],
        "frozen_on": today().isoformat(),
        "demo": settings.DEMO,
    }


def sections_of(report: Report, initiative: Initiative) -> list[dict[str, str]]:
    """The texts in the order of the form. What has no row yet has the form's heading and no text."""
    there = {section.key: section for section in report.sections.all()}
    return [
        {
            "key": part.key,
            "heading": there[part.key].heading if part.key in there else heading_of(report, part, initiative),
            "text": there[part.key].text if part.key in there else "",
        }
        for part in form.FORM
    ]


def heading_of(report: Report, part: form.Part, initiative: Initiative) -> str:
    return form.heading(part, report.period, initiative.first_party_name, initiative.second_party_name)


def figures_of(report: Report) -> list[dict[str, Any]]:
    """The frozen figures of a frozen report; of a draft the figures as they are now."""
    if report.is_draft:
        return figures.count(report.initiative, report.period)
    fields = ("key", "label", "form", "value", "definition", "note")
    return list(report.figures.order_by("ordinal").values(*fields))


def content_of(report: Report, cover: dict, sections: list[dict], counted: list[dict]) -> dict[str, Any]:
    """Everything the fingerprint is taken over, and nothing else: what is drawn follows from it alone."""
    return {
        "period": str(report.period),
        "version": report.version,
        "cover": cover,
        "sections": sections,
        "figures": counted,
    }


def frozen_content(report: Report) -> dict[str, Any]:
    """The content of a frozen report as its rows say."""
    return content_of(report, report.cover, sections_of(report, report.initiative), figures_of(report))


def document_of(content: dict[str, Any], sha256: str) -> dict[str, Any]:
    """The content laid out for drawing, in Swedish."""
    cover, period = content["cover"], Period.read(content["period"])
    texts = {section["key"]: section for section in content["sections"]}
    with translation.override("sv"):
        version = _("%(n)s, figures frozen %(date)s") % {"n": content["version"], "date": cover["frozen_on"]}
        span = _("%(first)s to %(last)s") % {"first": period.first, "last": period.last}
        between = {"first": cover["first_party"], "second": cover["second_party"]}
        facts = [
            [pgettext("report", "Period"), span],
            [_("The figures go to and including"), period.last.isoformat()],
            [pgettext("report", "Version"), version],
            [pgettext("report", "Owner of the insats"), cover["owner"]],
            [
                npgettext(
                    "report",
                    "Coordination association",
                    "Coordination associations",
                    len(cover["associations"]),
                ),
                listed(cover["associations"]),
            ],
            [
                pgettext("report", "Contact"),
                _("%(name)s, project lead") % {"name": listed(cover["leads"])} if cover["leads"] else "",
            ],
        ]
        return {
            "title": form.title(period),
            "initiative": cover["initiative"],
            "owner": cover["owner"],
            "description": _("%(title)s to the coordination associations, figures frozen %(date)s")
            % {"title": form.title(period), "date": cover["frozen_on"]},
            "lead": _("Collaboration between %(first)s and %(second)s") % between,
            "facts": [[str(label), fact] for label, fact in facts if fact],
            "version_label": pgettext("report", "Version"),
            "frozen_on": cover["frozen_on"],
            "frozen_words": _("The figures were frozen %(date)s and go to and including %(last)s.")
            % {"date": cover["frozen_on"], "last": period.last},
            "brief_heading": _("The quarter in brief") if period.quarter else _("The year in brief"),
            "brief": list(BRIEF),
            "appendix": str(int(form.FORM[-1].number) + 1),
            "parts": [_part(part, texts[part.key]) for part in form.FORM],
            "figures": {figure["key"]: figure for figure in content["figures"]},
            "demo": cover["demo"],
            "sha256": sha256,
        }


def _part(part: form.Part, section: dict[str, str]) -> dict[str, Any]:
    return {
        "number": part.number,
        "key": part.key,
        "short": part.short,
        "over": part.over,
        "chapter": part.chapter,
        "inside": part.inside,
        "heading": section["heading"],
        "headed": [list(pair) for pair in part.headed],
        "before_text": part.before_text,
        "writer": part.writer,
        "text": section["text"],
        "silence": _("Nothing is written by the steering group.")
        if part.writer == form.STEERING
        else _("Nothing is written here."),
        "figures": list(part.figures),
    }


def listed(names: list[str]) -> str:
    """`A, B och C`."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}
