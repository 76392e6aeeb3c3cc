"""The case and what hangs on it. One noun a file; every field's sensitivity stands in `CLASSIFIED` beside its model."""

from cases.models.block import Block, BlockKind
from cases.models.case import Assignment, Case, CaseLock, CaseState, Spell, State
from cases.models.column_mapping import ColumnMapping
from cases.models.consent import Consent, ConsentForm, ConsentLine, Ending, Purpose
from cases.models.declined import Declined
from cases.models.disclosure import Archive, Disclosure
from cases.models.former_number import FormerNumber, NumberChange
from cases.models.hand_over import HandOver, HandOverEnd
from cases.models.import_run import ImportRun
from cases.models.incident import Incident, IncidentNote
from cases.models.item import Item, ItemType
from cases.models.journal import JournalTick
from cases.models.lengths import ConsentLengths
from cases.models.list_export import ExportFormat, ListExport
from cases.models.match import Match
from cases.models.mistake import Mistake
from cases.models.outcome import CaseOutcome, Cause
from cases.models.person import NumberKind, Person, Sex
from cases.models.printed_form import PrintedForm
from cases.models.saved_filter import ListColumns, SavedFilter
from cases.models.statement_list import ListOpening, StatementList, StatementRow
from cases.models.tick import Done, Tick

from cases.models import block as _block  # isort: skip
from cases.models import case as _case  # isort: skip
from cases.models import column_mapping as _column_mapping  # isort: skip
from cases.models import consent as _consent  # isort: skip
from cases.models import declined as _declined  # isort: skip
from cases.models import disclosure as _disclosure  # isort: skip
from cases.models import former_number as _former_number  # isort: skip
from cases.models import hand_over as _hand_over  # isort: skip
from cases.models import import_run as _import_run  # isort: skip
from cases.models import incident as _incident  # isort: skip
from cases.models import item as _item  # isort: skip
from cases.models import lengths as _lengths  # isort: skip
from cases.models import journal as _journal  # isort: skip
from cases.models import mistake as _mistake  # isort: skip
from cases.models import outcome as _outcome  # isort: skip
from cases.models import person as _person  # isort: skip
from cases.models import printed_form as _printed_form  # isort: skip
from cases.models import list_export as _list_export  # isort: skip
from cases.models import saved_filter as _saved_filter  # isort: skip
from cases.models import match as _match  # isort: skip
from cases.models import statement_list as _statement_list  # isort: skip
from cases.models import tick as _tick  # isort: skip

CLASSIFIED = (
    _block.CLASSIFIED
    | _person.CLASSIFIED
    | _case.CLASSIFIED
    | _item.CLASSIFIED
    | _consent.CLASSIFIED
    | _disclosure.CLASSIFIED
    | _outcome.CLASSIFIED
    | _hand_over.CLASSIFIED
    | _former_number.CLASSIFIED
    | _declined.CLASSIFIED
    | _mistake.CLASSIFIED
    | _incident.CLASSIFIED
    | _lengths.CLASSIFIED
    | _printed_form.CLASSIFIED
    | _journal.CLASSIFIED
    | _saved_filter.CLASSIFIED
    | _column_mapping.CLASSIFIED
    | _import_run.CLASSIFIED
    | _list_export.CLASSIFIED
    | _statement_list.CLASSIFIED
    | _match.CLASSIFIED
    | _tick.CLASSIFIED
)

__all__ = [
    "CLASSIFIED",
    "Archive",
    "Assignment",
    "Block",
    "BlockKind",
    "Case",
    "CaseLock",
    "CaseOutcome",
    "CaseState",
    "Cause",
    "ColumnMapping",
    "Consent",
    "ConsentForm",
    "ConsentLengths",
    "ConsentLine",
    "Declined",
    "Disclosure",
    "Done",
    "Ending",
    "ExportFormat",
    "FormerNumber",
    "HandOver",
    "HandOverEnd",
    "ImportRun",
    "Incident",
    "IncidentNote",
    "Item",
    "ItemType",
    "JournalTick",
    "ListColumns",
    "ListExport",
    "ListOpening",
    "Match",
    "Mistake",
    "NumberChange",
    "NumberKind",
    "Person",
    "PrintedForm",
    "Purpose",
    "SavedFilter",
    "Sex",
    "Spell",
    "State",
    "StatementList",
    "StatementRow",
    "Tick",
]
