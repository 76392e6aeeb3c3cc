import django.db.models.deletion
import django.db.models.functions.datetime
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

WALL = """
alter table cases_incident enable row level security;
alter table cases_incident force row level security;
create policy read on cases_incident for select to portal_app using (unit_id = (select portal.unit()));
create policy add on cases_incident for insert to portal_app with check (
    unit_id = portal.unit() and heeded_at is null and exists (
        select 1 from cases_disclosure d where d.id = disclosure_id and d.from_unit_id = portal.unit()
          and d.case_id = cases_incident.case_id and d.to_unit_id = cases_incident.to_unit_id
          and d.item_id is not null and d.ended_at is not null));
create policy maintenance on cases_incident for all to portal_owner using (portal.maintains()) with check (portal.maintains());
create policy door on cases_incident for select to portal_definer using (true);
create policy door_change on cases_incident for update to portal_definer using (true) with check (true);
revoke update, delete, truncate on cases_incident from portal_app;

alter table cases_incidentnote enable row level security;
alter table cases_incidentnote force row level security;
create policy read on cases_incidentnote for select to portal_app using (unit_id = (select portal.unit()));
create policy add on cases_incidentnote for insert to portal_app with check (
    unit_id = portal.unit() and exists (
        select 1 from cases_incident i where i.id = incident_id and i.unit_id = portal.unit()));
create policy maintenance on cases_incidentnote for all to portal_owner using (portal.maintains()) with check (portal.maintains());
revoke update, delete, truncate on cases_incidentnote from portal_app;

grant select, update on cases_incident to portal_definer;
grant select on parties_user to portal_definer;
-- The registrar's reading is written by the function that reads, in the name of whoever acts.
grant insert on audit_entry to portal_definer;
create policy door_add on audit_entry for insert to portal_definer with check (
    member = portal.member() and unit = portal.works_at() and party = portal.party());
"""

DOORS = """
create or replace function portal.disclosure_moves() returns trigger language plpgsql as $$
begin
    if current_user <> 'portal_app' then
        return new;
    end if;
    if tg_op = 'INSERT' then
        if new.ended_at is not null or new.opened_at is not null or new.fetched_at is not null then
            raise exception 'a disclosure begins unended and unopened';
        end if;
        return new;
    end if;
    if old.ended_at is not null then
        raise exception 'an ended disclosure stays ended';
    end if;
    if (to_jsonb(old) - '{ended_at,ended_by_id,ended_how}'::text[]) is distinct from
       (to_jsonb(new) - '{ended_at,ended_by_id,ended_how}'::text[]) then
        raise exception 'a disclosure is not rewritten';
    end if;
    return new;
end $$;

-- The receiving unit puts its copy in its own file, while the ground stands. The first time counts.
create function portal.fetch_to_file(the_case bigint, the_item bigint) returns integer language plpgsql security definer
set search_path = public, pg_temp as $$
declare fetched integer;
begin
    update cases_disclosure d set fetched_at = statement_timestamp(), fetched_by_id = portal.member()
    where d.case_id = the_case and d.item_id = the_item and d.to_unit_id = portal.unit()
      and d.fetched_at is null and d.ended_at is null and exists (select 1 from cases_standing s where s.id = d.id);
    get diagnostics fetched = row_count;
    return fetched;
end $$;

-- What was given to the units of the registrar's own party on one case. A reason is demanded, and the ledger is written
-- whatever is found. What was sent to the wrong unit is told of and not handed out.
create function portal.hand_out(the_number text, why text)
returns table (disclosure bigint, facts text, sha256 text, from_unit text, to_unit text, given_at timestamptz,
    shown_until timestamptz, stands boolean, wrongly_sent boolean)
language plpgsql security definer set search_path = public, pg_temp as $$
declare my_party bigint := portal.party(); the_case bigint; the_person bigint;
begin
    if not exists (
        select 1 from parties_membership m join parties_user u on u.id = m.user_id
        where m.id = portal.member() and m.role = 'registrar' and m.side = 'case' and u.is_active
          and m.party_id = my_party and m.unit_id = portal.works_at()
          and m.from_at <= statement_timestamp() and (m.until_at is null or m.until_at > statement_timestamp())) then
        raise exception 'only the registrar of the receiving party hands out what was received';
    end if;
    if coalesce(length(btrim(why)), 0) < 5 then
        raise exception 'a reason is stated before anything is handed out';
    end if;
    select c.id, c.person_id into the_case, the_person from cases_case c
    where c.number = the_number and c.id <> all (portal.barred_cases()) and exists (
        select 1 from cases_disclosure d join cases_archive a on a.disclosure_id = d.id
        where d.case_id = c.id and a.to_party_id = my_party);
    insert into audit_entry (kind, member, unit, party, persons, "case", basis, request, note)
    values (case when the_case is null then 'read.refused' else 'archive.handed_out' end,
        portal.member(), portal.works_at(), my_party,
        case when the_person is null then '{}'::bigint[] else array[the_person] end, the_case, '', null,
        case when the_case is null then the_number else btrim(why) end);
    return query
        select d.id, case when i.id is null then a.facts::text end, case when i.id is null then a.sha256 end,
            f.name, t.name, d.at, least(coalesce(d.ended_at, d.until_at), d.until_at),
            exists (select 1 from cases_standing s where s.id = d.id), i.id is not null
        from cases_archive a join cases_disclosure d on d.id = a.disclosure_id
            join parties_unit f on f.id = d.from_unit_id join parties_unit t on t.id = d.to_unit_id
            left join lateral (
                -- Sent to the wrong unit once, every copy of that text, in any version, that the unit had got until then was.
                select w.id from cases_incident w join cases_disclosure astray on astray.id = w.disclosure_id
                where w.case_id = d.case_id and w.to_unit_id = d.to_unit_id and d.at <= w.at and d.item_id in (
                    with recursive versions (id) as (
                        select astray.item_id
                        union
                        select v.id from cases_item v join versions k on v.replaces_id = k.id
                            or v.id = (select e.replaces_id from cases_item e where e.id = k.id))
                    select id from versions)
                limit 1) i on true
        where d.case_id = the_case and a.to_party_id = my_party order by d.at desc, d.id desc limit 200;
end $$;

-- What the unit was given by mistake: that, and when. Neither whose case nor why.
create function portal.wrongly_sent() returns table (incident bigint, given_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select i.id, d.at from cases_incident i join cases_disclosure d on d.id = i.disclosure_id
    where i.to_unit_id = portal.unit() and i.heeded_at is null
      and i.case_id <> all (coalesce(nullif(current_setting('portal.barred_cases', true), ''), '{}')::bigint[])
    order by d.at, i.id limit 50 $$;

create function portal.heed_wrongly_sent(the_incident bigint) returns integer language plpgsql security definer
set search_path = public, pg_temp as $$
declare heeded integer;
begin
    update cases_incident i set heeded_at = statement_timestamp(), heeded_by_id = portal.member()
    where i.id = the_incident and i.to_unit_id = portal.unit() and i.heeded_at is null
      and i.case_id <> all (portal.barred_cases());
    get diagnostics heeded = row_count;
    return heeded;
end $$;
alter function portal.fetch_to_file(bigint, bigint) owner to portal_definer;
alter function portal.hand_out(text, text) owner to portal_definer;
alter function portal.wrongly_sent() owner to portal_definer;
alter function portal.heed_wrongly_sent(bigint) owner to portal_definer;
"""

