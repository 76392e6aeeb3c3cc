"""Sealed numbers: only the own row and its key open them, and no failure says the number."""

import pytest

from cases.crypt import NumberSealBroken, index_key, needs_resealing, open_sealed, seal

DIGITS = "198507099805"
OTHER = "198104129807"


@pytest.fixture(autouse=True)
def _keys(settings):
    settings.NUMBER_KEYS = {"2": b"b" * 32, "1": b"a" * 32}
    settings.NUMBER_INDEX_KEY = b"i" * 32


def refusal(blob: bytes, row_id: int) -> str:
    with pytest.raises(NumberSealBroken) as caught:
        open_sealed(blob, row_id)
    error: BaseException | None = caught.value
    while error is not None:
        assert "9805" not in f"{error!r}"
        error = error.__context__
    return str(caught.value)


def test_a_seal_opens_for_its_row():
    blob = seal(DIGITS, 7)
    assert open_sealed(blob, 7) == DIGITS
    assert open_sealed(memoryview(blob), 7) == DIGITS
    assert blob.startswith(b"2:")
    assert DIGITS.encode() not in blob
    assert len(blob) == 2 + 12 + 12 + 16


def test_the_same_number_is_never_sealed_alike():
    assert seal(DIGITS, 7) != seal(DIGITS, 7)


def test_rows_that_have_changed_seals_do_not_open():
    seven, eight = seal(DIGITS, 7), seal(OTHER, 8)
    assert refusal(eight, 7) == refusal(seven, 8) == "the seal does not open for this row"
    assert refusal(seven, 77) == "the seal does not open for this row"


def test_every_changed_byte_breaks_the_seal():
    blob = seal(DIGITS, 7)
    for place in range(len(blob)):
        changed = bytearray(blob)
        changed[place] ^= 1
        refusal(bytes(changed), 7)
    for cut in range(len(blob)):
        refusal(blob[:cut], 7)
    refusal(blob + b"0", 7)


def test_an_older_key_still_opens_and_asks_for_resealing(settings):
    settings.NUMBER_KEYS = {"1": b"a" * 32}
    old = seal(DIGITS, 7)
    assert not needs_resealing(old)
    settings.NUMBER_KEYS = {"2": b"b" * 32, "1": b"a" * 32}
    assert needs_resealing(old)
    new = seal(open_sealed(old, 7), 7)
    assert not needs_resealing(new)
    settings.NUMBER_KEYS = {"2": b"b" * 32}
    assert open_sealed(new, 7) == DIGITS
    assert refusal(old, 7) == "the key of the seal is not among NUMBER_KEYS"


def test_a_key_under_another_ones_id_does_not_open(settings):
    blob = seal(DIGITS, 7)
    settings.NUMBER_KEYS = {"2": b"c" * 32}
    assert refusal(blob, 7) == "the seal does not open for this row"


def test_a_longer_id_is_another_key(settings):
    settings.NUMBER_KEYS = {"12": b"c" * 32, "1": b"a" * 32}
    blob = seal(DIGITS, 7)
    assert blob.startswith(b"12:")
    assert open_sealed(blob, 7) == DIGITS


def test_the_index_key_is_one_number_one_key(settings):
    key = index_key(DIGITS)
    assert key == index_key(DIGITS)
    assert len(key) == 32
    assert key != index_key(OTHER)
    settings.NUMBER_INDEX_KEY = b"j" * 32
    assert key != index_key(DIGITS)


def test_rotation_of_the_sealing_keys_leaves_the_index(settings):
    key = index_key(DIGITS)
    settings.NUMBER_KEYS = {"3": b"x" * 32}
    assert index_key(DIGITS) == key


@pytest.mark.parametrize("text", ["8507099805", "19850709-9805", "", "19850709980\u0665", "198507099805\n"])
def test_only_twelve_digits_are_sealed_or_sought(text):
    for verb in (lambda: seal(text, 7), lambda: index_key(text)):
        with pytest.raises(ValueError, match="twelve digits") as caught:
            verb()
        assert "9805" not in str(caught.value)
