"""A form sent twice is done once: a double click, a slow network, Back and send again.

Each form carries a key of its own. The key is written in the deed's transaction before the deed: the second request
waits for the first, finds the key, and is sent where the first one went.
"""

from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from errands.models import Sent

KEPT = timedelta(days=2)


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
