"""The chat in real Chromium: live, without script, on a small phone, from right to left, gone at once."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_httpserver import HTTPServer
from werkzeug.serving import make_server

from channels.services import ChannelServices
from storage.models import InboxMessage
from storage.outbox import Option, Reply
from tests.channels.conftest import YES_OR_NO, ScriptedTurn, make_site
from tests.channels.test_webchat import PAYLOADS
from tests.chromium import SMALL_PHONE, until

pytestmark = pytest.mark.browser
OURS = ".ours:not(.waiting) p"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def elsewhere(httpserver: HTTPServer) -> str:
    """The neutral page of the quick exit."""
    httpserver.expect_request("/weather").respond_with_data(
        '<link rel="icon" href="data:,">Sunny', content_type="text/html"
    )
    return httpserver.url_for("/weather")


@pytest.fixture
def address(given: ChannelServices, elsewhere: str) -> Iterator[str]:
    """The application behind a server of its own."""
    site = make_site(replace(given, public_url="http://127.0.0.1", exit_url=elsewhere))
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complains of: errors, refused scripts and styles, dialogs."""
    return []


def opened(context: BrowserContext, address: str, complaints: list[str]) -> Page:
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto(f"{address}/chat")
    return page


def says(page: Page, text: str) -> None:
    page.fill("#message", text)
    page.click(".send")


def is_wider_than_its_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def test_answers_appear_without_a_reload(
    chromium: Browser, address: str, turn: ScriptedTurn, complaints: list[str]
) -> None:
    turn.replies = [YES_OR_NO]
    page = opened(chromium.new_context(**SMALL_PHONE), address, complaints)
    page.evaluate("window.stayed = true")
    says(page, "hello")
    expect(page.locator(OURS)).to_have_text("Were you paid on time?")
    turn.replies = [Reply("Thank you.")]
    page.click("text=Yes")
    expect(page.locator(".lines p")).to_have_text(["hello", "Were you paid on time?", "Yes", "Thank you."])
    assert page.evaluate("window.stayed")
    assert turn.texts == ["hello", "1"]
    assert not is_wider_than_its_window(page)
    assert complaints == []


def test_a_late_answer_appears_by_itself(
    chromium: Browser, address: str, turn: ScriptedTurn, rows: Any, complaints: list[str]
) -> None:
    turn.is_late = True
    page = opened(chromium.new_context(), address, complaints)
    says(page, "hello")
    expect(page.locator(".waiting")).to_be_visible()
    until(page, lambda: bool(rows(InboxMessage)))
    turn.run(rows(InboxMessage)[0].id)
    expect(page.locator(OURS)).to_have_text("Thank you.")
    assert complaints == []


def test_without_script_every_step_works(
    chromium: Browser, address: str, turn: ScriptedTurn, elsewhere: str, complaints: list[str]
) -> None:
    turn.replies = [YES_OR_NO]
    page = opened(chromium.new_context(java_script_enabled=False, **SMALL_PHONE), address, complaints)
    says(page, "hello")
    expect(page.locator(OURS)).to_have_text("Were you paid on time?")
    turn.replies = [Reply("Thank you.")]
    page.click("text=Yes")
    expect(page.locator(".hers p")).to_have_text(["hello", "Yes"])
    page.click("#exit button")
    page.wait_for_url(elsewhere)
    assert complaints == []


def test_a_lost_connection_keeps_her_words_and_says_nothing_twice(
    chromium: Browser, address: str, turn: ScriptedTurn, complaints: list[str]
) -> None:
    context = chromium.new_context()
    page = opened(context, address, complaints)
    context.set_offline(True)
    says(page, "hello")
    expect(page.locator(".note")).to_have_text("en:chat_offline")
    expect(page.locator("#message")).to_have_value("hello")
    context.set_offline(False)
    page.click(".send")
    expect(page.locator(".lines p")).to_have_text(["hello", "Thank you."])
    assert turn.texts == ["hello"]


