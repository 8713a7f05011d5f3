"""A chat in a browser: how it ends, and how somebody with a receipt goes on in a new one.

Called by the web chat's pages only.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.keys import Purpose
from storage.models import Case, CaseMessage, Conversation, InboxMessage, OutboxMessage, Worker, new_id
from storage.models.enums import InboxState
from storage.outbox import Reply
from storage.vault import Vault
from storage.workers import adopt_case, ensure_conversation, ensure_worker

CHANNEL = "web"


def end_session(session: Session, vault: Vault, token: str) -> None:
    """Let nobody come back with `token`, and forget what its page showed. Her cases stay; a receipt opens them."""
    pseudonym = vault.pseudonym(Purpose.WORKER, token)
    worker = session.scalar(select(Worker).where(Worker.pseudonym == pseudonym).with_for_update())
    if worker is None:
        return
    worker.pseudonym = new_id() + new_id()
    hers = select(Conversation.id).where(Conversation.worker_id == worker.id)
    session.execute(
        update(InboxMessage)
        .where(InboxMessage.conversation_id.in_(hers), InboxMessage.state == InboxState.DONE)
        .values(body=None)
    )
    session.execute(update(OutboxMessage).where(OutboxMessage.conversation_id.in_(hers)).values(body=None))


def go_on_with(session: Session, vault: Vault, token: str, case: Case, now: datetime) -> None:
    """Make the chat of `token` the one that `case` is talked about in, and bring the advisors' answers there."""
    worker = ensure_worker(session, vault, token, case.country)
    conversation = ensure_conversation(session, vault, worker, CHANNEL, token, now)
    adopt_case(session, vault, conversation.id, case)
    _bring_answers(session, vault, conversation.id, case)


def prefer_language(session: Session, vault: Vault, token: str, tag: str) -> None:
    """Speak the language that a new worker chose on the page."""
    worker = ensure_worker(session, vault, token, None)
    if worker.language is None:
        worker.language, worker.language_chosen = tag, True


def _bring_answers(session: Session, vault: Vault, conversation_id: str, case: Case) -> None:
    box = vault.case_box(case.id, case.key)
    query = select(CaseMessage).where(CaseMessage.case_id == case.id, CaseMessage.delivery.is_not(None))
    for message in session.scalars(query):
        reference = box.open_text("case_messages.delivery", message.id, message.delivery or b"")
        row = session.scalar(select(OutboxMessage).where(OutboxMessage.reference == reference))
        if row is not None:
            text = box.open_text("case_messages.text", message.id, message.text)
            row.conversation_id = conversation_id
            row.next_attempt_at = None
            row.body = vault.close_text("outbox.body", reference, Reply(text).to_json())
