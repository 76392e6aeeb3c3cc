"""A number and a name in one box, as they come from a journal, a list or a letter: "ååååmmdd-nnnn Förnamn Efternamn"."""

import re
import unicodedata
from dataclasses import dataclass

# Ten or twelve digits, with or without a sign or a space before the four last, and no digit on either side.
_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{2})?[0-9]{6} ?[-+\u2010-\u2014\u2212]? ?[0-9]{4}(?![0-9])")
_EDGES = " \t,;:|/()-\u2013\u2014"


@dataclass(frozen=True, repr=False)
class Pasted:
    """The number as it was written, not yet read, and the name beside it: empty when there was none."""

    number: str
    name: str

    def __repr__(self) -> str:
        return "<pasted>"


def read_pasted(text: str) -> Pasted | None:
    """The number and the name, whichever comes first; None when there is no number, or more than one.

    Tabs, commas, double spaces and invisible signs come along and say nothing; "Efternamn, Förnamn" is turned round.
    """
    plain = "".join(" " if sign.isspace() else sign for sign in text if unicodedata.category(sign) != "Cf")
    found = list(_NUMBER.finditer(re.sub(r" {2,}", " ", plain)))
    if len(found) != 1:
        return None
    plain = re.sub(r" {2,}", " ", plain)
    before, after = plain[: found[0].start()].strip(_EDGES), plain[found[0].end() :].strip(_EDGES)
    name = f"{before} {after}".strip()
    if any(sign.isdigit() for sign in name):
        return None
    last, comma, first = name.partition(",")
    if comma and "," not in first:
        name = f"{first.strip()} {last.strip()}"
    return Pasted(found[0].group(), name)
