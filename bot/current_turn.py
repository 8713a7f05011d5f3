"""The turn that is being handled, and what a question of the dialogue is.

Rasa calls our actions without our arguments; they find their turn here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from bot.memo import Memo
from bot.wording import Saying, Wording
from nlu.languages import Language
from nlu.understanding import Understanding
from storage.models import Conversation, SurveyResponse, TrackerState, Worker
from storage.models.enums import OutboxKind
from storage.vault import Vault

Found = TypeVar("Found")


@dataclass
class Turn:
    """One message of one worker, while its transaction is open."""

    session: Session
    vault: Vault
    conversation: Conversation
    worker: Worker
    wording: Wording
    text: str
    understanding: Understanding
    language: str
    now: datetime
    memo: Memo = field(default_factory=Memo)
    tracker: TrackerState | None = None
    """The dialogue's state as the last turn left it."""
    media: int = 0
    """How many pictures or recordings came with the message."""
    last_said: OutboxKind | None = None
    """Of what kind the last thing was that she heard from us here."""
    response: SurveyResponse | None = None
    """Her response to the survey, once it was looked up."""
    case_id: str | None = None
    """The case this message became part of."""
    asked: "Question | None" = None
    """The question that was open when the message came."""
    is_spent: bool = False
    """Whether the message was used already, as an answer or otherwise: it is not read again."""
    is_choice: bool = False
    """Whether the message only picked a line of the main menu."""
    reading: Any = None
    """What the message says as an answer; see `Question.read`."""
    preface: list[Saying] = field(default_factory=list)
    """What was settled before the dialogue began, such as the factory of a poster."""
    failures: list[BaseException] = field(default_factory=list)

    _recalled: dict[str, Any] = field(default_factory=dict)

    def recall(self, name: str, find: Callable[[], Found]) -> Found:
        """Return what `find` gives, asked once until `changed`: Rasa wants the same answers many times a turn.

        What was found stays in the session as well: one that nobody holds is read again.
        """
        if name not in self._recalled:
            self._recalled[name] = find()
        found: Found = self._recalled[name]
        return found

    def changed(self, name: str = "question") -> None:
        """Something that `name` depends on is different now."""
        self._recalled.pop(name, None)

    @property
    def is_phone(self) -> bool:
        """Whether what we say stays readable on a phone that others may hold."""
        return self.conversation.channel != "web"

    @property
    def words(self) -> Language:
        """The folder of the language the turn is in."""
        return self.wording.languages[self.language]


class Question(Protocol):
    """One thing to ask. What is open follows from the tables and the memo alone."""

    @property
    def key(self) -> str:
        """Its name, in the memo."""
        ...

    def say(self, turn: Turn, tries: int) -> Saying:
        """Return the question; with `tries` above 0 a more helpful form of it."""
        ...

    def read(self, turn: Turn) -> Any:
        """Return what the turn's text says as an answer, or none. Changes nothing."""
        ...

    def take(self, turn: Turn, reading: Any) -> list[Saying]:
        """Store the answer; return what to say to it."""
        ...

    def skip(self, turn: Turn) -> list[Saying]:
        """She does not want to answer; return what to say to it."""
        ...


_current: ContextVar[Turn] = ContextVar("openline_turn")


def current_turn() -> Turn:
    """Return the turn being handled; raises `LookupError` outside of one."""
    return _current.get()


@contextmanager
def as_current(turn: Turn) -> Iterator[Turn]:
    """Make `turn` the current one for the code inside."""
    token = _current.set(turn)
    try:
        yield turn
    finally:
        _current.reset(token)
