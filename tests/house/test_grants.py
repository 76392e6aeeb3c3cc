"""What the portal's role may do with each table: no more than the code needs, and nothing unsaid."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

READ, ADD, CHANGE, DELETE = "SELECT", "INSERT", "UPDATE", "DELETE"
KEPT = {READ, ADD}
CHANGED = {READ, ADD, CHANGE}
REMOVED = {READ, ADD, CHANGE, DELETE}

GRANTS: dict[str, set[str]] = {
    # Written once.
    "audit_entry": KEPT,
    "cases_caseoutcome": KEPT,
    "cases_casestate": KEPT,
    "cases_consent": KEPT,
    "cases_declined": KEPT,
    "cases_formernumber": KEPT,
    "cases_incident": KEPT,
    "cases_incidentnote": KEPT,
    "cases_item": KEPT,
    "cases_listopening": KEPT,
    "cases_mistake": KEPT,
    "cases_printedform": KEPT,
    "cases_spell": KEPT,
    "cases_statementlist": KEPT,
    "cases_statementrow": KEPT,
    "errands_file": KEPT,
    "inquiries_declinereason": KEPT,
    "inquiries_inquiry": KEPT,
    "inquiries_inquiryanswer": KEPT,
    "inquiries_inquirystate": KEPT,
    "inquiries_onpaper": KEPT,
    "parties_organisation": KEPT,
    "parties_party": KEPT,
    "parties_substitution": KEPT,
    "parties_unit": KEPT,
    "reports_drawing": KEPT,
    "reports_frozenfigure": KEPT,
    # Moved on, ended or corrected, and never removed.
    "cases_assignment": CHANGED,
    "cases_block": CHANGED,
    "cases_case": CHANGED,
    "cases_caselock": CHANGED,
    "cases_consentlengths": CHANGED,
    "cases_consentline": CHANGED,
    "cases_disclosure": CHANGED,
    "cases_handover": CHANGED,
    "cases_journaltick": CHANGED,
    "cases_columnmapping": CHANGED,
    "cases_importrun": CHANGED,
    "cases_listexport": CHANGED,
    "cases_match": CHANGED,
    "cases_person": CHANGED,
    "cases_tick": CHANGED,
    "errands_job": CHANGED,
    "errands_notice": CHANGED,
    "initiatives_initiative": CHANGED,
    "initiatives_seat": CHANGED,
    "initiatives_timersetting": CHANGED,
    "parties_membership": CHANGED,
    "parties_user": CHANGED,
    # Thrown away by who wrote it, by the night's tidying, or as a row that should not have been there.
    "cases_listcolumns": REMOVED,
    "cases_savedfilter": REMOVED,
    "errands_draft": REMOVED,
    "errands_sent": REMOVED,
    "initiatives_activity": REMOVED,
    "initiatives_forecast": REMOVED,
    "initiatives_fundingshare": REMOVED,
    "initiatives_grant": REMOVED,
    "initiatives_invoice": REMOVED,
    "initiatives_obstacle": REMOVED,
    "initiatives_participation": REMOVED,
    "initiatives_reportingcount": REMOVED,
    "initiatives_timeentry": REMOVED,
    "parties_invitation": REMOVED,
    "parties_cover": REMOVED,
    "reports_report": REMOVED,
    "reports_section": REMOVED,
    # The framework's: a session ends by deletion, a login that succeeds forgets its failed attempts.
    "django_session": REMOVED,
    "axes_accessattempt": REMOVED,
    "axes_accessattemptexpiration": REMOVED,
    "django_migrations": {READ},
    # Read by the database's own functions only, or by nobody.
    "cases_archive": set(),
    "auth_group": set(),
    "auth_group_permissions": set(),
    "auth_permission": set(),
    "axes_accessfailurelog": set(),
    "axes_accesslog": set(),
    "django_content_type": set(),
    # A view.
    "cases_standing": {READ},
}


def granted(grantee: str) -> dict[str, set[str]]:
    """Every privilege of every kind (TRUNCATE, TRIGGER, REFERENCES too) on the tables and views of the house."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select c.relname, array_remove(array_agg(a.privilege_type order by a.privilege_type), null)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            left join lateral aclexplode(c.relacl) a
              on a.grantee = case when %s = 'public' then 0 else (select oid from pg_roles where rolname = %s) end
            where n.nspname in ('public', 'portal') and c.relkind in ('r', 'p', 'v', 'm', 'f')
            group by c.relname
            """,
            [grantee, grantee],
        )
        return {table: set(rights) for table, rights in cursor.fetchall()}


def test_the_portal_may_do_with_each_table_what_is_said_here_and_nothing_else():
    assert granted("portal_app") == GRANTS


def test_everybody_else_may_nothing():
    assert not {table: rights for table, rights in granted("public").items() if rights}
    assert not {table: rights for table, rights in granted("portal_stats").items() if rights}


def test_a_new_table_cannot_be_emptied_by_the_portal():
    """What the owner makes tomorrow is not to be deleted from until somebody says so."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select a.privilege_type from pg_default_acl d, aclexplode(d.defaclacl) a
            where d.defaclobjtype = 'r' and a.grantee = (select oid from pg_roles where rolname = 'portal_app')
            """
        )
        assert {right for (right,) in cursor.fetchall()} == CHANGED


def test_the_portals_role_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relowner = (select oid from pg_roles where rolname = 'portal_app')"
        )
        assert cursor.fetchall() == []


def test_the_framework_manages_with_what_it_was_given(cast, client, settings):
    """Failed logins are counted, locked and forgotten; a session begins, ends and is swept."""
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from errands import tasks
    from tests.factories import PASSWORD

    settings.AXES_ENABLED = True
    right = {"username": cast.coordinator.user.email, "password": PASSWORD}
    wrong = right | {"password": "fel"}
    assert [client.post("/login/", wrong).status_code for _ in range(8)][-1] == 429
    assert client.post("/login/", right).status_code == 429, "locked, though right"
    other = {"username": cast.colleague.user.email, "password": PASSWORD}
    assert client.post("/login/", other | {"password": "fel"}).status_code == 200
    assert client.post("/login/", other).status_code == 302
    assert client.get("/todo/").status_code == 200
    assert client.post("/logout/").status_code == 302
    client.post("/login/", other)
    Session.objects.update(expire_date=timezone.now())
    tasks.forget_ended_sessions()
    assert not Session.objects.exists()


def test_a_block_holds_in_every_walled_table_about_a_case_or_a_person():
    """A new table with a case or a person in it is behind the block too, or named here with its reason."""
    apart = {
        "cases_caselock": "keys only, no wall: a locked row behind a wall locks nothing",
        "cases_archive": "read by nobody but the database",
        "audit_entry": "read behind the block too, but everything may be written in it",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select distinct c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
            where n.nspname = 'public' and c.relkind in ('r', 'p')
              and (a.attname in ('case_id', 'person_id') or c.relname in ('cases_case', 'cases_person'))
            """
        )
        about = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            """
            select tablename from pg_policies
            where policyname = 'barred' and permissive = 'RESTRICTIVE' and cmd = 'ALL' and 'portal_app' = any(roles)
            """
        )
        held = {name for (name,) in cursor.fetchall()}
    assert about - set(apart) <= held
    assert len(about) > 9
