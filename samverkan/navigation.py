"""The frame's words: who is here, and a menu by role. A menu shows only what the person can use."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.access import may_write
from cases.actions.case import may_open_cases
from initiatives.access import visible_to as insatser_of
from inquiries.models import Inquiry
from parties.access import PortalRequest
from parties.models import CARE_KINDS, PartyKind, Role, Side

WORKLIST = ("worklist", _("To do"), "todo")
CASES = ("cases", _("Cases"), "folder")
INQUIRIES = ("inquiries", _("Inquiries"), "chat")
OWN = ("own_items", _("What we have written"), "pen")
INITIATIVES = ("initiatives", _("The initiative"), "flag")
REPORTS = ("reports", _("Reports"), "chart")
LOG = ("access_log", _("Access log"), "shield")
ARCHIVE = ("archive", _("Hand out from the archive"), "document")
PEOPLE = ("people", _("People and units"), "people")
LENGTHS = ("consent_lengths", pgettext_lazy("menu", "Consent lengths"), "clock")
STATEMENTS = ("statements", _("Statements and decisions"), "list")
IMPORT = ("import_cases", pgettext_lazy("menu", "Import a case list"), "upload")

_CASE_WORK = [WORKLIST, CASES, INQUIRIES, OWN]
MENUS: dict[str, list[list[tuple]]] = {
    Role.COORDINATOR: [_CASE_WORK, [INITIATIVES, REPORTS]],
    Role.CLINICIAN: [_CASE_WORK],
    Role.INVESTIGATOR: [_CASE_WORK],
    Role.OFFICER: [_CASE_WORK],
    Role.EMPLOYER_CONTACT: [_CASE_WORK],
    Role.MANAGER: [[CASES, INQUIRIES, WORKLIST], [LOG]],
    Role.PROJECT_STAFF: [[INITIATIVES, REPORTS]],
    Role.ASSOCIATION_OFFICER: [[INITIATIVES, REPORTS]],
    Role.EVALUATOR: [[INITIATIVES, REPORTS]],
    Role.ADMINISTRATOR: [[PEOPLE]],
    Role.AUDITOR: [[LOG]],
    Role.REGISTRAR: [[ARCHIVE]],
}


def menu(request: PortalRequest) -> list[list[tuple]]:
    """The groups of the person's menu: by role, with the insats and its reports for whoever has a seat in one."""
    member = request.membership
    if member is None:
        return []
    groups = [list(group) for group in MENUS[member.role]]
    flat = [entry for group in groups for entry in group]
    if INITIATIVES not in flat and insatser_of(member).exists():
        groups.append([INITIATIVES, REPORTS])
    if member.role == Role.ADMINISTRATOR and member.side == Side.CASE:
        groups[0].append(LENGTHS)
    if member.unit.party.kind == PartyKind.FK and _CASE_WORK[0] in flat and may_write(member):
        groups[0].append(STATEMENTS)
    if member.role == Role.ADMINISTRATOR and member.unit.party.kind in CARE_KINDS:
        groups[0].append(IMPORT)
    return groups


def first_page(request: PortalRequest) -> str:
    """The url name where the person's day begins."""
    groups = menu(request)
    return groups[0][0][0] if groups else "choose_membership"


def frame(request: PortalRequest) -> dict:
    """What base.html needs on every page. Error pages are drawn without a request and need none of it."""
    member = getattr(request, "membership", None)
    user = getattr(request, "user", None)
    common = {"demo": settings.DEMO, "membership": member}
    if user is None or not user.is_authenticated or not hasattr(request, "memberships"):
        return common
    if getattr(request, "covered", False):
        # Behind the cover there is no menu and nothing is counted.
        return {"demo": settings.DEMO}
    current = request.resolver_match.view_name if request.resolver_match else ""
    groups = menu(request)
    section = SECTION_OF.get(current, current)
    if section == "statements" and not any(STATEMENTS in group for group in groups):
        section = "cases"
    if section == "import_cases" and not any(IMPORT in group for group in groups):
        section = "cases"
    waiting = Inquiry.objects.waiting_for(member) if member is not None and member.is_case_role else 0
    nav = [
        [
            {
                "label": label,
                "url": reverse(name),
                "icon": icon,
                "count": waiting if name == "inquiries" else None,
                "current": name == section,
            }
            for name, label, icon in group
        ]
        for group in groups
    ]
    return common | {
        "nav": nav,
        "idle_seconds": int(settings.IDLE_LOCK.total_seconds()),
        "warning_seconds": int(settings.IDLE_WARNING.total_seconds()),
        "memberships_count": len(request.memberships),
        "can_search_cases": member is not None and member.is_case_role,
        "can_open_cases": may_open_cases(member),
        "can_write": member is not None and may_write(member),
    }


# Pages inside a section light that section's entry in the menu.
SECTION_OF = {
    **dict.fromkeys(
        [
            "case",
            "new_case",
            "case_search",
            "new_item",
            "item",
            "new_version",
            "give",
            "stop_showing",
            "new_consent",
            "renew_consent",
            "declined_consent",
            "mistake",
            "print_consent",
            "print_statistics",
            "print_shared",
            "print_receipt",
            "consent",
            "withdraw",
            "case_state",
            "close_case",
            "outcome",
            "new_spell",
            "protect",
            "assign",
            "hand_over",
            "hand_over_answer",
            "correct",
            "wrong_person",
            "registered_twice",
            "change_number",
            "matrix",
            "give_many",
            "fetch_item",
            "copy_item",
            "report_incident",
            "seen_by",
            "calls",
            "case_filter",
            "save_filter",
            "saved_filters",
            "rename_filter",
            "case_columns",
            "new_export",
            "exports",
            "tick_decision",
            "match_decision",
            "agenda",
        ],
        "cases",
    ),
    **dict.fromkeys(
        ["statements", "new_statement_list", "statement_list", "print_statement_list"],
        "statements",
    ),
    **dict.fromkeys(["incident", "heed_incident", "ending_consents"], "worklist"),
    **dict.fromkeys(["set_consent_lengths"], "consent_lengths"),
    **dict.fromkeys(
        ["inquiry", "ask", "log_inquiry", "decline_inquiry", "record_paper_answer", "receive_question"],
        "inquiries",
    ),
    **dict.fromkeys(
        [
            "import_cases",
            "import_list",
            "import_confirm",
            "import_discard",
            "import_rejected",
            "undo_import",
            "import_columns",
        ],
        "import_cases",
    ),
    **dict.fromkeys(
        [
            "new_initiative",
            "import_initiative",
            "import_initiative_check",
            "initiative",
            "edit_initiative",
            "initiative_time",
            "initiative_shares",
            "initiative_seats",
            "end_initiative_seat",
            "new_initiative_row",
            "initiative_row",
            "remove_initiative_row",
        ],
        "initiatives",
    ),
    **dict.fromkeys(
        [
            "new_report",
            "report",
            "report_part",
            "save_report_text",
            "report_figures",
            "freeze_report",
            "new_report_version",
            "draw_report_again",
            "report_progress",
        ],
        "reports",
    ),
    **dict.fromkeys(["invite", "end_membership", "substitute"], "people"),
}
