"""What she writes after an advisor's words answers the advisor; what was open is asked again afterwards."""

import pytest
from sqlalchemy import select

from bot.turn import Turns
from storage import cases
from storage.database import Database
from storage.models import Answer, Case
from storage.models.enums import CaseStatus, Severity
from tests.bot.conftest import Talk
from tests.bot.test_turn import GRIEVANCE
from tests.conftest import FixedClock

IN_A_SURVEY = ("JOIN 4821", "1", GRIEVANCE, "1", "1", "skip")
FIRST = "core.paid_on_time.text"


@pytest.fixture
def asked(talk: Talk, clock: FixedClock) -> Talk:
    """A worker with a case, who is asked the first question of the survey and then hears from an advisor."""
    for text in IN_A_SURVEY:
        talk.says(text)
    clock.advance(hours=1)
    talk.hears("Was it so last year as well?")
    clock.advance(hours=1)
    return talk


def texts(turns: Turns, *keys: str) -> list[str]:
    return [turns.wording.text("en", key) for key in keys]


def words(talk: Talk, database: Database, place: int = 0) -> list[str]:
    """Return what stands in one of the cases, the oldest first."""
    with database.reading() as session:
        case = list(session.scalars(select(Case).order_by(Case.opened_at)))[place]
        return [said.text for said in cases.messages(session, talk.turns.vault, case)]


def answers(database: Database) -> list[str | None]:
    with database.reading() as session:
        return list(session.scalars(select(Answer.choice)))


@pytest.mark.parametrize("text", ["yes", "ok", "2", "no it was the other line", "hello sister yes", "she knows it"])
def test_an_answer_to_an_advisor_is_none_to_the_survey(asked: Talk, database: Database, text: str) -> None:
    assert asked.says(text) == texts(asked.turns, "heard_more", FIRST)
    assert words(asked, database)[-1] == text
    assert answers(database) == []
    asked.says("2")
    assert answers(database) == ["no"], "it was asked again"


@pytest.mark.parametrize(
    ("text", "key"), [("skip", "skipped"), ("help", "help"), ("STOP", "stopped"), ("who can see my words?", "privacy")]
)
def test_what_is_meant_for_the_assistant_reaches_it(asked: Talk, database: Database, text: str, key: str) -> None:
    before = words(asked, database)
    assert asked.says(text)[0] == asked.turns.wording.text("en", key)
    assert words(asked, database) == before


def test_after_our_own_words_a_number_answers_the_survey(asked: Talk, database: Database) -> None:
    asked.says("help")
    asked.says("2")
    assert answers(database) == ["no"]


def test_words_of_an_advisor_that_have_not_left_are_not_answered(talk: Talk, database: Database) -> None:
    for text in IN_A_SURVEY:
        talk.says(text)
    talk.hears("Was it so last year as well?", has_left=False)
    talk.says("2")
    assert answers(database) == ["no"]


def test_the_answer_goes_to_the_case_that_the_advisor_wrote_about(
    talk: Talk, database: Database, clock: FixedClock
) -> None:
    for text in (*IN_A_SURVEY, "the supervisor shouts at us and calls us names every day", "1", "1"):
        talk.says(text)
        clock.advance(minutes=1)
    talk.hears("Was it so last year as well?")
    clock.advance(minutes=1)
    talk.says("yes since march")
    assert words(talk, database)[-1] == "yes since march"
    assert len(words(talk, database, 1)) == 1


def test_her_secret_word_does_not_go_to_the_advisor(talk: Talk, database: Database, clock: FixedClock) -> None:
    for text in (GRIEVANCE, "skip", "1", "1", "mango", "news"):
        talk.says(text)
    clock.advance(hours=1)
    talk.hears("Was it so last year as well?")
    assert talk.says("mango") != texts(talk.turns, "heard_more", "ask_news_word")
    assert "mango" not in words(talk, database)


@pytest.mark.parametrize("text", ["second floor", "march"])
def test_a_short_answer_to_an_advisor_is_no_emergency(asked: Talk, database: Database, text: str) -> None:
    assert asked.says(text) == texts(asked.turns, "heard_more", FIRST)
    with database.reading() as session:
        assert session.scalars(select(Case.severity)).one() is not Severity.CRITICAL


def test_a_danger_told_to_an_advisor_is_one(asked: Talk, database: Database) -> None:
    assert asked.says("they beat her")[0] == asked.turns.wording.text("en", "danger_call", {"number": "999"})
    with database.reading() as session:
        assert session.scalars(select(Case.severity)).one() is Severity.CRITICAL


def test_news_say_that_an_advisor_has_answered(asked: Talk) -> None:
    assert asked.says("news") == texts(asked.turns, "news_answered", FIRST)


def test_an_answer_opens_a_case_again_that_was_closed_with_a_question(asked: Talk, database: Database) -> None:
    with database.transaction() as session:
        case = session.scalars(select(Case)).one()
        cases.change_status(session, case, CaseStatus.CLOSED, None, asked.turns.clock.now())
    asked.says("no")
    assert words(asked, database)[-1] == "no"
    with database.reading() as session:
        assert session.scalars(select(Case.status)).one() is CaseStatus.IN_PROGRESS
