"""Which keys the stored rows need: seen in whatever table has some, and never hidden by what is forgotten."""

import pytest

from storage import cases
from storage.database import Database
from storage.inbox import InboundMessage, accept
from storage.keys import Purpose
from storage.keys_in_use import LOOKED_AT, keys_in_use
from storage.models import Case, Contact, InboxMessage
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.factories import PHONE, create_case, create_conversation


def test_an_empty_database_needs_none(database: Database) -> None:
    assert keys_in_use(database) == frozenset()


@pytest.mark.parametrize(
    ("channel", "purposes"), [("sms", [Purpose.CONTENT, Purpose.CONTACT]), ("web", [Purpose.CONTENT])]
)
def test_a_message_needs_the_keys_that_closed_it(
    database: Database, vault: Vault, clock: FixedClock, channel: str, purposes: list[Purpose]
) -> None:
    with database.transaction() as session:
        accept(session, vault, InboundMessage(channel, PHONE, "her words", "1"), clock.now())
    assert keys_in_use(database) == {vault.keyring.current(purpose).id for purpose in purposes}


def test_a_case_needs_its_key_when_every_text_is_forgotten(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        create_case(session, vault)
    assert keys_in_use(database) == {vault.content_box().key_id}
    with database.transaction() as session:
        cases.erase_case(session, session.query(Case).one())
    assert keys_in_use(database) == frozenset()


def test_a_damaged_row_needs_no_key(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        session.add(Contact(conversation_id=create_conversation(session, vault, channel="web").id, address=b"\x01x"))
    assert keys_in_use(database) == frozenset()


def test_a_few_rows_are_looked_at_however_many_there_are(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        for number in range(3 * LOOKED_AT):
            accept(session, vault, InboundMessage("sms", PHONE, "her words", str(number)), clock.now())
        oldest = session.query(InboxMessage).order_by(InboxMessage.id).first()
        assert oldest is not None
        oldest.body = b"\x080badc0de" + bytes(40)
    assert "0badc0de" not in keys_in_use(database)
