"""Drafts: what is typed is kept by the row of its writer until it is sent or thrown away."""

from django.db.models.functions import Now
from django.http import QueryDict

from errands.models import Draft

MOST_BYTES = 200_000
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "form_key", "password", "number", "name", "q"})
# The form of a draft that no page saved: it was sent, and the page it was sent to has closed.
UNSENT = "unsent"


def save(member: int, form: str, object_key: str, fields: dict[str, list[str]]) -> Draft:
    """Keeps the fields of one form for one member; what was kept before is replaced. Passwords and tokens are never kept."""
    text = {
        name: values for name, values in fields.items() if name not in NEVER_KEPT and "password" not in name
    }
    draft, _ = Draft.objects.update_or_create(
        member=member, form=form, object_key=object_key, defaults={"text": text, "saved_at": Now()}
    )
    draft.refresh_from_db()
    return draft


def find(member: int, form: str, object_key: str = "") -> Draft | None:
    """The member's own draft, or None."""
    return Draft.objects.filter(member=member, form=form, object_key=object_key).first()


def discard(member: int, form: str, object_key: str = "") -> None:
    """The form was sent, or thrown away by its writer."""
    Draft.objects.filter(member=member, form=form, object_key=object_key).delete()


def texts_in(fields: QueryDict) -> dict[str, list[str]]:
    """The fields of a form when somebody has written something in it (more than one word), else none."""
    kept = {n: fields.getlist(n) for n in fields if n not in NEVER_KEPT and "password" not in n}
    return kept if any(len(v.split()) > 1 for values in kept.values() for v in values) else {}


def key_of(path: str) -> str:
    """The object key of a draft kept for an address."""
    return ".".join(part for part in path.split("/") if part)[:80]
