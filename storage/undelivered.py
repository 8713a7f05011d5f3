"""Replies that did not arrive, for people to see: without their text and without whom they were for.

`outbox.py` moves the rows; nothing here sends anything again.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.models import Conversation, Factory, OutboxMessage, Worker
from storage.models.enums import OutboxKind, OutboxState
from storage.scope import Scope, visible


@dataclass(frozen=True)
class Undelivered:
    """One such reply."""

    kind: OutboxKind
    state: OutboxState
    failure: str | None
    channel: str
    country: str | None
    created_at: datetime
    reference: str
    """What `app.py outbox retry` calls it."""


def undelivered(session: Session, scope: Scope, limit: int) -> list[Undelivered]:
    """Return replies that failed or whose outcome is unknown, the newest first."""
    row, country = OutboxMessage, func.coalesce(Factory.country, Worker.country)
    query = (
        select(row.kind, row.state, row.failure, Conversation.channel, country, row.created_at, row.reference)
        .join(Conversation, row.conversation_id == Conversation.id)
        .join(Worker, Conversation.worker_id == Worker.id)
        .outerjoin(Factory, Worker.factory_id == Factory.id)
        .where(row.state.in_((OutboxState.FAILED, OutboxState.UNKNOWN)), visible(scope, country, Worker.factory_id))
        .order_by(row.id.desc())
        .limit(limit)
    )
    return [Undelivered(*found) for found in session.execute(query)]
