"""Before the dialogue: posters and menu numbers, and what the message was expected to be.

Called by `turn.py` for each message; afterwards the turn goes to Rasa.
"""

from dataclasses import replace

from bot.advised import answers_last_words, read_as_words
from bot.agenda import open_question
from bot.current_turn import Question, Turn
from bot.menu import choose, menu
from bot.overtaken import forget_overtaken
from bot.posters import join, poster_code
from bot.questions.arrival import LanguageQuestion
from bot.questions.reading import read_option
from bot.understood import CLEAR, SURE, is_open_text
from bot.wording import Saying
from storage import cases

UNCLEAR = frozenset({"out_of_scope", "affirm", "deny", "human"})
"""Intents that say nothing of what a text is about."""
FOR_A_PERSON = frozenset({"grievance", "rights"})
ASIDES = frozenset({"privacy", "language", "help", "stop"})
"""What a text can be, when it is so clearly, although we had asked her to write what happened."""

DOUBTFUL = 0.6
"""Below this confidence a text that nothing is expected of may still be a grievance."""
STORY = 3
"""Words from which a text that is not understood goes to a person."""


def prepare(turn: Turn, factory_code: str | None) -> None:
    """Bring the message into the dialogue: posters, menu numbers, and what was expected."""
    code = poster_code(turn)
    if code is not None:
        turn.preface = [join(turn, code)]
    elif factory_code and turn.worker.factory_id is None:
        join(turn, factory_code)
    turn.asked = _asked_here(turn)
    overtaken, expected = forget_overtaken(turn), turn.memo.expects
    turn.memo.expects = None
    if code is not None:
        _read_as(turn, "survey")
    elif answers_last_words(turn):
        read_as_words(turn)
    elif turn.asked is None and _is_yes_or_no(turn) and _answers_an_advisor(turn):
        _read_as(turn, "grievance")
    elif turn.media and not _has_words(turn):
        turn.asked = None
        _read_as(turn, "grievance")
    elif turn.asked is None or (expected is not None and _tells_rather_than_answers(turn)):
        turn.asked = None
        _read_unasked(turn, overtaken, expected)


def _tells_rather_than_answers(turn: Turn) -> bool:
    """Say whether words that we asked for are no answer to the question that stood below."""
    is_told = _has_words(turn) and not turn.understanding.is_keyword
    return is_told and (is_open_text(turn) or turn.asked is None or turn.asked.read(turn) is None)


def _read_unasked(turn: Turn, overtaken: Saying | None, expected: str | None) -> None:
    """Read what answers no question: a line of the menu, what was expected, or the answer to one that was overtaken."""
    is_late = overtaken is not None and (_is_yes_or_no(turn) or _is_bare_number(turn))
    if not is_late:
        choose(turn)
        _fulfil_expectation(turn, expected)
    if overtaken is not None and (is_late or turn.understanding.intent == "out_of_scope"):
        turn.preface = [overtaken]
        _read_as(turn, "repeat")


def _asked_here(turn: Turn) -> Question | None:
    """Return the open question if it was asked in this conversation: it may have been opened on another channel.

    A first word may name the language before anybody has asked for it.
    """
    question = open_question(turn)
    is_asked = question is not None and (question.key == turn.memo.question or isinstance(question, LanguageQuestion))
    return question if is_asked else None


def _fulfil_expectation(turn: Turn, expected: str | None) -> None:
    """What comes after 'please write what happened' is what happened; so is a story nobody understands."""
    if turn.understanding.is_keyword or turn.is_choice:
        return
    if turn.understanding.intent == "thanks" and turn.understanding.confidence < SURE:
        _read_as(turn, "out_of_scope")  # an insult, as likely as not
    understanding = turn.understanding
    is_aside = understanding.intent in ASIDES and understanding.confidence >= CLEAR
    if _is_stray_word(turn) and expected is None:
        _read_as(turn, "out_of_scope")
    elif not _has_words(turn):
        return
    elif expected is not None and not is_aside:
        _read_as(turn, expected)
    elif understanding.intent not in UNCLEAR:
        return
    elif _answers_an_advisor(turn) or _may_be_a_story(turn):
        _read_as(turn, "grievance")


def _is_stray_word(turn: Turn) -> bool:
    """A single word that is a grievance only by doubt opens no case: she is asked what she means."""
    understanding = turn.understanding
    is_doubtful = understanding.intent == "grievance" and understanding.confidence < SURE
    return is_doubtful and not understanding.is_danger and len(turn.text.split()) == 1


def is_for_a_person(turn: Turn) -> bool:
    """Say whether the words of somebody who wants no messages go into a case: nobody will ask her what she meant."""
    understanding = turn.understanding
    if understanding.intent in FOR_A_PERSON:
        return True
    if _is_yes_or_no(turn) or _is_number(turn):
        return _answers_an_advisor(turn)
    if not _has_words(turn):
        return turn.media > 0
    is_unclear = understanding.intent in UNCLEAR and not understanding.is_keyword
    return is_unclear and (_answers_an_advisor(turn) or _may_be_a_story(turn))


def _is_yes_or_no(turn: Turn) -> bool:
    return turn.understanding.intent in {"affirm", "deny"}


def _has_words(turn: Turn) -> bool:
    return any(sign.isalpha() for sign in turn.text)


def _is_bare_number(turn: Turn) -> bool:
    return any(sign.isdigit() for sign in turn.text) and not _has_words(turn)


def _is_number(turn: Turn) -> bool:
    is_line = read_option(turn, menu(turn).options) is not None
    return not turn.understanding.is_keyword and (_is_bare_number(turn) or is_line)


def _answers_an_advisor(turn: Turn) -> bool:
    open_cases = cases.open_of(turn.session, turn.vault, turn.worker.pseudonym)
    return any(cases.awaits_worker(turn.session, case) for case in open_cases)


def _may_be_a_story(turn: Turn) -> bool:
    return turn.understanding.confidence < DOUBTFUL and len(turn.text.split()) >= STORY


def _read_as(turn: Turn, intent: str) -> None:
    turn.understanding = replace(turn.understanding, intent=intent, is_keyword=False)
