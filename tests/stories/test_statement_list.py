"""A statement goes to Försäkringskassan on a list, is answered, is noted on both sides, and closes when the person says so."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.actions import consent as consent_verbs
from cases.models import Consent
from parties.access import acting
from tests.factories import make_case, make_consent, make_line

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def test_from_the_statement_to_the_watch_and_to_the_end_of_the_consent(cast, sign_in):
    # Two patients have a statement; one has said yes to Försäkringskassan.
    cases = [make_case(cast.coordinator) for _ in range(2)]
    clinic = sign_in(cast.coordinator)
    for case in cases:
        clinic.post(
            f"/cases/{case.number}/items/new/?type=statement",
            {"heading": "Utlåtande", "happened_on": TODAY - timedelta(30), "form": "FK 7801", "sent_to_fk_on": TODAY - timedelta(29)},
        )  # fmt: skip
    consent = make_consent(cast.coordinator, cases[0])
    for kind in ("existence", "certificate"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
    for kind in ("existence", "decision"):
        make_line(consent, cast.coordinator, cast.investigator, cast.coordinator.unit, kind)

    # The clinic looks at the list, and sends it. One stays at home, and only the clinic knows.
    to = cast.investigator.unit_id
    preview = clinic.get(f"/statements/lists/new/?to={to}&which=since").content.decode()
    assert "1 person saknar samtycke till detta" in preview
    items = re.findall(r'name="item" value="(\d+)"', preview)
    address = clinic.post("/statements/lists/new/", {"to": to, "which": "since", "item": items})["Location"]

    # Försäkringskassan finds it on the worklist, answers, and sets the watch.
    fk = sign_in(cast.unassigned_officer)
    assert address in fk.get("/todo/").content.decode()
    page = fk.get(address).content.decode()
    assert cases[0].number in page and cases[1].number not in page
    end = TODAY + timedelta(400)
    fk.post(address, {"row": items[0], "outcome": "granted", "period_start": TODAY, "period_end": end, "degree": "100", "officer": "Oskar"})  # fmt: skip
    (tick,) = set(re.findall(r'action="(/cases/[^"]+/tick/)"', fk.get(address).content.decode()))
    fk.post(tick, {"next": address})

    # The clinic sees what is new, with the watch, and ticks its note in the journal.
    clinic = sign_in(cast.colleague)
    page = clinic.get(address).content.decode()
    assert "Beviljat" in page and end.isoformat() in page and "Bevakning inlagd" in page and "Oskar" in page
    clinic.post(tick, {"next": address})
    assert cases[0].number in clinic.get("/statements/?which=granted").content.decode()

    # The person takes the consent back: at the next query there is no list at Försäkringskassan, and no decision here.
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=cases[0], consent=Consent.objects.get(case=cases[0]))
    fk = sign_in(cast.unassigned_officer)
    assert fk.get(address).status_code == 404
    assert address not in fk.get("/todo/").content.decode()
    assert cases[0].number not in fk.get("/statements/?which=all").content.decode()
    clinic = sign_in(cast.colleague)
    assert cases[0].number in clinic.get("/statements/?which=waiting").content.decode()
    assert end.isoformat() not in clinic.get(address).content.decode()
