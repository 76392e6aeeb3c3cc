"""Blocks on a person: which stand and stood, setting one, lifting one. For the unit that registered the person."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.access import demand, open_case, refuse
from cases.actions import block as block_verbs
from cases.forms import BlockForm, LiftForm, party_and_unit
from cases.law import Act, Ground, InformationKind, grounds_for
from cases.models import Assignment, Block, BlockKind, Case
from parties.access import PortalRequest, who_acts
from parties.models import Membership, PartyKind, Side, Unit, User


@require_safe
def blocks(request: PortalRequest, number: str) -> HttpResponse:
    """The blocks on the person, those that stand first, and who set and lifted them and why."""
    case = _own_case(request, number, deed="blocks.read")
    rows = list(
        Block.objects.filter(person=case.person_id)
        .select_related("user", "to_unit", "by__user", "lifted_by__user")
        .order_by("-lifted_at", "-from_at", "-pk")
    )
    return render(
        request,
        "cases/blocks.html",
        {
            "case": case,
            "standing": [b for b in rows if b.lifted_at is None],
            "lifted": [b for b in rows if b.lifted_at is not None],
        },
    )


@require_http_methods(["GET", "POST"])
def new_block(request: PortalRequest, number: str) -> HttpResponse:
    """Sets a block. One that holds off oneself closes the case to its setter at the next page."""
    case = _own_case(request, number)
    member = who_acts(request)
    users, units = _people_on(case, member), _units_beside(case)
    form = BlockForm(
        request.POST or None,
        kinds=_kinds_for(member),
        users={pk: user.name for pk, user in users.items()},
        units={pk: party_and_unit(unit) for pk, unit in units.items()},
    )
    if form.is_valid():
        values = form.cleaned_data
        user = users[int(values["user"])] if values["user"] else None
        to_unit = units[int(values["to_unit"])] if values["to_unit"] else None
        try:
            block_verbs.block(
                by=member,
                case=case,
                kind=values["kind"],
                user=user,
                to_unit=to_unit,
                reason=values["reason"],
            )
        except block_verbs.AlreadyBlocked:
            form.add_error("kind", _("This block stands already."))
        except block_verbs.NobodyLeft:
            form.add_error(
                "user",
                _("Nobody else at your unit could work with the case. Ask your manager to add someone."),
            )
        else:
            messages.success(request, _("The block stands from now."))
            if user is not None and user.pk == member.user_id:
                return redirect("cases")
            return redirect("blocks", number=number)
    return render(request, "cases/block_new.html", {"case": case, "form": form})


@require_http_methods(["GET", "POST"])
def lift_block(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """Lifts a block; what it ended stays ended."""
    case = _own_case(request, number)
    block = (
        Block.objects.standing()
        .filter(person=case.person_id, pk=pk)
        .select_related("user", "to_unit")
        .first()
    )
    if block is None:
        refuse(request, f"{number}/{pk}")
    form = LiftForm(request.POST or None)
    doubles = block_verbs.on_the_doubles(block).count()
    if form.is_valid():
        twice = bool(doubles)
        block_verbs.lift(by=who_acts(request), case=case, block=block.pk, reason=form.cleaned_data["reason"])
        messages.success(request, _("The block is lifted. What it ended stays ended and is given anew."))
        if twice:
            messages.info(request, _("It is lifted in the double as well."))
        return redirect("blocks", number=number)
    return render(
        request, "cases/block_lift.html", {"case": case, "form": form, "block": block, "doubles": doubles}
    )


def _own_case(request: PortalRequest, number: str, deed: str = "case.read") -> Case:
    """The case, for the unit that owns it; a unit that was given something on it has no such page."""
    case = open_case(request, number, deed=deed)
    demand(who_acts(request), case, "block")
    return case


def _kinds_for(member: Membership) -> list[tuple[str, str]]:
    """A block within the region is for a party that the law lets give on the ground of a care relation."""
    code = PartyKind(member.unit.party.kind).matrix
    cares = any(
        Ground.INTRA_CARE
        in grounds_for(Act.INFORMATION, code, PartyKind(other).matrix, InformationKind.EXISTENCE)
        for other in PartyKind.values
    )
    return [(k.value, str(k.label)) for k in BlockKind if cares or k != BlockKind.REGION]


def _people_on(case: Case, member: Membership) -> dict[int, User]:
    """Who can be held off: those of the own unit, the member too, and who is known to handle the case elsewhere."""
    colleagues = (
        Membership.objects.current().filter(unit=member.unit_id).select_related("user", "unit__party")
    )
    people = {m.user_id: m.user for m in colleagues if m.is_case_role}
    for a in Assignment.objects.current().filter(case=case).select_related("member__user"):
        people.setdefault(a.member.user_id, a.member.user)
    return dict(sorted(people.items(), key=lambda pair: (pair[1].name, pair[0])))


def _units_beside(case: Case) -> dict[int, Unit]:
    units = Unit.objects.filter(party__side=Side.CASE).exclude(pk=case.unit_id).select_related("party")
    return {u.pk: u for u in units.order_by("party__name", "name", "pk")}
