"""The case and what hangs on it. One noun a file; every field's sensitivity stands in `CLASSIFIED` beside its model."""

from cases.models.case import Assignment, Case, CaseLock, CaseState, Spell, State
from cases.models.consent import Consent, ConsentForm, ConsentLine, Ending, Purpose
from cases.models.disclosure import Archive, Disclosure
from cases.models.incident import Incident, IncidentNote
from cases.models.item import Item, ItemType
from cases.models.person import NumberKind, Person, Sex

from cases.models import case as _case  # isort: skip
from cases.models import consent as _consent  # isort: skip
from cases.models import disclosure as _disclosure  # isort: skip
from cases.models import incident as _incident  # isort: skip
from cases.models import item as _item  # isort: skip
from cases.models import person as _person  # isort: skip

CLASSIFIED = (
    _person.CLASSIFIED
    | _case.CLASSIFIED
    | _item.CLASSIFIED
    | _consent.CLASSIFIED
    | _disclosure.CLASSIFIED
    | _incident.CLASSIFIED
)

__all__ = [
    "CLASSIFIED",
    "Archive",
    "Assignment",
    "Case",
    "CaseLock",
    "CaseState",
    "Consent",
    "ConsentForm",
    "ConsentLine",
    "Disclosure",
    "Ending",
    "Incident",
    "IncidentNote",
    "Item",
    "ItemType",
    "NumberKind",
    "Person",
    "Purpose",
    "Sex",
    "Spell",
    "State",
]
