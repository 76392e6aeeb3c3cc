"""The draft of a page that has none of its own: what was typed is saved by itself and stands in the form again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.forms import BaseForm, Select, Textarea, TextInput
from django.template import Context
from django.urls import reverse

from errands import drafts

register = template.Library()

# What was typed or picked from a list comes back. A tick and a choice among buttons are made anew: they say that
# something is so, and it may no longer be.
TYPED = (Textarea, TextInput, Select)


@dataclass(frozen=True)
class PageDraft:
    """Where the page saves what is typed, and when it was last saved; filled in already."""

    url: str
    saved_at: datetime | None


@register.simple_tag(takes_context=True)
def page_draft(context: Context, form: object) -> PageDraft | None:
    """The draft of a page with a text to write that has none of its own: what was typed before stands in the form again,
    and nothing is ticked.

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
        or context.get("no_draft")
        or not _is_written_in(form)
    ):
        return None
    key = drafts.page_key(request.path)
    draft = None if form.is_bound else drafts.find(member.pk, drafts.PAGE, key)
    if draft is not None:
        for name, field in form.fields.items():
            if name not in drafts.NEVER_KEPT and isinstance(field.widget, TYPED) and draft.text.get(name):
                form.initial[name] = draft.text[name][0]
    return PageDraft(reverse("draft_of", args=[drafts.PAGE, key]), draft.saved_at if draft else None)


def _is_written_in(form: BaseForm) -> bool:
    """Whether the form has a text to write, beside names and numbers, which no draft keeps."""
    return any(
        isinstance(field.widget, Textarea) and name not in drafts.NEVER_KEPT
        for name, field in form.fields.items()
    )
