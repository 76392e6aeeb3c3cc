"""Pages that belong to no room: the way in, the health of the house, and what it says when something is wrong."""

import logging
import secrets
import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from parties.access import PortalRequest
from parties.unsent import carried_by, is_from_here, typed_in
from parties.views import log_in_and_send_again, send_again
from parties.words import WHAT_A_ROLE_DOES
from samverkan.navigation import first_page

log = logging.getLogger(__name__)


@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """Sends each person to the page their day begins with."""
    return redirect(first_page(request))


@login_not_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """`ok` when the web answers and the database does; 503 otherwise. Says nothing else to anyone."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except OperationalError:
        return HttpResponse("database", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement (lag 2018:1937), linked from every page."""
    return render(request, "accessibility.html")


@login_not_required
@requires_csrf_token
def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token, as when somebody has logged in again in another tab.

    What was typed comes back, to be sent again, if the browser says that the form stood on a page of ours; a form from
    another site gets a page without a button, or the token would protect from nothing.
    """
    if request.method != "POST" or not is_from_here(request):
        return HttpResponse(render_to_string("403_csrf.html", request=None), status=403)
    signing_in = request.path == resolve_url(settings.LOGIN_URL)
    carried = carried_by(request) if signing_in else typed_in(request)
    if carried is None:
        # A login form that lay open: there is nothing but a password in it.
        return redirect("home")
    if request.user.is_authenticated:
        return send_again(request, carried, status=403)
    return log_in_and_send_again(request, carried)


def not_yours_to_do(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: what is seen but may not be done. Says why: the deed's own sentence if it has one, else what the role does."""
    # A deed says either its code, as `write_item`, or a sentence for the reader.
    said = str(exception)
    member = getattr(request, "membership", None)
    role = WHAT_A_ROLE_DOES.get(member.role, "") if member is not None else ""
    return render(request, "403.html", {"why": said if " " in said else "", "role": role}, status=403)


@requires_csrf_token
def something_went_wrong(request: HttpRequest) -> HttpResponse:
    """500 with a number to quote; 503 when the database does not answer. Renders without database and context."""
    number = secrets.token_hex(4)
    kind, error, _ = sys.exc_info()
    closed = isinstance(error, OperationalError)
    log.error(
        "error %s: %s at %s",
        number,
        kind.__name__ if kind else "unknown",
        request.resolver_match and request.resolver_match.view_name,
    )
    page = "503.html" if closed else "500.html"
    return HttpResponse(render_to_string(page, {"error_number": number}), status=503 if closed else 500)
