"""Chromium for the tests that look at pages as people do, and what it complains of meanwhile."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SMALL_PHONE: Any = {"viewport": {"width": 360, "height": 640}, "is_mobile": True, "has_touch": True}


def program() -> str | None:
    """Where Chromium is on this machine."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def launched(executable: str) -> Iterator[Browser]:
    """A browser that talks to nobody but the pages it is sent to."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        yield browser
        browser.close()


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait for what no locator can see: a cookie, a row."""
    for _ in range(100):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come to that")


@dataclass
class Windows:
    """Opens windows of a browser, each with nothing in it from before, and keeps what they complain of."""

    browser: Browser
    addresses: tuple[str, ...]
    """What a page may load from: ours, and the quick exit's."""
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, **options: Any) -> Page:
        """A window; errors, refused styles and scripts, dialogs and requests elsewhere are complaints."""
        context = self.browser.new_context(base_url=self.addresses[0], **options)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self._complain(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on("dialog", lambda dialog: self._complain(dialog.message))
        page.on("request", lambda request: self._check(request.url))
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def _check(self, url: str) -> None:
        if not url.startswith((*self.addresses, "data:")):
            self._complain(f"asked for {url}")

    def _complain(self, text: str) -> None:
        self.complaints.append(text)
