"""The pages of the case. Door, form, deed, next page."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit import ledger
from cases import consents, listing, seams, sight
from cases.access import allowed_actions, demand, open_case, open_consent, open_item, refuse
from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.actions import disclosure as giving
from cases.actions import item as item_verbs
from cases.actions.reading import note_opened
from cases.days import COUNTED_BENEFITS, DayBar, day_bar
from cases.forms import ConsentRecordForm, ItemForm, NewCaseForm, SpellForm, StateForm, WithdrawForm
from cases.law import InformationKind
from cases.models import Assignment, Case, CaseState, Item, ItemType, Spell, State
from cases.models.case import MOVES
from cases.models.item import WRITABLE_TYPES, types_for
from errands import drafts
from errands.models import Draft
from initiatives.models import Initiative
from parties.access import PortalRequest, who_acts
from parties.models import CARE_KINDS, Membership, Unit

SHOW_PERSONS = "show_persons"


def _case_worker(request: PortalRequest) -> Membership:
    """Whoever acts with a case role; for everyone else these pages do not exist."""
    if request.membership is None or not request.membership.is_case_role:
        raise Http404
    return request.membership


@require_safe
def worklist(request: PortalRequest) -> HttpResponse:
    """What needs this member today, most urgent first; only what one can do stands here."""
    member = _case_worker(request)
    matters = sorted(
        (m for part in (listing.given_to_read, *seams.worklist) for m in part(member)),
        key=lambda m: (m.due_on is None, m.due_on, m.case_number),
    )
    today = timezone.localdate()
    ledger.record_read("worklist.read", by=member, persons={m.person for m in matters if m.person})
    return render(
        request,
        "cases/worklist.html",
        {"groups": listing.grouped(matters, today), "count": len(matters), "today": today, "member": member},
    )


@require_safe
def cases(request: PortalRequest) -> HttpResponse:
    """The unit's own cases, or those others have opened for it; a page at a time, in the order they last moved."""
    member = _case_worker(request)
    show, whose = request.GET.get("show", ""), ""
    how = {"before": request.GET.get("before", ""), "with_persons": request.session.get(SHOW_PERSONS, False)}
    if show != "received":
        whose = request.GET.get("whose", "")
        page = listing.own(member, closed=show == "closed", whose=whose, **how)
        # A unit without cases of its own begins with what it has been given.
        show = show if show in ("open", "closed") else "open" if page.rows or whose else "received"
    if show == "received":
        page = listing.received(member, **how)
    ledger.record_read("cases.listed", by=member, persons=page.persons)
    return render(
        request,
        "cases/list.html",
        {"page": page, "show": show, "received": show == "received", "member": member, "whose": whose},
    )


@require_POST
def show_persons(request: PortalRequest) -> HttpResponse:
    """Turns names and numbers on or off in this session: off is for the projector."""
    _case_worker(request)
    request.session[SHOW_PERSONS] = request.POST.get("show") == "1"
    return redirect(listing.safe_return(request))


@require_http_methods(["GET", "POST"])
def case_search(request: PortalRequest) -> HttpResponse:
    """Search by case number, personal number or name. The term is posted, answered and kept nowhere: no address, no session."""
    member = _case_worker(request)
    term = request.POST.get("q", "").replace("\x00", "").strip()[:100]
    found = listing.search(member, term)
    if term:
        ledger.record_read("cases.searched", by=member, persons=found.persons)
    if found.only is not None:
        return redirect("case", number=found.only)
    return render(request, "cases/found.html", {"found": found, "term": term, "member": member})


@require_http_methods(["GET", "POST"])
def new_case(request: PortalRequest) -> HttpResponse:
    """Logs a case; with a spell when there is one. A person already here leads to the case there is."""
    member = _case_worker(request)
    if not case_verbs.may_open_cases(member):
        raise Http404
    form = NewCaseForm(request.POST or None, by=member, initiatives=_initiatives_of(member))
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
        else:
            if values["from_on"]:
                case_verbs.record_spell(
                    by=member, case=case, **{n: values[n] for n in ("from_on", "to_on", "degree", "benefit")}
                )
            messages.success(request, _("The case %(number)s is logged.") % {"number": case.number})
            return redirect("case", number=case.number)
    return render(request, "cases/new.html", {"form": form, "member": member, "known": known})


