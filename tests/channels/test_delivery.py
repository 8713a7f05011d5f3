"""Replies through a provider's interface: sent once, tried again, given up where somebody sees it."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from channels import outside
from channels.delivery import Delivery, pause_after
from channels.twilio import TwilioChannel
from storage.database import Database
from storage.keys import new_keyring
from storage.models import Contact, OutboxMessage, Worker
from storage.models.enums import OutboxKind, OutboxState
from storage.outbox import Reply, claim, enqueue
from storage.vault import Vault
from storage.workers import ensure_conversation, ensure_worker, opt_out
from tests.channels.conftest import ACCOUNT, NUMBER, PUBLIC_URL, TOKEN, YES_OR_NO
from tests.conftest import FixedClock

Rows = Callable[[type[Any]], list[Any]]
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


@pytest.fixture
def delivery(database: Database, vault: Vault, clock: FixedClock, httpserver: HTTPServer) -> Delivery:
    """Sends through a local server in Twilio's place."""
    address = httpserver.url_for("").rstrip("/")
    channels = {
        name: TwilioChannel(name, ACCOUNT, TOKEN, "+15005550006", PUBLIC_URL, address) for name in ("sms", "whatsapp")
    }
    return Delivery(database, vault, clock, channels)


@pytest.fixture
def write(database: Database, vault: Vault, clock: FixedClock) -> Callable[..., int]:
    """Put a reply into the outbox and return its row."""

    def _write(reply: Reply = YES_OR_NO, channel: str = "sms", kind: OutboxKind = OutboxKind.REPLY) -> int:
        with database.transaction() as session:
            worker = ensure_worker(session, vault, NUMBER, "bd")
            conversation = ensure_conversation(session, vault, worker, channel, NUMBER, clock.now())
            [row] = enqueue(session, vault, conversation.id, [reply], kind, clock.now())
            return row.id

    return _write


@pytest.fixture
def state(rows: Rows) -> Callable[[], tuple[OutboxState, str | None]]:
    """Where the only row stands."""
    return lambda: (rows(OutboxMessage)[0].state, rows(OutboxMessage)[0].failure)


State = Callable[[], tuple[OutboxState, str | None]]


def test_sends_what_twilio_wants_with_our_reference(
    delivery: Delivery, write: Callable[..., int], httpserver: HTTPServer, rows: Rows
) -> None:
    write()
    httpserver.expect_request(PATH, method="POST").respond_with_json({"sid": "SM" + "1" * 32}, status=201)
    assert delivery.deliver_due() == 1
    [(request, _)] = httpserver.log
    [row] = rows(OutboxMessage)
    assert request.form.to_dict() == {
        "To": NUMBER,
        "From": "+15005550006",
        "Body": "Were you paid on time?\n1 Yes\n2 No",
        "StatusCallback": f"{PUBLIC_URL}/channels/twilio/status?reference={row.reference}",
    }
    assert (request.authorization.username, request.authorization.password) == (ACCOUNT, TOKEN)  # type: ignore[union-attr]
    assert row.state is OutboxState.SENT
    assert "SM" not in row.provider_key
    assert delivery.deliver_due() == 0


def test_an_id_with_half_a_character_holds_up_nobody(
    delivery: Delivery, write: Callable[..., int], httpserver: HTTPServer, state: State
) -> None:
    write()
    httpserver.expect_request(PATH).respond_with_data('{"sid": "\\ud800"}', status=201)
    delivery.deliver_due()
    assert state() == (OutboxState.SENT, None)


def test_whatsapp_has_its_own_addresses(delivery: Delivery, write: Callable[..., int], httpserver: HTTPServer) -> None:
    write(channel="whatsapp")
    httpserver.expect_request(PATH).respond_with_json({"sid": "SM1"}, status=201)
    delivery.deliver_due()
    form = httpserver.log[0][0].form
    assert (form["To"], form["From"]) == (f"whatsapp:{NUMBER}", "whatsapp:+15005550006")


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, '{"code": 21610}', (OutboxState.FAILED, "twilio_21610")),
        (429, '{"code": 20429}', (OutboxState.PENDING, "twilio_20429")),
        (201, "nonsense", (OutboxState.UNKNOWN, "http_201")),
    ],
)
def test_the_row_says_what_the_answer_meant_and_nothing_is_tried_again_at_once(
    delivery: Delivery,
    write: Callable[..., int],
    httpserver: HTTPServer,
    state: State,
    status: int,
    body: str,
    expected: Any,
) -> None:
    write()
    httpserver.expect_request(PATH).respond_with_data(body, status=status)
    delivery.deliver_due()
    assert state() == expected
    delivery.deliver_due()
    assert len(httpserver.log) == 1


def test_a_timeout_after_sending_is_unknown_and_never_sent_again(
    delivery: Delivery,
    write: Callable[..., int],
    httpserver: HTTPServer,
    state: State,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outside, "TIMEOUT", (1.0, 0.2))
    done = Event()

    def slow(_: Request) -> Response:
        done.wait(3)
        return Response(status=201)

    httpserver.expect_request(PATH).respond_with_handler(slow)
    write()
    delivery.deliver_due()
    done.set()
    assert state() == (OutboxState.UNKNOWN, "timeout")
    clock.advance(days=2)
    assert delivery.deliver_due() == 0


