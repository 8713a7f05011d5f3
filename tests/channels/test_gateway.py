"""Any SMS provider by its configuration: both examples, their checks, their answers."""

import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer
from sqlalchemy.exc import OperationalError

from channels.base import Reply, SendError
from channels.gateway import Gateway
from channels.gateway_config import GatewayConfigError, load_gateway, parse_gateway
from channels.services import ChannelServices
from storage.models import Contact, InboxMessage, OutboxMessage, Worker
from storage.models.enums import OutboxState
from storage.vault import Vault
from tests.channels.conftest import NUMBER, ScriptedTurn, with_
from tests.conftest import FixedClock

Rows = Callable[[type[Any]], list[Any]]
EXAMPLES = Path(__file__).parents[2] / "channels" / "gateways"
SECRETS = {
    "AGGREGATOR_INCOMING_KEY": "incoming-key",
    "AGGREGATOR_TOKEN": "outgoing-token",
    "PHONE_SIGNING_KEY": "signing-key",
    "PHONE_USER": "user",
    "PHONE_PASSWORD": "password",
}
AGGREGATOR, PHONE = "/channels/gateway/aggregator/messages", "/channels/gateway/phone/messages"


def example(name: str) -> Gateway:
    return Gateway(load_gateway(EXAMPLES / f"{name}.yml", SECRETS))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def client(given: ChannelServices) -> FlaskClient:
    gateways = {name: example(name) for name in ("aggregator", "phone")}
    return with_(given, gateways=gateways).test_client()


def from_aggregator(client: FlaskClient, *, key: str = "incoming-key", **changes: str) -> Any:
    form = {"msisdn": "8801700000000", "message": "hello", "message_id": "1", **changes}
    return client.post(AGGREGATOR, data=form, headers={"X-Api-Key": key})


def from_phone(
    client: FlaskClient, moment: float, *, key: str = "signing-key", body: Any = None, **changes: Any
) -> Any:
    payload = {"messageId": "a", "message": "hello", "phoneNumber": "+50934000000", "receivedAt": "1", **changes}
    raw = json.dumps(body if body is not None else {"event": "sms:received", "payload": payload}).encode()
    stamp = str(int(moment))
    signature = hmac.digest(key.encode(), raw + stamp.encode(), "sha256").hex()
    headers = {"X-Signature": signature, "X-Timestamp": stamp}
    return client.post(PHONE, data=raw, content_type="application/json", headers=headers)


def test_an_aggregators_message_is_stored_and_its_reply_due_at_once(
    client: FlaskClient, rows: Rows, vault: Vault, clock: FixedClock
) -> None:
    answer = from_aggregator(client)
    assert (answer.status_code, answer.data) == (200, b"OK")
    [contact] = rows(Contact)
    assert vault.open_contact(contact.address, contact.conversation_id) == NUMBER
    assert rows(InboxMessage)[0].channel == "gateway:aggregator"
    [reply] = rows(OutboxMessage)
    assert (reply.state, reply.next_attempt_at) == (OutboxState.PENDING, clock.now())


def test_a_phones_message_is_stored(client: FlaskClient, rows: Rows, clock: FixedClock) -> None:
    assert from_phone(client, clock.now().timestamp()).status_code == 200
    assert rows(Worker)[0].country == "ht"


def test_a_repeat_has_no_second_effect(client: FlaskClient, rows: Rows, clock: FixedClock) -> None:
    for _ in range(3):
        assert from_aggregator(client).status_code == 200
        assert from_phone(client, clock.now().timestamp()).status_code == 200
    assert len(rows(InboxMessage)) == 2
    assert len(rows(OutboxMessage)) == 2


def test_the_same_word_twice_is_two_messages_of_a_phone(client: FlaskClient, rows: Rows, clock: FixedClock) -> None:
    from_phone(client, clock.now().timestamp(), receivedAt="1")
    from_phone(client, clock.now().timestamp(), receivedAt="2")
    assert len(rows(InboxMessage)) == 2


