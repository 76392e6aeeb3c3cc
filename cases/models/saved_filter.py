"""What a member keeps about the own lists: filters under a name, and which columns are shown. The wall is the member.

Like a draft, it is the member's own convenience: nothing about a case is decided from it, and it leaves no row in the ledger.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from parties.models import Membership

MOST_FILTERS = 20
LONGEST_NAME = 60


class SavedFilter(models.Model):
    """A filter of the unit's own cases, by name. `query` is what stands in the address; it is read anew at each use."""

    member = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    name = models.TextField()
    query = models.JSONField(default=dict)
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "name"], name="one_filter_per_member_and_name"),
            models.CheckConstraint(
                condition=Q(name__regex=r"^.{1,60}$"),
                name="a_filter_has_a_short_name",
            ),
        ]


class ListColumns(models.Model):
    """Which columns the member has chosen for the list of own cases; no row means the standard."""

    member = models.OneToOneField(Membership, models.RESTRICT, related_name="+", primary_key=True)
    columns = ArrayField(models.TextField(), default=list)


CLASSIFIED = {
    # A name is free words, and a filter may hold which colleague handles.
    "SavedFilter": dict.fromkeys(["id", "member", "name", "query", "saved_at"], "personal"),
    "ListColumns": {"member": "personal", "columns": "organisational"},
}
