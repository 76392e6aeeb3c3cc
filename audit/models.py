"""One row for each deed and each reading.

Law behind it: PDL 4 kap. 3 §, HSLF-FS 2016:40 4 kap. 9-10 §§ (action, unit, time, user, patient; kept at least five years).
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now


class Entry(models.Model):
    """A row of the ledger. `kind` says what was done, as `case.read`; `note` holds a key asked for, never free text on a person.

    member, unit, party, persons and case are the numbers of rows as they were: an entry must outlive what it tells of.
    The database refuses UPDATE, DELETE and TRUNCATE. A reader sees the own unit's rows; an auditor the own party's.
    """

    at = models.DateTimeField(db_default=Now())
    kind = models.TextField()
    member = models.BigIntegerField(null=True)
    unit = models.BigIntegerField(null=True)
    party = models.BigIntegerField(null=True)
    persons = ArrayField(models.BigIntegerField(), default=list)
    case = models.BigIntegerField(null=True)
    basis = models.TextField(default="")
    request = models.BigIntegerField(null=True)
    note = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["unit", "-at"], name="entry_by_unit"),
            models.Index(fields=["party", "-at"], name="entry_by_party"),
            models.Index(fields=["case"], name="entry_by_case"),
            GinIndex(fields=["persons"], name="entry_by_person"),
        ]


CLASSIFIED = {
    "Entry": {
        "id": "organisational",
        "at": "organisational",
        "kind": "organisational",
        "member": "personal",
        "unit": "organisational",
        "party": "organisational",
        "persons": "personal",
        "case": "personal",
        "basis": "organisational",
        "request": "organisational",
        "note": "organisational",
    }
}
