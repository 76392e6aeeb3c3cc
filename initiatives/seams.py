"""Where upper rooms plug in. `on_party_left`: verbs called, in the deed's transaction, when a registered
party no longer takes part: by (membership), initiative and party (numbers). `folder_parts`: files of an
imported folder that another room reads and keeps. `told_quarters`: asked, by a year's work and what is told of
it (initiatives/workload.py), which quarters of that year have been told to others.

The report's texts lie in the same folder as the rows of the insats, but the report is a room above. It fills
the list when the house starts (AppConfig.ready); this room calls what is plugged in and knows nothing of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from initiatives.folder import Folder
    from initiatives.models import Initiative
    from parties.models import Membership


@dataclass(frozen=True)
class FolderPart:
    """How a file is read (problems go to the folder's list) and how what was read is kept: (created, changed,
    unchanged).
    """

    read: "Callable[[bytes, Folder], Any]"
    keep: "Callable[[Initiative, Membership, Any], tuple[int, int, int]]"


on_party_left: "list[Callable[..., object]]" = []
told_quarters: "list[Callable[..., set[int]]]" = []
folder_parts: dict[str, FolderPart] = {}
