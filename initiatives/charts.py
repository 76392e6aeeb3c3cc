"""Small honest charts as inline SVG, for page and PDF alike: real text, a title first, every axis from zero.

Only presentation attributes (a page under strict CSP takes no inline style); the classes let the page's theme
colour the same shapes, dark mode included. Widths are per cent of the drawing, so text keeps its size at
every width. A chart never stands alone: who draws one puts its numbers as a table beside it.
"""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from initiatives.amounts import Number, written

PETROL, SLATE, PALE = "#0a5462", "#758f92", "#c9d6d7"
INK, INK_2, LINE = "#161c1b", "#4d5856", "#7f8a87"
_ROW = 46
_COLUMN_HEIGHT = 108


def _svg(uid: str, height: int, title: str, shapes: SafeString) -> SafeString:
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="sv-chart" width="100%" height="{}" role="img"'
        ' aria-labelledby="{}" font-family="Source Sans 3, sans-serif" font-size="14" fill="{}">'
        '<title id="{}">{}</title>{}</svg>',
        height,
        uid,
        INK,
        uid,
        title,
        shapes,
    )


def _at(share: float) -> str:
    """A position in per cent with two decimals: the same bytes on every machine."""
    return f"{share:.2f}%"


def bars(uid: str, title: str, rows: Sequence[tuple[str, Number]], unit: str = "") -> SafeString:
    """One lying bar a row, label and value above it. `title` states the finding; values are zero or more."""
    top = max((value for _, value in rows), default=0) or 1
    shapes = format_html_join(
        "",
        '<text x="0" y="{}">{}</text><text x="100%" y="{}" text-anchor="end" font-weight="600">{}</text>'
        '<rect class="b1" x="0" y="{}" width="{}" height="14" fill="{}"/>',
        (
            (
                n * _ROW + 14,
                label,
                n * _ROW + 14,
                written(value) + unit,
                n * _ROW + 21,
                _at(100 * value / top),
                PETROL,
            )
            for n, (label, value) in enumerate(rows)
        ),
    )
    told = "; ".join(f"{label} {written(value)}{unit}" for label, value in rows)
    return _svg(uid, _ROW * len(rows) - 6, f"{title}: {told}", shapes)


def shares(uid: str, title: str, rows: Sequence[tuple[str, Number]], unit: str = "") -> SafeString:
    """One bar divided in parts of a whole, its words and numbers under it (two or three parts)."""
    whole = sum(value for _, value in rows) or 1
    marks, left = [], 0.0
    for n, (label, value) in enumerate(rows):
        width = 100 * value / whole
        last = n == len(rows) - 1 and n > 0
        marks.append(
            (
                f"b{n + 1}",
                _at(left),
                _at(width),
                (PETROL, SLATE, PALE)[n % 3],
                "100%" if last else _at(left),
                "end" if last else "start",
                written(value) + unit,
                "100%" if last else _at(left),
                "end" if last else "start",
                label,
            )
        )
        left += width
    shapes = format_html_join(
        "",
        '<rect class="{}" x="{}" y="0" width="{}" height="26" fill="{}"/>'
        '<text x="{}" y="48" text-anchor="{}" font-weight="600">{}</text>'
        f'<text class="q" x="{{}}" y="66" text-anchor="{{}}" fill="{INK_2}">{{}}</text>',
        marks,
    )
    told = "; ".join(f"{label} {written(value)}{unit}" for label, value in rows)
    return _svg(uid, 72, f"{title}: {told}", shapes)


def columns(uid: str, title: str, rows: Sequence[tuple[str, str, Number | None]]) -> SafeString:
    """Standing bars over time: (label, label under it, value); the last is the one spoken of.

    None draws no bar: unknown.
    """
    known = [value for _, _, value in rows if value is not None]
    top = max(known, default=0) or 1
    base = _COLUMN_HEIGHT + 26
    step = 100 / max(len(rows), 1)
    marks = []
    for n, (label, under, value) in enumerate(rows):
        middle = _at(n * step + step / 2)
        spoken_of = n == len(rows) - 1
        if value is not None:
            height = round(_COLUMN_HEIGHT * value / top)
            marks.append(
                format_html(
                    '<rect class="{}" x="{}" y="{}" width="{}" height="{}" fill="{}"/>'
                    '<text x="{}" y="{}" text-anchor="middle" font-weight="{}">{}</text>',
                    "b1" if spoken_of else "b2",
                    _at(n * step + step * 0.15),
                    base - height,
                    _at(step * 0.7),
                    height,
                    PETROL if spoken_of else SLATE,
                    middle,
                    base - height - 6,
                    600 if spoken_of else 400,
                    written(value),
                )
            )
        marks.append(
            format_html(
                '<text class="q" x="{}" y="{}" text-anchor="middle" fill="{}">{}</text>'
                '<text class="q" x="{}" y="{}" text-anchor="middle" fill="{}">{}</text>',
                middle,
                base + 18,
                INK_2,
                label,
                middle,
                base + 36,
                INK_2,
                under,
            )
        )
    axis = format_html('<line class="ax" x1="0" y1="{}" x2="100%" y2="{}" stroke="{}"/>', base, base, LINE)
    told = "; ".join(
        f"{label} {under}".strip() + (f" {written(value)}" if value is not None else " –")
        for label, under, value in rows
    )
    return _svg(
        uid,
        base + 44,
        f"{title}: {told}",
        format_html("{}{}", format_html_join("", "{}", ((m,) for m in marks)), axis),
    )
