"""The web chat by plain forms: what a worker sees, what is stored, what stays in her browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from channels import webchat
from channels.chat_page import Page, load_page
from channels.services import ChannelServices, ChatLanguage
from storage.models import InboxMessage, OutboxMessage, Worker
from storage.models.enums import InboxState, OutboxKind, OutboxState
from storage.outbox import Option, Reply, enqueue
from tests.channels.browser import Browser, bubbles
from tests.channels.conftest import LANGUAGES, YES_OR_NO, ScriptedTurn, with_

Rows = Callable[[type[Any]], list[Any]]
PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</textarea><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ config }} {% include 'x' %}",
    "<a href='javascript:alert(1)'>x</a>",
    '=HYPERLINK("http://evil.example")',
]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def test_a_conversation_by_forms_alone(browser: Browser, turn: ScriptedTurn, rows: Rows) -> None:
    turn.replies = [Reply("Hello."), YES_OR_NO]
    assert "Write to us." in browser.opens()
    html = browser.says("good morning")
    assert bubbles(html) == [("hers", "good morning"), ("ours", "Hello."), ("ours", "Were you paid on time?")]
    turn.replies = [Reply("Thank you.")]
    html = browser.chooses("1")
    assert bubbles(html)[3:] == [("hers", "Yes"), ("ours", "Thank you.")]
    assert 'name="choice"' not in html, "old buttons would answer another question"
    assert turn.texts == ["good morning", "1"]
    assert {row.state for row in rows(OutboxMessage)} == {OutboxState.DELIVERED}


def test_a_posters_code_goes_with_the_first_message(browser: Browser, rows: Rows) -> None:
    browser.opens("/chat/4821")
    browser.says("hello")
    browser.says("more")
    assert [row.factory_code for row in rows(InboxMessage)] == ["4821", None]
    for code in ("x" * 17, "a b", "%3Cscript%3E", "..%2f"):
        assert browser.client.get(f"/chat/{code}").status_code == 404


def test_two_clicks_are_one_message(browser: Browser, rows: Rows) -> None:
    browser.opens()
    fields = {"message": "hello", "turn": browser.field("turn")}
    assert [browser.posts("/chat", **fields).status_code for _ in range(3)] == [303] * 3
    assert len(rows(InboxMessage)) == 1


def test_two_browsers_know_nothing_of_each_other(site: Flask) -> None:
    first, second = Browser(site), Browser(site)
    first.says("only mine")
    assert "only mine" not in second.opens()
    assert second.client.get("/chat/lines").text.count("<li") == 0


def test_while_the_answer_is_made_the_page_says_so_and_looks_again(
    browser: Browser, turn: ScriptedTurn, rows: Rows
) -> None:
    turn.is_late = True
    html = browser.says("hello")
    assert "<p>en:chat_working" in html
    assert '<noscript><meta http-equiv="refresh"' in html
    turn.run(rows(InboxMessage)[0].id)
    html = browser.opens()
    assert "<p>en:chat_working" not in html
    assert "http-equiv" not in html
    assert bubbles(html)[-1] == ("ours", "Thank you.")


def test_news_is_sent_once(browser: Browser, turn: ScriptedTurn, rows: Rows) -> None:
    turn.is_late = True
    browser.says("hello")
    first = browser.client.get("/chat/lines")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert browser.client.get("/chat/lines", headers=tag).status_code == 304
    turn.run(rows(InboxMessage)[0].id)
    fresh = browser.client.get("/chat/lines", headers=tag)
    assert "Thank you." in fresh.text
    assert rows(OutboxMessage)[0].state is OutboxState.DELIVERED
    assert browser.client.get("/chat/lines", headers={"If-None-Match": fresh.headers["ETag"]}).status_code == 304


def test_what_comes_while_her_page_is_made_is_not_taken_for_shown(
    browser: Browser, given: ChannelServices, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.says("hello")

    def load_then_answer() -> Page:
        page = load_page()
        with given.database.transaction() as session:
            conversation_id = rows(InboxMessage)[0].conversation_id
            enqueue(session, given.vault, conversation_id, [Reply("News.")], OutboxKind.ADVISOR, given.clock.now())
        return page

    with monkeypatch.context() as patch:
        patch.setattr(webchat, "load_page", load_then_answer)
        assert "News." not in browser.opens()
    assert [row.state for row in rows(OutboxMessage)] == [OutboxState.DELIVERED, OutboxState.PENDING]
    assert "News." in browser.opens()
    assert {row.state for row in rows(OutboxMessage)} == {OutboxState.DELIVERED}


def test_a_failed_turn_keeps_her_words(browser: Browser, turn: ScriptedTurn, rows: Rows) -> None:
    turn.failure = RuntimeError("no model")
    assert bubbles(browser.says("hello")) == [("hers", "hello")]
    assert rows(InboxMessage)[0].state is InboxState.RECEIVED


@pytest.mark.parametrize("path", ["/chat", "/chat/4821", "/chat/receipt", "/chat/exit"])
@pytest.mark.parametrize("token", [None, "", "guess"])
def test_a_form_from_elsewhere_changes_nothing(browser: Browser, rows: Rows, path: str, token: str | None) -> None:
    browser.says("hello")
    fields = {"message": "forged", "receipt": "1"} | ({"csrf_token": token} if token is not None else {})
    answer = browser.client.post(path, data=fields)
    assert answer.status_code == 400
    assert "en:chat_expired" in answer.text
    assert len(rows(InboxMessage)) == 1
    assert "hello" in browser.opens()


def test_another_sessions_token_is_no_use(site: Flask, rows: Rows) -> None:
    mine, theirs = Browser(site), Browser(site)
    mine.opens()
    theirs.opens()
    answer = mine.client.post("/chat", data={"csrf_token": theirs.field("csrf_token"), "message": "x"})
    assert answer.status_code == 400
    assert rows(InboxMessage) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_is_shown_as_text_wherever_it_stands(browser: Browser, turn: ScriptedTurn, payload: str) -> None:
    turn.replies = [Reply(payload, (Option("1", payload),))]
    html = browser.says(payload) + browser.chooses("1")
    html += browser.posts("/chat", message=payload + "x" * 10_001, turn="").text
    for tag in ("<script>alert", "<img", "<svg", "<a href='javascript"):
        assert tag not in html
    assert html.count("<script") == 3, "our own, once on each of the three pages"
    assert turn.texts[0] == payload


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("pay\x00late", "pay late"),
        ("\U0001f600", "\U0001f600"),
        ("/restart", "/restart"),
        ("\u202eevil", "\u202eevil\u202c"),
        ("আ" * 1600, "আ" * 1600),
        ("two\r\nlines", "two\nlines"),
    ],
)
def test_any_text_is_stored_whole(browser: Browser, turn: ScriptedTurn, text: str, stored: str) -> None:
    browser.says(text)
    assert turn.texts == [stored]


def test_what_cannot_be_taken_is_refused_kindly_and_kept_in_the_box(browser: Browser, rows: Rows) -> None:
    browser.opens()
    answer = browser.posts("/chat", message="  ")
    assert (answer.status_code, "en:chat_empty" in answer.text) == (400, True)
    answer = browser.posts("/chat", message="long " * 2001)
    assert (answer.status_code, "en:chat_too_long" in answer.text) == (413, True)
    assert "long long" in answer.text
    answer = browser.posts("/chat", message="x" * 1_000_000)
    assert (answer.status_code, "en:chat_too_long" in answer.text) == (413, True)
    assert rows(InboxMessage) == []


def test_bytes_that_are_no_text_do_no_harm(browser: Browser) -> None:
    browser.opens()
    body = b"csrf_token=" + browser.field("csrf_token").encode() + b"&message=%FF%FEhello"
    answer = browser.client.post("/chat", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 303
    assert "hello" in browser.opens()
    assert browser.client.post("/chat", data=b"\xff", content_type="application/json").status_code == 400


@pytest.mark.parametrize("cause", ["database is locked", "database or disk is full"])
def test_what_was_not_stored_is_said_and_kept_in_the_box(
    browser: Browser, rows: Rows, monkeypatch: pytest.MonkeyPatch, cause: str
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception(cause))

    browser.opens()
    with monkeypatch.context() as patch:
        patch.setattr("channels.intake.accept", fail)
        answer = browser.posts("/chat", message="hello there")
    assert answer.status_code == 503
    assert "en:chat_trouble" in answer.text
    assert ">hello there</textarea>" in answer.text
    assert rows(InboxMessage) == []


def test_floods_are_slowed_down_kindly(browser: Browser) -> None:
    browser.opens()
    answers = [browser.posts("/chat", message=f"{n}") for n in range(61)]
    assert [answer.status_code for answer in answers] == [303] * 60 + [429]
    assert "en:chat_slow_down" in answers[-1].text


def test_the_page_speaks_her_language_from_right_to_left(browser: Browser, rows: Rows) -> None:
    assert '<html lang="bn" dir="ltr">' in browser.opens(headers={"Accept-Language": "bn-BD,bn;q=0.9"})
    assert '<html lang="ur" dir="rtl">' in browser.opens("/chat?language=ur")
    assert '<html lang="ur" dir="rtl">' in browser.says("hello")
    assert (rows(Worker)[0].language, rows(Worker)[0].language_chosen) == ("ur", True)
    assert '<html lang="en"' in Browser(browser.client.application).opens("/chat?language=../x")


def test_the_browser_keeps_one_cookie_that_ends_with_it(browser: Browser) -> None:
    response = browser.client.get("/chat")
    [cookie] = response.headers.getlist("Set-Cookie")
    assert cookie.startswith("session=")
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Secure"))


def test_every_answer_has_its_headers(browser: Browser) -> None:
    browser.says("hello")
    etag = browser.client.get("/chat/lines").headers["ETag"]
    answers = [
        browser.client.get("/chat"),
        browser.client.get("/chat/lines"),
        browser.client.get("/chat/lines", headers={"If-None-Match": etag}),
        browser.client.get("/chat/a b"),
        browser.client.post("/chat"),
        browser.client.get("/chat/static/chat.js", buffered=True),
        browser.client.get("/chat/static/missing.js"),
        browser.posts("/chat", message="more"),
        browser.posts("/chat", message="x" * 100_000),
        browser.client.get("/dev/phone"),
        browser.client.post("/channels/twilio/messages"),
        browser.client.get("/channels/gateway/unknown/messages"),
        browser.posts("/chat/exit"),
    ]
    assert {answer.status_code for answer in answers} == {200, 303, 304, 400, 403, 404, 413}
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_first_view_is_small_and_all_our_own(given: ChannelServices) -> None:
    many = LANGUAGES | {f"x{n}": ChatLanguage("Bahasa Indonesia", "ltr") for n in range(16)}
    browser = Browser(with_(given, languages=many))
    html = browser.opens("/chat/4821")
    files = re.findall(r'(?:src|href)="(/chat/static/[^"]+)"', html)
    assert len(files) == 3
    total = len(html.encode()) + sum(len(browser.client.get(name, buffered=True).data) for name in files)
    assert total < 30_000
    assert "http://" not in html
    assert "style=" not in html
    assert not re.search(r"<script(?![^>]*src=)", html)
