"""What is asked next: the first of all questions that is open, worked out from the tables.

Because the tables say it, an interruption needs no memory: when it is over, the same
question is still the open one.
"""

from bot.casework import draft, keep_words
from bot.current_turn import Question, Turn
from bot.memo import Memo
from bot.news import waiting
from bot.questions.arrival import ConsentQuestion, LanguageQuestion
from bot.questions.case import CaseYesNo, CategoryQuestion, WordQuestion
from bot.questions.factory import FactoryChoice, FactoryQuestion, candidates
from bot.questions.news import NewsWordQuestion, count_wrong_word, is_locked
from bot.questions.survey import SurveyQuestion
from bot.understood import SENTENCE, asks_for_a_word
from bot.wording import Saying
from storage import cases, surveys
from storage.models import Case, SurveyResponse
from storage.models.enums import Category, ResponseState, Severity
from storage.workers import opt_out

MOST_TRIES = 3
"""After so many unreadable answers a question is passed over."""


def open_question(turn: Turn) -> Question | None:
    """Return what is to be asked now, or none when nothing is open."""
    return turn.recall("question", lambda: _first_open(turn))


def _first_open(turn: Turn) -> Question | None:
    if turn.memo.language_open and not turn.worker.language_chosen:
        return LanguageQuestion()
    if turn.memo.news_open:
        return NewsWordQuestion()
    case = draft(turn)
    if case is not None:
        return _about_case(turn, case)
    if turn.memo.survey_wanted:
        return _about_survey(turn)
    return None


def take_answer(turn: Turn) -> list[Saying]:
    """Use the message as the answer to the question that was open; return what to say before the next one."""
    question = turn.asked
    if question is None:
        return []
    turn.is_spent = True
    case = draft(turn)
    if turn.media and case is not None:
        turn.case_id = case.id  # a picture with an answer belongs to what is talked about
    if turn.reading is not None:
        _forget_tries(turn)
        return [*question.take(turn, turn.reading), *settle(turn)]
    return [*_unreadable(turn, question), *settle(turn)]


def skip(turn: Turn) -> list[Saying]:
    """Pass over the open question."""
    question = turn.asked
    if question is None:
        return [Saying("nothing_to_skip")]
    turn.is_spent = True
    _forget_tries(turn)
    return [*(question.skip(turn) or [Saying("skipped")]), *settle(turn)]


def settle(turn: Turn) -> list[Saying]:
    """Close what has no open question any more; return what to say about it."""
    turn.changed()
    sayings = [*_settle_case(turn), *_settle_survey(turn)]
    turn.changed()
    return sayings


def stop_all(turn: Turn) -> None:
    """She wants no more messages: nothing is open any more. A case stays; it is for a person."""
    opt_out(turn.session, turn.vault, turn.worker, turn.now)
    response = surveys.open_response(turn.session, turn.vault, turn.worker.pseudonym)
    if response is not None:
        surveys.stop(turn.session, response, turn.now)
    turn.memo = Memo()
    turn.changed("opted_out")
    turn.changed()


def ask(turn: Turn, question: Question) -> Saying:
    """Return the question in the form that fits how often it was not understood."""
    if turn.memo.question != question.key:
        turn.memo.question, turn.memo.tries = question.key, 0
    return question.say(turn, turn.memo.tries)


def _unreadable(turn: Turn, question: Question) -> list[Saying]:
    if isinstance(question, NewsWordQuestion):
        count_wrong_word(turn)
        if is_locked(turn):
            turn.memo.news_open = False
            return [Saying("news_locked")]
    turn.memo.tries = turn.memo.tries + 1 if turn.memo.question == question.key else 1
    turn.memo.question = question.key
    _keep_words(turn)
    if turn.memo.tries < MOST_TRIES:
        return _way_to_answer(turn, question)
    _forget_tries(turn)
    return question.skip(turn) or [Saying("skipped")]


