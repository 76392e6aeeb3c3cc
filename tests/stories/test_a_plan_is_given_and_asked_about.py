"""One fact through the house: a case is logged, a consent recorded, a plan given, a question asked and answered, and the
consent withdrawn. Followed by what stands on each person's screen."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from cases.models import Case, ConsentLine, Disclosure, Item
from errands.jobs import run
from errands.models import Job
from inquiries.models import Inquiry
from parties.access import acting
from tests.factories import test_number

pytestmark = pytest.mark.django_db

PLAN = "Prova 25 % arbete under fyra veckor"
TODAY = timezone.localdate()


def log_case(client, serial: int = 1) -> str:
    """Logs a case in the browser's way; returns its number."""
    answer = client.post(
        "/cases/new/",
        {
            "number": test_number(serial), "name": "Tilde Kanariefågel", "home_municipality": "Ekelunda",
            "from_on": (TODAY - timedelta(days=147)).isoformat(), "degree": "100", "benefit": "sickness_benefit",
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.context["form"].errors
    return re.search(r"/cases/([\w-]+)/", answer["Location"])[1]


def consent(client, number: str, units: list[int], kinds: list[str], **more) -> str:
    """Records a consent in both directions; returns its number."""
    page = client.get(f"/cases/{number}/consents/new/", {"units": units}).context["form"]
    ticks = [
        c.value
        for column in page.columns
        for c in column.cells
        if not c.why and c.kind in ("existence", *kinds)
    ]
    fields = {
        "units": units, "ticks": ticks, "purpose": "return_to_work", "form": "written", "length": "6",
        "given_on": TODAY.isoformat(), "informed": "on",
    } | more  # fmt: skip
    answer = client.post(f"/cases/{number}/consents/new/", fields)
    assert answer.status_code == 302, answer.context["form"].errors
    return answer["Location"].rstrip("/").split("/")[-1]


def write_plan(client, number: str) -> int:
    answer = client.post(
        f"/cases/{number}/items/new/?type=plan",
        {"heading": PLAN, "text": "Start vecka 46.", "happened_on": TODAY.isoformat()},
    )
    assert answer.status_code == 302, answer.context["form"].errors
    return int(answer["Location"].rstrip("/").split("/")[-1])


def test_the_main_thread(cast, sign_in, django_capture_on_commit_callbacks):
    fk = cast.investigator.unit
    elif_ = sign_in(cast.coordinator)
    number = log_case(elif_)
    item = write_plan(elif_, number)
    page = elif_.get(f"/cases/{number}/items/{item}/").content.decode()
    assert "samtycke till att lämna detta till" in page, "no consent yet, and the page says so"
    refused = elif_.post(f"/cases/{number}/items/{item}/give/", {"to": fk.pk})
    assert refused.status_code == 404, "FK is not among those the page offers"
    consent_number = consent(elif_, number, [fk.pk], ["plan", "ability"])
    given = elif_.post(f"/cases/{number}/items/{item}/give/", {"to": fk.pk}, follow=True)
    assert "kan läsa detta från och med nu" in given.content.decode()

    karin = sign_in(cast.investigator)
    listed = karin.get("/cases/?show=received").content.decode()
    assert number in listed and "Tilde" not in listed, "a number until names are turned on"
    page = karin.get(f"/cases/{number}/").content.decode()
    assert PLAN in page and "Tilde Kanariefågel" in page
    answer = karin.post(
        f"/inquiries/ask/{number}/{cast.coordinator.unit_id}/",
        {"category": "planning", "text": "Hur går det vidare?"},
    )
    assert answer.status_code == 302, answer.context["form"].errors
    inquiry = int(answer["Location"].rstrip("/").split("/")[-1])

    elif_ = sign_in(cast.coordinator)
    assert "Hur går" not in elif_.get("/todo/").content.decode()
    assert number in elif_.get("/todo/").content.decode()
    page = elif_.get(f"/inquiries/{inquiry}/").content.decode()
    assert "Hur går det vidare?" in page
    sent = elif_.post(f"/inquiries/{inquiry}/", {"plan": "Vi prövar arbete i november.", "ability": ""})
    assert sent.status_code == 302, sent.context["form"].errors

    karin = sign_in(cast.investigator)
    page = karin.get(f"/inquiries/{inquiry}/").content.decode()
    assert "Vi prövar arbete i november." in page
    assert karin.post(f"/inquiries/{inquiry}/close/").status_code == 302

    elif_ = sign_in(cast.coordinator)
    page = elif_.get(f"/cases/{number}/consents/{consent_number}/withdraw/").content.decode()
    assert "Detta stängs nu" in page and "Plan" in page
    done = elif_.post(f"/cases/{number}/consents/{consent_number}/withdraw/", {"what": "all"})
    assert done.status_code == 302

    karin = sign_in(cast.investigator)
    for path in (f"/cases/{number}/", f"/cases/{number}/items/{item}/", f"/inquiries/{inquiry}/"):
        assert karin.get(path).status_code == 404, path
    assert (
        karin.post(
            f"/inquiries/ask/{number}/{cast.coordinator.unit_id}/", {"category": "planning", "text": "?"}
        ).status_code
        == 404
    )
    assert number not in karin.get("/cases/?show=received").content.decode()
    assert number not in karin.get("/inquiries/?show=asked").content.decode()
    assert f"/cases/{number}/" not in karin.post("/cases/search/", {"q": number}).content.decode()
    own = karin.get("/own/").content.decode()
    assert "Hur går det vidare?" in own and "Tilde" not in own, "own words stay one's own"


def test_the_tidying_pauses_what_lost_its_ground(cast, sign_in, django_capture_on_commit_callbacks):
    fk = cast.investigator.unit
    client = sign_in(cast.coordinator)
    number = log_case(client)
    consent_number = consent(client, number, [fk.pk], ["plan"])
    asked = client.post(
        f"/inquiries/ask/{number}/{fk.pk}/", {"category": "rules", "text": "När kommer beslutet?"}
    )
    assert asked.status_code == 302, asked.context["form"].errors
    inquiry = Inquiry(pk=int(asked["Location"].rstrip("/").split("/")[-1]))
    client.post(f"/cases/{number}/consents/{consent_number}/withdraw/", {"what": "all"})
    job = Job.objects.get(kind="pause_inquiries")
    assert run(job.pk) == "done" and run(job.pk) == "held"
    with acting(cast.coordinator):
        assert Inquiry.objects.with_state().get(pk=inquiry.pk).last_step == "paused"
    page = client.get(f"/inquiries/{inquiry.pk}/").content.decode()
    assert "Frågan besvaras inte i portalen" in page


def test_every_step_left_its_row(cast, sign_in):
    client = sign_in(cast.coordinator)
    number = log_case(client)
    item = write_plan(client, number)
    consent(client, number, [cast.investigator.unit_id], ["plan"])
    client.post(f"/cases/{number}/items/{item}/give/", {"to": cast.investigator.unit_id})
    with acting(cast.coordinator):
        kinds = set(Entry.objects.values_list("kind", flat=True))
        assert {"case.opened", "case.spell", "item.written", "consent.recorded", "item.given"} <= kinds
        assert Case.objects.count() == 1 and Item.objects.count() == 1
        assert Disclosure.objects.filter(item=None).count() == 1
        assert ConsentLine.objects.filter(received_at=None).count() == 2, (
            "FK's own lines await FK's first giving"
        )
    assert Entry.objects.using("ledger").count() == 0, "nobody's connection reads nothing"
