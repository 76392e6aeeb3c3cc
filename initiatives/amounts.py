"""Hours, shares and kronor: computed from whole minutes and whole kronor, written the Swedish way."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

Number = int | float
Key = TypeVar("Key")

NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


class SharesNotWhole(ValueError):
    """The shares do not sum to exactly 100, so nothing can be divided by them."""


def ratio(part: int, whole: int) -> Number:
    """part / whole with at most one decimal, halves away from zero; a whole result is an int. `whole` is
    above zero.

    Integer arithmetic throughout: 0.25 is exactly half between two tenths and becomes 0.3, which a float or
    Python's own rounding to even would miss.
    """
    if whole <= 0:
        raise ValueError("the whole must be above zero")
    tenths = (abs(part) * 20 + whole) // (2 * whole)
    tenths = -tenths if part < 0 else tenths
    return tenths // 10 if tenths % 10 == 0 else tenths / 10


def hours(minutes: int) -> Number:
    """Minutes as hours, at most one decimal, halves up: 45 → 0.8, 450 → 7.5, 46080 → 768."""
    return ratio(minutes, 60)


def tenths(minutes: Mapping[Key, int]) -> dict[Key, Number]:
    """The parts of a whole as hours with at most one decimal, so that they add up to `hours` of the whole: the
    tenths that are left when each is rounded down go to the largest remainders, then in the order given.
    """
    parts = {name: part // 6 for name, part in minutes.items()}
    left = (sum(minutes.values()) * 20 + 60) // 120 - sum(parts.values())
    for name in sorted(parts, key=lambda name: -(minutes[name] % 6))[:left]:
        parts[name] += 1
    return {name: part // 10 if part % 10 == 0 else part / 10 for name, part in parts.items()}


def percent(part: int, whole: int) -> Number | None:
    """The share of `part` in `whole` in per cent; None where there is no whole: a share of nothing is
    unknown, not 0.
    """
    return ratio(part * 100, whole) if whole > 0 else None


def divide(total: int, shares: Mapping[str, Decimal | int]) -> dict[str, int]:
    """Divides whole kronor by shares in per cent (at most two decimals) so that the parts sum to `total`.

    Largest remainder: each gets the whole kronor of its exact part; the kronor left go to the largest
    remainders. Equal remainders: the larger share first, then the order given. A credit (negative total)
    mirrors a cost. Raises SharesNotWhole unless the shares sum to exactly 100.
    """
    hundredths = {name: int(Decimal(share) * 100) for name, share in shares.items()}
    if sum(hundredths.values()) != 10_000 or sum(Decimal(share) for share in shares.values()) != 100:
        raise SharesNotWhole
    sign, total = (-1, -total) if total < 0 else (1, total)
    parts = {name: total * share // 10_000 for name, share in hundredths.items()}
    remainder = {name: total * share % 10_000 for name, share in hundredths.items()}
    first = sorted(parts, key=lambda name: (-remainder[name], -hundredths[name]))
    for name in first[: total - sum(parts.values())]:
        parts[name] += 1
    return {name: sign * part for name, part in parts.items()}


def written(value: Number | Decimal, decimals: int | None = None) -> str:
    """A number as Swedish readers write it: `310 163` with a no-break space, comma as decimal sign, a true
    minus.

    Without `decimals` a whole value shows none and another shows what it has.
    """
    if decimals is None:
        decimal = Decimal(str(value)).normalize()
        decimals = max(0, -int(decimal.as_tuple().exponent))
    text = f"{abs(Decimal(str(value))):,.{decimals}f}".replace(",", NO_BREAK).replace(".", ",")
    return f"{MINUS}{text}" if value < 0 and text.strip("0,") else text


def kronor(value: int) -> str:
    """`310 163 kr`, never broken over a line."""
    return f"{written(value)}{NO_BREAK}kr"


def per_cent(value: Number | Decimal) -> str:
    """`40 %`, never broken over a line."""
    return f"{written(value)}{NO_BREAK}%"
