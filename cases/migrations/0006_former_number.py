import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

WALL = """
alter table cases_formernumber enable row level security;
alter table cases_formernumber force row level security;
create policy read on cases_formernumber for select to portal_app using (unit_id = (select portal.unit()));
create policy add on cases_formernumber for insert to portal_app with check (unit_id = (select portal.unit())
    and exists (select 1 from cases_person p where p.id = person_id and p.unit_id = cases_formernumber.unit_id));
create policy maintenance on cases_formernumber for all to portal_owner
    using (portal.maintains()) with check (portal.maintains());
revoke update, delete, truncate on cases_formernumber from portal_app;
"""


class Migration(migrations.Migration):
    """Numbers that persons had before, sealed, in rows of the unit that registered the person."""

    dependencies = [
        ("cases", "0005_hand_over"),
        ("parties", "0002_sides"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number_kind",
                    models.TextField(
                        choices=[
                            ("personnummer", "Personal number"),
                            ("samordningsnummer", "Coordination number"),
                            ("none", "Without personal data"),
                        ]
                    ),
                ),
                ("number_key", models.BinaryField()),
                ("number_cipher", models.BinaryField()),
                (
                    "why",
                    models.TextField(
                        choices=[
                            ("changed", "The person has been given a new number"),
                            ("mistyped", "The number was written wrongly here"),
                        ]
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
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="former_numbers",
                        to="cases.person",
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
                "indexes": [models.Index(fields=["unit", "number_key"], name="former_number_by_key")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("why__in", ["changed", "mistyped"])),
                        name="a_number_changes_for_a_known_reason",
                    )
                ],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
