"""A question on paper: the letter, and the answer that came back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.access import demand
from cases.actions.disclosure import MayNotGive
from inquiries import actions, letters
from inquiries.forms import PaperAnswerForm
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
            answer = HttpResponse(pdf, content_type="application/pdf")
            answer.headers["Content-Disposition"] = f"inline; filename={paper['number']}.pdf"
            return answer
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
