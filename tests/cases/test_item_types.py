"""The types of item: the kind of each is the matrix's, who writes it, to whom it may be given, and what its form asks.

The kinds stand here once more, from the words of domain/matrix.md, so that a change in the code alone is seen.
"""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from cases.actions import disclosure as giving
from cases.actions import item as item_verbs
from cases.facts import CASE_WORK, CHECKS, COMPOSED, composed, facts_of, in_words
from cases.giving import own_items
from cases.law import Act, Ground, Reason
from cases.models import Disclosure, Item, ItemType
from cases.models.item import GROUPS, KIND_OF_TYPE, WRITABLE_TYPES, groups_for, types_for
from cases.sight import MOST_UNFOLDED, by_kind, items_of
from cases.writing import ItemForm
from parties.access import acting
from tests.cases.test_law import KIND_OF_CODE, OTHER, standing, unit, with_line
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line

TODAY = timezone.localdate()
ROWS = {
    (r["from"], r["to"], r["kind"]): r["grounds"].split("|")
    for r in csv.DictReader(
        Path(__file__).with_name("matrix.csv").read_text("utf-8").splitlines(), delimiter=";"
    )
    if r["act"] == "information"
}
KINDS = {
    "statement": "certificate", "decision": "decision", "mapping": "plan", "measure": "plan", "plan": "plan",
    "offer": "plan", "ability_note": "ability", "step": "ability", "work_situation": "employment",
    "economy": "social", "support": "social", "contact": "social", "interpreter": "social",
    "representative": "social", "diagnosis": "medical", "treatment": "medical", "question": "existence",
    "work_note": "internal",
}  # fmt: skip
CARE_ALONE = {"statement", "diagnosis", "treatment", "step"}
CODES = list(KIND_OF_CODE)


# ── Kinds, writers, receivers ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("type", ItemType.values)
def test_the_kind_of_each_type_is_the_matrixs(type):
    """A note's and an answer's writer chooses; of every other type the kind is one."""
    assert KIND_OF_TYPE.get(type) == KINDS.get(type)
    assert (type in KINDS) == (type not in ("note", "answer"))


@pytest.mark.django_db
@pytest.mark.parametrize("type", [t.value for t in WRITABLE_TYPES])
def test_each_type_is_written_by_those_who_may(cast, type):
    writers = {
        "coordinator": True, "health_centre": True, "private_care": True, "investigator": False, "af_officer": False,
        "soc_officer": False, "employer": False,
    }  # fmt: skip
    for who, care in writers.items():
        member = getattr(cast, who)
        case = make_case(member)
        kind = "plan" if type == "note" else None
        with acting(member):
            if care or type not in CARE_ALONE:
                item = item_verbs.write_item(
                    by=member, case=case, type=type, heading="x", happened_on=TODAY, kind=kind
                )
                assert item.kind == (kind or KINDS[type])
            else:
                with pytest.raises(PermissionDenied), transaction.atomic():
                    item_verbs.write_item(by=member, case=case, type=type, heading="x", happened_on=TODAY)


@pytest.mark.parametrize("type", [t for t in KINDS if t != "question"])
def test_each_type_is_given_as_the_matrix_says_and_to_no_other(type):
    """On a live line of its kind: to every kind of party from every other, against the file itself."""
    kind = KIND_OF_TYPE[type].value
    for giver in CODES:
        for receiver in CODES:
            to = unit(receiver, 2, OTHER)
            decision = with_line(standing(unit(giver, 1)), to, kind).decide(Act.INFORMATION, to, kind)
            on_consent = "CONSENT" in ROWS.get((giver, receiver, KINDS[type]), [])
            assert decision.allowed == on_consent, (type, giver, receiver)
            if on_consent:
                assert decision.ground == Ground.CONSENT


def test_every_type_that_is_written_stands_in_one_group():
    grouped = [type for _label, types in GROUPS for type in types]
    assert sorted(grouped) == sorted(WRITABLE_TYPES) and len(grouped) == len(set(grouped))


@pytest.mark.django_db
def test_the_page_of_types_begins_with_what_the_unit_writes_most(cast, sign_in):
    for member in (cast.coordinator, cast.investigator):
        offered = [t for _label, types in groups_for(member.unit) for t in types]
        assert sorted(offered) == sorted(types_for(member.unit))
    assert groups_for(cast.coordinator.unit)[0][1][0] == "measure"
    assert groups_for(cast.investigator.unit)[0][1] == ["decision"]
    case = make_case(cast.coordinator)
    page = sign_in(cast.coordinator).get(f"/cases/{case.number}/items/new/").content.decode()
    assert page.index("?type=measure") < page.index("?type=mapping") < page.index("?type=work_note")


