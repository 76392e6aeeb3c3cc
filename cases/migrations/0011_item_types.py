from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """More types of item, and the working note: of a kind that is given to nobody. No row is rewritten.

    Each step is a transaction of its own, so that nobody waits while the rows are looked through.
    """

    atomic = False

    dependencies = [
        ("cases", "0010_block_walls"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="item",
            name="an_item_is_of_a_known_type",
        ),
        migrations.RemoveConstraint(
            model_name="item",
            name="an_item_has_a_kind_that_may_be_written_here",
        ),
        migrations.AlterField(
            model_name="consentline",
            name="kind",
            field=models.TextField(
                choices=[
                    ("existence", "That the person has contact with the unit, and with whom"),
                    ("certificate", "Which certificates and statements were issued, and when"),
                    ("decision", "Decisions on benefits, period and extent"),
                    ("ability", "Functional and working ability, and expected time"),
                    ("plan", "Planned, ongoing, completed and interrupted measures"),
                    ("employment", "Work, duties and adaptations"),
                    ("social", "Economic and social situation"),
                    ("medical", "Diagnosis, treatment and results"),
                    ("special", "Violence, substance misuse and crime"),
                    ("internal", "The unit’s own working notes, which stay with it"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="disclosure",
            name="kind",
            field=models.TextField(
                choices=[
                    ("existence", "That the person has contact with the unit, and with whom"),
                    ("certificate", "Which certificates and statements were issued, and when"),
                    ("decision", "Decisions on benefits, period and extent"),
                    ("ability", "Functional and working ability, and expected time"),
                    ("plan", "Planned, ongoing, completed and interrupted measures"),
                    ("employment", "Work, duties and adaptations"),
                    ("social", "Economic and social situation"),
                    ("medical", "Diagnosis, treatment and results"),
                    ("special", "Violence, substance misuse and crime"),
                    ("internal", "The unit’s own working notes, which stay with it"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="kind",
            field=models.TextField(
                choices=[
                    ("existence", "That the person has contact with the unit, and with whom"),
                    ("certificate", "Which certificates and statements were issued, and when"),
                    ("decision", "Decisions on benefits, period and extent"),
                    ("ability", "Functional and working ability, and expected time"),
                    ("plan", "Planned, ongoing, completed and interrupted measures"),
                    ("employment", "Work, duties and adaptations"),
                    ("social", "Economic and social situation"),
                    ("medical", "Diagnosis, treatment and results"),
                    ("special", "Violence, substance misuse and crime"),
                    ("internal", "The unit’s own working notes, which stay with it"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="type",
            field=models.TextField(
                choices=[
                    ("statement", "Statement issued"),
                    ("decision", "Decision on a benefit"),
                    ("ability_note", "Ability to work"),
                    ("step", "Step movement"),
                    ("mapping", "Mapping of needs"),
                    ("measure", "Measure"),
                    ("plan", "Plan"),
                    ("offer", "Offer of coordination"),
                    ("work_situation", "Work situation"),
                    ("economy", "Economy and livelihood"),
                    ("support", "Housing and support"),
                    ("contact", "Contact and safe number"),
                    ("interpreter", "Interpreter and accessibility"),
                    ("representative", "Representative"),
                    ("diagnosis", "Diagnosis"),
                    ("treatment", "Treatment and results"),
                    ("note", "Note"),
                    ("work_note", "Working note, stays here"),
                    ("question", "Question"),
                    ("answer", "Answer"),
                ]
            ),
        ),
        AddConstraintNotValid(
            model_name="disclosure",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "internal"), _negated=True),
                name="what_stays_with_its_unit_is_never_given",
            ),
        ),
        AddConstraintNotValid(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "type__in",
                        [
                            "statement",
                            "decision",
                            "ability_note",
                            "step",
                            "mapping",
                            "measure",
                            "plan",
                            "offer",
                            "work_situation",
                            "economy",
                            "support",
                            "contact",
                            "interpreter",
                            "representative",
                            "diagnosis",
                            "treatment",
                            "note",
                            "work_note",
                            "question",
                            "answer",
                        ],
                    )
                ),
                name="an_item_is_of_a_known_type",
            ),
        ),
        AddConstraintNotValid(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "existence",
                            "certificate",
                            "decision",
                            "ability",
                            "plan",
                            "employment",
                            "social",
                            "medical",
                            "internal",
                        ],
                    )
                ),
                name="an_item_has_a_kind_that_may_be_written_here",
            ),
        ),
        AddConstraintNotValid(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "internal"), ("type", "work_note")),
                    models.Q(
                        models.Q(("type", "work_note"), _negated=True),
                        models.Q(("kind", "internal"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_working_note_and_it_alone_stays_with_its_unit",
            ),
        ),
        ValidateConstraint(model_name="disclosure", name="what_stays_with_its_unit_is_never_given"),
        ValidateConstraint(model_name="item", name="an_item_is_of_a_known_type"),
        ValidateConstraint(model_name="item", name="an_item_has_a_kind_that_may_be_written_here"),
        ValidateConstraint(model_name="item", name="a_working_note_and_it_alone_stays_with_its_unit"),
    ]
