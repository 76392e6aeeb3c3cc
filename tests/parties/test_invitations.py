"""An invitation goes to an address, says the same to everyone who writes one, and gives nothing until it is accepted."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from errands.models import Notice
from parties import actions, tasks
from parties.access import acting, memberships_of
from parties.models import Invitation, Membership, PartyKind, Role, User
from tests.factories import PASSWORD, make_member, make_unit

pytestmark = pytest.mark.django_db

NEW = "ny.person@samverkan.example"
CHOSEN = {"new_password1": "en-helt-annan-fras", "new_password2": "en-helt-annan-fras"}


def link_in(message) -> str:
    return re.search(r"/invitation/[\w-]+/", message.body)[0]


@pytest.fixture
def send(cast, sign_in, django_capture_on_commit_callbacks):
    """Posts the form as the administrator; gives the page that follows and the link in the mail."""

    def post(
        email: str, role: str = "coordinator", by: Membership | None = None, name: str = "Maskin Skriven"
    ):
        by = by or cast.administrator
        with django_capture_on_commit_callbacks(execute=True):
            client = sign_in(by)
            answer = client.post(
                "/people/invite/", {"email": email, "name": name, "unit": by.unit_id, "role": role}
            )
        if answer.status_code != 302:
            return answer.content.decode(), None
        return client.get("/people/").content.decode(), link_in(mail.outbox[-1])

    return post


@pytest.fixture
def fk_admin(cast):
    return make_member("kontoskotare", cast.investigator.unit, Role.ADMINISTRATOR)


def test_nobody_of_another_organisation_gets_a_role_without_saying_yes(cast, send, sign_in, fk_admin):
    before = len(memberships_of(cast.coordinator.user))
    _page, link = send(cast.coordinator.user.email, "officer", by=fk_admin)
    assert len(memberships_of(cast.coordinator.user)) == before
    client = sign_in(cast.coordinator)
    assert client.get("/cases/").status_code == 200
    page = client.get(link).content.decode()
    assert "FK Prov A" in page and "Ta emot rollen" in page
    assert len(memberships_of(cast.coordinator.user)) == before, "looking is not accepting"
    client.post(link)
    now = memberships_of(cast.coordinator.user)
    assert [(m.unit.name, m.role) for m in now] == [
        ("Mottagning Norr", "coordinator"), ("FK Prov A", "officer")
    ]  # fmt: skip
    cast.coordinator.user.refresh_from_db()
    assert cast.coordinator.user.name == "Elif", "the typed name is for a new account only"
    assert cast.coordinator.user.check_password(PASSWORD)


def strip(page: str) -> str:
    """The page without what differs from one request to the next: tokens, row numbers, the address itself."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"', "", page)
    return re.sub(r"invitations/\d+/|invitation/[\w-]+/", "", page)


def test_the_answer_is_the_same_whether_or_not_the_portal_knows_the_address(cast, sign_in, fk_admin):
    """Known in another organisation, on the other side of the house, as an administrator elsewhere, inactive, unknown."""
    inactive = make_member("slutat", cast.other_clinic.unit, Role.COORDINATOR)
    User.objects.filter(pk=inactive.user_id).update(is_active=False)
    known = [cast.coordinator, cast.association_officer, cast.administrator, inactive]
    addresses = [NEW, *(m.user.email for m in known)]
    client, answers = sign_in(fk_admin), []
    for email in addresses:
        for role in ("officer", "administrator"):
            with CaptureQueriesContext(connection) as asked:
                answer = client.post(
                    "/people/invite/",
                    {"email": email, "name": "Maskin", "unit": fk_admin.unit_id, "role": role},
                )
            page = client.get("/people/").content.decode().replace(email, "ADDRESS")
            answers.append((answer.status_code, answer["Location"], len(asked), strip(page)))
            Invitation.objects.all().delete()
    assert len(answers) == 10
    for number, one in enumerate(answers):
        same = answers[number % 2]
        assert one[:3] == same[:3]
        assert one[3].splitlines() == same[3].splitlines()
    assert answers[0][2] == answers[1][2]


