"""Which keys the stored rows were closed with, so that nothing starts with others.

`app.py` asks before it reads the keys file, or makes one.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.database import Database
from storage.keys import KEY_ID
from storage.models import Contact
from storage.rotation import FIELDS
from storage.vault import VaultError, split_header

LOOKED_AT = 10
"""Rows of each column: another file than the one that belongs here shows in any of them."""


def keys_in_use(database: Database) -> frozenset[str]:
    """Return the names of the keys that closed the newest rows; none when nothing is stored yet."""
    columns = [*((field.column, field.key) for field in FIELDS), (Contact.address, Contact.conversation_id)]
    with database.reading() as session:
        sealed = [value for column, key in columns for value in _newest(session, column, key)]
    return frozenset(filter(None, map(_key_id, sealed)))


def _newest(session: Session, column: InstrumentedAttribute[Any], key: InstrumentedAttribute[Any]) -> list[bytes]:
    # Also when most are empty, no more than these are read.
    return [value for value in session.scalars(select(column).order_by(key.desc()).limit(LOOKED_AT)) if value]


def _key_id(sealed: bytes) -> str | None:
    """Return the name of the key; none for a damaged value, which must not keep everybody out."""
    try:
        name, _ = split_header(sealed)
    except VaultError:
        return None
    return name if KEY_ID.fullmatch(name) else None
