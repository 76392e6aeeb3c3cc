from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

# The role that owns the doors has no part of the owner's rights, so the doors are remade as that role.
# The functions that answer past the walls ask for the block themselves: each begins `the_case <> all (barred_cases())`.
NOT_BARRED = "<> all (portal.barred_cases())"


def _functions(closed: bool) -> str:
    """The doors of the database as they are with the block in them; as they were before, to go back."""
    case = f" and c.id {NOT_BARRED}" if closed else ""
    given = f" and d.case_id {NOT_BARRED}" if closed else ""
    return f"""
set local role portal_definer;
create or replace function portal.case_state(the_case bigint) returns text language sql stable security definer
set search_path = public, pg_temp as $$
    select s.state from cases_casestate s join cases_case c on c.id = s.case_id
    where s.case_id = the_case{case} and (c.unit_id = portal.unit()
        or exists (select 1 from cases_standing d where d.case_id = the_case and d.to_unit_id = portal.unit() and d.item_id is null)
        or exists (select 1 from cases_consentline l where l.case_id = the_case and l.from_unit_id = portal.unit() and l.ended_at is null
            and l.from_at <= statement_timestamp() and l.until_at > statement_timestamp()))
    order by s.from_at desc, s.id desc limit 1 $$;

create or replace function portal.given_on_case(the_case bigint)
returns table (id bigint, kind text, from_unit bigint, to_unit bigint, at timestamptz, ended_at timestamptz, item bigint, basis text)
language sql stable security definer set search_path = public, pg_temp as $$
    select d.id, d.kind, d.from_unit_id, d.to_unit_id, d.at, d.ended_at, d.item_id, d.basis
    from cases_disclosure d join cases_case c on c.id = d.case_id
    where d.case_id = the_case{case} and c.unit_id = portal.unit() order by d.at, d.id $$;

create or replace function portal.givings_on_case(the_case bigint)
returns table (kind text, purpose text, from_unit bigint, to_unit bigint, at timestamptz, until_at timestamptz,
    ended_at timestamptz, ended_how text, item bigint, basis text, stands boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    select d.kind, d.purpose, d.from_unit_id, d.to_unit_id, d.at, d.until_at, d.ended_at, d.ended_how, d.item_id, d.basis,
        exists (select 1 from cases_standing s where s.id = d.id)
    from cases_disclosure d join cases_case c on c.id = d.case_id
    where d.case_id = the_case{case} and c.unit_id = portal.unit() order by d.at, d.id $$;

create or replace function portal.numbers_of_own_items(the_cases bigint[]) returns table (id bigint, number text, person bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select c.id, c.number, c.person_id from cases_case c where c.id = any(the_cases){case}
      and exists (select 1 from cases_item i where i.case_id = c.id and i.unit_id = portal.unit()) $$;

create or replace function portal.note_opened(the_case bigint, the_item bigint) returns integer language plpgsql security definer
set search_path = public, pg_temp as $$
declare opened integer;
begin
    update cases_disclosure d set opened_at = statement_timestamp(), opened_by_id = portal.member()
    where d.case_id = the_case{given} and d.item_id is not distinct from the_item and d.to_unit_id = portal.unit()
      and d.opened_at is null and d.ended_at is null and exists (select 1 from cases_standing s where s.id = d.id);
    get diagnostics opened = row_count;
    return opened;
end $$;

create or replace function portal.fetch_to_file(the_case bigint, the_item bigint) returns integer language plpgsql security definer
set search_path = public, pg_temp as $$
declare fetched integer;
begin
    update cases_disclosure d set fetched_at = statement_timestamp(), fetched_by_id = portal.member()
    where d.case_id = the_case{given} and d.item_id = the_item and d.to_unit_id = portal.unit()
      and d.fetched_at is null and d.ended_at is null and exists (select 1 from cases_standing s where s.id = d.id);
    get diagnostics fetched = row_count;
    return fetched;
end $$;
reset role;
"""


