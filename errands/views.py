"""Where a page saves its draft. Only the writer's own row is ever touched."""

import re

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from errands import drafts

_KEY = re.compile(r"[\w.-]{0,80}")


@require_POST
def save_draft(request: HttpRequest, form: str, object_key: str = "") -> HttpResponse:
    """Keeps the posted fields as the member's draft of `form`; answers the time it was saved, as `10.42`."""
    if request.membership is None or not _KEY.fullmatch(form) or not _KEY.fullmatch(object_key):
        return JsonResponse({"problem": "nobody"}, status=403)
    if len(request.body) > drafts.MOST_BYTES:
        return JsonResponse({"problem": "too_long"}, status=413)
    fields = {
        name: [value.replace("\x00", "") for value in request.POST.getlist(name)] for name in request.POST
    }
    draft = drafts.save(request.membership.pk, form, object_key, fields)
    return JsonResponse({"saved": time_format(localtime(draft.saved_at), "H.i")})
