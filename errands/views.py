"""Where a page saves its draft, and where its writer finds it again. Only the writer's own rows are ever touched."""

import re
from typing import Protocol

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from errands import drafts

_KEY = re.compile(r"[\w.-]{0,80}")


class Writer(Protocol):
    """Whose draft it is. The room knows no memberships, only the number."""

    pk: int


class DraftRequest(HttpRequest):
    """A request as these pages meet it: who acts stands on it."""

    membership: Writer | None


@require_POST
def save_draft(request: DraftRequest, form: str, object_key: str = "") -> HttpResponse:
    """Keeps the posted fields as the member's draft of `form`; answers the time it was saved, as `10.42`."""
    if request.membership is None or not _KEY.fullmatch(form) or not _KEY.fullmatch(object_key):
        return JsonResponse({"problem": "nobody"}, status=403)
    if len(request.body) > drafts.MOST_BYTES:
        return JsonResponse({"problem": "too_long"}, status=413)
    fields = {
        name: [value.replace("\x00", "") for value in request.POST.getlist(name)] for name in request.POST
    }
    if form == drafts.PAGE and not drafts.texts_in(request.POST):
        # Everything that had been written is gone from the form, or only choices were made.
        drafts.discard(request.membership.pk, form, object_key)
        return JsonResponse({"saved": time_format(localtime(), "H.i")})
    draft = drafts.save(request.membership.pk, form, object_key, fields)
    return JsonResponse({"saved": time_format(localtime(draft.saved_at), "H.i")})


@require_http_methods(["GET", "POST"])
def own_drafts(request: DraftRequest) -> HttpResponse:
    """The member's own drafts, with the way back to each form; posted, one of them is thrown away."""
    if request.membership is None:
        raise Http404
    member = request.membership.pk
    if request.method == "POST":
        chosen = request.POST.get("draft", "")
        if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 19):
            raise Http404
        if drafts.throw_away(member, int(chosen)):
            messages.success(request, _("The draft is thrown away."))
        return redirect("drafts")
    return render(request, "errands/drafts.html", {"drafts": drafts.kept(member)})
