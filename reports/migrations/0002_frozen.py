from django.db import migrations

FROZEN = """
create function portal.frozen_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'TRUNCATE' and current_database() like 'test\\_%' then
        return null;
    end if;
    raise exception 'what is frozen stays as it is' using errcode = 'restrict_violation';
end $$;

-- Figures: written while the report is still a draft, in the transaction that freezes it; then never touched.
revoke update, delete, truncate on reports_frozenfigure from portal_app;
create trigger no_rewrite before update or delete on reports_frozenfigure
    for each row execute function portal.frozen_stays();
create trigger no_truncate before truncate on reports_frozenfigure
    for each statement execute function portal.frozen_stays();

create function portal.only_into_a_draft() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and (select state from reports_report where id = old.report_id) <> 'draft' then
        raise exception 'what is frozen stays as it is' using errcode = 'restrict_violation';
    end if;
    if tg_op <> 'DELETE' and (select state from reports_report where id = new.report_id) <> 'draft' then
        raise exception 'what is frozen stays as it is' using errcode = 'restrict_violation';
    end if;
    return coalesce(new, old);
end $$;
create trigger only_into_a_draft before insert on reports_frozenfigure
    for each row execute function portal.only_into_a_draft();
create trigger only_into_a_draft before insert or update or delete on reports_section
    for each row execute function portal.only_into_a_draft();

-- The report itself: once frozen it may move on in its flow, but what it is about and what was frozen stays.
create function portal.a_frozen_report_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if old.state <> 'draft' then
            raise exception 'what is frozen stays as it is' using errcode = 'restrict_violation';
        end if;
        return old;
    end if;
    if old.state <> 'draft' and (
        new.state = 'draft'
        or (new.initiative_id, new.year, new.version, new.created_by_id, new.created_at, new.frozen_by_id, new.frozen_at, new.cover, new.sha256)
            is distinct from
           (old.initiative_id, old.year, old.version, old.created_by_id, old.created_at, old.frozen_by_id, old.frozen_at, old.cover, old.sha256)
        or new.quarter is distinct from old.quarter
    ) then
        raise exception 'what is frozen stays as it is' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger a_frozen_report_stays before update or delete on reports_report
    for each row execute function portal.a_frozen_report_stays();

revoke update, delete on reports_drawing from portal_app;
-- A draft may be thrown away with its texts; the triggers above hold what is frozen.
grant delete on reports_report, reports_section to portal_app;
"""

BACK = """
drop trigger no_rewrite on reports_frozenfigure;
drop trigger no_truncate on reports_frozenfigure;
drop trigger only_into_a_draft on reports_frozenfigure;
drop trigger only_into_a_draft on reports_section;
drop trigger a_frozen_report_stays on reports_report;
drop function portal.frozen_stays();
drop function portal.only_into_a_draft();
drop function portal.a_frozen_report_stays();
"""


class Migration(migrations.Migration):
    """What is frozen is not changed by anyone, whatever the code above does."""

    dependencies = [("reports", "0001_initial"), ("audit", "0000_ground")]
    operations = [migrations.RunSQL(FROZEN, BACK)]
