"""The morning of the day of loading, done with the house's own verbs: so that there is something in the
access log.

No history is written in the ledger; these deeds leave the traces that deeds leave.
"""

from datetime import date

from cases.actions import case as case_verbs
from cases.actions.disclosure import EXCLUDED_READ
from cases.actions.disclosure import give as give_item
from cases.actions.item import write_item
from cases.demo import Plan as CasesPlan
from cases.demo.rows import window_for
from cases.demo.stories import BOTH, Story
from cases.law import InformationKind as Kind
from cases.models import ItemType
from cases.models.case import Benefit
from inquiries import actions
from inquiries.demo.asking import Asked
from inquiries.models import Category, Channel, State
from parties.access import acting
from parties.demo import BJORKVALLA, NORR, PSYKOS, SODER, STRANDAKER, Register
from parties.models import Membership, PartyKind, Unit


def work(asked: Asked, cases: CasesPlan, register: Register) -> None:
    """A few things each for those who have logins, and one each at the other clinics."""
    today = cases.anchor
    _norr(cases, register, today)
    _soder(cases, register, today)
    _other_clinics(cases, register, today)
    _fk(asked, cases, register, today)


def _norr(cases: CasesPlan, register: Register, today: date) -> None:
    maja = register.login("koordinator")
    first, second = _shared(cases, maja.unit, today)[:2]
    with acting(maja):
        _write_and_give(
            maja,
            first,
            ItemType.ABILITY_NOTE,
            "Klarar tre förmiddagar i veckan",
            "Vid besök i dag. Behöver kort paus varje timme.",
            today,
        )
        case_verbs.record_spell(
            by=maja,
            case=second.case,
            from_on=second.leave_from,
            to_on=second.leave_to,
            degree=second.degree,
            benefit=second.benefit or Benefit.NONE,
        )
        actions.ask(
            by=maja,
            case=second.case,
            to=second.fk,
            category=Category.PLANNING,
            today=today,
            text="Behöver ni något från oss inför nästa bedömning?",
            confirmed=_confirmed(second, today),
        )
        actions.log_spoken(
            by=maja,
            category=Category.RULES,
            channel=Channel.ON_SITE,
            counterpart=PartyKind.FK,
            asked_by_us=True,
            minutes=5,
        )


def _soder(cases: CasesPlan, register: Register, today: date) -> None:
    elif_ = register.login("koordinator2")
    story = _shared(cases, elif_.unit, today)[0]
    with acting(elif_):
        _write_and_give(
            elif_,
            story,
            ItemType.PLAN,
            "Plan: uppföljning om sex veckor",
            "Arbetsträningen fortsätter. Ny tid är bokad.",
            today,
        )
        actions.log_spoken(
            by=elif_,
            category=Category.CERTIFICATE,
            channel=Channel.PHONE,
            counterpart=PartyKind.FK,
            asked_by_us=False,
            minutes=8,
        )


def _other_clinics(cases: CasesPlan, register: Register, today: date) -> None:
    texts = {
        BJORKVALLA: ("Besök hos studievägledare bokat", "Patienten går själv."),
        STRANDAKER: ("Promenadgrupp påbörjad", "Första gången i dag, gick bra."),
        PSYKOS: ("Möte med boendestöd", "Veckoschemat uppdaterat tillsammans."),
    }
    for clinic, (heading, text) in texts.items():
        story = next(
            s for s in cases.rows.stories if s.clinic.name == clinic and not s.closed_on and not s.paused_on
        )
        with acting(story.worker):
            write_item(
                by=story.worker,
                case=story.case,
                type=ItemType.MEASURE,
                heading=heading,
                text=text,
                happened_on=today,
            )


def _fk(asked: Asked, cases: CasesPlan, register: Register, today: date) -> None:
    karin, leyla = register.login("fk.utredare"), register.login("fk.enhetb")
    states = {id(step.inquiry): step.state for step in asked.steps}
    waiting = [
        i
        for i in asked.inquiries
        if i.to_unit_id == karin.unit_id and states[id(i)] in (State.SENT, State.READ)
    ]
    waiting.sort(key=lambda i: (i.asker_unit.name != SODER, i.asked_at))
    with acting(karin):
        # The first clinic's question still waits; the other one's is answered.
        if waiting and waiting[0].asker_unit.name != NORR:
            inquiry = waiting[0]
            story = next(s for s in cases.rows.stories if s.case is inquiry.case)
            actions.answer(
                by=karin,
                inquiry=inquiry,
                parts=dict.fromkeys(Kind.values, "Det räcker med det underlag vi har."),
                confirmed=_confirmed(story, today),
                today=today,
            )
        actions.log_spoken(
            by=karin,
            category=Category.MEASURES,
            channel=Channel.ON_SITE,
            counterpart=PartyKind.PSYCHIATRY,
            asked_by_us=False,
            minutes=15,
        )
    with acting(leyla):
        actions.log_spoken(
            by=leyla,
            category=Category.PLANNING,
            channel=Channel.PHONE,
            counterpart=PartyKind.PSYCHIATRY,
            asked_by_us=True,
            minutes=5,
        )


def _shared(cases: CasesPlan, clinic: Unit, today: date) -> list[Story]:
    """Open cases of the clinic where plan and ability may be given to Försäkringskassan today."""
    return [
        s
        for s in cases.rows.stories
        if s.clinic == clinic and s.said == BOTH and not (s.closed_on or s.paused_on or s.lesson)
        if all(window_for(s, clinic, s.fk, kind, today) for kind in (Kind.EXISTENCE, Kind.PLAN, Kind.ABILITY))
    ]


def _write_and_give(by: Membership, story: Story, type: str, heading: str, text: str, today: date) -> None:
    item = write_item(by=by, case=story.case, type=type, heading=heading, text=text, happened_on=today)
    give_item(by=by, case=story.case, item=item, to=story.fk, confirmed=_confirmed(story, today))


def _confirmed(story: Story, today: date) -> tuple[str, ...]:
    """What the person has excepted is acknowledged where there is something (R20)."""
    excepted = any(w.consent.excluded for w in story.windows if w.first <= today <= w.last)
    return (EXCLUDED_READ,) if excepted else ()