def test_requests_of_strangers_are_refused(client: FlaskClient, rows: Rows, clock: FixedClock) -> None:
    now = clock.now().timestamp()
    answers = [
        from_aggregator(client, key=""),
        from_aggregator(client, key="guess"),
        from_aggregator(client, key="ö"),
        client.post(AGGREGATOR, data={"msisdn": NUMBER, "message": "x", "message_id": "1"}),
        client.get(AGGREGATOR, headers={"X-Api-Key": "incoming-key"}),
        from_phone(client, now, key="guess"),
        from_phone(client, now - 901),
        from_phone(client, now + 901),
        client.post(PHONE, json={}),
        client.post(PHONE, json={}, headers={"X-Signature": "é", "X-Timestamp": "٣"}),
    ]
    assert {(answer.status_code, answer.data) for answer in answers} == {(403, b"")}
    assert client.post("/channels/gateway/unknown/messages").status_code == 404
    assert rows(InboxMessage) == []


@pytest.mark.parametrize(
    "changes",
    [{"msisdn": ""}, {"msisdn": "x" * 65}, {"message_id": ""}, {"message_id": "x" * 501}, {"message": "x" * 10_001}],
)
def test_messages_that_are_none_are_refused(client: FlaskClient, rows: Rows, changes: dict[str, str]) -> None:
    assert from_aggregator(client, **changes).status_code == 400
    assert rows(InboxMessage) == []


@pytest.mark.parametrize("body", [[], "text", 7, {"event": "sms:received"}, {"event": "sms:received", "payload": [1]}])
def test_json_of_another_shape_is_refused(client: FlaskClient, rows: Rows, clock: FixedClock, body: Any) -> None:
    assert from_phone(client, clock.now().timestamp(), body=body).status_code in {200, 400}
    assert rows(InboxMessage) == []


@pytest.mark.parametrize("name", ["messageId", "receivedAt", "phoneNumber"])
@pytest.mark.parametrize("value", ["\ud800", "+50934\udfff", "\ud800" * 20])
def test_half_a_character_in_an_id_or_a_sender_is_refused(
    client: FlaskClient, rows: Rows, clock: FixedClock, caplog: pytest.LogCaptureFixture, name: str, value: str
) -> None:
    answer = from_phone(client, clock.now().timestamp(), **{name: value})
    assert (answer.status_code, answer.data) == (400, b"")
    assert rows(InboxMessage) == []
    assert "Traceback" not in caplog.text


def test_half_a_character_in_a_text_loses_no_other_word_of_it(
    client: FlaskClient, turn: ScriptedTurn, clock: FixedClock
) -> None:
    assert from_phone(client, clock.now().timestamp(), message="fire \ud83d here").status_code == 200
    assert turn.texts == ["fire \ufffd here"]


def test_deeply_nested_json_is_refused(client: FlaskClient, clock: FixedClock) -> None:
    raw, stamp = b"[" * 60_000, str(int(clock.now().timestamp()))
    signature = hmac.digest(b"signing-key", raw + stamp.encode(), "sha256").hex()
    answer = client.post(PHONE, data=raw, headers={"X-Signature": signature, "X-Timestamp": stamp})
    assert answer.status_code == 400


def test_other_events_are_answered_and_forgotten(client: FlaskClient, rows: Rows, clock: FixedClock) -> None:
    assert from_phone(client, clock.now().timestamp(), body={"event": "sms:sent", "payload": {}}).status_code == 200
    assert rows(InboxMessage) == []


def test_large_bodies_are_refused(client: FlaskClient) -> None:
    assert client.post(PHONE, data=b"x" * 1_000_000).status_code == 413


def test_a_late_turn_leaves_the_reply_to_the_worker(client: FlaskClient, turn: ScriptedTurn, rows: Rows) -> None:
    turn.is_late = True
    assert from_aggregator(client).status_code == 200
    assert rows(OutboxMessage) == []


def test_what_cannot_be_stored_is_not_acknowledged(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("full"))

    monkeypatch.setattr("channels.intake.accept", fail)
    assert from_aggregator(client).status_code == 503


def pointed_at(gateway: Gateway, url: str) -> Gateway:
    return Gateway(replace(gateway.config, outgoing=replace(gateway.config.outgoing, url=url)))


