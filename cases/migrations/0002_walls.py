from django.db import migrations

# The predicate in SQL, once, used by every policy. Its twin is Disclosure.objects.standing().
STANDING = """
create view cases_standing with (security_invoker = true) as
select d.id, d.case_id, d.item_id, d.from_unit_id, d.to_unit_id, d.kind, d.basis
from cases_disclosure d
where d.ended_at is null
  and d.until_at > statement_timestamp()
  and (d.basis <> 'consent' or exists (
        select 1 from cases_consentline l
        where l.case_id = d.case_id and l.from_unit_id = d.from_unit_id and l.to_unit_id = d.to_unit_id
          and l.kind = d.kind and l.purpose = d.purpose
          and l.ended_at is null and l.received_at is not null
          and l.from_at <= statement_timestamp() and l.until_at > statement_timestamp()));
"""

U = "(select portal.unit())"
OWN_CASE = "exists (select 1 from cases_case c where c.id = case_id and c.unit_id = portal.unit())"
CASE_SEEN = "exists (select 1 from cases_case c where c.id = case_id)"
LIVE = "ended_at is null and from_at <= statement_timestamp() and until_at > statement_timestamp()"

# table: (who reads, who adds, who changes or None). A reader's rule must hold for the row just written by its writer.
WALL: dict[str, tuple[str, str, str | None]] = {
    "cases_person": (
        f"unit_id = {U} or exists (select 1 from cases_case c where c.person_id = cases_person.id)",
        f"unit_id = {U}",
        f"unit_id = {U}",
    ),
    "cases_case": (
        f"unit_id = {U}"
        f" or exists (select 1 from cases_standing s where s.case_id = cases_case.id and s.to_unit_id = {U} and s.item_id is null)"
        f" or exists (select 1 from cases_consentline l where l.case_id = cases_case.id and l.from_unit_id = {U} and {LIVE})",
        f"unit_id = {U}",
        f"unit_id = {U}",
    ),
    "cases_casestate": (f"unit_id = {U}", f"unit_id = {U}", None),
    "cases_spell": (f"unit_id = {U}", f"unit_id = {U}", None),
    "cases_assignment": (
        f"unit_id = {U} or exists (select 1 from cases_case c where c.id = case_id and c.unit_id = cases_assignment.unit_id)",
        f"unit_id = {U} and {CASE_SEEN}",
        f"unit_id = {U}",
    ),
    "cases_item": (
        f"unit_id = {U} or exists (select 1 from cases_standing s where s.item_id = cases_item.id and s.to_unit_id = {U})",
        f"unit_id = {U} and {CASE_SEEN}",
        None,
    ),
    "cases_consent": (
        f"unit_id = {U} or exists (select 1 from cases_consentline l where l.consent_id = cases_consent.id and l.from_unit_id = {U})",
        f"unit_id = {U} and {OWN_CASE}",
        None,
    ),
    # The giving unit sees its lines while they live, to receive them; the receiving unit only once they are received.
    "cases_consentline": (
        "unit_id = portal.unit() or (ended_at is null and from_at <= statement_timestamp() and until_at > statement_timestamp()"
        " and (from_unit_id = portal.unit() or (to_unit_id = portal.unit() and received_at is not null)))",
        "unit_id = portal.unit()",
        "unit_id = portal.unit() or from_unit_id = portal.unit()",
    ),
    "cases_disclosure": (
        "from_unit_id = portal.unit() or (to_unit_id = portal.unit() and ended_at is null and until_at > statement_timestamp())",
        "from_unit_id = portal.unit()",
        "from_unit_id = portal.unit()",
    ),
}

