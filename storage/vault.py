"""Who can read what: pseudonyms, encrypted fields, case keys, sealed contacts.

The only module that touches a cipher. Everything it closes is bound to its table,
column and row, so a ciphertext moved elsewhere does not open.
"""

import hashlib
import hmac
import os
import struct
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from storage.keys import KEY_BYTES, Keyring, Purpose

NONCE_BYTES = 12
PADDED_SIZES = (256, 1024, 4096, 16384)
"""A ciphertext's length tells only which of these its text fits in (then whole multiples of the last)."""

CASE_KEY_ID = "case"


class VaultError(Exception):
    """Something does not open: altered, moved, erased, or closed with a key we do not have."""


@dataclass(frozen=True)
class Box:
    """AES-256-GCM under one key; what it closes carries the key's id."""

    key_id: str
    key: bytes = field(repr=False)

    def close(self, field: str, row: str, content: bytes) -> bytes:
        """Encrypt `content` for `field` ("table.column") of the row with id `row`."""
        nonce = os.urandom(NONCE_BYTES)
        header = _header(self.key_id)
        return header + nonce + AESGCM(self.key).encrypt(nonce, _pad(content), _bound_to(field, row, self.key_id))

    def open(self, field: str, row: str, sealed: bytes) -> bytes:
        """Decrypt; raise `VaultError` unless every byte, the field and the row are the same as when closed."""
        key_id, body = split_header(sealed)
        if key_id != self.key_id or len(body) < NONCE_BYTES:
            raise VaultError(f"{field} was closed with another key")
        try:
            padded = AESGCM(self.key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], _bound_to(field, row, key_id))
        except InvalidTag:
            raise VaultError(f"{field} does not open") from None
        return _unpad(padded)

    def close_text(self, field: str, row: str, text: str) -> bytes:
        """Encrypt a text; see `close`."""
        return self.close(field, row, text.encode())

    def open_text(self, field: str, row: str, sealed: bytes) -> str:
        """Decrypt a text; see `open`."""
        return self.open(field, row, sealed).decode()


class Vault:
    """The keyring at work."""

    def __init__(self, keyring: Keyring) -> None:
        """Use `keyring`; it is not read from disk again."""
        self.keyring = keyring
        self._suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

    def pseudonym(self, purpose: Purpose, value: str) -> str:
        """Return 64 hex digits that stand for `value` in the tables of one purpose and nowhere else."""
        # A provider's id may hold half a character: it is as good a name as any.
        content = value.encode("utf-8", "surrogatepass")
        return hmac.new(self.keyring.current(purpose).secret, content, hashlib.sha256).hexdigest()

    def content_box(self, key_id: str | None = None) -> Box:
        """Return the box for encrypted fields: the one in use, or the older one named `key_id`."""
        ring = self.keyring
        key = ring.find(Purpose.CONTENT, key_id) if key_id else ring.current(Purpose.CONTENT)
        return Box(key.id, key.secret)

    def close_text(self, field: str, row: str, text: str) -> bytes:
        """Encrypt a text for `field` of `row` with the content key in use."""
        return self.content_box().close_text(field, row, text)

    def open_text(self, field: str, row: str, sealed: bytes) -> str:
        """Decrypt a text closed with any content key that is still in the keyring."""
        return self.content_box(split_header(sealed)[0]).open_text(field, row, sealed)

    def new_case_key(self, case_id: str) -> bytes:
        """Return a fresh case key, wrapped; destroying this value erases the case's texts everywhere."""
        return self.content_box().close("cases.key", case_id, os.urandom(KEY_BYTES))

    def case_box(self, case_id: str, wrapped_key: bytes | None) -> Box:
        """Return the box of one case; raise `VaultError` when the case was erased."""
        if wrapped_key is None:
            raise VaultError("the case was erased")
        box = self.content_box(split_header(wrapped_key)[0])
        return Box(CASE_KEY_ID, box.open("cases.key", case_id, wrapped_key))

    def seal_contact(self, address: str, worker_id: str) -> bytes:
        """Seal an address to the sender's public key: whoever receives can write it and not read it back."""
        key = self.keyring.current(Purpose.CONTACT)
        public = X25519PrivateKey.from_private_bytes(key.secret).public_key()
        return _header(key.id) + self._suite.encrypt(
            _pad(address.encode()), public, _bound_to("contacts.address", worker_id, key.id)
        )

    def open_contact(self, sealed: bytes, worker_id: str) -> str:
        """Read an address for sending: called by the delivery alone."""
        key_id, body = split_header(sealed)
        private = X25519PrivateKey.from_private_bytes(self.keyring.find(Purpose.CONTACT, key_id).secret)
        try:
            return _unpad(self._suite.decrypt(body, private, _bound_to("contacts.address", worker_id, key_id))).decode()
        except (InvalidTag, ValueError):
            raise VaultError("contacts.address does not open") from None


def split_header(sealed: bytes) -> tuple[str, bytes]:
    """Return the id of the key that closed `sealed`, and the rest."""
    length = sealed[0] if sealed else 0
    if not length or len(sealed) <= length:
        raise VaultError("not a sealed value")
    return sealed[1 : 1 + length].decode("ascii", "replace"), sealed[1 + length :]


def _header(key_id: str) -> bytes:
    return bytes([len(key_id)]) + key_id.encode("ascii")


def _bound_to(field: str, row: str, key_id: str) -> bytes:
    return "\x1f".join((field, row, key_id)).encode()


def _pad(content: bytes) -> bytes:
    needed = len(content) + 4
    largest = PADDED_SIZES[-1]
    size = next((size for size in PADDED_SIZES if needed <= size), -(-needed // largest) * largest)
    return struct.pack(">I", len(content)) + content + bytes(size - needed)


def _unpad(padded: bytes) -> bytes:
    (length,) = struct.unpack(">I", padded[:4])
    return padded[4 : 4 + length]
