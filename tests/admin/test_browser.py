"""An advisor's round in a real browser: by keyboard alone, without script, on a small phone, among hostile texts."""

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from sqlalchemy import select
from werkzeug.serving import make_server

from storage.database import Database
from storage.models import Case, Conversation, Factory, OutboxMessage, Person
from storage.vault import Vault
from tests.admin.conftest import PASSWORD
from tests.admin.test_cases import HOSTILE
from tests.factories import create_case, create_factory

pytestmark = pytest.mark.browser

PAGES = ("/admin/", "/admin/failed", "/admin/undelivered", "/admin/surveys", "/admin/account", "/admin/nothing")
PHONE = {"width": 360, "height": 780}
COMPLAINTS = """
window.complaints = [];
addEventListener("securitypolicyviolation", (event) => window.complaints.push(event.violatedDirective));
window.alert = () => window.complaints.push("alert");
"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address at which the pages are served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def context(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Opens a browser window, signed in as the advisor."""
    opened: list[BrowserContext] = []

    def window(**options: object) -> Page:
        context = chromium.new_context(base_url=site, **options)  # type: ignore[arg-type]
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.add_init_script(COMPLAINTS)
        page.goto("/admin/")
        page.get_by_label("E-mail address").fill("advisor@example.org")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        arrives(page.get_by_role("heading", name="Review queue"))
        return page

    yield window
    for context in opened:
        context.close()


Window = Callable[..., Page]


def replies(database: Database) -> int:
    with database.reading() as session:
        return len(list(session.scalars(select(OutboxMessage))))


def arrives(part: Locator) -> None:
    """Wait for a page by something on it, until keys are heard there."""
    part.wait_for()
    part.page.wait_for_load_state("load")


def test_a_round_by_keyboard_alone(
    context: Window, people: dict[str, Person], case: Case, database: Database, stored: Callable[[Case], Case]
) -> None:
    page = context()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    arrives(page.get_by_role("link", name=case.reference))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    arrives(page.get_by_role("heading", name="What was said"))
    page.keyboard.press("a")
    arrives(page.get_by_text("The case is with you."))
    page.keyboard.press("r")
    page.keyboard.type("We are working on it.")
    page.get_by_text("1 message · 21 characters (GSM-7)").wait_for()
    page.keyboard.press("Control+Enter")
    arrives(page.get_by_text("The reply is on its way."))
    page.keyboard.press("n")
    page.keyboard.type("Wrote to her.")
    page.keyboard.press("Control+Enter")
    arrives(page.get_by_text("The note is kept."))
    page.keyboard.press("g")
    page.keyboard.press("q")
    arrives(page.get_by_role("heading", name="Review queue"))
    assert stored(case).assignee_id == people["advisor"].id
    assert replies(database) == 1


def test_the_question_mark_shows_the_shortcuts(context: Window, people: dict[str, Person], case: Case) -> None:
    page = context()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for(state="hidden")
    page.keyboard.press("/")
    page.keyboard.type("padma?jk")
    assert page.get_by_placeholder("Factory or code").input_value() == "padma?jk"


def test_a_reply_without_script_shows_its_count_first(
    context: Window, people: dict[str, Person], case: Case, database: Database
) -> None:
    page = context(java_script_enabled=False)
    page.goto(f"/admin/cases/{case.reference}")
    page.get_by_label("Your reply").fill("Padma: আমরা দেখছি")
    page.get_by_role("button", name="Preview").click()
    assert page.get_by_text("1 message · 17 characters (UCS-2)").is_visible()
    assert page.get_by_text("It names the factory.").is_visible()
    assert replies(database) == 0
    page.get_by_role("button", name="Send anyway").click()
    assert page.get_by_text("The reply is on its way.").is_visible()
    assert replies(database) == 1


def test_hostile_texts_run_nowhere(
    context: Window, people: dict[str, Person], database: Database, vault: Vault, conversation: Conversation
) -> None:
    with database.transaction() as session:
        factory = create_factory(session, name=HOSTILE[0], city=HOSTILE[1])
        cases = [create_case(session, vault, factory=factory, conversation=conversation, text=text) for text in HOSTILE]
        session.get_one(Person, people["advisor"].id).name = HOSTILE[2]
    page = context()
    addresses = [f"/admin/cases/{case.reference}" for case in cases]
    for address in (*PAGES, f"/admin/factories/{factory.id}/cases", *addresses):
        page.goto(address)
        assert page.evaluate("window.complaints") == [], address


@pytest.mark.parametrize("language", ["bn", "ur"])
def test_no_page_is_wider_than_a_small_phone(
    context: Window,
    people: dict[str, Person],
    database: Database,
    vault: Vault,
    factory: Factory,
    conversation: Conversation,
    language: str,
) -> None:
    with database.transaction() as session:
        case = create_case(
            session, vault, factory=factory, conversation=conversation, language=language, text="কারখানা" * 60
        )
    page = context(viewport=PHONE)
    for address in (*PAGES, f"/admin/factories/{factory.id}/cases", f"/admin/cases/{case.reference}"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
