import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

WALLS = "\n".join(
    f"""
alter table {table} enable row level security;
alter table {table} force row level security;
create policy own on {table} for all to portal_app
    using (member_id = (select portal.member())) with check (member_id = (select portal.member()));
create policy maintenance on {table} for all to portal_owner using (portal.maintains()) with check (portal.maintains());
grant delete on {table} to portal_app;"""
    for table in ("cases_savedfilter", "cases_listcolumns")
)


class Migration(migrations.Migration):
    """What a member keeps about the own lists: read, changed and thrown away by that member, and by nobody else."""

    dependencies = [
        ("cases", "0015_journal"),
        ("parties", "0003_registrar"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListColumns",
            fields=[
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.RESTRICT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="parties.membership",
                    ),
                ),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField()),
                ("query", models.JSONField(default=dict)),
                ("saved_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="parties.membership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("member", "name"), name="one_filter_per_member_and_name"),
                    models.CheckConstraint(
                        condition=models.Q(("name__regex", "^.{1,60}$")), name="a_filter_has_a_short_name"
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