# Of whom nothing is told to a member is told to that member's own transactions. Asked for another it raises, so that
# nobody reads who is held off, and no deed in another's name goes on with an empty list.
OWN_ONLY = """
set local role portal_definer;
create or replace function portal.barred_persons_of(the_member bigint) returns bigint[] language plpgsql stable security definer
set search_path = public, pg_temp as $$
begin
    if the_member is distinct from portal.member() then
        raise exception 'whom a block holds from a member is told to no other';
    end if;
    return (select coalesce(array_agg(b.person_id), '{}') from cases_block b
            join parties_membership m on m.user_id = b.user_id
            where m.id = the_member and b.lifted_at is null);
end $$;

-- Which of the case numbers in one's own drafts a block holds from whoever acts: the text there is not shown meanwhile.
create function portal.barred_case_numbers(numbers text[]) returns setof text language sql stable security definer
set search_path = public, pg_temp as $$
    select c.number from cases_case c where c.number = any(numbers) and c.id = any(portal.barred_cases()) $$;
-- The same of the incidents that are kept beside a case.
create function portal.barred_incidents(incidents bigint[]) returns setof bigint language sql stable security definer
set search_path = public, pg_temp as $$
    select i.id from cases_incident i where i.id = any(incidents) and i.case_id = any(portal.barred_cases()) $$;
reset role;
"""
ANYONE = """
set local role portal_definer;
create or replace function portal.barred_persons_of(the_member bigint) returns bigint[] language sql stable security definer
set search_path = public, pg_temp as $$
    select coalesce(array_agg(b.person_id), '{}') from cases_block b
    join parties_membership m on m.user_id = b.user_id
    where m.id = the_member and b.lifted_at is null $$;
drop function portal.barred_case_numbers(text[]);
drop function portal.barred_incidents(bigint[]);
reset role;
"""


# Who wrote a row, in a column of it: the database takes no other name than that of whoever acts.
NAMED: dict[str, str] = {
    "cases_handover": "by_id",
    "cases_incident": "by_id",
    "cases_incidentnote": "by_id",
    "cases_formernumber": "by_id",
    "cases_declined": "recorded_by_id",
    "cases_mistake": "recorded_by_id",
}
IN_OWN_NAME = (
    "".join(
        f"create policy in_own_name on {table} as restrictive for insert to portal_app"
        f" with check ({column} = portal.member());\n"
        for table, column in NAMED.items()
    )
    + """
create function portal.ended_in_own_name() returns trigger language plpgsql as $$
declare named text := case tg_table_name when 'cases_block' then 'lifted_by_id' else 'ended_by_id' end;
begin
    if current_user = 'portal_app' and (to_jsonb(new) ->> named) is distinct from (to_jsonb(old) ->> named)
            and (to_jsonb(new) ->> named)::bigint is distinct from portal.member() then
        raise exception 'what is ended is ended in the name of who ends it';
    end if;
    return new;
end $$;
create trigger own_name before update on cases_block for each row execute function portal.ended_in_own_name();
create trigger own_name before update on cases_handover for each row execute function portal.ended_in_own_name();
"""
)
IN_ANY_NAME = (
    "".join(f"drop policy in_own_name on {table};\n" for table in NAMED)
    + "drop function portal.ended_in_own_name() cascade;"
)


# Whoever is held off handles nothing of the person from then, in whatever unit they did; a unit cannot end another's rows.
FREES = """
grant select, update on cases_assignment, cases_handover to portal_definer;
create policy door_change on cases_assignment for update to portal_definer using (true) with check (true);
create policy door on cases_handover for select to portal_definer using (true);
create policy door_change on cases_handover for update to portal_definer using (true) with check (true);
create function portal.block_frees() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update cases_assignment a set until_at = statement_timestamp()
    from cases_case c, parties_membership m
    where c.id = a.case_id and c.person_id = new.person_id and m.id = a.member_id and m.user_id = new.user_id
      and a.until_at is null and a.from_at < statement_timestamp();
    update cases_handover h set ended_at = statement_timestamp(), ended_by_id = new.by_id, how = 'overtaken'
    from cases_case c, parties_membership m
    where c.id = h.case_id and c.person_id = new.person_id and m.id in (h.to_member_id, h.by_id) and m.user_id = new.user_id
      and h.ended_at is null;
    return null;
end $$;
alter function portal.block_frees() owner to portal_definer;
create trigger frees after insert on cases_block for each row when (new.user_id is not null) execute function portal.block_frees();
"""
FREES_NOT = """
drop function portal.block_frees() cascade;
drop policy door_change on cases_assignment;
drop policy door_change on cases_handover;
drop policy door on cases_handover;
revoke update on cases_assignment from portal_definer;
revoke select, update on cases_handover from portal_definer;
"""


