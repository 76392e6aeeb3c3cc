import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The block: a row that stands above every ground."""

    dependencies = [
        ("cases", "0008_giving"),
        ("parties", "0002_sides"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="consentline",
            name="ended_how",
            field=models.TextField(
                blank=True,
                choices=[
                    ("withdrawn", "Withdrawn by the person"),
                    ("case_closed", "The case was closed"),
                    ("protected", "The identity was protected"),
                    ("party_left", "The party left the initiative"),
                    ("stopped", "The owner stopped showing it"),
                    ("lapsed", "Not opened again at the renewal"),
                    ("blocked", "Blocked"),
                    ("mistake", "Recorded by mistake"),
                ],
                default="",
            ),
        ),
        migrations.AlterField(
            model_name="disclosure",
            name="ended_how",
            field=models.TextField(
                blank=True,
                choices=[
                    ("withdrawn", "Withdrawn by the person"),
                    ("case_closed", "The case was closed"),
                    ("protected", "The identity was protected"),
                    ("party_left", "The party left the initiative"),
                    ("stopped", "The owner stopped showing it"),
                    ("lapsed", "Not opened again at the renewal"),
                    ("blocked", "Blocked"),
                    ("mistake", "Recorded by mistake"),
                ],
                default="",
            ),
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("region", "Blocked within the region, at the patient’s wish"),
                            ("colleague", "Conflict of interest: a colleague"),
                            ("unit", "Conflict of interest: a whole unit"),
                        ]
                    ),
                ),
                ("reason", models.TextField()),
                ("from_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifted_reason", models.TextField(blank=True, default="")),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="parties.membership",
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="parties.membership",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="blocks", to="cases.person"
                    ),
                ),
                (
                    "to_unit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="parties.unit",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="+", to="parties.unit"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "region"), ("to_unit", None), ("user", None)),
                            models.Q(("kind", "colleague"), ("to_unit", None), ("user__isnull", False)),
                            models.Q(("kind", "unit"), ("to_unit__isnull", False), ("user", None)),
                            _connector="OR",
                        ),
                        name="a_block_names_whom_it_holds_off",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="a_block_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at", None), ("lifted_by", None), ("lifted_reason", "")),
                            models.Q(
                                ("lifted_at__isnull", False),
                                ("lifted_by__isnull", False),
                                models.Q(("lifted_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="who_lifted_a_block_when_and_why_are_one_fact",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at", None)),
                        fields=("person", "kind", "user", "to_unit"),
                        name="one_block_of_a_kind_at_a_time",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
    ]
