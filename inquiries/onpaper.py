"""A question on paper: the letter, and the answer that came back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from audit import ledger
from cases.access import demand, open_case
from cases.actions.disclosure import MayNotGive
from cases.consents import units_to_consent_with
from inquiries import actions, letters
from inquiries.forms import PaperAnswerForm, PaperQuestionForm
from inquiries.models import Inquiry, State
from inquiries.views import open_inquiry
from parties.access import PortalRequest, who_acts
from parties.models import Membership


def _own_question(request: PortalRequest, pk: int) -> tuple[Inquiry, Membership]:
    """The question if the unit asked it and the member may write; 403 for the other side, 404 for everybody else."""
    inquiry = open_inquiry(request, pk)
    member = who_acts(request)
    if inquiry.case is None or inquiry.question_id is None or inquiry.asker_unit_id != member.unit_id:
        raise PermissionDenied
    demand(member, inquiry.case, "write_item")
    return inquiry, member


@require_POST
def print_question(request: PortalRequest, pk: int) -> HttpResponse:
    """The question as a letter; a question that may no longer be asked is not printed."""
    inquiry, member = _own_question(request, pk)
    if actions.may_print(member, inquiry) and inquiry.case is not None:
        paper = letters.question(inquiry, member.user.name)
        pdf = letters.drawn("question", paper)
        try:
            actions.note_printed(by=member, inquiry=inquiry)
        except MayNotGive as no:
            messages.error(request, no.decision.sentence_for_asking)
        except actions.IllegalMove:
            messages.info(request, _("The question is no longer open, so it is not printed."))
        else:
            return _as_file(pdf, paper["number"])
    else:
        messages.info(request, _("The question is no longer open, so it is not printed."))
    return redirect("inquiry", pk=pk)


@require_http_methods(["GET", "POST"])
def record_answer(request: PortalRequest, pk: int) -> HttpResponse:
    """The answer that came in on paper, written down by the unit that asked."""
    inquiry, member = _own_question(request, pk)
    if State.ANSWERED not in actions.moves_on_paper(member, inquiry) or inquiry.to_unit is None:
        messages.info(
            request,
            _("Print the question first, or wait for the answer in the portal.")
            if actions.may_print(member, inquiry)
            else _("A colleague has already dealt with it."),
        )
        return redirect("inquiry", pk=pk)
    today = timezone.localdate()
    form = PaperAnswerForm(
        request.POST or None,
        category=inquiry.category,
        asked_on=timezone.localdate(inquiry.asked_at),
        today=today,
    )
    if form.is_valid():
        try:
            actions.record_answer(
                by=member, inquiry=inquiry, received_on=form.cleaned_data["received_on"],
                received_from=form.cleaned_data["received_from"], parts=form.parts, today=today,
            )  # fmt: skip
        except actions.IllegalMove:
            form.add_error(None, _("A colleague has already dealt with it."))
        else:
            messages.success(request, _("The answer is recorded."))
            return redirect("inquiry", pk=pk)
    return render(request, "inquiries/paper_answer.html", {"form": form, "inquiry": inquiry})


def _as_file(pdf: bytes, number: str) -> HttpResponse:
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f"inline; filename={number}.pdf"
    return answer


@require_http_methods(["GET", "POST"])
def receive_question(request: PortalRequest, number: str) -> HttpResponse:
    """A question that came in on paper about a case of the own unit."""
    case = open_case(request, number)
    member = who_acts(request)
    if case.unit_id != member.unit_id:
        raise PermissionDenied
    demand(member, case, "write_item")
    today = timezone.localdate()
    form = PaperQuestionForm(
        request.POST or None, units=units_to_consent_with(member), today=today,
        initial={"received_on": today, "due_on": actions.due_from(today)},
    )  # fmt: skip
    if form.is_valid():
        values = {k: v for k, v in form.cleaned_data.items() if k != "checked"}
        inquiry = actions.receive_on_paper(by=member, case=case, today=today, **values)
        messages.success(request, _("The question is recorded. Answer it here, and print the answer."))
        return redirect("inquiry", pk=inquiry.pk)
    return render(request, "inquiries/receive.html", {"form": form, "case": case})


@require_POST
def print_answer(request: PortalRequest, pk: int) -> HttpResponse:
    """The answer as a letter: those of its parts that stand given to the asker at this moment, and no other."""
    inquiry = open_inquiry(request, pk)
    member = who_acts(request)
    if inquiry.case is None or inquiry.question_id is None or inquiry.to_unit_id != member.unit_id:
        raise PermissionDenied
    demand(member, inquiry.case, "write_item")
    given = letters.parts_given(inquiry) if actions.may_print_answer(member, inquiry) else []
    if not given:
        messages.info(request, _("There is no answer that stands given, so nothing is printed."))
        return redirect("inquiry", pk=pk)
    paper = letters.answer(inquiry, given, member.user.name)
    pdf = letters.drawn("answer", paper)
    ledger.record_read(
        "inquiry.answer_printed", by=member, case=inquiry.case.pk, persons=[inquiry.case.person_id],
        note=f"to unit {inquiry.asker_unit_id}",
    )  # fmt: skip
    return _as_file(pdf, paper["number"])
