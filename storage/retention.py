"""What is forgotten when.

The scheduler calls `run` every hour; `app.py retention` shows `plan` before. Both use the
same conditions, so they cannot disagree.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from storage.keys import Purpose
from storage.models import (
    Case,
    Contact,
    Conversation,
    InboxMessage,
    OutboxMessage,
    SurveyResponse,
    TrackerState,
    Worker,
)
from storage.models.enums import CaseStatus, InboxState, OutboxState, ResponseState
from storage.vault import Vault

INBOX_BODY = timedelta(minutes=30)
"""Idle time after which a web chat's own words go; a phone's went in the turn."""
FAILED_BODY = timedelta(days=30)
"""For advisors to read what no turn could handle."""
OUTBOX_BODY = timedelta(days=7)
MESSAGE = timedelta(days=30)
"""A row without its text still names a conversation and a moment: a case of that moment could be held against it."""
TRACKER = timedelta(days=30)
CONTACT = timedelta(days=180)
RESPONSE = timedelta(days=7)
BATCH = 500


@dataclass(frozen=True)
class RetentionPlan:
    """How many of each kind are forgotten."""

    inbox_bodies: int
    outbox_bodies: int
    trackers: int
    contacts: int
    responses: int
    messages: int
    """Rows of both queues, whose texts went long before."""


def plan(session: Session, vault: Vault, now: datetime) -> RetentionPlan:
    """Return what `run` would do now."""
    return RetentionPlan(
        inbox_bodies=_count(session, InboxMessage.id, *_old_inbox_bodies(now)),
        outbox_bodies=_count(session, OutboxMessage.id, *_old_outbox_bodies(now)),
        trackers=_count(session, TrackerState.conversation_id, *_old_trackers(now)),
        contacts=len(_idle_contacts(session, vault, now)),
        responses=_count(session, SurveyResponse.id, *_old_responses(now)),
        messages=_count(session, InboxMessage.id, *_old_inbox(now))
        + _count(session, OutboxMessage.id, *_old_outbox(now)),
    )


def run(session: Session, vault: Vault, now: datetime) -> RetentionPlan:
    """Forget it, and return how many of each kind there were."""
    contacts = _idle_contacts(session, vault, now)
    for some in _batches(contacts):
        session.execute(delete(Contact).where(Contact.conversation_id.in_(some)))
    return RetentionPlan(
        inbox_bodies=_changed(session, update(InboxMessage).where(*_old_inbox_bodies(now)).values(body=None)),
        outbox_bodies=_changed(session, update(OutboxMessage).where(*_old_outbox_bodies(now)).values(body=None)),
        trackers=_changed(session, delete(TrackerState).where(*_old_trackers(now))),
        contacts=len(contacts),
        responses=_changed(
            session, update(SurveyResponse).where(*_old_responses(now)).values(state=ResponseState.EXPIRED)
        ),
        messages=_changed(session, delete(OutboxMessage).where(*_old_outbox(now)))
        + _changed(session, delete(InboxMessage).where(*_old_inbox(now))),
    )


def _old_inbox_bodies(now: datetime) -> Iterator[ColumnElement[bool]]:
    later = aliased(InboxMessage)
    goes_on = exists().where(
        later.conversation_id == InboxMessage.conversation_id, later.received_at >= now - INBOX_BODY
    )
    is_idle = (InboxMessage.state == InboxState.DONE) & ~goes_on
    is_given_up = (InboxMessage.state == InboxState.FAILED) & (InboxMessage.received_at < now - FAILED_BODY)
    yield InboxMessage.body.is_not(None)
    yield is_idle | is_given_up


def _old_outbox_bodies(now: datetime) -> Iterator[ColumnElement[bool]]:
    # What a worker's own page has not fetched yet still waits for her; what is being sent needs its text.
    yield OutboxMessage.body.is_not(None)
    yield OutboxMessage.created_at < now - OUTBOX_BODY
    yield OutboxMessage.state.not_in((OutboxState.PENDING, OutboxState.SENDING))


def _old_inbox(now: datetime) -> Iterator[ColumnElement[bool]]:
    yield InboxMessage.received_at < now - MESSAGE
    yield InboxMessage.state == InboxState.DONE


def _old_outbox(now: datetime) -> Iterator[ColumnElement[bool]]:
    yield OutboxMessage.created_at < now - MESSAGE
    yield OutboxMessage.state.not_in((OutboxState.PENDING, OutboxState.SENDING))


def _old_trackers(now: datetime) -> Iterator[ColumnElement[bool]]:
    yield TrackerState.updated_on < now.date() - TRACKER


def _old_responses(now: datetime) -> Iterator[ColumnElement[bool]]:
    yield SurveyResponse.state == ResponseState.OPEN
    yield SurveyResponse.touched_at < now - RESPONSE


def _idle_contacts(session: Session, vault: Vault, now: datetime) -> list[str]:
    """Return the idle conversations whose address goes: all but those of workers with an open case."""
    query = (
        select(Contact.conversation_id, Worker.pseudonym)
        .join(Conversation, Contact.conversation_id == Conversation.id)
        .join(Worker, Conversation.worker_id == Worker.id)
        .where(Conversation.last_message_on < now.date() - CONTACT)
    )
    idle = {row.conversation_id: vault.pseudonym(Purpose.CASE, row.pseudonym) for row in session.execute(query)}
    kept: set[str] = set()
    for some in _batches(sorted(set(idle.values()))):
        is_open = (Case.status != CaseStatus.CLOSED) & Case.key.is_not(None)
        kept |= set(session.scalars(select(Case.reporter).where(Case.reporter.in_(some), is_open)))
    return [conversation_id for conversation_id, reporter in idle.items() if reporter not in kept]


def _batches(items: list[str]) -> Iterable[list[str]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def _count(session: Session, column: Any, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(column)).where(*conditions)) or 0


def _changed(session: Session, statement: Any) -> int:
    return cast(CursorResult[Any], session.execute(statement)).rowcount
