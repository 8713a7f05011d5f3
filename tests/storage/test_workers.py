"""A worker is one pseudonym on every channel, with a conversation on each, and her STOP outlives all else."""

import threading

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from storage import cases
from storage.database import Database
from storage.models import Case, Contact, Conversation, OptOut, Worker
from storage.vault import Vault
from storage.workers import (
    UnknownConversation,
    adopt_case,
    ensure_conversation,
    ensure_worker,
    find_conversation,
    is_opted_out,
    lock_conversation,
    opt_in,
    opt_out,
)
from tests.conftest import FixedClock
from tests.factories import PHONE, create_case, create_conversation, create_worker


def test_worker_is_the_same_on_every_channel(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        worker = ensure_worker(session, vault, PHONE, "bd")
        assert ensure_worker(session, vault, PHONE, "vn") is worker
        assert worker.country == "bd"
        sms = ensure_conversation(session, vault, worker, "sms", PHONE, clock.now())
        whatsapp = ensure_conversation(session, vault, worker, "whatsapp", PHONE, clock.now())
        assert sms is not whatsapp
        assert ensure_conversation(session, vault, worker, "sms", PHONE, clock.advance(days=1)) is sms
        assert sms.last_message_on == clock.now().date()


@pytest.mark.parametrize(("channel", "has_contact"), [("sms", True), ("whatsapp", True), ("web", False)])
def test_address_is_kept_only_where_we_send(database: Database, vault: Vault, channel: str, has_contact: bool) -> None:
    with database.transaction() as session:
        conversation = create_conversation(session, vault, channel=channel)
        contact = session.get(Contact, conversation.id)
        assert (contact is not None) is has_contact
        if contact is not None:
            assert vault.open_contact(contact.address, conversation.id) == PHONE


def test_conversation_is_found_by_its_own_address_only(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        conversation = create_conversation(session, vault, channel="web", address="token")
        found = find_conversation(session, vault, "web", "token")
        assert found is not None
        assert found[0] is conversation
        for channel, address in (("sms", "token"), ("web", "other"), ("web", "")):
            assert find_conversation(session, vault, channel, address) is None


def test_unknown_conversation_cannot_be_locked(database: Database) -> None:
    with database.transaction() as session, pytest.raises(UnknownConversation):
        lock_conversation(session, "0" * 32)


def test_turns_of_one_conversation_wait_for_each_other(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        conversation_id = create_conversation(session, vault).id
    start = threading.Barrier(4)

    def count_up() -> None:
        start.wait()
        for _ in range(5):
            with database.transaction() as session:
                _, worker = lock_conversation(session, conversation_id)
                session.refresh(worker)
                worker.word_tries += 1

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.scalars(select(Worker.word_tries)).one() == 20


def test_stop_holds_until_she_takes_it_back(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        worker, other = create_worker(session, vault), create_worker(session, vault, address="+8801700000009")
        opt_out(session, vault, worker, clock.now())
        opt_out(session, vault, worker, clock.advance(days=1))
        assert is_opted_out(session, vault, worker)
        assert not is_opted_out(session, vault, other)
        opt_in(session, vault, worker)
        assert not is_opted_out(session, vault, worker)


def test_stop_outlives_the_worker(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        worker = create_worker(session, vault)
        opt_out(session, vault, worker, clock.now())
        assert session.scalars(select(OptOut.pseudonym)).one() != worker.pseudonym
        session.delete(worker)
    with database.transaction() as session:
        assert is_opted_out(session, vault, create_worker(session, vault))


def test_receipt_brings_the_case_into_the_new_chat(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        case = create_case(session, vault, conversation=create_conversation(session, vault))
        chat = create_conversation(session, vault, channel="web", address="token")
        worker = session.get_one(Worker, chat.worker_id)
        adopt_case(session, vault, chat.id, case)
        assert cases.conversation_of(vault, case) == chat.id
        assert cases.latest_of(session, vault, worker.pseudonym) is case
        assert session.scalars(select(Conversation.id)).all().count(chat.id) == 1


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_an_advisor_can_answer_while_a_turn_is_running(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        conversation = create_conversation(session, vault)
        case = create_case(session, vault, conversation=conversation)
    with database.transaction() as turn, database.transaction() as advisor:
        lock_conversation(turn, conversation.id)
        advisor.execute(text("SET LOCAL lock_timeout = '2s'"))
        cases.reply(advisor, vault, advisor.get_one(Case, case.id), "we are on it", None, clock.now())


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_two_channels_of_one_worker_take_turns(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        sms, whatsapp = (create_conversation(session, vault, channel=channel).id for channel in ("sms", "whatsapp"))
    with database.transaction() as one, database.transaction() as other:
        lock_conversation(one, sms)
        other.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(OperationalError):
            lock_conversation(other, whatsapp)
        other.rollback()
