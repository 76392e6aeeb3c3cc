"""What every template may use: icons, chips, dates and figures in the house's form, a form's errors.

No domain words and no queries. Dates and figures are written alike in both languages (samverkan.formats).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import NamedTuple
from uuid import uuid4

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import BaseForm, BaseFormSet, BooleanField, BoundField
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from parties.unsent import sealed_writer

register = template.Library()

# The sprite's names (static/icons.svg holds exactly these; tests/frame compares).
# fmt: off
ICONS = frozenset({
    "add", "arrow", "arrow-left", "book", "building", "calendar", "chart", "chat", "check", "chevron",
    "chevron-down", "clock", "close", "copy", "document", "dot", "download", "eye", "eye-off", "filter",
    "flag", "folder", "give", "globe", "goal", "help", "home", "info", "key", "link", "list", "lock",
    "logout", "mail", "menu", "minus", "money", "pause", "pen", "people", "phone", "plus", "print",
    "refresh", "search", "send", "shield", "stop", "swap", "table", "todo", "trash", "turn", "upload",
    "user", "warning",
})
# fmt: on

# A chip is a word with an icon; the kind says how much attention it asks for.
CHIP_ICONS = {
    "turn": "turn",
    "ok": "check",
    "wait": "clock",
    "soon": "clock",
    "late": "warning",
    "closed": "minus",
    "stop": "stop",
}

MINUS, NBSP = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"


@register.simple_tag
def asset(path: str) -> str:
    """The address of a static file; the plain one if no hashed name is known: error pages always render."""
    try:
        return staticfiles_storage.url(path)
    except ValueError:
        return f"/static/{path}"


@register.simple_tag
def form_key() -> str:
    """A key for one showing of a form, so that sent twice it is done once (errands.once)."""
    return str(uuid4())


@register.simple_tag(takes_context=True)
def form_of(context: Context) -> str:
    """Who is shown a form, sealed: what was typed in it is sent again by the same person only (parties.unsent)."""
    user = getattr(context.get("request"), "user", None)
    return sealed_writer(user.pk) if user is not None and user.is_authenticated else ""


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon beside a word, silent to a screen reader: the word speaks. ValueError on an unknown name."""
    return _icon(name, css)


@cache
def _icon(name: str, css: str) -> SafeString:
    if name not in ICONS:
        raise ValueError(f"There is no icon “{name}”. There are: {', '.join(sorted(ICONS))}")
    return format_html(
        '<svg class="sv-i{}" width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor"'
        ' aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" {css}" if css else "",
        asset("icons.svg"),
        name,
    )


@register.simple_tag
def chip(kind: str, word: object, icon: str = "") -> SafeString:
    """A state: kind is turn, ok, wait, soon, late, closed or stop; the word alone must be enough.

    Raises KeyError on an unknown kind. Row renderers in Python call this too.
    """
    return format_html(
        '<span class="badge sv-chip sv-chip-{}">{}{}</span>', kind, _icon(icon or CHIP_ICONS[kind], ""), word
    )


@register.filter
def sv_date(value: datetime.date | None) -> str:
    """2026-03-04; a moment is taken in Swedish time; nothing gives nothing."""
    if not value:
        return ""
    return _local(value).strftime("%Y-%m-%d")


@register.filter
def sv_time(value: datetime.datetime | datetime.time | None) -> str:
    """13.00, in Swedish time; midnight is a time, nothing gives nothing."""
    if value is None or value == "":
        return ""
    return _local(value).strftime("%H.%M")


@register.filter
def sv_moment(value: datetime.datetime | None) -> str:
    """2026-03-04, 13.00, in Swedish time."""
    return f"{sv_date(value)}, {sv_time(value)}" if value else ""


@register.filter
def unbroken(words: str) -> SafeString:
    """A date or a moment that no line breaks, also inside a translated sentence; nothing gives nothing.

    A browser may break 2026-03-04 after a hyphen. Not for attributes: this is markup.
    """
    return format_html('<span class="sv-nowrap">{}</span>', words) if words else SafeString("")


def _local(value: datetime.date | datetime.time) -> datetime.date | datetime.time:
    if isinstance(value, datetime.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.filter
def sv_number(value: int | float | Decimal | None, decimals: int = 0) -> str:
    """310 163 or −9,2: thousands by a no-break space, comma, halves away from zero, a real minus sign.

    `decimals` is the most that is shown: 2.50 with one decimal is 2,5 and 3.0 is 3. Nothing gives nothing.
    """
    if value is None or value == "":
        return ""
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-int(decimals)), rounding=ROUND_HALF_UP)
    whole, _, part = f"{abs(rounded):,f}".partition(".")
    part = part.rstrip("0")
    figure = whole.replace(",", NBSP) + (f",{part}" if part else "")
    return (MINUS if rounded < 0 else "") + figure


@register.filter
def sv_kronor(value: int | Decimal | None) -> str:
    """310 163 kr, whole kronor."""
    return f"{sv_number(value)}{NBSP}kr" if value not in (None, "") else ""


class FormError(NamedTuple):
    """One line of the error summary: where it leads (empty: nowhere) and what to do."""

    anchor: str
    message: str


@register.simple_tag
def form_errors(*forms: BaseForm | BaseFormSet | None) -> list[FormError]:
    """Every error of the forms, in the order the fields stand; what concerns the whole form comes first.

    One line a field: its first error. An unbound form has none.
    """
    lines: list[FormError] = []
    for form in forms:
        if not form:
            continue
        if isinstance(form, BaseFormSet):
            lines += (
                [FormError("", str(message)) for message in form.non_form_errors()] if form.is_bound else []
            )
            lines += form_errors(*form.forms)
        elif form.errors:
            lines += [FormError("", str(message)) for message in form.non_field_errors()]
            lines += _field_errors(form[name] for name in form.fields)
    return lines


def _field_errors(fields: Iterable[BoundField]) -> Iterable[FormError]:
    for field in fields:
        if field.errors:
            yield FormError("" if field.is_hidden else error_anchor(field), str(field.errors[0]))


@register.filter
def error_anchor(field: BoundField) -> str:
    """The id of what takes focus when the error is followed: a group's first box, else the control."""
    if field.id_for_label and not field.use_fieldset:
        return field.id_for_label
    first = next(iter(field.subwidgets), None)
    return (first.id_for_label if first else "") or f"{field.auto_id}_0"


@register.filter
def field_mark(field: BoundField) -> str:
    """Which word stands after a field's label: optional, required or none.

    What is rarer in the form is marked: where most is asked for, what may be left out; where little is, the
    duty. A form with `mark_optional = False` is silent, and so are the fields that it names in `unmarked`: asked for
    only together with something else, neither always nor never.
    """
    form = field.form
    if getattr(form, "mark_optional", True) is False or field.field.disabled:
        return ""
    if field.name in getattr(form, "unmarked", ()):
        return ""
    asked = [
        f.required for f in form.fields.values() if not isinstance(f, BooleanField) and not f.widget.is_hidden
    ]
    if len(asked) <= 2 * sum(asked):
        return "" if field.field.required else "optional"
    return "required" if field.field.required else ""


@register.filter
def is_textarea_with_draft(field: BoundField) -> bool:
    """Whether the field shows beside itself that its text is saved as a draft."""
    return "data-draft" in field.field.widget.attrs
