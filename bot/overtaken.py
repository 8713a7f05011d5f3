"""A question that was asked here and is not the open one any more: what answers it must not answer another one.

It was answered on another channel, its list is gone, or its round of the survey is over.
"""

from bot.agenda import open_question
from bot.current_turn import Turn
from bot.questions.survey import ROUND, SurveyQuestion
from bot.wording import Saying


def forget_overtaken(turn: Turn) -> Saying | None:
    """Forget the question that was asked here last if it is no longer open; return what to say about that."""
    question, asked = open_question(turn), turn.memo.question
    if asked is None or (question is not None and question.key == asked):
        return None
    turn.memo.question, turn.memo.tries = None, 0
    is_of_survey = isinstance(question, SurveyQuestion) and asked.startswith(ROUND)
    is_other_round = isinstance(question, SurveyQuestion) and not asked.startswith(question.round)
    return Saying("survey_anew" if is_of_survey and is_other_round else "question_closed")
