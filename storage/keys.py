"""The keys file: one secret per purpose, outside the database, mode 0600.

`vault.py` is the only reader of what is in here; `app.py` decides where it lies.
"""

import base64
import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

KEY_BYTES = 32
DEVELOPMENT, PRODUCTION = "development", "production"
"""Whom keys are made for. Those of a development must never guard real workers."""

KEY_ID = re.compile("[0-9a-f]{8}")

LOST = "If there is no copy, those rows are lost, and only an empty database can be begun with."


class Purpose(StrEnum):
    """What a key is for. No key serves two purposes, so no two tables can be joined by value."""

    WORKER = "worker"
    SURVEY = "survey"
    CASE = "case"
    OPT_OUT = "opt_out"
    MESSAGE_ID = "message_id"
    RECEIPT = "receipt"
    CONTENT = "content"
    CONTACT = "contact"
    SESSION = "session"
    PASSWORD_SALT = "password_salt"


class KeysError(Exception):
    """The keys file is missing, readable by others, or not what it should be."""


@dataclass(frozen=True)
class Key:
    """One secret of `KEY_BYTES` bytes with the short name that ciphertexts carry."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Keyring:
    """All keys; for each purpose the first is in use, the others still open what they closed."""

    environment: str
    keys: dict[Purpose, tuple[Key, ...]] = field(repr=False)

    @property
    def ids(self) -> frozenset[str]:
        """Return the names of all keys, old ones too."""
        return frozenset(key.id for family in self.keys.values() for key in family)

    def current(self, purpose: Purpose) -> Key:
        """Return the key that closes new things."""
        return self.keys[purpose][0]

    def find(self, purpose: Purpose, key_id: str) -> Key:
        """Return the key named `key_id`; raise `KeysError` when it was retired."""
        for key in self.keys[purpose]:
            if key.id == key_id:
                return key
        raise KeysError(f"no key {key_id} for {purpose}: it was retired or this is another installation's file")

    def with_new(self, purpose: Purpose) -> "Keyring":
        """Return a keyring in which a fresh key comes first for `purpose`."""
        return self._replace(purpose, (_new_key(purpose), *self.keys[purpose]))

    def with_only_current(self, purpose: Purpose) -> "Keyring":
        """Return a keyring that forgot all older keys of `purpose`."""
        return self._replace(purpose, self.keys[purpose][:1])

    def save(self, path: Path) -> None:
        """Write the file anew, whole or not at all, readable by its owner only."""
        temporary = path.with_name(path.name + ".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump(self._document(), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _make_durable(path.parent)

    def _replace(self, purpose: Purpose, keys: tuple[Key, ...]) -> "Keyring":
        return Keyring(self.environment, {**self.keys, purpose: keys})

    def _document(self) -> dict[str, Any]:
        return {
            "environment": self.environment,
            "keys": {
                purpose: [{"id": key.id, "secret": base64.b64encode(key.secret).decode()} for key in keys]
                for purpose, keys in self.keys.items()
            },
        }


def new_keyring(environment: str) -> Keyring:
    """Return fresh random keys, marked with the environment they are made for."""
    return Keyring(environment, {purpose: (_new_key(purpose),) for purpose in Purpose})


def load_keyring(path: Path) -> Keyring:
    """Read the keys file; raise `KeysError` that names what is wrong and never a secret."""
    try:
        mode = path.stat().st_mode & 0o777
        document = json.loads(path.read_text("ascii"))
    except FileNotFoundError:
        raise KeysError(f"{path} is missing; make it with `python app.py keys create`") from None
    except ValueError:
        raise KeysError(f"{path} is not a keys file") from None
    if mode & 0o077:
        raise KeysError(f"{path} can be read by others (mode {mode:o}); run `chmod 600 {path}`")
    return _parse(path, document)


def keyring_for(environment: str, path: Path, in_use: frozenset[str]) -> Keyring:
    """Read the keys file, which must have the keys `in_use` in the database.

    Development makes it on its first run, production refuses one made there.
    """
    if not path.exists():
        if in_use:
            raise KeysError(
                f"{path} is missing, and the database has rows that it opens: put it back from its copy. {LOST}"
            )
        if environment != PRODUCTION:
            _make_once(environment, path)
    keyring = load_keyring(path)
    if environment == PRODUCTION and keyring.environment != PRODUCTION:
        raise KeysError(f"{path} was made for {keyring.environment}: make another with `python app.py keys create`")
    if in_use - keyring.ids:
        raise KeysError(f"{path} lacks a key of rows in the database: put back the file that belongs to it. {LOST}")
    return keyring


def create_keys(environment: str, path: Path) -> None:
    """Make the keys file and its folder; raise `KeysError` when it is there: without it nothing stored opens."""
    if not _make_once(environment, path):
        raise KeysError(f"{path} is there already, and without it nothing that is stored can be read: keep it")


def _make_once(environment: str, path: Path) -> bool:
    """Make the file unless it is there, or another process is making it now; say whether we did."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone_in(path.parent):
        if path.exists():
            return False
        new_keyring(environment).save(path)
        return True


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make_durable(folder: Path) -> None:
    """Let the new name outlive a power cut: what is closed with a new key from now on needs this file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _parse(path: Path, document: Any) -> Keyring:
    try:
        keys = {
            purpose: tuple(Key(item["id"], base64.b64decode(item["secret"])) for item in document["keys"][purpose])
            for purpose in Purpose
        }
        environment = str(document["environment"])
    except (KeyError, TypeError, ValueError):
        raise KeysError(f"{path} lacks a key or has a damaged one") from None
    _refuse_weak(path, keys)
    return Keyring(environment, keys)


def _refuse_weak(path: Path, keys: dict[Purpose, tuple[Key, ...]]) -> None:
    secrets_seen = [key.secret for family in keys.values() for key in family]
    if not all(keys.values()) or any(len(secret) != KEY_BYTES for secret in secrets_seen):
        raise KeysError(f"{path} has a key that is not {KEY_BYTES} bytes long")
    if len(set(secrets_seen)) != len(secrets_seen) or any(len(set(secret)) < 8 for secret in secrets_seen):
        raise KeysError(f"{path} has a key that is used twice or is not random")


def _new_key(purpose: Purpose) -> Key:
    if purpose is Purpose.CONTACT:
        secret = X25519PrivateKey.generate().private_bytes_raw()
    else:
        secret = secrets.token_bytes(KEY_BYTES)
    return Key(secrets.token_hex(4), secret)