BACK = """
drop function portal.fetch_to_file(bigint, bigint);
drop function portal.hand_out(text, text);
drop function portal.wrongly_sent();
drop function portal.heed_wrongly_sent(bigint);
drop policy door_add on audit_entry;
revoke insert on audit_entry from portal_definer;
create or replace function portal.disclosure_moves() returns trigger language plpgsql as $$
begin
    if current_user <> 'portal_app' then
        return new;
    end if;
    if tg_op = 'INSERT' then
        if new.ended_at is not null or new.opened_at is not null then
            raise exception 'a disclosure begins unended and unopened';
        end if;
        return new;
    end if;
    if old.ended_at is not null then
        raise exception 'an ended disclosure stays ended';
    end if;
    if (to_jsonb(old) - '{ended_at,ended_by_id,ended_how}'::text[]) is distinct from
       (to_jsonb(new) - '{ended_at,ended_by_id,ended_how}'::text[]) then
        raise exception 'a disclosure is not rewritten';
    end if;
    return new;
end $$;
"""


class Migration(migrations.Migration):
    """Fetching to the file, the registrar's archive, and what was given to the wrong unit."""

    dependencies = [
        ("cases", "0007_declined_and_mistaken"),
        ("parties", "0003_registrar"),
        ("audit", "0003_frame_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("found_at", models.DateTimeField()),
                ("text", models.TextField()),
                ("done", models.TextField()),
                ("heeded_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="IncidentNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("text", models.TextField()),
                ("closes", models.BooleanField(default=False)),
            ],
        ),
        migrations.AddField(
            model_name="disclosure",
            name="fetched_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="disclosure",
            name="fetched_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="parties.membership",
            ),
        ),
        AddConstraintNotValid(
            model_name="disclosure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fetched_at", None), ("fetched_by", None)),
                    models.Q(("fetched_at__isnull", False), ("fetched_by__isnull", False)),
                    _connector="OR",
                ),
                name="who_fetched_a_disclosure_and_when_are_one_fact",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="parties.membership",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="cases.case",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="disclosure",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.RESTRICT, related_name="incident", to="cases.disclosure"
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="heeded_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="parties.membership",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="to_unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="parties.unit",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.RESTRICT, related_name="+", to="parties.unit"
            ),
        ),
        migrations.AddField(
            model_name="incidentnote",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="parties.membership",
            ),
        ),
        migrations.AddField(
            model_name="incidentnote",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.RESTRICT, related_name="notes", to="cases.incident"
            ),
        ),
        migrations.AddField(
            model_name="incidentnote",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="parties.unit",
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("heeded_at", None)), fields=["to_unit"], name="incident_to_heed"
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("heeded_at", None), ("heeded_by", None)),
                    models.Q(("heeded_at__isnull", False), ("heeded_by__isnull", False)),
                    _connector="OR",
                ),
                name="who_heeded_an_incident_and_when_are_one_fact",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("text", ""), _negated=True), models.Q(("done", ""), _negated=True)
                ),
                name="an_incident_says_what_happened_and_what_was_done",
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentnote",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closes", True)), fields=("incident",), name="an_incident_is_handled_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="a_note_on_an_incident_says_something"
            ),
        ),
        ValidateConstraint(model_name="disclosure", name="who_fetched_a_disclosure_and_when_are_one_fact"),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
        migrations.RunSQL(DOORS, BACK),
    ]
