import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

WALLS = """
alter table cases_importrun enable row level security;
alter table cases_importrun force row level security;
create policy read on cases_importrun for select to portal_app using (unit_id = (select portal.unit()));
-- The command that imports acts for a unit and is nobody's member.
create policy add on cases_importrun for insert to portal_app
    with check (unit_id = (select portal.unit()) and by_id = coalesce((select portal.member()), by_id));
create policy change on cases_importrun for update to portal_app
    using (unit_id = (select portal.unit())) with check (unit_id = (select portal.unit()));
create policy maintenance on cases_importrun for all to portal_owner using (portal.maintains()) with check (portal.maintains());
create function portal.import_run_moves() returns trigger language plpgsql as $$
begin
    if current_user <> 'portal_app' then
        return new;
    end if;
    if tg_op = 'INSERT' and new.undone_at is not null then
        raise exception 'an import begins as done';
    end if;
    if tg_op = 'UPDATE' and (old.undone_at is not null
            or (old.unit_id, old.key, old.by_id, old.at) is distinct from (new.unit_id, new.key, new.by_id, new.at)) then
        raise exception 'an import is undone once and not rewritten';
    end if;
    return new;
end $$;
create trigger moves before insert or update on cases_importrun for each row execute function portal.import_run_moves();
"""


class Migration(migrations.Migration):
    """An import is a row of its unit, undone once; a case may be closed because its import was undone."""

    dependencies = [
        ("cases", "0017_list_export"),
        ("parties", "0003_registrar"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.TextField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "created",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "changed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("undone_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="caseoutcome",
            name="a_case_is_closed_for_a_known_cause",
        ),
        migrations.AlterField(
            model_name="caseoutcome",
            name="cause",
            field=models.TextField(
                choices=[
                    ("completed", "Completed"),
                    ("moved", "Moved away"),
                    ("declined", "Declined to go on"),
                    ("died", "Died"),
                    ("other", "Other reason"),
                    ("wrong_person", "Registered on the wrong person"),
                    ("registered_twice", "Registered twice"),
                    ("undone_import", "Registered by mistake: the import was undone"),
                ]
            ),
        ),
        AddConstraintNotValid(
            model_name="caseoutcome",
            constraint=models.CheckConstraint(
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
                            "undone_import",
                        ],
                    )
                ),
                name="a_case_is_closed_for_a_known_cause",
            ),
        ),
        ValidateConstraint(model_name="caseoutcome", name="a_case_is_closed_for_a_known_cause"),
        migrations.AddField(
            model_name="importrun",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="parties.membership",
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="undone_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="parties.membership",
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="parties.unit",
            ),
        ),
        migrations.AddIndex(
            model_name="importrun",
            index=models.Index(fields=["unit", "-at"], name="import_run_by_unit"),
        ),
        migrations.AddConstraint(
            model_name="importrun",
            constraint=models.UniqueConstraint(fields=("unit", "key"), name="one_run_per_unit_and_list"),
        ),
        migrations.AddConstraint(
            model_name="importrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undone_at", None), ("undone_by", None)),
                    models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                    _connector="OR",
                ),
                name="an_import_is_undone_by_somebody",
            ),
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
