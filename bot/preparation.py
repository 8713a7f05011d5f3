"""Before the dialogue: which language, posters and menu numbers, what the message was expected to be.

Called by `turn.py` for each message; afterwards the turn goes to Rasa.
"""

import re
from dataclasses import replace
from typing import Any

from bot.advised import CLEAR, answers_last_words
from bot.agenda import open_question
from bot.current_turn import Question, Turn
from bot.menu import choose, menu
from bot.overtaken import forget_overtaken
from bot.questions.arrival import LanguageQuestion, usual_languages
from bot.questions.factory import settle_factory
from bot.questions.reading import read_option
from bot.understood import SURE
from bot.wording import FALLBACK, Saying
from storage import cases
from storage.digits import digits_only
from storage.factories import find_by_code
from storage.models import Factory, Worker

JOIN = re.compile(r"\s*join\s*[:#-]?\s*(\S{1,16})\s*", re.IGNORECASE)
ENOUGH_LETTERS = 7
"""From so many letters on a first message says which language it is in."""

UNCLEAR = frozenset({"out_of_scope", "affirm", "deny", "human"})
"""Intents that say nothing of what a text is about."""
FOR_A_PERSON = frozenset({"grievance", "rights"})
ASIDES = frozenset({"privacy", "language", "help", "stop"})
"""What a text can be, when it is so clearly, although we had asked her to write what happened."""

DOUBTFUL = 0.6
"""Below this confidence a text that nothing is expected of may still be a grievance."""
STORY = 3
"""Words from which a text that is not understood goes to a person."""


def known(worker: Worker, factory: Factory | None) -> dict[str, Any]:
    """Return what helps to understand a text: the languages and the country of this worker."""
    usual = factory.languages if factory else list(usual_languages(worker.country))
    return {
        "chosen_language": worker.language if worker.language_chosen else None,
        "language": worker.language,
        "factory_languages": usual,
        "country": worker.country,
    }


def choose_language(turn: Turn, factory: Factory | None) -> None:
    """Settle the language of the turn; at a first word that tells nothing, guess and ask."""
    worker, understood = turn.worker, turn.understanding.language
    if worker.language is not None:
        is_ours = understood is not None and understood in turn.wording.languages
        turn.language = (understood if is_ours else None) or worker.language
        if worker.language != turn.language:
            worker.language = turn.language
        return
    letters = sum(sign.isalpha() for sign in turn.text)
    is_clear = letters >= ENOUGH_LETTERS and not turn.understanding.is_language_doubtful
    if (
        understood in turn.wording.languages
        and understood
        and (is_clear or turn.understanding.script not in {"Latn", None})
    ):
        turn.language = worker.language = understood
        return
    usual = [*(factory.languages if factory else []), *usual_languages(worker.country)]
    turn.language = worker.language = _first_of(usual, turn)
    turn.memo.language_open = len(turn.wording.languages) > 1


def _first_of(tags: list[str], turn: Turn) -> str:
    return next((tag for tag in tags if tag in turn.wording.languages), FALLBACK)


def prepare(turn: Turn, factory_code: str | None) -> None:
    """Bring the message into the dialogue: posters, menu numbers, and what was expected."""
    joined = JOIN.fullmatch(turn.text)
    code = digits_only(joined.group(1)) if joined else None
    if code is not None:
        turn.preface = [_join(turn, code)]
    elif factory_code and turn.worker.factory_id is None:
        _join(turn, factory_code)
    turn.asked = _asked_here(turn)
    overtaken = forget_overtaken(turn)
    if code is not None:
        _read_as(turn, "survey")
    elif answers_last_words(turn):
        turn.asked = turn.memo.expects = None
        _read_as(turn, "grievance")
    elif turn.asked is None and _is_yes_or_no(turn) and _answers_an_advisor(turn):
        _read_as(turn, "grievance")
    elif turn.asked is None:
        _read_unasked(turn, overtaken)


def _read_unasked(turn: Turn, overtaken: Saying | None) -> None:
    """Read what answers no question: a line of the menu, what was expected, or the answer to one that was overtaken."""
    is_late = overtaken is not None and (_is_yes_or_no(turn) or _is_bare_number(turn))
    if not is_late:
        choose(turn)
        _fulfil_expectation(turn)
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


def _join(turn: Turn, code: str) -> Saying:
    factory = find_by_code(turn.session, code)
    if factory is None:
        return Saying("factory_code_unknown")
    if turn.memo.language_open:
        # Her first word was the poster's keyword: the factory's language is a better guess than a question.
        turn.language = turn.worker.language = _first_of(factory.languages, turn)
        turn.memo.language_open = False
    return settle_factory(turn, factory)


def _fulfil_expectation(turn: Turn) -> None:
    """What comes after 'please write what happened' is what happened; so is a story nobody understands."""
    understanding, expected = turn.understanding, turn.memo.expects
    turn.memo.expects = None
    if understanding.is_keyword or turn.is_choice:
        return
    has_words = any(sign.isalpha() for sign in turn.text)
    is_aside = understanding.intent in ASIDES and understanding.confidence >= CLEAR
    if turn.media and not has_words:
        _read_as(turn, "grievance")
    elif _is_stray_word(turn) and expected is None:
        _read_as(turn, "out_of_scope")
    elif not has_words:
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
    if not any(sign.isalpha() for sign in turn.text):
        return turn.media > 0
    is_unclear = understanding.intent in UNCLEAR and not understanding.is_keyword
    return is_unclear and (_answers_an_advisor(turn) or _may_be_a_story(turn))


def _is_yes_or_no(turn: Turn) -> bool:
    return turn.understanding.intent in {"affirm", "deny"}


def _is_bare_number(turn: Turn) -> bool:
    return any(sign.isdigit() for sign in turn.text) and not any(sign.isalpha() for sign in turn.text)


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
