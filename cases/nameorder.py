"""Names in Swedish order, on any database: å, ä and ö last, capitals and small letters alike, accents beside their letter.

The order is spelled out here and not asked of a collation: a server without ICU has no Swedish one, and the order of a
page must be the same wherever the house stands. A name is turned into a key that is compared byte by byte.
"""

from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Coalesce, Collate, Lower, NullIf
from django.db.models.lookups import GreaterThan

# In bytes these follow upon z, in this order: å, ä, ö; and last of all whoever has no name.
_LAST = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"}
# The fewer, the faster: each sign of each name is looked for among them.
_BESIDE = {"a": "áà", "c": "çćč", "e": "éèë", "i": "íï", "n": "ñ", "o": "óô", "s": "šş", "u": "úû", "y": "ýü", "z": "žż"}  # fmt: skip
_PAIRS = {letter: key for key, letters in _BESIDE.items() for letter in letters} | _LAST
_PAIRS |= {letter.upper(): key for letter, key in _PAIRS.items()}
NAMELESS = "~"


def in_swedish_order(name: str) -> Collate:
    """What to order by, for the column `name`: its key, after every other the key of who has none."""
    small = Lower(Collate(F(name), "C"))  # Of A–Z alone, on every database.
    key = Func(
        small, _text("".join(_PAIRS)), _text("".join(_PAIRS.values())), function="translate",
        output_field=TextField(),
    )  # fmt: skip
    return Collate(Coalesce(NullIf(key, _text("")), _text(NAMELESS)), "C")


def after(key: str, pk: int) -> GreaterThan:
    """The rows that stand after this one, where `in_names` is annotated: one comparison, of key and number together."""
    return GreaterThan(_row(F("in_names"), F("pk")), _row(_text(key), Value(pk)))


def _row(*values: F | Value) -> Func:
    return Func(*values, function="row", output_field=TextField())


def _text(value: str) -> Value:
    return Value(value, output_field=TextField())
