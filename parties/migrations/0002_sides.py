from django.db import migrations

SIDES = """
alter table parties_membership
    add constraint a_member_stands_on_one_side foreign key (user_id, side) references parties_user (id, side),
    add constraint a_membership_stands_on_the_side_of_its_party foreign key (party_id, side) references parties_party (id, side),
    add constraint a_membership_is_in_a_unit_of_its_party foreign key (unit_id, party_id) references parties_unit (id, party_id);
revoke delete on parties_organisation, parties_party, parties_unit, parties_user, parties_membership, parties_substitution
    from portal_app;
"""


class Migration(migrations.Migration):
    """Composite keys carry the side from party and user into the membership: the two sides cannot meet in one user."""

    dependencies = [("parties", "0001_initial"), ("audit", "0000_ground")]
    operations = [migrations.RunSQL(SIDES, migrations.RunSQL.noop)]
