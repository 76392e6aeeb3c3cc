"""What the demo promises: exact names, shares within their bounds, grounds that hold, and something for
every login.
"""

import io
import re
from collections import Counter
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from cases.crypt import open_sealed
from cases.law import Act, grounds_for
from cases.models import Case, Item
from parties.access import acting
from parties.demo import CLINICS, DOMAIN, FK_A, FK_B, LOGINS, PASSWORD, logins
from parties.freetext import find_numbers, warning_words
from parties.models import Membership, PartyKind, Unit, User
from parties.numbers import parse_number
from tests.demo.digest import digest, rows

pytestmark = pytest.mark.django_db


def load() -> str:
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def shares(values) -> dict[str, float]:
    """Per cent by value."""
    counted = Counter(values)
    return {value: 100 * count / counted.total() for value, count in counted.items()}


def near(found: dict, wanted: dict, within: float) -> None:
    assert {v: s for v, s in wanted.items() if abs(found.get(v, 0) - s) > within} == {}, found


# ── Loading ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_second_loading_changes_nothing(demo):
    before = digest(demo.anchor), rows("select count(*) from audit_entry")
    assert load() == "There is data already; nothing was changed.\n"
    assert (digest(demo.anchor), rows("select count(*) from audit_entry")) == before


def test_the_same_day_gives_the_same_demo(demo):
    again = digest(demo.anchor)
    assert {table for table in again if again[table] != demo.first[table]} == set()
    assert len(set(again.values())) == len(again)


def test_the_ledger_holds_the_days_deeds_and_no_history(demo):
    kinds = Counter(
        kind for (kind,) in rows("select kind from audit_entry where at < now() - interval '1 hour'")
    )
    assert kinds == {}
    clinics = rows(
        "select count(distinct unit) from audit_entry e join parties_unit u on u.id = e.unit where"
        " u.name = any(%(c)s)",
        c=list(CLINICS),
    )
    assert clinics == [(len(CLINICS),)]


# ── Who is here ─────────────────────────────────────────────────────────────────────────────────────────────
def test_the_login_page_names_these_and_no_other(demo):
    assert [(email, name, unit) for email, name, _role, unit in logins()] == [
        (f"{login}@{DOMAIN}", name, unit) for login, name, _role, unit in LOGINS
    ]
    with_password = {u.email for u in User.objects.all() if u.has_usable_password()}
    assert with_password == {f"{login}@{DOMAIN}" for login, *_rest in LOGINS}


def test_units_have_the_names_that_real_lists_use(demo):
    assert set(CLINICS) | {FK_A, FK_B} <= set(Unit.objects.values_list("name", flat=True))
    assert CLINICS[0] == "Vuxenpsykiatrimottagning Ekelunda Norr"
    assert FK_B == "Försäkringskassan Sydslätten B"


CASE_NUMBER = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")
# What each login has on its first page; those with a case role have a case that waits.
FIRST_PAGES = {
    "projektledare": re.compile("AKTIVA STEG"),
    "styrgrupp": re.compile("AKTIVA STEG"),
    "forbund": re.compile("AKTIVA STEG"),
    "utvarderare": re.compile("AKTIVA STEG"),
    "regionadmin": re.compile("Maja Ståhlgren"),
    "fkadmin": re.compile("Karin Ekbrandt"),
    "revisor": re.compile("Maja Ståhlgren"),
    "registrator": re.compile("Lämna ut ur arkivet"),
}