def _keep_words(turn: Turn) -> None:
    """Put what is no answer to a question about her case into the case: it may be what matters most."""
    has_words = any(sign.isalpha() for sign in turn.text) and not turn.understanding.is_keyword
    may_be_secret = asks_for_a_word(turn) and len(turn.text.split()) < SENTENCE
    case = draft(turn)
    if case is not None and has_words and not may_be_secret:
        keep_words(turn, case)


def _way_to_answer(turn: Turn, question: Question) -> list[Saying]:
    """Return a hint where the question has no helpful form of its own."""
    plain, again = question.say(turn, 0), question.say(turn, turn.memo.tries)
    return [Saying("try_menu")] if again.options and again.key == plain.key else []


def _forget_tries(turn: Turn) -> None:
    turn.memo.question, turn.memo.tries = None, 0


def _about_case(turn: Turn, case: Case) -> Question | None:
    asked = case.details
    if "category" not in asked and not _is_urgent(case):
        return CategoryQuestion()
    factory = _about_factory(turn) if case.factory_id is None else None
    if factory is not None:
        return factory
    if "now" not in asked and not _is_question(case):
        return CaseYesNo("now")
    if turn.is_phone and "safe_to_text" not in asked:
        return CaseYesNo("safe_to_text")
    if turn.is_phone and "word" not in asked and turn.worker.word_hash is None:
        return WordQuestion()
    return None


def _is_urgent(case: Case) -> bool:
    # A person sees it within the hour and sorts it; she has something else to do than to read eleven lines.
    return case.severity is Severity.CRITICAL and case.category is not Category.UNSORTED


def _is_question(case: Case) -> bool:
    return case.details.get("kind") in {"rights", "human"}


def _about_factory(turn: Turn) -> Question | None:
    if turn.worker.factory_id is not None or turn.worker.factory_declined:
        return None
    return FactoryChoice() if candidates(turn) else FactoryQuestion()


def _about_survey(turn: Turn) -> Question | None:
    if turn.response is not None:
        return _next_of(turn.response)
    if turn.worker.consented_at is not None and _about_factory(turn) is None:
        turn.response = surveys.open_response(turn.session, turn.vault, turn.worker.pseudonym)
        if turn.response is not None:
            return _next_of(turn.response)
    version = turn.recall("survey", lambda: surveys.current_version(turn.session))
    if version is None:
        return None
    if turn.worker.consented_at is None:
        return ConsentQuestion(len(version.definition["questions"]))
    factory = _about_factory(turn)
    if factory is not None:
        return factory
    turn.response = surveys.start_or_resume(
        turn.session,
        turn.vault,
        turn.worker.pseudonym,
        version,
        factory_id=turn.worker.factory_id,
        country=turn.worker.country,
        language=turn.language,
        now=turn.now,
    )
    return _next_of(turn.response)


def _next_of(response: SurveyResponse) -> SurveyQuestion | None:
    definition = surveys.next_question(response)
    return SurveyQuestion(response.version.survey, definition, response) if definition else None


def _settle_case(turn: Turn) -> list[Saying]:
    case = draft(turn)
    if case is None or _about_case(turn, case) is not None:
        return []
    cases.finish_draft(turn.session, case, turn.now)
    said = [waiting(turn, case, "done_hour", "done_day")]
    if case.details.get("safe_to_text") == "no":
        said.append(Saying("done_silent"))
    if not turn.is_phone:
        receipt = cases.issue_receipt(turn.session, turn.vault, case)
        # Spaces that do not break: she copies it from one line.
        said.append(Saying("receipt", {"receipt": "\u00a0".join(receipt[i : i + 4] for i in range(0, 16, 4))}))
    return said


def _settle_survey(turn: Turn) -> list[Saying]:
    if not turn.memo.survey_wanted:
        return []
    response = turn.response or surveys.open_response(turn.session, turn.vault, turn.worker.pseudonym)
    if response is None or response.state is not ResponseState.OPEN or surveys.next_question(response) is not None:
        return []
    surveys.finish(turn.session, response, turn.now)
    turn.memo.survey_wanted = False
    return [Saying("survey_done")]
