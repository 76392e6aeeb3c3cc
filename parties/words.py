"""What each role does and who does the rest, said where somebody meets a deed that is not theirs."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from parties.models import Role

_WORKS_WITH_CASES = _(
    "You do everything in your own unit’s cases. In a case that another unit has, you write, ask and give for your own unit; its consents, its state and its sick leave are recorded by the unit that has the case."
)
WHAT_A_ROLE_DOES: dict[str, Promise] = {
    Role.COORDINATOR: _WORKS_WITH_CASES,
    Role.CLINICIAN: _WORKS_WITH_CASES,
    Role.INVESTIGATOR: _WORKS_WITH_CASES,
    Role.OFFICER: _WORKS_WITH_CASES,
    Role.EMPLOYER_CONTACT: _WORKS_WITH_CASES,
    Role.MANAGER: _(
        "Your role reads here: you see what the unit sees, and choose who has a case. Writing, asking, giving and recording consents is done by those who work with the cases at the unit."
    ),
    Role.PROJECT_STAFF: _(
        "You log for your own unit, and lead the insatser where you have that seat. The rest is done by the lead of the insats."
    ),
    Role.ASSOCIATION_OFFICER: _(
        "You read the insats, its figures and its reports. They are changed by the lead of the insats."
    ),
    Role.EVALUATOR: _(
        "You read the insats, its figures and its reports. They are changed by the lead of the insats."
    ),
    Role.ADMINISTRATOR: _(
        "You manage users and roles. The work with cases and insatser is done by those who have a role in it."
    ),
    Role.AUDITOR: _("You read the access log. Nobody can change it."),
    Role.REGISTRAR: _(
        "You hand out what your party has received, case by case and with a reason. You open no case."
    ),
}
