"""Erases a worker, found through one of her cases: everything of hers that can be found again.

Called by the command line. What stays: coded facts of her cases for the numbers, and her opt-out.
"""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.cases import conversation_of, erase_case
from storage.keys import Purpose
from storage.models import (
    Answer,
    Case,
    Contact,
    Conversation,
    InboxMedia,
    InboxMessage,
    OutboxMessage,
    SurveyResponse,
    TrackerState,
    Worker,
)
from storage.vault import Vault


@dataclass(frozen=True)
class Erased:
    """How much went."""

    cases: int
    conversations: int
    responses: int


def erase_worker(session: Session, vault: Vault, case: Case) -> Erased:
    """Erase the worker behind `case`; only the case itself when no conversation leads to her any more."""
    worker = _worker_of(session, vault, case)
    if worker is None:
        erase_case(session, case)
        return Erased(cases=1, conversations=0, responses=0)
    _wait_for_turns(session, worker)
    reporter = vault.pseudonym(Purpose.CASE, worker.pseudonym)
    hers = select(Case).where(Case.reporter == reporter).execution_options(populate_existing=True)
    cases = list(session.scalars(hers))
    for each in cases:
        erase_case(session, each)
    erased = Erased(len(cases), _erase_conversations(session, worker), _erase_responses(session, vault, worker))
    session.delete(worker)
    session.flush()
    return erased


def _worker_of(session: Session, vault: Vault, case: Case) -> Worker | None:
    conversation_id = conversation_of(vault, case)
    conversation = session.get(Conversation, conversation_id) if conversation_id else None
    return session.get(Worker, conversation.worker_id) if conversation else None


def _wait_for_turns(session: Session, worker: Worker) -> None:
    """Lock first what a turn locks first, or the two could wait for each other."""
    hers = select(Conversation.id).where(Conversation.worker_id == worker.id).order_by(Conversation.id)
    session.execute(hers.with_for_update(key_share=True))


def _erase_conversations(session: Session, worker: Worker) -> int:
    ids = list(session.scalars(select(Conversation.id).where(Conversation.worker_id == worker.id)))
    inbox = select(InboxMessage.id).where(InboxMessage.conversation_id.in_(ids))
    session.execute(delete(OutboxMessage).where(OutboxMessage.conversation_id.in_(ids)))
    session.execute(delete(InboxMedia).where(InboxMedia.inbox_id.in_(inbox)))
    for table in (InboxMessage, Contact, TrackerState):
        session.execute(delete(table).where(table.conversation_id.in_(ids)))
    session.execute(delete(Conversation).where(Conversation.id.in_(ids)))
    return len(ids)


def _erase_responses(session: Session, vault: Vault, worker: Worker) -> int:
    respondent = vault.pseudonym(Purpose.SURVEY, worker.pseudonym)
    ids = list(session.scalars(select(SurveyResponse.id).where(SurveyResponse.respondent == respondent)))
    session.execute(delete(Answer).where(Answer.response_id.in_(ids)))
    session.execute(delete(SurveyResponse).where(SurveyResponse.id.in_(ids)))
    return len(ids)
