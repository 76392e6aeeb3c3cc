from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import F, Q

NAME = "a_spell_is_expected_to_end_after_it_begins"


class Migration(migrations.Migration):
    """A spell's prognosis: the day on which it is expected to end. A new nullable column, so no row is rewritten."""

    dependencies = [("cases", "0002_walls")]
    operations = [
        migrations.AddField("spell", "expected_on", models.DateField(null=True)),
        AddConstraintNotValid(
            "spell",
            models.CheckConstraint(
                condition=Q(("expected_on", None), ("expected_on__gte", F("from_on")), _connector="OR"),
                name=NAME,
            ),
        ),
        ValidateConstraint("spell", NAME),
    ]
