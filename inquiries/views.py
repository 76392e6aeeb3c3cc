"""Asking, reading, answering, closing; and logging what was asked by word of mouth."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit import ledger
from cases.access import allowed_actions, demand, key_for_ledger, may_write, open_case, refuse
from cases.actions import disclosure as giving
from cases.deciding import Standing
from cases.law import Act, Ground, InformationKind
from cases.listing import as_case_number
from cases.models import Case, Item
from cases.sight import CONFIRMATIONS_MISSING, CONSENT_WOULD_HELP
from cases.sight import receipts as receipts_of
from errands import drafts
from inquiries import actions
from inquiries.forms import AnswerForm, AskForm, DeclineForm, LogForm
from inquiries.models import ANSWER_KINDS, Channel, DeclineReason, Inquiry, OnPaper, State
from inquiries.plugs import receivers_of_a_question, row_of
from parties.access import PortalRequest, who_acts
from parties.models import Membership

PAGE = 50


def _case_worker(request: PortalRequest) -> Membership:
    if request.membership is None or not request.membership.is_case_role:
        raise Http404
    return request.membership


def open_inquiry(request: PortalRequest, pk: int) -> Inquiry:
    """The inquiry by its number if the membership may read it; else Http404, in the ledger like every refusal."""
    inquiry = (
        Inquiry.objects.visible_to(request.membership)
        .with_state()
        .select_related(
            "case__person",
            "case__unit__party",
            "asker_unit__party",
            "to_unit__party__organisation",
            "by__user",
            "question",
        )
        .filter(pk=pk)
        .first()
    )
    if inquiry is None:
        refuse(request, f"inquiry {pk}")
    ledger.record_read(
        "inquiry.read",
        by=request.membership,
        case=inquiry.case_id,
        persons=[inquiry.case.person_id] if inquiry.case else [],
    )
    return inquiry


@require_safe
def inquiries(request: PortalRequest) -> HttpResponse:
    """Whose turn it is first; then those under way, and what is done."""
    member = _case_worker(request)
    show = request.GET.get("show", "turn")
    found = Inquiry.objects.visible_to(member).with_state()
    if show == "asked":
        found = found.filter(asker_unit=member.unit, asked_by_us=True)
    elif show == "received":
        found = found.filter(Q(to_unit=member.unit) | Q(asker_unit=member.unit, asked_by_us=False))
    else:
        show, found = "turn", Inquiry.objects.turn_of(member)
    rows = list(
        found.select_related("asker_unit", "to_unit", "case").order_by(
            "due_on" if show == "turn" else "-id", "-id"
        )[: PAGE + 1]
    )
    ledger.record_read(
        "inquiries.listed", by=member, persons={r.case.person_id for r in rows[:PAGE] if r.case}
    )
    today = timezone.localdate()
    return render(
        request,
        "inquiries/list.html",
        {"rows": [row_of(r, member, today) for r in rows[:PAGE]], "more": len(rows) > PAGE, "show": show},
    )


@require_http_methods(["GET", "POST"])
def ask(request: PortalRequest, number: str, unit: int) -> HttpResponse:
    """Asks one unit about the case. Why it may be asked stands on the page; without a ground the form is not offered."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "write_item")
    to = next((u for u in receivers_of_a_question(case, member) if u.pk == unit), None)
    if to is None:
        refuse(request, f"{number}/ask/{unit}")
    decision = Standing.of(case, member.unit).decide(Act.QUESTION, to, InformationKind.EXISTENCE)
    excluded = giving.excluded_by_the_person(case)
    nobody_there = actions.has_nobody(to)
    key = f"{number}-{unit}"
    draft = drafts.find(member.pk, "ask", key)
    form = AskForm(
        request.POST or None,
        excluded=bool(excluded) and decision.line is not None,
        care=decision.allowed and decision.ground is Ground.INTRA_CARE,
        initial={n: v[0] for n, v in draft.text.items() if v} if draft else None,
    )
    if decision.allowed and form.is_valid():
        try:
            inquiry = actions.ask(
                by=member, case=case, to=to, category=form.cleaned_data["category"], text=form.cleaned_data["text"],
                confirmed=form.confirmed, today=timezone.localdate(),
            )  # fmt: skip
        except giving.MayNotGive as no:
            form.add_error(None, no.decision.sentence)
        except giving.NotConfirmed as missing:
            form.add_error(
                missing.what if missing.what in form.fields else None,
                str(CONFIRMATIONS_MISSING[missing.what]),
            )
        else:
            drafts.discard(member.pk, "ask", key)
            if nobody_there:
                messages.success(request, _("The question is saved. Print it and send it by post."))
            else:
                messages.success(request, _("Sent to the unit. You will see here when there is an answer."))
            return redirect("inquiry", pk=inquiry.pk)
    return render(
        request,
        "inquiries/ask.html",
        {
            "case": case,
            "to": to,
            "form": form,
            "decision": decision,
            "excluded": excluded,
            "nobody_there": nobody_there,
            "due": actions.due_from(timezone.localdate()),
            "consent_url": reverse("new_consent", args=[number])
            if "record_consent" in allowed_actions(member, case) and decision.reason in CONSENT_WOULD_HELP
            else "",
            "draft": draft,
            "draft_url": reverse("draft_of", args=["ask", key]),
        },
    )


