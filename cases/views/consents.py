"""The consent: recorded as on the paper, read line by line, withdrawn in one confirmation."""

from collections.abc import Iterable

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases import consents, incidents, papers, recording, renewal, told
from cases.access import allowed_actions, demand, open_case, open_consent
from cases.actions import consent as consent_verbs
from cases.actions.declined import record_declined
from cases.actions.mistake import mark_mistake
from cases.forms import ConsentUnitsForm, DeclinedForm, MistakeForm, WithdrawForm
from cases.givings import resting_on, without_ground
from cases.law import InformationKind
from cases.lengths import decision_ends, lengths_of
from cases.models import Case, Consent, Mistake
from cases.recording import ConsentRecordForm, GivenForm, RenewForm
from errands import drafts
from errands.models import Draft
from parties.access import PortalRequest, who_acts
from parties.models import Membership, Unit


@require_http_methods(["GET", "POST"])
def new_consent(request: PortalRequest, number: str) -> HttpResponse:
    """Records a consent as on the paper. Whom the grid names is in the address, else as on the form printed last."""
    case = open_case(request, number)
    member = who_acts(request)
    demand(member, case, "record_consent")
    draft = drafts.find(member.pk, "consent", case.number)
    known = consents.units_to_consent_with(member)
    units = _units_of_the_grid(request, case, member, draft, known)
    choose = ConsentUnitsForm(
        request.GET if "units" in request.GET else None, units=known, initial={"units": [u.pk for u in units]}
    )
    earlier = consents.given_earlier(case)
    form = ConsentRecordForm(
        request.POST or None,
        own=member.unit,
        units=units,
        earlier=earlier,
        today=timezone.localdate(),
        lengths=lengths_of(member.party_id),
        decision_ends=decision_ends(case, member),
        initial=_consent_draft(draft),
    )
    if form.is_valid():
        values, kinds = form.cleaned_data, form.kinds()
        consent = _recorded(form, by=member, case=case, directions=list(kinds), kinds=kinds, at="ticks", **{
            n: values[n] for n in ("obtained_how", "obtained_by", "identity_check", "excluded")
        })  # fmt: skip
        if consent is not None:
            drafts.discard(member.pk, "consent", case.number)
            _told_saved(request, kinds)
            return redirect("consent", number=number, consent_number=consent.number)
    return render(
        request,
        "cases/consent_form.html",
        {
            "form": form,
            "choose": choose,
            "units": units,
            "case": case,
            "draft": draft,
            "draft_url": reverse("draft_of", args=["consent", case.number]),
            "lengths": form.lengths,
        },
    )


def _units_of_the_grid(
    request: PortalRequest, case: Case, member: Membership, draft: Draft | None, known: QuerySet[Unit]
) -> list[Unit]:
    """As posted, chosen in the address, kept in the draft, or as on the form; never others than a consent can name."""
    asked = request.POST.getlist("units") or request.GET.getlist("units")
    asked = asked or (draft.text.get("units") or [] if draft else [])
    if not asked:
        return recording.units_on_the_form(case, member)
    chosen = [int(pk) for pk in asked if pk.isascii() and pk.isdigit() and len(pk) < 10]
    return list(known.filter(pk__in=chosen)[: papers.MOST_UNITS])


def _recorded(form: GivenForm, *, by: Membership, case: Case, at: str, **more) -> Consent | None:
    """The consent, or None with the sentence in the form: `at` is the field of what the law has no way for."""
    values = form.cleaned_data
    try:
        return consent_verbs.record_consent(
            by=by,
            case=case,
            reopens_earlier=values.get("reopens_earlier", False),
            **{n: values[n] for n in ("purpose", "form", "valid_from", "valid_to", "given_on")},
            **more,
        )
    except consent_verbs.NotNow as no:
        form.add_error(None, str(no.reason.label))
    except consent_verbs.NothingToConsentTo:
        form.add_error(at, _("The law has no way for this between these parties."))
    except consent_verbs.TooLong as no:
        form.add_error("length", _("Choose a day up to %(date)s.") % {"date": no.latest})
    return None


def _told_saved(request: PortalRequest, directions: Iterable[consent_verbs.Direction]) -> None:
    own = who_acts(request).unit_id
    others = sorted({u.party.name for pair in directions for u in pair if u.pk != own})
    messages.success(
        request,
        _("Consent saved. %(party)s confirms it the first time they share.") % {"party": ", ".join(others)},
    )


def _consent_draft(draft: Draft | None) -> dict[str, object]:
    """What was ticked and written the last time; that the information was gone through is ticked anew."""
    if draft is None:
        return {}
    many = ("units", "ticks")
    return {
        n: v if n in many else v[0]
        for n, v in draft.text.items()
        if v and n not in ("informed", "reopens_earlier")
    }


@require_http_methods(["GET", "POST"])
def renew(request: PortalRequest, number: str, consent_number: str) -> HttpResponse:
    """The same lines once more, signed anew: the earlier ones in view, one tick that it is the same."""
    case = open_case(request, number)
    consent = open_consent(request, case, consent_number)
    member = who_acts(request)
    demand(member, case, "record_consent")
    lines = renewal.lines_to_renew(consent)
    if not lines:
        raise Http404
    kinds = renewal.kinds_of(lines)
    earlier = renewal.given_earlier(consent, lines)
    form = RenewForm(
        request.POST or None,
        purpose=consent.purpose,
        form=consent.form if consent.form in recording.WRITTEN else recording.WRITTEN[0],
        earlier=bool(earlier),
        today=timezone.localdate(),
        lengths=lengths_of(member.party_id),
        decision_ends=decision_ends(case, member),
    )
    if form.is_valid():
        new = _recorded(
            form,
            by=member,
            case=case,
            directions=list(kinds),
            kinds=kinds,
            at="same",
            obtained_how=form.cleaned_data.get("yearly", ""),
            identity_check=consent.identity_check,
            excluded=consent.excluded,
        )
        if new is not None:
            _told_saved(request, kinds)
            return redirect("consent", number=number, consent_number=new.number)
    return render(
        request,
        "cases/renew.html",
        {
            "case": case,
            "consent": consent,
            "ways": renewal.ways_in_words(lines),
            "units": renewal.others(lines, member.unit_id),
            "form": form,
            "earlier": earlier,
        },
    )


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
            "may_renew": "record_consent" in allowed_actions(who_acts(request), case)
            and bool(renewal.lines_to_renew(consent)),
            "given": resting_on(consent),
            "never": never,
            "without_ground": incidents.to_report(case, who_acts(request), without_ground(consent))
            if never
            else [],
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
            "given": resting_on(consent),
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