def test_the_quick_exit_leaves_nothing(
    chromium: Browser, address: str, elsewhere: str, rows: Any, complaints: list[str]
) -> None:
    context = chromium.new_context()
    page = opened(context, address, complaints)
    says(page, "a secret")
    expect(page.locator(OURS)).to_be_visible()
    kept = "JSON.stringify([localStorage.length, sessionStorage.length])"
    assert page.evaluate(kept) == "[0,0]"
    page.click("#exit button")
    page.wait_for_url(elsewhere)
    until(page, lambda: rows(InboxMessage)[0].body is None)
    assert [cookie["name"] for cookie in context.cookies()] == []
    page.goto(f"{address}/chat")
    assert "a secret" not in page.content()
    assert complaints == []


def test_a_message_on_its_way_does_not_bring_the_session_back(
    chromium: Browser, address: str, turn: ScriptedTurn, elsewhere: str, complaints: list[str], rows: Any
) -> None:
    turn.pause = 1.0
    context = chromium.new_context()
    page = opened(context, address, complaints)
    says(page, "a secret")
    page.click("#exit button")
    page.wait_for_url(elsewhere)
    until(page, lambda: bool(turn.texts))
    page.wait_for_timeout(300)
    assert context.cookies() == []
    page.goto(f"{address}/chat")
    assert "a secret" not in page.content()


def test_no_text_ever_runs(chromium: Browser, address: str, turn: ScriptedTurn, complaints: list[str]) -> None:
    turn.replies = [Reply(payload, (Option("1", payload),)) for payload in PAYLOADS]
    page = opened(chromium.new_context(), address, complaints)
    for number, payload in enumerate(PAYLOADS, start=1):
        says(page, payload)
        expect(page.locator(OURS)).to_have_count(number * len(PAYLOADS))
    page.reload()
    assert page.locator(".hers p").all_text_contents() == PAYLOADS
    assert complaints == []


def test_urdu_reads_from_right_to_left(
    chromium: Browser, address: str, turn: ScriptedTurn, complaints: list[str]
) -> None:
    turn.replies = [Reply("کیا تنخواہ وقت پر ملی؟", (Option("1", "ہاں"), Option("2", "نہیں")))]
    page = opened(chromium.new_context(locale="ur", **SMALL_PHONE), address, complaints)
    says(page, "سلام")
    expect(page.locator(OURS)).to_be_visible()
    hers, ours = page.locator(".hers p").bounding_box(), page.locator(OURS).bounding_box()
    assert hers is not None
    assert ours is not None
    assert hers["x"] + hers["width"] < ours["x"] + ours["width"], "her own words stand on the left"
    assert not is_wider_than_its_window(page)


def test_the_quick_exit_stays_in_sight(
    chromium: Browser, address: str, turn: ScriptedTurn, complaints: list[str]
) -> None:
    turn.replies = [Reply("One line after the other. " * 20)]
    page = opened(chromium.new_context(**SMALL_PHONE), address, complaints)
    for number in range(3):
        says(page, f"{number}")
        expect(page.locator(OURS)).to_have_count(number + 1)
    expect(page.locator("#exit button")).to_be_in_viewport()
    page.evaluate("window.scrollTo(0, 0)")
    expect(page.locator("#exit button")).to_be_in_viewport()
    expect(page.locator("#message")).to_be_in_viewport()


def test_the_simulated_phone_shows_what_a_text_costs(chromium: Browser, address: str, turn: ScriptedTurn) -> None:
    turn.replies = [Reply("Thank you."), YES_OR_NO]
    page = chromium.new_context().new_page()
    page.goto(f"{address}/dev/phone")
    page.fill("#text input[name=message]", "hello")
    page.click("#text button")
    expect(page.locator(OURS)).to_have_text("Thank you.\nWere you paid on time?\n1 Yes\n2 No")
    expect(page.locator(".ours small")).to_have_text("1 SMS · 44 characters · GSM-7")
    page.fill("#number", "+50934000000")
    page.click("text=Take this phone")
    expect(page.locator(".empty")).to_be_visible()
