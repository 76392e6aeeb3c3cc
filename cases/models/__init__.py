"""The case and what hangs on it. One noun a file; every field's sensitivity stands in `CLASSIFIED` beside its model."""

from cases.models.case import Assignment, Case, CaseLock, CaseState, Spell, State
from cases.models.consent import Consent, ConsentForm, ConsentLine, Ending, Purpose
from cases.models.declined import Declined
from cases.models.disclosure import Archive, Disclosure
from cases.models.item import Item, ItemType
from cases.models.mistake import Mistake
from cases.models.person import NumberKind, Person, Sex

from cases.models import case as _case  # isort: skip
from cases.models import consent as _consent  # isort: skip
from cases.models import declined as _declined  # isort: skip
from cases.models import disclosure as _disclosure  # isort: skip
from cases.models import item as _item  # isort: skip
from cases.models import mistake as _mistake  # isort: skip
from cases.models import person as _person  # isort: skip

CLASSIFIED = (
    _person.CLASSIFIED
    | _case.CLASSIFIED
    | _item.CLASSIFIED
    | _consent.CLASSIFIED
    | _disclosure.CLASSIFIED
    | _declined.CLASSIFIED
    | _mistake.CLASSIFIED
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
    "Declined",
    "Disclosure",
    "Ending",
    "Item",
    "ItemType",
    "Mistake",
    "NumberKind",
    "Person",
    "Purpose",
    "Sex",
    "Spell",
    "State",
]
