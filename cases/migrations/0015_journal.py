import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

WALL = """
alter table cases_journaltick enable row level security;
alter table cases_journaltick force row level security;
create policy read on cases_journaltick for select to portal_app using (unit_id = (select portal.unit()));
create policy add on cases_journaltick for insert to portal_app with check (unit_id = (select portal.unit())
    and exists (select 1 from cases_case c where c.id = case_id));
create policy change on cases_journaltick for update to portal_app
    using (unit_id = (select portal.unit())) with check (unit_id = (select portal.unit()));
create policy barred on cases_journaltick as restrictive for all to portal_app
    using (case_id <> all (portal.barred_cases())) with check (case_id <> all (portal.barred_cases()));
create policy maintenance on cases_journaltick for all to portal_owner
    using (portal.maintains()) with check (portal.maintains());
revoke delete, truncate on cases_journaltick from portal_app;

create function portal.journal_tick_moves() returns trigger language plpgsql as $$
begin
    if current_user <> 'portal_app' then
        return new;
    end if;
    if tg_op = 'INSERT' then
        if new.undone_at is not null or new.by_id is distinct from portal.member() then
            raise exception 'a tick is set by who entered the text';
        end if;
        return new;
    end if;
    if old.undone_at is not null or new.undone_by_id is distinct from portal.member()
       or (to_jsonb(old) - '{undone_at,undone_by_id}'::text[]) is distinct from
       (to_jsonb(new) - '{undone_at,undone_by_id}'::text[]) then
        raise exception 'a tick is taken back once and not rewritten';
    end if;
    return new;
end $$;
create trigger moves before insert or update on cases_journaltick
    for each row execute function portal.journal_tick_moves();
"""
BACK = "drop function portal.journal_tick_moves() cascade"


class Migration(migrations.Migration):
    """What has been entered in the care record: a row for each event, the unit's own."""

    dependencies = [
        ("cases", "0014_consent_lengths"),
        ("parties", "0003_registrar"),
    ]

    operations = [
        migrations.CreateModel(
            name="JournalTick",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event", models.TextField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("undone_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="disclosure",
            index=models.Index(fields=["by", "-at"], name="disclosure_given_by"),
        ),
        migrations.AddIndex(
            model_name="disclosure",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)),
                fields=["ended_by", "-ended_at"],
                name="disclosure_ended_by",
            ),
        ),
        migrations.AddField(
            model_name="journaltick",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="parties.membership",
            ),
        ),
        migrations.AddField(
            model_name="journaltick",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="cases.case",
            ),
        ),
        migrations.AddField(
            model_name="journaltick",
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
            model_name="journaltick",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="parties.unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="journaltick",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undone_at", None), ("undone_by", None)),
                    models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                    _connector="OR",
                ),
                name="who_took_a_tick_back_and_when_are_one_fact",
            ),
        ),
        migrations.AddConstraint(
            model_name="journaltick",
            constraint=models.CheckConstraint(
                condition=models.Q(("event", ""), _negated=True), name="a_tick_is_of_an_event"
            ),
        ),
        migrations.AddConstraint(
            model_name="journaltick",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)),
                fields=("unit", "event", "case"),
                name="an_event_is_entered_once",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["unit", "-at"], name="item_written_at"),
        ),
        migrations.AddIndex(
            model_name="consentline",
            index=models.Index(
                condition=models.Q(("ended_how", "withdrawn")),
                fields=["unit", "-ended_at"],
                name="line_withdrawn",
            ),
        ),
        migrations.RunSQL(WALL, BACK),
    ]
