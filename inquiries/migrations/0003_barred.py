from django.db import migrations

BARRED = """
create policy barred on inquiries_inquiry as restrictive for all to portal_app
    using (case_id is null or case_id <> all (portal.barred_cases()))
    with check (case_id is null or case_id <> all (portal.barred_cases()));
create policy barred on inquiries_declinereason as restrictive for all to portal_app
    using (exists (select 1 from inquiries_inquiry i where i.id = inquiry_id))
    with check (exists (select 1 from inquiries_inquiry i where i.id = inquiry_id));
"""


class Migration(migrations.Migration):
    """A block on a person holds for the inquiries of their cases too; their steps and answers follow the inquiry."""

    dependencies = [("inquiries", "0002_walls"), ("cases", "0010_block_walls")]
    operations = [migrations.RunSQL(BARRED, migrations.RunSQL.noop)]