@require_http_methods(["GET", "POST"])
def inquiry_page(request: PortalRequest, pk: int) -> HttpResponse:
    """The thread, whose turn it is, and for the receiver the answer form. Opening it is reading it."""
    inquiry = open_inquiry(request, pk)
    member = who_acts(request)
    if inquiry.case is None or inquiry.question_id is None:
        return render(request, "inquiries/logged.html", {"inquiry": inquiry})
    acts = "write_item" in allowed_actions(member, inquiry.case)
    if acts and inquiry.to_unit_id == member.unit_id and inquiry.state == State.SENT:
        actions.mark_read(by=member, inquiry=inquiry)
        inquiry.state = State.READ
    allowed = actions.allowed_actions(member, inquiry) if acts else frozenset()
    form, excluded, receipts = None, [], []
    if State.ANSWERED in allowed:
        standing = Standing.of(inquiry.case, member.unit)
        decisions = {
            k: standing.decide(act, inquiry.asker_unit, k, request=request_of)
            for k in ANSWER_KINDS[inquiry.category]
            for act, request_of in [actions.answering(inquiry, k)]
        }
        excluded = giving.excluded_by_the_person(inquiry.case)
        receipts = receipts_of(standing, [(inquiry.asker_unit, d) for d in decisions.values() if d.allowed])
        draft = drafts.find(member.pk, "answer", str(pk))
        form = AnswerForm(
            request.POST or None,
            category=inquiry.category,
            decisions=decisions,
            excluded=bool(excluded),
            consent_url=reverse("new_consent", args=[inquiry.case.number])
            if "record_consent" in allowed_actions(member, inquiry.case)
            else "",
            # What has lost its ground since it was written waits in the draft; a closed field would send it along.
            initial={
                n: v[0]
                for n, v in (draft.text.items() if draft else ())
                if v and (n not in decisions or decisions[n].allowed)
            },
        )
        if form.is_valid():
            try:
                actions.answer(
                    by=member,
                    inquiry=inquiry,
                    parts=form.parts,
                    confirmed=form.confirmed,
                    decided_by=form.decided_by,
                    today=timezone.localdate(),
                )
            except giving.MayNotGive as no:
                form.add_error(None, no.decision.sentence)
            except giving.NotConfirmed as missing:
                field = missing.what if missing.what in form.fields else None
                form.add_error(field, str(CONFIRMATIONS_MISSING[missing.what]))
            except actions.IllegalMove:
                drafts.save(member.pk, "answer", str(pk), {n: request.POST.getlist(n) for n in request.POST})
                form.add_error(None, _("Someone already answered. Your text is kept as a draft."))
            else:
                kept = draft.text if draft else {}
                waits = {
                    k: v for k, v in kept.items() if k in decisions and not decisions[k].allowed and any(v)
                }
                drafts.discard(member.pk, "answer", str(pk))
                if waits:
                    drafts.keep_unsent(member.pk, request.path, waits)
                if inquiry.channel == Channel.PAPER:
                    messages.success(request, _("The answer is saved. Print it and send it by post."))
                else:
                    messages.success(request, _("The answer is sent."))
                return redirect("inquiry", pk=pk)
    elif request.method == "POST":
        messages.info(request, _("Someone already answered. Your text is kept as a draft."))
        drafts.save(member.pk, "answer", str(pk), {n: request.POST.getlist(n) for n in request.POST})
        return redirect("inquiry", pk=pk)
    return render(
        request,
        "inquiries/inquiry.html",
        {
            "inquiry": inquiry,
            "row": row_of(inquiry, member, timezone.localdate()),
            "thread": _thread(inquiry, member),
            "form": form,
            "excluded": excluded,
            "receipts": receipts,
            "allowed": allowed,
            "draft_url": reverse("draft_of", args=["answer", str(pk)]),
            "steps": sorted(
                [*_steps_for(inquiry, member), *_papers_of(inquiry, member)], key=lambda step: step.at
            ),
            "why": DeclineReason.objects.of_own_unit(inquiry, member),
            **(_paper_of(inquiry, member) if acts else {}),
        },
    )


def _paper_of(inquiry: Inquiry, member: Membership) -> dict:
    """What the asker may do with the question on paper; by the unit with nobody in the portal it is the first thing."""
    may_print = actions.may_print(member, inquiry)
    return {
        "may_print": may_print,
        "may_record": State.ANSWERED in actions.moves_on_paper(member, inquiry),
        "nobody_there": may_print and inquiry.to_unit is not None and actions.has_nobody(inquiry.to_unit),
        "may_print_answer": actions.may_print_answer(member, inquiry),
        "was_printed": OnPaper.objects.of_own_unit(inquiry, member).printed().exists(),
    }


