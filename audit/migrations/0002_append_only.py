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
-- Nobody writes in another's name. While somebody acts, a row says the member, the unit and the party that act; a job,
-- a command or a page without anybody signed in has no context, and writes as it always did.
create policy add on audit_entry for insert to portal_app with check (
    portal.member() is null
    or (member = portal.member() and unit = portal.works_at() and party = portal.party()));
create policy maintenance on audit_entry for all to portal_owner using (portal.maintains()) with check (portal.maintains());
"""


class Migration(migrations.Migration):
    """The ledger is written once, and by whoever acts: no right to change, a trigger behind it, and no row in another's name.

    The comparison is with what the transaction has been told (parties/access.py). The ledger's own connection has no
    such transaction: `audit.ledger` copies there what the request's connection holds, in the statement that writes.
    What this stops is a verb that names somebody else than the one who acts. Whoever runs any statement they like as
    portal_app could also say who they are; against that stand the other nets, not this one.
    """

    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop)]
