from django.db import migrations

DOORS = """
grant select on cases_block, cases_formernumber, cases_caseoutcome to portal_definer;
create policy door on cases_caseoutcome for select to portal_definer using (true);
alter table cases_block enable row level security;
alter table cases_block force row level security;
create policy door on cases_block for select to portal_definer using (true);
create policy door on cases_formernumber for select to portal_definer using (true);
create policy maintenance on cases_block for all to portal_owner using (portal.maintains()) with check (portal.maintains());

-- Of whom, and of which cases, nothing is told to a member's user, whatever the unit and the role. Asked once, as the
-- transaction begins (parties/access.py), and kept beside who acts: a sub-select in the wall of what was given would close
-- a circle with the wall of the case, and a call for every row is dear.
create function portal.barred_persons_of(the_member bigint) returns bigint[] language sql stable security definer
set search_path = public, pg_temp as $$
    select coalesce(array_agg(b.person_id), '{}') from cases_block b
    join parties_membership m on m.user_id = b.user_id
    where m.id = the_member and b.lifted_at is null $$;
create function portal.barred_cases_of(the_member bigint) returns bigint[] language sql stable security definer
set search_path = public, pg_temp as $$
    select coalesce(array_agg(c.id), '{}') from cases_case c
    where c.person_id = any(portal.barred_persons_of(the_member)) $$;
create function portal.barred_persons() returns bigint[] language sql stable parallel safe
    as $$ select coalesce(nullif(current_setting('portal.barred_persons', true), ''), '{}')::bigint[] $$;
create function portal.barred_cases() returns bigint[] language sql stable parallel safe
    as $$ select coalesce(nullif(current_setting('portal.barred_cases', true), ''), '{}')::bigint[] $$;

-- Those of these members off whom a block holds on a case, for a unit that sees it and names a handler or tells somebody.
create function portal.held_off(the_case bigint, members bigint[]) returns setof bigint language sql stable security definer
set search_path = public, pg_temp as $$
    select m.id from parties_membership m join cases_block b on b.user_id = m.user_id
    join cases_case c on c.person_id = b.person_id
    where m.id = any(members) and c.id = the_case and b.lifted_at is null and portal.case_state(the_case) is not null $$;
create function portal.not_the_held_off() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select 1 from portal.held_off(new.case_id,
            array[coalesce(to_jsonb(new) ->> 'to_member_id', to_jsonb(new) ->> 'member_id')::bigint])) then
        raise exception 'a block holds this member off the case';
    end if;
    return new;
end $$;

-- Registered twice: the two rows are one person, so each has the other's blocks from then.
create function portal.doubles_share_blocks() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare one bigint; other bigint;
begin
    select c.person_id into one from cases_case c where c.id = new.case_id;
    select c.person_id into other from cases_case c where c.id = new.stays_id;
    if new.stays_id is not null and one <> other then
        insert into cases_block (person_id, unit_id, kind, user_id, to_unit_id, reason, by_id, lifted_reason)
        select case when b.person_id = one then other else one end, b.unit_id, b.kind, b.user_id, b.to_unit_id, b.reason,
            new.by_id, ''
        from cases_block b where b.person_id in (one, other) and b.lifted_at is null
        on conflict do nothing;
    end if;
    return null;
end $$;

-- What blocks stand on a case, for whoever gives on it: within the region, and the units that are held off.
create function portal.blocks_on(the_case bigint) returns jsonb language sql stable security definer
set search_path = public, pg_temp as $$
    select jsonb_build_object(
        'region', coalesce(bool_or(b.kind = 'region'), false),
        'units', coalesce(jsonb_agg(b.to_unit_id) filter (where b.kind = 'unit'), '[]'))
    from cases_block b join cases_case c on c.person_id = b.person_id
    where c.id = the_case and b.lifted_at is null and portal.case_state(the_case) is not null $$;

-- Which of the numbers the acting unit has a person of whom whoever acts is told nothing: an import leaves those rows alone.
create function portal.barred_numbers(keys bytea[]) returns setof bytea language sql stable security definer
set search_path = public, pg_temp as $$
    select p.number_key from cases_person p
    where p.unit_id = portal.unit() and p.number_key = any(keys) and p.id = any(portal.barred_persons())
    union
    select f.number_key from cases_formernumber f
    where f.unit_id = portal.unit() and f.number_key = any(keys) and f.why = 'changed' and f.person_id = any(portal.barred_persons()) $$;

-- A block closes, in the statement that sets it, what stood open against it.
create function portal.block_begins() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if new.kind = 'region' then
        update cases_disclosure d set ended_at = statement_timestamp(), ended_by_id = new.by_id, ended_how = 'blocked'
        from cases_case c where c.id = d.case_id and c.person_id = new.person_id and d.basis = 'intra_care' and d.ended_at is null;
    elsif new.kind = 'unit' then
        update cases_consentline l set ended_at = statement_timestamp(), ended_by_id = new.by_id, ended_how = 'blocked'
        from cases_case c where c.id = l.case_id and c.person_id = new.person_id and l.ended_at is null
          and new.to_unit_id in (l.to_unit_id, l.from_unit_id);
        update cases_disclosure d set ended_at = statement_timestamp(), ended_by_id = new.by_id, ended_how = 'blocked'
        from cases_case c where c.id = d.case_id and c.person_id = new.person_id and d.ended_at is null
          and d.to_unit_id = new.to_unit_id;
    end if;
    -- Cases registered twice are one person's: the block stands on each of the rows. What stands already stops the circle.
    insert into cases_block (person_id, unit_id, kind, user_id, to_unit_id, reason, by_id, lifted_reason)
    select distinct there.person_id, new.unit_id, new.kind, new.user_id, new.to_unit_id, new.reason, new.by_id, ''
    from cases_case here join cases_caseoutcome o on here.id in (o.case_id, o.stays_id)
        join cases_case there on there.id in (o.case_id, o.stays_id)
    where here.person_id = new.person_id and there.person_id <> new.person_id
    on conflict do nothing;
    return null;
end $$;

create function portal.block_moves() returns trigger language plpgsql as $$
begin
    if current_user <> 'portal_app' then
        return new;
    end if;
    if tg_op = 'INSERT' then
        if new.lifted_at is not null or new.by_id is distinct from portal.member() then
            raise exception 'a block begins unlifted, in the name of who sets it';
        end if;
        return new;
    end if;
    if old.lifted_at is not null or (to_jsonb(old) - '{lifted_at,lifted_by_id,lifted_reason}'::text[]) is distinct from
       (to_jsonb(new) - '{lifted_at,lifted_by_id,lifted_reason}'::text[]) then
        raise exception 'a block is lifted once and not rewritten';
    end if;
    return new;
end $$;

-- Nothing is given past a block, and no consent is recorded with a unit that is held off.
create function portal.not_if_blocked() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare giver bigint; intra boolean;
begin
    if tg_table_name = 'cases_consentline' then
        giver := new.from_unit_id;
        intra := false;
    else
        intra := new.basis = 'intra_care';
    end if;
    if exists (select 1 from cases_block b join cases_case c on c.person_id = b.person_id
               where c.id = new.case_id and b.lifted_at is null
                 and ((b.kind = 'unit' and b.to_unit_id in (new.to_unit_id, giver)) or (b.kind = 'region' and intra))) then
        raise exception 'a block stands against this';
    end if;
    return new;
end $$;

grant execute on function portal.barred_persons(), portal.barred_cases() to portal_definer;
alter function portal.barred_persons_of(bigint) owner to portal_definer;
alter function portal.barred_cases_of(bigint) owner to portal_definer;
grant insert on cases_block to portal_definer;
grant usage on all sequences in schema public to portal_definer;
create policy door_add on cases_block for insert to portal_definer with check (true);
alter function portal.held_off(bigint, bigint[]) owner to portal_definer;
alter function portal.not_the_held_off() owner to portal_definer;
alter function portal.doubles_share_blocks() owner to portal_definer;
create trigger held_off before insert on cases_assignment for each row execute function portal.not_the_held_off();
create trigger held_off before insert on cases_handover for each row execute function portal.not_the_held_off();
create trigger doubles after insert on cases_caseoutcome for each row execute function portal.doubles_share_blocks();
alter function portal.blocks_on(bigint) owner to portal_definer;
alter function portal.barred_numbers(bytea[]) owner to portal_definer;
alter function portal.block_begins() owner to portal_definer;
alter function portal.not_if_blocked() owner to portal_definer;
create trigger moves before insert or update on cases_block for each row execute function portal.block_moves();
create trigger begins after insert on cases_block for each row execute function portal.block_begins();
create trigger blocked before insert on cases_consentline for each row execute function portal.not_if_blocked();
create trigger blocked before insert on cases_disclosure for each row execute function portal.not_if_blocked();
"""