def _initiatives_of(member: Membership) -> QuerySet[Initiative]:
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
    spell = case.spells.order_by("-from_on", "-id").first() if owner else None
    contact = (
        Assignment.objects.current()
        .filter(case=case, unit_id=case.unit_id)
        .select_related("member__user")
        .first()
    )
    panels = [panel for panel in (part(request, case) for part in seams.case_panels) if panel]
    is_closed = state is not None and state.state == State.CLOSED
    return render(
        request,
        "cases/case.html",
        {
            "case": case,
            "owner": owner,
            "is_care": member.unit.party.kind in CARE_KINDS,
            "show_number": request.session.get(SHOW_PERSONS, False),
            "state": state,
            "spell": spell,
            "days": _days(spell, state),
            "contact": contact,
            "items": items,
            "consents": consents.at_a_glance(case, member),
            "allowed": allowed_actions(member, case),
            "panels": panels,
            "is_closed": is_closed,
            "case_actions": []
            if is_closed
            else [action for part in seams.case_actions for action in part(request, case)],
        },
    )


def _days(spell: Spell | None, state: CaseState | None) -> DayBar | None:
    """The day bar of a spell that the rehabilitation chain counts, on a case that goes on."""
    if spell is None or state is None or state.state == State.CLOSED or spell.benefit not in COUNTED_BENEFITS:
        return None
    return day_bar(spell.from_on, timezone.localdate())


@require_http_methods(["GET", "POST"])
def new_spell(request: PortalRequest, number: str) -> HttpResponse:
    """Records a spell."""
    case = open_case(request, number)
    demand(who_acts(request), case, "record_spell")
    form = SpellForm(request.POST or None)
    if form.is_valid():
        case_verbs.record_spell(by=who_acts(request), case=case, **form.cleaned_data)
        messages.success(request, _("The sick leave is recorded."))
        return redirect("case", number=number)
    return render(request, "cases/spell.html", {"form": form, "case": case})


@require_http_methods(["GET", "POST"])
def case_state(request: PortalRequest, number: str) -> HttpResponse:
    """Opens, pauses or closes the case; the page says what closing ends."""
    case = open_case(request, number)
    demand(who_acts(request), case, "set_state")
    state = CaseState.objects.filter(case=case).latest("from_at", "id")
    form = StateForm(request.POST or None, moves=MOVES[state.state])
    if form.is_valid():
        try:
            case_verbs.set_state(by=who_acts(request), case=case, **form.cleaned_data)
        except case_verbs.AlreadyRegistered as there:
            form.add_error(
                "state",
                _("The person already has a case at your unit: %(number)s.") % {"number": there.case.number},
            )
        except case_verbs.IllegalMove:
            form.add_error(
                "state", _("A colleague has changed the case in the meantime. Look at it and choose again.")
            )
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
    return render(request, "cases/protect.html", {"case": case})


@require_http_methods(["GET", "POST"])
def assign(request: PortalRequest, number: str) -> HttpResponse:
    """Names who at the own unit handles the case."""
    case = open_case(request, number)
    demand(who_acts(request), case, "assign")
    colleagues = [
        m
        for m in Membership.objects.current()
        .filter(unit=who_acts(request).unit)
        .select_related("user", "unit__party")
        if m.is_case_role
    ]
    if request.method == "POST":
        chosen = next((m for m in colleagues if str(m.pk) == request.POST.get("member")), None)
        if chosen is None:
            raise Http404
        case_verbs.assign(by=who_acts(request), case=case, member=chosen)
        messages.success(request, _("%(name)s now handles the case.") % {"name": chosen.user.name})
        return redirect("case", number=number)
    return render(request, "cases/assign.html", {"case": case, "colleagues": colleagues})


