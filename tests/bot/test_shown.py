"""What was shown is what counts: a number means the line she saw, an answer the question she was asked."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from storage import retention
from storage.database import Database
from storage.models import Answer, Factory, Worker
from tests.bot.conftest import Talk
from tests.bot.test_turn import GRIEVANCE
from tests.conftest import FixedClock
from tests.factories import create_factory


def texts(talk: Talk, *keys: str) -> list[str]:
    return [talk.turns.wording.text("en", key) for key in keys]


@pytest.fixture
def choosing(talk: Talk, database: Database) -> Talk:
    """A worker who was asked which of three factories she means."""
    with database.transaction() as session:
        for code, name in (("7001", "Lotus Fashion"), ("7002", "Lotus Knit"), ("7003", "Lotus Wear")):
            create_factory(session, code=code, name=name)
    for text in ("I want to answer the survey questions", "1", "lotus"):
        said = talk.says(text)
    assert said == texts(talk, "ask_factory_which")
    return talk


def close(database: Database, code: str) -> None:
    with database.transaction() as session:
        session.scalars(select(Factory).where(Factory.code == code)).one().is_active = False


def works_in(database: Database) -> str | None:
    with database.reading() as session:
        query = select(Factory.code).join(Worker, Worker.factory_id == Factory.id)
        return session.scalars(query).one_or_none()


def test_a_number_means_the_factory_that_stood_beside_it(choosing: Talk, database: Database) -> None:
    close(database, "7001")
    assert choosing.says("2")[0] == choosing.turns.wording.text("en", "factory_set")
    assert works_in(database) == "7002"


def test_none_of_these_stays_the_last_line(choosing: Talk, database: Database) -> None:
    close(database, "7001")
    assert choosing.says("4") == texts(choosing, "ask_factory")
    assert works_in(database) is None


def test_one_that_was_closed_meanwhile_is_not_found(choosing: Talk, database: Database) -> None:
    close(database, "7002")
    assert choosing.says("2") == texts(choosing, "ask_factory_help")
    assert works_in(database) is None


def test_another_factory_with_the_same_number_is_another_factory(choosing: Talk, database: Database) -> None:
    with database.transaction() as session:
        session.scalars(select(Factory).where(Factory.code == "7002")).one().code = "7009"
        create_factory(session, code="7002", name="Sunset Socks")
    choosing.says("2")
    assert works_in(database) == "7009"


def test_a_list_that_is_gone_is_not_answered(choosing: Talk, database: Database) -> None:
    with database.transaction() as session:
        session.delete(session.scalars(select(Factory).where(Factory.code == "7001")).one())
    assert choosing.says("2") == texts(choosing, "question_closed", "ask_factory")
    assert works_in(database) is None


def answers(database: Database) -> list[tuple[str, float | str | None]]:
    with database.reading() as session:
        return [(row.question, row.number or row.choice) for row in session.scalars(select(Answer))]


@pytest.fixture
def left(talk: Talk, clock: FixedClock) -> Talk:
    """A worker who was asked the first question of a survey on 20 December and did not answer."""
    clock.advance(days=32)
    for text in ("JOIN 4821", "1"):
        talk.says(text)
    return talk


def passes(talk: Talk, clock: FixedClock, days: int) -> None:
    clock.advance(days=days)
    with talk.turns.database.transaction() as session:
        retention.run(session, talk.turns.vault, clock.now())


@pytest.mark.parametrize("text", ["1", "yes", "4", "often"])
def test_an_answer_of_last_quarter_is_none_of_this_one(
    left: Talk, database: Database, clock: FixedClock, text: str
) -> None:
    passes(left, clock, days=14)
    assert left.says(text) == texts(left, "survey_anew", "core.paid_on_time.text")
    assert answers(database) == []
    left.says("2")
    assert answers(database) == [("paid_on_time", "no")]


def test_a_survey_that_expired_goes_on_within_its_quarter(left: Talk, database: Database, clock: FixedClock) -> None:
    passes(left, clock, days=9)
    left.says("2")
    assert answers(database) == [("paid_on_time", "no")]


def test_what_was_answered_on_another_channel_is_not_answered_again(talk: Talk, database: Database) -> None:
    other = replace(talk, channel="whatsapp", said=100)
    for text in ("JOIN 4821", "1"):
        talk.says(text)
    for text in ("survey", "1"):
        other.says(text)
    assert talk.says("2") == [
        talk.turns.wording.text("en", key) for key in ("question_closed", "core.pay_understood.text")
    ]
    assert answers(database) == [("paid_on_time", "yes")]


def test_after_the_last_question_a_late_number_is_no_line_of_the_menu(talk: Talk, database: Database) -> None:
    other = replace(talk, channel="whatsapp", said=100)
    for text in (GRIEVANCE, "skip", "1", "1"):
        talk.says(text)
    for text in ("hello", "skip"):
        other.says(text)
    assert talk.says("2") == texts(talk, "question_closed", "menu")
    assert talk.says("2") == texts(talk, "tell_us"), "by then she has seen the menu"
