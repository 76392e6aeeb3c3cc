from django.db import migrations

# What is noted is noted at the moment it is written, by the database's clock. The columns are the trigger's words.
MOMENTS: dict[str, tuple[str, ...]] = {
    "cases_printedform": ("printed_at",),
    "cases_columnmapping": ("at",),
    "cases_importrun": ("at", "undone_at"),
    "cases_match": ("at", "undone_at"),
    "cases_tick": ("at", "undone_at"),
    "cases_journaltick": ("at", "undone_at"),
    "cases_listopening": ("at",),
}
AT_THE_MOMENT = """
create function portal.at_the_moment() returns trigger language plpgsql as $$
declare moment text;
begin
    if current_user <> 'portal_app' then
        return new;
    end if;
    foreach moment in array tg_argv loop
        if tg_op = 'UPDATE' and (to_jsonb(new) -> moment) is not distinct from (to_jsonb(old) -> moment) then
            continue;
        end if;
        if (to_jsonb(new) ->> moment) is not null
                and (to_jsonb(new) -> moment) is distinct from to_jsonb(statement_timestamp()) then
            raise exception 'what is noted is noted at the moment it is written';
        end if;
    end loop;
    return new;
end $$;
""" + "".join(
    f"create trigger noted_now before insert or update on {table} for each row"
    f" execute function portal.at_the_moment({', '.join(repr(column) for column in columns)});\n"
    for table, columns in MOMENTS.items()
)
AT_ANY_TIME = "drop function portal.at_the_moment() cascade"


# Who did it, in the name of whoever acts. A mapping is said anew over what was said, so its change names too.
NAMED = """
create policy in_own_name on cases_printedform as restrictive for insert to portal_app
    with check (printed_by_id = portal.member());
create policy in_own_name on cases_columnmapping as restrictive for all to portal_app
    using (true) with check (by_id = portal.member());

-- A long list is imported a part at a time: its run grows while the import goes on, and is afterwards only undone.
create function portal.import_run_grows() returns trigger language plpgsql as $$
begin
    if current_user <> 'portal_app' then
        return new;
    end if;
    if new.undone_at is not null and new.undone_by_id is distinct from portal.member() then
        raise exception 'an import is undone in the name of who undoes it';
    end if;
    if (old.created, old.changed) is distinct from (new.created, new.changed) and (
            old.at < now() or new.undone_at is not null
            or new.by_id is distinct from coalesce(portal.member(), new.by_id)
            or new.created[1:cardinality(old.created)] <> old.created
            or new.changed[1:cardinality(old.changed)] <> old.changed) then
        raise exception 'what an import did is not rewritten';
    end if;
    return new;
end $$;
create trigger grows before update on cases_importrun for each row execute function portal.import_run_grows();
"""
NOT_NAMED = """
drop function portal.import_run_grows() cascade;
drop policy in_own_name on cases_columnmapping;
drop policy in_own_name on cases_printedform;
"""


# A tick is by one who works with cases, which a manager does not; the care ticks its note and Försäkringskassan its watch.
TICKS = """
create function portal.ticks_who_works() returns trigger language plpgsql as $$
declare kind text; role text; ticks text;
begin
    if current_user <> 'portal_app' then
        return new;
    end if;
    select p.kind, m.role into kind, role
    from parties_membership m join parties_unit u on u.id = m.unit_id join parties_party p on p.id = u.party_id
    where m.id = portal.member() and m.unit_id = new.unit_id;
    if role is null or role = 'manager' then
        raise exception 'a tick is of one who works with cases';
    end if;
    ticks := case when kind in ('psychiatry', 'primary_care', 'private_primary_care') then 'journal_note'
                  when kind = 'fk' then 'watch' end;
    if (case tg_table_name when 'cases_tick' then to_jsonb(new) ->> 'what' else 'journal_note' end) is distinct from ticks then
        raise exception 'each party ticks its own';
    end if;
    return new;
end $$;
create trigger who_works before insert or update on cases_tick for each row execute function portal.ticks_who_works();
create trigger who_works before insert or update on cases_journaltick for each row execute function portal.ticks_who_works();
"""
ANYONE_TICKS = "drop function portal.ticks_who_works() cascade"


# The texts of many are read on one page: what was given to the reader's unit is opened, the standing ones in one statement.
OPENED_TOGETHER = """
create function portal.note_items_opened(the_items bigint[]) returns integer language plpgsql security definer
set search_path = public, pg_temp as $$
declare opened integer;
begin
    update cases_disclosure d set opened_at = statement_timestamp(), opened_by_id = portal.member()
    where d.case_id <> all (portal.barred_cases()) and d.item_id = any(the_items) and d.to_unit_id = portal.unit()
      and d.opened_at is null and d.ended_at is null and exists (select 1 from cases_standing s where s.id = d.id);
    get diagnostics opened = row_count;
    return opened;
end $$;
alter function portal.note_items_opened(bigint[]) owner to portal_definer;
"""
ONE_BY_ONE = "drop function portal.note_items_opened(bigint[])"


# Earlier fingerprints had no key, and none can be made of them: the unit is asked once more.
FORGETS = "delete from cases_columnmapping"


class Migration(migrations.Migration):
    """What is noted of printings, lists, imports and ticks is noted now, in the own name, by who does such things."""

    dependencies = [("cases", "0020_beyond_the_block")]
    operations = [
        migrations.RunSQL(AT_THE_MOMENT, AT_ANY_TIME),
        migrations.RunSQL(NAMED, NOT_NAMED),
        migrations.RunSQL(TICKS, ANYONE_TICKS),
        migrations.RunSQL(OPENED_TOGETHER, ONE_BY_ONE),
        migrations.RunSQL(FORGETS, migrations.RunSQL.noop),
    ]
