"""Names in Swedish order, on any database: å, ä and ö last, capitals and small letters alike, accents beside their letter.

The order is spelled out here and not asked of a collation: a server without ICU has no Swedish one, and the order of a
page must be the same wherever the house stands. A name is turned into a key that is compared byte by byte.
"""

from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Coalesce, Collate, NullIf

# In bytes these follow upon z, in this order: å, ä, ö; and last of all whoever has no name.
_LAST = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"}
_BESIDE = {
    "a": "áàâãāă", "c": "çćč", "d": "ďđð", "e": "éèêëēęě", "g": "ğ", "i": "íìîïīı", "l": "łľ", "n": "ñńň",
    "o": "óòôõőō", "r": "řŕ", "s": "śšşș", "t": "ťţț", "u": "úùûūůű", "y": "ýÿü", "z": "źžż",
}  # fmt: skip
NAMELESS = "~"


def _pairs() -> dict[str, str]:
    pairs = {chr(code + 32).upper(): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
    pairs |= {letter: key for key, letters in _BESIDE.items() for letter in letters} | _LAST
    return pairs | {
        letter.upper(): key
        for letter, key in pairs.items()
        if len(letter.upper()) == 1 and letter.upper() not in pairs
    }


_PAIRS = _pairs()


def in_swedish_order(name: str) -> Collate:
    """What to order by, for the column `name`: its key, after every other the key of who has none."""
    key = Func(
        F(name), _text("".join(_PAIRS)), _text("".join(_PAIRS.values())), function="translate",
        output_field=TextField(),
    )  # fmt: skip
    return Collate(Coalesce(NullIf(key, _text("")), _text(NAMELESS)), "C")


def _text(value: str) -> Value:
    return Value(value, output_field=TextField())
