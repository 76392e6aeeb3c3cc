import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

WALL = """
alter table initiatives_timersetting enable row level security;
alter table initiatives_timersetting force row level security;
create policy read on initiatives_timersetting for select to portal_app using (portal.member() is not null);
create policy add on initiatives_timersetting for insert to portal_app with check ({leads});
create policy change on initiatives_timersetting for update to portal_app using ({leads}) with check ({leads});
create policy maintenance on initiatives_timersetting for all to portal_owner
    using (portal.maintains()) with check (portal.maintains());
""".format(
    leads="""set_by_id is not null and exists (
        select 1 from initiatives_seat s join parties_membership m on m.user_id = s.user_id
        where s.initiative_id = initiatives_timersetting.initiative_id and s.role = 'lead'
          and m.id = (select portal.member()) and s.from_at <= statement_timestamp()
          and (s.until_at is null or s.until_at > statement_timestamp()))"""
)


class Migration(migrations.Migration):
    """The times that an insats sets for its cases. Whoever acts may read them, the insats's lead alone sets them."""

    dependencies = [("initiatives", "0002_shares"), ("parties", "0002_sides")]
    operations = [
        migrations.CreateModel(
            name="TimerSetting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.TextField()),
                ("number", models.PositiveSmallIntegerField()),
                ("set_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="timers",
                        to="initiatives.initiative",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="parties.membership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("initiative", "key"), name="one_time_per_initiative_and_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__lte", 1000)), name="a_time_is_at_most_1000"
                    ),
                ]
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