HELD_OFF = "case_id <> all (portal.barred_cases())"
# table: what a row must pass, beside what its wall asks; for reading and writing alike.
BARRED: dict[str, str] = {
    "cases_person": "id <> all (portal.barred_persons())",
    "cases_case": "id <> all (portal.barred_cases())",
    "cases_block": "person_id <> all (portal.barred_persons())",
    "cases_casestate": HELD_OFF,
    "cases_spell": HELD_OFF,
    "cases_assignment": HELD_OFF,
    "cases_item": HELD_OFF,
    "cases_consent": HELD_OFF,
    "cases_consentline": HELD_OFF,
    "cases_disclosure": HELD_OFF,
    "cases_caseoutcome": HELD_OFF,
    "cases_handover": HELD_OFF,
    "cases_declined": HELD_OFF,
    "cases_incident": HELD_OFF,
    "cases_formernumber": "person_id <> all (portal.barred_persons())",
    "cases_mistake": "exists (select 1 from cases_consent c where c.id = consent_id)",
    "cases_incidentnote": "exists (select 1 from cases_incident i where i.id = incident_id)",
}

WALL = """
create policy read on cases_block for select to portal_app using (unit_id = (select portal.unit()));
create policy add on cases_block for insert to portal_app with check (
    unit_id = (select portal.unit())
    and exists (select 1 from cases_person p where p.id = person_id and p.unit_id = cases_block.unit_id));
create policy change on cases_block for update to portal_app using (unit_id = (select portal.unit()))
    with check (unit_id = (select portal.unit()));
revoke delete, truncate on cases_block from portal_app;
""" + "".join(
    f"create policy barred on {table} as restrictive for all to portal_app using ({rule}) with check ({rule});\n"
    for table, rule in BARRED.items()
)


# Whoever is held off does not follow the person in the access log either; a colleague or the auditor reviews those rows.
LOG = """
create policy barred on audit_entry as restrictive for select to portal_app using (
    ("case" is null or "case" <> all (portal.barred_cases())) and not (persons && portal.barred_persons()));
"""


class Migration(migrations.Migration):
    """The block above every ground: held in each walled table, and in what may be given."""

    dependencies = [("cases", "0009_block")]
    operations = [
        migrations.RunSQL(DOORS, migrations.RunSQL.noop),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
        migrations.RunSQL(LOG, migrations.RunSQL.noop),
    ]
