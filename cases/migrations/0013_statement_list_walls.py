from django.db import migrations

U = "(select portal.unit())"
GIVEN = "exists (select 1 from cases_standing s where s.item_id = cases_statementrow.item_id and s.to_unit_id = {u})"
ITEM_SEEN = "exists (select 1 from cases_item i where i.id = {item})"

# table: (who reads, who adds, who changes or None).
WALL: dict[str, tuple[str, str, str | None]] = {
    # A row lives for its receiver only while its giving stands; a list only while a row of it does.
    "cases_statementrow": (
        f"unit_id = {U} or (to_unit_id = {U} and {GIVEN.format(u=U)})",
        f"unit_id = {U} and exists (select 1 from cases_disclosure d where d.item_id = cases_statementrow.item_id"
        " and d.case_id = cases_statementrow.case_id and d.from_unit_id = cases_statementrow.unit_id"
        " and d.to_unit_id = cases_statementrow.to_unit_id and d.ended_at is null)",
        None,
    ),
    "cases_statementlist": (
        f"unit_id = {U} or (to_unit_id = {U} and exists (select 1 from cases_statementrow r where r.list_id = cases_statementlist.id))",
        f"unit_id = {U} and sent_by_id = (select portal.member()) and sent_at = now()",
        None,
    ),
    "cases_listopening": (
        f"unit_id = {U}",
        f"unit_id = {U} and by_id = (select portal.member())"
        " and exists (select 1 from cases_statementlist l where l.id = list_id)",
        None,
    ),
    "cases_match": (
        f"unit_id = {U} or ({ITEM_SEEN.format(item='statement_id')} and {ITEM_SEEN.format(item='decision_id')})",
        f"unit_id = {U} and by_id = (select portal.member())"
        " and exists (select 1 from cases_item i where i.id = statement_id and i.case_id = cases_match.case_id"
        " and i.type = 'statement')"
        " and exists (select 1 from cases_item i where i.id = decision_id and i.case_id = cases_match.case_id"
        " and i.type = 'decision')",
        f"unit_id = {U}",
    ),
    "cases_tick": (
        f"unit_id = {U} or ({ITEM_SEEN.format(item='item_id')} and exists (select 1 from cases_standing s"
        f" where s.case_id = cases_tick.case_id and s.from_unit_id = cases_tick.unit_id and s.to_unit_id = {U}))",
        f"unit_id = {U} and by_id = (select portal.member())"
        " and exists (select 1 from cases_item i where i.id = item_id and i.case_id = cases_tick.case_id"
        " and i.type = 'decision')",
        f"unit_id = {U}",
    ),
}
BARRED = {
    "cases_statementrow": "case_id <> all (portal.barred_cases())",
    "cases_match": "case_id <> all (portal.barred_cases())",
    "cases_tick": "case_id <> all (portal.barred_cases())",
}

KEYS = """
alter table cases_statementrow add constraint a_row_stands_on_a_list_of_its_unit
    foreign key (list_id, unit_id, to_unit_id) references cases_statementlist (id, unit_id, to_unit_id);
"""

MOVES = """
-- Undone once, in the name of whoever acts, and otherwise never rewritten: the same for a match and a tick.
create function portal.undone_once() returns trigger language plpgsql as $$
begin
    if current_user <> 'portal_app' then
        return new;
    end if;
    if tg_op = 'INSERT' then
        if new.undone_at is not null then
            raise exception 'what is done begins not undone';
        end if;
        return new;
    end if;
    if old.undone_at is not null then
        raise exception 'what is undone stays undone';
    end if;
    if new.undone_by_id is distinct from portal.member() then
        raise exception 'it is undone in the name of who undoes it';
    end if;
    if (to_jsonb(old) - '{undone_at,undone_by_id}'::text[]) is distinct from
       (to_jsonb(new) - '{undone_at,undone_by_id}'::text[]) then
        raise exception 'what is done is not rewritten';
    end if;
    return new;
end $$;
-- Nothing is added to a list that has been sent: its moment is that of the transaction that writes it whole. A trigger and no
-- policy, since a list asks its rows whether it is seen.
create function portal.rows_of_one_deed() returns trigger language plpgsql as $$
begin
    if current_user = 'portal_app' and not exists (
            select 1 from cases_statementlist l where l.id = new.list_id and l.sent_at = now()) then
        raise exception 'nothing is added to a list that has been sent';
    end if;
    return new;
end $$;
create trigger one_deed before insert on cases_statementrow for each row execute function portal.rows_of_one_deed();
create trigger moves before insert or update on cases_match for each row execute function portal.undone_once();
create trigger moves before insert or update on cases_tick for each row execute function portal.undone_once();
"""
BACK = "drop function portal.undone_once() cascade; drop function portal.rows_of_one_deed() cascade"


def _walls() -> str:
    out = []
    for table, (reads, adds, changes) in WALL.items():
        out.append(f"""
alter table {table} enable row level security;
alter table {table} force row level security;
create policy read on {table} for select to portal_app using ({reads});
create policy add on {table} for insert to portal_app with check ({adds});
create policy maintenance on {table} for all to portal_owner using (portal.maintains()) with check (portal.maintains());
revoke delete, truncate on {table} from portal_app;""")
        if changes is None:
            out.append(f"revoke update on {table} from portal_app;")
        else:
            out.append(
                f"create policy change on {table} for update to portal_app using ({changes}) with check ({changes});"
            )
    out += [
        f"create policy barred on {table} as restrictive for all to portal_app using ({rule}) with check ({rule});"
        for table, rule in BARRED.items()
    ]
    return "\n".join(out)


class Migration(migrations.Migration):
    """The wall of the statement lists: a row is there for its receiver only while its giving stands, and a list is never changed."""

    dependencies = [("cases", "0012_statement_list")]
    operations = [
        migrations.RunSQL(_walls(), migrations.RunSQL.noop),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(MOVES, BACK),
    ]
