import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

WALLS = """
alter table cases_listexport enable row level security;
alter table cases_listexport force row level security;
create policy own on cases_listexport for all to portal_app
    using (member_id = (select portal.member()))
    with check (member_id = (select portal.member()) and unit_id = (select portal.unit()));
create policy maintenance on cases_listexport for all to portal_owner using (portal.maintains()) with check (portal.maintains());

-- The tidying is nobody's member: it goes through a door that opens on what is over, and on nothing else.
grant select, update on cases_listexport to portal_definer;
grant select on errands_file to portal_definer;
create policy door on cases_listexport for all to portal_definer using (true) with check (true);
create policy exports on errands_file for select to portal_definer
    using (exists (select 1 from cases_listexport e where e.file_id = errands_file.id));
create function portal.exports_over() returns table (export bigint, name text) language sql stable security definer
set search_path = public, pg_temp as $$
    select e.id, f.name from cases_listexport e left join errands_file f on f.id = e.file_id
    where e.destroyed_at is null and (
        e.until_at <= statement_timestamp() or e.cancelled_at is not null
        or not exists (select 1 from parties_membership m where m.id = e.member_id
            and m.from_at <= statement_timestamp() and (m.until_at is null or m.until_at > statement_timestamp())))
$$;
create function portal.exports_destroyed(exports bigint[]) returns void language sql security definer
set search_path = public, pg_temp as $$
    update cases_listexport set destroyed_at = statement_timestamp(), half = '', cases = '{}', readable = ''
    where id = any(exports) and id in (select export from portal.exports_over())
$$;
alter function portal.exports_over() owner to portal_definer;
alter function portal.exports_destroyed(bigint[]) owner to portal_definer;
"""


class Migration(migrations.Migration):
    """A file of cases is its member's; what is over is destroyed through two functions that see nothing else."""

    dependencies = [
        ("cases", "0016_saved_lists"),
        ("errands", "0003_sent"),
        ("parties", "0003_registrar"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListExport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "format",
                    models.TextField(
                        choices=[("xlsx", "Excel (XLSX)"), ("csv", "Text with semicolons (CSV)")]
                    ),
                ),
                ("query", models.JSONField(default=dict)),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("with_names", models.BooleanField(default=False)),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("until_at", models.DateTimeField()),
                ("draw", models.PositiveSmallIntegerField(default=1)),
                ("half", models.TextField(blank=True, default="")),
                (
                    "cases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("readable", models.TextField(blank=True, default="")),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("destroyed_at", models.DateTimeField(null=True)),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="errands.file",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("destroyed_at", None)),
                        fields=["until_at"],
                        name="exports_to_destroy",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["xlsx", "csv"])),
                        name="an_export_is_of_a_known_format",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("destroyed_at", None), ("half", ""), _connector="OR"),
                        name="a_destroyed_export_has_no_key",
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
