"""One case: logging it, its page, its sick leave, its states and who handles it. Door, form, deed, next page."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit import ledger
from cases import consents, hand_over, leaves, milestones, needs, preview, seams, sight
from cases.access import allowed_actions, case_worker, demand, open_case, refuse
from cases.actions import case as case_verbs
from cases.actions.reading import note_opened
from cases.closing import outcome_now, outcome_words, what_is_open
from cases.correct import doubles_of
from cases.days import in_force
from cases.forms import CHANGED_MEANWHILE, NOT_BY_YOU, NewCaseForm, StateForm
from cases.history import moves_of
from cases.law import NEVER_GIVEN
from cases.listing import SHOW_PERSONS
from cases.models import Assignment, Block, CaseState, State
from cases.models.case import MOVES
from cases.plan import plan_of
from cases.spells import AskingSpellForm
from initiatives.models import Initiative
from parties.access import PortalRequest, who_acts
from parties.models import CARE_KINDS, Membership


@require_http_methods(["GET", "POST"])
def new_case(request: PortalRequest) -> HttpResponse:
    """Logs a case; with a spell when there is one. A person already here leads to the case there is."""
    member = case_worker(request)
    if not case_verbs.may_open_cases(member):
        raise Http404
    form = NewCaseForm(request.POST or None, by=member, initiatives=initiatives_of(member))
    known = ""
    if form.is_valid():
        values = form.cleaned_data
        try:
            case = case_verbs.open_case(
                by=member,
                number=values["number"],
                name=values["name"],
                sex=values["sex"] or "unknown",
                home_municipality=values["home_municipality"],
                protected=values["protected"],
                initiative=values["initiative"],
                opened_on=timezone.localdate(),
            )
        except case_verbs.AlreadyRegistered as there:
            ledger.record_read("case.read", by=member, case=there.case.pk, persons=[there.case.person_id])
            known = there.case.number
            form.add_error(
                "number",
                _("The person already has a case at your unit: %(number)s.") % {"number": there.case.number},
            )
        except case_verbs.NotByYou:
            form.add_error("number", NOT_BY_YOU)
        else:
            if values["from_on"]:
                case_verbs.record_spell(
                    by=member, case=case, **{n: values[n] for n in ("from_on", "to_on", "degree", "benefit")}
                )
            messages.success(request, _("The case %(number)s is logged.") % {"number": case.number})
            return redirect("case", number=case.number)
    return render(request, "cases/new.html", {"form": form, "member": member, "known": known})


def initiatives_of(member: Membership) -> QuerySet[Initiative]:
    return Initiative.objects.filter(participations__party=member.party_id).distinct().order_by("name")


@require_safe
def case_page(request: PortalRequest, number: str) -> HttpResponse:
    """Who, what happens next, the items by kind with who can see each and why, and the consents at a glance."""
    case = open_case(request, number)
    member = who_acts(request)
    owner = case.unit_id == member.unit_id
    items = sight.items_of(case, member)
    note_opened(by=member, case=case)
    state = CaseState.objects.filter(case=case).order_by("-from_at", "-id").first() if owner else None
    leave = leaves.on_page(case, state.state, timezone.localdate()) if state else None
    contact = (
        Assignment.objects.current()
        .filter(case=case, unit_id=case.unit_id)
        .select_related("member__user")
        .first()
    )
    panels = [panel for panel in (part(request, case) for part in seams.case_panels) if panel]
    doubles = doubles_of(case, member)
    for double in doubles:
        ledger.record_read("case.read", by=member, case=double.pk, persons=[double.person], basis="own")
    is_closed = state is not None and state.state == State.CLOSED
    outcome = outcome_now(case) if is_closed else None
    return render(
        request,
        "cases/case.html",
        {
            "case": case,
            "owner": owner,
            "is_care": member.unit.party.kind in CARE_KINDS,
            "show_number": request.session.get(SHOW_PERSONS, False),
            "state": state,
            "leave": leave,
            "ahead": milestones.ahead_of(case, state.state, member, timezone.localdate()) if state else None,
            "contact": contact,
            "items": items,
            "consents": consents.on_the_page(case, member),
            "groups": sight.by_kind(items),
            "plan": plan_of(items, allowed_actions(member, case)) if not is_closed else None,
            "needs": needs.of_items(row.item for row in items if row.own),
            "declined": case.declined.order_by("-declined_on", "-id").first() if owner else None,
            "allowed": allowed_actions(member, case),
            "blocks": Block.objects.standing().filter(person=case.person_id).count() if owner else 0,
            "may_give_many": "give" in allowed_actions(member, case)
            and any(row.own and row.item.kind not in NEVER_GIVEN for row in items)
            and not case.person.protected
            and (state is None or state.state == State.OPEN),
            "panels": panels,
            "receiving_units": preview.receiving_units(case, member) if owner else [],
            "is_closed": is_closed,
            "outcome": outcome,
            "outcome_words": outcome_words(outcome) if outcome else [],
            "moves": moves_of(case, member),
            "hand_over": hand_over.on_page(case, member),
            "doubles": doubles,
            "case_actions": []
            if is_closed
            else [action for part in seams.case_actions for action in part(request, case)],
        },
    )


@require_http_methods(["GET", "POST"])
def new_spell(request: PortalRequest, number: str) -> HttpResponse:
    """Records a spell."""
    case = open_case(request, number)
    demand(who_acts(request), case, "record_spell")
    form = AskingSpellForm(request.POST or None, spells=list(case.spells.all()))
    if form.is_valid():
        case_verbs.record_spell(by=who_acts(request), case=case, **form.cleaned_data)
        messages.success(request, _("The sick leave is recorded."))
        return redirect("case", number=number)
    return render(request, "cases/spell.html", {"form": form, "case": case})


@require_http_methods(["GET", "POST"])
def spell(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """Ends or corrects a spell that is in force: a new row of the same first day, and the earlier one stays to be read."""
    case = open_case(request, number)
    demand(who_acts(request), case, "record_spell")
    spells = list(case.spells.all())
    there = next((part.spell for part in in_force(spells) if part.spell.pk == pk), None)
    if there is None:
        refuse(request, f"{case.number}/{pk}")
    names = ("from_on", "to_on", "degree", "benefit", "expected_on")
    initial = {name: getattr(there, name) for name in names}
    form = AskingSpellForm(request.POST or None, spells=spells, was=there, initial=initial)
    form.fields["from_on"].disabled = True
    form.fields["from_on"].help_text = ""
    if form.is_valid():
        case_verbs.record_spell(by=who_acts(request), case=case, **form.cleaned_data)
        messages.success(request, _("The sick leave is changed. What stood before can still be read."))
        return redirect("case", number=number)
    return render(request, "cases/spell.html", {"form": form, "case": case, "spell": there})


@require_http_methods(["GET", "POST"])
def case_state(request: PortalRequest, number: str) -> HttpResponse:
    """Pauses, resumes or reopens the case; closing is a page of its own."""
    case = open_case(request, number)
    demand(who_acts(request), case, "set_state")
    state = CaseState.objects.now_of(case)
    form = StateForm(request.POST or None, moves=MOVES[state.state])
    if form.is_valid():
        try:
            case_verbs.set_state(by=who_acts(request), case=case, **form.cleaned_data)
        except case_verbs.AlreadyRegistered as there:
            form.add_error(
                None,
                _("The person already has a case at your unit: %(number)s.") % {"number": there.case.number},
            )
        except case_verbs.IllegalMove:
            form.add_error(None, CHANGED_MEANWHILE)
        else:
            messages.success(
                request, _("The case is now: %(state)s.") % {"state": State(form.cleaned_data["state"]).label}
            )
            return redirect("case", number=number)
    return render(request, "cases/state.html", {"form": form, "case": case, "state": state})


@require_http_methods(["GET", "POST"])
def protect(request: PortalRequest, number: str) -> HttpResponse:
    """Protects the identity: one confirmation, and nobody outside the unit sees anything of the person."""
    case = open_case(request, number)
    demand(who_acts(request), case, "protect")
    if request.method == "POST":
        case_verbs.protect(by=who_acts(request), case=case)
        messages.success(request, _("The identity is protected. Nothing is shown to others any longer."))
        return redirect("case", number=number)
    return render(
        request, "cases/protect.html", {"case": case, "ends": what_is_open(case, who_acts(request))}
    )
