"""Drafts: the writer's own, at most two hundred, for thirty days; a list leads back to each form."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from cases.models import ItemType
from errands import drafts, tasks
from errands.models import Draft
from parties.access import acting
from tests.factories import make_case

pytestmark = pytest.mark.django_db


def save(member, form="item", key="", **fields) -> Draft:
    with acting(member):
        return drafts.save(member.pk, form, key, fields or {"text": ["Halvskrivet"]})


def age(member, **by) -> None:
    with acting(member):
        Draft.objects.update(saved_at=timezone.now() - timedelta(**by))


def count(member) -> int:
    with acting(member):
        return Draft.objects.count()


def test_only_the_writer_reads_not_even_a_colleague_of_the_same_unit(cast):
    draft = save(cast.coordinator)
    for name, member in cast.everyone.items():
        with acting(member):
            assert Draft.objects.filter(pk=draft.pk).exists() == (name == "coordinator"), name
    # Even asked for by the writer's number.
    with acting(cast.colleague):
        assert drafts.find(cast.coordinator.pk, "item") is None
        assert drafts.kept(cast.coordinator.pk) == []
        assert not drafts.throw_away(cast.coordinator.pk, draft.pk)
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            drafts.save(cast.coordinator.pk, "item", "x", {"text": ["i hennes namn"]})
    assert count(cast.coordinator) == 1


def test_the_oldest_goes_when_there_are_too_many(cast, monkeypatch):
    monkeypatch.setattr(drafts, "MOST", 3)
    for n in range(4):
        save(cast.coordinator, key=str(n))
        save(cast.colleague, key=str(n)) if n < 3 else None
    with acting(cast.coordinator):
        assert [d.object_key for d in drafts._of(cast.coordinator.pk)] == ["3", "2", "1"]
    assert count(cast.colleague) == 3, "a colleague's are another matter"
    # Saved again, an old one is new, and nothing goes.
    save(cast.coordinator, key="1")
    with acting(cast.coordinator):
        assert [d.object_key for d in drafts._of(cast.coordinator.pk)] == ["1", "3", "2"]


def test_the_limit_is_two_hundred():
    assert drafts.MOST == 200


def test_the_night_removes_what_is_older_than_thirty_days_and_nothing_younger(cast):
    save(cast.coordinator, key="old")
    save(cast.ended_member, key="old")
    age(cast.coordinator, days=30, minutes=1)
    age(cast.ended_member, days=31)
    save(cast.coordinator, key="young")
    save(cast.colleague, key="young")
    age(cast.colleague, days=29, hours=23)
    tasks.forget_old_drafts()
    assert (count(cast.coordinator), count(cast.ended_member), count(cast.colleague)) == (1, 0, 1)
    tasks.forget_old_drafts()
    assert count(cast.coordinator) == 1


def test_the_nights_door_opens_on_nothing_else(cast):
    """The role that owns the function reads no draft that is not too old, and the portal cannot become it."""
    # Written where it is read: another connection would not see the test's own transaction.
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into errands_draft (member, form, object_key, text, saved_at)"
            " values (1, 'young', '', '{}', statement_timestamp() - interval '29 days 23 hours'),"
            " (1, 'old', '', '{}', statement_timestamp() - interval '30 days 1 minute')"
        )
        cursor.execute("set local role portal_definer")
        cursor.execute("select form from errands_draft")
        assert cursor.fetchall() == [("old",)]
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set local role portal_definer")


def test_the_list_leads_back_to_each_form_and_shows_the_writer_what_is_written(cast, sign_in):
    case = make_case(cast.coordinator, name="Tilde Ravnsby")
    client = sign_in(cast.coordinator)
    client.post(f"/drafts/item/{case.number}-{ItemType.PLAN}/", {"heading": "Hemligt", "text": "Hemligt"})
    client.post("/drafts/unheard/of/", {"text": "Hemligt"})
    client.post(f"/drafts/ask/{case.number}-{cast.investigator.unit_id}/", {"text": "Hemligt"})
    page = client.get("/drafts/").content.decode()
    assert f'href="/cases/{case.number}/items/new/?type=plan"' in page
    assert f'href="/inquiries/ask/{case.number}/{cast.investigator.unit_id}/"' in page
    assert f"i ärende {case.number}" in page
    assert "<b>unheard</b>" in page
    assert page.count("<p>Hemligt</p>") == 4 and "Tilde" not in page
    title = page[page.index("<title>") : page.index("</title>")]
    assert case.number not in title
    theirs = sign_in(cast.colleague).get("/drafts/").content.decode()
    assert case.number not in theirs and "Hemligt" not in theirs


def test_a_draft_is_thrown_away_by_its_writer_only(cast, sign_in):
    draft = save(cast.coordinator, key="x")
    stranger = sign_in(cast.colleague)
    assert stranger.post("/drafts/", {"draft": draft.pk}).status_code == 302
    assert count(cast.coordinator) == 1
    client = sign_in(cast.coordinator)
    for nonsense in ("", "x", "-1", "9" * 30):
        assert client.post("/drafts/", {"draft": nonsense}).status_code == 404
    page = client.post("/drafts/", {"draft": draft.pk}, follow=True).content.decode()
    assert "Utkastet är kastat." in page and "Du har inga utkast." in page
    assert count(cast.coordinator) == 0


def test_every_form_that_saves_drafts_says_where_it_is():
    assert set(drafts.places) == {
        "unsent",
        "page",
        "consent",
        "item",
        "ask",
        "answer",
        "report_text",
        "import_initiative",
    }


def test_a_key_that_no_form_has_is_listed_by_the_forms_name(cast):
    for form, key in (
        ("item", "7KQ4-M2X9-nonsense"),
        ("answer", "x"),
        ("report_text", "1.nonsense"),
        ("ask", ""),
    ):
        save(cast.coordinator, form, key)
    with acting(cast.coordinator):
        assert {(kept.words, kept.address) for kept in drafts.kept(cast.coordinator.pk)} == {
            ("item", ""), ("answer", ""), ("report_text", ""), ("ask", "")
        }  # fmt: skip


def test_what_met_a_closed_door_is_kept_for_its_writer(cast, sign_in):
    """FK writes on a case that closes meanwhile: 404, and the text is among FK's drafts. So for a case that never was."""
    case = make_case(cast.coordinator)
    client = sign_in(cast.investigator)
    bodies = []
    for number in (case.number, "2222-2222"):
        sent = {
            "heading": "Beslut om ersättning",
            "text": f"Vi väntar på {number}.",
            "happened_on": "2026-01-02",
        }
        answer = client.post(
            f"/cases/{number}/items/new/?type=decision",
            urlencode(sent),
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code == 404
        body = answer.content.decode()
        assert "Det du skrev kunde inte skickas, och finns kvar." in body
        bodies.append(re.sub(r'value="\w{20,}"|X-CSRFToken": "\w+"', "", body).replace(number, "N"))
        page = client.get("/drafts/").content.decode()
        assert f"Vi väntar på {number}." in page and "Kunde inte skickas" in page
    assert bodies[0] == bodies[1]
    assert "Vi väntar på" not in sign_in(cast.unassigned_officer).get("/drafts/").content.decode()
    with acting(cast.investigator):
        assert Draft.objects.filter(form="unsent").count() == 2


def test_a_form_with_nothing_written_leaves_no_draft(cast, sign_in):
    client = sign_in(cast.investigator)
    sent = urlencode({"to": "7", "confirmed": "care_relation"})
    address = "/cases/2222-2222/items/1/give/"
    answer = client.post(address, sent, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 404 and "finns kvar." not in answer.content.decode()
    with acting(cast.investigator):
        assert Draft.objects.count() == 0


def test_what_another_site_makes_a_browser_send_is_nobodys_draft(cast):
    """Without the token of the page nothing is kept; with it the same form is."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.coordinator.user, backend="django.contrib.auth.backends.ModelBackend")
    sent = urlencode({"heading": "Planterad text", "text": "En mening till."})
    forged = client.post(
        "/cases/2222-2222/items/new/?type=plan", sent, content_type="application/x-www-form-urlencoded"
    )
    assert forged.status_code == 403
    with acting(cast.coordinator):
        assert Draft.objects.count() == 0


def test_a_nul_and_too_long_a_text_meet_a_closed_door_like_any_other(cast, sign_in):
    client = sign_in(cast.coordinator)
    for text, kept in (("Ett ord\0 till", 1), ("x y" * 100_000, 1)):
        answer = client.post(
            "/cases/2222-2222/items/new/?type=plan",
            urlencode({"text": text}),
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code == 404
        with acting(cast.coordinator):
            assert Draft.objects.count() == kept
    assert "finns kvar." not in answer.content.decode(), "too much to keep is not said to be kept"
