"""Setting how long a party's consents may stand (R9)."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.http import Http404
from django.utils.translation import gettext as _

from audit import ledger
from cases.lengths import Lengths, lengths_of
from cases.models import ConsentLengths
from cases.models.lengths import LONGEST_CEILING, MONTHS_CEILING, ORAL_CEILING
from parties.actions import units_administered_by
from parties.models import Membership, Party


@transaction.atomic
def set_lengths(
    *, by: Membership, party: Party, months: Iterable[int], longest: int, oral_days: int
) -> Lengths:
    """The party's lengths from now on; consents that stand keep theirs. Only its organisation's administrator.

    ValidationError, by field, for what is above a ceiling: twelve months, 24 in all, 90 days oral.
    """
    if not units_administered_by(by).filter(party=party).exists():
        raise Http404
    chosen = tuple(sorted(set(months)))
    wrong = {}
    if not chosen or chosen[0] < 1 or chosen[-1] > MONTHS_CEILING:
        wrong["months"] = _("Write whole months from 1 to %(most)s, for example 3, 6, 12.") % {
            "most": MONTHS_CEILING
        }
    if not 1 <= longest <= LONGEST_CEILING or (chosen and longest < chosen[-1]):
        wrong["longest"] = _(
            "Write a number of months from the longest choice above up to %(most)s."
        ) % {"most": LONGEST_CEILING}  # fmt: skip
    if not 1 <= oral_days <= ORAL_CEILING:
        wrong["oral_days"] = _("Write a number of days from 1 to %(most)s.") % {"most": ORAL_CEILING}
    if wrong:
        raise ValidationError({name: ValidationError(why, code="length") for name, why in wrong.items()})
    now = Lengths(chosen, longest, oral_days)
    if now == lengths_of(party):
        return now
    row = ConsentLengths.objects.filter(party=party).first() or ConsentLengths(party=party)
    row.written_months, row.longest_months, row.oral_days = list(chosen), longest, oral_days
    row.set_by, row.set_at = by, Now()
    row.save()
    note = f"party {party.pk}: {', '.join(map(str, chosen))} months, at most {longest}, oral {oral_days} days"
    ledger.record("consent.lengths_set", by=by, note=note)
    return now
