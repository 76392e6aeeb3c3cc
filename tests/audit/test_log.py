"""The access log: whose rows, what a row tells to whom, the filters, and the same queries for two rows and for fifty."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import ledger, words
from audit.models import Entry
from cases.actions import case as case_verbs
from cases.actions import disclosure as giving
from parties.access import acting
from parties.numbers import parse_number
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line, test_number

pytestmark = pytest.mark.django_db


def read(member, case, kind="case.read", **more) -> None:
    """A row as a page writes it, but in the test's own transaction."""
    with acting(member):
        ledger.record(
            kind, by=member, case=case and case.pk, persons=[case.person_id] if case else [], **more
        )


def text(client, address="/log/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def table(page: str) -> str:
    return page[page.index("<tbody>") : page.index("</tbody>")] if "<tbody>" in page else ""


@pytest.fixture
def world(cast):
    """A case of the clinic given to FK; one of another clinic; one that is protected. Each read by its own unit."""
    case = make_case(cast.coordinator, name="Tilde Ravnsby", number=test_number(801))
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "plan"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    with acting(cast.coordinator):
        secret = case_verbs.open_case(
            by=cast.coordinator, number=parse_number(test_number(802)), name="Skyddad Person", protected=True,
            opened_on=timezone.localdate(),
        )  # fmt: skip
    other = make_case(cast.other_clinic, name="Annan Kliniks")
    read(cast.coordinator, case, basis="own")
    read(cast.colleague, secret, basis="own")
    read(cast.investigator, case, basis="given")
    read(cast.other_clinic, other, basis="own")
    return {"case": case, "secret": secret, "other": other}


def test_a_manager_reads_the_units_rows_with_who_what_whom_and_why(cast, world, sign_in):
    case = world["case"]
    rows = table(text(sign_in(cast.manager)))
    for said in (
        "Elif",
        "Mottagning Norr",
        "Öppnade ett ärende",
        case.number,
        "Tilde Ravnsby",
        "Enhetens eget ärende",
    ):
        assert said in rows, said
    for not_said in ("Annan Kliniks", world["other"].number, "Karin", "FK Prov A", "Lämnat till enheten"):
        assert not_said not in rows, not_said
    digits = test_number(801)
    for number in (
        digits,
        digits[2:],
        f"{digits[:8]}-{digits[8:]}",
        f"{digits[2:8]}-{digits[8:]}",
        digits[:8],
    ):
        assert number not in rows, "no personal number, nor the half of one"


def test_a_protected_person_has_no_name_in_the_log(cast, world, sign_in):
    rows = table(text(sign_in(cast.manager)))
    assert world["secret"].number in rows
    assert "Skyddad Person" not in rows and f"nyckel {world['secret'].person_id}" in rows


def test_a_manager_who_was_given_the_case_sees_its_number_and_no_name(cast, world, sign_in):
    from parties.models import Role
    from tests.factories import make_member

    boss = make_member("fkchef", cast.investigator.unit, Role.MANAGER)
    rows = table(text(sign_in(boss)))
    assert world["case"].number in rows and "Karin" in rows and "Lämnat till enheten" in rows
    assert "Tilde Ravnsby" not in rows and f"nyckel {world['case'].person_id}" in rows
    # When the ground has ended, the row stays and the number goes.
    with acting(cast.coordinator):
        giving.Disclosure.objects.filter(case=world["case"]).update(
            ended_at=timezone.now(), ended_by=cast.coordinator, ended_how="stopped"
        )
        from cases.models import ConsentLine

        ConsentLine.objects.update(ended_at=timezone.now(), ended_by=cast.coordinator, ended_how="withdrawn")
    rows = table(text(sign_in(boss)))
    assert world["case"].number not in rows and f"nyckel {world['case'].pk}" in rows
    page = text(sign_in(boss), f"/log/?case={world['case'].number}")
    assert "Ingen rad passar" in page
    assert "Karin" in table(text(sign_in(boss), f"/log/?case={world['case'].pk}"))


def test_an_auditor_reads_the_partys_rows_by_key_and_never_a_name(cast, world, sign_in):
    client = sign_in(cast.auditor)
    page = text(client)
    rows = table(page)
    assert "Mottagning Norr" in rows and "Mottagning Söder" in rows and "Elif" in rows and "Jonas" in rows
    assert "Karin" not in rows, "another party's log is another party's"
    for case in world.values():
        assert case.number not in page
        assert f"nyckel {case.pk}" in rows and f"nyckel {case.person_id}" in rows
    for name in ("Tilde", "Skyddad Person", "Annan Kliniks"):
        assert name not in page
    # The key is the thread to follow.
    only = table(text(client, f"/log/?person={world['case'].person_id}"))
    assert "Elif" in only and "Jonas" not in only and "Noor" not in only
    assert "Elif" in table(text(client, f"/log/?case={world['case'].pk}"))
    # A number opens nothing for who may not know it: the answer is that of a number that is none.
    for number in (world["case"].number, "2222-2222"):
        assert "Ingen rad passar" in text(client, f"/log/?case={number}")


def test_for_everyone_else_the_page_is_not_there(cast, sign_in):
    for name, member in cast.everyone.items():
        if member is not None and name not in ("manager", "auditor", "ended_member"):
            assert sign_in(member).get("/log/").status_code == 404, name


def test_whose_name_was_shown_is_in_the_log_itself(cast, world, sign_in, monkeypatch):
    rows: list[tuple] = []
    write = ledger._write
    monkeypatch.setattr(ledger, "_write", lambda *args: (rows.append(args), write(*args))[1])
    text(sign_in(cast.manager))
    assert [(r[1], sorted(r[4])) for r in rows] == [("log.read", [world["case"].person_id])]
    rows.clear()
    text(sign_in(cast.auditor))
    assert [(r[1], sorted(r[4])) for r in rows] == [("log.read", [])]


def test_filters_by_event_group_person_of_staff_and_case(cast, world, sign_in):
    with acting(cast.coordinator):
        ledger.record("initiative.activity_added", by=cast.coordinator)
        ledger.record("initiative.started", by=cast.coordinator)
        ledger.record("report.frozen", by=cast.coordinator)
        ledger.record("report.something_new", by=cast.coordinator)
    with acting(cast.colleague):
        ledger.record("consent.recorded", by=cast.colleague, case=world["case"].pk)
    client = sign_in(cast.manager)

    def events(query: str) -> set[str]:
        rows = table(text(client, f"/log/?{query}"))
        return {str(w) for w in words.KINDS.values() if f"<td>{w}" in rows}

    assert events("kind=case.read") == {"Öppnade ett ärende"}
    assert events("kind=all:initiatives") == {"Lade till en rad i en insats", "Startade en insats"}
    assert events("kind=initiative.*_added") == {"Lade till en rad i en insats"}
    assert events("kind=all:reports") == {"Frös en rapport", "Arbetade med en rapport"}
    assert "Registrerade ett samtycke" in events("kind=all:items")
    assert "Öppnade ett ärende" not in events("kind=all:items")
    rows = table(text(client, f"/log/?who={cast.colleague.pk}"))
    assert "Noor" in rows and "Elif" not in rows
    rows = table(text(client, f"/log/?case={world['case'].number.lower()}"))
    assert world["case"].number in rows and world["secret"].number not in rows
    # What is not offered is told, and shows nothing: a colleague of another unit, an event that is none.
    for query in (f"who={cast.other_clinic.pk}", "kind=nonsense", "kind=all:nonsense", "who=x"):
        page = text(client, f"/log/?{query}")
        assert "Det valet finns inte i listan" in page and not table(page), query


def test_filters_by_day_in_swedish_time_first_and_last_day_included(cast, sign_in, monkeypatch):
    today = timezone.localdate()
    read(cast.coordinator, None, "cases.listed")
    client = sign_in(cast.manager)
    seen = "Såg en lista med ärenden"
    assert seen in table(text(client, f"/log/?from_on={today}&to_on={today}"))
    assert seen in table(text(client, f"/log/?from_on={today}"))
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    assert seen not in table(text(client, f"/log/?to_on={yesterday}"))
    assert seen not in table(text(client, f"/log/?from_on={tomorrow}"))
    for query in (
        "from_on=i går",
        f"from_on={today}&to_on={yesterday}",
        "to_on=2025-02-30",
        "to_on=9999-12-31",
        "from_on=0001-01-01",
    ):
        page = text(client, f"/log/?{query}")
        assert "Inget visas än" in page and not table(page)


def test_pages_by_key_without_loss_or_repetition(cast, sign_in, monkeypatch):
    monkeypatch.setattr("audit.reads.PAGE", 7)
    with acting(cast.coordinator):
        for n in range(20):
            ledger.record("read.refused", by=cast.coordinator, note=f"2222-22{n + 22}")
    client, address, seen = sign_in(cast.manager), "/log/?kind=read.refused", []
    for _ in range(9):
        page = text(client, address)
        rows = table(page)
        seen += [n for n in range(20) if f"2222-22{n + 22}" in rows][::-1]
        if 'rel="next"' not in page:
            break
        address = "/log/" + page.split('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace(
            "&amp;", "&"
        )
    assert seen == list(range(20))[::-1]
    assert "kind=read.refused" in address
    for nonsense in ("x", "1", "_", "9" * 60, f"{9 * 10**18}_1", "1_" + "9" * 19, "-1_1"):
        assert client.get("/log/", {"before": nonsense}).status_code == 200


def test_the_number_of_a_refused_attempt_is_told_to_the_manager_only(cast, sign_in):
    with acting(cast.coordinator):
        ledger.record("read.refused", by=cast.coordinator, note="2345-6789")
    assert "Sökte: 2345-6789" in table(text(sign_in(cast.manager), "/log/"))
    for address in ("/log/", "/log/?kind=read.refused"):
        page = text(sign_in(cast.auditor), address)
        assert "Sökte: ett ärendenummer" in table(page) and "2345-6789" not in page


def test_an_empty_log_says_so(cast, sign_in):
    from parties.models import Role
    from tests.factories import make_member

    page = text(sign_in(make_member("tomt", cast.private_care.unit, Role.MANAGER)))
    assert "Inga rader än." in page and not table(page)


@pytest.mark.parametrize("who", ["manager", "auditor"])
def test_the_same_queries_for_two_rows_and_for_fifty(cast, sign_in, who):
    def more(count: int) -> None:
        for _ in range(count):
            case = make_case(cast.coordinator)
            make_item(cast.coordinator, case)
            read(cast.coordinator, case)

    client = sign_in(getattr(cast, who))

    def asked() -> int:
        client.get("/log/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/log/").status_code == 200
        return len(queries)

    more(2)
    few = asked()
    more(50)
    assert asked() == few


def test_the_wall_alone_holds_the_same_rows(cast, world):
    """The bare table, without the page: a manager the unit's, an auditor the party's, others of no unit nothing."""

    def units(member) -> set[int]:
        with acting(member):
            return set(Entry.objects.values_list("unit", flat=True))

    assert units(cast.manager) == {cast.manager.unit_id}
    assert units(cast.auditor) == {cast.coordinator.unit_id, cast.other_clinic.unit_id}
    for member in (cast.administrator, cast.association_officer, cast.project_lead, None):
        assert units(member) == set()


def test_every_ground_has_words():
    from cases.law import Ground

    assert {g.value for g in Ground} <= set(words.BASES)
    assert {str(words.BASES[g.value]) for g in Ground} == {str(g.label) for g in Ground}


def test_every_event_is_in_a_group_and_has_words():
    assert words.in_words("initiative.timeentry_removed") == words.KINDS["initiative.*_removed"]
    assert words.in_words("initiative.unheard_of") == words.KINDS["initiative.*"]
    assert words.in_words("unheard.of") == "unheard.of"
    offered = [value for _group, kinds in words.choices() for value, _words in kinds]
    assert len(offered) == len(set(offered)) and {k for k in words.KINDS if not k.endswith(".*")} <= set(
        offered
    )
