import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

WALL = """
alter table cases_caseoutcome enable row level security;
alter table cases_caseoutcome force row level security;
create policy read on cases_caseoutcome for select to portal_app using (unit_id = (select portal.unit()));
create policy add on cases_caseoutcome for insert to portal_app with check (unit_id = (select portal.unit()));
create policy maintenance on cases_caseoutcome for all to portal_owner
    using (portal.maintains()) with check (portal.maintains());
revoke update, delete, truncate on cases_caseoutcome from portal_app;
alter table cases_caseoutcome
    add constraint only_the_owner_says_how_it_ended
        foreign key (case_id, unit_id) references cases_case (id, unit_id),
    add constraint the_case_that_stays_is_the_units_own
        foreign key (stays_id, unit_id) references cases_case (id, unit_id);
"""


class Migration(migrations.Migration):
    """How a case ended, in a table of the owning unit's own: written once, behind the wall."""

    dependencies = [
        ("cases", "0003_prognosis"),
        ("parties", "0002_sides"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseOutcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "cause",
                    models.TextField(
                        choices=[
                            ("completed", "Completed"),
                            ("moved", "Moved away"),
                            ("declined", "Declined to go on"),
                            ("died", "Died"),
                            ("other", "Other reason"),
                            ("wrong_person", "Registered on the wrong person"),
                            ("registered_twice", "Registered twice"),
                        ]
                    ),
                ),
                (
                    "livelihood_before",
                    models.TextField(
                        choices=[
                            ("unknown", "Not known"),
                            ("wages", "Wages or own business"),
                            ("sickness_benefit", "Sickness benefit or rehabilitation benefit"),
                            ("sickness_compensation", "Sickness or activity compensation"),
                            ("unemployment", "Unemployment benefit or activity support"),
                            ("social_assistance", "Social assistance"),
                            ("student_aid", "Student aid"),
                            ("other", "Other livelihood"),
                            ("none", "No income of one's own"),
                        ],
                        default="unknown",
                    ),
                ),
                (
                    "livelihood_after",
                    models.TextField(
                        choices=[
                            ("unknown", "Not known"),
                            ("wages", "Wages or own business"),
                            ("sickness_benefit", "Sickness benefit or rehabilitation benefit"),
                            ("sickness_compensation", "Sickness or activity compensation"),
                            ("unemployment", "Unemployment benefit or activity support"),
                            ("social_assistance", "Social assistance"),
                            ("student_aid", "Student aid"),
                            ("other", "Other livelihood"),
                            ("none", "No income of one's own"),
                        ],
                        default="unknown",
                    ),
                ),
                (
                    "occupation_before",
                    models.TextField(
                        choices=[
                            ("unknown", "Not known"),
                            ("work", "Works"),
                            ("studies", "Studies"),
                            ("work_and_studies", "Works and studies"),
                            ("seeks_work", "Seeks work"),
                            ("none", "Neither works, studies nor seeks work"),
                        ],
                        default="unknown",
                    ),
                ),
                (
                    "occupation_after",
                    models.TextField(
                        choices=[
                            ("unknown", "Not known"),
                            ("work", "Works"),
                            ("studies", "Studies"),
                            ("work_and_studies", "Works and studies"),
                            ("seeks_work", "Seeks work"),
                            ("none", "Neither works, studies nor seeks work"),
                        ],
                        default="unknown",
                    ),
                ),
                (
                    "step_health",
                    models.TextField(
                        choices=[
                            ("unknown", "Not known"),
                            ("1", "A step forward"),
                            ("0", "As before"),
                            ("-1", "A step back"),
                        ],
                        default="unknown",
                    ),
                ),
                (
                    "step_activity",
                    models.TextField(
                        choices=[
                            ("unknown", "Not known"),
                            ("1", "A step forward"),
                            ("0", "As before"),
                            ("-1", "A step back"),
                        ],
                        default="unknown",
                    ),
                ),
                (
                    "step_work",
                    models.TextField(
                        choices=[
                            ("unknown", "Not known"),
                            ("1", "A step forward"),
                            ("0", "As before"),
                            ("-1", "A step back"),
                        ],
                        default="unknown",
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="parties.membership",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="outcomes", to="cases.case"
                    ),
                ),
                (
                    "closing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="outcomes",
                        to="cases.casestate",
                    ),
                ),
                (
                    "stays",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="doubles",
                        to="cases.case",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="+", to="parties.unit"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["closing", "-id"], name="outcome_of_closing"),
                    models.Index(
                        condition=models.Q(("stays__isnull", False)), fields=["stays"], name="doubles_of_case"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "cause__in",
                                [
                                    "completed",
                                    "moved",
                                    "declined",
                                    "died",
                                    "other",
                                    "wrong_person",
                                    "registered_twice",
                                ],
                            )
                        ),
                        name="a_case_is_closed_for_a_known_cause",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "livelihood_after__in",
                                [
                                    "unknown",
                                    "wages",
                                    "sickness_benefit",
                                    "sickness_compensation",
                                    "unemployment",
                                    "social_assistance",
                                    "student_aid",
                                    "other",
                                    "none",
                                ],
                            ),
                            (
                                "livelihood_before__in",
                                [
                                    "unknown",
                                    "wages",
                                    "sickness_benefit",
                                    "sickness_compensation",
                                    "unemployment",
                                    "social_assistance",
                                    "student_aid",
                                    "other",
                                    "none",
                                ],
                            ),
                            (
                                "occupation_after__in",
                                ["unknown", "work", "studies", "work_and_studies", "seeks_work", "none"],
                            ),
                            (
                                "occupation_before__in",
                                ["unknown", "work", "studies", "work_and_studies", "seeks_work", "none"],
                            ),
                            ("step_activity__in", ["unknown", "1", "0", "-1"]),
                            ("step_health__in", ["unknown", "1", "0", "-1"]),
                            ("step_work__in", ["unknown", "1", "0", "-1"]),
                        ),
                        name="an_outcome_is_said_in_known_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cause", "registered_twice"), ("stays__isnull", False)),
                            models.Q(models.Q(("cause", "registered_twice"), _negated=True), ("stays", None)),
                            _connector="OR",
                        ),
                        name="registered_twice_says_which_case_stays",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stays", models.F("case")), _negated=True),
                        name="a_case_is_not_its_own_double",
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
