"""The migrations: they make what the models say, they go up and down, also with data in the tables."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, select

from storage import schema
from storage.database import Database
from storage.models import Base, Factory
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.factories import create_case, create_factory, create_worker


@pytest.fixture
def bare(database: Database) -> Database:
    """A database without any table."""
    with database.engine.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    return database


def downgrade(database: Database) -> None:
    with database.engine.begin() as connection:
        command.downgrade(schema.migrations_config(connection), "base")


def table_names(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def checks(connection: Connection) -> dict[str, set[str | None]]:
    inspector = inspect(connection)
    return {name: {check["name"] for check in inspector.get_check_constraints(name)} for name in Base.metadata.tables}


def test_migrated_schema_equals_the_models(bare: Database) -> None:
    schema.upgrade(bare)
    with bare.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrated_checks_equal_the_models(bare: Database) -> None:
    schema.upgrade(bare)
    with bare.engine.connect() as connection:
        migrated = checks(connection)
    downgrade(bare)
    with bare.engine.begin() as connection:
        Base.metadata.create_all(connection)
        assert checks(connection) == migrated
    assert migrated["cases"] == {
        "ck_cases_category",
        "ck_cases_second_category",
        "ck_cases_severity",
        "ck_cases_casestatus",
    }


def test_upgrade_reaches_the_head_and_says_so(bare: Database) -> None:
    assert schema.current(bare) is None
    schema.upgrade(bare)
    assert schema.current(bare) == schema.head()


def test_second_upgrade_changes_nothing(bare: Database, clock: FixedClock) -> None:
    schema.upgrade(bare)
    with bare.transaction() as session:
        create_factory(session, code="4821")
    schema.upgrade(bare)
    with bare.reading() as session:
        assert session.scalar(select(Factory.code)) == "4821"


def test_goes_up_and_down(bare: Database) -> None:
    schema.upgrade(bare)
    assert table_names(bare) == set(Base.metadata.tables)
    downgrade(bare)
    assert table_names(bare) == set()
    schema.upgrade(bare)
    assert table_names(bare) == set(Base.metadata.tables)


def test_goes_down_and_up_with_data(bare: Database, vault: Vault, clock: FixedClock) -> None:
    schema.upgrade(bare)
    with bare.transaction() as session:
        worker = create_worker(session, vault)
        create_case(session, vault, worker=worker, factory=create_factory(session))
    downgrade(bare)
    schema.upgrade(bare)
    with bare.reading() as session:
        assert session.scalars(select(Factory)).all() == []


def test_failed_step_leaves_nothing_behind(bare: Database) -> None:
    with bare.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE cases (id INTEGER)")
    with pytest.raises(Exception, match="cases"):
        schema.upgrade(bare)
    assert schema.current(bare) is None
    assert table_names(bare) == {"cases"}
