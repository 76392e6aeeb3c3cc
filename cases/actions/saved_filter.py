"""Keeping a filter under a name, giving it another name, throwing it away. A member's own, and like a draft not in the ledger."""

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cases.filters import CaseFilter
from cases.models import SavedFilter
from cases.models.saved_filter import MOST_FILTERS
from parties.models import Membership


class FilterNotKept(Exception):
    """Why a filter is not kept under that name; `sentence` in the reader's language."""

    def __init__(self, sentence: str) -> None:
        super().__init__("the filter is not kept")
        self.sentence = sentence


@transaction.atomic
def save_filter(*, by: Membership, name: str, chosen: CaseFilter) -> SavedFilter:
    """Keeps the filter under the name. Raises FilterNotKept when the name is taken or MOST_FILTERS are kept already."""
    _one_at_a_time(by)
    mine = SavedFilter.objects.filter(member=by)
    _must_be_free(mine, name)
    if mine.count() >= MOST_FILTERS:
        raise FilterNotKept(
            _("You have %(most)s filters already. Throw one away first.") % {"most": MOST_FILTERS}
        )
    return SavedFilter.objects.create(member=by, name=name, query={"show": chosen.show} | chosen.values)


@transaction.atomic
def rename_filter(*, by: Membership, saved: SavedFilter, name: str) -> None:
    """Gives the member's own filter another name. Raises FilterNotKept when another has it."""
    _one_at_a_time(by)
    _must_be_free(SavedFilter.objects.filter(member=by).exclude(pk=saved.pk), name)
    SavedFilter.objects.filter(member=by, pk=saved.pk).update(name=name)


def remove_filter(*, by: Membership, saved: SavedFilter) -> None:
    """Throws the member's own filter away."""
    SavedFilter.objects.filter(member=by, pk=saved.pk).delete()


def _must_be_free(among, name: str) -> None:
    if among.filter(name=name).exists():
        raise FilterNotKept(_("You have a filter with that name. Choose another name."))


def _one_at_a_time(member: Membership) -> None:
    # Until the transaction ends: two clicks do not keep a twenty-first.
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('cases.filters', %s))", [member.pk])
