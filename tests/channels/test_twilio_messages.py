"""Texts that Twilio hands over: stored once, answered in the response or later, whatever is in them."""

import threading
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from channels.services import ChannelServices
from storage.database import Database
from storage.inbox import body_of
from storage.models import Contact, Conversation, InboxMessage, OutboxMessage, Worker
from storage.models.enums import InboxState, OutboxState, ProviderOptOut
from storage.outbox import Reply
from storage.vault import Vault
from tests.channels.conftest import NUMBER, OLDER_TOKEN, PUBLIC_URL, YES_OR_NO, ScriptedTurn, TwilioPhone, texts, with_

Rows = Callable[[type[Any]], list[Any]]
Counts = Callable[[], tuple[int, int]]


def test_stores_one_row_and_answers_in_the_response(phone: TwilioPhone, rows: Rows, vault: Vault) -> None:
    assert texts(phone.says("hello")) == ["Thank you."]
    [row] = rows(InboxMessage)
    assert (row.channel, row.state) == ("sms", InboxState.DONE)
    [reply] = rows(OutboxMessage)
    assert reply.state is OutboxState.SENT
    [contact] = rows(Contact)
    assert vault.open_contact(contact.address, contact.conversation_id) == NUMBER
    assert rows(Worker)[0].country == "bd"


def test_options_are_numbered_and_neighbours_share_a_message(phone: TwilioPhone, turn: ScriptedTurn) -> None:
    turn.replies = [Reply("Thank you."), YES_OR_NO]
    assert texts(phone.says("hello")) == ["Thank you.\nWere you paid on time?\n1 Yes\n2 No"]


def test_whatsapp_is_another_channel_of_the_same_worker(phone: TwilioPhone, turn: ScriptedTurn, rows: Rows) -> None:
    turn.replies = [Reply("Thank you."), YES_OR_NO]
    phone.says("hello")
    answer = phone.says("hello", From=f"whatsapp:{NUMBER}", To="whatsapp:+15005550006", ProfileName="R", WaId="880")
    assert texts(answer) == ["Thank you.", "Were you paid on time?\n1 Yes\n2 No"]
    assert {row.channel for row in rows(Conversation)} == {"sms", "whatsapp"}
    assert len(rows(Worker)) == 1


def test_each_message_in_the_response_reports_its_fate_to_our_reference(phone: TwilioPhone, rows: Rows) -> None:
    answer = phone.says("hello")
    [reply] = rows(OutboxMessage)
    [message] = ElementTree.fromstring(answer.data)  # noqa: S314 - our own answer
    assert message.get("statusCallback") == f"{PUBLIC_URL}/channels/twilio/status?reference={reply.reference}"


def test_a_repeat_gets_the_first_answer_and_changes_nothing(
    phone: TwilioPhone, turn: ScriptedTurn, counts: Counts
) -> None:
    form = phone.form("hello")
    first = phone.posts(form)
    turn.replies = [Reply("Something else.")]
    assert phone.posts(form).data == first.data
    assert counts() == (1, 1)
    assert turn.texts == ["hello"]


def test_two_hundred_copies_at_once_are_one_message(phone: TwilioPhone, site: Flask, counts: Counts) -> None:
    form = phone.form("hello")

    def post(_: int) -> list[str]:
        return texts(TwilioPhone(site.test_client()).posts(form))

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(tuple(answer) for answer in pool.map(post, range(200)))
    assert counts() == (1, 1)
    assert answers == {("Thank you.",): 200}


def test_two_messages_of_one_worker_at_once_are_both_answered(phone: TwilioPhone, site: Flask, counts: Counts) -> None:
    forms = [phone.form("one"), phone.form("two")]
    start = threading.Barrier(2)

    def post(form: dict[str, str]) -> list[str]:
        start.wait()
        return texts(TwilioPhone(site.test_client()).posts(form))

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(post, forms)) == [["Thank you."], ["Thank you."]]
    assert counts() == (2, 2)


