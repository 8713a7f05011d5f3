"""The whole round in real Chromium: a worker tells, an advisor answers, the answer arrives.

The real application behind its real server; nothing is replaced but the page that the quick exit leads to.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from pytest_httpserver import HTTPServer

from app import Parts, Service, Settings, core_survey, create_app
from bot.assistant import Assistant
from bot.wording import Wording
from channels.services import EXTENSION
from storage import surveys
from storage.clock import SystemClock
from storage.database import Database
from storage.vault import Vault
from tests.chromium import SMALL_PHONE, Windows, until
from tests.factories import create_case, create_factory
from tests.serving import served
from tests.visitors import DESKTOP, LATE_WAGES, Advisor, Worker

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

FACTORY = "Padma Knitwear"
ANSWER = "আমরা খোঁজ নিচ্ছি। মঙ্গলবারের মধ্যে জানাব।"
URDU = "دو مہینے سے تنخواہ نہیں ملی"
EMAIL = "advisor@example.org"


@pytest.fixture
def elsewhere(httpserver: HTTPServer) -> str:
    """The neutral page of the quick exit."""
    page = '<link rel="icon" href="data:,">Sunny'
    httpserver.expect_request("/weather").respond_with_data(page, content_type="text/html")
    return httpserver.url_for("/weather")


@pytest.fixture
def make(
    database: Database, vault: Vault, assistant: Assistant, wording: Wording, elsewhere: str, tmp_path: Path
) -> Callable[[str], Flask]:
    """Makes the application of an address, with one factory."""

    def application(address: str) -> Flask:
        settings = Settings.from_env({"OPENLINE_DATA": str(tmp_path), "PUBLIC_URL": address})
        with database.transaction() as session:
            create_factory(session, name=FACTORY)
            surveys.publish(session, core_survey(), SystemClock().now())
        app = create_app(Parts(settings, database, vault, wording, assistant))
        app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], exit_url=elsewhere)
        return app

    return application


@dataclass
class Line:
    """The running service."""

    address: str
    service: Service

    def works(self) -> None:
        """Do what the scheduler would."""
        for work, _ in self.service.jobs().values():
            work()


@pytest.fixture
def line(make: Callable[[str], Flask]) -> Iterator[Line]:
    with served(make) as (address, app):
        yield Line(address, app.extensions["openline"])


@pytest.fixture
def windows(line: Line, elsewhere: str, chromium: Browser) -> Iterator[Windows]:
    """No browser window may complain of anything."""
    windows = Windows(chromium, (line.address, elsewhere))
    yield windows
    windows.close()
    assert windows.complaints == []


@pytest.fixture
def worker(windows: Windows, wording: Wording) -> Worker:
    return Worker(windows.open(**SMALL_PHONE), wording)


@pytest.fixture
def advisor(windows: Windows, run_command: Callable[..., Result]) -> Advisor:
    """Signed in, with a password of her own."""
    made = run_command("user", "add", EMAIL, "--role", "advisor", "--role", "admin", "--country", "*")
    assert made.exit_code == 0, made.output
    advisor = Advisor(windows.open(viewport=DESKTOP), EMAIL)
    advisor.signs_in(made.output.split()[-1])
    return advisor


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_a_worker_tells_and_the_quick_exit_leaves_nothing(worker: Worker, elsewhere: str) -> None:
    worker.tells()
    assert fits(worker.page)
    worker.leaves(elsewhere)
    until(worker.page, lambda: worker.page.context.cookies() == [])
    worker.page.go_back()
    expect(worker.page.locator(".lines li")).to_have_count(0)
    assert LATE_WAGES not in worker.page.content()


def test_a_worker_tells_without_script(windows: Windows, wording: Wording, elsewhere: str) -> None:
    worker = Worker(windows.open(java_script_enabled=False, **SMALL_PHONE), wording)
    receipt = worker.tells()
    worker.leaves(elsewhere)
    worker.comes_back(receipt)
    worker.page.get_by_text(worker.text("chat_receipt_done")).wait_for()


def test_an_advisors_round_ends_in_the_workers_chat(
    worker: Worker, advisor: Advisor, line: Line, windows: Windows, elsewhere: str
) -> None:
    receipt = worker.tells()
    worker.leaves(elsewhere)
    advisor.opens_first_case()
    advisor.sees(LATE_WAGES)
    expect(advisor.page.locator(".from-worker .sub")).to_contain_text("Bangla বাংলা")
    advisor.presses("a")
    advisor.sees("The case is with you.")
    advisor.presses("s", "ArrowDown", "Control+Enter")
    expect(advisor.page.locator(".facts")).to_contain_text("In progress")
    advisor.keeps_note("Asked the union.")
    advisor.replies(ANSWER, "1 message · 41 characters (UCS-2)")
    line.works()
    back = Worker(windows.open(**SMALL_PHONE), worker.wording)
    back.comes_back(receipt)
    expect(back.page.locator(".ours").last).to_have_text(f"{back.text('chat_us')}: {ANSWER}")
    advisor.page.goto("/admin/audit?action=read_case")
    expect(advisor.page.locator("tbody tr").first).to_contain_text("read a case")


def test_the_queue_shows_a_new_case_at_its_factory(worker: Worker, advisor: Advisor) -> None:
    worker.tells()
    advisor.page.goto("/admin/")
    row = advisor.page.get_by_role("row", name=FACTORY)
    expect(row).to_contain_text("1 high")
    expect(row.get_by_role("cell").first).to_have_text("1")


def test_an_advisors_reply_reaches_the_simulated_phone(
    windows: Windows, advisor: Advisor, line: Line, wording: Wording
) -> None:
    phone = windows.open(viewport=DESKTOP)
    phone.goto("/dev/phone")
    for text, key in ((LATE_WAGES, "ask_factory"), ("4821", "ask_now"), ("1", "ask_safe_to_text"),
                      ("1", "ask_word"), ("বাদ", "done_day")):  # fmt: skip
        phone.get_by_label("Text").fill(text)
        phone.get_by_role("button", name="Send").click()
        expect(phone.locator(".ours").last).to_contain_text(wording.text("bn", key).partition("{")[0])
    advisor.opens_first_case()
    advisor.replies(ANSWER, "1 message · 41 characters (UCS-2)")
    line.works()
    expect(phone.locator(".ours p").last).to_have_text(ANSWER, timeout=10_000)


def test_urdu_in_a_case_reads_from_right_to_left(advisor: Advisor, database: Database, vault: Vault) -> None:
    for language in ("ur", "und"):
        with database.transaction() as session:
            case = create_case(session, vault, country="bd", language=language, text=URDU)
        advisor.page.goto(f"/admin/cases/{case.reference}")
        expect(advisor.page.locator(".words")).to_have_css("direction", "rtl")


def test_nothing_is_wider_than_a_small_phone(worker: Worker, advisor: Advisor) -> None:
    worker.tells()
    advisor.page.set_viewport_size(SMALL_PHONE["viewport"])
    advisor.opens_first_case()
    assert fits(advisor.page)
    for page, path in ((worker.page, "/chat"), (advisor.page, "/admin/"), (advisor.page, "/admin/audit")):
        page.goto(path)
        assert fits(page), path
