"""What is written in a case: writing, versions, giving, and the unit's own texts wherever their case stands."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit import ledger
from cases import filecopy, incidents, listing, sight
from cases.access import allowed_actions, case_worker, demand, open_case, open_item, refuse
from cases.actions import disclosure as giving
from cases.actions import item as item_verbs
from cases.actions.reading import note_opened
from cases.facts import composed, first_said, in_words
from cases.law import NEVER_GIVEN
from cases.measures import moves_from
from cases.models import Case, Item, ItemType
from cases.models.item import KIND_OF_TYPE, STATED_TYPES, WRITABLE_TYPES, types_for
from cases.writing import ItemForm
from errands import drafts
from parties.access import PortalRequest, who_acts
from parties.models import Membership, Unit


@require_http_methods(["GET", "POST"])
def new_item(request: PortalRequest, number: str) -> HttpResponse:
    """Chooses what to write, then writes it; the next page shows who may receive it."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "write_item")
    type_ = request.GET.get("type", "")
    if type_ not in types_for(member.unit):
        return render(
            request, "cases/item_types.html", {"case": case, "groups": sight.types_to_write(member)}
        )
    draft = drafts.find(member.pk, "item", f"{case.number}-{type_}")
    form = ItemForm(
        request.POST or None,
        type=type_,
        initial={"happened_on": timezone.localdate(), **first_said(type_, member.unit.party.kind)}
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
            "stays": KIND_OF_TYPE.get(type_) in NEVER_GIVEN,
            "people": people_of(member, form),
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
    # A line that the facts made is made anew from what they become.
    heading = "" if item.heading == composed(item.type, item.facts) else item.heading
    initial = {"heading": heading, "text": item.text, "happened_on": item.happened_on, "kind": item.kind}
    form = ItemForm(request.POST or None, type=item.type, before=item.facts, initial=item.facts | initial)
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
    people = people_of(member, form)
    return render(
        request,
        "cases/version.html",
        {"form": form, "case": case, "item": item, "later": later, "people": people},
    )


def people_of(member: Membership, form: ItemForm) -> list[str]:
    """The names at the own unit, proposed where the form asks who is responsible."""
    if "responsible_person" not in form.fields:
        return []
    form.fields["responsible_person"].widget.attrs["list"] = "people"
    names = Membership.objects.current().filter(unit=member.unit_id).values_list("user__name", flat=True)
    return sorted(set(names))


@require_safe
def item_page(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """One version: its text, who can see it and why, and to whom it may be given now."""
    case = open_case(request, number, deed="item.read")
    item = open_item(request, case, pk)
    member = who_acts(request)
    own = item.unit_id == member.unit_id
    allowed = allowed_actions(member, case)
    stays = item.kind in NEVER_GIVEN
    note_opened(by=member, case=case, item=item)
    return render(
        request,
        "cases/item.html",
        {
            "case": case,
            "item": item,
            "own": own,
            "given_to_us": filecopy.given_to(item, member)
            if not own and "fetch" in allowed_actions(member, case)
            else None,
            "sight": sight.of_item(case, item, member),
            "receivers": sight.receivers(case, item, member)
            if own and "give" in allowed and not stays
            else [],
            "stays": stays,
            "moves": moves_from(item.facts)
            if own and item.type in STATED_TYPES and "write_item" in allowed and is_latest(item)
            else [],
            "reportable": incidents.ever_given(item, member)
            if own and "give" in allowed_actions(member, case)
            else [],
            "excluded": giving.excluded_by_the_person(case) if own else [],
            "versions": sight.versions(item, member),
            "writable": own and item.type in WRITABLE_TYPES and "write_item" in allowed_actions(member, case),
            "facts": in_words(item.type, item.facts),
        },
    )


def is_latest(item: Item) -> bool:
    """Whether no later version stands."""
    return not Item.objects.filter(replaces=item).exists()


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


@require_safe
def own_items(request: PortalRequest) -> HttpResponse:
    """What the unit itself has written, with the case's number only: own words stay one's own when a case has closed."""
    member = case_worker(request)
    page = listing.own_items(member, before=request.GET.get("before", ""))
    ledger.record_read("items.listed", by=member, persons=page.persons)
    return render(request, "cases/own_items.html", {"page": page, "member": member})


@require_safe
def own_item(request: PortalRequest, pk: int) -> HttpResponse:
    """One of the unit's own texts, wherever its case stands now."""
    member = case_worker(request)
    item = listing.own_item(member, pk)
    if item is None:
        refuse(request, f"own/{pk}")
    ledger.record_read(
        "item.read", by=member, case=item.case_id, persons=[item.person_id] if item.person_id else []
    )
    return render(request, "cases/own_item.html", {"item": item, "facts": in_words(item.type, item.facts)})