@pytest.mark.parametrize("login", [login for login, *_rest in LOGINS])
def test_everyone_signs_in_and_has_something_to_see(demo, client, login):
    answer = client.post("/login/", {"username": f"{login}@{DOMAIN}", "password": PASSWORD}, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain
    main = re.search(r"<main.*?</main>", answer.content.decode(), re.S)
    assert main
    assert FIRST_PAGES.get(login, CASE_NUMBER).search(main[0])


def test_those_without_a_login_cannot_sign_in(demo, client):
    answer = client.post("/login/", {"username": "samir.halloum@personal.example", "password": PASSWORD})
    assert answer.status_code == 200
    assert not answer.wsgi_request.user.is_authenticated


# ── Whom the cases are about ────────────────────────────────────────────────────────────────────────────────
PEOPLE = (
    "select p.id, p.name, p.sex, p.home_municipality, p.number_kind, p.number_cipher, p.protected,"
    " s.benefit, c.id, c.opened_on"
    " from cases_case c join cases_person p on p.id = c.person_id join lateral (select benefit from"
    " cases_spell s"
    " where s.case_id = c.id order by s.id desc limit 1) s on true order by c.id"
)


def test_180_cases_in_two_tracks_at_five_clinics(demo):
    tracks = Counter(benefit == "activity_compensation" for *_rest, benefit, _case, _opened in rows(PEOPLE))
    assert tracks == {False: 118, True: 62}
    at = dict(
        rows("select u.name, count(*) from cases_case c join parties_unit u on u.id = c.unit_id group by 1")
    )
    assert set(at) == set(CLINICS)
    assert at[CLINICS[0]] >= 35


def test_sex_home_and_numbers_keep_their_shares(demo):
    people = rows(PEOPLE)
    of_track = {
        track: shares(p[2] for p in people if (p[7] == "activity_compensation") == track)
        for track in (True, False)
    }
    near(of_track[False], {"female": 70, "male": 30}, within=2)
    near(of_track[True], {"female": 50, "male": 50}, within=2)
    near(shares(p[3] for p in people), {"Ekelunda": 52, "Björkvalla": 34, "Strandåker": 14}, within=3)
    assert sum(p[4] == "none" for p in people) == 16
    assert sum(p[6] for p in people) == 2
    assert all(not p[1] for p in people if p[4] == "none")
    names = [p[1] for p in people if p[1]]
    assert len(set(names)) == len(names) == 164


def test_every_number_is_a_test_number_born_late_in_a_month(demo):
    seen = set()
    for pk, _name, sex, _home, kind, cipher, _protected, benefit, _case, opened_on in rows(PEOPLE):
        if kind == "none":
            continue
        number = parse_number(open_sealed(cipher, pk))
        assert 980 <= int(number.digits[8:11]) <= 999
        assert number.sex == sex
        assert number.born.day >= 29
        age = (opened_on - number.born).days // 365.25
        assert 19 <= age <= (29 if benefit == "activity_compensation" else 64)
        seen.add(number.digits)
    assert len(seen) == 164


def test_diagnosis_blocks_stand_on_the_cares_own_items_and_are_given_to_nobody(demo):
    found = rows(
        "select i.heading, p.kind, (select count(*) from cases_disclosure d where d.item_id = i.id) from"
        " cases_item i"
        " join parties_unit u on u.id = i.unit_id join parties_party p on p.id = u.party_id where i.type"
        " = 'diagnosis'"
    )
    assert len(found) == 180
    assert {(kind, given) for _heading, kind, given in found} == {("psychiatry", 0)}
    blocks = shares(heading.split()[0] for heading, *_rest in found)
    near(blocks, {"F32–F33": 20, "F40–F42": 16, "F84": 13, "F90": 11, "F20–F29": 7, "F10–F19": 3}, within=2)
    elsewhere = rows(
        r"select heading from cases_item where type <> 'diagnosis' and (heading || text) ~ 'F\d\d'"
    )
    assert elsewhere == []


def test_texts_hold_neither_numbers_nor_words_for_the_soft_stop(demo):
    texts = rows(
        "select heading || ' ' || text from cases_item union select reason from cases_casestate"
        " union select obtained_how || ' ' || excluded from cases_consent union select text from"
        " initiatives_obstacle"
        " union select title from initiatives_activity union select text from reports_section"
    )
    assert len(texts) > 500
    assert [text for (text,) in texts if warning_words(text) or find_numbers(text) or "{" in text] == []


def test_each_sort_of_text_varies(demo):
    headings = dict(rows("select type, count(distinct text) from cases_item group by 1"))
    assert {sort for sort, count in headings.items() if count < 8} == set()


# ── Consents and what rests on them ─────────────────────────────────────────────────────────────────────────
def said_to_fk() -> dict[int, str]:
    """What stands, or stood until the case closed, between clinic and Försäkringskassan; by case."""
    lines = rows(
        "select l.case_id, l.from_unit_id = l.unit_id, max(l.until_at), bool_or(l.ended_how = 'withdrawn'),"
        " bool_or(l.ended_how = 'case_closed') from cases_consentline l join parties_party f on f.id ="
        " l.from_party_id"
        " join parties_party t on t.id = l.to_party_id where 'fk' in (f.kind, t.kind) group by 1, 2"
    )
    now, soon = timezone.now(), timezone.now() + timedelta(days=30)
    found: dict[int, list[str]] = {}
    for case, outward, until, withdrawn, closed in lines:
        end = (
            "closed"
            if closed
            else "withdrawn"
            if withdrawn
            else "expired"
            if until < now
            else "soon"
            if until < soon
            else "on"
        )
        found.setdefault(case, []).append(f"{'out' if outward else 'in'} {end}")
    return {case: " + ".join(sorted(ways)) for case, ways in found.items()}


def test_consents_keep_their_shares(demo):
    said = said_to_fk()
    asked = [
        case
        for _pk, _n, _s, _h, kind, _c, protected, _b, case, _o in rows(PEOPLE)
        if kind != "none" and not protected
    ]
    assert set(said) <= set(asked), "nobody without personal data or with a protected identity has a consent"
    found = Counter(said.get(case, "none") for case in asked)
    both = sum(found[f"in {end} + out {end}"] for end in ("on", "closed"))
    ending = sum(found[f"in {end} + out {end}"] for end in ("expired", "soon", "withdrawn"))
    one_way = sum(count for ways, count in found.items() if "+" not in ways and ways != "none")
    part = {"both": both, "ending": ending, "one way": one_way, "none": found["none"]}
    near(
        {k: 100 * v / len(asked) for k, v in part.items()},
        {"both": 68, "ending": 9, "one way": 8, "none": 15},
        within=2,
    )
    for state in ("expired", "soon", "withdrawn"):
        assert found[f"in {state} + out {state}"] >= 2


def test_consents_are_of_every_form_and_as_long_as_the_law_lets_them_be(demo):
    lengths = rows(
        "select n.form, n.valid_to - n.valid_from + 1, n.purpose, n.obtained_how from cases_consent n"
        " order by n.id"
    )
    assert {form for form, *_rest in lengths} == {"written", "written_eid", "oral"}
    for form, days, purpose, how in lengths:
        most = 90 if form == "oral" else 731 if purpose == "activity_compensation" and how else 366
        assert 0 < days <= most, (form, days, purpose)


STANDS = "d.ended_at is null and d.until_at > now()"


def test_nothing_is_shown_of_closed_protected_or_anonymous_cases(demo):
    assert (
        rows(
            f"select c.number from cases_disclosure d join cases_case c on c.id = d.case_id join"
            f" cases_person p on p.id = c.person_id"
            f" where {STANDS} and (p.protected or p.number_kind = 'none' or (select s.state from"
            f" cases_casestate s"
            f" where s.case_id = c.id order by s.from_at desc, s.id desc limit 1) = 'closed')"
        )
        == []
    )


def test_every_item_shown_has_the_case_shown_too(demo):
    assert (
        rows(
            f"select d.id from cases_disclosure d where {STANDS} and d.item_id is not null and d.basis ="
            f" 'consent'"
            " and not exists (select 1 from cases_disclosure e where e.case_id = d.case_id and"
            " e.from_unit_id = d.from_unit_id"
            " and e.to_unit_id = d.to_unit_id and e.item_id is null and e.ended_at is null and"
            " e.until_at > now())"
        )
        == []
    )


def test_every_giving_had_its_ground_in_the_law_and_its_consent_at_the_time(demo):
    given = rows(
        "select f.kind, t.kind, d.kind, d.basis, coalesce(i.type, ''), d.at, d.id,"
        " exists (select 1 from cases_consentline l where l.case_id = d.case_id and l.from_unit_id ="
        " d.from_unit_id"
        "   and l.to_unit_id = d.to_unit_id and l.kind = d.kind and l.purpose = d.purpose and l.from_at"
        " <= d.at"
        "   and l.until_at > d.at and (l.ended_at is null or l.ended_at >= d.at) and l.until_at = d.until_at)"
        " from cases_disclosure d join parties_party f on f.id = d.from_party_id join parties_party t on"
        " t.id = d.to_party_id"
        " left join cases_item i on i.id = d.item_id"
    )
    assert {basis for _f, _t, _k, basis, *_rest in given} == {"consent", "fk_ask", "intra_care"}
    for giver, receiver, kind, basis, type_, _at, pk, consented in given:
        act = Act.QUESTION if type_ == "question" or basis == "fk_ask" else Act.INFORMATION
        codes = PartyKind(giver).matrix, PartyKind(receiver).matrix
        assert basis in grounds_for(act, *codes, kind) + grounds_for(Act.QUESTION, *codes, kind), pk
        assert basis != "consent" or consented, pk


def test_each_track_goes_to_its_unit_of_forsakringskassan(demo):
    pairs = rows(
        "select distinct u.name, s.benefit = 'activity_compensation' from cases_disclosure d join"
        " parties_unit u"
        " on u.id = d.to_unit_id join cases_spell s on s.case_id = d.case_id where u.name = any(%(units)s)",
        units=[FK_A, FK_B],
    )
    assert set(pairs) == {(FK_A, True), (FK_B, False)}


# ── Inquiries ───────────────────────────────────────────────────────────────────────────────────────────────
def test_eight_quarters_of_inquiries_with_fewer_in_july(demo):
    months = dict(
        rows(
            "select date_trunc('month', asked_at at time zone 'Europe/Stockholm')::date, count(*) from"
            " inquiries_inquiry group by 1"
        )
    )
    first = min(months)
    quarters: dict[date, int] = Counter()
    for month, count in months.items():
        quarters[date(month.year, (month.month - 1) // 3 * 3 + 1, 1)] += count
    whole = [quarters[day] for day in sorted(quarters)][:8]
    assert first.month in (1, 4, 7, 10)
    assert (demo.anchor - first).days >= 8 * 90
    assert 84 <= sum(whole) / 8 <= 100
    assert min(whole) >= 60
    assert max(whole) <= 135
    mean = sum(months.values()) / len(months)
    # What waits on the day of loading is added to the latest month or two.
    julys = [n for month, n in months.items() if month.month == 7 and (demo.anchor - month).days > 60]
    assert julys
    assert max(julys) < 0.7 * mean


def test_channels_and_directions_keep_their_shares(demo):
    found = rows(
        "select i.channel, i.mode, i.case_id is null, a.kind, t.kind, i.counterpart, i.asked_by_us from"
        " inquiries_inquiry i"
        " join parties_unit au on au.id = i.asker_unit_id join parties_party a on a.id = au.party_id"
        " left join parties_unit tu on tu.id = i.to_unit_id left join parties_party t on t.id = tu.party_id"
    )
    near(
        shares(channel for channel, *_rest in found),
        {"on_site": 38, "phone": 24, "portal": 30, "meeting": 8},
        within=3,
    )
    assert {(channel == "portal", mode == "case", no_case) for channel, mode, no_case, *_rest in found} == {
        (True, True, False), (False, False, True),
    }  # fmt: skip
    near(shares(direction(*row[3:]) for row in found), {"from fk": 58, "to fk": 36, "other": 6}, within=3.5)


def direction(asker: str, receiver: str | None, counterpart: str, asked_by_us: bool) -> str:
    one, other = (asker, receiver or counterpart) if receiver or asked_by_us else (counterpart, asker)
    return "from fk" if one == "fk" else "to fk" if other == "fk" else "other"


def test_answers_come_in_days_and_some_late(demo):
    days = rows(
        "select extract(epoch from s.at - i.asked_at) / 86400 from inquiries_inquiry i"
        " join inquiries_inquirystate s on s.inquiry_id = i.id and s.state = 'answered' order by 1"
    )
    taken = [float(d) for (d,) in days]
    assert 1.8 <= taken[len(taken) // 2] <= 3.6
    assert 6.5 <= taken[len(taken) * 9 // 10] <= 12
    assert 1 <= 100 * sum(d > 14 for d in taken) / len(taken) <= 8


def test_steps_come_in_order_and_in_the_past(demo):
    assert rows("select id from inquiries_inquirystate where at > now()") == []
    assert (
        rows(
            "select s.id from inquiries_inquirystate s join inquiries_inquirystate t on t.inquiry_id ="
            " s.inquiry_id"
            " and t.id > s.id and t.at < s.at"
        )
        == []
    )
    assert (
        rows(
            "select id from cases_item where at > now() union select id from cases_disclosure where at >"
            " now()"
        )
        == []
    )


def waiting(unit: str, side: str) -> Counter:
    """Where the unit's questions in the portal stand, asked by it or asked of it."""
    return Counter(
        state
        for (state,) in rows(
            "select (select s.state from inquiries_inquirystate s where s.inquiry_id = i.id order by"
            " s.id desc limit 1)"
            f" from inquiries_inquiry i join parties_unit u on u.id = i.{side}_id where i.mode = 'case'"
            f" and u.name = %(unit)s",
            unit=unit,
        )
    )


def test_a_handful_waits_on_the_day_of_loading(demo):
    norr = waiting(CLINICS[0], "to_unit")
    assert norr["sent"] >= 2
    assert norr["read"] == 1, "this one is late"
    assert waiting(CLINICS[0], "asker_unit")["answered"] >= 1, "an answer nobody has read"
    assert sum(waiting(FK_A, "to_unit")[state] for state in ("sent", "read")) >= 2
    late = rows(
        "select count(*) from inquiries_inquiry i where i.due_on < %(today)s and (select s.state from"
        " inquiries_inquirystate s"
        " where s.inquiry_id = i.id order by s.id desc limit 1) in ('sent', 'read')",
        today=demo.anchor,
    )
    assert late == [(1,)]


# ── The teaching cases ──────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def koordinator(demo) -> Membership:
    return Membership.objects.select_related("unit__party", "user").get(user__email=f"koordinator@{DOMAIN}")


def taught(member: Membership, heading: str) -> Case:
    return Case.objects.visible_to(member).owned_by(member).get(items__heading=heading)


def test_a_question_is_paused_since_the_consent_ran_out(demo, koordinator):
    with acting(koordinator):
        case = taught(koordinator, "Samtycket har gått ut")
    asked = rows(
        "select s.state from inquiries_inquiry i join inquiries_inquirystate s on s.inquiry_id = i.id"
        " where i.case_id = %(case)s"
        " order by s.id desc limit 1",
        case=case.pk,
    )
    assert asked == [("paused",)]
    assert said_to_fk()[case.pk] == "in expired + out expired"


def test_an_activity_compensation_ends_in_five_months_without_a_plan(demo, koordinator):
    with acting(koordinator):
        case = taught(koordinator, "Perioden går ut om fem månader")
        items = list(Item.objects.visible_to(koordinator).filter(case=case))
    assert not {i.type for i in items} & {"plan", "measure"}
    (decision,) = [i for i in items if i.type == "decision"]
    ends = date.fromisoformat(decision.facts["period_end"])
    assert 140 <= (ends - demo.anchor).days <= 160


def test_a_consent_was_taken_back_yesterday(demo, koordinator):
    with acting(koordinator):
        case = taught(koordinator, "Patienten har tagit tillbaka sitt samtycke")
    ended = rows(
        "select distinct (ended_at at time zone 'Europe/Stockholm')::date, ended_how from cases_consentline"
        " where case_id = %(case)s and until_at > now()",
        case=case.pk,
    )
    assert ended == [(demo.anchor - timedelta(days=1), "withdrawn")]
    shown = rows(
        f"select count(*), count(*) filter (where {STANDS} and basis = 'consent') from cases_disclosure"
        f" d where case_id = %(case)s",
        case=case.pk,
    )
    assert shown[0][0] >= 3
    assert shown[0][1] == 0
    officer = Membership.objects.select_related("unit__party", "user").get(
        user__email=f"fk.utredare@{DOMAIN}"
    )
    with acting(officer):
        assert not Case.objects.visible_to(officer).filter(pk=case.pk).exists()


def test_another_clinic_sees_nothing_of_the_first(demo, koordinator):
    other = Membership.objects.select_related("unit__party", "user").get(user__email=f"koordinator2@{DOMAIN}")
    with acting(other):
        assert not Case.objects.filter(unit=koordinator.unit).exists()
        assert Case.objects.filter(unit=other.unit).exists()
