"""The matrix in code is the file, row by row; what is not listed is no; and the overrides come first."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone, translation

from cases.deciding import Standing
from cases.law import Act, Ground, InformationKind, Reason, matrix
from cases.models import Case, ConsentLine, Person
from parties.models import Organisation, Party, PartyKind, Unit

ROWS = list(
    csv.DictReader(Path(__file__).with_name("matrix.csv").read_text("utf-8").splitlines(), delimiter=";")
)
KIND_OF_CODE = {kind.matrix: kind for kind in PartyKind}
REGION = Organisation(pk=1, name="Region")
OTHER = Organisation(pk=2, name="Annan")


def unit(code: str, pk: int, organisation: Organisation = REGION) -> Unit:
    party = Party(pk=pk * 10, organisation=organisation, kind=KIND_OF_CODE[code], name=f"{code}-parten")
    return Unit(pk=pk, party=party, name=code)


def standing(giver: Unit, **more) -> Standing:
    case = Case(pk=1, person=Person(pk=1, protected=False), unit=giver)
    return Standing(
        **{
            "case": case,
            "giver": giver,
            "owner": True,
            "state": "open",
            "now": timezone.now(),
            "left": frozenset(),
        }
        | more
    )


def with_line(s: Standing, to: Unit, kind: str, **more) -> Standing:
    line = ConsentLine(
        pk=7, case=s.case, to_unit=to, kind=kind, from_at=s.now - timedelta(1), until_at=s.now + timedelta(9)
    )
    for name, value in more.items():
        setattr(line, name, value)
    s.lines[to.pk, kind].append(line)
    return s


def test_the_code_is_the_file():
    assert matrix() == {
        (r["act"], r["from"], r["to"], r["kind"]): tuple(Ground(g.lower()) for g in r["grounds"].split("|"))
        for r in ROWS
    }
    assert len(ROWS) == 297


@pytest.mark.parametrize("row", ROWS, ids=lambda r: "-".join((r["act"], r["from"], r["to"], r["kind"])))
def test_each_row_opens_on_its_grounds_and_on_no_other(row):
    act, kind = Act(row["act"]), row["kind"]
    giver, to = unit(row["from"], 1), unit(row["to"], 2)
    grounds = row["grounds"].split("|")
    nothing = standing(giver).decide(act, to, kind)
    free = {"FK_ASK", "INTRA_CARE"} & set(grounds)
    assert nothing.allowed == bool(free)
    if "CONSENT" in grounds:
        stranger = unit(row["to"], 2, OTHER)
        assert with_line(standing(giver), stranger, kind).decide(act, stranger, kind).ground == Ground.CONSENT
        for near_miss in (
            {"until_at": timezone.now() - timedelta(seconds=1)},
            {"from_at": timezone.now() + timedelta(seconds=60)},
            {"ended_at": timezone.now(), "ended_how": "withdrawn"},
        ):
            assert (
                not with_line(standing(giver), stranger, kind, **near_miss)
                .decide(act, stranger, kind)
                .allowed
            )
        other = next(k for k in ("plan", "existence", "ability") if k != kind)
        assert not with_line(standing(giver), stranger, other).decide(act, stranger, kind).allowed
    if grounds[0] == "INTRA_CARE":
        assert nothing.ground == Ground.INTRA_CARE
        assert not standing(giver).decide(act, unit(row["to"], 2, OTHER), kind).allowed
    if grounds == ["FK_DUTY"]:
        assert not nothing.allowed
        asked = standing(giver).decide(act, to, kind, request=5)
        assert asked.ground == Ground.FK_DUTY
        assert timedelta(days=89) < asked.until - timezone.now() <= timedelta(days=90)
    if grounds == ["FK_ASK"]:
        assert nothing.ground == Ground.FK_ASK


def test_what_is_not_listed_is_no_whatever_consent_there_is():
    listed = {(r["act"], r["from"], r["to"], r["kind"]) for r in ROWS}
    tried = 0
    for act in Act:
        for a in KIND_OF_CODE:
            for b in KIND_OF_CODE:
                giver, to = unit(a, 1), unit(b, 2)
                for kind in InformationKind.values:
                    if (act.value, a, b, kind) not in listed:
                        s = with_line(standing(giver), to, kind)
                        assert not s.decide(act, to, kind, request=5).allowed, (act, a, b, kind)
                        tried += 1
    assert tried == 3 * 9 * 9 * len(InformationKind) - 297


@pytest.mark.parametrize(
    ("change", "kind", "reason"),
    [
        ({}, "special", Reason.SPECIAL),
        ({"protected": True}, "plan", Reason.PROTECTED),
        ({"state": "closed"}, "plan", Reason.CASE_CLOSED),
        ({"state": "paused"}, "plan", Reason.CASE_PAUSED),
        ({"left": frozenset({20})}, "plan", Reason.NOT_TAKING_PART),
    ],
)
def test_the_overrides_come_before_any_ground(change, kind, reason):
    giver, to = unit("PSY", 1), unit("FK", 2)
    s = standing(giver, **{k: v for k, v in change.items() if k != "protected"})
    s.case.person.protected = change.get("protected", False)
    with_line(s, to, kind)
    assert s.decide(Act.INFORMATION, to, kind).reason == reason


def test_another_unit_is_told_one_sentence_where_the_reason_tells_of_the_case():
    giver, to = unit("FK", 1, OTHER), unit("PSY", 2)
    for state in ("closed", "paused"):
        s = with_line(standing(giver, owner=False, state=state), to, "decision")
        decision = s.decide(Act.INFORMATION, to, "decision")
        with translation.override("sv"):
            assert decision.sentence == "Frågan besvaras inte i portalen."


@pytest.mark.parametrize(
    ("giver", "to", "act", "kind", "reason"),
    [
        ("PSY", "EMP", Act.INFORMATION, "medical", Reason.NEVER_TO_EMPLOYER),
        ("PSY", "EMP", Act.INFORMATION, "certificate", Reason.NEVER_TO_EMPLOYER),
        ("PSY", "ASS", Act.INFORMATION, "plan", Reason.ONLY_AGGREGATES),
        ("PSY", "EVA", Act.INFORMATION, "plan", Reason.ONLY_AGGREGATES),
        ("PVP", "FK", Act.STATUTORY_ANSWER, "medical", Reason.PRIVATE_CARE),
        ("AF", "PSY", Act.INFORMATION, "medical", Reason.NO_WAY),
        ("PSY", "AF", Act.INFORMATION, "medical", Reason.NO_WAY),
        ("PSY", "FK", Act.INFORMATION, "plan", Reason.NO_CONSENT),
    ],
)
def test_each_no_says_why(giver, to, act, kind, reason):
    assert standing(unit(giver, 1)).decide(act, unit(to, 2, OTHER), kind).reason == reason


def test_medical_asks_for_its_own_tick():
    giver, to = unit("PSY", 1), unit("FK", 2)
    s = with_line(standing(giver), to, "existence")
    assert s.decide(Act.INFORMATION, to, "medical").reason == Reason.MEDICAL_TICK


def test_a_no_after_a_consent_says_what_became_of_it():
    giver, to = unit("PSY", 1), unit("FK", 2)
    now = timezone.now()
    ended = with_line(standing(giver), to, "plan", until_at=now - timedelta(days=3))
    assert ended.decide(Act.INFORMATION, to, "plan").reason == Reason.CONSENT_ENDED
    taken = with_line(standing(giver), to, "plan", ended_at=now, ended_how="withdrawn")
    assert taken.decide(Act.INFORMATION, to, "plan").reason == Reason.WITHDRAWN
    coming = with_line(standing(giver), to, "plan", from_at=now + timedelta(days=3))
    assert coming.decide(Act.INFORMATION, to, "plan").reason == Reason.NOT_YET
