import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

WALLS = """
alter table cases_columnmapping enable row level security;
alter table cases_columnmapping force row level security;
-- Whoever imports works at the unit; an administrator opens no unit's cases, and says it for the own unit all the same.
create policy own on cases_columnmapping for all to portal_app
    using (unit_id = coalesce((select portal.works_at()), (select portal.unit())))
    with check (unit_id = coalesce((select portal.works_at()), (select portal.unit())));
create policy maintenance on cases_columnmapping for all to portal_owner using (portal.maintains()) with check (portal.maintains());
"""


class Migration(migrations.Migration):
    """Which heading of a foreign list is which column: the own unit's."""

    dependencies = [
        ("cases", "0018_import_run"),
        ("parties", "0003_registrar"),
    ]

    operations = [
        migrations.CreateModel(
            name="ColumnMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("headings", models.TextField()),
                ("columns", models.JSONField(default=dict)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="parties.unit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("unit", "headings"), name="one_mapping_per_unit_and_headings"
                    )
                ],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
