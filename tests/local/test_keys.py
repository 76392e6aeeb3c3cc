"""Keys of this machine: made once, for their owner's eyes."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor

from local import keys


def test_they_are_made_once_and_only_their_owner_reads_them(tmp_path):
    file = tmp_path / "keys.json"
    first = keys.kept(file)
    assert keys.kept(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]


def test_two_who_start_together_get_the_same(tmp_path):
    file = tmp_path / "keys.json"
    with ThreadPoolExecutor(4) as together:
        made = list(together.map(lambda number: keys.kept(file), range(4)))
    assert all(one == keys.kept(file) for one in made)


def test_two_machines_share_no_key():
    one, other = keys.fresh(), keys.fresh()
    assert not set(one.values()) & set(other.values())


def test_the_number_keys_are_256_bits():
    made = keys.fresh()
    number, key = made["NUMBER_KEYS"].split(":")
    assert number == "1"
    assert len(base64.b64decode(key, validate=True)) == 32
    assert len(base64.b64decode(made["NUMBER_INDEX_KEY"], validate=True)) == 32
