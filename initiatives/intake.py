"""Keeping an imported folder: all or nothing; a second time nothing; a dry run is the real run undone."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction

from audit.ledger import record
from initiatives import actions, folder
from initiatives.access import allowed_actions, may_start
from initiatives.folder import Folder, Problem
from initiatives.models import (
    Activity,
    FundingShare,
    Initiative,
    Invoice,
    Obstacle,
    Participation,
    ReportingCount,
    TimeEntry,
)
from initiatives.seams import folder_parts
from parties.models import Membership, Party


@dataclass
class Outcome:
    """What an import did, or would do: rows created, changed and unchanged by file, or the problems that stop
    it.
    """

    name: str = ""
    initiative: Initiative | None = None
    problems: list[Problem] = field(default_factory=list)
    created: Counter = field(default_factory=Counter)
    changed: Counter = field(default_factory=Counter)
    unchanged: Counter = field(default_factory=Counter)

    @property
    def files(self) -> list[tuple[str, int, int, int]]:
        """(file, created, changed, unchanged) for every file that held rows."""
        names = dict.fromkeys([*self.created, *self.changed, *self.unchanged])
        return [(name, self.created[name], self.changed[name], self.unchanged[name]) for name in names]

    def count(self, file: str, created: int, changed: int, unchanged: int) -> None:
        self.created[file] += created
        self.changed[file] += changed
        self.unchanged[file] += unchanged


class _DryRun(Exception):
    """Undoes a dry run."""


def import_folder(files: Mapping[str, bytes], *, by: Membership, dry_run: bool = False) -> Outcome:
    """Imports the files of one insats as `by`, who becomes its lead if it is new and must be its lead if it
    is not.

    With any problem nothing is saved. Raises PermissionDenied for who may not, ValidationError for what the
    rows together cannot be (the database's own rules); then nothing is saved either.
    """
    read = folder.read(files)
    outcome = Outcome(name=read.initiative.get("name", ""), problems=read.problems)
    if read.problems:
        if not may_start(by):
            raise PermissionDenied("import")
        return outcome
    try:
        with transaction.atomic():
            outcome.initiative = _initiative(read, by, outcome)
            _keep_all(read, outcome.initiative, by, outcome)
            if dry_run:
                # What the database would say at the commit that a dry run never reaches.
                with connection.cursor() as cursor:
                    cursor.execute("set constraints all immediate; set constraints all deferred")
                raise _DryRun
            record("initiative.imported", by=by, note=f"initiative {outcome.initiative.pk}")
    except _DryRun:
        outcome.initiative = None
    return outcome


def _initiative(read: Folder, by: Membership, outcome: Outcome) -> Initiative:
    facts = read.initiative
    actions.hold_name(facts["name"])
    there = Initiative.objects.select_for_update().filter(name=facts["name"]).first()
    if there is None:
        owner = next((p for p in read.participations if p["role"] == "owner"), None)
        fk = next((p["name"] for p in read.participations if p["kind"] == "fk"), "")
        others = [p["name"] for p in read.participations if p["name"] not in (facts["owner_name"], fk)]
        new = actions.start(
            by=by,
            **facts,
            owner_kind=owner["kind"] if owner else read.participations[0]["kind"],
            owner_takes_part=False,  # the file's own rows say who takes part
            first_party_name=fk or next(iter(others), ""),
        )
        outcome.count("initiative.csv", 1, 0, 0)
        return new
    if "import" not in allowed_actions(by, there):
        raise PermissionDenied("import")
    outcome.count("initiative.csv", *_keep([there], facts, by, edit=True))
    return there


def _keep_all(read: Folder, initiative: Initiative, by: Membership, outcome: Outcome) -> None:
    def keep(
        file: str, model: type[models.Model], rows: list[dict[str, Any]], *natural: str, **always: Any
    ) -> None:
        """The n-th row of a natural key in the file is the n-th with that key here."""
        seen: Counter = Counter()
        for row in rows:
            key = {name: row[name] for name in natural} | always
            n = seen[tuple(key.values())]
            seen[tuple(key.values())] += 1
            there = list(
                model._default_manager.filter(initiative=initiative, **_or_none(key)).order_by("id")[
                    n : n + 1
                ]
            )
            outcome.count(file, *_keep(there or [model(initiative=initiative)], {**always, **row}, by))

    participations = [
        {**row, "party": _party(initiative, row["name"], row["kind"])} for row in read.participations
    ]
    keep("initiative.csv", Participation, participations, "name")
    for year, shares in read.shares.items():
        _keep_shares(initiative, year, shares, by, outcome)
    keep("totals.csv", TimeEntry, read.time, "from_on", "to_on", "kind", on=None, member=None, note="")
    keep("totals.csv", Invoice, read.invoices, "from_on", "to_on", on=None, reference="")
    keep("totals.csv", ReportingCount, read.reporting_counts, "from_on", "to_on")
    keep("activities.csv", Activity, read.activities, "on", "year", "kind", "title")
    keep("obstacles.csv", Obstacle, read.obstacles, "kind", "text")
    for name, part in folder_parts.items():
        if name in read.others:
            outcome.count(name, *part.keep(initiative, by, read.others[name]))


def _party(initiative: Initiative, name: str, kind: str) -> Party | None:
    """The party of the register with that name; else the one that the row by that name has here: a unit's row
    bears the unit's name, and a file that names it does not part it from its party.
    """
    there = Participation.objects.filter(initiative=initiative, name=name, kind=kind, party__isnull=False)
    row = there.select_related("party").first()
    return actions.registered(name, kind) or (row.party if row else None)


def _or_none(key: dict[str, Any]) -> dict[str, Any]:
    """The key as a filter: an empty value is asked for as such."""
    return {
        f"{name}__isnull" if value is None else name: value is None or value for name, value in key.items()
    }


def _keep(there: list, facts: dict[str, Any], by: Membership, *, edit: bool = False) -> tuple[int, int, int]:
    """Creates, corrects or leaves one row: (created, changed, unchanged)."""
    (row,) = there
    if row.pk is None:
        for name, value in facts.items():
            setattr(row, name, value)
        actions.add(row, by=by)
        return 1, 0, 0
    differing = {name: value for name, value in facts.items() if getattr(row, name) != value}
    if not differing:
        return 0, 0, 1
    for name, value in differing.items():
        setattr(row, name, value)
    if edit:
        actions.edit(row, by=by)
    else:
        actions.correct(row, by=by)
    return 0, 1, 0


def _keep_shares(initiative: Initiative, year: int, shares: list, by: Membership, outcome: Outcome) -> None:
    before = dict(
        FundingShare.objects.filter(initiative=initiative, year=year).values_list("name", "percent")
    )
    after = dict(shares)
    if before == after:
        outcome.count("funding.csv", 0, 0, len(shares))
        return
    actions.set_shares(by=by, initiative=initiative, year=year, shares=shares)
    same = sum(before.get(name) == percent for name, percent in after.items())
    new = len(after.keys() - before.keys())
    outcome.count("funding.csv", new, len(after) - new - same, same)
