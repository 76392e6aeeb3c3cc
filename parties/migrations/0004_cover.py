import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    """Sessions that are locked: keys of sessions only, behind no wall, as the sessions themselves."""

    dependencies = [
        ("parties", "0003_registrar"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cover",
            fields=[
                ("session", models.TextField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("tries", models.PositiveSmallIntegerField(db_default=0, default=0)),
            ],
        ),
        migrations.RunSQL(
            "grant select, insert, update, delete on parties_cover to portal_app", migrations.RunSQL.noop
        ),
    ]
