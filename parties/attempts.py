"""Failed logins: whom they are counted for, and when the door stays shut.

Two counts. A name tried from one address shuts for that pair (AXES_FAILURE_LIMIT within AXES_COOLOFF_TIME), so that
nobody can lock a colleague out from elsewhere. All names together tried from one address shut the address
(ADDRESS_FAILURE_LIMIT within ADDRESS_WINDOW): otherwise whoever tries few passwords on many names is never stopped. An
office behind one address mistypes far less than that.
"""

from datetime import datetime, timedelta

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_failure_limit
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone


def name_tried(request: HttpRequest, credentials: dict | None = None) -> str:
    """The name a failed login is counted for: as an account is looked up, however it was typed."""
    typed = (credentials or {}).get("username") or request.POST.get("username") or ""
    return typed.strip().lower()


def address_of_client(request: HttpRequest) -> str:
    """The address a failed login is counted for: what our own outermost proxy saw, else who is connected.

    What stands further left in the header was written by the caller, who may write anything.
    """
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if 0 < settings.PROXY_COUNT <= len(seen):
        return seen[-settings.PROXY_COUNT]
    return request.META.get("REMOTE_ADDR", "")


def address_opens(address: str) -> datetime | None:
    """When an address that is shut may try again; None when it is open."""
    since = timezone.now() - settings.ADDRESS_WINDOW
    rows = list(
        AccessAttempt.objects.filter(ip_address=address or None, attempt_time__gt=since)
        .order_by("attempt_time")
        .values_list("attempt_time", "failures_since_start")
    )
    left = sum(failures for _at, failures in rows)
    opens = None
    for at, failures in rows:
        if left < settings.ADDRESS_FAILURE_LIMIT:
            break
        left -= failures
        opens = at + settings.ADDRESS_WINDOW
    return opens


class Attempts(AxesDatabaseHandler):
    """axes' counting by name and address, and a second count by address alone, which lasts longer."""

    def get_failures(self, request: HttpRequest, credentials: dict | None = None) -> int:
        by_name = super().get_failures(request, credentials)
        since = timezone.now() - settings.ADDRESS_WINDOW
        tried = AccessAttempt.objects.filter(
            ip_address=address_of_client(request) or None, attempt_time__gt=since
        )
        by_address = tried.aggregate(n=Sum("failures_since_start"))["n"] or 0
        if by_address >= settings.ADDRESS_FAILURE_LIMIT:
            return max(by_name, get_failure_limit(request, credentials))
        return by_name

    def clean_expired_user_attempts(
        self, request: HttpRequest | None = None, credentials: dict | None = None
    ) -> int:
        """What no longer counts for a name is kept without the name for as long as it counts for the address."""
        now: datetime = timezone.now()
        kept: timedelta = settings.ADDRESS_WINDOW
        gone, _by_model = AccessAttempt.objects.filter(attempt_time__lte=now - kept).delete()
        AccessAttempt.objects.filter(
            attempt_time__lte=now - settings.AXES_COOLOFF_TIME, username__isnull=False
        ).update(username=None, get_data="", post_data="")
        return gone
