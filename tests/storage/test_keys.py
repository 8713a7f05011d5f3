"""The keys file: readable by its owner only, refused when anything about it is wrong."""

import json
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from storage.keys import KEY_BYTES, KeysError, Purpose, create_keys, keyring_for, load_keyring, new_keyring


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    new_keyring("development").save(path)
    return path


def damage(path: Path, purpose: str, **changes: Any) -> None:
    document = json.loads(path.read_text())
    document["keys"][purpose][0].update(changes)
    path.write_text(json.dumps(document))


def test_saved_keys_are_the_loaded_ones(tmp_path: Path) -> None:
    keyring = new_keyring("production").with_new(Purpose.CONTENT)
    keyring.save(tmp_path / "keys.json")
    assert load_keyring(tmp_path / "keys.json") == keyring


def test_file_is_for_its_owner_only(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_the_file_and_its_name_are_on_the_disk_before_anything_is_closed_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: written.append(stat.S_ISDIR(os.fstat(descriptor).st_mode)))
    new_keyring("production").save(tmp_path / "keys.json")
    assert written == [False, True]


def test_each_purpose_has_a_key_of_its_own() -> None:
    secrets = [key.secret for family in new_keyring("development").keys.values() for key in family]
    assert len(set(secrets)) == len(secrets) == len(Purpose)
    assert {len(secret) for secret in secrets} == {KEY_BYTES}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_file_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(KeysError, match="chmod 600"):
        load_keyring(path)


def test_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="keys create"):
        load_keyring(tmp_path / "keys.json")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"environment": "x", "keys": {}}', "null"])
def test_other_file_is_refused(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(KeysError):
        load_keyring(path)


@pytest.mark.parametrize("secret", ["", "AAAA", "A" * 43 + "=", "not base64"])
def test_weak_key_is_refused_without_showing_it(path: Path, secret: str) -> None:
    damage(path, "content", secret=secret)
    with pytest.raises(KeysError) as caught:
        load_keyring(path)
    assert not secret or secret not in str(caught.value)


def test_key_used_twice_is_refused(path: Path) -> None:
    document = json.loads(path.read_text())
    damage(path, "case", secret=document["keys"]["survey"][0]["secret"])
    with pytest.raises(KeysError, match="twice"):
        load_keyring(path)


def test_of_two_first_starts_at_once_one_makes_the_keys_and_both_have_them(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys.json"
    start = threading.Barrier(8)

    def begin(_: int) -> str:
        start.wait()
        return keyring_for("development", path, frozenset()).current(Purpose.CONTENT).id

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(begin, range(8))) == {load_keyring(path).current(Purpose.CONTENT).id}


def test_keys_that_are_there_are_never_made_anew(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(KeysError, match="keep it"):
        create_keys("development", path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("environment", ["development", "production"])
def test_lost_keys_are_not_replaced_while_rows_need_them(tmp_path: Path, environment: str) -> None:
    path = tmp_path / "keys.json"
    with pytest.raises(KeysError, match="put it back"):
        keyring_for(environment, path, frozenset({"0badc0de"}))
    assert list(tmp_path.iterdir()) == []


def test_keys_of_another_database_are_refused(path: Path) -> None:
    hers = load_keyring(path).current(Purpose.CONTACT).id
    assert keyring_for("development", path, frozenset({hers})) == load_keyring(path)
    with pytest.raises(KeysError, match="put back"):
        keyring_for("development", path, frozenset({hers, "0badc0de"}))
