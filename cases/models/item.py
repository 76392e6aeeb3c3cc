"""An item: one version of one piece of information, of one kind, owned by the unit that wrote it.

A version is never changed: the database refuses UPDATE. A correction is a new version, and giving it is a new disclosure.
"""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.law import InformationKind
from cases.models.block import NotBarred
from cases.models.case import Case
from parties.models import CARE_KINDS, Membership, Unit


class ItemType(models.TextChoices):
    """What is written. Each type has its information kind (domain/matrix.md); only a note's writer chooses."""

    STATEMENT = "statement", _("Statement issued")
    DECISION = "decision", _("Decision on a benefit")
    ABILITY_NOTE = "ability_note", _("Ability to work")
    STEP = "step", _("Step movement")
    MAPPING = "mapping", _("Mapping of needs")
    MEASURE = "measure", _("Measure")
    PLAN = "plan", pgettext_lazy("item", "Plan")
    OFFER = "offer", pgettext_lazy("item", "Offer of coordination")
    WORK_SITUATION = "work_situation", _("Work situation")
    ECONOMY = "economy", _("Economy and livelihood")
    SUPPORT = "support", _("Housing and support")
    CONTACT = "contact", _("Contact and safe number")
    INTERPRETER = "interpreter", _("Interpreter and accessibility")
    REPRESENTATIVE = "representative", _("Representative")
    DIAGNOSIS = "diagnosis", _("Diagnosis")
    TREATMENT = "treatment", _("Treatment and results")
    NOTE = "note", pgettext_lazy("item", "Note")
    WORK_NOTE = "work_note", _("Working note, stays here")
    QUESTION = "question", _("Question")
    ANSWER = "answer", _("Answer")


KIND_OF_TYPE: dict[str, InformationKind] = {
    ItemType.STATEMENT: InformationKind.CERTIFICATE,
    ItemType.DECISION: InformationKind.DECISION,
    ItemType.ABILITY_NOTE: InformationKind.ABILITY,
    ItemType.STEP: InformationKind.ABILITY,
    ItemType.MAPPING: InformationKind.PLAN,
    ItemType.MEASURE: InformationKind.PLAN,
    ItemType.PLAN: InformationKind.PLAN,
    ItemType.OFFER: InformationKind.PLAN,
    ItemType.WORK_SITUATION: InformationKind.EMPLOYMENT,
    ItemType.ECONOMY: InformationKind.SOCIAL,
    ItemType.SUPPORT: InformationKind.SOCIAL,
    ItemType.CONTACT: InformationKind.SOCIAL,
    ItemType.INTERPRETER: InformationKind.SOCIAL,
    ItemType.REPRESENTATIVE: InformationKind.SOCIAL,
    ItemType.DIAGNOSIS: InformationKind.MEDICAL,
    ItemType.TREATMENT: InformationKind.MEDICAL,
    ItemType.QUESTION: InformationKind.EXISTENCE,
    ItemType.WORK_NOTE: InformationKind.INTERNAL,
}
# Written by hand on the case page; questions and answers come through inquiries.
WRITABLE_TYPES = [t for t in ItemType if t not in (ItemType.QUESTION, ItemType.ANSWER)]


# Statements, diagnosis, treatment and step movements are written by care alone (R19).
CARE_TYPES = frozenset({ItemType.STATEMENT, ItemType.DIAGNOSIS, ItemType.TREATMENT, ItemType.STEP})


# What is planned, ongoing, completed or interrupted (cases/measures.py).
STATED_TYPES = frozenset({ItemType.MEASURE, ItemType.TREATMENT})


def types_for(unit: Unit) -> list[ItemType]:
    """The types that a unit writes by hand. Asked by the page and by the verb."""
    care = unit.party.kind in CARE_KINDS
    return [t for t in WRITABLE_TYPES if care or t not in CARE_TYPES]


