"""How many messages and replies stand where: figures for whoever runs the service.

Read by `admin/operations.py`; nothing here tells of people.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.models import InboxMessage, OutboxMessage
from storage.models.enums import InboxState, OutboxState


def inbox_by_state(session: Session) -> dict[InboxState, int]:
    """Return the number of messages in each state, zero included."""
    rows = session.execute(select(InboxMessage.state, func.count()).group_by(InboxMessage.state))
    return dict.fromkeys(InboxState, 0) | dict(rows.all())


def outbox_by_state(session: Session) -> dict[OutboxState, int]:
    """Return the number of replies in each state, zero included."""
    rows = session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state))
    return dict.fromkeys(OutboxState, 0) | dict(rows.all())
