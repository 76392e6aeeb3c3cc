"""The print queue: which consents end, whose they are, what is printed and how the list tells of it."""

import io
from datetime import timedelta

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.actions import case as case_verbs
from cases.actions.printing import note_printed
from cases.ending import ending
from cases.models import PrintedForm, State
from parties.access import acting
from tests.factories import make_case, make_consent, make_line
from tests.reports import pdftext, pdfua

pytestmark = pytest.mark.django_db

NOW = timezone.now
DAY = timedelta(days=1)


def consent(cast, case, days: float, *, way="out", to=None):
    us, them = cast.coordinator, to or cast.investigator
    made = make_consent(us, case)
    giver, receiver = (us, them.unit) if way == "out" else (them, us.unit)
    for kind in ("existence", "plan"):
        make_line(made, us, giver, receiver, kind, from_at=NOW() - 30 * DAY, until_at=NOW() + days * DAY)
    return made


def listed(member) -> list[int]:
    with acting(member):
        return [row.consent.pk for row in ending(member)]


def test_m15_those_that_end_within_sixty_days_the_first_first(cast):
    cases = [make_case(cast.coordinator) for _ in range(5)]
    _ended, late, soon, edge, _far = (
        consent(cast, case, days) for case, days in zip(cases, (-0.01, 40, 3, 59.9, 60.1), strict=True)
    )
    assert listed(cast.coordinator) == [soon.pk, late.pk, edge.pk]
    for member in (cast.other_clinic, cast.investigator):
        assert listed(member) == []


def test_what_goes_on_in_a_later_consent_is_not_listed(cast):
    case = make_case(cast.coordinator)
    consent(cast, case, 20)
    consent(cast, case, 300)
    other = consent(cast, case, 20, to=cast.soc_officer)
    assert listed(cast.coordinator) == [other.pk]


def test_neither_paused_closed_nor_protected(cast):
    us = cast.coordinator
    paused, protected = make_case(us), make_case(us)
    first, second = consent(cast, paused, 20), consent(cast, protected, 20)
    assert listed(us) == [first.pk, second.pk]
    with acting(us):
        case_verbs.set_state(by=us, case=paused, state=State.PAUSED)
        case_verbs.protect(by=us, case=protected)
    assert listed(us) == []


def test_the_forms_are_one_file_and_the_list_says_what_waits(cast, sign_in):
    us = cast.coordinator
    cases = [make_case(us, name="Tilde Ravnsby"), make_case(us, name="Ossian Kvarnlöf")]
    out, back = consent(cast, cases[0], 10), consent(cast, cases[1], 20, way="in", to=cast.soc_officer)
    client = sign_in(us)
    assert "Utskriven" not in client.get("/consents/ending/").content.decode()
    answer = client.post("/consents/ending/", {"consents": [out.pk, back.pk]})
    assert answer["Content-Type"] == "application/pdf"
    pdf = answer.content
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == 4
    words = pdftext.words(pdf, top=0, bottom=900)
    assert "Tilde Ravnsby" in words and "Ossian Kvarnlöf" in words
    # Each form prints the direction of its consent and not the other.
    assert "från mottagningen till FK Prov A" in words.replace("Försäkringskassan fk, ", "")
    assert words.count("till mottagningen") == 1
    assert pdfua.problems({"forms": pdf}) == {}
    page = client.get("/consents/ending/").content.decode()
    assert page.count("Utskriven, väntar på underskrift") == 2
    with acting(us):
        assert set(PrintedForm.objects.values_list("renews", flat=True)) == {out.pk, back.pk}
    # And recording opens with the parties of the paper.
    grid = client.get(f"/cases/{cases[1].number}/consents/new/")
    assert [u.pk for u in grid.context["units"]] == [cast.soc_officer.unit_id]


def test_nothing_ticked_and_too_many_are_said(cast, sign_in):
    us = cast.coordinator
    client = sign_in(us)
    assert "Kryssa i minst ett" in client.post("/consents/ending/").content.decode()
    keys = [consent(cast, make_case(us), 10).pk for _ in range(11)]
    assert "högst 10 åt gången" in client.post("/consents/ending/", {"consents": keys}).content.decode()
    with acting(us):
        assert not PrintedForm.objects.exists()


def test_another_units_consent_is_neither_printed_nor_marked(cast, sign_in):
    made = consent(cast, make_case(cast.coordinator), 10)
    for name, member in cast.everyone.items():
        if name in ("coordinator", "colleague", "stranger"):
            continue
        answer = sign_in(member).post("/consents/ending/", {"consents": [made.pk]})
        assert answer.status_code in (200, 302, 403, 404) and answer["Content-Type"] != "application/pdf", (
            name
        )
    with acting(cast.coordinator):
        assert not PrintedForm.objects.exists()


def test_a_printing_is_noted_by_who_records_consents(cast):
    case = make_case(cast.coordinator)
    consent(cast, case, 10)
    for name, member in cast.everyone.items():
        if member is None or name == "ended_member":
            continue
        with acting(member):
            try:
                note_printed(by=member, case=case, number=name, units=[])
                found = "done"
            except Http404:
                found = "404"
            except PermissionDenied:
                found = "403"
        may = {"coordinator": "done", "colleague": "done", "manager": "403"}
        assert found == may.get(name, "404"), name


def test_the_page_asks_as_much_for_two_as_for_twenty(cast, sign_in):
    us = cast.coordinator
    counts = []
    for more in (2, 18):
        for _ in range(more):
            consent(cast, make_case(us), 10)
        client = sign_in(us)
        client.get("/consents/ending/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/consents/ending/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
