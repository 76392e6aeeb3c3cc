"""What was typed and could not be taken, carried back by the browser: the session had ended, or the form was too old.

Nothing is kept on the server. The fields that were posted go back in the page, signed, and come again with the login; then
the person sees that they are there and sends them once more. Only forms of the portal's own pages get this far: a post
from elsewhere has been stopped by its missing token, and must not become a button to press.
"""

from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest

FIELD = "unsent"
_SALT = "parties.unsent"
_WRITER = "parties.unsent.writer"
_HOURS_12 = 12 * 60 * 60


@dataclass(frozen=True)
class Unsent:
    """A form as it was posted: where to, its fields in order, and whether files were among them (files cannot be kept)."""

    to: str
    fields: list[tuple[str, str]]
    had_files: bool = False

    def sealed(self) -> str:
        """As a text that a page can carry in a hidden field."""
        return signing.dumps([self.to, self.fields, self.had_files], salt=_SALT, compress=True)


def sealed_writer(user: int) -> str:
    """Who is shown a form, as the form carries it."""
    return signing.Signer(salt=_WRITER).sign(str(user))


def is_written_by(carried: Unsent, user: int | None) -> bool:
    """Whether the form was shown to the user who is logged in now. One person's text is never put in another's hands.

    A form without the mark is one in which nothing is written: a button and its keys.
    """
    sealed = next((value for name, value in carried.fields if name == "form_of"), None)
    if sealed is None:
        return True
    try:
        return signing.Signer(salt=_WRITER).unsign(sealed) == str(user)
    except signing.BadSignature:
        return False


def typed_in(request: HttpRequest) -> Unsent:
    """What this post holds. Passwords and tokens are left out."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and "password" not in name
    ]
    return Unsent(request.get_full_path(), fields, bool(request.FILES))


def carried_by(request: HttpRequest) -> Unsent | None:
    """What a login carries from before, if it is whole and not too old."""
    try:
        to, fields, had_files = signing.loads(request.POST.get(FIELD, ""), salt=_SALT, max_age=_HOURS_12)
    except signing.BadSignature:
        return None
    return Unsent(to, [(name, value) for name, value in fields], had_files)


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser itself says that the form stood on a page of ours. No other site can make it say so."""
    origin = request.headers.get("Origin")
    if origin:
        return origin == f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Sec-Fetch-Site") == "same-origin"
