"""An insats with its people: who leads it, who sits in it, who pays, whose clinic takes part."""

from datetime import date
from pathlib import Path

import pytest

from audit.models import Entry
from initiatives import actions
from initiatives.models import Initiative, InitiativeKind, Participation, ParticipationKind, SeatRole
from parties.access import acting
from parties.models import PartyKind, Role
from tests.factories import make_member, make_unit

HERE = Path(__file__).parent / "files" / "aktiv"
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "aktiv-2023"
FOLDERS = [folder for folder in (HERE, REAL) if folder.is_dir()]


def files_of(folder: Path, **changed: str | None) -> dict[str, bytes]:
    """The folder's files by name; `changed` replaces one (by its name without ending), None leaves it out."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".csv", ".md")}
    for stem, text in changed.items():
        (name,) = [name for name in files if name.startswith(stem)]
        if text is None:
            del files[name]
        else:
            files[name] = text.encode()
    return files


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request) -> Path:
    """Each folder of AKTIV that lies here: the invented one always, the real one when it lies beside the
    checkout.
    """
    return request.param


@pytest.fixture
def insats(cast) -> Initiative:
    """Led by the project lead; Norr takes part as a unit, Försäkringskassan as a party; the association pays
    it all.
    """
    lead = cast.project_lead
    with acting(lead):
        initiative = actions.start(
            by=lead,
            name="Provinsatsen",
            kind=InitiativeKind.STRUCTURAL,
            starts_on=date(2022, 1, 1),
            owner_name=lead.party.name,
            owner_takes_part=False,
        )
        for member, kind, unit in (
            (cast.coordinator, ParticipationKind.PSYCHIATRY, cast.coordinator.unit),
            (cast.investigator, ParticipationKind.FK, None),
        ):
            actions.add(
                Participation(
                    initiative=initiative,
                    party=member.party,
                    unit=unit,
                    name=unit.name if unit else member.party.name,
                    kind=kind,
                    from_on=date(2022, 1, 1),
                ),
                by=lead,
            )
        actions.give_seat(by=lead, initiative=initiative, user=cast.steering.user, role=SeatRole.STEERING)
        actions.give_seat(by=lead, initiative=initiative, user=cast.evaluator.user, role=SeatRole.EVALUATOR)
        actions.set_shares(
            by=lead, initiative=initiative, year=2023, shares=[(cast.association_officer.party.name, 100)]
        )
    return initiative


@pytest.fixture
def outsiders(cast) -> dict:
    """Those who come nearest without belonging: their seat or their unit's time in the insats has ended, or
    it is another.
    """
    unit = make_unit("Förbund Annat", PartyKind.ASSOCIATION, "Samordningsförbundet Annat")
    return {
        "other_association": make_member("paula", unit, Role.ASSOCIATION_OFFICER),
        "other_lead": make_member("henrik", cast.project_lead.unit, Role.PROJECT_STAFF),
    }


@pytest.fixture
def trace(cast):
    """The kinds of the ledger's rows so far, as the auditor of the clinics' party reads them."""

    def kinds() -> list[str]:
        with acting(cast.auditor):
            return list(Entry.objects.order_by("id").values_list("kind", flat=True))

    return kinds
