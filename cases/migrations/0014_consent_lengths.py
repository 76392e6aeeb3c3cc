import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import cases.models.lengths

# Whoever acts may read how long a party's consents stand; its organisation's administrator alone sets it.
REACH = """exists (
    select 1 from parties_membership m join parties_party own on own.id = m.party_id
        join parties_party p on p.organisation_id = own.organisation_id
    where m.id = (select portal.member()) and m.role = 'administrator' and p.id = cases_consentlengths.party_id
      and m.from_at <= statement_timestamp() and (m.until_at is null or m.until_at > statement_timestamp()))"""
SETS = f"set_by_id = (select portal.member()) and {REACH}"

U = "(select portal.unit())"
HELD_OFF = "case_id <> all (portal.barred_cases())"

WALL = f"""
alter table cases_consentlengths enable row level security;
alter table cases_consentlengths force row level security;
create policy read on cases_consentlengths for select to portal_app using (portal.member() is not null);
create policy add on cases_consentlengths for insert to portal_app with check ({SETS});
create policy change on cases_consentlengths for update to portal_app using ({REACH}) with check ({SETS});
create policy maintenance on cases_consentlengths for all to portal_owner
    using (portal.maintains()) with check (portal.maintains());
revoke delete, truncate on cases_consentlengths from portal_app;

alter table cases_printedform enable row level security;
alter table cases_printedform force row level security;
create policy read on cases_printedform for select to portal_app using (unit_id = {U});
create policy add on cases_printedform for insert to portal_app with check (
    unit_id = {U} and exists (select 1 from cases_case c where c.id = case_id and c.unit_id = portal.unit()));
create policy barred on cases_printedform as restrictive for all to portal_app
    using ({HELD_OFF}) with check ({HELD_OFF});
create policy maintenance on cases_printedform for all to portal_owner
    using (portal.maintains()) with check (portal.maintains());
revoke update, delete, truncate on cases_printedform from portal_app;
"""

# The ceilings of R9, whatever a party has set and whoever writes. A day's room, for months of unequal length.
CEILINGS = """
alter table cases_consent
    add constraint a_consent_ends_within_24_months check (valid_to <= valid_from + interval '24 months') not valid,
    add constraint an_oral_consent_ends_within_90_days check (form <> 'oral' or valid_to - valid_from < 90) not valid;
alter table cases_consentline
    add constraint a_line_ends_within_24_months check (until_at - from_at <= interval '733 days') not valid;
"""
NO_CEILINGS = """
alter table cases_consent drop constraint a_consent_ends_within_24_months,
    drop constraint an_oral_consent_ends_within_90_days;
alter table cases_consentline drop constraint a_line_ends_within_24_months;
"""
VALID = """
alter table cases_consent validate constraint a_consent_ends_within_24_months;
alter table cases_consent validate constraint an_oral_consent_ends_within_90_days;
alter table cases_consentline validate constraint a_line_ends_within_24_months;
"""


class Migration(migrations.Migration):
    """How long a party's consents stand (R9), that a form was printed, and who took an oral consent."""

    dependencies = [
        ("cases", "0013_statement_list_walls"),
        ("parties", "0003_registrar"),
    ]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="obtained_by",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.CreateModel(
            name="PrintedForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.TextField(unique=True)),
                (
                    "units",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("printed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "printed_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="parties.membership",
                    ),
                ),
                (
                    "renews",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="cases.consent",
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
        ),
        migrations.CreateModel(
            name="ConsentLengths",
            fields=[
                (
                    "party",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.RESTRICT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="parties.party",
                    ),
                ),
                (
                    "written_months",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        default=cases.models.lengths.usual_months,
                        size=None,
                    ),
                ),
                ("longest_months", models.PositiveSmallIntegerField(default=24)),
                ("oral_days", models.PositiveSmallIntegerField(default=90)),
                ("set_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "set_by",
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
                    models.CheckConstraint(
                        condition=models.Q(("longest_months__gte", 1), ("longest_months__lte", 24)),
                        name="a_consent_lasts_at_most_24_months",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("oral_days__gte", 1), ("oral_days__lte", 90)),
                        name="an_oral_consent_lasts_at_most_90_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("written_months__contained_by", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
                            ("written_months__len__gte", 1),
                        ),
                        name="a_written_consent_is_chosen_within_a_year",
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
        migrations.RunSQL(CEILINGS, NO_CEILINGS),
        migrations.RunSQL(VALID, migrations.RunSQL.noop),
    ]
