"""Consent as a record: what the person said yes to, one line per direction, kind and purpose, with a from and an until.

A consent lifts secrecy (OSL 10 kap. 1 § and 12 kap. 2 §); it is not the GDPR's legal basis. Whether it stands is read
from its rows at each query and never stored. A renewal is new rows, not new dates.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cases.law import CONSENT_KINDS, InformationKind
from cases.models.case import Case, random_number
from parties.models import Membership, Party, Unit


class StartOfDay(models.Func):
    """Midnight in Europe/Stockholm at the start of a date: right on both days the clock is moved."""

    template = "((%(expressions)s)::timestamp AT TIME ZONE 'Europe/Stockholm')"
    output_field = models.DateTimeField()


class StartOfNextDay(StartOfDay):
    """The first moment after an inclusive last date."""

    template = "((%(expressions)s + 1)::timestamp AT TIME ZONE 'Europe/Stockholm')"


class ConsentForm(models.TextChoices):
    WRITTEN = "written", _("Written, on paper")
    WRITTEN_EID = "written_eid", _("Written, with electronic identification")
    ORAL = "oral", _("Oral, documented")


class Purpose(models.TextChoices):
    """What the information may be used for. A disclosure rests on a line of the same purpose."""

    RETURN_TO_WORK = "return_to_work", _("Plan rehabilitation and return to work or studies")
    ACTIVITY_COMPENSATION = "activity_compensation", _("Planning during activity compensation")
    EMPLOYER_CONTACT = "employer_contact", _("Contact with the employer")
    SIP = "sip", _("Coordinated individual plan (SIP)")
    BENEFIT_QUESTION = "benefit_question", _("Question about a benefit")


class Ending(models.TextChoices):
    """How a line or a disclosure came to its end before its date."""

    WITHDRAWN = "withdrawn", _("Withdrawn by the person")
    CASE_CLOSED = "case_closed", _("The case was closed")
    PROTECTED = "protected", _("The identity was protected")
    PARTY_LEFT = "party_left", _("The party left the initiative")
    STOPPED = "stopped", _("The owner stopped showing it")
    LAPSED = "lapsed", _("Not opened again at the renewal")
    BLOCKED = "blocked", _("Blocked")
    MISTAKE = "mistake", _("Recorded by mistake")


class Consent(models.Model):
    """The record of one paper or one conversation. valid_to is inclusive and mandatory; there is no "until further notice"."""

    number = models.TextField(unique=True, default=random_number)
    version = models.PositiveIntegerField(default=1)
    case = models.ForeignKey(Case, models.RESTRICT, related_name="consents")
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    form = models.TextField(choices=ConsentForm)
    purpose = models.TextField(choices=Purpose)
    valid_from = models.DateField()
    valid_to = models.DateField()
    given_on = models.DateField()
    given_by = models.TextField(default="person")
    obtained_how = models.TextField(blank=True, default="")
    obtained_by = models.TextField(blank=True, default="", db_default="")
    identity_check = models.TextField(blank=True, default="")
    excluded = models.TextField(blank=True, default="")
    informed = models.BooleanField(default=False)
    reopens_earlier = models.BooleanField(default=False)
    registered_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+")
    registered_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "case", "unit", "purpose"], name="consent_facts"),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="a_consent_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(form="oral") | ~Q(obtained_how=""), name="an_oral_consent_says_how_it_was_given"
            ),
            models.CheckConstraint(condition=Q(informed=True), name="a_consent_is_informed"),
        ]


class ConsentLineQuerySet(models.QuerySet["ConsentLine"]):
    def live(self) -> "ConsentLineQuerySet":
        """Lines given, in date and unended at this statement, received or not."""
        return self.filter(ended_at=None, from_at__lte=Now(), until_at__gt=Now())


class ConsentLine(models.Model):
    """One direction, one kind, one purpose, from–until. It opens from the moment the giving unit has received it.

    The database holds: only the collecting unit adds a line; it begins unreceived; only the giving unit receives it, once;
    an ended line stays ended; a line that ends takes with it the disclosures that rest on it alone.
    """

    consent = models.ForeignKey(Consent, models.RESTRICT, related_name="lines")
    case = models.ForeignKey(Case, models.RESTRICT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    from_party = models.ForeignKey(Party, models.RESTRICT, related_name="+", db_index=False)
    from_unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    to_party = models.ForeignKey(Party, models.RESTRICT, related_name="+", db_index=False)
    to_unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+", db_index=False)
    kind = models.TextField(choices=InformationKind)
    purpose = models.TextField(choices=Purpose)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    reopens_earlier = models.BooleanField(default=False)
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True, db_index=False)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Membership, models.RESTRICT, related_name="+", null=True, db_index=False)
    ended_how = models.TextField(choices=Ending, blank=True, default="")

    objects = ConsentLineQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["case", "from_unit", "to_unit", "kind"],
                include=["from_at", "until_at", "purpose"],
                condition=Q(ended_at=None, received_at__isnull=False),
                name="line_standing",
            ),
            models.Index(fields=["from_unit", "case"], condition=Q(ended_at=None), name="line_to_receive"),
            models.Index(
                fields=["unit", "-ended_at"], condition=Q(ended_how="withdrawn"), name="line_withdrawn"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at__gt=F("from_at")), name="a_line_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(from_party=F("to_party")), name="a_line_runs_between_two_parties"
            ),
            models.CheckConstraint(
                condition=Q(received_at=None, received_by=None)
                | Q(received_at__isnull=False, received_by__isnull=False),
                name="who_received_and_when_are_one_fact",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, ended_how="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_how="")),
                name="who_ended_a_line_when_and_how_are_one_fact",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in CONSENT_KINDS]),
                name="no_consent_for_violence_misuse_or_crime",
            ),
            models.UniqueConstraint(
                fields=["consent", "from_unit", "to_unit", "kind"], name="one_line_per_direction_and_kind"
            ),
        ]


CLASSIFIED = {
    "Consent": {
        "id": "organisational",
        "number": "personal",
        "version": "personal",
        "case": "personal",
        "unit": "sensitive",
        "form": "personal",
        "purpose": "sensitive",
        "valid_from": "personal",
        "valid_to": "personal",
        "given_on": "personal",
        "given_by": "personal",
        "obtained_how": "sensitive",
        "obtained_by": "personal",
        "identity_check": "personal",
        "excluded": "sensitive",
        "informed": "personal",
        "reopens_earlier": "personal",
        "registered_by": "personal",
        "registered_at": "personal",
    },
    "ConsentLine": dict.fromkeys(
        [
            "consent",
            "case",
            "unit",
            "from_party",
            "from_unit",
            "to_party",
            "to_unit",
            "kind",
            "purpose",
            "from_at",
            "until_at",
            "reopens_earlier",
            "received_at",
            "received_by",
            "ended_at",
            "ended_by",
            "ended_how",
        ],
        "sensitive",
    )
    | {"id": "organisational"},
}
