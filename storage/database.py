"""The engine and the one way to open a transaction.

SQLite and PostgreSQL behave alike from here on: a write transaction holds its
lock from the first statement, and nothing is half there afterwards.
"""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache, partial
from time import monotonic
from typing import Any, cast

from sqlalchemy import Engine, Row, Table, create_engine, event, text
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.dml import ReturningInsert

SQLITE_BUSY_SECONDS = 30
"""How long a statement waits for another process's write lock on SQLite."""


IDLE_SECONDS = 1.0
"""From when on a connection is asked whether it is still alive before it is used: the server may have gone."""


class Database:
    """An engine with its two kinds of transaction."""

    def __init__(self, url: str, *, busy_seconds: float = SQLITE_BUSY_SECONDS) -> None:
        """Open `url` (SQLAlchemy's form); no connection is made before the first use."""
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url, busy_seconds) if self.is_sqlite else _postgres_engine(url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        # SQLite's own wait for the lock sleeps and is unfair: with many threads some
        # would starve for seconds. One lock in the process makes them queue instead.
        self._write_lock: AbstractContextManager[Any] = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session that commits at the end, or rolls back when anything is raised."""
        with self._write_lock, self._sessions() as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session for looking only: it sees one state; what it read stays readable afterwards."""
        with self._sessions() as session:
            session.connection(execution_options={"openline_read_only": True})
            yield session

    def ping(self) -> None:
        """Raise SQLAlchemy's error when the database does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def _sqlite_engine(url: str, busy_seconds: float) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": busy_seconds, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite_connection)
    event.listen(engine, "begin", _begin_on_sqlite)
    return engine


def _postgres_engine(url: str) -> Engine:
    engine = create_engine(url, hide_parameters=True, pool_size=10, max_overflow=10)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", partial(_ping_when_idle, engine))
    return engine


def _note_use(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["used"] = monotonic()


def _ping_when_idle(engine: Engine, connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    # SQLAlchemy's own ping asks before every transaction, a fifth of the round trips of a message.
    if monotonic() - record.info.get("used", 0) < IDLE_SECONDS:
        return
    try:
        engine.dialect.do_ping(connection)
    except Exception as error:
        raise DisconnectionError from error  # the pool connects anew and asks again


def _prepare_sqlite_connection(connection: Any, _record: object) -> None:
    # The driver's own BEGIN is deferred and would deadlock on the way from read to
    # write; with isolation_level None it issues none and `_begin_on_sqlite` does.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_on_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("openline_read_only", False)
    connection.exec_driver_sql("BEGIN DEFERRED" if read_only else "BEGIN IMMEDIATE")


def insert_once(session: Session, table: type[DeclarativeBase], values: dict[str, Any]) -> bool:
    """Insert a row unless one of its unique keys is taken; say whether it was inserted.

    Two transactions that insert the same key at once both come through: one with
    `True`, the other, after the first has committed, with `False`.
    """
    return insert_new(session, table, values) is not None


def insert_new(session: Session, table: type[DeclarativeBase], values: dict[str, Any]) -> Row[Any] | None:
    """Do as `insert_once`; return the primary key of the new row, none when there is no new one."""
    return session.execute(_insert_unless_there(table, session.get_bind().dialect.name), values).first()


@cache
def _insert_unless_there(table: type[DeclarativeBase], dialect: str) -> ReturningInsert[Any]:
    insert = sqlite_insert if dialect == "sqlite" else postgres_insert
    rows = cast(Table, table.__table__)
    # The number of rows is not told by every driver; a row that comes back is.
    return insert(rows).on_conflict_do_nothing().returning(*rows.primary_key)
