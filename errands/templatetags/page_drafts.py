"""The draft of a page that has none of its own: what was typed is saved by itself and stands in the form again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.forms import BaseForm, MultipleChoiceField, Textarea
from django.template import Context
from django.urls import reverse

from errands import drafts

register = template.Library()


@dataclass(frozen=True)
class PageDraft:
    """Where the page saves what is typed, and when it was last saved; filled in already."""

    url: str
    saved_at: datetime | None


@register.simple_tag(takes_context=True)
def page_draft(context: Context, form: object) -> PageDraft | None:
    """The draft of a page with a text to write that has none of its own: what was typed before stands in the form again.

    None where nothing is written, where a file is chosen, and for who is not logged in. What has been sent back with
    its errors is not filled in again.
    """
    request: Any = context.get("request")
    member = getattr(request, "membership", None)
    if (
        request is None
        or member is None
        or not isinstance(form, BaseForm)
        or form.is_multipart()
        or not _is_written_in(form)
    ):
        return None
    key = drafts.page_key(request.path)
    draft = None if form.is_bound else drafts.find(member.pk, drafts.PAGE, key)
    if draft is not None:
        for name, field in form.fields.items():
            if name in drafts.NEVER_KEPT or field.widget.is_hidden:
                continue
            values = draft.text.get(name, [])
            many = isinstance(field, MultipleChoiceField)
            form.initial[name] = values if many else values[0] if values else None
    return PageDraft(reverse("draft_of", args=[drafts.PAGE, key]), draft.saved_at if draft else None)


def _is_written_in(form: BaseForm) -> bool:
    """Whether the form has a text to write, beside names and numbers, which no draft keeps."""
    return any(
        isinstance(field.widget, Textarea) and name not in drafts.NEVER_KEPT
        for name, field in form.fields.items()
    )
