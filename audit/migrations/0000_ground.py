from django.db import migrations

GROUND = """
-- No delete and no truncate: the few tables whose rows may be thrown away grant it themselves.
alter default privileges in schema public grant select, insert, update on tables to portal_app;
alter default privileges in schema public grant usage, select on sequences to portal_app;
create schema portal;
grant usage on schema portal to portal_app, portal_definer, portal_stats;
grant create on schema portal to portal_definer;
grant usage on schema public to portal_stats, portal_definer;

-- Who reads: set by the request's transaction (parties/access.py). Nothing set means nobody, and nobody sees no row.
create function portal.unit() returns bigint language sql stable parallel safe
    as $$ select nullif(current_setting('portal.unit', true), '')::bigint $$;
create function portal.party() returns bigint language sql stable parallel safe
    as $$ select nullif(current_setting('portal.party', true), '')::bigint $$;
create function portal.member() returns bigint language sql stable parallel safe
    as $$ select nullif(current_setting('portal.member', true), '')::bigint $$;
-- Where the member works, whatever the role: portal.unit() is empty for roles that see no case, this is not.
create function portal.works_at() returns bigint language sql stable parallel safe
    as $$ select nullif(current_setting('portal.works_at', true), '')::bigint $$;
create function portal.audits_party() returns bigint language sql stable parallel safe
    as $$ select nullif(current_setting('portal.audits_party', true), '')::bigint $$;
create function portal.maintains() returns boolean language sql stable parallel safe
    as $$ select coalesce(current_setting('portal.maintenance', true), '') = 'on' $$;
grant select on django_migrations to portal_app;
"""


class Migration(migrations.Migration):
    """Before the first table: what the owner makes, the app may use, and how the database asks who reads."""

    initial = True
    dependencies = []
    run_before = [
        ("contenttypes", "0001_initial"),
        ("auth", "0001_initial"),
        ("sessions", "0001_initial"),
        ("axes", "0001_initial"),
        ("audit", "0001_initial"),
        ("errands", "0001_initial"),
        ("parties", "0001_initial"),
    ]
    operations = [migrations.RunSQL(GROUND, "drop schema portal cascade")]
