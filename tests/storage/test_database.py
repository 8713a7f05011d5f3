"""The promises of the transaction, on both databases."""

import threading

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from storage.database import Database, insert_once
from storage.models import Factory, OptOut, Role
from tests.conftest import FixedClock
from tests.factories import create_factory


def test_first_insert_says_yes_and_the_second_no(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        assert insert_once(session, Role, {"name": "advisor"})
        assert not insert_once(session, Role, {"name": "advisor"})
        assert insert_once(session, OptOut, {"pseudonym": "x", "since": clock.now()})
        assert not insert_once(session, OptOut, {"pseudonym": "x", "since": clock.now()})


def test_of_inserts_at_once_exactly_one_says_yes(database: Database, clock: FixedClock) -> None:
    said: list[bool] = []
    start = threading.Barrier(4)

    def insert() -> None:
        start.wait()
        with database.transaction() as session:
            said.append(insert_once(session, Role, {"name": "advisor"}))

    threads = [threading.Thread(target=insert) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [False, False, False, True]


def make_twice(database: Database) -> None:
    with database.transaction() as session:
        create_factory(session, code="4821", name="+8801700000000")
        create_factory(session, code="4821", name="+8801700000001")


def test_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(IntegrityError):
        make_twice(database)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Factory)) == 0


def test_reading_never_writes(database: Database) -> None:
    with database.reading() as session:
        create_factory(session)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Factory)) == 0


def test_error_shows_no_value(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught:
        make_twice(database)
    assert "+88017" not in str(caught.value)


def test_moments_come_back_in_utc(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        create_factory(session, created_at=clock.now())
    with database.reading() as session:
        assert session.scalars(select(Factory.created_at)).one() == clock.now()


def test_dead_database_does_not_answer() -> None:
    with pytest.raises(OperationalError):
        Database("sqlite:////nowhere/at/all.db").ping()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_connection_that_the_server_has_cut_is_replaced(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.reading() as session:
        process = session.scalar(text("SELECT pg_backend_pid()"))
    other = Database(database.url)
    with other.reading() as session:
        assert session.scalar(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})
    other.close()
    monkeypatch.setattr("storage.database.IDLE_SECONDS", 0)
    database.ping()
