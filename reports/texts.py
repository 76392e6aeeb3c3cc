"""The file of texts in an imported folder: one section a heading of the form, `## key`, the heading in bold,
then the answer.

Read and kept through the seam that initiatives leaves open (initiatives/seams.py). The file's headings become
those of its own report; its first line names the period, else the folder's totals do.
"""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from initiatives.folder import (
    MISSING,
    PERSONAL_NUMBER,
    TOO_LONG,
    TWICE,
    UNKNOWN_CODE,
    Folder,
    Problem,
    text_of,
)
from initiatives.models import Initiative
from initiatives.periods import NotEnded, Period
from parties.guards import refuse_personal_numbers
from parties.models import Membership
from reports import actions, form
from reports.access import has_had_a_steering_group
from reports.models import Report

NAME = "texts.md"
_PERIOD = re.compile(r"\b((?:19|20)\d\d(?:Q[1-4])?)\b")


@dataclass(frozen=True)
class Texts:
    """The answers of one report: (key, heading or empty, text)."""

    period: Period
    answers: tuple[tuple[str, str, str], ...]


def read(content: bytes, folder: Folder) -> Texts | None:
    """The texts, or None and problems in the folder's list: an unknown or doubled key, a personal number, no
    period.
    """
    problems = folder.problems
    text = text_of(NAME, content, problems)
    if text is None:
        return None
    lines = text.replace("\r\n", "\n").split("\n")
    named = _PERIOD.search(lines[0]) if lines[0].startswith("# ") else None
    period = Period.read(named[1]) if named else Period(folder.year) if folder.year else None
    if period is None:
        problems.append(Problem(NAME, 1, "", MISSING))
    writable = [part.key for part in form.FORM if part.writer]
    answers: dict[str, tuple[str, str]] = {}
    starts = [n for n, line in enumerate(lines) if line.startswith("## ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        key = lines[start][3:].strip()
        heading, answer = _answer(lines[start + 1 : end])
        problem = (
            UNKNOWN_CODE
            if key not in writable
            else TWICE
            if key in answers
            else TOO_LONG
            if len(answer) > actions.MOST_CHARACTERS
            else PERSONAL_NUMBER
            if _has_number(heading + "\n" + answer)
            else None
        )
        if problem:
            detail = ", ".join(writable) if problem == UNKNOWN_CODE else ""
            problems.append(Problem(NAME, start + 1, "", problem, detail))
        answers[key] = (heading, answer)
    return Texts(period, tuple((key, *answer) for key, answer in answers.items())) if period else None


def _answer(lines: list[str]) -> tuple[str, str]:
    """(the heading in bold on the first line that has text, or empty; the rest as it stands)."""
    body = "\n".join(lines).strip()
    first, _newline, rest = body.partition("\n")
    bold = re.fullmatch(r"\*\*(.+)\*\*", first.strip())
    return (bold[1].strip(), rest.strip()) if bold else ("", body)


def _has_number(text: str) -> bool:
    try:
        refuse_personal_numbers(text)
    except ValidationError:
        return True
    return False


def keep(initiative: Initiative, by: Membership, texts: Texts) -> tuple[int, int, int]:
    """Keeps the texts in the draft of their period's report: (created, changed, unchanged).

    Where the newest version is frozen and says the same, nothing is done; where it says something else, a new
    version begins. A steering group that has, or has had, a seat writes its section itself: there the file changes
    nothing.
    Raises ValidationError for a period that goes on or that the insats was not there in.
    """
    theirs = {key for key, part in form.BY_KEY.items() if part.writer == form.STEERING}
    left = theirs if has_had_a_steering_group(initiative) else set()
    latest = Report.objects.of(initiative, texts.period).first()
    there = {section.key: section for section in latest.sections.all()} if latest else {}
    differing = [
        (key, heading, text)
        for key, heading, text in texts.answers
        if key not in left
        and (key not in there or there[key].text != text or (heading and there[key].heading != heading))
    ]
    if not differing:
        return 0, 0, len(texts.answers)
    try:
        report = actions.begin(
            by=by, initiative=initiative, period=texts.period, corrects=latest.version if latest else None
        )
    except NotEnded as error:
        raise ValidationError(_("The period has not ended. Choose an earlier one.")) from error
    for key, heading, text in differing:
        actions.save_text(report, by=by, key=key, text=text, heading=heading, from_file=True)
    if latest is None:
        return len(differing), 0, len(texts.answers) - len(differing)
    return 0, len(differing), len(texts.answers) - len(differing)
