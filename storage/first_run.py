"""What an empty database needs before somebody can try the service: tables, the survey, an example, an administrator.

`app.py run` calls it; each step does nothing when it was done before.
"""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import exists, select

from storage import accounts, example, people, surveys
from storage.clock import Clock
from storage.database import Database
from storage.models import Person
from storage.vault import Vault

FIRST_ADMINISTRATOR = "admin@openline.example"


def publish_missing_survey(database: Database, definition: Mapping[str, Any], clock: Clock) -> None:
    """Publish the survey that comes with the program, unless one of its name is there."""
    with database.transaction() as session:
        if surveys.current_version(session, definition["survey"]) is None:
            surveys.publish(session, dict(definition), clock.now())


def seed_example(database: Database, vault: Vault, definition: Mapping[str, Any], clock: Clock) -> bool:
    """Fill an empty database with the example programme; say whether it was empty."""
    with database.transaction() as session:
        return example.seed(session, vault, dict(definition), clock.now())


def ensure_administrator(database: Database, clock: Clock, hash_password: Callable[[str], str]) -> str | None:
    """Make the first administrator and return her password for one sign-in; none when somebody is there."""
    with database.transaction() as session:
        if session.scalar(select(exists().where(Person.id.is_not(None)))):
            return None
        password = secrets.token_urlsafe(12)
        person = people.create_person(
            session, FIRST_ADMINISTRATOR, "Administrator", ["admin", "advisor"], ["*"], [], None, clock.now()
        )
        accounts.set_first_password(person, hash_password(password))
    return password
