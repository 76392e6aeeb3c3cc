"""A form sent twice is done once: a double click, a slow network, Back and send again.

Each showing of a form carries a key, and what counts as the same is that key with the same words to the same address: who
goes back, writes something else and sends again does another deed. The key is written in the deed's transaction before
the deed: the second request waits for the first, finds the key, and is sent where the first one went.
"""

import json
from datetime import timedelta
from uuid import UUID, uuid5

from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from errands.models import Sent

KEPT = timedelta(days=2)


def key_of(path: str, fields: QueryDict) -> UUID | None:
    """The key of one sending: of the showing (`form_key`), the address and what was written; None without a form key."""
    try:
        showing = UUID(str(fields["form_key"]))
    except (KeyError, ValueError):
        return None
    written = sorted(
        (n, v) for n, values in fields.lists() if n not in ("csrfmiddlewaretoken", "form_of") for v in values
    )
    return uuid5(showing, json.dumps([path, written]))


def begin(member: int, key: UUID) -> str | None:
    """None the first time; the second time the address the first one led to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into errands_sent (member, key, led_to) values (%s, %s, '') on conflict do nothing",
            [member, key],
        )
        if cursor.rowcount:
            return None
    return Sent.objects.values_list("led_to", flat=True).get(member=member, key=key)


def finish(member: int, key: UUID, led_to: str) -> None:
    """The deed is done, and this is the page it led to."""
    Sent.objects.filter(member=member, key=key).update(led_to=led_to)


def forget(member: int, key: UUID) -> None:
    """Nothing was done: the form came back with its errors and may be sent again."""
    Sent.objects.filter(member=member, key=key).delete()


def forget_old() -> int:
    """Keys older than two days, of everyone: nobody has such a form open. Returns how many; safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute("select portal.forget_sent(%s)", [timezone.now() - KEPT])
        return cursor.fetchone()[0]
