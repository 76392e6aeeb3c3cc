"""The request's transaction: who reads is known inside it, to the last rendered line, and to nobody after it."""

from datetime import timedelta

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import connection, transaction
from django.http import HttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.urls import include, path

from audit.models import Entry
from cases.models import Case, ConsentLine
from parties.models import Organisation
from tests.factories import make_case

pytestmark = pytest.mark.django_db


def lazy(request):
    """A template rendered after the view has returned: still inside the context."""
    template = engines["django"].from_string("{% for c in cases %}{{ c.number }},{% endfor %}")
    return SimpleTemplateResponse(template, {"cases": Case.objects.all()})


def breaks(request):
    Organisation.objects.create(name="Halvvägs")
    raise RuntimeError("with a name in it")


def answers_500(request):
    Organisation.objects.create(name="Halvvägs")
    return HttpResponse("no", status=500)


@login_not_required
def open_page(request):
    return HttpResponse(str(Case.objects.count()))


urlpatterns = [
    path("lazy/", lazy),
    path("breaks/", breaks),
    path("500/", answers_500),
    path("open/", open_page),
    path("", include("samverkan.urls")),
]
handler500 = "samverkan.views.something_went_wrong"


@pytest.fixture(autouse=True)
def _pages_of_the_test(settings):
    settings.ROOT_URLCONF = __name__


def test_a_lazy_template_is_rendered_inside_the_context(cast, sign_in):
    case = make_case(cast.coordinator)
    assert sign_in(cast.coordinator).get("/lazy/").content.decode() == f"{case.number},"
    assert sign_in(cast.other_clinic).get("/lazy/").content.decode() == ""


def test_the_context_leaves_with_the_last_request(cast, sign_in):
    make_case(cast.coordinator)
    client = sign_in(cast.coordinator)
    assert client.get("/lazy/").content
    assert Case.objects.count() == 0
    client.logout()
    assert client.get("/open/").content == b"0"


def test_what_raises_is_rolled_back_whole_and_names_nobody(cast, sign_in):
    client = sign_in(cast.coordinator)
    client.raise_request_exception = False
    for address in ("/breaks/", "/500/"):
        answer = client.get(address)
        assert answer.status_code == 500
        assert not Organisation.objects.filter(name="Halvvägs").exists()
    page = client.get("/breaks/").content.decode()
    assert "with a name" not in page and "felnum" in page.lower()
    assert Case.objects.count() == 0


def test_a_refused_read_is_kept_though_the_request_rolls_back(cast, sign_in, monkeypatch):
    from django.db import connections

    client = sign_in(cast.other_clinic)
    assert client.get("/cases/2222-2222/").status_code == 404
    with connections["ledger"].cursor() as cursor:
        cursor.execute("select set_config('portal.unit', %s, true)", [str(cast.other_clinic.unit_id)])
    rows = Entry.objects.using("ledger").filter(kind="read.refused")
    assert [r.note for r in rows] == ["2222-2222"]
    assert not Entry.objects.using("default").filter(kind="read.refused").exists()


def test_the_ledger_is_written_once(cast):
    from django.db import DatabaseError

    for sql in ("update audit_entry set kind = 'x'", "delete from audit_entry", "truncate audit_entry"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(sql)


def test_even_the_owner_rewrites_no_row(cast):
    from django.db import DatabaseError, connections

    from audit import ledger

    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("insert into audit_entry (kind, persons, basis, note) values ('t', '{}', '', '')")
    for sql in ("update audit_entry set kind = 'x'", "delete from audit_entry"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(using="owner"):
            with owner.cursor() as cursor:
                cursor.execute(sql)
    assert ledger


def test_an_ended_membership_is_out_at_the_next_click(cast, sign_in):
    from django.utils import timezone

    from parties.models import Membership

    client = sign_in(cast.colleague)
    make_case(cast.coordinator)
    assert client.get("/cases/").status_code == 200
    Membership.objects.filter(pk=cast.colleague.pk).update(until_at=timezone.now())
    assert client.get("/cases/").status_code == 404


def test_pages_are_kept_by_no_browser_and_carry_the_policy(cast, sign_in):
    answer = sign_in(cast.coordinator).get("/cases/")
    assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_a_fragment_after_the_session_sends_the_whole_page_to_the_login(client):
    answer = client.get("/cases/", headers={"HX-Request": "true", "HX-Current-URL": "http://x/cases/"})
    assert answer.status_code == 204 and answer["HX-Redirect"] == "/login/?next=/cases/"


def test_health_says_ok_and_nothing_else(client):
    answer = client.get("/health")
    assert (answer.status_code, answer.content) == (200, b"ok")


LISTS = [
    "/cases/",
    "/cases/?show=received",
    "/todo/",
    "/inquiries/?show=asked",
    "/inquiries/?show=received",
    "/own/",
]


@pytest.mark.parametrize("who", ["coordinator", "investigator"])
def test_lists_ask_the_same_number_of_queries_for_two_rows_and_for_fifty(cast, sign_in, who):
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from inquiries import actions
    from parties.access import acting
    from tests.factories import make_consent, make_disclosure, make_item, make_line

    def more(count: int) -> None:
        for _ in range(count):
            case = make_case(cast.coordinator)
            make_item(cast.coordinator, case)
            consent = make_consent(cast.coordinator, case)
            make_line(
                consent,
                cast.coordinator,
                cast.coordinator,
                cast.investigator.unit,
                "existence",
                until_at=timezone.now() + timedelta(days=9),
            )
            make_disclosure(cast.coordinator, case, cast.investigator.unit)
            with acting(cast.investigator):
                actions.ask(
                    by=cast.investigator,
                    case=case,
                    to=cast.coordinator.unit,
                    category="planning",
                    text="Hur går det?",
                    today=timezone.localdate(),
                )

    def queries(client) -> list[int]:
        counts = []
        for address in LISTS:
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            counts.append(len(asked))
        return counts

    more(2)
    client = sign_in(getattr(cast, who))
    few = queries(client)
    more(48)
    assert queries(client) == few
    assert ConsentLine.objects.count() == 0


@pytest.mark.parametrize("who", ["coordinator", "investigator"])
def test_the_case_page_asks_the_same_for_two_items_and_for_fifty(cast, sign_in, who):
    from django.test.utils import CaptureQueriesContext

    from tests.factories import make_consent, make_disclosure, make_item, make_line

    case = make_case(cast.coordinator)
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    client = sign_in(getattr(cast, who))

    def count(items: int) -> int:
        for _ in range(items):
            item = make_item(cast.coordinator, case)
            make_disclosure(cast.coordinator, case, cast.investigator.unit, item)
        client.get(f"/cases/{case.number}/")
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/cases/{case.number}/").status_code == 200
        return len(asked)

    assert count(2) == count(48)
