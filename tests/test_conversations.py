"""Conversations as data, through webhook, turn and outbox with the trained model; then the tables.

Each turn names the texts of the answer by their keys, in order and complete.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from bot.assistant import Assistant
from bot.wording import Wording
from storage import cases
from storage.database import Database
from storage.models import Answer, Case, Factory, OptOut, SurveyResponse
from storage.outbox import Reply
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.line import Browser, Phone, last_replies, make_app

FOLDER = Path(__file__).parent / "conversations"


@dataclass(frozen=True)
class Conversation:
    """One scripted conversation and what it must leave behind."""

    title: str
    turns: list[dict[str, Any]]
    tables: dict[str, Any]
    channel: str = "sms"
    number: str = "+8801700000000"


@dataclass
class Heard:
    """A conversation under way."""

    wording: Wording
    language: str = "en"
    problems: list[str] = field(default_factory=list)

    def check(self, said: str, keys: list[str], replies: list[Reply], shown: str) -> None:
        """Compare an answer with the keys it must consist of, and with what is shown."""
        texts = [reply.text for reply in replies]
        if len(texts) != len(keys) or not all(self._is(key, text) for key, text in zip(keys, texts, strict=True)):
            self.problems.append(f"{said!r}: expected {keys}, got {texts}")
        for text in texts:
            if text not in shown:
                self.problems.append(f"{said!r}: not shown: {text!r}")

    def _is(self, key: str, text: str) -> bool:
        before, _, rest = self.wording.text(self.language, key).partition("{")
        return text.startswith(before) and text.endswith(rest.rpartition("}")[2])


def load() -> list[Conversation]:
    """All scripted conversations."""
    files = sorted(FOLDER.glob("*.yml"))
    return [Conversation(**item) for path in files for item in yaml.safe_load(path.read_text("utf-8"))]


@pytest.mark.parametrize("conversation", load(), ids=lambda conversation: conversation.title.replace(" ", "_"))
def test_conversation(
    conversation: Conversation, database: Database, vault: Vault, clock: FixedClock,
    assistant: Assistant, wording: Wording,
) -> None:  # fmt: skip
    client = make_app(database, vault, clock, assistant, wording).test_client()
    worker = Browser(client) if conversation.channel == "web" else Phone(client, conversation.number)
    heard = Heard(wording)
    for turn in conversation.turns:
        heard.language = turn.get("language", heard.language)
        clock.advance(seconds=30, hours=turn.get("after_hours", 0))
        shown = "\n".join(worker.says(turn["worker"]))
        heard.check(turn["worker"], turn["assistant"], last_replies(database, vault), shown)
    assert not heard.problems, "\n".join(heard.problems)
    assert tables(database, vault) == {**NOTHING, **conversation.tables}


NOTHING: dict[str, Any] = {"cases": [], "answers": {}, "response": None, "opted_out": False}


def tables(database: Database, vault: Vault) -> dict[str, Any]:
    """What the conversation left in the tables."""
    with database.reading() as session:
        factories = {factory.id: factory.code for factory in session.scalars(select(Factory))}
        response = session.scalars(select(SurveyResponse)).one_or_none()
        return {
            "cases": [
                {
                    "factory": factories.get(case.factory_id or ""),
                    "category": str(case.category),
                    "severity": str(case.severity),
                    "language": case.language,
                    "details": case.details,
                    "is_draft": case.is_draft,
                    "words": [said.text for said in cases.messages(session, vault, case)],
                }
                for case in session.scalars(select(Case).order_by(Case.opened_at))
            ],
            "answers": {answer.question: _value(vault, answer) for answer in session.scalars(select(Answer))},
            "response": str(response.state) if response else None,
            "opted_out": session.scalar(select(OptOut)) is not None,
        }


def _value(vault: Vault, answer: Answer) -> Any:
    if answer.is_skipped:
        return "skipped"
    if answer.text is not None:
        return vault.open_text("answers.text", answer.id, answer.text)
    return answer.number if answer.number is not None else answer.choice
