"""Pages that belong to no room: the way in, the health of the house, and what it says when something is wrong."""

import logging
import secrets
import sys

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from samverkan.navigation import first_page

log = logging.getLogger(__name__)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
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
    """A form without a valid token: the text is in the browser's own page and in the draft; send again."""
    return HttpResponse(render_to_string("403_csrf.html", request=None), status=403)


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
