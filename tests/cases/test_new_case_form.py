"""The fields that can wait are folded away, and stand open when one of them has something to mend."""

import pytest

pytestmark = pytest.mark.django_db

OPEN = '<details class="sv-more sv-field" open>'
FOLDED = '<details class="sv-more sv-field">'


@pytest.mark.parametrize(
    ("sent", "opens"),
    [
        ({"number": "inget nummer"}, False),  # the error is in what already stands open
        ({"number": "19850709-9805", "name": "Prov Person", "home_municipality": "x" * 81}, True),
        ({"number": "19850709-9805", "name": "Prov Person", "to_on": "i vår"}, True),
    ],
)
def test_it_opens_by_itself_for_an_error_in_it(cast, sign_in, sent, opens):
    client = sign_in(cast.coordinator)
    assert FOLDED in client.get("/cases/new/").content.decode()
    page = client.post("/cases/new/", sent)
    assert page.status_code == 200
    assert (OPEN in page.content.decode()) == opens
