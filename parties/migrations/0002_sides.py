from django.db import migrations

SIDES = """
alter table parties_membership
    add constraint a_member_stands_on_one_side foreign key (user_id, side) references parties_user (id, side),
    add constraint a_membership_stands_on_the_side_of_its_party foreign key (party_id, side) references parties_party (id, side),
    add constraint a_membership_is_in_a_unit_of_its_party foreign key (unit_id, party_id) references parties_unit (id, party_id);

-- Whoever manages accounts sees no case, in no unit and by no second role.
create function portal.no_administrator_with_cases() returns trigger language plpgsql as $$
begin
    -- One at a time for each user: of two roles given at once neither would see the other. Not `for update`, which would
    -- wait for the other's foreign key to the same row, and it for ours.
    perform 1 from parties_user u where u.id = new.user_id for no key update;
    if new.role in ('administrator', 'auditor', 'coordinator', 'clinician', 'investigator', 'officer', 'employer_contact', 'manager')
        and exists (
            select 1 from parties_membership m
            where m.user_id = new.user_id and m.id <> new.id
              and (m.role = 'administrator') <> (new.role = 'administrator')
              and (m.role = 'administrator' or new.role = 'administrator')
              and m.role in ('administrator', 'auditor', 'coordinator', 'clinician', 'investigator', 'officer', 'employer_contact', 'manager')
              and tstzrange(m.from_at, m.until_at) && tstzrange(new.from_at, new.until_at)) then
        raise exception 'an administrator has no case role and does not audit' using errcode = 'check_violation';
    end if;
    return null;
end $$;
create trigger no_administrator_with_cases after insert or update on parties_membership
    for each row execute function portal.no_administrator_with_cases();
-- An invitation is forgotten a month after it ran out; the ledger has what happened.
grant delete on parties_invitation to portal_app;
-- Organisations, parties and units are founded by a command and stay as they are.
revoke update on parties_organisation, parties_party, parties_unit, parties_substitution from portal_app;
"""


class Migration(migrations.Migration):
    """Composite keys carry the side from party and user into the membership: the two sides cannot meet in one user."""

    dependencies = [("parties", "0001_initial"), ("audit", "0000_ground")]
    operations = [migrations.RunSQL(SIDES, migrations.RunSQL.noop)]
