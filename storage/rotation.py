"""A new content key: everything closed with an older one is closed anew, then the older one goes.

`app.py keys rotate` calls `rotate` while the service is stopped; it can be killed at any
point and called again. Case texts keep their case's key, which is wrapped anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.database import Database
from storage.keys import Keyring, Purpose, load_keyring
from storage.models import Answer, Case, InboxMedia, InboxMessage, OutboxMessage, TrackerState
from storage.vault import Vault, split_header

BATCH = 200


@dataclass(frozen=True)
class SealedField:
    """A column closed with the content key, the column its rows are bound by, and the row's own key."""

    name: str
    column: InstrumentedAttribute[Any]
    bound_to: InstrumentedAttribute[Any]
    key: InstrumentedAttribute[Any]


FIELDS = (
    SealedField("inbox.body", InboxMessage.body, InboxMessage.row_key, InboxMessage.id),
    SealedField("inbox_media.location", InboxMedia.location, InboxMedia.id, InboxMedia.id),
    SealedField("inbox_media.case_route", InboxMedia.case_route, InboxMedia.id, InboxMedia.id),
    SealedField("outbox.body", OutboxMessage.body, OutboxMessage.reference, OutboxMessage.id),
    SealedField("trackers.state", TrackerState.state, TrackerState.conversation_id, TrackerState.conversation_id),
    SealedField("cases.route", Case.route, Case.id, Case.id),
    SealedField("cases.key", Case.key, Case.id, Case.id),
    SealedField("answers.text", Answer.text, Answer.id, Answer.id),
)


def rotate(database: Database, keys_file: Path) -> int:
    """Do all three steps and return how many values were closed anew."""
    keyring = _with_new_key(load_keyring(keys_file), keys_file)
    resealed = reseal(database, Vault(keyring))
    # The file is written last: until then every value opens with one of the keys in it.
    keyring.with_only_current(Purpose.CONTENT).save(keys_file)
    return resealed


def reseal(database: Database, vault: Vault) -> int:
    """Close anew whatever an older content key closed, a batch a transaction; return how many values."""
    resealed = 0
    for sealed_field in FIELDS:
        while True:
            with database.transaction() as session:
                done = _reseal_batch(session, vault, sealed_field)
            resealed += done
            if done == 0:
                break
    return resealed


def _with_new_key(keyring: Keyring, keys_file: Path) -> Keyring:
    if len(keyring.keys[Purpose.CONTENT]) > 1:  # an earlier rotation was cut off: its new key is in use already
        return keyring
    fresh = keyring.with_new(Purpose.CONTENT)
    fresh.save(keys_file)
    return fresh


def _reseal_batch(session: Session, vault: Vault, sealed_field: SealedField) -> int:
    rows = list(_old_rows(session, vault, sealed_field))
    for key, bound_to, sealed in rows:
        content = vault.content_box(split_header(sealed)[0]).open(sealed_field.name, bound_to, sealed)
        anew = vault.content_box().close(sealed_field.name, bound_to, content)
        # A turn may have written the field since: its value is newer and closed with the key in use.
        unchanged = (sealed_field.key == key, sealed_field.column == sealed)
        session.execute(update(sealed_field.column.class_).where(*unchanged).values({sealed_field.column.key: anew}))
    return len(rows)


def _old_rows(session: Session, vault: Vault, sealed_field: SealedField) -> Iterator[tuple[Any, str, bytes]]:
    current = vault.content_box().key_id.encode("ascii")
    header = bytes([len(current)]) + current
    query = (
        select(sealed_field.key, sealed_field.bound_to, sealed_field.column)
        .where(sealed_field.column.is_not(None))
        .where(func.substr(sealed_field.column, 1, len(header)) != header)
        .limit(BATCH)
    )
    yield from session.execute(query)