# In the order of the page on which a type is chosen: what is written most often first. Each type stands in one group.
GROUPS: tuple[tuple[Promise, tuple[ItemType, ...]], ...] = (
    (_("Most often"), (ItemType.MEASURE, ItemType.PLAN, ItemType.OFFER, ItemType.NOTE)),
    (
        _("Work and daily life"),
        (ItemType.MAPPING, ItemType.WORK_SITUATION, ItemType.ECONOMY, ItemType.SUPPORT),
    ),
    (_("To reach and meet the person"), (ItemType.CONTACT, ItemType.INTERPRETER, ItemType.REPRESENTATIVE)),
    (
        _("Certificates, ability and care"),
        (ItemType.STATEMENT, ItemType.ABILITY_NOTE, ItemType.STEP, ItemType.DIAGNOSIS, ItemType.TREATMENT),
    ),
    (_("Decisions"), (ItemType.DECISION,)),
    (_("Only for your unit"), (ItemType.WORK_NOTE,)),
)


def groups_for(unit: Unit) -> list[tuple[Promise, list[ItemType]]]:
    """The types that a unit writes, grouped; what the unit decides on comes first with those who decide."""
    may = set(types_for(unit))
    groups = [(label, [t for t in types if t in may]) for label, types in GROUPS]
    if unit.party.kind not in CARE_KINDS:
        groups.sort(key=lambda group: ItemType.DECISION not in group[1])
    return [(label, types) for label, types in groups if types]


def _given(unit: int) -> Exists:
    """Whether the version stands given to the unit."""
    from cases.models.disclosure import Disclosure

    return Exists(Disclosure.objects.standing().filter(item=OuterRef("pk"), to_unit_id=unit))


class ItemQuerySet(models.QuerySet["Item"]):
    def visible_to(self, membership: Membership | None) -> "ItemQuerySet":
        """The unit's own items, and the versions disclosed to it on a ground that stands now."""
        if membership is None or not membership.is_case_role:
            return self.none()
        return self.filter(NotBarred("case_id")).filter(
            Q(unit_id=membership.unit_id) | Q(_given(membership.unit_id))
        )

    def given_to(self, unit: int) -> "ItemQuerySet":
        """The versions disclosed to a unit on a ground that stands now."""
        return self.filter(NotBarred("case_id")).filter(_given(unit))

    def latest_versions(self) -> "ItemQuerySet":
        """Versions that no visible version replaces."""
        return self.filter(~Exists(Item.objects.filter(replaces=OuterRef("pk"))))


class Item(models.Model):
    """One version. `heading` is its one line, `text` the rest, `facts` the values its type asks for (dates ISO)."""

    case = models.ForeignKey(Case, models.RESTRICT, related_name="items", db_index=False)
    unit = models.ForeignKey(Unit, models.RESTRICT, related_name="+")
    type = models.TextField(choices=ItemType)
    kind = models.TextField(choices=InformationKind)
    author = models.ForeignKey(Membership, models.RESTRICT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())
    happened_on = models.DateField()
    heading = models.TextField()
    text = models.TextField(blank=True, default="")
    facts = models.JSONField(default=dict)
    replaces = models.OneToOneField("self", models.RESTRICT, related_name="replaced_by", null=True)
    # Of an item read by listing.own_item, which sets them: the case itself may be closed to its reader.
    case_number: str
    person_id: int | None

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "unit", "case", "kind"], name="item_facts"),
            models.CheckConstraint(condition=Q(type__in=ItemType.values), name="an_item_is_of_a_known_type"),
            models.CheckConstraint(
                condition=Q(kind__in=[k for k in InformationKind.values if k != "special"]),
                name="an_item_has_a_kind_that_may_be_written_here",
            ),
            models.CheckConstraint(
                condition=Q(type="work_note", kind="internal") | (~Q(type="work_note") & ~Q(kind="internal")),
                name="a_working_note_and_it_alone_stays_with_its_unit",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "id"], name="item_by_case"),
            models.Index(fields=["unit", "-at"], name="item_written_at"),
        ]


CLASSIFIED = {
    "Item": {
        "id": "organisational",
        "case": "personal",
        "unit": "sensitive",
        "type": "sensitive",
        "kind": "sensitive",
        "author": "personal",
        "at": "personal",
        "happened_on": "sensitive",
        "heading": "sensitive",
        "text": "sensitive",
        "facts": "sensitive",
        "replaces": "personal",
    }
}
