"""Demo inquiries: eight quarters of questions and answers on the demo's cases, and what waits on the day of
loading.

`plan` adds the words of questions and answers to the cases' plan, before the cases are written; `write`
writes the inquiries themselves, by those who asked and answered.
"""

from datetime import date
from random import Random

from cases.demo import Plan as CasesPlan
from cases.demo.dice import skewed_deck
from cases.demo.writing import bulk, draw_numbers
from inquiries.demo import asking, waiting
from inquiries.demo.asking import Asked, Scene
from inquiries.models import DeclineReason, Inquiry, InquiryAnswer, InquiryState
from parties.access import acting
from parties.demo import Register


def plan(cases: CasesPlan, register: Register, rng: Random, anchor: date) -> Asked:
    """The inquiries in memory; their items and gifts go into the cases' plan."""
    scene = Scene(cases, register, rng, anchor, Asked(), skewed_deck(rng, median=2.0, p90=8.7))
    asking.history(scene)
    waiting.open_now(scene)
    waiting.lessons(scene)
    return scene.asked


def write(asked: Asked, cases: CasesPlan) -> None:
    """Each unit writes its own questions, then each its own steps, answers and reasons."""
    draw_numbers(Inquiry, sorted(asked.inquiries, key=lambda i: i.asked_at))
    draw_numbers(InquiryState, sorted(asked.steps, key=lambda s: s.at))
    for unit, writer in cases.writers.items():
        own = [i for i in asked.inquiries if i.asker_unit_id == unit]
        if own:
            with acting(writer):
                bulk(Inquiry, own)
    for unit, writer in cases.writers.items():
        steps = [s for s in asked.steps if s.unit_id == unit]
        if steps:
            with acting(writer):
                bulk(InquiryState, steps)
                bulk(InquiryAnswer, [a for a in asked.answers if a.item.unit_id == unit])
                bulk(DeclineReason, [r for r in asked.reasons if r.unit_id == unit])
