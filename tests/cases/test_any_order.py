"""Any order of deeds: consents, givings, withdrawals, closings, blocks, and after each of them who sees what.

A machine walks the verbs in orders nobody thought of. Beside it stands an oracle in plain Python that knows the rules
from the law page and from matrix.csv, not from the code. After every step the oracle, `visible_to()`, `open_to()` and
the bare tables read as the restricted role say the same, for everyone. What the verbs refuse, the oracle refuses.
"""

import csv
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cases.actions import block as block_verbs
from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.actions import disclosure as giving
from cases.actions.mistake import mark_mistake
from cases.models import Block, Case, Consent, ConsentLine, Item, ItemType, Person
from parties.access import acting
from tests.factories import make_case, make_consent, make_item, make_line

GROUNDS = {
    (r["act"], r["from"], r["to"], r["kind"]): r["grounds"].split("|")
    for r in csv.DictReader(
        Path(__file__).with_name("matrix.csv").read_text("utf-8").splitlines(), delimiter=";"
    )
}
RECEIVERS = {
    "investigator": "FK", "other_fk_unit": "FK", "af_officer": "AF", "soc_officer": "SOC", "health_centre": "PVO",
}  # fmt: skip
WATCHED = [
    "coordinator", "colleague", "other_clinic", "investigator", "unassigned_officer", "other_fk_unit", "af_officer",
    "soc_officer", "health_centre", "private_care", "administrator",
]  # fmt: skip
TYPES = {
    "plan": ItemType.PLAN, "ability": ItemType.ABILITY_NOTE, "medical": ItemType.DIAGNOSIS,
    "certificate": ItemType.STATEMENT, "decision": ItemType.DECISION,
}  # fmt: skip
KINDS = st.sampled_from(sorted(TYPES))
WHO = st.sampled_from(sorted(RECEIVERS))
PURPOSES = st.sampled_from(["return_to_work", "sip"])
EXAMPLES = 15
EVERYTHING = (giving.CARE_RELATION, giving.RELEVANT_ONLY, giving.EXCLUDED_READ)


@dataclass
class Line:
    """One line of a consent as the person gave it. `moment` is live, over or coming."""

    pk: int
    consent: Consent
    giver: str
    receiver: str
    kind: str
    purpose: str
    moment: str
    until: datetime
    received: bool
    ended: bool = False

    @property
    def alive(self) -> bool:
        return self.moment == "live" and not self.ended

    def carries(self, given: "Given") -> bool:
        mine = self.giver, self.receiver, self.kind, self.purpose
        return mine == (given.giver, given.receiver, given.kind, given.purpose)


@dataclass
class Given:
    """What was given once: the case itself, or one version."""

    item: int | None
    kind: str
    giver: str
    receiver: str
    purpose: str  # Empty: on the ground of a care relation.
    ended: bool = False


@dataclass
class Oracle:
    """What must hold, by the rules. "clinic" is the owner; the others are named by who works there."""

    state: str = "open"
    protected: bool = False
    region: bool = False
    units: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)
    items: dict[int, tuple[str, str]] = field(default_factory=dict)  # pk: owner, kind

    def stands(self, given: Given) -> bool:
        if given.ended:
            return False
        if not given.purpose:
            return True
        return any(x.alive and x.received and x.carries(given) for x in self.lines)

    def end(self, line: Line) -> None:
        """A line that ends takes with it what no other live and received line carries."""
        if line.ended:
            return
        line.ended = True
        for given in self.given:
            if given.purpose and line.carries(given) and not self.stands(given):
                given.ended = True

    def end_everything(self) -> None:
        for line in self.lines:
            line.ended = True
        for given in self.given:
            given.ended = True

    def ground(self, giver: str, receiver: str, kind: str) -> tuple[str, Line | None] | None:
        """The ground on which the giver may give the kind of its own accord now."""
        if self.protected or self.state != "open" or {giver, receiver} & self.units:
            return None
        for ground in GROUNDS.get(("information", code(giver), code(receiver), kind), []):
            if ground == "INTRA_CARE" and not self.region:
                return ground, None
            if ground == "CONSENT":
                live = [
                    x for x in self.lines
                    if x.alive and (x.giver, x.receiver, x.kind) == (giver, receiver, kind)
                ]  # fmt: skip
                if live:
                    return ground, max(live, key=lambda x: (x.until, x.pk))
        return None

    def give(self, item: int, giver: str, receiver: str) -> bool:
        """Gives, and the case with it on the same ground; False when the law says no."""
        kind = self.items[item][1]
        found = self.ground(giver, receiver, kind)
        if found is None:
            return False
        purpose = found[1].purpose if found[1] else ""
        if any(g.item == item and g.receiver == receiver and self.stands(g) for g in self.given):
            return True
        if found[1]:
            for line in self.lines:
                if line.consent == found[1].consent and line.giver == giver and not line.ended:
                    line.received = True
        self.given.append(Given(item, kind, giver, receiver, purpose))
        self.given.append(Given(None, "existence", giver, receiver, purpose))
        return True

    def sees_case(self, unit: str) -> bool:
        return (
            unit == "clinic"
            or any(g.item is None and g.receiver == unit and self.stands(g) for g in self.given)
            or any(x.giver == unit and x.alive for x in self.lines)
        )

    def sees_item(self, unit: str, item: int) -> bool:
        return self.items[item][0] == unit or any(
            g.item == item and g.receiver == unit and self.stands(g) for g in self.given
        )


