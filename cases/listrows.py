"""The rows of a list of cases as markup, drawn in Python: a template that resolves every cell costs ten times the query."""

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from cases import columns
from cases.listing import Page, Row

# So many columns share the page's width and need no words of their own; with more the list scrolls in its box.
STANDING_ALONE = len(columns.STANDARD)
_EMPTY = '<td class="c-what is-none" role="cell">–</td>'


def body(page: Page, new: str) -> SafeString:
    """The rows of the list. new: the mark of a case with something unread, as markup; everything else is escaped here."""
    mark = " " + new
    return mark_safe("\n".join(_row(row, page.columns, mark if row.is_new else "") for row in page.rows))  # noqa: S308


def _row(row: Row, shown: tuple[str, ...], mark: str) -> str:
    number = escape(row.number)
    cells = "".join(_cell(name, row.cells[name], labelled=len(shown) > STANDING_ALONE) for name in shown)
    return (
        f'<tr class="sv-row" role="row"><td class="c-act sv-nowrap" role="cell">'
        f'<a href="{escape(row.url)}">{number}</a>{mark}</td>{cells}</tr>'
    )


def _cell(name: str, value: columns.Value, *, labelled: bool) -> str:
    text = columns.as_shown(name, value)
    if not text:
        return _EMPTY
    column = columns.COLUMNS[name] if name in columns.COLUMNS else columns.GIVEN[name]
    # On a phone the headings are gone: a date among dates says which it is.
    label = f' data-label="{escape(column.label)}"' if labelled and name in columns.DATES else ""
    text = f'<span class="sv-nowrap">{text}</span>' if name in columns.DATES else escape(text)
    return f'<td class="{column.cell}" role="cell"{label}>{text}</td>'


def is_wide(page: Page) -> bool:
    """Whether the columns are more than the page holds side by side."""
    return len(page.columns) > STANDING_ALONE


def heads(page: Page) -> list[tuple[str, str]]:
    """The headings of the list: how wide, and what they are called."""
    known = columns.GIVEN | columns.COLUMNS
    return [(known[name].css, str(known[name].label)) for name in page.columns]