def test_no_statement_of_an_invitation_reads_the_users(cast, sign_in, fk_admin):
    """But for one: who has a role in the very unit, which the administrator has a list of."""
    client = sign_in(fk_admin)
    with CaptureQueriesContext(connection) as asked:
        client.post(
            "/people/invite/",
            {"email": cast.coordinator.user.email, "name": "x", "unit": fk_admin.unit_id, "role": "officer"},
        )
    about = [q["sql"] for q in asked if cast.coordinator.user.email in q["sql"]]
    reads = [sql for sql in about if "parties_user" in sql]
    assert len(reads) == 1 and f'"unit_id" = {fk_admin.unit_id}' in reads[0]


def test_a_new_person_chooses_a_password_and_has_the_role(cast, send, client, sign_in):
    page, link = send(NEW)
    assert f"En inbjudan är skickad till {NEW}." in page
    assert "Inbjuden, tackar ja senast" in page
    assert not User.objects.filter(email=NEW).exists()
    client.logout()
    page = client.get(link).content.decode()
    assert "Maskin Skriven" in page and "Mottagning Norr" in page
    wrong = client.post(link, {"new_password1": "kort", "new_password2": "kort"})
    assert wrong.status_code == 200 and not User.objects.filter(email=NEW).exists()
    assert client.post(link, CHOSEN)["Location"] == "/login/"
    user = User.objects.get(email=NEW)
    assert (user.name, user.side) == ("Maskin Skriven", "case")
    assert client.login(request=None, username=NEW, password=CHOSEN["new_password1"])
    assert client.get("/todo/").status_code == 200
    # Once.
    client.logout()
    assert "Inbjudan gäller inte längre" in client.get(link).content.decode()
    assert "Inbjudan gäller inte längre" in client.post(link, CHOSEN).content.decode()


def test_the_unit_of_the_invitation_has_the_row_and_its_manager_is_told(cast, send, sign_in, fk_admin):
    manager = make_member("chef", cast.investigator.unit, Role.MANAGER)
    _page, link = send(cast.coordinator.user.email, "officer", by=fk_admin)
    assert not Notice.objects.exists()
    sign_in(cast.coordinator).post(link)
    assert list(Notice.objects.values_list("to_member", flat=True)) == [manager.pk]
    with acting(manager):
        assert Entry.objects.filter(kind="member.accepted").count() == 1
        assert Entry.objects.filter(kind="member.invited").count() == 1
    with acting(cast.manager):
        assert not Entry.objects.filter(kind__in=["member.accepted", "member.invited"]).exists()


def test_a_link_is_for_its_own_address(cast, send, sign_in, client):
    _page, link = send(cast.other_clinic.user.email)
    for member in (cast.colleague, cast.investigator):
        page = sign_in(member).post(link).content.decode()
        assert "Inbjudan gäller en annan e-postadress" in page
        assert cast.other_clinic.user.email not in page
    # Not signed in: an account that exists is signed in to, never given a new password.
    client.logout()
    page = client.post(link, CHOSEN).content.decode()
    assert "Det finns redan ett konto" in page and f"next={link}" in page
    cast.other_clinic.user.refresh_from_db()
    assert cast.other_clinic.user.check_password(PASSWORD)
    with pytest.raises(actions.NotInvited), transaction.atomic():
        actions.accept(key=link.split("/")[2], user=None, password="x")
    assert not Membership.objects.filter(user=cast.other_clinic.user, unit=cast.administrator.unit).exists()


def test_after_logging_in_one_is_back_at_the_link(cast, send, client):
    _page, link = send(cast.other_clinic.user.email)
    client.logout()
    answer = client.post(
        f"/login/?next={link}",
        {"username": cast.other_clinic.user.email, "password": PASSWORD, "next": link},
    )
    assert answer["Location"] == link


