"""Forms of the register: clean words, no HTML."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.dates import DateField
from audit.fields import field_of
from parties.actions import roles_for, units_administered_by
from parties.models import Membership, Role, Unit

__all__ = ["DateField", "InviteForm", "SignInForm", "SubstituteForm"]

LONGEST_AHEAD = timedelta(days=731)


class SignInForm(AuthenticationForm):
    """E-mail address and password; a wrong one gets one sentence that does not tell which."""

    error_messages = {
        "invalid_login": _("Wrong e-mail address or password."),
        "inactive": _("Wrong e-mail address or password."),
    }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("E-mail address")
        self.fields["username"].error_messages["required"] = _("Fill in your e-mail address.")
        self.fields["password"].error_messages["required"] = _("Fill in your password.")


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        error_messages={
            "required": _("Fill in the person's e-mail address."),
            "invalid": _("Write the e-mail address whole, for example anna.berg@regionen.example."),
        },
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_(
            "Used if the person gets a new account. Someone who already has one keeps the name of the account."
        ),
        error_messages={"required": _("Fill in the person's name.")},
    )
    unit = forms.ModelChoiceField(
        label=_("Unit"),
        queryset=Unit.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose the unit."), "invalid_choice": _("Choose the unit.")},
    )
    role = forms.ChoiceField(label=_("Role"), choices=[], error_messages={"required": _("Choose the role.")})

    def __init__(self, *args, by: Membership, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        units = units_administered_by(by)
        field_of(self, "unit", forms.ModelChoiceField).queryset = units
        kinds = {unit.party.kind for unit in units}
        known = {role for kind in kinds for role in roles_for(kind)}
        roles = [("", _("Choose")), *[(r.value, r.label) for r in Role if r in known]]
        field_of(self, "role", forms.ChoiceField).choices = roles

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        unit, role = values.get("unit"), values.get("role")
        if unit and role and role not in roles_for(unit.party.kind):
            self.add_error("role", _("That role does not exist at a unit of this kind. Choose another."))
        return values


class Colleague(forms.ModelChoiceField):
    """A member by name and role."""

    def label_from_instance(self, member: Membership) -> str:
        return f"{member.user.name}, {member.role_label}"


class SubstituteForm(forms.Form):
    substitute = Colleague(
        label=_("Who stands in"),
        queryset=Membership.objects.none(),
        required=False,
        empty_label=_("Nobody: the place is vacant"),
    )
    from_on = DateField(label=_("From"))
    to_on = DateField(label=_("Until and including"))

    def __init__(self, *args, absent: Membership, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "substitute", Colleague).queryset = (
            Membership.objects.current().filter(unit=absent.unit).exclude(pk=absent.pk).select_related("user")
        )

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        start, end = values.get("from_on"), values.get("to_on")
        first = timezone.localdate()
        last = first + LONGEST_AHEAD
        if start and start < first:
            self.add_error("from_on", _("A substitute stands in from today or later."))
        if end and end > last:
            self.add_error(
                "to_on", _("At most two years ahead: write a date until %(date)s.") % {"date": last}
            )
        if start and end and end < start:
            self.add_error(
                "to_on", _("The end is before the start. Write a date from %(date)s on.") % {"date": start}
            )
        return values

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From the start of the first day until the start of the day after the last."""
        return _midnight(self.cleaned_data["from_on"]), _midnight(
            self.cleaned_data["to_on"] + timedelta(days=1)
        )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
