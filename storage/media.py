"""Pictures and recordings that wait at the provider until they are fetched into their case.

The turn says which case one belongs to; `channels/media.py` fetches it; then the row goes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.orm import Session

from storage.models import Case, Conversation, InboxMedia, InboxMessage, Worker
from storage.models.enums import InboxState
from storage.vault import Vault

PAUSE = timedelta(minutes=2)
"""Until the next attempt, and for as long one attempt has the row to itself."""
MOST_ATTEMPTS = 6
UNCLAIMED_FOR = timedelta(days=1)
"""What its turn put into no case belongs to none."""
WAITS_FOR_ITS_TURN = timedelta(days=30)
"""As long as the text of a message that no turn could handle."""


@dataclass(frozen=True)
class WaitingMedia:
    """A file that this process alone may fetch now."""

    media_id: str
    location: str
    conversation_id: str
    language: str | None
    is_last_attempt: bool


def due_media_ids(session: Session, now: datetime, limit: int = 20) -> list[str]:
    """Return the files whose case is known and whose time has come."""
    query = (
        select(InboxMedia.id)
        .where(InboxMedia.case_route.is_not(None))
        .where(or_(InboxMedia.next_attempt_at.is_(None), InboxMedia.next_attempt_at <= now))
        .order_by(InboxMedia.received_at)
        .limit(limit)
    )
    return list(session.scalars(query))


def claim_media(session: Session, vault: Vault, media_id: str, now: datetime) -> WaitingMedia | None:
    """Take a file for fetching; none when another process has it."""
    row = session.get(InboxMedia, media_id)
    if row is None or (row.next_attempt_at is not None and row.next_attempt_at > now):
        return None
    result = session.execute(
        update(InboxMedia)
        .where(InboxMedia.id == media_id, InboxMedia.attempts == row.attempts)
        .values(attempts=row.attempts + 1, next_attempt_at=now + PAUSE)
    )
    if cast(CursorResult[Any], result).rowcount != 1:
        return None
    conversation_id, language = _reader_of(session, row.inbox_id)
    location = vault.open_text("inbox_media.location", media_id, row.location)
    return WaitingMedia(media_id, location, conversation_id, language, row.attempts >= MOST_ATTEMPTS)


def take_media(session: Session, vault: Vault, media_id: str) -> Case | None:
    """Forget that a file waits, and return the case it goes into: only to one of those who have fetched it.

    None also when the case was erased meanwhile.
    """
    waiting = delete(InboxMedia).where(InboxMedia.id == media_id).returning(InboxMedia.case_route)
    route = session.scalar(waiting)
    case = session.get(Case, vault.open_text("inbox_media.case_route", media_id, route)) if route else None
    return case if case is not None and case.key is not None else None


def drop_media(session: Session, media_id: str) -> bool:
    """Forget that a file waits: it will never be in its case. Say whether it still waited."""
    result = session.execute(delete(InboxMedia).where(InboxMedia.id == media_id))
    return cast(CursorResult[Any], result).rowcount == 1


def drop_unclaimed_media(session: Session, now: datetime) -> int:
    """Forget the files that no turn put into a case; return how many. Those of a message without a turn wait."""
    done = select(InboxMessage.id).where(InboxMessage.state == InboxState.DONE)
    is_nobodys = InboxMedia.inbox_id.in_(done) & (InboxMedia.received_at < now - UNCLAIMED_FOR)
    is_too_old = InboxMedia.received_at < now - WAITS_FOR_ITS_TURN
    old = (InboxMedia.case_route.is_(None), is_nobodys | is_too_old)
    return cast(CursorResult[Any], session.execute(delete(InboxMedia).where(*old))).rowcount


def _reader_of(session: Session, inbox_id: int) -> tuple[str, str | None]:
    query = (
        select(Conversation.id, Worker.language)
        .join(InboxMessage, InboxMessage.conversation_id == Conversation.id)
        .join(Worker, Worker.id == Conversation.worker_id)
        .where(InboxMessage.id == inbox_id)
    )
    conversation_id, language = session.execute(query).one()
    return conversation_id, language


def put_into_case(session: Session, vault: Vault, inbox_id: int, case_id: str) -> int:
    """Note which case the files of a message belong to; return how many there are."""
    rows = list(session.scalars(select(InboxMedia).where(InboxMedia.inbox_id == inbox_id)))
    for row in rows:
        row.case_route = vault.close_text("inbox_media.case_route", row.id, case_id)
    return len(rows)
