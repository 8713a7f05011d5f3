"""Whether a message answers the open question or is something else.

First the question's own reading: "1" or "48" is an answer whatever a classifier makes
of it. Only what it cannot read is looked at as an intent.
"""

from bot.current_turn import Turn
from bot.questions.case import WordQuestion
from bot.questions.factory import FactoryChoice, FactoryQuestion
from bot.questions.news import NewsWordQuestion
from bot.questions.reading import says_no
from bot.questions.survey import SurveyQuestion

INTERRUPTIONS = frozenset(
    {
        "grievance", "rights", "status", "human", "privacy", "language", "help", "repeat", "back", "survey", "stop",
        "greet", "thanks",
    }
)  # fmt: skip
"""Intents that are followed in the middle of a question."""

FOLLOWED = INTERRUPTIONS - {"thanks"}
"""Keywords that are followed even where any text is an answer."""

SENTENCE = 3
"""From so many words on, a text that may be a grievance is not taken for a failed answer."""

STORY = 6
"""From so many words on, what a text is like counts, also where something else was asked."""

CLEAR = 0.85
"""How surely a text must be something else than what was asked for, where nearly anything may be an answer."""

SURE = 0.6
"""Confidence from which a text in the middle of a question is an interruption."""


def is_answer(turn: Turn) -> bool:
    """Say whether the message belongs to the open question, readable or not."""
    understanding, question = turn.understanding, turn.asked
    if question is None or (understanding.is_keyword and understanding.intent in FOLLOWED):
        return False
    turn.reading = question.read(turn)
    if turn.reading is not None:
        return True
    return not is_interruption(turn)


def wants_to_skip(turn: Turn) -> bool:
    """Say whether she passes the question over, by keyword or in words that are no answer to it."""
    understanding, question = turn.understanding, turn.asked
    if asks_for_a_word(turn) and (says_no(turn) or (understanding.is_keyword and understanding.intent == "deny")):
        return True
    if isinstance(question, WordQuestion) and understanding.intent == "deny":
        return understanding.confidence >= SURE
    if question is None or understanding.intent != "skip":
        return False
    return understanding.is_keyword or (understanding.confidence >= SURE and question.read(turn) is None)


def is_interruption(turn: Turn) -> bool:
    """Say whether the message is about something else. A possible grievance is, unless it is a stray word."""
    understanding = turn.understanding
    if asks_for_a_word(turn) and len(turn.text.split()) == 1:
        return False
    if understanding.intent == "grievance" and isinstance(turn.asked, FactoryQuestion | FactoryChoice):
        # Names and streets look like anything: 'near the bridge' is no emergency where we asked for the place.
        return not _is_short(turn) or (understanding.confidence >= CLEAR and not is_shaky(turn))
    if understanding.intent == "grievance":
        is_sentence = len(turn.text.split()) >= SENTENCE
        return is_sentence or understanding.is_danger or understanding.confidence >= SURE
    return understanding.intent in INTERRUPTIONS and understanding.confidence >= SURE


def is_shaky(turn: Turn) -> bool:
    """Say whether a short text is called urgent only because it is like others that are."""
    return turn.understanding.severity in {"high", "critical"} and _is_short(turn)


def _is_short(turn: Turn) -> bool:
    return len(turn.text.split()) < STORY and not turn.understanding.names_danger


def asks_for_a_word(turn: Turn) -> bool:
    """Say whether any word may be the answer, so that its meaning says nothing."""
    return isinstance(turn.asked, WordQuestion | NewsWordQuestion)


def is_open_text(turn: Turn) -> bool:
    """Say whether the open question takes any text, so that a grievance there is an answer too."""
    return isinstance(turn.asked, SurveyQuestion) and turn.asked.kind == "text"
