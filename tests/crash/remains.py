"""What a worker's messages left in the tables, in a form that can be compared with another worker's."""

import json
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import cases
from storage.keys import Purpose
from storage.models import Answer, Case, Conversation, InboxMessage, OutboxMessage, SurveyResponse, TrackerState
from storage.models import Worker as WorkerRow
from storage.models.enums import InboxState, OutboxState
from storage.outbox import Reply
from storage.vault import Vault
from storage.workers import find_conversation, is_opted_out
from tests.crash.traffic import Worker


def remains_of(session: Session, vault: Vault, worker: Worker) -> dict[str, Any]:
    """Everything a worker's messages led to, without what is random."""
    found = find_conversation(session, vault, "sms", worker.number)
    if found is None:
        return {"replies": [], "states": []}
    conversation, row = found
    inbox = _inbox(session, vault, worker)
    return {
        "states": [(message.state, message.body) for message in inbox],
        "replies": [_replies(session, vault, message.id) for message in inbox],
        "answers": _answers(session, vault, row),
        "cases": _cases(session, vault, row),
        "tracker": _tracker(session, vault, conversation),
        "worker": (row.language, row.factory_id, row.word_hash, is_opted_out(session, vault, row)),
    }


def references_of(session: Session, vault: Vault, worker: Worker) -> dict[str, list[str]]:
    """By message, the references of its replies in order."""
    keys = {_key(vault, sid): sid for sid in worker.sids}
    query = (
        select(InboxMessage.provider_key, OutboxMessage.reference)
        .join(OutboxMessage, OutboxMessage.inbox_id == InboxMessage.id)
        .where(InboxMessage.provider_key.in_(keys))
        .order_by(OutboxMessage.position)
    )
    found: dict[str, list[str]] = {}
    for key, reference in session.execute(query):
        found.setdefault(keys[key], []).append(reference)
    return found


def due(session: Session) -> int:
    """How many messages and replies wait for the jobs."""
    is_waiting = OutboxMessage.state.in_((OutboxState.PENDING, OutboxState.SENDING))
    turns = select(func.count()).where(InboxMessage.state == InboxState.RECEIVED)
    replies = select(func.count()).where(is_waiting)
    return (session.scalar(turns) or 0) + (session.scalar(replies) or 0)


def _key(vault: Vault, sid: str) -> str:
    return vault.pseudonym(Purpose.MESSAGE_ID, f"sms:{sid}")


def _inbox(session: Session, vault: Vault, worker: Worker) -> list[InboxMessage]:
    keys = [_key(vault, sid) for sid in worker.sids]
    query = select(InboxMessage).where(InboxMessage.provider_key.in_(keys))
    rows = {row.provider_key: row for row in session.scalars(query)}
    return [rows[key] for key in keys if key in rows]


def _replies(session: Session, vault: Vault, inbox_id: int) -> list[Reply]:
    query = select(OutboxMessage).where(OutboxMessage.inbox_id == inbox_id).order_by(OutboxMessage.position)
    return [
        Reply.from_json(vault.open_text("outbox.body", row.reference, row.body))
        for row in session.scalars(query)
        if row.body is not None
    ]


def _answers(session: Session, vault: Vault, row: WorkerRow) -> dict[str, Any]:
    respondent = vault.pseudonym(Purpose.SURVEY, row.pseudonym)
    responses = session.scalars(select(SurveyResponse).where(SurveyResponse.respondent == respondent)).all()
    query = select(Answer).where(Answer.response_id.in_([response.id for response in responses]))
    values = {one.question: (one.number, one.choice, one.is_skipped) for one in session.scalars(query)}
    return {"responses": [response.state for response in responses], "values": values}


def _cases(session: Session, vault: Vault, row: WorkerRow) -> list[dict[str, Any]]:
    reporter = vault.pseudonym(Purpose.CASE, row.pseudonym)
    return [
        {
            "category": case.category,
            "severity": case.severity,
            "details": case.details,
            "is_draft": case.is_draft,
            "words": [said.text for said in cases.messages(session, vault, case)],
            "events": [event.kind for event in cases.events(session, vault, case)],
        }
        for case in session.scalars(select(Case).where(Case.reporter == reporter))
    ]


def _tracker(session: Session, vault: Vault, conversation: Conversation) -> dict[str, Any] | None:
    row = session.get(TrackerState, conversation.id)
    if row is None:
        return None
    state: dict[str, Any] = json.loads(vault.open_text("trackers.state", conversation.id, row.state))
    return state
