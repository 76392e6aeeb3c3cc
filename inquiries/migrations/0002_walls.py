from django.db import migrations

U = "portal.unit()"
MINE = f"(asker_unit_id = {U} or to_unit_id = {U})"
SEEN = "exists (select 1 from inquiries_inquiry i where i.id = inquiry_id)"
# Each side takes its own steps; pausing is tidying, which the owner of the case does, on whichever side.
ASKED = f"exists (select 1 from inquiries_inquiry i where i.id = inquiry_id and i.asker_unit_id = {U})"
RECEIVED = f"exists (select 1 from inquiries_inquiry i where i.id = inquiry_id and i.to_unit_id = {U})"

WALLS = f"""
alter table inquiries_inquiry enable row level security;
alter table inquiries_inquiry force row level security;
create policy read on inquiries_inquiry for select to portal_app using {MINE};
create policy add on inquiries_inquiry for insert to portal_app with check (asker_unit_id = {U} and last_step = 'sent');
create policy only_on_a_case_one_sees on inquiries_inquiry as restrictive for insert to portal_app
    with check (case_id is null or exists (select 1 from cases_case c where c.id = case_id));
revoke update on inquiries_inquiry from portal_app;

alter table inquiries_inquirystate enable row level security;
alter table inquiries_inquirystate force row level security;
create policy read on inquiries_inquirystate for select to portal_app using ({SEEN});
create policy add on inquiries_inquirystate for insert to portal_app with check (unit_id = {U} and (
    (state in ('sent', 'closed', 'taken_back', 'paused') and {ASKED})
    or (state in ('read', 'answered', 'declined', 'paused') and {RECEIVED})));
revoke update on inquiries_inquirystate from portal_app;

alter table inquiries_inquiryanswer enable row level security;
alter table inquiries_inquiryanswer force row level security;
create policy read on inquiries_inquiryanswer for select to portal_app using ({SEEN});
create policy add on inquiries_inquiryanswer for insert to portal_app
    with check ({RECEIVED} and exists (select 1 from cases_item i where i.id = item_id and i.unit_id = {U}));
revoke update on inquiries_inquiryanswer from portal_app;

-- The reason stays with the unit that owns it, in a table the asker cannot read.
alter table inquiries_declinereason enable row level security;
alter table inquiries_declinereason force row level security;
create policy own on inquiries_declinereason for select to portal_app using (unit_id = {U});
create policy add on inquiries_declinereason for insert to portal_app with check (unit_id = {U} and {RECEIVED});
revoke update on inquiries_declinereason from portal_app;
""" + "".join(
    f"""
create policy maintenance on {table} for all to portal_owner using (portal.maintains()) with check (portal.maintains());
revoke delete, truncate on {table} from portal_app;
"""
    for table in (
        "inquiries_inquiry",
        "inquiries_inquirystate",
        "inquiries_inquiryanswer",
        "inquiries_declinereason",
    )
)

LAST = """
-- Where an inquiry stands is the last of its rows; the copy beside it is the database's own, nobody else writes it.
grant update on inquiries_inquiry to portal_definer;
grant select on inquiries_inquirystate to portal_definer;
create policy door on inquiries_inquirystate for select to portal_definer using (true);
create policy door_change on inquiries_inquiry for update to portal_definer using (true) with check (true);
create function portal.inquiry_steps() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update inquiries_inquiry set last_step = (
        select s.state from inquiries_inquirystate s where s.inquiry_id = new.inquiry_id order by s.id desc limit 1)
    where id = new.inquiry_id;
    return null;
end $$;
alter function portal.inquiry_steps() owner to portal_definer;
create trigger steps after insert on inquiries_inquirystate for each row execute function portal.inquiry_steps();
"""

STANDS = """
-- Whether an open question still has what it needs: the asker reads the case, the receiver the question. Neither side
-- sees the other's grounds, so the database answers both alike, and nobody else.
grant select on inquiries_inquiry to portal_definer;
create policy door on inquiries_inquiry for select to portal_definer using (true);
create function portal.question_stands(the_inquiry bigint) returns boolean language sql stable security definer
set search_path = public, pg_temp as $$
    select exists (
        select 1 from inquiries_inquiry q join cases_case c on c.id = q.case_id
        where q.id = the_inquiry and portal.unit() in (q.asker_unit_id, q.to_unit_id)
          and (c.unit_id = q.asker_unit_id or exists (
              select 1 from cases_standing s
              where s.case_id = c.id and s.item_id is null and s.to_unit_id = q.asker_unit_id))
          and exists (select 1 from cases_standing s where s.item_id = q.question_id and s.to_unit_id = q.to_unit_id)) $$;
alter function portal.question_stands(bigint) owner to portal_definer;
"""


class Migration(migrations.Migration):
    """An inquiry is read by the two units it runs between; it opens neither case nor item."""

    dependencies = [("inquiries", "0001_initial"), ("cases", "0002_walls")]
    operations = [
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
        migrations.RunSQL(STANDS, migrations.RunSQL.noop),
        migrations.RunSQL(LAST, migrations.RunSQL.noop),
    ]
