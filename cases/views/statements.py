"""Statements and decisions: the overview, a list before it is sent and after, the answers, and what is ticked off."""

from collections.abc import Iterable
from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit import ledger
from cases import listing, papers, sight, statements
from cases.access import case_worker, open_case, open_item, refuse
from cases.actions import match as match_verbs
from cases.actions import statement_list as verbs
from cases.actions.disclosure import EXCLUDED_READ
from cases.actions.item import Superseded
from cases.actions.reading import note_items_opened
from cases.answering import ListForm, RowForm
from cases.deciding import Standing
from cases.facts import BY_FK, WAITING
from cases.law import Act, InformationKind
from cases.listing import SHOW_PERSONS
from cases.models import ItemType, StatementList
from initiatives.periods import today
from parties.access import PortalRequest, who_acts
from parties.models import Membership


@require_safe
def overview(request: PortalRequest) -> HttpResponse:
    """*Statements and decisions*: what the unit sees of both, by what has become of it."""
    member = case_worker(request)
    which = request.GET.get("which", "")
    which = which if which in statements.FILTERS else WAITING
    since = _day(request.GET.get("since", ""))
    page = statements.overview(
        member,
        which=which,
        before=request.GET.get("before", ""),
        today=today(),
        since=since,
        with_persons=request.session.get(SHOW_PERSONS, False),
    )
    ledger.record_read("statements.listed", by=member, persons=page.persons)
    note_items_opened(by=member, items=_decisions_on(page.rows))
    return render(
        request,
        "cases/statements.html",
        {
            "page": page,
            "which": which,
            "filters": _filters(which),
            "since": since or statements.months_after(today(), -2),
            "lists": statements.lists_of(member),
            "may_send": verbs.may_send(member),
            "member": member,
        },
    )


