"""Three ways to the same answer: an oracle in plain Python, `visible_to()`, and the bare table as the restricted role.

The oracle knows the rules from the words of the law page, not from the code: it reads raw facts that the test itself
laid down. A hundred random grounds, live and dead in every way, on twelve cases.
"""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case, ConsentLine, Disclosure, Item, Person
from parties.access import acting
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line

# Really committed: the first net alone is asked past the wall, on the owner's connection in maintenance.
pytestmark = pytest.mark.django_db(transaction=True)

KINDS = ["existence", "plan", "ability"]
TYPES = {"plan": "plan", "ability": "ability_note"}


@pytest.mark.parametrize("seed", [20261121, 7, 42])
def test_oracle_orm_and_wall_agree(cast, seed):
    rng = random.Random(seed)
    now = timezone.now()
    moments = {
        "live": (now - timedelta(days=2), now + timedelta(days=2)),
        "over": (now - timedelta(days=2), now - timedelta(seconds=2)),
        "coming": (now + timedelta(hours=1), now + timedelta(days=2)),
    }
    owners = [cast.coordinator, cast.other_clinic, cast.health_centre]
    receivers = [cast.investigator, cast.other_fk_unit, cast.soc_officer, cast.af_officer]
    facts: list[dict] = []  # every disclosure, as it was laid down
    lines: list[dict] = []  # every line, as it was laid down
    cases: list[tuple] = []
    items: list[tuple] = []
    for _ in range(12):
        owner = rng.choice(owners)
        case = make_case(owner)
        cases.append((case, owner))
        written = {k: make_item(owner, case, TYPES[k]) for k in TYPES}
        items += [(i, case, owner) for i in written.values()]
        for purpose in rng.sample(["return_to_work", "sip"], rng.choice([1, 2])):
            consent = make_consent(owner, case, purpose=purpose)
            for to in rng.sample(receivers, 2):
                for kind in KINDS:
                    when, received, ended = (
                        rng.choice(["live", "live", "over", "coming"]),
                        rng.random() < 0.8,
                        rng.random() < 0.2,
                    )
                    from_at, until_at = moments[when]
                    line = make_line(
                        consent,
                        owner,
                        owner,
                        to.unit,
                        kind,
                        received=received,
                        from_at=from_at,
                        until_at=until_at,
                    )
                    lines.append(
                        {"case": case.pk, "from": owner.unit_id, "to": to.unit_id, "kind": kind, "purpose": purpose,
                         "alive": when == "live" and not ended, "received": received}
                    )  # fmt: skip
                    if ended:
                        # Ended at once, before anything rests on it: what is given later must not open on it.
                        with acting(owner):
                            ConsentLine.objects.filter(pk=line.pk).update(
                                ended_at=now, ended_by=owner, ended_how="withdrawn"
                            )
                    if rng.random() < 0.3:
                        # A line in the other direction: the receiver of the header, nothing more.
                        make_line(
                            consent,
                            owner,
                            to,
                            owner.unit,
                            kind,
                            received=rng.random() < 0.5,
                            from_at=from_at,
                            until_at=until_at,
                        )
                        lines.append(
                            {"case": case.pk, "from": to.unit_id, "to": owner.unit_id, "kind": kind, "purpose": purpose,
                             "alive": when == "live", "received": True}
                        )  # fmt: skip
        for to in receivers:
            for kind in KINDS:
                for _again in range(rng.choice([0, 1, 1, 2])):
                    basis = rng.choice(["consent", "consent", "intra_care", "fk_duty"])
                    purpose = rng.choice(["return_to_work", "sip"]) if basis == "consent" else ""
                    dead = rng.choice([None, None, "over", "stopped"])
                    d = make_disclosure(
                        owner, case, to.unit, written.get(kind), basis=basis, purpose=purpose or "return_to_work",
                        until_at=now + (timedelta(seconds=-5) if dead == "over" else timedelta(days=5)),
                        request=1 if basis == "fk_duty" else None, decided_by="x" if basis == "fk_duty" else "",
                    )  # fmt: skip
                    if dead == "stopped":
                        with acting(owner):
                            Disclosure.objects.filter(pk=d.pk).update(
                                ended_at=now, ended_by=owner, ended_how="stopped"
                            )
                    facts.append(
                        {"case": case.pk, "item": written[kind].pk if kind in written else None, "from": owner.unit_id,
                         "to": to.unit_id, "kind": kind, "purpose": purpose, "basis": basis, "alive": dead is None}
                    )  # fmt: skip

    def stands(d: dict) -> bool:
        if not d["alive"]:
            return False
        if d["basis"] != "consent":
            return True
        return any(
            x["alive"]
            and x["received"]
            and all(x[k] == d[k] for k in ("case", "from", "to", "kind", "purpose"))
            for x in lines
        )

    opened = 0
    for member in [*receivers, *owners, cast.administrator, cast.ended_member, cast.colleague]:
        works = member not in (cast.administrator,)
        unit = member.unit_id
        want_cases = {
            c.pk
            for c, o in cases
            if works
            and (
                o.unit_id == unit
                or any(
                    d["case"] == c.pk and d["to"] == unit and d["item"] is None and stands(d) for d in facts
                )
                or any(x["case"] == c.pk and x["from"] == unit and x["alive"] for x in lines)
            )
        }
        want_items = {
            i.pk
            for i, _c, o in items
            if works
            and (o.unit_id == unit or any(d["item"] == i.pk and d["to"] == unit and stands(d) for d in facts))
        }
        want_persons = {c.person_id for c, _o in cases if c.pk in want_cases}
        alone = {
            model: set(model.objects.using("owner").visible_to(member).values_list("pk", flat=True))
            for model in (Case, Item, Person)
        }
        assert set(Case.objects.using("owner").open_to(member).values_list("pk", flat=True)) == want_cases
        assert alone == {Case: want_cases, Item: want_items, Person: want_persons}, (
            "the first net without the second"
        )
        with acting(member):
            assert set(Case.objects.values_list("pk", flat=True)) == want_cases, "the wall"
            assert set(Case.objects.visible_to(member).values_list("pk", flat=True)) == want_cases, (
                "visible_to"
            )
            assert set(Item.objects.values_list("pk", flat=True)) == want_items, "the wall"
            assert set(Case.objects.open_to(member).values_list("pk", flat=True)) == want_cases, "open_to"
            assert set(Item.objects.visible_to(member).values_list("pk", flat=True)) == want_items, (
                "visible_to"
            )
            assert set(Person.objects.values_list("pk", flat=True)) == want_persons, "the wall"
            assert set(Person.objects.visible_to(member).values_list("pk", flat=True)) == want_persons, (
                "visible_to"
            )
            assert set(Disclosure.objects.standing().values_list("pk", flat=True)) <= set(
                Disclosure.objects.values_list("pk", flat=True)
            )
        opened += len(want_items) if member in receivers else 0
    assert opened > 5, "a world where nothing is open proves nothing"
