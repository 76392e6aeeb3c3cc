"""Signing in, choosing as whom, and the administrator's register of people and units."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordResetConfirmView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format, time_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit import ledger
from errands import drafts
from parties import actions, lock, unsent
from parties.access import SESSION_KEY, PortalRequest, acting, memberships_of
from parties.attempts import address_of_client, address_opens
from parties.demo import PASSWORD, logins
from parties.forms import InviteForm, SignInForm, SubstituteForm
from parties.models import Invitation, Membership, Role, Substitution, User


class SignIn(LoginView):
    """The way in. In demo mode the page shows who one can be; nowhere else."""

    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs) -> dict:
        told = {"ended": "ended" in self.request.GET, "unsent": unsent.carried_by(self.request)}
        return super().get_context_data(**kwargs) | told | _demo()

    def form_valid(self, form) -> HttpResponse:
        """On to the page asked for; with what could not be sent before in hand, to sending it again."""
        carried = unsent.carried_by(self.request)
        response = super().form_valid(form)
        if carried is not None:
            return send_again(self.request, carried)
        if "ended" in self.request.GET:
            self._tell_of_a_draft()
        return response

    def _tell_of_a_draft(self) -> None:
        saved = []
        for member in memberships_of(self.request.user):
            with acting(member):
                saved.append(drafts.last_saved(member.pk))
        last = max(filter(None, saved), default=None)
        if last is not None:
            messages.info(
                self.request,
                _("The draft from %(moment)s is kept. It is under Drafts, in the menu with your name.")
                % {"moment": date_format(timezone.localtime(last), "DATETIME_FORMAT")},
            )


def _demo() -> dict:
    return {"demo_logins": logins(), "demo_password": PASSWORD} if settings.DEMO else {}


def log_in_and_send_again(request: HttpRequest, carried: unsent.Unsent) -> HttpResponse:
    """The login instead of the page that was posted to: nothing is saved, and what was typed is on this page."""
    context = {"form": SignInForm(request), "unsent": carried} | _demo()
    return render(request, "registration/login.html", context, status=403)


def send_again(request: HttpRequest, carried: unsent.Unsent, status: int = 200) -> HttpResponse:
    """What was typed before, to be sent once more by whoever is logged in now."""
    if not unsent.is_written_by(carried, request.user.pk):
        messages.warning(
            request, _("What was written here before was written by somebody else. It has not been sent.")
        )
        return redirect("home")
    return render(request, "unsent.html", {"carried": carried, "too_old": status == 403}, status=status)


class SignOut(LogoutView):
    """Out, by POST; the next page is the login."""


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"


def _there(request: HttpRequest) -> str:
    """Where one was: an address of the portal's own, else the start page."""
    there = request.POST.get("next") or request.GET.get("next") or "/"
    return there if url_has_allowed_host_and_scheme(there, allowed_hosts=None) else "/"


@require_POST
def lock_page(request: PortalRequest) -> HttpResponse:
    """The page has been covered: from the next request on nothing but the cover answers."""
    lock.lock(request.session)
    if _by_script(request):
        return HttpResponse(status=204)
    return redirect(f"{reverse('unlock')}?{urlencode({'next': _there(request)}, safe='/')}")


@require_POST
def still_here(request: PortalRequest) -> HttpResponse:
    """Somebody types or reads: the cover waits (samverkan.middleware.LockedWhenIdle has seen it)."""
    return HttpResponse(status=204)


@require_http_methods(["GET", "POST"])
def unlock(request: PortalRequest) -> HttpResponse:
    """Opens with the password, and goes on where one was. A script gets 204, or 200 for a wrong password."""
    script, there, wrong = _by_script(request), _there(request), False
    if request.method == "POST":
        opened = lock.unlock(request, request.POST.get("password", ""))
        if opened:
            return HttpResponse(status=204) if script else redirect(there)
        if opened is None:
            logout(request)
            return HttpResponse(status=401) if script else redirect("login")
        wrong = True
        if script:
            return HttpResponse(status=200)
    elif not lock.is_locked(request.session):
        return redirect(there)
    return render(
        request, "parties/locked.html", {"next": there, "wrong": wrong}, status=403 if wrong else 200
    )


@method_decorator(login_not_required, name="dispatch")
class Welcome(PasswordResetConfirmView):
    """The link of an invitation: choose a password, once, within three days."""

    template_name = "parties/welcome.html"
    success_url = reverse_lazy("login")

    def form_valid(self, form) -> HttpResponse:
        messages.success(self.request, _("The password is saved. Log in with it."))
        return super().form_valid(form)


