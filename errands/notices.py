"""Mail that says that something waits, and nothing else: no names, no kinds, no parties, a link to log in.

One row a matter and member, written in the deed's transaction; one mail a member each working morning. Who a member is
and where they read mail is known on the floor above, which plugs in `address_of`.
"""

import logging
import smtplib
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from errands.models import Notice

log = logging.getLogger(__name__)

WAITING, SENT, DROPPED = "waiting", "sent", "dropped"
MOST_TRIES = 5
AGAIN_AFTER = timedelta(minutes=30)

# Plugged in by parties: the e-mail address of a membership in force, or None when it has ended.
address_of: list[Callable[[int], str | None]] = []


def notify(members: Iterable[int], *, kind: str, object_key: str) -> None:
    """That something waits for these members. The same matter twice is one row.

    Written blind: the wall hides other members' notices from whoever acts, also those that are there already.
    """
    Notice.objects.bulk_create(
        [
            Notice(key=f"{kind}:{object_key}:{member}", to_member=member, kind=kind, object_key=object_key)
            for member in sorted(set(members))
        ],
        ignore_conflicts=True,
    )


def send() -> int:
    """One mail to each member with waiting notices; returns how many were sent. Safe to repeat.

    What cannot be delivered is tried again later and dropped after five tries; an ended membership gets nothing.
    """
    waiting: dict[int, list[int]] = defaultdict(list)
    for pk, member in Notice.objects.filter(state=WAITING, next_at__lte=Now()).values_list("pk", "to_member"):
        waiting[member].append(pk)
    sent = 0
    for member, rows in waiting.items():
        mine = Notice.objects.filter(pk__in=rows, state=WAITING)
        address = next((found for look in address_of if (found := look(member))), None)
        if address is None:
            mine.update(state=DROPPED)
            continue
        # Marked first: a mail too few is told again tomorrow by the worklist, a mail too many is a nuisance for ever.
        if not mine.update(state=SENT, tries=F("tries") + 1):
            continue
        try:
            _mail(address, len(rows))
            sent += 1
        except (smtplib.SMTPException, OSError) as error:
            log.warning("mail not delivered: %s", type(error).__name__)
            Notice.objects.filter(pk__in=rows, tries__lt=MOST_TRIES).update(
                state=WAITING, next_at=Now() + AGAIN_AFTER
            )
    return sent


def _mail(address: str, count: int) -> None:
    with override("sv"):
        text = ngettext(
            "You have one thing to take care of. Log in: %(link)s",
            "You have %(n)s things to take care of. Log in: %(link)s",
            count,
        ) % {"n": count, "link": settings.PUBLIC_URL}
        closing = _("Do not reply to this message and never send personal data by e-mail.")
        send_mail(_("Something is waiting for you in the portal"), f"{text}\n\n{closing}\n", None, [address])
