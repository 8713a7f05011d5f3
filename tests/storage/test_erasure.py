"""A worker who is erased leaves coded facts, her opt-out, and nothing that leads to her."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.cases import find_by_receipt, issue_receipt, set_detail
from storage.database import Database
from storage.erasure import Erased, erase_worker
from storage.inbox import InboundMessage, accept, mark_done
from storage.models import Base, Case, Contact, Conversation, InboxMessage, OptOut, OutboxMessage, Worker
from storage.models.enums import OutboxKind
from storage.outbox import Reply, enqueue
from storage.turns import begin
from storage.vault import Vault
from storage.workers import opt_out
from tests import postgres
from tests.conftest import FixedClock
from tests.factories import PHONE, create_case, create_conversation, create_worker

OTHER = "+8801700000001"


def test_everything_of_hers_goes_and_nothing_of_others(database: Database, vault: Vault, clock: FixedClock) -> None:
    now = clock.now()
    with database.transaction() as session:
        worker, other = create_worker(session, vault), create_worker(session, vault, address=OTHER)
        conversation = create_conversation(session, vault, worker=worker)
        theirs = create_conversation(session, vault, worker=other, address=OTHER)
        first = create_case(session, vault, worker=worker, conversation=conversation)
        create_case(session, vault, worker=worker, conversation=conversation)
        kept = create_case(session, vault, worker=other, conversation=theirs)
        receipt = issue_receipt(session, vault, first)
        accept(session, vault, InboundMessage("sms", "+8801700000000", "her words", "SM1"), now)
        enqueue(session, vault, conversation.id, [Reply("ours")], OutboxKind.REPLY, now)
        opt_out(session, vault, worker, now)
    with database.transaction() as session:
        case = session.get_one(Case, first.id)
        assert erase_worker(session, vault, case) == Erased(cases=2, conversations=1, responses=0)
    with database.reading() as session:
        assert find_by_receipt(session, vault, receipt) is None
        assert [case.key is None for case in session.scalars(select(Case).where(Case.id != kept.id))] == [True, True]
        assert session.get_one(Case, kept.id).key is not None
        counts = {
            table: _count(session, table) for table in (Worker, Conversation, Contact, InboxMessage, OutboxMessage)
        }
        assert counts == {Worker: 1, Conversation: 1, Contact: 1, InboxMessage: 0, OutboxMessage: 0}
        assert _count(session, OptOut) == 1


def test_a_case_that_leads_to_nobody_is_erased_alone(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        case = create_case(session, vault)
        case.route = None
        assert erase_worker(session, vault, case) == Erased(cases=1, conversations=0, responses=0)
        assert case.key is None


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_erasing_waits_for_a_turn_that_runs(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        case_id = create_case(session, vault, conversation=create_conversation(session, vault)).id
        inbox_id = accept(session, vault, InboundMessage("sms", PHONE, "her words", "SM1"), clock.now()).inbox_id

    def erase() -> None:
        with database.transaction() as session:
            erase_worker(session, vault, session.get_one(Case, case_id))

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            begun = begin(session, vault, inbox_id)
            erasing = pool.submit(erase)
            postgres.await_waiting(database.url)
            set_detail(session, session.get_one(Case, case_id), "now", "yes", clock.now())
            mark_done(begun.message, "sms")
        erasing.result(timeout=10)
    with database.reading() as session:
        assert (_count(session, Worker), _count(session, InboxMessage)) == (0, 0)
        assert session.get_one(Case, case_id).details == {}


def _count(session: Session, table: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0
