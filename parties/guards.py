"""The hard stop in texts without a person: diary, time, obstacles and reports take no personal number (C8.4)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from parties.freetext import find_numbers


def refuse_personal_numbers(text: str) -> None:
    """Raises ValidationError while the text holds a personal or coordination number. The number is not repeated."""
    if find_numbers(text):
        raise ValidationError(_("Do not write personal numbers here."), code="personal_number")
