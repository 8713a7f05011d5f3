"""A reply to a worker: counted and looked over first, then on its way through her own channel."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from storage.cases import add_worker_message, erase_case, set_detail
from storage.database import Database
from storage.models import Case, Conversation, Factory, OutboxMessage, Worker
from storage.models.enums import OutboxKind, OutboxState
from storage.vault import Vault
from storage.workers import opt_out
from tests.admin.conftest import Answer, Visitor
from tests.conftest import FixedClock
from tests.factories import create_case, create_conversation

NEUTRAL = "We are working on it. You will hear from us by Tuesday."


@pytest.fixture
def reply(case: Case, advisor: Visitor) -> Callable[..., Answer]:
    """The advisor opens the case, writes and presses a button."""

    def send(text: str, do: str = "send", **form: str) -> Answer:
        seen = form.pop("seen", None) or advisor.seen_of(case.reference)
        return advisor.post(f"/admin/cases/{case.reference}/reply", seen=seen, text=text, do=do, **form)

    return send


@pytest.fixture
def outbox(database: Database) -> Callable[[], list[OutboxMessage]]:
    def rows() -> list[OutboxMessage]:
        with database.reading() as session:
            found = list(session.scalars(select(OutboxMessage)))
            session.expunge_all()
        return found

    return rows


Reply = Callable[..., Answer]
Outbox = Callable[[], list[OutboxMessage]]


def test_a_neutral_reply_leaves_by_her_own_conversation(
    reply: Reply, outbox: Outbox, vault: Vault, conversation: Conversation, case: Case, advisor: Visitor
) -> None:
    assert reply(NEUTRAL).status == 302
    [row] = outbox()
    assert (row.conversation_id, row.kind, row.state) == (conversation.id, OutboxKind.ADVISOR, OutboxState.PENDING)
    assert row.body is not None
    assert json.loads(vault.open_text("outbox.body", row.reference, row.body))["text"] == NEUTRAL
    page = advisor.get(f"/admin/cases/{case.reference}").text
    assert NEUTRAL in page
    assert "on its way" in page


def test_the_page_says_how_it_goes_out_and_in_which_language(case: Case, advisor: Visitor) -> None:
    page = advisor.get(f"/admin/cases/{case.reference}").text
    assert "Channel: <b>SMS</b> · Her language: <b>Bangla" in page


def test_a_preview_counts_and_sends_nothing(reply: Reply, outbox: Outbox) -> None:
    answer = reply("আমরা দেখছি" * 8, do="preview")
    assert answer.status == 200
    assert "2 messages · 80 characters (UCS-2)" in answer.text
    assert "What she will see" in answer.text
    assert outbox() == []


def test_the_count_while_typing_is_the_same(advisor: Visitor) -> None:
    answer = advisor.post("/admin/segments", text="আমরা দেখছি" * 8)
    assert json.loads(answer.text) == {"encoding": "UCS-2", "units": 80, "segments": 2}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Padma did not pay", "It names the factory."),
        ("Visit padma tower", "It names the factory."),
        ("Code 4821", "It names the factory."),
        ("Your complaint is with us", "It says what this is about (complaint)."),
        ("আপনার অভিযোগটা দেখছি", "It says what this is about (অভিযোগটা)."),
        ("Call +880 1700 000000", "It holds a long number."),
        ("We are on it. " * 60, "It takes"),
    ],
)
def test_a_telling_text_stays_here_until_it_was_looked_over(reply: Reply, outbox: Outbox, text: str, hint: str) -> None:
    first = reply(text)
    assert first.status == 200
    assert hint in first.text
    assert "Send anyway" in first.text
    assert outbox() == []
    assert reply(text, looked_over=text.strip()).status == 302
    assert len(outbox()) == 1


def test_a_text_that_names_the_case_is_held(reply: Reply, case: Case) -> None:
    assert "It names the case." in reply(f"About {case.reference}").text


def test_looking_over_one_text_does_not_send_another(reply: Reply, outbox: Outbox) -> None:
    assert reply("Your complaint", looked_over=NEUTRAL).status == 200
    assert outbox() == []


def test_a_reply_to_the_chat_is_said_to_wait_for_her(
    database: Database, vault: Vault, factory: Factory, advisor: Visitor
) -> None:
    with database.transaction() as session:
        chat = create_conversation(session, vault, channel="web", address="token")
        reference = create_case(session, vault, factory=factory, conversation=chat, country="bd").reference
    advisor.post(f"/admin/cases/{reference}/reply", text=NEUTRAL, do="send", seen=advisor.seen_of(reference))
    page = advisor.get(f"/admin/cases/{reference}").text
    assert "The reply waits for her in the chat" in page
    assert "waits until she opens the chat" in page
    assert "on its way" not in page


@pytest.mark.parametrize(("text", "status"), [("", 400), (" \n\t", 400), ("x" * 1001, 413)])
def test_an_empty_or_endless_reply_is_refused(reply: Reply, outbox: Outbox, text: str, status: int) -> None:
    assert reply(text).status == status
    assert outbox() == []


def test_nothing_is_sent_to_a_worker_who_wants_no_messages(
    database: Database, vault: Vault, reply: Reply, outbox: Outbox, conversation: Conversation, clock: FixedClock
) -> None:
    with database.transaction() as session:
        opt_out(session, vault, session.get_one(Worker, conversation.worker_id), clock.now())
    answer = reply(NEUTRAL)
    assert answer.status == 409
    assert "She asked for no more messages" in answer.text
    assert outbox() == []


def test_nothing_is_sent_in_an_erased_case(database: Database, reply: Reply, outbox: Outbox, case: Case) -> None:
    with database.transaction() as session:
        erase_case(session, session.get_one(Case, case.id))
    assert reply(NEUTRAL).status == 409
    assert outbox() == []


def test_an_unsafe_text_needs_a_tick(
    database: Database, reply: Reply, outbox: Outbox, case: Case, clock: FixedClock
) -> None:
    with database.transaction() as session:
        set_detail(session, session.get_one(Case, case.id), "safe_to_text", "no", clock.now())
    refused = reply(NEUTRAL)
    assert refused.status == 409
    assert "She said that a text is not safe." in refused.text
    assert NEUTRAL in refused.text
    assert outbox() == []
    assert reply(NEUTRAL, unsafe_anyway="yes").status == 302


def test_a_reply_waits_when_the_worker_wrote_meanwhile(
    database: Database,
    vault: Vault,
    reply: Reply,
    outbox: Outbox,
    case: Case,
    advisor: Visitor,
    clock: FixedClock,
) -> None:
    seen = advisor.seen_of(case.reference)
    with database.transaction() as session:
        row = session.get_one(Case, case.id)
        add_worker_message(session, vault, row, "সব ঠিক আছে", "bn", clock.advance(minutes=1))
    answer = reply(NEUTRAL, seen=seen)
    assert answer.status == 409
    assert "সব ঠিক আছে" in answer.text
    assert answer.text.count(NEUTRAL) >= 1
    assert outbox() == []


def test_how_a_reply_fared_is_told(
    database: Database, reply: Reply, outbox: Outbox, case: Case, advisor: Visitor
) -> None:
    reply(NEUTRAL)
    with database.transaction() as session:
        session.get_one(OutboxMessage, outbox()[0].id).state = OutboxState.FAILED
    assert "not delivered" in advisor.get(f"/admin/cases/{case.reference}").text