KEYS = """
alter table cases_casestate add constraint only_the_owner_sets_a_state
    foreign key (case_id, unit_id) references cases_case (id, unit_id);
alter table cases_spell add constraint only_the_owner_records_a_spell
    foreign key (case_id, unit_id) references cases_case (id, unit_id);
alter table cases_consent add constraint only_the_owner_collects_a_consent
    foreign key (case_id, unit_id) references cases_case (id, unit_id);
alter table cases_consentline add constraint a_line_belongs_to_its_consent
    foreign key (consent_id, case_id, unit_id, purpose) references cases_consent (id, case_id, unit_id, purpose),
    add constraint a_line_runs_from_a_unit_of_its_party
    foreign key (from_unit_id, from_party_id) references parties_unit (id, party_id),
    add constraint a_line_runs_to_a_unit_of_its_party
    foreign key (to_unit_id, to_party_id) references parties_unit (id, party_id);
alter table cases_disclosure add constraint only_the_owner_discloses
    foreign key (item_id, from_unit_id, case_id, kind) references cases_item (id, unit_id, case_id, kind),
    add constraint a_giver_is_a_unit_of_its_party
    foreign key (from_unit_id, from_party_id) references parties_unit (id, party_id),
    add constraint a_receiver_is_a_unit_of_its_party
    foreign key (to_unit_id, to_party_id) references parties_unit (id, party_id);

-- A version is a later one of the same text: of the same unit, on the same case, of the same kind.
alter table cases_item add constraint a_version_replaces_the_units_own_item
    foreign key (replaces_id, unit_id, case_id, kind) references cases_item (id, unit_id, case_id, kind);

-- With item empty the composite key is silent, so nobody may give on a case that the wall hides from them.
create policy only_a_case_one_sees on cases_disclosure as restrictive for insert to portal_app
    with check (exists (select 1 from cases_case c where c.id = case_id));
-- A unit that was given the case gives it on to a third only on a consent, which the owner has collected.
create policy only_the_owner_gives_on_other_grounds on cases_disclosure as restrictive for insert to portal_app
    with check (basis = 'consent' or exists (
        select 1 from cases_case c where c.id = case_id and (c.unit_id = from_unit_id or c.unit_id = to_unit_id)));
"""

MOVES = """
create function portal.line_moves() returns trigger language plpgsql as $$
begin
    if current_user <> 'portal_app' then
        return new;
    end if;
    if tg_op = 'INSERT' then
        if new.received_at is not null or new.ended_at is not null then
            raise exception 'a consent line begins unreceived and unended';
        end if;
        return new;
    end if;
    if old.received_at is distinct from new.received_at or old.received_by_id is distinct from new.received_by_id then
        if old.received_at is not null or new.from_unit_id is distinct from portal.unit() then
            raise exception 'only the giving unit receives a consent line, once';
        end if;
    end if;
    if old.ended_at is distinct from new.ended_at or old.ended_by_id is distinct from new.ended_by_id
            or old.ended_how is distinct from new.ended_how then
        if old.ended_at is not null then
            raise exception 'an ended consent line stays ended';
        end if;
        if new.unit_id is distinct from portal.unit() then
            raise exception 'only the collecting unit ends a consent line';
        end if;
    end if;
    if (old.consent_id, old.case_id, old.unit_id, old.from_party_id, old.from_unit_id, old.to_party_id, old.to_unit_id,
            old.kind, old.purpose, old.from_at, old.until_at, old.reopens_earlier)
        is distinct from
       (new.consent_id, new.case_id, new.unit_id, new.from_party_id, new.from_unit_id, new.to_party_id, new.to_unit_id,
            new.kind, new.purpose, new.from_at, new.until_at, new.reopens_earlier) then
        raise exception 'a consent line is not rewritten';
    end if;
    return new;
end $$;
create trigger moves before insert or update on cases_consentline
    for each row execute function portal.line_moves();

create function portal.disclosure_moves() returns trigger language plpgsql as $$
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
create trigger moves before insert or update on cases_disclosure
    for each row execute function portal.disclosure_moves();
"""

