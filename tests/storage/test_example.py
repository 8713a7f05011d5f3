"""The example programme: only into an empty database, whole, and gone without a trace."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import func, select

from storage import cases, example
from storage.database import Database
from storage.disclosure import fixed_table
from storage.inbox import InboundMessage, accept
from storage.models import Base, Case, Factory, SurveyResponse, SurveyVersion, Worker
from storage.models.enums import Author, CaseStatus, Category, Severity
from storage.queue import QueueFilters, Scope, factory_queue
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.factories import create_case, create_factory, create_person, create_worker

DEFINITION: dict[str, Any] = yaml.safe_load(Path("bot/surveys/core.yml").read_text("utf-8"))


@pytest.fixture
def seeded(database: Database, vault: Vault, clock: FixedClock) -> Database:
    with database.transaction() as session:
        assert example.seed(session, vault, DEFINITION, clock.now())
    return database


def rows(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def test_it_is_a_programme_worth_looking_at(seeded: Database, clock: FixedClock) -> None:
    with seeded.reading() as session:
        found = list(session.scalars(select(Case)))
        queue = factory_queue(session, Scope.everything(), QueueFilters(), clock.now())
        assert len(found) >= 30
        assert {case.language for case in found} == {"bn", "vi", "ht", "en"}
        assert {case.severity for case in found} == set(Severity)
        assert {case.status for case in found} == set(CaseStatus)
        assert len({case.category for case in found}) >= len(Category) - 1
        assert {row.code for row in queue} == {"4821", "5932", "6143", "-"}
        assert any(row.overdue for row in queue)
        assert any(row.unsorted for row in queue)


def test_all_of_it_is_marked(seeded: Database) -> None:
    with seeded.reading() as session:
        for table in (Factory, Case, SurveyResponse):
            assert set(session.scalars(select(table.is_example))) == {True}


def test_every_case_lies_in_the_past_and_is_told_in_order(seeded: Database, vault: Vault, clock: FixedClock) -> None:
    with seeded.reading() as session:
        for case in session.scalars(select(Case)):
            said = cases.messages(session, vault, case)
            moments = [line.at for line in said] + [event.at for event in cases.events(session, vault, case)]
            assert case.opened_at <= min(moments)
            assert max(moments) <= clock.now()
            assert said[0].author is Author.WORKER
            assert said[0].text


def test_every_story_is_whole() -> None:
    stories = yaml.safe_load(example.PROGRAMME.read_text("utf-8"))["stories"]
    assert {story["text"][-1] for story in stories} <= set("।.!?")


def test_every_case_can_be_answered(seeded: Database, vault: Vault, clock: FixedClock) -> None:
    with seeded.transaction() as session:
        for case in session.scalars(select(Case)):
            cases.reply(session, vault, case, "We are here.", None, clock.now())


def test_it_is_the_same_each_time(database: Database, vault: Vault, clock: FixedClock) -> None:
    def content() -> list[tuple[Any, ...]]:
        with database.transaction() as session:
            example.seed(session, vault, DEFINITION, clock.now())
            found = [
                (case.opened_at, case.category, case.status, cases.messages(session, vault, case)[0].text)
                for case in session.scalars(select(Case).order_by(Case.opened_at))
            ]
            table = fixed_table(session, clock.now())
            example.remove(session)
        return [*found, *((row.question, row.answer, row.respondents, row.share_percent) for row in table)]

    assert content() == content()


def test_export_of_the_example_shows_numbers(seeded: Database, clock: FixedClock) -> None:
    with seeded.reading() as session:
        table = fixed_table(session, clock.now())
    assert any(row.share_percent for row in table)
    assert all(row.is_example for row in table)


@pytest.mark.parametrize("create", [create_factory, create_person])
def test_only_an_empty_database_is_seeded(database: Database, vault: Vault, clock: FixedClock, create: Any) -> None:
    with database.transaction() as session:
        create(session)
    before = rows(database)
    with database.transaction() as session:
        assert not example.seed(session, vault, DEFINITION, clock.now())
    assert rows(database) == before


def test_seeding_twice_changes_nothing(seeded: Database, vault: Vault, clock: FixedClock) -> None:
    before = rows(seeded)
    with seeded.transaction() as session:
        assert not example.seed(session, vault, DEFINITION, clock.now())
    assert rows(seeded) == before


def test_nothing_is_left_after_removal(seeded: Database) -> None:
    with seeded.transaction() as session:
        assert example.remove(session) >= 30
    assert {name for name, count in rows(seeded).items() if count} == {SurveyVersion.__tablename__}
    with seeded.transaction() as session:
        assert example.remove(session) == 0


def test_removal_keeps_what_real_workers_said(seeded: Database, vault: Vault, clock: FixedClock) -> None:
    with seeded.transaction() as session:
        factory = session.scalars(select(Factory).where(Factory.code == "4821")).one()
        worker = create_worker(session, vault, address="+8801711111111", factory_id=factory.id)
        create_case(session, vault, worker=worker, factory=factory, text="real")
        # Somebody went on with one of the example phones.
        accept(session, vault, InboundMessage("simulator", "+8801700000000", "hello", "1"), clock.now())
    with seeded.transaction() as session:
        example.remove(session)
    with seeded.reading() as session:
        case = session.scalars(select(Case)).one()
        assert [said.text for said in cases.messages(session, vault, case)] == ["real"]
        assert (case.factory_id, session.scalars(select(Worker.factory_id)).one()) == (None, None)
