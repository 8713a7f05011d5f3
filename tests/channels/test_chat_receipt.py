"""How a chat ends, and how a worker comes back to it with her receipt."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from channels.services import ChannelServices
from storage.cases import NewCase, issue_receipt, open_case, reply
from storage.models import Case, InboxMessage, OutboxMessage, Worker
from storage.models.enums import Category, Severity
from tests.channels.browser import Browser, bubbles
from tests.channels.conftest import ScriptedTurn

Rows = Callable[[type[Any]], list[Any]]


def test_the_quick_exit_ends_the_session_for_everybody(browser: Browser, rows: Rows, turn: ScriptedTurn) -> None:
    browser.says("a secret")
    copied = browser.client.get_cookie("session")
    assert copied is not None
    answer = browser.posts("/chat/exit")
    assert (answer.status_code, answer.location) == (303, "https://www.wikipedia.org/")
    assert browser.client.get_cookie("session") is None
    assert "a secret" not in browser.opens()
    browser.client.set_cookie("session", copied.value)
    assert "a secret" not in browser.opens()
    assert [row.body for row in rows(InboxMessage)] == [None]
    assert [row.body for row in rows(OutboxMessage)] == [None]


def test_the_quick_exit_loses_no_message_that_still_waits(browser: Browser, turn: ScriptedTurn, rows: Rows) -> None:
    turn.is_late = True
    browser.says("the fire door is locked")
    browser.posts("/chat/exit")
    turn.run(rows(InboxMessage)[0].id)
    assert turn.texts == ["the fire door is locked"]


@pytest.fixture
def receipt(browser: Browser, given: ChannelServices, rows: Rows) -> str:
    """A receipt of a case that was opened in a browser that is gone, with an advisor's answer."""
    gone = Browser(browser.client.application)
    gone.says("my pay is late")
    with given.database.transaction() as session:
        [worker], now = rows(Worker), given.clock.now()
        new = NewCase(
            conversation_id=rows(InboxMessage)[0].conversation_id,
            worker_pseudonym=worker.pseudonym,
            factory_id=None,
            country="bd",
            category=Category.PAY,
            second_category=None,
            severity=Severity.NORMAL,
            language="en",
            confidence=1.0,
            text="my pay is late",
            is_draft=False,
        )
        case = open_case(session, given.vault, new, now)
        reply(session, given.vault, case, "We spoke with the office.", None, now)
        return issue_receipt(session, given.vault, case)


def test_a_receipt_brings_her_case_and_the_answer_to_a_new_browser(
    browser: Browser, receipt: str, given: ChannelServices, rows: Rows
) -> None:
    browser.opens()
    shown = " ".join(receipt[start : start + 4] for start in range(0, 16, 4))
    answer = browser.posts("/chat/receipt", receipt=shown)
    assert (answer.status_code, answer.location) == (303, "/chat")
    html = browser.opens()
    assert bubbles(html) == [("ours", "We spoke with the office.")]
    assert "en:chat_receipt_done" in html
    assert "en:chat_receipt_done" not in browser.opens()
    with given.database.transaction() as session:
        case = session.get_one(Case, rows(Case)[0].id)
        reply(session, given.vault, case, "It is paid on Monday.", None, given.clock.now())
    assert bubbles(browser.opens())[-1] == ("ours", "It is paid on Monday.")


def test_a_receipt_works_after_the_quick_exit(browser: Browser, receipt: str) -> None:
    browser.opens()
    browser.posts("/chat/receipt", receipt=receipt)
    browser.opens()
    browser.posts("/chat/exit")
    assert bubbles(browser.opens()) == []
    assert browser.posts("/chat/receipt", receipt=receipt).status_code == 303
    assert bubbles(browser.opens()) == [("ours", "We spoke with the office.")]


def test_wrong_receipts_are_answered_kindly_and_soon_refused(browser: Browser, receipt: str) -> None:
    browser.opens()
    slip = receipt[:-1] + str((int(receipt[-1]) + 1) % 10)
    answers = [browser.posts("/chat/receipt", receipt=text) for text in (slip, "", "x" * 500, "1" * 16, "12")]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert all("en:chat_receipt_unknown" in answer.text for answer in answers)
    refused = browser.posts("/chat/receipt", receipt=receipt)
    assert refused.status_code == 429
    assert "en:chat_receipt_wait" in refused.text


def test_a_new_cookie_does_not_buy_endless_tries(site: Flask) -> None:
    answers = []
    for _ in range(61):
        browser = Browser(site)
        browser.opens()
        answers.append(browser.posts("/chat/receipt", receipt="1" * 16).status_code)
    assert answers[:5] == [404] * 5
    assert answers[-1] == 429
