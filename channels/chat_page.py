"""What the chat page shows: the lines of the conversation, ready for the templates.

`webchat.py` renders it whole, or only its lines for a browser that asks for news.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template

from channels.chat_session import Visitor, visitor
from channels.services import services
from storage.outbox import Line, Option, mark_fetched, transcript


@dataclass(frozen=True)
class Bubble:
    """One message as the page shows it."""

    is_hers: bool
    text: str
    options: tuple[Option, ...] = ()
    """Only under the last message: older buttons would answer another question."""


@dataclass(frozen=True)
class Page:
    """One view of a conversation."""

    visitor: Visitor
    bubbles: list[Bubble]
    unseen: Sequence[Line] = ()
    """What of it she sees for the first time."""

    @property
    def is_waiting(self) -> bool:
        """Say whether an answer to her last message is still being made."""
        return bool(self.bubbles) and self.bubbles[-1].is_hers

    def say(self, key: str) -> str:
        """Return one of the page's own texts in her language."""
        return services().say(self.visitor.language, f"chat_{key}")


def load_page() -> Page:
    """Return what this browser may see."""
    with services().database.reading() as session:
        who = visitor(session)
        lines = transcript(session, services().vault, who.conversation_id) if who.conversation_id else []
    return Page(who, bubbles_of(lines), [line for line in lines if line.unseen is not None])


def render_lines(page: Page, note: str | None = None) -> str:
    """Return the lines alone, as HTML."""
    return render_template("chat/_lines.html", page=page, note=note)


def fingerprint(html: str) -> str:
    """Return what changes when the lines change."""
    return hashlib.sha256(html.encode()).hexdigest()[:32]


def note_shown(page: Page) -> None:
    """Write down that she has what this page shows; what came since its making still waits for her."""
    if page.unseen:
        with services().database.transaction() as session:
            mark_fetched(session, page.unseen, services().clock.now())


def bubbles_of(lines: Sequence[Line]) -> list[Bubble]:
    """Return the lines with her choices in words and the last question's buttons."""
    bubbles: list[Bubble] = []
    offered: dict[str, str] = {}
    for position, line in enumerate(lines):
        is_last = position == len(lines) - 1
        if line.author == "worker":
            bubbles.append(Bubble(True, offered.get(line.text.strip(), line.text)))
        else:
            offered = {option.value: option.title for option in line.options}
            bubbles.append(Bubble(False, line.text, line.options if is_last else ()))
    return bubbles
