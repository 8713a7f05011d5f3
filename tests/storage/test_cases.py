"""A case from the worker's first words to its erasure."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from storage import cases
from storage.cases import NoRoute, UnknownPerson
from storage.database import Database
from storage.models import Case, CaseEvent, CaseMessage, OutboxMessage
from storage.models.enums import Author, CaseStatus, Category, EventKind, OutboxKind, OutboxState, Severity
from storage.outbox import mark_sent
from storage.vault import Vault, VaultError
from tests.conftest import FixedClock
from tests.factories import create_case, create_conversation, create_factory, create_person, create_worker

UNKNOWN_ID = "0" * 32


def test_opening_keeps_the_words_encrypted(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        case = create_case(session, vault, text="the exit is locked", now=clock.now())
        stored = session.scalars(select(CaseMessage)).one()
        assert b"locked" not in stored.text
        [said] = cases.messages(session, vault, case)
        assert (said.author, said.text, said.at) == (Author.WORKER, "the exit is locked", clock.now())


def test_case_holds_no_worker_pseudonym(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        worker = create_worker(session, vault)
        conversation = create_conversation(session, vault, worker=worker)
        case = create_case(session, vault, worker=worker, conversation=conversation)
        assert worker.pseudonym != case.reporter
        assert conversation.id.encode() not in (case.route or b"")
        assert cases.conversation_of(vault, case) == conversation.id


def test_country_of_a_case_is_its_factorys(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        factory = create_factory(session, country="jo")
        assert create_case(session, vault, factory=factory, country="bd").country == "jo"
        unnamed = create_case(session, vault, country="bd")
        cases.set_factory(session, unnamed, factory.id, clock.now())
        assert (unnamed.factory_id, unnamed.country) == (factory.id, "jo")


def test_long_texts_stay_whole(database: Database, vault: Vault) -> None:
    text = "মজুরি " * 20_000
    with database.transaction() as session:
        case = create_case(session, vault, text=text)
        assert cases.messages(session, vault, case)[0].text == text


def test_worker_finds_her_draft_her_latest_and_her_open_cases(
    database: Database, vault: Vault, clock: FixedClock
) -> None:
    with database.transaction() as session:
        worker = create_worker(session, vault)
        first = create_case(session, vault, worker=worker, now=clock.now())
        second = create_case(session, vault, worker=worker, now=clock.advance(days=1), is_draft=True)
        assert cases.draft_of(session, vault, worker.pseudonym) is second
        cases.finish_draft(session, second, clock.now())
        cases.change_status(session, second, CaseStatus.CLOSED, None, clock.now())
        assert cases.draft_of(session, vault, worker.pseudonym) is None
        assert cases.latest_of(session, vault, worker.pseudonym) is second
        assert cases.open_of(session, vault, worker.pseudonym) == [first]


def test_stranger_has_no_case(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        create_case(session, vault)
        stranger = create_worker(session, vault, address="+8801700000099")
        assert cases.latest_of(session, vault, stranger.pseudonym) is None
        assert cases.open_of(session, vault, stranger.pseudonym) == []


def test_new_words_reopen_a_resting_case_and_ask_for_a_look(
    database: Database, vault: Vault, clock: FixedClock
) -> None:
    with database.transaction() as session:
        case = create_case(session, vault, now=clock.now())
        cases.mark_looked(session, case, clock.now())
        cases.change_status(session, case, CaseStatus.RESOLVED, None, clock.now())
        later = clock.advance(days=7)
        cases.add_worker_message(session, vault, case, "still not paid", "en", later)
        assert (case.status, case.looked_at) == (CaseStatus.IN_PROGRESS, None)
        assert case.look_due_at > later
        assert [said.text for said in cases.messages(session, vault, case)][1] == "still not paid"


def test_rising_severity_shortens_the_deadline(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        case = create_case(session, vault, now=clock.now())
        later = clock.advance(hours=5)
        cases.sort_case(session, case, Category.SAFETY, Severity.CRITICAL, None, later)
        assert case.look_due_at == later + timedelta(hours=1)
        cases.sort_case(session, case, Category.SAFETY, Severity.NORMAL, None, later)
        assert case.look_due_at > later + timedelta(days=1)


def test_sorting_as_it_is_leaves_no_trace(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        case = create_case(session, vault)
        cases.sort_case(session, case, case.category, case.severity, None, clock.now())
        assert [event.kind for event in cases.events(session, vault, case)] == [EventKind.OPENED]


def test_details_are_kept_by_question(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        case_id = create_case(session, vault).id
    with database.transaction() as session:
        case = session.get_one(Case, case_id)
        cases.set_detail(session, case, "now", True, clock.now())
        cases.set_detail(session, case, "safe_to_text", False, clock.now())
    with database.reading() as session:
        assert session.get_one(Case, case_id).details == {"now": True, "safe_to_text": False}


def test_reply_goes_to_the_workers_conversation(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        conversation = create_conversation(session, vault)
        advisor = create_person(session, name="Amina")
        case = create_case(session, vault, conversation=conversation)
        row = cases.reply(session, vault, case, "We spoke to them.", advisor.id, clock.now())
        assert (row.conversation_id, row.kind) == (conversation.id, OutboxKind.ADVISOR)
        said = cases.messages(session, vault, case)[1]
        assert (said.text, said.person_name, said.delivery_state) == ("We spoke to them.", "Amina", OutboxState.PENDING)
        mark_sent(session, row.id, None, clock.now())
        session.expire_all()
        assert cases.messages(session, vault, case)[1].delivery_state is OutboxState.SENT


def test_reply_without_a_way_back_is_refused_and_leaves_nothing(
    database: Database, vault: Vault, clock: FixedClock
) -> None:
    with database.transaction() as session:
        case = create_case(session, vault)
        with pytest.raises(NoRoute):
            cases.reply(session, vault, case, "Hello", None, clock.now())
        case.route = vault.close_text("cases.route", case.id, UNKNOWN_ID)
        with pytest.raises(NoRoute):
            cases.reply(session, vault, case, "Hello", None, clock.now())
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0
        assert len(cases.messages(session, vault, case)) == 1


def test_time_line_tells_who_did_what(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        amina, bao = create_person(session, name="Amina"), create_person(session, name="Bao")
        case = create_case(session, vault, now=clock.now())
        cases.assign(session, case, bao.id, amina.id, clock.advance(minutes=1))
        cases.change_status(session, case, CaseStatus.WAITING, bao.id, clock.advance(minutes=1))
        cases.add_note(session, vault, case, "called the factory", bao.id, clock.advance(minutes=1))
        line = cases.events(session, vault, case)
        assert [event.kind for event in line] == [
            EventKind.OPENED,
            EventKind.ASSIGNED,
            EventKind.STATUS,
            EventKind.NOTE,
        ]
        assert (line[1].person_name, line[1].assignee_name) == ("Amina", "Bao")
        assert line[2].detail == {"status": ["new", "waiting"]}
        assert line[3].note == "called the factory"
        sealed = session.scalars(select(CaseEvent.note).where(CaseEvent.kind == EventKind.NOTE)).one()
        assert b"called" not in (sealed or b"")


def test_nobody_is_assigned_who_cannot_sign_in(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        case = create_case(session, vault)
        gone = create_person(session, active=False)
        for person_id in (gone.id, 999_999):
            with pytest.raises(UnknownPerson):
                cases.assign(session, case, person_id, None, clock.now())
        assert case.assignee_id is None


def test_closing_and_reopening_sets_the_closing_time(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        case = create_case(session, vault)
        cases.change_status(session, case, CaseStatus.CLOSED, None, clock.now())
        assert case.closed_at == clock.now()
        cases.change_status(session, case, CaseStatus.IN_PROGRESS, None, clock.now())
        assert case.closed_at is None


def test_first_look_is_the_one_that_counts(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        case = create_case(session, vault)
        first = clock.now()
        cases.mark_looked(session, case, first)
        cases.mark_looked(session, case, clock.advance(hours=1))
        assert case.looked_at == first


def test_erased_case_gives_nothing_away(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        worker = create_worker(session, vault)
        conversation = create_conversation(session, vault, worker=worker)
        case = create_case(session, vault, worker=worker, conversation=conversation)
        receipt = cases.issue_receipt(session, vault, case)
        cases.add_note(session, vault, case, "note", None, clock.now())
        cases.erase_case(session, case)
        case_id = case.id
    with database.transaction() as session:
        case = session.get_one(Case, case_id)
        assert cases.messages(session, vault, case) == []
        assert [event.note for event in cases.events(session, vault, case)] == [None, None]
        assert cases.find_by_receipt(session, vault, receipt) is None
        assert cases.latest_of(session, vault, worker.pseudonym) is None
        with pytest.raises(NoRoute):
            cases.reply(session, vault, case, "Hello", None, clock.now())
        with pytest.raises(VaultError):
            cases.add_note(session, vault, case, "again", None, clock.now())


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_words_that_come_while_a_case_is_closed_open_it_again(
    database: Database, vault: Vault, clock: FixedClock
) -> None:
    with database.transaction() as session:
        case_id = create_case(session, vault, now=clock.now()).id
    with database.transaction() as turn:
        case = turn.get_one(Case, case_id)
        with database.transaction() as advisor:
            cases.change_status(advisor, advisor.get_one(Case, case_id), CaseStatus.CLOSED, None, clock.now())
        cases.add_worker_message(turn, vault, case, "and again today", "en", clock.now())
    with database.reading() as session:
        assert session.get_one(Case, case_id).status is CaseStatus.IN_PROGRESS