@require_http_methods(["GET", "POST"])
def new_item(request: PortalRequest, number: str) -> HttpResponse:
    """Chooses what to write, then writes it; the next page shows who may receive it."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "write_item")
    type_ = request.GET.get("type", "")
    if type_ not in types_for(member.unit):
        return render(request, "cases/item_types.html", {"case": case, "types": sight.types_to_write(member)})
    draft = drafts.find(member.pk, "item", f"{case.number}-{type_}")
    form = ItemForm(
        request.POST or None,
        type=type_,
        initial={"happened_on": timezone.localdate()}
        | ({n: v[0] for n, v in draft.text.items() if v} if draft else {}),
    )
    if form.is_valid():
        item = item_verbs.write_item(by=member, case=case, type=type_, facts=form.facts, **_of_an_item(form))
        drafts.discard(member.pk, "item", f"{case.number}-{type_}")
        messages.success(request, _("Saved. Only your unit sees it."))
        return redirect("item", number=number, pk=item.pk)
    return render(
        request,
        "cases/item_form.html",
        {
            "form": form,
            "case": case,
            "type": ItemType(type_),
            "draft": draft,
            "draft_url": reverse("draft_of", args=["item", f"{case.number}-{type_}"]),
        },
    )


def _of_an_item(form: ItemForm) -> dict:
    values = form.cleaned_data
    return {
        "heading": values["heading"],
        "text": values["text"],
        "happened_on": values["happened_on"],
        **({"kind": values["kind"]} if "kind" in form.fields else {}),
    }


@require_http_methods(["GET", "POST"])
def new_version(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """A later version of the own unit's item; a colleague's version in the meantime is not written over."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "write_item")
    item = open_item(request, case, pk)
    if item.unit_id != member.unit_id or item.type not in WRITABLE_TYPES:
        refuse(request, f"{number}/{pk}")
    later = Item.objects.filter(replaces=item).select_related("author__user").first()
    initial = {"heading": item.heading, "text": item.text, "happened_on": item.happened_on, "kind": item.kind}
    form = ItemForm(request.POST or None, type=item.type, initial=initial | item.facts)
    if "kind" in form.fields:
        del form.fields["kind"]
    if form.is_valid() and later is None:
        try:
            version = item_verbs.write_version(
                by=member, case=case, item=item, facts=form.facts, **_of_an_item(form)
            )
        except item_verbs.Superseded:
            later = Item.objects.filter(replaces=item).select_related("author__user").first()
        else:
            messages.success(request, _("A new version is saved. What was given before is unchanged."))
            return redirect("item", number=number, pk=version.pk)
    if later is not None and form.is_bound:
        form.add_error(
            None,
            _("%(name)s changed this at %(time)s while you were writing. Nothing is lost.")
            % {"name": later.author.user.name, "time": timezone.localtime(later.at).strftime("%H.%M")},
        )
    return render(request, "cases/version.html", {"form": form, "case": case, "item": item, "later": later})


