"""The consent: recorded as on the paper, read line by line, withdrawn in one confirmation."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases import consents, told
from cases.access import allowed_actions, demand, open_case, open_consent
from cases.actions import consent as consent_verbs
from cases.actions.declined import record_declined
from cases.actions.mistake import mark_mistake
from cases.forms import ConsentRecordForm, DeclinedForm, MistakeForm, WithdrawForm
from cases.givings import without_ground
from cases.law import InformationKind
from cases.models import Mistake
from errands import drafts
from errands.models import Draft
from parties.access import PortalRequest, who_acts


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
    never = Mistake.objects.filter(consent=consent).select_related("recorded_by__user").first()
    return render(
        request,
        "cases/consent.html",
        {
            "case": case,
            "consent": consent,
            "lines": lines,
            "glance": next(
                (g for g in consents.at_a_glance(case, who_acts(request)) if g.number == consent.number), None
            ),
            "standing": any(line.is_live for line in lines),
            "given": consents.given_on(case),
            "never": never,
            "without_ground": without_ground(consent) if never else [],
            "may_print_receipt": told.was_withdrawn(consent)
            and "tell_person" in allowed_actions(who_acts(request), case),
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
                _("Withdrawn %(date)s at %(time)s. Print the receipt for the person.")
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


@require_http_methods(["GET", "POST"])
def declined(request: PortalRequest, number: str) -> HttpResponse:
    """The person said no: the day, who said it, and a note."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "record_consent")
    form = DeclinedForm(request.POST or None, today=timezone.localdate())
    if form.is_valid():
        record_declined(by=member, case=case, **form.cleaned_data)
        messages.success(request, _("Recorded that the person said no. It changes nothing else."))
        return redirect("case", number=number)
    return render(request, "cases/declined.html", {"form": form, "case": case})


@require_http_methods(["GET", "POST"])
def mistake(request: PortalRequest, number: str, consent_number: str) -> HttpResponse:
    """The consent never was one: a reason, and everything under it ends at once."""
    case = open_case(request, number)
    consent = open_consent(request, case, consent_number)
    member = who_acts(request)
    demand(member, case, "withdraw")
    form = MistakeForm(request.POST or None)
    if form.is_valid():
        mark_mistake(by=member, case=case, consent=consent, reason=form.cleaned_data["reason"])
        messages.success(
            request, _("The consent is marked as never given. Nothing is shown under it any longer.")
        )
        return redirect("consent", number=number, consent_number=consent_number)
    return render(
        request,
        "cases/mistake.html",
        {
            "case": case,
            "consent": consent,
            "form": form,
            "closes": consents.what_closes(case, consent, member),
            "given": without_ground(consent),
        },
    )
