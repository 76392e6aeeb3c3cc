from django.db import migrations

FRAME_TABLES = """
-- Sessions end by deletion, and a login that succeeds forgets its failed attempts.
grant delete on django_session, axes_accessattempt, axes_accessattemptexpiration to portal_app;
-- Groups and permissions are not used; content types are written by migrations; these two logs of logins are off.
revoke all on auth_group, auth_group_permissions, auth_permission, django_content_type, axes_accesslog,
    axes_accessfailurelog from portal_app;
"""


class Migration(migrations.Migration):
    """What the portal's role may do with the tables that are no room's: no more than the framework does with them."""

    dependencies = [
        ("audit", "0002_append_only"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
        ("axes", "0010_accessattemptexpiration"),
    ]
    operations = [migrations.RunSQL(FRAME_TABLES, migrations.RunSQL.noop)]
