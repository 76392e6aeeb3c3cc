from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

APART = """
create or replace function portal.no_administrator_with_cases() returns trigger language plpgsql as $$
begin
    -- One at a time for each user: of two roles given at once neither would see the other. Not `for update`, which would
    -- wait for the other's foreign key to the same row, and it for ours.
    perform 1 from parties_user u where u.id = new.user_id for no key update;
    if new.role in ('administrator', 'auditor', 'registrar', 'coordinator', 'clinician', 'investigator', 'officer', 'employer_contact', 'manager')
        and exists (
            select 1 from parties_membership m
            where m.user_id = new.user_id and m.id <> new.id
              and (m.role = 'administrator') <> (new.role = 'administrator')
              and (m.role = 'administrator' or new.role = 'administrator')
              and m.role in ('administrator', 'auditor', 'registrar', 'coordinator', 'clinician', 'investigator', 'officer', 'employer_contact', 'manager')
              and tstzrange(m.from_at, m.until_at) && tstzrange(new.from_at, new.until_at)) then
        raise exception 'an administrator has no case role and does not audit' using errcode = 'check_violation';
    end if;
    return null;
end $$;
"""


class Migration(migrations.Migration):
    """The registrar hands out what the party has received, and nothing else. Never on the förbund side, never an administrator."""

    dependencies = [
        ("parties", "0002_sides"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="invitation",
            name="an_invitation_is_to_a_known_role",
        ),
        migrations.RemoveConstraint(
            model_name="membership",
            name="a_role_is_a_known_role",
        ),
        migrations.AlterField(
            model_name="invitation",
            name="role",
            field=models.TextField(
                choices=[
                    ("coordinator", "Rehab coordinator"),
                    ("clinician", "Clinician"),
                    ("investigator", "Insurance investigator"),
                    ("officer", "Case officer"),
                    ("employer_contact", "Employer contact"),
                    ("manager", "Unit manager"),
                    ("project_staff", "Project work"),
                    ("administrator", "Administrator"),
                    ("auditor", "Auditor of the access log"),
                    ("registrar", "Registrar"),
                    ("association_officer", "Association officer"),
                    ("evaluator", "Evaluator"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.TextField(
                choices=[
                    ("coordinator", "Rehab coordinator"),
                    ("clinician", "Clinician"),
                    ("investigator", "Insurance investigator"),
                    ("officer", "Case officer"),
                    ("employer_contact", "Employer contact"),
                    ("manager", "Unit manager"),
                    ("project_staff", "Project work"),
                    ("administrator", "Administrator"),
                    ("auditor", "Auditor of the access log"),
                    ("registrar", "Registrar"),
                    ("association_officer", "Association officer"),
                    ("evaluator", "Evaluator"),
                ]
            ),
        ),
        AddConstraintNotValid(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "coordinator",
                            "clinician",
                            "investigator",
                            "officer",
                            "employer_contact",
                            "manager",
                            "project_staff",
                            "administrator",
                            "auditor",
                            "registrar",
                            "association_officer",
                            "evaluator",
                        ],
                    )
                ),
                name="an_invitation_is_to_a_known_role",
            ),
        ),
        AddConstraintNotValid(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "coordinator",
                            "clinician",
                            "investigator",
                            "officer",
                            "employer_contact",
                            "manager",
                            "project_staff",
                            "administrator",
                            "auditor",
                            "registrar",
                            "association_officer",
                            "evaluator",
                        ],
                    )
                ),
                name="a_role_is_a_known_role",
            ),
        ),
        ValidateConstraint(model_name="invitation", name="an_invitation_is_to_a_known_role"),
        ValidateConstraint(model_name="membership", name="a_role_is_a_known_role"),
        migrations.RunSQL(APART, migrations.RunSQL.noop),
    ]
