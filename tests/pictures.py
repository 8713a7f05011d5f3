"""The pictures of docs/images: the example programme, a worker and an advisor, seen in Chromium.

Run by `make pictures`; everything happens in a temporary folder.
"""

import tempfile
from io import BytesIO
from typing import Any

from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from app import Parts, Tools, core_survey, create_app
from bot.assistant import Assistant
from bot.training import ROOT, ensure_model
from storage import first_run
from tests.chromium import launched, program
from tests.serving import served
from tests.visitors import DESKTOP, LATE_WAGES, Advisor, Worker

FOLDER = ROOT / "docs" / "images"
SCALE = 1.5
PHONE = {"width": 390, "height": 844}
QUEUE = {"width": 1280, "height": 600}
MOST_BYTES = 150_000


class Camera:
    """Takes pictures of an address in one browser."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address

    def window(self, viewport: Any) -> Page:
        context = self.browser.new_context(base_url=self.address, device_scale_factor=SCALE, viewport=viewport)
        return context.new_page()

    def take(self, page: Page, name: str) -> None:
        """Keep what the window shows, with few colours: the files lie in the repository."""
        page.wait_for_load_state("networkidle")
        page.evaluate("document.activeElement.blur()")
        picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
        path = FOLDER / f"{name}.png"
        picture.quantize(palette=_frequent(picture), dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size > MOST_BYTES:
            raise SystemExit(f"{path.name} is larger than {MOST_BYTES} bytes")


def _frequent(picture: Image.Image) -> Image.Image:
    """The colours that a page is painted in; those between them are the edges of letters."""
    counted: list[tuple[int, Any]] = picture.getcolors(picture.width * picture.height) or []
    counted.sort(reverse=True)
    palette = Image.new("P", (1, 1))
    palette.putpalette(bytes(part for _, colour in counted[:256] for part in colour))
    return palette


def chat(camera: Camera, tools: Tools) -> None:
    page = camera.window(PHONE)
    worker = Worker(page, tools.wording)
    worker.opens()
    worker.says(LATE_WAGES)
    worker.reads("ask_now")
    camera.take(page, "chat")


def phone(camera: Camera, tools: Tools) -> None:
    page = camera.window({"width": 960, "height": 800})
    page.goto("/dev/phone")
    for text in (LATE_WAGES, "4821", "1", "1"):
        said = page.locator(".ours").count()
        page.get_by_label("Text").fill(text)
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".ours").nth(said)).to_be_visible()
    camera.take(page, "phone")


def queue_and_case(camera: Camera, tools: Tools) -> None:
    password = first_run.ensure_administrator(tools.database, tools.clock, tools.hash_password)
    advisor = Advisor(camera.window(QUEUE), first_run.FIRST_ADMINISTRATOR)
    advisor.signs_in(password or "")
    advisor.page.goto("/admin/")
    camera.take(advisor.page, "queue")
    advisor.page.set_viewport_size(DESKTOP)
    advisor.opens_first_case()
    advisor.presses("a")
    advisor.sees("The case is with you.")
    advisor.keeps_note("Called the building's safety officer: the door is open again.")
    advisor.page.reload()
    advisor.writes("r", "আমরা খোঁজ নিচ্ছি। আজ সন্ধ্যার মধ্যে জানাব।")
    advisor.sees("1 message")
    camera.take(advisor.page, "case")


def main() -> None:
    """Start the example programme and take every picture."""
    executable = program()
    if executable is None:
        raise SystemExit("Chromium is missing (apt-get install chromium)")
    with tempfile.TemporaryDirectory() as folder:
        tools = Tools({"OPENLINE_DATA": folder})
        first_run.seed_example(tools.database, tools.vault, core_survey(), tools.clock)
        assistant = Assistant(ensure_model(ROOT / "var" / "models"), tools.wording)

        def make(_address: str) -> Flask:
            return create_app(Parts(tools.settings, tools.database, tools.vault, tools.wording, assistant, tools.clock))

        with served(make) as (address, _app), launched(executable) as browser:
            camera = Camera(browser, address)
            for picture in (chat, phone, queue_and_case):
                picture(camera, tools)


if __name__ == "__main__":
    main()
