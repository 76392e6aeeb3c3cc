"""Rows for tests, written as the people who would write them, through both nets."""

import itertools
from datetime import date, datetime, timedelta

from django.utils import timezone

from cases.actions import case as case_verbs
from cases.law import LAW_VERSION, Ground, InformationKind
from cases.models import Case, Consent, ConsentLine, Disclosure, Item, ItemType, Purpose
from cases.models.item import KIND_OF_TYPE
from parties.access import acting
from parties.models import Membership, Organisation, Party, PartyKind, Role, Side, Unit, User
from parties.numbers import parse_number

_count = itertools.count(1)
PASSWORD = "en-lang-losen-fras-for-test"


def make_unit(name: str, kind: PartyKind, organisation: str | None = None) -> Unit:
    """A unit in the party of that kind in the organisation; both are made when missing."""
    organisation_row, _ = Organisation.objects.get_or_create(name=organisation or f"{name} organisation")
    party, _ = Party.objects.get_or_create(
        organisation=organisation_row, kind=kind, defaults={"name": f"{organisation_row.name} {kind}"}
    )
    return Unit.objects.create(party=party, name=name)


def make_member(
    name: str, unit: Unit, role: Role, *, from_at: datetime | None = None, until_at: datetime | None = None
) -> Membership:
    """A user with one membership."""
    party = Party.objects.get(pk=unit.party_id)
    user = User.objects.create_user(f"{name}@samverkan.example", name.title(), Side(party.side), PASSWORD)
    member = Membership.objects.create(
        user=user, unit=unit, party=party, role=role, side=party.side,
        from_at=from_at or timezone.now() - timedelta(days=400), until_at=until_at,
    )  # fmt: skip
    return Membership.objects.select_related("unit__party__organisation", "user").get(pk=member.pk)


def test_number(serial: int, year: int = 1985) -> str:
    """A test personal number (birth number 980–999) with a correct check digit; a different one for each serial."""
    day = date(year, 1, 1) + timedelta(days=serial // 20)
    nine = f"{day:%y%m%d}{980 + serial % 20}"
    total = sum(sum(divmod(int(c) * (2 - i % 2), 10)) for i, c in enumerate(nine))
    return f"{day:%Y%m%d}{980 + serial % 20}{-total % 10}"


test_number.__test__ = False  # type: ignore[attr-defined]


def make_case(by: Membership, name: str | None = None, number: str | None = None, **more) -> Case:
    """A case logged by `by`."""
    serial = next(_count)
    with acting(by):
        return case_verbs.open_case(
            by=by,
            number=parse_number(number or test_number(serial)),
            name=name or f"Person {serial}",
            opened_on=timezone.localdate() - timedelta(days=30),
            **more,
        )


def make_item(
    by: Membership, case: Case, type: ItemType = ItemType.PLAN, heading: str = "En plan", **more
) -> Item:
    """A first version, as a row."""
    with acting(by):
        return Item.objects.create(
            case=case, unit=by.unit, type=type, kind=more.pop("kind", None) or KIND_OF_TYPE[type], author=by,
            happened_on=timezone.localdate(), heading=heading, **more,
        )  # fmt: skip


def make_consent(
    by: Membership, case: Case, *, purpose: str = Purpose.RETURN_TO_WORK, excluded: str = "", days: int = 90
) -> Consent:
    """A consent without lines, as a row."""
    with acting(by):
        return Consent.objects.create(
            case=case, unit=by.unit, form="written", purpose=purpose, valid_from=timezone.localdate(), informed=True,
            valid_to=timezone.localdate() + timedelta(days=days), given_on=timezone.localdate(), registered_by=by, excluded=excluded,
        )  # fmt: skip


def make_line(
    consent: Consent, collector: Membership, giver: Membership, to: Unit, kind: str, *, received: bool = True,
    from_at: datetime | None = None, until_at: datetime | None = None,
) -> ConsentLine:  # fmt: skip
    """A line as a row, from and until at any moment; received by its giver unless told otherwise."""
    now = timezone.now()
    with acting(collector):
        line = ConsentLine.objects.create(
            consent=consent, case_id=consent.case_id, unit=collector.unit, from_party=giver.party, from_unit=giver.unit,
            to_party=to.party, to_unit=to, kind=kind, purpose=consent.purpose,
            from_at=from_at or now - timedelta(days=1), until_at=until_at or now + timedelta(days=30), reopens_earlier=True,
        )  # fmt: skip
    if received:
        with acting(giver):
            ConsentLine.objects.filter(pk=line.pk).update(received_at=now, received_by=giver)
    return line


def make_disclosure(
    by: Membership, case: Case, to: Unit, item: Item | None = None, *, basis: str = Ground.CONSENT,
    purpose: str = Purpose.RETURN_TO_WORK, until_at: datetime | None = None, **more,
) -> Disclosure:  # fmt: skip
    """A disclosure as a row, past decide(): for states that no deed would make today."""
    with acting(by):
        return Disclosure.objects.create(
            case=case, item=item, kind=item.kind if item else InformationKind.EXISTENCE,
            purpose=purpose if basis == Ground.CONSENT else "", from_party=by.unit.party, from_unit=by.unit,
            to_party=to.party, to_unit=to, basis=basis, law_version=LAW_VERSION, by=by,
            until_at=until_at or timezone.now() + timedelta(days=30), **more,
        )  # fmt: skip