def too_many_attempts(request: HttpRequest, credentials: dict | None = None, *args, **kwargs) -> HttpResponse:
    """The login page again, saying when it opens."""
    by_address = address_opens(address_of_client(request))
    opens = timezone.localtime(by_address or timezone.now() + settings.AXES_COOLOFF_TIME)
    text = _("Too many attempts. Try again at %(time)s.")
    if by_address:
        text = _(
            "Too many failed logins from the network you are on. Nobody can log in from it until %(time)s."
        )
    text = text % {"time": time_format(opens, "H.i")}
    context = {
        "form": SignInForm(request),
        "locked_until": text,
        "next": request.POST.get("next", ""),
        "unsent": unsent.carried_by(request),
    }
    return render(request, "registration/login.html", context | _demo(), status=429)


@require_http_methods(["GET", "POST"])
def choose_membership(request: PortalRequest) -> HttpResponse:
    """Chooses which of one's own memberships the session acts as. The row is the chosen one's, whose log it stands in."""
    if request.method == "POST":
        chosen = next((m for m in request.memberships if str(m.pk) == request.POST.get("membership")), None)
        if chosen is None:
            raise Http404
        request.session[SESSION_KEY] = chosen.pk
        # The unit that is left is not told where else its member works: that is not its affair.
        with acting(chosen):
            ledger.record("member.switched", by=chosen)
        return redirect("home")
    return render(request, "parties/choose.html", {"memberships": request.memberships})


def _administrator(request: PortalRequest) -> Membership:
    member = request.membership
    if member is None or member.role != Role.ADMINISTRATOR:
        raise Http404
    return member


def _member(request: PortalRequest, pk: int) -> Membership:
    units = actions.units_administered_by(_administrator(request))
    return get_object_or_404(
        Membership.objects.current().filter(unit__in=units).select_related("user", "unit__party"), pk=pk
    )


@require_safe
def people(request: PortalRequest) -> HttpResponse:
    """The organisation's units, who has which role in them, who stands in for whom, and who is invited."""
    by = _administrator(request)
    units = list(actions.units_administered_by(by))
    members: dict[int, list[Membership]] = {}
    for member in (
        Membership.objects.current()
        .filter(unit__in=units)
        .select_related("user")
        .order_by("user__name", "id")
    ):
        members.setdefault(member.unit_id, []).append(member)
    substitutes = {
        s.absent_id: s
        for s in Substitution.objects.filter(
            absent__unit__in=units, until_at__gt=timezone.now()
        ).select_related("substitute__user")
    }
    for row in (m for group in members.values() for m in group):
        row.substitution = substitutes.get(row.pk)
    waiting: dict[int, list[Invitation]] = {}
    for offered in Invitation.objects.waiting().filter(unit__in=units).order_by("name", "id"):
        waiting.setdefault(offered.unit_id, []).append(offered)
    rows = [(unit, members.get(unit.pk, []), waiting.get(unit.pk, [])) for unit in units]
    return render(request, "parties/people.html", {"rows": rows, "organisation": by.unit.party.organisation})


@require_http_methods(["GET", "POST"])
def invite(request: PortalRequest) -> HttpResponse:
    """Offers a role to an address. The answer is the same whether or not the portal knows the address."""
    by = _administrator(request)
    form = InviteForm(request.POST or None, by=by, initial={"unit": by.unit_id})
    if form.is_valid():
        try:
            invited, link = actions.invite(by=by, **form.cleaned_data)
        except actions.AlreadyMember:
            form.add_error("email", _("The person already has a role in that unit during this time."))
        else:
            messages.success(request, _invited(invited.email, link))
            return redirect("people")
    return render(request, "parties/invite.html", {"form": form})


def _invited(email: str, link: str) -> str:
    sent = _(
        "An invitation has been sent to %(email)s. The role begins when it is accepted there, within three days."
    ) % {"email": email}
    return f"{sent} {link}" if settings.DEMO else sent


def _invitation(request: PortalRequest, pk: int) -> Invitation:
    units = actions.units_administered_by(_administrator(request))
    return get_object_or_404(
        Invitation.objects.waiting().filter(unit__in=units).select_related("unit__party"), pk=pk
    )