def test_past_the_deadline_the_response_is_empty_and_the_reply_waits(
    phone: TwilioPhone, turn: ScriptedTurn, rows: Rows
) -> None:
    turn.is_late = True
    form = phone.form("hello")
    assert texts(phone.posts(form)) == []
    turn.run(rows(InboxMessage)[0].id)
    assert [row.state for row in rows(OutboxMessage)] == [OutboxState.PENDING]


def test_a_reply_that_left_through_the_api_is_not_said_again(
    phone: TwilioPhone, turn: ScriptedTurn, rows: Rows, database: Database
) -> None:
    turn.is_late = True
    form = phone.form("hello")
    phone.posts(form)
    turn.run(rows(InboxMessage)[0].id)
    with database.transaction() as session:
        session.get_one(OutboxMessage, rows(OutboxMessage)[0].id).state = OutboxState.SENT
        session.get_one(OutboxMessage, rows(OutboxMessage)[0].id).provider_key = "0" * 64
    turn.is_late = False
    assert texts(phone.posts(form)) == []


@pytest.mark.parametrize("failure", [RuntimeError("no model"), FileNotFoundError("var/models")])
def test_a_turn_that_fails_loses_nothing(
    phone: TwilioPhone, turn: ScriptedTurn, rows: Rows, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    turn.failure = failure
    assert texts(phone.says("my secret words")) == []
    assert [row.state for row in rows(InboxMessage)] == [InboxState.RECEIVED]
    assert "secret" not in caplog.text
    assert NUMBER not in caplog.text


@pytest.mark.parametrize("cause", ["database is locked", "database or disk is full"])
def test_what_cannot_be_stored_is_not_acknowledged(
    given: ChannelServices, counts: Counts, monkeypatch: pytest.MonkeyPatch, cause: str
) -> None:
    site = with_(given)

    def fail(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception(cause))

    with monkeypatch.context() as patch:
        patch.setattr("channels.intake.accept", fail)
        answer = TwilioPhone(site.test_client()).says("hello")
    assert (answer.status_code, answer.data) == (503, b"")
    assert counts() == (0, 0)


def test_both_tokens_are_accepted_while_they_are_rotated(phone: TwilioPhone, counts: Counts) -> None:
    phone.posts(phone.form("one"))
    phone.posts(phone.form("two"), token=OLDER_TOKEN)
    assert counts() == (2, 2)


def test_new_parameters_and_odd_values_are_accepted(phone: TwilioPhone, counts: Counts) -> None:
    phone.says("  spaces kept  ", NewThing="x", Zebra="", FromCity="DHAKA  ")
    phone.says("", ChannelMetadata='{"type":"whatsapp"}', MessageType="text")
    phone.says("Forwarded to the From line, From Dhaka To you", SomethingNew="1")
    phone.says("hello", CarrierLookup="x")
    assert counts()[0] == 4


def test_what_twilio_answered_itself_is_noted_and_not_answered_twice(phone: TwilioPhone, rows: Rows) -> None:
    assert texts(phone.says("STOP", OptOutType="STOP")) == []
    assert [row.opt_out for row in rows(InboxMessage)] == [ProviderOptOut.STOP]
    assert rows(OutboxMessage) == []


def test_markup_in_a_reply_stays_text(phone: TwilioPhone, turn: ScriptedTurn) -> None:
    turn.replies = [Reply("<Redirect>x</Redirect> & more")]
    assert texts(phone.says("hello")) == ["<Redirect>x</Redirect> & more"]


def test_messages_out_of_order_are_each_answered(phone: TwilioPhone, turn: ScriptedTurn) -> None:
    late, early = phone.form("first"), phone.form("second")
    phone.posts(early)
    phone.posts(late)
    assert turn.texts == ["second", "first"]


def test_nothing_of_the_message_is_readable_in_its_row(
    phone: TwilioPhone, turn: ScriptedTurn, rows: Rows, vault: Vault
) -> None:
    turn.is_late = True
    phone.says("my secret words")
    [row] = rows(InboxMessage)
    assert body_of(vault, row) == "my secret words"
    assert b"secret" not in row.body
    assert "SM" not in row.provider_key