def _day(text: str) -> date | None:
    """A day as it is written in a link; anything else is none."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _filters(which: str) -> list[tuple[str, str, bool]]:
    words = {
        "waiting": _("Waiting for a decision"),
        "granted": _("Granted ones"),
        "refused": _("Refused ones"),
        "ends12": _("Ends within 12 months"),
        "ends6": _("Within 6 months"),
        "ends3": _("Within 3 months"),
        "new": _("Newly granted"),
        "all": _("All of them"),
    }
    return [(key, words[key], key == which) for key in statements.FILTERS]


@require_http_methods(["GET", "POST"])
def new_list(request: PortalRequest) -> HttpResponse:
    """Chooses a unit and statements, shows row by row what may be given and why not, and sends what may."""
    member = case_worker(request)
    if not verbs.may_send(member):
        raise PermissionDenied("send_list")
    asked = request.POST if request.method == "POST" else request.GET
    form = ListForm(asked if "to" in asked else None, units=statements.receivers(member))
    if not form.is_valid():
        return render(request, "cases/statements_choose.html", {"form": form})
    to, which = form.cleaned_data["to"], form.cleaned_data["which"]
    preview = statements.proposed(member, to, which, with_persons=request.session.get(SHOW_PERSONS, False))
    error = ""
    if request.method == "POST":
        chosen = [row.item for row in preview.rows if str(row.item.pk) in request.POST.getlist("item")]
        read = [pk for key in request.POST.getlist("read") if (pk := listing.as_key(key)) is not None]
        try:
            sent, outcomes = verbs.send(
                by=member, to=to, items=chosen, read=read, on_paper="on_paper" in request.POST
            )
        except verbs.NothingToSend:
            error = _("Nothing was sent. Tick at least one row that may be given.")
        else:
            _tell(request, outcomes)
            return redirect("statement_list", list_number=sent.number)
    ledger.record_read(
        "statements.previewed", by=member, persons=sorted({row.item.case.person_id for row in preview.rows})
    )
    return render(
        request,
        "cases/statements_new.html",
        {"form": form, "to": to, "which": which, "preview": preview, "error": error},
    )


def _tell(request: PortalRequest, outcomes: list[verbs.SentRow]) -> None:
    given = sum(row.given for row in outcomes)
    messages.success(
        request,
        ngettext("The list is sent with %(n)d row.", "The list is sent with %(n)d rows.", given)
        % {"n": given},
    )
    if left := len(outcomes) - given:
        messages.error(
            request,
            ngettext(
                "%(n)d row was not given; it is no longer allowed, or an exception was not read.",
                "%(n)d rows were not given; they are no longer allowed, or an exception was not read.",
                left,
            )
            % {"n": left},
        )


def open_list(request: PortalRequest, number: str) -> StatementList:
    """A list of which the membership sees a row now; else Http404, with its trace."""
    member = case_worker(request)
    found = (
        StatementList.objects.visible_to(member)
        .select_related("unit__party", "to_unit__party", "sent_by__user")
        .filter(number=number)
        .first()
    )
    if found is None:
        refuse(request, number)
    return found


# In the address of a list that one comes back to from one of its own rows.
STAYS = "stays"


@require_http_methods(["GET", "POST"])
def statement_list(request: PortalRequest, list_number: str) -> HttpResponse:
    """The list: its rows as they stand now, what is new since last time, and one row open to be answered."""
    sent = open_list(request, list_number)
    member = who_acts(request)
    stays = request.method == "POST" or STAYS in request.GET
    since = statements.last_opened(sent, member, stays=stays)
    rows = statements.list_rows(
        sent, member, with_persons=request.session.get(SHOW_PERSONS, False), since=since
    )
    ours = sent.unit_id == member.unit_id
    wanted = listing.as_key((request.POST if request.method == "POST" else request.GET).get("row", ""))
    answerable = [row for row in rows if row.may_answer]
    chosen = next((row for row in answerable if row.statement.pk == wanted), None)
    if wanted is not None and chosen is None:
        refuse(request, f"{list_number}/{wanted}")
    if chosen is None and not ours:
        chosen = next((row for row in answerable if row.unanswered), None)
    form, meanwhile = None, None
    if chosen is not None:
        form = _row_form(request, chosen, ours)
        if request.method == "POST" and form.is_valid():
            try:
                answer = _answer(request, chosen, form, ours)
            except Superseded:
                # Nothing is written over, and nothing typed is lost: both stand on the page.
                meanwhile = verbs.own_answer(chosen.statement, member.unit_id)
                form.data = {
                    **{name: form.data[name] for name in form.data},
                    "seen": str(meanwhile.pk) if meanwhile else "",
                }
                form.add_error(None, _("Someone already answered. Your text is kept as a draft."))
            else:
                _tell_answer(request, answer, chosen, ours)
                return redirect(_next_row(list_number, answerable, chosen, ours))
    elif request.method == "POST":
        refuse(request, list_number)
    ledger.record_read(
        "statements.read",
        by=member,
        persons=sorted({row.statement.case.person_id for row in rows}),
        note=sent.number,
    )
    if not stays:
        verbs.note_list_opened(by=member, list=sent)
    note_items_opened(by=member, items=_decisions_on(rows))
    return render(
        request,
        "cases/statement_list.html",
        {
            "list": sent,
            "rows": rows,
            "ours": ours,
            "chosen": chosen,
            "form": form,
            "meanwhile": meanwhile,
            "since": since,
            "receipts": _receipts(chosen, member) if chosen is not None and not ours else [],
            "left": sum(row.unanswered for row in answerable),
            "may_send": verbs.may_send(member),
        },
    )


def _receipts(row: statements.Row, member: Membership) -> list[str]:
    """The consent that the answer would be the unit's receipt of (R8), in words; none when it is received, or none stands."""
    standing = Standing.of(row.statement.case, member.unit)
    decision = standing.decide(Act.INFORMATION, row.statement.unit, InformationKind.DECISION)
    return sight.receipts(standing, [(row.statement.unit, decision)]) if decision.allowed else []