def test_an_aggregator_is_sent_its_form(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/send").respond_with_json({"status": "queued", "data": {"message_id": 77}})
    gateway = pointed_at(example("aggregator"), httpserver.url_for("/send"))
    text = gateway.render(Reply("It’s {to} & ${SECRET}"))
    assert gateway.send(NUMBER, text, "f" * 32) == "77"
    request = httpserver.log[0][0]
    assert request.headers["Authorization"] == "Bearer outgoing-token"
    assert request.form.to_dict() == {
        "to": "8801700000000",
        "sender": "Openline",
        "body": "It's {to} & ${SECRET}",
        "client_ref": "f" * 32,
    }


def test_a_phone_is_sent_its_json(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/message").respond_with_json({"id": "f" * 32, "state": "Pending"}, status=202)
    gateway = pointed_at(example("phone"), httpserver.url_for("/message"))
    assert gateway.send(NUMBER, 'quotes " and \\', "f" * 32) == "f" * 32
    request = httpserver.log[0][0]
    assert request.get_json() == {"id": "f" * 32, "message": 'quotes " and \\', "phoneNumbers": [NUMBER]}
    assert request.authorization is not None
    assert request.authorization.username == "user"


@pytest.mark.parametrize(
    ("status", "body", "permanent", "unknown"),
    [
        (200, '{"status": "invalid_number"}', True, False),
        (200, '{"status": "low_balance"}', False, False),
        (200, '{"status": "something new"}', False, True),
        (200, "nonsense", False, True),
        (400, "", True, False),
        (429, "", False, False),
        (500, "", False, False),
        (504, "", False, True),
    ],
)
def test_what_an_answer_means(httpserver: HTTPServer, status: int, body: str, permanent: bool, unknown: bool) -> None:
    httpserver.expect_request("/send").respond_with_data(body, status=status)
    gateway = pointed_at(example("aggregator"), httpserver.url_for("/send"))
    with pytest.raises(SendError) as caught:
        gateway.send(NUMBER, "hello", "f" * 32)
    assert (caught.value.permanent, caught.value.unknown) == (permanent, unknown)


def changed(path: str, value: Any) -> Any:
    """The aggregator's configuration with one thing changed, or taken away."""
    document = yaml.safe_load((EXAMPLES / "aggregator.yml").read_text("utf-8"))
    *steps, last = path.split(".")
    part = document
    for step in steps:
        part = part[step]
    if value is None:
        del part[last]
    else:
        part[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("name", None, "x.yml: the file: `name` is missing"),
        ("name", "Has Blanks", "x.yml: name: has the wrong form"),
        ("incoming.fields.from", None, "x.yml: incoming.fields: `from` is missing"),
        ("incoming.typo", 1, "x.yml: incoming: does not know `typo`"),
        ("incoming.check", {}, "x.yml: incoming.check: needs either `secret`"),
        ("incoming.format", "xml", "x.yml: incoming.format: must be one of form, json, query"),
        ("outgoing.fields", {"to": "{to}"}, "x.yml: outgoing.fields: {text} is missing"),
        ("outgoing.fields", {"to": "{to}", "text": "{text}{name}"}, "does not know {name}"),
        ("outgoing.url", "ftp://example.net", "x.yml: outgoing.url: must begin with https://"),
        ("outgoing.headers", {"A": "${NOT_THERE}"}, "x.yml: the environment has no NOT_THERE"),
    ],
)
def test_a_faulty_configuration_is_named_where_it_is_wrong(path: str, value: Any, message: str) -> None:
    with pytest.raises(GatewayConfigError) as caught:
        parse_gateway(changed(path, value), SECRETS, "x.yml")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"), [("a: [", "line 2: is not YAML"), ("[]", "has the wrong form"), ("", "has the wrong form")]
)
def test_a_file_that_is_no_configuration(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "x.yml"
    path.write_text(content + "\n", "utf-8")
    with pytest.raises(GatewayConfigError, match=message):
        load_gateway(path, SECRETS)
    with pytest.raises(GatewayConfigError, match="cannot be read"):
        load_gateway(tmp_path / "missing.yml", SECRETS)


def test_no_secret_shows_in_a_representation() -> None:
    shown = repr(example("aggregator")) + repr(example("phone"))
    assert not any(secret in shown for secret in SECRETS.values() if secret not in {"user", "password"})
