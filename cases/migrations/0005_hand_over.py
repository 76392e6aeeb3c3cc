import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

WALL = """
alter table cases_handover enable row level security;
alter table cases_handover force row level security;
create policy read on cases_handover for select to portal_app using (unit_id = (select portal.unit()));
create policy add on cases_handover for insert to portal_app with check (unit_id = (select portal.unit())
    and exists (select 1 from cases_case c where c.id = case_id));
create policy change on cases_handover for update to portal_app
    using (unit_id = (select portal.unit())) with check (unit_id = (select portal.unit()));
create policy maintenance on cases_handover for all to portal_owner
    using (portal.maintains()) with check (portal.maintains());
revoke delete, truncate on cases_handover from portal_app;

create function portal.hand_over_moves() returns trigger language plpgsql as $$
begin
    if old.ended_at is not null then
        raise exception 'an answered offer stays as it was answered';
    end if;
    if (to_jsonb(old) - '{ended_at,ended_by_id,how,answer}'::text[]) is distinct from
       (to_jsonb(new) - '{ended_at,ended_by_id,how,answer}'::text[]) then
        raise exception 'an offer is not rewritten';
    end if;
    return new;
end $$;
create trigger moves before update on cases_handover for each row execute function portal.hand_over_moves();
"""
BACK = "drop function portal.hand_over_moves() cascade"


class Migration(migrations.Migration):
    """Cases offered to a colleague: the unit's own rows, answered once."""

    dependencies = [
        ("cases", "0004_outcome"),
        ("parties", "0002_sides"),
    ]

    operations = [
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("note", models.TextField(blank=True, default="")),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "how",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Taken back"),
                            ("overtaken", "Overtaken by another deed"),
                        ],
                        default="",
                    ),
                ),
                ("answer", models.TextField(blank=True, default="")),
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
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="hand_overs",
                        to="cases.case",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="parties.membership",
                    ),
                ),
                (
                    "to_member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="parties.membership",
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
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["to_member"], name="offers_to_member"
                    ),
                    models.Index(fields=["by", "-id"], name="offers_by_member"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("ended_at", None), ("ended_by", None), ("how", "")),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                                ("how__in", ["accepted", "declined", "withdrawn", "overtaken"]),
                            ),
                            _connector="OR",
                        ),
                        name="an_offer_ends_by_somebody_in_some_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by", models.F("to_member")), _negated=True),
                        name="a_case_is_offered_to_somebody_else",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("case", "unit"),
                        name="one_open_offer_per_case_and_unit",
                        violation_error_message="The case is already offered to somebody.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALL, BACK),
    ]
