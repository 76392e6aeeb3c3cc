import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

U = "portal.unit()"
ASKED = f"exists (select 1 from inquiries_inquiry i where i.id = inquiry_id and i.asker_unit_id = {U})"


def answered_on_paper(table: str) -> str:
    return f"""exists (select 1 from inquiries_onpaper p
        where p.inquiry_id = {table}.inquiry_id and p.unit_id = {U} and p.deed = 'answered')"""


WALLS = f"""
alter table inquiries_onpaper enable row level security;
alter table inquiries_onpaper force row level security;
create policy own on inquiries_onpaper for select to portal_app using (unit_id = {U});
create policy add on inquiries_onpaper for insert to portal_app with check (unit_id = {U} and {ASKED});
create policy barred on inquiries_onpaper as restrictive for all to portal_app
    using (exists (select 1 from inquiries_inquiry i where i.id = inquiry_id))
    with check (exists (select 1 from inquiries_inquiry i where i.id = inquiry_id));
create policy maintenance on inquiries_onpaper for all to portal_owner
    using (portal.maintains()) with check (portal.maintains());
revoke update, delete, truncate on inquiries_onpaper from portal_app;

-- The asker takes the answering step, and adds its parts, only beside a row that says the answer came in on paper.
create policy add_from_paper on inquiries_inquirystate for insert to portal_app with check (
    unit_id = {U} and state = 'answered' and {ASKED} and {answered_on_paper("inquiries_inquirystate")});
create policy add_from_paper on inquiries_inquiryanswer for insert to portal_app with check (
    {ASKED} and {answered_on_paper("inquiries_inquiryanswer")}
    and exists (select 1 from cases_item i where i.id = item_id and i.unit_id = {U}));
"""
BACK = """
drop policy if exists add_from_paper on inquiries_inquirystate;
drop policy if exists add_from_paper on inquiries_inquiryanswer;
"""


class Migration(migrations.Migration):
    """A question on paper, and the answer that came in on it: the asking unit's own rows."""

    dependencies = [
        ("inquiries", "0003_barred"),
        ("parties", "0003_registrar"),
    ]

    operations = [
        migrations.CreateModel(
            name="OnPaper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "deed",
                    models.TextField(
                        choices=[("printed", "Printed on paper"), ("answered", "Answer recorded from paper")]
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("received_on", models.DateField(null=True)),
                ("received_from", models.TextField(blank=True, default="")),
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
                    "inquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="papers",
                        to="inquiries.inquiry",
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("deed", "printed"), ("received_from", ""), ("received_on", None)),
                            models.Q(
                                ("deed", "answered"),
                                ("received_on__isnull", False),
                                models.Q(("received_from", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="an_answer_on_paper_has_a_day_and_a_sender",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("deed", "answered")),
                        fields=("inquiry",),
                        name="one_answer_on_paper_an_inquiry",
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALLS, BACK),
    ]
