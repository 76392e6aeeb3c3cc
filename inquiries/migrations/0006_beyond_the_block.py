from django.db import migrations

BARRED = """
-- Which of the inquiries in one's own drafts a block holds from whoever acts: the text there is not shown meanwhile.
create function portal.barred_inquiries(inquiries bigint[]) returns setof bigint language sql stable security definer
set search_path = public, pg_temp as $$
    select i.id from inquiries_inquiry i where i.id = any(inquiries) and i.case_id = any(portal.barred_cases()) $$;
alter function portal.barred_inquiries(bigint[]) owner to portal_definer;
"""


class Migration(migrations.Migration):
    """What was written on an inquiry and never sent is not shown to who is held off from the case."""

    dependencies = [("inquiries", "0005_from_paper"), ("cases", "0020_beyond_the_block")]
    operations = [migrations.RunSQL(BARRED, "drop function portal.barred_inquiries(bigint[])")]
