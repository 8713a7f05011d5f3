"""A new content key: everything opens afterwards, nothing with the old one, and a kill half-way does no harm."""

from pathlib import Path

import pytest
from sqlalchemy import select

from storage import cases, rotation, surveys
from storage.database import Database
from storage.inbox import InboundMessage, MediaItem, accept, body_of
from storage.keys import KeysError, Purpose, load_keyring, new_keyring
from storage.models import Answer, Base, Case, InboxMedia, InboxMessage, OutboxMessage, TrackerState
from storage.outbox import replies_to
from storage.rotation import FIELDS, reseal, rotate
from storage.vault import Vault, split_header
from tests.conftest import FixedClock
from tests.factories import create_case, create_conversation
from tests.storage.test_surveys import DEFINITION, begin

CLOSED_WITH_OTHER_KEYS = {
    "contacts.address",
    "case_events.note",
    "case_media.content",
    "case_messages.delivery",
    "case_messages.text",
}


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    new_keyring("development").save(path)
    return path


@pytest.fixture
def filled(database: Database, keys_file: Path, clock: FixedClock) -> Database:
    vault = Vault(load_keyring(keys_file))
    with database.transaction() as session:
        message = InboundMessage(
            "web", "session", "my words", "1", media=(MediaItem("https://example.org/1", "image/jpeg"),)
        )
        accepted = accept(session, vault, message, clock.now())
        media = session.scalars(select(InboxMedia)).one()
        media.case_route = vault.close_text("inbox_media.case_route", media.id, "0" * 32)
        conversation = create_conversation(session, vault)
        state = vault.close_text("trackers.state", conversation.id, "{}")
        session.add(TrackerState(conversation_id=conversation.id, state=state, updated_on=clock.now().date()))
        for number in range(3):
            case = create_case(session, vault, conversation=conversation, text=f"story {number}")
            row = cases.reply(session, vault, case, f"answer {number}", None, clock.now())
            row.inbox_id, row.position = accepted.inbox_id, number
        response = begin(session, vault, clock.now(), definition=DEFINITION)
        surveys.record_answer(session, vault, response, "anything_else", text="heat", now=clock.now())
    return database


def everything(database: Database, vault: Vault) -> list[str]:
    with database.reading() as session:
        texts = [body_of(vault, row) for row in session.scalars(select(InboxMessage))]
        for case in session.scalars(select(Case)):
            texts += [said.text for said in cases.messages(session, vault, case)]
            assert cases.conversation_of(vault, case) is not None
        [inbox_id] = session.scalars(select(InboxMessage.id))
        texts += [leaving.reply.text for leaving in replies_to(session, vault, inbox_id)]
        for answer in session.scalars(select(Answer)):
            texts.append(vault.open_text("answers.text", answer.id, answer.text or b""))
        for media in session.scalars(select(InboxMedia)):
            texts.append(vault.open_text("inbox_media.location", media.id, media.location))
            texts.append(vault.open_text("inbox_media.case_route", media.id, media.case_route or b""))
        for tracker in session.scalars(select(TrackerState)):
            texts.append(vault.open_text("trackers.state", tracker.conversation_id, tracker.state))
        return sorted(texts)


def key_ids(database: Database) -> set[str]:
    with database.reading() as session:
        sealed = [value for field in FIELDS for value in session.scalars(select(field.column)) if value is not None]
    return {split_header(value)[0] for value in sealed}


def test_everything_opens_after_rotation_and_only_with_the_new_key(filled: Database, keys_file: Path) -> None:
    old = Vault(load_keyring(keys_file))
    before = everything(filled, old)
    assert rotate(filled, keys_file) > 10
    new = Vault(load_keyring(keys_file))
    assert everything(filled, new) == before
    assert key_ids(filled) == {new.content_box().key_id}
    with pytest.raises(KeysError):
        everything(filled, old)


def test_every_encrypted_column_is_in_the_list() -> None:
    binary = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.type.python_type is bytes
    }
    assert {field.name for field in FIELDS} | CLOSED_WITH_OTHER_KEYS == binary
    assert {f"{field.column.class_.__tablename__}.{field.column.key}" for field in FIELDS} == {
        field.name for field in FIELDS
    }


@pytest.mark.parametrize("batches", [0, 1, 3, 6])
def test_rotation_that_was_killed_goes_on(
    filled: Database, keys_file: Path, batches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(filled, Vault(load_keyring(keys_file)))
    left = iter([None] * batches)
    whole = rotation._reseal_batch
    monkeypatch.setattr(rotation, "BATCH", 1)

    def until_killed(*arguments: object) -> int:
        next(left)
        return whole(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as killed:
        killed.setattr(rotation, "_reseal_batch", until_killed)
        with pytest.raises(StopIteration):
            rotate(filled, keys_file)
    between = load_keyring(keys_file)
    assert everything(filled, Vault(between)) == before
    rotate(filled, keys_file)
    after = load_keyring(keys_file)
    assert after.current(Purpose.CONTENT) == between.current(Purpose.CONTENT)
    assert everything(filled, Vault(after)) == before
    assert key_ids(filled) == {after.current(Purpose.CONTENT).id}


def test_second_pass_finds_nothing(filled: Database, keys_file: Path) -> None:
    rotate(filled, keys_file)
    assert reseal(filled, Vault(load_keyring(keys_file))) == 0


def test_erased_cases_and_forgotten_bodies_stay_so(filled: Database, keys_file: Path) -> None:
    with filled.transaction() as session:
        for case in session.scalars(select(Case)):
            cases.erase_case(session, case)
        for row in session.scalars(select(OutboxMessage)):
            row.body = None
    rotate(filled, keys_file)
    with filled.reading() as session:
        assert set(session.scalars(select(Case.key))) == {None}
        assert set(session.scalars(select(OutboxMessage.body))) == {None}