@require_safe
def item_page(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """One version: its text, who can see it and why, and to whom it may be given now."""
    case = open_case(request, number, deed="item.read")
    item = open_item(request, case, pk)
    member = who_acts(request)
    own = item.unit_id == member.unit_id
    note_opened(by=member, case=case, item=item)
    return render(
        request,
        "cases/item.html",
        {
            "case": case,
            "item": item,
            "own": own,
            "sight": sight.of_item(case, item, member),
            "receivers": sight.receivers(case, item, member)
            if own and "give" in allowed_actions(member, case)
            else [],
            "excluded": giving.excluded_by_the_person(case) if own else [],
            "versions": sight.versions(item, member),
            "writable": own and item.type in WRITABLE_TYPES and "write_item" in allowed_actions(member, case),
            "facts": sight.facts_in_words(item),
        },
    )


@require_POST
def give(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """Gives the version to one unit. Said no at this moment, the page tells why, and nothing was given."""
    case = open_case(request, number)
    item = open_item(request, case, pk)
    member = who_acts(request)
    demand(member, case, "give")
    to = _unit(request, case, item)
    try:
        giving.give(by=member, case=case, item=item, to=to, confirmed=request.POST.getlist("confirmed"))
    except giving.MayNotGive as no:
        messages.error(request, no.decision.sentence)
    except giving.NotConfirmed as missing:
        messages.error(request, str(sight.CONFIRMATIONS_MISSING[missing.what]))
    else:
        messages.success(
            request,
            _("%(party)s can read this from now. They may keep it as their own document.")
            % {"party": to.name},
        )
    return redirect("item", number=number, pk=pk)


@require_POST
def stop_showing(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """No longer shows the version; what was given stays given."""
    case = open_case(request, number)
    item = open_item(request, case, pk)
    demand(who_acts(request), case, "give")
    to = _unit(request, case, item)
    giving.stop_showing(by=who_acts(request), case=case, item=item, to=to)
    messages.success(
        request, _("%(unit)s no longer sees this here. What was given stays given.") % {"unit": to.name}
    )
    return redirect("item", number=number, pk=pk)


def _unit(request: PortalRequest, case: Case, item: Item) -> Unit:
    key = listing.as_key(request.POST.get("to", ""))
    unit = Unit.objects.select_related("party__organisation").filter(pk=key).first() if key else None
    if unit is None or unit.pk not in {
        r.unit.pk for r in sight.receivers(case, item, who_acts(request)) if r.unit
    }:
        refuse(request, f"{case.number}/{item.pk}")
    return unit


@require_http_methods(["GET", "POST"])
def new_consent(request: PortalRequest, number: str) -> HttpResponse:
    """Records a consent as on the paper; a renewal shows what was given before and asks whether it opens again."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "record_consent")
    today = timezone.localdate()
    earlier = consents.lapsed(case, member)
    draft = drafts.find(member.pk, "consent", case.number)
    form = ConsentRecordForm(
        request.POST or None,
        units=consents.units_to_consent_with(member),
        earlier=bool(earlier),
        today=today,
        initial=_consent_draft(draft),
    )
    if form.is_valid():
        values = form.cleaned_data
        try:
            consent = consent_verbs.record_consent(
                by=member,
                case=case,
                directions=form.directions(member.unit),
                reopens_earlier=values.get("reopens_earlier", False),
                **{
                    n: values[n]
                    for n in (
                        "kinds",
                        "purpose",
                        "form",
                        "valid_from",
                        "valid_to",
                        "given_on",
                        "obtained_how",
                        "excluded",
                    )
                },
            )
        except consent_verbs.NotNow as no:
            form.add_error(None, str(no.reason.label))
        except consent_verbs.NothingToConsentTo:
            form.add_error("units", _("The law has no way for this between these parties."))
        else:
            drafts.discard(member.pk, "consent", case.number)
            others = sorted({u.party.name for u in values["units"]})
            messages.success(
                request,
                _("Consent saved. %(party)s confirms it the first time they share.")
                % {"party": ", ".join(others)},
            )
            return redirect("consent", number=number, consent_number=consent.number)
    return render(
        request,
        "cases/consent_form.html",
        {
            "form": form,
            "case": case,
            "earlier": earlier,
            "draft": draft,
            "draft_url": reverse("draft_of", args=["consent", case.number]),
        },
    )


def _consent_draft(draft: Draft | None) -> dict[str, object]:
    """What was ticked and written the last time; that the information was gone through is ticked anew."""
    if draft is None:
        return {}
    many = ("units", "kinds")
    return {n: v if n in many else v[0] for n, v in draft.text.items() if v and n != "informed"}


@require_safe
def consent_page(request: PortalRequest, number: str, consent_number: str) -> HttpResponse:
    """The consent line by line, and what has been given under it."""
    case = open_case(request, number, deed="consent.read")
    consent = open_consent(request, case, consent_number)
    lines = consents.lines_in_words(consent)
    return render(
        request,
        "cases/consent.html",
        {
            "case": case,
            "consent": consent,
            "lines": lines,
            "standing": any(line.is_live for line in lines),
            "given": consents.given_on(case),
            "may_withdraw": "withdraw" in allowed_actions(who_acts(request), case),
        },
    )


@require_http_methods(["GET", "POST"])
def withdraw(request: PortalRequest, number: str, consent_number: str) -> HttpResponse:
    """One confirmation, no preconditions: what closes now, and what had already been given, in view."""
    case = open_case(request, number)
    consent = open_consent(request, case, consent_number)
    demand(who_acts(request), case, "withdraw")
    lines = [line for line in consents.lines_in_words(consent) if line.ended_at is None]
    form = WithdrawForm(
        request.POST or None,
        lines=[
            (str(line.pk), f"{line.giver} → {line.receiver}: {InformationKind(line.kind).short}")
            for line in lines
        ],
    )
    if form.is_valid():
        chosen = (
            [int(pk) for pk in form.cleaned_data["lines"]] if form.cleaned_data["what"] == "some" else None
        )
        ended = consent_verbs.withdraw(by=who_acts(request), case=case, consent=consent, lines=chosen)
        now = timezone.localtime()
        if ended:
            messages.success(
                request,
                _("Withdrawn %(date)s at %(time)s. The others see nothing of it any longer.")
                % {"date": now.date(), "time": now.strftime("%H.%M")},
            )
        return redirect("consent", number=number, consent_number=consent_number)
    return render(
        request,
        "cases/withdraw.html",
        {
            "case": case,
            "consent": consent,
            "form": form,
            "closes": consents.what_closes(case, consent, who_acts(request)),
            "given": consents.given_on(case),
        },
    )


@require_safe
def own_items(request: PortalRequest) -> HttpResponse:
    """What the unit itself has written, with the case's number only: own words stay one's own when a case has closed."""
    member = _case_worker(request)
    page = listing.own_items(member, before=request.GET.get("before", ""))
    ledger.record_read("items.listed", by=member, persons=page.persons)
    return render(request, "cases/own_items.html", {"page": page, "member": member})


@require_safe
def own_item(request: PortalRequest, pk: int) -> HttpResponse:
    """One of the unit's own texts, wherever its case stands now."""
    member = _case_worker(request)
    item = listing.own_item(member, pk)
    if item is None:
        refuse(request, f"own/{pk}")
    ledger.record_read(
        "item.read", by=member, case=item.case_id, persons=[item.person_id] if item.person_id else []
    )
    return render(request, "cases/own_item.html", {"item": item, "facts": sight.facts_in_words(item)})
