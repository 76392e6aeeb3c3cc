"""Drafts: what is typed is kept by the row of its writer until it is sent, thrown away, or thirty days old.

Nobody else reads a draft: the wall is the member, not the unit. A member keeps at most MOST drafts; the oldest goes when
one more is saved. Which page a draft belongs to is known in the room of its form, which says so in `places`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models.functions import Now
from django.http import QueryDict
from django.urls import NoReverseMatch, Resolver404, resolve

from errands.models import Draft

MOST = 200
MOST_BYTES = 200_000
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "form_key", "form_of", "password", "number", "name", "q"})
# The form of a draft that no page saved: it was sent, and the page it was sent to has closed.
UNSENT = "unsent"
# The form of a draft that the frame itself keeps, for any page with a text to write: the key is the page's address.
PAGE = "page"


@dataclass(frozen=True)
class Place:
    """Where a form is: both functions are given the draft's object key. `words` holds nothing about a person."""

    words: Callable[[str], str]
    address: Callable[[str], str]


# Plugged in by the rooms above, from AppConfig.ready(): the form's key and its place.
places: dict[str, Place] = {}

# Plugged in likewise: of these drafts' forms and object keys, those that nothing is told of to whoever acts. What was
# written is kept, and is there again when it may be read.
Key = tuple[str, str]
withheld: list[Callable[[Sequence[Key]], set[Key]]] = []

# Plugged in likewise: what a text goes through before it is kept. A personal number is never kept in clear.
made_safe: list[Callable[[str], str]] = []


@dataclass(frozen=True)
class Kept:
    """A draft in its writer's list: what it is called, where its form is ("" when nobody knows), when it was saved, and
    what was written: the form's page may have closed since."""

    pk: int
    words: str
    address: str
    saved_at: datetime
    texts: list[str]


def save(member: int, form: str, object_key: str, fields: dict[str, list[str]]) -> Draft:
    """Keeps the fields of one form for one member; what was kept before is replaced. Passwords and tokens are never kept."""
    text = {
        name: [_safe(value) for value in values]
        for name, values in fields.items()
        if name not in NEVER_KEPT and "password" not in name
    }
    draft, _ = Draft.objects.update_or_create(
        member=member, form=form, object_key=object_key, defaults={"text": text, "saved_at": Now()}
    )
    draft.refresh_from_db()
    too_many = list(_of(member).exclude(pk=draft.pk).values_list("pk", flat=True)[MOST - 1 :])
    if too_many:
        Draft.objects.filter(pk__in=too_many).delete()
    return draft


def _safe(value: str) -> str:
    for make in made_safe:
        value = make(value)
    return value


def find(member: int, form: str, object_key: str = "") -> Draft | None:
    """The member's own draft, or None."""
    return Draft.objects.filter(member=member, form=form, object_key=object_key).first()


def discard(member: int, form: str, object_key: str = "") -> None:
    """The form was sent, or thrown away by its writer."""
    Draft.objects.filter(member=member, form=form, object_key=object_key).delete()


def texts_in(fields: QueryDict) -> dict[str, list[str]]:
    """The fields of a form when somebody has written something in it, else none; none either of more than a draft holds."""
    kept = {
        n: [v.replace("\x00", "") for v in fields.getlist(n)]
        for n in fields
        if n not in NEVER_KEPT and "password" not in n
    }
    if sum(len(v) for values in kept.values() for v in values) > MOST_BYTES:
        return {}
    return kept if _written(kept) else {}


def keep_unsent(member: int, path: str, fields: dict[str, list[str]]) -> None:
    """Keeps a form that met a closed door. The draft that the page saved of the same words has become this one."""
    words = set(_written(fields))
    for draft in _of(member).exclude(form=UNSENT):
        if (written := set(_written(draft.text))) and written <= words:
            draft.delete()
    save(member, UNSENT, page_key(path), fields)


def page_key(path: str) -> str:
    """An address as a draft's key: its parts with points between."""
    return ".".join(part for part in path.split("/") if part)[:80]


def page_address(key: str) -> str:
    """The address again; raises Resolver404 when there is no such page."""
    address = f"/{key.replace('.', '/')}/"
    resolve(address)
    return address


def throw_away(member: int, pk: int) -> bool:
    """The writer throws a draft away from the list; False when there was none of that number."""
    return bool(Draft.objects.filter(member=member, pk=pk).delete()[0])


def kept(member: int) -> list[Kept]:
    """The member's own drafts, the last saved first: which form, when, the way back to it, and the texts in it.

    Without those that a room above withholds from whoever acts.
    """
    rows = list(_of(member))
    keys = [(d.form, d.object_key) for d in rows]
    hidden: set[Key] = set().union(*(ask(keys) for ask in withheld)) if rows else set()
    return [
        Kept(d.pk, *_place(d.form, d.object_key), d.saved_at, _written(d.text))
        for d in rows
        if (d.form, d.object_key) not in hidden
    ]


def last_saved(member: int) -> datetime | None:
    """When the member last saved a draft that is still there."""
    return _of(member).values_list("saved_at", flat=True).first()


def forget_old() -> int:
    """Removes every draft older than thirty days, whoever wrote it; returns how many. Safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute("select portal.forget_old_drafts()")
        return cursor.fetchone()[0]


def _of(member: int):
    return Draft.objects.filter(member=member).order_by("-saved_at", "-id")


# Codes of choices, dates and figures: what was chosen, not written.
_CHOSEN = re.compile(r"[a-z0-9_]*|[\d .:-]+")


def _written(fields: dict[str, list[str]]) -> list[str]:
    """What somebody wrote, field by field, without what was only chosen."""
    return [
        value
        for name, values in fields.items()
        for value in values
        if value.strip() and (name in ("heading", "text") or not _CHOSEN.fullmatch(value))
    ]


def _place(form: str, object_key: str) -> tuple[str, str]:
    place = places.get(form)
    if place is None:
        return form, ""
    try:
        return place.words(object_key), place.address(object_key)
    except (NoReverseMatch, Resolver404, KeyError, ValueError):
        # An old draft of a form that has changed its key: it is listed, and can be thrown away.
        return form, ""
