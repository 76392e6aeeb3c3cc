"""Guards for free text (C8.4): what must not be written, found before it is saved.

A hard stop (`find_numbers`): texts without a person, that is general questions, time entries, obstacles and
reports, are refused while they hold a personal number. A soft stop (`warning_words`): a text on a person that
speaks of violence, substance misuse or crime is saved only after the writer has seen the warning and chosen
to go on. Both are help against slips, not a wall against someone who means to get round them.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from parties.numbers import Number, NumberProblem, parse_number

HARD_STOP = _("Do not write personal numbers here.")
SOFT_STOP = _("Violence, substance misuse and crime are never given through the portal.")


@dataclass(frozen=True, slots=True)
class Found:
    """A personal number in a text: `text[start:end]` as it was written, and the number."""

    start: int
    end: int
    number: Number


_SPACE = r"[ \t\u00a0\u00ad\u2009\u200b\u202f]"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])"
_BETWEEN = rf"{_SPACE}{{0,3}}[-+\u2010-\u2014\u2212]?{_SPACE}{{0,3}}"
# The four last must not go on as digits, nor as the month and day of a date: »2026-03-04 – 2026-04-05« is a
# period.
_LAST = rf"(?P<last>[0-9]{{2}}{_SPACE}?[0-9]{{2}})(?![0-9])(?![-./][0-9]{{2}}[-./][0-9]{{2}}(?![0-9]))"
# One and the same sign between year, month and day, or none.
_DAY_OF_YEAR = rf"(?P<inside>[-./]|{_SPACE}|)(?P<month>{_MONTH})(?P=inside)(?P<day>{_DAY})"
_REST = rf"{_DAY_OF_YEAR}(?P<between>{_BETWEEN}){_LAST}"
_TWELVE = re.compile(rf"(?<![0-9])(?P<year>(?:18|19|20){_SPACE}?[0-9]{{2}}){_REST}")
_TEN = re.compile(rf"(?<![0-9])(?P<year>[0-9]{{2}}){_REST}")


def find_numbers(text: str, *, today: date | None = None) -> list[Found]:
    """The personal and coordination numbers in a text, in order.

    A number is a plausible date of birth followed by four digits with the right check digit: ten or twelve
    digits, with or without hyphen or plus, the date also with spaces, dots, hyphens or slashes inside, spaces
    round the sign and between the last four. Two that overlap are both returned. A telephone number, a period
    or an amount is none, save by a chance that no rule about digits can exclude.
    """
    found: list[Found] = []
    for one in sorted(_candidates(text, today), key=lambda one: (one.start, -one.end)):
        if not any(one.end <= other.end and one.number == other.number for other in found):
            found.append(one)
    return found


def _candidates(text: str, today: date | None) -> Iterator[Found]:
    for shape in (_TWELVE, _TEN):
        match = shape.search(text)
        while match:
            number = _number(match, today)
            if number is not None:
                yield Found(match.start(), match.end(), number)
            # From the next sign, not from the end: digits that were no number may be the start of one.
            match = shape.search(text, match.start() + 1)


def _number(match: re.Match[str], today: date | None) -> Number | None:
    plus = "+" if "+" in match["between"] else ""
    try:
        return parse_number(match["year"] + match["month"] + match["day"] + plus + match["last"], today=today)
    except NumberProblem:
        return None


def mask_numbers(text: str, *, today: date | None = None) -> str:
    """The text with each personal number as ÅÅÅÅMMDD-****; nothing else is changed.

    Masking twice gives the same text as masking once.
    """
    pieces: list[str] = []
    at = 0
    for one in find_numbers(text, today=today):
        pieces.append(text[at : one.start] if one.start >= at else " ")
        pieces.append(one.number.masked)
        at = max(at, one.end)
    return "".join(pieces) + text[at:]


_WORD = re.compile(r"[^\W\d_]+")
# What stands before or after »våld« and »brott« in words that are about something else.
_OTHER_VIOLENCE_BEFORE = re.compile(r"(?:t|^en|självs)$")
_OTHER_VIOLENCE_AFTER = re.compile(r"gäst")
_OTHER_CRIME_BEFORE = re.compile(
    r"(?:av|(?<!gr)upp|ut|genom|skepps|löftes|avtals|kontrakts|äktenskaps|stil|trend|struktur|serie|lednings|rör|"
    r"sten|kalk|gruv|^dag|bens?|arms?|höft|leds?|fot|finger|^tå|nack|kot|rygg|skall|käk|näs|stress)$"
)
_OTHER_CRIME_AFTER = re.compile(
    r"as$|ats$|ade|andes?$|are|ning|stycke|sjö|ställe|yt[ao]|gräns|last|anvisning|hållfast"
)


def warning_words(text: str) -> list[str]:
    """The words in a text that call for the soft stop, in small letters, each once, in order.

    Found are våld, missbruk and brott as whole words, inflected and in compounds (våldsutsatt, blandmissbruk,
    sexualbrott). Words that only look alike are left: avbrott, genombrott, utbrott, benbrott, brottas,
    brottning, tvåldosa, självsvåldig.
    """
    words = (word.lower() for word in _WORD.findall(unicodedata.normalize("NFC", text)))
    return list(dict.fromkeys(word for word in words if _calls_for_a_stop(word)))


def _calls_for_a_stop(word: str) -> bool:
    return (
        "missbruk" in word
        or _holds(word, "våld", _OTHER_VIOLENCE_BEFORE, _OTHER_VIOLENCE_AFTER)
        or _holds(word, "brott", _OTHER_CRIME_BEFORE, _OTHER_CRIME_AFTER)
    )


def _holds(word: str, stem: str, other_before: re.Pattern[str], other_after: re.Pattern[str]) -> bool:
    return any(
        not other_before.search(word[: match.start()]) and not other_after.match(word[match.end() :])
        for match in re.finditer(stem, word)
    )