# ── What stays with its unit ────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def working(cast):
    """A working note and a plan, with everything one can consent to towards FK unit A."""
    case = make_case(cast.coordinator)
    note = make_item(cast.coordinator, case, ItemType.WORK_NOTE, "Lapp till oss")
    plan = make_item(cast.coordinator, case, ItemType.PLAN, "En plan")
    consent = make_consent(cast.coordinator, case)
    for kind in ("existence", "plan", "social", "employment", "ability", "certificate", "medical"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
    return case, note, plan


@pytest.mark.django_db
def test_the_law_refuses_every_giving_of_a_working_note(cast, working):
    case, note, plan = working
    with acting(cast.coordinator), translation.override("sv"):
        with pytest.raises(giving.MayNotGive) as no:
            giving.give(by=cast.coordinator, case=case, item=note, to=cast.investigator.unit)
        assert no.value.decision.reason is Reason.STAYS
        assert str(no.value.decision.sentence).startswith("En arbetsanteckning stannar på enheten")
        giving.give(by=cast.coordinator, case=case, item=plan, to=cast.investigator.unit)
        assert [i.pk for i in own_items(case, cast.coordinator)] == [plan.pk]
    for giver in CODES:
        for to in CODES:
            for act in Act:
                assert not standing(unit(giver, 1)).decide(act, unit(to, 2), "internal", request=5).allowed


@pytest.mark.django_db
def test_the_database_refuses_it_too(cast, working):
    case, note, plan = working
    with pytest.raises(IntegrityError, match="what_stays_with_its_unit_is_never_given"), transaction.atomic():
        make_disclosure(cast.coordinator, case, cast.investigator.unit, note)
    # Under another kind's name it is not the same item, and the key between the two says no.
    with acting(cast.coordinator), pytest.raises(IntegrityError), transaction.atomic():
        Disclosure.objects.create(
            case=case, item=note, kind="plan", purpose="return_to_work", basis="consent", law_version="x",
            from_party=cast.coordinator.unit.party, from_unit=cast.coordinator.unit, by=cast.coordinator,
            to_party=cast.investigator.unit.party, to_unit=cast.investigator.unit,
            until_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
    assert make_disclosure(cast.coordinator, case, cast.investigator.unit, plan).pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("type", "kind"), [("work_note", "plan"), ("note", "internal"), ("plan", "internal")]
)
def test_a_working_note_and_it_alone_is_of_the_kind_that_stays(cast, type, kind):
    case = make_case(cast.coordinator)
    with pytest.raises(IntegrityError, match="a_working_note_and_it_alone"), transaction.atomic():
        make_item(cast.coordinator, case, type, kind=kind)
    with pytest.raises(ValueError, match="note cannot be"):
        item_verbs.kind_for("note", "internal")


@pytest.mark.django_db
def test_only_the_own_unit_reads_a_working_note(cast, working, sign_in):
    case, note, plan = working
    with acting(cast.coordinator):
        giving.give(by=cast.coordinator, case=case, item=plan, to=cast.investigator.unit)
    address = f"/cases/{case.number}/items/{note.pk}/"
    for name, member in cast.everyone.items():
        if member is None:
            continue
        reads = name in ("coordinator", "colleague", "manager")
        assert (sign_in(member).get(address).status_code == 200) == reads, name
    page = sign_in(cast.coordinator).get(address).content.decode()
    assert "stannar på enheten" in page and "/give/" not in page
    assert "Lapp till oss" not in sign_in(cast.investigator).get(f"/cases/{case.number}/").content.decode()


# ── The form ────────────────────────────────────────────────────────────────────────────────────────────────
DAY = "2026-03-04"
WHOLE: dict[str, dict] = {
    "measure": {"measure": "activity_group", "state": "planned"},
    "plan": {"goal": "Orka halvtid."},
    "offer": {"offered": "Koordinering", "answer": "declined", "answered_on": DAY},
    "mapping": {"health_works": "Sover.", "work_needed": "Paus."},
    "work_situation": {"employer": "Prov Livs", "return_plan": "asked", "return_plan_on": DAY},
    "contact": {"whose": "relative", "name": "Inger Prov", "phone": "070-174 06 05", "safe": "call"},
    "interpreter": {"language": "tigrinja", "mode": "phone"},
    "representative": {"role": "guardian", "name": "Rolf Prov"},
    "economy": {"sgi": "zero", "livelihood": "social_assistance"},
    "support": {"housing": "own", "support": "Boendestöd"},
    "ability_note": {"prognosis": "days_90"},
    "step": {"step_health": "1", "step_work": "-1", "rated_by": "self"},
}
LINES = {
    "measure": "Fysisk aktivitet, i grupp",
    "plan": "Eget mål: Orka halvtid.",
    "offer": "Erbjudet: Koordinering, tackade nej",
    "mapping": "Kartläggning: hälsa, arbete och studier",
    "work_situation": "Arbetsgivare: Prov Livs",
    "contact": "Inger Prov, Anhörig",
    "interpreter": "Tolk: tigrinja, På telefon",
    "representative": "God man, Rolf Prov",
    "economy": "SGI: noll, Försörjningsstöd",
    "support": "Egen bostad, Boendestöd",
    "ability_note": "Åter inom 90 dagar",
    "step": "Hälsa: ett steg framåt, Arbete och studier: ett steg bakåt",
}


@pytest.mark.django_db
@pytest.mark.parametrize("type", list(COMPOSED))
def test_the_line_is_made_of_the_facts_and_the_page_tells_them(cast, sign_in, type):
    case = make_case(cast.coordinator)
    client = sign_in(cast.coordinator)
    answer = client.post(f"/cases/{case.number}/items/new/?type={type}", {"happened_on": DAY} | WHOLE[type])
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    with acting(cast.coordinator):
        item = Item.objects.get(case=case)
    assert item.heading == LINES[type] and item.facts.items() >= WHOLE[type].items()
    page = client.get(answer["location"]).content.decode()
    with translation.override("sv"):
        for label, value in in_words(type, item.facts):
            assert label in page and value in page, label
    # A later version made of other facts has another line; what was written by hand stays.
    with translation.override("sv"):
        assert composed(type, item.facts) == LINES[type]
    page = client.get(f"{answer['location']}version/").content.decode()
    assert f'value="{LINES[type]}"' not in page


@pytest.mark.parametrize("type", list(COMPOSED))
def test_facts_that_say_nothing_ask_for_the_line(type):
    form = ItemForm({"happened_on": DAY}, type=type, before={"nothing": "known"})
    assert not form.is_valid() and list(form.errors) == ["heading"]


def test_a_line_is_cut_at_its_length():
    line = composed("plan", {"goal": "lång " * 200})
    assert len(line) <= 160 and line.endswith("…")
    assert composed("measure", {"measure": "other"}) == "", "something else says nothing"


def form_of(type: str, before: dict | None = None, **values) -> ItemForm:
    return ItemForm({"happened_on": DAY, "heading": "En rad"} | values, type=type, before=before)


@pytest.mark.parametrize(
    ("type", "values", "field", "sentence"),
    [
        ("measure", {"state": "planned"}, "measure", "Välj vad som görs."),
        ("measure", {"measure": "af"}, "state", "Välj om den är planerad"),
        ("measure", {"measure": "af", "state": "interrupted"}, "reason", "Skriv varför"),
        ("measure", {"measure": "af", "state": "planned", "kva": "abc"}, "kva", "två bokstäver"),
        ("measure", {"measure": "af", "state": "planned", "from_on": "2026-03-05", "until_on": DAY}, "until_on", "2026-03-05"),
        ("measure", {"measure": "af", "state": "planned", "responsible_person": "850709-9805"}, "responsible_person", "personnummer"),
        ("measure", {"measure": "af", "state": "planned", "text": "Det finns missbruk"}, "checked", "utanför portalen"),
        ("plan", {"goal": "Slippa missbruk"}, "checked", "missbruk"),
        ("plan", {"review_on": "2026-02-30"}, "review_on", "28 dagar"),
        ("offer", {"answer": "accepted"}, "answered_on", "Skriv datum för svaret."),
        ("offer", {"answered_on": DAY}, "answer", "Välj vad svaret blev"),
        ("offer", {"answer": "declined", "answered_on": str(TODAY + timedelta(days=1))}, "answered_on", "inte har varit"),
        ("work_situation", {"return_plan": "asked"}, "return_plan_on", "efterfrågades"),
        ("contact", {"whose": "person", "safe": "call"}, "phone", "Skriv numret."),
        ("contact", {"whose": "person", "safe": "call", "phone": "174"}, "phone", "riktnummer"),
        ("contact", {"whose": "person", "safe": "call", "phone": "850709-9805"}, "phone", "riktnummer"),
        ("contact", {"whose": "person", "phone": "070-174 06 05"}, "safe", "säkert att ringa"),
        ("contact", {"whose": "relative", "safe": "call", "phone": "070-174 06 05"}, "name", "vems numret"),
        ("representative", {"role": "guardian"}, "name", "företrädarens namn"),
        ("step", {"step_health": "1"}, "rated_by", "vem som har skattat"),
        ("treatment", {"state": "interrupted"}, "reason", "Skriv varför"),
    ],
)  # fmt: skip
def test_bad_input_gets_a_sentence_at_its_field(type, values, field, sentence):
    with translation.override("sv"):
        form = form_of(type, **values)
        assert not form.is_valid() and list(form.errors) == [field], form.errors
        assert sentence in str(form.errors[field][0])


@pytest.mark.parametrize(
    ("type", "values"),
    [
        ("measure", {"measure": "af", "state": "interrupted", "reason": "Orkade inte", "kva": "GC001"}),
        ("measure", {"measure": "af", "state": "planned", "from_on": DAY, "until_on": DAY}),
        ("offer", {"answer": "thinking"}),
        ("offer", {"answer": "declined", "answered_on": str(TODAY)}),
        ("work_situation", {"return_plan": "missing"}),
        ("contact", {"whose": "person", "safe": "no", "phone": "+46 70 174 06 05"}),
        ("step", {}),
    ],
)
def test_the_near_miss_is_saved(type, values):
    assert form_of(type, **values).is_valid()


@pytest.mark.django_db
def test_what_was_written_before_there_were_facts_is_shown_and_gets_a_version(cast, sign_in):
    case = make_case(cast.coordinator)
    client = sign_in(cast.coordinator)
    for type in WRITABLE_TYPES:
        old = make_item(
            cast.coordinator, case, type, f"Gammal {type.value}", facts={"since_then": "kept"},
            kind="plan" if type == "note" else None,
        )  # fmt: skip
        address = f"/cases/{case.number}/items/{old.pk}/"
        assert client.get(address).status_code == 200
        values = {"happened_on": DAY, "heading": "Ny rad", "text": ""}
        answer = client.post(f"{address}version/", values)
        assert answer.status_code == 302, type
        with acting(cast.coordinator):
            assert Item.objects.get(replaces=old).facts == {"since_then": "kept"}
    assert client.get(f"/cases/{case.number}/").status_code == 200


@pytest.mark.django_db
def test_an_imported_employer_is_asked_for_and_kept(cast, sign_in):
    case = make_case(cast.coordinator)
    old = make_item(
        cast.coordinator, case, ItemType.WORK_SITUATION, "Prov Livs", facts={"employer": "Prov Livs"}
    )
    client = sign_in(cast.coordinator)
    address = f"/cases/{case.number}/items/{old.pk}/version/"
    assert 'value="Prov Livs"' in client.get(address).content.decode()
    client.post(address, {"happened_on": DAY, "heading": "Kassan", "employer": "Prov Livs", "tasks": "Kassa"})
    with acting(cast.coordinator):
        assert Item.objects.get(replaces=old).facts == {"employer": "Prov Livs", "tasks": "Kassa"}


def test_every_check_is_of_a_field_that_is_asked_for():
    for type, checks in CHECKS.items():
        assert {c.field for c in checks} <= {f.name for f in facts_of(type)}, type
    assert set(COMPOSED) <= set(CASE_WORK) == set(WHOLE) | {"treatment"}


# ── The list of the case page ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_many_items_stand_by_kind_and_what_is_new_is_never_folded(cast, sign_in):
    case = make_case(cast.coordinator)
    for n in range(MOST_UNFOLDED):
        make_item(cast.coordinator, case, heading=f"Plan {n}")
    with acting(cast.coordinator):
        (group,) = by_kind(items_of(case, cast.coordinator))
    assert len(group.shown) == MOST_UNFOLDED and not group.earlier
    make_item(cast.coordinator, case, ItemType.ECONOMY, "Ekonomin")
    theirs = make_item(cast.coordinator, case, heading="Ännu en")
    with acting(cast.coordinator):
        rows = items_of(case, cast.coordinator)
        next(row for row in rows if row.item.heading == "Plan 0").is_new = True
        plans, social = by_kind(rows)
    assert [row.item.heading for row in plans.shown] == [theirs.heading, "Plan 0"]
    assert len(plans.earlier) == MOST_UNFOLDED - 1 and len(social.shown) == 1
    page = sign_in(cast.coordinator).get(f"/cases/{case.number}/").content.decode()
    assert all(f"Plan {n}<" in page for n in range(MOST_UNFOLDED)), "folded, and on the page"
