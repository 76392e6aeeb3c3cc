"""Freezing: once, whole, never touched again; a correction is a new version; the drawn file is kept once."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from errands import jobs as errands_jobs
from errands.models import File, Job
from initiatives import actions as insats_actions
from initiatives.models import Activity, Forecast, Grant, Participation
from initiatives.periods import NotEnded, Period, today
from parties.access import acting
from reports import access, actions, document, form, jobs
from reports.models import Drawing, FrozenFigure, Report, Section
from tests.factories import test_number

pytestmark = pytest.mark.django_db

YEAR = Period(2023)


@pytest.fixture
def draft(cast, insats) -> Report:
    lead = cast.project_lead
    with acting(lead):
        insats_actions.add(
            Activity(
                initiative=insats, on=date(2023, 5, 4), kind="pulse_meeting", title="Pulsmöte", state="held"
            ),
            by=lead,
        )
        return actions.begin(by=lead, initiative=insats, period=YEAR)


@pytest.fixture
def frozen(cast, draft) -> Report:
    with acting(cast.project_lead):
        return actions.freeze(draft, by=cast.project_lead)


def test_a_draft_has_every_heading_of_the_form(draft):
    assert set(draft.sections.values_list("key", flat=True)) == set(form.BY_KEY)
    heading = draft.sections.get(key="collaboration_improved").heading
    assert "mellan Försäkringskassan och Region Provlandet psychiatry förbättrats" in heading


def test_beginning_twice_gives_the_same_draft(cast, insats, draft):
    with acting(cast.project_lead):
        assert actions.begin(by=cast.project_lead, initiative=insats, period=YEAR) == draft


def test_a_period_that_goes_on_has_no_report(cast, insats):
    with acting(cast.project_lead), pytest.raises(NotEnded):
        actions.begin(by=cast.project_lead, initiative=insats, period=Period(today().year))


@pytest.mark.parametrize(
    ("ends_on", "period", "begun"),
    [
        (None, Period(2021), False),
        (None, Period(2021, 4), False),
        (None, Period(2022, 1), True),
        (date(2023, 6, 30), Period(2023, 3), False),
        (date(2023, 6, 30), Period(2023, 2), True),
        (date(2023, 6, 30), Period(2023), True),
        (date(2023, 6, 30), Period(2024), False),
    ],
)
def test_a_report_is_of_a_period_the_insats_was_there_in(cast, insats, ends_on, period, begun):
    insats.ends_on = ends_on  # it began 2022-01-01
    insats.save()
    with acting(cast.project_lead):
        if begun:
            assert actions.begin(by=cast.project_lead, initiative=insats, period=period).is_draft
            return
        with pytest.raises(ValidationError) as error:
            actions.begin(by=cast.project_lead, initiative=insats, period=period)
        assert error.value.code == "outside"
    assert not Report.objects.exists()


def test_a_draft_of_a_period_that_goes_on_is_not_frozen(cast, draft):
    Report.objects.update(year=today().year)
    draft.refresh_from_db()
    with acting(cast.project_lead), pytest.raises(NotEnded):
        actions.freeze(draft, by=cast.project_lead)


def test_what_is_frozen_is_corrected_only_when_somebody_says_so(cast, insats, frozen):
    lead = cast.project_lead
    with acting(lead):
        for corrects in (None, 2, 0):
            with pytest.raises(actions.AlreadyFrozen) as error:
                actions.begin(by=lead, initiative=insats, period=YEAR, corrects=corrects)
            assert error.value.report == frozen
        second = actions.begin(by=lead, initiative=insats, period=YEAR, corrects=1)
        assert actions.begin(by=lead, initiative=insats, period=YEAR, corrects=1) == second
        actions.freeze(second, by=lead)
        with pytest.raises(actions.AlreadyFrozen):
            actions.begin(by=lead, initiative=insats, period=YEAR, corrects=1)
    assert Report.objects.count() == 2


def test_a_draft_is_thrown_away_by_the_lead_alone_and_leaves_its_row(cast, insats, draft, trace):
    for name, member in cast.everyone.items():
        if name == "project_lead" or member is None:
            continue
        with acting(member), pytest.raises(PermissionDenied):
            actions.discard(draft, by=member)
    assert Report.objects.exists()
    with acting(cast.project_lead):
        seen = actions.texts_stamp(draft)
        actions.save_text(draft, by=cast.project_lead, key="assessment", text="Nytt")
        with pytest.raises(actions.TextsChanged):
            actions.discard(draft, by=cast.project_lead, seen=seen)
        actions.discard(draft, by=cast.project_lead, seen=actions.texts_stamp(draft))
        assert not Report.objects.exists()
        assert actions.begin(by=cast.project_lead, initiative=insats, period=YEAR).version == 1
    assert trace().count("report.discarded") == 1


def test_what_is_frozen_is_never_thrown_away(cast, frozen):
    with acting(cast.project_lead), pytest.raises(actions.IllegalMove):
        actions.discard(frozen, by=cast.project_lead)
    assert Report.objects.exists()


def test_the_fingerprint_is_of_everything_that_is_drawn(cast, frozen):
    content = document.frozen_content(frozen)
    assert document.fingerprint(content) == frozen.sha256
    for change in (
        lambda c: c["sections"][0].update(text="annat"),
        lambda c: c["figures"][0].update(value=1),
        lambda c: c["figures"][0].update(definition="annat"),
        lambda c: c["cover"].update(owner="annat"),
        lambda c: c.update(version=2),
    ):
        other = document.frozen_content(frozen)
        change(other)
        assert document.fingerprint(other) != frozen.sha256


def test_what_happens_afterwards_changes_nothing(cast, insats, frozen):
    before = document.frozen_content(frozen)
    Activity.objects.all().delete()
    Participation.objects.update(active=False)
    insats.name = insats.owner_name = "Nytt namn"
    insats.save()
    assert document.frozen_content(Report.objects.get(pk=frozen.pk)) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda r: FrozenFigure.objects.filter(report=r).update(value=1),
        lambda r: FrozenFigure.objects.filter(report=r).delete(),
        lambda r: FrozenFigure.objects.create(
            report=r, ordinal=99, key="new", label="x", form="number", definition="x"
        ),
        lambda r: Section.objects.filter(report=r).update(text="x"),
        lambda r: Section.objects.filter(report=r).delete(),
        lambda r: Section.objects.create(report=r, key="new", heading="x"),
        lambda r: Report.objects.filter(pk=r.pk).update(cover={}),
        lambda r: Report.objects.filter(pk=r.pk).update(sha256="x"),
        lambda r: Report.objects.filter(pk=r.pk).update(frozen_at=timezone.now()),
        lambda r: Report.objects.filter(pk=r.pk).update(
            state="draft", frozen_at=None, frozen_by=None, sha256=""
        ),
        lambda r: Report.objects.filter(pk=r.pk).update(version=2),
        lambda r: Report.objects.filter(pk=r.pk).update(quarter=1),
        lambda r: Report.objects.filter(pk=r.pk).delete(),
    ],
)
def test_the_database_refuses_to_touch_what_is_frozen(frozen, change):
    before = document.frozen_content(frozen)
    with pytest.raises(DatabaseError), transaction.atomic():
        change(frozen)
    assert document.frozen_content(Report.objects.get(pk=frozen.pk)) == before


@pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"])
def test_not_even_the_owner_rewrites_a_frozen_figure(frozen):
    with pytest.raises(DatabaseError, match="frozen"), connections["owner"].cursor() as cursor:
        cursor.execute("update reports_frozenfigure set value = '1'")


def test_a_draft_may_be_rewritten(cast, draft):
    """The near miss: the same changes to a draft are taken."""
    Section.objects.filter(report=draft).update(text="x")
    assert Section.objects.filter(report=draft, text="x").count() == len(form.FORM)


def test_freezing_twice_is_an_illegal_move(cast, frozen):
    with acting(cast.project_lead):
        with pytest.raises(actions.IllegalMove):
            actions.freeze(frozen, by=cast.project_lead)
        with pytest.raises(actions.IllegalMove):
            actions.save_text(frozen, by=cast.project_lead, key="assessment", text="x")
    assert Job.objects.count() == 1


def test_a_correction_is_a_new_version_with_the_texts_of_the_old(cast, insats, draft):
    lead = cast.project_lead
    with acting(lead):
        actions.save_text(draft, by=lead, key="assessment", text="Det går bra.")
        frozen = actions.freeze(draft, by=lead)
        Activity.objects.all().delete()
        second = actions.begin(by=lead, initiative=insats, period=YEAR, corrects=1)
        assert (second.version, second.sections.get(key="assessment").text) == (2, "Det går bra.")
        second = actions.freeze(second, by=lead)
    assert second.sha256 != frozen.sha256
    assert frozen.figures.get(key="pulse_meetings_held").value == 1
    assert second.figures.get(key="pulse_meetings_held").value is None


@pytest.mark.parametrize(
    ("forecast", "needs"), [(110_000, False), (110_100, True), (90_000, False), (89_900, True)]
)
def test_forecast_over_10_requires_reason(cast, insats, draft, forecast, needs):
    lead = cast.project_lead
    with acting(lead):
        insats_actions.add(Grant(initiative=insats, year=2023, amount=100_000), by=lead)
        insats_actions.add(
            Forecast(initiative=insats, year=2023, amount=forecast, made_on=date(2023, 9, 1)), by=lead
        )
        if not needs:
            actions.freeze(draft, by=lead)
            return
        with pytest.raises(ValidationError) as error:
            actions.freeze(draft, by=lead)
        assert error.value.code == "reason"
        assert Report.objects.get().is_draft
        assert not FrozenFigure.objects.exists()
        actions.save_text(draft, by=lead, key="economy", text="Färre timmar än planerat.")
        actions.freeze(draft, by=lead)


def test_texts_keep_personal_numbers_out_and_say_if_someone_was_before(cast, draft):
    lead = cast.project_lead
    with acting(lead):
        with pytest.raises(ValidationError):
            actions.save_text(draft, by=lead, key="assessment", text=f"Om {test_number(3)}.")
        with pytest.raises(ValidationError):
            actions.save_text(draft, by=lead, key="assessment", text="x" * (actions.MOST_CHARACTERS + 1))
        seen = actions.stamp(draft.sections.get(key="assessment"))
        theirs = actions.save_text(draft, by=lead, key="assessment", text="Deras", seen=seen)
        with pytest.raises(actions.ChangedMeanwhile) as error:
            actions.save_text(draft, by=lead, key="assessment", text="Min", seen=seen)
        assert error.value.section.text == "Deras"
        actions.save_text(draft, by=lead, key="assessment", text="Min", seen=actions.stamp(theirs))


def test_who_may_do_what_with_a_draft_and_with_a_frozen_report(cast, insats, draft):
    lead, everyone = cast.project_lead, cast.everyone
    draft_sees = {n for n, m in everyone.items() if access.visible_to(m).exists()}
    assert draft_sees == {"project_lead", "steering"}
    assert access.allowed_actions(lead, draft) == {"read", "write", "freeze", "discard"}
    assert access.allowed_actions(cast.steering, draft) == {"read", "write_steering"}
    with acting(lead), pytest.raises(PermissionDenied):
        actions.save_text(draft, by=lead, key="steering", text="Styrgruppen är nöjd.")
    # A file brings what the group wrote before it had a seat; where it has one, it writes itself.
    with acting(lead), pytest.raises(PermissionDenied):
        actions.save_text(draft, by=lead, key="steering", text="Styrgruppen är nöjd.", from_file=True)
    with acting(cast.steering):
        actions.save_text(draft, by=cast.steering, key="steering", text="Bra så.")
        with pytest.raises(PermissionDenied):
            actions.save_text(draft, by=cast.steering, key="assessment", text="x")
        with pytest.raises(PermissionDenied):
            actions.freeze(draft, by=cast.steering)
    with acting(lead):
        frozen = actions.freeze(draft, by=lead)
    sees = {n for n, m in everyone.items() if access.visible_to(m).exists()}
    assert sees == {"project_lead", "steering", "evaluator", "association_officer"}
    for name, member in everyone.items():
        allowed = access.allowed_actions(member, frozen)
        assert ("download" in allowed) == (name in sees), name
        assert ("new_version" in allowed) == (name == "project_lead"), name
        assert not allowed & {"write", "write_steering", "freeze", "discard"}, name
    with acting(cast.steering), pytest.raises(actions.IllegalMove):
        actions.save_text(frozen, by=cast.steering, key="steering", text="För sent.")


def test_the_job_draws_once_and_what_is_handed_out_leaves_its_row(cast, frozen, trace):
    job = Job.objects.get(key=f"draw_report:{frozen.pk}")
    assert errands_jobs.run(job.pk) == "done"
    assert errands_jobs.run(job.pk) == "held"
    job.refresh_from_db()
    assert (job.progress, job.progress_total) == (len(form.FORM), len(form.FORM))
    kept = Drawing.objects.get(report=frozen)
    assert actions.keep_drawing(frozen, b"something else") == kept
    assert File.objects.count() == 1
    with acting(cast.association_officer):
        pdf = actions.hand_out(frozen, by=cast.association_officer)
    assert pdf == jobs.drawn(frozen)
    assert pdf.startswith(b"%PDF-1.7")
    with acting(cast.coordinator), pytest.raises(PermissionDenied):
        actions.hand_out(frozen, by=cast.coordinator)


def test_rows_that_no_longer_match_the_fingerprint_are_not_drawn(frozen):
    frozen.sha256 = "0" * 64
    with pytest.raises(jobs.FrozenContentDiffers):
        jobs.drawn(frozen)


def test_a_frozen_report_is_swedish_and_names_no_clock(cast, draft):
    from django.utils import translation

    with translation.override("en"), acting(cast.project_lead):
        frozen = actions.freeze(draft, by=cast.project_lead)
    assert frozen.figures.get(key="activities").value["rows"][0][1] == "Pulsmöte"
    assert set(frozen.cover) == {
        "initiative", "owner", "first_party", "second_party", "associations", "leads", "frozen_on", "demo"
    }  # fmt: skip
