"""What advisors do with a case: look, take it on, answer, note, close, erase.

Called by the admin pages after `queue.find_case` has said that this person may see it.
"""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from storage.cases.timeline import happened
from storage.models import Case, CaseEvent, CaseMedia, CaseMessage, Conversation, OutboxMessage, Person, new_id
from storage.models.enums import Author, CaseStatus, EventKind, OutboxKind
from storage.outbox import Reply, enqueue
from storage.vault import Vault


class NoRoute(Exception):
    """No conversation leads back to the worker (any more): a reply would go nowhere."""


class UnknownPerson(Exception):
    """Nobody active has this id, so nobody would look after the case."""


def mark_looked(session: Session, case: Case, now: datetime) -> None:
    """Note that a person has seen what the worker wrote."""
    if case.looked_at is None:
        case.looked_at = now
        session.flush()


def assign(session: Session, case: Case, person_id: int | None, actor_id: int | None, now: datetime) -> None:
    """Give the case to a person, or to nobody; raise `UnknownPerson` for one who cannot sign in."""
    if person_id == case.assignee_id:
        return
    person = session.get(Person, person_id) if person_id is not None else None
    if person_id is not None and (person is None or not person.active):
        raise UnknownPerson(str(person_id))
    detail = {"assignee": [case.assignee_id, person_id]}
    case.assignee_id = person_id
    happened(session, case, EventKind.ASSIGNED, now, person_id=actor_id, detail=detail)


def change_status(session: Session, case: Case, status: CaseStatus, actor_id: int | None, now: datetime) -> None:
    """Move the case to `status`; nothing happens when it is there."""
    if status is case.status:
        return
    detail = {"status": [case.status, status]}
    case.status = status
    case.closed_at = now if status is CaseStatus.CLOSED else None
    happened(session, case, EventKind.STATUS, now, person_id=actor_id, detail=detail)


def add_note(session: Session, vault: Vault, case: Case, text: str, actor_id: int | None, now: datetime) -> CaseEvent:
    """Keep an internal note, encrypted with the case's key; the worker never sees it."""
    box = vault.case_box(case.id, case.key)
    event = happened(session, case, EventKind.NOTE, now, person_id=actor_id)
    event.note = box.close_text("case_events.note", event.id, text)
    session.flush()
    return event


def reply(session: Session, vault: Vault, case: Case, text: str, actor_id: int | None, now: datetime) -> OutboxMessage:
    """Answer the worker in her own conversation; raise `NoRoute` when there is none."""
    conversation_id = conversation_of(vault, case)
    if conversation_id is None or session.get(Conversation, conversation_id) is None:
        raise NoRoute(case.id)
    [row] = enqueue(session, vault, conversation_id, [Reply(text)], OutboxKind.ADVISOR, now)
    box = vault.case_box(case.id, case.key)
    message_id = new_id()
    session.add(
        CaseMessage(
            id=message_id,
            case_id=case.id,
            author=Author.ADVISOR,
            person_id=actor_id,
            text=box.close_text("case_messages.text", message_id, text),
            language=case.language,
            delivery=box.close_text("case_messages.delivery", message_id, row.reference),
            at=now,
        )
    )
    happened(session, case, EventKind.REPLIED, now, person_id=actor_id)
    return row


def conversation_of(vault: Vault, case: Case) -> str | None:
    """Return the conversation that replies go to; none for a case without one."""
    return vault.open_text("cases.route", case.id, case.route) if case.route is not None else None


def erase_case(session: Session, case: Case) -> None:
    """Destroy the case's key and every way back to the worker; what stays are coded facts for the numbers."""
    session.execute(delete(CaseMessage).where(CaseMessage.case_id == case.id))
    session.execute(delete(CaseMedia).where(CaseMedia.case_id == case.id))
    session.execute(update(CaseEvent).where(CaseEvent.case_id == case.id).values(note=None))
    # Her pseudonym would still say that this worker once had a case.
    case.reporter = new_id() + new_id()
    case.key = case.route = case.receipt_key = case.receipt_hash = None
    case.details = {}
    case.is_draft = False
    session.flush()
