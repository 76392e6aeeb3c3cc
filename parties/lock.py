"""The cover: what nobody has touched for a quarter of an hour is locked, keeps its place, and opens with the password.

The session says that it is locked, so every tab and every address is behind the cover, and the server's own clock sees
to a browser without script. Nobody is logged out by it (R18, product.md): the session lives until the working day's end.
"""

import time
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

SEEN, LOCKED, WRONG = "seen_at", "locked", "wrong_passwords"
# The page tells the server of the reader at most this often; the server waits that much longer than the page.
TELL_EVERY = timedelta(minutes=1)
WRONG_AT_MOST = 5


def is_locked(session: SessionBase) -> bool:
    """Locked by the page, or untouched for longer than the page would have waited."""
    seen = session.get(SEEN)
    waited = seen is not None and time.time() - seen > (settings.IDLE_LOCK + TELL_EVERY).total_seconds()
    return waited or session.get(LOCKED, False)


def saw(session: SessionBase) -> None:
    """Somebody is here. Written at most once a minute: most pages cost no row."""
    if time.time() - session.get(SEEN, 0) >= TELL_EVERY.total_seconds():
        session[SEEN] = int(time.time())


def lock(session: SessionBase) -> None:
    """From the next request on, nothing but the cover answers."""
    session[LOCKED] = True


def unlock(request: HttpRequest, password: str) -> bool:
    """Opens with the reader's own password. After five wrong ones in a row the session ends: the login counts from there."""
    if request.user.check_password(password):
        for key in (LOCKED, WRONG):
            request.session.pop(key, None)
        request.session[SEEN] = int(time.time())
        return True
    request.session[WRONG] = request.session.get(WRONG, 0) + 1
    return False


def is_worn_out(session: SessionBase) -> bool:
    """Whether the wrong passwords are too many."""
    return session.get(WRONG, 0) >= WRONG_AT_MOST


def _begin(request: HttpRequest | None, **told: object) -> None:
    if request is not None:
        request.session[SEEN] = int(time.time())


user_logged_in.connect(_begin, dispatch_uid="parties.lock")
