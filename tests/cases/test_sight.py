"""Who sees this and why, and what is new: read for pages, deciding nothing, and still true."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format

from cases import consents, listing, sight
from cases.actions import consent as consent_verbs
from cases.actions import disclosure as giving
from cases.actions import item as item_verbs
from cases.actions.reading import note_opened
from cases.models import Disclosure, Item
from cases.whosees import who_sees
from parties.access import acting
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def given(cast):
    """A plan given to FK unit A on a live consent: the case, the item, the consent."""
    case = make_case(cast.coordinator)
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
    item = make_item(cast.coordinator, case, heading="Planen")
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    make_disclosure(cast.coordinator, case, cast.investigator.unit, item)
    return case, item, consent


def test_what_was_given_and_has_ended_is_told_with_its_times(cast, given):
    case, item, consent = given
    fk = cast.investigator.unit.name
    with acting(cast.coordinator):
        now = sight.of_item(case, item, cast.coordinator)
        assert fk in now.sees and fk not in now.hides
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
        (row,) = sight.items_of(case, cast.coordinator)
        for after in (sight.of_item(case, item, cast.coordinator), row.sight):
            assert fk not in after.sees and f"{fk} sedan" in after.hides
            ((_, _, why),) = [r for r in after.reasons if r[1] == fk]
            assert "lämnade den" in why and "personen tog tillbaka det" in why
        (receiver,) = [r for r in sight.receivers(case, item, cast.coordinator) if r.name == fk]
        assert receiver.given is None and receiver.shown_until is not None


def test_given_anew_after_it_was_stopped_it_is_told_once_and_as_shown(cast, given):
    case, item, _ = given
    with acting(cast.coordinator):
        giving.stop_showing(by=cast.coordinator, case=case, item=item, to=cast.investigator.unit)
        giving.give(by=cast.coordinator, case=case, item=item, to=cast.investigator.unit)
        told = sight.of_item(case, item, cast.coordinator)
        assert [seen for seen, who, _ in told.reasons if who == cast.investigator.unit.name] == [True]


def test_what_was_given_is_new_until_somebody_of_the_unit_has_opened_it(cast, given, sign_in):
    case, item, _ = given
    colleague, client = sign_in(cast.unassigned_officer), sign_in(cast.investigator)
    new = "Läs det som lämnats"
    assert new in client.get("/todo/").content.decode()
    assert ">Ny<" in client.get("/cases/?show=received").content.decode()
    # The case has been opened, the plan in it has not.
    assert ">Ny<" in client.get(f"/cases/{case.number}/").content.decode()
    assert ">Ny<" in colleague.get("/cases/?show=received").content.decode()
    client.get(f"/cases/{case.number}/items/{item.pk}/")
    assert ">Ny<" not in colleague.get("/cases/?show=received").content.decode()
    with acting(cast.investigator):
        assert listing.given_to_read(cast.investigator) == []
        opened = Disclosure.objects.filter(case=case)
        assert set(opened.values_list("opened_by", flat=True)) == {cast.investigator.pk}


def test_a_giver_does_not_open_for_the_receiver_nor_a_manager_for_the_unit(cast, given):
    case, item, _ = given
    for member in (cast.coordinator, cast.manager):
        with acting(member):
            note_opened(by=member, case=case, item=item)
            assert not Disclosure.objects.filter(opened_at__isnull=False).exists()
    with acting(cast.investigator):
        assert len(listing.given_to_read(cast.investigator)) == 1


def test_what_has_closed_is_not_new(cast, given):
    case, _, consent = given
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
    with acting(cast.investigator):
        assert listing.given_to_read(cast.investigator) == []


def test_the_preview_of_a_withdrawal_counts_what_will_close_and_what_another_consent_carries(cast, given):
    """One item lies under two consents, one under this only; then the count before is the count after."""
    case, item, consent = given
    fk = cast.investigator.unit
    other = make_consent(cast.coordinator, case)
    for kind in ("existence", "plan"):
        make_line(other, cast.coordinator, cast.coordinator, fk, kind)
    make_line(consent, cast.coordinator, cast.coordinator, fk, "ability")
    ability = make_item(cast.coordinator, case, "ability_note", "Förmåga")
    make_disclosure(cast.coordinator, case, fk, ability)
    with acting(cast.coordinator):
        told = " ".join(consents.what_closes(case, consent, cast.coordinator))
        assert f"{fk.name} ser inte längre 1 uppgift." in told
        assert f"{fk.name} ser fortfarande 1 uppgift" in told
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
    with acting(cast.investigator):
        seen = set(Item.objects.visible_to(cast.investigator).values_list("pk", flat=True))
        assert seen == {item.pk}
    with acting(cast.coordinator):
        told = " ".join(consents.what_closes(case, other, cast.coordinator))
        assert f"{fk.name} ser inte längre 1 uppgift." in told and "fortfarande" not in told


def test_the_preview_tells_what_the_own_unit_loses(cast):
    case = make_case(cast.coordinator)
    consent = make_consent(cast.coordinator, case)
    fk = cast.investigator
    for kind in ("existence", "decision"):
        make_line(consent, cast.coordinator, fk, cast.coordinator.unit, kind)
        make_line(consent, cast.coordinator, cast.coordinator, fk.unit, kind)
    make_disclosure(cast.coordinator, case, fk.unit)
    make_disclosure(fk, case, cast.coordinator.unit, make_item(fk, case, "decision", "Beslut"))
    with acting(cast.coordinator):
        assert consents.what_closes(case, consent, cast.coordinator) == [
            f"Ni ser inte längre 1 uppgift från {fk.unit.name}."
        ]


def test_the_database_notes_the_opening_for_the_receiver_of_what_stands_and_for_nobody_else(cast, given):
    case, item, _ = given

    def noted(member) -> int:
        with acting(member), connection.cursor() as cursor:
            cursor.execute("select portal.note_opened(%s, %s)", [case.pk, item.pk])
            return cursor.fetchone()[0]

    assert [noted(m) for m in (cast.coordinator, cast.other_clinic, cast.other_fk_unit)] == [0, 0, 0]
    with acting(cast.coordinator), pytest.raises(DatabaseError, match="not rewritten"), transaction.atomic():
        Disclosure.objects.filter(item=item).update(opened_at=Now(), opened_by=cast.coordinator)
    assert [noted(cast.investigator), noted(cast.unassigned_officer)] == [1, 0]


def test_after_a_new_version_it_is_said_who_still_sees_the_earlier_one(cast, given):
    case, item, _ = given
    fk = cast.investigator.unit
    with acting(cast.coordinator):
        told = {"heading": "Planen, ändrad", "text": "", "happened_on": item.happened_on}
        version = item_verbs.write_version(by=cast.coordinator, case=case, item=item, **told)
        (row,) = sight.items_of(case, cast.coordinator)
        assert row.item.pk == version.pk
        for now in (row.sight, sight.of_item(case, version, cast.coordinator)):
            assert f"{fk.name} ser en tidigare version" in now.sees and fk.name not in now.hides
        giving.give(by=cast.coordinator, case=case, item=version, to=fk)
        (row,) = sight.items_of(case, cast.coordinator)
        assert "tidigare version" not in row.sight.sees and fk.name in row.sight.sees
        with pytest.raises(item_verbs.Superseded):
            item_verbs.write_version(by=cast.coordinator, case=case, item=item, **told)


def test_the_case_itself_is_nothing_to_read(cast):
    """A question brings the case with it; the worklist says the question, and not that something was given."""
    case = make_case(cast.coordinator)
    consent = make_consent(cast.coordinator, case)
    make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, "existence")
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    with acting(cast.investigator):
        assert listing.given_to_read(cast.investigator) == []


def test_a_renewal_without_its_tick_does_not_lengthen_what_was_given(cast):
    """R17: the item closes on the day of the consent it was given on, and that day stands beside it."""
    case = make_case(cast.coordinator)
    us, fk = cast.coordinator, cast.investigator
    item = make_item(us, case)
    with acting(us):
        said = {
            "by": us, "case": case, "directions": [(us.unit, fk.unit)], "kinds": ["plan"], "purpose": "return_to_work",
            "form": "written", "given_on": timezone.localdate(), "valid_from": timezone.localdate(),
        }  # fmt: skip
        consent_verbs.record_consent(**said, valid_to=timezone.localdate() + timedelta(days=10))
        giving.give(by=us, case=case, item=item, to=fk.unit)
        consent_verbs.record_consent(**said, valid_to=timezone.localdate() + timedelta(days=100))
        day = date_format(timezone.localdate() + timedelta(days=10), "Y-m-d")
        reasons = str(sight.of_item(case, item, us).reasons)
        assert (
            day in reasons and date_format(timezone.localdate() + timedelta(days=100), "Y-m-d") not in reasons
        )
        (way,) = [w for s in who_sees(case, us).seeing for w in s.ways]
        assert way.until == timezone.localdate() + timedelta(days=10)
