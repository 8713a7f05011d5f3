"""What became of a message: the row moves up, never back, whatever the order of the callbacks."""

import random
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from storage.database import Database
from storage.models import OutboxMessage
from storage.models.enums import OutboxState
from storage.outbox import claim, retry
from storage.vault import Vault
from tests.channels.conftest import ACCOUNT, ScriptedTurn, TwilioPhone
from tests.conftest import FixedClock

Rows = Callable[[type[Any]], list[Any]]


def reports(phone: TwilioPhone, reference: str, status: str, **changes: str) -> int:
    form = {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "From": "+15005550006",
        "MessageSid": "SM" + "9" * 32,
        "MessageStatus": status,
        "SmsSid": "SM" + "9" * 32,
        "SmsStatus": status,
        "To": "+8801700000000",
        **changes,
    }
    return phone.posts(form, f"/channels/twilio/status?reference={reference}").status_code


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def row(phone: TwilioPhone, rows: Rows) -> Callable[[], OutboxMessage]:
    phone.says("hello")
    return lambda: rows(OutboxMessage)[0]


@pytest.mark.parametrize(
    ("statuses", "final"),
    [
        (["queued", "sent", "delivered"], OutboxState.DELIVERED),
        (["delivered", "sent", "queued"], OutboxState.DELIVERED),
        (["sent", "undelivered"], OutboxState.FAILED),
        (["undelivered", "sent"], OutboxState.FAILED),
        (["read"], OutboxState.DELIVERED),
        (["failed"], OutboxState.FAILED),
        (["unheardof"], OutboxState.SENT),
    ],
)
def test_the_row_follows_and_never_moves_back(
    phone: TwilioPhone, row: Callable[[], OutboxMessage], statuses: list[str], final: OutboxState
) -> None:
    for status in statuses:
        assert reports(phone, row().reference, status) == 204
    assert row().state is final


def test_any_order_and_any_repeats_end_alike(phone: TwilioPhone, row: Callable[[], OutboxMessage]) -> None:
    chance = random.Random(7)  # noqa: S311 - an order, not a secret
    for order in permutations(["sent", "undelivered", "delivered", "queued"]):
        for status in chance.choices(order, k=2) + list(order):
            reports(phone, row().reference, status)
        assert row().state is OutboxState.DELIVERED


def test_the_error_number_stays_with_a_failure(phone: TwilioPhone, row: Callable[[], OutboxMessage]) -> None:
    reports(phone, row().reference, "undelivered", ErrorCode="30003")
    assert row().failure == "30003"


@pytest.mark.parametrize("reference", ["0" * 32, "", "x", "' OR 1=1", "0" * 5000])
def test_unknown_references_are_ignored(phone: TwilioPhone, row: Callable[[], OutboxMessage], reference: str) -> None:
    assert reports(phone, reference.replace("'", "%27").replace(" ", "%20"), "delivered") == 204
    assert row().state is OutboxState.SENT


def test_replies_that_travelled_together_arrive_together(phone: TwilioPhone, turn: ScriptedTurn, rows: Rows) -> None:
    turn.replies = turn.replies * 2
    phone.says("hello")
    both = rows(OutboxMessage)
    reports(phone, ".".join(row.reference for row in both), "delivered")
    assert {row.state for row in rows(OutboxMessage)} == {OutboxState.DELIVERED}


def test_a_report_belongs_to_its_attempt(
    phone: TwilioPhone, row: Callable[[], OutboxMessage], database: Database, vault: Vault, clock: FixedClock
) -> None:
    earlier = row().reference
    reports(phone, earlier, "undelivered")
    with database.transaction() as session:
        retry(session, earlier, clock.now())
    reports(phone, earlier, "undelivered")
    assert row().state is OutboxState.PENDING
    with database.transaction() as session:
        claimed = claim(session, vault, row().id, clock.now())
    assert claimed is not None
    reports(phone, claimed.reference, "undelivered")
    assert row().state is OutboxState.FAILED


def test_an_unsigned_report_changes_nothing(phone: TwilioPhone, row: Callable[[], OutboxMessage]) -> None:
    path = f"/channels/twilio/status?reference={row().reference}"
    assert phone.client.post(path, data={"MessageStatus": "delivered"}).status_code == 403
    assert row().state is OutboxState.SENT
