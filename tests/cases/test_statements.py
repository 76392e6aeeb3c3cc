"""Statements and decisions: the list the clinic sends, what Försäkringskassan answers, and what each side may see of it."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import ledger
from audit.models import Entry
from cases import statements
from cases.actions import consent as consent_verbs
from cases.actions import disclosure as disclosure_verbs
from cases.actions import item as item_verbs
from cases.actions import match as match_verbs
from cases.actions import statement_list as verbs
from cases.actions.block import block
from cases.actions.case import protect, set_state
from cases.models import (
    Consent,
    ConsentLine,
    Disclosure,
    Item,
    Match,
    StatementList,
    StatementRow,
    Tick,
)
from parties.access import acting
from tests.cases.outcomes import outcome_of
from tests.factories import make_case, make_consent, make_disclosure, make_line

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def statement(cast, *, kinds=("existence", "certificate"), back=("existence", "decision"), form="FK 7801", days=40, by=None, excluded="", name=None):  # fmt: skip
    """A case with one statement, and a consent that carries the kinds to FK unit A and `back` from it."""
    by = by or cast.coordinator
    case = make_case(by, name=name)
    with acting(by):
        item = Item.objects.create(
            case=case, unit=by.unit, type="statement", kind="certificate", author=by,
            happened_on=TODAY - timedelta(days=days), heading=f"Utlåtande {form}", facts={"form": form} if form else {},
        )  # fmt: skip
    if kinds or back:
        consent = make_consent(by, case, excluded=excluded)
        for kind in kinds:
            make_line(consent, by, by, cast.investigator.unit, kind)
        for kind in back:
            make_line(consent, by, cast.investigator, by.unit, kind)
    return item


def send(cast, *items, by=None, to=None, **more):
    by = by or cast.coordinator
    with acting(by):
        mine = list(Item.objects.filter(pk__in=[i.pk for i in items]).select_related("case"))
        return verbs.send(by=by, to=to or cast.investigator.unit, items=mine, **more)


def rows(member, sent):
    with acting(member):
        return statements.list_rows(sent, member)


def numbers(member, sent):
    return [row.number for row in rows(member, sent)]


def answer(cast, item, outcome="granted", *, by=None, seen=None, **more):
    by = by or cast.investigator
    if outcome == "granted":
        more = {"period_start": TODAY, "period_end": TODAY + timedelta(days=300), "degree": 50} | more
    with acting(by):
        return verbs.answer(by=by, case=item.case, statement=item, outcome=outcome, seen=seen, **more)


def overview(member, which="waiting", **more):
    with acting(member):
        return [
            r.number for r in statements.overview(member, which=which, before="", today=TODAY, **more).rows
        ]


# ── Sending ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_only_what_has_a_ground_goes_and_the_rest_is_told_to_the_owner_alone(cast):
    allowed, without, half = statement(cast), statement(cast, kinds=()), statement(cast, kinds=("existence",))
    with acting(cast.coordinator):
        preview = statements.proposed(cast.coordinator, cast.investigator.unit, statements.SINCE_LAST)
    assert {r.number: r.decision.allowed for r in preview.rows} == {
        allowed.case.number: True, without.case.number: False, half.case.number: False,
    }  # fmt: skip
    assert preview.persons_without == 2
    # A protected identity lacks no consent: nobody is asked for one.
    protects(cast, half)
    with acting(cast.coordinator):
        preview = statements.proposed(cast.coordinator, cast.investigator.unit, statements.SINCE_LAST)
    assert preview.persons_without == 1 and len(preview.held) == 2
    assert any("samtycke" in row.decision.sentence for row in preview.held)
    sent, outcomes = send(cast, allowed, without, half)
    assert sorted((o.item.pk, o.given) for o in outcomes) == [
        (allowed.pk, True), (without.pk, False), (half.pk, False),
    ]  # fmt: skip
    assert numbers(cast.investigator, sent) == [allowed.case.number]
    with acting(cast.coordinator):
        assert StatementRow.objects.count() == 1
        assert Disclosure.objects.filter(item=allowed).count() == 1
        again = statements.proposed(cast.coordinator, cast.investigator.unit, statements.SINCE_LAST)
    assert [r.number for r in again.rows] == [without.case.number, half.case.number]
    with acting(cast.manager):
        assert Entry.objects.filter(kind="statements.sent").count() == 1
        assert Entry.objects.get(kind="statements.sent").persons == [allowed.case.person_id]


def test_who_sends(cast):
    item = statement(cast)
    out = {
        name: outcome_of(
            member,
            lambda m=member: verbs.send(
                by=m,
                to=cast.investigator.unit,
                items=[Item.objects.select_related("case").filter(pk=item.pk).first() or item],
            ),
            no=(verbs.NothingToSend,),
        )
        for name, member in cast.everyone.items()
        if member is not None
    }
    done = {name for name, what in out.items() if what == "done"}
    # Whose membership has ended is stopped at the sign-in; the verb meets the others.
    assert done - {"ended_member"} == {"coordinator", "colleague"}
    assert out["other_clinic"] == out["health_centre"] == "404"
    assert out["manager"] == out["investigator"] == out["administrator"] == "403"


def test_a_list_goes_to_forsakringskassan_only(cast):
    item = statement(cast)
    for member in (cast.soc_officer, cast.af_officer, cast.other_clinic):
        with pytest.raises(verbs.ReceivesNoLists):
            send(cast, item, to=member.unit)
    with pytest.raises(verbs.NothingToSend):
        send(cast, item, to=cast.other_fk_unit.unit)
    with acting(cast.coordinator):
        assert not StatementList.objects.exists() and not Disclosure.objects.exists()


def test_what_the_person_excepted_is_read_first(cast):
    item = statement(cast, excluded="Inget om mamma")
    with pytest.raises(verbs.NothingToSend):
        send(cast, item)
    sent, _ = send(cast, item, read={item.pk})
    assert numbers(cast.investigator, sent) == [item.case.number]


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_a_sent_list_is_frozen_by_the_database(cast):
    one, two = statement(cast), statement(cast)
    sent, _ = send(cast, one)
    send(cast, two)
    with acting(cast.coordinator):
        for change in (
            lambda: StatementList.objects.filter(pk=sent.pk).update(on_paper=True),
            lambda: StatementRow.objects.filter(list=sent).update(item=two),
            lambda: StatementRow.objects.filter(list=sent).delete(),
            lambda: StatementRow.objects.create(
                list=sent, unit=sent.unit, to_unit=sent.to_unit, case=two.case, item=two
            ),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
    assert numbers(cast.investigator, sent) == [one.case.number]


# ── What the receiver sees ──────────────────────────────────────────────────────────────────────────────────
def withdraw_all(cast, item):
    with acting(cast.coordinator):
        consent = Consent.objects.get(case=item.case)
        consent_verbs.withdraw(by=cast.coordinator, case=item.case, consent=consent)


def withdraw_certificate(cast, item):
    with acting(cast.coordinator):
        consent = Consent.objects.get(case=item.case)
        line = ConsentLine.objects.get(consent=consent, kind="certificate")
        consent_verbs.withdraw(by=cast.coordinator, case=item.case, consent=consent, lines=[line.pk])


def stop(cast, item):
    with acting(cast.coordinator):
        disclosure_verbs.stop_showing(
            by=cast.coordinator, case=item.case, item=item, to=cast.investigator.unit
        )


def close(cast, item):
    with acting(cast.coordinator):
        set_state(by=cast.coordinator, case=item.case, state="closed", cause="moved")


def protects(cast, item):
    with acting(cast.coordinator):
        protect(by=cast.coordinator, case=item.case)


def block_unit(cast, item):
    with acting(cast.coordinator):
        block(by=cast.coordinator, case=item.case, kind="unit", to_unit=cast.investigator.unit, reason="Jäv")


def block_officer(cast, item):
    with acting(cast.coordinator):
        block(
            by=cast.coordinator, case=item.case, kind="colleague", user=cast.investigator.user, reason="Jäv"
        )


@pytest.mark.parametrize(
    "ends", [withdraw_all, withdraw_certificate, stop, close, protects, block_unit, block_officer]
)
def test_a_row_lives_for_its_receiver_only_while_its_giving_stands(cast, sign_in, ends):
    stays, goes = statement(cast), statement(cast)
    sent, _ = send(cast, stays, goes)
    assert set(numbers(cast.investigator, sent)) == {stays.case.number, goes.case.number}
    ends(cast, goes)
    assert numbers(cast.investigator, sent) == [stays.case.number]
    assert overview(cast.investigator) == [stays.case.number]
    with acting(cast.investigator):
        assert StatementRow.objects.count() == 1, "the database's own net"
        (matter,) = statements.waiting_lists(cast.investigator)
        assert ": 1 rad " in matter.event
    page = sign_in(cast.investigator).get(f"/statements/lists/{sent.number}/").content.decode()
    assert (
        stays.case.number in page
        and goes.case.number not in page
        and str(goes.pk) not in re.findall(r"row=(\d+)", page)
    )
    assert "1 rad att svara på" in page
    assert (
        sign_in(cast.investigator).get(f"/statements/lists/{sent.number}/?row={goes.pk}").status_code == 404
    )


def test_a_list_of_which_nothing_stands_is_no_list(cast, sign_in):
    item = statement(cast)
    sent, _ = send(cast, item)
    withdraw_all(cast, item)
    with acting(cast.investigator):
        assert not StatementList.objects.exists()
        assert (
            statements.lists_of(cast.investigator) == [] and statements.waiting_lists(cast.investigator) == []
        )
    gone = sign_in(cast.investigator).get(f"/statements/lists/{sent.number}/")
    never = sign_in(cast.investigator).get("/statements/lists/2222-2222/")
    assert gone.status_code == never.status_code == 404
    assert sign_in(cast.coordinator).get(f"/statements/lists/{sent.number}/").status_code == 200


@pytest.mark.parametrize("when", ["expired", "not_yet"])
def test_a_ground_out_of_its_time_opens_no_row(cast, when):
    now = timezone.now()
    item = statement(cast, kinds=(), back=())
    around = (now - timedelta(9), now - timedelta(seconds=1)) if when == "expired" else (now + timedelta(hours=1), now + timedelta(9))  # fmt: skip
    consent = make_consent(cast.coordinator, item.case)
    for kind in ("existence", "certificate"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind, from_at=around[0], until_at=around[1])  # fmt: skip
    with acting(cast.coordinator):
        (row,) = statements.proposed(cast.coordinator, cast.investigator.unit, statements.SINCE_LAST).rows
        assert not row.decision.allowed and row.decision.reason_on is not None
    make_disclosure(cast.coordinator, item.case, cast.investigator.unit)
    make_disclosure(cast.coordinator, item.case, cast.investigator.unit, item)
    with acting(cast.coordinator):
        made = StatementList.objects.create(
            unit=cast.coordinator.unit, to_unit=cast.investigator.unit, sent_by=cast.coordinator
        )
        StatementRow.objects.create(
            list=made, unit=made.unit, to_unit=made.to_unit, case=item.case, item=item
        )
    assert numbers(cast.investigator, made) == []
    with acting(cast.investigator):
        assert not StatementRow.objects.exists() and not StatementList.objects.exists()


def test_nobody_else_sees_the_list(cast, sign_in):
    item = statement(cast, name="Kanariefågeln Unik")
    sent, _ = send(cast, item)
    for name, member in cast.everyone.items():
        answer_ = sign_in(member).get(f"/statements/lists/{sent.number}/")
        seen = answer_.status_code == 200 and item.case.number in answer_.content.decode()
        assert seen == (
            name in {"coordinator", "colleague", "manager", "investigator", "unassigned_officer"}
        ), name
        page = sign_in(member).get("/statements/")
        if page.status_code == 200:
            assert (item.case.number in page.content.decode()) == seen, name


def test_what_is_missing_moves_no_count_at_the_receiver(cast, sign_in):
    """The page of a list with three that had no ground is the page of a list without them."""
    item = statement(cast)
    sent, _ = send(cast, item, *[statement(cast, kinds=()) for _ in range(3)])
    alone = statement(cast)
    other, _ = send(cast, alone)

    def page(sent, item):
        text = sign_in(cast.investigator).get(f"/statements/lists/{sent.number}/").content.decode()
        for known in (sent.number, item.case.number):
            text = text.replace(known, "*")
        text = re.sub(rf'(row=|items/|name="row" value="){item.pk}\b', "*", text)
        return re.sub(r'name="(csrfmiddlewaretoken|form_key|form_of)" value="[^"]*"|X-CSRFToken[^}]*|\d\d\.\d\d|nonce="[^"]*"', "", text)  # fmt: skip

    pairs = zip(page(sent, item).splitlines(), page(other, alone).splitlines(), strict=True)
    assert [pair for pair in pairs if pair[0] != pair[1]] == []


# ── Answers ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_answer_is_given_to_the_clinic_where_a_consent_carries_it(cast):
    item = statement(cast)
    sent, _ = send(cast, item)
    assert overview(cast.coordinator) == [item.case.number]
    said = answer(cast, item, officer="Karin")
    assert said.given
    assert overview(cast.coordinator) == [] and overview(cast.coordinator, "granted") == [item.case.number]
    (row,) = rows(cast.coordinator, sent)
    assert (row.outcome, row.degree, row.officer, row.told_by) == ("granted", "50 %", "Karin", "")
    assert overview(cast.coordinator, "ends12") == [item.case.number]
    assert overview(cast.coordinator, "ends6") == []
    assert overview(cast.coordinator, "new") == [item.case.number]
    assert overview(cast.coordinator, "new", since=TODAY + timedelta(1)) == []


def test_without_a_consent_it_stays_with_forsakringskassan_and_says_why(cast):
    item = statement(cast, back=("existence",))
    send(cast, item)
    said = answer(cast, item, "refused")
    assert not said.given and said.refused is not None and said.refused.sentence
    assert overview(cast.coordinator) == [item.case.number], "the clinic knows of no decision"
    assert overview(cast.investigator, "refused") == [item.case.number]
    with acting(cast.coordinator):
        assert not Match.objects.exists() and not Item.objects.filter(type="decision").exists()


def test_waiting_is_an_answer_and_is_replaced_by_the_decision(cast):
    item = statement(cast)
    sent, _ = send(cast, item)
    first = answer(cast, item, "waiting")
    assert overview(cast.coordinator) == [item.case.number]
    second = answer(cast, item, "granted", seen=first.item.pk)
    assert second.item.replaces_id == first.item.pk
    assert overview(cast.coordinator, "granted") == [item.case.number]
    (row,) = rows(cast.investigator, sent)
    assert row.seen == second.item.pk


def test_two_officers_one_wins_and_the_other_keeps_the_text(cast, sign_in):
    item = statement(cast)
    sent, _ = send(cast, item)
    answer(cast, item, "refused", by=cast.unassigned_officer)
    with pytest.raises(item_verbs.Superseded):
        answer(cast, item, "granted")
    page = sign_in(cast.investigator).post(
        f"/statements/lists/{sent.number}/",
        {"row": item.pk, "outcome": "granted", "period_end": "2031-02-03", "officer": "Karin K", "seen": ""},
    )
    text = page.content.decode()
    assert "Någon har redan svarat. Din text finns kvar som utkast." in text
    assert "2031-02-03" in text and "Karin K" in text and "Oskar" in text
    assert overview(cast.coordinator, "refused") == [item.case.number]


def test_who_answers(cast):
    item = statement(cast)
    send(cast, item)
    out = {
        name: outcome_of(
            member,
            lambda m=member: verbs.answer(by=m, case=item.case, statement=item, outcome="refused", seen=None),
        )
        for name, member in cast.everyone.items()
        if member is not None
    }
    done = {name for name, what in out.items() if what == "done"}
    assert done - {"ended_member"} == {"coordinator", "colleague", "investigator", "unassigned_officer"}
    assert out["manager"] == "403" and out["other_fk_unit"] == out["other_clinic"] == out["stranger" if "stranger" in out else "auditor"] == "404"  # fmt: skip


def test_a_statement_given_to_social_services_is_not_theirs_to_decide(cast):
    item = statement(cast)
    consent = make_consent(cast.coordinator, item.case)
    for kind in ("existence", "certificate"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.soc_officer.unit, kind)
    with acting(cast.coordinator):
        disclosure_verbs.give(by=cast.coordinator, case=item.case, item=item, to=cast.soc_officer.unit)
    assert (
        outcome_of(
            cast.soc_officer,
            lambda: verbs.answer(
                by=cast.soc_officer, case=item.case, statement=item, outcome="refused", seen=None
            ),
        )
        == "403"
    )


def test_the_clinic_records_what_it_was_told_and_gives_it_to_nobody(cast, sign_in):
    item = statement(cast)
    sent, _ = send(cast, item, on_paper=True)
    sign_in(cast.coordinator).post(
        f"/statements/lists/{sent.number}/",
        {
            "row": item.pk,
            "outcome": "granted",
            "period_end": "2031-02-03",
            "degree": "100",
            "told_by": "patient",
        },
    )
    (row,) = rows(cast.coordinator, sent)
    assert (row.outcome, row.period_end, row.told_by) == ("granted", "2031-02-03", "Patienten")
    with acting(cast.investigator):
        assert not Item.objects.filter(type="decision").exists()


# ── Which decision answers which statement ──────────────────────────────────────────────────────────────────
def decision(cast, case, benefit="activity_compensation", *, by=None, days=0, outcome="granted", end=200):
    by = by or cast.coordinator
    facts = {"outcome": outcome, "benefit": benefit, "period_end": (TODAY + timedelta(end)).isoformat()}
    with acting(by):
        return item_verbs.write_item(
            by=by,
            case=case,
            type="decision",
            heading="Beslut",
            happened_on=TODAY - timedelta(days),
            facts=facts,
        )


@pytest.mark.parametrize(
    ("form", "benefit", "days", "answered"),
    [
        ("FK 7800", "sickness_compensation", 0, True),
        ("FK 7801", "activity_compensation", 0, True),
        ("FK 7802", "activity_compensation", 0, True),
        ("FK 7804", "sickness_benefit", 0, True),
        ("FK 7801", "sickness_compensation", 0, False),
        ("FK 7801", "activity_compensation", 41, False),
        ("", "activity_compensation", 0, False),
    ],
)
def test_a_decision_answers_the_statement_that_its_benefit_is_about(cast, form, benefit, days, answered):
    item = statement(cast, form=form)
    decision(cast, item.case, benefit, days=days)
    assert (overview(cast.coordinator, "granted") == [item.case.number]) == answered


def test_where_two_could_be_meant_somebody_says_which(cast, sign_in):
    item = statement(cast)
    with acting(cast.coordinator):
        later = item_verbs.write_item(
            by=cast.coordinator, case=item.case, type="statement", heading="Nytt", happened_on=TODAY - timedelta(5), facts={"form": "FK 7801"}
        )  # fmt: skip
    made = decision(cast, item.case)
    assert overview(cast.coordinator, "granted") == [] and len(overview(cast.coordinator)) == 2
    page = sign_in(cast.coordinator).get("/statements/").content.decode()
    assert page.count(f'name="decision" value="{made.pk}"') == 2
    sign_in(cast.coordinator).post(
        f"/cases/{item.case.number}/items/{later.pk}/match/", {"decision": made.pk, "next": "/statements/"}
    )
    with acting(cast.coordinator):
        (row,) = statements.overview(cast.coordinator, which="granted", before="", today=TODAY).rows
    assert row.statement.pk == later.pk
    with acting(cast.coordinator):
        match_verbs.unmatch(by=cast.coordinator, case=item.case, statement=later, decision=made)
    assert len(overview(cast.coordinator)) == 2


def test_a_later_version_answers_what_the_earlier_did(cast):
    item = statement(cast)
    send(cast, item)
    made = answer(cast, item).item
    with acting(cast.investigator):
        item_verbs.write_version(
            by=cast.investigator, case=item.case, item=made, heading="Rättat", text="", happened_on=TODAY,
            facts={"outcome": "refused", "benefit": "activity_compensation"},
        )  # fmt: skip
    assert overview(cast.investigator, "refused") == [item.case.number]
    assert overview(cast.coordinator, "granted") == [item.case.number], "it was not given the correction"


# ── Ticks ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_each_party_ticks_its_own_and_sees_the_others_while_a_ground_stands(cast):
    item = statement(cast)
    sent, _ = send(cast, item)
    made = answer(cast, item).item
    for member in (cast.coordinator, cast.investigator):
        with acting(member):
            match_verbs.tick(by=member, case=item.case, item=made)
            match_verbs.tick(by=member, case=item.case, item=made)
    for member in (cast.coordinator, cast.investigator):
        (row,) = rows(member, sent)
        assert [bool(t.done) for t in row.ticks] == [True, True], member.user.name
        assert [t.mine for t in row.ticks].count(True) == 1
    with acting(cast.coordinator):
        match_verbs.untick(by=cast.coordinator, case=item.case, item=made)
        assert Tick.objects.filter(unit=cast.coordinator.unit).get().undone_by == cast.coordinator
    (row,) = rows(cast.investigator, sent)
    assert [bool(t.done) for t in row.ticks] == [False, True]
    withdraw_all(cast, item)
    with acting(cast.coordinator):
        assert not Tick.objects.filter(unit=cast.investigator.unit).exists()
    with acting(cast.investigator):
        assert not Tick.objects.filter(unit=cast.coordinator.unit).exists()


def test_who_ticks(cast):
    item = statement(cast)
    send(cast, item)
    made = answer(cast, item).item
    out = {
        name: outcome_of(member, lambda m=member: match_verbs.tick(by=m, case=item.case, item=made))
        for name, member in cast.everyone.items()
        if member is not None
    }
    done = {name for name, what in out.items() if what == "done"}
    assert done - {"ended_member"} == {"coordinator", "colleague", "investigator", "unassigned_officer"}
    assert out["manager"] == "403" and out["other_fk_unit"] == "404"
    refused = decision(cast, item.case, outcome="refused")
    assert outcome_of(cast.coordinator, lambda: match_verbs.tick(by=cast.coordinator, case=item.case, item=refused)) == "404"  # fmt: skip


def test_a_tick_is_undone_once_and_never_rewritten(cast):
    item = statement(cast)
    made = decision(cast, item.case)
    with acting(cast.coordinator):
        there = match_verbs.tick(by=cast.coordinator, case=item.case, item=made)
    for member, change in (
        (cast.coordinator, {"what": "watch"}),
        (cast.coordinator, {"undone_at": timezone.now(), "undone_by": cast.colleague}),
    ):
        with pytest.raises(DatabaseError), acting(member):
            Tick.objects.filter(pk=there.pk).update(**change)


# ── What is new ─────────────────────────────────────────────────────────────────────────────────────────────
def test_what_changed_since_the_unit_last_opened_the_list_is_marked(cast, sign_in):
    one, two = statement(cast), statement(cast)
    sent, _ = send(cast, one, two)
    address = f"/statements/lists/{sent.number}/"
    assert "Nytt sedan sist" not in sign_in(cast.coordinator).get(address).content.decode()
    sign_in(cast.manager).get(address)
    sign_in(cast.investigator).post(address, {"row": one.pk, "outcome": "refused", "seen": ""})
    sign_in(cast.manager).get(address)
    page = sign_in(cast.colleague).get(address).content.decode()
    assert page.count("Nytt sedan sist") == 1
    assert page.index("Nytt sedan sist") > page.index(one.case.number)
    # Coming back from one of its rows is the same sitting: what was new stays marked.
    assert sign_in(cast.colleague).get(f"{address}?stays=1").content.decode().count("Nytt sedan sist") == 1
    assert "Nytt sedan sist" not in sign_in(cast.coordinator).get(address).content.decode()


# ── Pages ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_way_of_a_list_in_the_browser(cast, sign_in):
    item, without = statement(cast), statement(cast, kinds=())
    client = sign_in(cast.coordinator)
    to = cast.investigator.unit.pk
    assert "Ny lista till Försäkringskassan" in client.get("/statements/").content.decode()
    page = client.get(f"/statements/lists/new/?to={to}&which=since").content.decode()
    assert "1 person saknar samtycke till detta" in page and f'value="{item.pk}"' in page
    assert f'name="item" value="{without.pk}"' not in page
    forged = client.post("/statements/lists/new/", {"to": to, "which": "since", "item": [without.pk]})
    assert "Inget skickades" in forged.content.decode()
    done = client.post("/statements/lists/new/", {"to": to, "which": "since", "item": [item.pk]}, follow=True)
    assert "Listan är skickad med 1 rad." in done.content.decode()
    client = sign_in(cast.investigator)
    assert "Svara på utlåtandelistan" in client.get("/todo/").content.decode()
    assert "Utlåtanden och beslut" in client.get("/todo/").content.decode()
    address = done.request["PATH_INFO"]
    assert "Skriv till och med vilken dag" in client.post(address, {"row": item.pk, "outcome": "granted"}).content.decode()  # fmt: skip
    saved = client.post(
        address, {"row": item.pk, "outcome": "granted", "period_end": "2031-01-31", "seen": ""}, follow=True
    )
    assert "Sparat, och lämnat till Mottagning Norr." in saved.content.decode()
    assert "Svara på utlåtandelistan" not in client.get("/todo/").content.decode()


def test_pages_cost_the_same_for_two_rows_and_twenty(cast, sign_in):
    def cost(member, address):
        client = sign_in(member)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    two = [statement(cast) for _ in range(2)]
    sent, _ = send(cast, *two)
    few = [cost(m, a) for m in (cast.coordinator, cast.investigator) for a in ("/statements/", f"/statements/lists/{sent.number}/")]  # fmt: skip
    new = f"/statements/lists/new/?to={cast.investigator.unit.pk}&which=undecided"
    few_new = cost(cast.coordinator, new)
    many = [statement(cast) for _ in range(18)]
    more, _ = send(cast, *two, *many)
    lots = [cost(m, a) for m in (cast.coordinator, cast.investigator) for a in ("/statements/", f"/statements/lists/{more.number}/")]  # fmt: skip
    assert lots == few and cost(cast.coordinator, new) == few_new


def test_the_overview_is_walked_by_key_and_counts_its_own_rows(cast):
    made = [statement(cast, days=n // 2) for n in range(55)]
    seen, before = [], ""
    with acting(cast.coordinator):
        while True:
            page = statements.overview(cast.coordinator, which="all", before=before, today=TODAY)
            if not before:
                assert page.count == "50+"
            seen += [r.statement.pk for r in page.rows]
            before = page.next_before
            if not before:
                break
    assert sorted(seen) == sorted(i.pk for i in made) and len(seen) == len(set(seen))


def test_a_key_that_is_none_is_the_first_page(cast):
    item = statement(cast)
    for before in ("x", "2026-13-01_1", "2026-01-01_" + "9" * 30, "_"):
        with acting(cast.coordinator):
            found = statements.overview(cast.coordinator, which="waiting", before=before, today=TODAY).rows
        assert [r.number for r in found] in ([item.case.number], []), before


# ── On paper ────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_paper_holds_what_is_given_now_and_is_the_owners_alone(cast, sign_in, monkeypatch):
    one, two, without = (
        statement(cast, name="Ett Namn"),
        statement(cast, name="Annat Namn"),
        statement(cast, kinds=()),
    )
    sent, _ = send(cast, one, two, without, on_paper=True)
    withdraw_certificate(cast, two)
    with acting(cast.coordinator):
        paper = statements.on_paper(
            StatementList.objects.select_related("unit__party", "to_unit__party", "sent_by__user").get(),
            cast.coordinator,
        )
    assert [row.name for row in paper["rows"]] == ["Ett Namn"]
    assert len(paper["rows"][0].number) == 13
    address = f"/statements/lists/{sent.number}/paper/"
    read, record = [], ledger.record_read

    def noted(kind, **more):
        read.append((kind, list(more.get("persons", ()))))
        return record(kind, **more)

    monkeypatch.setattr(ledger, "record_read", noted)
    answer_ = sign_in(cast.coordinator).post(address)
    assert answer_["Content-Type"] == "application/pdf" and answer_.content[:5] == b"%PDF-"
    assert ("statements.printed", [one.case.person_id]) in read
    for name in ("manager", "investigator", "other_clinic", "other_fk_unit", "soc_officer", "administrator"):
        assert sign_in(cast.everyone[name]).post(address).status_code == 404, name


# ── At the same time ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_a_withdrawal_under_way_ends_closed(cast):
    """Sending waits for the case's lock, and finds that the ground has gone; a row of another case goes all the same."""
    gone, stays = statement(cast), statement(cast)
    holds, sends, outcome = threading.Event(), threading.Event(), []

    def withdraws():
        try:
            with acting(cast.coordinator):
                consent = Consent.objects.get(case=gone.case)
                consent_verbs.withdraw(by=cast.coordinator, case=gone.case, consent=consent)
                holds.set()
                sends.wait(20)
        finally:
            connection.close()

    def sender():
        try:
            holds.wait(20)
            sends.set()
            sent, rows_ = send(cast, gone, stays)
            outcome.append((sent, {row.item.pk: row.given for row in rows_}))
        finally:
            connection.close()

    threads = [threading.Thread(target=withdraws), threading.Thread(target=sender)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    ((sent, given),) = outcome
    assert given == {gone.pk: False, stays.pk: True}
    assert numbers(cast.investigator, sent) == [stays.case.number]


def test_a_decision_is_opened_where_its_row_is_shown_and_a_statement_is_not(cast, sign_in):
    """Two lists with a decision each: the one that is opened is read, the other is still new."""
    one, two = statement(cast), statement(cast)
    lists = [send(cast, item)[0] for item in (one, two)]
    made = [answer(cast, item).item for item in (one, two)]

    def unopened(member) -> set[int]:
        with acting(member):
            return set(Disclosure.objects.unopened_by(member).values_list("item", flat=True)) - {None}

    assert unopened(cast.coordinator) == {d.pk for d in made}
    sign_in(cast.manager).get(f"/statements/lists/{lists[0].number}/")
    assert len(unopened(cast.coordinator)) == 2, "a manager reads for nobody"
    sign_in(cast.coordinator).get(f"/statements/lists/{lists[0].number}/")
    assert unopened(cast.coordinator) == {made[1].pk}
    sign_in(cast.coordinator).get("/statements/?which=granted")
    assert unopened(cast.coordinator) == set()
    sign_in(cast.investigator).get(f"/statements/lists/{lists[0].number}/")
    assert unopened(cast.investigator) == {one.pk, two.pk}, "a row of a list holds no statement whole"