def test_nobody_listening_is_tried_again(
    database: Database, vault: Vault, clock: FixedClock, write: Callable[..., int], state: State
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    channel = TwilioChannel("sms", ACCOUNT, TOKEN, "+15005550006", PUBLIC_URL, f"http://127.0.0.1:{port}")
    write()
    Delivery(database, vault, clock, {"sms": channel}).deliver_due()
    assert state() == (OutboxState.PENDING, "no_connection")


def test_a_connection_that_breaks_off_is_unknown(
    database: Database, vault: Vault, clock: FixedClock, write: Callable[..., int], state: State
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:

        def hang_up() -> None:
            connection, _ = server.accept()
            connection.recv(65536)
            connection.close()

        pool.submit(hang_up)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        channel = TwilioChannel("sms", ACCOUNT, TOKEN, "+15005550006", PUBLIC_URL, address)
        write()
        Delivery(database, vault, clock, {"sms": channel}).deliver_due()
    assert state() == (OutboxState.UNKNOWN, "connection_lost")


def test_temporary_failures_are_given_up_visibly_after_a_day(
    delivery: Delivery, write: Callable[..., int], httpserver: HTTPServer, state: State, clock: FixedClock, rows: Rows
) -> None:
    httpserver.expect_request(PATH).respond_with_data("", status=503)
    write()
    began = clock.now()
    while state()[0] is OutboxState.PENDING:
        clock.moment = rows(OutboxMessage)[0].next_attempt_at
        delivery.deliver_due()
    assert state() == (OutboxState.FAILED, "http_503")
    assert timedelta(hours=22) < clock.now() - began <= timedelta(days=1)
    assert 24 <= len(httpserver.log) < 70


def test_she_reads_what_we_say_in_order_whatever_the_provider_does(
    delivery: Delivery, write: Callable[..., int], httpserver: HTTPServer, clock: FixedClock
) -> None:
    statuses = iter([503, 201, 201])
    httpserver.expect_request(PATH).respond_with_handler(lambda _: Response('{"sid": "SM1"}', next(statuses)))
    write(Reply("one"))
    write(Reply("two"))
    delivery.deliver_due()
    clock.advance(minutes=1)
    delivery.deliver_due()
    assert [request.form["Body"] for request, _ in httpserver.log] == ["one", "one", "two"]


def test_pauses_grow_and_never_fall_in_step() -> None:
    assert all(timedelta(seconds=10) <= pause_after(0) <= timedelta(seconds=20) for _ in range(50))
    assert all(timedelta(minutes=30) <= pause_after(attempts) <= timedelta(hours=1) for attempts in (8, 20, 1000))
    assert len({pause_after(3) for _ in range(50)}) > 40


def test_two_workers_at_once_send_it_once(
    delivery: Delivery, write: Callable[..., int], httpserver: HTTPServer
) -> None:
    httpserver.expect_request(PATH).respond_with_json({"sid": "SM1"}, status=201)
    outbox_id = write()
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: delivery.deliver(outbox_id), range(8)))
    assert sum(sent) == 1
    assert len(httpserver.log) == 1


def test_nothing_leaves_after_a_stop_but_its_confirmation(
    delivery: Delivery,
    write: Callable[..., int],
    httpserver: HTTPServer,
    database: Database,
    vault: Vault,
    rows: Rows,
    clock: FixedClock,
) -> None:
    httpserver.expect_request(PATH).respond_with_json({"sid": "SM1"}, status=201)
    write(kind=OutboxKind.ADVISOR)
    write(Reply("You get no more messages."), kind=OutboxKind.OPT_OUT)
    with database.transaction() as session:
        worker = session.get_one(Worker, rows(Worker)[0].id)
        opt_out(session, vault, worker, clock.now())
    delivery.deliver_due()
    assert [request.form["Body"] for request, _ in httpserver.log] == ["You get no more messages."]
    assert [row.state for row in rows(OutboxMessage)] == [OutboxState.FAILED, OutboxState.SENT]


def test_an_attempt_that_died_with_its_process_is_unknown(
    delivery: Delivery, write: Callable[..., int], state: State, clock: FixedClock, database: Database, vault: Vault
) -> None:
    outbox_id = write()
    with database.transaction() as session:
        claim(session, vault, outbox_id, clock.now())
    clock.advance(minutes=3)
    delivery.deliver_due()
    assert state() == (OutboxState.UNKNOWN, "interrupted")


def test_a_fault_of_ours_while_sending_is_unknown(
    delivery: Delivery, write: Callable[..., int], state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(outside, "request", fail)
    write()
    delivery.deliver_due()
    assert state() == (OutboxState.UNKNOWN, "ZeroDivisionError")


@pytest.mark.parametrize("sealed", [b"\x01x", Vault(new_keyring("development")).seal_contact(NUMBER, "another")])
def test_a_row_that_does_not_open_holds_up_nobody(
    delivery: Delivery, write: Callable[..., int], database: Database, httpserver: HTTPServer, rows: Rows, sealed: bytes
) -> None:
    httpserver.expect_request(PATH).respond_with_json({"sid": "SM" + "1" * 32}, status=201)
    write(channel="whatsapp")
    with database.transaction() as session:
        session.query(Contact).one().address = sealed
    write(channel="sms")
    delivery.deliver_due()
    states = [(row.state, row.failure) for row in rows(OutboxMessage)]
    assert states == [(OutboxState.FAILED, "does_not_open"), (OutboxState.SENT, None)]


def test_a_channel_that_was_switched_off_waits(delivery: Delivery, write: Callable[..., int], state: State) -> None:
    write(channel="gateway:gone")
    delivery.deliver_due()
    assert state() == (OutboxState.PENDING, "no_such_channel")


def test_nothing_of_a_message_is_logged(
    delivery: Delivery, write: Callable[..., int], httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING")
    httpserver.expect_request(PATH).respond_with_json({"code": 21211, "message": f"{NUMBER} is wrong"}, status=400)
    write(Reply("some private words"))
    delivery.deliver_due()
    assert "not sent: twilio_21211" in caplog.text
    assert NUMBER not in caplog.text
    assert "private" not in caplog.text