@require_POST
def invite_again(request: PortalRequest, pk: int) -> HttpResponse:
    """A new link to the same address; the earlier one stops working."""
    by, waiting = _administrator(request), _invitation(request, pk)
    messages.success(request, _invited(waiting.email, actions.invite_again(by=by, invitation=waiting)))
    return redirect("people")


@require_POST
def take_back_invitation(request: PortalRequest, pk: int) -> HttpResponse:
    """The link stops working."""
    actions.take_back_invitation(by=_administrator(request), invitation=_invitation(request, pk))
    messages.success(request, _("The invitation is taken back. Its link no longer works."))
    return redirect("people")


@login_not_required
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """The link of an invitation: whoever reads mail at the address says yes, signed in or with a new account.

    Only the holder of the link learns whether the address has an account, and it is their own.
    """
    offered = actions.open_invitation(key)
    user = request.user if request.user.is_authenticated else None
    if offered is None:
        return render(request, "parties/invitation.html", {"state": "gone"})
    if user is not None and user.email != offered.email:
        return render(request, "parties/invitation.html", {"state": "other"})
    if user is None and not actions.needs_account(offered):
        return render(
            request, "parties/invitation.html", {"state": "sign_in", "offered": offered, "here": request.path}
        )
    form = None
    if user is None:
        form = SetPasswordForm(
            User(email=offered.email, name=offered.name), request.POST if request.method == "POST" else None
        )
    problem = ""
    if request.method == "POST" and (form is None or form.is_valid()):
        password = form.cleaned_data["new_password1"] if form else None
        try:
            membership = actions.accept(key=key, user=user, password=password)
        except actions.NotInvited:
            return render(request, "parties/invitation.html", {"state": "gone"})
        except (actions.OtherSide, actions.AdministratorWithCases, actions.AlreadyMember) as no:
            problem = str(_REFUSED[type(no)])
        else:
            if user is None:
                messages.success(request, _("The password is saved. Log in with it."))
                return redirect("login")
            request.session[SESSION_KEY] = membership.pk
            messages.success(request, _("You now have the role at %(unit)s.") % {"unit": membership.unit})
            return redirect("home")
    return render(
        request,
        "parties/invitation.html",
        {"state": "offered", "offered": offered, "form": form, "problem": problem},
    )


# Said to the person invited, never to the administrator: it tells where else the person works.
_REFUSED = {
    actions.OtherSide: gettext_lazy(
        "You already work on the other side of the house: with the financing, or with cases. You need another e-mail address for this role."
    ),
    actions.AdministratorWithCases: gettext_lazy(
        "The same person cannot both manage accounts and work with cases or read the log. Ask for the role to go to a colleague, or to leave the one you have."
    ),
    actions.AlreadyMember: gettext_lazy("You already have a role in that unit."),
}


def _demo_link(link: str) -> str:
    sent = _("A link to choose a password has been sent by e-mail. It works once, within three days.")
    return f"{sent} {link}" if settings.DEMO else sent


@require_http_methods(["GET", "POST"])
def end_membership(request: PortalRequest, pk: int) -> HttpResponse:
    """One confirmation; the next request of that person is already without the role."""
    by, member = _administrator(request), _member(request, pk)
    if request.method == "POST":
        actions.end_membership(by=by, membership=member)
        messages.success(request, _("%(name)s no longer has the role.") % {"name": member.user.name})
        return redirect("people")
    return render(request, "parties/end.html", {"member": member})


@require_POST
def send_link(request: PortalRequest, pk: int) -> HttpResponse:
    """Sends a new link to choose a password."""
    by, member = _administrator(request), _member(request, pk)
    messages.info(request, _demo_link(actions.send_link(by=by, user=member.user)))
    return redirect("people")


@require_http_methods(["GET", "POST"])
def substitute(request: PortalRequest, pk: int) -> HttpResponse:
    """Who stands in for an absent colleague, from and until."""
    by, absent = _administrator(request), _member(request, pk)
    form = SubstituteForm(request.POST or None, absent=absent)
    if form.is_valid():
        from_at, until_at = form.moments
        actions.stand_in(
            by=by,
            absent=absent,
            substitute=form.cleaned_data["substitute"],
            from_at=from_at,
            until_at=until_at,
        )
        messages.success(request, _("The substitute is recorded."))
        return redirect("people")
    return render(request, "parties/substitute.html", {"form": form, "absent": absent})