def test_a_link_runs_out_is_replaced_and_is_taken_back(cast, send, sign_in, client):
    _page, first = send(NEW)
    page, second = send(NEW)
    assert page.count(f"{NEW}</span>") == 1, "one row on the page for one invitation that waits"
    client.logout()
    gone = "Inbjudan gäller inte längre"
    assert gone in client.get(first).content.decode()
    assert gone not in client.get(second).content.decode()
    Invitation.objects.waiting().update(until_at=timezone.now())
    assert gone in client.get(second).content.decode()
    assert gone in client.post(second, CHOSEN).content.decode()
    waiting = Invitation.objects.waiting().get()
    admin = sign_in(cast.administrator)
    assert "Länken har slutat gälla" in admin.get("/people/").content.decode()
    admin.post(f"/people/invitations/{waiting.pk}/again/")
    waiting.refresh_from_db()
    assert waiting.until_at > timezone.now() + timedelta(days=2, hours=23)
    admin.post(f"/people/invitations/{waiting.pk}/take-back/")
    assert NEW not in re.sub(
        r"sv-messages.*?</section>", "", admin.get("/people/").content.decode(), flags=re.S
    )
    assert admin.post(f"/people/invitations/{waiting.pk}/again/").status_code == 404
    assert not User.objects.filter(email=NEW).exists()


def test_only_an_administrator_of_the_organisation_touches_an_invitation(cast, send, sign_in, fk_admin):
    send(NEW)
    waiting = Invitation.objects.get()
    for member in (fk_admin, cast.coordinator, cast.manager, cast.auditor):
        for deed in ("again", "take-back"):
            assert sign_in(member).post(f"/people/invitations/{waiting.pk}/{deed}/").status_code == 404
    for verb, more in (
        (actions.invite_again, {"invitation": waiting}),
        (actions.take_back_invitation, {"invitation": waiting}),
        (actions.invite, {"unit": waiting.unit, "email": NEW, "name": "x", "role": "officer"}),
    ):
        with pytest.raises(PermissionDenied), transaction.atomic():
            verb(by=fk_admin, **more)
    waiting.refresh_from_db()
    assert waiting.taken_back_at is None


def test_the_key_is_not_in_the_database(cast, send):
    _page, link = send(NEW)
    row = Invitation.objects.values().get()
    assert link.split("/")[2] not in str(row)


def test_who_is_on_the_other_side_is_told_and_not_the_administrator(cast, send, sign_in):
    _page, link = send(cast.association_officer.user.email)
    page = sign_in(cast.association_officer).post(link).content.decode()
    assert "Du arbetar redan på andra sidan i portalen" in page
    assert not Membership.objects.filter(
        user=cast.association_officer.user, unit=cast.administrator.unit
    ).exists()
    assert Invitation.objects.waiting().count() == 1


def test_a_colleague_of_the_unit_is_not_invited_twice(cast, send):
    page, link = send(cast.coordinator.user.email)
    assert link is None and "Personen har redan en roll på enheten" in page


def test_an_account_made_by_the_command_and_never_opened_keeps_its_name(cast, send, client):
    unit = make_unit("Annan enhet", PartyKind.PSYCHIATRY, "Region Provlandet")
    actions.first_administrator(unit=unit, email=NEW, name="Från Kommandot")
    _page, link = send(NEW, "administrator")
    client.logout()
    client.post(link, CHOSEN)
    user = User.objects.get(email=NEW)
    assert user.name == "Från Kommandot" and user.check_password(CHOSEN["new_password1"])
    assert user.memberships.count() == 2


def test_old_invitations_are_forgotten_and_waiting_ones_are_not(cast, send):
    send(NEW)
    send("annan@samverkan.example")
    Invitation.objects.filter(email=NEW).update(until_at=timezone.now() - timedelta(days=30, minutes=1))
    tasks.forget_old_invitations()
    assert list(Invitation.objects.values_list("email", flat=True)) == ["annan@samverkan.example"]


def test_the_page_says_what_the_name_is_for(cast, sign_in):
    page = sign_in(cast.administrator).get("/people/invite/").content.decode()
    assert "Den som redan har ett konto behåller kontots namn." in page
    assert "Rollen börjar gälla när personen har öppnat den och tackat ja." in page
