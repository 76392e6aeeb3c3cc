"""The state of a consent, worked out from its lines at a moment and never stored.

A line is live from its first moment until, and not including, the moment after its last day. A consent all of whose open
lines a later one carries is superseded; one marked as a mistake never was a consent, whatever its lines say.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.deciding import STOCKHOLM, last_day
from cases.models import ConsentLine, Ending

# How long before its last day a consent is said to end soon.
EXPIRING = timedelta(days=30)
# And from when it can be renewed, and stands among those that end (milestone M15).
RENEWABLE = timedelta(days=60)


class ConsentState(models.TextChoices):
    NOT_YET = "not_yet", _("Not yet in force")
    IN_FORCE = "in_force", _("In force")
    EXPIRING = "expiring", _("Ends soon")
    PARTLY_WITHDRAWN = "partly_withdrawn", _("Partly withdrawn")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", pgettext_lazy("consent", "Expired")
    SUPERSEDED = "superseded", pgettext_lazy("consent", "Replaced by a newer one")
    INVALID = "invalid", pgettext_lazy("consent", "Never was a consent")
    ENDED = "ended", _("Ended")


CHIPS: dict[str, str] = {
    ConsentState.NOT_YET: "wait",
    ConsentState.IN_FORCE: "ok",
    ConsentState.EXPIRING: "soon",
    ConsentState.PARTLY_WITHDRAWN: "soon",
    ConsentState.WITHDRAWN: "stop",
    ConsentState.EXPIRED: "closed",
    ConsentState.SUPERSEDED: "closed",
    ConsentState.INVALID: "stop",
    ConsentState.ENDED: "closed",
}


def is_live(line: ConsentLine, now: datetime) -> bool:
    """Given, in date and unended at the moment; received or not."""
    return line.ended_at is None and line.from_at <= now < line.until_at


def state_of_consent(
    lines: Sequence[ConsentLine],
    *,
    now: datetime | None = None,
    mistaken: bool = False,
    later: Iterable[ConsentLine] = (),
) -> ConsentState:
    """The state of the consent that has these lines. `later` are the lines of consents recorded after it on the case."""
    now = now or timezone.now()
    if mistaken:
        return ConsentState.INVALID
    still_open = [line for line in lines if line.ended_at is None]
    if not still_open:
        withdrawn = any(line.ended_how == Ending.WITHDRAWN for line in lines)
        return ConsentState.WITHDRAWN if withdrawn else ConsentState.ENDED
    carried = {_way(line) for line in later if is_live(line, now)}
    begun = [line for line in still_open if line.from_at <= now]
    if begun and all(_way(line) in carried for line in begun):
        return ConsentState.SUPERSEDED
    live = [line for line in begun if now < line.until_at]
    if live:
        if any(line.ended_how == Ending.WITHDRAWN for line in lines):
            return ConsentState.PARTLY_WITHDRAWN
        left = min(last_day(line.until_at) for line in live) - now.astimezone(STOCKHOLM).date()
        return ConsentState.EXPIRING if left <= EXPIRING else ConsentState.IN_FORCE
    return ConsentState.EXPIRED if begun else ConsentState.NOT_YET


def _way(line: ConsentLine) -> tuple[int, int, str, str]:
    return line.from_unit_id, line.to_unit_id, line.kind, line.purpose