def _papers_of(inquiry: Inquiry, member: Membership):
    """What the own unit did with it on paper, among the steps."""
    return OnPaper.objects.of_own_unit(inquiry, member).select_related("unit")


@dataclass
class Message:
    """One text of the thread; without its item when that is not shown to this unit any longer."""

    item: Item | None
    is_answer: bool
    own: bool = False
    kind: str = ""
    paper_from: str = ""


def _thread(inquiry: Inquiry, member: Membership) -> list[Message]:
    """The question and the parts of its answer in the order written; what has closed leaves a sentence, not a gap."""
    answers = list(inquiry.answers.order_by("item_id").values_list("item_id", flat=True))
    if inquiry.to_unit_id == member.unit_id and inquiry.was_answered_on_paper():
        # What the asker wrote down from our paper is the asker's own; we have our copy.
        answers = []
    shown = (
        Item.objects.visible_to(member)
        .filter(pk__in=[inquiry.question_id, *answers])
        .select_related("author__user", "unit")
        .in_bulk()
    )
    return [
        Message(
            item,
            pk in answers,
            item.unit_id == member.unit_id,
            str(InformationKind(item.kind).label),
            item.facts.get("on_paper_from", ""),
        )
        if (item := shown.get(pk))
        else Message(None, pk in answers)
        for pk in [inquiry.question_id, *answers]
    ]


def _steps_for(inquiry: Inquiry, member: Membership):
    """What has happened, as this side may know it: why and how it is not answered is told to nobody but who decided (R5)."""
    silent = Q(state__in=[State.DECLINED, State.PAUSED]) & ~Q(unit=member.unit_id)
    return inquiry.steps.exclude(silent).select_related("unit").order_by("id")


@require_http_methods(["GET", "POST"])
def decline(request: PortalRequest, pk: int) -> HttpResponse:
    """Says that the question is not answered in the portal; the reason stays here."""
    inquiry = open_inquiry(request, pk)
    if State.DECLINED not in actions.allowed_actions(who_acts(request), inquiry):
        if inquiry.to_unit_id != who_acts(request).unit_id:
            raise PermissionDenied
        messages.info(request, _("A colleague has already dealt with it."))
        return redirect("inquiry", pk=pk)
    form = DeclineForm(request.POST or None)
    if form.is_valid():
        try:
            actions.decline(by=who_acts(request), inquiry=inquiry, reason=form.cleaned_data["reason"])
        except actions.IllegalMove:
            messages.info(request, _("A colleague has already dealt with it."))
        return redirect("inquiry", pk=pk)
    return render(request, "inquiries/decline.html", {"form": form, "inquiry": inquiry})


@require_POST
def close(request: PortalRequest, pk: int) -> HttpResponse:
    """The asker is done with the question."""
    return _move(request, pk, State.CLOSED, actions.close)


@require_POST
def take_back(request: PortalRequest, pk: int) -> HttpResponse:
    """The asker takes the question back before it is read."""
    return _move(request, pk, State.TAKEN_BACK, actions.take_back)


def _move(request: PortalRequest, pk: int, state: str, verb) -> HttpResponse:
    inquiry = open_inquiry(request, pk)
    if inquiry.state != state and state not in actions.allowed_actions(who_acts(request), inquiry):
        if inquiry.asker_unit_id != who_acts(request).unit_id:
            raise PermissionDenied
        messages.info(request, _("The other side has moved on in the meantime. Look at the question again."))
        return redirect("inquiry", pk=pk)
    if inquiry.state != state:
        try:
            verb(by=who_acts(request), inquiry=inquiry)
        except actions.IllegalMove as moved:
            # A second click, or a colleague's in the same second, has done it already.
            if moved.state != state:
                messages.info(
                    request, _("The other side has moved on in the meantime. Look at the question again.")
                )
    return redirect("inquiry", pk=pk)


@require_http_methods(["GET", "POST"])
def log_inquiry(request: PortalRequest) -> HttpResponse:
    """Logs a spoken question in one short form."""
    member = _case_worker(request)
    if not may_write(member):
        raise PermissionDenied
    form = LogForm(request.POST or None, initial={"case_number": request.GET.get("case", "")[:12]})
    if form.is_valid():
        values = form.cleaned_data
        case = None
        if values["case_number"]:
            case = (
                Case.objects.open_to(member)
                .owned_by(member)
                .select_related("person")
                .filter(number=as_case_number(values["case_number"]))
                .first()
            )
            if case is None:
                ledger.record_read("read.refused", by=member, note=key_for_ledger(values["case_number"]))
                form.add_error(
                    "case_number",
                    _("There is no case with that number at your unit. Check the number, or leave it empty."),
                )
        if not form.errors:
            actions.log_spoken(
                by=member, category=values["category"], channel=values["channel"], counterpart=values["counterpart"],
                asked_by_us=values["asked_by"] == "us", minutes=values["minutes"], case=case, documented=values["documented"],
            )  # fmt: skip
            messages.success(request, _("Logged. It counts in the quarter's figures."))
            return redirect("worklist")
    return render(request, "inquiries/log.html", {"form": form})
