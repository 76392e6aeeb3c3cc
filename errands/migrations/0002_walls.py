from django.db import migrations

WALLS = """
alter table errands_draft enable row level security;
alter table errands_draft force row level security;
create policy own on errands_draft for all to portal_app
    using (member = (select portal.member())) with check (member = (select portal.member()));
-- The nightly tidying is nobody's member: it goes through a door that opens on what is too old, and on nothing else.
create policy door on errands_draft for all to portal_definer
    using (saved_at < statement_timestamp() - interval '30 days');
grant delete on errands_draft to portal_app;
grant select, delete on errands_draft to portal_definer;
create function portal.forget_old_drafts() returns integer
language sql security definer set search_path = public, pg_temp as $$
    with gone as (
        delete from errands_draft where saved_at < statement_timestamp() - interval '30 days' returning 1
    )
    select count(*)::integer from gone
$$;
alter function portal.forget_old_drafts() owner to portal_definer;
create policy maintenance on errands_draft for all to portal_owner using (portal.maintains()) with check (portal.maintains());

alter table errands_file enable row level security;
alter table errands_file force row level security;
create policy read on errands_file for select to portal_app using (unit is null or unit = (select portal.unit()));
create policy add on errands_file for insert to portal_app with check (unit is null or unit = (select portal.unit()));
create policy maintenance on errands_file for all to portal_owner using (portal.maintains()) with check (portal.maintains());
revoke update on errands_file from portal_app;

-- A notice is written to others and read by its receiver; the worker that mails them is nobody's member.
alter table errands_notice enable row level security;
alter table errands_notice force row level security;
create policy read on errands_notice for select to portal_app
    using ((select portal.member()) is null or to_member = (select portal.member()));
create policy add on errands_notice for insert to portal_app with check (true);
create policy send on errands_notice for update to portal_app
    using ((select portal.member()) is null) with check (true);
create policy maintenance on errands_notice for all to portal_owner using (portal.maintains()) with check (portal.maintains());
"""


class Migration(migrations.Migration):
    """A draft is its writer's, for thirty days; a file with a unit is that unit's. A stored file is never changed.

    A notice is its receiver's. A job has no wall: it is work in common, asked for by one and waited for, asked for again
    and shown under way by all who may see the same report or list, and a wall on `by` would turn the second who asks
    into an error on the unique key. What stands in a job is keys and times: no person, no number, no text.
    """

    dependencies = [("errands", "0001_initial"), ("audit", "0000_ground")]
    operations = [migrations.RunSQL(WALLS, migrations.RunSQL.noop)]