def code(unit: str) -> str:
    return "PSY" if unit == "clinic" else RECEIVERS[unit]


class AnyOrder(RuleBasedStateMachine):
    """One case, its clinic, five receivers. `cast` is set by the test."""

    cast = None

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        c = self.cast
        self.oracle = Oracle()
        self.me = c.coordinator
        self.case = make_case(self.me)
        self.foreign = make_case(c.other_clinic)
        self.foreign_item = make_item(c.other_clinic, self.foreign)
        self.versions: dict[str, Item] = {}
        for kind, type_ in TYPES.items():
            self.versions[kind] = make_item(self.me, self.case, type_)
            self.oracle.items[self.versions[kind].pk] = ("clinic", kind)
        self.consents: list[Consent] = []
        self.decision: Item | None = None
        self.asked = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def unit_of(self, name: str):
        return self.me.unit if name == "clinic" else getattr(self.cast, name).unit

    def note_lines(self, consent: Consent, moment: str = "live", *, ticked: bool) -> None:
        """What the database did as the lines came: without the tick, what had lapsed is over for good (R17)."""
        names = {self.unit_of(n).pk: n for n in ("clinic", *RECEIVERS)}
        with acting(self.me):
            rows = list(ConsentLine.objects.filter(consent=consent).order_by("pk"))
        for row in rows:
            line = Line(
                row.pk, consent, names[row.from_unit_id], names[row.to_unit_id], row.kind, row.purpose, moment,
                row.until_at, row.received_at is not None,
            )  # fmt: skip
            if not ticked:
                for given in self.oracle.given:
                    if given.purpose and line.carries(given) and not self.oracle.stands(given):
                        given.ended = True
            self.oracle.lines.append(line)

    # The deeds.

    @rule(out=st.sets(WHO, max_size=3), back=st.sets(WHO, max_size=2), kinds=st.sets(KINDS, max_size=3),
          purpose=PURPOSES, ticked=st.booleans())  # fmt: skip
    def consent(self, out, back, kinds, purpose, ticked) -> None:
        o = self.oracle
        directions = [("clinic", to) for to in sorted(out)] + [(frm, "clinic") for frm in sorted(back)]
        wanted = [
            (f, t, k) for f, t in directions for k in {"existence", *kinds}
            if any("CONSENT" in GROUNDS.get((act, code(f), code(t), k), []) for act in ("information", "question"))
        ]  # fmt: skip
        may = (
            o.state == "open"
            and not o.protected
            and not ({u for d in directions for u in d} & o.units)
            and bool(wanted)
        )
        today = timezone.localdate()
        try:
            with acting(self.me):
                made = consent_verbs.record_consent(
                    by=self.me, case=self.case, kinds=kinds, purpose=purpose, form="written", given_on=today,
                    directions=[(self.unit_of(f), self.unit_of(t)) for f, t in directions],
                    valid_from=today, valid_to=today + timedelta(days=90), reopens_earlier=ticked,
                )  # fmt: skip
        except (consent_verbs.NotNow, consent_verbs.NothingToConsentTo):
            assert not may
            return
        assert may
        with acting(self.me):
            assert ConsentLine.objects.filter(consent=made).count() == len(wanted)
        self.consents.append(made)
        self.note_lines(made, ticked=ticked)

    @precondition(lambda self: not self.oracle.protected)
    @rule(to=WHO, kind=KINDS, purpose=PURPOSES, moment=st.sampled_from(["over", "coming"]))
    def consent_of_another_time(self, to, kind, purpose, moment) -> None:
        if to in self.oracle.units or self.oracle.state == "closed":
            return
        now = timezone.now()
        start, end = {
            "over": (now - timedelta(days=2), now - timedelta(seconds=5)),
            "coming": (now + timedelta(hours=1), now + timedelta(days=2)),
        }[moment]
        made = make_consent(self.me, self.case, purpose=purpose)
        for each in ("existence", kind):
            make_line(made, self.me, self.me, self.unit_of(to), each, from_at=start, until_at=end)
        self.consents.append(made)
        self.note_lines(made, moment, ticked=True)

    @rule(kind=KINDS, to=WHO)
    def give(self, kind, to) -> None:
        item = self.versions[kind]
        may = self.oracle.give(item.pk, "clinic", to)
        try:
            with acting(self.me):
                giving.give(by=self.me, case=self.case, item=item, to=self.unit_of(to), confirmed=EVERYTHING)
        except giving.MayNotGive:
            assert not may, (kind, to)
        else:
            assert may, (kind, to)

    @rule()
    def försäkringskassan_gives_back(self) -> None:
        fk = self.cast.investigator
        may = (
            "investigator" not in self.oracle.users
            and self.oracle.sees_case("investigator")
            and self.oracle.state == "open"
        )
        if not may:
            return
        if self.decision is None:
            self.decision = make_item(fk, self.case, ItemType.DECISION, "Beviljat")
            self.oracle.items[self.decision.pk] = ("investigator", "decision")
        given = self.oracle.give(self.decision.pk, "investigator", "clinic")
        try:
            with acting(fk):
                giving.give(by=fk, case=self.case, item=self.decision, to=self.me.unit, confirmed=EVERYTHING)
        except giving.MayNotGive:
            assert not given
        else:
            assert given

    @rule(kind=KINDS, to=WHO)
    def stop_showing(self, kind, to) -> None:
        if self.oracle.state == "closed":
            return
        item = self.versions[kind]
        with acting(self.me):
            ended = giving.stop_showing(by=self.me, case=self.case, item=item, to=self.unit_of(to))
        mine = [g for g in self.oracle.given if g.giver == "clinic" and g.receiver == to and not g.ended]
        for given in mine:
            given.ended = given.item == item.pk
        assert ended == sum(g.ended for g in mine)
        if ended and all(g.ended or g.item is None for g in mine):
            for given in mine:
                given.ended = True

    @rule(kind=KINDS)
    def write_a_later_version(self, kind) -> None:
        old = self.versions[kind]
        with acting(self.me):
            new = Item.objects.create(
                case=self.case, unit=self.me.unit, type=old.type, kind=old.kind, author=self.me,
                happened_on=old.happened_on, heading="Ny", replaces=old,
            )  # fmt: skip
        self.versions[kind] = new
        self.oracle.items[new.pk] = ("clinic", kind)

    @precondition(lambda self: self.consents)
    @rule(data=st.data(), whole=st.booleans())
    def withdraw(self, data, whole) -> None:
        consent = data.draw(st.sampled_from(self.consents))
        mine = [x for x in self.oracle.lines if x.consent == consent]
        chosen = mine if whole else [data.draw(st.sampled_from(mine))]
        for line in list(chosen):
            if line.kind == "existence" and not line.ended:
                chosen = chosen + [x for x in mine if (x.giver, x.receiver) == (line.giver, line.receiver)]
        before = sum(x.ended for x in mine)
        for line in chosen:
            self.oracle.end(line)
        with acting(self.me):
            ended = consent_verbs.withdraw(
                by=self.me, case=self.case, consent=consent, lines=None if whole else [chosen[0].pk]
            )
        assert ended == sum(x.ended for x in mine) - before

    @precondition(lambda self: self.consents)
    @rule(data=st.data())
    def never_given(self, data) -> None:
        consent = data.draw(st.sampled_from(self.consents))
        with acting(self.me):
            mark_mistake(by=self.me, case=self.case, consent=consent, reason="Fel person")
        for line in self.oracle.lines:
            if line.consent == consent:
                self.oracle.end(line)

    @rule(state=st.sampled_from(["paused", "open", "open", "closed"]))
    def move(self, state) -> None:
        o = self.oracle
        may = state != o.state and (o.state, state) != ("closed", "paused")
        cause = {"cause": "completed"} if state == "closed" else {}
        try:
            with acting(self.me):
                case_verbs.set_state(by=self.me, case=self.case, state=state, **cause)
        except case_verbs.IllegalMove:
            assert not may
            return
        assert may
        o.state = state
        if state == "closed":
            o.end_everything()

    @precondition(lambda self: not self.oracle.protected and self.oracle.state != "closed")
    @rule(really=st.integers(0, 9))
    def protect(self, really) -> None:
        if really:  # Nothing follows a protection; now and then is enough.
            return
        with acting(self.me):
            case_verbs.protect(by=self.me, case=self.case)
        self.oracle.protected = True
        self.oracle.end_everything()

    @precondition(lambda self: self.oracle.state != "closed")
    @rule(what=st.sampled_from(["region", "unit", "investigator", "colleague"]), unit=WHO)
    def block(self, what, unit) -> None:
        o = self.oracle
        whom = {"unit": {"to_unit": self.unit_of(unit)}, "region": {}}.get(what)
        kind = what if whom is not None else "colleague"
        if whom is None:
            whom = {"user": getattr(self.cast, what).user}
        try:
            with acting(self.me):
                block_verbs.block(by=self.me, case=self.case, kind=kind, reason="Jäv", **whom)
        except block_verbs.AlreadyBlocked:
            assert {"region": o.region, "unit": unit in o.units}.get(what, what in o.users)
            return
        if what == "region":
            o.region = True
            for given in o.given:
                given.ended |= not given.purpose
        elif what == "unit":
            o.units.add(unit)
            for line in o.lines:
                if unit in (line.giver, line.receiver):
                    o.end(line)
            for given in o.given:
                given.ended |= given.receiver == unit
        else:
            o.users.add(what)

    @precondition(lambda self: self.oracle.state != "closed")
    @rule(data=st.data())
    def lift(self, data) -> None:
        with acting(self.me):
            there = list(Block.objects.standing().filter(person=self.case.person_id).order_by("pk"))
        if not there:
            return
        one = data.draw(st.sampled_from(there))
        with acting(self.me):
            block_verbs.lift(by=self.me, case=self.case, block=one.pk, reason="Gäller inte längre")
        o = self.oracle
        if one.kind == "region":
            o.region = False
        elif one.kind == "unit":
            o.units -= {n for n in RECEIVERS if self.unit_of(n).pk == one.to_unit_id}
        else:
            o.users -= {
                n for n in ("investigator", "colleague") if getattr(self.cast, n).user.pk == one.user_id
            }

    # What holds after each of them.

    @invariant()
    def all_ways_agree(self) -> None:
        names = {self.unit_of(n).pk: n for n in ("clinic", *RECEIVERS)}
        # Four after each step, in turn: what opened and stays open is met by all of them.
        self.asked, asked = self.asked + 4, self.asked
        for who in [WATCHED[i % len(WATCHED)] for i in range(asked, asked + 4)]:
            member = getattr(self.cast, who)
            unit = names.get(member.unit_id, "elsewhere")
            works = who not in ("administrator",) and who not in self.oracle.users
            cases = {self.case.pk} if works and self.oracle.sees_case(unit) else set()
            items = {i for i in self.oracle.items if works and self.oracle.sees_item(unit, i)}
            persons = {self.case.person_id} if cases else set()
            if who == "other_clinic":
                cases, items = {self.foreign.pk}, {self.foreign_item.pk}
                persons = {self.foreign.person_id}
            with acting(member):
                for wall, net, want in (
                    (Case.objects.all(), Case.objects.visible_to(member), cases),
                    (Case.objects.all(), Case.objects.open_to(member), cases),
                    (Item.objects.all(), Item.objects.visible_to(member), items),
                    (Person.objects.all(), Person.objects.visible_to(member), persons),
                ):
                    assert set(wall.values_list("pk", flat=True)) == want, (who, "the wall", wall.model)
                    assert set(net.values_list("pk", flat=True)) == want, (who, "the first net", wall.model)
            if works and unit in RECEIVERS and self.case.pk not in cases:
                received = {i for i in items if self.oracle.items[i][0] != unit}
                assert not received, (who, "an item stands open in a case that does not")


@pytest.mark.django_db
def test_any_order_of_deeds_ends_where_the_rules_say(cast):
    machine = type("AnyOrderOfDeeds", (AnyOrder,), {"cast": cast})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
