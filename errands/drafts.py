"""Drafts: what is typed is kept by the row of its writer until it is sent or thrown away."""

from django.db.models.functions import Now

from errands.models import Draft

MOST_BYTES = 200_000
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "password", "number", "name", "q"})


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
