"""Brings a database to the schema of this version of the code.

Called by `app.py` before anything else opens the database; the steps are in `migrations/versions/`.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_SECONDS = 10
"""How long a step waits for a table that others use before it gives up, on PostgreSQL."""

_ADVISORY_LOCK = 7_305_421_190
"""Any number of our own: two processes that start together upgrade one after the other."""


def upgrade(database: Database) -> None:
    """Run the steps that are missing, in one transaction; nothing happens when there are none."""
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK})
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        command.upgrade(migrations_config(connection), "head")


def current(database: Database) -> str | None:
    """Return the database's revision; none when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """Return the revision that this code needs."""
    revision = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if revision is None:
        raise RuntimeError(f"{MIGRATIONS} holds no revision")
    return revision


def migrations_config(connection: Connection) -> Config:
    """Return Alembic's configuration for work on `connection`; the caller commits."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
