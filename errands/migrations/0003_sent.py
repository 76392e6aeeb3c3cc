import django.db.models.functions.datetime
from django.db import migrations, models

WALLS = """
alter table errands_sent enable row level security;
alter table errands_sent force row level security;
create policy own on errands_sent for all to portal_app
    using (member = (select portal.member())) with check (member = (select portal.member()));
create policy maintenance on errands_sent for all to portal_owner using (portal.maintains()) with check (portal.maintains());
grant delete on errands_sent to portal_app;

grant select, delete on errands_sent to portal_definer;
create policy door on errands_sent for all to portal_definer using (true) with check (true);
create function portal.forget_sent(before timestamptz) returns integer language plpgsql security definer
set search_path = public, pg_temp as $$
declare gone integer;
begin
    delete from errands_sent where at < least(before, statement_timestamp() - interval '1 day');
    get diagnostics gone = row_count;
    return gone;
end $$;
alter function portal.forget_sent(timestamptz) owner to portal_definer;
"""


class Migration(migrations.Migration):
    """A form's key is its sender's; old keys go, whoever's, through one function."""

    dependencies = [("errands", "0002_walls")]
    operations = [
        migrations.CreateModel(
            name="Sent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("member", models.BigIntegerField()),
                ("key", models.UUIDField()),
                ("led_to", models.TextField(blank=True, default="")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("member", "key"), name="a_form_is_sent_once"),
                ],
                "indexes": [models.Index(fields=["at"], name="sent_at")],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
