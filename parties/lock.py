"""The cover: what nobody has touched for a quarter of an hour is locked, keeps its place, and opens with the password.

A locked session has a row of its own, so every tab and every address is behind the cover, and no request that was under
way can write it away. The server's own clock sees to a browser without script. Nobody is logged out by it (R18,
product.md): the session lives until the working day's end.
"""

import time
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from parties.models import Cover

SEEN = "seen_at"
# The page tells the server of the reader at most this often; the server waits that much longer than the page.
TELL_EVERY = timedelta(minutes=1)
WRONG_AT_MOST = 5


def is_locked(session: SessionBase) -> bool:
    """Locked by the page, or untouched for longer than the page would have waited."""
    return Cover.objects.filter(session=session.session_key).exists() or _is_left(session)


def _is_left(session: SessionBase) -> bool:
    seen = session.get(SEEN)
    return seen is not None and time.time() - seen > (settings.IDLE_LOCK + TELL_EVERY).total_seconds()


def saw(session: SessionBase) -> None:
    """Somebody is here. Written at most once a minute: most pages cost no row."""
    if time.time() - session.get(SEEN, 0) >= TELL_EVERY.total_seconds():
        session[SEEN] = int(time.time())


def lock(session: SessionBase) -> None:
    """From the next request on, nothing but the cover answers. The second time nothing happens."""
    Cover.objects.bulk_create([Cover(session=session.session_key or "")], ignore_conflicts=True)


def unlock(request: HttpRequest, password: str) -> bool | None:
    """Opens with the reader's own password; None when too many were wrong, and the session is to end.

    Each try is counted before it is looked at, under the row's lock: many at once are no more than one after another.
    """
    session = request.session
    lock(session)
    counted = Cover.objects.filter(session=session.session_key, tries__lt=WRONG_AT_MOST)
    if not counted.update(tries=F("tries") + 1):
        return None
    if not request.user.check_password(password):
        return None if Cover.objects.get(session=session.session_key).tries >= WRONG_AT_MOST else False
    Cover.objects.filter(session=session.session_key).delete()
    session[SEEN] = int(time.time())
    return True


def _begin(request: HttpRequest | None, **told: object) -> None:
    if request is not None:
        request.session[SEEN] = int(time.time())
        Cover.objects.filter(at__lt=timezone.now() - timedelta(days=2)).delete()


def _end(request: HttpRequest | None, **told: object) -> None:
    if request is not None and request.session.session_key:
        Cover.objects.filter(session=request.session.session_key).delete()


user_logged_in.connect(_begin, dispatch_uid="parties.lock.begin")
user_logged_out.connect(_end, dispatch_uid="parties.lock.end")
