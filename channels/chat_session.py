"""What the web chat keeps in its session cookie: a random token, and what she chose before her first message.

The cookie is signed, ends with the browser, and is all that stays there.
"""

import re
from dataclasses import dataclass
from uuid import uuid4

from flask import request, session
from sqlalchemy.orm import Session

from channels.services import ChatLanguage, services
from storage.models import Conversation, Worker
from storage.workers import find_conversation

TOKEN, FACTORY, LANGUAGE, NOTE = "chat", "chat_factory", "chat_language", "chat_note"
CSRF = "csrf_token"

CODE = re.compile(r"[0-9A-Za-z-]{1,16}")
CHANNEL = "web"


@dataclass(frozen=True)
class Visitor:
    """Whose page this is, before and after her first message."""

    token: str | None
    conversation_id: str | None
    language: str

    @property
    def style(self) -> ChatLanguage:
        """Return how the page is written in her language."""
        return services().languages[self.language]


def visitor(database_session: Session) -> Visitor:
    """Return who looks at the page."""
    token = session.get(TOKEN)
    found = find_conversation(database_session, services().vault, CHANNEL, token) if token else None
    conversation, worker = found or (None, None)
    return Visitor(token, conversation.id if conversation else None, _language(conversation, worker))


def ensure_token() -> str:
    """Return this browser's token."""
    if TOKEN not in session:
        session[TOKEN] = uuid4().hex
    return str(session[TOKEN])


def factory_code(token: str) -> str | None:
    """Return the code of the poster that led here, for her first message."""
    with services().database.reading() as database_session:
        found = find_conversation(database_session, services().vault, CHANNEL, token)
    code: str | None = session.get(FACTORY)
    return code if found is None else None


def take_note() -> str | None:
    """Return the name of what the page has to say once, after a redirect."""
    note: str | None = session.pop(NOTE, None)
    return note


def forget() -> str | None:
    """Take everything of ours out of the cookie and return the token that was in it."""
    token: str | None = session.pop(TOKEN, None)
    for name in (FACTORY, LANGUAGE, NOTE, CSRF):
        session.pop(name, None)
    return token


def chosen_language() -> str | None:
    """Return the language she picked on the page, if it is one of ours."""
    tag = session.get(LANGUAGE)
    return tag if tag in services().languages else None


def _language(conversation: Conversation | None, worker: Worker | None) -> str:
    tags = list(services().languages)
    known = worker.language if conversation is not None and worker is not None else None
    wanted = known or chosen_language() or request.accept_languages.best_match(tags)
    return wanted if wanted is not None and wanted in services().languages else tags[0]
