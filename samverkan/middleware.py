"""What surrounds every request: one transaction with the reader's membership in it, the language, and no copies left."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_cache_control

from errands import drafts, once
from parties import lock
from parties.access import PortalRequest, acting, enter, leave, membership_of
from parties.unsent import typed_in
from parties.views import log_in_and_send_again

GetResponse = Callable[[HttpRequest], HttpResponse]


class SurroundedRequest(PortalRequest):
    """A request on its way in and out: what the layers below tell each other."""

    failed: bool
    unsent: dict[str, list[str]]
    form_key: UUID | None
    covered: bool


class OneTransaction:
    """One outer transaction per request, in which the database knows who reads (the second net).

    Not ATOMIC_REQUESTS: that wraps the view only, and a template rendered after it would fall outside. What raised,
    or answered 500 and above, is rolled back whole. The membership is read anew at each request.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: SurroundedRequest) -> HttpResponse:
        if request.path == "/health":
            return self.get_response(request)
        with transaction.atomic():
            try:
                enter(membership_of(request))
                response = self.get_response(request)
                if getattr(request, "failed", False) or response.status_code >= 500:
                    transaction.set_rollback(True)
                return response
            finally:
                # SET LOCAL outlives a released savepoint: inside a test's transaction it would leak to the next request.
                if not connection.needs_rollback:
                    leave()

    def process_exception(self, request: SurroundedRequest, exception: Exception) -> None:
        request.failed = True


class KeepWhatWasSent:
    """What was written and met a closed door is kept as the writer's own draft: nothing typed is lost.

    Outside the one transaction, which a 404 has rolled back. Whatever the door hides, the answer is the same: the text
    is kept whether the page was another's, has closed, or never was.
    """

    NEVER = frozenset({"login", "unlock", "lock", "logout", "still_here"})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: SurroundedRequest) -> HttpResponse:
        request.unsent = {}
        response = self.get_response(request)
        member = getattr(request, "membership", None)
        if request.unsent and member is not None and response.status_code in (403, 404):
            with acting(member):
                drafts.keep_unsent(member.pk, request.path, request.unsent)
        return response

    def process_view(self, request: SurroundedRequest, *view: object) -> None:
        # Here, after the token has been looked at: what another site makes a browser send is nobody's text.
        where = request.resolver_match.view_name if request.resolver_match else ""
        if where in self.NEVER:
            return
        if request.method == "POST" and request.content_type == "application/x-www-form-urlencoded":
            request.unsent = drafts.texts_in(request.POST)


class SentOnce:
    """A form sent twice is done once (errands.once). Inside the one transaction, after the door: the key falls with the deed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: SurroundedRequest) -> HttpResponse:
        request.form_key = None
        response = self.get_response(request)
        if request.form_key is not None and response.status_code < 500:
            if response.status_code == 302:
                once.finish(request.membership.pk, request.form_key, response.headers["Location"])
                drafts.discard(request.membership.pk, drafts.PAGE, drafts.page_key(request.path))
            else:
                once.forget(request.membership.pk, request.form_key)
        return response

    def process_view(self, request: SurroundedRequest, *view: object) -> HttpResponse | None:
        # Uploads are read by their own pages, under their own limits.
        if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
            return None
        key = once.key_of(request.path, request.POST)
        if key is None or request.membership is None:
            return None
        led_to = once.begin(request.membership.pk, key)
        if led_to is not None:
            return HttpResponseRedirect(led_to or request.path)
        request.form_key = key
        return None


class RefuseWhatNobodySends:
    """What no browser of a person sends is 400, and no error: a NUL in an address, another encoding than UTF-8.

    The database takes no NUL. A form in another encoding raises wherever its fields are first read, in a layer that
    may not answer, and the encoding a caller claims would also be used to read the address.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        nul = "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", "")
        encoding = (request.content_params or {}).get("charset", "utf-8")
        if nul or encoding.lower() != "utf-8":
            return HttpResponse(render_to_string("400.html"), status=400)
        return self.get_response(request)


class KeepNothingInTheBrowser:
    """Pages are not kept: `no-store` on everything but static files, so that Back shows nothing after logging out."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        add_never_cache_headers(response)
        patch_cache_control(response, no_store=True, private=True)
        return response


class LanguageOfTheReader:
    """Swedish, unless the reader has chosen English by the link in the frame (a cookie). The browser's list is not asked."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class EndedSession:
    """What is met by someone whose session has ended: a sentence, the way back, and nothing typed is lost.

    A page asked for becomes the login, which says that the session had ended and leads back to the page. A posted form
    becomes the login with what was typed in it, to be sent again (parties/unsent.py); it is 403, since nothing was
    done. A fragment sends the whole page to the login, never the login into the page. A draft saved by script gets a
    bare 401: the page says that the draft is not saved.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        login = resolve_url(settings.LOGIN_URL)
        where = urlsplit(response.headers.get("Location", ""))
        # Only the demand for a login names a page to come back to; a page that is done leads to the login bare.
        if response.status_code != 302 or where.path != login or not where.query:
            return response
        if request.user.is_authenticated or request.path == resolve_url("logout"):
            return response
        ended = "&ended=1" if request.COOKIES.get(settings.SESSION_COOKIE_NAME) else ""
        if request.headers.get("HX-Request"):
            back = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
            response = HttpResponse(status=204)
            response.headers["HX-Redirect"] = f"{login}?next={back}{ended}"
            return response
        if request.method == "POST":
            if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
                return HttpResponse(status=401)
            return log_in_and_send_again(request, typed_in(request))
        response.headers["Location"] += ended
        return response


class LockedWhenIdle:
    """A locked session meets the cover and nothing else (parties/lock.py); whoever is here keeps it open.

    A page asked for comes after the cover. What was posted is 403, since nothing was done, and its text is kept among
    the writer's drafts by KeepWhatWasSent. What a script asks for is 423, and the page covers itself.
    """

    OPEN = frozenset({"lock", "unlock", "logout", "language", "accessibility"})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: SurroundedRequest, *view: object) -> HttpResponse | None:
        request.covered = False
        if not request.user.is_authenticated:
            return None
        where = request.resolver_match.view_name if request.resolver_match else ""
        request.covered = lock.is_locked(request.session)
        if not request.covered:
            if where not in self.OPEN:
                lock.saw(request.session)
            return None
        if where in self.OPEN:
            return None
        if (
            request.headers.get("HX-Request")
            or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
        ):
            return HttpResponse(status=423)
        if request.method == "POST":
            return render(request, "parties/locked.html", {"next": "/", "kept": True}, status=403)
        return HttpResponseRedirect(
            f"{reverse('unlock')}?{urlencode({'next': request.get_full_path()}, safe='/')}"
        )