# The walls do not follow a foreign key: a spell corrects one of its own case.
OF_THE_SAME_CASE = """
create function portal.spell_corrects() returns trigger language plpgsql as $$
begin
    if not exists (select 1 from cases_spell s where s.id = new.replaces_id and s.case_id = new.case_id) then
        raise exception 'a spell corrects another of the same case';
    end if;
    return new;
end $$;
create trigger corrects before insert on cases_spell for each row when (new.replaces_id is not null)
    execute function portal.spell_corrects();
"""
OF_ANY_CASE = "drop function portal.spell_corrects() cascade"


# A consent that never was one: the receivers are told, as of what was wrongly sent, once for each time it closed for them.
NEVER_GIVEN = """
grant select on cases_mistake to portal_definer;
create policy door on cases_mistake for select to portal_definer using (true);
create function portal.never_given() returns table (disclosure bigint, given_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select min(d.id), min(d.at)
    from cases_mistake m join cases_consentline l on l.consent_id = m.consent_id
        join cases_disclosure d on d.case_id = l.case_id and d.from_unit_id = l.from_unit_id and d.to_unit_id = l.to_unit_id
            and d.kind = l.kind and d.purpose = l.purpose and d.ended_at = l.ended_at
    where l.to_unit_id = portal.unit() and l.ended_how = 'mistake' and d.ended_how = 'mistake' and d.heeded_at is null
      and d.case_id <> all (portal.barred_cases())
      and not exists (select 1 from cases_incident i
                      where i.case_id = d.case_id and i.to_unit_id = d.to_unit_id and i.at >= d.ended_at)
    group by d.case_id, d.ended_at order by 2, 1 limit 50 $$;
create function portal.heed_never_given(the_disclosure bigint) returns integer language plpgsql security definer
set search_path = public, pg_temp as $$
declare heeded integer;
begin
    update cases_disclosure d set heeded_at = statement_timestamp(), heeded_by_id = portal.member()
    from cases_disclosure told
    where told.id = the_disclosure and told.id in (select n.disclosure from portal.never_given() n)
      and d.case_id = told.case_id and d.to_unit_id = told.to_unit_id and d.ended_at = told.ended_at
      and d.ended_how = 'mistake' and d.heeded_at is null;
    get diagnostics heeded = row_count;
    return heeded;
end $$;
alter function portal.never_given() owner to portal_definer;
alter function portal.heed_never_given(bigint) owner to portal_definer;
"""
NOBODY_IS_TOLD = """
drop function portal.heed_never_given(bigint);
drop function portal.never_given();
drop policy door on cases_mistake;
revoke select on cases_mistake from portal_definer;
"""


class Migration(migrations.Migration):
    """The database's own doors ask for the block, and its names are those of whoever acts."""

    dependencies = [("cases", "0019_column_mapping"), ("parties", "0003_registrar")]
    operations = [
        migrations.RunSQL(_functions(closed=True), _functions(closed=False)),
        migrations.RunSQL(OWN_ONLY, ANYONE),
        migrations.RunSQL(IN_OWN_NAME, IN_ANY_NAME),
        migrations.RunSQL(FREES, FREES_NOT),
        migrations.AddField(
            "spell",
            "replaces",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=models.deletion.RESTRICT,
                related_name="+",
                to="cases.spell",
            ),
        ),
        migrations.AddField("spell", "why", models.TextField(blank=True, db_default="", default="")),
        AddConstraintNotValid(
            "spell",
            models.CheckConstraint(
                condition=models.Q(("replaces", None), ("why", ""))
                | models.Q(("replaces__isnull", False), models.Q(("why", ""), _negated=True)),
                name="a_first_day_is_corrected_with_a_reason",
            ),
        ),
        ValidateConstraint("spell", "a_first_day_is_corrected_with_a_reason"),
        migrations.RunSQL(OF_THE_SAME_CASE, OF_ANY_CASE),
        migrations.AddField("disclosure", "heeded_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "disclosure",
            "heeded_by",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=models.deletion.RESTRICT,
                related_name="+",
                to="parties.membership",
            ),
        ),
        AddConstraintNotValid(
            "disclosure",
            models.CheckConstraint(
                condition=models.Q(("heeded_at", None), ("heeded_by", None))
                | models.Q(("heeded_at__isnull", False), ("heeded_by__isnull", False)),
                name="who_heeded_a_disclosure_and_when_are_one_fact",
            ),
        ),
        ValidateConstraint("disclosure", "who_heeded_a_disclosure_and_when_are_one_fact"),
        migrations.RunSQL(NEVER_GIVEN, NOBODY_IS_TOLD),
    ]
