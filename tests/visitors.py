"""A worker and an advisor in a browser: the verbs of the round, used by its tests and by the pictures."""

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from bot.wording import Wording

LATE_WAGES = "দুই মাস ধরে বেতন দেয় না, বাসা ভাড়া দিতে পারি না"
PASSWORD = "correct horse battery"
DESKTOP: Any = {"width": 1280, "height": 800}


@dataclass
class Worker:
    """A worker in the web chat."""

    page: Page
    wording: Wording
    language: str = "bn"

    def opens(self, path: str = "/chat/4821") -> None:
        self.page.goto(path)
        if self.page.locator("html").get_attribute("lang") != self.language:
            self.page.locator(f".languages a[lang={self.language}]").click()
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)

    def says(self, text: str) -> None:
        self.page.fill("#message", text)
        self.page.click(".send")

    def taps(self, key: str) -> None:
        self.page.locator(".options").get_by_text(self.text(key), exact=True).click()

    def reads(self, key: str) -> None:
        expect(self.page.locator(".ours:not(.waiting)").last).to_contain_text(self.text(key))

    def text(self, key: str) -> str:
        """The text of a key, up to its first placeholder."""
        return self.wording.text(self.language, key).partition("{")[0]

    def tells(self) -> str:
        """Report late wages from the poster's page to the end; return the receipt."""
        self.opens()
        self.says(LATE_WAGES)
        self.reads("ask_now")
        self.taps("yes")
        self.reads("receipt")
        found = re.search(r"\d[\d\s]{14,}\d", self.page.locator(".ours").last.inner_text())
        assert found, "there is no receipt"
        return found[0]

    def leaves(self, elsewhere: str) -> None:
        self.page.click("#exit button")
        self.page.wait_for_url(elsewhere)

    def comes_back(self, receipt: str) -> None:
        self.opens("/chat")
        self.page.locator("summary").last.click()
        self.page.fill("#receipt", receipt)
        self.page.click(".receipt button")


@dataclass
class Advisor:
    """An advisor in the pages."""

    page: Page
    email: str

    def presses(self, *keys: str) -> None:
        for key in keys:
            self.page.wait_for_load_state()  # the keys are there when the page's script is
            self.page.keyboard.press(key)

    def writes(self, key: str, text: str) -> None:
        """Go to a field by its key and write."""
        self.presses(key)
        self.page.keyboard.insert_text(text)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def signs_in(self, first_password: str) -> None:
        self.page.goto("/admin/")
        self.page.get_by_label("E-mail address").fill(self.email)
        self.page.get_by_label("Password").fill(first_password)
        self.presses("Enter")
        self.sees("Choose a password of your own first.")
        self.page.get_by_label("Password now").fill(first_password)
        self.page.get_by_label("New password", exact=True).fill(PASSWORD)
        self.page.get_by_label("New password again").fill(PASSWORD)
        self.presses("Enter")
        expect(self.page.get_by_role("heading", name="Review queue")).to_be_visible()

    def opens_first_case(self) -> None:
        """From the queue to the most urgent factory, from there to its most urgent case, by keyboard."""
        self.page.goto("/admin/")
        self.presses("j", "Enter")
        expect(self.page.get_by_role("navigation", name="By status")).to_be_visible()
        self.presses("j", "Enter")
        expect(self.page.get_by_role("heading", name="What was said")).to_be_visible()

    def keeps_note(self, text: str) -> None:
        self.writes("n", text)
        self.presses("Control+Enter")
        self.sees("The note is kept.")

    def replies(self, text: str, cost: str) -> None:
        self.writes("r", text)
        self.sees(cost)
        self.presses("Control+Enter")
        self.sees("The reply waits for her in the chat")