def _row_form(request: PortalRequest, row: statements.Row, ours: bool) -> RowForm:
    facts = row.decision.facts if row.decision and row.decision.pk == row.seen else {}
    officer = "" if ours else who_acts(request).user.name
    initial = {"officer": officer, "seen": row.seen, **facts}
    return RowForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        by_fk=not ours,
        excluded=bool(row.excluded),
    )


def _answer(request: PortalRequest, row: statements.Row, form: RowForm, ours: bool) -> verbs.Answer:
    values = dict(form.cleaned_data)
    read = values.pop("excluded_read", False)
    return verbs.answer(
        by=who_acts(request),
        case=row.statement.case,
        statement=row.statement,
        told_by=values.pop("told_by") if ours else BY_FK,
        confirmed=[EXCLUDED_READ] if read else [],
        **values,
    )


def _tell_answer(request: PortalRequest, answer: verbs.Answer, row: statements.Row, ours: bool) -> None:
    unit = row.statement.unit.name
    if ours:
        messages.success(request, _("Saved. Only your unit sees it."))
    elif answer.given:
        messages.success(request, _("Saved, and given to %(unit)s.") % {"unit": unit})
    elif answer.unread:
        messages.warning(
            request,
            _("Saved with you, and not given: tick first that you have read what the person has excepted."),
        )
    else:
        why = answer.refused.sentence if answer.refused else _("The question is not answered in the portal.")
        messages.warning(request, _("Saved with you, and not given. %(why)s") % {"why": why})


def _next_row(number: str, rows: list[statements.Row], done: statements.Row, ours: bool) -> str:
    """The next row that nobody has answered, after the one just done; the list when there is none."""
    place = rows.index(done)
    left = [row for row in [*rows[place + 1 :], *rows[:place]] if row.unanswered]
    address = reverse("statement_list", args=[number])
    return (
        f"{address}?{urlencode({'row': left[0].statement.pk, STAYS: 1})}#answer"
        if left
        else f"{address}?{STAYS}=1"
    )


def _decisions_on(rows: Iterable[statements.Row]) -> list[int]:
    """The decisions that the rows show whole. Of a statement a row has no more than its form and day."""
    return [row.decision.pk for row in rows if row.decision]


@require_POST
def print_list(request: PortalRequest, list_number: str) -> HttpResponse:
    """The unit's own list on paper: the rows whose ground stands now, with room for the answers. Kept nowhere."""
    sent = open_list(request, list_number)
    member = who_acts(request)
    if sent.unit_id != member.unit_id or not verbs.may_send(member):
        refuse(request, list_number)
    paper = statements.on_paper(sent, member)
    ledger.record_read(
        "statements.printed", by=member, persons=[row.person for row in paper["rows"]], note=sent.number
    )
    answer = HttpResponse(papers.drawn("statements", paper), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f"inline; filename={sent.number}.pdf"
    return answer


@require_POST
def tick(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """The unit's own tick on a granted decision, on or off."""
    case = open_case(request, number)
    item = open_item(request, case, pk)
    verb = match_verbs.untick if "undo" in request.POST else match_verbs.tick
    verb(by=who_acts(request), case=case, item=item)
    return redirect(listing.safe_return(request))


@require_POST
def match(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """Says which decision answers the statement, or takes it back."""
    case = open_case(request, number)
    statement = open_item(request, case, pk)
    key = listing.as_key(request.POST.get("decision", ""))
    if key is None or statement.type != ItemType.STATEMENT:
        refuse(request, f"{number}/{pk}")
    decision = open_item(request, case, key)
    verb = match_verbs.unmatch if "undo" in request.POST else match_verbs.match
    verb(by=who_acts(request), case=case, statement=statement, decision=decision)
    return redirect(listing.safe_return(request))
