from django.db import migrations

SHARES = """
create function portal.shares_sum_to_100() returns trigger language plpgsql as $$
declare
    changed initiatives_fundingshare;
    total numeric;
begin
    foreach changed in array case tg_op
        when 'INSERT' then array[new] when 'DELETE' then array[old] else array[old, new] end
    loop
        select sum(percent) into total from initiatives_fundingshare
            where initiative_id = changed.initiative_id and year = changed.year;
        if total is not null and total <> 100 then
            raise exception 'the shares of % sum to %, not to 100', changed.year, total
                using errcode = 'check_violation', constraint = 'shares_sum_to_100', table = 'initiatives_fundingshare';
        end if;
    end loop;
    return null;
end $$;
create constraint trigger shares_sum_to_100 after insert or update or delete on initiatives_fundingshare
    deferrable initially deferred for each row execute function portal.shares_sum_to_100();
-- Rows that should not have been there are taken away, and the ledger says so; the insats and its seats never are.
grant delete on initiatives_activity, initiatives_forecast, initiatives_fundingshare, initiatives_grant,
    initiatives_invoice, initiatives_obstacle, initiatives_participation, initiatives_reportingcount,
    initiatives_timeentry to portal_app;
"""


class Migration(migrations.Migration):
    """The shares of a year are changed together, so their sum is asked at commit, not row by row."""

    dependencies = [("initiatives", "0001_initial")]
    operations = [
        migrations.RunSQL(
            SHARES,
            "drop trigger shares_sum_to_100 on initiatives_fundingshare; drop function portal.shares_sum_to_100()",
        )
    ]
