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
-- Nor is the time of a registered party in the insats: it ends by its last day (the trigger below).
grant delete on initiatives_activity, initiatives_forecast, initiatives_fundingshare, initiatives_grant,
    initiatives_invoice, initiatives_obstacle, initiatives_participation, initiatives_reportingcount,
    initiatives_timeentry to portal_app;
"""

PARTIES = """
create function portal.a_party_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'a registered party is not taken out of an insats: its last day is set'
            using errcode = 'check_violation', constraint = 'a_party_stays', table = 'initiatives_participation';
    end if;
    if (old.party_id, old.initiative_id) is distinct from (new.party_id, new.initiative_id) then
        raise exception 'a registered party is not exchanged: its last day is set'
            using errcode = 'check_violation', constraint = 'a_party_stays', table = 'initiatives_participation';
    end if;
    return new;
end $$;
create trigger a_party_stays before update or delete on initiatives_participation
    for each row when (old.party_id is not null) execute function portal.a_party_stays();
"""


class Migration(migrations.Migration):
    """The shares of a year are changed together, so their sum is asked at commit, not row by row.

    What was given to and from a registered party ends when the party has left the insats; a row that is gone, or
    whose party is another, would say that it was never there, and nothing would end. So the row stays.
    """

    dependencies = [("initiatives", "0001_initial")]
    operations = [
        migrations.RunSQL(
            SHARES,
            "drop trigger shares_sum_to_100 on initiatives_fundingshare; drop function portal.shares_sum_to_100()",
        ),
        migrations.RunSQL(
            PARTIES,
            "drop trigger a_party_stays on initiatives_participation; drop function portal.a_party_stays()",
        ),
    ]
