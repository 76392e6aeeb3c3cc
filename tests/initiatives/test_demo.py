"""The demo's insatser: the same from the same seed, whole on any day of the year, and document 002's figures
in the second year.
"""

from datetime import date
from random import Random

import pytest
from django.db import transaction

from initiatives import demo
from initiatives.models import Activity, FundingShare, Initiative, Invoice, TimeEntry
from initiatives.periods import Period, today
from parties import demo as register_demo
from parties.access import acting
from reports import demo as reports_demo
from reports import figures
from reports.models import Report

pytestmark = pytest.mark.django_db


def seed(anchor: date):
    rng = Random(register_demo.SEED)
    register = register_demo.seed(rng, anchor)
    return demo.seed(register, rng, anchor), register, rng


def told(initiative: Initiative, year: int) -> dict:
    return figures.handed_over(Period(year), figures.count(initiative, Period(year)))


@pytest.mark.parametrize("day", [(1, 2), (2, 28), (6, 30), (12, 31)])
def test_the_second_year_of_aktiva_steg_is_that_of_document_002(day):
    anchor = date(today().year - 1, *day)
    insatser, _register, _rng = seed(anchor)
    aktiva = insatser[demo.AKTIVA_STEG]
    year = told(aktiva, anchor.year - 1)
    assert (year["hours_used"], year["patient_share_percent"], year["organisational_share_percent"]) == (
        768,
        40,
        60,
    )
    assert year["invoiced_sek"] == 310_163
    assert year["split_sek"] == {
        "Samordningsförbundet Ekelunda": 161_285,
        "Samordningsförbundet Björkvalla": 105_455,
        "Samordningsförbundet Strandåker": 43_423,
    }
    assert told(insatser[demo.FRISKARE], anchor.year - 1)["authorities_active"]["AF"] is False
    assert insatser[demo.FRISKARE].ends_on < anchor
    assert not Activity.objects.filter(state="held", on__gt=anchor).exists()
    assert not TimeEntry.objects.filter(on__gt=anchor).exists()


def rows() -> list:
    """Everything but the numbers of the rows."""
    return [
        list(Activity.objects.order_by("id").values_list("on", "kind", "title", "state")),
        list(Invoice.objects.order_by("id").values_list("on", "amount")),
        list(TimeEntry.objects.order_by("id").values_list("on", "kind", "minutes", "unit__name")),
        list(FundingShare.objects.order_by("id").values_list("year", "name", "percent")),
    ]


def test_the_same_seed_and_day_give_the_same_rows():
    def seen() -> list:
        with transaction.atomic():
            seed(date(2025, 11, 3))
            found = rows()
            transaction.set_rollback(True)
        return found

    first = seen()
    assert all(first)
    assert seen() == first


def test_the_reports_of_the_demo(settings):
    settings.DEMO = True
    insatser, register, rng = seed(today())
    made = reports_demo.seed(insatser, register, rng, today())
    assert [report.is_draft for report in made] == [False] * 5 + [True]
    assert Report.objects.count() == 6
    lead = register.login("projektledare")
    with acting(lead):
        assert all(report.initiative.seats.filter(user=lead.user).exists() for report in made[:3])
