from django.db import migrations, models

U = "portal.unit()"

WALLS = f"""
-- The unit that was asked records a question that came in on paper, on a case of its own and as its own words.
create policy add_from_paper on inquiries_inquiry for insert to portal_app with check (
    to_unit_id = {U} and channel = 'paper' and mode = 'case' and last_step = 'sent'
    and exists (select 1 from cases_case c where c.id = case_id and c.unit_id = {U})
    and exists (select 1 from cases_item i where i.id = question_id and i.unit_id = {U}));
create policy add_received on inquiries_inquirystate for insert to portal_app with check (
    unit_id = {U} and state = 'sent' and exists (
        select 1 from inquiries_inquiry i where i.id = inquiry_id and i.to_unit_id = {U} and i.channel = 'paper'));

-- Such a question was given by nobody here. It stands as long as the case that its receiver owns is open.
set local role portal_definer;
create or replace function portal.question_stands(the_inquiry bigint) returns boolean language sql stable security definer
set search_path = public, pg_temp as $$
    select exists (
        select 1 from inquiries_inquiry q join cases_case c on c.id = q.case_id
        where q.id = the_inquiry and portal.unit() in (q.asker_unit_id, q.to_unit_id)
          and ((q.channel = 'paper' and c.unit_id = q.to_unit_id and portal.case_state(c.id) = 'open') or (
          (c.unit_id = q.asker_unit_id or exists (
              select 1 from cases_standing s
              where s.case_id = c.id and s.item_id is null and s.to_unit_id = q.asker_unit_id))
          and exists (select 1 from cases_standing s where s.item_id = q.question_id and s.to_unit_id = q.to_unit_id)))) $$;
reset role;
"""
BACK = """
drop policy if exists add_from_paper on inquiries_inquiry;
drop policy if exists add_received on inquiries_inquirystate;
set local role portal_definer;
create or replace function portal.question_stands(the_inquiry bigint) returns boolean language sql stable security definer
set search_path = public, pg_temp as $$
    select exists (
        select 1 from inquiries_inquiry q join cases_case c on c.id = q.case_id
        where q.id = the_inquiry and portal.unit() in (q.asker_unit_id, q.to_unit_id)
          and (c.unit_id = q.asker_unit_id or exists (
              select 1 from cases_standing s
              where s.case_id = c.id and s.item_id is null and s.to_unit_id = q.asker_unit_id))
          and exists (select 1 from cases_standing s where s.item_id = q.question_id and s.to_unit_id = q.to_unit_id)) $$;
reset role;
"""


class Migration(migrations.Migration):
    """A question that came in on paper, and whether it is Försäkringskassan's by duty."""

    dependencies = [("inquiries", "0004_on_paper"), ("cases", "0010_block_walls")]
    operations = [
        migrations.AddField(
            model_name="inquiry", name="by_duty", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.AlterField(
            model_name="inquiry",
            name="channel",
            field=models.TextField(
                choices=[
                    ("portal", "In the portal"),
                    ("phone", "By telephone"),
                    ("on_site", "On site"),
                    ("meeting", "At a meeting"),
                    ("paper", "On paper"),
                ],
                default="portal",
            ),
        ),
        migrations.RunSQL(WALLS, BACK),
    ]
