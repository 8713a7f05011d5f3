"""Workers as pseudonyms: who writes, on which channel, whether she wants no more.

`inbox.accept` makes these rows; the turn reads them; nobody looks one up by number.
"""

from datetime import date, datetime

from sqlalchemy import bindparam, delete, exists, select, update
from sqlalchemy.orm import Session

from storage.database import insert_once
from storage.keys import Purpose
from storage.models import Case, Contact, Conversation, OptOut, Worker, new_id
from storage.vault import Vault

PULLED_CHANNELS = frozenset({"web", "simulator"})
"""Channels whose replies are fetched by the worker's own page and never sent by us."""

WITH_ROOM = {"key_share": True}
"""A lock that lets others add rows about the locked one: else a reply and a turn could wait for each other."""

# Built once, since every message needs them: building one takes as long as running it.
BOTH = select(Conversation, Worker).join(Worker, Worker.id == Conversation.worker_id)
GOING_ON = (
    select(Conversation.id, Conversation.last_message_on)
    .join(Worker, Worker.id == Conversation.worker_id)
    .where(Worker.pseudonym == bindparam("pseudonym"), Conversation.channel == bindparam("channel"))
)
LOCKED = BOTH.with_for_update(of=(Conversation, Worker), **WITH_ROOM).execution_options(populate_existing=True)
LOCKED_BY_ID = LOCKED.where(Conversation.id == bindparam("conversation_id"))


class UnknownConversation(Exception):
    """No conversation has this id (any more)."""


def ensure_worker(session: Session, vault: Vault, address: str, country: str | None) -> Worker:
    """Return the worker who writes from `address`, made at her first message."""
    pseudonym = vault.pseudonym(Purpose.WORKER, address)
    query = select(Worker).where(Worker.pseudonym == pseudonym)
    worker = session.scalar(query)
    if worker is None:
        values = {"id": new_id(), "pseudonym": pseudonym, "country": country}
        insert_once(session, Worker, {**values, "language_chosen": False, "factory_declined": False, "word_tries": 0})
        worker = session.scalars(query).one()
    return worker


def ensure_conversation(
    session: Session, vault: Vault, worker: Worker, channel: str, address: str, now: datetime
) -> Conversation:
    """Return the worker's conversation on `channel`; her address is sealed for the sender unless it is there."""
    query = select(Conversation).where(Conversation.worker_id == worker.id, Conversation.channel == channel)
    conversation = session.scalar(query)
    if conversation is None:
        insert_once(
            session,
            Conversation,
            {"id": new_id(), "worker_id": worker.id, "channel": channel, "last_message_on": now.date()},
        )
        conversation = session.scalars(query).one()
    if channel not in PULLED_CHANNELS:
        keep_contact(session, vault, conversation.id, address)
    conversation.last_message_on = now.date()
    return conversation


def go_on(session: Session, vault: Vault, channel: str, address: str, since: date, today: date) -> str | None:
    """Note that `address` goes on with its conversation on `channel`; return its id, none when nothing came `since`."""
    known = {"pseudonym": vault.pseudonym(Purpose.WORKER, address), "channel": channel}
    found = session.execute(GOING_ON, known).first()
    if found is None or found.last_message_on < since:
        return None
    if found.last_message_on < today:
        session.execute(update(Conversation).where(Conversation.id == found.id).values(last_message_on=today))
    return str(found.id)


def find_conversation(session: Session, vault: Vault, channel: str, address: str) -> tuple[Conversation, Worker] | None:
    """Return the conversation that `address` has on `channel`, if it ever wrote there."""
    is_hers = (Worker.pseudonym == vault.pseudonym(Purpose.WORKER, address), Conversation.channel == channel)
    row = session.execute(BOTH.where(*is_hers)).first()
    return (row[0], row[1]) if row is not None else None


def keep_contact(session: Session, vault: Vault, conversation_id: str, address: str) -> None:
    """Seal the address of a conversation to the sender's key."""
    sealed = vault.seal_contact(address, conversation_id)
    insert_once(session, Contact, {"conversation_id": conversation_id, "address": sealed})


def lock_conversation(session: Session, conversation_id: str) -> tuple[Conversation, Worker]:
    """Lock a conversation and its worker until the transaction ends, so that her messages are handled one by one.

    On whatever channel she writes: her cases, answers and word belong to her, not to a conversation.
    """
    row = session.execute(LOCKED_BY_ID, {"conversation_id": conversation_id}).first()
    if row is None:
        raise UnknownConversation(conversation_id)
    return row[0], row[1]


def opt_out(session: Session, vault: Vault, worker: Worker, now: datetime) -> None:
    """Remember that this worker wants no more messages. Her other data do not matter to this."""
    insert_once(session, OptOut, {"pseudonym": opt_out_key(vault, worker), "since": now})


def opt_in(session: Session, vault: Vault, worker: Worker) -> None:
    """Take the opt-out back: she asked for messages again."""
    session.execute(delete(OptOut).where(OptOut.pseudonym == opt_out_key(vault, worker)))


def is_opted_out(session: Session, vault: Vault, worker: Worker) -> bool:
    """Say whether this worker wants no messages."""
    return bool(session.scalar(select(exists().where(OptOut.pseudonym == opt_out_key(vault, worker)))))


def adopt_case(session: Session, vault: Vault, conversation_id: str, case: Case) -> None:
    """Make `case` the concern of this conversation: whoever showed its receipt goes on here."""
    _, worker = lock_conversation(session, conversation_id)
    case.reporter = vault.pseudonym(Purpose.CASE, worker.pseudonym)
    case.route = vault.close_text("cases.route", case.id, conversation_id)
    worker.factory_id = worker.factory_id or case.factory_id
    worker.country = worker.country or case.country


def opt_out_key(vault: Vault, worker: Worker) -> str:
    """Return what stands for this worker in the list of those who want no messages."""
    return vault.pseudonym(Purpose.OPT_OUT, worker.pseudonym)