# What the database itself does, past the wall: as portal_definer, who signs in nowhere.
DOORS = """
grant select on cases_case, cases_person, cases_casestate, cases_item, cases_consentline, cases_disclosure, parties_unit,
    parties_membership to portal_definer;
grant update on cases_consentline, cases_disclosure to portal_definer;
grant select, insert on cases_archive to portal_definer;
grant execute on all functions in schema portal to portal_definer;

-- A line that ends takes with it the disclosures that no other line of the same direction, kind and purpose carries.
create function portal.line_ends() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if old.ended_at is null and new.ended_at is not null then
        update cases_disclosure d
        set ended_at = new.ended_at, ended_by_id = new.ended_by_id, ended_how = new.ended_how
        where d.case_id = new.case_id and d.from_unit_id = new.from_unit_id and d.to_unit_id = new.to_unit_id
          and d.kind = new.kind and d.purpose = new.purpose and d.basis = 'consent' and d.ended_at is null
          and not exists (
              select 1 from cases_consentline l
              where l.id <> new.id and l.case_id = d.case_id and l.from_unit_id = d.from_unit_id
                and l.to_unit_id = d.to_unit_id and l.kind = d.kind and l.purpose = d.purpose
                and l.ended_at is null and l.received_at is not null
                and l.from_at <= statement_timestamp() and l.until_at > statement_timestamp());
    end if;
    return null;
end $$;

-- A renewal opens what was given before only when it says so (R17); else what has lapsed is ended as the line is added.
create function portal.line_begins() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if new.reopens_earlier then
        update cases_disclosure d set until_at = greatest(d.until_at, new.until_at)
        where d.case_id = new.case_id and d.from_unit_id = new.from_unit_id and d.to_unit_id = new.to_unit_id
          and d.kind = new.kind and d.purpose = new.purpose and d.basis = 'consent' and d.ended_at is null;
    else
        update cases_disclosure d
        set ended_at = statement_timestamp(), ended_how = 'lapsed',
            ended_by_id = (select c.registered_by_id from cases_consent c where c.id = new.consent_id)
        where d.case_id = new.case_id and d.from_unit_id = new.from_unit_id and d.to_unit_id = new.to_unit_id
          and d.kind = new.kind and d.purpose = new.purpose and d.basis = 'consent' and d.ended_at is null
          and not exists (
              select 1 from cases_consentline l
              where l.id <> new.id and l.case_id = d.case_id and l.from_unit_id = d.from_unit_id
                and l.to_unit_id = d.to_unit_id and l.kind = d.kind and l.purpose = d.purpose
                and l.ended_at is null and l.received_at is not null
                and l.from_at <= statement_timestamp() and l.until_at > statement_timestamp());
    end if;
    return null;
end $$;
grant select on cases_consent, initiatives_participation to portal_definer;

-- The owner closes the case, or protects the identity: every disclosure on it ends, whoever made it.
create function portal.end_disclosures_of_case(the_case bigint, member bigint, how text) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare ended integer;
begin
    if not exists (select 1 from cases_case c where c.id = the_case and c.unit_id = portal.unit()) then
        raise exception 'only the owner of a case ends what was disclosed on it';
    end if;
    update cases_disclosure set ended_at = statement_timestamp(), ended_by_id = member, ended_how = how
    where case_id = the_case and ended_at is null;
    get diagnostics ended = row_count;
    return ended;
end $$;

-- A party leaves an insats: lines and disclosures to and from it end on the insats' cases, in that deed.
create function portal.party_left(the_initiative bigint, the_party bigint, member bigint) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare lines integer; ended integer;
begin
    if not exists (select 1 from initiatives_participation p where p.initiative_id = the_initiative and p.party_id = the_party)
        or exists (select 1 from initiatives_participation p
                   where p.initiative_id = the_initiative and p.party_id = the_party
                     and p.from_on <= (statement_timestamp() at time zone 'Europe/Stockholm')::date
                     and (p.to_on is null or p.to_on >= (statement_timestamp() at time zone 'Europe/Stockholm')::date)) then
        raise exception 'the party has not left the insats';
    end if;
    update cases_consentline l set ended_at = statement_timestamp(), ended_by_id = member, ended_how = 'party_left'
    from cases_case c
    where c.id = l.case_id and c.initiative_id = the_initiative and l.ended_at is null
      and (l.from_party_id = the_party or l.to_party_id = the_party);
    get diagnostics lines = row_count;
    update cases_disclosure d set ended_at = statement_timestamp(), ended_by_id = member, ended_how = 'party_left'
    from cases_case c
    where c.id = d.case_id and c.initiative_id = the_initiative and d.ended_at is null
      and (d.from_party_id = the_party or d.to_party_id = the_party);
    get diagnostics ended = row_count;
    return lines + ended;
end $$;

-- The state now, for the owner and for who sees the case: giving asks it, pages of other units never show it.
create function portal.case_state(the_case bigint) returns text language sql stable security definer
set search_path = public, pg_temp as $$
    select s.state from cases_casestate s join cases_case c on c.id = s.case_id
    where s.case_id = the_case and (c.unit_id = portal.unit()
        or exists (select 1 from cases_standing d where d.case_id = the_case and d.to_unit_id = portal.unit() and d.item_id is null)
        or exists (select 1 from cases_consentline l where l.case_id = the_case and l.from_unit_id = portal.unit() and l.ended_at is null
            and l.from_at <= statement_timestamp() and l.until_at > statement_timestamp()))
    order by s.from_at desc, s.id desc limit 1 $$;

-- Protecting an identity ends, in that statement, every line and disclosure on every case of the person (and is not undone).
create function portal.person_protects() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if old.protected and not new.protected then
        raise exception 'a protected identity stays protected';
    end if;
    if (old.unit_id, old.party_id) is distinct from (new.unit_id, new.party_id) then
        raise exception 'a person stays with the unit that registered them';
    end if;
    if new.protected and not old.protected then
        update cases_consentline l set ended_at = statement_timestamp(), ended_by_id = portal.member(), ended_how = 'protected'
        from cases_case c where c.id = l.case_id and c.person_id = new.id and l.ended_at is null;
        update cases_disclosure d set ended_at = statement_timestamp(), ended_by_id = portal.member(), ended_how = 'protected'
        from cases_case c where c.id = d.case_id and c.person_id = new.id and d.ended_at is null;
    end if;
    return null;
end $$;

-- Nothing is given, and no consent recorded, on a person whose identity is protected.
create function portal.not_if_protected() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select 1 from cases_case c join cases_person p on p.id = c.person_id where c.id = new.case_id and p.protected) then
        raise exception 'the identity is protected: nothing is given in the portal';
    end if;
    return new;
end $$;

create function portal.case_stays() returns trigger language plpgsql as $$
begin
    if (old.person_id, old.unit_id, old.number) is distinct from (new.person_id, new.unit_id, new.number) then
        raise exception 'a case stays with its person, its unit and its number';
    end if;
    return new;
end $$;

-- What has been given on a case, by anyone: for its owner, who shows it to the person before a withdrawal.
create function portal.given_on_case(the_case bigint)
returns table (id bigint, kind text, from_unit bigint, to_unit bigint, at timestamptz, ended_at timestamptz, item bigint, basis text)
language sql stable security definer set search_path = public, pg_temp as $$
    select d.id, d.kind, d.from_unit_id, d.to_unit_id, d.at, d.ended_at, d.item_id, d.basis
    from cases_disclosure d join cases_case c on c.id = d.case_id
    where d.case_id = the_case and c.unit_id = portal.unit() order by d.at, d.id $$;

-- The numbers of cases on which the asking unit has written something, for its list of own words.
create function portal.numbers_of_own_items(the_cases bigint[]) returns table (id bigint, number text, person bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select c.id, c.number, c.person_id from cases_case c where c.id = any(the_cases)
      and exists (select 1 from cases_item i where i.case_id = c.id and i.unit_id = portal.unit()) $$;

-- The receiving unit has opened what stands given to it. The first time counts; the giver's row, so the database writes it.
create function portal.note_opened(the_case bigint, the_item bigint) returns integer language plpgsql security definer
set search_path = public, pg_temp as $$
declare opened integer;
begin
    update cases_disclosure d set opened_at = statement_timestamp(), opened_by_id = portal.member()
    where d.case_id = the_case and d.item_id is not distinct from the_item and d.to_unit_id = portal.unit()
      and d.opened_at is null and d.ended_at is null and exists (select 1 from cases_standing s where s.id = d.id);
    get diagnostics opened = row_count;
    return opened;
end $$;

-- The receiver's incoming document, sealed as the disclosure is written (R1).
create function portal.archive_copy() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare copy jsonb;
begin
    if new.item_id is null then
        return null;
    end if;
    select jsonb_build_object('item', i.id, 'type', i.type, 'kind', i.kind, 'happened_on', i.happened_on,
            'heading', i.heading, 'text', i.text, 'facts', i.facts, 'written_at', i.at, 'from_unit', new.from_unit_id,
            'case', new.case_id, 'basis', new.basis, 'given_at', new.at)
        into copy from cases_item i where i.id = new.item_id;
    insert into cases_archive (disclosure_id, to_party_id, facts, sha256)
    values (new.id, new.to_party_id, copy, encode(sha256(convert_to(copy::text, 'UTF8')), 'hex'));
    return null;
end $$;
alter function portal.line_ends() owner to portal_definer;
alter function portal.line_begins() owner to portal_definer;
alter function portal.end_disclosures_of_case(bigint, bigint, text) owner to portal_definer;
alter function portal.party_left(bigint, bigint, bigint) owner to portal_definer;
alter function portal.case_state(bigint) owner to portal_definer;
alter function portal.given_on_case(bigint) owner to portal_definer;
alter function portal.numbers_of_own_items(bigint[]) owner to portal_definer;
alter function portal.archive_copy() owner to portal_definer;
alter function portal.note_opened(bigint, bigint) owner to portal_definer;
grant select on cases_standing to portal_definer;
alter function portal.person_protects() owner to portal_definer;
alter function portal.not_if_protected() owner to portal_definer;
create trigger protects after update on cases_person for each row execute function portal.person_protects();
create trigger protected before insert on cases_consentline for each row execute function portal.not_if_protected();
create trigger protected before insert on cases_disclosure for each row execute function portal.not_if_protected();
create trigger stays before update on cases_case for each row execute function portal.case_stays();
create trigger ends after update on cases_consentline for each row execute function portal.line_ends();
create trigger begins after insert on cases_consentline for each row execute function portal.line_begins();
create trigger archive after insert on cases_disclosure for each row execute function portal.archive_copy();

alter table cases_archive enable row level security;
alter table cases_archive force row level security;
create policy door on cases_archive for all to portal_definer using (true) with check (true);
create policy maintenance on cases_archive for all to portal_owner using (portal.maintains()) with check (portal.maintains());
revoke all on cases_archive from portal_app;
revoke insert, update on cases_standing from portal_app;
"""


