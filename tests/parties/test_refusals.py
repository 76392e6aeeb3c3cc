"""403 says what one's role does, who does the rest, and the deed's own sentence where it has one."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from parties.models import Role
from parties.words import WHAT_A_ROLE_DOES
from tests.factories import make_case, make_consent, make_disclosure, make_line

pytestmark = pytest.mark.django_db


def test_a_manager_is_told_what_a_manager_does(cast, sign_in):
    case = make_case(cast.coordinator)
    answer = sign_in(cast.manager).get(f"/cases/{case.number}/items/new/")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Din roll läser här: du ser det enheten ser och väljer vem som har hand om ett ärende." in page
    assert "De som arbetar med ärendena på enheten skriver" in page and "Inget har ändrats." in page
    assert "write_item" not in page


def test_another_unit_is_told_who_has_the_case(cast, sign_in):
    case = make_case(cast.coordinator)
    consent = make_consent(cast.coordinator, case)
    make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, "existence")
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    answer = sign_in(cast.investigator).get(f"/cases/{case.number}/state/")
    assert answer.status_code == 403
    assert (
        "Den enhet som har ärendet registrerar samtycken, läge och sjukskrivning." in answer.content.decode()
    )


def test_a_deed_with_a_sentence_of_its_own_says_it(cast, sign_in, monkeypatch):
    def refuse(*args, **more):
        raise PermissionDenied("Bara den som har en roll på enheten kan väljas.")

    monkeypatch.setattr("cases.views.case.open_case", refuse)
    page = sign_in(cast.manager).get("/cases/2222-2222/").content.decode()
    assert "Bara den som har en roll på enheten kan väljas." in page and "Din roll läser" not in page


def test_every_role_has_a_sentence_in_both_languages():
    assert set(WHAT_A_ROLE_DOES) == set(Role)
    for sentence in WHAT_A_ROLE_DOES.values():
        with translation.override("sv"):
            swedish = str(sentence)
        with translation.override("en"):
            assert str(sentence) != swedish
