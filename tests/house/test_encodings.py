"""Whatever encoding a request claims for its form or its address: UTF-8 is read, anything else is 400, never an error."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
FILES = "multipart/form-data; boundary=x"
BODY = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("charset", ["utf-16", "utf8", "latin-1", "unheard-of"])
@pytest.mark.parametrize("address", ["/todo/", "/cases/?show=received", "/login/"])
def test_another_encoding_is_refused(cast, signed_in, charset, address):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    if signed_in:
        client.force_login(cast.coordinator.user, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["csrftoken"] = "a" * 32
    body = b"a=b&csrfmiddlewaretoken=" + b"a" * 32
    for answer in (
        client.generic("POST", address, body, f"{FORM}; charset={charset}"),
        client.generic("POST", address, BODY, f"{FILES}; charset={charset}"),
        client.get(address, CONTENT_TYPE=f"{FORM}; charset={charset}"),
    ):
        assert answer.status_code == 400
        assert "Portalen kunde inte läsa det som skickades." in answer.content.decode()


@pytest.mark.parametrize("charset", ["", ";charset=UTF-8", '; charset="utf-8"'])
def test_what_browsers_and_scripts_send_is_read(cast, sign_in, charset):
    client = sign_in(cast.coordinator)
    body = f"membership={cast.coordinator.pk}"
    assert client.post("/assignment/", body, content_type=FORM + charset).status_code == 302