def _walls() -> str:
    out = []
    for table, (reads, adds, changes) in WALL.items():
        out.append(f"""
alter table {table} enable row level security;
alter table {table} force row level security;
create policy read on {table} for select to portal_app using ({reads});
create policy add on {table} for insert to portal_app with check ({adds});
create policy maintenance on {table} for all to portal_owner using (portal.maintains()) with check (portal.maintains());
create policy door on {table} for select to portal_definer using (true);
revoke delete, truncate on {table} from portal_app;""")
        if changes is None:
            out.append(f"revoke update on {table} from portal_app;")
        else:
            out.append(
                f"create policy change on {table} for update to portal_app using ({changes}) with check ({changes});"
            )
    for table in ("cases_consentline", "cases_disclosure"):
        out.append(
            f"create policy door_change on {table} for update to portal_definer using (true) with check (true);"
        )
    return "\n".join(out)


class Migration(migrations.Migration):
    """The second net: row-level security that makes a forgotten filter harmless, and grounds that cannot be forged."""

    dependencies = [("cases", "0001_initial"), ("audit", "0002_append_only"), ("parties", "0002_sides")]
    operations = [
        migrations.RunSQL(STANDING, "drop view cases_standing cascade"),
        migrations.RunSQL(_walls(), migrations.RunSQL.noop),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(MOVES, migrations.RunSQL.noop),
        migrations.RunSQL(DOORS, migrations.RunSQL.noop),
    ]
